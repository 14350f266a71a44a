/*
** host.c -- a C program that uses the extension as programs do: connections that come and go, one in each
** thread, one in a child process, statements left half-read. with_sandbox.sh runs it.
**
**   host LIBRARY        loads the shared library
**   host-static         (-DSQLITE_CORE) has the extension linked in
*/
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SQLITE_CORE
#include "chartmogul.h"
#endif

enum { THREADS = 4, ROUNDS = 5 };

static const char *library;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void check(bool is_right, const char *what) {
  if (!is_right) fail(what, "is not so");
}

static void load(sqlite3 *db) {
  char *error = NULL;
#ifdef SQLITE_CORE
  int rc = sqlite3_chartmogul_init(db, &error, NULL);
#else
  sqlite3_enable_load_extension(db, 1);
  int rc = sqlite3_load_extension(db, library, NULL, &error);
#endif
  if (rc != SQLITE_OK) fail("load", error ? error : sqlite3_errstr(rc));
}

static sqlite3 *connect_to(const char *file) {
  sqlite3 *db = NULL;
  if (sqlite3_open(file, &db) != SQLITE_OK) fail("open", sqlite3_errmsg(db));
  load(db);
  return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const char *parameter) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) fail(sql, sqlite3_errmsg(db));
  sqlite3_bind_text(statement, 1, parameter, -1, SQLITE_TRANSIENT);
  return statement;
}

/* The first column of the last row as text, to free. */
static char *ask(sqlite3 *db, const char *sql, const char *parameter) {
  sqlite3_stmt *statement = prepare(db, sql, parameter);
  char *answer = NULL;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const unsigned char *text = sqlite3_column_text(statement, 0);
    free(answer);
    answer = text ? strdup((const char *)text) : NULL;
  }
  if (sqlite3_finalize(statement) != SQLITE_OK) fail(sql, sqlite3_errmsg(db));
  return answer;
}

static void expect(sqlite3 *db, const char *sql, const char *parameter, const char *expected) {
  char *answer = ask(db, sql, parameter);
  if (!answer || strcmp(answer, expected) != 0) {
    fprintf(stderr, "%s\n  expected %s, got %s\n", sql, expected, answer ? answer : "NULL");
    exit(1);
  }
  free(answer);
}

static void expect_all_customers(sqlite3 *db) {
  expect(db, "SELECT count(*) FROM chartmogul_customers", NULL, "25");
}

static void read_and_write(sqlite3 *db) {
  char *uuid = ask(db, "SELECT uuid FROM chartmogul_customers WHERE status = 'Active'", NULL);
  check(uuid, "a filter finds a row");
  free(ask(db, "UPDATE chartmogul_customers SET company = 'C' WHERE uuid = ?1", uuid));
  expect(db, "SELECT company FROM chartmogul_customers WHERE uuid = ?1", uuid, "C");
  free(ask(db, "BEGIN", NULL));
  free(ask(db, "UPDATE chartmogul_customers SET company = 'D' WHERE uuid = ?1", uuid));
  expect(db, "SELECT company FROM chartmogul_customers WHERE uuid = ?1", uuid, "C");
  free(ask(db, "COMMIT", NULL));
  expect(db, "SELECT company FROM chartmogul_customers WHERE uuid = ?1", uuid, "D");
  free(uuid);
}

/* sqlite3_close refuses while a statement is open; sqlite3_close_v2 waits for it. */
static void close_with_open_statement(void) {
  sqlite3 *db = connect_to(":memory:");
  sqlite3_stmt *half = prepare(db, "SELECT uuid FROM chartmogul_customers", NULL);
  check(sqlite3_step(half) == SQLITE_ROW, "a row is there");
  check(sqlite3_close(db) == SQLITE_BUSY, "close is refused while a statement is open");
  check(sqlite3_close_v2(db) == SQLITE_OK, "close_v2 waits for the statement");
  check(sqlite3_step(half) == SQLITE_ROW, "which can be read on");
  check(sqlite3_finalize(half) == SQLITE_OK, "and ended");
}

static void come_and_go(void) {
  for (int i = 0; i < ROUNDS; i++) {
    sqlite3 *db = connect_to(":memory:");
    expect_all_customers(db);
    check(sqlite3_close(db) == SQLITE_OK, "the connection closes");
  }
}

static void *run_thread(void *unused) {
  come_and_go();
  return unused;
}

static void use_threads(void) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    check(pthread_create(&threads[i], NULL, run_thread, NULL) == 0, "a thread starts");
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
}

/* A child makes a connection of its own; the parent's goes on. */
static void use_child(sqlite3 *db) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    come_and_go();
    _exit(0);
  }
  check(child > 0 && waitpid(child, &status, 0) == child && status == 0, "the child does well");
  expect_all_customers(db);
}

int main(int argc, char **argv) {
  library = argc > 1 ? argv[1] : NULL;
  use_threads();
  sqlite3 *db = connect_to(":memory:");
  expect_all_customers(db);
  read_and_write(db);
  use_child(db);
  close_with_open_statement();
  check(sqlite3_close(db) == SQLITE_OK, "the connection closes");
  printf("SQLite %s\n", sqlite3_libversion());
  return 0;
}
