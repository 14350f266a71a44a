#include "record/row_store.h"

#include <string.h>

#include "base/sqlite_api.h"

int cm_row_store_put(cm_row_store *store, cm_slice key, cm_slice text) {
  return cm_row_store_put_id(store, key, (cm_slice){ NULL, 0 }, text);
}

int cm_row_store_put_id(cm_row_store *store, cm_slice key, cm_slice id, cm_slice text) {
  size_t size = sizeof(cm_stored_row) + text.len + 1 + id.len + key.len;
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

void cm_row_store_clear(cm_row_store *store) {
  cm_stored_row *row = NULL;
  while ((row = cm_map_pop(&store->rows)) != NULL)
    sqlite3_free(row);
  store->bytes = 0;
}
