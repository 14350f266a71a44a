#include "spec/registry.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "resources/resources.h"
#include "spec/source.h"

#define RESOURCE(name) &cm_resource_##name,
static const cm_resource *const resources[] = { CM_RESOURCES(RESOURCE) };
#undef RESOURCE

const cm_resource *const *cm_registry_list(int *count) {
  *count = (int)cm_countof(resources);
  return resources;
}

const cm_resource *cm_registry_find(const char *name) {
  for (size_t i = 0; i < cm_countof(resources); i++) {
    if (strcmp(resources[i]->name, name) == 0) return resources[i];
  }
  return NULL;
}

const cm_resource *cm_registry_inside(const cm_resource *resource, const char *list) {
  for (size_t i = 0; i < cm_countof(resources); i++) {
    const cm_inside_of *inside = resources[i]->inside_of;
    if (inside != NULL && strcmp(inside->resource, resource->name) == 0 &&
        strcmp(inside->list, list) == 0)
      return resources[i];
  }
  return NULL;
}

int cm_registry_find_column(const cm_resource *resource, const char *name, size_t len) {
  for (int i = 0; i < resource->column_count; i++) {
    if (cm_text_is(name, len, resource->columns[i].name)) return i;
  }
  return -1;
}

int cm_registry_column(const cm_resource *resource, const char *name) {
  return name == NULL ? -1 : cm_registry_find_column(resource, name, strlen(name));
}

int cm_registry_key(const cm_resource *resource) {
  for (int i = 0; i < resource->column_count; i++) {
    if (resource->columns[i].flags & CM_KEY) return i;
  }
  return -1;
}

const cm_word *cm_registry_words(const cm_resource *resource, int column) {
  const cm_column *described = &resource->columns[column];
  if (described->words != NULL) return described->words;
  for (int i = 0; i < resource->read_count; i++) {
    const cm_filter *filter = resource->reads[i].filters;
    for (; filter != NULL && filter->column != NULL; filter++) {
      if (filter->words != NULL && strcmp(filter->column, described->name) == 0)
        return filter->words;
    }
  }
  return NULL;
}

int cm_registry_key_read(const cm_resource *resource) {
  int key = cm_registry_key(resource);
  for (int i = 0; i < resource->read_count && key >= 0; i++) {
    const cm_read *read = &resource->reads[i];
    const char *name = NULL;
    size_t at = 0;
    size_t len = 0;
    bool is_last = cm_text_next_name(read->path, &at, &name, &len) && read->path[at] == 0;
    bool is_key = is_last && cm_registry_find_column(resource, name, len) == key;
    if (is_key && read->paging == CM_SINGLE && read->each == NULL) return i;
  }
  return -1;
}

/** Is it an identifier, rather than a word of the path such as "disabled_state"? Those of the API hold a digit. */
static bool is_identifier(const char *text, size_t len) {
  bool has_digit = false;
  for (size_t i = 0; i < len; i++) {
    if (text[i] == '/' || text[i] == '%') return false;
    has_digit = has_digit || (text[i] >= '0' && text[i] <= '9');
  }
  return has_digit;
}

const cm_resource *cm_registry_retrieved(const char *path, const char **key, size_t *len) {
  for (size_t i = 0; i < cm_countof(resources); i++) {
    int read = cm_registry_key_read(resources[i]);
    if (read < 0) continue;
    const char *pattern = resources[i]->reads[read].path;
    size_t before = strcspn(pattern, "{");
    if (strncmp(path, pattern, before) != 0) continue;
    *key = path + before;
    *len = strcspn(*key, "?");
    if (is_identifier(*key, *len)) return resources[i];
  }
  return NULL;
}

int cm_registry_encloser_column(const cm_resource *resource, const cm_resource *encloser) {
  cm_source key = cm_source_of(&encloser->columns[cm_registry_key(encloser)]);
  for (int i = 0; i < resource->column_count; i++) {
    cm_source source = cm_source_of(&resource->columns[i]);
    if (source.from == CM_FROM_AROUND && strcmp(source.member, key.member) == 0) return i;
  }
  return -1;
}

