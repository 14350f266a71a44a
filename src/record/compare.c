#include "record/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"
#include "record/shape.h"

enum { MAX_LOOSE_ITEMS = 1024 };

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

/** Numbers sort before texts, so the two ends of the list show whether it holds another kind. */
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
    const char *fault = cm_instant_fault(value->text, value->len);
    if (fault != NULL) {
      return cm_err_set(err, SQLITE_ERROR,
                        "%s: %s cannot be compared with '%.40s' (%s): write a point in time as "
                        "'2025-01-31' or '2025-01-31 12:00:00'",
                        resource->name, resource->columns[column].name, value->text, fault);
    }
    if (!cm_instant_parse(value->text, value->len, &instant_ms)) continue;
    cm_instant_format_sql(instant_ms, right);
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s cannot be compared with '%.40s' (timestamps here have the form "
                      "YYYY-MM-DD HH:MM:SS, UTC): write '%s'",
                      resource->name, resource->columns[column].name, value->text, right);
  }
  return SQLITE_OK;
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
  int count = cm_json_count(shown);
  if (cm_json_count(sent) != count) return false;
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
