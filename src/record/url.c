#include "record/url.h"

#include <string.h>

#include "base/instant.h"
#include "base/sqlite_api.h"
#include "base/text.h"
#include "spec/source.h"

enum {
  MAX_ID_BYTES = 255,
  MAX_FILTER_BYTES = 2048,
  DAY_MS = 24 * 60 * 60 * 1000,
  DAY_BYTES = 10 /* of "2025-01-31" */
};

int cm_url_next_column(const cm_resource *resource, const char *path, size_t *at) {
  const char *name = NULL;
  size_t len = 0;
  if (!cm_text_next_name(path, at, &name, &len) || name[len] == '\0') return -1;
  return cm_registry_find_column(resource, name, len);
}

bool cm_url_path_has(const cm_resource *resource, const cm_read *read, int column) {
  size_t at = 0;
  for (int found; (found = cm_url_next_column(resource, read->path, &at)) >= 0;) {
    if (found == column) return true;
  }
  return false;
}

bool cm_url_is_widened(const cm_resource *resource, const cm_read *read, int column) {
  const char *name = resource->columns[column].name;
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    const cm_widened *widened = CM_EXTRA(filter, widened);
    if (widened != NULL && strcmp(widened->column, name) == 0) return true;
  }
  return false;
}

bool cm_url_is_range(const cm_resource *resource, int column) {
  for (int i = 0; column >= 0 && i < resource->read_count; i++) {
    if (cm_url_is_widened(resource, &resource->reads[i], column)) return true;
  }
  return false;
}

bool cm_url_is_single(const cm_read *read) {
  return read->paging == CM_SINGLE || read->paging == CM_EITHER;
}

static bool serves(const cm_filter *filter, cm_term_op op) {
  switch (filter->op) {
  case CM_EQ: return op == CM_TERM_EQ;
  case CM_GE: return op == CM_TERM_GE || op == CM_TERM_GT;
  default: return op == CM_TERM_LE || op == CM_TERM_LT;
  }
}

const cm_filter *cm_url_find_filter(const cm_resource *resource, const cm_read *read, int column,
                                    cm_term_op op) {
  const char *name = resource->columns[column].name;
  const cm_filter *bound = NULL;
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    if (strcmp(filter->column, name) != 0) continue;
    if (serves(filter, op)) return filter;
    if (op == CM_TERM_EQ && bound == NULL) bound = filter;
  }
  return bound;
}

/** Does this filter carry the value? An equality that none serves is carried by every bound. */
static bool carries(const cm_resource *resource, const cm_read *read, const cm_filter *filter,
                    const cm_url_value *value) {
  const cm_filter *found = cm_url_find_filter(resource, read, value->column, value->op);
  if (found == filter) return true;
  bool is_by_bounds = found != NULL && value->op == CM_TERM_EQ && found->op != CM_EQ;
  return is_by_bounds && strcmp(found->column, filter->column) == 0;
}

/*
** The ids of the API are made of letters, digits, "-" and "_". A text with anything else in it is the
** id of no row, so nothing needs to be asked, and no other character ever gets into a path.
*/
cm_sendable cm_url_path_value(const cm_column *column, const cm_value *value) {
  if (value->type == CM_VALUE_INTEGER) return value->integer >= 0 ? CM_SEND : CM_NO_ROW;
  if (!cm_value_is_text(value) || value->len == 0 || value->len > MAX_ID_BYTES) return CM_NO_ROW;
  if (column->flags & CM_ANY_TEXT_IN_PATH) {
    /* "." and ".." lead elsewhere, however they are encoded */
    bool is_dots = strspn(value->text, ".") == value->len && value->len <= 2;
    return is_dots || memchr(value->text, 0, value->len) ? CM_NO_ROW : CM_SEND;
  }
  for (size_t i = 0; i < value->len; i++) {
    char c = value->text[i];
    if (!cm_text_is_alnum(c) && c != '-' && c != '_') return CM_NO_ROW;
  }
  return CM_SEND;
}

/** Send a text, or only say that it can be. */
static cm_sendable send_as(const char *text, cm_buf *wire) {
  if (wire != NULL) cm_buf_text(wire, text);
  return CM_SEND;
}

static cm_sendable send_word(const cm_filter *filter, const cm_value *value, cm_buf *wire) {
  for (const cm_word *word = filter->words; word->sql != NULL; word++) {
    if (cm_text_is(value->text, value->len, word->sql)) return send_as(word->wire, wire);
  }
  return CM_SEND_NOT;
}

