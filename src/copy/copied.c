#include "copy/copied.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/url.h"
#include "spec/registry.h"

static const char prefix[] = CM_TABLE_PREFIX;

/* ---- which tables ---------------------------------------------------------------------------- */

/** What says from which day on something is computed by intervals. NULL: nothing is. */
static const cm_filter *start_of(const cm_read *read) {
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    const cm_widened *widened = CM_EXTRA(filter, widened);
    if (widened != NULL && widened->op == CM_GE) return filter;
  }
  return NULL;
}

/** What the widest list of a resource needs, as far as it decides whether it is copied. */
static bool can_list(const cm_read *read, const cm_copied *copied) {
  if (read->parent == NULL && strchr(read->path, '{') != NULL) return false;
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    if (filter->required) return false;
    if (CM_EXTRA(filter, fallback) != NULL && copied->start < 0) return false;
  }
  return true;
}

static int place_of(const cm_copied *copied, const char *name, size_t len) {
  int column = cm_registry_find_column(copied->resource, name, len);
  for (int i = 0; i < copied->column_count; i++) {
    if (copied->columns[i] == column) return i;
  }
  return -1;
}

static void add_key(cm_copied *out, const char *name, size_t len) {
  int place = place_of(out, name, len);
  if (place >= 0 && out->key_count < CM_MAX_COPIED_KEYS) out->keys[out->key_count++] = place;
}

/** The key of the API; where it has none, what the descriptor says tells rows apart. */
static void find_key(cm_copied *out) {
  const cm_resource *resource = out->resource;
  const char *parts = resource->key_parts;
  int key = cm_registry_key(resource);
  if (parts == NULL && key >= 0) parts = resource->columns[key].name;
  if (parts == NULL) parts = CM_EXTRA(resource, told_by);
  while (parts != NULL && *parts != '\0') {
    size_t len = strcspn(parts, " ");
    add_key(out, parts, len);
    parts += len + (parts[len] == ' ');
  }
}

bool cm_copied_describe(const cm_resource *resource, cm_copied *out) {
  *out = (cm_copied){ .resource = resource,
                      .name = resource->name + strlen(prefix),
                      .read = resource->read_count - 1 };
  const cm_read *list = &resource->reads[out->read];
  size_t at = 0;
  out->parent = list->parent != NULL ? cm_url_next_column(resource, list->path, &at) : -1;
  const cm_filter *start = start_of(list);
  out->start = start != NULL ? cm_registry_column(resource, start->column) : -1;
  int interval = start != NULL ? cm_registry_column(resource, CM_EXTRA(start, widened)->interval)
                               : -1;
  if (!can_list(list, out)) return false;
  for (int i = 0; i < resource->column_count; i++) {
    bool is_hidden = (resource->columns[i].flags & CM_HIDDEN) != 0;
    if ((is_hidden && i != interval) || out->column_count == CM_MAX_COPIED_COLUMNS) continue;
    out->columns[out->column_count++] = i;
  }
  find_key(out);
  return true;
}

/* ---- which of them are asked for --------------------------------------------------------------- */

static bool is_name(const cm_copied *copied, const char *name, size_t len) {
  const char *long_name = copied->resource->name;
  return (strlen(copied->name) == len && sqlite3_strnicmp(copied->name, name, (int)len) == 0) ||
         (strlen(long_name) == len && sqlite3_strnicmp(long_name, name, (int)len) == 0);
}

/** The next name of a list with commas and blanks; its length, 0 at the end. */
static size_t next_name(const char **names) {
  *names += strspn(*names, ", \t\r\n");
  return strcspn(*names, ", \t\r\n");
}

static bool is_asked(const cm_copied *copied, const char *names) {
  if (names == NULL) return copied->parent < 0;
  for (size_t len = next_name(&names); len > 0; len = next_name(&names)) {
    if (is_name(copied, names, len)) return true;
    names += len;
  }
  return false;
}

static int unknown_name(const char *name, size_t len, cm_err *err) {
  enum { MAX_SHOWN = 900 };
  cm_buf known;
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  cm_copied copied;
  cm_buf_init(&known, MAX_SHOWN);
  for (int i = 0; i < count; i++) {
    if (cm_copied_describe(resources[i], &copied))
      cm_buf_printf(&known, "%s%s", known.len > 0 ? ", " : "", copied.name);
  }
  int rc = cm_err_set(
      err, SQLITE_ERROR,
      "'%.*s' is not a table that can be copied (nothing was read): name some of %s",
      len > 80 ? 80 : (int)len, name, cm_buf_str(&known));
  cm_buf_clear(&known);
  return rc;
}

