/*
** change_check.c -- what a statement may say about a row, and what is wrong with it. See change/change.h.
*/
#include "change/change_check.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_names.h"
#include "record/compare.h"
#include "record/near_miss.h"
#include "record/url.h"
#include "spec/registry.h"
#include "spec/source.h"

static const char *const verb_words[] = { "INSERT", "UPDATE", "DELETE" };
static const unsigned verb_flags[] = { CM_INSERT, CM_UPDATE, 0 };

/** What is wrong is wrong with this row, not with the statement. */
static int of_row(int rc, cm_err *err) {
  if (rc != SQLITE_OK && err != NULL) err->is_of_row = true;
  return rc;
}

/* ---- what may be said ---------------------------------------------------------------------- */

static int refuse_column(const cm_resource *resource, int column, cm_verb verb, cm_err *err) {
  cm_buf writable;
  cm_buf_init(&writable, CM_MAX_URL_BYTES);
  for (int i = 0; i < resource->column_count; i++) {
    if (!(resource->columns[i].flags & verb_flags[verb])) continue;
    cm_buf_printf(&writable, "%s%s", writable.len > 0 ? ", " : "", resource->columns[i].name);
  }
  int rc = cm_err_set(err, SQLITE_ERROR, "%s: %s cannot be written by %s: write only %s",
                      resource->name, resource->columns[column].name, verb_words[verb],
                      cm_buf_str(&writable));
  cm_buf_clear(&writable);
  return rc;
}

static int check_verb(const cm_resource *resource, cm_verb verb, cm_err *err) {
  if (cm_registry_can(resource, verb)) return SQLITE_OK;
  if (verb == CM_VERB_UPDATE && CM_EXTRA(resource, delete_counts) != NULL) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: UPDATE is not possible (the API has no call for it): change the row in "
                      "the ChartMogul app, because DELETE takes away all that belongs to it",
                      resource->name);
  }
  cm_buf others;
  cm_buf_init(&others, CM_MAX_URL_BYTES);
  for (int i = 0; i < 3; i++) {
    if (cm_registry_can(resource, (cm_verb)i))
      cm_buf_printf(&others, "%s%s", others.len > 0 ? " and " : "", verb_words[i]);
  }
  int rc = cm_err_set(err, SQLITE_ERROR,
                      "%s: %s is not possible (the API has no call for it): %s%s", resource->name,
                      verb_words[verb], others.len > 0 ? "use " : "it is read-only",
                      cm_buf_str(&others));
  cm_buf_clear(&others);
  return rc;
}

static int refuse_missing(const cm_resource *resource, int column, cm_err *err) {
  const char *name = resource->columns[column].name;
  const cm_reference *reference = cm_change_reference(resource, column);
  const cm_need *need = cm_change_need(resource, column);
  const char *const *owners = CM_EXTRA(resource, owners);
  bool is_owner = owners != NULL && owners[0] != NULL && strcmp(owners[0], name) == 0;
  if (reference != NULL) {
    return cm_err_set(err, SQLITE_ERROR, "%s: %s is missing: give it, or %s and %s%s%s",
                      resource->name, name, reference->data_source, reference->external_id,
                      is_owner ? ", or " : "", is_owner ? owners[1] : "");
  }
  const cm_word *words = cm_registry_words(resource, column);
  cm_buf choices;
  cm_buf_init(&choices, CM_MAX_URL_BYTES);
  cm_near_miss_put_words(words, &choices);
  const char *advice = words != NULL ? "give " : "give it a value";
  int rc = cm_err_set(err, SQLITE_ERROR, "%s: %s is missing: %s%s", resource->name, name,
                      need != NULL && need->hint != NULL ? need->hint : advice,
                      cm_buf_str(&choices));
  cm_buf_clear(&choices);
  return rc;
}

/** Is what a {column} is filled with fit for its place? */
static int check_fill(cm_change *change, int column, bool is_path, cm_err *err) {
  cm_buf scratch;
  cm_buf_init(&scratch, CM_MAX_URL_BYTES);
  int rc = cm_change_fill_column(change, column, is_path, &scratch, err);
  cm_buf_clear(&scratch);
  return rc;
}

