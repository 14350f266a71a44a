/*
** check_reads.c -- the check of descriptors: reads, filters, the companion.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "spec/check.h"

static bool is_ordered(cm_type type) {
  return type == CM_TIME || type == CM_DAY || type == CM_INTEGER || type == CM_REAL;
}

/** "name=" stands in the query, at its beginning or behind an "&". */
static bool query_has(const char *query, const char *param) {
  size_t len = strlen(param);
  for (const char *at = query; at != NULL; at = strchr(at, '&')) {
    at += *at == '&';
    if (strncmp(at, param, len) == 0 && at[len] == '=') return true;
  }
  return false;
}

static int check_words(const cm_check *check, const cm_filter *filter, const cm_column *column) {
  const char *fallback = CM_EXTRA(filter, fallback);
  bool has_fallback = fallback == NULL;
  if (CM_EXTRA(filter, prefixes) != NULL &&
      (column->type != CM_TEXT || filter->op != CM_EQ || filter->words != NULL ||
       fallback != NULL || filter->required)) {
    return cm_check_fail(check, filter->column, "only a plain = of a text goes by its beginning");
  }
  if (filter->words == NULL) return SQLITE_OK;
  if (column->type != CM_TEXT || filter->op != CM_EQ)
    return cm_check_fail(check, filter->column, "only = of a text has words");
  for (const cm_word *word = filter->words; word->sql != NULL; word++) {
    if (word->wire == NULL) return cm_check_fail(check, filter->column, "a word has no wire form");
    has_fallback = has_fallback || strcmp(word->sql, fallback) == 0;
    for (const cm_word *other = filter->words; other != word; other++) {
      if (strcmp(other->sql, word->sql) == 0)
        return cm_check_fail(check, filter->column, "the word %s stands there twice", word->sql);
    }
  }
  if (has_fallback) return SQLITE_OK;
  return cm_check_fail(check, filter->column, "the fallback is not one of the words");
}

/** A fallback in braces is one of the days that are worked out. */
static int check_fallback(const cm_check *check, const cm_read *read, const cm_filter *filter,
                          const cm_column *column) {
  const char *fallback = CM_EXTRA(filter, fallback);
  int count = 0;
  for (const cm_filter *other = read->filters; other <= filter; other++)
    count += CM_EXTRA(other, fallback) != NULL;
  if (count > CM_MAX_FALLBACKS)
    return cm_check_fail(check, filter->column, "%s has more than %d fallbacks", read->path,
                         CM_MAX_FALLBACKS);
  if (fallback == NULL || fallback[0] != '{') return SQLITE_OK;
  bool is_before = strcmp(fallback, CM_YEAR_BEFORE_END) == 0;
  bool has_end = cm_check_column(check, "end_date", strlen("end_date")) != NULL;
  if (column->type != CM_DAY || (is_before ? !has_end : strcmp(fallback, CM_TODAY) != 0))
    return cm_check_fail(check, filter->column, "the fallback is not a day that can be worked out");
  return SQLITE_OK;
}

/** A parameter that is worked out from the bounds of a column is a day, and so is that column. */
static int check_widened(const cm_check *check, const cm_filter *filter, const cm_column *column) {
  const cm_widened *widened = CM_EXTRA(filter, widened);
  if (widened == NULL) return SQLITE_OK;
  const cm_column *bounded = cm_check_column(check, widened->column, strlen(widened->column));
  const cm_column *interval = cm_check_column(check, widened->interval, strlen(widened->interval));
  bool are_days = column->type == CM_DAY && bounded != NULL && bounded->type == CM_DAY;
  bool is_parameter = (column->flags & CM_PARAM) && filter->op == CM_EQ &&
                      CM_EXTRA(filter, fallback) != NULL;
  if (!are_days || !is_parameter || (bounded->flags & CM_PARAM) || widened->op == CM_EQ ||
      interval == NULL || !(interval->flags & CM_PARAM)) {
    return cm_check_fail(check, filter->column,
                         "the bound that it is worked out from is not a bound of days");
  }
  return SQLITE_OK;
}

/** A parameter may be sent under the name of a column's filter, and comes before it: the first one is sent. */
static bool may_share(const cm_check *check, const cm_filter *first, const cm_filter *filter) {
  const cm_column *column = cm_check_column(check, first->column, strlen(first->column));
  const cm_column *other = cm_check_column(check, filter->column, strlen(filter->column));
  return column != NULL && other != NULL && (column->flags & CM_PARAM) &&
         !(other->flags & CM_PARAM);
}

