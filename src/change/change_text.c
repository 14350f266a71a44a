/*
** A change as JSON: {"verb":1,"conflict":0,"merge":0,"key":["t","cus_1"],"old":"…","deleted":"…",
** "given":[["company",0,["t","New"],"New"], …]}. Of a value the letter is its SQL type: n, i, r, t; what goes out for it
** stands behind it. A row that left in a json import has "import":"its name" as well, one that was to leave in one ""; and
** "customer":"c1", the external id that the import has for the customer whom the row names by his uuid.
*/
#include "change/change_text.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_names.h"
#include "spec/registry.h"

/* ---- to text -------------------------------------------------------------------------------------- */

static cm_json *pair_of(const char *letter, cm_json *second, cm_err *err) {
  cm_json *pair = cm_json_new_array();
  int rc = cm_json_push(pair, cm_json_new_text(letter));
  if (rc == SQLITE_OK) {
    rc = cm_json_push(pair, second);
  } else {
    cm_json_free(second);
  }
  if (rc == SQLITE_OK) return pair;
  cm_json_free(pair);
  cm_err_nomem(err);
  return NULL;
}

/** NULL: memory ran out. A value that is a JSON text goes out as it is: nothing of it here. */
static cm_json *json_of(const cm_value *value, cm_err *err) {
  switch (value->type) {
  case CM_VALUE_INTEGER: return pair_of("i", cm_json_new_integer(value->integer), err);
  case CM_VALUE_REAL: return pair_of("r", cm_json_new_real(value->real), err);
  case CM_VALUE_TEXT: {
    char *copy = sqlite3_mprintf("%.*s", (int)value->len, value->text);
    cm_json *text = copy != NULL ? cm_json_new_text(copy) : NULL;
    sqlite3_free(copy);
    return pair_of("t", text, err);
  }
  default: return pair_of("n", cm_json_new_null(), err);
  }
}

/** [column, use, value, what goes out]; a list that rows were put into as its statement gave it. */
static int push_given(cm_change *change, cm_given *given, cm_json *list, cm_err *err) {
  bool is_own = given->use == CM_GIVEN_OWN;
  bool is_mixed = given->use == CM_GIVEN_SENT &&
                  cm_change_find_use(change, given->column, CM_GIVEN_OWN) != NULL;
  cm_json *json = NULL;
  if (is_mixed || (is_own && given->value.type == CM_VALUE_NULL)) return SQLITE_OK;
  int rc = cm_change_copy_json(change, given, &json, err);
  if (rc != SQLITE_OK) return rc;
  cm_json *item = cm_json_new_array();
  cm_json *const parts[] = { cm_json_new_text(change->resource->columns[given->column].name),
                             cm_json_new_integer(is_own ? CM_GIVEN_SENT : given->use),
                             json_of(&given->value, err), json };
  for (size_t i = 0; i < cm_countof(parts); i++) {
    if (rc == SQLITE_OK && item != NULL && parts[i] != NULL) {
      rc = cm_json_push(item, parts[i]);
    } else {
      cm_json_free(parts[i]);
      rc = SQLITE_NOMEM;
    }
  }
  if (rc == SQLITE_OK) {
    rc = cm_json_push(list, item);
  } else {
    cm_json_free(item);
  }
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

static int set_text(cm_json *object, const char *name, const char *text) {
  return text == NULL ? SQLITE_OK : cm_json_set(object, name, cm_json_new_text(text));
}

static int put_change(cm_change *change, cm_json *object, cm_err *err) {
  int rc = cm_json_set(object, "verb", cm_json_new_integer(change->verb));
  if (rc == SQLITE_OK) rc = cm_json_set(object, "conflict", cm_json_new_integer(change->conflict));
  if (rc == SQLITE_OK) rc = cm_json_set(object, "merge", cm_json_new_integer(change->is_merge));
  if (rc == SQLITE_OK) rc = cm_json_set(object, "key", json_of(&change->key, err));
  if (rc == SQLITE_OK) rc = set_text(object, "old", change->old.text);
  if (rc == SQLITE_OK) rc = set_text(object, "deleted", change->deleted);
  cm_json *list = rc == SQLITE_OK ? cm_json_new_array() : NULL;
  if (rc == SQLITE_OK && list == NULL) rc = SQLITE_NOMEM;
  for (int i = 0; i < change->given_count && rc == SQLITE_OK; i++)
    rc = push_given(change, &change->given[i], list, err);
  if (rc == SQLITE_OK) {
    rc = cm_json_set(object, "given", list);
  } else {
    cm_json_free(list);
  }
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : rc;
}

int cm_change_to_text(cm_change *change, const cm_imported *imported, char **out, cm_err *err) {
  cm_json *object = cm_json_new_object();
  int rc = object != NULL ? put_change(change, object, err) : cm_err_nomem(err);
  if (rc == SQLITE_OK && (set_text(object, "import", imported->name) != SQLITE_OK ||
                          set_text(object, "customer", imported->customer) != SQLITE_OK))
    rc = cm_err_nomem(err);
  *out = rc == SQLITE_OK ? cm_json_format(object) : NULL;
  if (rc == SQLITE_OK && *out == NULL) rc = cm_err_nomem(err);
  cm_json_free(object);
  return rc;
}

/* ---- of text -------------------------------------------------------------------------------------- */

static int refuse(const cm_resource *resource, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: the journal holds a line that is not a write of this table: look at its "
                    "body, and settle it by chartmogul_settle(id, 'drop')",
                    resource->name);
}

