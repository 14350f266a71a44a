#include "copy/stage.h"

enum { MAX_SQL_BYTES = 64 * 1024 };

/* ---- the table ----------------------------------------------------------------------------------- */

/*
** Nothing can be dropped on the user's connection while the SELECT that refreshes is running, so an empty table may
** stay in temp there.
*/
static int create(cm_stage *stage, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "CREATE TABLE IF NOT EXISTS %s (", stage->table);
  cm_copied_definition(stage->copied, true, &sql);
  cm_buf_printf(&sql, "); DELETE FROM %s", stage->table);
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
  int rc = create(out, err);
  return rc == SQLITE_OK ? prepare_insert(out, err) : rc;
}

void cm_stage_close(cm_stage *stage) {
  cm_err ignored;
  cm_err_clear(&ignored);
  if (stage->target == NULL) return;
  sqlite3_finalize(stage->insert);
  cm_buf_clear(&stage->within);
  (void)!cm_target_runf(stage->target, &ignored, "DELETE FROM %s", stage->table);
  *stage = (cm_stage){ 0 };
}

/* ---- its rows -------------------------------------------------------------------------------------- */

static int bind_value(sqlite3_stmt *stmt, int place, const cm_value *value) {
  switch (value->type) {
  case CM_VALUE_INTEGER: return sqlite3_bind_int64(stmt, place, value->integer);
  case CM_VALUE_REAL: return sqlite3_bind_double(stmt, place, value->real);
  case CM_VALUE_TEXT:
  case CM_VALUE_JSON:
    return sqlite3_bind_text64(stmt, place, value->text, value->len, SQLITE_TRANSIENT, SQLITE_UTF8);
  default: return sqlite3_bind_null(stmt, place);
  }
}

/** Bind a column of the row: through the scan where there is one, which may have to ask for the row around it. */
static int bind_column(cm_stage *stage, cm_scan *scan, cm_row *row, int place, cm_err *err) {
  cm_value value = cm_value_null();
  int column = stage->copied->columns[place];
  int rc = scan != NULL ? cm_scan_peek(scan, column, &value, err)
                        : cm_row_peek(row, column, &value, err);
  if (rc == SQLITE_OK && bind_value(stage->insert, place + 1, &value) != SQLITE_OK)
    rc = cm_err_nomem(err);
  cm_value_clear(&value);
  return rc;
}

static int add(cm_stage *stage, cm_scan *scan, cm_row *row, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < stage->copied->column_count && rc == SQLITE_OK; i++)
    rc = bind_column(stage, scan, row, i, err);
  if (rc != SQLITE_OK) return rc;
  rc = sqlite3_step(stage->insert);
  int end = sqlite3_reset(stage->insert);
  return rc == SQLITE_DONE ? SQLITE_OK : cm_target_error(stage->target, end, err);
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
