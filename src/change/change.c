#include "change/change.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "spec/carry.h"
#include "spec/registry.h"
#include "spec/source.h"

static void clear_given(cm_given *given) {
  cm_value_clear(&given->value);
  cm_json_free(given->json);
  given->json = NULL;
}

cm_given *cm_change_find_use(const cm_change *change, int column, cm_given_use use) {
  for (int i = 0; i < change->given_count; i++) {
    if (change->given[i].column == column && change->given[i].use == use) return &change->given[i];
  }
  return NULL;
}

/** Where a value goes: that of an earlier one is free. NULL: memory ran out. */
static cm_given *place_for(cm_change *change, int column, cm_given_use use) {
  cm_given *given = cm_change_find_use(change, column, use);
  if (given == NULL) {
    size_t size = ((size_t)change->given_count + 1) * sizeof *given;
    cm_given *grown = sqlite3_realloc64(change->given, size);
    if (grown == NULL) return NULL;
    change->given = grown;
    given = &grown[change->given_count++];
  } else {
    clear_given(given);
  }
  *given = (cm_given){ .column = column, .use = use };
  return given;
}

int cm_change_put(cm_change *change, int column, cm_given_use use, const cm_value *value,
                  cm_json *json, cm_err *err) {
  cm_json_type type = cm_json_type_of(json);
  cm_value kept = cm_value_null();
  int rc = json != NULL ? SQLITE_OK : SQLITE_NOMEM;
  if (type == CM_JSON_ARRAY || type == CM_JSON_OBJECT) {
    char *text = cm_json_format(json);
    kept = cm_value_text(text, text != NULL ? strlen(text) : 0);
    kept.owned = text;
    if (text == NULL) rc = SQLITE_NOMEM;
  } else if (rc == SQLITE_OK && value != NULL) {
    rc = cm_value_copy(value, &kept);
  }
  cm_given *given = rc == SQLITE_OK ? place_for(change, column, use) : NULL;
  if (given == NULL) {
    cm_value_clear(&kept);
    cm_json_free(json);
    return cm_err_nomem(err);
  }
  given->value = kept;
  given->json = json;
  return SQLITE_OK;
}

int cm_change_encode(const cm_change *change, int column, const cm_value *value, cm_json **out,
                     cm_err *err) {
  cm_json_type was = cm_change_type_in_row(change, column);
  return cm_change_value_encode(change->resource, column, value, was, out, err);
}

int cm_change_json(const cm_change *change, cm_given *given, const cm_json **out, cm_err *err) {
  bool is_laid_out = change->resource->columns[given->column].type == CM_JSON &&
                     cm_value_is_text(&given->value);
  int rc = SQLITE_OK;
  if (given->json == NULL && is_laid_out) {
    rc = cm_json_parse((cm_slice){ given->value.text, given->value.len }, &given->json, err);
  } else if (given->json == NULL) {
    rc = cm_change_encode(change, given->column, &given->value, &given->json, err);
  }
  *out = given->json;
  return rc;
}

int cm_change_copy_json(const cm_change *change, cm_given *given, cm_json **out, cm_err *err) {
  const cm_json *json = NULL;
  *out = NULL;
  int rc = cm_change_json(change, given, &json, err);
  if (rc == SQLITE_OK && (*out = cm_json_copy(json)) == NULL) rc = cm_err_nomem(err);
  return rc;
}

int cm_change_give(cm_change *change, int column, cm_given_use use, const cm_value *value,
                   cm_err *err) {
  cm_json *json = NULL;
  if (use != CM_GIVEN_KNOWN) {
    int rc = cm_change_encode(change, column, value, &json, err);
    return rc == SQLITE_OK ? cm_change_put(change, column, use, value, json, err) : rc;
  }
  cm_value copy;
  int rc = cm_value_copy(value, &copy);
  cm_given *given = rc == SQLITE_OK ? place_for(change, column, use) : NULL;
  if (given != NULL) {
    given->value = copy;
  } else {
    cm_value_clear(&copy);
  }
  return given != NULL ? SQLITE_OK : cm_err_nomem(err);
}

int cm_change_join(cm_change *change, cm_change *later, cm_err *err) {
  for (int i = 0; i < later->given_count; i++) {
    cm_given *from = &later->given[i];
    cm_given *to = place_for(change, from->column, from->use);
    if (to == NULL) return cm_err_nomem(err);
    *to = *from;
    from->value = cm_value_null();
    from->json = NULL;
  }
  return SQLITE_OK;
}

void cm_change_clear(cm_change *change) {
  for (int i = 0; i < change->given_count; i++)
    clear_given(&change->given[i]);
  sqlite3_free(change->given);
  while (change->name_count > 0)
    cm_change_drop_name(change, change->name_count - 1);
  sqlite3_free(change->names);
  cm_value_clear(&change->key);
  if (change->old.text != NULL) cm_packed_row_clear(&change->old);
  sqlite3_free(change->deleted);
  memset(change, 0, sizeof *change);
}

void cm_change_drop(cm_change *change, int index) {
  size_t behind = (size_t)(--change->given_count - index);
  clear_given(&change->given[index]);
  memmove(&change->given[index], &change->given[index + 1], behind * sizeof *change->given);
}

