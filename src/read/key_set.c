#include "read/key_set.h"

#include <string.h>

#include "base/hash.h"
#include "base/sqlite_api.h"

enum { FIRST_SLOTS = 256 };

struct cm_shown_key {
  struct cm_shown_key *next;
  uint64_t hash;
  cm_value value; /* owned */
};

/** Equal keys have equal hashes: a key is a text, or an integer. */
static uint64_t hash_of(const cm_value *key) {
  if (cm_value_is_text(key)) return cm_hash_bytes(CM_HASH_START, key->text, key->len);
  return cm_hash_bytes(CM_HASH_START, &key->integer, sizeof key->integer);
}

static bool holds(const cm_key_set *set, const cm_value *key, uint64_t hash) {
  if (set->slot_count == 0) return false;
  const cm_shown_key *shown = set->slots[hash & (set->slot_count - 1)];
  while (shown != NULL && (shown->hash != hash || cm_value_compare(&shown->value, key) != 0))
    shown = shown->next;
  return shown != NULL;
}

static int grow(cm_key_set *set, cm_err *err) {
  if (set->count < set->slot_count) return SQLITE_OK;
  size_t count = set->slot_count == 0 ? FIRST_SLOTS : set->slot_count * 2;
  cm_shown_key **slots = sqlite3_malloc64(count * sizeof(cm_shown_key *));
  if (slots == NULL) return cm_err_nomem(err);
  memset(slots, 0, count * sizeof(cm_shown_key *));
  for (size_t i = 0; i < set->slot_count; i++) {
    while (set->slots[i] != NULL) {
      cm_shown_key *shown = set->slots[i];
      set->slots[i] = shown->next;
      shown->next = slots[shown->hash & (count - 1)];
      slots[shown->hash & (count - 1)] = shown;
    }
  }
  sqlite3_free(set->slots);
  set->slots = slots;
  set->slot_count = count;
  return SQLITE_OK;
}

/** Put a key in that is not there. */
static int put(cm_key_set *set, const cm_value *key, uint64_t hash, cm_err *err) {
  int rc = grow(set, err);
  if (rc != SQLITE_OK) return rc;
  cm_shown_key *shown = sqlite3_malloc64(sizeof *shown);
  if (shown == NULL) return cm_err_nomem(err);
  shown->hash = hash;
  if (cm_value_copy(key, &shown->value) != SQLITE_OK) {
    sqlite3_free(shown);
    return cm_err_nomem(err);
  }
  shown->next = set->slots[hash & (set->slot_count - 1)];
  set->slots[hash & (set->slot_count - 1)] = shown;
  set->count++;
  return SQLITE_OK;
}

int cm_key_set_add(cm_key_set *set, cm_row *row, bool *is_new, cm_err *err) {
  cm_value key = cm_value_null();
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  *is_new = false;
  if (rc != SQLITE_OK) return rc;
  uint64_t hash = hash_of(&key);
  size_t bytes = sizeof(cm_shown_key) + sizeof(cm_shown_key *) + key.len + 1;
  if (holds(set, &key, hash)) {
    rc = SQLITE_OK;
  } else if (set->bytes + bytes > CM_MAX_MEMO_BYTES) {
    rc = cm_err_set(
        err, SQLITE_TOOBIG,
        "%s: the keys of the rows take more than %d MiB (each row is shown once, however "
        "many values find it): give the parameter one value instead of a list",
        row->resource->name, CM_MAX_MEMO_BYTES / (1024 * 1024));
  } else {
    rc = put(set, &key, hash, err);
    *is_new = rc == SQLITE_OK;
    set->bytes += bytes;
  }
  cm_value_clear(&key);
  return rc;
}

int cm_key_set_find(const cm_key_set *set, cm_row *row, bool *found, cm_err *err) {
  cm_value key = cm_value_null();
  *found = false;
  if (set->count == 0) return SQLITE_OK;
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  if (rc == SQLITE_OK) *found = holds(set, &key, hash_of(&key));
  cm_value_clear(&key);
  return rc;
}

void cm_key_set_clear(cm_key_set *set) {
  for (size_t i = 0; i < set->slot_count; i++) {
    while (set->slots[i] != NULL) {
      cm_shown_key *shown = set->slots[i];
      set->slots[i] = shown->next;
      cm_value_clear(&shown->value);
      sqlite3_free(shown);
    }
  }
  sqlite3_free(set->slots);
  memset(set, 0, sizeof *set);
}
