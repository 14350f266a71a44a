#include "lists/memo.h"

#include <string.h>

#include "base/key_hashes.h"
#include "base/map.h"
#include "client/pump.h"
#include "lists/answer_cache.h"

enum {
  CALL_OVERHEAD = 512, /* what a done call takes beside its answer's bytes, rounded up */
  MAX_LISTS = 10000 /* lists that are remembered as read; more are read as if for the first time */
};

/** A list of more than one page, and how often its first page was asked for. */
typedef struct list_record {
  cm_map_node node;
  int reads;
  char first[]; /* its first request */
} list_record;

struct cm_memo_answer {
  cm_session *session;
  cm_call *call;
  cm_map_node node;
  char *path;
  char *list; /* the list's first request; NULL: no page of a list */
  char *who;
  int holders;
  int gets;       /* how often it was asked for */
  bool is_listed; /* the memo finds it */
  bool is_second; /* the same was sent before: it stays, so that it is not sent once more */
  bool is_ahead;  /* asked for before it is needed: it may be needed yet */
  bool is_waited; /* it was looked at, or waited for */
  bool is_settled;
  bool is_whole;
  bool is_kept; /* counted in `kept_bytes`, stays without a holder */
  size_t bytes;
  cm_cache_ticket ticket;        /* of its request, where the answer is not the cache's own */
  cm_memo_answer *newer, *older; /* all listed answers by their last use */
};

struct cm_memo {
  cm_map answers; /* by path */
  cm_memo_answer *newest, *oldest;
  size_t kept_bytes;
  cm_memo_answer *ahead[CM_MAX_AHEAD]; /* asked ahead and not taken, in no order */
  int ahead_count;
  cm_map lists;          /* by first request */
  cm_key_hashes sent;    /* the requests */
  int64_t running_id;    /* of the session, when it was last emptied */
  cm_answer_cache cache; /* what may answer the next statements, too */
};

static char *copy_text(const char *text) {
  return text != NULL ? sqlite3_mprintf("%s", text) : NULL;
}

/* ---- the table ----------------------------------------------------------------------------- */

static cm_memo_answer *find(cm_memo *memo, const char *path) {
  return cm_map_find(&memo->answers, path, strlen(path));
}

static void append_use(cm_memo *memo, cm_memo_answer *answer) {
  answer->newer = NULL;
  answer->older = memo->newest;
  if (memo->newest != NULL) {
    memo->newest->newer = answer;
  } else {
    memo->oldest = answer;
  }
  memo->newest = answer;
}

static void remove_use(cm_memo *memo, cm_memo_answer *answer) {
  if (answer->newer != NULL) {
    answer->newer->older = answer->older;
  } else {
    memo->newest = answer->older;
  }
  if (answer->older != NULL) {
    answer->older->newer = answer->newer;
  } else {
    memo->oldest = answer->newer;
  }
  answer->newer = answer->older = NULL;
}

static void list_answer(cm_memo *memo, cm_memo_answer *answer) {
  bool is_new = true;
  int rc = cm_key_hashes_add(&memo->sent, answer->path, strlen(answer->path), &is_new);
  answer->is_second = rc == SQLITE_OK && !is_new; /* without memory it is one like others */
  cm_map_put(&memo->answers, &answer->node, answer, answer->path, strlen(answer->path));
  append_use(memo, answer);
  answer->is_listed = true;
}

/** What was read to its end may answer the next statements. */
static void pass_on(cm_memo_answer *answer) {
  const cm_call_result *result = answer->ticket.may_keep ? cm_call_result_of(answer->call) : NULL;
  size_t len = 0;
  if (result == NULL || !answer->is_settled || result->code != SQLITE_OK) return;
  char *body = cm_call_take_body(answer->call, &len);
  cm_answer_cache_take(&answer->session->memo->cache, answer->session, &answer->ticket,
                       answer->path, body, len);
}

static void free_answer(cm_memo_answer *answer) {
  pass_on(answer);
  cm_call_free(answer->call);
  sqlite3_free(answer->path);
  sqlite3_free(answer->list);
  sqlite3_free(answer->who);
  sqlite3_free(answer);
}

