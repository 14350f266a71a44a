/*
** check_columns.c -- the check of descriptors: the columns.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "spec/check.h"
#include "spec/source.h"

/* The words that SQLite takes for a name only in quotes. The test compares them with SQLite itself. */
static const char *const reserved[] = {
  "add",        "all",     "alter",   "and",        "as",          "autoincrement",
  "between",    "case",    "cast",    "check",      "collate",     "commit",
  "constraint", "create",  "default", "deferrable", "delete",      "distinct",
  "drop",       "else",    "escape",  "except",     "exists",      "foreign",
  "from",       "group",   "having",  "in",         "index",       "insert",
  "intersect",  "into",    "is",      "isnull",     "join",        "limit",
  "not",        "nothing", "notnull", "null",       "on",          "or",
  "order",      "primary", "raise",   "references", "returning",   "select",
  "set",        "table",   "then",    "to",         "transaction", "union",
  "unique",     "update",  "using",   "values",     "when",        "where",
};

static bool is_snake_case(const char *name) {
  size_t len = strlen(name);
  if (len == 0 || name[0] < 'a' || name[0] > 'z' || name[len - 1] == '_') return false;
  return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len && !strstr(name, "__");
}

static bool is_reserved(const char *name) {
  for (size_t i = 0; i < cm_countof(reserved); i++) {
    if (strcmp(reserved[i], name) == 0) return true;
  }
  return false;
}

static int check_name(const cm_check *check, const cm_column *column) {
  const cm_resource *resource = check->resource;
  int same = 0;
  if (column->name == NULL || !is_snake_case(column->name))
    return cm_check_fail(check, column->name != NULL ? column->name : "column",
                         "a column's name is snake_case");
  if (is_reserved(column->name))
    return cm_check_fail(check, column->name, "SQL takes this name only in quotes");
  for (int i = 0; i < resource->column_count; i++) {
    const char *other = resource->columns[i].name;
    if (other != NULL && strcmp(other, column->name) == 0) same++;
  }
  if (same > 1) return cm_check_fail(check, column->name, "two columns have the same name");
  if (column->doc == NULL || column->doc[0] == 0 || column->doc[strlen(column->doc) - 1] != '.')
    return cm_check_fail(check, column->name, "the description does not end with a period");
  return SQLITE_OK;
}

static bool is_filtered(const cm_resource *resource, const char *column) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_filter *filter = resource->reads[i].filters;
    for (; filter != NULL && filter->column != NULL; filter++) {
      if (strcmp(filter->column, column) == 0) return true;
    }
  }
  return false;
}

/** "place=word place=word" */
static bool is_list_of_pairs(const char *list) {
  const char *word = NULL;
  size_t len = 0;
  while (cm_text_next_word(&list, &word, &len)) {
    size_t name_len = cm_text_before(word, len, '=');
    if (name_len == 0 || name_len + 1 >= len) return false;
  }
  return true;
}

static const char *extras_rule(const cm_column *column) {
  const char *only = CM_EXTRA(column, only), *beside = CM_EXTRA(column, beside);
  unsigned flags = column->flags;
  if (only != NULL &&
      (strchr(only, '=') == NULL || only[0] == '=' || (flags & (CM_KEY | CM_UPDATE)))) {
    return "only has the form member=word, of a column that UPDATE leaves alone";
  }
  if (beside != NULL && (!(flags & CM_INSERT) || !is_list_of_pairs(beside)))
    return "what goes beside a column that INSERT gives has the form place=word";
  if (CM_EXTRA(column, written) != NULL && (column->type != CM_TEXT || !(flags & CM_WRITABLE)))
    return "only a text that can be written has words for that";
  return NULL;
}

static int check_flags(const cm_check *check, const cm_column *column) {
  unsigned flags = column->flags;
  const char *rule = NULL;
  if ((flags & CM_KEY) && column->type != CM_TEXT && column->type != CM_INTEGER) {
    rule = "a key is a text or an integer";
  } else if ((flags & CM_KEY) && (flags & (CM_INSERT | CM_UPDATE))) {
    rule = "a key cannot be written";
  } else if ((flags & CM_PARAM) && !(flags & CM_HIDDEN)) {
    rule = "a parameter is hidden";
  } else if ((flags & CM_PARAM) && (flags & (CM_INSERT | CM_UPDATE | CM_KEY))) {
    rule = "a parameter cannot be written";
  } else if ((flags & CM_PARAM) && !is_filtered(check->resource, column->name)) {
    rule = "no read takes this parameter";
  } else if ((flags & CM_REQUIRED) && !(flags & CM_INSERT)) {
    rule = "required by INSERT, which cannot give it";
  } else if ((flags & CM_NO_NULL) && !(flags & CM_UPDATE)) {
    rule = "not NULL in UPDATE, which cannot set it";
  } else if ((flags & CM_COMPANION) && check->resource->companion == NULL) {
    rule = "comes from a companion list that does not exist";
  } else if (column->shape != CM_AS_IS && column->type != CM_JSON) {
    rule = "only JSON has a shape";
  } else if (column->words != NULL && column->type != CM_TEXT) {
    rule = "only a text has words";
  } else if (CM_EXTRA(column, empties) != NULL && !(flags & CM_UPDATE)) {
    rule = "emptied by UPDATE, which cannot set it";
  } else {
    rule = extras_rule(column);
  }
  return rule == NULL ? SQLITE_OK : cm_check_fail(check, column->name, "%s", rule);
}

