#include "find/listed_names.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "record/row.h"
#include "wire/json.h"

/** The names of a row: its own, and those of the rows that were merged into it. */
static int find_pairs(const cm_listed_names *names, cm_row *row, cm_slice uuid, cm_slice text,
                      cm_err *err) {
  const cm_natural_key *natural = names->resource->natural_key;
  char *own[2] = { NULL, NULL };
  const char *pair[2] = { NULL, NULL };
  cm_further_pairs further = { 0 };
  int rc = SQLITE_OK;
  for (int i = 0; i < 2 && natural->columns[i] != NULL && rc == SQLITE_OK; i++) {
    cm_value value = cm_value_null();
    rc = cm_row_get_named(row, natural->columns[i], &value, err);
    if (rc == SQLITE_OK) rc = cm_plain_copy(&value, &own[i], err);
    cm_value_clear(&value);
  }
  const char *const shown[2] = { own[0] != NULL ? own[0] : names->first, own[1] };
  bool is_named = shown[0] != NULL && (shown[1] != NULL || natural->columns[1] == NULL);
  bool is_half = shown[0] == NULL && shown[1] != NULL && shown[1][0] != 0;
  if (rc == SQLITE_OK && (is_named || is_half))
    rc = names->found(names->context, shown, uuid, text);
  if (rc == SQLITE_OK) rc = cm_further_pairs_open(&further, natural, text, err);
  while (rc == SQLITE_OK && cm_further_pairs_next(&further, pair)) {
    bool is_own = is_named && strcmp(pair[0], shown[0]) == 0 && strcmp(pair[1], shown[1]) == 0;
    if (!is_own) rc = names->found(names->context, pair, uuid, text);
  }
  cm_json_free(further.tree);
  sqlite3_free(own[0]);
  sqlite3_free(own[1]);
  return rc;
}

/** Its key and its names. One without a key is none. */
static int find_row(const cm_listed_names *names, cm_slice outer, cm_slice text, cm_err *err) {
  cm_row row = { .resource = names->resource, .outer = outer };
  cm_value key = cm_value_null();
  char *uuid = NULL;
  cm_row_set(&row, text);
  int rc = cm_row_get(&row, cm_registry_key(names->resource), &key, err);
  if (rc == SQLITE_OK) rc = cm_plain_copy(&key, &uuid, err);
  if (rc == SQLITE_OK && uuid != NULL && uuid[0] != 0 && uuid[0] != '?') {
    rc = names->found_key(names->context, uuid, text);
    if (rc == SQLITE_OK) rc = find_pairs(names, &row, (cm_slice){ uuid, strlen(uuid) }, text, err);
  }
  sqlite3_free(uuid);
  cm_value_clear(&key);
  cm_row_clear(&row);
  return rc;
}

static int find_members(const cm_listed_names *names, const char *owner, cm_slice set,
                        cm_err *err) {
  static const cm_slice none = { NULL, 0 };
  cm_json *tree = NULL;
  bool is_object = cm_slice_type(set) == CM_JSON_OBJECT;
  if (!is_object && cm_slice_type(set) != CM_JSON_ARRAY) return SQLITE_MISMATCH;
  int rc = cm_json_parse(set, &tree, err);
  for (const cm_json *item = cm_json_first(tree); item != NULL && rc == SQLITE_OK;
       item = cm_json_after(item)) {
    const char *pair[2] = { owner, is_object ? cm_json_name(item) : cm_json_text(item) };
    if (pair[1] != NULL)
      rc = names->found(names->context, pair, (cm_slice){ owner, strlen(owner) }, none);
  }
  cm_json_free(tree);
  return rc;
}

/** The members of the set that a row of the list has. */
static int find_set(const cm_listed_names *names, cm_slice text, cm_err *err) {
  cm_row row = { .resource = names->searched->source };
  cm_value key = cm_value_null();
  char *owner = NULL;
  cm_row_set(&row, text);
  int rc = cm_row_get(&row, cm_registry_key(names->searched->source), &key, err);
  if (rc == SQLITE_OK) rc = cm_plain_copy(&key, &owner, err);
  if (rc == SQLITE_OK && owner != NULL && owner[0] != 0 && owner[0] != '?')
    rc = find_members(names, owner, cm_slice_find(text, names->searched->items), err);
  sqlite3_free(owner);
  cm_value_clear(&key);
  cm_row_clear(&row);
  return rc;
}

int cm_listed_names_find(const cm_listed_names *names, cm_slice text, cm_err *err) {
  static const cm_slice none = { NULL, 0 };
  cm_slice item;
  size_t at = 0;
  if (names->searched->is_set) return find_set(names, text, err);
  if (names->searched->items == NULL) return find_row(names, none, text, err);
  cm_slice items = cm_slice_find(text, names->searched->items);
  if (cm_slice_type(items) != CM_JSON_ARRAY) return SQLITE_MISMATCH;
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && (rc = cm_slice_next(items, &at, NULL, &item)) == SQLITE_ROW)
    rc = cm_slice_type(item) == CM_JSON_OBJECT ? find_row(names, text, item, err) : SQLITE_MISMATCH;
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}
