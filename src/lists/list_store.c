#include "lists/list_store.h"

#include <string.h>

#include "base/hash.h"
#include "client/pump.h"
#include "lists/kept_list.h"
#include "lists/known_pages.h"
#include "spec/registry.h"

enum {
  MAX_KINDS = 16,
  MAX_LISTS = 64,
  MAX_VALUES = 32,
  REQUESTS_BEFORE_A_LOOK = 4,
  COMING_BEFORE_A_LOOK = 6,   /* so many requests cost no more than four and a list of a page */
  PAGES_OF_A_NARROW_LIST = 3, /* on average; below, the list without what narrows it is read */
  CHEAP_PAGES = 4, /* of narrow lists, after which that one is read as if they had not been */
  MAX_EARLY = 4,   /* requests sent before they are asked for, so many of which may be in vain */
  PAGES_KEPT = 16  /* of the first answer, which may be the only one */
};

/** The questions of one read about the same columns. */
typedef struct question_kind {
  const cm_read *read;
  uint64_t columns_used;
  int count;
  int columns[MAX_VALUES];
  cm_term_op ops[MAX_VALUES];
  uint64_t first[MAX_VALUES]; /* hashes of the values that were asked for first */
  uint64_t varying;           /* bits of the values that were others since */
  int64_t requests, pages;    /* that were sent */
  int64_t ahead; /* requests that were sent before they were asked for, and were not since */
  cm_row_store asked, early; /* the requests, without a text; those that were sent before */
  int list_count;
  cm_kept_list *lists[MAX_LISTS];
} question_kind;

struct cm_list_store {
  int64_t running_id;
  size_t bytes; /* of the rows */
  int kind_count;
  question_kind *kinds[MAX_KINDS];
  cm_row_store places; /* of read/places.c */
};

/* ---- freeing ------------------------------------------------------------------------------- */

static void free_store(cm_list_store *store) {
  if (store == NULL) return;
  for (int i = 0; i < store->kind_count; i++) {
    question_kind *kind = store->kinds[i];
    for (int at = 0; at < kind->list_count; at++)
      cm_kept_list_free(kind->lists[at]);
    cm_row_store_clear(&kind->asked);
    cm_row_store_clear(&kind->early);
    sqlite3_free(kind);
  }
  cm_row_store_clear(&store->places);
  sqlite3_free(store);
}

void cm_list_store_clear(cm_session *session) {
  free_store(session->reading.lookups);
  session->reading.lookups = NULL;
}

void cm_list_store_open_cursor(cm_session *session) {
  cm_statement_enter(session->statement); /* while only others have cursors */
  session->statement->open_cursors++;
}

void cm_list_store_close_cursor(cm_session *session) {
  session->statement->open_cursors--;
  cm_session_rest(session); /* of a call that nobody waits for any more */
  cm_memo_leave(session, session->statement->open_cursors);
  for (int i = 0; i < session->connection->account_count && session->statement->open_cursors == 0;
       i++)
    cm_list_store_clear(session->connection->accounts[i]);
}

/* ---- kinds of questions -------------------------------------------------------------------- */

static bool is_of_kind(const question_kind *kind, const cm_list_question *question) {
  bool is_same = kind->read == question->read && kind->columns_used == question->columns_used &&
                 kind->count == question->count;
  for (int i = 0; is_same && i < kind->count; i++) {
    const cm_url_value *value = &question->values[i];
    is_same = value->column == kind->columns[i] && value->op == kind->ops[i];
  }
  return is_same;
}

static uint64_t hash_of(const cm_value *value) {
  if (value == NULL || !cm_value_is_text(value)) return 0;
  return cm_hash_bytes(1, value->text, value->len);
}

