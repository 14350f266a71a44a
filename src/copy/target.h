/*
** target.h -- the database that a copy is written to, over a connection of its own.
** Owns: that connection.  Tests: tests/cases/copy/
**
** The user's connection is inside the SELECT that refreshes: it can hold no transaction of its own then, and a lock that it
** takes lasts until the SELECT ends. So the copy opens the file once more. A schema without a file can be reached by
** the user's connection alone, and nobody else can be kept waiting there.
*/
#ifndef CM_COPY_TARGET_H
#define CM_COPY_TARGET_H

#include "client/session.h"
#include "copy/copied.h"

typedef struct cm_target {
  cm_session *session; /* borrowed */
  sqlite3 *db;
  const char *schema; /* the copy's, in `db`; borrowed */
  char *quoted;       /* the schema as SQL has it; owned */
  const char *shown;  /* the same as the user calls it; borrowed */
  bool is_own;        /* `db` is ours to close */
} cm_target;

/**
 * Whether the schema can be written at all, whatever statements run. Opens nothing.
 * @param schema  As the user calls it.
 * @return SQLITE_OK; SQLITE_ERROR: there is no such schema, a transaction of the user's is open; SQLITE_READONLY;
 *         SQLITE_BUSY: this connection keeps it locked; SQLITE_NOMEM.
 */
int cm_target_check(cm_session *session, const char *schema, cm_err *err) CM_MUST_CHECK;

/**
 * Open the schema for writing.
 * @param schema  As the user calls it: main, or the name of an attached file.
 * @return SQLITE_OK; SQLITE_ERROR: there is no such schema, a transaction of the user's is open, a statement of the
 *         connection writes or reads the schema; SQLITE_READONLY; what opening a file may return. Clear `out` in any
 *         case.
 */
int cm_target_open(cm_target *out, cm_session *session, const char *schema,
                   cm_err *err) CM_MUST_CHECK;

/**
 * Give up what stands in temp, of a connection of its own: opening it anew is quicker than emptying large tables.
 * No statement of it may be left. Codes as cm_target_open.
 */
int cm_target_renew(cm_target *target, cm_err *err) CM_MUST_CHECK;

void cm_target_close(cm_target *target);

/** Run SQL that returns no rows. @return SQLITE_OK, SQLITE_INTERRUPT, or what SQLite says: the line has its words. */
int cm_target_run(cm_target *target, const char *sql, cm_err *err) CM_MUST_CHECK;

/** The same from a format of sqlite3_mprintf. */
int cm_target_runf(cm_target *target, cm_err *err, const char *format, ...) CM_MUST_CHECK;

/** The same from a buffer, which is empty afterwards. SQLITE_NOMEM too where the buffer had failed. */
int cm_target_run_buf(cm_target *target, cm_buf *sql, cm_err *err) CM_MUST_CHECK;

/** Append a table's name with its schema, quoted. Codes as cm_buf_append. */
int cm_target_table(const cm_target *target, const char *name, cm_buf *out);

/** Prepare a statement; free it with sqlite3_finalize. Codes as cm_target_run. */
int cm_target_prepare(cm_target *target, const char *sql, sqlite3_stmt **out,
                      cm_err *err) CM_MUST_CHECK;

/** The number in the first column of the first row; 0 where there is none. */
int cm_target_number(cm_target *target, const char *sql, int64_t *out, cm_err *err) CM_MUST_CHECK;

/**
 * Run a statement for ranges of rowids of a table, some thousand rows each: in between, others may write.
 * @param table  As SQL has it, with its schema.
 * @param sql    `?1` and `?2` are the bounds of the range.
 */
int cm_target_by_chunks(cm_target *target, const char *table, const char *sql,
                        cm_err *err) CM_MUST_CHECK;

/** The error of what SQLite refused last. @return `rc`. */
int cm_target_error(const cm_target *target, int rc, cm_err *err);

#endif
