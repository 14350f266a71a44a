#include "client/statement.h"

static int64_t now_ms(const cm_statement *statement) {
  return statement->clock->now_ms(statement->clock->context);
}

/** Newer SQLites answer directly; the table of functions of an older one ends before the answer. */
static bool is_flagged(sqlite3 *db) {
#if SQLITE_VERSION_NUMBER >= 3041000
  if (sqlite3_libversion_number() >= 3041000) return sqlite3_is_interrupted(db) != 0;
#endif
  (void)db;
  return false;
}

/*
** A nested statement fails with SQLITE_INTERRUPT while the flag is set. It takes some hundred steps
** rather than one, so that a program's progress handler gets its turn and can say stop.
*/
bool cm_statement_is_interrupted(cm_statement *statement) {
  static const char *const steps =
      "WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 100) "
      "SELECT max(n) FROM step";
  sqlite3_stmt *nested = NULL;
  statement->interrupt_checked_ms = now_ms(statement);
  statement->unchecked_wait_ms = 0;
  if (is_flagged(statement->db)) return true;
  int rc = sqlite3_prepare_v2(statement->db, steps, -1, &nested, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(nested);
  sqlite3_finalize(nested);
  return (rc & 0xff) == SQLITE_INTERRUPT;
}

/** Spread the bits: sums of such numbers distinguish sets, in whatever order they are added. */
static uint64_t mix(uint64_t number) {
  number ^= number >> 33;
  number *= UINT64_C(0xff51afd7ed558ccd);
  number ^= number >> 33;
  number *= UINT64_C(0xc4ceb9fe1a85ec53);
  return number ^ (number >> 33);
}

void cm_statement_begin(cm_statement *statement) {
  statement->started_ms = now_ms(statement);
  statement->requests = 0;
}

int cm_statement_enter(cm_statement *statement) {
  uint64_t running = 1;
  uint64_t runs = 1;
  int count = 0;
  sqlite3_stmt *stmt = sqlite3_next_stmt(statement->db, NULL);
  for (; stmt != NULL; stmt = sqlite3_next_stmt(statement->db, stmt)) {
    if (!sqlite3_stmt_busy(stmt)) continue;
    uint64_t place = mix((uint64_t)(uintptr_t)stmt);
    running += place;
    runs += mix(place + (uint64_t)sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_RUN, 0));
    count++;
  }
  bool is_another_run = runs != statement->running_runs && statement->open_cursors == 0;
  statement->running_runs = runs;
  if (running != statement->running || is_another_run) {
    statement->running = running;
    statement->id++;
    statement->cursors_before = statement->open_cursors;
    cm_statement_begin(statement);
  }
  return count;
}
