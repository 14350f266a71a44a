#include "base/key_hashes.h"

#include <string.h>

#include "base/hash.h"
#include "base/sqlite_api.h"

enum { FIRST_SLOTS = 1024 };

/** The bits of a hash spread over all of them, as MurmurHash3 ends. */
static uint64_t mix(uint64_t hash) {
  hash ^= hash >> 33;
  hash *= UINT64_C(0xff51afd7ed558ccd);
  hash ^= hash >> 33;
  hash *= UINT64_C(0xc4ceb9fe1a85ec53);
  return hash ^ (hash >> 33);
}

static cm_key_hash hash_of(const void *bytes, size_t len) {
  uint64_t first = cm_hash_bytes(CM_HASH_START, bytes, len);
  uint64_t second = cm_hash_bytes(mix(len + 1), bytes, len);
  cm_key_hash hash = { mix(first), mix(second ^ (first << 1)) };
  if (hash.high == 0 && hash.low == 0) hash.low = 1;
  return hash;
}

/** Where the hash is, or would be put. There is always a free slot. */
static cm_key_hash *find(const cm_key_hashes *set, cm_key_hash hash) {
  int64_t at = (int64_t)(hash.high % (uint64_t)set->capacity);
  for (;; at = at + 1 == set->capacity ? 0 : at + 1) {
    cm_key_hash *slot = &set->slots[at];
    bool is_free = slot->high == 0 && slot->low == 0;
    if (is_free || (slot->high == hash.high && slot->low == hash.low)) return slot;
  }
}

/** By half, so that a key takes 18 to 28 bytes. */
static int grow(cm_key_hashes *set) {
  int64_t capacity = set->capacity == 0 ? FIRST_SLOTS : set->capacity + set->capacity / 2;
  sqlite3_uint64 bytes = (sqlite3_uint64)capacity * sizeof *set->slots;
  cm_key_hashes larger = { .slots = sqlite3_malloc64(bytes),
                           .capacity = capacity,
                           .count = set->count };
  if (larger.slots == NULL) return SQLITE_NOMEM;
  memset(larger.slots, 0, (size_t)bytes);
  for (int64_t i = 0; i < set->capacity; i++) {
    cm_key_hash hash = set->slots[i];
    if (hash.high != 0 || hash.low != 0) *find(&larger, hash) = hash;
  }
  sqlite3_free(set->slots);
  *set = larger;
  return SQLITE_OK;
}

int cm_key_hashes_add(cm_key_hashes *set, const void *bytes, size_t len, bool *is_new) {
  *is_new = false;
  if (set->count >= set->capacity / 8 * 7) {
    if (set->count >= CM_MAX_KEY_HASHES) return SQLITE_TOOBIG;
    int rc = grow(set);
    if (rc != SQLITE_OK) return rc;
  }
  cm_key_hash hash = hash_of(bytes, len);
  cm_key_hash *slot = find(set, hash);
  *is_new = slot->high == 0 && slot->low == 0;
  if (*is_new) set->count++;
  *slot = hash;
  return SQLITE_OK;
}

void cm_key_hashes_clear(cm_key_hashes *set) {
  sqlite3_free(set->slots);
  *set = (cm_key_hashes){ 0 };
}
