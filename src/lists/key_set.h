/*
** key_set.h -- the keys of rows that were shown already.
** Owns: nothing beside the store.
*/
#ifndef CM_LISTS_KEY_SET_H
#define CM_LISTS_KEY_SET_H

#include "record/row.h"
#include "record/row_store.h"

/** Zeroed it is empty; cm_row_store_clear empties it. Of the rows it keeps the keys alone. */
typedef cm_row_store cm_key_set;

/**
 * Remember the row's key.
 * @param is_new  Receives false where the key was there already.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; SQLITE_NOMEM; SQLITE_ERROR (a row that is not JSON).
 */
int cm_key_set_add(cm_key_set *set, cm_row *row, bool *is_new, cm_err *err) CM_MUST_CHECK;

/** Was the row's key added? Codes as cm_key_set_add. */
int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) CM_MUST_CHECK;

/**
 * The keys that this page of a list showed, and those of the page before: lists move while they are read, so that
 * a page may begin with rows that the one before ended in. Zeroed it is empty.
 */
typedef struct cm_page_keys {
  cm_key_set of_page, of_last;
  int64_t page; /* 0: none yet */
} cm_page_keys;

/**
 * Did the page before show the row? Its key is remembered where another page follows. Codes as cm_key_set_add.
 * @param page  Of the row; a list begins with 1, or where `keys->page` is 0.
 */
int cm_page_keys_saw(cm_page_keys *keys, cm_row *row, int64_t page, bool has_next, bool *was,
                     cm_err *err) CM_MUST_CHECK;

void cm_page_keys_clear(cm_page_keys *keys);

#endif
