#include "copy/growth.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "copy/behind.h"
#include "copy/owned.h"
#include "lists/pager.h"
#include "spec/registry.h"

#define SUMS "temp.chartmogul_sums"
#define AGAIN "temp.chartmogul_again"   /* what is to be read again */
#define RANGES "temp.chartmogul_ranges" /* what is read, without overlaps */

enum {
  MAX_SQL_BYTES = 16 * 1024,
  MAX_MONTHS = 12,      /* that are read again; where more differ, the whole list is one reading */
  MAX_RANGES = 12,      /* likewise, or as many as the whole list has pages */
  MAX_DAYS_BETWEEN = 3, /* of two ranges that are read as one */
  MOMENT = 32           /* bytes for an instant */
};

/** One table under way. */
typedef struct growing_list {
  cm_session *session;
  cm_stage *stage;
  cm_target *target;
  const cm_growth *growth;
  char table[128];           /* as SQL has it */
  char since[MOMENT];        /* rows from here on are read again */
  char first[CM_GROWTH_DAY]; /* day of the first row of the copy */
} growing_list;

/* ---- the oldest row --------------------------------------------------------------------------------- */

static const cm_resource *growing_table(void) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    if (CM_EXTRA(resources[i], growth) != NULL) return resources[i];
  }
  return NULL;
}

/** A copy of the day that begins an instant. "": it is not one. */
static int take_day(const cm_resource *resource, cm_slice text, char day[CM_GROWTH_DAY],
                    cm_err *err) {
  enum { DAY_LEN = 10 };
  cm_row row = { .resource = resource };
  cm_value by = cm_value_null();
  cm_row_set(&row, text);
  int rc = cm_row_get_named(&row, resource->extras->growth->by, &by, err);
  if (rc == SQLITE_OK && cm_value_is_text(&by) && by.len >= DAY_LEN)
    sqlite3_snprintf(DAY_LEN + 1, day, "%s", by.text);
  cm_value_clear(&by);
  cm_row_clear(&row);
  return rc;
}

void cm_growth_oldest(char url[CM_GROWTH_URL]) {
  const cm_resource *resource = growing_table();
  url[0] = '\0';
  if (resource == NULL) return;
  sqlite3_snprintf(CM_GROWTH_URL, url, "%s?%s", resource->reads[resource->read_count - 1].path,
                   resource->extras->growth->oldest);
}

int cm_growth_first_day(cm_session *session, char day[CM_GROWTH_DAY], cm_err *err) {
  char url[CM_GROWTH_URL];
  cm_pager pager;
  cm_slice text = { NULL, 0 };
  const cm_resource *resource = growing_table();
  day[0] = '\0';
  if (resource == NULL) return SQLITE_OK;
  const cm_read *read = &resource->reads[resource->read_count - 1];
  cm_growth_oldest(url);
  const cm_list list = { .who = resource->name,
                         .url = url,
                         .paging = read->paging,
                         .rows = read->rows,
                         .per_page = 1,
                         .enough = 1,
                         .is_fresh = true };
  int rc = cm_pager_open(&pager, session, &list, err);
  if (rc == SQLITE_OK) rc = cm_pager_next(&pager, &text, err);
  if (rc == SQLITE_ROW) rc = take_day(resource, text, day, err);
  cm_pager_close(&pager);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* ---- what the copy holds --------------------------------------------------------------------------- */

static void take_text(sqlite3_stmt *stmt, int column, char *out, int size) {
  const char *text = (const char *)sqlite3_column_text(stmt, column);
  sqlite3_snprintf(size, out, "%s", text != NULL ? text : "");
}

/** `since` stays "" where the list has to be read whole. */
static int look_at_copy(growing_list *growing, cm_err *err) {
  const cm_growth *growth = growing->growth;
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf(
      "SELECT datetime(max(\"%w\"), '-1 day'), date(min(\"%w\")), count(DISTINCT \"%w\") FROM %s",
      growth->by, growth->by, growth->unit, growing->table);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_prepare(growing->target, sql, &stmt, err);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) return rc;
  if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 2) == 1) {
    take_text(stmt, 0, growing->since, MOMENT);
    take_text(stmt, 1, growing->first, CM_GROWTH_DAY);
  }
  rc = sqlite3_finalize(stmt);
  return rc == SQLITE_OK ? SQLITE_OK : cm_target_error(growing->target, rc, err);
}

/* ---- what the account says of each month ------------------------------------------------------------- */

