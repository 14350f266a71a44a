#include "find/asked_list.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "find/listed_names.h"
#include "find/wanted.h"
#include "lists/known_pages.h"
#include "lists/pager.h"
#include "record/row_store.h"
#include "record/token.h"
#include "spec/registry.h"

enum { FEW = 4 }; /* so many look-ups are sent whatever the list costs */

struct cm_asked_list {
  cm_asked_list *next;
  const cm_resource *resource;
  cm_searched searched;
  cm_wanted wanted;    /* the rows that will be asked for */
  int64_t sent;        /* look-ups that were sent */
  bool keeps_rows;     /* their texts, too */
  bool keeps_keys;     /* rows by their keys, too */
  bool has_half_names; /* rows do not show their names: what is not found may be one */
  bool has_begun;      /* some of it was read */
  bool is_open;        /* it is being read, by this pager */
  bool is_complete;    /* it was read to its end, and answers */
  bool is_given_up;
  char *first; /* value of the first part of the natural key that all counted rows have; owned */
  bool has_several; /* they have several, or none */
  bool is_narrow;   /* only rows with this value are read */
  cm_pager pager;
  cm_row_store
      rows; /* by the names of rows; one without an id: its name is not answered any more */
};

/* ---- what is kept ------------------------------------------------------------------------------------ */

static void forget_rows(cm_asked_list *list) {
  cm_row_store_clear(&list->rows);
  if (list->is_open) cm_pager_close(&list->pager);
  list->has_begun = list->is_open = list->is_complete = list->has_half_names = false;
}

static void give_up(cm_asked_list *list) {
  forget_rows(list);
  list->is_given_up = true;
}

void cm_asked_lists_clear(cm_asked_lists *lists) {
  cm_asked_list *next = NULL;
  for (cm_asked_list *list = lists->first; list != NULL; list = next) {
    next = list->next;
    forget_rows(list);
    cm_wanted_clear(&list->wanted);
    sqlite3_free(list->first);
    sqlite3_free(list);
  }
  memset(lists, 0, sizeof *lists);
}

static cm_slice slice_of(const char *text) {
  return (cm_slice){ text, strlen(text) };
}

/** What is not kept as stale could be answered wrongly: without room for that the list answers nothing. */
static void keep_stale(cm_asked_list *list, char *name) {
  static const cm_slice none = { NULL, 0 };
  int rc = name != NULL ? cm_row_store_put(&list->rows, slice_of(name), none) : SQLITE_NOMEM;
  if (rc != SQLITE_OK) give_up(list);
  sqlite3_free(name);
}

/** @param name  To be freed here; NULL: memory ran out. */
static int look_for_stale(const cm_asked_list *list, char *name, bool *is_stale, cm_err *err) {
  const cm_stored_row *row = name != NULL ? cm_row_store_find(&list->rows, slice_of(name)) : NULL;
  *is_stale = row != NULL && row->id.ptr == NULL;
  if (name == NULL) return cm_err_nomem(err);
  sqlite3_free(name);
  return SQLITE_OK;
}

static char *key_of_pair(const char *first, const char *second) {
  return sqlite3_mprintf("%s\x1f%s", first, second != NULL ? second : "");
}

/** Of a row by its key, whatever it is named; no pair begins like that. */
static char *key_of_uuid(const char *uuid, int len) {
  return sqlite3_mprintf("\x1e%.*s", len, uuid);
}

/** Of a row under its key alone; neither a pair nor what stands for the row begins like that. */
static char *key_of_key(const char *key) {
  return sqlite3_mprintf("\x1d%s", key);
}

/* ---- which list -------------------------------------------------------------------------------------- */

static cm_asked_list *find(const cm_asked_lists *lists, const char *resource) {
  cm_asked_list *list = lists->first;
  while (list != NULL && strcmp(list->resource->name, resource) != 0)
    list = list->next;
  return list;
}

/** One for each table that is looked in at most. NULL: memory ran out. */
static cm_asked_list *find_or_add(cm_asked_lists *lists, const cm_resource *resource) {
  cm_asked_list *list = find(lists, resource->name);
  if (list != NULL) return list;
  list = sqlite3_malloc64(sizeof *list);
  if (list == NULL) return NULL;
  memset(list, 0, sizeof *list);
  list->resource = resource;
  list->keeps_rows = !lists->is_counted;
  list->is_given_up = !cm_registry_searched(resource, &list->searched);
  list->next = lists->first;
  lists->first = list;
  return list;
}

