/*
** Unit test of src/client/caller.c: a file of somebody else opens a connection's way to the account from no place in its
** schema, whatever function it calls, however the file came to the connection, and whatever the user runs. What
** users write themselves goes on working.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chartmogul.h"
#include "extension.h"
#include "sql/functions/actions.h"
#include "sql/functions/functions.h"

enum { MAX_FUNCTIONS = 64, CALL_BYTES = 300 };

/* ---- every function that may be called by nobody but the user -------------------------------- */

typedef struct function {
  const char *name;
  char call[CALL_BYTES];
} function;

static function functions[MAX_FUNCTIONS];
static int function_count;

static void add_function(const char *name, int arguments) {
  function *added = &functions[function_count++];
  bool is_config = strcmp(name, "chartmogul_config") == 0;
  const char *const config[] = { "'dry_run'", "1" };
  const char *const others[] = { "'DELETE'", "'/data_sources/ds_1'", "NULL", "NULL", "NULL" };
  assert_true(function_count <= MAX_FUNCTIONS);
  added->name = name;
  snprintf(added->call, sizeof added->call, "%s(", name);
  for (int i = 0; i < arguments; i++) {
    size_t len = strlen(added->call);
    snprintf(added->call + len, sizeof added->call - len, "%s%s", i > 0 ? "," : "",
             is_config ? config[i] : others[i]);
  }
  size_t len = strlen(added->call);
  snprintf(added->call + len, sizeof added->call - len, ")");
}

static void list_functions(void) {
  int count = 0;
  const cm_function *table = cm_functions_table(&count);
  for (int i = 0; i < count; i++) {
    if (table[i].flags & SQLITE_DIRECTONLY) add_function(table[i].name, table[i].argument_count);
  }
  const cm_action *actions = cm_actions_table(&count);
  for (int i = 0; i < count; i++)
    add_function(actions[i].name, cm_action_most(&actions[i]));
  assert_true(function_count > 15);
}

/* ---- somebody's file ------------------------------------------------------------------------- */

static char folder[64];
static char path[96];

static int make_folder(void **state) {
  (void)state;
  const char *parent = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%.40s/caller-XXXXXX", parent != NULL ? parent : "/tmp");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/theirs.db", folder);
  setenv("CHARTMOGUL_API_KEY", "test-key", 1);
  setenv("CHARTMOGUL_BASE_URL", "http://127.0.0.1:1/v1", 1);
  setenv("CHARTMOGUL_MAX_RETRIES", "0", 1);
  list_functions();
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static sqlite3 *open_db(const char *file) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
  return db;
}

static void run(sqlite3 *db, const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", sql, error);
}

static void load(sqlite3 *db) {
  char *error = NULL;
  if (cm_extension_init(db, &error, NULL) != SQLITE_OK) fail_msg("%s", error);
}

static int number(sqlite3 *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  if (sqlite3_step(stmt) != SQLITE_ROW) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  int result = sqlite3_column_int(stmt, 0);
  sqlite3_finalize(stmt);
  return result;
}

static const char fast[] = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY";

static void harmless(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_int(context, 1);
}

/* %s is the call. */
static const char *const places[] = {
  "CREATE TABLE g(a, b CHECK(%s IS NOT NULL))",
  "CREATE TABLE g(a, b, CONSTRAINT c CHECK(length(%s) >= 0))",
  "CREATE TABLE g(a PRIMARY KEY, b CHECK(%s IS NOT NULL)) WITHOUT ROWID",
  "CREATE TABLE g(a, b DEFAULT (%s))",
  "CREATE TABLE g(a, b AS (%s) VIRTUAL)",
  "CREATE TABLE g(a, b AS (%s) STORED)",
  "CREATE TABLE g(a, b); CREATE INDEX i ON g(a, %s)",
  "CREATE TABLE g(a, b); CREATE INDEX i ON g(a) WHERE %s IS NOT NULL",
};

/* Whoever makes such a file has functions of these names, which do nothing. */
static void make_file(const char *place, const function *called) {
  enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS };
  unlink(path);
  sqlite3 *db = open_db(path);
  sqlite3_create_function_v2(db, called->name, -1, FLAGS, NULL, harmless, NULL, NULL, NULL);
  char *sql = sqlite3_mprintf(place, called->call);
  run(db, fast);
  run(db, sql);
  run(db, "INSERT INTO g(a) VALUES('first')");
  sqlite3_free(sql);
  sqlite3_close(db);
}

/* ---- what users do with it ------------------------------------------------------------------- */

