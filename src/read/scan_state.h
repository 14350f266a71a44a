/*
** scan_state.h -- the inside of a scan, shared by read/scan.c and by the files whose functions read/scan_parts.h lists.
*/
#ifndef CM_READ_SCAN_STATE_H
#define CM_READ_SCAN_STATE_H

#include "lists/key_set.h"
#include "read/ahead.h"
#include "read/scan.h"
#include "read/scan_parts.h"

/** The row around the current one, where it was looked up. */
typedef struct cm_around {
  char *text;    /* owned; NULL: it was not */
  bool is_asked; /* of this row: not twice */
} cm_around;

/** Of CM_LACK_LIST: which of its values the list has, as the texts of the running statements say. */
typedef struct cm_scan_choices {
  bool are_listed, are_unknown;
  uint64_t listed;
} cm_scan_choices;

struct cm_scan {
  cm_session *session;
  const cm_resource *resource;
  cm_plan plan;
  const cm_read *read;    /* NULL: no row can match */
  const cm_read *planned; /* where `read` is the widest list because a value cannot be sent */
  cm_scan_arg args[CM_PLAN_MAX_ARGS];
  cm_scan_legs legs;
  uint64_t account; /* of the session when the scan began */
  cm_scan *parent;  /* whose keys fill the path; NULL: none */
  int parent_column;
  cm_row row;
  bool is_on_row;
  cm_around around;
  int64_t row_number;                   /* rows returned so far: the ordinal of the current one */
  cm_ahead followers[CM_MAX_FOLLOWERS]; /* scans that follow this one's rows in a join */
  cm_leg_request followed;              /* what was asked for last; borrows from its leg */
  cm_scan *next_open;                   /* in the session's list */
  cm_unfolding unfolding;
  cm_scan_pace pace;
  /* The keys that were shown: of a first page that LIMIT made short, in case SQLite wants more, and where the
  ** lists of several values of a parameter may hold the same rows. */
  bool is_short, may_repeat;
  cm_key_set shown;
  cm_page_keys page_keys;
  cm_scan_choices choices;
};

/** The oldest leg, whose rows come next. */
static inline cm_leg *cm_scan_leg(const cm_scan *scan) {
  return &scan->legs.ring[scan->legs.first];
}

#endif
