/*
** search.h -- does a write of a row wait? What an UPDATE asks before it compares. In write/shared_sets.c.
*/
#ifndef CM_WRITE_SEARCH_H
#define CM_WRITE_SEARCH_H

#include "change/change.h"
#include "client/session.h"

/** What a search for waiting writes of a row has found. Set `session`, the rest zero. */
typedef struct cm_queue_search {
  cm_session *session;
  bool is_done;
  bool is_row;   /* a write of the row waits, under any of its names */
  bool are_sets; /* writes of members of its sets wait */
  int code;      /* SQLITE_NOMEM where memory ran out */
} cm_queue_search;

/** A cm_change_waits whose context is a cm_queue_search. */
bool cm_queue_is_column_waiting(void *context, cm_change *change, int column);

#endif
