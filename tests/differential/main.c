/*
** main.c -- the tables of the extension against copies of them: the same statement must find the
** same rows.
**
**   differential [--sandbox PROGRAM] [--seed N] [--count N] [--only N] [-v]
**
** An account in the sandbox is read into ordinary tables. Then statements are made at random (query.h)
** and run on both. They are compared row by row; in order where the statement says one; where LIMIT
** leaves the choice to SQLite, in their number and as a part of all rows. After each statement the
** log of requests shows that it asked for nothing twice. All of it once more, with fewer statements, in a
** database that keeps its texts in UTF-16.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extension.h"
#include "fake_clock.h"
#include "query.h"
#include "sandbox.h"
#include "statement.h"
#include "writes.h"

enum { STATEMENTS = 800, CUSTOMERS = 120, TRANSACTIONS = 150 };

typedef struct options {
  const char *sandbox_program;
  uint64_t seed;
  int count;
  int only; /* -1: all */
  bool is_verbose;
} options;

/* Ended with the program, however that ends. */
static sandbox *running;

static void end_sandbox(void) {
  sandbox_free(running);
}

static void die(const char *what, const char *why) {
  fprintf(stderr, "differential: %s: %s\n", what, why);
  exit(2);
}

/** A connection to a fresh account. */
static sqlite3 *open_account(sandbox *api, fake_clock *clock, bool is_utf16) {
  sqlite3 *db = NULL;
  char *error = NULL;
  text why = { 0 }, sql = { 0 };
  char number[16];
  snprintf(number, sizeof number, "%d", CUSTOMERS);
  if (!sandbox_reset(api, number, &why)) die("sandbox", text_str(&why));
  fake_clock_init(clock);
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) die("sqlite3_open", sqlite3_errmsg(db));
  if (is_utf16) schema_run(db, "PRAGMA encoding = 'UTF-16le'");
  int code = cm_extension_init(db, &error, &clock->face);
  if (code != SQLITE_OK && code != SQLITE_OK_LOAD_PERMANENTLY) die("load", error);
  text_printf(&sql, "SELECT chartmogul_config('base_url', '%s')", sandbox_base(api));
  schema_run(db, text_str(&sql));
  schema_run(db, "SELECT chartmogul_config('api_key', 'test-key')");
  schema_run(db, "SELECT chartmogul_config('per_page', 25)");
  text_clear(&sql);
  text_clear(&why);
  return db;
}

/* ---- comparing ------------------------------------------------------------------------------ */

static int count_lines(const char *lines) {
  int count = 0;
  for (; *lines; lines++)
    count += *lines == '\n';
  return count;
}

/** Behind the line that begins at `at`. */
static const char *next_line(const char *at) {
  at += strcspn(at, "\n");
  return at + (*at == '\n');
}

/** True when every line of `part`, as often as it stands there, is among `all`; both sorted. */
static bool is_part(const char *part, const char *all) {
  for (; *part; all = next_line(all)) {
    size_t part_len = strcspn(part, "\n"), all_len = strcspn(all, "\n");
    if (!*all) return false;
    if (part_len == all_len && memcmp(part, all, part_len) == 0) part = next_line(part);
  }
  return true;
}

/** How many of `total` rows LIMIT and OFFSET leave. */
static int limited(const query *of, int total) {
  int rest = total > of->offset ? total - of->offset : 0;
  return of->limit >= 0 && of->limit < rest ? of->limit : rest;
}

/** `rows` are some of `all`, and as many as LIMIT leaves. */
static void compare_part(const query *of, const char *rows, const char *all, text *why) {
  char *sorted = text_sort_lines(rows), *all_sorted = text_sort_lines(all);
  int wanted = limited(of, count_lines(all));
  if (count_lines(rows) != wanted)
    text_printf(why, "  %d rows, not %d\n", count_lines(rows), wanted);
  if (!is_part(sorted, all_sorted)) text_add_diff(why, all_sorted, sorted);
  free(sorted);
  free(all_sorted);
}

