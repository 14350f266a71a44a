#include "lists/split.h"

#include <string.h>

#include "base/instant.h"
#include "record/row.h"
#include "record/url.h"
#include "spec/registry.h"

enum {
  WINDOWS_PER_CONNECTION = 2, /* so that none of them is the tail */
  LEAST_DAYS_OF_A_WINDOW = 8  /* two of them are read twice */
};

static const int64_t DAY_MS = INT64_C(86400000);

void cm_parts_clear(cm_parts *parts) {
  for (int i = 0; i < parts->count; i++)
    sqlite3_free(parts->urls[i]);
  parts->count = 0;
}

/** Does the query of a request have the parameter? */
static bool has_parameter(const char *url, const char *param) {
  size_t len = strlen(param);
  for (const char *at = strpbrk(url, "?&"); at != NULL; at = strpbrk(at + 1, "?&")) {
    if (strncmp(at + 1, param, len) == 0 && at[1 + len] == '=') return true;
  }
  return false;
}

const cm_split *cm_split_usable(const cm_split *split, const char *url) {
  for (; split != NULL && split->param != NULL; split++) {
    bool is_sent = has_parameter(url, split->param) ||
                   (split->until != NULL && has_parameter(url, split->until));
    if (!is_sent) return split;
  }
  return NULL;
}

/** The date of a row, in ms; 0: it has none. */
static int64_t date_of(const cm_split *split, cm_slice row) {
  int64_t date_ms = 0;
  cm_slice date = cm_slice_inner(cm_slice_find(row, split->date));
  bool is_read = date.ptr != NULL && cm_instant_parse(date.ptr, date.len, &date_ms);
  return is_read ? date_ms : 0;
}

void cm_split_note(const cm_split *split, cm_slice row, cm_shown_dates *shown) {
  int64_t date_ms = date_of(split, row);
  if (date_ms == 0 || date_ms < shown->last_ms) shown->are_unordered = true;
  if (shown->first_ms == 0) shown->first_ms = date_ms;
  shown->last_ms = date_ms;
}

/** A request as that of the list, with one more parameter. */
static void put_parameter(cm_buf *url, const char *param, const char *value, size_t len) {
  cm_buf_printf(url, "%s%s=", cm_url_separator(url), param);
  cm_buf_percent(url, value, len);
}

int cm_split_ask(const cm_split *split, const cm_pager *plain, cm_pager *hint, cm_err *err) {
  cm_list list = plain->list;
  cm_buf url;
  if (split->table == NULL && split->until == NULL) return SQLITE_OK;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  if (split->table != NULL) {
    const cm_resource *table = cm_registry_find(split->table);
    const cm_read *read = &table->reads[table->read_count - 1];
    cm_buf_text(&url, read->path);
    list = (cm_list){ .paging = read->paging, .rows = read->rows, .per_page = list.per_page };
  } else {
    cm_buf_text(&url, plain->url);
    cm_buf_printf(&url, "%s%s", cm_url_separator(&url), split->last_first);
    list.per_page = 1;
    list.wanted = 0;
  }
  list.who = plain->list.who;
  list.url = cm_buf_str(&url);
  int rc = url.code == SQLITE_OK ? cm_pager_open(hint, plain->session, &list, err) : url.code;
  cm_buf_clear(&url);
  return rc;
}

/** @param url  Finished; cleared. */
static int take_part(cm_parts *parts, cm_buf *url, cm_err *err) {
  int rc = url->code;
  char *text = rc == SQLITE_OK ? sqlite3_mprintf("%s", cm_buf_str(url)) : NULL;
  cm_buf_clear(url);
  if (rc == SQLITE_TOOBIG) return rc;
  if (text == NULL) return cm_err_nomem(err);
  parts->urls[parts->count++] = text;
  return SQLITE_OK;
}

/** @return SQLITE_TOOBIG: there are too many. */
static int add_value(const cm_split *split, const cm_pager *plain, const char *value, size_t len,
                     cm_parts *parts, cm_err *err) {
  cm_buf url;
  if (parts->count == CM_MAX_PARTS) return SQLITE_TOOBIG;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  cm_buf_text(&url, plain->url);
  put_parameter(&url, split->param, value, len);
  return take_part(parts, &url, err);
}

