#include "lists/pager.h"

#include <string.h>

#include "client/pump.h"
#include "record/url.h"
#include "wire/outline.h"

enum { MAX_FRESH_PAGES = 10000 }; /* of a list that is read for a write */

static void format_page(const cm_list *list, const char *list_url, const char *cursor,
                        cm_buf *url) {
  cm_buf_init(url, CM_MAX_URL_BYTES);
  cm_buf_text(url, list_url);
  if (list->paging != CM_CURSOR) return;
  if (list->per_page > 0) {
    cm_buf_printf(url, "%sper_page=%d", cm_url_separator(url), list->per_page);
  }
  if (cursor == NULL) return;
  cm_buf_printf(url, "%scursor=", cm_url_separator(url));
  cm_buf_percent(url, cursor, strlen(cursor));
}

void cm_pager_prefetch(cm_session *session, const cm_list *list) {
  cm_buf url;
  format_page(list, list->url, NULL, &url);
  if (url.code == SQLITE_OK) cm_memo_prefetch(session, list->who, cm_buf_str(&url));
  cm_buf_clear(&url);
}

static int request_page(cm_pager *pager, const char *cursor, cm_memo_answer **out, cm_err *err) {
  cm_buf url;
  format_page(&pager->list, pager->url, cursor, &url);
  int rc = url.code;
  if (rc != SQLITE_OK) {
    cm_err_set(err, rc, "%s: the request is longer than %d bytes", pager->list.who,
               CM_MAX_URL_BYTES);
  }
  if (rc == SQLITE_OK && pager->first == NULL) {
    pager->first = sqlite3_mprintf("%s", cm_buf_str(&url));
    if (pager->first == NULL) rc = cm_err_nomem(err);
  }
  const char *list = pager->list.paging == CM_SINGLE ? NULL : pager->first;
  if (rc == SQLITE_OK)
    rc = pager->list.is_fresh
             ? cm_memo_answer_start(pager->session, pager->list.who, cm_buf_str(&url), out, err)
             : cm_memo_get(pager->session, pager->list.who, cm_buf_str(&url), list, out, err);
  cm_buf_clear(&url);
  return rc;
}

int cm_pager_open(cm_pager *pager, cm_session *session, const cm_list *list, cm_err *err) {
  memset(pager, 0, sizeof *pager);
  pager->session = session;
  pager->list = *list;
  pager->url = sqlite3_mprintf("%s", list->url);
  if (!list->is_fresh) {
    pager->next_open = session->reading.pagers;
    session->reading.pagers = pager;
  }
  int rc = pager->url == NULL ? cm_err_nomem(err) : request_page(pager, NULL, &pager->page, err);
  if (rc != SQLITE_OK) cm_pager_close(pager);
  return rc;
}

static void unlist(cm_pager *pager) {
  if (pager->session == NULL) return;
  cm_pager **link = &pager->session->reading.pagers;
  while (*link != NULL && *link != pager)
    link = &(*link)->next_open;
  if (*link == pager) *link = pager->next_open;
}

void cm_pager_close(cm_pager *pager) {
  unlist(pager);
  cm_stock_clear(&pager->stock, pager->session);
  cm_memo_answer_release(pager->page);
  cm_memo_answer_release(pager->next_page);
  sqlite3_free(pager->rows.items);
  sqlite3_free(pager->next_rows.items);
  sqlite3_free(pager->url);
  sqlite3_free(pager->first);
  sqlite3_free(pager->cursor);
  sqlite3_free(pager->next_cursor);
  sqlite3_free(pager->seen);
  sqlite3_free(pager->next_seen);
  memset(pager, 0, sizeof *pager);
  pager->is_done = true;
}

bool cm_pager_is_ready(const cm_pager *pager) {
  if (!cm_stock_is_empty(&pager->stock) || pager->is_done) return true;
  if (!pager->is_open) return cm_memo_answer_is_done(pager->page);
  bool has_row = pager->page_at < pager->page_rows;
  return has_row || pager->next_page == NULL || cm_memo_answer_is_done(pager->next_page);
}

