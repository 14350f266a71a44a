#include "write/tally.h"

#include <string.h>

#include "base/sqlite_api.h"

void cm_queue_clear_tally(cm_tally *tally) {
  sqlite3_free(tally->first_refused.line);
  sqlite3_free(tally->first_early.line);
  sqlite3_free(tally->first_failed.line);
  sqlite3_free(tally->first_unknown.line);
  memset(tally, 0, sizeof *tally);
}
