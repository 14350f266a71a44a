#include "change/change_inside.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"

/** What the statement gave, as an array to be freed. */
static int own_items(cm_change *change, int column, cm_json **out, cm_err *err) {
  cm_given *given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  if (given != NULL) return cm_change_copy_json(change, given, out, err);
  *out = cm_json_new_array();
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** The object that the row would be by itself. */
static int push_part(cm_json *items, cm_change *part, cm_err *err) {
  const cm_write *write = cm_change_first_write(part);
  cm_json *object = NULL;
  int changes = 0;
  int rc = write != NULL ? cm_change_object(part, write, &object, &changes, err) : SQLITE_ERROR;
  cm_change_release_scratch(part);
  if (rc == SQLITE_OK && cm_json_push(items, object) == SQLITE_OK) return SQLITE_OK;
  if (rc == SQLITE_OK) return cm_err_nomem(err);
  cm_json_free(object);
  return rc;
}

/** What the statement gave stands behind as CM_GIVEN_OWN, JSON null for nothing. */
static int keep_own(cm_change *change, int column, cm_err *err) {
  cm_given *given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  if (given != NULL) {
    given->use = CM_GIVEN_OWN;
    return SQLITE_OK;
  }
  const cm_value nothing = cm_value_null();
  return cm_change_put(change, column, CM_GIVEN_OWN, &nothing, cm_json_new_null(), err);
}

int cm_change_put_inside(cm_change *change, const char *list, cm_change *const *parts, int count,
                         int *own, cm_err *err) {
  int column = cm_change_column(change->resource, list);
  cm_json *items = NULL;
  int rc = own_items(change, column, &items, err);
  *own = cm_json_count(items);
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    rc = push_part(items, parts[i], err);
  if (rc == SQLITE_OK) rc = keep_own(change, column, err);
  if (rc == SQLITE_OK) return cm_change_put(change, column, CM_GIVEN_SENT, NULL, items, err);
  cm_json_free(items);
  return rc;
}

void cm_change_take_out(cm_change *change) {
  for (int i = change->given_count - 1; i >= 0; i--) {
    const cm_given *given = &change->given[i];
    bool is_sent = given->use == CM_GIVEN_SENT;
    if (is_sent && cm_change_find_use(change, given->column, CM_GIVEN_OWN) != NULL)
      cm_change_drop(change, i);
  }
  for (int i = change->given_count - 1; i >= 0; i--) {
    cm_given *given = &change->given[i];
    if (given->use != CM_GIVEN_OWN) continue;
    given->use = CM_GIVEN_SENT;
    if (given->value.type == CM_VALUE_NULL) cm_change_drop(change, i);
  }
}

static bool has_item(const cm_value *given) {
  cm_slice item;
  size_t at = 0;
  return given != NULL && cm_value_is_text(given) &&
         cm_slice_next((cm_slice){ given->text, given->len }, &at, NULL, &item) == SQLITE_ROW;
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

void cm_change_list_name(const char *pattern, char *out, int size) {
  sqlite3_snprintf(size, out, "%.*s", (int)strcspn(pattern, "["), pattern);
}
