/*
** endpoints.h -- chartmogul_endpoints: each call that the extension can make, with the SQL that makes it.
** Tests: tests/unit/sql/meta.c
*/
#ifndef CM_SQL_META_ENDPOINTS_H
#define CM_SQL_META_ENDPOINTS_H

#include "sql/meta/module.h"

extern const cm_meta_table cm_meta_endpoints;

#endif