static int check_filter(const cm_check *check, const cm_read *read, const cm_filter *filter) {
  const cm_column *column = cm_check_column(check, filter->column, strlen(filter->column));
  if (column == NULL)
    return cm_check_fail(check, read->path, "the filter %s is not a column", filter->column);
  if (filter->param == NULL || filter->param[0] == 0)
    return cm_check_fail(check, filter->column, "the filter has no parameter");
  if (filter->op != CM_EQ && !is_ordered(column->type))
    return cm_check_fail(check, filter->column, "only times and numbers have bounds");
  for (const cm_filter *other = read->filters; other != filter; other++) {
    if (strcmp(other->param, filter->param) == 0 && !may_share(check, other, filter))
      return cm_check_fail(check, filter->param, "two filters of %s send this parameter",
                           read->path);
    if (strcmp(other->column, filter->column) == 0 && other->op == filter->op)
      return cm_check_fail(check, filter->column, "two filters of %s serve this term", read->path);
  }
  if (query_has(read->query, filter->param))
    return cm_check_fail(check, filter->param, "the query of %s sends this parameter too",
                         read->path);
  if (cm_text_has_name(read->path, filter->column))
    return cm_check_fail(check, filter->column, "the path of %s has this column too", read->path);
  int rc = check_fallback(check, read, filter, column);
  if (rc == SQLITE_OK) rc = check_widened(check, filter, column);
  return rc == SQLITE_OK ? check_words(check, filter, column) : rc;
}

static int check_wants(const cm_check *check, const cm_read *read) {
  for (int i = 0; i < check->resource->column_count; i++) {
    const cm_column *column = &check->resource->columns[i];
    const char *wants = CM_EXTRA(column, wants);
    const cm_filter *filter = read->filters;
    for (; wants != NULL && filter != NULL && filter->column != NULL; filter++) {
      if (strcmp(filter->param, wants) != 0) continue;
      return cm_check_fail(check, column->name, "a filter of %s sends %s too", read->path, wants);
    }
  }
  return SQLITE_OK;
}

static int count_braces(const char *path) {
  const char *name = NULL;
  size_t len = 0;
  size_t at = 0;
  int count = 0;
  while (cm_text_next_name(path, &at, &name, &len))
    count++;
  return count;
}

static int check_parent(const cm_check *check, const cm_read *read) {
  if (read->parent == NULL) return SQLITE_OK;
  const cm_resource *parent = cm_check_find(check, read->parent);
  if (parent == NULL || cm_registry_key(parent) < 0)
    return cm_check_fail(check, read->path, "the parent %s is not a table with a key",
                         read->parent);
  if (count_braces(read->path) != 1)
    return cm_check_fail(check, read->path, "a parent fills exactly one {column}");
  return SQLITE_OK;
}

static int check_rows(const cm_check *check, const char *path, cm_paging paging, const char *rows,
                      bool may_have_rows) {
  if (paging == CM_SINGLE && rows != NULL && !may_have_rows)
    return cm_check_fail(check, path, "a single row stands in no list");
  if (paging != CM_SINGLE && (rows == NULL || rows[0] == 0))
    return cm_check_fail(check, path, "the member that holds the rows is missing");
  return SQLITE_OK;
}

/** True when the statement must bind something before the read can be used. */
static bool needs_terms(const cm_read *read) {
  if (read->parent == NULL && strchr(read->path, '{') != NULL) return true;
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (filter->required && CM_EXTRA(filter, fallback) == NULL) return true;
  }
  return false;
}

/** True when an `=` of the column is sent. */
static bool is_bound(const cm_read *read, const char *column) {
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (filter->op == CM_EQ && strcmp(filter->column, column) == 0) return true;
  }
  return false;
}

/** One row may be taken from the list only where the list can be asked for the same things. */
static int check_listed(const cm_check *check, const cm_read *read) {
  const cm_resource *resource = check->resource;
  const cm_read *last = &resource->reads[resource->read_count - 1];
  int key = cm_registry_key(resource);
  if (CM_EXTRA(read, finds_hidden) && !read->is_listed)
    return cm_check_fail(check, read->path, "finds_hidden goes with is_listed");
  if (!read->is_listed) return SQLITE_OK;
  bool is_row = read->paging == CM_SINGLE && key >= 0 &&
                cm_text_has_name(read->path, resource->columns[key].name);
  bool are_items = read->paging == CM_SINGLE && read->each != NULL && last->each != NULL;
  bool is_search = read->paging != CM_SINGLE && read != last && strchr(read->path, '{') == NULL;
  if (!is_row && !are_items && !is_search)
    return cm_check_fail(check, read->path,
                         "only the row of a key, the items of a row, and a search are listed");
  if (last->paging == CM_SINGLE || needs_terms(last))
    return cm_check_fail(check, read->path, "there is no list of all rows");
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (is_search || is_bound(last, filter->column)) continue;
    return cm_check_fail(check, read->path, "the list does not take %s", filter->column);
  }
  return SQLITE_OK;
}

/** The row that encloses others is found by its key, and named by a column. */
static int check_encloser(const cm_check *check, const cm_read *read) {
  const char *name = CM_EXTRA(read, encloser);
  if (name == NULL) return SQLITE_OK;
  const cm_resource *encloser = cm_check_find(check, name);
  if (encloser == NULL) return cm_check_fail(check, read->path, "there is no table %s", name);
  if (read->each != NULL || cm_registry_key_read(encloser) < 0)
    return cm_check_fail(check, read->path,
                         "a row without the one around it names that by its key");
  if (cm_registry_encloser_column(check->resource, encloser) < 0)
    return cm_check_fail(check, read->path, "no column names the row of %s", name);
  return SQLITE_OK;
}

