#include "write/tally.h"

#include <string.h>

#include "base/sqlite_api.h"

static void forget(cm_told *told) {
  sqlite3_free(told->line);
  memset(told, 0, sizeof *told);
}

void cm_tally_forget_none(cm_tally *tally) {
  if (tally->refused_early == 0) forget(&tally->first_early);
  if (tally->unknown == 0) forget(&tally->first_unknown);
}

void cm_queue_clear_tally(cm_tally *tally) {
  sqlite3_free(tally->first_refused.line);
  sqlite3_free(tally->first_early.line);
  sqlite3_free(tally->first_failed.line);
  sqlite3_free(tally->first_unknown.line);
  memset(tally, 0, sizeof *tally);
}
