/*
** grid.h -- the rows of a statement as SQL literals.
** Owns: its cells.
*/
#ifndef COLUMNS_GRID_H
#define COLUMNS_GRID_H

#include <sqlite3.h>

#include "text.h"

/** Zeroed it is empty. */
typedef struct grid {
  int rows, columns;
  char **cells; /* row by row; "NULL", "12" or "'text'" */
} grid;

/** Run one statement. False with what SQLite says of it in `why`; the grid is empty then. */
bool grid_read(sqlite3 *db, const char *sql, grid *into, text *why);

/** Borrowed. */
const char *grid_cell(const grid *of, int row, int column);

/** True where a cell before it in its column is the same. */
bool grid_is_repeated(const grid *of, int row, int column);

/**
 * The rows as sorted lines, only these columns of each. Free with free().
 * @param columns  NULL: all.
 * @param keeps    Which rows; NULL: all.
 */
char *grid_lines(const grid *of, const int *columns, int count, const bool *keeps);

void grid_clear(grid *done);

#endif