/** A part for each row of the table. */
static int find_rows(const cm_split *split, const cm_pager *plain, cm_pager *hint, cm_parts *parts,
                     cm_err *err) {
  const cm_resource *table = cm_registry_find(split->table);
  cm_row row = { .resource = table };
  cm_slice text;
  int rc = SQLITE_ROW;
  while (rc == SQLITE_ROW && (rc = cm_pager_next(hint, &text, err)) == SQLITE_ROW) {
    cm_value key = cm_value_null();
    cm_row_set(&row, text);
    int read = cm_row_get(&row, cm_registry_key(table), &key, err);
    if (read == SQLITE_OK && cm_value_is_text(&key))
      read = add_value(split, plain, key.text, key.len, parts, err);
    cm_value_clear(&key);
    if (read != SQLITE_OK) rc = read;
  }
  cm_row_clear(&row);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int find_words(const cm_split *split, const cm_pager *plain, cm_parts *parts, cm_err *err) {
  int rc = SQLITE_OK;
  for (const cm_word *word = split->words; word->sql != NULL && rc == SQLITE_OK; word++)
    rc = add_value(split, plain, word->wire, strlen(word->wire), parts, err);
  return rc;
}

static int64_t least(int64_t one, int64_t other) {
  return one < other ? one : other;
}

/** How many windows: as the rows that were read are spread, so are the others thought to be. */
static int64_t count_windows(const cm_pager *plain, const cm_shown_dates *shown, int64_t end_ms) {
  int64_t read_ms = shown->last_ms - shown->first_ms;
  int64_t all_ms = end_ms - shown->first_ms;
  int64_t left_ms = end_ms - shown->last_ms;
  int64_t most = (int64_t)plain->session->settings.concurrency * WINDOWS_PER_CONNECTION;
  if (shown->are_unordered || end_ms == 0 || all_ms < read_ms) return 0;
  double pages = (double)plain->pages * (double)left_ms / (double)(read_ms > 0 ? read_ms : 1);
  int64_t windows = least(most, left_ms / DAY_MS / LEAST_DAYS_OF_A_WINDOW);
  bool are_many = pages > (double)(windows * CM_LEAST_PAGES_OF_A_PART);
  return are_many ? windows : (int64_t)(pages / CM_LEAST_PAGES_OF_A_PART);
}

static void put_day(cm_buf *url, const char *param, int64_t at_ms) {
  char day[CM_INSTANT_TEXT];
  cm_instant_format_day(at_ms, day);
  put_parameter(url, param, day, strlen(day));
}

/**
 * Windows of days. Whether the API counts a bound in is not known, nor in which zone: each is a day wider on both sides. They
 * begin where the pages that were read end; the last one has no end.
 */
static int find_windows(const cm_split *split, const cm_pager *plain, cm_pager *hint,
                        const cm_shown_dates *shown, cm_parts *parts, cm_err *err) {
  cm_slice row = { NULL, 0 };
  int rc = cm_pager_next(hint, &row, err);
  if (rc != SQLITE_ROW) return rc == SQLITE_DONE ? SQLITE_OK : rc;
  int64_t end_ms = date_of(split, row);
  int64_t windows = count_windows(plain, shown, end_ms);
  rc = SQLITE_OK;
  if (windows > CM_MAX_PARTS) windows = CM_MAX_PARTS;
  for (int64_t i = 0; i < windows && windows > 1 && rc == SQLITE_OK; i++) {
    int64_t step_ms = (end_ms - shown->last_ms) / windows;
    int64_t from_ms = shown->last_ms + i * step_ms;
    cm_buf url;
    cm_buf_init(&url, CM_MAX_URL_BYTES);
    cm_buf_text(&url, plain->url);
    put_day(&url, split->param, from_ms - DAY_MS);
    if (i + 1 < windows) put_day(&url, split->until, from_ms + step_ms + DAY_MS);
    rc = take_part(parts, &url, err);
  }
  return rc;
}

int cm_split_find(const cm_split *split, const cm_pager *plain, cm_pager *hint,
                  const cm_shown_dates *shown, cm_parts *parts, cm_err *err) {
  if (split->until != NULL) return find_windows(split, plain, hint, shown, parts, err);
  if (split->table != NULL) return find_rows(split, plain, hint, parts, err);
  return find_words(split, plain, parts, err);
}