void cm_change_drop_name(cm_change *change, int index) {
  size_t behind = (size_t)(--change->name_count - index);
  cm_name *name = &change->names[index];
  sqlite3_free(name->data_source);
  sqlite3_free(name->external_id);
  sqlite3_free(name->uuid);
  memmove(name, name + 1, behind * sizeof *name);
}

void cm_change_release_scratch(cm_change *change) {
  for (int i = 0; i < change->given_count; i++) {
    cm_json_free(change->given[i].json);
    change->given[i].json = NULL;
  }
  cm_row_clear_index(&change->old.row);
}

bool cm_change_is_empty(const cm_change *change) {
  if (change->verb != CM_VERB_UPDATE) return false;
  for (int i = 0; i < change->given_count; i++) {
    if (change->given[i].use == CM_GIVEN_SENT) return false;
  }
  return true;
}

size_t cm_change_bytes(const cm_change *change) {
  size_t bytes = sizeof *change + change->key.len;
  for (int i = 0; i < change->given_count; i++)
    bytes += sizeof *change->given + change->given[i].value.len;
  for (int i = 0; i < change->name_count; i++) {
    const cm_name *name = &change->names[i];
    bytes += sizeof *name + strlen(name->data_source) + strlen(name->external_id);
  }
  if (change->old.text != NULL) bytes += strlen(change->old.text);
  if (change->deleted != NULL) bytes += strlen(change->deleted);
  return bytes;
}

cm_slice cm_change_before(const cm_change *change) {
  if (change->deleted != NULL) return (cm_slice){ change->deleted, strlen(change->deleted) };
  bool has_old = change->verb == CM_VERB_UPDATE && change->old.text != NULL;
  return has_old ? change->old.row.text : (cm_slice){ NULL, 0 };
}

const cm_value *cm_change_find(const cm_change *change, int column) {
  const cm_given *given = column < 0 ? NULL : cm_change_find_use(change, column, CM_GIVEN_SENT);
  return given != NULL ? &given->value : NULL;
}

static cm_value borrow(const cm_value *value) {
  cm_value borrowed = *value;
  borrowed.owned = NULL;
  return borrowed;
}

int cm_change_value(cm_change *change, int column, cm_value *out, cm_err *err) {
  *out = cm_value_null();
  if (column < 0) return SQLITE_OK;
  const cm_given *given = cm_change_find_use(change, column, CM_GIVEN_KNOWN);
  if (given == NULL && change->verb == CM_VERB_INSERT)
    given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  if (given != NULL) {
    *out = borrow(&given->value);
  } else if (change->resource->columns[column].flags & CM_KEY) {
    *out = borrow(&change->key);
  } else if (change->old.text != NULL) {
    return cm_row_get(&change->old.row, column, out, err);
  }
  return SQLITE_OK;
}

int cm_change_column(const cm_resource *resource, const char *name) {
  return cm_registry_column(resource, name);
}

int cm_change_text(cm_change *change, int column, char **out, cm_err *err) {
  cm_value value;
  *out = NULL;
  int rc = cm_change_value(change, column, &value, err);
  bool is_text = rc == SQLITE_OK && !cm_value_is_empty(&value);
  if (is_text) rc = cm_plain_copy(&value, out, err);
  cm_value_clear(&value);
  return rc;
}

int cm_change_natural_key(cm_change *change, char *out[2], cm_err *err) {
  const cm_natural_key *natural = change->resource->natural_key;
  int rc = SQLITE_OK;
  out[0] = NULL;
  out[1] = NULL;
  bool is_whole = natural != NULL;
  for (int i = 0; is_whole && i < 2 && natural->columns[i] != NULL; i++) {
    rc = cm_change_text(change, cm_change_column(change->resource, natural->columns[i]), &out[i],
                        err);
    is_whole = rc == SQLITE_OK && out[i] != NULL;
  }
  if (!is_whole) {
    sqlite3_free(out[0]);
    sqlite3_free(out[1]);
    out[0] = NULL;
    out[1] = NULL;
  }
  return rc;
}

/* ---- what its patterns need ---------------------------------------------------------------- */

cm_json_type cm_change_type_in_row(const cm_change *change, int column) {
  const cm_column *described = &change->resource->columns[column];
  cm_source source = cm_source_of(described);
  cm_slice row = change->old.row.text;
  if (described->flags & CM_COMPANION) return CM_JSON_ABSENT;
  if (source.from == CM_FROM_SELF) return cm_slice_type(row);
  if (source.from != CM_FROM_MEMBER) return CM_JSON_ABSENT;
  return cm_slice_type(cm_slice_find(row, source.member));
}

const cm_write *cm_change_first_write(const cm_change *change) {
  for (int i = 0; i < change->resource->write_count; i++) {
    if (cm_change_uses(change, &change->resource->writes[i])) return &change->resource->writes[i];
  }
  return NULL;
}

bool cm_change_uses(const cm_change *change, const cm_write *write) {
  if (write->verb != change->verb) return false;
  if (write->verb != CM_VERB_UPDATE) return true;
  for (int i = 0; i < change->given_count; i++) {
    if (change->given[i].use == CM_GIVEN_SENT &&
        cm_carries(change->resource, write, change->given[i].column, NULL, NULL))
      return true;
  }
  return false;
}
