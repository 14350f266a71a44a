/*
** change_text.h -- a change as one text, for the journal, and back.
** Pure.  Tests: tests/unit/change/change.c
*/
#ifndef CM_CHANGE_CHANGE_TEXT_H
#define CM_CHANGE_CHANGE_TEXT_H

#include "change/change.h"

/** How a row leaves in a json import. */
typedef struct cm_imported {
  char *name; /* of the import; "": it is to leave in one; NULL: in none */
  char
      *customer; /* external id of the customer whom the row names by his uuid; NULL: it does not */
} cm_imported;

/**
 * @param imported  Borrowed.
 * @param out       Receives the text, to free with sqlite3_free.
 * @return SQLITE_OK, SQLITE_NOMEM; SQLITE_TOOBIG.
 */
int cm_change_to_text(cm_change *change, const cm_imported *imported, char **out,
                      cm_err *err) CM_MUST_CHECK;

/**
 * Make a change of a text. The text is input: a column that its verb cannot write, a value of a wrong form, are errors.
 * @param out       Receives the change, to be cleared with cm_change_clear; empty on failure.
 * @param imported  Receives the same, to be cleared with cm_imported_clear, on failure too.
 * @return SQLITE_OK; SQLITE_ERROR where it is no change of this table; SQLITE_NOMEM.
 */
int cm_change_of_text(const cm_resource *resource, const char *text, cm_change *out,
                      cm_imported *imported, cm_err *err) CM_MUST_CHECK;

/** Free what was read of a text. */
void cm_imported_clear(cm_imported *imported);

#endif