static int keep_sums(growing_list *growing, cm_scan *scan, sqlite3_stmt *insert, cm_err *err) {
  const cm_resource *checked = cm_scan_row(scan)->resource;
  cm_value day = cm_value_null();
  int rc = cm_row_get_named(cm_scan_row(scan), CM_EXTRA(checked, told_by), &day, err);
  for (const cm_word *sum = growing->growth->sums; rc == SQLITE_OK && sum->sql != NULL; sum++) {
    cm_value total = cm_value_null();
    rc = cm_row_get_named(cm_scan_row(scan), sum->wire, &total, err);
    if (rc != SQLITE_OK) break;
    sqlite3_bind_text(insert, 1, day.text, (int)day.len, SQLITE_TRANSIENT);
    sqlite3_bind_text(insert, 2, sum->sql, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 3, total.integer);
    (void)sqlite3_step(insert);
    int end = sqlite3_reset(insert);
    if (end != SQLITE_OK) rc = cm_target_error(growing->target, end, err);
    cm_value_clear(&total);
  }
  cm_value_clear(&day);
  return rc;
}

static int read_sums(growing_list *growing, cm_err *err) {
  cm_copied series;
  (void)cm_copied_describe(cm_registry_find(growing->growth->checked), &series);
  cm_reading_of what = cm_reading_whole(series.resource);
  sqlite3_stmt *insert = NULL;
  cm_scan *scan = NULL;
  what.terms[what.term_count++] = (cm_reading_term){
    series.start, CM_TERM_EQ, cm_value_text(growing->first, strlen(growing->first))
  };
  int rc = cm_target_run(growing->target,
                         "CREATE TABLE IF NOT EXISTS " SUMS
                         " (day TEXT, kind TEXT, total INTEGER); DELETE FROM " SUMS,
                         err);
  if (rc == SQLITE_OK)
    rc = cm_target_prepare(growing->target, "INSERT INTO " SUMS " VALUES (?, ?, ?)", &insert, err);
  if (rc == SQLITE_OK) rc = cm_reading_open(growing->session, &what, &scan, err);
  while (rc == SQLITE_OK && (rc = cm_scan_next(scan, err)) == SQLITE_ROW)
    rc = keep_sums(growing, scan, insert, err);
  cm_scan_close(scan);
  sqlite3_finalize(insert);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* ---- which months differ ------------------------------------------------------------------------------- */

static char *months_sql(const growing_list *growing) {
  const cm_growth *growth = growing->growth;
  return sqlite3_mprintf(
      "INSERT INTO " AGAIN " SELECT DISTINCT month || '-01 00:00:00', "
      "datetime(month || '-01', '+1 month') FROM ("
      "SELECT strftime('%%Y-%%m', day) AS month, kind, -total AS total FROM " SUMS " UNION ALL "
      "SELECT strftime('%%Y-%%m', \"%w\"), \"%w\", \"%w\" FROM %s WHERE \"%w\" < %Q UNION ALL "
      "SELECT strftime('%%Y-%%m', \"%w\"), \"%w\", \"%w\" FROM %s) "
      "WHERE month <= strftime('%%Y-%%m', %Q) GROUP BY month, kind HAVING sum(total) <> 0",
      growth->by, growth->kind, growth->amount, growing->table, growth->by, growing->since,
      growth->by, growth->kind, growth->amount, growing->stage->table, growing->since);
}

/** Run what sqlite3_mprintf has made, and free it. */
static int run_made(growing_list *growing, char *sql, cm_err *err) {
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_run(growing->target, sql, err);
  sqlite3_free(sql);
  return rc;
}

static int find_months(growing_list *growing, cm_err *err) {
  int rc = cm_target_run(growing->target,
                         "CREATE TABLE IF NOT EXISTS " AGAIN " (first TEXT, until TEXT); "
                         "CREATE TABLE IF NOT EXISTS " RANGES
                         " (first TEXT PRIMARY KEY, until TEXT); DELETE FROM " AGAIN
                         "; DELETE FROM " RANGES,
                         err);
  return rc == SQLITE_OK ? run_made(growing, months_sql(growing), err) : rc;
}

/* ---- which days show what has changed -------------------------------------------------------------------- */

/** Has the history of the other table all these columns? */
static int has_former(growing_list *growing, const cm_copied *other, const char *words, bool *out,
                      cm_err *err) {
  const char *name = NULL;
  size_t len = 0;
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && *out && cm_text_next_word(&words, &name, &len)) {
    int64_t count = 0;
    char *sql = sqlite3_mprintf("SELECT count(*) FROM pragma_table_info('%q_history', %Q) "
                                "WHERE name = '%.*q'",
                                other->name, growing->target->schema, (int)len, name);
    rc = sql == NULL ? cm_err_nomem(err) : cm_target_number(growing->target, sql, &count, err);
    sqlite3_free(sql);
    *out = count > 0;
  }
  return rc;
}

