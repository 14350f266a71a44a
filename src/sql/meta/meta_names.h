/*
** meta_names.h -- the names of the tables by which the extension describes itself.
** Tests: tests/unit/sql/meta.c
*/
#ifndef CM_SQL_META_META_NAMES_H
#define CM_SQL_META_META_NAMES_H

/** Names of the tables of sql/meta/meta.h, each the name of its module too. Constant. */
const char *const *cm_meta_names(int *count);

#endif
