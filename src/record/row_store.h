/*
** row_store.h -- copies of rows, found by a key; of some only the key.
** Owns: the copies, up to CM_MAX_MEMO_BYTES.  Tests: tests/unit/record/row_store.c
*/
#ifndef CM_RECORD_ROW_STORE_H
#define CM_RECORD_ROW_STORE_H

#include "base/map.h"
#include "wire/slice.h"

typedef struct cm_stored_row {
  cm_map_node node;
  cm_slice text; /* NUL behind it; absent: it was not kept */
  cm_slice id;   /* what the row is identified by, where that was given; else absent */
  char bytes[];  /* the text, the id and the key */
} cm_stored_row;

/** Zeroed it is empty. */
typedef struct cm_row_store {
  cm_map rows;
  size_t bytes;
} cm_row_store;

/**
 * Keep a row, beside others of the same key.
 * @param key   Any bytes.
 * @param text  Absent: keep the key alone.
 * @return SQLITE_OK; SQLITE_TOOBIG when there is no room; SQLITE_NOMEM.
 */
int cm_row_store_put(cm_row_store *store, cm_slice key, cm_slice text) CM_MUST_CHECK;

/** The same of a row that has an id, or of a key under which none is any more (`id` and `text` absent). */
int cm_row_store_put_id(cm_row_store *store, cm_slice key, cm_slice id,
                        cm_slice text) CM_MUST_CHECK;

/** The last row that was kept under the key; cm_map_next(&row->node) is the one before it. NULL: none. Borrowed. */
const cm_stored_row *cm_row_store_find(const cm_row_store *store, cm_slice key);

/** Forget the last row that was kept under the key. @return false: there is none. */
bool cm_row_store_drop(cm_row_store *store, cm_slice key);

void cm_row_store_clear(cm_row_store *store);

#endif