/* ---- counting ---------------------------------------------------------------------------------------- */

/** Have all rows the same first part of the name? */
static int note_first(cm_asked_list *list, const char *first) {
  bool is_other = first == NULL || (list->first != NULL && strcmp(list->first, first) != 0);
  list->has_several = list->has_several || is_other;
  if (list->has_several || list->first != NULL) return SQLITE_OK;
  list->first = sqlite3_mprintf("%s", first);
  return list->first != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

int cm_asked_lists_count(cm_asked_lists *lists, const cm_counted_row *counted) {
  cm_asked_list *list = find_or_add(lists, counted->resource);
  if (list != NULL && list->has_begun) return SQLITE_OK; /* it keeps what was counted before */
  if (list == NULL || note_first(list, counted->first) != SQLITE_OK) return SQLITE_NOMEM;
  if (!cm_wanted_is_counted(&list->wanted)) list->keeps_rows = false;
  if (cm_wanted_add(&list->wanted, counted->token, counted->is_sure) != SQLITE_OK)
    return SQLITE_NOMEM;
  list->keeps_rows = list->keeps_rows || counted->needs_row;
  list->keeps_keys = list->keeps_keys || counted->is_by_key;
  return SQLITE_OK;
}

void cm_asked_lists_end_count(cm_asked_lists *lists) {
  for (cm_asked_list *list = lists->first; list != NULL; list = list->next) {
    cm_wanted_sort(&list->wanted);
  }
  lists->is_counted = true;
}

/** Is this one of the rows that are asked for, by natural key ('n') or key ('k')? Nobody knows where nothing was counted. */
static bool is_wanted(const cm_asked_list *list, char kind, const char *first, const char *second) {
  if (!cm_wanted_is_counted(&list->wanted)) return true;
  return cm_wanted_has(&list->wanted, cm_row_token(kind, list->resource->name, first, second));
}

/* ---- reading the list -------------------------------------------------------------------------------- */

/** Tables whose rows were counted share the reading of a list. */
static bool share(const cm_asked_list *list, const cm_asked_list *other) {
  bool are_counted = cm_wanted_is_counted(&list->wanted) && cm_wanted_is_counted(&other->wanted);
  return other == list ||
         (are_counted && !other->is_given_up && other->searched.source == list->searched.source);
}

/** Does the API narrow the list by the first part of the table's natural key? */
static bool can_be_narrow(const cm_asked_list *list) {
  const cm_natural_key *natural = list->searched.source->natural_key;
  const cm_filter *filter = list->searched.read->filters;
  bool is_same_part = list->resource->natural_key != NULL && natural->columns[1] != NULL &&
                      strcmp(list->resource->natural_key->columns[0], natural->columns[0]) == 0;
  while (filter != NULL && filter->column != NULL && strcmp(filter->param, natural->params[0]) != 0)
    filter++;
  return is_same_part && filter != NULL && filter->column != NULL;
}

/** The value that all rows which ask the list have; NULL: it is read as it is. */
static const char *find_narrow(const cm_asked_lists *lists, const cm_asked_list *list) {
  const char *value = list->first;
  for (const cm_asked_list *of = lists->first; of != NULL && value != NULL; of = of->next) {
    if (!share(list, of)) continue;
    bool is_fit = !of->has_several && of->first != NULL && strcmp(of->first, value) == 0;
    if (!is_fit || !can_be_narrow(of)) value = NULL;
  }
  return value;
}

/** With what the look-up sees. */
static int put_url(const cm_asked_list *list, const char *narrow, cm_buf *url, cm_err *err) {
  const cm_natural_key *natural = list->searched.source->natural_key;
  cm_buf_text(url, natural->path);
  if (narrow != NULL) {
    cm_buf_printf(url, "?%s=", natural->params[0]);
    cm_buf_percent(url, narrow, strlen(narrow));
  }
  if (natural->hidden != NULL)
    cm_buf_printf(url, "%c%s", narrow != NULL ? '&' : '?', natural->hidden->query);
  return url->code == SQLITE_NOMEM ? cm_err_nomem(err) : url->code;
}

static int open_list(cm_asked_lists *lists, cm_asked_list *list, cm_session *session, cm_err *err) {
  const char *narrow = find_narrow(lists, list);
  cm_buf url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next)
    of->is_narrow = share(list, of) ? narrow != NULL : of->is_narrow;
  int rc = put_url(list, narrow, &url, err);
  cm_list wanted = { .who = list->resource->name,
                     .url = cm_buf_str(&url),
                     .paging = list->searched.read->paging,
                     .rows = list->searched.read->rows,
                     .resume = CM_EXTRA(list->searched.read, resume),
                     .per_page = session->settings.per_page,
                     .is_fresh = true };
  if (rc == SQLITE_OK) rc = cm_pager_open(&list->pager, session, &wanted, err);
  list->is_open = rc == SQLITE_OK;
  cm_buf_clear(&url);
  return rc;
}

