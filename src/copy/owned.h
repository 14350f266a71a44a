/*
** owned.h -- which tables of a file are the copy's: made, brought to the columns of this version, and told apart
** from the user's own.
** Owns: nothing.  Tests: tests/cases/copy/
**
** What the copy keeps beside its tables:
** chartmogul_copy (table_name, account, version, refreshed_at): the tables that are the copy's;
** chartmogul_copy_added (table_name, key, added_at): rows that came after the first copy;
** <table>_history: former versions of rows, with valid_from (NULL: it was so in the first copy) and valid_to.
*/
#ifndef CM_COPY_OWNED_H
#define CM_COPY_OWNED_H

#include "copy/target.h"

enum {
  CM_OWNED_NAME = 64, /* bytes for a table's name with its NUL */
  CM_OWNED_STAMP = 32 /* likewise for the time of a refresh */
};

/**
 * Refuse names that are taken by what is not the copy's, or that a table in temp hides. Writes nothing.
 * @return SQLITE_OK; SQLITE_ERROR with the name and what to do; what SQLite says.
 */
int cm_owned_check_names(cm_target *target, const cm_copied_list *list, cm_err *err) CM_MUST_CHECK;

/** Whether the file holds a copy of the table. Codes as cm_owned_check_names. */
int cm_owned_has(cm_target *target, const char *name, bool *out, cm_err *err) CM_MUST_CHECK;

/** Refuse a copy of another account than `account`. Codes as cm_owned_check_names. */
int cm_owned_check_account(cm_target *target, const char *account, cm_err *err) CM_MUST_CHECK;

/** What a table of the copy is before this refresh. */
typedef struct cm_owned {
  bool is_new;
  bool is_unknown
      [CM_MAX_COPIED_COLUMNS]; /* by place: an older version made the table without the column */
  char refreshed_at[CM_OWNED_STAMP]; /* the last time; "" where it is new */
} cm_owned;

/** When a table of the copy was refreshed last. @param out  Receives it; "" where it was not. */
int cm_owned_last_time(cm_target *target, const char *name, char out[CM_OWNED_STAMP],
                       cm_err *err) CM_MUST_CHECK;

/** Writes nothing. */
int cm_owned_look(cm_target *target, const cm_copied *copied, cm_owned *out,
                  cm_err *err) CM_MUST_CHECK;

/** Make an empty table of these columns, under a name of its own that it has until it is full. */
int cm_owned_create(cm_target *target, const cm_copied *copied, char name[CM_OWNED_NAME],
                    cm_err *err) CM_MUST_CHECK;

/**
 * Inside a transaction: give the new table its name, or the old one the columns that it lacks.
 * @param created  From cm_owned_create; NULL where the table is not new.
 * @return SQLITE_DONE: another program has refreshed the table since cm_owned_look.
 */
int cm_owned_adopt(cm_target *target, const cm_copied *copied, const cm_owned *owned,
                   const char *created, cm_err *err) CM_MUST_CHECK;

/**
 * Make the indexes that are missing, each in a transaction of its own: the largest tables take a second for each.
 */
int cm_owned_index(cm_target *target, const cm_copied *copied, cm_err *err) CM_MUST_CHECK;

/** Inside the same transaction as cm_owned_adopt: write down that the table is as the account was at `now`. */
int cm_owned_stamp(cm_target *target, const cm_copied *copied, const char *account, const char *now,
                   cm_err *err) CM_MUST_CHECK;

#endif
