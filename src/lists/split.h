/*
** split.h -- into which parts a long list is split, as its descriptor says: the requests of the parts.
** Owns: the requests.  Never: reads a part.  Tests: tests/cases/read/chains/
*/
#ifndef CM_LISTS_SPLIT_H
#define CM_LISTS_SPLIT_H

#include "lists/pager.h"

enum {
  CM_LONG_LIST_PAGES = 4,       /* a list of fewer pages is not split */
  CM_LEAST_PAGES_OF_A_PART = 4, /* on average: each part ends with a page that is not full */
  CM_MAX_PARTS = 128
};

/** Paths and queries of the parts, without per_page and cursor. Owned: cm_parts_clear. */
typedef struct cm_parts {
  char *urls[CM_MAX_PARTS];
  int count; /* below 2: the list cannot be split so */
} cm_parts;

void cm_parts_clear(cm_parts *parts);

/** The first of the ways, from `split` on, whose parameters the request does not have yet; NULL: none. */
const cm_split *cm_split_usable(const cm_split *split, const char *url);

/**
 * Ask for what the parts are found by: the table of the values, or the last row. Nothing is waited for.
 * @param hint  Opened; zeroed where nothing has to be asked.
 */
int cm_split_ask(const cm_split *split, const cm_pager *plain, cm_pager *hint,
                 cm_err *err) CM_MUST_CHECK;

/** What the pages that were read show of a list by date. */
typedef struct cm_shown_dates {
  int64_t first_ms, last_ms; /* of the first and of the last row; 0: not known */
  bool are_unordered;        /* a row has no date, or an earlier one than the row before */
} cm_shown_dates;

/**
 * The parts; where the hint was asked for it is waited for.
 * @param parts  Zeroed.
 */
int cm_split_find(const cm_split *split, const cm_pager *plain, cm_pager *hint,
                  const cm_shown_dates *shown, cm_parts *parts, cm_err *err) CM_MUST_CHECK;

/** Note the date of the next row of the list. */
void cm_split_note(const cm_split *split, cm_slice row, cm_shown_dates *shown);

#endif