/** @param name  To be freed here; NULL: memory ran out. */
static int keep_named(cm_asked_list *list, char *name, cm_slice uuid, cm_slice text) {
  if (name == NULL) return SQLITE_NOMEM;
  cm_slice row = list->keeps_rows ? text : (cm_slice){ NULL, 0 };
  int rc = cm_row_store_put_id(&list->rows, slice_of(name), uuid, row);
  sqlite3_free(name);
  return rc;
}

/** Keep the row under one name, if somebody asks for that. */
static int keep_name(void *context, const char *const pair[2], cm_slice uuid, cm_slice text) {
  cm_asked_list *list = context;
  list->has_half_names = list->has_half_names || pair[0] == NULL;
  if (pair[0] == NULL || !is_wanted(list, 'n', pair[0], pair[1])) return SQLITE_OK;
  return keep_named(list, key_of_pair(pair[0], pair[1]), uuid, text);
}

/** Likewise under its key. */
static int keep_key(void *context, const char *key, cm_slice text) {
  cm_asked_list *list = context;
  if (!list->keeps_keys || !is_wanted(list, 'k', key, NULL)) return SQLITE_OK;
  return keep_named(list, key_of_key(key), slice_of(key), text);
}

static int keep_rows(cm_asked_list *list, cm_slice text, cm_err *err) {
  cm_listed_names names = { .resource = list->resource,
                            .searched = &list->searched,
                            .first = list->is_narrow ? list->first : NULL,
                            .found = keep_name,
                            .found_key = keep_key,
                            .context = list };
  return cm_listed_names_find(&names, text, err);
}

/** The rows of the page for all that share the reading. One of the others that cannot use them is given up, and the rest go on. */
static int keep_page(cm_asked_lists *lists, cm_asked_list *list, cm_err *err) {
  const cm_pager *pager = &list->pager;
  int rc = SQLITE_OK;
  for (cm_asked_list *of = lists->first; of != NULL && rc == SQLITE_OK; of = of->next) {
    for (int64_t i = 0; rc == SQLITE_OK && share(list, of) && i < pager->page_rows; i++)
      rc = keep_rows(of, pager->rows.items[i], err);
    if (rc == SQLITE_OK || rc == SQLITE_NOMEM || of == list) continue;
    give_up(of);
    rc = SQLITE_OK;
  }
  return rc;
}

static void end_list(cm_asked_lists *lists, cm_asked_list *list, cm_session *session) {
  if (list->searched.source->natural_key->hidden == NULL && !list->is_narrow)
    cm_known_pages_put(session, list->searched.read, list->pager.pages);
  cm_pager_close(&list->pager);
  list->is_open = false;
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next)
    of->is_complete = of->is_complete || share(list, of);
}

/** The next page. A code that is neither SQLITE_OK nor SQLITE_NOMEM may say anything: the list is no use then. */
static int read_page(cm_asked_lists *lists, cm_asked_list *list, cm_session *session, cm_err *err) {
  cm_pager *pager = &list->pager;
  int rc = list->is_open ? cm_pager_turn_page(pager, err) : open_list(lists, list, session, err);
  if (rc == SQLITE_OK) rc = cm_pager_open_page(pager, err);
  if (rc == SQLITE_OK && pager->is_single) rc = SQLITE_MISMATCH;
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next)
    of->has_begun = of->has_begun || share(list, of);
  if (rc == SQLITE_OK) rc = keep_page(lists, list, err);
  if (rc == SQLITE_OK && pager->next_cursor == NULL) end_list(lists, list, session);
  return rc;
}

