#include "write/token.h"

#include <string.h>

#include "base/hash.h"
#include "base/sqlite_api.h"
#include "record/encode.h"

/** A part and a mark behind it, so that "ab", "c" is not "a", "bc". */
static uint64_t hash_part(uint64_t hash, const char *bytes, size_t len) {
  return cm_hash_bytes(cm_hash_bytes(hash, bytes, len), "\x1f", 1);
}

uint64_t cm_queue_token(char kind, const char *resource, const char *first, const char *second) {
  uint64_t hash = hash_part(CM_HASH_START, &kind, 1);
  hash = hash_part(hash, resource, strlen(resource));
  hash = hash_part(hash, first, strlen(first));
  if (second != NULL) hash = hash_part(hash, second, strlen(second));
  return hash != 0 ? hash : 1;
}

uint64_t cm_queue_token_of(char kind, const cm_resource *resource, const cm_value *first,
                           const cm_value *second) {
  cm_plain plain[2];
  if (cm_plain_set(&plain[0], first) == NULL) return 0;
  bool has_second = second != NULL && cm_plain_set(&plain[1], second) != NULL;
  char *texts[2] = { sqlite3_mprintf("%.*s", (int)plain[0].len, plain[0].text),
                     has_second ? sqlite3_mprintf("%.*s", (int)plain[1].len, plain[1].text)
                                : NULL };
  uint64_t token = 0;
  if (texts[0] != NULL && (!has_second || texts[1] != NULL))
    token = cm_queue_token(kind, resource->name, texts[0], texts[1]);
  sqlite3_free(texts[0]);
  sqlite3_free(texts[1]);
  return token;
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