static void compare_all(const query *of, const char *rows, const char *expected, text *why) {
  char *left = of->is_ordered ? text_copy(expected) : text_sort_lines(expected);
  char *right = of->is_ordered ? text_copy(rows) : text_sort_lines(rows);
  if (strcmp(left, right) != 0) text_add_diff(why, left, right);
  free(left);
  free(right);
}

/** What was asked more often than it may be: a single object twice, a list three times. */
static const char asked_again[] =
    "SELECT '  asked ' || count(*) || ' times: ' || path FROM chartmogul_requests"
    " WHERE id > ?1 GROUP BY path HAVING count(*) > iif(path LIKE '%per_page=%', 2, 1)";

static void check_requests(sqlite3 *db, const char *first_id, text *why) {
  outcome out = { 0 };
  statement_run(db, asked_again, first_id, false, &out);
  text_add(why, text_str(&out.rows));
  outcome_clear(&out);
}

/**
 * A literal that is a word of its column but for the way it is written is an error of the tables, which no copy knows
 * of. True when this is the error, and the literal that it shows stands in the statement.
 */
static bool is_near_miss(const char *sql, const char *error) {
  const char *shown = strstr(error, " is never '");
  text literal = { 0 };
  if (shown == NULL) return false;
  shown = strchr(shown, '\'');
  text_append(&literal, shown, strcspn(shown + 1, "'") + 2);
  bool is_there = strstr(sql, text_str(&literal)) != NULL;
  text_clear(&literal);
  return is_there;
}

static void compare_outcomes(const query *of, const outcome *own, const outcome *copied,
                             text *why) {
  bool is_limited = of->limit >= 0 || of->offset;
  if (strcmp(text_str(&own->error), text_str(&copied->error)) != 0 || own->error.len) {
    text_printf(why, "  error: %s\n  of the copy: %s\n", text_str(&own->error),
                text_str(&copied->error));
  } else if (is_limited && !of->is_ordered) {
    compare_part(of, text_str(&own->rows), text_str(&copied->rows), why);
  } else {
    compare_all(of, text_str(&own->rows), text_str(&copied->rows), why);
  }
}

static void compare(sqlite3 *db, const query *of, text *why) {
  outcome own = { 0 }, copied = { 0 }, last = { 0 };
  bool is_limited = of->limit >= 0 || of->offset;
  char *sql = query_text(of, "chartmogul_", true);
  char *copy_sql = query_text(of, "copy_", of->is_ordered || !is_limited);
  statement_run(db, "SELECT coalesce(max(id), 0) FROM chartmogul_requests", "", false, &last);
  statement_run(db, sql, text_str(&of->binds), false, &own);
  check_requests(db, text_str(&last.rows), why);
  statement_run(db, copy_sql, text_str(&of->binds), false, &copied);
  bool is_theirs = is_near_miss(sql, text_str(&own.error)) && !copied.error.len;
  if (!is_theirs) compare_outcomes(of, &own, &copied, why);
  outcome_clear(&own);
  outcome_clear(&copied);
  outcome_clear(&last);
  free(sql);
  free(copy_sql);
}

/* ---- the run -------------------------------------------------------------------------------- */

/** Other sizes of pages and other numbers of requests at once must make no difference. */
static void vary_settings(sqlite3 *db, int number) {
  static const int pages[] = { 25, 3, 200, 7 }, at_once[] = { 8, 1, 3 };
  char sql[160];
  snprintf(sql, sizeof sql,
           "SELECT chartmogul_config('per_page', %d), chartmogul_config('concurrency', %d)",
           pages[number % 4], at_once[number % 3]);
  schema_run(db, sql);
}

static void show_statement(const query *of, int number) {
  char *sql = query_text(of, "chartmogul_", true);
  printf("%d: %s\n", number, sql);
  fflush(stdout);
  free(sql);
}

