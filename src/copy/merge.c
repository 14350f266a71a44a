#include "copy/merge.h"

#include <string.h>

#include "base/instant.h"
#include "copy/difference.h"
#include "copy/owned.h"

enum { MAX_SQL_BYTES = 256 * 1024 };

/** One merge under way. */
typedef struct merging {
  cm_stage *stage;
  cm_target *target;
  const cm_copied *copied;
  const char *account;
  cm_owned owned;
  char now[CM_INSTANT_TEXT];
} merging;

/* ---- pieces of SQL ----------------------------------------------------------------------------------- */

static void write_table(const merging *merge, const char *suffix, cm_buf *out) {
  cm_buf_printf(out, "%s.\"%s%s\"", merge->target->quoted, merge->copied->name, suffix);
}

/** The key of a row as one text: one key is its value, several are a JSON array of theirs. */
static void write_key(const cm_copied *copied, const char *row, cm_buf *out) {
  const char *between = "";
  cm_buf_text(out, copied->key_count == 1 ? "CAST(" : "json_array(");
  for (int i = 0; i < copied->column_count; i++) {
    if (!cm_copied_is_key(copied, i)) continue;
    cm_buf_printf(out, "%s%s.\"%s\"", between, row, cm_copied_column(copied, i));
    between = ", ";
  }
  cm_buf_text(out, copied->key_count == 1 ? " AS TEXT)" : ")");
}

/** @param kinds  Of the difference, as bits. */
static void write_rows_of(const char *column, int kinds, cm_buf *out) {
  cm_buf_printf(out, "(SELECT %s FROM " CM_DIFFERENCE " WHERE kind & %d)", column, kinds);
}

/** Run what the buffer holds, and count the rows that it wrote. */
static int run_counted(merging *merge, cm_buf *sql, int64_t *out, cm_err *err) {
  int rc = cm_target_run_buf(merge->target, sql, err);
  if (rc == SQLITE_OK) *out += sqlite3_changes64(merge->target->db);
  return rc;
}

/* ---- the steps --------------------------------------------------------------------------------------- */

/*
** A row is as it is since its last former version ended, or since it was added; what was there in the first copy
** may be older than that.
*/
static int keep_versions(merging *merge, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_text(&sql, "INSERT INTO ");
  write_table(merge, "_history", &sql);
  cm_buf_text(&sql, " (");
  cm_copied_names(merge->copied, "", &sql);
  cm_buf_text(&sql, ", valid_from, valid_to) SELECT ");
  cm_copied_names(merge->copied, "t.", &sql);
  cm_buf_text(&sql, ", max(coalesce((SELECT max(h.valid_to) FROM ");
  write_table(merge, "_history", &sql);
  cm_buf_text(&sql, " AS h WHERE ");
  cm_copied_same_key(merge->copied, "h", "t", &sql);
  cm_buf_printf(&sql, "), a.added_at), coalesce(a.added_at, '')), '%s' FROM ", merge->now);
  write_table(merge, "", &sql);
  cm_buf_text(&sql, " AS t LEFT JOIN ");
  cm_target_table(merge->target, "chartmogul_copy_added", &sql);
  cm_buf_printf(&sql, " AS a ON a.table_name = '%s' AND a.key = ", merge->copied->name);
  write_key(merge->copied, "t", &sql);
  cm_buf_text(&sql, " WHERE t.rowid IN ");
  write_rows_of("table_row", CM_DIFFERENT_CHANGED | CM_DIFFERENT_REMOVED, &sql);
  return cm_target_run_buf(merge->target, &sql, err);
}

static int change_rows(merging *merge, int64_t *out, cm_err *err) {
  const cm_copied *copied = merge->copied;
  const char *between = "";
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_text(&sql, "UPDATE ");
  write_table(merge, "", &sql);
  cm_buf_text(&sql, " AS t SET ");
  for (int i = 0; i < copied->column_count; i++) {
    const char *name = cm_copied_column(copied, i);
    if (cm_copied_is_key(copied, i)) continue;
    cm_buf_printf(&sql, "%s\"%s\" = s.\"%s\"", between, name, name);
    between = ", ";
  }
  cm_buf_printf(&sql,
                " FROM (SELECT d.table_row, n.* FROM " CM_DIFFERENCE
                " AS d JOIN %s AS n ON n.rowid = d.stage_row WHERE d.kind & %d) AS s WHERE "
                "t.rowid = s.table_row",
                merge->stage->table, CM_DIFFERENT_CHANGED | CM_DIFFERENT_FILLED);
  if (*between != '\0') return run_counted(merge, &sql, out, err);
  cm_buf_clear(&sql); /* a table that is all key: its rows come and go */
  return SQLITE_OK;
}

