/*
** kept_list.h -- a list that is read to answer questions, as far as it was read: its rows, by the keys that questions ask for.
** Owns: copies of the rows, and the pager that reads it.  Tests: tests/cases/read/store/
*/
#ifndef CM_LISTS_KEPT_LIST_H
#define CM_LISTS_KEPT_LIST_H

#include "lists/key_set.h"
#include "lists/list_question.h"
#include "lists/pager.h"

typedef struct cm_kept_list {
  char *url;         /* path and query; owned */
  uint64_t matched;  /* bits of the values that are not sent, but matched */
  cm_row_store rows; /* by key */
  cm_page_keys keys;
  cm_pager pager;
  bool is_open;  /* it is being read */
  bool is_whole; /* all its rows are here */
  bool is_ended; /* nothing more will be read: it is whole, or does not fit */
} cm_kept_list;

/**
 * The list of a question without the values that are matched. Nothing is asked for.
 * @param out  Receives it; free it with cm_kept_list_free. NULL: its request is too long.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_kept_list_new(const cm_list_question *question, uint64_t matched, cm_kept_list **out,
                     cm_err *err) CM_MUST_CHECK;

/** Ask for the first page. Codes as cm_pager_open. */
int cm_kept_list_open(cm_kept_list *list, cm_session *session, const cm_resource *resource,
                      cm_err *err) CM_MUST_CHECK;

/**
 * Read to the end of the page under way. Where its rows do not fit they are let go, and nothing more is read.
 * @param question  Of the kind that asks this list.
 * @param bytes  Of all lists that share CM_MAX_MEMO_BYTES: kept up to date.
 * @param pages  The pages that were read are added.
 * @return SQLITE_OK, or the error of the page.
 */
int cm_kept_list_read_page(cm_kept_list *list, const cm_list_question *question, size_t *bytes,
                           int64_t *pages, cm_err *err) CM_MUST_CHECK;

/**
 * Answer a question from what was read. A row of a key may be shown before the list is whole; of other terms more rows may follow.
 * @param out  Its `is_known` stays false where the list does not tell.
 * @return SQLITE_OK or SQLITE_NOMEM.
 */
int cm_kept_list_answer(const cm_kept_list *list, const cm_list_question *question,
                        cm_list_rows *out, cm_err *err) CM_MUST_CHECK;

void cm_kept_list_free(cm_kept_list *list);

#endif
