#include "copy/owned.h"

#include <string.h>

#include "lists/identity.h"
#include "spec/registry.h"
#include "sql/names.h"

enum { MAX_SQL_BYTES = 64 * 1024 };

static const char copy_table[] = "chartmogul_copy";

/* ---- whose tables they are ----------------------------------------------------------------------- */

/** The number that a query of one name gives. */
static int count_of(cm_target *target, const char *format, const char *name, int64_t *out,
                    cm_err *err) {
  char *sql = sqlite3_mprintf(format, target->schema, name);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_number(target, sql, out, err);
  sqlite3_free(sql);
  return rc;
}

static int has_object(cm_target *target, const char *name, bool *out, cm_err *err) {
  int64_t count = 0;
  int rc = count_of(target,
                    "SELECT count(*) FROM \"%w\".sqlite_schema WHERE name = %Q COLLATE NOCASE AND "
                    "type IN ('table', 'view')",
                    name, &count, err);
  *out = count > 0;
  return rc;
}

/**
 * Refuse a name that something else has: tables, views and indexes share their names.
 * @param but   A condition on what of that name may be there.
 * @param what  It has to be: "a table".
 * @param how   What can be done with it: "rename".
 */
static int check_free(cm_target *target, const char *name, const char *but, const char *what,
                      const char *how, cm_err *err) {
  int64_t count = 0;
  char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\".sqlite_schema WHERE name = %Q COLLATE "
                              "NOCASE AND type <> 'trigger' AND NOT (%s)",
                              target->schema, name, but);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_number(target, sql, &count, err);
  sqlite3_free(sql);
  if (rc != SQLITE_OK || count == 0) return rc;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s.%s is not %s of the copy (nothing was read): %s it, or copy into another "
                    "file",
                    target->shown, name, what, how);
}

/** The same of the index of a column, of the table or of its history. */
static int check_index(cm_target *target, const cm_copied *copied, const char *of,
                       const char *column, cm_err *err) {
  char *name = sqlite3_mprintf("%s%s_by_%s", copied->name, of, column);
  char *but = sqlite3_mprintf("type = 'index' AND tbl_name = '%q%s' COLLATE NOCASE", copied->name,
                              of);
  int rc = name == NULL || but == NULL ? cm_err_nomem(err)
                                       : check_free(target, name, but, "an index", "drop", err);
  sqlite3_free(name);
  sqlite3_free(but);
  return rc;
}

static int is_stamped(cm_target *target, const char *name, bool *out, cm_err *err) {
  int64_t count = 0;
  bool is_any = false;
  int rc = has_object(target, copy_table, &is_any, err);
  if (rc == SQLITE_OK && is_any)
    rc = count_of(target, "SELECT count(*) FROM \"%w\".chartmogul_copy WHERE table_name = %Q", name,
                  &count, err);
  *out = count > 0;
  return rc;
}

int cm_owned_has(cm_target *target, const char *name, bool *out, cm_err *err) {
  int rc = is_stamped(target, name, out, err);
  return rc == SQLITE_OK && *out ? has_object(target, name, out, err) : rc;
}

/** Has the copy an index of this column? Joins go by uuids. */
static bool is_indexed(const cm_copied *copied, int place) {
  bool is_first_key = copied->key_count > 0 && copied->keys[0] == place;
  return !is_first_key && cm_copied_is_joined(copied, place);
}

/** How many columns of a table are so. @param condition  On the rows of PRAGMA table_xinfo. */
static int count_columns(cm_target *target, const char *table, const char *condition, int64_t *out,
                         cm_err *err) {
  char *sql = sqlite3_mprintf("SELECT count(*) FROM pragma_table_xinfo(%Q, %Q) WHERE %s", table,
                              target->schema, condition);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_number(target, sql, out, err);
  sqlite3_free(sql);
  return rc;
}

/** The columns that a table of the copy is kept up to date by: of a history also from when to when. */
static void write_needed(const cm_copied *copied, bool is_history, cm_buf *out) {
  cm_buf_text(out, is_history ? "name IN ('valid_from', 'valid_to'" : "name IN (NULL");
  for (int i = 0; i < copied->key_count; i++)
    cm_buf_printf(out, ", '%s'", cm_copied_column(copied, copied->keys[i]));
  cm_buf_text(out, ") AND hidden = 0");
}