/** Whether the file says how rows of the other table were before: all columns that are compared are there. */
static int knows_former(growing_list *growing, const cm_shown_row *shown, const cm_copied *other,
                        bool *out, cm_err *err) {
  int rc = cm_owned_has(growing->target, other->name, out, err);
  if (rc == SQLITE_OK && *out) rc = has_former(growing, other, shown->key, out, err);
  if (rc == SQLITE_OK && *out) rc = has_former(growing, other, shown->changes, out, err);
  return rc;
}

/** Append `format` for each word, which stands in place of each `?`, with `between` between them. */
static void write_each(const char *words, const char *format, const char *between, cm_buf *out) {
  const char *word = NULL;
  size_t len = 0;
  for (const char *before = ""; cm_text_next_word(&words, &word, &len); before = between) {
    cm_buf_text(out, before);
    for (const char *at = format; *at != '\0'; at++) {
      if (*at == '?')
        cm_buf_append(out, word, len);
      else
        cm_buf_append(out, at, 1);
    }
  }
}

/** Append "t.a = h.b AND …" for the columns that say which row is shown. */
static void write_shown(const cm_shown_row *shown, cm_buf *out) {
  const char *by = shown->by, *key = shown->key;
  const char *column = NULL, *other = NULL;
  size_t len = 0, other_len = 0;
  const char *before = "";
  while (cm_text_next_word(&by, &column, &len) && cm_text_next_word(&key, &other, &other_len)) {
    cm_buf_printf(out, "%st.\"%.*s\" = h.\"%.*s\"", before, (int)len, column, (int)other_len,
                  other);
    before = " AND ";
  }
}

/** Append a condition: the row of the list calls the other one by another name than it has. */
static void write_calls_otherwise(const cm_shown_row *shown, cm_buf *out) {
  enum { FORMAT = 200 };
  char format[FORMAT];
  sqlite3_snprintf(FORMAT, format,
                   shown->is_within ? "instr(t.\"%s\", coalesce(c.\"?\", '')) = 0"
                                    : "t.\"%s\" <> coalesce(c.\"?\", '')",
                   shown->name);
  write_each(shown->names, format, " AND ", out);
}

/**
 * Rows whose other row is gone, or has changed since the last refresh; for a day also rows that call it otherwise: the account works
 * its rows out in the background.
 * @param refreshed_at  As SQL has it: it is what the file says.
 */
static void write_days(const growing_list *growing, const cm_shown_row *shown,
                       const cm_copied *other, const char *refreshed_at, cm_buf *out) {
  const char *by = growing->growth->by;
  const char *key = cm_copied_column(other, other->keys[0]);
  const char *schema = growing->target->quoted;
  cm_buf_printf(out,
                "INSERT INTO " AGAIN " SELECT DISTINCT date(t.\"%s\") || ' 00:00:00', "
                "date(t.\"%s\", '+1 day') || ' 00:00:00' FROM (SELECT * FROM %s.\"%s_history\" "
                "WHERE valid_to > datetime(%s, '-1 day')) AS h JOIN %s AS t ON ",
                by, by, schema, other->name, refreshed_at, growing->table);
  write_shown(shown, out);
  cm_buf_printf(out,
                " LEFT JOIN %s.\"%s\" AS c ON c.\"%s\" = h.\"%s\" WHERE t.\"%s\" < '%s' "
                "AND (c.\"%s\" IS NULL OR h.valid_to > %s AND (",
                schema, other->name, key, key, by, growing->since, key, refreshed_at);
  write_each(shown->changes, "h.\"?\" IS NOT c.\"?\"", " OR ", out);
  cm_buf_text(out, ") OR (");
  write_each(shown->names, "h.\"?\" IS NOT c.\"?\"", " OR ", out);
  cm_buf_text(out, ") AND ");
  write_calls_otherwise(shown, out);
  cm_buf_text(out, ")");
}

