#include "record/row_store.h"

#include <string.h>

#include "base/sqlite_api.h"

static size_t size_of(size_t text_len, size_t id_len, size_t key_len) {
  return sizeof(cm_stored_row) + text_len + 1 + id_len + key_len;
}

int cm_row_store_put(cm_row_store *store, cm_slice key, cm_slice text) {
  return cm_row_store_put_id(store, key, (cm_slice){ NULL, 0 }, text);
}

int cm_row_store_put_id(cm_row_store *store, cm_slice key, cm_slice id, cm_slice text) {
  size_t size = size_of(text.len, id.len, key.len);
  if (store->bytes + size > CM_MAX_MEMO_BYTES) return SQLITE_TOOBIG;
  cm_stored_row *row = sqlite3_malloc64(size);
  if (row == NULL) return SQLITE_NOMEM;
  char *own_id = row->bytes + text.len + 1;
  char *own_key = own_id + id.len;
  if (text.len > 0) memcpy(row->bytes, text.ptr, text.len);
  row->bytes[text.len] = 0;
  row->text = (cm_slice){ text.ptr != NULL ? row->bytes : NULL, text.len };
  if (id.len > 0) memcpy(own_id, id.ptr, id.len);
  row->id = (cm_slice){ id.ptr != NULL ? own_id : NULL, id.len };
  if (key.len > 0) memcpy(own_key, key.ptr, key.len);
  cm_map_put(&store->rows, &row->node, row, own_key, key.len);
  store->bytes += size;
  return SQLITE_OK;
}

const cm_stored_row *cm_row_store_find(const cm_row_store *store, cm_slice key) {
  return cm_map_find(&store->rows, key.ptr, key.len);
}

bool cm_row_store_drop(cm_row_store *store, cm_slice key) {
  cm_stored_row *row = cm_map_find(&store->rows, key.ptr, key.len);
  if (row == NULL) return false;
  cm_map_remove(&store->rows, &row->node);
  store->bytes -= size_of(row->text.len, row->id.len, key.len);
  sqlite3_free(row);
  return true;
}

void cm_row_store_clear(cm_row_store *store) {
  cm_stored_row *row = NULL;
  while ((row = cm_map_pop(&store->rows)) != NULL)
    sqlite3_free(row);
  store->bytes = 0;
}
