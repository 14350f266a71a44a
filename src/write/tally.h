/*
** tally.h -- how the writes of a transaction, or of a statement in autocommit, fare.
** Owns: its lines.
*/
#ifndef CM_WRITE_TALLY_H
#define CM_WRITE_TALLY_H

#include "base/base.h"

/** The first of its kind, which is told. */
typedef struct cm_told {
  int code;        /* SQLITE_OK: there is none */
  const char *who; /* its table */
  char *line;      /* "label: what the API said"; owned; NULL when memory ran out */
} cm_told;

/** How the writes of the transaction fare. */
typedef struct cm_tally {
  bool is_out_of_memory; /* something that belongs to an outcome could not be kept */
  int64_t written, left_alone, refused, unknown, kept; /* kept: refused, but stored with errors */
  int64_t refused_early; /* before they waited, in statements that went on */
  bool is_broken;        /* a refusal that no setting makes light of: the key, the connection */
  cm_told first_refused;
  cm_told first_early;                 /* of refused_early */
  cm_told first_failed, first_unknown; /* it can be sent again, or not; the second is kept */
} cm_tally;

/** Free the lines and begin anew. */
void cm_queue_clear_tally(cm_tally *tally);

/** Forget the first of those of which none is left: they were rolled back. */
void cm_tally_forget_none(cm_tally *tally);

#endif
