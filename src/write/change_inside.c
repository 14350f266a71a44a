#include "write/change_inside.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "write/change_calls.h"

/* ---- putting in ------------------------------------------------------------------------------ */

/** What the statement gave, as an array; one object is an array of one. */
static int own_items(const cm_value *given, cm_json **out, cm_err *err) {
  cm_json *json = NULL;
  int rc = SQLITE_OK;
  if (given != NULL && cm_value_is_text(given))
    rc = cm_json_parse((cm_slice){ given->text, given->len }, &json, err);
  if (rc != SQLITE_OK) return rc;
  if (cm_json_type_of(json) == CM_JSON_ARRAY) {
    *out = json;
    return SQLITE_OK;
  }
  *out = cm_json_new_array();
  if (*out == NULL) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK && cm_json_type_of(json) == CM_JSON_OBJECT) {
    rc = cm_json_push(*out, json) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
  } else {
    cm_json_free(json);
  }
  return rc;
}

/** The object that the row would be by itself. */
static int push_part(cm_json *items, cm_change *part, cm_err *err) {
  char *text = NULL;
  cm_json *json = NULL;
  int rc = cm_change_bodies(part, &text, err);
  cm_change_rest(part);
  if (rc == SQLITE_OK && text == NULL) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK) rc = cm_json_parse((cm_slice){ text, strlen(text) }, &json, err);
  sqlite3_free(text);
  if (rc != SQLITE_OK) return rc;
  return cm_json_push(items, json) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

static int count_items(const cm_json *items) {
  int count = 0;
  for (const cm_json *item = cm_json_first(items); item != NULL; item = cm_json_after(item))
    count++;
  return count;
}

static int keep_own(cm_change *change, int column, cm_err *err) {
  const cm_value nothing = cm_value_null();
  const cm_value *given = cm_change_find(change, column);
  return cm_change_give(change, column, CM_GIVEN_OWN, given != NULL ? given : &nothing, err);
}

int cm_change_put_inside(cm_change *change, const char *list, cm_change *const *parts, int count,
                         int *own, cm_err *err) {
  int column = cm_change_column(change->resource, list);
  cm_json *items = NULL;
  int rc = own_items(cm_change_find(change, column), &items, err);
  *own = count_items(items);
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    rc = push_part(items, parts[i], err);
  char *text = rc == SQLITE_OK ? cm_json_format(items) : NULL;
  if (rc == SQLITE_OK && text == NULL) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK) rc = keep_own(change, column, err);
  if (rc == SQLITE_OK) {
    cm_value value = cm_value_text(text, strlen(text));
    rc = cm_change_give(change, column, CM_GIVEN_SENT, &value, err);
  }
  sqlite3_free(text);
  cm_json_free(items);
  return rc;
}

/* ---- taking out ------------------------------------------------------------------------------ */

void cm_change_take_out(cm_change *change) {
  int kept = 0;
  for (int i = 0; i < change->given_count; i++) {
    cm_given *own = &change->given[i];
    cm_given *sent = cm_change_find_use(change, own->column, CM_GIVEN_SENT);
    if (own->use != CM_GIVEN_OWN || sent == NULL) continue;
    cm_value given = own->value;
    own->value = sent->value;
    sent->value = given; /* NULL where nothing was given: no INSERT has such a value otherwise */
  }
  for (int i = 0; i < change->given_count; i++) {
    cm_given *given = &change->given[i];
    bool is_kept = given->use != CM_GIVEN_OWN && given->value.type != CM_VALUE_NULL;
    if (is_kept) {
      change->given[kept++] = *given;
    } else {
      cm_value_clear(&given->value);
    }
  }
  change->given_count = kept;
}

/* ---- what is needed -------------------------------------------------------------------------- */

/** One object is an array of one. */
static bool has_item(const cm_value *given) {
  cm_slice item;
  size_t at = 0;
  if (given == NULL || !cm_value_is_text(given)) return false;
  cm_slice list = { given->text, given->len };
  return cm_slice_type(list) == CM_JSON_OBJECT ||
         cm_slice_next(list, &at, NULL, &item) == SQLITE_ROW;
}

const char *cm_change_lacks_items(const cm_change *change) {
  const cm_resource *resource = change->resource;
  for (int i = 0; change->verb == CM_VERB_INSERT && i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    const char *items = CM_EXTRA(write, needs_items);
    if (write->verb != CM_VERB_INSERT || items == NULL) continue;
    return has_item(cm_change_find(change, cm_change_column(resource, items))) ? NULL : items;
  }
  return NULL;
}
