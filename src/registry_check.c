/*
** registry_check.c -- the check of descriptors: the resource as a whole, and what the parts share.
*/
#include "registry_check.h"

#include <stdarg.h>
#include <string.h>

#include "sqlite_api.h"

enum { MAX_RULE_BYTES = 512 };

/* ---- shared by the parts ------------------------------------------------------------------- */

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

bool cm_check_next_word(const char **list, const char **word, size_t *len) {
  if (*list == NULL) return false;
  *word = *list + strspn(*list, " ");
  *len = strcspn(*word, " ");
  *list = *word + *len;
  return *len > 0;
}

bool cm_check_has_word(const char *list, const char *word) {
  const char *found = NULL;
  size_t len = 0;
  while (cm_check_next_word(&list, &found, &len)) {
    size_t name_len = strcspn(found, ": ");
    if (name_len == strlen(word) && memcmp(found, word, name_len) == 0) return true;
  }
  return false;
}

bool cm_check_next_brace(const char *text, size_t *at, const char **name, size_t *len) {
  const char *open = text == NULL ? NULL : strchr(text + *at, '{');
  if (open == NULL) return false;
  *name = open + 1;
  *len = strcspn(*name, "}");
  *at = (size_t)(*name - text) + *len;
  return true;
}

bool cm_check_has_brace(const char *text, const char *name) {
  const char *found = NULL;
  size_t len = 0;
  size_t at = 0;
  while (cm_check_next_brace(text, &at, &found, &len)) {
    if (len == strlen(name) && memcmp(found, name, len) == 0) return true;
  }
  return false;
}

int cm_check_braces(const cm_check *check, const char *text, unsigned flags) {
  const char *name = NULL;
  size_t len = 0;
  size_t at = 0;
  while (cm_check_next_brace(text, &at, &name, &len)) {
    const cm_column *column = cm_check_column(check, name, len);
    if (name[len] != '}') return cm_check_fail(check, text, "the {column} has no end");
    if (column == NULL) {
      return cm_check_fail(check, text, "{%.*s} is no column", (int)len, name);
    }
    if ((column->flags & flags) != flags) {
      return cm_check_fail(check, text, "{%.*s} cannot be given by INSERT", (int)len, name);
    }
  }
  return SQLITE_OK;
}

int cm_check_path(const cm_check *check, const char *path, unsigned flags) {
  if (path == NULL || path[0] != '/') {
    return cm_check_fail(check, path == NULL ? "path" : path, "a path begins with /");
  }
  if (path[strlen(path) - 1] == '/' || strstr(path, "//") != NULL) {
    return cm_check_fail(check, path, "a path has no empty segment");
  }
  return cm_check_braces(check, path, flags);
}

/* ---- the resource -------------------------------------------------------------------------- */

static const char table_prefix[] = "chartmogul_";

static int check_name(const cm_check *check) {
  const cm_resource *resource = check->resource;
  int same = 0;
  if (resource->name == NULL || strncmp(resource->name, table_prefix, sizeof table_prefix - 1)) {
    return cm_check_fail(check, "name", "the name of a table begins with %s", table_prefix);
  }
  for (int i = 0; i < check->count; i++) {
    if (check->list[i]->name != NULL && strcmp(check->list[i]->name, resource->name) == 0) same++;
  }
  if (same > 1) return cm_check_fail(check, "name", "two tables have the same name");
  if (resource->doc == NULL || resource->doc[0] == 0 ||
      resource->doc[strlen(resource->doc) - 1] != '.') {
    return cm_check_fail(check, "doc", "the description does not end with a period");
  }
  return SQLITE_OK;
}

static int check_example(const cm_check *check) {
  const char *example = check->resource->example;
  if (example == NULL || strncmp(example, "SELECT ", 7) != 0) {
    return cm_check_fail(check, "example", "the example does not begin with SELECT");
  }
  if (strstr(example, check->resource->name) == NULL) {
    return cm_check_fail(check, "example", "the example does not read the table");
  }
  if (strchr(example, ';') != NULL) {
    return cm_check_fail(check, "example", "the example is one statement without a semicolon");
  }
  return SQLITE_OK;
}

static int check_key_parts(const cm_check *check) {
  const char *list = check->resource->key_parts;
  const char *word = NULL;
  size_t len = 0;
  if (list == NULL) return SQLITE_OK;
  if (cm_registry_key(check->resource) < 0) {
    return cm_check_fail(check, "key_parts", "there is no key column to show them");
  }
  while (cm_check_next_word(&list, &word, &len)) {
    const cm_column *column = cm_check_column(check, word, len);
    if (column == NULL || column->flags & CM_KEY) {
      return cm_check_fail(check, "key_parts", "%.*s is no column", (int)len, word);
    }
  }
  return SQLITE_OK;
}

/** Exactly one of two columns that INSERT gives says whose a row is. */
static int check_owners(const cm_check *check) {
  const char *list = check->resource->owners;
  const char *word = NULL;
  size_t len = 0;
  int count = 0;
  if (list == NULL) return SQLITE_OK;
  for (; cm_check_next_word(&list, &word, &len); count++) {
    const cm_column *column = cm_check_column(check, word, len);
    if (column == NULL || !(column->flags & CM_INSERT) || column->flags & CM_REQUIRED) {
      return cm_check_fail(check, "owners", "%.*s is no column that INSERT may give", (int)len,
                           word);
    }
  }
  return count == 2 ? SQLITE_OK : cm_check_fail(check, "owners", "there are two of them");
}

static int check_young(const cm_check *check) {
  const char *path = check->resource->young;
  return path == NULL ? SQLITE_OK : cm_check_path(check, path, 0);
}

static int check_delete_counts(const cm_check *check) {
  const char *path = check->resource->delete_counts;
  if (path == NULL) return SQLITE_OK;
  if (!cm_registry_can(check->resource, CM_VERB_DELETE)) {
    return cm_check_fail(check, "delete_counts", "nothing can be deleted");
  }
  return cm_check_path(check, path, 0);
}

int cm_registry_check(const cm_resource *const *resources, int count, cm_err *err) {
  static int (*const parts[])(const cm_check *) = {
    check_name,   cm_check_columns, cm_check_reads,      cm_check_writes, check_key_parts,
    check_owners, check_young,      check_delete_counts, check_example
  };
  cm_check check = { .list = resources, .count = count, .err = err };
  int rc = SQLITE_OK;
  for (int i = 0; i < count; i++) {
    check.resource = resources[i];
    for (size_t part = 0; part < cm_countof(parts) && rc == SQLITE_OK; part++)
      rc = parts[part](&check);
  }
  return rc;
}

int cm_registry_validate(cm_err *err) {
  int count = 0;
  const cm_resource *const *list = cm_registry_list(&count);
  return cm_registry_check(list, count, err);
}