static int find_days_of(growing_list *growing, const cm_shown_row *shown, const char *refreshed_at,
                        cm_err *err) {
  cm_copied other;
  bool is_known = false;
  cm_buf sql;
  (void)cm_copied_describe(cm_registry_find(shown->table), &other);
  int rc = knows_former(growing, shown, &other, &is_known, err);
  if (rc != SQLITE_OK || !is_known) return rc;
  cm_buf_init(&sql, MAX_SQL_BYTES);
  write_days(growing, shown, &other, refreshed_at, &sql);
  return cm_target_run_buf(growing->target, &sql, err);
}

static int find_days(growing_list *growing, cm_err *err) {
  cm_owned owned;
  const cm_shown_row *shown = growing->growth->shown;
  int rc = cm_owned_look(growing->target, growing->stage->copied, &owned, err);
  if (rc != SQLITE_OK) return rc;
  char *refreshed_at = sqlite3_mprintf("%Q", owned.refreshed_at);
  if (refreshed_at == NULL) return cm_err_nomem(err);
  for (; shown != NULL && shown->table != NULL && rc == SQLITE_OK; shown++)
    rc = find_days_of(growing, shown, refreshed_at, err);
  sqlite3_free(refreshed_at);
  return rc;
}

/* ---- ranges -------------------------------------------------------------------------------------------------- */

/** Months and days that lie side by side are one range, where no other lies between: a request reaches a day beyond its ends. */
static int join_ranges(growing_list *growing, cm_err *err) {
  return run_made(
      growing,
      sqlite3_mprintf(
          "INSERT INTO " RANGES " SELECT min(first), min(max(until), %Q) FROM ("
          "SELECT first, until, sum(is_new) OVER (ORDER BY first, until, id) AS part FROM ("
          "SELECT id, first, until, julianday(first) - coalesce(julianday(before), 0) > %d OR "
          "EXISTS "
          "(SELECT 1 FROM " RANGES
          " AS r WHERE r.first >= before AND r.first < a.first) AS is_new FROM ("
          "SELECT rowid AS id, first, until, max(until) OVER (ORDER BY first, until, rowid "
          "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM " AGAIN
          " WHERE first < %Q) AS a)) GROUP BY part",
          growing->since, MAX_DAYS_BETWEEN, growing->since),
      err);
}

/** A condition on rows of the copy. The ranges do not overlap: a row is within one if the last that begins before it ends behind it. */
static char *within_ranges(const growing_list *growing) {
  return sqlite3_mprintf("t.\"%w\" < (SELECT r.until FROM " RANGES
                         " AS r WHERE r.first <= t.\"%w\" ORDER BY r.first DESC LIMIT 1)",
                         growing->growth->by, growing->growth->by);
}

/** Once the ranges were read: further ones, of rows behind those that differ. */
static int find_behind(growing_list *growing, cm_err *err) {
  char *held = within_ranges(growing);
  if (held == NULL) return cm_err_nomem(err);
  const cm_behind what = { .table = growing->table, .since = growing->since, .held = held };
  int rc = cm_target_run(growing->target, "DELETE FROM " AGAIN, err);
  if (rc == SQLITE_OK) rc = cm_behind_find(growing->stage, &what, AGAIN, err);
  sqlite3_free(held);
  return rc == SQLITE_OK ? join_ranges(growing, err) : rc;
}

/** @return SQLITE_DONE: so many that the whole list is fewer requests. */
static int count_ranges(growing_list *growing, int *count, cm_err *err) {
  int64_t ranges = 0, rows = 0;
  char *sql = sqlite3_mprintf("SELECT count(*) FROM %s", growing->table);
  int rc = sql == NULL ? cm_err_nomem(err) : cm_target_number(growing->target, sql, &rows, err);
  sqlite3_free(sql);
  if (rc == SQLITE_OK)
    rc = cm_target_number(growing->target, "SELECT count(*) FROM " RANGES, &ranges, err);
  int64_t pages = rows / growing->session->settings.per_page + 1;
  *count = (int)ranges;
  return rc != SQLITE_OK || ranges <= MAX_RANGES || ranges <= pages ? rc : SQLITE_DONE;
}

static int find_ranges(growing_list *growing, cm_err *err) {
  int64_t months = 0;
  int rc = find_months(growing, err);
  if (rc == SQLITE_OK)
    rc = cm_target_number(growing->target, "SELECT count(*) FROM " AGAIN, &months, err);
  if (rc == SQLITE_OK && months > MAX_MONTHS) return SQLITE_DONE;
  if (rc == SQLITE_OK) rc = find_days(growing, err);
  return rc == SQLITE_OK ? join_ranges(growing, err) : rc;
}

