/*
** check_writes.c -- the check of descriptors: writes, natural key, references, needs.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "spec/check.h"
#include "spec/source.h"

enum { SET_FLAGS = CM_ADDED | CM_CHANGED | CM_REMOVED };

static unsigned flag_of(cm_verb verb) {
  return verb == CM_VERB_INSERT ? CM_INSERT : verb == CM_VERB_UPDATE ? CM_UPDATE : 0;
}

static bool is_method(const cm_write *write) {
  static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };
  for (size_t i = 0; i < cm_countof(methods); i++) {
    if (write->method != NULL && strcmp(methods[i], write->method) == 0) return true;
  }
  return false;
}

static int check_columns_of(const cm_check *check, const char *where, const char *list,
                            unsigned flags) {
  const char *word = NULL;
  size_t len = 0;
  while (cm_text_next_word(&list, &word, &len)) {
    const cm_column *column = cm_check_column(check, word, len);
    if (column == NULL || (column->flags & flags) != flags)
      return cm_check_fail(check, where, "%.*s is not a column that %s", (int)len, word,
                           flags & CM_UPDATE ? "UPDATE sets" : "INSERT gives");
  }
  return SQLITE_OK;
}

/** A look-up goes through a list that is read anyway: that read says how it is paged. */
static bool is_read(const cm_resource *resource, const char *path) {
  for (int i = 0; i < resource->read_count; i++) {
    if (path != NULL && strcmp(resource->reads[i].path, path) == 0) return true;
  }
  return false;
}

/** The key and its parts say which row is meant; all other columns need the flag of the verb. */
static bool may_carry(const cm_check *check, const cm_write *write, const cm_column *column) {
  unsigned needed = flag_of(write->verb);
  if ((column->flags & needed) == needed) return true;
  if (write->verb == CM_VERB_INSERT) return false;
  return column->flags & CM_KEY || cm_text_has_word(check->resource->key_parts, column->name);
}

static int check_carried(const cm_check *check, const cm_write *write) {
  const char *list = write->columns;
  const char *word = NULL;
  size_t len = 0;
  while (cm_text_next_word(&list, &word, &len)) {
    size_t name_len = cm_text_before(word, len, ':');
    const cm_column *column = cm_check_column(check, word, name_len);
    if (column == NULL)
      return cm_check_fail(check, write->path, "the write carries %.*s, which is not a column",
                           (int)name_len, word);
    if (!may_carry(check, write, column))
      return cm_check_fail(check, column->name, "%s carries it, but its flags forbid that",
                           write->path);
    if (name_len + 1 == len)
      return cm_check_fail(check, column->name, "the place behind the colon is missing");
  }
  return cm_check_braces(check, write->columns, 0);
}

static int check_set(const cm_check *check, const cm_write *write) {
  unsigned set = write->flags & SET_FLAGS;
  if (set == 0) return SQLITE_OK;
  if (write->verb != CM_VERB_UPDATE || (set & (set - 1)) != 0)
    return cm_check_fail(check, write->path, "added, changed, removed: one of them, of an UPDATE");
  const char *list = write->columns;
  const char *word = "";
  size_t len = 0;
  bool is_one = cm_text_next_word(&list, &word, &len) && *list == 0;
  const cm_column *column = cm_check_column(check, word, cm_text_before(word, len, ':'));
  if (!is_one || column == NULL || column->type != CM_JSON)
    return cm_check_fail(check, write->path, "a set is one JSON column");
  return SQLITE_OK;
}

/** A list that is replaced as a whole is read first, by a read below the same parent. */
static int check_whole_list(const cm_check *check, const cm_write *write) {
  const char *name = NULL;
  size_t len = 0;
  size_t at = 0;
  if (!(write->flags & CM_WHOLE_LIST)) return SQLITE_OK;
  if (write->columns == NULL || strstr(write->columns, ":@self") == NULL)
    return cm_check_fail(check, write->path, "the items of a whole list are one column at @self");
  bool has_parent = cm_text_next_name(write->path, &at, &name, &len);
  for (int i = 0; has_parent && i < check->resource->read_count; i++) {
    const cm_read *read = &check->resource->reads[i];
    const char *other = NULL;
    size_t other_len = 0;
    at = 0;
    bool has_brace = cm_text_next_name(read->path, &at, &other, &other_len);
    bool is_same = has_brace && other_len == len && memcmp(other, name, len) == 0;
    if (is_same && read->paging != CM_SINGLE) return SQLITE_OK;
  }
  return cm_check_fail(check, write->path, "no read has the list that this replaces");
}