static void forget_peeked(cm_pager *pager) {
  sqlite3_free(pager->next_rows.items);
  pager->next_rows = (cm_slice_items){ 0 };
}

size_t cm_pager_bytes_ahead(const cm_pager *pager) {
  bool is_closed = pager->page == NULL || pager->is_open;
  return is_closed ? 0 : cm_memo_answer_result(pager->page)->body.len;
}

/** The one row of an answer that was not opened. */
static bool peek_single(const cm_pager *pager, const cm_memo_answer *answer, cm_slice *row) {
  const cm_call_result *result = cm_memo_answer_result(answer);
  if (pager->is_open || result->code != SQLITE_OK) return false;
  *row = pager->list.rows != NULL ? cm_slice_find(result->body, pager->list.rows) : result->body;
  return cm_slice_type(*row) == CM_JSON_OBJECT;
}

bool cm_pager_peek(cm_pager *pager, int64_t at, cm_slice *row) {
  const cm_memo_answer *answer = pager->is_open ? pager->next_page : pager->page;
  if (answer == NULL || !cm_memo_answer_is_done(answer)) return false;
  if (pager->list.paging == CM_SINGLE) return at == 0 && peek_single(pager, answer, row);
  if (pager->list.rows == NULL) return false;
  if (pager->next_rows.items == NULL) {
    cm_slice body = cm_memo_answer_result(answer)->body;
    int rc = cm_slice_list(cm_slice_find(body, pager->list.rows), &pager->next_rows);
    if (rc != SQLITE_OK) pager->next_rows.count = 0;
  }
  if (at >= pager->next_rows.count) return false;
  *row = pager->next_rows.items[at];
  return row->ptr[0] == '{';
}

bool cm_pager_is_last_page(const cm_pager *pager) {
  if (pager->is_open || pager->is_done) return pager->is_done || pager->next_cursor == NULL;
  const cm_memo_answer *answer = pager->page;
  if (answer == NULL || !cm_memo_answer_is_done(answer)) return false;
  const cm_call_result *result = cm_memo_answer_result(answer);
  cm_slice has_more = cm_slice_find(result->body, "has_more");
  bool is_answer = result->code == SQLITE_OK || result->status == 404;
  return is_answer && cm_slice_type(has_more) != CM_JSON_TRUE;
}

/* ---- one page ------------------------------------------------------------------------------ */

enum { SHOWN_WORDS = 300 };

int cm_pager_wrong_shape(const cm_pager *pager, const char *why, cm_err *err) {
  char words[SHOWN_WORDS] = "";
  const cm_call_result *result = pager->page != NULL ? cm_memo_answer_result(pager->page) : NULL;
  if (result != NULL) cm_json_error_words(result->body, words, sizeof words);
  if (pager->session != NULL) cm_http_distrust(pager->session->connection->http);
  if (pager->list.fault != NULL)
    return cm_err_set(err, SQLITE_ERROR, "%s: %s (%s%s): %s", pager->list.who, pager->list.fault,
                      why, words, pager->list.advice);
  return cm_err_set(
      err, SQLITE_ERROR,
      "%s: the answer to GET %s is not what it should be (%s%s): check base_url, or try "
      "again later",
      pager->list.who, pager->url, why, words);
}

static int check_cursor(cm_pager *pager, const char *cursor, cm_err *err) {
  if (cm_cursor_guard_saw(&pager->guard, cursor)) {
    return cm_pager_wrong_shape(pager, "a cursor came twice, so the list would never end", err);
  }
  if (pager->pages >= (pager->list.is_fresh ? MAX_FRESH_PAGES : CM_MAX_PAGES))
    return cm_pager_wrong_shape(pager, "it has too many pages", err);
  return SQLITE_OK;
}

