/*
** stock.h -- pages of a list that were read before their rows were asked for.
** Owns: the pages, up to CM_MAX_MEMO_BYTES for all lists of a session.  Never: asks for a page.
** Tests: tests/cases/write/feeding/
*/
#ifndef CM_LISTS_STOCK_H
#define CM_LISTS_STOCK_H

#include "lists/memo.h"
#include "wire/slice.h"

typedef struct cm_stock_page cm_stock_page;

typedef struct cm_stock {
  cm_stock_page *first, *last;
} cm_stock;

/**
 * Put a page behind the others. Its answer and its rows are taken over, on success only.
 * @param at  The first of the rows that was not given yet.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; SQLITE_NOMEM.
 */
int cm_stock_put(cm_stock *stock, cm_session *session, cm_memo_answer *answer, cm_slice_items *rows,
                 int64_t at, cm_err *err) CM_MUST_CHECK;

/**
 * The next row. The one before stays valid until this call.
 * @return SQLITE_ROW; SQLITE_DONE: nothing is in stock any more.
 */
int cm_stock_next(cm_stock *stock, cm_session *session, cm_slice *row);

/** Is there a row, or a page whose row was given last? */
bool cm_stock_is_empty(const cm_stock *stock);

void cm_stock_clear(cm_stock *stock, cm_session *session);

#endif