/**
 * What the user has put in the place of a table of the copy, or made of it, may not do for one: rows are found by rowid and key.
 * @param suffix  "_history": that of the table.
 */
static int check_form(cm_target *target, const cm_copied *copied, const char *suffix, cm_err *err) {
  char table[CM_OWNED_NAME];
  int64_t plain = 0, named = 0, needed = 0;
  bool is_history = *suffix != '\0', is_there = false;
  cm_buf condition;
  sqlite3_snprintf(CM_OWNED_NAME, table, "%s%s", copied->name, suffix);
  int rc = has_object(target, table, &is_there, err);
  if (rc != SQLITE_OK || !is_there) return rc;
  rc = count_of(target,
                "SELECT count(*) FROM pragma_table_list WHERE schema = %Q COLLATE NOCASE AND name "
                "= %Q COLLATE NOCASE AND type = 'table' AND wr = 0",
                table, &plain, err);
  if (rc == SQLITE_OK)
    rc = count_columns(target, table, "name = 'rowid' COLLATE NOCASE", &named, err);
  cm_buf_init(&condition, MAX_SQL_BYTES);
  write_needed(copied, is_history, &condition);
  if (rc == SQLITE_OK) rc = count_columns(target, table, cm_buf_str(&condition), &needed, err);
  if (condition.code != SQLITE_OK && rc == SQLITE_OK) rc = cm_err_nomem(err);
  cm_buf_clear(&condition);
  bool is_whole = needed == copied->key_count + (is_history ? 2 : 0);
  if (rc != SQLITE_OK || (plain == 1 && named == 0 && is_whole)) return rc;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s.%s is not as the copy makes it (%s): rename or drop it, and the next "
                    "refresh makes it anew",
                    target->shown, table,
                    plain != 1   ? "it is WITHOUT ROWID, or virtual"
                    : named != 0 ? "it has a column named rowid"
                    : is_history ? "it lacks valid_from, valid_to or a column of the key"
                                 : "it lacks a column of the key");
}

/** What is the user's keeps its name. */
static int check_name(cm_target *target, const cm_copied *copied, cm_err *err) {
  bool is_copy = false;
  int rc = is_stamped(target, copied->name, &is_copy, err);
  char *history = sqlite3_mprintf("%s_history", copied->name);
  if (rc == SQLITE_OK && history == NULL) rc = cm_err_nomem(err);
  const char *const names[] = { copied->name, history };
  for (size_t i = 0; i < cm_countof(names) && rc == SQLITE_OK; i++)
    rc = check_free(target, names[i], is_copy ? "type = 'table'" : "0", "a table", "rename", err);
  sqlite3_free(history);
  if (rc == SQLITE_OK && is_copy) rc = check_form(target, copied, "", err);
  if (rc == SQLITE_OK && is_copy) rc = check_form(target, copied, "_history", err);
  if (rc == SQLITE_OK && copied->key_count > 0)
    rc = check_index(target, copied, "_history", cm_copied_column(copied, copied->keys[0]), err);
  for (int i = 0; i < copied->column_count && rc == SQLITE_OK; i++) {
    if (is_indexed(copied, i))
      rc = check_index(target, copied, "", cm_copied_column(copied, i), err);
  }
  return rc;
}

/** SQLite looks in temp first: who asks for the name would see something else than the copy. */
static int check_hidden(cm_target *target, const cm_copied_list *list, cm_err *err) {
  cm_names names;
  sqlite3 *db = target->session->db;
  const cm_names_of short_names = { .kind = CM_SHORT_NAMES, .schema = "temp" };
  int rc = cm_names_look(db, &short_names, &names);
  if (rc != SQLITE_OK) cm_err_set(err, rc, "temp cannot be read (%s)", sqlite3_errmsg(db));
  for (int i = 0; i < names.count && rc == SQLITE_OK; i++) {
    if (names.list[i].taken_in < 0) continue;
    for (int c = 0; c < list->count && rc == SQLITE_OK; c++) {
      if (strcmp(list->tables[c].name, names.list[i].name) != 0) continue;
      rc = cm_err_set(err, SQLITE_ERROR,
                      "temp.%s hides %s.%s (nothing was read): DROP TABLE temp.%s, or rename it",
                      names.list[i].name, target->shown, names.list[i].name, names.list[i].name);
    }
  }
  cm_names_clear(&names);
  return rc;
}

