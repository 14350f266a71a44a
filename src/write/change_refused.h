/*
** change_refused.h -- what is kept of a row that was refused before it could be a change.
** Pure: no I/O.  Tests: tests/cases/write/outcomes/
*/
#ifndef CM_WRITE_CHANGE_REFUSED_H
#define CM_WRITE_CHANGE_REFUSED_H

#include "write/change_check.h"

/**
 * Of a row without a label: what it belongs to, "customer_uuid cus_1".
 * @param out  Receives the text, to free with sqlite3_free; NULL where nothing says it.
 */
int cm_change_owner(const cm_change *change, char **out, cm_err *err) CM_MUST_CHECK;

/** What is kept of a row that was refused before it could be a change. Texts are owned; NULL: none. */
typedef struct cm_refused {
  const cm_resource *resource;
  cm_verb verb;
  char *name;  /* as cm_change_label */
  char *owner; /* as cm_change_owner */
  char *body;  /* what it gave: a JSON object of its columns */
  /* Of an INSERT that goes inside another row, see cm_inside_of: that row's natural key, and its own. */
  char *host[2], *natural[2];
} cm_refused;

/**
 * Keep what tells a row from others, and what it gave.
 * @param key    NULL value: an INSERT.
 * @param cells  One per column; NULL: a DELETE.
 * @param out    Receives the texts, to be freed with cm_refused_clear, on failure too.
 */
int cm_change_refused(const cm_resource *resource, const cm_value *key, const cm_cell *cells,
                      cm_refused *out, cm_err *err) CM_MUST_CHECK;
void cm_refused_clear(cm_refused *refused);

#endif