/** @param out  NULL: there are too many. */
static int find_kind(cm_list_store *store, const cm_list_question *question, question_kind **out,
                     cm_err *err) {
  *out = NULL;
  for (int i = 0; i < store->kind_count && *out == NULL; i++) {
    if (is_of_kind(store->kinds[i], question)) *out = store->kinds[i];
  }
  for (int i = 0; *out != NULL && i < question->count; i++) {
    bool is_other = hash_of(question->values[i].value) != (*out)->first[i];
    if (is_other) (*out)->varying |= UINT64_C(1) << i;
  }
  if (*out != NULL || store->kind_count == MAX_KINDS || question->count > MAX_VALUES)
    return SQLITE_OK;
  question_kind *kind = sqlite3_malloc64(sizeof *kind);
  if (kind == NULL) return cm_err_nomem(err);
  memset(kind, 0, sizeof *kind);
  kind->read = question->read;
  kind->columns_used = question->columns_used;
  kind->count = question->count;
  for (int i = 0; i < question->count; i++) {
    kind->columns[i] = question->values[i].column;
    kind->ops[i] = question->values[i].op;
    kind->first[i] = hash_of(question->values[i].value);
  }
  store->kinds[store->kind_count++] = kind;
  *out = kind;
  return SQLITE_OK;
}

/* ---- which list, and whether it is worth its pages ----------------------------------------- */

/** The list of the kind that holds the answer, given what is matched in it; NULL: it is not here. */
static int find_list(const question_kind *kind, const cm_list_question *question, uint64_t matched,
                     cm_kept_list **out, cm_err *err) {
  char *url = NULL;
  int rc = cm_list_url(question, matched, &url, err);
  *out = NULL;
  for (int i = 0; url != NULL && i < kind->list_count; i++) {
    cm_kept_list *list = kind->lists[i];
    if (list->matched == matched && strcmp(list->url, url) == 0) *out = list;
  }
  sqlite3_free(url);
  return rc;
}

/**
 * What a new list would be matched by: what was seen to vary, unless narrower lists do. These hold different rows, so
 * that all of them together are hardly longer than one, unless they are short.
 */
static uint64_t choose_matched(const question_kind *kind, const cm_list_question *question) {
  uint64_t varying = (kind->varying | question->varying) & cm_list_matchable(question);
  varying |= question->unsendable;
  if (kind->list_count == 0) return varying;
  uint64_t last = kind->lists[kind->list_count - 1]->matched;
  bool are_long = kind->pages > CHEAP_PAGES &&
                  kind->pages >= PAGES_OF_A_NARROW_LIST * kind->list_count;
  return are_long ? last | question->unsendable : varying;
}

/** Of the list without the values that are matched, where nothing else narrows it; 0: not known. */
static int64_t known_pages(cm_session *session, const cm_list_question *question,
                           uint64_t matched) {
  bool is_plain = matched == (UINT64_C(1) << question->count) - 1;
  const cm_read *holder = cm_list_holder(question->resource, question->read);
  return is_plain ? cm_known_pages_find(session, holder) : 0;
}

/** Are so many requests fewer than the pages that they would pay for? Of a list of unknown length so many may be `ahead`. */
static bool are_few(const question_kind *kind, const cm_kept_list *list, int64_t known_pages,
                    int64_t requests, int ahead) {
  int64_t own = list != NULL && list->is_open ? list->pager.pages : 0;
  int64_t others = kind->pages - own > CHEAP_PAGES ? kind->pages - own : 0;
  if (own > 0) known_pages = list->pager.total_pages;
  return known_pages > 0 ? requests - others < known_pages : requests - others <= own + ahead;
}

/** Is a page more paid for by the requests that were sent, or are sure to come? */
static bool is_worth_a_page(const question_kind *kind, const cm_kept_list *list,
                            int64_t known_pages, const cm_list_question *question) {
  int64_t paid = kind->requests > question->coming ? kind->requests : question->coming;
  if (list != NULL && list->is_ended) return false;
  if (kind->requests + kind->ahead < REQUESTS_BEFORE_A_LOOK &&
      question->coming <= COMING_BEFORE_A_LOOK)
    return false;
  return !are_few(kind, list, known_pages, paid, 0);
}

/** @param out  NULL: there are too many lists, or its request is too long. */
static int add_list(question_kind *kind, const cm_list_question *question, uint64_t matched,
                    cm_kept_list **out, cm_err *err) {
  *out = NULL;
  if (kind->list_count == MAX_LISTS) return SQLITE_OK;
  int rc = cm_kept_list_new(question, matched, out, err);
  if (*out != NULL) kind->lists[kind->list_count++] = *out;
  return rc;
}