static const char *const statements[] = {
  "INSERT INTO g(a) VALUES('second')",
  "INSERT OR IGNORE INTO g(a) VALUES('third')",
  "REPLACE INTO g(a) VALUES('first')",
  "UPDATE g SET a = 'changed'",
  "SELECT * FROM g",
  "SELECT count(*) FROM g WHERE b = 1",
  "CREATE TEMP TABLE copied AS SELECT * FROM g",
  "PRAGMA quick_check",
  "PRAGMA integrity_check",
  "REINDEX",
  "ANALYZE",
  "DELETE FROM g",
  NULL,
};

/* How the file comes to the connection. */
typedef enum way { READ_BEFORE, OPENED_BEFORE, ATTACHED_AFTER, WAYS } way;

/** @return NULL where SQLite itself refuses such a file. */
static sqlite3 *connect_by(way by) {
  sqlite3 *db = open_db(by == ATTACHED_AFTER ? ":memory:" : path);
  if (by == READ_BEFORE) number(db, "SELECT count(*) FROM sqlite_schema");
  load(db);
  char *attach = sqlite3_mprintf("ATTACH %Q AS theirs", path);
  int rc = by == ATTACHED_AFTER ? sqlite3_exec(db, attach, NULL, NULL, NULL) : SQLITE_OK;
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SELECT 1 FROM g", NULL, NULL, NULL);
  sqlite3_free(attach);
  if (rc == SQLITE_OK) run(db, fast);
  bool is_theirs_refused = rc != SQLITE_OK && strstr(sqlite3_errmsg(db), "unsafe use of") != NULL;
  bool is_malformed = rc != SQLITE_OK && strstr(sqlite3_errmsg(db), "malformed") != NULL;
  if (rc == SQLITE_OK || strstr(sqlite3_errmsg(db), "refused (") != NULL) return db;
  if (!is_theirs_refused && !is_malformed && strstr(sqlite3_errmsg(db), "prohibited") == NULL)
    fail_msg("%s", sqlite3_errmsg(db));
  sqlite3_close(db);
  return NULL;
}

/* What was told to open the door beside the statement; %s is the call. */
static const char *const helpers[] = {
  NULL,
  "SELECT 1 UNION ALL SELECT %s", /* left half-read */
  "EXPLAIN SELECT %s",            /* likewise */
  "CREATE TEMP VIEW v AS SELECT %s",
};

/** What a function could have done was not done. */
static void check_unharmed(sqlite3 *db, const char *what) {
  if (number(db, "SELECT count(*) FROM chartmogul_requests") != 0) fail_msg("%s: has sent", what);
  if (number(db, "SELECT count(*) FROM chartmogul_settings WHERE source = 'config'") != 0)
    fail_msg("%s: has configured", what);
  if (number(db, "SELECT count(*) FROM temp.sqlite_schema WHERE name = 'customers'") != 0)
    fail_msg("%s: has made names", what);
}

/** @return how many statements were refused by us. */
static int run_all(sqlite3 *db, const function *called, const char *what) {
  int refused = 0;
  char *table = sqlite3_mprintf("%s: refused (the definition of table g in ", called->name);
  for (size_t i = 0; statements[i] != NULL; i++) {
    int rc = sqlite3_exec(db, statements[i], NULL, NULL, NULL);
    if (rc != SQLITE_OK && strstr(sqlite3_errmsg(db), table) != NULL) {
      assert_int_equal(rc, SQLITE_ERROR);
      refused++;
    } else if (rc != SQLITE_OK && strstr(sqlite3_errmsg(db), "chartmogul") != NULL &&
               strstr(sqlite3_errmsg(db), "unsafe use of ") == NULL) {
      fail_msg("%s, %s: %s", what, statements[i], sqlite3_errmsg(db));
    }
    check_unharmed(db, what);
  }
  sqlite3_free(table);
  return refused;
}

static int run_beside(sqlite3 *db, const function *called, const char *helper, const char *what) {
  sqlite3_stmt *half = NULL;
  char *sql = helper != NULL ? sqlite3_mprintf(helper, called->call) : NULL;
  if (sql != NULL && strncmp(sql, "CREATE", 6) == 0) {
    run(db, sql);
  } else if (sql != NULL) {
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &half, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(half), SQLITE_ROW);
  }
  int refused = run_all(db, called, what);
  sqlite3_finalize(half);
  sqlite3_free(sql);
  return refused;
}