/* ---- reading -------------------------------------------------------------------------------------------- */

/** Rows from an instant on, to another one or to the end. */
static int read_range(growing_list *growing, const char *from, const char *until, cm_err *err) {
  cm_stage *stage = growing->stage;
  int by = cm_registry_column(stage->copied->resource, growing->growth->by);
  cm_reading_of what = cm_reading_whole(stage->copied->resource);
  what.terms[what.term_count++] = (cm_reading_term){ by, CM_TERM_GE,
                                                     cm_value_text(from, strlen(from)) };
  if (until != NULL)
    what.terms[what.term_count++] = (cm_reading_term){ by, CM_TERM_LT,
                                                       cm_value_text(until, strlen(until)) };
  return cm_reading_stage(growing->session, &what, stage, 1, err);
}

static int read_numbered(growing_list *growing, int number, cm_err *err) {
  char first[MOMENT] = "", until[MOMENT] = "";
  sqlite3_stmt *stmt = NULL;
  int rc = cm_target_prepare(growing->target, "SELECT first, until FROM " RANGES " WHERE rowid = ?",
                             &stmt, err);
  if (rc != SQLITE_OK) return rc;
  sqlite3_bind_int(stmt, 1, number);
  if (sqlite3_step(stmt) == SQLITE_ROW) {
    take_text(stmt, 0, first, MOMENT);
    take_text(stmt, 1, until, MOMENT);
  }
  rc = sqlite3_finalize(stmt);
  if (rc != SQLITE_OK) return cm_target_error(growing->target, rc, err);
  return read_range(growing, first, until, err);
}

static int say_what_is_held(growing_list *growing, cm_err *err) {
  cm_buf *within = &growing->stage->within;
  char *held = within_ranges(growing);
  if (held == NULL) return cm_err_nomem(err);
  cm_buf_text(within, held);
  sqlite3_free(held);
  if (within->code != SQLITE_OK) return cm_err_nomem(err);
  return run_made(
      growing, sqlite3_mprintf("INSERT INTO " RANGES " VALUES (%Q, '9999')", growing->since), err);
}

/** @return SQLITE_DONE: see count_ranges. */
static int read_ranges(growing_list *growing, cm_err *err) {
  int read = 0, count = 0;
  int rc = count_ranges(growing, &count, err);
  while (rc == SQLITE_OK && read < count) {
    while (rc == SQLITE_OK && read < count)
      rc = read_numbered(growing, ++read, err);
    if (rc == SQLITE_OK) rc = find_behind(growing, err);
    if (rc == SQLITE_OK) rc = count_ranges(growing, &count, err);
  }
  return rc;
}

static int read_parts(growing_list *growing, bool *is_read, cm_err *err) {
  int rc = read_range(growing, growing->since, NULL, err);
  if (rc == SQLITE_OK) rc = read_sums(growing, err);
  if (rc == SQLITE_OK) rc = find_ranges(growing, err);
  if (rc == SQLITE_OK) rc = read_ranges(growing, err);
  if (rc == SQLITE_DONE) return SQLITE_OK;
  if (rc == SQLITE_OK) rc = say_what_is_held(growing, err);
  *is_read = rc == SQLITE_OK;
  return rc;
}

int cm_growth_read(cm_session *session, cm_stage *stage, bool *is_read, cm_err *err) {
  growing_list growing = { .session = session,
                           .stage = stage,
                           .target = stage->target,
                           .growth = CM_EXTRA(stage->copied->resource, growth) };
  bool is_copy = false;
  *is_read = false;
  if (growing.growth == NULL) return SQLITE_OK;
  int rc = cm_owned_has(stage->target, stage->copied->name, &is_copy, err);
  if (rc != SQLITE_OK || !is_copy) return rc;
  sqlite3_snprintf(sizeof growing.table, growing.table, "%s.\"%s\"", stage->target->quoted,
                   stage->copied->name);
  rc = look_at_copy(&growing, err);
  return rc == SQLITE_OK && growing.since[0] != '\0' ? read_parts(&growing, is_read, err) : rc;
}

void cm_growth_forget(cm_target *target) {
  static const char *const tables[] = { SUMS, AGAIN, RANGES };
  for (size_t i = 0; i < cm_countof(tables); i++) {
    cm_err ignored = { 0 }; /* most refreshes have made none of them */
    (void)!cm_target_runf(target, &ignored, "DELETE FROM %s", tables[i]);
  }
}