/** An account that does not tell its id goes by its name, which changes: the user may say that it is the same. Between two ids he may not. */
static int another_account(const cm_target *target, const char *former, const char *account,
                           cm_err *err) {
  if (!cm_identity_may_change(former) && !cm_identity_may_change(account)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s holds the copy of another account (of '%s', and the key is one of "
                      "'%s'): copy this one into another file",
                      target->shown, former, account);
  }
  char *same = sqlite3_mprintf("UPDATE \"%w\".chartmogul_copy SET account = %Q", target->shown,
                               account);
  if (same == NULL) return cm_err_nomem(err);
  int rc = cm_err_set(err, SQLITE_ERROR,
                      "%s holds the copy of another account (of '%s', and the key is one of '%s'): "
                      "copy this one into "
                      "another file, or, where it is the same one and is called otherwise now, %s",
                      target->shown, former, account, same);
  sqlite3_free(same);
  return rc;
}

int cm_owned_check_account(cm_target *target, const char *account, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  bool is_any = false;
  int rc = has_object(target, copy_table, &is_any, err);
  if (rc != SQLITE_OK || !is_any) return rc;
  char *sql = sqlite3_mprintf("SELECT account FROM %s.chartmogul_copy WHERE account <> %Q",
                              target->quoted, account);
  rc = sql == NULL ? cm_err_nomem(err) : cm_target_prepare(target, sql, &stmt, err);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) return rc;
  if (sqlite3_step(stmt) == SQLITE_ROW) {
    const char *former = (const char *)sqlite3_column_text(stmt, 0);
    rc = former == NULL ? cm_err_nomem(err) : another_account(target, former, account, err);
  }
  int end = sqlite3_finalize(stmt);
  return rc == SQLITE_OK && end != SQLITE_OK ? cm_target_error(target, end, err) : rc;
}

/* ---- what is there --------------------------------------------------------------------------------- */

int cm_owned_last_time(cm_target *target, const char *name, char out[CM_OWNED_STAMP], cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  bool is_any = false;
  out[0] = '\0';
  int rc = has_object(target, copy_table, &is_any, err);
  if (rc != SQLITE_OK || !is_any) return rc;
  char *sql = sqlite3_mprintf("SELECT refreshed_at FROM %s.chartmogul_copy WHERE table_name = %Q",
                              target->quoted, name);
  rc = sql == NULL ? cm_err_nomem(err) : cm_target_prepare(target, sql, &stmt, err);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) return rc;
  rc = sqlite3_step(stmt);
  const char *stamp = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
  if (stamp != NULL) sqlite3_snprintf(CM_OWNED_STAMP, out, "%s", stamp);
  int end = sqlite3_finalize(stmt);
  return end == SQLITE_OK ? SQLITE_OK : cm_target_error(target, end, err);
}

/** A column that an older version did not know: no row of the copy can be compared by it. */
static int lacks_column(cm_target *target, const char *table, const char *column, bool *out,
                        cm_err *err) {
  int64_t count = 0;
  char *sql = sqlite3_mprintf("SELECT count(*) FROM pragma_table_info(%Q, %Q) WHERE name = %Q",
                              table, target->schema, column);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_number(target, sql, &count, err);
  sqlite3_free(sql);
  *out = count == 0;
  return rc;
}

/** What the copy keeps of itself: its tables, and when rows came that were not in the first copy. */
static const struct {
  const char *table;
  const char *columns[5]; /* NULL: no more */
} own_tables[] = {
  { copy_table, { "table_name", "account", "version", "refreshed_at", NULL } },
  { "chartmogul_copy_added", { "table_name", "key", "added_at", NULL } },
};

