#include "copy/difference.h"

enum { MAX_SQL_BYTES = 256 * 1024 };

/* The statements go by ranges of rowids; `?1` and `?2` are the bounds. */

/** Append "t.a IS NOT s.a OR …" over columns that are no key; of those that an older version did not know "s.a IS NOT NULL". */
static void write_differences(const cm_copied *copied, const cm_owned *owned, bool is_of_new,
                              cm_buf *out) {
  const char *between = "";
  for (int i = 0; i < copied->column_count; i++) {
    const char *name = cm_copied_column(copied, i);
    if (cm_copied_is_key(copied, i) || owned->is_unknown[i] != is_of_new) continue;
    if (is_of_new)
      cm_buf_printf(out, "%ss.\"%s\" IS NOT NULL", between, name);
    else
      cm_buf_printf(out, "%st.\"%s\" IS NOT s.\"%s\"", between, name, name);
    between = " OR ";
  }
  if (*between == '\0') cm_buf_text(out, "0");
}

/** What became of the rows of the stage. */
static void write_compare(const cm_stage *stage, const cm_owned *owned, cm_buf *out) {
  const cm_copied *copied = stage->copied;
  cm_buf_printf(
      out,
      "INSERT INTO " CM_DIFFERENCE
      " SELECT kind, stage_row, table_row FROM (SELECT CASE WHEN t.rowid IS NULL THEN %d WHEN ",
      CM_DIFFERENT_ADDED);
  write_differences(copied, owned, false, out);
  cm_buf_printf(out, " THEN %d WHEN ", CM_DIFFERENT_CHANGED);
  write_differences(copied, owned, true, out);
  cm_buf_printf(
      out,
      " THEN %d END AS kind, s.rowid AS stage_row, t.rowid AS table_row FROM %s AS s LEFT JOIN ",
      CM_DIFFERENT_FILLED, stage->table);
  cm_target_table(stage->target, copied->name, out);
  cm_buf_text(out, " AS t ON ");
  cm_copied_same_key(copied, "t", "s", out);
  cm_buf_text(out, " WHERE s.rowid BETWEEN ?1 AND ?2) WHERE kind IS NOT NULL");
}

/** Which rows of the table the stage lacks. */
static void write_missing(const cm_stage *stage, cm_buf *out) {
  cm_buf_printf(out, "INSERT INTO " CM_DIFFERENCE " SELECT %d, NULL, t.rowid FROM ",
                CM_DIFFERENT_REMOVED);
  cm_target_table(stage->target, stage->copied->name, out);
  cm_buf_printf(
      out, " AS t WHERE t.rowid BETWEEN ?1 AND ?2 AND NOT EXISTS (SELECT 1 FROM %s AS s WHERE ",
      stage->table);
  cm_copied_same_key(stage->copied, "t", "s", out);
  cm_buf_text(out, ")");
  if (stage->within.len > 0) cm_buf_printf(out, " AND (%s)", cm_buf_str(&stage->within));
}

static int open_difference(cm_target *target, cm_err *err) {
  return cm_target_run(
      target,
      "CREATE TABLE IF NOT EXISTS " CM_DIFFERENCE
      " (kind INTEGER, stage_row INTEGER, table_row INTEGER); DELETE FROM " CM_DIFFERENCE,
      err);
}

int cm_difference_find(cm_stage *stage, const cm_owned *owned, cm_err *err) {
  cm_target *target = stage->target;
  cm_buf compare, missing, table;
  cm_buf_init(&compare, MAX_SQL_BYTES);
  cm_buf_init(&missing, MAX_SQL_BYTES);
  cm_buf_init(&table, MAX_SQL_BYTES);
  write_compare(stage, owned, &compare);
  write_missing(stage, &missing);
  cm_target_table(target, stage->copied->name, &table);
  bool is_whole = compare.code == SQLITE_OK && missing.code == SQLITE_OK && table.code == SQLITE_OK;
  int rc = is_whole ? SQLITE_OK : cm_err_nomem(err);
  if (rc == SQLITE_OK) rc = cm_stage_settle(stage, err);
  if (rc == SQLITE_OK) rc = open_difference(target, err);
  if (rc == SQLITE_OK) rc = cm_target_by_chunks(target, stage->table, cm_buf_str(&compare), err);
  if (rc == SQLITE_OK)
    rc = cm_target_by_chunks(target, cm_buf_str(&table), cm_buf_str(&missing), err);
  cm_buf_clear(&compare);
  cm_buf_clear(&missing);
  cm_buf_clear(&table);
  return rc;
}
