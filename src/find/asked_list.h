/*
** asked_list.h -- many look-ups by natural key turned into one reading of the list that would answer them.
** Owns: of each such table what its list has shown, up to CM_MAX_MEMO_BYTES, and the pager that reads it.
**
** In a COMMIT the rows that will be asked for are counted before any of them leaves: where the list has fewer pages, it
** is read. In autocommit they come one by one: the list is read once the look-ups have cost as much. A list whose length
** nobody knows is read page by page, never more pages than look-ups. One reading serves the rows that stand inside its
** rows, too (cm_inside_of); where all rows that were counted are of one data source, by which the API narrows the list,
** only theirs are read. It is read with what the look-up sees, to its
** end before it answers (two rows may have one key), past the memo, and is as old as the answers of the finder: what is
** written meanwhile is told here, and asked of the API again; but a new member of a set is known.
*/
#ifndef CM_FIND_ASKED_LIST_H
#define CM_FIND_ASKED_LIST_H

#include "client/session.h"
#include "spec/resource.h"

typedef struct cm_asked_list cm_asked_list;

/** The lists of a sending. Zeroed: none. */
typedef struct cm_asked_lists {
  cm_asked_list *first; /* owned */
  bool is_counted;      /* all questions to come are counted: what is not among them is looked up */
} cm_asked_lists;

/** One look-up. Borrowed. */
typedef struct cm_asked_row {
  const cm_resource *resource; /* with a natural key, or whose rows are members of sets */
  const char
      *values[2]; /* of the natural key; the owner and the name of a member; [0] of the key */
  bool is_by_key; /* by that */
  bool needs_row; /* its text, not the uuid alone */
  bool is_left;   /* where the list does not answer: it is not looked up */
} cm_asked_row;

/** What a list has shown of a row. */
typedef struct cm_listed {
  bool is_known; /* the list answers; false: send the look-up */
  int matches;   /* 0, 1, or 2 for several */
  char *uuid;    /* of the only match; owned by the caller */
  char *row;     /* its text, where it was asked for; likewise */
} cm_listed;

/** A row that will be asked for. Borrowed. */
typedef struct cm_counted_row {
  const cm_resource *resource;
  uint64_t
      token; /* of its natural key, or its owner and name, as cm_row_token has it for 'n'; of its key for 'k' */
  bool is_by_key;    /* by that */
  const char *first; /* part of it; NULL: not known. A list is narrowed by what all have */
  bool needs_row;
  bool is_sure; /* false: only where the row that names it is not there yet */
} cm_counted_row;

/**
 * Count a row that will be asked for. After the last one comes cm_asked_lists_end_count. More can be counted behind that, and
 * one that was not sure may have become it; of a list that has begun they are not.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_asked_lists_count(cm_asked_lists *lists, const cm_counted_row *counted) CM_MUST_CHECK;
void cm_asked_lists_end_count(cm_asked_lists *lists);

/**
 * Answer a look-up from its list, which is read where that is worth it. What goes wrong with the list is no failure: its
 * rows are looked up.
 * @return SQLITE_OK; SQLITE_NOMEM; SQLITE_INTERRUPT; what a page failed with where the same may work later.
 */
int cm_asked_lists_find(cm_asked_lists *lists, cm_session *session, const cm_asked_row *asked,
                        cm_listed *out, cm_err *err) CM_MUST_CHECK;

/** A row was written under this natural key: it is asked of the API. */
void cm_asked_lists_forget(cm_asked_lists *lists, const cm_resource *resource,
                           const char *const values[2]);

/** A member of a set was written: it is there, or is asked of the API. `values` as cm_asked_row has them. */
void cm_asked_lists_note_member(cm_asked_lists *lists, const cm_resource *resource,
                                const char *const values[2], bool is_there);

/** Something of a row, or of what its text shows, was written: the text is asked of the API. `key` may be NULL. */
void cm_asked_lists_touch(cm_asked_lists *lists, const char *resource, const char *key);

/** A row was written that may have sets: their members are asked of the API. `key` may be NULL. */
void cm_asked_lists_touch_sets(cm_asked_lists *lists, const char *resource, const char *key);

/** Natural keys have changed: the rows of this table are looked up from now on. */
void cm_asked_lists_give_up(cm_asked_lists *lists, const cm_resource *resource);

/** Forget everything, what was counted too. */
void cm_asked_lists_clear(cm_asked_lists *lists);

#endif
