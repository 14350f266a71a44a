#include "copy/growth.h"

#include <string.h>

#include "base/instant.h"
#include "copy/owned.h"
#include "read/pager.h"
#include "spec/registry.h"

#define SUMS "temp.chartmogul_sums"

enum {
  MAX_SQL_BYTES = 16 * 1024,
  MAX_MONTHS = 12, /* that are read one by one; where more differ, the whole list is one reading */
  MOMENT = 32      /* bytes for an instant */
};

/** One table under way. */
typedef struct growing_list {
  cm_session *session;
  cm_stage *stage;
  cm_target *target;
  const cm_growth *growth;
  char table[128];                 /* as SQL has it */
  char since[MOMENT];              /* rows from here on are read again */
  char first[CM_GROWTH_DAY];       /* day of the first row of the copy */
  char months[MAX_MONTHS][MOMENT]; /* first instants of months that differ */
  int month_count;
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

int cm_growth_first_day(cm_session *session, char day[CM_GROWTH_DAY], cm_err *err) {
  char url[256];
  cm_pager pager;
  cm_slice text = { NULL, 0 };
  const cm_resource *resource = growing_table();
  day[0] = '\0';
  if (resource == NULL) return SQLITE_OK;
  const cm_read *read = &resource->reads[resource->read_count - 1];
  sqlite3_snprintf(sizeof url, url, "%s?%s", read->path, resource->extras->growth->oldest);
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
      "SELECT month || '-01 00:00:00' FROM ("
      "SELECT strftime('%%Y-%%m', day) AS month, kind, -total AS total FROM " SUMS " UNION ALL "
      "SELECT strftime('%%Y-%%m', \"%w\"), \"%w\", \"%w\" FROM %s WHERE \"%w\" < %Q UNION ALL "
      "SELECT strftime('%%Y-%%m', \"%w\"), \"%w\", \"%w\" FROM %s) "
      "WHERE month <= strftime('%%Y-%%m', %Q) GROUP BY month, kind HAVING sum(total) <> 0",
      growth->by, growth->kind, growth->amount, growing->table, growth->by, growing->since,
      growth->by, growth->kind, growth->amount, growing->stage->table, growing->since);
}

/** @return SQLITE_DONE: too many. */
static int find_months(growing_list *growing, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  char *sql = months_sql(growing);
  char *distinct = sql == NULL ? NULL
                               : sqlite3_mprintf("SELECT DISTINCT * FROM (%s) LIMIT %d", sql,
                                                 MAX_MONTHS + 1);
  int rc = distinct == NULL ? cm_err_nomem(err)
                            : cm_target_prepare(growing->target, distinct, &stmt, err);
  sqlite3_free(sql);
  sqlite3_free(distinct);
  while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
    if (growing->month_count == MAX_MONTHS) {
      rc = SQLITE_DONE;
    } else {
      take_text(stmt, 0, growing->months[growing->month_count++], MOMENT);
    }
  }
  int end = sqlite3_finalize(stmt);
  return rc == SQLITE_OK && end != SQLITE_OK ? cm_target_error(growing->target, end, err) : rc;
}

/* ---- reading -------------------------------------------------------------------------------------------- */

/** Rows from an instant on, to another one or to the end; the stage holds all rows of that range then. */
static int read_range(growing_list *growing, const char *from, const char *until, cm_err *err) {
  cm_stage *stage = growing->stage;
  int by = cm_registry_column(stage->copied->resource, growing->growth->by);
  cm_reading_of what = cm_reading_whole(stage->copied->resource);
  what.terms[what.term_count++] = (cm_reading_term){ by, CM_TERM_GE,
                                                     cm_value_text(from, strlen(from)) };
  if (until != NULL)
    what.terms[what.term_count++] = (cm_reading_term){ by, CM_TERM_LT,
                                                       cm_value_text(until, strlen(until)) };
  const char *name = growing->growth->by;
  cm_buf_printf(&stage->within, "%st.\"%s\" >= '%s' AND t.\"%s\" < '%s'",
                stage->within.len > 0 ? " OR " : "", name, from, name,
                until != NULL ? until : "9999");
  if (stage->within.code != SQLITE_OK) return cm_err_nomem(err);
  return cm_reading_stage(growing->session, &what, stage, 1, err);
}

/** A month ends where the next one begins, or where what was read already begins. */
static int read_month(growing_list *growing, const char *month, cm_err *err) {
  char next[MOMENT];
  int year = 0, number = 0;
  for (int i = 0; i < 4; i++)
    year = year * 10 + (month[i] - '0');
  number = (month[5] - '0') * 10 + (month[6] - '0');
  sqlite3_snprintf(MOMENT, next, "%04d-%02d-01 00:00:00", number == 12 ? year + 1 : year,
                   number % 12 + 1);
  return read_range(growing, month, strcmp(next, growing->since) < 0 ? next : growing->since, err);
}

static int read_parts(growing_list *growing, bool *is_read, cm_err *err) {
  int rc = read_range(growing, growing->since, NULL, err);
  if (rc == SQLITE_OK) rc = read_sums(growing, err);
  if (rc == SQLITE_OK) rc = find_months(growing, err);
  *is_read = rc == SQLITE_OK;
  for (int i = 0; i < growing->month_count && rc == SQLITE_OK; i++)
    rc = read_month(growing, growing->months[i], err);
  if (rc != SQLITE_DONE) return rc;
  cm_buf_clear(&growing->stage->within);
  return SQLITE_OK;
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