static int forget_added(merging *merge, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_text(&sql, "DELETE FROM ");
  cm_target_table(merge->target, "chartmogul_copy_added", &sql);
  cm_buf_printf(&sql, " WHERE table_name = '%s' AND key IN (SELECT ", merge->copied->name);
  write_key(merge->copied, "t", &sql);
  cm_buf_text(&sql, " FROM ");
  write_table(merge, "", &sql);
  cm_buf_text(&sql, " AS t WHERE t.rowid IN ");
  write_rows_of("table_row", CM_DIFFERENT_REMOVED, &sql);
  cm_buf_text(&sql, ")");
  return cm_target_run_buf(merge->target, &sql, err);
}

static int remove_rows(merging *merge, int64_t *out, cm_err *err) {
  cm_buf sql;
  int rc = forget_added(merge, err);
  if (rc != SQLITE_OK) return rc;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_text(&sql, "DELETE FROM ");
  write_table(merge, "", &sql);
  cm_buf_text(&sql, " WHERE rowid IN ");
  write_rows_of("table_row", CM_DIFFERENT_REMOVED, &sql);
  return run_counted(merge, &sql, out, err);
}

static int note_added(merging *merge, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_text(&sql, "INSERT OR REPLACE INTO ");
  cm_target_table(merge->target, "chartmogul_copy_added", &sql);
  cm_buf_printf(&sql, " (table_name, key, added_at) SELECT '%s', ", merge->copied->name);
  write_key(merge->copied, "s", &sql);
  cm_buf_printf(&sql, ", '%s' FROM %s AS s WHERE s.rowid IN ", merge->now, merge->stage->table);
  write_rows_of("stage_row", CM_DIFFERENT_ADDED, &sql);
  return cm_target_run_buf(merge->target, &sql, err);
}

static void write_insert(const merging *merge, const char *verb, const char *table, cm_buf *out) {
  cm_buf_printf(out, "%s INTO ", verb);
  cm_target_table(merge->target, table, out);
  cm_buf_text(out, " (");
  cm_copied_names(merge->copied, "", out);
  cm_buf_text(out, ") SELECT ");
  cm_copied_names(merge->copied, "s.", out);
  cm_buf_printf(out, " FROM %s", merge->stage->table);
}

static int add_rows(merging *merge, int64_t *out, cm_err *err) {
  cm_buf sql;
  int rc = note_added(merge, err);
  if (rc != SQLITE_OK) return rc;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  write_insert(merge, "INSERT", merge->copied->name, &sql);
  cm_buf_text(&sql, " AS s WHERE s.rowid IN ");
  write_rows_of("stage_row", CM_DIFFERENT_ADDED, &sql);
  return run_counted(merge, &sql, out, err);
}

static int count_rows(merging *merge, const char *table, int64_t *out, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "SELECT count(*) FROM %s", table);
  int rc = sql.code != SQLITE_OK ? cm_err_nomem(err)
                                 : cm_target_number(merge->target, cm_buf_str(&sql), out, err);
  cm_buf_clear(&sql);
  return rc;
}

/** Where the stage holds all rows the table has as many: a trigger of the user's can keep rows out without a word. */
static int check_count(merging *merge, bool has_triggers, int64_t *out, cm_err *err) {
  int64_t wanted = 0;
  cm_buf table;
  cm_buf_init(&table, MAX_SQL_BYTES);
  write_table(merge, "", &table);
  int rc = table.code != SQLITE_OK ? cm_err_nomem(err)
                                   : count_rows(merge, cm_buf_str(&table), out, err);
  cm_buf_clear(&table);
  if (rc != SQLITE_OK || merge->stage->within.len > 0 || !has_triggers) return rc;
  rc = count_rows(merge, merge->stage->table, &wanted, err);
  if (rc != SQLITE_OK || wanted == *out) return rc;
  return cm_err_set(err, SQLITE_CONSTRAINT,
                    "%s.%s would have %lld rows instead of %lld (a trigger on it keeps rows out, "
                    "or in, or it was made without its key and has rows twice): drop the trigger, "
                    "or the table, and run it again",
                    merge->target->shown, merge->copied->name, (long long)*out, (long long)wanted);
}

/* ---- a table that is new ------------------------------------------------------------------------------- */

