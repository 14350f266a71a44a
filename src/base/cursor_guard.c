#include "base/cursor_guard.h"

#include "base/hash.h"

bool cm_cursor_guard_saw(cm_cursor_guard *guard, const char *cursor) {
  uint64_t hash = cm_hash_text(cursor);
  if (guard->count > 0 && hash == guard->hash) return true;
  guard->count++;
  if (guard->count >= guard->moves_at) {
    guard->hash = hash;
    guard->moves_at = guard->count * 2;
  }
  return false;
}