/** Can every {column} be filled, now or by a look-up? `depth` 1: the path of a look-up itself. */
static int check_pattern(cm_change *change, const char *pattern, int depth, cm_err *err) {
  bool is_path = pattern != NULL && pattern[0] == '/';
  size_t at = 0;
  for (int column; (column = cm_url_next_column(change->resource, pattern, &at)) >= 0;) {
    bool is_there = false;
    int rc = cm_change_has_value(change, column, &is_there, err);
    if (rc == SQLITE_OK && is_there) rc = check_fill(change, column, is_path, err);
    if (rc != SQLITE_OK) return rc;
    if (is_there || cm_change_name_of(change, column) != NULL) continue;
    const cm_need *need = cm_change_need(change->resource, column);
    bool can_ask = depth == 0 && need != NULL && need->path != NULL;
    rc = can_ask ? check_pattern(change, need->path, depth + 1, NULL) : SQLITE_ERROR;
    if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
    if (rc != SQLITE_OK) return refuse_missing(change->resource, column, err);
  }
  return SQLITE_OK;
}

static int check_paths(cm_change *change, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < change->resource->write_count && rc == SQLITE_OK; i++) {
    const cm_write *write = &change->resource->writes[i];
    if (!cm_change_uses(change, write)) continue;
    rc = check_pattern(change, write->path, 0, err);
    if (rc == SQLITE_OK) rc = check_pattern(change, write->query, 0, err);
  }
  return rc;
}

/* ---- INSERT -------------------------------------------------------------------------------- */

/** A file of comma-separated values has no other word for "none". In a text or JSON it is a value. */
static bool is_left_empty(const cm_column *column, const cm_value *value) {
  switch (column->type) {
  case CM_INTEGER:
  case CM_REAL:
  case CM_BOOLEAN:
  case CM_TIME:
  case CM_DAY: return cm_value_is_empty(value);
  default: return false;
  }
}

static int take_inserted(cm_change *change, int column, const cm_value *value, cm_err *err) {
  const cm_resource *resource = change->resource;
  const cm_column *described = &resource->columns[column];
  if (value->type == CM_VALUE_NULL || is_left_empty(described, value)) return SQLITE_OK;
  if (described->flags & CM_PARAM) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s is a parameter of reading: leave it out of the INSERT",
                      resource->name, described->name);
  }
  if (!(described->flags & CM_INSERT)) return refuse_column(resource, column, CM_VERB_INSERT, err);
  return of_row(cm_change_give(change, column, CM_GIVEN_SENT, value, err), err);
}

static int check_required(cm_change *change, cm_err *err) {
  const cm_resource *resource = change->resource;
  for (int i = 0; i < resource->column_count; i++) {
    if (!(resource->columns[i].flags & CM_REQUIRED) || cm_change_find(change, i) != NULL) continue;
    if (cm_change_name_of(change, i) == NULL) return refuse_missing(resource, i, err);
  }
  return SQLITE_OK;
}

/** A row that belongs to one of two: exactly one of them is named. */
static int check_owners(cm_change *change, cm_err *err) {
  const cm_resource *resource = change->resource;
  const char *const *owners = CM_EXTRA(resource, owners);
  if (owners == NULL || owners[0] == NULL) return SQLITE_OK;
  int count = 0;
  for (int i = 0; i < 2; i++) {
    int column = cm_change_column(resource, owners[i]);
    count += cm_change_find(change, column) != NULL || cm_change_name_of(change, column) != NULL;
  }
  if (count == 1) return SQLITE_OK;
  if (count > 1) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s and %s are both given (a row belongs to one of them): give one",
                      resource->name, owners[0], owners[1]);
  }
  return refuse_missing(resource, cm_change_column(resource, owners[0]), err);
}