/** It was taken, or will not be. */
static void end_ahead(cm_memo *memo, cm_memo_answer *answer) {
  if (!answer->is_ahead) return;
  int at = 0;
  while (memo->ahead[at] != answer)
    at++;
  memo->ahead[at] = memo->ahead[--memo->ahead_count];
  answer->is_ahead = false;
}

/** The memo does not find it any more. Its holders may go on; without a holder it is freed. */
static void unlist_answer(cm_memo *memo, cm_memo_answer *answer) {
  cm_map_remove(&memo->answers, &answer->node);
  remove_use(memo, answer);
  if (answer->is_kept) memo->kept_bytes -= answer->bytes;
  end_ahead(memo, answer);
  answer->is_listed = answer->is_kept = false;
  if (answer->holders == 0) free_answer(answer);
}

/* ---- lists that were read ------------------------------------------------------------------ */

static list_record *find_list(cm_memo *memo, const char *first) {
  return cm_map_find(&memo->lists, first, strlen(first));
}

/**
 * Remember a list of several pages. Without room or memory its next reading counts as the first.
 */
static list_record *add_list(cm_memo *memo, const char *first, int reads) {
  size_t size = strlen(first) + 1;
  if (memo->lists.count >= MAX_LISTS) return NULL;
  list_record *record = sqlite3_malloc64(sizeof *record + size);
  if (record == NULL) return NULL;
  memcpy(record->first, first, size);
  record->reads = reads;
  cm_map_put(&memo->lists, &record->node, record, record->first, size - 1);
  return record;
}

static void clear_lists(cm_memo *memo) {
  list_record *record = NULL;
  while ((record = cm_map_pop(&memo->lists)) != NULL)
    sqlite3_free(record);
}

/* ---- keeping ------------------------------------------------------------------------------- */

static size_t size_of(const cm_memo_answer *answer) {
  size_t texts = strlen(answer->path) + (answer->list != NULL ? strlen(answer->list) : 0);
  return sizeof *answer + CALL_OVERHEAD + texts + cm_call_result_of(answer->call)->body.len;
}

/*
** Make room by dropping what was not used for longest. Pages of a list that is read again stay:
** each reading would drop the page that the next one needs first.
*/
static bool make_room(cm_memo *memo, size_t bytes) {
  cm_memo_answer *newer = NULL;
  for (cm_memo_answer *answer = memo->oldest; answer != NULL; answer = newer) {
    if (memo->kept_bytes + bytes <= CM_MAX_MEMO_BYTES) return true;
    newer = answer->newer;
    if (answer->is_kept && answer->is_whole && answer->holders == 0) unlist_answer(memo, answer);
  }
  return memo->kept_bytes + bytes <= CM_MAX_MEMO_BYTES;
}

static bool keep(cm_memo *memo, cm_memo_answer *answer) {
  size_t bytes = size_of(answer);
  if (answer->is_kept) return true;
  if (!make_room(memo, bytes)) return false;
  answer->bytes = bytes;
  answer->is_kept = true;
  memo->kept_bytes += bytes;
  return true;
}

/** SQLite 3.38 takes the word MATERIALIZED and reads the list twice all the same. */
static int refuse_list(const cm_memo_answer *answer, cm_err *err) {
  enum { SQLITE_THAT_MATERIALISES = 3039000 };
  bool is_heeded = sqlite3_libversion_number() >= SQLITE_THAT_MATERIALISES;
  const char *before = is_heeded ? "materialise it first: WITH c AS MATERIALIZED (SELECT … FROM "
                                 : "copy it first: CREATE TEMP TABLE c AS SELECT … FROM ";
  char list[200];
  cm_err_line(list, sizeof list, answer->list, strlen(answer->list));
  list[strcspn(list, "?")] = '\0';
  return cm_err_set(err, SQLITE_TOOBIG,
                    "%s: the list %s is read more than once and is larger than %d MiB (what one "
                    "statement may keep): %s%s%s",
                    answer->who, list, CM_MAX_MEMO_BYTES / (1024 * 1024), before, answer->who,
                    is_heeded ? ") SELECT … FROM c …" : "");
}

