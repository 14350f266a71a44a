/*
** lacking.h -- which rows of a list the copy holds, and a reading of that list has not brought.
** Owns: nothing.  Tests: tests/cases/copy/
*/
#ifndef CM_COPY_LACKING_H
#define CM_COPY_LACKING_H

#include "copy/stage.h"

/**
 * The keys of rows of the leader that no stage shows, itself or by a row inside it, and that the copy knows from any of these tables. A
 * row inside one that a stage shows needs no question: it is there as far as that row shows it. Of a table that is listed by parent: the
 * parents of rows of the copy of which the stage has none.
 * @param stages  Of one list, filled.
 * @param keys    Receives up to `room` of them; clear them with cm_value_clear.
 * @param found   Receives how many; 0 where nothing can be asked for by a key, or nothing is copied yet.
 */
int cm_lacking_find(cm_stage *stages, int count, cm_value *keys, int room, int *found,
                    cm_err *err) CM_MUST_CHECK;

#endif
