#include "sql/functions/statement_cache.h"

#include <string.h>

#include "base/map.h"
#include "base/sqlite_api.h"

typedef struct entry {
  cm_map_node node;
  struct entry *newer; /* in the order of their arrival */
  size_t bytes;
  bool is_read;
  cm_once_answer answer; /* owned */
  char key[];
} entry;

struct cm_once {
  cm_map entries;
  entry *oldest, *newest;
  size_t bytes;
};

cm_once *cm_once_new(void) {
  cm_once *once = sqlite3_malloc64(sizeof *once);
  if (once != NULL) memset(once, 0, sizeof *once);
  return once;
}

static void free_entry(entry *done) {
  cm_value_clear(&done->answer.value);
  sqlite3_free(done);
}

void cm_once_free(void *pointer) {
  cm_once *once = pointer;
  if (once == NULL) return;
  entry *done = NULL;
  while ((done = cm_map_pop(&once->entries)) != NULL)
    free_entry(done);
  sqlite3_free(once);
}

const cm_once_answer *cm_once_find(const cm_once *once, const char *key, size_t key_len) {
  const entry *found = cm_map_find(&once->entries, key, key_len);
  return found != NULL ? &found->answer : NULL;
}

static void forget(cm_once *once, entry *done) {
  cm_map_remove(&once->entries, &done->node);
  once->bytes -= done->bytes;
  free_entry(done);
}

int cm_once_make_room(cm_once *once, cm_err *err) {
  entry *kept = NULL;
  entry *next = once->oldest;
  while (next != NULL && once->bytes >= CM_MAX_MEMO_BYTES) {
    entry *this = next;
    next = this->newer;
    if (!this->is_read) {
      kept = this;
      continue;
    }
    *(kept == NULL ? &once->oldest : &kept->newer) = next;
    if (next == NULL) once->newest = kept;
    forget(once, this);
  }
  if (once->bytes < CM_MAX_MEMO_BYTES) return SQLITE_OK;
  return cm_err_set(err, SQLITE_TOOBIG,
                    "the answers to this statement's writes are larger than %d MiB (they are kept "
                    "so that nothing is sent twice): write in several statements",
                    CM_MAX_MEMO_BYTES / (1024 * 1024));
}

int cm_once_add(cm_once *once, const char *key, size_t key_len, const cm_once_answer *answer,
                bool is_read, cm_err *err) {
  entry *added = sqlite3_malloc64(sizeof *added + key_len);
  if (added == NULL) return cm_err_nomem(err);
  memset(added, 0, sizeof *added);
  added->answer.code = answer->code;
  if (cm_value_copy(&answer->value, &added->answer.value) != SQLITE_OK) {
    sqlite3_free(added);
    return cm_err_nomem(err);
  }
  memcpy(added->key, key, key_len);
  added->is_read = is_read;
  added->bytes = sizeof *added + key_len + answer->value.len;
  cm_map_put(&once->entries, &added->node, added, added->key, key_len);
  *(once->newest == NULL ? &once->oldest : &once->newest->newer) = added;
  once->newest = added;
  once->bytes += added->bytes;
  return SQLITE_OK;
}

size_t cm_once_bytes(const cm_once *once) {
  return once->bytes;
}
