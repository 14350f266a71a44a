/*
** make_tables.c -- tables of ours under more names: chartmogul_short_names makes customers, plans, ... in
** temp, chartmogul_store_tables the long names in a file. See sql/functions/functions.h.
*/
#include "sql/functions/make_tables.h"

#include <string.h>

#include "base/buf.h"
#include "base/sql_calls.h"
#include "sql/bridge.h"
#include "sql/functions/function.h"
#include "sql/functions/function_call.h"
#include "sql/names.h"

enum { MAX_NAMES_SHOWN = 600 };

/** What is to be made. */
typedef struct maker {
  const char *function;
  const char *schema;
  const char *account; /* whose tables; NULL: the first account's */
  const char *what;    /* one of them */
  const char *instead; /* what else to do where a name is taken */
  const char *again;   /* what to do where SQLite fails */
} maker;

static int sql_error(sqlite3 *db, int rc, const maker *make, cm_err *err) {
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  return cm_err_set(err, rc, "no %s was made (%s): %s", make->what, sqlite3_errmsg(db),
                    make->again);
}

/*
** A table that is made while a statement runs makes SQLite refuse whatever that statement opens from then
** on, with the words "abort due to ROLLBACK". So a statement that has something to open behind the call of
** this function is refused before anything is made.
*/
static bool opens_behind_call(sqlite3 *db, const char *sql, const char *function) {
  sqlite3_stmt *program = NULL;
  bool is_called = false;
  bool opens = false;
  char *explain = sqlite3_mprintf("EXPLAIN %s", sql);
  int rc = explain == NULL ? SQLITE_NOMEM : sqlite3_prepare_v2(db, explain, -1, &program, NULL);
  sqlite3_free(explain);
  while (rc == SQLITE_OK && !opens && sqlite3_step(program) == SQLITE_ROW) {
    const char *code = (const char *)sqlite3_column_text(program, 1);
    const char *called = (const char *)sqlite3_column_text(program, 5);
    if (code == NULL) break;
    is_called = is_called || (called != NULL && strstr(called, function) == called);
    opens = is_called && (strcmp(code, "OpenRead") == 0 || strcmp(code, "OpenWrite") == 0);
  }
  sqlite3_finalize(program);
  return opens;
}

static int check_statement(sqlite3 *db, const maker *make, cm_err *err) {
  for (sqlite3_stmt *running = sqlite3_next_stmt(db, NULL); running != NULL;
       running = sqlite3_next_stmt(db, running)) {
    const char *sql = sqlite3_sql(running);
    if (!sqlite3_stmt_busy(running) || !cm_sql_calls(sql, make->function)) continue;
    if (!opens_behind_call(db, sql, make->function)) continue;
    return cm_err_set(err, SQLITE_ERROR,
                      "no %s was made (the statement opens a table after it): call it in "
                      "a statement of its own, SELECT %s(%s%s%s)",
                      make->what, make->function, make->account != NULL ? "'" : "",
                      make->account != NULL ? make->account : "", make->account != NULL ? "'" : "");
  }
  return SQLITE_OK;
}

static bool is_to_make(const maker *make, const cm_names *names, int index) {
  int found_in = names->list[index].found_in;
  if (names->list[index].copied_in >= 0) return false;
  return found_in < 0 || sqlite3_stricmp(names->schemas.names[found_in], make->schema) != 0;
}

/** Refuse when a name is taken, and say all that are. */
static int check_names(const maker *make, const cm_names *names, cm_err *err) {
  cm_buf taken;
  int count = 0;
  int rc = SQLITE_OK;
  cm_buf_init(&taken, MAX_NAMES_SHOWN);
  for (int i = 0; i < names->count; i++) {
    if (names->list[i].taken_in < 0) continue;
    cm_buf_printf(&taken, "%s%s", count++ > 0 ? ", " : "", names->list[i].name);
  }
  if (count > 0) {
    rc = cm_err_set(err, SQLITE_ERROR,
                    "no %s was made (%s taken already: %s): rename what has the name%s", make->what,
                    count == 1 ? "one is" : "some are", cm_buf_str(&taken), make->instead);
  }
  cm_buf_clear(&taken);
  return rc;
}

/** Make one table. */
static int create(sqlite3 *db, const maker *make, const cm_names *names, int index) {
  char *sql = cm_names_sql(names, &names->list[index], make->schema);
  int rc = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
  return rc;
}

/** Where it cannot be dropped, it stays. */
static void drop(sqlite3 *db, const maker *make, const char *name) {
  char *sql = sqlite3_mprintf("DROP TABLE IF EXISTS \"%w\".%s", make->schema, name);
  if (sql != NULL) (void)sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
}

/** All or none: what was made before a failure is dropped again. */
static int make_names(sqlite3 *db, const maker *make, const cm_names *names, cm_err *err) {
  int rc = SQLITE_OK;
  int made = 0;
  for (; made < names->count && rc == SQLITE_OK; made++) {
    if (!is_to_make(make, names, made)) continue;
    rc = create(db, make, names, made);
  }
  if (rc == SQLITE_OK) return rc;
  sql_error(db, rc, make, err);
  for (int i = 0; i < made - 1; i++) {
    if (is_to_make(make, names, i)) drop(db, make, names->list[i].name);
  }
  return rc;
}

