/*
** value.h -- one value between JSON, SQL and a request: nothing, integer, real, text or JSON text.
** Knows neither SQLite's values nor cJSON's; sql/bridge.c and record/row.c convert.
*/
#ifndef CM_BASE_VALUE_H
#define CM_BASE_VALUE_H

#include "base/base.h"

typedef enum cm_value_type {
  CM_VALUE_NULL,
  CM_VALUE_INTEGER,
  CM_VALUE_REAL,
  CM_VALUE_TEXT,
  CM_VALUE_JSON, /* text that is JSON: SQLite sees it with the JSON subtype */
  CM_VALUE_BLOB  /* only from SQL; never sent, never shown */
} cm_value_type;

/** Texts and blobs carry their length. A text is followed by a NUL, JSON and cm_row_peek's need not be. */
typedef struct cm_value {
  cm_value_type type;
  int64_t integer;
  double real;
  const char *text; /* borrowed unless `owned` is set */
  size_t len;
  char *owned; /* the same pointer as `text` when this value owns it (sqlite3_malloc) */
} cm_value;

static inline cm_value cm_value_null(void) {
  return (cm_value){ .type = CM_VALUE_NULL };
}

static inline cm_value cm_value_integer(int64_t integer) {
  return (cm_value){ .type = CM_VALUE_INTEGER, .integer = integer };
}

static inline cm_value cm_value_real(double real) {
  return (cm_value){ .type = CM_VALUE_REAL, .real = real };
}

/** A borrowed text. NULL text gives CM_VALUE_NULL. */
static inline cm_value cm_value_text(const char *text, size_t len) {
  if (text == NULL) return cm_value_null();
  return (cm_value){ .type = CM_VALUE_TEXT, .text = text, .len = len };
}

/** Make `to` a copy that owns its bytes. @return SQLITE_OK or SQLITE_NOMEM (`to` is NULL then). */
int cm_value_copy(const cm_value *from, cm_value *to) CM_MUST_CHECK;

/** Free owned bytes and make the value NULL. */
void cm_value_clear(cm_value *value);

/**
 * Order as SQLite's BINARY collation does: NULL, numbers, text (JSON counts as text), blobs.
 * @return < 0, 0, > 0.
 */
int cm_value_compare(const cm_value *left, const cm_value *right);

/** True for CM_VALUE_TEXT and CM_VALUE_JSON. */
bool cm_value_is_text(const cm_value *value);
/** True for a text without a byte: it names nothing. */
bool cm_value_is_empty(const cm_value *value);
/** True for CM_VALUE_INTEGER and CM_VALUE_REAL. */
bool cm_value_is_number(const cm_value *value);

#endif
