/*
** carry.h -- which columns a write carries in its body, and where they stand there.
** Pure.  Tests: tests/unit/change/change.c
*/
#ifndef CM_SPEC_CARRY_H
#define CM_SPEC_CARRY_H

#include <stddef.h>

#include "spec/resource.h"

/**
 * True when a write carries a column in its body.
 * @param place  Receives where it goes, `len` bytes; NULL if not wanted. An empty place: nowhere.
 */
bool cm_carries(const cm_resource *resource, const cm_write *write, int column, const char **place,
                size_t *len);

#endif
