/*
** step.c -- the host of the benches: runs a script and steps through every row, printing none.
**
**   step LIBRARY < SCRIPT
**
** What is measured is the extension and SQLite, not how a shell lays out its output. A row of a
** statement has all of its columns, as sqlite3_step makes them. Printed is "peak_kib N", the most memory
** that the process ever had.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static char *read_all(FILE *file) {
  enum { LONGEST = 16 * 1024 * 1024 };
  char *text = malloc(LONGEST);
  if (text == NULL) return NULL;
  text[fread(text, 1, LONGEST - 1, file)] = 0;
  return text;
}

static int run(sqlite3 *db, const char *script) {
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && *script != 0) {
    sqlite3_stmt *stmt = NULL;
    rc = sqlite3_prepare_v2(db, script, -1, &stmt, &script);
    while (rc == SQLITE_OK && stmt != NULL && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
      rc = SQLITE_OK;
    if (rc == SQLITE_DONE) rc = SQLITE_OK;
    sqlite3_finalize(stmt);
  }
  return rc;
}

/**
 * Linux counts into getrusage what the process was before it became this program: as much as whoever
 * started it had. So the kernel's own mark is read where there is one.
 */
static long peak_kib(void) {
  char line[256];
  long peak = 0;
  struct rusage usage;
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && peak == 0 && fgets(line, sizeof line, status) != NULL)
    sscanf(line, "VmHWM: %ld", &peak);
  if (status != NULL) fclose(status);
  if (peak == 0 && getrusage(RUSAGE_SELF, &usage) == 0) peak = usage.ru_maxrss;
  return peak;
}

int main(int argc, char **argv) {
  sqlite3 *db = NULL;
  char *error = NULL;
  char *script = argc == 2 ? read_all(stdin) : NULL;
  if (script == NULL || sqlite3_open(":memory:", &db) != SQLITE_OK) return 2;
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  int rc = sqlite3_load_extension(db, argv[1], NULL, &error);
  if (rc == SQLITE_OK) rc = run(db, script);
  if (rc != SQLITE_OK) fprintf(stderr, "%s\n", error != NULL ? error : sqlite3_errmsg(db));
  sqlite3_free(error);
  sqlite3_close(db);
  free(script);
  printf("peak_kib %ld\n", peak_kib());
  return rc != SQLITE_OK;
}