/*
** A bound on a point in time is sent as a day, one day further out: the API may cut either way. SQL
** compares the texts, so the day that the text begins with counts, whatever offset stands at its end.
*/
static cm_sendable send_bound(const cm_filter *filter, const cm_value *value, cm_buf *wire) {
  char day[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  if (!cm_value_is_text(value) || !cm_instant_parse(value->text, value->len, &instant_ms) ||
      !cm_instant_parse(value->text, DAY_BYTES, &instant_ms)) {
    return CM_SEND_NOT;
  }
  cm_instant_format_day(instant_ms + (filter->op == CM_GE ? -DAY_MS : DAY_MS), day);
  return send_as(day, wire);
}

static cm_sendable send_boolean(const cm_value *value, cm_buf *wire) {
  if (value->type != CM_VALUE_INTEGER || (value->integer != 0 && value->integer != 1))
    return CM_SEND_NOT;
  return send_as(value->integer ? "true" : "false", wire);
}

static cm_sendable send_number(const cm_value *value, cm_buf *wire) {
  if (value->type != CM_VALUE_INTEGER) return CM_SEND_NOT;
  if (wire != NULL) cm_buf_printf(wire, "%lld", (long long)value->integer);
  return CM_SEND;
}

/** The parameter that carries the value; NULL: none does. */
static const char *param_of(const cm_filter *filter, const cm_value *value) {
  const cm_word *prefix = CM_EXTRA(filter, prefixes);
  if (prefix == NULL) return filter->param;
  for (; prefix->sql != NULL; prefix++) {
    size_t len = strlen(prefix->sql);
    if (value->len > len && memcmp(value->text, prefix->sql, len) == 0) return prefix->wire;
  }
  return NULL;
}

static cm_sendable send_text(const cm_filter *filter, const cm_value *value, cm_buf *wire) {
  /* SQL finds '5', '5.0' and 5 equal to a number in some statements: the list decides. */
  if (!cm_value_is_text(value)) return CM_SEND_NOT;
  if (value->len == 0 || value->len > MAX_FILTER_BYTES || memchr(value->text, 0, value->len))
    return CM_SEND_NOT;
  if (filter->words != NULL) return send_word(filter, value, wire);
  if (param_of(filter, value) == NULL) return CM_SEND_NOT;
  if (wire != NULL) cm_buf_append(wire, value->text, value->len);
  return CM_SEND;
}

/** A point in time is sent as the day that it falls on; a text that is not one, as it stands. */
static cm_sendable send_day(const cm_filter *filter, const cm_value *value, cm_buf *wire) {
  char day[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  if (!cm_value_is_text(value) || !cm_instant_parse(value->text, value->len, &instant_ms))
    return send_text(filter, value, wire);
  cm_instant_format_day(instant_ms, day);
  return send_as(day, wire);
}

cm_sendable cm_url_filter_value(const cm_column *column, const cm_filter *filter,
                                const cm_value *value, cm_buf *wire) {
  if (value->type == CM_VALUE_NULL) return CM_NO_ROW; /* nothing is equal to NULL */
  switch (column->type) {
  case CM_BOOLEAN: return send_boolean(value, wire);
  case CM_INTEGER:
  case CM_REAL: return send_number(value, wire);
  case CM_TIME: return filter->op == CM_EQ ? CM_SEND_NOT : send_bound(filter, value, wire);
  case CM_DAY:
    return filter->op == CM_EQ ? send_day(filter, value, wire) : send_bound(filter, value, wire);
  default: return send_text(filter, value, wire);
  }
}

void cm_url_sample(const cm_column *column, char *out, int size) {
  bool is_text = column->type != CM_BOOLEAN && column->type != CM_INTEGER;
  const char *sample = column->sample != NULL ? column->sample : is_text ? "..." : "1";
  sqlite3_snprintf(size, out, is_text ? "'%s'" : "%s", sample);
}

const char *cm_url_separator(const cm_buf *url) {
  return strchr(cm_buf_str(url), '?') == NULL ? "?" : "&";
}

static const cm_url_value *find_value(const cm_url_value *values, int count, int column) {
  for (int i = 0; i < count; i++) {
    if (values[i].column == column && values[i].op == CM_TERM_EQ) return &values[i];
  }
  return NULL;
}

static void put_unknown(cm_buf *out, const cm_resource *resource, const cm_url_value *value,
                        int column) {
  const char *shown = value != NULL ? value->shown : NULL;
  cm_buf_printf(out, "{%s}", shown != NULL ? shown : resource->columns[column].name);
}

int cm_url_format_path(const cm_resource *resource, const char *path, const cm_url_value *values,
                       int count, cm_buf *out) {
  size_t from = 0;
  size_t at = 0;
  for (int column; (column = cm_url_next_column(resource, path, &at)) >= 0; from = at) {
    cm_buf_append(out, path + from, strcspn(path + from, "{"));
    const cm_url_value *value = find_value(values, count, column);
    if (value == NULL || value->value == NULL) {
      put_unknown(out, resource, value, column);
    } else if (value->value->type == CM_VALUE_INTEGER) {
      cm_buf_printf(out, "%lld", (long long)value->value->integer);
    } else {
      cm_buf_percent(out, value->value->text, value->value->len);
    }
  }
  return cm_buf_text(out, path + from);
}

/** Two columns may say the same: the first one is sent, and the other is checked like any term. */
static bool has_param(const char *url, const char *param) {
  size_t len = strlen(param);
  for (const char *at = strchr(url, '?'); at != NULL; at = strchr(at + 1, '&')) {
    if (strncmp(at + 1, param, len) == 0 && at[1 + len] == '=') return true;
  }
  return false;
}

static void put_filter(const cm_resource *resource, const cm_filter *filter,
                       const cm_url_value *value, cm_buf *out) {
  if (value->value == NULL) {
    cm_buf_printf(out, "%s%s=", cm_url_separator(out), filter->param);
    put_unknown(out, resource, value, value->column);
    return;
  }
  cm_buf wire;
  cm_buf_init(&wire, MAX_FILTER_BYTES + 1);
  const cm_column *column = &resource->columns[value->column];
  if (cm_url_filter_value(column, filter, value->value, &wire) == CM_SEND &&
      !has_param(cm_buf_str(out), param_of(filter, value->value))) {
    cm_buf_printf(out, "%s%s=", cm_url_separator(out), param_of(filter, value->value));
    cm_buf_percent(out, cm_buf_str(&wire), wire.len);
    cm_buf_fail(out, wire.code); /* never "param=" with nothing behind it */
  }
  cm_buf_clear(&wire);
}

bool cm_url_wants(const cm_resource *resource, uint64_t columns_used, int column) {
  if (CM_EXTRA(&resource->columns[column], wants) == NULL) return false;
  for (int i = 0; i < resource->column_count; i++) {
    bool has_it = i == column || cm_source_is(&resource->columns[i], CM_FROM_ROW);
    if (has_it && (columns_used & 1ull << (i < 63 ? i : 63))) return true;
  }
  return false;
}

static void put_wants(const cm_resource *resource, uint64_t columns_used, cm_buf *out) {
  for (int i = 0; i < resource->column_count; i++) {
    if (!cm_url_wants(resource, columns_used, i)) continue;
    cm_buf_printf(out, "%s%s=true", cm_url_separator(out), CM_EXTRA(&resource->columns[i], wants));
  }
}

/** Is the parameter a bound of a column that one of the values bounds? */
static bool is_bounded(const cm_resource *resource, const cm_widened *widened,
                       const cm_url_value *values, int count) {
  for (int i = 0; i < count && widened != NULL; i++) {
    const char *name = resource->columns[values[i].column].name;
    if (strcmp(name, widened->column) != 0) continue;
    cm_filter bound = { .op = widened->op };
    bool has_both_ends = values[i].op == CM_TERM_EQ || values[i].op == CM_TERM_LIKE;
    if (has_both_ends || serves(&bound, values[i].op)) return true;
  }
  return false;
}

int cm_url_format(const cm_resource *resource, const cm_read *read, const cm_url_value *values,
                  int count, uint64_t columns_used, cm_buf *out) {
  cm_url_format_path(resource, read->path, values, count, out);
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    bool is_given = false;
    for (int i = 0; i < count; i++) {
      const cm_url_value *value = &values[i];
      if (!carries(resource, read, filter, value)) continue;
      put_filter(resource, filter, value, out);
      is_given = true;
    }
    const char *fallback = CM_EXTRA(filter, fallback);
    const cm_widened *widened = CM_EXTRA(filter, widened);
    if (is_given || fallback == NULL) continue;
    cm_buf_printf(out, "%s%s=", cm_url_separator(out), filter->param);
    if (is_bounded(resource, widened, values, count)) {
      cm_buf_printf(out, "{%s of %s}", widened->interval, widened->column);
    } else {
      cm_buf_text(out, fallback);
    }
  }
  if (read->query != NULL) cm_buf_printf(out, "%s%s", cm_url_separator(out), read->query);
  put_wants(resource, columns_used, out);
  return out->code;
}