/* ---- answering ----------------------------------------------------------------------------- */

/** Ask each list of the kind, in whatever it is matched by. */
static int ask_lists(const question_kind *kind, const cm_list_question *question, cm_list_rows *out,
                     cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < kind->list_count && rc == SQLITE_OK && !out->is_known; i++) {
    cm_kept_list *list = NULL;
    uint64_t matched = kind->lists[i]->matched;
    bool is_tried = i > 0 && kind->lists[i - 1]->matched == matched;
    bool is_fit = (matched & ~cm_list_matchable(question)) == 0 &&
                  (question->unsendable & ~matched) == 0;
    if (is_tried || !is_fit) continue;
    rc = find_list(kind, question, matched, &list, err);
    if (rc == SQLITE_OK && list != NULL) rc = cm_kept_list_answer(list, question, out, err);
  }
  return rc;
}

/** Read on while it is worth it and the answer is not there. */
static int read_on(cm_list_store *store, cm_session *session, question_kind *kind,
                   const cm_list_question *question, cm_list_rows *out, cm_err *err) {
  uint64_t matched = choose_matched(kind, question);
  cm_kept_list *list = NULL;
  int rc = matched != 0 ? find_list(kind, question, matched, &list, err) : SQLITE_OK;
  int64_t known = known_pages(session, question, matched);
  while (rc == SQLITE_OK && matched != 0 && !out->is_known &&
         is_worth_a_page(kind, list, known, question)) {
    if (list == NULL) rc = add_list(kind, question, matched, &list, err);
    if (rc != SQLITE_OK || list == NULL) return rc;
    if (!list->is_open) rc = cm_kept_list_open(list, session, question->resource, err);
    if (rc == SQLITE_OK)
      rc = cm_kept_list_read_page(list, question, &store->bytes, &kind->pages, err);
    if (rc == SQLITE_OK) rc = cm_kept_list_answer(list, question, out, err);
  }
  return rc;
}

/** The request will be sent; the same one again is the memo's business, unless it asks for the list itself. */
static int note_request(question_kind *kind, const cm_list_question *question, cm_slice request,
                        cm_err *err) {
  kind->requests++;
  if (question->unsendable != 0) return SQLITE_OK;
  int rc = cm_row_store_put(&kind->asked, request, (cm_slice){ NULL, 0 });
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK; /* without room it is counted again */
}

/** Would one request more, that no list here answers, be sent rather than a page be read? */
static bool is_cheaper(cm_session *session, const question_kind *kind,
                       const cm_list_question *question) {
  uint64_t matched = choose_matched(kind, question);
  cm_kept_list *list = NULL;
  int64_t requests = kind->requests + kind->ahead;
  if (kind->ahead >= MAX_EARLY) return false;
  if (requests < REQUESTS_BEFORE_A_LOOK || matched == 0) return true;
  if (find_list(kind, question, matched, &list, NULL) != SQLITE_OK) return false;
  int64_t known = known_pages(session, question, matched);
  return (list != NULL && list->is_ended) ||
         are_few(kind, list, known, requests, REQUESTS_BEFORE_A_LOOK - 1);
}

/** The store of the statements that run now. NULL: memory ran out. */
static cm_list_store *need_store(cm_session *session) {
  cm_list_store *store = session->reading.lookups;
  if (store != NULL && store->running_id == session->statement->id) return store;
  cm_list_store_clear(session);
  store = sqlite3_malloc64(sizeof *store);
  if (store == NULL) return NULL;
  memset(store, 0, sizeof *store);
  store->running_id = session->statement->id;
  session->reading.lookups = store;
  return store;
}

cm_row_store *cm_list_store_places(cm_session *session) {
  cm_list_store *store = need_store(session);
  return store != NULL ? &store->places : NULL;
}

/** A number for a kind while its store lives; never 0. */
static int64_t number_of(const cm_list_store *store, const question_kind *kind) {
  int at = 0;
  while (store->kinds[at] != kind)
    at++;
  return store->running_id * (MAX_KINDS + 1) + at + 1;
}