/** May one more page be read? Fewer than the rows that are sure, or as many as look-ups were sent. */
static bool is_worth_a_page(const cm_asked_lists *lists, const cm_asked_list *list,
                            cm_session *session) {
  int64_t known = cm_known_pages_find(session, list->searched.read);
  int64_t pages = list->is_open ? list->pager.pages : 0;
  int64_t sure = 0;
  int64_t sent = 0;
  if (list->is_open && list->pager.total_pages > 0) known = list->pager.total_pages;
  for (const cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    sure += share(list, of) ? of->wanted.sure : 0;
    sent += share(list, of) ? of->sent : 0;
  }
  return (sure > FEW && pages < sure && known < sure) ||
         (sent >= FEW && pages < sent && known <= sent);
}

/** A page that failed: may the same work later? Else the look-ups show what is wrong. */
static bool is_passing(const cm_asked_list *list, int code) {
  const cm_memo_answer *page = list->is_open ? list->pager.page : NULL;
  const cm_call_result *result = page != NULL && cm_memo_answer_is_done(page)
                                     ? cm_memo_answer_result(page)
                                     : NULL;
  return code == SQLITE_INTERRUPT ||
         (result != NULL && result->code != SQLITE_OK && result->may_help);
}

/** It and those that share its reading. */
static void give_up_shared(cm_asked_lists *lists, cm_asked_list *list) {
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    if (of != list && share(list, of)) give_up(of);
  }
  give_up(list);
}

/** The one that reads for it: another one may have begun. */
static cm_asked_list *find_reader(const cm_asked_lists *lists, cm_asked_list *list) {
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    if (of->is_open && share(list, of)) return of;
  }
  return list;
}

static int read_list(cm_asked_lists *lists, cm_asked_list *asked, cm_session *session,
                     cm_err *err) {
  cm_asked_list *list = find_reader(lists, asked);
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && !list->is_complete && is_worth_a_page(lists, list, session))
    rc = read_page(lists, list, session, err);
  if (rc == SQLITE_OK) return SQLITE_OK;
  bool has_failed = rc == SQLITE_NOMEM || is_passing(list, rc);
  give_up_shared(lists, list);
  if (!has_failed) {
    cm_err_clear(err);
    return SQLITE_OK;
  }
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  err->may_help = true;
  return rc;
}

/* ---- answering --------------------------------------------------------------------------------------- */

/** How many rows of different ids a name has, of those kept since it was not answered: 0, 1, or 2 for several. */
static int count_rows(const cm_stored_row *last) {
  if (last == NULL || last->id.ptr == NULL) return 0;
  for (const cm_stored_row *row = last; row != NULL && row->id.ptr != NULL;
       row = cm_map_next(&row->node)) {
    bool is_same = row->id.len == last->id.len &&
                   memcmp(row->id.ptr, last->id.ptr, row->id.len) == 0;
    if (!is_same) return 2;
  }
  return 1;
}

/** The rows that are kept under one name. A row that has moved while the list was read may be there twice. */
static int answer(const cm_asked_list *list, const cm_asked_row *asked, const cm_stored_row *found,
                  cm_listed *out, cm_err *err) {
  bool is_old = false;
  int matches = count_rows(found);
  *out = (cm_listed){ .is_known = true, .matches = matches };
  if (matches == 0) return SQLITE_OK;
  int rc = look_for_stale(list, key_of_uuid(found->id.ptr, (int)found->id.len), &is_old, err);
  if (rc != SQLITE_OK) return rc;
  bool has_row = !is_old && found->text.ptr != NULL;
  if (asked->needs_row && !has_row) {
    *out = (cm_listed){ .is_known = false };
    return SQLITE_OK;
  }
  out->uuid = cm_slice_copy(found->id);
  if (out->uuid != NULL && has_row) out->row = cm_slice_copy(found->text);
  if (out->uuid != NULL && (out->row != NULL || !has_row)) return SQLITE_OK;
  sqlite3_free(out->uuid);
  out->uuid = NULL;
  return cm_err_nomem(err);
}