/** Without the whole natural key it is unknown whether the row exists. An empty text names none. */
static int check_conflict(cm_change *change, cm_err *err) {
  const cm_resource *resource = change->resource;
  const cm_natural_key *natural = resource->natural_key;
  bool is_replace = change->conflict == CM_CONFLICT_REPLACE;
  if (natural == NULL && resource->member_of == NULL && is_replace) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: INSERT OR REPLACE is not possible (its rows have no natural key to find "
                      "them by): use UPDATE for rows that exist",
                      resource->name);
  }
  /* An INSERT of a member says what it is to be, whatever was there. */
  if (resource->member_of != NULL && is_replace) change->conflict = CM_CONFLICT_FAIL;
  for (int i = 0; natural != NULL && i < 2 && natural->columns[i] != NULL; i++) {
    int column = cm_change_column(resource, natural->columns[i]);
    const cm_value *given = cm_change_find(change, column);
    bool is_empty = given != NULL && cm_value_is_empty(given);
    if (change->conflict == CM_CONFLICT_FAIL || (given != NULL && !is_empty)) continue;
    return of_row(cm_err_set(err, SQLITE_ERROR,
                             "%s: INSERT OR %s needs %s (rows are found by it%s): give it",
                             resource->name, is_replace ? "REPLACE" : "IGNORE", natural->columns[i],
                             is_empty ? ", and it is empty" : ""),
                  err);
  }
  return SQLITE_OK;
}

static int take_inserted_row(cm_change *change, const cm_cell *cells, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < change->resource->column_count && rc == SQLITE_OK; i++)
    rc = take_inserted(change, i, &cells[i].value, err);
  return rc;
}

static int check_inserted(cm_change *change, cm_err *err) {
  int rc = of_row(check_required(change, err), err);
  if (rc == SQLITE_OK) rc = of_row(check_owners(change, err), err);
  return rc == SQLITE_OK ? check_conflict(change, err) : rc;
}

/* ---- the key of UPDATE and DELETE ---------------------------------------------------------- */

/** The parts of a key that is a JSON array, remembered each under its column. */
static int take_key_parts(cm_change *change, cm_err *err) {
  const cm_resource *resource = change->resource;
  const char *parts = resource->key_parts;
  const char *part = NULL;
  size_t len = 0;
  cm_slice list = { change->key.text, change->key.len };
  cm_slice item = { NULL, 0 };
  size_t at = 0;
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && cm_text_next_word(&parts, &part, &len)) {
    cm_json *json = NULL;
    cm_value value = cm_value_null();
    int64_t integer = 0;
    if (cm_slice_next(list, &at, NULL, &item) != SQLITE_ROW ||
        cm_json_parse(item, &json, NULL) != SQLITE_OK) {
      cm_err_set(err, SQLITE_ERROR, "%s: the key of this row is none: read it again",
                 resource->name);
      return of_row(SQLITE_ERROR, err);
    }
    if (cm_json_type_of(json) == CM_JSON_STRING) {
      value = cm_value_text(cm_json_text(json), strlen(cm_json_text(json)));
    } else if (cm_json_integer(json, &integer)) {
      value = cm_value_integer(integer);
    }
    rc = cm_change_give(change, cm_registry_find_column(resource, part, len), CM_GIVEN_KNOWN,
                        &value, err);
    cm_json_free(json);
  }
  return rc;
}

int cm_change_take_key(cm_change *change, const cm_value *key, cm_err *err) {
  bool is_made_up = cm_value_is_text(key) && (key->len == 0 || key->text[0] == '?');
  if (key->type == CM_VALUE_NULL || is_made_up) {
    cm_err_set(err, SQLITE_ERROR,
               "%s: this row cannot be written (the API sent no key with it): leave it out",
               change->resource->name);
    return of_row(SQLITE_ERROR, err);
  }
  if (cm_value_copy(key, &change->key) != SQLITE_OK) return cm_err_nomem(err);
  return take_key_parts(change, err);
}

/** Column that shows the row as it arrived, and carries it here. */
static int find_row_column(const cm_resource *resource) {
  for (int i = 0; i < resource->column_count; i++) {
    if (cm_source_is(&resource->columns[i], CM_FROM_ROW)) return i;
  }
  return -1;
}

/* ---- UPDATE -------------------------------------------------------------------------------- */

static int refuse_json(const cm_resource *resource, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR, "%s: json is read-only: set the columns that it shows",
                    resource->name);
}

