/*
** Unit test of ranges of days: every table whose descriptor works a parameter out from the bounds of a column, every
** interval, every comparison. What has to be asked for is worked out by SQLite, from a table of all days and the same
** WHERE clause.
*/
#include <sqlite3.h>

#include "extension.h"
#include "peer.h"
#include "spec/registry.h"

typedef struct world {
  peer *server;
  sqlite3 *db;
  peer_clock clock;
} world;

static const char *const intervals[] = { "day", "week", "month", "quarter", "year", NULL };

/* The column is `date`, in our table and in that of all days. */
static const char *const wheres[] = {
  "date = '2019-01-31'",
  "date = '2020-02-29'",
  "date = '2019-12-29'", /* a Sunday */
  "date = '2019-12-30'",
  "date = '2023-11-14'", /* today */
  "date = '2023-11-30'",
  "date = '2019-02-30'",
  "date >= '2019-05-15'",
  "date > '2019-05-15'",
  "date > '2019-12-31'",
  "date >= '2019'",
  "date >= '2019-06'",
  "date > '2019-06-30 12:00:00'",
  "date >= '2023-11-14'",
  "date > '2023-11-14'",
  "date > 'x'",
  "date BETWEEN '2019-01-01' AND '2019-12-31'",
  "date BETWEEN '2019-03-10' AND '2019-03-20'",
  "date BETWEEN '2019-03-20' AND '2019-03-10'",
  "date BETWEEN '2022-06-15' AND '2024-06-15'",
  "date >= '2019-01-01' AND date < '2020-01-01'",
  "date > '2018-12-31' AND date <= '2019-04-30T00:00:00Z'",
  "date >= '2018-01-01' AND date >= '2019-01-01' AND date < '2021' AND date < '2022'",
  "date IN ('2019-02-28', '2018-12-31', '2021-07-04')",
  "date IN ('2019-02-28', 'x')",
  "date <= '2019-05-15'",
  "date < '2019-01-01'",
  "date < '2020-03-01'",
  "date <= '2024-05-15'",
  "date < ''",
  "date >= ''",
  "date >= '0000-01-01'",
  "date BETWEEN '0000-01-01' AND '9999-12-31'",
  "date > '' AND date <= '2019-06-30'",
  "date < '1969-06-01'",
  "date <= '0999-12-31'",
  "date = '0999-12-31'",
  "date IS '2019-06-30'",
  "date >= 2019 AND date <= 2021",
  "date > 2019.5 AND date < 2021",
  "date = 2019",
  "date IN (2019, 2020)",
  "date IN (2019, '2020-05-31')",
  "date <= 'x'",
  "date LIKE '2019%'",
  "date LIKE '2019-0%'",
  "date GLOB '2019-1*'",
  "date LIKE '2019-02-28'",
  "date LIKE '%'",
  "date LIKE '2020%' AND date < '2020-06-15'",
  "date LIKE NULL",
  "date > NULL",
  "date = NULL",
  NULL,
};

/* Both kinds of week are whole: those from Monday on, and those from Sunday on. */
static const char expected_range[] =
    "WITH found(a, z, n) AS (SELECT min(date), max(date), count(*) FROM days WHERE %s),"
    " wide(a, z, n) AS (SELECT CASE '%s'"
    " WHEN 'day' THEN a WHEN 'month' THEN date(a, 'start of month') WHEN 'year' THEN date(a, "
    "'start of year')"
    " WHEN 'quarter' THEN date(a, 'start of month', (-(strftime('%%m', a) - 1) %% 3) || ' months')"
    " ELSE date(a, '-6 days', 'weekday ' || (strftime('%%w', a) = '0')) END,"
    " CASE '%s' WHEN 'day' THEN z WHEN 'month' THEN date(z, 'start of month', '+1 month', '-1 day')"
    " WHEN 'year' THEN date(z, 'start of year', '+1 year', '-1 day')"
    " WHEN 'quarter' THEN date(z, 'start of month', (-(strftime('%%m', z) - 1) %% 3) || ' months', "
    "'+3 months', '-1 day')"
    " ELSE CASE strftime('%%w', z) WHEN '0' THEN date(z, '+6 days') ELSE date(z, 'weekday 0') END "
    "END, n FROM found),"
    " bounds(a, z, n) AS (SELECT CASE WHEN a > (SELECT min(date) FROM days) THEN a"
    " WHEN '%s' THEN '1970-01-01' END,"
    " min(z, (SELECT today FROM now)), n FROM wide)"
    " SELECT CASE WHEN n = 0 OR coalesce(a, '') > z THEN '' ELSE"
    " 'start-date=' || coalesce(a, date(z, '-1 year', CASE WHEN strftime('%%m-%%d', z) = '02-29' "
    "THEN '-1 day' ELSE '0 days' END))"
    " || '&end-date=' || z || '&interval=' || '%s' END FROM bounds";

