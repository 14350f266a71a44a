#include "cursor_guard.h"

static uint64_t hash_text(const char *text) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *text != 0; text++)
    hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
  return hash;
}

bool cm_cursor_guard_saw(cm_cursor_guard *guard, const char *cursor) {
  uint64_t hash = hash_text(cursor);
  if (guard->count > 0 && hash == guard->hash) return true;
  guard->count++;
  if (guard->count >= guard->moves_at) {
    guard->hash = hash;
    guard->moves_at = guard->count * 2;
  }
  return false;
}
