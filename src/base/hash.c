#include "base/hash.h"

#include <string.h>

uint64_t cm_hash_bytes(uint64_t hash, const void *bytes, size_t len) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ at[i]) * UINT64_C(1099511628211);
  return hash;
}

uint64_t cm_hash_text(const char *text) {
  return cm_hash_bytes(CM_HASH_START, text, strlen(text));
}
