#include "record/encode.h"

#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"
#include "base/utf8.h"
#include "record/shape.h"

enum { SHOWN_VALUE_BYTES = 64 };

const char *cm_plain_set(cm_plain *out, const cm_value *value) {
  memset(out, 0, sizeof *out);
  switch (value->type) {
  case CM_VALUE_INTEGER:
    sqlite3_snprintf(sizeof out->digits, out->digits, "%lld", (long long)value->integer);
    break;
  case CM_VALUE_REAL:
    sqlite3_snprintf(sizeof out->digits, out->digits, "%!.15g", value->real);
    break;
  case CM_VALUE_TEXT:
  case CM_VALUE_JSON:
    out->text = value->text;
    out->len = value->len;
    return out->text;
  default: return NULL;
  }
  out->text = out->digits;
  out->len = strlen(out->digits);
  return out->text;
}

int cm_plain_copy(const cm_value *value, char **out, cm_err *err) {
  cm_plain plain;
  *out = NULL;
  if (cm_plain_set(&plain, value) == NULL) return SQLITE_OK;
  *out = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/* ---- from SQL to JSON ---------------------------------------------------------------------- */

/** A value on its way to JSON. */
typedef struct encoding {
  const cm_resource *resource;
  int column;
  const cm_value *value;
  cm_json_type was;
  int rc;
  cm_err *err;
} encoding;

/* What follows returns NULL with `rc` set where the value does not fit; NULL alone where memory runs out. */

/** @param why  What is wrong with the value; NULL: it says so by itself. */
static cm_json *refuse_because(encoding *it, const char *wanted, const char *why) {
  char shown[SHOWN_VALUE_BYTES];
  cm_plain plain;
  if (cm_plain_set(&plain, it->value) == NULL) {
    cm_err_line(shown, sizeof shown, "a blob", 6);
  } else {
    cm_err_line(shown, sizeof shown, plain.text, plain.len);
  }
  it->rc = cm_err_set(it->err, SQLITE_ERROR,
                      "%s: %s takes %s (it was given '%s'%s%s): change that value",
                      it->resource->name, it->resource->columns[it->column].name, wanted, shown,
                      why != NULL ? ", and " : "", why != NULL ? why : "");
  return NULL;
}

static cm_json *refuse(encoding *it, const char *wanted) {
  return refuse_because(it, wanted, NULL);
}

static bool parse_integer(const char *text, size_t len, int64_t *out) {
  bool is_negative = len > 0 && text[0] == '-';
  size_t at = is_negative ? 1 : 0;
  uint64_t number = 0;
  uint64_t limit = is_negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
  if (at == len) return false;
  for (; at < len; at++) {
    if (text[at] < '0' || text[at] > '9') return false;
    uint64_t digit = (uint64_t)(text[at] - '0');
    if (number > (limit - digit) / 10) return false;
    number = number * 10 + digit;
  }
  *out = is_negative ? -(int64_t)(number - 1) - 1 : (int64_t)number;
  if (is_negative && number == 0) *out = 0;
  return true;
}

/** `.import` hands over every value as text, so a number may come as one. */
static bool to_integer(const cm_value *value, int64_t *out) {
  if (value->type == CM_VALUE_INTEGER) {
    *out = value->integer;
    return true;
  }
  if (value->type == CM_VALUE_REAL) {
    if (!(value->real > -9.2e18 && value->real < 9.2e18)) return false;
    *out = (int64_t)value->real;
    return (double)*out == value->real;
  }
  return cm_value_is_text(value) && parse_integer(value->text, value->len, out);
}

/** JSON text that is a piece of a row has no NUL behind it. */
static cm_json *new_text(const char *text, size_t len) {
  char *copy = cm_slice_copy((cm_slice){ text, len });
  cm_json *json = copy != NULL ? cm_json_new_text(copy) : NULL;
  sqlite3_free(copy);
  return json;
}

static cm_json *encode_integer(encoding *it) {
  int64_t integer = 0;
  return to_integer(it->value, &integer) ? cm_json_new_integer(integer)
                                         : refuse(it, "a whole number");
}

static cm_json *encode_text(encoding *it) {
  cm_plain plain;
  int64_t integer = 0;
  bool is_integer = to_integer(it->value, &integer);
  bool was_boolean = it->was == CM_JSON_TRUE || it->was == CM_JSON_FALSE;
  if (was_boolean && is_integer && (integer == 0 || integer == 1))
    return cm_json_new_boolean(integer == 1);
  if (it->was == CM_JSON_NUMBER && is_integer) return cm_json_new_integer(integer);
  if (it->was == CM_JSON_NUMBER && it->value->type == CM_VALUE_REAL)
    return cm_json_new_real(it->value->real);
  if (cm_plain_set(&plain, it->value) == NULL) return refuse(it, "text");
  if (memchr(plain.text, 0, plain.len) != NULL) return refuse(it, "text without a NUL character");
  if (cm_utf8_valid(plain.text, plain.len) < plain.len) return refuse(it, "text in UTF-8");
  return new_text(plain.text, plain.len);
}

static cm_json *encode_real(encoding *it) {
  const cm_value *value = it->value;
  int64_t integer = 0;
  cm_json *json = NULL;
  if (value->type == CM_VALUE_REAL) return cm_json_new_real(value->real);
  if (to_integer(value, &integer)) return cm_json_new_integer(integer);
  if (!cm_value_is_text(value)) return refuse(it, "a number");
  int rc = cm_json_parse((cm_slice){ value->text, value->len }, &json, NULL);
  if (rc == SQLITE_NOMEM || cm_json_type_of(json) == CM_JSON_NUMBER) return json;
  cm_json_free(json);
  return refuse(it, "a number");
}

static bool is_word(const cm_value *value, const char *word) {
  return cm_value_is_text(value) && value->len == strlen(word) &&
         sqlite3_strnicmp(value->text, word, (int)value->len) == 0;
}

static cm_json *encode_boolean(encoding *it) {
  int64_t integer = -1;
  if (is_word(it->value, "true")) return cm_json_new_boolean(true);
  if (is_word(it->value, "false")) return cm_json_new_boolean(false);
  bool fits = to_integer(it->value, &integer) && (integer == 0 || integer == 1);
  return fits ? cm_json_new_boolean(integer == 1) : refuse(it, "0 or 1");
}

/** A point in time, or the day that holds it. */
static cm_json *encode_time(encoding *it) {
  const cm_value *value = it->value;
  bool is_day = it->resource->columns[it->column].type == CM_DAY;
  char formatted[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  if (!cm_value_is_text(value) || !cm_instant_parse(value->text, value->len, &instant_ms)) {
    return refuse_because(it,
                          is_day ? "a day as text, 'YYYY-MM-DD'"
                                 : "a point in time as text, 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'",
                          cm_value_is_text(value) ? cm_instant_fault(value->text, value->len)
                                                  : NULL);
  }
  if (is_day) {
    cm_instant_format_day(instant_ms, formatted);
  } else {
    cm_instant_format_iso(instant_ms, formatted);
  }
  return cm_json_new_text(formatted);
}

/** A value whose type is its own, unless the row that was read had another: that one is kept. */
static cm_json *encode_any(encoding *it) {
  if (it->was == CM_JSON_TRUE || it->was == CM_JSON_FALSE) return encode_boolean(it);
  bool is_number = it->was == CM_JSON_NUMBER ||
                   (it->was != CM_JSON_STRING && cm_value_is_number(it->value));
  return is_number ? encode_real(it) : encode_text(it);
}

static cm_json *encode_json(encoding *it) {
  const cm_column *column = &it->resource->columns[it->column];
  cm_err reason = { 0 };
  cm_json *json = NULL;
  if (!cm_value_is_text(it->value)) return refuse(it, "JSON as text");
  if (cm_utf8_valid(it->value->text, it->value->len) < it->value->len)
    return refuse(it, "JSON in UTF-8");
  int rc = cm_json_parse((cm_slice){ it->value->text, it->value->len }, &json, &reason);
  if (rc == SQLITE_NOMEM) return NULL;
  if (rc != SQLITE_OK) {
    const char *why = strncmp(reason.text, "no JSON: ", 9) == 0 ? reason.text + 9 : reason.text;
    bool is_texts = column->shape == CM_TEXT_LIST;
    it->rc = cm_err_set(it->err, SQLITE_ERROR, "%s: %s is not JSON (%s): %s", it->resource->name,
                        column->name, why,
                        is_texts ? "write json_array('one', 'two')" : "give an object or an array");
    return NULL;
  }
  cm_json_type type = cm_json_type_of(json);
  if (type != CM_JSON_ARRAY && type != CM_JSON_OBJECT) {
    refuse(it, "a JSON object or array");
  } else {
    it->rc = cm_change_shape(it->resource, it->column, &json, it->err);
  }
  if (it->rc == SQLITE_OK) return json;
  cm_json_free(json);
  return NULL;
}

static cm_json *encode(encoding *it) {
  const cm_column *column = &it->resource->columns[it->column];
  if (it->value->type == CM_VALUE_NULL)
    return cm_change_shape_has_members(column) ? cm_json_new_array() : cm_json_new_null();
  switch (column->type) {
  case CM_INTEGER: return encode_integer(it);
  case CM_REAL: return encode_real(it);
  case CM_BOOLEAN: return encode_boolean(it);
  case CM_JSON: return encode_json(it);
  case CM_TIME:
  case CM_DAY: return encode_time(it);
  case CM_ANY: return encode_any(it);
  default: return encode_text(it);
  }
}

int cm_change_value_encode(const cm_resource *resource, int column, const cm_value *value,
                           cm_json_type was, cm_json **out, cm_err *err) {
  encoding it = { resource, column, value, was, SQLITE_OK, err };
  *out = encode(&it);
  return *out == NULL && it.rc == SQLITE_OK ? cm_err_nomem(err) : it.rc;
}
