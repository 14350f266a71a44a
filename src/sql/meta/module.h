/*
** module.h -- tables that only show something, as one read-only module over a list of columns and a function that
** makes the next row.
** Owns: nothing but a reference to the session per module.
**
** A row owns its texts, because the log that it comes from moves on while a statement reads it.
*/
#ifndef CM_SQL_META_MODULE_H
#define CM_SQL_META_MODULE_H

#include "base/sqlite_api.h"
#include "base/value.h"
#include "client/session.h"

enum { CM_META_MAX_COLUMNS = 16 };

typedef struct cm_meta_column {
  const char *name;
  const char *type; /* as declared: "TEXT", "INTEGER" */
  const char *doc;  /* one sentence with a period */
} cm_meta_column;

/**
 * Make the row at `*position` and move the position on. 0 is the first; what other positions mean is
 * the function's own business.
 *
 * @param cells  One per column, all NULL. The module clears them.
 * @return SQLITE_ROW, SQLITE_DONE, or an error code.
 */
typedef int cm_meta_next(cm_session *session, int64_t *position, cm_value *cells);

/**
 * The last position that there is. A statement that reads a log may add to it, by a request or a write for
 * each line: what comes behind this position is for the next statement.
 */
typedef int64_t cm_meta_newest(const cm_session *session);

/** What one look finds for all rows of a scan, where it costs something. Constant data. */
typedef struct cm_meta_look {
  int column; /* the first that needs it; others behind it do, too */
  /** Look. @param out  Receives what was found; NULL: nothing. @return SQLITE_OK or SQLITE_NOMEM. */
  int (*begin)(cm_session *session, void **out);
  /** Fill what follows from it into the cells of the row, 0 for the first. @return SQLITE_OK or SQLITE_NOMEM. */
  int (*fill)(const void *found, int64_t row, cm_value *cells);
  void (*end)(void *found); /* NULL: nothing */
} cm_meta_look;

/** A table that only shows something. Constant data. */
typedef struct cm_meta_table {
  const char *name;
  const char *doc; /* one sentence with a period */
  const cm_meta_column *columns;
  int column_count;
  cm_meta_next *next;
  cm_meta_newest *newest;   /* of a log; NULL: nothing comes while it is read */
  const cm_meta_look *look; /* NULL: there is nothing of the kind */
  const char *example;      /* one statement that works on any account */
} cm_meta_table;

#define CM_META_COLUMNS(array) .columns = (array), .column_count = (int)cm_countof(array)

/** Create the module of one table. @return SQLITE_OK, SQLITE_NOMEM, SQLITE_ERROR. */
int cm_meta_create_module(sqlite3 *db, const cm_meta_table *table,
                          cm_session *session) CM_MUST_CHECK;

/** Make the cell a copy of the text. NULL text: NULL. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_meta_copy(cm_value *cell, const char *text) CM_MUST_CHECK;

/** Make the cell a copy of the text in the words of its account. NULL text: NULL. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_meta_account_words(const char *account, const char *text, cm_value *cell) CM_MUST_CHECK;

/** Make the cell the name of the account; of the first: NULL. @return SQLITE_OK or SQLITE_NOMEM. */
int cm_meta_account(const char *account, cm_value *cell) CM_MUST_CHECK;

/** A cell that borrows a constant text. NULL text: NULL. */
cm_value cm_meta_constant(const char *text);

#endif
