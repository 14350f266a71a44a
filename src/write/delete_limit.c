#include "write/delete_limit.h"

#include <string.h>

#include "base/secret.h"
#include "base/sqlite_api.h"
#include "change/change_names.h"
#include "change/change_sets.h"
#include "lists/pager.h"
#include "write/entry.h"
#include "write/queue_open.h"
#include "write/state.h"

enum { COUNT_PER_PAGE = 200, SHOWN_PATH = 200 };

/* ---- counting ------------------------------------------------------------------------------ */

/** Add to `weight` the rows of a list, page by page until it passes `allowed`. */
static int count_rows(cm_session *session, const char *who, const char *path, int64_t allowed,
                      int64_t *weight, cm_err *err) {
  cm_list list = { .who = who,
                   .url = path,
                   .paging = CM_CURSOR,
                   .per_page = COUNT_PER_PAGE,
                   .is_fresh = true,
                   .fault = "what a DELETE takes away could not be counted",
                   .advice = "try again later" };
  cm_pager pager;
  int rc = cm_pager_open(&pager, session, &list, err);
  while (rc == SQLITE_OK && *weight <= allowed) {
    rc = cm_pager_open_page(&pager, err);
    if (rc == SQLITE_OK && pager.is_single)
      rc = cm_pager_wrong_shape(&pager, "no list was answered", err);
    if (rc == SQLITE_OK) *weight += pager.page_rows;
    if (rc == SQLITE_OK && *weight <= allowed) rc = cm_pager_turn_page(&pager, err);
  }
  cm_pager_close(&pager);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** How many records the transaction deletes so far, in all accounts. */
static int64_t count_deleted(const cm_connection *connection) {
  int64_t deleted = 0;
  for (int i = 0; i < connection->account_count; i++) {
    const cm_queue *queue = connection->accounts[i]->queue;
    if (queue != NULL)
      deleted += queue->transaction.deleted + queue->transaction.deleted_by_functions;
  }
  return deleted;
}

/* ---- the limit ------------------------------------------------------------------------------- */

/** The path whose rows a DELETE counts besides itself. NULL out: none. */
static int counted_path(cm_change *change, cm_buf *path, cm_err *err) {
  const char *pattern = CM_EXTRA(change->resource, delete_counts);
  if (change->verb != CM_VERB_DELETE || pattern == NULL) return SQLITE_OK;
  return cm_change_fill(change, pattern, path, err);
}

/**
 * Does the limit allow it?
 * @param path    List whose rows count besides, "" and NULL: none.
 * @param weight  What it counts by itself; receives all.
 */
static int allow_delete(const cm_queue *queue, const char *who, const char *what, const char *path,
                        int64_t *weight, cm_err *err) {
  int limit = queue->session->settings.delete_limit;
  int64_t deleted = count_deleted(queue->session->connection);
  int64_t allowed = limit - deleted;
  int rc = SQLITE_OK;
  if (path != NULL && path[0] != 0 && *weight <= allowed)
    rc = count_rows(queue->session, who, path, allowed, weight, err);
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
** A transaction without tables ends unseen. What was counted outside of one ends with its
** statement; what was counted inside of one goes on until a statement stands outside, or the queue's own
** transaction is over.
*/
void cm_queue_begin_statement(cm_session *session) {
  const cm_connection *connection = session->connection;
  bool is_alone = sqlite3_get_autocommit(session->db) != 0;
  for (int i = 0; i < connection->account_count; i++) {
    cm_queue *queue = connection->accounts[i]->queue;
    if (queue == NULL) continue;
    if (is_alone || queue->transaction.was_alone) queue->transaction.deleted_by_functions = 0;
    queue->transaction.was_alone = is_alone;
  }
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
  rc = allow_delete(queue, who, what, counts, &weight, err);
  if (rc == SQLITE_OK) queue->transaction.deleted_by_functions += weight;
  queue->transaction.was_alone = sqlite3_get_autocommit(session->db) != 0;
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
    rc = allow_delete(queue, entry->resource->name, verb, cm_buf_str(&path), &entry->weight, err);
  }
  cm_buf_clear(&path);
  return rc;
}

int cm_queue_weigh(cm_queue *queue, cm_entry *entry, cm_err *err) {
  int rc = cm_change_count_removed(entry->change, &entry->weight, err);
  if (entry->verb == CM_VERB_DELETE) entry->weight = 1;
  if (rc == SQLITE_OK && entry->weight > 0) rc = allow_entry(queue, entry, err);
  if (rc != SQLITE_OK && err != NULL) err->is_at_row = true;
  return rc;
}

int64_t cm_queue_waiting_deletes(const cm_session *session) {
  const cm_connection *connection = session->connection;
  int64_t deletes = 0;
  for (int i = 0; i < connection->account_count; i++) {
    const cm_queue *queue = connection->accounts[i]->queue;
    const cm_entry *entry = queue != NULL ? queue->waiting.first : NULL;
    for (; entry != NULL; entry = entry->next)
      deletes += entry->weight;
  }
  return deletes;
}
