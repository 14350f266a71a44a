#include "record/shape.h"

#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"

bool cm_change_shape_has_members(const cm_column *column) {
  return column->shape == CM_TYPED_LIST || column->shape == CM_KEY_VALUES;
}

bool cm_change_shape_is_nothing(const cm_json *json) {
  cm_json_type type = cm_json_type_of(json);
  return type == CM_JSON_ABSENT || type == CM_JSON_NULL;
}

/* ---- entries ------------------------------------------------------------------------------- */

/** "2026-01-02T03:04:05Z": the form that programs write. A mere day may be any text. */
static bool is_iso_instant(const char *text) {
  int64_t instant_ms = 0;
  size_t len = strlen(text);
  return len > 16 && text[10] == 'T' && cm_instant_parse(text, len, &instant_ms);
}

const char *cm_change_shape_type(const cm_json *value) {
  int64_t integer = 0;
  switch (cm_json_type_of(value)) {
  case CM_JSON_TRUE:
  case CM_JSON_FALSE: return "Boolean";
  case CM_JSON_NUMBER: return cm_json_integer(value, &integer) ? "Integer" : "Decimal";
  case CM_JSON_STRING: return is_iso_instant(cm_json_text(value)) ? "Timestamp" : "String";
  default: return NULL;
  }
}

int cm_change_shape_complete(cm_json *entry) {
  const char *type = cm_change_shape_type(cm_json_find(entry, "value"));
  if (type == NULL || cm_json_find(entry, "type") != NULL) return SQLITE_OK;
  return cm_json_put(entry, "type", cm_json_new_text(type));
}

/** An entry of a list; without a type where that is NULL. NULL when memory runs out. */
static cm_json *new_entry(const char *type, const char *key, const cm_json *value) {
  cm_json *entry = cm_json_new_object();
  int rc = entry == NULL ? SQLITE_NOMEM : SQLITE_OK;
  if (rc == SQLITE_OK && type != NULL) rc = cm_json_put(entry, "type", cm_json_new_text(type));
  if (rc == SQLITE_OK) rc = cm_json_put(entry, "key", cm_json_new_text(key));
  if (rc == SQLITE_OK) rc = cm_json_put(entry, "value", cm_json_copy(value));
  if (rc == SQLITE_OK) return entry;
  cm_json_free(entry);
  return NULL;
}

cm_json *cm_change_shape_typed(const char *key, const cm_json *value) {
  return new_entry(cm_change_shape_type(value), key, value);
}

cm_json *cm_change_shape_pair(const char *key, const cm_json *value) {
  return new_entry(NULL, key, value);
}

cm_json *cm_change_shape_members(const cm_json *set) {
  cm_json_type type = cm_json_type_of(set);
  if (type == CM_JSON_OBJECT) return cm_json_copy(set);
  if (type != CM_JSON_ARRAY) return NULL;
  cm_json *members = cm_json_new_object();
  for (cm_json *item = cm_json_first(set); item != NULL && members != NULL;
       item = cm_json_after(item)) {
    const char *key = cm_json_text(cm_json_find(item, "key"));
    cm_json *value = cm_json_find(item, "value");
    if (key == NULL || value == NULL ||
        cm_json_set(members, key, cm_json_copy(value)) != SQLITE_OK) {
      cm_json_free(members);
      members = NULL;
    }
  }
  return members;
}

cm_json *cm_change_shape_member(const cm_json *object, const char *name) {
  for (cm_json *member = cm_json_first(object); member != NULL; member = cm_json_after(member)) {
    const char *own = cm_json_name(member);
    if (own != NULL && strcmp(own, name) == 0) return member;
  }
  return NULL;
}

/* ---- sets of members ----------------------------------------------------------------------- */

static int refuse_entry(const cm_resource *resource, int column, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s takes a JSON object, or an array of objects with key and value: write "
                    "json_object('name', 'value')",
                    resource->name, resource->columns[column].name);
}

static int refuse_nested(const cm_resource *resource, int column, const char *name, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s takes texts, numbers and booleans ('%s' is something else): leave that "
                    "member out",
                    resource->name, resource->columns[column].name, name);
}

/** A member of a set. Borrowed. */
typedef struct member {
  const char *name;
  const cm_json *value;
  const cm_json *entry; /* the user's own; NULL where an object was given */
} member;