/*
** A row that was not packed is either what UPDATE ... FROM passes on SQLite 3.40, which hands over every
** column, or something the user put into SET.
*/
static int take_old_row(cm_change *change, const cm_cell *cells, cm_err *err) {
  const cm_resource *resource = change->resource;
  int column = find_row_column(resource);
  int key_column = cm_registry_key(resource);
  if (column < 0 || !cm_value_is_text(&cells[column].value)) return refuse_json(resource, err);
  const cm_value *text = &cells[column].value;
  int rc = cm_row_unpack(resource, text->text, text->len, &change->old, err);
  if (rc != SQLITE_OK || change->old.is_packed) return rc;
  for (int i = 0; i < resource->column_count; i++) {
    if (i != key_column && cells[i].is_unchanged) return refuse_json(resource, err);
  }
  cm_value key = cm_value_null();
  rc = cm_row_get(&change->old.row, key_column, &key, err);
  bool is_same = rc == SQLITE_OK && cm_value_compare(&key, &change->key) == 0;
  cm_value_clear(&key);
  if (rc != SQLITE_OK || is_same || resource->key_parts != NULL) return rc;
  return refuse_json(resource, err);
}

/** Compare by meaning. An old value that does not fit its column differs from any other. */
static int compare(const cm_change *change, int column, const cm_value *old, const cm_json *json,
                   bool *is_same, cm_err *err) {
  cm_json *old_json = NULL;
  int rc = cm_change_encode(change, column, old, &old_json, NULL);
  *is_same = rc == SQLITE_OK &&
             cm_change_value_is_same(&change->resource->columns[column], old_json, json);
  cm_json_free(old_json);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
}

static bool is_equal_sql(const cm_value *left, const cm_value *right) {
  return cm_value_compare(left, right) == 0;
}

/** A column that UPDATE cannot write: only its old value may stand there. */
static int check_read_only(cm_change *change, int column, const cm_value *old, const cm_value *new,
                           cm_err *err) {
  const cm_column *described = &change->resource->columns[column];
  bool is_same = is_equal_sql(old, new);
  bool is_unknown = !change->old.is_packed && old->type == CM_VALUE_NULL &&
                    cm_change_type_in_row(change, column) == CM_JSON_ABSENT;
  if (is_same || new->type == CM_VALUE_BLOB) {
    return is_same ? SQLITE_OK : refuse_column(change->resource, column, CM_VERB_UPDATE, err);
  }
  if (is_unknown) {
    if (described->flags & CM_PARAM) return SQLITE_OK;
    return cm_change_give(change, column, CM_GIVEN_KNOWN, new, err);
  }
  if (!(described->flags & CM_PARAM)) {
    cm_json *json = NULL;
    int rc = cm_change_encode(change, column, new, &json, NULL);
    if (rc == SQLITE_OK) rc = compare(change, column, old, json, &is_same, NULL);
    cm_json_free(json);
    if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
    if (is_same) return SQLITE_OK;
  }
  return refuse_column(change->resource, column, CM_VERB_UPDATE, err);
}

static int take_written(cm_change *change, int column, const cm_value *old, const cm_value *new,
                        bool is_uncompared, cm_err *err) {
  const cm_column *described = &change->resource->columns[column];
  bool is_same = is_equal_sql(old, new); /* what was read may be set again, whatever it is */
  if (is_same && !is_uncompared) return SQLITE_OK;
  if (!change->old.is_packed && (described->flags & CM_COMPANION) && new->type != CM_VALUE_NULL) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s cannot be compared in UPDATE ... FROM (this version of SQLite hands "
                      "over columns that are not set, too): write SET %s = (SELECT ...) WHERE ...",
                      change->resource->name, described->name, described->name);
  }
  cm_json *json = NULL;
  int rc = cm_change_encode(change, column, new, &json, err);
  if (rc == SQLITE_OK) rc = compare(change, column, old, json, &is_same, err);
  bool is_left = rc == SQLITE_OK && is_same && !is_uncompared;
  if (rc == SQLITE_OK && !is_left && new->type == CM_VALUE_NULL && (described->flags & CM_NO_NULL))
    rc = cm_err_set(err, SQLITE_ERROR, "%s: %s cannot be NULL: give it a value",
                    change->resource->name, described->name);
  if (rc == SQLITE_OK && !is_left)
    return cm_change_put(change, column, CM_GIVEN_SENT, new, json, err);
  cm_json_free(json);
  return of_row(rc, err);
}

