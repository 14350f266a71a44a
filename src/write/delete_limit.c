#include "write/delete_limit.h"

#include <string.h>

#include "base/secret.h"
#include "base/sqlite_api.h"
#include "client/call.h"
#include "client/pump.h"
#include "wire/json.h"
#include "write/change_fold.h"
#include "write/change_names.h"
#include "write/entry.h"
#include "write/queue_open.h"

enum { COUNT_PER_PAGE = 200, MAX_EMPTY_PAGES = 100, SHOWN_PATH = 200 };

/* ---- counting ------------------------------------------------------------------------------ */

/** Rows of a page: of the first member that is a list; -1 where there is none. */
static int64_t count_page(cm_slice body) {
  cm_slice list;
  cm_slice item;
  size_t at = 0;
  if (cm_slice_check(body, NULL, NULL) != SQLITE_OK) return -1;
  while (cm_slice_next(body, &at, NULL, &list) == SQLITE_ROW) {
    size_t item_at = 0;
    int64_t count = 0;
    if (cm_slice_type(list) != CM_JSON_ARRAY) continue;
    while (cm_slice_next(list, &item_at, NULL, &item) == SQLITE_ROW)
      count++;
    return count;
  }
  return -1;
}

/** Path of the next page; NULL out: there is none. */
static int next_page(const char *path, cm_slice body, char **out, cm_err *err) {
  cm_json *cursor = NULL;
  cm_buf page;
  *out = NULL;
  if (cm_slice_type(cm_slice_find(body, "has_more")) != CM_JSON_TRUE) return SQLITE_OK;
  int rc = cm_json_parse(cm_slice_find(body, "cursor"), &cursor, err);
  const char *text = cm_json_text(cursor);
  if (rc == SQLITE_OK && text != NULL) {
    cm_buf_init(&page, CM_MAX_URL_BYTES);
    cm_buf_printf(&page, "%s&cursor=", path);
    cm_buf_percent(&page, text, strlen(text));
    *out = cm_buf_take(&page);
    if (*out == NULL) rc = cm_err_nomem(err);
    cm_buf_clear(&page);
  } else if (rc == SQLITE_OK) {
    rc = cm_err_set(err, SQLITE_ERROR, "a list has a next page and no cursor: try again later");
  }
  cm_json_free(cursor);
  return rc;
}

/** Count one page. `next` receives the path of the following one, NULL at the end. */
static int count_one(cm_session *session, const char *who, const char *first, const char *page,
                     int64_t *weight, char **next, cm_err *err) {
  cm_call_request request = { .who = who, .method = "GET", .path = page };
  cm_call *call = NULL;
  int rc = cm_call_start(session, &request, &call, err);
  if (rc == SQLITE_OK) rc = cm_call_wait(call, err);
  if (rc == SQLITE_OK) {
    cm_slice body = cm_call_result_of(call)->body;
    int64_t count = count_page(body);
    *weight += count > 0 ? count : 0;
    rc = count < 0 ? cm_err_set(err, SQLITE_ERROR,
                                "%s: what a DELETE takes away could not be counted (no list was "
                                "answered): try again later",
                                who)
                   : next_page(first, body, next, err);
  }
  cm_call_free(call);
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM) cm_err_prefix(err, who);
  return rc;
}

/** Add to `weight` the rows of a list, page by page until it passes `allowed`. */
static int count_rows(cm_session *session, const char *who, const char *path, int64_t allowed,
                      int64_t *weight, cm_err *err) {
  char *first = sqlite3_mprintf("%s%sper_page=%d", path, strchr(path, '?') != NULL ? "&" : "?",
                                COUNT_PER_PAGE);
  char *page = first != NULL ? sqlite3_mprintf("%s", first) : NULL;
  int rc = page == NULL ? cm_err_nomem(err) : SQLITE_OK;
  int empty_pages = 0;
  while (rc == SQLITE_OK && page != NULL && *weight <= allowed) {
    char *next = NULL;
    int64_t before = *weight;
    rc = count_one(session, who, first, page, weight, &next, err);
    if (*weight == before && ++empty_pages == MAX_EMPTY_PAGES && rc == SQLITE_OK) {
      rc = cm_err_set(err, SQLITE_ERROR,
                      "%s: what a DELETE takes away could not be counted (a list goes on and has "
                      "no rows): try again later",
                      who);
    }
    sqlite3_free(page);
    page = next;
  }
  sqlite3_free(page);
  sqlite3_free(first);
  return rc;
}

