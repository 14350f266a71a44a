#include "spec/carry.h"

#include <string.h>

#include "base/text.h"
#include "spec/source.h"

static const unsigned verb_flags[] = { CM_INSERT, CM_UPDATE, 0 };

/** Look a column up in a list "a b:place c". @return false when it is not in it. */
static bool find_listed(const char *list, const char *name, const char **place, size_t *len) {
  const char *word = NULL;
  size_t word_len = 0;
  while (cm_text_next_word(&list, &word, &word_len)) {
    size_t own = cm_text_before(word, word_len, ':');
    if (!cm_text_is(word, own, name)) continue;
    *place = word_len > own ? word + own + 1 : NULL;
    *len = word_len > own ? word_len - own - 1 : 0;
    return true;
  }
  return false;
}

/** Place of a column in any body that does not say otherwise. */
static const char *usual_place(const cm_column *column) {
  if (column->body != NULL) return column->body;
  cm_source source = cm_source_of(column);
  bool is_place = source.from == CM_FROM_MEMBER && strchr(source.member, '[') == NULL;
  return is_place ? source.member : column->name;
}

/** True when another write of the verb has the column in its list. */
static bool is_elsewhere(const cm_resource *resource, const cm_write *write, const char *name) {
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *other = &resource->writes[i];
    if (other != write && other->verb == write->verb && cm_text_has_word(other->columns, name))
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
  if (found == NULL && !find_listed(CM_EXTRA(write, places), described->name, &found, &found_len)) {
    found = usual_place(described);
    found_len = strlen(found);
  }
  if (place != NULL) *place = found;
  if (len != NULL) *len = found_len;
  return true;
}
