#include "copy/stage.h"

enum { MAX_SQL_BYTES = 64 * 1024 };

/* ---- the table ----------------------------------------------------------------------------------- */

/*
** Nothing can be dropped on the user's connection while the SELECT that refreshes is running, so an empty table may
** stay in temp there.
*/
static int create(cm_stage *stage, const char *suffix, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "CREATE TABLE IF NOT EXISTS %s%s (", stage->table, suffix);
  cm_copied_definition(stage->copied, false, &sql);
  cm_buf_printf(&sql, "); DELETE FROM %s%s", stage->table, suffix);
  return cm_target_run_buf(stage->target, &sql, err);
}

static int prepare_insert(cm_stage *stage, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "INSERT OR REPLACE INTO %s VALUES (", stage->table);
  for (int i = 0; i < stage->copied->column_count; i++)
    cm_buf_text(&sql, i > 0 ? ", ?" : "?");
  cm_buf_text(&sql, ")");
  int rc = sql.code != SQLITE_OK
               ? cm_err_nomem(err)
               : cm_target_prepare(stage->target, cm_buf_str(&sql), &stage->insert, err);
  cm_buf_clear(&sql);
  return rc;
}

int cm_stage_open(cm_stage *out, cm_target *target, const cm_copied *copied, cm_err *err) {
  *out = (cm_stage){ .target = target, .copied = copied };
  cm_buf_init(&out->within, MAX_SQL_BYTES);
  sqlite3_snprintf((int)sizeof out->table, out->table, "temp.chartmogul_stage_%s", copied->name);
  int rc = cm_owned_last_time(target, copied->name, out->refreshed_at, err);
  if (rc == SQLITE_OK) rc = create(out, "", err);
  return rc == SQLITE_OK ? prepare_insert(out, err) : rc;
}

/*
** Keys come in any order: an index that is made of all of them at once is sorted, one that grows row by row is not.
** SQLITE_CONSTRAINT: a key is there twice.
*/
static int make_index(cm_stage *stage, cm_err *err) {
  const char *between = "";
  const cm_copied *copied = stage->copied;
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "CREATE UNIQUE INDEX IF NOT EXISTS %s_by_key ON chartmogul_stage_%s (",
                stage->table, copied->name);
  for (int i = 0; i < copied->key_count; i++) {
    cm_buf_printf(&sql, "%s\"%s\"", between, cm_copied_column(copied, copied->keys[i]));
    between = ", ";
  }
  cm_buf_text(&sql, ")");
  return cm_target_run_buf(stage->target, &sql, err);
}

/** Of the rows with one key the last stays. */
static int drop_former(cm_stage *stage, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "DELETE FROM %s WHERE rowid NOT IN (SELECT max(rowid) FROM %s GROUP BY ",
                stage->table, stage->table);
  for (int i = 0; i < stage->copied->key_count; i++)
    cm_buf_printf(&sql, "%s\"%s\"", i > 0 ? ", " : "",
                  cm_copied_column(stage->copied, stage->copied->keys[i]));
  cm_buf_text(&sql, ")");
  return cm_target_run_buf(stage->target, &sql, err);
}

int cm_stage_settle(cm_stage *stage, cm_err *err) {
  if (stage->copied->key_count == 0) return SQLITE_OK;
  int rc = make_index(stage, err);
  if ((rc & 0xff) != SQLITE_CONSTRAINT) return rc;
  cm_err_clear(err);
  rc = drop_former(stage, err);
  return rc == SQLITE_OK ? make_index(stage, err) : rc;
}

int cm_stage_sort(cm_stage *stage, cm_err *err) {
  cm_buf sql;
  int rc = create(stage, CM_STAGE_SORTED, err);
  if (rc != SQLITE_OK) return rc;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "INSERT INTO %s" CM_STAGE_SORTED " SELECT * FROM %s ORDER BY ", stage->table,
                stage->table);
  for (int i = 0; i < stage->copied->key_count; i++)
    cm_buf_printf(&sql, "\"%s\", ", cm_copied_column(stage->copied, stage->copied->keys[i]));
  cm_buf_text(&sql, "rowid");
  return cm_target_run_buf(stage->target, &sql, err);
}