/** A page of a longer list: kept when the list is read again. */
static int settle_page(cm_memo *memo, cm_memo_answer *answer, cm_err *err) {
  list_record *record = find_list(memo, answer->list);
  bool is_first = strcmp(answer->list, answer->path) == 0;
  if (record == NULL && is_first) record = add_list(memo, answer->list, answer->gets);
  if (record == NULL || record->reads < 2) return SQLITE_OK;
  return keep(memo, answer) ? SQLITE_OK : refuse_list(answer, err);
}

int cm_memo_answer_settle(cm_memo_answer *answer, int64_t rows, bool is_whole, cm_err *err) {
  cm_memo *memo = answer->session->memo;
  cm_request_line *line = cm_request_log_find(answer->session->log,
                                              cm_call_result_of(answer->call)->request_id);
  if (line != NULL) line->rows = rows;
  answer->is_settled = true;
  answer->is_whole = is_whole || answer->list == NULL;
  if (!answer->is_listed) return SQLITE_OK;
  if (!answer->is_whole) return settle_page(memo, answer, err);
  keep(memo, answer);
  return SQLITE_OK;
}

void cm_memo_answer_keep(cm_memo_answer *answer) {
  if (!answer->is_listed || answer->is_kept || !keep(answer->session->memo, answer)) return;
  answer->is_whole = true; /* it makes room as small answers do */
}

/* ---- the memo itself ----------------------------------------------------------------------- */

static void empty(cm_memo *memo) {
  while (memo->oldest != NULL)
    unlist_answer(memo, memo->oldest);
  clear_lists(memo);
  cm_key_hashes_clear(&memo->sent);
}

/** Answers that are still held live on until their release. */
static void free_memo(cm_memo *memo) {
  empty(memo);
  cm_answer_cache_clear(&memo->cache);
  sqlite3_free(memo);
}

static int need_memo(cm_session *session, cm_err *err) {
  if (session->memo != NULL) return SQLITE_OK;
  cm_memo *memo = sqlite3_malloc64(sizeof *memo);
  if (memo == NULL) return cm_err_nomem(err);
  memset(memo, 0, sizeof *memo);
  memo->running_id = session->statement->id;
  session->memo = memo;
  session->free_memo = free_memo;
  return SQLITE_OK;
}

/* ---- asking -------------------------------------------------------------------------------- */

/** By the cache, or by a request. What a write asks is asked. */
static int start_call(cm_memo_answer *answer, const cm_call_request *request, cm_err *err) {
  cm_session *session = answer->session;
  bool is_fresh = (request->flags & CM_CALL_LOOK_UP) != 0;
  if (is_fresh) return cm_call_start(session, request, &answer->call, err);
  cm_answer_cache *cache = &session->memo->cache;
  cm_cache_ticket ticket = cm_answer_cache_ticket(cache, session);
  cm_slice known = cm_answer_cache_find(cache, session, &ticket, answer->path, answer->list);
  if (known.ptr != NULL) return cm_call_start_known(session, request, known, &answer->call, err);
  int rc = cm_call_start(session, request, &answer->call, err);
  if (rc == SQLITE_OK) answer->ticket = ticket;
  return rc;
}

int64_t cm_memo_count_cached(cm_session *session, const char *first, bool is_of_list) {
  if (session->memo == NULL) return 0;
  return cm_answer_cache_count(&session->memo->cache, session, first, is_of_list);
}

