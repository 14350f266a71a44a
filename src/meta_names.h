/*
** meta_names.h -- the names of the tables by which the extension describes itself.
** Layer: sql.  Tests: tests/unit/meta.c
*/
#ifndef CM_META_NAMES_H
#define CM_META_NAMES_H

/** Names of the tables of meta.h, each the name of its module too. Constant. */
const char *const *cm_meta_names(int *count);

#endif
