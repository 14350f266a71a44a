#include "record/compare.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/sqlite_api.h"

/** In a column of numbers SQL reads texts as numbers, on both sides. */
static bool is_numeric(cm_type type) {
  return type == CM_INTEGER || type == CM_REAL || type == CM_BOOLEAN;
}

/** A database may hold its texts in UTF-16, where other letters than these have another order. */
static bool is_ascii(const cm_value *text) {
  for (size_t i = 0; i < text->len; i++) {
    if ((unsigned char)text->text[i] > 0x7f) return false;
  }
  return true;
}

/** True when SQLite compares the two as they are, without a conversion. */
static bool is_plain(cm_type type, cm_term_op op, const cm_value *shown, const cm_value *wanted) {
  if (cm_value_is_number(shown) && cm_value_is_number(wanted))
    return is_numeric(type) || type == CM_ANY;
  if (!cm_value_is_text(shown) || !cm_value_is_text(wanted) || is_numeric(type)) return false;
  return op == CM_TERM_EQ || (is_ascii(shown) && is_ascii(wanted));
}

bool cm_match(cm_type type, cm_term_op op, const cm_value *shown, const cm_value *wanted) {
  if (op >= CM_TERM_NE) return true;
  if (shown->type == CM_VALUE_NULL) return false;
  if (!is_plain(type, op, shown, wanted)) return true;
  int order = cm_value_compare(shown, wanted);
  switch (op) {
  case CM_TERM_EQ: return order == 0;
  case CM_TERM_GT: return order > 0;
  case CM_TERM_GE: return order >= 0;
  case CM_TERM_LT: return order < 0;
  case CM_TERM_LE: return order <= 0;
  default: return true;
  }
}

static int compare(const void *left, const void *right) {
  return cm_value_compare(left, right);
}

/** Numbers sort before texts, so the two ends of the list tell whether it holds another kind. */
static bool is_all_of_kind(const cm_value *values, int count, bool is_text) {
  return cm_value_is_text(&values[0]) == is_text && cm_value_is_text(&values[count - 1]) == is_text;
}

bool cm_match_list(const cm_value *shown, const cm_value *values, int count) {
  if (shown->type == CM_VALUE_NULL || count == 0) return false;
  if (!is_all_of_kind(values, count, cm_value_is_text(shown))) return true;
  return bsearch(shown, values, (size_t)count, sizeof *values, compare) != NULL;
}

int cm_match_check(const cm_resource *resource, int column, const cm_value *values, int count,
                   cm_err *err) {
  if (resource->columns[column].type != CM_TIME) return SQLITE_OK;
  for (int i = 0; i < count; i++) {
    const cm_value *value = &values[i];
    int64_t instant_ms = 0;
    char right[CM_INSTANT_TEXT];
    if (!cm_value_is_text(value) || !cm_instant_is_iso(value->text, value->len)) continue;
    if (!cm_instant_parse(value->text, value->len, &instant_ms)) continue;
    cm_instant_format_sql(instant_ms, right);
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s cannot be compared with '%.40s' (timestamps here have the form "
                      "YYYY-MM-DD HH:MM:SS, UTC): write '%s'",
                      resource->name, resource->columns[column].name, value->text, right);
  }
  return SQLITE_OK;
}
