/*
** token.h -- a number for a row, a list or a place that writes name: equal where they name the same; the keys of the
** rows that were created last, as such numbers.
** Pure.
*/
#ifndef CM_RECORD_TOKEN_H
#define CM_RECORD_TOKEN_H

#include "base/value.h"
#include "spec/resource.h"

/** Hash of a row: of its key (`kind` 'k', second NULL) or its natural key ('n'). Never 0. */
uint64_t cm_row_token(char kind, const char *resource, const char *first, const char *second);

/** The same of values. @return 0 where the first has no text, or memory ran out. */
uint64_t cm_row_token_of(char kind, const cm_resource *resource, const cm_value *first,
                         const cm_value *second);

/** The order of two tokens, for qsort and bsearch. */
int cm_row_token_compare(const void *one, const void *other);

/** Zeroed it is empty. The oldest keys leave. */
typedef struct cm_created {
  uint64_t hashes[CM_MAX_CREATED_KEYS]; /* ring */
  int64_t count;
} cm_created;

/** Keep the key of a row that was created. @return false: the table has one of this key in the account already, so an answer that shows it is not that of a create. */
bool cm_created_add(cm_created *created, const char *table, uint64_t account, const char *key);

#endif
