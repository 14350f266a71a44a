/*
** slice_number.c -- numbers of JSON text, digit for digit.
*/
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/slice.h"

/* strtod reads the decimal point of the host program's locale, which may be a comma. */
double cm_slice_number(cm_slice number) {
  char text[CM_MAX_NUMBER_BYTES + 16];
  if (cm_slice_type(number) != CM_JSON_NUMBER || number.len > CM_MAX_NUMBER_BYTES) return 0;
  const char *point = memchr(number.ptr, '.', number.len);
  size_t whole_len = point != NULL ? (size_t)(point - number.ptr) : number.len;
  sqlite3_snprintf((int)sizeof text, text, "%.*s%s%.*s", (int)whole_len, number.ptr,
                   point != NULL ? localeconv()->decimal_point : "",
                   point != NULL ? (int)(number.len - whole_len - 1) : 0,
                   point != NULL ? point + 1 : "");
  return strtod(text, NULL);
}

/** Digits alone, and a sign: exact up to 64 bits. */
static bool read_digits(cm_slice number, int64_t *out) {
  bool is_negative = number.len > 0 && number.ptr[0] == '-';
  uint64_t value = 0;
  for (size_t i = is_negative; i < number.len; i++) {
    if (!(number.ptr[i] >= '0' && number.ptr[i] <= '9') || value > (UINT64_MAX - 9) / 10)
      return false;
    value = value * 10 + (uint64_t)(number.ptr[i] - '0');
  }
  if (number.len == (size_t)is_negative || value > (uint64_t)INT64_MAX + is_negative) return false;
  *out = is_negative ? (int64_t)(0 - value) : (int64_t)value;
  return true;
}

bool cm_slice_integer(cm_slice number, int64_t *out) {
  if (cm_slice_type(number) != CM_JSON_NUMBER) return false;
  if (number.len == 1 && number.ptr[0] == '-') return false; /* the sign alone */
  if (read_digits(number, out)) return true;
  const double exact = 9007199254740992.0; /* below, no two integers share a double */
  double real = cm_slice_number(number);
  if (!(real > -exact && real < exact)) return false;
  *out = (int64_t)real;
  return (double)*out == real;
}
