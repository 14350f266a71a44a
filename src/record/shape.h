/*
** shape.h -- how a JSON column is laid out in a request body, and what may stand in it.
** Pure.  Tests: tests/unit/change/change.c
*/
#ifndef CM_RECORD_SHAPE_H
#define CM_RECORD_SHAPE_H

#include "spec/resource.h"
#include "wire/json.h"

/**
 * Bring a JSON object or array into the shape of its column; what does not fit is refused, above all
 * where it would pass for an empty set.
 * @param json  The value; replaced where its shape differs, still the caller's.
 * @return SQLITE_OK; SQLITE_ERROR with table, column and what it takes; SQLITE_NOMEM.
 */
int cm_change_shape(const cm_resource *resource, int column, cm_json **json,
                    cm_err *err) CM_MUST_CHECK;

/** True for the shapes that are a set of names with values. */
bool cm_change_shape_has_members(const cm_column *column);

/** True for JSON null and for no node at all. */
bool cm_change_shape_is_nothing(const cm_json *json);

/**
 * A set in its shape as one object: [{"key": "a", "value": 1}] becomes {"a": 1}; an object is copied. NULL
 * in, or an item that is not such a pair: NULL out, as when memory runs out.
 */
cm_json *cm_change_shape_members(const cm_json *set);

/** Member of an object by its name, which may hold dots. NULL when there is none. */
cm_json *cm_change_shape_member(const cm_json *object, const char *name);

/**
 * The API's word for the type of a scalar (String, Integer, ...); NULL for anything else. A text is a
 * Timestamp where it has the ISO form, date and time joined by a T.
 */
const char *cm_change_shape_type(const cm_json *value);

/** The entry of a typed list for one member: {"type","key","value"}. NULL when memory runs out. */
cm_json *cm_change_shape_typed(const char *key, const cm_json *value);

/**
 * Give an entry {"key","value"} the type of its value, where it has none and the value has one.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_change_shape_complete(cm_json *entry) CM_MUST_CHECK;

/** The same without the type: {"key","value"}. */
cm_json *cm_change_shape_pair(const char *key, const cm_json *value);

#endif
