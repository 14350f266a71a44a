/*
** slice_path.c -- paths: how they are read, and what they lead to in a text.
*/
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/slice.h"

int cm_step_next(const char **path, cm_step *step) {
  const char *at = *path;
  if (*at == 0) return SQLITE_DONE;
  if (*at == '[') {
    char *end = NULL;
    step->name = NULL;
    step->len = 0;
    step->index = strtol(at + 1, &end, 10);
    if (end == at + 1 || *end != ']') return SQLITE_ERROR;
    at = end + 1;
  } else {
    step->name = at;
    step->len = strcspn(at, ".[");
    step->index = 0;
    at += step->len;
    if (step->len == 0) return SQLITE_ERROR;
  }
  if (*at == '.') {
    at++;
    if (*at == 0 || *at == '[') return SQLITE_ERROR;
  } else if (*at != 0 && *at != '[') {
    return SQLITE_ERROR;
  }
  *path = at;
  return SQLITE_ROW;
}

static long count_items(cm_slice array) {
  size_t at = 0;
  long count = 0;
  cm_slice value;
  int code;
  while ((code = cm_slice_next(array, &at, NULL, &value)) == SQLITE_ROW)
    count++;
  return code == SQLITE_DONE ? count : -1;
}

static cm_slice find_step(cm_slice container, const cm_step *step) {
  cm_json_type wanted = step->name != NULL ? CM_JSON_OBJECT : CM_JSON_ARRAY;
  if (cm_slice_type(container) != wanted) return (cm_slice){ NULL, 0 };
  long index = step->index;
  if (index < 0) index += count_items(container);
  if (index < 0) return (cm_slice){ NULL, 0 };

  size_t at = 0;
  cm_slice key = { 0 };
  cm_slice value = { 0 };
  while (cm_slice_next(container, &at, &key, &value) == SQLITE_ROW) {
    bool is_it = step->name != NULL ? cm_slice_means(key, step->name, step->len) : index-- == 0;
    if (is_it) return value;
  }
  return (cm_slice){ NULL, 0 };
}

cm_slice cm_slice_find(cm_slice slice, const char *path) {
  if (slice.ptr == NULL) return slice;
  cm_slice found = cm_slice_trim(slice);
  cm_step step;
  int code = path == NULL ? SQLITE_DONE : SQLITE_ROW;
  while (code == SQLITE_ROW && (code = cm_step_next(&path, &step)) == SQLITE_ROW)
    found = find_step(found, &step);
  return code == SQLITE_DONE ? found : (cm_slice){ NULL, 0 };
}