bool cm_registry_can(const cm_resource *resource, cm_verb verb) {
  for (int i = 0; i < resource->write_count; i++) {
    if (resource->writes[i].verb == verb) return true;
  }
  return false;
}

const char *cm_registry_reach(const cm_resource *resource) {
  const cm_natural_key *natural = resource->natural_key;
  return natural != NULL && natural->hidden != NULL ? natural->hidden->reach : NULL;
}

const char *cm_registry_young(const char *path) {
  for (size_t i = 0; i < cm_countof(resources); i++) {
    const char *young = CM_EXTRA(resources[i], young);
    size_t len = young != NULL ? strlen(young) : 0;
    bool is_below = young != NULL && strncmp(path, young, len) == 0;
    if (is_below && (path[len] == 0 || path[len] == '/' || path[len] == '?')) return young;
  }
  return NULL;
}

/* It gives a column its affinity, so JSON and times are texts. */
const char *cm_registry_sql_type(cm_type type) {
  switch (type) {
  case CM_INTEGER:
  case CM_BOOLEAN: return " INTEGER";
  case CM_REAL: return " REAL";
  case CM_ANY: return "";
  default: return " TEXT";
  }
}

int cm_registry_schema(const cm_resource *resource, cm_buf *out) {
  cm_buf_printf(out, "CREATE TABLE %s(", resource->name);
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    cm_buf_printf(out, "%s%s%s%s%s", i > 0 ? ", " : "", column->name,
                  cm_registry_sql_type(column->type), column->flags & CM_HIDDEN ? " HIDDEN" : "",
                  column->flags & CM_KEY ? " PRIMARY KEY" : "");
  }
  int key = cm_registry_key(resource);
  if (key < 0) return cm_buf_text(out, ")");
  cm_buf_printf(out, ", _rowid_%s HIDDEN", cm_registry_sql_type(resource->columns[key].type));
  return cm_buf_text(out, ") WITHOUT ROWID");
}

bool cm_registry_is_row_name(const cm_resource *resource, int column) {
  return column == resource->column_count && cm_registry_key(resource) >= 0;
}

/* ---- what look-ups search -------------------------------------------------------------------------------- */

/** Does a row of a list show this column by itself, or where it stands inside another row? */
static bool is_shown(const cm_resource *resource, const char *column, bool is_inside) {
  int index = cm_registry_column(resource, column);
  const char *path = index >= 0 ? resource->columns[index].path : NULL;
  if (column == NULL) return true;
  return index >= 0 && (path == NULL || strchr(is_inside ? "@" : "^@", path[0]) == NULL);
}

/** The list in which the natural key is looked for, whole. */
static const cm_read *find_whole_list(const cm_resource *resource) {
  if (resource == NULL || resource->natural_key == NULL) return NULL;
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    bool is_whole = strcmp(read->path, resource->natural_key->path) == 0 && read->each == NULL &&
                    (read->paging == CM_CURSOR || read->paging == CM_WHOLE);
    const cm_filter *filter = read->filters;
    while (is_whole && filter != NULL && filter->column != NULL && !filter->required)
      filter++;
    if (is_whole && (filter == NULL || filter->column == NULL)) return read;
  }
  return NULL;
}

/** The list of the rows that have the set. */
static bool find_sets(const cm_resource *resource, cm_searched *out) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  out->source = cm_registry_find(resource->member_of->resource);
  out->read = find_whole_list(out->source);
  out->items = widest->each;
  out->is_set = true;
  return out->read != NULL && out->items != NULL && strcmp(out->read->path, widest->path) == 0;
}

bool cm_registry_searched(const cm_resource *resource, cm_searched *out) {
  const cm_natural_key *natural = resource->natural_key;
  *out = (cm_searched){ .source = resource, .read = find_whole_list(resource) };
  if (natural == NULL) return resource->member_of != NULL && find_sets(resource, out);
  if (out->read == NULL && resource->inside_of != NULL) {
    out->source = cm_registry_find(resource->inside_of->resource);
    out->read = find_whole_list(out->source);
    out->items = resource->inside_of->list;
  }
  return out->read != NULL && is_shown(resource, natural->columns[0], out->items != NULL) &&
         is_shown(resource, natural->columns[1], out->items != NULL);
}
