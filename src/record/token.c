#include "record/token.h"

#include <string.h>

#include "base/hash.h"
#include "base/sqlite_api.h"
#include "record/encode.h"

/** A part and a mark behind it, so that "ab", "c" is not "a", "bc". */
static uint64_t hash_part(uint64_t hash, const char *bytes, size_t len) {
  return cm_hash_bytes(cm_hash_bytes(hash, bytes, len), "\x1f", 1);
}

uint64_t cm_row_token(char kind, const char *resource, const char *first, const char *second) {
  uint64_t hash = hash_part(CM_HASH_START, &kind, 1);
  hash = hash_part(hash, resource, strlen(resource));
  hash = hash_part(hash, first, strlen(first));
  if (second != NULL) hash = hash_part(hash, second, strlen(second));
  return hash != 0 ? hash : 1;
}

uint64_t cm_row_token_of(char kind, const cm_resource *resource, const cm_value *first,
                         const cm_value *second) {
  const cm_value *values[2] = { first, second };
  uint64_t hash = hash_part(CM_HASH_START, &kind, 1);
  hash = hash_part(hash, resource->name, strlen(resource->name));
  for (int i = 0; i < 2; i++) {
    cm_plain plain;
    bool is_there = values[i] != NULL && cm_plain_set(&plain, values[i]) != NULL;
    if (!is_there && i == 0) return 0;
    if (is_there) hash = hash_part(hash, plain.text, strnlen(plain.text, plain.len));
  }
  return hash != 0 ? hash : 1;
}

bool cm_created_add(cm_created *created, const char *table, uint64_t account, const char *key) {
  uint64_t hash = cm_hash_bytes(cm_hash_text(table), &account, sizeof account);
  hash = cm_hash_bytes(hash, key, strlen(key));
  for (int64_t i = 0; i < created->count && i < CM_MAX_CREATED_KEYS; i++) {
    if (created->hashes[i] == hash) return false;
  }
  created->hashes[created->count++ % CM_MAX_CREATED_KEYS] = hash;
  return true;
}

int cm_row_token_compare(const void *one, const void *other) {
  uint64_t a = *(const uint64_t *)one;
  uint64_t b = *(const uint64_t *)other;
  return a < b ? -1 : a > b;
}
