/*
** change_text.h -- a change as one text, for the journal, and back.
** Pure.  Tests: tests/unit/change/change.c
*/
#ifndef CM_CHANGE_CHANGE_TEXT_H
#define CM_CHANGE_CHANGE_TEXT_H

#include "change/change.h"

/**
 * @param import  Name of the json import that the row leaves in; "": it is to leave in one; NULL: none.
 * @param out     Receives the text, to free with sqlite3_free.
 * @return SQLITE_OK, SQLITE_NOMEM; SQLITE_TOOBIG.
 */
int cm_change_to_text(cm_change *change, const char *import, char **out, cm_err *err) CM_MUST_CHECK;

/**
 * Make a change of a text. The text is input: a column that its verb cannot write, a value of a wrong form, are errors.
 * @param out     Receives the change, to be cleared with cm_change_clear; empty on failure.
 * @param import  Receives the same, to free with sqlite3_free.
 * @return SQLITE_OK; SQLITE_ERROR where it is no change of this table; SQLITE_NOMEM.
 */
int cm_change_of_text(const cm_resource *resource, const char *text, cm_change *out, char **import,
                      cm_err *err) CM_MUST_CHECK;

#endif
