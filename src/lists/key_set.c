#include "lists/key_set.h"

#include "base/sqlite_api.h"
#include "spec/registry.h"

enum { MAX_PAGE_KEYS = 100000 }; /* of one page that are remembered; a page has 200 rows */

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

void cm_page_keys_clear(cm_page_keys *keys) {
  cm_row_store_clear(&keys->of_page);
  cm_row_store_clear(&keys->of_last);
}

/** Go on to the keys of another page, where the list has come to one. */
static void turn(cm_page_keys *keys, int64_t page) {
  if (page == keys->page) return;
  cm_row_store_clear(&keys->of_last);
  if (page == keys->page + 1 && keys->page > 0) {
    keys->of_last = keys->of_page;
    keys->of_page = (cm_key_set){ 0 };
  }
  cm_row_store_clear(&keys->of_page);
  keys->page = page;
}

int cm_page_keys_saw(cm_page_keys *keys, cm_row *row, int64_t page, bool has_next, bool *was,
                     cm_err *err) {
  bool is_new = false;
  turn(keys, page);
  int rc = cm_key_set_find(&keys->of_last, row, was, err);
  bool is_kept = has_next && keys->of_page.rows.count < MAX_PAGE_KEYS;
  return rc == SQLITE_OK && is_kept ? cm_key_set_add(&keys->of_page, row, &is_new, err) : rc;
}