static int check_names(const char *names, cm_err *err) {
  int count = 0;
  bool is_any = false;
  const cm_resource *const *resources = cm_registry_list(&count);
  if (names == NULL) return SQLITE_OK;
  for (size_t len = next_name(&names); len > 0; len = next_name(&names)) {
    bool is_known = false;
    cm_copied copied;
    for (int i = 0; i < count && !is_known; i++)
      is_known = cm_copied_describe(resources[i], &copied) && is_name(&copied, names, len);
    if (!is_known) return unknown_name(names, len, err);
    names += len;
    is_any = true;
  }
  return is_any ? SQLITE_OK : unknown_name("", 0, err);
}

int cm_copied_choose(const char *names, cm_copied_list *out, cm_err *err) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  *out = (cm_copied_list){ NULL, 0 };
  int rc = check_names(names, err);
  if (rc != SQLITE_OK) return rc;
  out->tables = sqlite3_malloc64((sqlite3_uint64)count * sizeof *out->tables);
  if (out->tables == NULL) return cm_err_nomem(err);
  for (int i = 0; i < count; i++) {
    cm_copied *copied = &out->tables[out->count];
    if (cm_copied_describe(resources[i], copied) && is_asked(copied, names)) out->count++;
  }
  return SQLITE_OK;
}

void cm_copied_list_clear(cm_copied_list *list) {
  sqlite3_free(list->tables);
  *list = (cm_copied_list){ NULL, 0 };
}

const cm_resource *cm_copied_leader(const cm_copied *copied) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  const cm_read *read = &copied->resource->reads[copied->read];
  for (int i = 0; i < count && read->each != NULL; i++) {
    const cm_read *other = &resources[i]->reads[resources[i]->read_count - 1];
    bool is_same = strcmp(other->path, read->path) == 0 && other->paging == read->paging;
    if (is_same && other->each == NULL && other->parent == NULL) return resources[i];
  }
  return copied->resource;
}

/* ---- the SQL ----------------------------------------------------------------------------------- */

static const cm_column *column_at(const cm_copied *copied, int place) {
  return &copied->resource->columns[copied->columns[place]];
}

const char *cm_copied_column(const cm_copied *copied, int place) {
  return column_at(copied, place)->name;
}

int cm_copied_names(const cm_copied *copied, const char *before, cm_buf *out) {
  for (int i = 0; i < copied->column_count; i++)
    cm_buf_printf(out, "%s%s\"%s\"", i > 0 ? ", " : "", before, column_at(copied, i)->name);
  return out->code;
}

int cm_copied_definition(const cm_copied *copied, bool with_key, cm_buf *out) {
  for (int i = 0; i < copied->column_count; i++) {
    const cm_column *column = column_at(copied, i);
    cm_buf_printf(out, "%s\"%s\"%s", i > 0 ? ", " : "", column->name,
                  cm_registry_sql_type(column->type));
  }
  for (int i = 0; i < copied->key_count && with_key; i++) {
    const cm_column *column = column_at(copied, copied->keys[i]);
    cm_buf_printf(out, "%s\"%s\"%s", i > 0 ? ", " : ", PRIMARY KEY (", column->name,
                  i + 1 == copied->key_count ? ")" : "");
  }
  return out->code;
}

bool cm_copied_is_key(const cm_copied *copied, int place) {
  for (int i = 0; i < copied->key_count; i++) {
    if (copied->keys[i] == place) return true;
  }
  return copied->key_count == 0;
}

int cm_copied_same_key(const cm_copied *copied, const char *left, const char *right, cm_buf *out) {
  const char *between = "";
  for (int i = 0; i < copied->column_count; i++) {
    if (!cm_copied_is_key(copied, i)) continue;
    const char *name = column_at(copied, i)->name;
    cm_buf_printf(out, "%s%s.\"%s\" IS %s.\"%s\"", between, left, name, right, name);
    between = " AND ";
  }
  return out->code;
}

bool cm_copied_is_joined(const cm_copied *copied, int place) {
  static const char suffix[] = "_uuid";
  const char *name = column_at(copied, place)->name;
  size_t len = strlen(name);
  return len > sizeof suffix && strcmp(name + len - strlen(suffix), suffix) == 0;
}