/* ---- the limit ------------------------------------------------------------------------------- */

/** The path whose rows a DELETE counts besides itself. NULL out: none. */
static int counted_path(cm_change *change, cm_buf *path, cm_err *err) {
  const char *pattern = change->resource->delete_counts;
  if (change->verb != CM_VERB_DELETE || pattern == NULL) return SQLITE_OK;
  return cm_change_fill(change, pattern, path, err);
}

/**
 * Does the limit allow it?
 * @param path    List whose rows count besides, "" and NULL: none.
 * @param weight  What it counts by itself; receives all.
 */
static int allow_delete(cm_session *session, const char *who, const char *what, const char *path,
                        int64_t deleted, int64_t *weight, cm_err *err) {
  int limit = session->settings.delete_limit;
  int64_t allowed = limit - deleted;
  int rc = SQLITE_OK;
  if (path != NULL && path[0] != 0 && *weight <= allowed)
    rc = count_rows(session, who, path, allowed, weight, err);
  if (rc != SQLITE_OK || *weight <= allowed) return rc;
  int64_t all = deleted + *weight;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s refused (with it the transaction deletes %s%lld record%s, "
                    "delete_limit is %d): delete less, or allow more with SELECT "
                    "chartmogul_config('delete_limit', ...)",
                    who, what, path != NULL && path[0] != 0 ? "at least " : "", (long long)all,
                    all == 1 ? "" : "s", limit);
}

/*
** Nobody says when a transaction without tables ends. What was counted outside of one ends with its
** statement; what was counted inside of one goes on until a statement stands outside, or the queue's own
** transaction is over.
*/
void cm_queue_begin_statement(cm_session *session) {
  cm_queue *queue = session->queue;
  if (queue == NULL) return;
  bool is_alone = sqlite3_get_autocommit(session->db) != 0;
  if (is_alone || queue->was_alone) queue->deleted_by_functions = 0;
  queue->was_alone = is_alone;
}

int cm_queue_allow_delete(cm_session *session, const char *who, const char *path,
                          const char *counts, cm_err *err) {
  char what[SHOWN_PATH] = "DELETE ";
  size_t len = strlen(what);
  int64_t weight = 1;
  cm_err_line(what + len, sizeof what - len, path, strlen(path));
  cm_secret_mask(what, strlen(what), session->settings.api_key);
  int rc = cm_queue_open(session, err);
  if (rc != SQLITE_OK) return rc;
  cm_queue *queue = session->queue;
  int64_t deleted = queue->deleted + queue->deleted_by_functions;
  rc = allow_delete(session, who, what, counts, deleted, &weight, err);
  if (rc == SQLITE_OK) queue->deleted_by_functions += weight;
  queue->was_alone = sqlite3_get_autocommit(session->db) != 0;
  return rc;
}

/** Ask whether the limit allows what the entry takes away by itself, and with it. */
static int allow_entry(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const char *verb = entry->verb == CM_VERB_DELETE ? "DELETE" : "UPDATE";
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = counted_path(entry->change, &path, err);
  if (rc == SQLITE_OK) {
    cm_queue_begin_statement(queue->session);
    int64_t deleted = queue->deleted + queue->deleted_by_functions;
    rc = allow_delete(queue->session, entry->resource->name, verb, cm_buf_str(&path), deleted,
                      &entry->weight, err);
  }
  cm_buf_clear(&path);
  return rc;
}

int cm_queue_weigh(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = cm_change_count_removed(entry->change, &entry->weight, err);
  if (entry->verb == CM_VERB_DELETE) entry->weight = 1;
  if (rc == SQLITE_OK && entry->weight > 0) rc = allow_entry(queue, entry, err);
  const char *name = entry->label != NULL ? entry->label : entry->owner;
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM) cm_err_name_row(err, entry->resource->name, name);
  return rc;
}

int64_t cm_queue_waiting_deletes(const cm_session *session) {
  int64_t deletes = 0;
  const cm_entry *entry = session->queue != NULL ? session->queue->first_waiting : NULL;
  for (; entry != NULL; entry = entry->next)
    deletes += entry->weight;
  return deletes;
}
