/*
** write_price.h -- what the writes of a statement ask: a call for each row, look-ups of rows by their names, json imports.
** Owns: nothing.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_EXPLAIN_WRITE_PRICE_H
#define CM_EXPLAIN_WRITE_PRICE_H

#include "explain/explained_text.h"
#include "explain/local_rows.h"
#include "explain/pricing.h"

/** The writes of a statement. Texts are borrowed from it. */
typedef struct cm_writing {
  cm_written written;
  cm_session *session;         /* whose table it is */
  const cm_resource *resource; /* NULL: it writes to no table of ours */
  cm_local_rows rows;          /* that it writes at most */
} cm_writing;

/** Which table a statement writes to. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_writing_find(cm_session *session, const char *sql, cm_writing *out,
                    cm_err *err) CM_MUST_CHECK;

/** Ask how long the lists are in which rows would be looked up. As cm_pricing_ask. */
int cm_writing_ask(const cm_writing *writing, cm_pricing *pricing, cm_err *err) CM_MUST_CHECK;

/**
 * The price, once everything was asked for.
 * @param writing  Its rows are those that the loops of the statement give; less where the table has fewer.
 * @param request  Receives the call of a row; free it with sqlite3_free; NULL: there is none.
 */
int cm_writing_price(cm_writing *writing, const cm_pricing *pricing, char **request,
                     cm_price *price, cm_err *err) CM_MUST_CHECK;

#endif
