/*
** scan_answer.c -- is an answer to a look-up the row that was asked for? One that is not is an error: a row
** is never made up of what was asked.
*/
#include <string.h>

#include "base/text.h"
#include "read/scan_state.h"
#include "record/url.h"
#include "spec/source.h"

enum { SHOWN_KEY_BYTES = 60 };

/** A member that a column shows by itself: not the whole row, nor what only the request knows. */
static const char *member_of(const cm_column *column) {
  cm_source source = cm_source_of(column);
  bool is_elsewhere = source.member[0] == 0 || column->flags & (CM_PARAM | CM_COMPANION);
  return is_elsewhere ? NULL : source.member;
}

bool cm_scan_has_object_items(const cm_resource *resource) {
  for (int i = 0; i < resource->column_count; i++) {
    if (cm_source_is(&resource->columns[i], CM_FROM_SELF)) return false;
  }
  return true;
}

/** A number is the same as its digits. An id in other letters is another one, as it is for SQL. */
static bool is_same(const cm_value *shown, const cm_value *wanted) {
  char digits[32];
  cm_value text = *shown;
  if (cm_value_compare(shown, wanted) == 0) return true;
  if (shown->type == CM_VALUE_INTEGER) {
    sqlite3_snprintf(sizeof digits, digits, "%lld", (long long)shown->integer);
    text = cm_value_text(digits, strlen(digits));
  }
  return cm_value_is_text(&text) && cm_value_compare(&text, wanted) == 0;
}

static int check_has(const cm_leg *leg, bool has, const char *member, cm_err *err) {
  char why[100];
  if (has) return SQLITE_OK;
  sqlite3_snprintf(sizeof why, why, "it has no \"%s\"", member);
  return cm_pager_wrong_shape(&leg->pager, why, err);
}

/** What stands in the answer for a column, as it came: `"inv_2"`, `7`, `{}`. Absent: nothing. */
static cm_slice find_shown(const cm_row *row, const cm_column *column) {
  const char *member = member_of(column);
  cm_from from = cm_source_of(column).from;
  if (member == NULL || from == CM_FROM_PRESENCE) return (cm_slice){ NULL, 0 };
  if (from == CM_FROM_AROUND && row->outer.ptr != NULL) return cm_slice_find(row->outer, member);
  return cm_slice_find(row->text, from == CM_FROM_AROUND ? column->name : member);
}

/** An identifier is a text, or a number in its place. */
static int another_key(const cm_leg *leg, const cm_row *row, const cm_column *column, cm_err *err) {
  char key[SHOWN_KEY_BYTES + 1] = "another value"; /* and a quote behind a text that is cut */
  char why[SHOWN_KEY_BYTES + 100];
  cm_slice shown = find_shown(row, column);
  bool is_text = shown.ptr == NULL || cm_slice_type(shown) == CM_JSON_STRING;
  if (shown.ptr != NULL) cm_err_line(key, SHOWN_KEY_BYTES, shown.ptr, shown.len);
  size_t len = strlen(key);
  if (key[0] == '"' && key[len - 1] != '"') memcpy(&key[len], "\"", 2);
  sqlite3_snprintf(sizeof why, why, "its %s is %s, which is not %s", column->name, key,
                   is_text ? "the one asked for" : "a text");
  return cm_pager_wrong_shape(&leg->pager, why, err);
}

/** What the answer itself says of the columns that the request was bound to must be what was asked for. */
static int check_bindings(const cm_read *read, const cm_leg *leg, cm_row *row, cm_err *err) {
  for (int i = 0; i < leg->binding_count; i++) {
    int index = leg->bindings[i].column;
    const cm_column *column = &row->resource->columns[index];
    cm_value shown = cm_value_null();
    int rc = cm_row_peek(row, index, &shown, err);
    bool is_absent = shown.type == CM_VALUE_NULL;
    bool is_needed = read->each != NULL && CM_EXTRA(read, known_by) == NULL &&
                     cm_url_path_has(row->resource, read, index);
    if (rc == SQLITE_OK && is_needed) rc = check_has(leg, !is_absent, column->name, err);
    if (rc == SQLITE_OK && !is_absent && !is_same(&shown, &leg->bindings[i].value))
      rc = another_key(leg, row, column, err);
    cm_value_clear(&shown);
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

static int check_key(const cm_leg *leg, cm_row *row, int column, cm_err *err) {
  cm_value key = cm_value_null();
  int rc = cm_row_peek(row, column, &key, err);
  bool has_key = !(cm_value_is_text(&key) && key.len > 0 && key.text[0] == '?');
  cm_value_clear(&key);
  if (rc != SQLITE_OK || has_key) return rc;
  if (find_shown(row, &row->resource->columns[column]).ptr != NULL)
    return another_key(leg, row, &row->resource->columns[column], err);
  return check_has(leg, false, member_of(&row->resource->columns[column]), err);
}

/** An object without any member that a column shows is another one. */
static int check_members(const cm_leg *leg, cm_row *row, cm_err *err) {
  for (int i = 0; i < row->resource->column_count; i++) {
    cm_value shown = cm_value_null();
    if (member_of(&row->resource->columns[i]) == NULL) continue;
    int rc = cm_row_peek(row, i, &shown, err);
    bool is_found = shown.type != CM_VALUE_NULL;
    cm_value_clear(&shown);
    if (rc != SQLITE_OK || is_found) return rc;
  }
  return cm_pager_wrong_shape(&leg->pager, "it has none of the members of this table", err);
}

/** The answer encloses the rows: it must have their list, or be known otherwise. */
static int check_list(const cm_read *read, const cm_leg *leg, cm_slice text, cm_err *err) {
  bool has = cm_slice_find(text, read->each).ptr != NULL;
  const char *members = CM_EXTRA(read, known_by);
  const char *word = NULL;
  size_t len = 0;
  while (!has && cm_text_next_word(&members, &word, &len)) {
    char member[SHOWN_KEY_BYTES];
    sqlite3_snprintf(sizeof member, member, "%.*s", (int)len, word);
    has = cm_slice_find(text, member).ptr != NULL;
  }
  return check_has(leg, has, read->each, err);
}

int cm_scan_check_answer(const cm_scan *scan, const cm_leg *leg, cm_slice text, cm_err *err) {
  cm_row row = { .resource = scan->resource };
  int key = cm_registry_key(scan->resource);
  int rc = SQLITE_OK;
  if (scan->read->each != NULL) {
    row.outer = text;
    rc = check_list(scan->read, leg, text, err);
  } else {
    cm_row_set(&row, text);
    if (key < 0 && CM_EXTRA(scan->read, unfold) == NULL) rc = check_members(leg, &row, err);
    if (key >= 0) rc = check_key(leg, &row, key, err);
  }
  if (rc == SQLITE_OK) rc = check_bindings(scan->read, leg, &row, err);
  cm_row_clear(&row);
  return rc;
}
