/*
** meta_endpoints.h -- chartmogul_endpoints: each call that the extension can make, with the SQL that makes it.
** Layer: sql.  Tests: tests/unit/meta.c
*/
#ifndef CM_META_ENDPOINTS_H
#define CM_META_ENDPOINTS_H

#include "meta_module.h"

extern const cm_meta_table cm_meta_endpoints;

#endif
