#include "write/created.h"

#include <string.h>

#include "base/hash.h"

bool cm_created_add(cm_created *created, const char *table, uint64_t account, const char *key) {
  uint64_t hash = cm_hash_bytes(cm_hash_text(table), &account, sizeof account);
  hash = cm_hash_bytes(hash, key, strlen(key));
  for (int64_t i = 0; i < created->count && i < CM_MAX_CREATED_KEYS; i++) {
    if (created->hashes[i] == hash) return false;
  }
  created->hashes[created->count++ % CM_MAX_CREATED_KEYS] = hash;
  return true;
}
