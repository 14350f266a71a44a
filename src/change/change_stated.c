/*
** change_stated.c -- the JSON of a row that a statement gave and that cannot be made into a change. See change/change_check.h.
*/
#include "change/change_check.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "record/encode.h"
#include "spec/carry.h"
#include "spec/registry.h"

/** NULL: memory ran out. */
static cm_json *json_of(const cm_value *value) {
  char *text = NULL;
  if (value->type == CM_VALUE_INTEGER) return cm_json_new_integer(value->integer);
  if (value->type == CM_VALUE_REAL) return cm_json_new_real(value->real);
  if (cm_plain_copy(value, &text, NULL) != SQLITE_OK) return NULL;
  cm_json *json = text != NULL ? cm_json_new_text(text) : cm_json_new_null();
  sqlite3_free(text);
  return json;
}

/** Does the statement say something of a column that can be written? */
static bool is_given(const cm_stated_row *row, int column) {
  const cm_cell *cell = &row->cells[column];
  bool is_said = cm_stated_verb(row) == CM_VERB_UPDATE ? !cell->is_unchanged
                                                       : cell->value.type != CM_VALUE_NULL;
  return is_said && (row->resource->columns[column].flags & (CM_INSERT | CM_UPDATE));
}

/** A value goes out in the form of its column; one that does not fit as the statement gave it. */
static int give(cm_change *change, int column, const cm_value *value, cm_err *err) {
  cm_json *json = NULL;
  int rc = cm_change_encode(change, column, value, &json, NULL);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc != SQLITE_OK) json = json_of(value);
  return cm_change_put(change, column, CM_GIVEN_SENT, value, json, err);
}

static bool is_carried(const cm_change *change, int column) {
  const cm_resource *resource = change->resource;
  const char *place = NULL;
  size_t len = 0;
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    if (write->verb == change->verb && cm_carries(resource, write, column, &place, &len))
      return true;
  }
  return false;
}

/** In the form of the calls. @param out  NULL where no call says all of it. */
static int put_as_sent(const cm_stated_row *row, cm_change *change, char **out, cm_err *err) {
  bool is_all = true;
  int rc = change->verb == CM_VERB_UPDATE ? cm_change_take_key(change, &row->key, err) : SQLITE_OK;
  for (int i = 0; i < row->resource->column_count && rc == SQLITE_OK; i++) {
    if (!is_given(row, i)) continue;
    is_all = is_all && (change->verb == CM_VERB_INSERT || is_carried(change, i));
    rc = give(change, i, &row->cells[i].value, err);
  }
  return rc == SQLITE_OK && is_all ? cm_change_bodies(change, out, err) : rc;
}

/** Column by column. */
static int put_flat(const cm_stated_row *row, char **out) {
  const cm_resource *resource = row->resource;
  cm_json *object = cm_json_new_object();
  int rc = object != NULL ? SQLITE_OK : SQLITE_NOMEM;
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    if (is_given(row, i))
      rc = cm_json_set(object, resource->columns[i].name, json_of(&row->cells[i].value));
  }
  *out = rc == SQLITE_OK ? cm_json_format(object) : NULL;
  cm_json_free(object);
  return *out != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

int cm_change_stated_body(const cm_stated_row *row, char **out, cm_err *err) {
  cm_change change = { .resource = row->resource, .verb = cm_stated_verb(row) };
  cm_err why = { 0 };
  *out = NULL;
  if (row->cells == NULL) return SQLITE_OK;
  int rc = put_as_sent(row, &change, out, &why);
  cm_change_clear(&change);
  if (rc != SQLITE_NOMEM && *out == NULL) rc = put_flat(row, out);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
}
