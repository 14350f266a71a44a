#include "spec/check_tools.h"

#include <stdarg.h>
#include <string.h>

#include "base/sqlite_api.h"

enum { MAX_RULE_BYTES = 512 };

int cm_check_fail(const cm_check *check, const char *where, const char *format, ...) {
  char rule[MAX_RULE_BYTES];
  va_list args;
  va_start(args, format);
  sqlite3_vsnprintf(sizeof rule, rule, format, args);
  va_end(args);
  return cm_err_set(check->err, SQLITE_ERROR, "%s: %s: %s",
                    check->resource->name != NULL ? check->resource->name : "?", where, rule);
}

const cm_column *cm_check_column(const cm_check *check, const char *name, size_t len) {
  int index = cm_registry_find_column(check->resource, name, len);
  return index < 0 ? NULL : &check->resource->columns[index];
}

const cm_resource *cm_check_find(const cm_check *check, const char *name) {
  for (int i = 0; i < check->count; i++) {
    if (strcmp(check->list[i]->name, name) == 0) return check->list[i];
  }
  return NULL;
}

int cm_check_braces(const cm_check *check, const char *text, unsigned flags) {
  const char *name = NULL;
  size_t len = 0;
  size_t at = 0;
  while (cm_text_next_name(text, &at, &name, &len)) {
    const cm_column *column = cm_check_column(check, name, len);
    if (name[len] != '}') return cm_check_fail(check, text, "the {column} has no end");
    if (column == NULL) return cm_check_fail(check, text, "{%.*s} is not a column", (int)len, name);
    if ((column->flags & flags) != flags)
      return cm_check_fail(check, text, "{%.*s} cannot be given by INSERT", (int)len, name);
  }
  return SQLITE_OK;
}

int cm_check_path(const cm_check *check, const char *path, unsigned flags) {
  if (path == NULL || path[0] != '/')
    return cm_check_fail(check, path == NULL ? "path" : path, "a path begins with /");
  if (path[strlen(path) - 1] == '/' || strstr(path, "//") != NULL)
    return cm_check_fail(check, path, "a path has no empty segment");
  return cm_check_braces(check, path, flags);
}
