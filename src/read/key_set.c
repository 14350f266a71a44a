#include "read/key_set.h"

#include "base/sqlite_api.h"

typedef struct shown_key {
  cm_map_node node;
  cm_value value; /* owned */
} shown_key;

/** A key is a text, or an integer. */
static const void *bytes_of(const cm_value *key, size_t *len) {
  bool is_text = cm_value_is_text(key);
  *len = is_text ? key->len : sizeof key->integer;
  return is_text ? (const void *)key->text : &key->integer;
}

static bool holds(const cm_key_set *set, const cm_value *key) {
  size_t len = 0;
  const void *bytes = bytes_of(key, &len);
  return cm_map_find(&set->keys, bytes, len) != NULL;
}

/** Put a key in that is not there. */
static int put(cm_key_set *set, const cm_value *key, cm_err *err) {
  size_t len = 0;
  shown_key *shown = sqlite3_malloc64(sizeof *shown);
  if (shown == NULL || cm_value_copy(key, &shown->value) != SQLITE_OK) {
    sqlite3_free(shown);
    return cm_err_nomem(err);
  }
  const void *bytes = bytes_of(&shown->value, &len);
  cm_map_put(&set->keys, &shown->node, shown, bytes, len);
  return SQLITE_OK;
}

int cm_key_set_add(cm_key_set *set, cm_row *row, bool *is_new, cm_err *err) {
  cm_value key = cm_value_null();
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  *is_new = false;
  if (rc != SQLITE_OK) return rc;
  size_t bytes = sizeof(shown_key) + sizeof(shown_key *) + key.len + 1;
  if (holds(set, &key)) {
    rc = SQLITE_OK;
  } else if (set->bytes + bytes > CM_MAX_MEMO_BYTES) {
    rc = cm_err_set(
        err, SQLITE_TOOBIG,
        "%s: the keys of the rows take more than %d MiB (each row is shown once, however "
        "many values find it): give the parameter one value instead of a list",
        row->resource->name, CM_MAX_MEMO_BYTES / (1024 * 1024));
  } else {
    rc = put(set, &key, err);
    *is_new = rc == SQLITE_OK;
    set->bytes += bytes;
  }
  cm_value_clear(&key);
  return rc;
}

int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) {
  cm_value key = cm_value_null();
  *found = false;
  if (set->keys.count == 0) return SQLITE_OK;
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  if (rc == SQLITE_OK) *found = holds(set, &key);
  cm_value_clear(&key);
  return rc;
}

void cm_key_set_clear(cm_key_set *set) {
  shown_key *shown = NULL;
  while ((shown = cm_map_pop(&set->keys)) != NULL) {
    cm_value_clear(&shown->value);
    sqlite3_free(shown);
  }
  set->bytes = 0;
}
