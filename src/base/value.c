#include "base/value.h"

#include <string.h>

#include "base/sqlite_api.h"

static bool has_bytes(cm_value_type type) {
  return type == CM_VALUE_TEXT || type == CM_VALUE_JSON || type == CM_VALUE_BLOB;
}

int cm_value_copy(const cm_value *from, cm_value *to) {
  cm_value copy = *from;
  copy.owned = NULL;
  if (has_bytes(from->type)) {
    copy.owned = sqlite3_malloc64((sqlite3_uint64)from->len + 1);
    if (copy.owned == NULL) {
      *to = cm_value_null();
      return SQLITE_NOMEM;
    }
    if (from->len > 0) memcpy(copy.owned, from->text, from->len);
    copy.owned[from->len] = '\0';
    copy.text = copy.owned;
  }
  *to = copy;
  return SQLITE_OK;
}

void cm_value_clear(cm_value *value) {
  if (value->owned != NULL) sqlite3_free(value->owned);
  *value = cm_value_null();
}

bool cm_value_is_text(const cm_value *value) {
  return value->type == CM_VALUE_TEXT || value->type == CM_VALUE_JSON;
}

bool cm_value_is_empty(const cm_value *value) {
  return cm_value_is_text(value) && value->len == 0;
}

bool cm_value_is_number(const cm_value *value) {
  return value->type == CM_VALUE_INTEGER || value->type == CM_VALUE_REAL;
}

static int sign_of_integers(int64_t left, int64_t right) {
  return (left > right) - (left < right);
}

static int sign_of_reals(double left, double right) {
  return (left > right) - (left < right);
}

/*
** Exact where a conversion to double would round: above 2^53 two different numbers could be equal.
*/
static int compare_integer_with_real(int64_t integer, double real) {
  if (real < -9223372036854775808.0) return 1;
  if (real >= 9223372036854775808.0) return -1;
  int64_t whole = (int64_t)real;
  int sign = sign_of_integers(integer, whole);
  return sign != 0 ? sign : sign_of_reals(0.0, real - (double)whole);
}

static int compare_numbers(const cm_value *left, const cm_value *right) {
  if (left->type == CM_VALUE_INTEGER) {
    if (right->type == CM_VALUE_INTEGER) return sign_of_integers(left->integer, right->integer);
    return compare_integer_with_real(left->integer, right->real);
  }
  if (right->type == CM_VALUE_INTEGER)
    return -compare_integer_with_real(right->integer, left->real);
  return sign_of_reals(left->real, right->real);
}

static int compare_bytes(const cm_value *left, const cm_value *right) {
  size_t common = left->len < right->len ? left->len : right->len;
  int sign = common > 0 ? memcmp(left->text, right->text, common) : 0;
  if (sign != 0) return sign;
  return (left->len > right->len) - (left->len < right->len);
}

/* SQLite has no NaN: where one would be stored, NULL is. */
static int class_of(const cm_value *value) {
  switch (value->type) {
  case CM_VALUE_INTEGER: return 1;
  case CM_VALUE_REAL: return value->real == value->real ? 1 : 0;
  case CM_VALUE_TEXT:
  case CM_VALUE_JSON: return 2;
  case CM_VALUE_BLOB: return 3;
  case CM_VALUE_NULL: break;
  }
  return 0;
}

int cm_value_compare(const cm_value *left, const cm_value *right) {
  int class = class_of(left);
  int other = class_of(right);
  if (class != other) return class - other;
  if (class == 0) return 0;
  return class == 1 ? compare_numbers(left, right) : compare_bytes(left, right);
}
