/*
** caller.h -- who calls a function that sends or configures, or reads our tables: the user, or a file.
** Owns: what it has seen in the schemas of the connection.  Tests: tests/unit/client/caller.c
**
** SQLITE_DIRECTONLY keeps stored views and triggers from calling such a function, but SQLite does not enforce it
** where CHECK constraints, defaults, generated columns and indexes on expressions call one. So two things are
** looked at: a running statement, or an object in temp, calls the function by name, and no table or index that is
** stored outside of temp does.
**
** A call can only come from a schema that has a transaction open: that one is read at the first call of each run
** of a statement (never row by row; its version alone would not show that a file was attached anew). Another schema
** is read only where no lock stays on its file and no other connection has to be waited for; else what was seen last counts.
*/
#ifndef CM_CLIENT_CALLER_H
#define CM_CLIENT_CALLER_H

#include "base/err.h"
#include "client/session.h"

/**
 * Whether the function that is running may act.
 *
 * @param function  Its name, a constant that stays.
 * @return SQLITE_OK; SQLITE_ERROR with the table that calls it, or because nothing of the user's calls it;
 *         SQLITE_NOMEM; what SQLite says when a schema cannot be read that the call may come from.
 *         The line in `err` begins with the function's name.
 */
int cm_caller_check(sqlite3_context *context, cm_session *session, const char *function,
                    cm_err *err) CM_MUST_CHECK;

/**
 * Whether a table of ours that stands outside of temp may be read: one that was not created is there in every schema.
 * A module that prepares SQL of its own (fts5, fts4) reads it in its user's name, so no virtual table of such a
 * module may name it that is stored in a schema which the running statement may have come from.
 *
 * @return SQLITE_OK; SQLITE_ERROR with the virtual table; SQLITE_NOMEM; what SQLite says when a schema cannot be
 *         read. The line in `err` begins with `name`.
 */
int cm_caller_check_table(sqlite3 *db, const char *name, cm_err *err) CM_MUST_CHECK;

/** Another process holds a file of the connection: for a minute no schema is read that can wait. */
void cm_caller_note_busy(cm_session *session);

#endif