/** 8-4-4-4-12 hexadecimal digits and nothing else. */
static bool is_bare_uuid(const char *text) {
  static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  for (size_t i = 0; i < sizeof shape - 1; i++) {
    bool fits = shape[i] == '-' ? text[i] == '-'
                                : text[i] != 0 && strchr("0123456789abcdefABCDEF", text[i]) != NULL;
    if (!fits) return false;
  }
  return text[sizeof shape - 1] == 0;
}

/** Is the row the last one of the page before? */
static bool is_seen(const cm_pager *pager, cm_slice row) {
  if (pager->seen == NULL) return false;
  cm_slice value = cm_slice_inner(cm_slice_find(row, pager->list.resume));
  return value.ptr != NULL && cm_slice_is(value, pager->seen);
}

/*
** A cursor that is the uuid of a row: the next one, and the server goes on behind it. Naming the last row
** that came instead loses none; a server that goes on *with* the row named repeats that one, and is_seen drops
** it. Where nothing else came, the cursor is right as it is.
*/
static int resume(cm_pager *pager, cm_json **cursor, cm_err *err) {
  if (pager->list.resume == NULL || pager->rows.count == 0) return SQLITE_OK;
  if (!is_bare_uuid(cm_json_text(*cursor))) return SQLITE_OK;
  cm_slice last = pager->rows.items[pager->rows.count - 1];
  cm_slice value = cm_slice_find(last, pager->list.resume);
  cm_json *own = NULL;
  if (cm_slice_type(value) != CM_JSON_STRING) return SQLITE_OK;
  int rc = cm_json_parse(value, &own, err);
  if (rc != SQLITE_OK) return rc;
  pager->next_seen = sqlite3_mprintf("%s", cm_json_text(own));
  bool has_moved = !is_seen(pager, last);
  if (has_moved) {
    cm_json *given = *cursor;
    *cursor = own;
    own = given;
  }
  cm_json_free(own);
  if (pager->next_seen == NULL) return cm_err_nomem(err);
  return SQLITE_OK;
}

/** What follows this page: nothing, or the page that its cursor names. */
static int read_cursor(cm_pager *pager, cm_slice has_more, cm_slice cursor, cm_err *err) {
  cm_json *text = NULL;
  int rc = SQLITE_OK;
  if (cm_slice_type(has_more) == CM_JSON_FALSE) return SQLITE_OK;
  if (cm_slice_type(has_more) != CM_JSON_TRUE) {
    return cm_pager_wrong_shape(pager, "it does not say has_more", err);
  }
  if (cm_slice_type(cursor) != CM_JSON_STRING) {
    return cm_pager_wrong_shape(pager, "it has more pages but no cursor", err);
  }
  rc = cm_json_parse(cursor, &text, err);
  if (rc == SQLITE_OK) rc = resume(pager, &text, err);
  if (rc == SQLITE_OK) rc = check_cursor(pager, cm_json_text(text), err);
  if (rc == SQLITE_OK) {
    pager->next_cursor = sqlite3_mprintf("%s", cm_json_text(text));
    if (pager->next_cursor == NULL) rc = cm_err_nomem(err);
  }
  cm_json_free(text);
  return rc;
}

