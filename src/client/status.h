/*
** status.h -- what the status of an answer is called, whom it refuses, and what to do about it: a table.
** Pure: no I/O, no clock.  Tests: tests/unit/client/verdict.c
*/
#ifndef CM_CLIENT_STATUS_H
#define CM_CLIENT_STATUS_H

#include "base/base.h"

/** Who reads the advice: it speaks of a statement, of the row that was to be written or deleted, or of a function's call. */
typedef enum cm_reader {
  CM_OF_STATEMENT,
  CM_OF_ROW,
  CM_OF_FUNCTION,
  CM_OF_DELETE,
  CM_OF_LOOK_UP, /* of a row that a write names */
  CM_READERS     /* how many there are */
} cm_reader;

/** What an advice goes on with, because only the settings know it. */
typedef enum cm_advice_end {
  CM_ADVICE_PLAIN, /* with nothing; one that names base_url with its value */
  CM_ADVICE_PACE,  /* requests_per_second and concurrency */
  CM_ADVICE_KEY    /* there is no text: where the API key came from says it */
} cm_advice_end;

/** Statuses that mean the same. All texts are constant. */
typedef struct cm_status {
  int first, last;
  const char *name;    /* "Not Found" */
  const char *meaning; /* said in place of a message that such an answer never has; NULL: none */
  /* For each reader; NULL: as for the one before, of a DELETE as for a row, of a look-up as for a statement. */
  const char *advice[CM_READERS];
  cm_advice_end end;
  bool
      names_faults; /* what its message names is to be corrected; `advice` is for an answer without one */
  bool is_of_row; /* it refuses this one row: the next one may be right */
} cm_status;

/** The entry of a status. Never NULL: what is not listed stands under its class. */
const cm_status *cm_status_of(int status);

/**
 * The advice of a status, constant; NULL where its `end` says everything.
 * @param has_message  The answer says in words what is wrong.
 */
const char *cm_status_advice(const cm_status *status, cm_reader reader, bool has_message);

#endif
