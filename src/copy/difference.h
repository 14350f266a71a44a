/*
** difference.h -- how a stage differs from the table of the copy, by content, as rows of a table in temp.
** Owns: nothing; the table goes with the connection.  Tests: tests/cases/copy/
**
** Each statement reads some thousand rows and ends: in between another program may write to the file. A row of
** the difference says what happened to it: `kind`, and which row of the stage and of the table it is.
*/
#ifndef CM_COPY_DIFFERENCE_H
#define CM_COPY_DIFFERENCE_H

#include "copy/owned.h"
#include "copy/stage.h"

#define CM_DIFFERENCE "temp.chartmogul_difference"

enum {
  CM_DIFFERENT_ADDED = 1 << 0,   /* only the stage has it */
  CM_DIFFERENT_CHANGED = 1 << 1, /* a column has another value */
  CM_DIFFERENT_FILLED = 1 << 2,  /* only columns that an older version did not know */
  CM_DIFFERENT_REMOVED = 1 << 3  /* only the table has it */
};

/**
 * Compare the stage with the table of the copy, which is there.
 * @param owned  What is known of the table's columns.
 */
int cm_difference_find(cm_stage *stage, const cm_owned *owned, cm_err *err) CM_MUST_CHECK;

#endif