static void show_failure(sqlite3 *db, const query *of, int number, const text *why) {
  outcome plan = { 0 };
  char *sql = query_text(of, "chartmogul_", true);
  statement_run(db, sql, text_str(&of->binds), true, &plan);
  printf("FAILED statement %d\n  %s\n  values: %s\n%s  plan:\n%s", number, sql,
         text_str(&of->binds), text_str(why), text_str(&plan.plan));
  outcome_clear(&plan);
  free(sql);
}

typedef struct tally {
  int passed;
  int failed;
} tally;

static void run_all(sqlite3 *db, const schema *from, const options *chosen, tally *sum) {
  for (int i = 0; i < chosen->count; i++) {
    query made;
    text why = { 0 };
    if (chosen->only >= 0 && chosen->only != i) continue;
    query_make(db, from, chosen->seed, (uint64_t)i, &made);
    vary_settings(db, i);
    if (chosen->is_verbose) show_statement(&made, i);
    compare(db, &made, &why);
    if (why.len) show_failure(db, &made, i, &why);
    *(why.len ? &sum->failed : &sum->passed) += 1;
    text_clear(&why);
    query_clear(&made);
  }
}

static options read_options(int argc, char **argv) {
  options chosen = { "build/chartmogul-sandbox", 1, STATEMENTS, -1, false };
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "-v") == 0) {
      chosen.is_verbose = true;
      continue;
    }
    if (strcmp(argv[i], "--sandbox") == 0) {
      chosen.sandbox_program = value;
    } else if (strcmp(argv[i], "--seed") == 0) {
      chosen.seed = strtoull(value, NULL, 10);
    } else if (strcmp(argv[i], "--count") == 0) {
      chosen.count = (int)strtol(value, NULL, 10);
    } else if (strcmp(argv[i], "--only") == 0) {
      chosen.only = (int)strtol(value, NULL, 10);
    } else {
      die("unknown option", argv[i]);
    }
    i++;
  }
  return chosen;
}

/** One account, in a database of one encoding. */
static void run_account(sandbox *api, options chosen, bool is_utf16, tally *sum) {
  fake_clock clock;
  schema from;
  sqlite3 *db = open_account(api, &clock, is_utf16);
  schema_fill(db, &from);
  printf("differential: %d statements on %d tables, %s\n", chosen.count, from.table_count,
         is_utf16 ? "UTF-16" : "UTF-8");
  fflush(stdout);
  run_all(db, &from, &chosen, sum);
  schema_clear(&from);
  if (sqlite3_close(db) != SQLITE_OK) die("sqlite3_close", sqlite3_errmsg(db));
}

/** Transactions on tables that show one set, in an account of their own. */
static void run_writes(sandbox *api, const options *chosen, tally *sum) {
  fake_clock clock;
  int failed = 0;
  int count = chosen->count < STATEMENTS ? chosen->count
                                         : chosen->count * TRANSACTIONS / STATEMENTS;
  sqlite3 *db = open_account(api, &clock, false);
  printf("differential: %d transactions\n", count);
  fflush(stdout);
  writes_run(db, chosen->seed, count, chosen->only, &failed);
  sum->failed += failed;
  sum->passed += count - failed;
  if (sqlite3_close(db) != SQLITE_OK) die("sqlite3_close", sqlite3_errmsg(db));
}

int main(int argc, char **argv) {
  options chosen = read_options(argc, argv);
  tally sum = { 0, 0 };
  text why = { 0 };
  running = sandbox_new(chosen.sandbox_program, &why);
  if (!running) die("sandbox", text_str(&why));
  atexit(end_sandbox);
  run_writes(running, &chosen, &sum);
  run_account(running, chosen, false, &sum);
  chosen.count /= 4; /* texts in UTF-16 have another order, and that is all */
  run_account(running, chosen, true, &sum);
  text_clear(&why);
  printf("%d passed, %d failed\n", sum.passed, sum.failed);
  return sum.failed || !sum.passed;
}
