/*
** scan_facts.c -- how far the reading of a connection is, for client/progress.h.
*/
#include "base/sql_token.h"
#include "read/scan_state.h"

/** The list that paces a scan: of one that walks its parent, the parent's. NULL: it is several, or none. */
static const cm_leg *pace_of(const cm_scan *scan) {
  while (scan->parent != NULL)
    scan = scan->parent;
  bool is_one = scan->read != NULL && scan->legs.total == 1 && scan->legs.count == 1;
  return is_one && !cm_scan_leg(scan)->fixed.is_known ? cm_scan_leg(scan) : NULL;
}

/** The scan that began first is the outermost loop: its rows pace all others. A parent belongs to its child. */
static const cm_scan *outermost(const cm_session *session) {
  const cm_scan *found = NULL;
  for (const cm_scan *scan = session->reading.scans; scan != NULL; scan = scan->next_open) {
    bool is_parent = false;
    for (const cm_scan *other = session->reading.scans; other != NULL; other = other->next_open)
      is_parent = is_parent || other->parent == scan;
    if (!is_parent) found = scan;
  }
  return found;
}

/** How many pages the rows fill that came of a list in parts; 0: it is one chain. */
static double pages_of_parts(const cm_leg *leg) {
  int64_t rows = cm_chains_seen(leg->chains);
  return (double)rows / (double)leg->pager.list.per_page;
}

static double pages_of_chain(const cm_pager *pager) {
  double of_page = !pager->is_open        ? 1
                   : pager->page_rows > 0 ? (double)pager->page_at / (double)pager->page_rows
                                          : 0;
  return (double)(pager->pages - 1) + of_page;
}

static bool says_limit(const char *sql) {
  cm_sql_token token = { .kind = CM_SQL_OTHER };
  while (*sql != '\0') {
    sql = cm_sql_next(sql, &token);
    if (cm_sql_is_name(&token, "LIMIT")) return true;
  }
  return false;
}

/** A LIMIT of a join is not handed over: where a running statement has one, nobody can tell how much of a list is read. */
static bool may_end_early(const cm_session *session, const cm_scan *scan) {
  bool is_join = false;
  for (const cm_scan *other = session->reading.scans; other != NULL; other = other->next_open)
    is_join = is_join || (other != scan && other != scan->parent);
  sqlite3_stmt *statement = is_join ? sqlite3_next_stmt(session->db, NULL) : NULL;
  for (; statement != NULL; statement = sqlite3_next_stmt(session->db, statement)) {
    const char *sql = sqlite3_stmt_busy(statement) ? sqlite3_sql(statement) : NULL;
    if (sql != NULL && says_limit(sql)) return true;
  }
  return false;
}

static void tell(const cm_session *session, cm_progress_facts *out) {
  const cm_scan *scan = outermost(session);
  if (scan == NULL) return;
  out->table = scan->resource->name;
  out->rows = scan->row_number;
  const cm_leg *leg = pace_of(scan);
  if (leg == NULL || leg->pager.list.paging != CM_CURSOR) return;
  const cm_pager *pager = &leg->pager;
  double read = leg->chains != NULL ? pages_of_parts(leg) : 0;
  out->page = read > 0 ? (int64_t)read + 1 : pager->pages + (pager->is_open ? 0 : 1);
  if (may_end_early(session, scan)) return;
  out->pages = pager->total_pages;
  if (read <= 0) read = pages_of_chain(pager);
  bool is_whole = scan->plan.wanted < 0 && !scan->is_short && cm_stock_is_empty(&pager->stock);
  if (!is_whole || pager->pages < 1 || pager->total_pages < 1) return;
  out->done = read / (double)pager->total_pages;
  if (out->done > 1) out->done = 0; /* it has grown meanwhile: nobody can tell */
}

void cm_scan_offer_facts(cm_session *session) {
  session->watch->tell = tell;
}