static bool take_integer(const cm_json *object, const char *name, int max, int *out) {
  int64_t number = 0;
  bool is_good = cm_json_integer(cm_json_find(object, name), &number) && number >= 0 &&
                 number <= max;
  *out = (int)number;
  return is_good;
}

/** A borrowed value. @return false where it is none. */
static bool take_value(const cm_json *pair, cm_value *out) {
  const cm_json *letter = cm_json_first(pair);
  const cm_json *value = cm_json_after(letter);
  int64_t integer = 0;
  if (cm_json_type_of(pair) != CM_JSON_ARRAY || cm_json_type_of(letter) != CM_JSON_STRING)
    return false;
  *out = cm_value_null();
  switch (cm_json_text(letter)[0]) {
  case 'n': return true;
  case 'i':
    if (!cm_json_integer(value, &integer)) return false;
    *out = cm_value_integer(integer);
    return true;
  case 'r':
    if (cm_json_type_of(value) != CM_JSON_NUMBER) return false;
    *out = cm_value_real(cm_json_number(value));
    return true;
  case 't':
    if (cm_json_type_of(value) != CM_JSON_STRING) return false;
    *out = cm_value_text(cm_json_text(value), strlen(cm_json_text(value)));
    return true;
  default: return false;
  }
}

/** May a value of the column stand in a change of this verb, for this use? */
static bool may_give(const cm_change *change, int column, int use) {
  const cm_column *described = &change->resource->columns[column];
  if (use == CM_GIVEN_KNOWN) return (described->flags & CM_PARAM) == 0;
  unsigned flag = change->verb == CM_VERB_INSERT ? CM_INSERT : CM_UPDATE;
  return (described->flags & flag) != 0 && change->verb != CM_VERB_DELETE;
}

static int take_given(cm_change *change, const cm_json *item, cm_err *err) {
  const cm_json *name = cm_json_first(item);
  const cm_json *use = cm_json_after(name);
  const cm_json *pair = cm_json_after(use);
  const cm_json *json = cm_json_after(pair);
  cm_value value = cm_value_null();
  int64_t number = 0;
  bool is_good = cm_json_type_of(item) == CM_JSON_ARRAY &&
                 cm_json_type_of(name) == CM_JSON_STRING && cm_json_integer(use, &number) &&
                 number >= 0 && number <= CM_GIVEN_BEFORE && take_value(pair, &value) &&
                 json != NULL;
  int column = is_good ? cm_change_column(change->resource, cm_json_text(name)) : -1;
  if (column < 0 || !may_give(change, column, (int)number)) return refuse(change->resource, err);
  cm_json_type type = cm_json_type_of(json);
  bool is_text = type == CM_JSON_ARRAY || type == CM_JSON_OBJECT;
  return cm_change_put(change, column, (cm_given_use)number, is_text ? NULL : &value,
                       cm_json_copy(json), err);
}