/** A table of the user's may have the name of one of these, too. */
static int check_own_tables(cm_target *target, cm_err *err) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(own_tables) && rc == SQLITE_OK; i++) {
    const char *const *column = own_tables[i].columns;
    bool is_there = false;
    bool lacks = false;
    rc = check_free(target, own_tables[i].table, "type = 'table'", "a table", "rename", err);
    if (rc == SQLITE_OK) rc = has_object(target, own_tables[i].table, &is_there, err);
    for (; *column != NULL && rc == SQLITE_OK && is_there && !lacks; column++)
      rc = lacks_column(target, own_tables[i].table, *column, &lacks, err);
    if (rc == SQLITE_OK && lacks)
      rc = cm_err_set(
          err, SQLITE_ERROR,
          "%s.%s is not a table of the copy (nothing was read): rename it, or copy into "
          "another file",
          target->shown, own_tables[i].table);
  }
  return rc;
}

int cm_owned_check_names(cm_target *target, const cm_copied_list *list, cm_err *err) {
  int rc = check_own_tables(target, err);
  if (rc == SQLITE_OK) rc = check_hidden(target, list, err);
  for (int i = 0; i < list->count && rc == SQLITE_OK; i++)
    rc = check_name(target, &list->tables[i], err);
  return rc;
}

int cm_owned_look(cm_target *target, const cm_copied *copied, cm_owned *out, cm_err *err) {
  *out = (cm_owned){ 0 };
  bool is_there = false; /* a user may have dropped it, to have it made anew */
  int rc = cm_owned_last_time(target, copied->name, out->refreshed_at, err);
  if (rc == SQLITE_OK) rc = has_object(target, copied->name, &is_there, err);
  out->is_new = out->refreshed_at[0] == '\0' || !is_there;
  for (int i = 0; i < copied->column_count && !out->is_new && rc == SQLITE_OK; i++)
    rc = lacks_column(target, copied->name, cm_copied_column(copied, i), &out->is_unknown[i], err);
  return rc;
}

/* ---- making and mending ------------------------------------------------------------------------------ */

int cm_owned_create(cm_target *target, const cm_copied *copied, char name[CM_OWNED_NAME],
                    cm_err *err) {
  unsigned mark = 0;
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  sqlite3_randomness(sizeof mark, &mark);
  sqlite3_snprintf(CM_OWNED_NAME, name, "chartmogul_new_%s_%08x", copied->name, mark);
  cm_buf_text(&sql, "CREATE TABLE ");
  cm_target_table(target, name, &sql);
  cm_buf_text(&sql, " (");
  cm_copied_definition(copied, true, &sql);
  cm_buf_text(&sql, ")");
  return cm_target_run_buf(target, &sql, err);
}

/** A table that another run has begun and will not end: it was killed, or finds the table there. "": there is none. */
static int find_other(cm_target *target, const cm_copied *copied, const char *created,
                      char other[CM_OWNED_NAME], cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf(
      "SELECT name FROM %s.sqlite_schema WHERE type = 'table' AND name <> %Q AND name LIKE "
      "'chartmogul!_new!_' || replace(%Q, '_', '!_') || '!_' || '________' ESCAPE '!'",
      target->quoted, created != NULL ? created : "", copied->name);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_prepare(target, sql, &stmt, err);
  sqlite3_free(sql);
  other[0] = '\0';
  if (rc != SQLITE_OK) return rc;
  if (sqlite3_step(stmt) == SQLITE_ROW)
    sqlite3_snprintf(CM_OWNED_NAME, other, "%s", (const char *)sqlite3_column_text(stmt, 0));
  rc = sqlite3_finalize(stmt);
  return rc == SQLITE_OK ? SQLITE_OK : cm_target_error(target, rc, err);
}

static int drop_others(cm_target *target, const cm_copied *copied, const char *created,
                       cm_err *err) {
  char other[CM_OWNED_NAME];
  int rc = find_other(target, copied, created, other, err);
  while (rc == SQLITE_OK && other[0] != '\0') {
    rc = cm_target_runf(target, err, "DROP TABLE %s.\"%w\"", target->quoted, other);
    if (rc == SQLITE_OK) rc = find_other(target, copied, created, other, err);
  }
  return rc;
}

