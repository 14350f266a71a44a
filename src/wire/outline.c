#include "wire/outline.h"

#include <string.h>

#include "base/sqlite_api.h"

/** What the members of an answer say about it. */
typedef struct members {
  int count;
  bool has_id;
  cm_slice named; /* array called "entries", or like the end of the path */
  cm_slice first; /* first array */
  cm_slice first_of_objects;
} members;

/** The last segment of a path: "plans" of "/plan_groups/plg_1/plans?per_page=5". */
static const char *last_segment(const char *path, size_t *len) {
  size_t end = strcspn(path, "?");
  size_t start = end;
  while (start > 0 && path[start - 1] != '/')
    start--;
  *len = end - start;
  return path + start;
}

static bool holds_objects(cm_slice array) {
  cm_slice item = { NULL, 0 };
  size_t at = 0;
  int rc = cm_slice_next(array, &at, NULL, &item);
  return rc == SQLITE_ROW && cm_slice_type(item) == CM_JSON_OBJECT;
}

static void look_at(members *all, cm_slice key, cm_slice value, const char *name, size_t name_len) {
  static const char *const ids[] = { "uuid", "id" };
  all->count++;
  for (size_t i = 0; i < cm_countof(ids); i++) {
    if (cm_slice_is(key, ids[i])) all->has_id = true;
  }
  if (cm_slice_type(value) != CM_JSON_ARRAY) return;
  bool is_meant = cm_slice_is(key, "entries") ||
                  (key.len == name_len && memcmp(key.ptr, name, name_len) == 0);
  if (is_meant && all->named.ptr == NULL) all->named = value;
  if (all->first.ptr == NULL) all->first = value;
  if (all->first_of_objects.ptr == NULL && holds_objects(value)) all->first_of_objects = value;
}

/** The list among the members; absent when the object is a row. */
static cm_slice find_list(const members *all, bool has_pages) {
  cm_slice none = { NULL, 0 };
  if (all->has_id && !has_pages) return none;
  if (all->named.ptr != NULL) return all->named;
  if (has_pages || all->count == 1) return all->first;
  return all->first_of_objects;
}

static int read_object(cm_slice body, const char *path, cm_outline *out) {
  members all = { 0 };
  cm_slice key = { 0 };
  cm_slice value = { 0 };
  size_t at = 0;
  size_t name_len = 0;
  const char *name = last_segment(path, &name_len);
  int rc = SQLITE_ROW;
  while ((rc = cm_slice_next(body, &at, &key, &value)) == SQLITE_ROW) {
    if (cm_slice_is(key, "has_more")) out->has_more = value;
    if (cm_slice_is(key, "cursor")) out->cursor = value;
    look_at(&all, key, value, name, name_len);
  }
  if (rc != SQLITE_DONE) return SQLITE_ERROR;
  cm_slice list = find_list(&all, out->has_more.ptr != NULL);
  out->is_list = list.ptr != NULL;
  if (out->is_list) out->rows = list;
  return SQLITE_OK;
}

int cm_outline_read(cm_slice body, const char *path, cm_outline *out) {
  static const char nothing[] = "[]";
  memset(out, 0, sizeof *out);
  if (body.len == 0) body = (cm_slice){ nothing, strlen(nothing) };
  out->rows = body;
  out->is_list = cm_slice_type(body) == CM_JSON_ARRAY;
  if (cm_slice_type(body) == CM_JSON_OBJECT) return read_object(body, path, out);
  return cm_slice_check(body, NULL, NULL) == SQLITE_OK ? SQLITE_OK : SQLITE_ERROR;
}
