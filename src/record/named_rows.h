/*
** named_rows.h -- copies of rows under their names, of which one may have several, and names that are not answered any
** more.
** Owns: the copies, up to CM_MAX_MEMO_BYTES.
*/
#ifndef CM_RECORD_NAMED_ROWS_H
#define CM_RECORD_NAMED_ROWS_H

#include "base/map.h"
#include "wire/slice.h"

/** A row under one of its names. */
typedef struct cm_named_row {
  cm_map_node node;
  cm_slice key;  /* of the row; absent: the name is not answered any more */
  cm_slice text; /* absent: only the key was kept */
  char bytes[];
} cm_named_row;

/** Zeroed it is empty. */
typedef struct cm_named_rows {
  cm_map rows;
  size_t bytes;
} cm_named_rows;

/**
 * Keep a row, in front of others of the same name.
 * @param name  Any text.
 * @param key   Absent: the name is not answered from now on, until a row is kept under it.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; SQLITE_NOMEM.
 */
int cm_named_rows_put(cm_named_rows *rows, const char *name, cm_slice key,
                      cm_slice text) CM_MUST_CHECK;

/** The row that was kept last under the name. NULL: none. Borrowed. */
const cm_named_row *cm_named_rows_find(const cm_named_rows *rows, const char *name);

/** How many rows of different keys the name has, of those kept since it was not answered: 0, 1, or 2 for several. */
int cm_named_rows_count(const cm_named_row *last);

void cm_named_rows_clear(cm_named_rows *rows);

#endif