static int check_reference(const cm_check *check, const cm_column *column) {
  const char *of = CM_EXTRA(column, of);
  const cm_resource *table = of != NULL ? cm_check_find(check, of) : NULL;
  if (of == NULL) return SQLITE_OK;
  if (table != NULL && cm_registry_key(table) >= 0 && cm_text_ends_in(column->name, "_uuid"))
    return SQLITE_OK;
  return cm_check_fail(check, column->name, "%s is not a table whose key a column in _uuid holds",
                       of);
}

static bool any_read(const cm_resource *resource, bool unfolds_words) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    if (unfolds_words ? CM_EXTRA(read, unfold) != NULL : read->each != NULL) return true;
  }
  return false;
}

/** A member's path: names joined by dots, each with or without "[n]" at its end. */
static bool is_member_path(const char *path) {
  size_t len = strlen(path);
  return len > 0 && path[0] != '.' && path[len - 1] != '.' && strstr(path, "..") == NULL &&
         strchr(path, ' ') == NULL && strpbrk(path, "@^?{}") == NULL;
}

static int check_column_path(const cm_check *check, const cm_column *column) {
  cm_source source = cm_source_of(column);
  bool has_each = any_read(check->resource, false);
  bool has_words = any_read(check->resource, true);
  bool is_unfolded = source.from == CM_FROM_AROUND || source.from == CM_FROM_SELF ||
                     source.from == CM_FROM_TYPE;
  if (column->path == NULL) return SQLITE_OK;
  if ((is_unfolded && !has_each) || (source.from == CM_FROM_KEY && !has_each && !has_words))
    return cm_check_fail(check, column->name, "no read unfolds rows");
  if (strchr(source.member, '*') != NULL && !has_words)
    return cm_check_fail(check, column->name, "no read unfolds words");
  if (source.from == CM_FROM_NOWHERE ||
      (column->path[0] != '@' && !is_member_path(source.member))) {
    return cm_check_fail(check, column->name, "%s is not a path in a row", column->path);
  }
  return SQLITE_OK;
}

/** Visible columns, then parameters, then other hidden ones, then the row itself. */
static int check_order(const cm_check *check) {
  const cm_resource *resource = check->resource;
  int last_rank = 0;
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    bool is_row = cm_source_is(column, CM_FROM_ROW);
    int rank = is_row ? 3 : !(column->flags & CM_HIDDEN) ? 0 : (column->flags & CM_PARAM) ? 1 : 2;
    if (rank < last_rank)
      return cm_check_fail(check, column->name,
                           "the order is visible columns, parameters, other hidden ones, json");
    last_rank = rank;
  }
  const cm_column *last = &resource->columns[resource->column_count - 1];
  if (last_rank != 3 || strcmp(last->name, "json") != 0 || last->type != CM_JSON ||
      last->flags != CM_HIDDEN) {
    return cm_check_fail(check, last->name,
                         "the last column is json, the row as it arrived, hidden");
  }
  return SQLITE_OK;
}

int cm_check_columns(const cm_check *check) {
  const cm_resource *resource = check->resource;
  int keys = 0;
  int rows = 0;
  int rc = SQLITE_OK;
  if (resource->column_count == 0) return cm_check_fail(check, "columns", "there is none");
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    const cm_column *column = &resource->columns[i];
    rc = check_name(check, column);
    if (rc == SQLITE_OK) rc = check_flags(check, column);
    if (rc == SQLITE_OK) rc = check_column_path(check, column);
    if (rc == SQLITE_OK) rc = check_reference(check, column);
    keys += (column->flags & CM_KEY) != 0;
    rows += cm_source_is(column, CM_FROM_ROW);
  }
  if (rc == SQLITE_OK && keys > 1) rc = cm_check_fail(check, "columns", "more than one key");
  if (rc == SQLITE_OK && rows > 1) rc = cm_check_fail(check, "columns", "@row is json alone");
  return rc == SQLITE_OK ? check_order(check) : rc;
}
