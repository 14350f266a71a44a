/*
** meta_writes.h -- chartmogul_writes: what became of each write.
** Layer: sql.  Tests: tests/unit/meta.c
*/
#ifndef CM_META_WRITES_H
#define CM_META_WRITES_H

#include "meta_module.h"

extern const cm_meta_table cm_meta_writes;

#endif