static int take_updated(cm_change *change, int column, const cm_cell *cell, bool is_uncompared,
                        cm_err *err) {
  const cm_column *described = &change->resource->columns[column];
  if (cell->is_unchanged) return SQLITE_OK;
  if (described->flags & CM_KEY) {
    if (is_equal_sql(&cell->value, &change->key)) return SQLITE_OK;
    return cm_err_set(err, SQLITE_ERROR, "%s: %s is the key and cannot be changed: leave it out",
                      change->resource->name, described->name);
  }
  cm_value old = cm_value_null();
  int rc = cm_row_get(&change->old.row, column, &old, err);
  if (rc == SQLITE_OK && !(described->flags & CM_UPDATE)) {
    rc = check_read_only(change, column, &old, &cell->value, err);
  } else if (rc == SQLITE_OK) {
    rc = take_written(change, column, &old, &cell->value, is_uncompared, err);
  }
  cm_value_clear(&old);
  return rc;
}

/** Some calls stand for themselves: their columns may not be set beside those of another. */
static int check_alone(const cm_change *change, cm_err *err) {
  const cm_resource *resource = change->resource;
  const cm_write *alone = NULL;
  int calls = 0;
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    if (!cm_change_uses(change, write)) continue;
    calls++;
    if (write->flags & CM_ALONE) alone = write;
  }
  if (alone == NULL || calls < 2) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s cannot be set together with other columns (it is a call of its own): "
                    "use an UPDATE for each",
                    resource->name, alone->columns);
}

static int take_updated_row(cm_change *change, const cm_stated_row *row, cm_err *err) {
  int row_column = find_row_column(change->resource);
  int rc = take_old_row(change, row->cells, err);
  for (int i = 0; i < change->resource->column_count && rc == SQLITE_OK; i++) {
    const cm_cell *cell = &row->cells[i];
    bool is_set = !cell->is_unchanged && (change->old.is_packed || !cell->is_doubtful);
    bool is_uncompared = is_set && row->waits != NULL && row->waits(row->context, change, i);
    if (i != row_column) rc = take_updated(change, i, cell, is_uncompared, err);
  }
  return rc;
}

static int take_deleted_row(cm_change *change, cm_slice row, cm_err *err) {
  if (row.ptr == NULL) return SQLITE_OK;
  change->deleted = sqlite3_mprintf("%.*s", (int)row.len, row.ptr);
  return change->deleted != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/* ---- a row --------------------------------------------------------------------------------- */

cm_verb cm_stated_verb(const cm_stated_row *row) {
  if (row->cells == NULL) return CM_VERB_DELETE;
  return row->key.type == CM_VALUE_NULL ? CM_VERB_INSERT : CM_VERB_UPDATE;
}

int cm_change_make(const cm_stated_row *row, cm_change *out, cm_err *err) {
  cm_verb verb = cm_stated_verb(row);
  memset(out, 0, sizeof *out);
  out->resource = row->resource;
  out->verb = verb;
  out->conflict = row->conflict;
  int rc = check_verb(row->resource, verb, err);
  if (rc == SQLITE_OK && verb != CM_VERB_INSERT) rc = cm_change_take_key(out, &row->key, err);
  if (rc == SQLITE_OK && verb == CM_VERB_INSERT) rc = take_inserted_row(out, row->cells, err);
  if (rc == SQLITE_OK && verb == CM_VERB_DELETE) rc = take_deleted_row(out, row->deleted, err);
  if (rc == SQLITE_OK && verb == CM_VERB_UPDATE) rc = take_updated_row(out, row, err);
  if (rc == SQLITE_OK) rc = of_row(cm_change_check_names(out, err), err);
  if (rc == SQLITE_OK) rc = of_row(cm_change_find_names(out, err), err);
  if (rc == SQLITE_OK && verb == CM_VERB_INSERT) rc = check_inserted(out, err);
  if (rc == SQLITE_OK && verb == CM_VERB_UPDATE) rc = check_alone(out, err);
  if (rc == SQLITE_OK) rc = of_row(check_paths(out, err), err);
  if (rc != SQLITE_OK) cm_change_clear(out);
  return rc;
}
