#include "lists/list_question.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "spec/registry.h"
#include "spec/source.h"

static const cm_read *widest_of(const cm_resource *resource) {
  return &resource->reads[resource->read_count - 1];
}

const cm_read *cm_list_holder(const cm_resource *resource, const cm_read *read) {
  const cm_read *widest = widest_of(resource);
  size_t at = 0;
  bool is_list = !cm_url_is_single(widest) && CM_EXTRA(widest, unfold) == NULL &&
                 cm_url_next_column(resource, widest->path, &at) < 0;
  return is_list && cm_registry_key(resource) >= 0 && (read == widest || read->is_listed) ? widest
                                                                                          : NULL;
}

/** Does a row of the list show what SQL compares with the value, as a text? */
static bool is_shown(const cm_list_question *question, const cm_url_value *value) {
  const cm_read *widest = widest_of(question->resource);
  const cm_column *column = &question->resource->columns[value->column];
  const cm_filter *filter = cm_url_find_filter(question->resource, widest, value->column,
                                               CM_TERM_EQ);
  cm_from from = cm_source_of(column).from;
  bool is_in_row = from == CM_FROM_MEMBER || (widest->each != NULL && from == CM_FROM_AROUND);
  bool is_few = filter != NULL && (filter->words != NULL || CM_EXTRA(filter, is_silent));
  return value->op == CM_TERM_EQ && value->value != NULL && cm_value_is_text(value->value) &&
         column->type == CM_TEXT && !(column->flags & (CM_PARAM | CM_COMPANION)) && is_in_row &&
         !is_few;
}

/** True when the list cannot be asked for what the request asks for, and its rows cannot tell. */
static bool is_lost(const cm_list_question *question, const cm_url_value *value) {
  const cm_resource *resource = question->resource;
  const cm_filter *filter = cm_url_find_filter(resource, widest_of(resource), value->column,
                                               value->op);
  bool is_silent = cm_source_is(&resource->columns[value->column], CM_FROM_BOUND);
  return filter == NULL && (is_silent || (resource->columns[value->column].flags & CM_PARAM));
}

/** Would the statement see which list the row came from? One that is looked up alone is another text than an item of a list. */
static bool shows_text(const cm_list_question *question) {
  const cm_resource *resource = question->resource;
  bool is_item = question->read->each == NULL && widest_of(resource)->each != NULL;
  for (int i = 0; is_item && i < resource->column_count; i++) {
    bool is_used = question->columns_used >> (i < 63 ? i : 63) & 1;
    if (is_used && cm_source_is(&resource->columns[i], CM_FROM_ROW)) return true;
  }
  return false;
}

uint64_t cm_list_matchable(const cm_list_question *question) {
  uint64_t matchable = 0;
  bool is_single = question->read->paging == CM_SINGLE;
  if (cm_list_holder(question->resource, question->read) == NULL || question->count > 63) return 0;
  if (shows_text(question)) return 0;
  for (int i = 0; i < question->count; i++) {
    const cm_url_value *value = &question->values[i];
    bool can_match = is_shown(question, value);
    if (can_match) matchable |= UINT64_C(1) << i;
    if (!can_match && (is_single || is_lost(question, value))) return 0;
  }
  return matchable;
}

int cm_list_url(const cm_list_question *question, uint64_t matched, char **out, cm_err *err) {
  cm_url_value sent[64];
  int count = 0;
  cm_buf url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  for (int i = 0; i < question->count; i++) {
    if (!(matched >> i & 1)) sent[count++] = question->values[i];
  }
  cm_url_format(question->resource, widest_of(question->resource), sent, count,
                question->columns_used, &url);
  *out = url.code == SQLITE_OK ? sqlite3_mprintf("%s", cm_buf_str(&url)) : NULL;
  bool has_room = url.code == SQLITE_OK ? *out != NULL : url.code != SQLITE_NOMEM;
  cm_buf_clear(&url);
  return has_room ? SQLITE_OK : cm_err_nomem(err);
}

