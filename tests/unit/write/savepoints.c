/*
** Unit test of savepoints on our tables: sequences of SAVEPOINT, RELEASE, ROLLBACK TO, BEGIN, COMMIT and ROLLBACK,
** made at random, on two of our tables beside an ordinary one. SQLite itself knows what has to be there: the
** rows of the ordinary table.
**
** SAVEPOINTS_SEED=n and SAVEPOINTS_COUNT=n try other and more sequences.
*/
#include <sqlite3.h>

#include "extension.h"
#include "peer.h"

enum { SEQUENCES = 150, LONGEST_SEQUENCE = 24, NAMES = 3 };

typedef struct world {
  peer *server;
  sqlite3 *db;
  peer_clock clock;
  uint64_t random;
  int next_key;
  sqlite3_stmt *reader; /* a SELECT that is not read to its end; NULL: none */
  char story[8192];     /* the statements of the sequence */
} world;

/* ---- running -------------------------------------------------------------------------------- */

static void tell(world *of, const char *sql, const char *error) {
  size_t len = strlen(of->story);
  snprintf(of->story + len, sizeof of->story - len, "%s;%s%s\n", sql, error != NULL ? " -- " : "",
           error != NULL ? error : "");
}

/* Statements may fail: a name that no savepoint has, BEGIN inside a transaction. */
static int try(world *of, const char *sql) {
  char *error = NULL;
  int rc = sqlite3_exec(of->db, sql, NULL, NULL, &error);
  tell(of, sql, error);
  sqlite3_free(error);
  return rc;
}

static void run(world *of, const char *sql) {
  if (try(of, sql) != SQLITE_OK) fail_msg("failed:\n%s", of->story);
}

static void text_of(world *of, const char *sql, char *out, size_t size) {
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(of->db, sql, -1, &stmt, NULL) != SQLITE_OK ||
      sqlite3_step(stmt) != SQLITE_ROW)
    fail_msg("%s: %s", sql, sqlite3_errmsg(of->db));
  const char *text = (const char *)sqlite3_column_text(stmt, 0);
  snprintf(out, size, "%s", text != NULL ? text : "");
  sqlite3_finalize(stmt);
}

/* ---- what has to be there -------------------------------------------------------------------- */

static const char local_rows[] =
    "SELECT group_concat(key, ' ') FROM (SELECT key FROM local ORDER BY key)";
static const char waiting_or_written[] =
    "SELECT group_concat(key, ' ') FROM (SELECT key FROM chartmogul_writes"
    " WHERE state IN ('queued', 'written') AND id > (SELECT id FROM seen) ORDER BY key)";
static const char written_rows[] =
    "SELECT group_concat(key, ' ') FROM (SELECT key FROM chartmogul_writes"
    " WHERE state = 'written' AND id > (SELECT id FROM seen) ORDER BY key)";
static const char sent_rows[] =
    "SELECT group_concat(key, ' ') FROM (SELECT body ->> '$.external_id' AS key FROM "
    "chartmogul_requests"
    " WHERE method = 'POST' AND id > (SELECT request FROM seen) ORDER BY key)";

/* Every row that was ever accepted has one line, and one that is not there any more says `dropped`. */
static const char wrong_lines[] =
    "SELECT group_concat(key || ' ' || states, ', ') FROM (SELECT key, group_concat(state) AS "
    "states"
    " FROM chartmogul_writes WHERE id > (SELECT id FROM seen) AND key LIKE 'k%' GROUP BY key)"
    " WHERE states <> CASE WHEN key NOT IN (SELECT key FROM local) THEN 'dropped'"
    " WHEN states = 'queued' THEN 'queued' ELSE 'written' END";
static const char line_count[] =
    "SELECT count(*) FROM chartmogul_writes WHERE id > (SELECT id FROM seen) AND key LIKE 'k%'";

static void check_lines(world *of) {
  char wrong[4096], count[32];
  text_of(of, wrong_lines, wrong, sizeof wrong);
  text_of(of, line_count, count, sizeof count);
  if (wrong[0] != '\0' || strtol(count, NULL, 10) != of->next_key)
    fail_msg("%s lines of %d rows, wrong: %s\nafter:\n%s", count, of->next_key, wrong, of->story);
}

static void compare(world *of, const char *sql) {
  char expected[4096], shown[4096];
  text_of(of, local_rows, expected, sizeof expected);
  text_of(of, sql, shown, sizeof shown);
  if (strcmp(expected, shown) != 0)
    fail_msg("rows: %s\nours: %s (%s)\nafter:\n%s", expected, shown, sql, of->story);
}

/* ---- one step --------------------------------------------------------------------------------- */

/* xorshift: the same numbers everywhere. */
static int pick(world *of, int count) {
  of->random ^= of->random << 13;
  of->random ^= of->random >> 7;
  of->random ^= of->random << 17;
  return (int)(of->random % (uint64_t)count);
}

/* A row in one of our tables; `is_bad`: a second one that is refused before anything is sent. */
static int write_ours(world *of, const char *key, bool is_bad) {
  char sql[512];
  if (pick(of, 2) == 0) {
    snprintf(
        sql, sizeof sql,
        "INSERT INTO chartmogul_customers (data_source_uuid, external_id) VALUES ('ds', '%s')%s",
        key, is_bad ? ", ('ds', NULL)" : "");
  } else {
    snprintf(sql, sizeof sql,
             "INSERT INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count,"
             " interval_unit) VALUES ('ds', '%s', 'P', 1, 'month')%s",
             key, is_bad ? ", ('ds', 'x', 'P', 'many', 'month')" : "");
  }
  return try(of, sql);
}

