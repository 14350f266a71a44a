/*
** actions.h -- functions that are one API call each, as data: what no INSERT, UPDATE or DELETE can say.
** Tests: tests/unit/sql/actions.c, tests/cases/functions/
**
** A row says how its arguments become path and body. To add a function, add a row.
*/
#ifndef CM_SQL_FUNCTIONS_ACTIONS_H
#define CM_SQL_FUNCTIONS_ACTIONS_H

#include "base/buf.h"
#include "client/session.h"
#include "wire/slice.h"

enum { CM_ACTION_MAX_ARGUMENTS = 4 };

/** What an argument may be, and how it stands in the body. */
typedef enum cm_argument_kind {
  CM_ARGUMENT_ID,       /* an id of ours: letters, digits, "-" and "_" */
  CM_ARGUMENT_TEXT,     /* any text */
  CM_ARGUMENT_CUSTOMER, /* an id becomes {"customer_uuid": id}; a JSON object stays */
  CM_ARGUMENT_LIST,     /* a JSON array stays; any other text becomes a list of one */
  CM_ARGUMENT_OBJECTS,  /* a JSON array of objects */
  CM_ARGUMENT_ATTRIBUTES, /* {"key": value} becomes [{"type", "key", "value"}]; such a list gets its types */
  CM_ARGUMENT_BOOLEAN, /* 0 or 1 */
  CM_ARGUMENT_DATES /* a point in time, a JSON array of them (then at `list`), NULL: an empty one */
} cm_argument_kind;

typedef struct cm_argument {
  const char *name; /* NULL behind the last one */
  cm_argument_kind kind;
  const char *body;  /* member of the body; NULL: it fills {name} of the path, or `query` */
  const char *list;  /* member for a list of dates; NULL for any other kind */
  const char *query; /* parameter of the query: it narrows the call, so it is never NULL or empty */
  bool is_optional;  /* may be left out at the end, or be NULL */
} cm_argument;

/** One function. */
typedef struct cm_action {
  const char *name;
  const char *method;
  const char *path; /* {name} is an argument */
  cm_argument arguments[CM_ACTION_MAX_ARGUMENTS + 1];
  const char *example; /* one statement */
  const char *doc;     /* one sentence with a period */
} cm_action;

/** The table. */
const cm_action *cm_actions_table(int *count);

/** How many arguments an action takes at most, and at least. */
int cm_action_most(const cm_action *action);
int cm_action_least(const cm_action *action);

/**
 * Make path and body from the arguments.
 *
 * @param texts  One per argument, absent for NULL; `count` of them.
 * @param path   Receives the path.
 * @param body   Receives the body; stays empty where the action has none.
 * @return SQLITE_OK; SQLITE_ERROR with the argument that is missing or wrong; SQLITE_NOMEM;
 *         SQLITE_TOOBIG.
 */
int cm_action_format(const cm_action *action, const cm_slice *texts, int count, cm_buf *path,
                     cm_buf *body, cm_err *err) CM_MUST_CHECK;

/** Register every action as a function. Each holds a reference to the session. */
int cm_actions_register(sqlite3 *db, cm_session *session);

#endif