void cm_list_store_count(cm_session *session, int64_t kind, int64_t pages) {
  cm_list_store *store = session->reading.lookups;
  for (int i = 0; store != NULL && i < store->kind_count; i++) {
    if (number_of(store, store->kinds[i]) == kind) store->kinds[i]->requests += pages;
  }
}

/** As cm_list_store_guess, of a question that a list may answer. */
static cm_list_guess judge_guess(cm_session *session, question_kind *kind,
                                 const cm_list_question *question, cm_slice asked) {
  cm_list_rows rows = { .is_known = false };
  int rc = ask_lists(kind, question, &rows, NULL);
  bool is_here = rows.is_known || cm_row_store_find(&kind->asked, asked) != NULL ||
                 cm_row_store_find(&kind->early, asked) != NULL;
  cm_list_rows_clear(&rows);
  if (rc == SQLITE_OK && is_here) return CM_GUESS_NEEDLESS;
  if (rc != SQLITE_OK || !is_cheaper(session, kind, question)) return CM_GUESS_WAIT;
  if (cm_row_store_put(&kind->early, asked, (cm_slice){ NULL, 0 }) != SQLITE_OK)
    return CM_GUESS_WAIT;
  kind->ahead++;
  return CM_GUESS_SEND;
}

cm_list_guess cm_list_store_guess(cm_session *session, const cm_list_question *question) {
  question_kind *kind = NULL;
  uint64_t matchable = cm_list_matchable(question);
  if (matchable == 0) return CM_GUESS_SEND;
  cm_list_store *store = need_store(session);
  int rc = store != NULL ? find_kind(store, question, &kind, NULL) : SQLITE_NOMEM;
  if (kind == NULL) return rc == SQLITE_OK ? CM_GUESS_SEND : CM_GUESS_WAIT;
  cm_buf request;
  cm_buf_init(&request, CM_MAX_URL_BYTES);
  rc = cm_list_format_request(question, &request);
  cm_slice asked = { cm_buf_str(&request), request.len };
  cm_list_guess guess = rc == SQLITE_OK ? judge_guess(session, kind, question, asked)
                                        : CM_GUESS_WAIT;
  cm_buf_clear(&request);
  return guess;
}

int cm_list_store_find(cm_session *session, const cm_list_question *question, cm_list_rows *out,
                       cm_err *err) {
  question_kind *kind = NULL;
  *out = (cm_list_rows){ .is_known = false };
  uint64_t matchable = cm_list_matchable(question);
  if (matchable == 0 || (question->unsendable & ~matchable) != 0) return SQLITE_OK;
  cm_list_store *store = need_store(session);
  int rc = store != NULL ? find_kind(store, question, &kind, err) : cm_err_nomem(err);
  if (rc != SQLITE_OK || kind == NULL) return rc;
  cm_buf request;
  cm_buf_init(&request, CM_MAX_URL_BYTES);
  cm_list_format_request(question, &request);
  cm_slice asked = { cm_buf_str(&request), request.len };
  rc = request.code == SQLITE_NOMEM ? cm_err_nomem(err) : ask_lists(kind, question, out, err);
  bool was_asked = question->unsendable == 0 && cm_row_store_find(&kind->asked, asked) != NULL;
  bool was_early = !was_asked && cm_row_store_find(&kind->early, asked) != NULL;
  if ((was_asked || was_early) && out->count == 0) out->is_known = false; /* the memo has it */
  if (was_early && !out->is_known && cm_row_store_drop(&kind->early, asked)) kind->ahead--;
  if (rc == SQLITE_OK && !out->is_known && !was_asked && !was_early)
    rc = read_on(store, session, kind, question, out, err);
  if (rc == SQLITE_OK && !out->is_known && !was_asked)
    rc = note_request(kind, question, asked, err);
  cm_buf_clear(&request);
  if (rc != SQLITE_OK || !out->is_known) cm_list_rows_clear(out); /* a look-up has its own shape */
  out->kind = number_of(store, kind);
  out->kept_pages = kind->requests > 1 ? CM_MAX_PAGES : PAGES_KEPT;
  return rc;
}