static int new_answer(cm_session *session, const cm_call_request *request, const char *list,
                      cm_memo_answer **out, cm_err *err) {
  cm_memo_answer *answer = sqlite3_malloc64(sizeof *answer);
  if (answer == NULL) return cm_err_nomem(err);
  memset(answer, 0, sizeof *answer);
  answer->session = session;
  answer->path = copy_text(request->path);
  answer->list = copy_text(list);
  answer->who = copy_text(request->who);
  bool is_copied = answer->path != NULL && answer->who != NULL &&
                   (answer->list != NULL || list == NULL);
  int rc = is_copied ? start_call(answer, request, err) : cm_err_nomem(err);
  if (rc != SQLITE_OK) {
    free_answer(answer);
    return rc;
  }
  *out = answer;
  return SQLITE_OK;
}

int cm_memo_answer_start(cm_session *session, const char *who, const char *path,
                         cm_memo_answer **out, cm_err *err) {
  cm_call_request request = { .who = who, .method = "GET", .path = path, .flags = CM_CALL_LOOK_UP };
  *out = NULL;
  int rc = new_answer(session, &request, NULL, out, err);
  if (rc == SQLITE_OK) (*out)->holders = 1;
  return rc;
}

/** Is it what the same request gets again? A list of a row that is gone is a 404, and empty for who takes it. */
static bool is_final(const cm_call_result *result) {
  return result->code == SQLITE_OK || result->status == 404 || result->status == 422;
}

/**
 * Failed, and somebody was told, or may have been: what was only asked ahead has its error for the first who takes it. What a scan
 * that was left early did not look at is asked again where the answer may be another one.
 */
static bool is_stale(const cm_memo_answer *answer) {
  if (!cm_call_is_done(answer->call) || answer->is_settled) return false;
  const cm_call_result *result = cm_call_result_of(answer->call);
  bool was_told = answer->is_waited || (answer->gets > 0 && !is_final(result));
  return was_told && result->code != SQLITE_OK;
}

/** An answer that is there is asked for. */
static int share(cm_memo *memo, cm_memo_answer *answer, const char *list, cm_err *err) {
  end_ahead(memo, answer);
  if (answer->list == NULL && list != NULL) {
    answer->list = copy_text(list);
    if (answer->list == NULL) return cm_err_nomem(err);
  }
  remove_use(memo, answer);
  append_use(memo, answer);
  return SQLITE_OK;
}

/** The first page is asked for: a list that was read before is being read again. */
static void count_reading(cm_memo *memo, const char *path, const char *list) {
  if (list == NULL || strcmp(path, list) != 0) return;
  list_record *record = find_list(memo, list);
  if (record != NULL && record->reads < 2) record->reads++;
}

int cm_memo_get(cm_session *session, const char *who, const char *path, const char *list,
                cm_memo_answer **out, cm_err *err) {
  cm_call_request request = { .who = who, .method = "GET", .path = path };
  *out = NULL;
  int rc = need_memo(session, err);
  if (rc != SQLITE_OK) return rc;
  cm_memo *memo = session->memo;
  cm_memo_answer *answer = find(memo, path);
  if (answer != NULL && is_stale(answer)) {
    unlist_answer(memo, answer);
    answer = NULL;
  }
  if (answer != NULL) {
    rc = share(memo, answer, list, err);
  } else {
    rc = new_answer(session, &request, list, &answer, err);
    if (rc == SQLITE_OK) list_answer(memo, answer);
  }
  if (rc != SQLITE_OK) return rc;
  count_reading(memo, path, list);
  answer->gets++;
  answer->holders++;
  *out = answer;
  return SQLITE_OK;
}

/** Bytes of the answers that came ahead. */
static size_t ahead_bytes(const cm_memo *memo) {
  size_t bytes = 0;
  for (int i = 0; i < memo->ahead_count; i++)
    bytes += cm_call_result_of(memo->ahead[i]->call)->body.len;
  return bytes;
}

static bool has_room_ahead(const cm_memo *memo) {
  return memo->ahead_count < CM_MAX_AHEAD && ahead_bytes(memo) < CM_MAX_AHEAD_BYTES;
}

bool cm_memo_has_room_ahead(const cm_session *session) {
  if (session->settings.max_requests > 0) return false;
  return session->memo == NULL || has_room_ahead(session->memo);
}

