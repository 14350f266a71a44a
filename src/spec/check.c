/*
** check.c -- the check of descriptors: the resource as a whole.
*/
#include "spec/check.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"

/* ---- the resource -------------------------------------------------------------------------- */

static const char table_prefix[] = CM_TABLE_PREFIX;

static int check_name(const cm_check *check) {
  const cm_resource *resource = check->resource;
  int same = 0;
  if (resource->name == NULL || strncmp(resource->name, table_prefix, sizeof table_prefix - 1))
    return cm_check_fail(check, "name", "the name of a table begins with %s", table_prefix);
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
  if (example == NULL || strncmp(example, "SELECT ", 7) != 0)
    return cm_check_fail(check, "example", "the example does not begin with SELECT");
  if (strstr(example, check->resource->name) == NULL)
    return cm_check_fail(check, "example", "the example does not read the table");
  if (strchr(example, ';') != NULL)
    return cm_check_fail(check, "example", "the example is one statement without a semicolon");
  return SQLITE_OK;
}

/** What is wrong with a question and its SQL. NULL: nothing. */
static const char *question_rule(const cm_check *check, const cm_example *example) {
  size_t len = strlen(example->question);
  char end = len > 0 ? example->question[len - 1] : '\0';
  size_t sql_len = example->sql != NULL ? strlen(example->sql) : 0;
  if (sql_len == 0 || example->sql[sql_len - 1] == ';')
    return "its SQL is missing, or ends with a semicolon";
  bool reads = strncmp(example->sql, "SELECT ", 7) == 0;
  if (end != (reads ? '?' : '.')) return "it ends with ? where its SQL reads, else with a period";
  if (strstr(example->sql, check->resource->name) == NULL) return "its SQL does not name the table";
  return NULL;
}

static int check_examples(const cm_check *check) {
  enum { LEAST = 3, MOST = 6 };
  const cm_example *example = check->resource->examples;
  int count = 0;
  for (; example != NULL && example->question != NULL; example++, count++) {
    const char *rule = question_rule(check, example);
    if (rule != NULL) return cm_check_fail(check, example->question, "%s", rule);
  }
  if (count < LEAST || count > MOST)
    return cm_check_fail(check, "examples", "there are three to six, not %d", count);
  return SQLITE_OK;
}

static int check_told_by(const cm_check *check) {
  const char *name = CM_EXTRA(check->resource, told_by);
  if (name == NULL) return SQLITE_OK;
  const cm_column *column = cm_check_column(check, name, strlen(name));
  if (column == NULL || column->path != NULL || cm_registry_key(check->resource) >= 0)
    return cm_check_fail(check, "told_by", "%s is not a plain column, or there is a key", name);
  return SQLITE_OK;
}

static int check_key_parts(const cm_check *check) {
  const char *list = check->resource->key_parts;
  const char *word = NULL;
  size_t len = 0;
  if (list == NULL) return SQLITE_OK;
  if (cm_registry_key(check->resource) < 0)
    return cm_check_fail(check, "key_parts", "there is no key column to show them");
  while (cm_text_next_word(&list, &word, &len)) {
    const cm_column *column = cm_check_column(check, word, len);
    if (column == NULL || column->flags & CM_KEY)
      return cm_check_fail(check, "key_parts", "%.*s is not a column", (int)len, word);
  }
  return SQLITE_OK;
}

/** Exactly one of two columns that INSERT gives says whose a row is. */
static int check_owners(const cm_check *check) {
  const char *const *owners = CM_EXTRA(check->resource, owners);
  if (owners == NULL || (owners[0] == NULL && owners[1] == NULL)) return SQLITE_OK;
  for (int i = 0; i < 2; i++) {
    if (owners[i] == NULL) return cm_check_fail(check, "owners", "there are two of them");
    const cm_column *column = cm_check_column(check, owners[i], strlen(owners[i]));
    if (column == NULL || !(column->flags & CM_INSERT) || column->flags & CM_REQUIRED)
      return cm_check_fail(check, "owners", "%s is not a column that INSERT may give", owners[i]);
  }
  return SQLITE_OK;
}

