/*
** change_refused.c -- what a row is called that has no key, and what is kept of one that was refused before
** it could be a change. See write/change.h.
*/
#include "write/change_refused.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "write/change_check.h"

/* ---- names --------------------------------------------------------------------------------- */

/** The value given for a column: of a change, or of the cells of a row. NULL: none. */
typedef struct given_row {
  const cm_resource *resource;
  const cm_change *change; /* NULL: `cells` */
  const cm_cell *cells;
} given_row;

static const cm_value *find_given(const given_row *row, int column) {
  if (column < 0) return NULL;
  if (row->change != NULL) return cm_change_find(row->change, column);
  const cm_value *value = &row->cells[column].value;
  return value->type != CM_VALUE_NULL ? value : NULL;
}

/** @param with_column  "customer_uuid cus_1", not "cus_1". */
static int put_name(const given_row *row, int column, bool with_column, char **out, cm_err *err) {
  cm_plain plain;
  const cm_value *value = find_given(row, column);
  if (*out != NULL || value == NULL || cm_plain_set(&plain, value) == NULL) return SQLITE_OK;
  *out = sqlite3_mprintf("%s%s%.*s", with_column ? row->resource->columns[column].name : "",
                         with_column ? " " : "", (int)plain.len, plain.text);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** The row that it names, by uuid or by external id; else what an INSERT must give. */
static int put_owner(const given_row *row, char **out, cm_err *err) {
  const cm_resource *resource = row->resource;
  int rc = SQLITE_OK;
  for (const cm_reference *reference = resource->references;
       reference != NULL && reference->column != NULL && rc == SQLITE_OK; reference++) {
    if (reference->within != NULL) continue;
    rc = put_name(row, cm_change_column(resource, reference->column), true, out, err);
    if (rc == SQLITE_OK)
      rc = put_name(row, cm_change_column(resource, reference->external_id), true, out, err);
  }
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    if (resource->columns[i].flags & CM_REQUIRED) rc = put_name(row, i, true, out, err);
  }
  return rc;
}

int cm_change_owner(const cm_change *change, char **out, cm_err *err) {
  given_row row = { .resource = change->resource, .change = change };
  *out = NULL;
  return put_owner(&row, out, err);
}

/* ---- what was given ------------------------------------------------------------------------ */

static cm_json *json_of(const cm_value *value) {
  cm_plain plain;
  if (value->type == CM_VALUE_INTEGER) return cm_json_new_integer(value->integer);
  if (value->type == CM_VALUE_REAL) return cm_json_new_real(value->real);
  if (cm_plain_set(&plain, value) == NULL) return cm_json_new_null();
  char *text = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
  cm_json *json = text != NULL ? cm_json_new_text(text) : NULL;
  sqlite3_free(text);
  return json;
}

static int put_body(const given_row *row, bool is_update, char **out, cm_err *err) {
  const cm_resource *resource = row->resource;
  cm_json *object = cm_json_new_object();
  int rc = object != NULL ? SQLITE_OK : SQLITE_NOMEM;
  for (int i = 0; i < resource->column_count && rc == SQLITE_OK; i++) {
    const cm_cell *cell = &row->cells[i];
    bool is_given = is_update ? !cell->is_unchanged : cell->value.type != CM_VALUE_NULL;
    if (!is_given || !(resource->columns[i].flags & (CM_INSERT | CM_UPDATE))) continue;
    rc = cm_json_set(object, resource->columns[i].name, json_of(&cell->value));
  }
  *out = rc == SQLITE_OK ? cm_json_format(object) : NULL;
  cm_json_free(object);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** The natural key by which it names the row that it goes inside; both parts, or none. */
static int put_host(const given_row *row, char **out, cm_err *err) {
  const cm_resource *resource = row->resource;
  if (resource->inside_of == NULL) return SQLITE_OK;
  for (const cm_reference *reference = resource->references; reference->column != NULL;
       reference++) {
    if (reference->within != NULL ||
        strcmp(reference->resource, resource->inside_of->resource) != 0)
      continue;
    int source = cm_change_column(resource, reference->data_source);
    int id = cm_change_column(resource, reference->external_id);
    if (find_given(row, source) == NULL || find_given(row, id) == NULL) continue;
    int rc = put_name(row, source, false, &out[0], err);
    return rc == SQLITE_OK ? put_name(row, id, false, &out[1], err) : rc;
  }
  return SQLITE_OK;
}

static int put_natural(const given_row *row, char **out, cm_err *err) {
  const cm_natural_key *natural = row->resource->natural_key;
  int rc = SQLITE_OK;
  for (int i = 0; natural != NULL && i < 2 && natural->columns[i] != NULL && rc == SQLITE_OK; i++)
    rc = put_name(row, cm_change_column(row->resource, natural->columns[i]), false, &out[i], err);
  return rc;
}

int cm_change_refused(const cm_resource *resource, const cm_value *key, const cm_cell *cells,
                      cm_refused *out, cm_err *err) {
  given_row row = { .resource = resource, .cells = cells };
  const cm_natural_key *natural = resource->natural_key;
  bool is_insert = key->type == CM_VALUE_NULL;
  cm_plain plain;
  int rc = SQLITE_OK;
  memset(out, 0, sizeof *out);
  out->resource = resource;
  out->verb = cells == NULL ? CM_VERB_DELETE : is_insert ? CM_VERB_INSERT : CM_VERB_UPDATE;
  if (!is_insert && cm_plain_set(&plain, key) != NULL) {
    out->name = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
    if (out->name == NULL) rc = cm_err_nomem(err);
  }
  if (rc == SQLITE_OK && cells != NULL && is_insert && natural != NULL) {
    const char *last = natural->columns[natural->columns[1] != NULL ? 1 : 0];
    rc = put_name(&row, cm_change_column(resource, last), false, &out->name, err);
  }
  bool is_nameless = rc == SQLITE_OK && cells != NULL && out->name == NULL;
  if (is_nameless) rc = put_owner(&row, &out->owner, err);
  if (rc == SQLITE_OK && cells != NULL) rc = put_body(&row, !is_insert, &out->body, err);
  if (rc == SQLITE_OK && cells != NULL && is_insert) rc = put_host(&row, out->host, err);
  if (rc == SQLITE_OK && out->host[1] != NULL) rc = put_natural(&row, out->natural, err);
  return rc;
}

void cm_refused_clear(cm_refused *refused) {
  sqlite3_free(refused->name);
  sqlite3_free(refused->owner);
  sqlite3_free(refused->body);
  sqlite3_free(refused->host[0]);
  sqlite3_free(refused->host[1]);
  sqlite3_free(refused->natural[0]);
  sqlite3_free(refused->natural[1]);
  memset(refused, 0, sizeof *refused);
}