/** Rows that go out in one call are told apart, and looked for, by their natural keys. */
static int check_batch(const cm_check *check, const cm_write *write) {
  int batch = CM_EXTRA(write, batch);
  if (batch == 0) return SQLITE_OK;
  if (batch < 2 || batch > CM_MAX_BATCH_ROWS)
    return cm_check_fail(check, write->path, "a batch has 2 to %d rows", CM_MAX_BATCH_ROWS);
  if (write->verb != CM_VERB_INSERT || (write->flags & CM_WHOLE_LIST))
    return cm_check_fail(check, write->path, "a batch is of rows that INSERT creates");
  if (!cm_text_ends_in(write->body, "[]") || !cm_text_ends_in(write->answer, "[0]"))
    return cm_check_fail(check, write->path, "body and answer of a batch end in [] and [0]");
  if (check->resource->natural_key == NULL)
    return cm_check_fail(check, write->path, "the rows of a batch have a natural key");
  return SQLITE_OK;
}

static int check_write(const cm_check *check, const cm_write *write) {
  bool is_insert = write->verb == CM_VERB_INSERT;
  int rc = cm_check_path(check, write->path, is_insert ? CM_INSERT : 0);
  if (rc == SQLITE_OK) rc = cm_check_braces(check, write->query, 0);
  if (rc == SQLITE_OK) rc = cm_check_braces(check, write->body, 0);
  if (rc == SQLITE_OK) rc = check_carried(check, write);
  if (rc == SQLITE_OK)
    rc = check_columns_of(check, "example", write->example, flag_of(write->verb));
  if (rc == SQLITE_OK) rc = check_set(check, write);
  if (rc != SQLITE_OK) return rc;
  if (!is_method(write)) return cm_check_fail(check, write->path, "the method writes nothing");
  if ((write->flags & CM_WHOLE_LIST) && !cm_text_ends_in(write->body, "[]"))
    return cm_check_fail(check, write->path, "the body of a whole list ends in []");
  if ((write->flags & CM_ALONE) && (write->verb != CM_VERB_UPDATE || write->columns == NULL))
    return cm_check_fail(check, write->path, "alone are named columns of an UPDATE");
  if (write->verb == CM_VERB_DELETE && write->columns == NULL)
    return cm_check_fail(check, write->path, "a DELETE says what it carries, \"\" for nothing");
  rc = check_batch(check, write);
  return rc == SQLITE_OK ? check_whole_list(check, write) : rc;
}

/** Two writes of a verb may share a column only where they bring a set to its value together. */
static int check_pair(const cm_check *check, const cm_write *write, const cm_write *other) {
  if (write->verb != other->verb || write->verb == CM_VERB_DELETE) return SQLITE_OK;
  if (write->columns == NULL && other->columns == NULL)
    return cm_check_fail(check, write->path, "two writes of a verb carry all other columns");
  for (int i = 0; i < check->resource->column_count; i++) {
    const cm_column *column = &check->resource->columns[i];
    bool is_key = column->flags & CM_KEY ||
                  cm_text_has_word(check->resource->key_parts, column->name);
    bool is_shared = cm_text_has_word(write->columns, column->name) &&
                     cm_text_has_word(other->columns, column->name);
    unsigned set = write->flags & SET_FLAGS;
    unsigned other_set = other->flags & SET_FLAGS;
    bool is_set = set != 0 && other_set != 0 && set != other_set;
    if (is_shared && !is_key && !is_set)
      return cm_check_fail(check, column->name, "two writes of a verb carry it");
  }
  return SQLITE_OK;
}

/** True when the write says where in the body the column goes. */
static bool is_placed(const cm_resource *resource, const char *column, cm_verb verb) {
  for (int i = 0; i < resource->write_count; i++) {
    const char *list = resource->writes[i].columns;
    const char *word = NULL;
    size_t len = 0;
    while (resource->writes[i].verb == verb && cm_text_next_word(&list, &word, &len)) {
      size_t name_len = cm_text_before(word, len, ':');
      if (name_len < len && cm_text_is(word, name_len, column)) return true;
    }
  }
  return false;
}

/** Marks such as "@key" or "^member" mean something in a row only. */
static int check_place(const cm_check *check, const cm_column *column, cm_verb verb) {
  bool is_marked = !cm_source_is(column, CM_FROM_MEMBER);
  if (!is_marked || column->body != NULL || is_placed(check->resource, column->name, verb))
    return SQLITE_OK;
  return cm_check_fail(check, column->name, "%s is not a place in a body", column->path);
}

static bool is_carried(const cm_resource *resource, const cm_column *column, cm_verb verb) {
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    if (write->verb != verb) continue;
    if (write->columns == NULL || cm_text_has_word(write->columns, column->name) ||
        cm_text_has_name(write->path, column->name) ||
        cm_text_has_name(write->columns, column->name)) {
      return true;
    }
  }
  return false;
}

