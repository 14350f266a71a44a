#include "record/encode.h"

#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"
#include "record/shape.h"

enum { SHOWN_VALUE_BYTES = 64, MAX_LOOSE_ITEMS = 1024 };

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

static int refuse(const cm_resource *resource, int column, const cm_value *value,
                  const char *wanted, cm_err *err) {
  char shown[SHOWN_VALUE_BYTES];
  cm_plain plain;
  if (cm_plain_set(&plain, value) == NULL) {
    cm_err_line(shown, sizeof shown, "a blob", 6);
  } else {
    cm_err_line(shown, sizeof shown, plain.text, plain.len);
  }
  return cm_err_set(err, SQLITE_ERROR, "%s: %s takes %s (it was given '%s'): change that value",
                    resource->name, resource->columns[column].name, wanted, shown);
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

static int encode_text(const cm_resource *resource, int column, const cm_value *value,
                       cm_json_type was, cm_json **out, cm_err *err) {
  cm_plain plain;
  int64_t integer = 0;
  bool was_boolean = was == CM_JSON_TRUE || was == CM_JSON_FALSE;
  if (was_boolean && to_integer(value, &integer) && (integer == 0 || integer == 1)) {
    *out = cm_json_new_boolean(integer == 1);
  } else if (was == CM_JSON_NUMBER && to_integer(value, &integer)) {
    *out = cm_json_new_integer(integer);
  } else if (was == CM_JSON_NUMBER && value->type == CM_VALUE_REAL) {
    *out = cm_json_new_real(value->real);
  } else if (cm_plain_set(&plain, value) == NULL) {
    return refuse(resource, column, value, "text", err);
  } else if (memchr(plain.text, 0, plain.len) != NULL) {
    return refuse(resource, column, value, "text without a NUL character", err);
  } else {
    *out = new_text(plain.text, plain.len);
  }
  return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

static int encode_real(const cm_resource *resource, int column, const cm_value *value,
                       cm_json **out, cm_err *err) {
  int64_t integer = 0;
  if (value->type == CM_VALUE_REAL) {
    *out = cm_json_new_real(value->real);
  } else if (to_integer(value, &integer)) {
    *out = cm_json_new_integer(integer);
  } else {
    int rc = SQLITE_ERROR;
    if (cm_value_is_text(value))
      rc = cm_json_parse((cm_slice){ value->text, value->len }, out, NULL);
    if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
    if (rc != SQLITE_OK || cm_json_type_of(*out) != CM_JSON_NUMBER) {
      cm_json_free(*out);
      *out = NULL;
      return refuse(resource, column, value, "a number", err);
    }
  }
  return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

static bool is_word(const cm_value *value, const char *word) {
  return cm_value_is_text(value) && value->len == strlen(word) &&
         sqlite3_strnicmp(value->text, word, (int)value->len) == 0;
}

static int encode_boolean(const cm_resource *resource, int column, const cm_value *value,
                          cm_json **out, cm_err *err) {
  int64_t integer = -1;
  if (is_word(value, "true")) {
    integer = 1;
  } else if (is_word(value, "false")) {
    integer = 0;
  } else if (!to_integer(value, &integer) || (integer != 0 && integer != 1)) {
    return refuse(resource, column, value, "0 or 1", err);
  }
  *out = cm_json_new_boolean(integer == 1);
  return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

/** A point in time, or the day that holds it. */
static cm_json *new_time(cm_type type, const char *text, size_t len) {
  char formatted[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  if (!cm_instant_parse(text, len, &instant_ms)) return NULL;
  if (type == CM_DAY) {
    cm_instant_format_day(instant_ms, formatted);
  } else {
    cm_instant_format_iso(instant_ms, formatted);
  }
  return cm_json_new_text(formatted);
}

static int encode_time(const cm_resource *resource, int column, const cm_value *value,
                       cm_json **out, cm_err *err) {
  cm_type type = resource->columns[column].type;
  int64_t instant_ms = 0;
  if (!cm_value_is_text(value) || !cm_instant_parse(value->text, value->len, &instant_ms)) {
    const char *wanted = type == CM_DAY ? "a day as text, 'YYYY-MM-DD'"
                                        : "a point in time as text, 'YYYY-MM-DD HH:MM:SS'";
    return refuse(resource, column, value, wanted, err);
  }
  *out = new_time(type, value->text, value->len);
  return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

/** A value whose type is its own, unless the row that was read had another: that one is kept. */
static int encode_any(const cm_resource *resource, int column, const cm_value *value,
                      cm_json_type was, cm_json **out, cm_err *err) {
  if (was == CM_JSON_TRUE || was == CM_JSON_FALSE)
    return encode_boolean(resource, column, value, out, err);
  bool is_number = was == CM_JSON_NUMBER || (was != CM_JSON_STRING && cm_value_is_number(value));
  if (is_number) return encode_real(resource, column, value, out, err);
  return encode_text(resource, column, value, was, out, err);
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static int encode_json(const cm_resource *resource, int column, const cm_value *value,
                       cm_json **out, cm_err *err) {
  cm_err reason = { 0 };
  if (!cm_value_is_text(value)) return refuse(resource, column, value, "JSON as text", err);
  int rc = cm_json_parse((cm_slice){ value->text, value->len }, out, &reason);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc != SQLITE_OK) {
    const char *why = strncmp(reason.text, "no JSON: ", 9) == 0 ? reason.text + 9 : reason.text;
    bool is_texts = resource->columns[column].shape == CM_TEXT_LIST;
    return cm_err_set(err, SQLITE_ERROR, "%s: %s is not JSON (%s): %s", resource->name,
                      resource->columns[column].name, why,
                      is_texts ? "write json_array('one', 'two')" : "give an object or an array");
  }
  cm_json_type type = cm_json_type_of(*out);
  if (type != CM_JSON_ARRAY && type != CM_JSON_OBJECT) {
    rc = refuse(resource, column, value, "a JSON object or array", err);
  } else {
    rc = cm_change_shape(resource, column, out, err);
  }
  if (rc != SQLITE_OK) {
    cm_json_free(*out);
    *out = NULL;
  }
  return rc;
}

int cm_change_value_encode(const cm_resource *resource, int column, const cm_value *value,
                           cm_json_type was, cm_json **out, cm_err *err) {
  int64_t integer = 0;
  *out = NULL;
  if (value->type == CM_VALUE_NULL) {
    bool is_set = cm_change_shape_has_members(&resource->columns[column]);
    *out = is_set ? cm_json_new_array() : cm_json_new_null();
    return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
  }
  switch (resource->columns[column].type) {
  case CM_INTEGER:
    if (!to_integer(value, &integer)) return refuse(resource, column, value, "a whole number", err);
    *out = cm_json_new_integer(integer);
    return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
  case CM_REAL: return encode_real(resource, column, value, out, err);
  case CM_BOOLEAN: return encode_boolean(resource, column, value, out, err);
  case CM_JSON: return encode_json(resource, column, value, out, err);
  case CM_TIME:
  case CM_DAY: return encode_time(resource, column, value, out, err);
  case CM_ANY: return encode_any(resource, column, value, was, out, err);
  default: return encode_text(resource, column, value, was, out, err);
  }
}

/* ---- what means the same ------------------------------------------------------------------- */

bool cm_change_value_is_same(const cm_column *column, const cm_json *left, const cm_json *right) {
  if (cm_change_shape_is_nothing(left) || cm_change_shape_is_nothing(right))
    return cm_change_shape_is_nothing(left) && cm_change_shape_is_nothing(right);
  if (!cm_change_shape_has_members(column)) return cm_json_is_equal(left, right);
  cm_json *left_set = cm_change_shape_members(left);
  cm_json *right_set = cm_change_shape_members(right);
  bool is_same = left_set != NULL && right_set != NULL && cm_json_is_equal(left_set, right_set);
  cm_json_free(left_set);
  cm_json_free(right_set);
  return is_same;
}

static bool is_taken(const cm_json *sent, const cm_json *shown, int depth);

static bool is_empty(const cm_json *json) {
  switch (cm_json_type_of(json)) {
  case CM_JSON_STRING: return cm_json_text(json)[0] == 0;
  case CM_JSON_ARRAY:
  case CM_JSON_OBJECT: return cm_json_first(json) == NULL;
  default: return cm_change_shape_is_nothing(json);
  }
}

/** Is a number that which a text spells? */
static bool is_spelled(const cm_json *number, const char *text) {
  if (cm_json_type_of(number) != CM_JSON_NUMBER || text == NULL) return false;
  char *digits = cm_json_format(number);
  bool is_same = digits != NULL && strcmp(digits, text) == 0;
  sqlite3_free(digits);
  return is_same;
}

/** Is it what the API makes true or false of: 1, 0, or the word as a text? */
static bool is_same_boolean(const cm_json *sent, const cm_json *shown) {
  cm_json_type type = cm_json_type_of(shown);
  const char *text = cm_json_text(sent);
  if (type != CM_JSON_TRUE && type != CM_JSON_FALSE) return false;
  bool is_true = type == CM_JSON_TRUE;
  if (text != NULL && strcmp(text, is_true ? "true" : "false") == 0) return true;
  const char *digit = is_true ? "1" : "0";
  return is_spelled(sent, digit) || (text != NULL && strcmp(text, digit) == 0);
}

/**
 * Texts are the same where they are equal or the same instant; a number is what its text is, and a boolean
 * what a number or a word of it is.
 */
static bool is_same_scalar(const cm_json *sent, const cm_json *shown) {
  const char *sent_text = cm_json_text(sent);
  const char *shown_text = cm_json_text(shown);
  int64_t sent_ms = 0;
  int64_t shown_ms = 0;
  if (cm_json_is_equal(sent, shown)) return true;
  if (sent_text != NULL && shown_text != NULL) {
    return cm_instant_parse(sent_text, strlen(sent_text), &sent_ms) &&
           cm_instant_parse(shown_text, strlen(shown_text), &shown_ms) && sent_ms == shown_ms;
  }
  return is_spelled(sent, shown_text) || is_spelled(shown, sent_text) ||
         is_same_boolean(sent, shown);
}

static const char *item_id(const cm_json *item) {
  return cm_json_text(cm_json_find(item, "external_id"));
}

/** A member that is null says nothing, as a column that is not given; an empty text may be kept as null. */
static bool is_item_taken(const cm_json *sent, const cm_json *shown, int depth) {
  bool are_objects = cm_json_type_of(sent) == CM_JSON_OBJECT &&
                     cm_json_type_of(shown) == CM_JSON_OBJECT;
  if (!are_objects) return is_taken(sent, shown, depth);
  for (cm_json *member = cm_json_first(sent); member != NULL; member = cm_json_after(member)) {
    const cm_json *kept = cm_change_shape_member(shown, cm_json_name(member));
    if (cm_change_shape_is_nothing(member) || (is_empty(member) && is_empty(kept))) continue;
    if (!is_taken(member, kept, depth + 1)) return false;
  }
  return true;
}

static bool is_item_taken(const cm_json *sent, const cm_json *shown, int depth);

static int count_items(const cm_json *list) {
  int count = 0;
  for (const cm_json *item = cm_json_first(list); item != NULL; item = cm_json_after(item))
    count++;
  return count;
}

static const cm_json *item_at(const cm_json *list, int place) {
  const cm_json *item = cm_json_first(list);
  while (place-- > 0)
    item = cm_json_after(item);
  return item;
}

/** Which items of a list answer for one that was sent already; longer lists are compared place by place. */
typedef struct claims {
  bool are_kept;
  unsigned char bits[MAX_LOOSE_ITEMS / 8];
} claims;

static bool is_claimed(const claims *claimed, int index) {
  return claimed->are_kept && (claimed->bits[index / 8] & (1u << (index % 8)));
}

static void claim(claims *claimed, int index) {
  if (claimed->are_kept) claimed->bits[index / 8] |= (unsigned char)(1u << (index % 8));
}

/** @return the place of the item with the external id of the one sent; -1: one of them has none. */
static int find_by_id(const cm_json *sent, const cm_json *list) {
  const char *id = item_id(sent);
  int index = 0;
  for (cm_json *item = cm_json_first(list); item != NULL && id != NULL;
       item = cm_json_after(item), index++) {
    const char *other = item_id(item);
    if (other != NULL && strcmp(id, other) == 0) return index;
  }
  return -1;
}

static bool fits(const cm_json *sent, const cm_json *item, int depth) {
  bool are_two = item_id(sent) != NULL && item_id(item) != NULL;
  return !are_two && is_item_taken(sent, item, depth + 1);
}

/** @return the place of an item that answers for the one sent, best that at its place; -1: none does. */
static int find_fitting(const cm_json *sent, int place, const cm_json *list, const claims *claimed,
                        int depth) {
  cm_json_type type = cm_json_type_of(sent);
  bool is_nested = type == CM_JSON_OBJECT || type == CM_JSON_ARRAY;
  int found = -1;
  int index = 0;
  for (cm_json *item = cm_json_first(list); item != NULL; item = cm_json_after(item), index++) {
    bool may_be = index == place || (found < 0 && (claimed->are_kept || !is_nested));
    if (may_be && !is_claimed(claimed, index) && fits(sent, item, depth)) found = index;
    if (index >= place && found >= 0) break;
  }
  return found;
}

/** The same items, in whatever order: those of the same external id answer for each other, then any that fit. */
static bool is_list_taken(const cm_json *sent, const cm_json *shown, int depth) {
  claims claimed = { .bits = { 0 } };
  int count = count_items(shown);
  if (count_items(sent) != count) return false;
  claimed.are_kept = count <= MAX_LOOSE_ITEMS;
  for (cm_json *item = cm_json_first(sent); item != NULL; item = cm_json_after(item)) {
    int index = find_by_id(item, shown);
    if (index < 0) continue;
    if (!is_item_taken(item, item_at(shown, index), depth + 1)) return false;
    claim(&claimed, index);
  }
  int place = 0;
  for (cm_json *item = cm_json_first(sent); item != NULL; item = cm_json_after(item), place++) {
    if (find_by_id(item, shown) >= 0) continue;
    int index = find_fitting(item, place, shown, &claimed, depth);
    if (index < 0) return false;
    claim(&claimed, index);
  }
  return true;
}

/** A set of pairs comes back whole: a name that the API does not know is dropped without a word. */
static bool has_every_member(const cm_json *sent, const cm_json *shown) {
  for (cm_json *member = cm_json_first(sent); member != NULL; member = cm_json_after(member)) {
    if (!cm_change_shape_is_nothing(member) &&
        cm_change_shape_member(shown, cm_json_name(member)) == NULL)
      return false;
  }
  return true;
}

static bool is_taken(const cm_json *sent, const cm_json *shown, int depth) {
  cm_json_type sent_type = cm_json_type_of(sent);
  cm_json_type shown_type = cm_json_type_of(shown);
  if (shown_type == CM_JSON_ABSENT || depth > CM_MAX_JSON_DEPTH) return true;
  if (cm_change_shape_is_nothing(sent)) return is_empty(shown);
  if (sent_type == CM_JSON_ARRAY && shown_type == CM_JSON_OBJECT) {
    cm_json *members = cm_change_shape_members(sent);
    bool taken = members == NULL ||
                 (has_every_member(members, shown) && is_taken(members, shown, depth + 1));
    cm_json_free(members);
    return taken;
  }
  if (sent_type == CM_JSON_ARRAY && shown_type == CM_JSON_ARRAY)
    return is_list_taken(sent, shown, depth);
  if (sent_type != CM_JSON_OBJECT || shown_type != CM_JSON_OBJECT)
    return is_same_scalar(sent, shown);
  for (cm_json *member = cm_json_first(sent); member != NULL; member = cm_json_after(member)) {
    if (!is_taken(member, cm_change_shape_member(shown, cm_json_name(member)), depth + 1))
      return false;
  }
  return true;
}

bool cm_change_value_is_taken(const cm_json *sent, const cm_json *shown) {
  return is_taken(sent, shown, 0);
}