static int take_all(cm_change *change, const cm_json *object, cm_err *err) {
  const cm_json *list = cm_json_find(object, "given");
  const cm_json *old = cm_json_find(object, "old");
  const cm_json *deleted = cm_json_find(object, "deleted");
  int verb = 0;
  int conflict = 0;
  int is_merge = 0;
  cm_value key = cm_value_null();
  bool is_good = take_integer(object, "verb", CM_VERB_DELETE, &verb) &&
                 take_integer(object, "conflict", CM_CONFLICT_REPLACE, &conflict) &&
                 take_integer(object, "merge", 1, &is_merge) &&
                 take_value(cm_json_find(object, "key"), &key) &&
                 cm_json_type_of(list) == CM_JSON_ARRAY &&
                 cm_registry_can(change->resource, (cm_verb)verb);
  if (!is_good) return refuse(change->resource, err);
  change->verb = (cm_verb)verb;
  change->conflict = (cm_conflict)conflict;
  change->is_merge = is_merge != 0;
  bool has_key = key.type == CM_VALUE_INTEGER || key.type == CM_VALUE_TEXT;
  if (has_key == (change->verb == CM_VERB_INSERT)) return refuse(change->resource, err);
  int rc = cm_value_copy(&key, &change->key) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
  if (rc == SQLITE_OK && cm_json_type_of(old) == CM_JSON_STRING)
    rc = cm_row_unpack(change->resource, cm_json_text(old), strlen(cm_json_text(old)), &change->old,
                       err);
  if (rc == SQLITE_OK && cm_json_type_of(deleted) == CM_JSON_STRING) {
    change->deleted = sqlite3_mprintf("%s", cm_json_text(deleted));
    if (change->deleted == NULL) rc = cm_err_nomem(err);
  }
  for (cm_json *item = cm_json_first(list); item != NULL && rc == SQLITE_OK;
       item = cm_json_after(item))
    rc = take_given(change, item, err);
  if (rc == SQLITE_OK && change->given_count > change->resource->column_count * 3)
    rc = refuse(change->resource, err);
  return rc == SQLITE_OK ? cm_change_find_names(change, err) : rc;
}

/** @return SQLITE_OK or SQLITE_NOMEM. */
static int take_text(const cm_json *object, const char *name, char **out, cm_err *err) {
  const char *text = cm_json_text(cm_json_find(object, name));
  if (text == NULL) return SQLITE_OK;
  *out = sqlite3_mprintf("%s", text);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

void cm_imported_clear(cm_imported *imported) {
  sqlite3_free(imported->name);
  sqlite3_free(imported->customer);
  memset(imported, 0, sizeof *imported);
}

int cm_change_of_text(const cm_resource *resource, const char *text, cm_change *out,
                      cm_imported *imported, cm_err *err) {
  cm_json *object = NULL;
  memset(imported, 0, sizeof *imported);
  memset(out, 0, sizeof *out);
  out->resource = resource;
  int rc = cm_json_parse((cm_slice){ text, strlen(text) }, &object, NULL);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  rc = rc == SQLITE_OK ? take_all(out, object, err) : refuse(resource, err);
  if (rc == SQLITE_OK) rc = take_text(object, "import", &imported->name, err);
  if (rc == SQLITE_OK) rc = take_text(object, "customer", &imported->customer, err);
  cm_json_free(object);
  if (rc != SQLITE_OK) cm_change_clear(out);
  return rc;
}
