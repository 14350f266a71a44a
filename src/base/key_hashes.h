/*
** key_hashes.h -- which keys were seen, of a list of any length: about 24 bytes each.
** Owns: the hashes, of 128 bits.  Tests: tests/unit/base/key_hashes.c
*/
#ifndef CM_BASE_KEY_HASHES_H
#define CM_BASE_KEY_HASHES_H

#include "base/err.h"

typedef struct cm_key_hash {
  uint64_t high, low; /* both 0: none */
} cm_key_hash;

/** Zeroed it is empty. */
typedef struct cm_key_hashes {
  cm_key_hash *slots; /* owned */
  int64_t capacity, count;
} cm_key_hashes;

/** Keys that a set can hold. */
#define CM_MAX_KEY_HASHES (INT64_C(1) << 25)

/**
 * Remember a key.
 * @param is_new  Receives false where it was there already.
 * @return SQLITE_OK; SQLITE_TOOBIG for more than CM_MAX_KEY_HASHES; SQLITE_NOMEM.
 */
int cm_key_hashes_add(cm_key_hashes *set, const void *bytes, size_t len,
                      bool *is_new) CM_MUST_CHECK;

/** Forget all, and free. */
void cm_key_hashes_clear(cm_key_hashes *set);

#endif
