#include "spec/carry.h"

#include <string.h>

static const unsigned verb_flags[] = { CM_INSERT, CM_UPDATE, 0 };

/** Look a column up in a list "a b:place c". @return false when it is not in it. */
static bool find_listed(const char *list, const char *name, const char **place, size_t *len) {
  size_t name_len = strlen(name);
  while (list != NULL && *list != 0) {
    size_t item = strcspn(list, " ");
    size_t own = strcspn(list, " :");
    if (own == name_len && memcmp(list, name, own) == 0) {
      *place = item > own ? list + own + 1 : NULL;
      *len = item > own ? item - own - 1 : 0;
      return true;
    }
    list += item + strspn(list + item, " ");
  }
  return false;
}

/** Place of a column in any body that does not say otherwise. */
static const char *usual_place(const cm_column *column) {
  if (column->body != NULL) return column->body;
  if (column->path != NULL && strpbrk(column->path, "^@[") == NULL) return column->path;
  return column->name;
}

/** True when another write of the verb has the column in its list. */
static bool is_elsewhere(const cm_resource *resource, const cm_write *write, const char *name) {
  const char *place = NULL;
  size_t len = 0;
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *other = &resource->writes[i];
    if (other != write && other->verb == write->verb && other->columns != NULL &&
        find_listed(other->columns, name, &place, &len))
      return true;
  }
  return false;
}

bool cm_carries(const cm_resource *resource, const cm_write *write, int column, const char **place,
                size_t *len) {
  const cm_column *described = &resource->columns[column];
  const char *found = NULL;
  size_t found_len = 0;
  if (write->columns != NULL) {
    if (!find_listed(write->columns, described->name, &found, &found_len)) return false;
  } else if (!(described->flags & verb_flags[write->verb]) ||
             is_elsewhere(resource, write, described->name)) {
    return false;
  }
  if (found == NULL) {
    found = usual_place(described);
    found_len = strlen(found);
  }
  if (place != NULL) *place = found;
  if (len != NULL) *len = found_len;
  return true;
}
