/*
** check_tools.h -- what the parts of the check of descriptors share.
*/
#ifndef CM_SPEC_CHECK_TOOLS_H
#define CM_SPEC_CHECK_TOOLS_H

#include "base/text.h"
#include "spec/registry.h"

/** What is being checked. All borrowed. */
typedef struct cm_check {
  const cm_resource *const *list; /* where named tables are looked for */
  int count;
  const cm_resource *resource;
  cm_err *err;
} cm_check;

/**
 * Report a broken rule: "table: where: rule".
 * @param where  The part of the descriptor: a column's name, a path. Not NULL.
 * @return SQLITE_ERROR.
 */
int cm_check_fail(const cm_check *check, const char *where, const char *format, ...)
    CM_PRINTF(3, 4);

/** The column of that name, NULL when the resource has none. `len` bytes of `name` count. */
const cm_column *cm_check_column(const cm_check *check, const char *name, size_t len);

/** The resource of that name in the list, NULL when there is none. */
const cm_resource *cm_check_find(const cm_check *check, const char *name);

/** Every {name} of the template is a column that has all of `flags`. NULL template: fine. */
int cm_check_braces(const cm_check *check, const char *text, unsigned flags);

/** A path begins with "/", ends otherwise and has no empty segment; its {names} are columns. */
int cm_check_path(const cm_check *check, const char *path, unsigned flags);

#endif
