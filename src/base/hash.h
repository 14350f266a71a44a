/*
** hash.h -- FNV-1a: a number for a text, for tables and for telling rows apart. No defence against an enemy.
** Pure.
*/
#ifndef CM_BASE_HASH_H
#define CM_BASE_HASH_H

#include "base/base.h"

#define CM_HASH_START UINT64_C(14695981039346656037)

/** Go on with a hash, from CM_HASH_START. `bytes` may be NULL where `len` is 0. */
uint64_t cm_hash_bytes(uint64_t hash, const void *bytes, size_t len);

/** The hash of a whole text. */
uint64_t cm_hash_text(const char *text);

#endif
