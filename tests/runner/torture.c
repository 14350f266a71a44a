/*
** torture.c -- see torture.h. SQLite's allocator belongs to the process, and so does this state.
*/
#include "torture.h"

#include <sqlite3.h>
#include <stddef.h>

static sqlite3_mem_methods plain;
static long countdown; /* allocations until the one that fails; 0: none fails */
static bool is_armed, is_lasting_failure, has_struck;

static bool is_refused(void) {
  if (!is_armed) return false;
  if (has_struck) return is_lasting_failure;
  if (countdown == 0 || --countdown > 0) return false;
  has_struck = true;
  return true;
}

static void *failing_malloc(int size) {
  return is_refused() ? NULL : plain.xMalloc(size);
}

static void *failing_realloc(void *block, int size) {
  return is_refused() ? NULL : plain.xRealloc(block, size);
}

void torture_install(void) {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
  sqlite3_mem_methods failing = plain;
  failing.xMalloc = failing_malloc;
  failing.xRealloc = failing_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* each allocation is to be seen */
}

void torture_set(long nth, bool is_lasting) {
  countdown = nth;
  is_lasting_failure = is_lasting;
  has_struck = false;
}

void torture_arm(void *context, bool on) {
  (void)context;
  is_armed = on;
}

bool torture_has_struck(void) {
  return has_struck;
}
