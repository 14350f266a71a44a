#include "record/named_rows.h"

#include <string.h>

#include "base/sqlite_api.h"

static cm_slice copy(char **at, cm_slice from) {
  cm_slice kept = { from.ptr != NULL ? *at : NULL, from.len };
  if (from.len > 0) memcpy(*at, from.ptr, from.len);
  *at += from.len;
  return kept;
}

int cm_named_rows_put(cm_named_rows *rows, const char *name, cm_slice key, cm_slice text) {
  cm_slice own = { name, strlen(name) };
  size_t size = sizeof(cm_named_row) + key.len + text.len + own.len;
  if (rows->bytes + size > CM_MAX_MEMO_BYTES) return SQLITE_TOOBIG;
  cm_named_row *row = sqlite3_malloc64(size);
  if (row == NULL) return SQLITE_NOMEM;
  char *at = row->bytes;
  row->key = copy(&at, key);
  row->text = copy(&at, text);
  own = copy(&at, own);
  cm_map_put(&rows->rows, &row->node, row, own.ptr, own.len);
  rows->bytes += size;
  return SQLITE_OK;
}

const cm_named_row *cm_named_rows_find(const cm_named_rows *rows, const char *name) {
  return cm_map_find(&rows->rows, name, strlen(name));
}

static bool is_same(cm_slice one, cm_slice other) {
  return one.len == other.len && memcmp(one.ptr, other.ptr, one.len) == 0;
}

int cm_named_rows_count(const cm_named_row *last) {
  if (last == NULL || last->key.ptr == NULL) return 0;
  for (const cm_named_row *row = last; row != NULL && row->key.ptr != NULL;
       row = cm_map_next(&row->node)) {
    if (!is_same(row->key, last->key)) return 2;
  }
  return 1;
}

void cm_named_rows_clear(cm_named_rows *rows) {
  cm_named_row *row = NULL;
  while ((row = cm_map_pop(&rows->rows)) != NULL)
    sqlite3_free(row);
  rows->bytes = 0;
}