static int create_lists(cm_target *target, cm_err *err) {
  int rc = cm_target_runf(
      target, err,
      "CREATE TABLE IF NOT EXISTS %s.chartmogul_copy (table_name TEXT PRIMARY KEY, "
      "account TEXT NOT NULL, version TEXT NOT NULL, refreshed_at TEXT NOT NULL)",
      target->quoted);
  if (rc != SQLITE_OK) return rc;
  return cm_target_runf(
      target, err,
      "CREATE TABLE IF NOT EXISTS %s.chartmogul_copy_added (table_name TEXT, key TEXT, "
      "added_at TEXT NOT NULL, PRIMARY KEY (table_name, key)) WITHOUT ROWID",
      target->quoted);
}

/** A version of a row is sought by its key. */
static int create_history(cm_target *target, const cm_copied *copied, cm_err *err) {
  cm_buf sql;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  cm_buf_printf(&sql, "CREATE TABLE IF NOT EXISTS %s.\"%s_history\" (", target->quoted,
                copied->name);
  cm_copied_definition(copied, false, &sql);
  cm_buf_text(&sql, ", valid_from TEXT, valid_to TEXT NOT NULL)");
  int rc = cm_target_run_buf(target, &sql, err);
  if (rc != SQLITE_OK || copied->key_count == 0) return rc;
  const char *key = cm_copied_column(copied, copied->keys[0]);
  return cm_target_runf(
      target, err, "CREATE INDEX IF NOT EXISTS %s.\"%w_history_by_%w\" ON \"%w_history\" (\"%w\")",
      target->quoted, copied->name, key, copied->name, key);
}

static int add_columns(cm_target *target, const cm_copied *copied, const char *suffix,
                       cm_err *err) {
  char table[CM_OWNED_NAME];
  int rc = SQLITE_OK;
  sqlite3_snprintf(CM_OWNED_NAME, table, "%s%s", copied->name, suffix);
  for (int i = 0; i < copied->column_count && rc == SQLITE_OK; i++) {
    bool lacks = false;
    const char *column = cm_copied_column(copied, i);
    rc = lacks_column(target, table, column, &lacks, err);
    if (rc == SQLITE_OK && lacks)
      rc = cm_target_runf(target, err, "ALTER TABLE %s.\"%w\" ADD COLUMN \"%w\"%s", target->quoted,
                          table, column,
                          cm_registry_sql_type(copied->resource->columns[copied->columns[i]].type));
  }
  return rc;
}

int cm_owned_adopt(cm_target *target, const cm_copied *copied, const cm_owned *owned,
                   const char *created, cm_err *err) {
  char stamp[CM_OWNED_STAMP] = "";
  int rc = create_lists(target, err);
  if (rc == SQLITE_OK) rc = cm_owned_last_time(target, copied->name, stamp, err);
  if (rc == SQLITE_OK && strcmp(stamp, owned->refreshed_at) != 0) return SQLITE_DONE;
  if (rc == SQLITE_OK) rc = check_name(target, copied, err); /* it may have come meanwhile */
  if (rc != SQLITE_OK) return rc;
  if (target->is_own) rc = drop_others(target, copied, created, err);
  if (rc != SQLITE_OK) return rc;
  rc = created == NULL ? add_columns(target, copied, "", err)
                       : cm_target_runf(target, err, "ALTER TABLE %s.\"%w\" RENAME TO \"%w\"",
                                        target->quoted, created, copied->name);
  if (rc == SQLITE_OK) rc = create_history(target, copied, err);
  return rc == SQLITE_OK ? add_columns(target, copied, "_history", err) : rc;
}

int cm_owned_index(cm_target *target, const cm_copied *copied, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < copied->column_count && rc == SQLITE_OK; i++) {
    const char *column = cm_copied_column(copied, i);
    if (!is_indexed(copied, i)) continue;
    rc = cm_target_runf(target, err,
                        "CREATE INDEX IF NOT EXISTS %s.\"%w_by_%w\" ON \"%w\" (\"%w\")",
                        target->quoted, copied->name, column, copied->name, column);
  }
  return rc;
}

int cm_owned_stamp(cm_target *target, const cm_copied *copied, const char *account, const char *now,
                   cm_err *err) {
  return cm_target_runf(target, err,
                        "INSERT OR REPLACE INTO %s.chartmogul_copy (table_name, account, version, "
                        "refreshed_at) VALUES (%Q, %Q, %Q, %Q)",
                        target->quoted, copied->name, account, CM_VERSION, now);
}
