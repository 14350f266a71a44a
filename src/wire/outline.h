/*
** outline.h -- what an answer of unknown shape is: a page of a list, a whole list, or one row.
** Pure.  Tests: tests/unit/wire/outline.c
**
** Tables know the shape of their answers; chartmogul_get reads any path and finds it here:
**   a list is an array; an object with has_more, whose first array is the list; an object without an id of
**   its own that holds "entries", an array named like the end of its path, nothing but an array, or an
**   array of objects;
**   everything else is one row.
*/
#ifndef CM_WIRE_OUTLINE_H
#define CM_WIRE_OUTLINE_H

#include "wire/slice.h"

typedef struct cm_outline {
  bool is_list;
  cm_slice rows;     /* the array of a list; of anything else the answer itself */
  cm_slice has_more; /* absent: the list has no pages */
  cm_slice cursor;
} cm_outline;

/**
 * @param body  An answer. An empty one is a list without rows.
 * @param path  That it answers, with or without query.
 * @return SQLITE_OK, SQLITE_ERROR when the body is not JSON.
 */
int cm_outline_read(cm_slice body, const char *path, cm_outline *out) CM_MUST_CHECK;

#endif
