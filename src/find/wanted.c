#include "find/wanted.h"

#include <stdlib.h>

#include "base/sqlite_api.h"

struct cm_wanted_row {
  uint64_t token;
  bool is_sure;
};

int cm_wanted_add(cm_wanted *wanted, uint64_t token, bool is_sure) {
  if (wanted->count == wanted->capacity) {
    int64_t capacity = wanted->capacity > 0 ? 2 * wanted->capacity : 16;
    cm_wanted_row *grown = sqlite3_realloc64(wanted->rows, (size_t)capacity * sizeof *grown);
    if (grown == NULL) return SQLITE_NOMEM;
    wanted->rows = grown;
    wanted->capacity = capacity;
  }
  wanted->rows[wanted->count++] = (cm_wanted_row){ token, is_sure };
  return SQLITE_OK;
}

static int compare(const void *one, const void *other) {
  uint64_t a = ((const cm_wanted_row *)one)->token;
  uint64_t b = ((const cm_wanted_row *)other)->token;
  return a < b ? -1 : a > b;
}

void cm_wanted_sort(cm_wanted *wanted) {
  int64_t kept = 0;
  cm_wanted_row *rows = wanted->rows;
  if (wanted->count == 0) return;
  qsort(rows, (size_t)wanted->count, sizeof *rows, compare);
  for (int64_t i = 0; i < wanted->count; i++) {
    bool is_same = kept > 0 && rows[kept - 1].token == rows[i].token;
    if (!is_same) rows[kept++] = rows[i];
    rows[kept - 1].is_sure = rows[kept - 1].is_sure || rows[i].is_sure;
  }
  wanted->count = kept;
  wanted->sure = 0;
  for (int64_t i = 0; i < kept; i++)
    wanted->sure += rows[i].is_sure;
}

bool cm_wanted_has(const cm_wanted *wanted, uint64_t token) {
  cm_wanted_row row = { .token = token };
  return wanted->count > 0 &&
         bsearch(&row, wanted->rows, (size_t)wanted->count, sizeof row, compare) != NULL;
}

void cm_wanted_clear(cm_wanted *wanted) {
  sqlite3_free(wanted->rows);
  *wanted = (cm_wanted){ 0 };
}
