/*
** cursor_guard.h -- notices a list whose cursors go round in a circle, and which would never end.
** Pure.  Tests: tests/unit/base/cursor_guard.c, tests/cases/read/paging/
**
** Brent's way to find a cycle: one cursor is remembered, a later one at each power of two. So a circle is
** noticed before it has gone round three times, wherever it begins, in the memory of one number.
*/
#ifndef CM_BASE_CURSOR_GUARD_H
#define CM_BASE_CURSOR_GUARD_H

#include "base/base.h"

/** Zeroed at the beginning of a list. */
typedef struct cm_cursor_guard {
  uint64_t hash;    /* of the cursor remembered */
  int64_t count;    /* cursors seen */
  int64_t moves_at; /* the count at which the next one is remembered */
} cm_cursor_guard;

/** Look at the cursor of the page that follows. @return true when it was seen before. */
bool cm_cursor_guard_saw(cm_cursor_guard *guard, const char *cursor);

#endif