/** Was something written since that the list does not show, or may a row be there that does not show its name? */
static int cannot_tell(const cm_asked_list *list, const cm_asked_row *asked,
                       const cm_stored_row *found, bool *out, cm_err *err) {
  const char *owner = asked->values[0];
  *out = found != NULL ? found->id.ptr == NULL : list->has_half_names && !asked->is_by_key;
  if (!list->searched.is_set || *out) return SQLITE_OK;
  return look_for_stale(list, key_of_uuid(owner, (int)strlen(owner)), out, err);
}

int cm_asked_lists_find(cm_asked_lists *lists, cm_session *session, const cm_asked_row *asked,
                        cm_listed *out, cm_err *err) {
  const char *const *values = asked->values;
  memset(out, 0, sizeof *out);
  cm_asked_list *list = lists->is_counted ? find(lists, asked->resource->name)
                                          : find_or_add(lists, asked->resource);
  if (list == NULL) return lists->is_counted ? SQLITE_OK : cm_err_nomem(err);
  if (!list->has_begun) list->keeps_keys = list->keeps_keys || asked->is_by_key;
  if (list->is_given_up || !is_wanted(list, asked->is_by_key ? 'k' : 'n', values[0], values[1]) ||
      (asked->is_by_key && !list->keeps_keys))
    return SQLITE_OK;
  int rc = list->is_complete ? SQLITE_OK : read_list(lists, list, session, err);
  if (rc != SQLITE_OK) return rc;
  if (!list->is_complete) {
    list->sent += !asked->is_left;
    return SQLITE_OK;
  }
  char *key = asked->is_by_key ? key_of_key(values[0]) : key_of_pair(values[0], values[1]);
  if (key == NULL) return cm_err_nomem(err);
  const cm_stored_row *found = cm_row_store_find(&list->rows, slice_of(key));
  sqlite3_free(key);
  bool is_unsure = false;
  rc = cannot_tell(list, asked, found, &is_unsure, err);
  return rc != SQLITE_OK || is_unsure ? rc : answer(list, asked, found, out, err);
}

/* ---- what is written meanwhile ------------------------------------------------------------------------- */

void cm_asked_lists_forget(cm_asked_lists *lists, const cm_resource *resource,
                           const char *const values[2]) {
  cm_asked_list *list = find(lists, resource->name);
  if (list != NULL && list->has_begun) keep_stale(list, key_of_pair(values[0], values[1]));
}

void cm_asked_lists_note_member(cm_asked_lists *lists, const cm_resource *resource,
                                const char *const values[2], bool is_there) {
  static const cm_slice none = { NULL, 0 };
  cm_asked_list *list = find(lists, resource->name);
  cm_asked_lists_forget(lists, resource, values);
  if (list == NULL || !list->has_begun || !is_there) return;
  char *name = key_of_pair(values[0], values[1]);
  int rc = name != NULL
               ? cm_row_store_put_id(&list->rows, slice_of(name), slice_of(values[0]), none)
               : SQLITE_NOMEM;
  if (rc != SQLITE_OK) give_up(list);
  sqlite3_free(name);
}

static void touch(cm_asked_list *list, const char *key) {
  bool is_stale = false;
  if (!list->has_begun || key == NULL) return;
  int rc = look_for_stale(list, key_of_uuid(key, (int)strlen(key)), &is_stale, NULL);
  if (rc != SQLITE_OK || !is_stale) keep_stale(list, key_of_uuid(key, (int)strlen(key)));
}

void cm_asked_lists_touch(cm_asked_lists *lists, const char *resource, const char *key) {
  cm_asked_list *list = find(lists, resource);
  if (list != NULL) touch(list, key);
}

void cm_asked_lists_touch_sets(cm_asked_lists *lists, const char *resource, const char *key) {
  for (cm_asked_list *list = lists->first; list != NULL; list = list->next) {
    if (list->searched.is_set && strcmp(list->resource->member_of->resource, resource) == 0)
      touch(list, key);
  }
}

void cm_asked_lists_give_up(cm_asked_lists *lists, const cm_resource *resource) {
  cm_asked_list *list = find(lists, resource->name);
  if (list != NULL) give_up(list);
}
