/*
** explained.h -- the plans that our tables make while a statement is explained: EXPLAIN QUERY PLAN shows of the chosen ones
** their text and a number, by which they are found here.
** Owns: the plans.  Tests: tests/cases/functions/explain/
*/
#ifndef CM_SQL_EXPLAINED_H
#define CM_SQL_EXPLAINED_H

#include "read/plan.h"
#include "sql/vtab.h"

enum { CM_EXPLAINED_ADVICE = 600 }; /* bytes of what is said beside a price */

/** One plan that SQLite was offered. */
typedef struct cm_explained_plan {
  cm_session *session;         /* whose table it is; not owned */
  const cm_resource *resource; /* NULL: a function asks by itself */
  const char *who;             /* the table's name, or the function's; constant */
  cm_plan plan;
  char *text; /* the request in words; owned */
  char *sent,
      *kept; /* columns of terms that narrow the request, and of those that do not; owned; NULL: none */
  char *path;   /* of a function that reads any list: path and query; owned; NULL: it asks once */
  char *advice; /* to be said beside the price; owned; NULL: nothing */
  bool is_refused;    /* it fails, as `advice` says */
  bool sends_nothing; /* for the reason that `advice` says */
  bool may_end;       /* LIMIT may end it */
  bool
      is_more; /* the line of the plan that stands for the one before it stands for this one, too */
} cm_explained_plan;

/** Zeroed it is empty. */
struct cm_explained {
  cm_explained_plan *plans; /* owned */
  int count, capacity;
};

/**
 * Note a plan, and number it in `info`, where xFilter does not look.
 * @return SQLITE_OK, SQLITE_NOMEM; SQLITE_ERROR: the statement has too many.
 */
int cm_explained_note(cm_explained *explained, const cm_table *table, const cm_offer *offer,
                      const cm_plan *plan, sqlite3_index_info *info) CM_MUST_CHECK;

/**
 * Note the plan of a function that is a table, or one of several: The first one of a call is numbered in `info`,
 * where xFilter does not look.
 * @param plan  Its texts are copied.
 * @param info  NULL: it is one more of the call that was noted last.
 * @return as cm_explained_note.
 */
int cm_explained_note_call(cm_explained *explained, const cm_explained_plan *plan,
                           sqlite3_index_info *info) CM_MUST_CHECK;

/** The plan that a line of EXPLAIN QUERY PLAN shows; NULL: it shows none of ours. */
const cm_explained_plan *cm_explained_find(const cm_explained *explained, const char *line);

void cm_explained_clear(cm_explained *explained);

#endif