static void no_place_in_a_file_can_call(void **state) {
  (void)state;
  int refused[sizeof places / sizeof *places] = { 0 };
  for (int f = 0; f < function_count; f++) {
    for (size_t place = 0; place < sizeof places / sizeof *places; place++) {
      for (way by = READ_BEFORE; by < WAYS; by++) {
        char what[600];
        snprintf(what, sizeof what, "%s, %s, way %d", places[place], functions[f].call, (int)by);
        make_file(places[place], &functions[f]);
        /* the helpers beside some */
        size_t count = f % 6 == 0 ? sizeof helpers / sizeof *helpers : 1;
        for (size_t i = 0; i < count; i++) {
          sqlite3 *db = connect_by(by);
          if (db == NULL) break;
          refused[place] += run_beside(db, &functions[f], helpers[i], what);
          if (sqlite3_close(db) != SQLITE_OK) fail_msg("%s: cannot be closed", what);
        }
      }
    }
  }
  int all = 0;
  for (size_t place = 0; place < sizeof places / sizeof *places; place++) {
    print_message("refused %d times: %s\n", refused[place], places[place]);
    all += refused[place];
  }
  assert_true(all >= function_count); /* the newest SQLites refuse much of it by themselves */
}

/* ---- a call that nothing stored shows -------------------------------------------------------- */

/*
** The table still has its CHECK, but the file shows another: then the statement itself has to name the function.
** The last argument gets the text of the error, "" where there is none.
*/
static void run_on_disguised(const char *sql, const char *bound, char error[300]) {
  sqlite3_stmt *stmt = NULL;
  function config = { "chartmogul_config", "chartmogul_config('dry_run', 1)" };
  make_file(places[0], &config);
  sqlite3 *db = connect_by(READ_BEFORE);
  assert_non_null(db);
  run(db, "CREATE TABLE \"chartmogul_config(\"(a); INSERT INTO \"chartmogul_config(\" VALUES('x');"
          "PRAGMA writable_schema = 1;"
          "UPDATE sqlite_schema SET sql = 'CREATE TABLE g(a, b)' WHERE name = 'g';");
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
  if (bound != NULL) sqlite3_bind_text(stmt, 1, bound, -1, SQLITE_STATIC);
  int rc = sqlite3_step(stmt);
  bool is_done = rc == SQLITE_DONE || rc == SQLITE_ROW;
  snprintf(error, 300, "%s", is_done ? "" : sqlite3_errmsg(db));
  int changed = number(db, "SELECT value FROM chartmogul_settings WHERE name = 'dry_run'");
  assert_int_equal(changed, is_done);
  sqlite3_finalize(stmt);
  sqlite3_close(db);
}

static void the_statement_has_to_call_it(void **state) {
  static const char refused[] =
      "chartmogul_config: refused (no running statement calls it by name, ";
  static const struct {
    const char *sql, *bound;
    bool is_refused;
  } tried[] = {
    { "INSERT INTO g(a) VALUES('x')", NULL, true },
    { "INSERT INTO g(a) VALUES('chartmogul_config(1)')", NULL, true },
    { "INSERT INTO g(a) VALUES('x') -- chartmogul_config(1)", NULL, true },
    { "INSERT /* chartmogul_config(1) */ INTO g(a) VALUES('x')", NULL, true },
    { "INSERT INTO g(a) VALUES(?1)", "chartmogul_config(1)", true },
    { "INSERT INTO g(a) SELECT a FROM \"chartmogul_config(\"", NULL, true },
    { "INSERT INTO g(a) SELECT a FROM [chartmogul_config(]", NULL, true },
    { "INSERT INTO g(a) SELECT 'x' AS chartmogul_config WHERE (1)", NULL, true },
    { "INSERT INTO g(a) SELECT 'x' WHERE CHARTMOGUL_Config /**/ ('per_page') > 0", NULL, false },
    { "INSERT INTO g(a) SELECT \"chartmogul_config\"('per_page')", NULL, false },
  };
  (void)state;
  for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
    char error[300];
    run_on_disguised(tried[i].sql, tried[i].bound, error);
    bool is_right = tried[i].is_refused ? strstr(error, refused) == error : error[0] == 0;
    if (!is_right) fail_msg("%s: '%s'", tried[i].sql, error);
  }
}

/* ---- what else belongs to it ----------------------------------------------------------------- */

