/*
** wanted.h -- the rows that a sending will ask for, counted before any of them leaves: by tokens, each once.
** Pure.  Tests: tests/cases/write/asked_list/
*/
#ifndef CM_FIND_WANTED_H
#define CM_FIND_WANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"

typedef struct cm_wanted_row cm_wanted_row;

/** Zeroed: nothing was counted. */
typedef struct cm_wanted {
  cm_wanted_row *rows;           /* owned: cm_wanted_clear */
  int64_t count, capacity, sure; /* of `rows`; how many of them are sure, as of the last sorting */
} cm_wanted;

/** Was a row added? */
static inline bool cm_wanted_is_counted(const cm_wanted *wanted) {
  return wanted->rows != NULL;
}

/**
 * Add a row. It is found behind the next sorting.
 * @param is_sure  It is asked for, and not only where something else is found.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_wanted_add(cm_wanted *wanted, uint64_t token, bool is_sure) CM_MUST_CHECK;

/** Sort the rows, leave each there once, and count those that are sure. */
void cm_wanted_sort(cm_wanted *wanted);

bool cm_wanted_has(const cm_wanted *wanted, uint64_t token);

void cm_wanted_clear(cm_wanted *wanted);

#endif
