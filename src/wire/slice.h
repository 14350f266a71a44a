/*
** slice.h -- JSON text as it arrived, cut into pieces without being copied or parsed into a tree.
** Owns: nothing; every slice borrows.  Tests: tests/unit/wire/json.c, tests/fuzz/json.c
**
** The scanner is strict about structure (brackets, commas, colons, escapes, the form of numbers) and
** lenient about bytes inside strings: invalid UTF-8 and raw control characters pass as they came, only
** a NUL does not. A byte order mark in front of a text is skipped.
*/
#ifndef CM_WIRE_SLICE_H
#define CM_WIRE_SLICE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

enum {
  CM_MAX_NUMBER_BYTES = 63,      /* a longer number is refused, as cJSON does */
  CM_MAX_ITEMS = 4 * 1024 * 1024 /* that are listed of one value: 64 MiB, as much as an answer */
};

/** A piece of JSON text. Borrowed. ptr NULL: absent. */
typedef struct cm_slice {
  const char *ptr;
  size_t len;
} cm_slice;

typedef enum cm_json_type {
  CM_JSON_ABSENT,
  CM_JSON_NULL,
  CM_JSON_FALSE,
  CM_JSON_TRUE,
  CM_JSON_NUMBER,
  CM_JSON_STRING,
  CM_JSON_ARRAY,
  CM_JSON_OBJECT
} cm_json_type;

/** Type by the first character; CM_JSON_ABSENT for an absent or empty slice, and for no JSON. */
cm_json_type cm_slice_type(cm_slice slice);

/**
 * Step through the members of an object or the items of an array.
 *
 * @param container  Slice of an object or array, as found.
 * @param at         Position, 0 before the first call; moved on by each call.
 * @param key        Receives the member's name without its quotes, still escaped; absent for items.
 *                   NULL when it is not wanted.
 * @param value      Receives the value's slice, white space trimmed.
 * @return SQLITE_ROW, SQLITE_DONE, or SQLITE_ERROR where the text is not JSON. What follows a value is
 *         looked at by the next call: only SQLITE_DONE says that the whole container was sound.
 */
int cm_slice_next(cm_slice container, size_t *at, cm_slice *key, cm_slice *value);

/** A member of an object: its name without its quotes, still escaped, and its value, trimmed. */
typedef struct cm_member {
  cm_slice name;
  cm_slice value;
} cm_member;

/**
 * Where the members of an object stand, in one pass.
 * @param members  Receives the first `capacity` of them.
 * @param count    Receives how many there are in all.
 * @return SQLITE_OK; SQLITE_ERROR where the text is not an object, or broken.
 */
int cm_slice_members(cm_slice object, cm_member *members, int capacity, int *count);

/** The items of an array, or the members' values of an object. Owned: free `items` with sqlite3_free. */
typedef struct cm_slice_items {
  cm_slice *items;
  int64_t count;
  int64_t capacity;
} cm_slice_items;

/**
 * As cm_slice_next, and in the same pass where the items of the value stand, overwriting `items`.
 * @return SQLITE_NOMEM and, for more than CM_MAX_ITEMS, SQLITE_TOOBIG too.
 */
int cm_slice_next_listed(cm_slice container, size_t *at, cm_slice *key, cm_slice *value,
                         cm_slice_items *items);

/** Where the items of an array stand. @return SQLITE_OK, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_TOOBIG. */
int cm_slice_list(cm_slice container, cm_slice_items *items);

/** The same text without the byte order mark and the white space around it. */
cm_slice cm_slice_trim(cm_slice slice);

/** True when it is exactly this text. */
static inline bool cm_slice_is(cm_slice slice, const char *text) {
  return cm_text_is(slice.ptr, slice.len, text);
}

/** A copy to free with sqlite3_free, with a NUL behind it; NULL when memory runs out. */
char *cm_slice_copy(cm_slice slice);

/**
 * Find a value by path: members joined by dots ("address.city"), "[n]" for an item, "[-1]" the last.
 * A member name may hold dashes. An empty or NULL path is the slice itself, trimmed.
 * @return the value's slice, absent when there is none or the path is malformed. What stands behind
 *         the value is not looked at.
 */
cm_slice cm_slice_find(cm_slice slice, const char *path);

/**
 * Append a string's text with its escapes decoded; half a surrogate pair becomes U+FFFD, and "\u0000"
 * a NUL byte.
 * @param escaped  What stands between the quotes: a key of cm_slice_next, or cm_slice_inner.
 * @return as cm_buf_append.
 */
int cm_slice_unescape(cm_slice escaped, cm_buf *out);

/** True when an escaped text, as for cm_slice_unescape, means `text`. Needs no memory. */
bool cm_slice_means(cm_slice escaped, const char *text, size_t text_len);

/** What stands between the quotes of a string, still escaped. Absent for any other type. */
cm_slice cm_slice_inner(cm_slice string);

/**
 * The exact value of a number without a fraction, "2e3" and "2.0" included.
 * @return false for anything else, for one that does not fit 64 bits, and for a form with a point or an
 *         exponent beyond 2^53.
 */
bool cm_slice_integer(cm_slice number, int64_t *out);

/** The nearest double of a number; 0 for anything else. */
double cm_slice_number(cm_slice number);

/** What a walk over a whole text found beside its soundness. */
typedef struct cm_slice_facts {
  bool has_odd_escape;  /* "\u0000", or half a surrogate pair */
  bool has_long_number; /* a number with an exponent or of more than 15 bytes */
} cm_slice_facts;

/**
 * Check the whole of a text: one value, nothing behind it, no deeper than CM_MAX_JSON_DEPTH.
 * @param facts  NULL when they are not wanted.
 * @return SQLITE_OK; SQLITE_ERROR with the position in `err`.
 */
int cm_slice_check(cm_slice text, cm_slice_facts *facts, cm_err *err);

/** Make every odd escape of a sound text "\ufffd", in place: the length stays the same. */
void cm_slice_mend_escapes(char *text, size_t len);

/* ---- paths, as both views of a text read them ------------------------------------------------ */

/** One step of a path. */
typedef struct cm_step {
  const char *name; /* of a member, `len` bytes; NULL: an item */
  size_t len;
  long index; /* of an item; negative counts from the end */
} cm_step;

/**
 * Read the next step of a path and move `path` behind it.
 * @return SQLITE_ROW, SQLITE_DONE at the end, SQLITE_ERROR where the path is malformed.
 */
int cm_step_next(const char **path, cm_step *step);

#endif
