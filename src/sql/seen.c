#include "sql/seen.h"

#include <string.h>

#include "base/sql_token.h"
#include "record/encode.h"

typedef struct seen_row {
  cm_map_node node;
  size_t len;
  char bytes[]; /* the row and the key */
} seen_row;

static bool says_delete(const char *sql) {
  cm_sql_token token;
  while (*sql != '\0') {
    sql = cm_sql_next_token(sql, &token);
    if (cm_sql_is_name(&token, "DELETE")) return true;
  }
  return false;
}

/** Does a statement run that writes, and says DELETE? */
static bool is_deleting(sqlite3 *db) {
  sqlite3_stmt *stmt = sqlite3_next_stmt(db, NULL);
  for (; stmt != NULL; stmt = sqlite3_next_stmt(db, stmt)) {
    if (!sqlite3_stmt_busy(stmt) || sqlite3_stmt_readonly(stmt)) continue;
    const char *sql = sqlite3_sql(stmt);
    if (sql != NULL && says_delete(sql)) return true;
  }
  return false;
}

void cm_seen_begin(cm_seen *seen, sqlite3 *db, bool is_another_statement) {
  if (is_another_statement) cm_seen_clear(seen);
  seen->is_noting = is_deleting(db);
}

int cm_seen_note(cm_seen *seen, const cm_value *key, cm_slice row) {
  cm_plain plain;
  if (row.len == 0 || cm_plain_set(&plain, key) == NULL) return SQLITE_OK;
  size_t size = sizeof(seen_row) + row.len + plain.len;
  if (cm_map_find(&seen->rows, plain.text, plain.len) != NULL) return SQLITE_OK;
  if (seen->bytes + size > CM_MAX_SEEN_BYTES) return SQLITE_OK;
  seen_row *copy = sqlite3_malloc64(size);
  if (copy == NULL) return SQLITE_NOMEM;
  copy->len = row.len;
  memcpy(copy->bytes, row.ptr, row.len);
  memcpy(copy->bytes + row.len, plain.text, plain.len);
  cm_map_put(&seen->rows, &copy->node, copy, copy->bytes + row.len, plain.len);
  seen->bytes += size;
  return SQLITE_OK;
}

cm_slice cm_seen_find(const cm_seen *seen, const cm_value *key) {
  cm_plain plain;
  const seen_row *row = cm_plain_set(&plain, key) != NULL
                            ? cm_map_find(&seen->rows, plain.text, plain.len)
                            : NULL;
  return row != NULL ? (cm_slice){ row->bytes, row->len } : (cm_slice){ NULL, 0 };
}

void cm_seen_clear(cm_seen *seen) {
  seen_row *row = NULL;
  while ((row = cm_map_pop(&seen->rows)) != NULL)
    sqlite3_free(row);
  seen->bytes = 0;
}
