#include "write/change.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "spec/carry.h"
#include "spec/registry.h"
#include "spec/source.h"

cm_given *cm_change_find_use(const cm_change *change, int column, cm_given_use use) {
  for (int i = 0; i < change->given_count; i++) {
    if (change->given[i].column == column && change->given[i].use == use) return &change->given[i];
  }
  return NULL;
}

int cm_change_give(cm_change *change, int column, cm_given_use use, const cm_value *value,
                   cm_err *err) {
  cm_given *given = cm_change_find_use(change, column, use);
  cm_value copy;
  if (cm_value_copy(value, &copy) != SQLITE_OK) return cm_err_nomem(err);
  if (given == NULL) {
    size_t size = ((size_t)change->given_count + 1) * sizeof *given;
    cm_given *grown = sqlite3_realloc64(change->given, size);
    if (grown == NULL) {
      cm_value_clear(&copy);
      return cm_err_nomem(err);
    }
    change->given = grown;
    given = &grown[change->given_count++];
    given->column = column;
    given->use = use;
  } else {
    cm_value_clear(&given->value);
  }
  given->value = copy;
  return SQLITE_OK;
}

void cm_change_clear(cm_change *change) {
  for (int i = 0; i < change->given_count; i++)
    cm_value_clear(&change->given[i].value);
  sqlite3_free(change->given);
  cm_value_clear(&change->key);
  if (change->old.text != NULL) cm_packed_row_clear(&change->old);
  memset(change, 0, sizeof *change);
}

void cm_change_rest(cm_change *change) {
  cm_row *row = &change->old.row;
  cm_row_clear_index(row);
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
  if (change->old.text != NULL) bytes += strlen(change->old.text);
  return bytes;
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
  return name == NULL ? -1 : cm_registry_find_column(resource, name, strlen(name));
}

int cm_change_label(cm_change *change, cm_value *out, cm_err *err) {
  *out = cm_value_null();
  if (change->key.type != CM_VALUE_NULL) {
    return cm_value_copy(&change->key, out) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
  }
  const cm_natural_key *natural = change->resource->natural_key;
  if (natural == NULL) return SQLITE_OK;
  const char *last = natural->columns[natural->columns[1] != NULL ? 1 : 0];
  const cm_value *value = cm_change_find(change, cm_change_column(change->resource, last));
  if (value != NULL && cm_value_copy(value, out) != SQLITE_OK) return cm_err_nomem(err);
  return SQLITE_OK;
}

static int natural_text(cm_change *change, const char *name, char **out, cm_err *err) {
  cm_value value;
  cm_plain plain;
  int rc = cm_change_value(change, cm_change_column(change->resource, name), &value, err);
  if (rc == SQLITE_OK && cm_plain_set(&plain, &value) != NULL && plain.len > 0) {
    *out = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
    if (*out == NULL) rc = cm_err_nomem(err);
  }
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
    rc = natural_text(change, natural->columns[i], &out[i], err);
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