int cm_list_format_request(const cm_list_question *question, cm_buf *out) {
  cm_url_format(question->resource, question->read, question->values, question->count,
                question->columns_used, out);
  return out->code;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static int put_part(int position, const char *text, size_t len, cm_buf *out) {
  cm_buf_printf(out, "%d:%llu:", position, (unsigned long long)len);
  return cm_buf_append(out, text, len);
}

int cm_list_key(const cm_list_question *question, uint64_t matched, cm_buf *out) {
  for (int i = 0; i < question->count; i++) {
    const cm_value *value = question->values[i].value;
    if (matched >> i & 1) put_part(i, value->text, value->len, out);
  }
  return out->code;
}

/** The member that holds all values of the column that the row answers to; NULL: there is none. */
static const char *aliases_of(const cm_resource *resource, int column) {
  const cm_natural_key *key = resource->natural_key;
  for (int i = 0; key != NULL && i < 2 && CM_EXTRA(key, also[i]) != NULL; i++) {
    if (key->columns[i] != NULL && strcmp(key->columns[i], resource->columns[column].name) == 0)
      return CM_EXTRA(key, also[i]);
  }
  return NULL;
}

/** @param alias  From 1 on. Absent: the row has no such value. */
static cm_slice alias_at(cm_slice row, const char *member, int alias) {
  cm_slice list = cm_slice_find(row, member), item = { NULL, 0 };
  size_t at = 0;
  if (cm_slice_type(list) != CM_JSON_ARRAY) return item;
  for (int i = 0; i < alias; i++) {
    if (cm_slice_next(list, &at, NULL, &item) != SQLITE_ROW) return (cm_slice){ NULL, 0 };
  }
  return cm_slice_inner(item);
}

static int put_alias(int position, cm_slice escaped, cm_buf *out) {
  cm_buf text;
  cm_buf_init(&text, CM_MAX_URL_BYTES);
  cm_slice_unescape(escaped, &text);
  if (text.code != SQLITE_OK) cm_buf_fail(out, text.code);
  put_part(position, cm_buf_str(&text), text.len, out);
  cm_buf_clear(&text);
  return out->code;
}

static int put_shown(int position, cm_row *row, int column, cm_buf *out, cm_err *err) {
  cm_value shown = cm_value_null();
  int rc = cm_row_peek(row, column, &shown, err);
  if (rc == SQLITE_OK && shown.type == CM_VALUE_NULL) rc = SQLITE_DONE;
  if (rc == SQLITE_OK && !cm_value_is_text(&shown)) rc = SQLITE_MISMATCH;
  if (rc == SQLITE_OK) put_part(position, shown.text, shown.len, out);
  cm_value_clear(&shown);
  return rc;
}

/** Do the items of a row say whether it answers, or what is around them alone? */
static bool asks_items(const cm_list_question *question, uint64_t matched) {
  bool has_items = widest_of(question->resource)->each != NULL;
  for (int i = 0; has_items && i < question->count; i++) {
    const cm_column *column = &question->resource->columns[question->values[i].column];
    if ((matched >> i & 1) && cm_source_is(column, CM_FROM_MEMBER)) return true;
  }
  return false;
}

/** @return SQLITE_DONE: there are not so many. */
static int set_item(cm_row *row, cm_slice text, int number, cm_err *err) {
  cm_slice items = cm_slice_find(text, row->resource->reads[row->resource->read_count - 1].each);
  cm_slice item = { NULL, 0 };
  size_t at = 0;
  int rc = cm_slice_type(items) == CM_JSON_ARRAY ? SQLITE_ROW : SQLITE_DONE;
  for (int i = 0; i <= number && rc == SQLITE_ROW; i++)
    rc = cm_slice_next(items, &at, NULL, &item);
  if (rc == SQLITE_ERROR)
    return cm_err_set(err, rc, "%s: the API sent broken JSON: try again later",
                      row->resource->name);
  if (rc == SQLITE_ROW) cm_row_set(row, item);
  return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int cm_list_row_key(const cm_list_question *question, uint64_t matched, cm_slice text, int alias,
                    cm_buf *out, cm_err *err) {
  const cm_resource *resource = question->resource;
  bool is_around = widest_of(resource)->each != NULL;
  bool is_item = asks_items(question, matched), has_alias = alias == 0 || is_item;
  cm_row row = { .resource = resource };
  int rc = SQLITE_OK;
  if (is_around) row.outer = text;
  if (is_item) {
    rc = set_item(&row, text, alias, err);
  } else {
    cm_row_set(&row, is_around ? (cm_slice){ "{}", 2 } : text);
  }
  for (int i = 0; i < question->count && rc == SQLITE_OK; i++) {
    int column = question->values[i].column;
    if (!(matched >> i & 1)) continue;
    const char *member = alias > 0 && !is_item ? aliases_of(resource, column) : NULL;
    if (member == NULL) {
      rc = put_shown(i, &row, column, out, err);
      if (is_item && rc == SQLITE_DONE) rc = SQLITE_MISMATCH; /* those behind it may have one */
      continue;
    }
    cm_slice value = alias_at(text, member, alias);
    has_alias = true;
    if (value.ptr == NULL) rc = SQLITE_DONE;
    if (value.ptr != NULL) put_alias(i, value, out);
  }
  cm_row_clear(&row);
  if (rc == SQLITE_OK && !has_alias) rc = SQLITE_DONE;
  if (rc == SQLITE_OK && out->code == SQLITE_NOMEM) return cm_err_nomem(err);
  return rc == SQLITE_OK && out->code != SQLITE_OK ? SQLITE_MISMATCH : rc;
}

/* ---- answers ------------------------------------------------------------------------------- */

int cm_list_rows_copy(const cm_stored_row *last, bool is_one, cm_list_rows *out, cm_err *err) {
  int count = 0;
  if (last == NULL) return SQLITE_OK;
  for (const cm_stored_row *row = last; row != NULL && (count == 0 || !is_one);
       row = cm_map_next(&row->node))
    count++;
  out->rows = sqlite3_malloc64((sqlite3_uint64)count * sizeof *out->rows);
  if (out->rows == NULL) return cm_err_nomem(err);
  memset(out->rows, 0, (size_t)count * sizeof *out->rows);
  out->count = count;
  for (const cm_stored_row *row = last; count > 0; row = cm_map_next(&row->node)) {
    cm_slice copy = { cm_slice_copy(row->text), row->text.len };
    out->rows[--count] = copy;
    if (copy.ptr == NULL) return cm_err_nomem(err);
  }
  return SQLITE_OK;
}

void cm_list_rows_clear(cm_list_rows *rows) {
  for (int i = 0; i < rows->count; i++)
    sqlite3_free((char *)rows->rows[i].ptr);
  sqlite3_free(rows->rows);
  *rows = (cm_list_rows){ .is_known = false };
}
