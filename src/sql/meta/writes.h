/*
** writes.h -- chartmogul_writes: what became of each write.
** Tests: tests/unit/sql/meta.c
*/
#ifndef CM_SQL_META_WRITES_H
#define CM_SQL_META_WRITES_H

#include "sql/meta/module.h"

extern const cm_meta_table cm_meta_writes;

#endif
