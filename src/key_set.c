#include "key_set.h"

#include "sqlite_api.h"

int cm_key_set_add(cm_key_set *set, cm_row *row, cm_err *err) {
  cm_value key = cm_value_null();
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  if (rc != SQLITE_OK) return rc;
  sqlite3_uint64 size = (sqlite3_uint64)(set->count + 1) * sizeof *set->keys;
  cm_value *grown = sqlite3_realloc64(set->keys, size);
  if (grown != NULL) set->keys = grown;
  if (grown == NULL || cm_value_copy(&key, &set->keys[set->count]) != SQLITE_OK) {
    rc = cm_err_nomem(err);
  } else {
    set->count++;
  }
  cm_value_clear(&key);
  return rc;
}

int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) {
  cm_value key = cm_value_null();
  *found = false;
  if (set->count == 0) return SQLITE_OK;
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  for (int i = 0; rc == SQLITE_OK && i < set->count && !*found; i++) {
    *found = cm_value_compare(&set->keys[i], &key) == 0;
  }
  cm_value_clear(&key);
  return rc;
}

void cm_key_set_clear(cm_key_set *set) {
  for (int i = 0; i < set->count; i++)
    cm_value_clear(&set->keys[i]);
  sqlite3_free(set->keys);
  *set = (cm_key_set){ NULL, 0 };
}