/** What is wrong with an answer whose members or items could not be listed. */
static int not_listed(const cm_pager *pager, int code, const char *why, cm_err *err) {
  if (code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (code != SQLITE_TOOBIG) return cm_pager_wrong_shape(pager, why, err);
  return cm_err_set(err, code,
                    "%s: the answer to GET %s is a list of more than %d rows: ask for less with a "
                    "smaller per_page or a narrower WHERE",
                    pager->list.who, pager->url, CM_MAX_ITEMS);
}

/** A short number of the first page; nothing relies on it. */
static int64_t read_count(cm_slice number) {
  int64_t count = 0;
  if (cm_slice_type(number) != CM_JSON_NUMBER || number.len > 9) return 0;
  for (size_t i = 0; i < number.len && number.ptr[i] >= '0' && number.ptr[i] <= '9'; i++) {
    count = count * 10 + (number.ptr[i] - '0');
  }
  return count;
}

static int lacks(const cm_pager *pager, const char *what, cm_err *err) {
  char why[128];
  sqlite3_snprintf(sizeof why, why, "it has no %s \"%s\"", what, pager->list.rows);
  return cm_pager_wrong_shape(pager, why, err);
}

/** The answer is the one row itself, or holds it at the path `rows`. */
static int open_single(cm_pager *pager, cm_slice body, cm_err *err) {
  if (cm_slice_type(body) != CM_JSON_OBJECT)
    return cm_pager_wrong_shape(pager, "it is not a JSON object", err);
  if (cm_slice_check(body, NULL, NULL) != SQLITE_OK) {
    return cm_pager_wrong_shape(pager, "it is broken JSON", err);
  }
  bool is_inside = pager->list.paging == CM_SINGLE && pager->list.rows != NULL;
  pager->body = is_inside ? cm_slice_find(body, pager->list.rows) : body;
  if (cm_slice_type(pager->body) != CM_JSON_OBJECT) return lacks(pager, "object", err);
  pager->is_single = true;
  pager->page_rows = 1;
  return cm_memo_answer_settle(pager->page, 1, true, err);
}

/** Its rows and what follows are known. */
static int settle_list(const cm_pager *pager, cm_err *err) {
  bool is_whole = pager->pages == 1 && pager->next_cursor == NULL;
  int rc = cm_memo_answer_settle(pager->page, pager->page_rows, is_whole, err);
  if (rc == SQLITE_OK && pager->pages <= pager->list.kept_pages) cm_memo_answer_keep(pager->page);
  return rc;
}

/** A list page: find its rows and what follows, in one pass over its members. */
static int open_list(cm_pager *pager, cm_slice body, cm_err *err) {
  cm_slice rows = { NULL, 0 }, has_more = { NULL, 0 }, cursor = { NULL, 0 }, total = { NULL, 0 };
  cm_slice key = { 0 };
  cm_slice value = { 0 };
  size_t at = 0;
  int rc = SQLITE_ROW;
  if (cm_slice_type(body) != CM_JSON_OBJECT)
    return cm_pager_wrong_shape(pager, "it is not a JSON object", err);
  while (rc == SQLITE_ROW) {
    cm_slice_items *items = rows.ptr == NULL ? &pager->rows : NULL;
    rc = cm_slice_next_listed(body, &at, &key, &value, items);
    if (rc != SQLITE_ROW) break;
    if (cm_slice_is(key, pager->list.rows)) rows = value;
    if (cm_slice_is(key, "has_more")) has_more = value;
    if (cm_slice_is(key, "cursor")) cursor = value;
    if (cm_slice_is(key, "total_pages")) total = value;
    if (cm_slice_is(key, "meta")) total = cm_slice_find(value, "total_pages");
  }
  if (rc != SQLITE_DONE) return not_listed(pager, rc, "it is broken JSON", err);
  if (rows.ptr == NULL && pager->list.paging == CM_EITHER) return open_single(pager, body, err);
  if (cm_slice_type(rows) != CM_JSON_ARRAY) return lacks(pager, "list", err);
  for (int64_t i = 0; i < pager->rows.count; i++) {
    if (pager->rows.items[i].ptr[0] != '{')
      return cm_pager_wrong_shape(pager, "an item of its list is not a JSON object", err);
  }
  pager->page_rows = pager->rows.count;
  if (pager->pages == 1) pager->total_pages = read_count(total);
  rc = pager->list.paging == CM_CURSOR ? read_cursor(pager, has_more, cursor, err) : SQLITE_OK;
  return rc == SQLITE_OK ? settle_list(pager, err) : rc;
}

/** An answer of unknown shape. */
static int open_any(cm_pager *pager, cm_slice body, cm_err *err) {
  cm_outline outline;
  if (cm_outline_read(body, pager->url, &outline) != SQLITE_OK) {
    return cm_pager_wrong_shape(pager, "it is not JSON", err);
  }
  pager->is_single = !outline.is_list;
  pager->body = outline.rows;
  int rc = outline.is_list ? cm_slice_list(outline.rows, &pager->rows) : SQLITE_OK;
  if (rc != SQLITE_OK) return not_listed(pager, rc, "its list is broken JSON", err);
  pager->page_rows = outline.is_list ? pager->rows.count : 1;
  bool has_pages = outline.is_list && outline.has_more.ptr != NULL;
  if (has_pages) rc = read_cursor(pager, outline.has_more, outline.cursor, err);
  return rc == SQLITE_OK ? settle_list(pager, err) : rc;
}

static int open_answer(cm_pager *pager, cm_slice body, cm_err *err) {
  if (pager->list.paging == CM_SINGLE) return open_single(pager, body, err);
  return pager->list.rows == NULL ? open_any(pager, body, err) : open_list(pager, body, err);
}

/** A text that has not the form of an identifier is refused, not missed: no row has it. */
static bool refuses_uuid(const cm_call_result *result) {
  return result->is_api_error && strstr(result->message, "Invalid UUID") != NULL;
}

/** True when the error only says that there is no such row. A later page that is gone is an error. */
static bool is_missing(const cm_pager *pager, const cm_call_result *result) {
  if (pager->pages > 0) return false;
  bool is_looked_up = pager->list.paging == CM_SINGLE && pager->list.missing != CM_MISSING_ERROR;
  if (result->status == 422 && is_looked_up) return refuses_uuid(result);
  if (result->status != 404) return false;
  if (pager->list.missing == CM_MISSING_ANY) return true;
  return pager->list.missing == CM_MISSING_EMPTY && result->is_api_error;
}

int cm_pager_open_page(cm_pager *pager, cm_err *err) {
  int rc = cm_memo_answer_wait(pager->page, err);
  const cm_call_result *result = cm_memo_answer_result(pager->page);
  if (rc != SQLITE_OK && result != NULL && is_missing(pager, result)) {
    cm_err_clear(err);
    rc = cm_memo_answer_settle(pager->page, 0, true, err);
    return rc == SQLITE_OK ? SQLITE_DONE : rc;
  }
  if (rc != SQLITE_OK) return rc;
  pager->pages++;
  forget_peeked(pager);
  rc = open_answer(pager, result->body, err);
  pager->is_open = rc == SQLITE_OK;
  pager->page_at = 0;
  return rc;
}

/** Ask for the next page unless that was done ahead. */
static int ask_next(cm_pager *pager, cm_err *err) {
  if (pager->next_page != NULL) return SQLITE_OK;
  return request_page(pager, pager->next_cursor, &pager->next_page, err);
}

/** The next page is the page from now on; it has to be opened. */
static void take_next(cm_pager *pager) {
  pager->page = pager->next_page;
  pager->next_page = NULL;
  forget_peeked(pager);
  pager->is_open = false;
  sqlite3_free(pager->cursor);
  sqlite3_free(pager->seen);
  pager->cursor = pager->next_cursor;
  pager->seen = pager->next_seen;
  pager->next_seen = NULL;
  pager->next_cursor = NULL;
}

int cm_pager_turn_page(cm_pager *pager, cm_err *err) {
  pager->is_open = false;
  if (pager->next_cursor == NULL) return SQLITE_DONE;
  int rc = ask_next(pager, err);
  if (rc != SQLITE_OK) return rc;
  cm_memo_answer_release(pager->page);
  take_next(pager);
  return SQLITE_OK;
}

static void skip_seen(cm_pager *pager) {
  while (!pager->is_single && pager->page_at < pager->page_rows &&
         is_seen(pager, pager->rows.items[pager->page_at]))
    pager->page_at++;
}

static int row_of_page(cm_pager *pager, cm_slice *row) {
  skip_seen(pager);
  if (pager->page_at >= pager->page_rows) return SQLITE_DONE;
  *row = pager->is_single ? pager->body : pager->rows.items[pager->page_at];
  return row->ptr != NULL ? SQLITE_ROW : SQLITE_DONE;
}

/*
** The next page is on its way while SQLite works on this one, but not before half of this one is used,
** and not when the rows at hand are all that LIMIT asks for: a LIMIT costs no request too many.
*/
static int ask_ahead(cm_pager *pager, cm_err *err) {
  if (pager->next_cursor == NULL || pager->next_page != NULL) return SQLITE_OK;
  if (pager->page_at * 2 < pager->page_rows) return SQLITE_OK;
  int64_t at_hand = pager->rows_seen - pager->page_at + pager->page_rows;
  if (pager->list.wanted >= 0 && at_hand >= pager->list.wanted) return SQLITE_OK;
  int rc = request_page(pager, pager->next_cursor, &pager->next_page, err);
  if (rc == SQLITE_OK) cm_session_pump(pager->session, 0);
  return rc;
}

/** What ended the list goes on being said: SQLITE_DONE would make a whole list of what came before. */
static int end_list(cm_pager *pager, int code) {
  pager->is_done = true;
  if (code != SQLITE_DONE) pager->failed = code;
  return code;
}

static int tell_failure(const cm_pager *pager, cm_err *err) {
  return cm_err_set(err, pager->failed,
                    "%s: GET %s failed before (in this statement): run the statement again",
                    pager->list.who, pager->url);
}

/** Leave the page for the next one, and its rows in stock. */
static int stock_page(cm_pager *pager, cm_err *err) {
  skip_seen(pager);
  int rc = ask_next(pager, err);
  if (rc == SQLITE_OK)
    rc = cm_stock_put(&pager->stock, pager->session, pager->page, &pager->rows, pager->page_at,
                      err);
  if (rc == SQLITE_OK) take_next(pager);
  return rc;
}

int cm_pager_read_rest(cm_pager *pager, cm_err *err) {
  if (pager->is_done) return SQLITE_OK;
  int rc = pager->is_open ? SQLITE_OK : cm_pager_open_page(pager, err);
  int64_t at_hand = pager->rows_seen - pager->page_at + pager->page_rows;
  int64_t enough = pager->list.enough > 0 ? pager->list.enough : INT64_MAX;
  while (rc == SQLITE_OK && pager->next_cursor != NULL && at_hand < enough) {
    rc = stock_page(pager, err);
    if (rc == SQLITE_OK) rc = cm_pager_open_page(pager, err);
    at_hand += pager->page_rows;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int cm_pager_next(cm_pager *pager, cm_slice *row, cm_err *err) {
  int rc = cm_stock_next(&pager->stock, pager->session, row);
  if (rc == SQLITE_ROW) {
    pager->rows_seen++;
    return rc;
  }
  if (pager->failed != SQLITE_OK) return tell_failure(pager, err);
  while (!pager->is_done) {
    rc = pager->is_open ? SQLITE_OK : cm_pager_open_page(pager, err);
    if (rc == SQLITE_OK) rc = row_of_page(pager, row);
    if (rc == SQLITE_ROW) {
      pager->rows_seen++;
      pager->page_at++;
      rc = ask_ahead(pager, err);
      return rc == SQLITE_OK ? SQLITE_ROW : end_list(pager, rc);
    }
    if (rc == SQLITE_DONE && pager->is_open) rc = cm_pager_turn_page(pager, err);
    if (rc != SQLITE_OK) end_list(pager, rc);
  }
  return rc;
}
