/*
** scan_facts.c -- how far the reading of a connection is, for client/progress.h.
*/
#include "read/scan_state.h"

/** The list that paces a scan: of one that walks its parent, the parent's. NULL: it is several, or none. */
static const cm_pager *pace_of(const cm_scan *scan) {
  while (scan->parent != NULL)
    scan = scan->parent;
  bool is_one = scan->read != NULL && scan->legs.total == 1 && scan->legs.count == 1;
  return is_one && !cm_scan_leg(scan)->fixed.is_known ? &cm_scan_leg(scan)->pager : NULL;
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

static void tell(const cm_session *session, cm_progress_facts *out) {
  const cm_scan *scan = outermost(session);
  if (scan == NULL) return;
  out->table = scan->resource->name;
  out->rows = scan->row_number;
  const cm_pager *pager = pace_of(scan);
  if (pager == NULL || pager->list.paging != CM_CURSOR) return;
  out->page = pager->pages + (pager->is_open ? 0 : 1);
  out->pages = pager->total_pages;
  bool is_whole = scan->plan.wanted < 0 && !scan->is_short && cm_stock_is_empty(&pager->stock);
  if (!is_whole || pager->pages < 1 || pager->total_pages < 1) return;
  double of_page = !pager->is_open        ? 1
                   : pager->page_rows > 0 ? (double)pager->page_at / (double)pager->page_rows
                                          : 0;
  out->done = ((double)(pager->pages - 1) + of_page) / (double)pager->total_pages;
  if (out->done > 1) out->done = 0; /* it has grown meanwhile: nobody can tell */
}

void cm_scan_offer_facts(cm_session *session) {
  session->watch->tell = tell;
}
