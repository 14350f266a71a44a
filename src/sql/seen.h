/*
** seen.h -- the rows that a DELETE has read: SQLite hands over their keys only, when the cursor is closed.
** Owns: copies of the rows, up to CM_MAX_SEEN_BYTES.  Tests: tests/cases/write/log_before*
*/
#ifndef CM_SQL_SEEN_H
#define CM_SQL_SEEN_H

#include "base/map.h"
#include "base/sqlite_api.h"
#include "base/value.h"
#include "wire/slice.h"

/** Zeroed it is empty. */
typedef struct cm_seen {
  cm_map rows;
  size_t bytes;
  bool is_noting; /* rows are kept as they are read */
} cm_seen;

/** A scan begins: where a DELETE runs on the connection, its rows are to be kept. Those of another statement are let go. */
void cm_seen_begin(cm_seen *seen, sqlite3 *db, bool is_another_statement);

/** Keep a row, if there is room. @return SQLITE_OK, SQLITE_NOMEM. */
int cm_seen_note(cm_seen *seen, const cm_value *key, cm_slice row) CM_MUST_CHECK;

/** The row of a key; absent: it was not kept. Borrowed. */
cm_slice cm_seen_find(const cm_seen *seen, const cm_value *key);

void cm_seen_clear(cm_seen *seen);

#endif