static void read_only_can_always_be_set(void **state) {
  (void)state;
  function config = { "chartmogul_config", "chartmogul_config('dry_run', 1)" };
  make_file(places[0], &config);
  sqlite3 *db = connect_by(READ_BEFORE);
  char *error = NULL;
  assert_int_not_equal(
      sqlite3_exec(db, "SELECT chartmogul_config('read_only', 1)", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_chartmogulreadonly_init(db, &error, NULL), SQLITE_OK);
  assert_int_equal(number(db, "SELECT value FROM chartmogul_settings WHERE name = 'read_only'"), 1);
  sqlite3_close(db);
}

static void is_unsafe(sqlite3 *db, const char *sql, const char *name) {
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  bool is_right = rc == SQLITE_ERROR && strstr(sqlite3_errmsg(db), "unsafe use of") != NULL;
  if (!is_right) fail_msg("%s, %s: %s", name, sql, sqlite3_errmsg(db));
}

/** A stored view or trigger reads and writes no table of ours, the table-valued functions among them. */
static void no_stored_view_or_trigger_reaches_a_table(void **state) {
  static const char names[] = "SELECT name FROM pragma_module_list WHERE name LIKE 'chartmogul%'";
  (void)state;
  int count = 0;
  sqlite3_stmt *stmt = NULL;
  sqlite3 *db = open_db(":memory:"), *lister = open_db(":memory:");
  load(db);
  load(lister);
  run(db, "CREATE TABLE bait(x)");
  assert_int_equal(sqlite3_prepare_v2(lister, names, -1, &stmt, NULL), SQLITE_OK);
  for (; sqlite3_step(stmt) == SQLITE_ROW; count++) {
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    char *sql = sqlite3_mprintf("DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT * FROM %s", name);
    char *trigger = sqlite3_mprintf(
        "DROP TRIGGER IF EXISTS main.t; CREATE TRIGGER main.t AFTER INSERT ON bait BEGIN"
        " INSERT INTO bait SELECT 1 FROM %s; END",
        name);
    run(db, sql);
    is_unsafe(db, "SELECT * FROM v", name);
    run(db, trigger);
    is_unsafe(db, "INSERT INTO bait VALUES(1)", name);
    sqlite3_free(sql);
    sqlite3_free(trigger);
  }
  assert_true(count > 35);
  sqlite3_finalize(stmt);
  sqlite3_close(lister);
  sqlite3_close(db);
}

/** A table that is dropped, and one that another connection makes, are noticed. */
static void schemas_may_change(void **state) {
  (void)state;
  function none = { "none", "1" };
  make_file("CREATE TABLE g(a, b DEFAULT %s)", &none);
  sqlite3 *db = connect_by(OPENED_BEFORE), *other = open_db(path);
  run(db, "SELECT chartmogul_config('per_page')");
  run(other, "CREATE TABLE chartmogul_config(a)"); /* newer SQLites would not read a CHECK */
  assert_int_equal(sqlite3_exec(db, "SELECT chartmogul_config('per_page')", NULL, NULL, NULL),
                   SQLITE_ERROR);
  assert_non_null(strstr(sqlite3_errmsg(db), "table chartmogul_config in main"));
  run(other, "DROP TABLE chartmogul_config");
  run(db, "SELECT chartmogul_config('per_page')");
  sqlite3_close(other);
  sqlite3_close(db);
}

/* ---- modules that prepare SQL of their own --------------------------------------------------- */

/* Its column, the table, the column. */
static const char *const readers[] = {
  "CREATE VIRTUAL TABLE v USING fts5(%s, content='%s', content_rowid='%s')",
  "CREATE VIRTUAL TABLE v USING fts5(%s, content = [%s], content_rowid=%s)",
  "CREATE VIRTUAL TABLE \"using\" USING fts4(%s, content=\"%s\")",
  "CREATE VIRTUAL TABLE v USING 'FTS4'(%s, content=%s)",
};

static const char *const ways_to_read[] = {
  "SELECT * FROM %s",
  "SELECT * FROM w",
  "INSERT INTO g VALUES(1)",
  "INSERT INTO %s(%s) VALUES('rebuild')",
};

/** @return false where this SQLite has no such module. */
static bool make_reader(const char *reader, const char *table, const char *column) {
  unlink(path);
  bool is_using = strstr(reader, "\"using\"") != NULL;
  sqlite3 *db = open_db(path);
  char *sql = sqlite3_mprintf(reader, column, table, column);
  run(db, fast);
  char *trap = sqlite3_mprintf(
      "CREATE TABLE g(a); CREATE TABLE loot(n); CREATE VIEW w AS SELECT * FROM %s; "
      "CREATE TRIGGER t AFTER INSERT ON g BEGIN INSERT INTO loot SELECT rowid FROM %s; END",
      is_using ? "\"using\"" : "v", is_using ? "\"using\"" : "v");
  bool has_module = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
  if (!has_module && strstr(sqlite3_errmsg(db), "no such module") == NULL) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  if (has_module) run(db, trap);
  sqlite3_free(sql);
  sqlite3_free(trap);
  sqlite3_close(db);
  return has_module;
}

static void try_reader(const char *reader, const char *table, way by) {
  const char *name = strstr(reader, "\"using\"") != NULL ? "\"using\"" : "v";
  sqlite3 *db = connect_by(by);
  assert_non_null(db);
  int refused = 0;
  for (size_t i = 0; i < sizeof ways_to_read / sizeof *ways_to_read; i++) {
    char *sql = sqlite3_mprintf(ways_to_read[i], name, name);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) fail_msg("%s: %s", reader, sql);
    if (strstr(sqlite3_errmsg(db), "refused (the definition of virtual table") != NULL) refused++;
    sqlite3_free(sql);
  }
  /* fts4 has no text for such an error, and neither has the rebuild of fts5 */
  bool has_text = strstr(reader, "fts5") != NULL;
  if (has_text && refused < 3) fail_msg("%s, %s: %s", reader, table, sqlite3_errmsg(db));
  assert_int_equal(number(db, "SELECT count(*) FROM loot"), 0);
  assert_int_equal(number(db, "SELECT count(*) FROM temp.chartmogul_requests"), 0);
  sqlite3_close(db);
}

