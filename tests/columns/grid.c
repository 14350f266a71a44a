/*
** grid.c -- see grid.h.
*/
#include "grid.h"

#include <stdlib.h>
#include <string.h>

static char *read_cell(sqlite3_stmt *statement, int column) {
  text cell = { 0 };
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_NULL: text_add(&cell, "NULL"); break;
  case SQLITE_INTEGER:
    text_printf(&cell, "%lld", (long long)sqlite3_column_int64(statement, column));
    break;
  case SQLITE_FLOAT: text_printf(&cell, "%.17g", sqlite3_column_double(statement, column)); break;
  default: {
    char *quoted = sqlite3_mprintf("%Q", sqlite3_column_text(statement, column));
    text_add(&cell, quoted != NULL ? quoted : "");
    sqlite3_free(quoted);
  }
  }
  return text_take(&cell);
}

static void read_row(sqlite3_stmt *statement, grid *into) {
  size_t used = (size_t)into->rows * (size_t)into->columns;
  into->cells = text_resize(into->cells, (used + (size_t)into->columns) * sizeof *into->cells);
  for (int i = 0; i < into->columns; i++)
    into->cells[used + (size_t)i] = read_cell(statement, i);
  into->rows++;
}

bool grid_read(sqlite3 *db, const char *sql, grid *into, text *why) {
  sqlite3_stmt *statement = NULL;
  *into = (grid){ 0 };
  int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (code == SQLITE_OK) {
    into->columns = sqlite3_column_count(statement);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
      read_row(statement, into);
  }
  if (code != SQLITE_DONE) {
    text_add(why, sqlite3_errmsg(db));
    grid_clear(into);
  }
  sqlite3_finalize(statement);
  return code == SQLITE_DONE;
}

const char *grid_cell(const grid *of, int row, int column) {
  return of->cells[(size_t)row * (size_t)of->columns + (size_t)column];
}

bool grid_is_repeated(const grid *of, int row, int column) {
  for (int i = 0; i < row; i++) {
    if (strcmp(grid_cell(of, i, column), grid_cell(of, row, column)) == 0) return true;
  }
  return false;
}

char *grid_lines(const grid *of, const int *columns, int count, const bool *keeps) {
  text lines = { 0 };
  for (int row = 0; row < of->rows; row++) {
    if (keeps != NULL && !keeps[row]) continue;
    for (int i = 0; i < (columns != NULL ? count : of->columns); i++) {
      const char *cell = grid_cell(of, row, columns != NULL ? columns[i] : i);
      text_add(&lines, i > 0 ? " | " : "");
      text_add_escaped(&lines, cell, strlen(cell));
    }
    text_add(&lines, "\n");
  }
  char *sorted = text_sort_lines(text_str(&lines));
  text_clear(&lines);
  return sorted;
}

void grid_clear(grid *done) {
  for (int i = 0; i < done->rows * done->columns; i++)
    free(done->cells[i]);
  free(done->cells);
  *done = (grid){ 0 };
}
