/*
** pager.h -- one list of the API as a stream of row texts, page after page.
** Owns: the answer that holds the current page.  Never: parses a row.
** Tests: tests/cases/read/paging/
**
** `has_more` alone says whether another page follows: the last page has a cursor too. Every request of a
** list carries the same parameters. A list that hands out a cursor it handed out before would never
** end: that is an error.
*/
#ifndef CM_LISTS_PAGER_H
#define CM_LISTS_PAGER_H

#include "base/cursor_guard.h"
#include "lists/memo.h"
#include "lists/stock.h"
#include "spec/resource.h"

/** What to walk. Texts are borrowed and must outlive the pager, but for `url`. */
typedef struct cm_list {
  const char *who; /* for error texts */
  const char *url; /* path and query without per_page and cursor; copied */
  cm_paging paging;
  /* Member that holds the list; NULL for CM_SINGLE. NULL for CM_CURSOR: it is unknown what the answer
  ** is, a list, a page or one row, and wire/outline.h finds out. */
  const char *rows;
  cm_missing missing;
  const char *resume; /* see cm_read; NULL: the cursor is sent as it came */
  int per_page;       /* 0: the API decides */
  int64_t
      wanted; /* rows after which no more are asked for; -1: not known, 0: ask for no page ahead */
  int kept_pages; /* so many are kept from the first reading on, where there is room */
  int64_t enough; /* so many rows are all that is asked for, for sure; 0: that is not known */
  bool is_fresh;  /* past the memo; the list is not read to be shown, see cm_pager_open_page */
  /* For error texts: what a wrong answer is, and what to do then; NULL: what fits a list that is shown. */
  const char *fault, *advice;
} cm_list;

typedef struct cm_pager {
  cm_session *session;
  cm_list list;
  char *url;    /* owned */
  char *first;  /* the first page's request, owned */
  char *cursor; /* that the current page was asked with; NULL on the first page; owned */
  cm_memo_answer *page;
  cm_memo_answer *next_page; /* under way, when it was asked for ahead */
  char *next_cursor;         /* that the next page will be asked with; owned; NULL at the end */
  char *seen;                /* resume: last row of the page before; owned; NULL: none */
  char *next_seen;           /* the same for the next page; owned */
  cm_slice_items rows;       /* of the page */
  cm_slice_items next_rows;  /* of the next page, where they were looked at */
  cm_slice body;             /* the row, where the answer is one */
  bool is_single;            /* the answer is one row */
  bool is_open;              /* the page's rows are being read */
  bool is_done;              /* no row follows: the end, or `failed` says why not */
  int failed; /* SQLITE_OK, or the code that ended it: a list that broke off has no end */
  int64_t pages, page_rows, page_at, rows_seen;
  int64_t total_pages; /* as the first page says, 0 when it does not */
  cm_cursor_guard guard;
  cm_stock stock;             /* pages before this one whose rows are still to be given */
  struct cm_pager *next_open; /* in the session's list */
} cm_pager;

/** Start: the first page is asked for, nothing is waited for. `pager` is overwritten. */
int cm_pager_open(cm_pager *pager, cm_session *session, const cm_list *list,
                  cm_err *err) CM_MUST_CHECK;

/** Ask for the first page of a list that may be opened soon. Never fails: it is a guess. */
void cm_pager_prefetch(cm_session *session, const cm_list *list);

/** True when cm_pager_next would not have to wait, or has yet to ask for what it would wait for. */
bool cm_pager_is_ready(const cm_pager *pager);

/** Bytes of the answers that were not opened yet. */
size_t cm_pager_bytes_ahead(const cm_pager *pager);

/**
 * A row of the page behind the open one, or of the one that was asked for and is not open yet.
 * @param at  From 0.
 * @return false where the page is not there yet, or has not so many.
 */
bool cm_pager_peek(cm_pager *pager, int64_t at, cm_slice *row);

/** Is there no page behind the open one, or behind the one that was asked for and is not open yet? */
bool cm_pager_is_last_page(const cm_pager *pager);

/**
 * The next row.
 * @param row  Receives the row's text, valid until the next call or the close.
 * @return SQLITE_ROW, SQLITE_DONE, or an error, which every further call says again.
 */
int cm_pager_next(cm_pager *pager, cm_slice *row, cm_err *err) CM_MUST_CHECK;

/*
** For who takes pages instead of rows (`rows` has `page_rows` of them, `is_single` where it is one row), and turns
** them itself: no page is asked for ahead.
*/
/** Wait for the page that was asked for, and open it. @return SQLITE_OK; SQLITE_DONE: there is none; or an error. */
int cm_pager_open_page(cm_pager *pager, cm_err *err) CM_MUST_CHECK;
/** Ask for the page behind the open one. @return SQLITE_OK; SQLITE_DONE: it was the last; or an error. */
int cm_pager_turn_page(cm_pager *pager, cm_err *err) CM_MUST_CHECK;

/** The error of an answer that is not what it should be: "why" says so. @return SQLITE_ERROR. */
int cm_pager_wrong_shape(const cm_pager *pager, const char *why, cm_err *err);

/**
 * Read the rest of the list now, for cm_pager_next to give later; the row that was given last stays valid.
 * Where it fails nothing is lost: cm_pager_next reads on from there.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; what the reading of a page may return.
 */
int cm_pager_read_rest(cm_pager *pager, cm_err *err) CM_MUST_CHECK;

/** Free what it holds; requests under way are cut. Fits a zeroed or closed pager too. */
void cm_pager_close(cm_pager *pager);

#endif