/** True when a filter of the read sends the parameter. */
static bool has_filter(const cm_read *read, const char *param, cm_op op) {
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column != NULL;
       filter++) {
    if (filter->op == op && strcmp(filter->param, param) == 0) return true;
  }
  return false;
}

/** Parts come from one thing, and are asked for by filters of the read. */
static int check_split(const cm_check *check, const cm_read *read, const cm_split *split) {
  bool has_windows = split->until != NULL;
  bool is_one = (split->table != NULL) + (split->words != NULL) + has_windows == 1;
  bool is_whole = has_windows == (split->last_first != NULL) &&
                  has_windows == (split->date != NULL);
  bool has_filters = has_windows ? has_filter(read, split->param, CM_GE) &&
                                       has_filter(read, split->until, CM_LE)
                                 : has_filter(read, split->param, CM_EQ);
  const cm_resource *table = split->table != NULL ? cm_check_find(check, split->table) : NULL;
  if (!is_one || !is_whole)
    return cm_check_fail(check, split->param,
                         "a list is split by a table, by words, or into windows of days");
  if (!has_filters)
    return cm_check_fail(check, split->param, "no filter of %s sends what it is split by",
                         read->path);
  if (split->table != NULL && (table == NULL || cm_registry_key(table) < 0))
    return cm_check_fail(check, split->param, "%s is not a table with a key", split->table);
  return SQLITE_OK;
}

static int check_splits(const cm_check *check, const cm_read *read) {
  const cm_split *split = CM_EXTRA(read, splits);
  int rc = SQLITE_OK;
  if (split == NULL) return SQLITE_OK;
  if (read->paging != CM_CURSOR || read->each != NULL || cm_registry_key(check->resource) < 0)
    return cm_check_fail(check, read->path,
                         "only a list with cursors, of rows with a key, is split");
  for (; rc == SQLITE_OK && split->param != NULL; split++)
    rc = check_split(check, read, split);
  return rc;
}

static int check_read(const cm_check *check, const cm_read *read) {
  int rc = cm_check_path(check, read->path, 0);
  if (rc != SQLITE_OK) return rc;
  if (strchr(read->path, '?') != NULL)
    return cm_check_fail(check, read->path, "a query stands in `query`");
  if (read->query != NULL && (strchr("?&", read->query[0]) || !strchr(read->query, '=')))
    return cm_check_fail(check, read->path, "a query has the form a=b&c=d");
  if (CM_EXTRA(read, resume) != NULL && (read->paging != CM_CURSOR || read->each != NULL))
    return cm_check_fail(check, read->path, "only rows of a list with cursors are resumed behind");
  if (CM_EXTRA(read, known_by) != NULL && (read->paging != CM_SINGLE || read->each == NULL))
    return cm_check_fail(check, read->path,
                         "only one answer that encloses rows is known by others");
  rc = check_rows(check, read->path, read->paging, read->rows, CM_EXTRA(read, unfold) != NULL);
  if (rc == SQLITE_OK && CM_EXTRA(read, unfold) != NULL &&
      (read->paging != CM_SINGLE || read->each)) {
    rc = cm_check_fail(check, read->path, "only a single row unfolds words");
  }
  if (rc == SQLITE_OK) rc = check_parent(check, read);
  if (rc == SQLITE_OK) rc = check_splits(check, read);
  const cm_filter *filter = read->filters;
  for (; rc == SQLITE_OK && filter != NULL && filter->column != NULL; filter++)
    rc = check_filter(check, read, filter);
  if (rc == SQLITE_OK) rc = check_wants(check, read);
  if (rc == SQLITE_OK) rc = check_encloser(check, read);
  return rc == SQLITE_OK ? check_listed(check, read) : rc;
}

static int check_companion(const cm_check *check) {
  const cm_companion *companion = check->resource->companion;
  bool is_used = false;
  if (companion == NULL) return SQLITE_OK;
  int rc = cm_check_path(check, companion->path, 0);
  if (rc != SQLITE_OK) return rc;
  for (int i = 0; i < check->resource->column_count; i++)
    is_used = is_used || check->resource->columns[i].flags & CM_COMPANION;
  if (!is_used) return cm_check_fail(check, companion->path, "no column comes from the companion");
  if (companion->match == NULL)
    return cm_check_fail(check, companion->path, "the companion has nothing to match by");
  return check_rows(check, companion->path, companion->paging, companion->rows, false);
}

int cm_check_reads(const cm_check *check) {
  const cm_resource *resource = check->resource;
  int rc = SQLITE_OK;
  if (resource->read_count == 0) return cm_check_fail(check, "reads", "there is none");
  for (int i = 0; i < resource->read_count && rc == SQLITE_OK; i++)
    rc = check_read(check, &resource->reads[i]);
  const cm_read *last = &resource->reads[resource->read_count - 1];
  for (int i = 0; i < resource->read_count && rc == SQLITE_OK; i++) {
    if (needs_terms(last) && !needs_terms(&resource->reads[i]))
      rc = cm_check_fail(check, last->path, "the widest read is not the last one");
  }
  return rc == SQLITE_OK ? check_companion(check) : rc;
}
