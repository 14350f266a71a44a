/*
** created.h -- the keys of the rows that were created last: no answer to another create can show one of them.
** Pure.
*/
#ifndef CM_WRITE_CREATED_H
#define CM_WRITE_CREATED_H

#include "base/base.h"

/** Zeroed it is empty. The oldest keys leave. */
typedef struct cm_created {
  uint64_t hashes[CM_MAX_CREATED_KEYS]; /* ring */
  int64_t count;
} cm_created;

/** Keep the key of a row that was created. @return false: the table has one of this key in the account already. */
bool cm_created_add(cm_created *created, const char *table, uint64_t account, const char *key);

#endif
