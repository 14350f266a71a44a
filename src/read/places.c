#include "read/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "spec/registry.h"

enum { MAX_NOTED = 100000 };

/** Of the table and the key of a row; one that is not a text has none. */
static bool put_key(const cm_resource *resource, const cm_value *key, cm_buf *out) {
  if (!cm_value_is_text(key)) return false;
  cm_buf_append(out, (const char *)&resource, sizeof resource);
  return cm_buf_append(out, key->text, key->len) == SQLITE_OK;
}

void cm_places_note(cm_session *session, cm_row *row, const cm_value *parent) {
  cm_row_store *noted = cm_list_store_places(session);
  cm_value shown = cm_value_null();
  cm_buf key;
  if (noted == NULL || noted->rows.count >= MAX_NOTED || !cm_value_is_text(parent)) return;
  cm_buf_init(&key, CM_MAX_URL_BYTES);
  int rc = cm_row_peek(row, cm_registry_key(row->resource), &shown, NULL);
  bool has_key = rc == SQLITE_OK && put_key(row->resource, &shown, &key);
  cm_slice name = { cm_buf_str(&key), key.len };
  if (has_key && cm_row_store_find(noted, name) == NULL)
    rc = cm_row_store_put(noted, name, (cm_slice){ parent->text, parent->len });
  (void)rc; /* what is not noted is looked for below every parent */
  cm_value_clear(&shown);
  cm_buf_clear(&key);
}

/** The parent below which a row of this key was shown. NULL: none was. Borrowed. */
static const cm_stored_row *find_place(const cm_row_store *noted, const cm_resource *resource,
                                       const cm_value *key) {
  const cm_stored_row *found = NULL;
  cm_buf bytes;
  cm_buf_init(&bytes, CM_MAX_URL_BYTES);
  bool has_key = put_key(resource, key, &bytes);
  if (has_key) found = cm_row_store_find(noted, (cm_slice){ cm_buf_str(&bytes), bytes.len });
  cm_buf_clear(&bytes);
  return found;
}

static int compare_values(const void *left, const void *right) {
  return cm_value_compare(left, right);
}

/** Sort them and leave each once. */
static void order(cm_places *places) {
  int kept = 0;
  qsort(places->values, (size_t)places->count, sizeof *places->values, compare_values);
  for (int i = 0; i < places->count; i++) {
    bool is_same = kept > 0 && cm_value_compare(&places->values[kept - 1], &places->values[i]) == 0;
    if (is_same) {
      cm_value_clear(&places->values[i]);
    } else {
      places->values[kept++] = places->values[i];
    }
  }
  places->count = kept;
}

static void clear(cm_places *places) {
  for (int i = 0; i < places->count; i++)
    cm_value_clear(&places->values[i]);
  sqlite3_free(places->values);
  *places = (cm_places){ NULL, 0 };
}

int cm_places_find(cm_session *session, const cm_resource *resource, const cm_value *keys,
                   int count, cm_places *out, cm_err *err) {
  const cm_row_store *noted = cm_list_store_places(session);
  int rc = SQLITE_OK;
  *out = (cm_places){ NULL, 0 };
  if (noted == NULL || noted->rows.count == 0 || count == 0) return SQLITE_OK;
  out->values = sqlite3_malloc64((sqlite3_uint64)count * sizeof *out->values);
  if (out->values == NULL) return cm_err_nomem(err);
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    const cm_stored_row *found = find_place(noted, resource, &keys[i]);
    if (found == NULL) {
      clear(out);
      return SQLITE_OK;
    }
    cm_value parent = cm_value_text(found->text.ptr, found->text.len);
    rc = cm_value_copy(&parent, &out->values[out->count]);
    if (rc == SQLITE_OK) out->count++;
  }
  if (rc == SQLITE_OK) order(out);
  if (rc == SQLITE_OK) return SQLITE_OK;
  clear(out);
  return cm_err_nomem(err);
}