/** What a statement may give must have a call that takes it. */
static int check_coverage(const cm_check *check) {
  static const struct {
    cm_verb verb;
    unsigned flag;
    const char *name;
  } verbs[] = { { CM_VERB_INSERT, CM_INSERT, "INSERT" }, { CM_VERB_UPDATE, CM_UPDATE, "UPDATE" } };
  for (int i = 0; i < check->resource->column_count; i++) {
    const cm_column *column = &check->resource->columns[i];
    for (size_t v = 0; v < cm_countof(verbs); v++) {
      if (!(column->flags & verbs[v].flag)) continue;
      bool only_refers = column->body != NULL && column->body[0] == 0;
      bool is_possible = cm_registry_can(check->resource, verbs[v].verb);
      if (!is_possible || (!only_refers && !is_carried(check->resource, column, verbs[v].verb)))
        return cm_check_fail(check, column->name, "no write carries it for %s", verbs[v].name);
      int rc = check_place(check, column, verbs[v].verb);
      if (rc != SQLITE_OK) return rc;
    }
  }
  return SQLITE_OK;
}

/* ---- natural key, references, needs -------------------------------------------------------- */

static int check_natural_key(const cm_check *check) {
  const cm_natural_key *key = check->resource->natural_key;
  if (key == NULL) return SQLITE_OK;
  if (key->columns[0] == NULL) return cm_check_fail(check, "natural key", "it has no column");
  if (key->rows == NULL || key->exists == NULL)
    return cm_check_fail(check, "natural key", "rows or exists is missing");
  if (!is_read(check->resource, key->path))
    return cm_check_fail(check, key->path != NULL ? key->path : "natural key",
                         "no read has this path");
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(key->columns) && rc == SQLITE_OK; i++) {
    rc = check_columns_of(check, "natural key", key->columns[i], CM_INSERT);
    if (rc == SQLITE_OK && (key->columns[i] == NULL) != (key->params[i] == NULL))
      rc = cm_check_fail(check, "natural key", "a column and a parameter belong together");
  }
  if (rc == SQLITE_OK && (CM_EXTRA(key, also[0]) == NULL) != (CM_EXTRA(key, also[1]) == NULL))
    rc = cm_check_fail(check, "natural key", "further pairs stand in two arrays");
  return rc == SQLITE_OK ? check_columns_of(check, "natural key", CM_EXTRA(key, frozen), CM_INSERT)
                         : rc;
}

static int check_reference(const cm_check *check, const cm_reference *reference) {
  const cm_resource *other = reference->resource == NULL
                                 ? NULL
                                 : cm_check_find(check, reference->resource);
  if (other == NULL || other->natural_key == NULL || cm_registry_key(other) < 0)
    return cm_check_fail(check, reference->column, "%s is not a table with a natural key",
                         reference->resource != NULL ? reference->resource : "NULL");
  if (reference->external_id == NULL || reference->data_source == NULL)
    return cm_check_fail(check, reference->column, "a reference has an external id and a source");
  int rc = check_columns_of(check, "reference", reference->data_source, CM_INSERT);
  if (rc != SQLITE_OK) return rc;
  if (reference->within != NULL)
    return check_columns_of(check, "reference", reference->within, CM_INSERT);
  rc = check_columns_of(check, "reference", reference->column, CM_INSERT);
  return rc == SQLITE_OK ? check_columns_of(check, "reference", reference->external_id, CM_INSERT)
                         : rc;
}

static int check_need(const cm_check *check, const cm_need *need) {
  bool is_used = false;
  for (int i = 0; i < check->resource->write_count; i++)
    is_used = is_used || cm_text_has_name(check->resource->writes[i].path, need->column);
  if (!is_used) return cm_check_fail(check, need->column, "no path of a write needs it");
  if (need->hint == NULL) return cm_check_fail(check, need->column, "the need has no hint");
  if (need->path == NULL) return SQLITE_OK;
  if (need->key == NULL)
    return cm_check_fail(check, need->column, "nothing ties the answer to its path");
  if (need->member == NULL)
    return cm_check_fail(check, need->column, "the need does not say which member");
  return cm_check_path(check, need->path, 0);
}

/** Its create carries the rows of another table in a list. */
static bool takes_inside(const cm_resource *other, const char *list) {
  int column = cm_registry_column(other, list);
  return column >= 0 && (other->columns[column].flags & CM_INSERT) &&
         other->columns[column].type == CM_JSON;
}

static int check_inside(const cm_check *check) {
  const cm_inside_of *inside = check->resource->inside_of;
  if (inside == NULL) return SQLITE_OK;
  const cm_resource *other = inside->resource == NULL ? NULL
                                                      : cm_check_find(check, inside->resource);
  if (other == NULL || other->natural_key == NULL || inside->list == NULL ||
      !takes_inside(other, inside->list)) {
    return cm_check_fail(check, "inside_of", "%s has no such list",
                         inside->resource != NULL ? inside->resource : "NULL");
  }
  bool is_named = false;
  const cm_reference *reference = check->resource->references;
  for (; reference != NULL && reference->column != NULL; reference++)
    is_named = is_named || strcmp(reference->resource, inside->resource) == 0;
  if (!is_named)
    return cm_check_fail(check, "inside_of", "no reference names %s", inside->resource);
  for (int i = 0; i < check->resource->write_count; i++) {
    const cm_write *write = &check->resource->writes[i];
    if (write->verb == CM_VERB_INSERT && write->body != NULL)
      return cm_check_fail(check, write->path, "an item of a list has no envelope");
  }
  return SQLITE_OK;
}

