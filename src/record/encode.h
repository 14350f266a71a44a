/*
** encode.h -- a column's SQL value as the JSON that a request carries.
** Pure.  Tests: tests/unit/change/change.c
*/
#ifndef CM_RECORD_ENCODE_H
#define CM_RECORD_ENCODE_H

#include "base/value.h"
#include "spec/resource.h"
#include "wire/json.h"

/** A value as the text that paths, queries and names carry: numbers as digits. */
typedef struct cm_plain {
  char digits[32];
  const char *text; /* into `digits` or borrowed from the value; NULL for NULL and blobs */
  size_t len;
} cm_plain;

/** Fill `out` from `value`; `out` may not be moved afterwards. @return out->text. */
const char *cm_plain_set(cm_plain *out, const cm_value *value);

/** The same as a text to be freed. @param out  NULL where there is none. @return SQLITE_OK, SQLITE_NOMEM. */
int cm_plain_copy(const cm_value *value, char **out, cm_err *err) CM_MUST_CHECK;

/**
 * Encode a value for a request: instants as ISO, days as days, booleans as true and false, JSON text
 * parsed and laid out by the column's shape. NULL becomes JSON null, of a
 * set of members the empty list.
 *
 * @param was  JSON type that the column had in the row that was read, CM_JSON_ABSENT where it was not:
 *             a text column that held a number or a boolean keeps that type.
 * @param out  Receives the JSON; free it with cm_json_free.
 * @return SQLITE_OK; SQLITE_ERROR with table and column where the value does not fit; SQLITE_NOMEM.
 */
int cm_change_value_encode(const cm_resource *resource, int column, const cm_value *value,
                           cm_json_type was, cm_json **out, cm_err *err) CM_MUST_CHECK;

#endif