int cm_stage_forget_sorted(cm_stage *stage, cm_err *err) {
  if (stage->target->is_own) return SQLITE_OK;
  return cm_target_runf(stage->target, err, "DELETE FROM %s" CM_STAGE_SORTED, stage->table);
}

void cm_stage_close(cm_stage *stage) {
  cm_err ignored;
  cm_err_clear(&ignored);
  if (stage->target == NULL) return;
  sqlite3_finalize(stage->insert);
  cm_buf_clear(&stage->within);
  if (!stage->target->is_own)
    (void)!cm_target_runf(stage->target, &ignored, "DELETE FROM %s", stage->table);
  *stage = (cm_stage){ 0 };
}

/* ---- its rows -------------------------------------------------------------------------------------- */

/** The value stays where it is until the row is added. */
static int bind_value(sqlite3_stmt *stmt, int place, const cm_value *value) {
  switch (value->type) {
  case CM_VALUE_INTEGER: return sqlite3_bind_int64(stmt, place, value->integer);
  case CM_VALUE_REAL: return sqlite3_bind_double(stmt, place, value->real);
  case CM_VALUE_TEXT:
  case CM_VALUE_JSON:
    return sqlite3_bind_text64(stmt, place, value->text, value->len, SQLITE_STATIC, SQLITE_UTF8);
  default: return sqlite3_bind_null(stmt, place);
  }
}

/** Bind a column of the row: through the scan where there is one, which may have to ask for the row around it. */
static int bind_column(cm_stage *stage, cm_scan *scan, cm_row *row, int place, cm_value *value,
                       cm_err *err) {
  int column = stage->copied->columns[place];
  int rc = scan != NULL ? cm_scan_peek(scan, column, value, err)
                        : cm_row_peek(row, column, value, err);
  if (rc == SQLITE_OK && bind_value(stage->insert, place + 1, value) != SQLITE_OK)
    rc = cm_err_nomem(err);
  return rc;
}

static int add(cm_stage *stage, cm_scan *scan, cm_row *row, cm_err *err) {
  cm_value values[CM_MAX_COPIED_COLUMNS];
  int count = 0;
  int rc = SQLITE_OK;
  while (count < stage->copied->column_count && rc == SQLITE_OK) {
    values[count] = cm_value_null();
    rc = bind_column(stage, scan, row, count, &values[count], err);
    count++;
  }
  if (rc == SQLITE_OK) {
    (void)sqlite3_step(stage->insert);
    rc = sqlite3_reset(stage->insert);
    if (rc != SQLITE_OK) rc = cm_target_error(stage->target, rc, err);
  }
  for (int i = 0; i < count; i++)
    cm_value_clear(&values[i]);
  return rc;
}

int cm_stage_add_scanned(cm_stage *stage, cm_scan *scan, cm_err *err) {
  return add(stage, scan, cm_scan_row(scan), err);
}

int cm_stage_add_inside(cm_stage *stage, cm_slice outer, cm_err *err) {
  const cm_resource *resource = stage->copied->resource;
  cm_slice items = cm_slice_find(outer, resource->reads[stage->copied->read].each);
  cm_row row = { .resource = resource, .outer = outer };
  size_t at = 0;
  int rc = SQLITE_ROW;
  bool has_items = cm_slice_type(items) == CM_JSON_ARRAY || cm_slice_type(items) == CM_JSON_OBJECT;
  while (has_items && rc == SQLITE_ROW) {
    cm_slice item = { NULL, 0 };
    cm_slice name = { NULL, 0 };
    rc = cm_slice_next(items, &at, &name, &item);
    if (rc != SQLITE_ROW) break;
    cm_row_set(&row, item);
    row.name = name;
    int added = add(stage, NULL, &row, err);
    if (added != SQLITE_OK) rc = added;
  }
  if (rc == SQLITE_ERROR && err->code == SQLITE_OK)
    cm_err_set(err, rc, "%s: the API sent broken JSON: try again later", resource->name);
  cm_row_clear(&row);
  return rc == SQLITE_DONE || !has_items ? SQLITE_OK : rc;
}
