/*
** json.h -- JSON text in, values out; values in, JSON text out. Knows nothing of SQLite's values.
** cJSON.h is in wire/json.c only.  Tests: tests/unit/wire/json.c, tests/fuzz/json.c
**
** Two views of the same text. A *slice* (wire/slice.h) is a piece of the text as it arrived: rows and nested
** objects are shown from it. A *node* is cJSON's tree of one row: members are found and texts are
** decoded in it. A page is cut into row slices first; each row is then parsed on its own, so memory
** holds one tree of one row at a time.
**
** What cJSON would lose is kept: a number with an exponent or of more than 15 bytes stays in its digits
** (it is compared and written exactly), and a NUL or half a surrogate pair in a text becomes U+FFFD
** instead of ending the text. cJSON keeps its own memory (malloc): its hooks belong to the process.
*/
#ifndef CM_WIRE_JSON_H
#define CM_WIRE_JSON_H

#include "wire/slice.h"

/* ---- nodes: one parsed value ------------------------------------------------------------- */

typedef struct cm_json cm_json; /* cJSON's node under another name */

/**
 * Parse the whole of a text: one value, nothing behind it, no deeper than CM_MAX_JSON_DEPTH.
 * @param out  Receives the tree; free it with cm_json_free.
 * @return SQLITE_OK; SQLITE_ERROR with the position where the text is not JSON; SQLITE_NOMEM.
 */
int cm_json_parse(cm_slice text, cm_json **out, cm_err *err) CM_MUST_CHECK;

/** NULL: nothing. Free only what cm_json_parse or a cm_json_new_ function returned. */
void cm_json_free(cm_json *json);

/** Find by path, as cm_slice_find. Borrowed; NULL when there is none or `json` is NULL. */
cm_json *cm_json_find(const cm_json *json, const char *path);

/** Type; CM_JSON_ABSENT for NULL. */
cm_json_type cm_json_type_of(const cm_json *json);

/** Text of a string node, decoded, borrowed; NULL for any other type. */
const char *cm_json_text(const cm_json *json);

/** Number of a number node; 0 for any other. Integers above 2^53 need cm_json_integer. */
double cm_json_number(const cm_json *json);

/** Exact value of a number without a fraction, as cm_slice_integer. */
bool cm_json_integer(const cm_json *json, int64_t *out);

/** First child of an array or object, and the next after `child`. Borrowed, NULL at the end. */
cm_json *cm_json_first(const cm_json *json);
cm_json *cm_json_after(const cm_json *child);
int cm_json_count(const cm_json *json);         /* of children */
const char *cm_json_name(const cm_json *child); /* member name, decoded; NULL for an item */

/** True when both mean the same: members in any order, 1 = 1.0. NULL equals only NULL. */
bool cm_json_is_equal(const cm_json *json, const cm_json *other);

/* ---- building ---------------------------------------------------------------------------- */

/* New values; NULL when memory runs out. Each is owned by the caller until it is put somewhere. */
cm_json *cm_json_new_object(void);
cm_json *cm_json_new_array(void);
cm_json *cm_json_new_text(const char *text); /* NULL text: JSON null */
cm_json *cm_json_new_integer(int64_t value); /* exact: kept as digits */
cm_json *cm_json_new_real(double value);     /* shortest digits that read back; NaN: null */
cm_json *cm_json_new_boolean(bool value);
cm_json *cm_json_new_null(void);
cm_json *cm_json_copy(const cm_json *json);

/**
 * Put `value` at a dotted path of `object`, making the objects on the way; a value that stands there
 * already is replaced. The tree owns `value` afterwards, and frees it on failure too.
 * @param value  NULL counts as memory that ran out, so that cm_json_new_ calls can stand here.
 * @return SQLITE_OK, SQLITE_NOMEM; SQLITE_ERROR when the path leads through something else.
 */
int cm_json_put(cm_json *object, const char *path, cm_json *value);

/** Set the member `name`, which may hold dots and brackets; everything else as cm_json_put. */
int cm_json_set(cm_json *object, const char *name, cm_json *value);

/** Append to an array; everything else as cm_json_put. */
int cm_json_push(cm_json *array, cm_json *value);

/** Take the member or item out of its parent; the caller owns it. NULL when there is none. */
cm_json *cm_json_take(cm_json *object, const char *name);

/** Write as compact text. The caller frees it with sqlite3_free. NULL when memory runs out. */
char *cm_json_format(const cm_json *json);

/** Append `text` to `buf` as a JSON string with its quotes. Codes as cm_buf_append. */
int cm_json_quote(cm_buf *buf, const char *text, size_t len);

/**
 * What an error answer says, in one line: `message` and `error`, then each detail that does not repeat them, of
 * `errors` and `error_details`, else of a map of fields; where there is none of these, the beginning of a text or
 * HTML page (tags removed). Each may be a text, a list, a map or a detail (`message` with `param` or `field`), nested
 * as they come. A detail begins with the place that it is about, unless it names that itself:
 * "line_items[1].plan_uuid: can't be blank".
 *
 * @param body  The answer, any bytes.
 * @param out   Receives the line, cut to `size` bytes and then ending in "…"; "" for an empty body.
 * @return SQLITE_OK when the body has the shape of one of the API's own JSON errors, SQLITE_NOTFOUND when
 *         it has not, SQLITE_NOMEM.
 */
int cm_json_error_text(cm_slice body, char *out, size_t size);

/** Says nothing: null, false, a number, "", and lists and objects of such values. Absent too. */
bool cm_json_is_empty(cm_slice value);

/** The object says that something is wrong: in `error`, `errors` or `error_details`, or by a `code` of 4xx or 5xx. */
bool cm_json_has_error(cm_slice object);

/**
 * What such an object says, to stand behind what is wrong with it: "; it says: Name is odd". "" where it has no error.
 * @param size  As for cm_json_error_text.
 */
void cm_json_error_words(cm_slice object, char *out, size_t size);

/**
 * The body is an error and nothing else: an object that has an error, and no member that an error has not.
 * @param counts_errors  false: one whose `errors` say something is not an error, because a record may be meant.
 */
bool cm_json_is_error(cm_slice body, bool counts_errors);

/** cJSON's version text, constant. */
const char *cm_json_library(void);

#endif