static int check_young(const cm_check *check) {
  const char *path = CM_EXTRA(check->resource, young);
  return path == NULL ? SQLITE_OK : cm_check_path(check, path, 0);
}

static int check_delete_counts(const cm_check *check) {
  const char *path = CM_EXTRA(check->resource, delete_counts);
  if (path == NULL) return SQLITE_OK;
  if (!cm_registry_can(check->resource, CM_VERB_DELETE))
    return cm_check_fail(check, "delete_counts", "nothing can be deleted");
  return cm_check_path(check, path, 0);
}

static bool has_bound(const cm_read *read, const char *column, cm_op op) {
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    if (strcmp(filter->column, column) == 0 && filter->op == op) return true;
  }
  return false;
}

static bool has_columns(const cm_resource *resource, const char *names) {
  const char *name = NULL;
  size_t len = 0;
  while (cm_text_next_word(&names, &name, &len)) {
    if (cm_registry_find_column(resource, name, len) < 0) return false;
  }
  return true;
}

static int count_words(const char *words) {
  const char *word = NULL;
  size_t len = 0;
  int count = 0;
  while (cm_text_next_word(&words, &word, &len))
    count++;
  return count;
}

/** The other table has a key, and both have the columns that are named. */
static int check_shown(const cm_check *check, const cm_shown_row *shown) {
  const cm_resource *other = cm_check_find(check, shown->table);
  if (other == NULL || cm_registry_key(other) < 0)
    return cm_check_fail(check, "growth", "%s is not a table with a key", shown->table);
  bool are_there = has_columns(other, shown->key) && has_columns(other, shown->names) &&
                   has_columns(other, shown->changes);
  if (!are_there)
    return cm_check_fail(check, "growth", "%s lacks a column that is named", shown->table);
  if (!has_columns(check->resource, shown->by) || !has_columns(check->resource, shown->name))
    return cm_check_fail(check, "growth", "it lacks a column that shows %s", shown->table);
  if (count_words(shown->by) != count_words(shown->key))
    return cm_check_fail(check, "growth", "%s is shown by another number of columns", shown->table);
  return SQLITE_OK;
}

/** The widest list can be read from one instant to another, and another table has the sums of its months. */
static int check_growth(const cm_check *check) {
  const cm_growth *growth = CM_EXTRA(check->resource, growth);
  if (growth == NULL) return SQLITE_OK;
  const cm_read *list = &check->resource->reads[check->resource->read_count - 1];
  const char *const columns[] = { growth->by, growth->amount, growth->kind, growth->unit,
                                  growth->owner != NULL ? growth->owner : growth->by };
  for (size_t i = 0; i < cm_countof(columns); i++) {
    if (cm_check_column(check, columns[i], strlen(columns[i])) == NULL)
      return cm_check_fail(check, "growth", "%s is not a column", columns[i]);
  }
  for (const cm_shown_row *shown = growth->shown; shown != NULL && shown->table; shown++) {
    int rc = check_shown(check, shown);
    if (rc != SQLITE_OK) return rc;
  }
  if (!has_bound(list, growth->by, CM_GE) || !has_bound(list, growth->by, CM_LE))
    return cm_check_fail(check, "growth", "%s has no filters at both ends", growth->by);
  const cm_resource *checked = cm_check_find(check, growth->checked);
  if (growth->oldest == NULL) return cm_check_fail(check, "growth", "nothing shows the oldest row");
  if (checked == NULL || CM_EXTRA(checked, told_by) == NULL)
    return cm_check_fail(check, "growth", "%s is not a table told by its days", growth->checked);
  for (const cm_word *sum = growth->sums; sum->sql != NULL; sum++) {
    if (cm_registry_column(checked, sum->wire) < 0)
      return cm_check_fail(check, "growth", "%s is not a column of %s", sum->wire, growth->checked);
  }
  return SQLITE_OK;
}

int cm_registry_check(const cm_resource *const *resources, int count, cm_err *err) {
  static int (*const parts[])(
      const cm_check *) = { check_name,      cm_check_columns, cm_check_reads, cm_check_writes,
                            check_key_parts, check_owners,     check_young,    check_delete_counts,
                            check_example,   check_examples,   check_told_by,  check_growth };
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
