/*
** listed_names.h -- by which names look-ups may ask for the rows that a row of a list is, or holds.
** Pure.  Tests: tests/cases/write/asked_list/
*/
#ifndef CM_FIND_LISTED_NAMES_H
#define CM_FIND_LISTED_NAMES_H

#include "base/err.h"
#include "spec/registry.h"
#include "wire/slice.h"

/**
 * A name was found: of a row by its natural key, or of a member of a set by its owner and its own name. The texts are borrowed.
 * @param pair  The first NULL: the row does not show it, so that its name is not known.
 * @param uuid  Of the row, or of the owner.  @param text  Of the row; absent for a member.
 * @return SQLITE_OK; anything else ends the search.
 */
typedef int (*cm_listed_name_found)(void *context, const char *const pair[2], cm_slice uuid,
                                    cm_slice text);

/** A row was found that has this key. @return as cm_listed_name_found. */
typedef int (*cm_listed_key_found)(void *context, const char *key, cm_slice text);

/** What is searched, and who is told. Borrowed. */
typedef struct cm_listed_names {
  const cm_resource *resource;
  const cm_searched *searched; /* of it */
  const char *first; /* part of the name that all rows of the list have; NULL: they show it */
  cm_listed_name_found found;
  cm_listed_key_found found_key; /* not of members */
  void *context;
} cm_listed_names;

/**
 * Find the names that a row of the list answers to, those of rows that were merged into it too.
 * @return SQLITE_OK; SQLITE_MISMATCH where it is not what it should be; what `found` says;
 *         SQLITE_NOMEM; SQLITE_ERROR for a row that is not JSON.
 */
int cm_listed_names_find(const cm_listed_names *names, cm_slice text, cm_err *err) CM_MUST_CHECK;

#endif