static void run(world *of, const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(of->db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", sql, error);
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

static void check(world *of, const cm_resource *resource, const char *interval, const char *where) {
  char sql[2048], expected[256], sent[512], wanted[512];
  snprintf(sql, sizeof sql, "SELECT coalesce(max(id), 0) FROM chartmogul_requests");
  text_of(of, sql, sent, sizeof sent);
  long before = strtol(sent, NULL, 10);
  bool is_given = strcmp(interval, "month") != 0; /* month is what is sent where none is given */
  snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s%s%s%s", resource->name, where,
           is_given ? " AND interval = '" : "", is_given ? interval : "", is_given ? "'" : "");
  run(of, sql);
  bool has_first = strchr(where, '>') != NULL || strstr(where, "BETWEEN") != NULL ||
                   strstr(where, "LIKE") != NULL || strstr(where, "GLOB") != NULL;
  snprintf(sql, sizeof sql, expected_range, where, interval, interval, has_first ? "1" : "0",
           interval);
  text_of(of, sql, expected, sizeof expected);
  snprintf(sql, sizeof sql, "SELECT group_concat(path) FROM chartmogul_requests WHERE id > %ld",
           before);
  text_of(of, sql, sent, sizeof sent);
  snprintf(wanted, sizeof wanted, "%s%s%s", expected[0] != '\0' ? resource->reads[0].path : "",
           expected[0] != '\0' ? "?" : "", expected);
  if (strcmp(sent, wanted) != 0)
    fail_msg("%s WHERE %s, by the %s:\nsent:   %s\nwanted: %s", resource->name, where, interval,
             sent, wanted);
}

static bool has_bounds(const cm_resource *resource) {
  for (const cm_filter *filter = resource->reads[0].filters; filter != NULL && filter->column;
       filter++) {
    if (CM_EXTRA(filter, widened) != NULL) return true;
  }
  return false;
}

static void whole_intervals_are_asked_for(void **state) {
  world *of = *state;
  int count = 0;
  int tables = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    if (!has_bounds(resources[i])) continue;
    tables++;
    for (const char *const *interval = intervals; *interval != NULL; interval++) {
      for (const char *const *where = wheres; *where != NULL; where++)
        check(of, resources[i], *interval, *where);
    }
  }
  assert_int_equal(tables, 9);
}

static int setup(void **state) {
  world *made = calloc(1, sizeof *made);
  char sql[512];
  char *error = NULL;
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  if (made == NULL) return -1;
  unsetenv("CHARTMOGUL_API_KEY");
  unsetenv("CHARTMOGUL_BASE_URL");
  made->server = peer_new();
  for (int i = 0; i < count; i++) {
    if (has_bounds(resources[i]))
      peer_says(made->server, resources[i]->reads[0].path, 200,
                "{\"entries\":[{\"date\":\"2019-01-31\"}]}");
  }
  made->clock.now_ms = 1000000;
  cm_clock clock = peer_clock_of(&made->clock);
  if (sqlite3_open(":memory:", &made->db) != SQLITE_OK) return -1;
  int rc = cm_extension_init(made->db, &error, &clock);
  if (rc != SQLITE_OK && rc != SQLITE_OK_LOAD_PERMANENTLY) return -1;
  snprintf(sql, sizeof sql,
           "SELECT chartmogul_config('base_url', 'http://127.0.0.1:%d'),"
           " chartmogul_config('api_key', '%s'), chartmogul_config('requests_per_second', 0)",
           made->server->port, peer_key);
  run(made, sql);
  snprintf(sql, sizeof sql,
           "CREATE TABLE now AS SELECT date(%lld, 'unixepoch') AS today; CREATE TABLE days(date "
           "TEXT PRIMARY KEY);"
           "INSERT INTO days WITH d(x) AS (SELECT '2000-01-01' UNION ALL SELECT date(x, '+1 day') "
           "FROM d WHERE x < '2050-12-31') SELECT x FROM d",
           (long long)(peer_wall_ms(&made->clock) / 1000));
  run(made, sql);
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(whole_intervals_are_asked_for, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
