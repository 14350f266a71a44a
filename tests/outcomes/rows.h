/*
** rows.h -- a row of each table that can be written: how it is made, found, changed, and what it stands on.
** Owns: nothing.
*/
#ifndef OUTCOMES_ROWS_H
#define OUTCOMES_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>

#include "text.h"

/** SQL in which {n} is the number of the row, and {cus}, {ds}, {pl}, {inv}, {plg} are what all rows stand on. */
typedef struct row_kind {
  const char *table;  /* without chartmogul_ */
  const char *before; /* statements that the row stands on; NULL: none */
  const char *insert; /* columns and VALUES or SELECT, behind the table's name */
  const char *where;  /* finds the row, whether it is changed or not; NULL: it cannot be found */
  const char *set;    /* NULL: no UPDATE */
  const char *is_set; /* holds once it is changed */
  bool is_found;      /* it has a natural key: a create of it can be looked for */
} row_kind;

/** Row of a table by its whole name, NULL when there is none. */
const row_kind *row_find(const char *table_name);

/** Make what all rows stand on. A failure ends the program. */
void rows_prepare(sqlite3 *db);

/** Append a piece of SQL with its places filled. NULL: nothing. */
void row_fill(const char *pattern, int number, text *into);

#endif
