/*
** asked.h -- which columns an UPDATE ... FROM does not set, as far as an old SQLite lets us know.
** Pure.  Tests: tests/cases/write/update/from_waiting*
**
** Before SQLite 3.53 UPDATE ... FROM hands every column to xUpdate and does not say which are in the SET
** list. It makes each row as the result of a query: the key, then each column in order; one of the SET list
** is not read but worked out. So a column that was not asked for while a row was made is in the SET list for
** certain. One that was asked for may be in it, where its new value is made of its old one.
*/
#ifndef CM_SQL_ASKED_H
#define CM_SQL_ASKED_H

#include <stdbool.h>
#include <stdint.h>

/** The columns asked for in the row where a cursor stands. Bit 63: any column from 63 on. */
typedef struct cm_asked {
  uint64_t columns; /* since the key came twice in a row: that is how the making of a row begins */
  uint64_t before;  /* for the WHERE clause; or the SET list names the key twice in a row */
  bool was_key;     /* the last one was the key */
} cm_asked;

/** Note a column. */
void cm_asked_note(cm_asked *asked, int column, bool is_key);

/**
 * The columns that may not be in the SET list; any other is.
 * @param fixed  Columns that cannot be: the making of a row asks for all of them.
 */
uint64_t cm_asked_columns(const cm_asked *asked, uint64_t fixed);

/** The bit of a column. */
uint64_t cm_asked_bit(int column);

#endif