static void write_both(world *of) {
  char key[32], sql[128];
  snprintf(key, sizeof key, "k%05d", of->next_key++);
  snprintf(sql, sizeof sql, "INSERT INTO local VALUES ('%s')", key);
  bool is_bad = pick(of, 6) == 0;
  bool is_first = pick(of, 2) == 0;
  if (!is_bad && is_first) run(of, sql);
  int rc = write_ours(of, key, is_bad);
  if ((rc == SQLITE_OK) == is_bad) fail_msg("not as it should be:\n%s", of->story);
  if (!is_bad && !is_first) run(of, sql);
}

static void toggle_reader(world *of) {
  if (of->reader != NULL) {
    tell(of, "-- the reader ends", NULL);
    sqlite3_finalize(of->reader);
    of->reader = NULL;
    return;
  }
  tell(of, "-- a reader begins", NULL);
  sqlite3_prepare_v2(of->db, "SELECT * FROM numbers", -1, &of->reader, NULL);
  assert_int_equal(sqlite3_step(of->reader), SQLITE_ROW);
}

static void step(world *of) {
  static const char *const commands[] = { "SAVEPOINT", "SAVEPOINT",   "SAVEPOINT",
                                          "RELEASE",   "ROLLBACK TO", "ROLLBACK TO" };
  char sql[64];
  int what = pick(of, 16);
  if (what < 7) {
    /* a row that is written outside of a transaction is there at once, in both */
    write_both(of);
  } else if (what < 13) {
    snprintf(sql, sizeof sql, "%s s%d", commands[what - 7], pick(of, NAMES));
    try(of, sql);
  } else if (what == 13) {
    try(of, "BEGIN");
  } else if (what == 14) {
    try(of, pick(of, 2) == 0 ? "COMMIT" : "ROLLBACK");
  } else {
    toggle_reader(of);
  }
  compare(of, waiting_or_written);
  check_lines(of);
}

static void sequence(world *of) {
  int steps = 1 + pick(of, LONGEST_SEQUENCE);
  of->story[0] = '\0';
  of->next_key = 0;
  run(of, "DELETE FROM local");
  run(of, "UPDATE seen SET id = (SELECT coalesce(max(id), 0) FROM chartmogul_writes),"
          " request = (SELECT coalesce(max(id), 0) FROM chartmogul_requests)");
  of->story[0] = '\0';
  for (int i = 0; i < steps; i++)
    step(of);
  if (of->reader != NULL) toggle_reader(of);
  if (sqlite3_get_autocommit(of->db) == 0) run(of, pick(of, 3) == 0 ? "ROLLBACK" : "COMMIT");
  compare(of, waiting_or_written);
  compare(of, written_rows);
  compare(of, sent_rows);
  check_lines(of);
}

/* ---- all of them ------------------------------------------------------------------------------ */

static int setup(void **state) {
  world *made = calloc(1, sizeof *made);
  char sql[256];
  char *error = NULL;
  if (made == NULL) return -1;
  unsetenv("CHARTMOGUL_API_KEY");
  unsetenv("CHARTMOGUL_BASE_URL");
  made->server = peer_new();
  peer_says(made->server, "/customers", 201, "{\"uuid\":\"cus_1\"}");
  peer_says(made->server, "/plans", 201, "{\"uuid\":\"pl_1\"}");
  made->clock.now_ms = 1000000;
  cm_clock clock = peer_clock_of(&made->clock);
  if (sqlite3_open(":memory:", &made->db) != SQLITE_OK) return -1;
  int rc = cm_extension_init(made->db, &error, &clock);
  if (rc != SQLITE_OK && rc != SQLITE_OK_LOAD_PERMANENTLY) return -1;
  snprintf(sql, sizeof sql,
           "SELECT chartmogul_config('base_url', 'http://127.0.0.1:%d'),"
           " chartmogul_config('api_key', '%s'), chartmogul_config('log_bodies', 1),"
           " chartmogul_config('requests_per_second', 0)",
           made->server->port, peer_key);
  run(made, sql);
  run(made, "CREATE TABLE local(key); CREATE TABLE numbers(n); INSERT INTO numbers VALUES (1), (2);"
            " CREATE TABLE seen(id, request); INSERT INTO seen VALUES (0, 0)");
  *state = made;
  return 0;
}

static int teardown(void **state) {
  world *of = *state;
  int rc = sqlite3_close(of->db);
  peer_free(of->server);
  free(of);
  return rc;
}

static int from_environment(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text != NULL ? (int)strtol(text, NULL, 10) : otherwise;
}

static void rows_are_those_of_an_ordinary_table(void **state) {
  world *of = *state;
  int seed = from_environment("SAVEPOINTS_SEED", 1);
  int count = from_environment("SAVEPOINTS_COUNT", SEQUENCES);
  for (int i = 0; i < count; i++) {
    of->random = (uint64_t)seed * 1000003u + (uint64_t)i * 7919u + 1;
    sequence(of);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(rows_are_those_of_an_ordinary_table, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
