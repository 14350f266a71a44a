/*
** list_store.h -- many look-ups of one parent table in a statement: the list is read once instead.
** Owns: copies of the rows of such lists, up to CM_MAX_MEMO_BYTES.
**
** A join from many child rows to their parent asks for one parent by key, again and again. The first
** look-ups are sent as they come. Once they are as many as the list has pages, the list costs no more
** than they did: it is read into a store, which answers the rest; what it lacks (a hidden row) is still
** looked up. A list whose length is not known is read page by page, never more pages than look-ups.
**
** The store belongs to the running statements, as the memo does.
*/
#ifndef CM_READ_LIST_STORE_H
#define CM_READ_LIST_STORE_H

#include "client/session.h"
#include "spec/resource.h"
#include "wire/json.h"

/** A look-up of one row. Borrowed. */
typedef struct cm_list_question {
  const cm_resource *resource;
  const cm_read *
      read; /* the CM_SINGLE one that would be asked: its row is in the widest list, too (is_listed) */
  const char *key;
} cm_list_question;

/**
 * Count a look-up, and answer it if the store can.
 *
 * @param row   Receives a copy of the row's text, to free with sqlite3_free; NULL: send the look-up.
 * @return SQLITE_OK, or the error of a page of the list.
 */
int cm_list_store_find(cm_session *session, const cm_list_question *lookup, char **row,
                       size_t *row_len, cm_err *err) CM_MUST_CHECK;

/** Forget everything: other statements run, or none. */
void cm_list_store_clear(cm_session *session);

#endif