static int make_all(sqlite3 *db, const maker *make, cm_names *names, cm_err *err) {
  bool is_any = false;
  int rc = check_names(make, names, err);
  for (int i = 0; i < names->count; i++)
    is_any = is_any || is_to_make(make, names, i);
  if (rc == SQLITE_OK && is_any) rc = check_statement(db, make, err);
  return rc == SQLITE_OK ? make_names(db, make, names, err) : rc;
}

/** How many of the names show the account; the others show a copy. */
static int count_ours(const cm_names *names) {
  int count = 0;
  for (int i = 0; i < names->count; i++)
    count += names->list[i].copied_in < 0 || names->list[i].copied_in != names->list[i].found_in;
  return count;
}

static void finish(sqlite3_context *context, const maker *make, int rc, int count, cm_err *err) {
  if (rc == SQLITE_OK) {
    sqlite3_result_int(context, count);
  } else {
    cm_err_prefix(err, make->function);
    cm_bridge_error(context, err);
  }
}

/** The account that is named, or the first. */
static int read_account(cm_session *session, int argc, sqlite3_value **argv, maker *make,
                        cm_err *err) {
  cm_slice name = { NULL, 0 };
  cm_session *account = NULL;
  int rc = argc > 0 ? cm_sending_text(argv[0], "the account", &name, err) : SQLITE_OK;
  if (rc == SQLITE_OK) rc = cm_session_account(session, name.ptr, &account, err);
  if (rc != SQLITE_OK || account->name[0] == '\0') return rc;
  make->account = account->name;
  make->instead = "";
  return SQLITE_OK;
}

void cm_function_short_names(sqlite3_context *context, int argc, sqlite3_value **argv) {
  maker make = { .function = "chartmogul_short_names",
                 .schema = "temp",
                 .what = "short name",
                 .instead = ", or write chartmogul_ in front",
                 .again = "try again outside a transaction" };
  sqlite3 *db = sqlite3_context_db_handle(context);
  cm_names names = { 0 };
  cm_err err = { 0 };
  int rc = read_account(cm_function_session(context), argc, argv, &make, &err);
  if (rc == SQLITE_OK) {
    const cm_names_of which = { .kind = CM_SHORT_NAMES, .account = make.account };
    rc = cm_names_look(db, &which, &names);
    if (rc != SQLITE_OK) sql_error(db, rc, &make, &err);
  }
  if (rc == SQLITE_OK) rc = make_all(db, &make, &names, &err);
  finish(context, &make, rc, count_ours(&names), &err);
  cm_names_clear(&names);
}

/** Find the schema as the connection writes it. */
static int find_schema(const cm_names *names, const maker *make, cm_err *err) {
  for (int i = 0; i < names->schemas.count; i++) {
    if (sqlite3_stricmp(names->schemas.names[i], make->schema) == 0) return SQLITE_OK;
  }
  return cm_err_set(err, SQLITE_ERROR,
                    "there is no schema '%.80s' (neither main nor attached): give main, or ATTACH "
                    "its file first",
                    make->schema);
}

/** The setting first, or the tables could not be made; it goes back where none was. */
static int store_all(sqlite3 *db, cm_session *session, const maker *make, cm_names *names,
                     cm_err *err) {
  bool was_set = session->settings.stored_tables;
  int rc = was_set ? SQLITE_OK : cm_session_configure(session, "stored_tables", "1", err);
  if (rc == SQLITE_OK) rc = make_all(db, make, names, err);
  if (rc != SQLITE_OK && !was_set) {
    cm_err ignored;
    cm_err_clear(&ignored);
    (void)cm_session_configure(session, "stored_tables", NULL, &ignored);
  }
  return rc;
}

void cm_function_store_tables(sqlite3_context *context, int argc, sqlite3_value **argv) {
  maker make = { .function = "chartmogul_store_tables",
                 .schema = "main",
                 .what = "table",
                 .instead = "",
                 .again = "see whether the file can be written, and try again outside a "
                          "transaction" };
  sqlite3 *db = sqlite3_context_db_handle(context);
  cm_slice schema = { NULL, 0 };
  cm_names names = { 0 };
  cm_err err = { 0 };
  int rc = argc > 0 ? cm_sending_text(argv[0], "the schema", &schema, &err) : SQLITE_OK;
  if (schema.ptr != NULL) make.schema = schema.ptr;
  if (rc == SQLITE_OK) {
    const cm_names_of which = { .kind = CM_LONG_NAMES, .schema = make.schema };
    rc = cm_names_look(db, &which, &names);
    if (rc != SQLITE_OK) sql_error(db, rc, &make, &err);
  }
  if (rc == SQLITE_OK) rc = find_schema(&names, &make, &err);
  if (rc == SQLITE_OK) rc = store_all(db, cm_function_session(context), &make, &names, &err);
  finish(context, &make, rc, names.count, &err);
  cm_names_clear(&names);
}
