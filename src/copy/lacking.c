#include "copy/lacking.h"

#include "copy/owned.h"
#include "spec/registry.h"
#include "sql/bridge.h"

enum { MAX_SQL_BYTES = 64 * 1024 };

/** The column by which a table names what its rows come from: its own key, the row around them, or the parent that is asked for them. -1: none. */
static int source_column(const cm_copied *copied, const cm_resource *leader) {
  const cm_resource *resource = copied->resource;
  if (copied->parent >= 0) return copied->parent;
  if (cm_registry_key_read(leader) < 0) return -1;
  return resource == leader ? cm_registry_key(leader)
                            : cm_registry_encloser_column(resource, leader);
}

/** Its name; NULL: none. */
static const char *name_of_source(const cm_copied *copied, const cm_resource *leader) {
  int column = source_column(copied, leader);
  return column >= 0 ? copied->resource->columns[column].name : NULL;
}

/** Append " AND t.c NOT IN (what the stage shows)". A key is never NULL; what a row says of the one around it may be. */
static void write_not_in(const cm_stage *stage, const char *column, const char *shown,
                         cm_buf *out) {
  cm_buf_printf(out, " AND t.\"%s\" NOT IN (SELECT \"%s\" FROM %s", column, shown, stage->table);
  bool is_key = cm_copied_leader(stage->copied) == stage->copied->resource &&
                stage->copied->parent < 0;
  if (!is_key) cm_buf_printf(out, " WHERE \"%s\" IS NOT NULL", shown);
  cm_buf_text(out, ")");
}

/** Append a SELECT of the keys that a table of the copy knows. The leader's stage has all; without it each of the others has some. */
static void write_known(const cm_stage *stages, int count, const cm_stage *of,
                        const cm_resource *leader, cm_buf *out) {
  const char *column = name_of_source(of->copied, leader);
  bool has_leader = stages[0].copied->resource == leader;
  cm_buf_printf(out, "%sSELECT DISTINCT t.\"%s\" FROM ", out->len > 0 ? " UNION " : "", column);
  cm_target_table(of->target, of->copied->name, out);
  cm_buf_printf(out, " AS t WHERE t.\"%s\" IS NOT NULL", column);
  for (int i = 0; i < (has_leader ? 1 : count); i++) {
    const char *shown = name_of_source(stages[i].copied, leader);
    if (shown != NULL) write_not_in(&stages[i], column, shown, out);
  }
}

static int write_all(cm_stage *stages, int count, int room, cm_buf *out, cm_err *err) {
  const cm_resource *leader = cm_copied_leader(stages[0].copied);
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    bool is_copy = false;
    const cm_copied *copied = stages[i].copied;
    rc = cm_owned_has(stages[i].target, copied->name, &is_copy, err);
    if (rc == SQLITE_OK && is_copy) rc = cm_stage_settle(&stages[i], err);
    if (rc == SQLITE_OK && is_copy && name_of_source(copied, leader) != NULL)
      write_known(stages, count, &stages[i], leader, out);
  }
  if (out->len > 0) cm_buf_printf(out, " LIMIT %d", room);
  return rc == SQLITE_OK && out->code != SQLITE_OK ? cm_err_nomem(err) : rc;
}

static int take_keys(cm_target *target, sqlite3_stmt *stmt, cm_value *keys, int *found,
                     cm_err *err) {
  int rc = SQLITE_ROW;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    cm_value key = cm_bridge_value(sqlite3_column_value(stmt, 0));
    if (cm_value_copy(&key, &keys[*found]) != SQLITE_OK) return cm_err_nomem(err);
    ++*found;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : cm_target_error(target, rc, err);
}

int cm_lacking_find(cm_stage *stages, int count, cm_value *keys, int room, int *found,
                    cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  cm_buf sql;
  *found = 0;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  int rc = write_all(stages, count, room, &sql, err);
  if (rc == SQLITE_OK && sql.len > 0)
    rc = cm_target_prepare(stages[0].target, cm_buf_str(&sql), &stmt, err);
  cm_buf_clear(&sql);
  if (rc == SQLITE_OK && stmt != NULL) rc = take_keys(stages[0].target, stmt, keys, found, err);
  sqlite3_finalize(stmt);
  return rc;
}