/** Append an entry to the list that is sent. */
static int put_entry(const cm_resource *resource, int column, const member *it, cm_json *list,
                     cm_err *err) {
  bool is_typed = resource->columns[column].shape == CM_TYPED_LIST;
  if (is_typed && cm_change_shape_type(it->value) == NULL)
    return refuse_nested(resource, column, it->name, err);
  cm_json *copy = it->entry != NULL ? cm_json_copy(it->entry)
                  : is_typed        ? cm_change_shape_typed(it->name, it->value)
                                    : cm_change_shape_pair(it->name, it->value);
  int rc = copy == NULL ? SQLITE_NOMEM : SQLITE_OK;
  if (rc == SQLITE_OK && is_typed) rc = cm_change_shape_complete(copy);
  if (rc != SQLITE_OK) {
    cm_json_free(copy);
    return cm_err_nomem(err);
  }
  return cm_json_push(list, copy) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** {"a": 1} as a list of entries; a list keeps its own. An attribute without a value is left out. */
static int shape_members(const cm_resource *resource, int column, const cm_json *set, cm_json *list,
                         cm_err *err) {
  bool is_object = cm_json_type_of(set) == CM_JSON_OBJECT;
  int rc = SQLITE_OK;
  for (cm_json *item = cm_json_first(set); item != NULL && rc == SQLITE_OK;
       item = cm_json_after(item)) {
    bool is_entry = !is_object && cm_json_type_of(item) == CM_JSON_OBJECT;
    const char *name = is_object  ? cm_json_name(item)
                       : is_entry ? cm_json_text(cm_json_find(item, "key"))
                                  : NULL;
    const cm_json *value = is_object ? item : is_entry ? cm_json_find(item, "value") : NULL;
    if (name == NULL || name[0] == 0 || value == NULL) {
      rc = refuse_entry(resource, column, err);
    } else if (!cm_change_shape_is_nothing(value)) {
      member it = { name, value, is_entry ? item : NULL };
      rc = put_entry(resource, column, &it, list, err);
    }
  }
  return rc;
}

/* ---- lists --------------------------------------------------------------------------------- */

/** An item of a list of points in time, or of texts, as it goes out. Borrowed, or in `formatted`; NULL: it does not fit. */
static const char *item_text(cm_shape shape, const cm_json *item, char formatted[CM_INSTANT_TEXT]) {
  const char *text = cm_json_text(item);
  int64_t instant_ms = 0;
  if (text == NULL || shape == CM_TEXT_LIST) return text;
  if (!cm_instant_parse(text, strlen(text), &instant_ms)) return NULL;
  cm_instant_format_iso(instant_ms, formatted);
  return formatted;
}

/** What is wrong with an item that does not fit; NULL: it has another form. */
static const char *fault_of(const cm_json *item) {
  const char *text = cm_json_text(item);
  return text != NULL ? cm_instant_fault(text, strlen(text)) : NULL;
}

static int shape_items(const cm_resource *resource, int column, const cm_json *given, cm_json *list,
                       cm_err *err) {
  cm_shape shape = resource->columns[column].shape;
  const char *why = NULL;
  bool fits = cm_json_type_of(given) == CM_JSON_ARRAY;
  for (cm_json *item = fits ? cm_json_first(given) : NULL; item != NULL && fits;
       item = cm_json_after(item)) {
    char formatted[CM_INSTANT_TEXT];
    const char *text = item_text(shape, item, formatted);
    fits = text != NULL;
    if (!fits) why = fault_of(item);
    if (fits && cm_json_push(list, cm_json_new_text(text)) != SQLITE_OK) return cm_err_nomem(err);
  }
  if (fits) return SQLITE_OK;
  bool is_time = shape == CM_TIME_LIST;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s takes a JSON array of %s%s%s%s: write json_array(%s)", resource->name,
                    resource->columns[column].name, is_time ? "points in time" : "texts",
                    why != NULL ? " (" : "", why != NULL ? why : "", why != NULL ? ")" : "",
                    is_time ? "'2025-01-31'" : "'one', 'two'");
}

int cm_change_shape(const cm_resource *resource, int column, cm_json **json, cm_err *err) {
  cm_shape shape = resource->columns[column].shape;
  bool is_array = cm_json_type_of(*json) == CM_JSON_ARRAY;
  if (shape == CM_AS_IS || (shape == CM_LIST && is_array)) return SQLITE_OK;
  cm_json *list = cm_json_new_array();
  if (list == NULL) return cm_err_nomem(err);
  int rc = SQLITE_OK;
  switch (shape) {
  case CM_LIST:
    if (cm_json_push(list, cm_json_copy(*json)) != SQLITE_OK) rc = cm_err_nomem(err);
    break;
  case CM_TIME_LIST:
  case CM_TEXT_LIST: rc = shape_items(resource, column, *json, list, err); break;
  default: rc = shape_members(resource, column, *json, list, err);
  }
  if (rc != SQLITE_OK) {
    cm_json_free(list);
    return rc;
  }
  cm_json_free(*json);
  *json = list;
  return SQLITE_OK;
}
