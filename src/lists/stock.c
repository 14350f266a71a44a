#include "lists/stock.h"

#include <string.h>

struct cm_stock_page {
  cm_stock_page *next;
  cm_memo_answer *answer; /* held */
  cm_slice_items rows;
  int64_t at;
  size_t bytes;
};

int cm_stock_put(cm_stock *stock, cm_session *session, cm_memo_answer *answer, cm_slice_items *rows,
                 int64_t at, cm_err *err) {
  size_t bytes = cm_memo_answer_result(answer)->body.len +
                 (size_t)rows->capacity * sizeof *rows->items + sizeof(cm_stock_page);
  if (session->reading.stock_bytes + bytes > CM_MAX_MEMO_BYTES) {
    return cm_err_set(err, SQLITE_TOOBIG, "what is left of it is larger than %d MiB",
                      CM_MAX_MEMO_BYTES / (1024 * 1024));
  }
  cm_stock_page *page = sqlite3_malloc64(sizeof *page);
  if (page == NULL) return cm_err_nomem(err);
  *page = (cm_stock_page){ .answer = answer, .rows = *rows, .at = at, .bytes = bytes };
  memset(rows, 0, sizeof *rows);
  *(stock->last != NULL ? &stock->last->next : &stock->first) = page;
  stock->last = page;
  session->reading.stock_bytes += bytes;
  return SQLITE_OK;
}

static void drop_first(cm_stock *stock, cm_session *session) {
  cm_stock_page *page = stock->first;
  stock->first = page->next;
  if (stock->first == NULL) stock->last = NULL;
  session->reading.stock_bytes -= page->bytes;
  cm_memo_answer_release(page->answer);
  sqlite3_free(page->rows.items);
  sqlite3_free(page);
}

int cm_stock_next(cm_stock *stock, cm_session *session, cm_slice *row) {
  while (stock->first != NULL) {
    cm_stock_page *page = stock->first;
    if (page->at < page->rows.count) {
      *row = page->rows.items[page->at++];
      return SQLITE_ROW;
    }
    drop_first(stock, session);
  }
  return SQLITE_DONE;
}

bool cm_stock_is_empty(const cm_stock *stock) {
  return stock->first == NULL;
}

void cm_stock_clear(cm_stock *stock, cm_session *session) {
  while (stock->first != NULL)
    drop_first(stock, session);
}
