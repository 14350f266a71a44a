/*
** change_replace.c -- INSERT OR REPLACE of a row that exists becomes its update. See change/change.h.
*/
#include "change/change_replace.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_names.h"
#include "record/compare.h"
#include "record/encode.h"
#include "record/token.h"
#include "spec/registry.h"

/** The items of a frozen list may be rows of another table, and can be changed there. */
static int refuse_fixed(const cm_change *change, int column, bool is_frozen, cm_err *err) {
  static const char anew[] = "DELETE the row, with all that belongs to it, and INSERT it whole";
  const char *name = change->resource->columns[column].name;
  const cm_resource *rows = is_frozen ? cm_registry_inside(change->resource, name) : NULL;
  char advice[192];
  if (rows != NULL) {
    sqlite3_snprintf((int)sizeof advice, advice, "UPDATE the rows of %s, or %s", rows->name, anew);
  } else {
    sqlite3_snprintf((int)sizeof advice, advice, "%s",
                     is_frozen ? anew : "leave the column out, or give the value that is there");
  }
  return cm_err_set(err, SQLITE_CONSTRAINT,
                    "%s: %s differs from the row that exists (the API cannot change it%s): %s",
                    change->resource->name, name, rows != NULL ? " here" : "", advice);
}

/**
 * Is a given value what the row has?
 * @param is_known  Receives whether the row shows its value.
 */
static int compare(cm_change *change, cm_given *given, bool is_changeable, bool *is_known,
                   bool *is_same, cm_err *err) {
  const cm_json *sent = NULL;
  cm_json *shown = NULL;
  cm_value old = cm_value_null();
  int rc = cm_row_get(&change->old.row, given->column, &old, err);
  if (rc == SQLITE_OK) rc = cm_change_json(change, given, &sent, err);
  if (rc == SQLITE_OK && old.type != CM_VALUE_NULL) {
    int old_rc = cm_change_value_encode(change->resource, given->column, &old, CM_JSON_ABSENT,
                                        &shown, NULL);
    if (old_rc == SQLITE_NOMEM) rc = cm_err_nomem(err);
    *is_known = old_rc == SQLITE_OK;
  }
  *is_same = is_changeable
                 ? cm_change_value_is_same(&change->resource->columns[given->column], sent, shown)
                 : cm_change_value_is_taken(sent, shown);
  cm_json_free(shown);
  cm_value_clear(&old);
  return rc;
}

static bool is_key_part(const cm_natural_key *natural, const char *name) {
  for (int i = 0; i < 2 && natural->columns[i] != NULL; i++) {
    if (strcmp(natural->columns[i], name) == 0) return true;
  }
  return false;
}

/** Decides what becomes of one given column. @return SQLITE_OK; `keep` false: it does not go out. */
static int settle_given(cm_change *change, cm_given *given, bool *keep, cm_err *err) {
  const cm_column *column = &change->resource->columns[given->column];
  const cm_natural_key *natural = change->resource->natural_key;
  bool is_frozen = cm_text_has_word(CM_EXTRA(natural, frozen), column->name);
  bool is_changeable = (column->flags & CM_UPDATE) && !is_frozen;
  bool is_known = false;
  bool is_same = false;
  *keep = false;
  /* equal, or a further name of a merged row */
  if (is_key_part(natural, column->name)) return SQLITE_OK;
  int rc = compare(change, given, is_changeable, &is_known, &is_same, err);
  if (rc != SQLITE_OK) return rc;
  *keep = is_changeable && (!is_known || !is_same);
  bool is_refused = !is_changeable && is_known && !is_same;
  return is_refused ? refuse_fixed(change, given->column, is_frozen, err) : SQLITE_OK;
}

static bool is_frozen_given(const cm_change *change, const cm_given *given) {
  const cm_natural_key *natural = change->resource->natural_key;
  if (given->use != CM_GIVEN_SENT || natural == NULL) return false;
  return cm_text_has_word(CM_EXTRA(natural, frozen), change->resource->columns[given->column].name);
}

bool cm_change_gives_frozen(const cm_change *change) {
  for (int i = 0; i < change->given_count; i++) {
    if (is_frozen_given(change, &change->given[i])) return true;
  }
  return false;
}

int cm_change_frozen_token(cm_change *change, uint64_t *out) {
  int rc = SQLITE_OK;
  *out = 0;
  for (int i = 0; i < change->given_count && rc == SQLITE_OK; i++) {
    const cm_json *json = NULL;
    if (!is_frozen_given(change, &change->given[i])) continue;
    rc = cm_change_json(change, &change->given[i], &json, NULL);
    char *text = rc == SQLITE_OK ? cm_json_format(json) : NULL;
    const char *name = change->resource->columns[change->given[i].column].name;
    if (text != NULL) *out = *out * 31 + cm_row_token('f', name, text, NULL);
    if (text == NULL) rc = SQLITE_NOMEM;
    sqlite3_free(text);
  }
  cm_change_release_scratch(change);
  return rc;
}

/** The row as it is stands in for the one that was read: what goes out may keep the type of a value. */
static int take_row(cm_change *change, cm_slice row, cm_err *err) {
  cm_change_release_scratch(change);
  return cm_row_unpack(change->resource, row.ptr, row.len, &change->old, err);
}

int cm_change_check_frozen(cm_change *change, cm_slice row, cm_err *err) {
  if (!cm_change_gives_frozen(change)) return SQLITE_OK;
  int rc = take_row(change, row, err);
  if (rc != SQLITE_OK) return rc;
  for (int i = 0; i < change->given_count && rc == SQLITE_OK; i++) {
    bool keep = false;
    if (is_frozen_given(change, &change->given[i]))
      rc = settle_given(change, &change->given[i], &keep, err);
  }
  cm_change_release_scratch(change);
  cm_packed_row_clear(&change->old);
  return rc;
}

void cm_change_drop_frozen(cm_change *change) {
  for (int i = change->given_count - 1; i >= 0; i--) {
    if (is_frozen_given(change, &change->given[i])) cm_change_drop(change, i);
  }
  cm_change_prune_names(change);
}

int cm_change_become_update(cm_change *change, cm_slice row, cm_err *err) {
  int key_column = cm_registry_key(change->resource);
  int rc = take_row(change, row, err);
  for (int i = change->given_count - 1; i >= 0 && rc == SQLITE_OK; i--) {
    bool keep = change->given[i].use != CM_GIVEN_SENT;
    if (!keep) rc = settle_given(change, &change->given[i], &keep, err);
    if (rc == SQLITE_OK && !keep) cm_change_drop(change, i);
  }
  cm_value key = cm_value_null();
  if (rc == SQLITE_OK) rc = cm_row_get(&change->old.row, key_column, &key, err);
  if (rc == SQLITE_OK && cm_value_copy(&key, &change->key) != SQLITE_OK) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK) {
    change->verb = CM_VERB_UPDATE;
    change->conflict = CM_CONFLICT_FAIL;
    change->is_merge = true;
    rc = cm_change_find_names(change, err);
  }
  cm_value_clear(&key);
  return rc;
}