void cm_memo_prefetch(cm_session *session, const char *who, const char *path) {
  cm_call_request request = { .who = who, .method = "GET", .path = path };
  cm_memo_answer *answer = NULL;
  if (!cm_memo_has_room_ahead(session) || need_memo(session, NULL) != SQLITE_OK) return;
  cm_memo *memo = session->memo;
  if (find(memo, path) != NULL) return;
  if (new_answer(session, &request, NULL, &answer, NULL) != SQLITE_OK) return;
  list_answer(memo, answer);
  answer->is_ahead = true;
  memo->ahead[memo->ahead_count++] = answer;
}

void cm_memo_drop_prefetched(cm_session *session) {
  cm_memo *memo = session->memo;
  while (memo != NULL && memo->ahead_count > 0)
    unlist_answer(memo, memo->ahead[memo->ahead_count - 1]);
}

void cm_memo_keep_prefetched(cm_session *session) {
  cm_memo *memo = session->memo;
  for (int i = memo != NULL ? memo->ahead_count - 1 : -1; i >= 0; i--) {
    cm_memo_answer *answer = memo->ahead[i];
    if (!cm_call_is_done(answer->call)) continue;
    if (!is_final(cm_call_result_of(answer->call)) || !keep(memo, answer)) {
      unlist_answer(memo, answer);
      continue;
    }
    answer->is_whole =
        true; /* so that it makes room like one: it is not known whether a page follows */
    end_ahead(memo, answer);
  }
}

/* ---- holding ------------------------------------------------------------------------------- */

bool cm_memo_answer_is_done(const cm_memo_answer *answer) {
  return cm_call_is_done(answer->call);
}

int cm_memo_answer_wait(cm_memo_answer *answer, cm_err *err) {
  answer->is_waited = true;
  return cm_call_wait(answer->call, err);
}

const cm_call_result *cm_memo_answer_result(const cm_memo_answer *answer) {
  return cm_call_result_of(answer->call);
}

/** What was sent twice is kept as soon as it is there. */
static bool keep_second(cm_memo_answer *answer) {
  bool is_there = cm_call_is_done(answer->call) &&
                  cm_call_result_of(answer->call)->code == SQLITE_OK;
  if (answer->is_second && is_there) cm_memo_answer_keep(answer);
  return answer->is_kept;
}

/*
** A scan that is left early, by LIMIT or in an EXISTS, had asked for more than it looked at. The next run
** of it in the same statement must not ask again, so these answers stay as if they were asked ahead.
*/
static bool stays_ahead(cm_memo *memo, cm_memo_answer *answer) {
  if (answer->is_waited) return false;
  if (!has_room_ahead(memo)) cm_memo_keep_prefetched(answer->session); /* what is there goes */
  if (!has_room_ahead(memo)) return false;
  answer->is_ahead = true;
  memo->ahead[memo->ahead_count++] = answer;
  return true;
}

void cm_memo_answer_release(cm_memo_answer *answer) {
  if (answer == NULL || --answer->holders > 0) return;
  if (!answer->is_listed) {
    free_answer(answer);
  } else if (!answer->is_kept && !keep_second(answer) &&
             !stays_ahead(answer->session->memo, answer)) {
    unlist_answer(answer->session->memo, answer);
  }
}

/* ---- emptying ------------------------------------------------------------------------------ */

void cm_memo_enter(cm_session *session) {
  cm_statement_enter(session->statement);
  if (session->memo == NULL || session->memo->running_id == session->statement->id) return;
  empty(session->memo);
  session->memo->running_id = session->statement->id;
}

void cm_memo_forget(cm_session *session) {
  if (session->memo != NULL) empty(session->memo);
}

void cm_memo_leave(cm_session *session, int open) {
  bool is_beside = open > 0 && cm_statement_enter(session->statement) > 1;
  if (open > 0 && (!is_beside || open > session->statement->cursors_before)) return;
  session->statement->running = 0; /* what runs next is another statement, wherever it stands */
  for (int i = 0; i < session->connection->account_count; i++)
    cm_memo_forget(session->connection->accounts[i]);
}
