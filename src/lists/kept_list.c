#include "lists/kept_list.h"

#include <string.h>

#include "spec/registry.h"

static void end_list(cm_kept_list *list) {
  if (list->is_open) cm_pager_close(&list->pager);
  list->is_open = false;
  list->is_ended = true;
  cm_page_keys_clear(&list->keys);
}

void cm_kept_list_free(cm_kept_list *list) {
  end_list(list);
  cm_row_store_clear(&list->rows);
  sqlite3_free(list->url);
  sqlite3_free(list);
}

int cm_kept_list_new(const cm_list_question *question, uint64_t matched, cm_kept_list **out,
                     cm_err *err) {
  char *url = NULL;
  *out = NULL;
  int rc = cm_list_url(question, matched, &url, err);
  if (url == NULL) return rc;
  cm_kept_list *list = sqlite3_malloc64(sizeof *list);
  if (list == NULL) {
    sqlite3_free(url);
    return cm_err_nomem(err);
  }
  memset(list, 0, sizeof *list);
  list->url = url;
  list->matched = matched;
  *out = list;
  return SQLITE_OK;
}

int cm_kept_list_open(cm_kept_list *list, cm_session *session, const cm_resource *resource,
                      cm_err *err) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  cm_list pages = { .who = resource->name,
                    .url = list->url,
                    .paging = widest->paging,
                    .rows = widest->rows,
                    .resume = CM_EXTRA(widest, resume),
                    .missing = widest->missing,
                    .per_page = session->settings.per_page,
                    .wanted = -1 };
  int rc = cm_pager_open(&list->pager, session, &pages, err);
  list->is_open = rc == SQLITE_OK;
  return rc;
}

/** Its rows are of no use any more: look-ups go on one by one. */
static void give_up(cm_kept_list *list, size_t *bytes) {
  *bytes -= list->rows.bytes;
  cm_row_store_clear(&list->rows);
  end_list(list);
}

static int put_row(cm_kept_list *list, cm_slice key, cm_slice text, size_t *bytes, cm_err *err) {
  const cm_stored_row *last = cm_row_store_find(&list->rows, key);
  bool is_there = last != NULL && last->text.len == text.len &&
                  memcmp(last->text.ptr, text.ptr, text.len) == 0;
  size_t before = list->rows.bytes;
  if (is_there) return SQLITE_OK;
  if (*bytes > CM_MAX_MEMO_BYTES) return SQLITE_TOOBIG;
  int rc = cm_row_store_put(&list->rows, key, text);
  *bytes += list->rows.bytes - before;
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : rc;
}

/** Keep a row under each key by which it is found. @return SQLITE_TOOBIG, SQLITE_MISMATCH: it cannot be kept. */
static int keep_row(cm_kept_list *list, const cm_list_question *question, cm_slice text,
                    size_t *bytes, cm_err *err) {
  int rc = SQLITE_OK;
  for (int alias = 0; rc == SQLITE_OK; alias++) {
    cm_buf key;
    cm_buf_init(&key, CM_MAX_URL_BYTES);
    rc = cm_list_row_key(question, list->matched, text, alias, &key, err);
    cm_slice name = { cm_buf_str(&key), key.len };
    if (rc == SQLITE_OK) rc = put_row(list, name, text, bytes, err);
    cm_buf_clear(&key);
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** A row that stood on the page before is one row. */
static int was_shown(cm_kept_list *list, const cm_resource *resource, cm_slice text, bool *was,
                     cm_err *err) {
  cm_row row = { .resource = resource };
  *was = false;
  if (resource->reads[resource->read_count - 1].each != NULL) return SQLITE_OK;
  cm_row_set(&row, text);
  int rc = cm_page_keys_saw(&list->keys, &row, list->pager.pages, list->pager.next_cursor != NULL,
                            was, err);
  cm_row_clear(&row);
  return rc;
}

int cm_kept_list_read_page(cm_kept_list *list, const cm_list_question *question, size_t *bytes,
                           int64_t *pages, cm_err *err) {
  cm_slice text;
  int64_t before = list->pager.pages;
  int rc = SQLITE_OK;
  bool is_kept = true;
  do {
    bool was = false;
    rc = cm_pager_next(&list->pager, &text, err);
    if (rc == SQLITE_ROW) rc = was_shown(list, question->resource, text, &was, err);
    if (rc != SQLITE_OK || was) continue;
    rc = keep_row(list, question, text, bytes, err);
    is_kept = rc != SQLITE_TOOBIG && rc != SQLITE_MISMATCH;
  } while (rc == SQLITE_OK && list->pager.page_at < list->pager.page_rows);
  *pages += list->pager.pages - before;
  if (!is_kept) {
    cm_err_clear(err);
    give_up(list, bytes);
    return SQLITE_OK;
  }
  if (rc == SQLITE_OK && list->pager.next_cursor == NULL) rc = SQLITE_DONE;
  if (rc != SQLITE_DONE) return rc;
  end_list(list);
  list->is_whole = true;
  return SQLITE_OK;
}

int cm_kept_list_answer(const cm_kept_list *list, const cm_list_question *question,
                        cm_list_rows *out, cm_err *err) {
  cm_buf key;
  bool is_one = question->read->paging == CM_SINGLE;
  if (!list->is_whole && !is_one) return SQLITE_OK;
  cm_buf_init(&key, CM_MAX_URL_BYTES);
  int rc = cm_list_key(question, list->matched, &key);
  const cm_stored_row *last = rc == SQLITE_OK
                                  ? cm_row_store_find(&list->rows,
                                                      (cm_slice){ cm_buf_str(&key), key.len })
                                  : NULL;
  cm_buf_clear(&key);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc != SQLITE_OK) return SQLITE_OK;
  out->is_known = last != NULL || (list->is_whole && !CM_EXTRA(question->read, finds_hidden));
  out->read = cm_list_holder(question->resource, question->read);
  return cm_list_rows_copy(last, is_one, out, err);
}