/** Some thousand rows a transaction: nobody sees the table before it has its name. Of several rows with one key the last stays. */
static int fill(merging *merge, const char *created, cm_err *err) {
  cm_stage *stage = merge->stage;
  cm_buf sql, sorted;
  int rc = cm_stage_sort(stage, err);
  if (rc != SQLITE_OK) return rc;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_init(&sorted, MAX_SQL_BYTES);
  cm_buf_printf(&sorted, "%s" CM_STAGE_SORTED, stage->table);
  write_insert(merge, "INSERT OR REPLACE", created, &sql);
  cm_buf_text(&sql, CM_STAGE_SORTED " AS s WHERE s.rowid BETWEEN ?1 AND ?2");
  bool is_whole = sql.code == SQLITE_OK && sorted.code == SQLITE_OK;
  rc = is_whole ? cm_target_by_chunks(merge->target, cm_buf_str(&sorted), cm_buf_str(&sql), err)
                : cm_err_nomem(err);
  cm_buf_clear(&sql);
  cm_buf_clear(&sorted);
  return rc == SQLITE_OK ? cm_stage_forget_sorted(stage, err) : rc;
}

/* ---- all of it ------------------------------------------------------------------------------------------- */

/** What is done inside the transaction. `created` holds the rows of a new table. */
static int move(merging *merge, const char *created, cm_merged *out, cm_err *err) {
  int rc = cm_owned_adopt(merge->target, merge->copied, &merge->owned, created, err);
  if (rc == SQLITE_OK && created == NULL) {
    rc = keep_versions(merge, err);
    if (rc == SQLITE_OK) rc = change_rows(merge, &out->changed, err);
    if (rc == SQLITE_OK) rc = remove_rows(merge, &out->removed, err);
    if (rc == SQLITE_OK) rc = add_rows(merge, &out->added, err);
  }
  if (rc == SQLITE_OK) rc = check_count(merge, created == NULL, &out->rows, err);
  if (rc == SQLITE_OK && created != NULL) out->added = out->rows;
  if (rc != SQLITE_OK) return rc;
  return cm_owned_stamp(merge->target, merge->copied, merge->account, merge->now, err);
}

/** A table that another program has begun, too, is dropped by the first that ends: SQLITE_DONE then. */
static int prepare(merging *merge, char created[CM_OWNED_NAME], cm_err *err) {
  cm_owned now;
  if (!merge->owned.is_new) return cm_difference_find(merge->stage, &merge->owned, err);
  int rc = cm_owned_create(merge->target, merge->copied, created, err);
  if (rc == SQLITE_OK) rc = fill(merge, created, err);
  if ((rc & 0xff) != SQLITE_ERROR) return rc;
  int look = cm_owned_look(merge->target, merge->copied, &now, err);
  return look != SQLITE_OK ? look : now.is_new ? rc : SQLITE_DONE;
}

/** What was begun and came to nothing. */
static void drop_created(merging *merge, const char *created) {
  cm_err ignored;
  cm_err_clear(&ignored);
  if (created[0] == '\0' || !merge->target->is_own) return;
  (void)!cm_target_runf(merge->target, &ignored, "DROP TABLE IF EXISTS %s.\"%w\"",
                        merge->target->quoted, created);
}

/**
 * What takes long is done before the transaction that others wait for. Nobody waits for the user's own connection, which
 * cannot drop what is left of a failure either: there all is done inside.
 * @return SQLITE_DONE: another program has refreshed the table since the reading began.
 */
static int merge_all(merging *merge, cm_merged *out, cm_err *err) {
  char created[CM_OWNED_NAME] = "";
  cm_target *target = merge->target;
  cm_err ignored;
  *out = (cm_merged){ 0 };
  int rc = cm_owned_look(target, merge->copied, &merge->owned, err);
  if (rc == SQLITE_OK && strcmp(merge->owned.refreshed_at, merge->stage->refreshed_at) != 0)
    return SQLITE_DONE;
  if (rc == SQLITE_OK && target->is_own) rc = prepare(merge, created, err);
  if (rc == SQLITE_OK) rc = cm_target_run(target, "BEGIN IMMEDIATE", err);
  if (rc != SQLITE_OK) {
    drop_created(merge, created);
    return rc;
  }
  if (!target->is_own) rc = prepare(merge, created, err);
  if (rc == SQLITE_OK) rc = move(merge, created[0] != '\0' ? created : NULL, out, err);
  if (rc == SQLITE_OK) rc = cm_target_run(target, "COMMIT", err);
  cm_err_clear(&ignored);
  if (rc != SQLITE_OK) (void)!cm_target_run(target, "ROLLBACK", &ignored);
  if (rc != SQLITE_OK) drop_created(merge, created);
  return rc;
}

int cm_merge(cm_stage *stage, const char *account, cm_merged *out, cm_err *err) {
  merging merge = {
    .stage = stage, .target = stage->target, .copied = stage->copied, .account = account
  };
  cm_instant_format_sql(cm_session_wall_ms(stage->target->session), merge.now);
  int rc = merge_all(&merge, out, err);
  return rc == SQLITE_OK ? cm_owned_index(stage->target, stage->copied, err) : rc;
}
