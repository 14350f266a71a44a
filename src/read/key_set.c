#include "read/key_set.h"

#include "base/sqlite_api.h"
#include "spec/registry.h"

/** A key is a text, or an integer. */
static cm_slice bytes_of(const cm_value *key) {
  if (cm_value_is_text(key)) return (cm_slice){ key->text, key->len };
  return (cm_slice){ (const char *)&key->integer, sizeof key->integer };
}

int cm_key_set_add(cm_key_set *set, cm_row *row, bool *is_new, cm_err *err) {
  cm_value key = cm_value_null();
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  *is_new = false;
  if (rc != SQLITE_OK) return rc;
  *is_new = cm_row_store_find(set, bytes_of(&key)) == NULL;
  if (*is_new) rc = cm_row_store_put(set, bytes_of(&key), (cm_slice){ NULL, 0 });
  if (rc == SQLITE_NOMEM) cm_err_nomem(err);
  if (rc == SQLITE_TOOBIG)
    cm_err_set(err, rc,
               "%s: the keys of the rows take more than %d MiB (each row is shown once, however "
               "many values find it): give the parameter one value instead of a list",
               row->resource->name, CM_MAX_MEMO_BYTES / (1024 * 1024));
  cm_value_clear(&key);
  return rc;
}

int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) {
  cm_value key = cm_value_null();
  *found = false;
  if (set->rows.count == 0) return SQLITE_OK;
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  if (rc == SQLITE_OK) *found = cm_row_store_find(set, bytes_of(&key)) != NULL;
  cm_value_clear(&key);
  return rc;
}