/** The places of a record are those of columns that INSERT gives. */
static int check_places(const cm_check *check, const cm_write *write) {
  const char *list = CM_EXTRA(write, places);
  const char *word = NULL;
  size_t len = 0;
  if (list != NULL && write->columns != NULL)
    return cm_check_fail(check, write->path, "columns say their places themselves");
  while (cm_text_next_word(&list, &word, &len)) {
    size_t name_len = cm_text_before(word, len, ':');
    const cm_column *column = cm_check_column(check, word, name_len);
    if (column == NULL || !(column->flags & CM_INSERT) || name_len == len)
      return cm_check_fail(check, write->path, "%.*s is no column: place of INSERT", (int)len,
                           word);
  }
  return SQLITE_OK;
}

/** What is to be there before a record is told by columns of both tables. */
static int check_bulk_after(const cm_check *check, const char *after) {
  const char *word = NULL;
  size_t len = 0;
  while (cm_text_next_word(&after, &word, &len)) {
    char table[80];
    size_t dot = cm_text_before(word, len, '.');
    size_t colon = cm_text_before(word, len, ':');
    sqlite3_snprintf(sizeof table, table, "%.*s", (int)dot, word);
    const cm_resource *other = dot < colon && colon < len ? cm_check_find(check, table) : NULL;
    if (other == NULL || cm_registry_find_column(other, word + dot + 1, colon - dot - 1) < 0 ||
        cm_check_column(check, word + colon + 1, len - colon - 1) == NULL)
      return cm_check_fail(check, "bulk", "%.*s is no table.column:column", (int)len, word);
  }
  return SQLITE_OK;
}

/** A row of an import belongs to a customer, to a row that does, or to nobody; it is told from others by its natural key. */
static int check_bulk(const cm_check *check) {
  const cm_bulk *bulk = check->resource->bulk;
  if (bulk == NULL) return SQLITE_OK;
  if (bulk->list == NULL || bulk->write == NULL || bulk->write->verb != CM_VERB_INSERT ||
      bulk->write->body != NULL || check->resource->natural_key == NULL)
    return cm_check_fail(check, "bulk", "a record has a list, a call and a natural key");
  int rc = check_write(check, bulk->write);
  if (rc == SQLITE_OK) rc = check_places(check, bulk->write);
  if (rc == SQLITE_OK && bulk->customer != NULL)
    rc = check_columns_of(check, "bulk", bulk->customer, CM_INSERT);
  return rc == SQLITE_OK ? check_bulk_after(check, bulk->after) : rc;
}

static int check_after(const cm_check *check) {
  const char *after = CM_EXTRA(check->resource, after);
  const char *word = NULL;
  size_t len = 0;
  while (cm_text_next_word(&after, &word, &len)) {
    char name[80];
    sqlite3_snprintf(sizeof name, name, "%.*s", (int)len, word);
    if (cm_check_find(check, name) == NULL)
      return cm_check_fail(check, "after", "%s is not a table", name);
  }
  return SQLITE_OK;
}

int cm_check_writes(const cm_check *check) {
  const cm_resource *resource = check->resource;
  int rc = SQLITE_OK;
  if (resource->write_count > 0 && cm_registry_key(resource) < 0)
    return cm_check_fail(check, "writes", "a table that is written has a key");
  for (int i = 0; i < resource->write_count && rc == SQLITE_OK; i++) {
    rc = check_write(check, &resource->writes[i]);
    for (int other = 0; other < i && rc == SQLITE_OK; other++)
      rc = check_pair(check, &resource->writes[i], &resource->writes[other]);
  }
  if (rc == SQLITE_OK) rc = check_coverage(check);
  if (rc == SQLITE_OK) rc = check_natural_key(check);
  if (rc == SQLITE_OK) rc = check_inside(check);
  if (rc == SQLITE_OK) rc = check_bulk(check);
  if (rc == SQLITE_OK) rc = check_after(check);
  const cm_reference *reference = resource->references;
  for (; rc == SQLITE_OK && reference != NULL && reference->column != NULL; reference++)
    rc = check_reference(check, reference);
  const cm_need *need = resource->needs;
  for (; rc == SQLITE_OK && need != NULL && need->column != NULL; need++)
    rc = check_need(check, need);
  return rc;
}