/** fts5 and fts4 that are stored in a file read no table of ours, whatever runs them. */
static void no_stored_module_reads_a_table(void **state) {
  static const char *const tables[][2] = { { "chartmogul_customers", "uuid" },
                                           { "chartmogul_settings", "name" },
                                           { "chartmogul_requests", "id" } };
  (void)state;
  int tried = 0;
  for (size_t r = 0; r < sizeof readers / sizeof *readers; r++) {
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
      if (!make_reader(readers[r], tables[t][0], tables[t][1])) continue;
      for (int by = READ_BEFORE; by < WAYS; by++, tried++)
        try_reader(readers[r], tables[t][0], (way)by);
    }
  }
  if (tried == 0) {
    print_message("skipped: this SQLite has neither fts5 nor fts4\n");
    skip();
  }
}

/** Nor does fts4 call a function of ours to pack what it stores. */
static void no_stored_module_calls_a_function(void **state) {
  (void)state;
  unlink(path);
  sqlite3 *db = open_db(path);
  sqlite3_create_function_v2(db, "chartmogul_config", 1, SQLITE_UTF8, NULL, harmless, NULL, NULL,
                             NULL);
  int rc = sqlite3_exec(db,
                        "CREATE VIRTUAL TABLE v USING "
                        "fts4(a, compress=chartmogul_config, uncompress=chartmogul_config)",
                        NULL, NULL, NULL);
  sqlite3_close(db);
  if (rc != SQLITE_OK) {
    print_message("skipped: this SQLite has no fts4\n");
    skip();
  }
  db = open_db(path);
  load(db);
  assert_int_equal(sqlite3_exec(db, "INSERT INTO v VALUES('per_page')", NULL, NULL, NULL),
                   SQLITE_ERROR);
  sqlite3_close(db);
}

/** The users' own full-text table in temp reads, and so does who names a table that no stored module names. */
static void what_users_write_reads(void **state) {
  (void)state;
  sqlite3 *db = open_db(":memory:");
  load(db);
  assert_true(number(db, "SELECT count(*) FROM main.chartmogul_settings") > 10);
  int rc = sqlite3_exec(db,
                        "CREATE VIRTUAL TABLE temp.mine USING "
                        "fts5(name, content='chartmogul_settings')",
                        NULL, NULL, NULL);
  if (rc == SQLITE_OK) {
    assert_true(number(db, "SELECT count(*) FROM mine") > 10);
    run(db, "CREATE VIRTUAL TABLE far USING fts5(chartmogul_settings_of_mine)");
    assert_true(number(db, "SELECT count(*) FROM main.chartmogul_settings") > 10);
    run(db, "CREATE VIRTUAL TABLE near USING fts5(name, content='ChartMogul_Settings')");
    assert_int_equal(sqlite3_exec(db, "SELECT * FROM main.chartmogul_settings", NULL, NULL, NULL),
                     SQLITE_ERROR);
    assert_non_null(strstr(sqlite3_errmsg(db), "virtual table near in main names it"));
    assert_true(number(db, "SELECT count(*) FROM chartmogul_settings") > 10);
  }
  sqlite3_close(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_place_in_a_file_can_call),
    cmocka_unit_test(the_statement_has_to_call_it),
    cmocka_unit_test(read_only_can_always_be_set),
    cmocka_unit_test(no_stored_view_or_trigger_reaches_a_table),
    cmocka_unit_test(schemas_may_change),
    cmocka_unit_test(no_stored_module_reads_a_table),
    cmocka_unit_test(no_stored_module_calls_a_function),
    cmocka_unit_test(what_users_write_reads),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
