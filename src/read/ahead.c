#include "read/ahead.h"

#include <string.h>

enum { ROWS_TO_START = 2, FIRST_WINDOW = 2 };

bool cm_ahead_fits(const cm_ahead *ahead, const cm_ahead_source *now) {
  bool is_shown = false;
  for (int i = 0; i < ahead->value_count; i++) {
    const cm_ahead_source *known = &ahead->values[i];
    bool is_in_row = (known->columns & now[i].columns) != 0;
    if (!is_in_row && !(known->is_same && known->hash == now[i].hash)) return false;
    is_shown = is_shown || is_in_row;
  }
  return is_shown;
}

void cm_ahead_narrow(cm_ahead *ahead, const cm_ahead_source *now) {
  for (int i = 0; i < ahead->value_count; i++) {
    cm_ahead_source *known = &ahead->values[i];
    known->columns &= now[i].columns;
    known->is_same = known->is_same && known->hash == now[i].hash;
    known->hash = now[i].hash;
  }
}

void cm_ahead_begin(cm_ahead *ahead, const cm_ahead_source *now, int count, int64_t row) {
  uint64_t asked = ahead->asked;
  const void *read = ahead->read;
  *ahead = (cm_ahead){ .asked = asked, .read = read, .last_row = row, .value_count = count };
  for (int i = 0; i < count; i++) {
    ahead->values[i] = now[i];
    ahead->values[i].is_same = true;
    ahead->is_followed = ahead->is_followed || now[i].columns != 0;
  }
}

void cm_ahead_note(cm_ahead *ahead, int64_t row, int max_window) {
  int64_t step = row - ahead->last_row;
  bool is_first = ahead->streak == 0;
  if (step == 0 && !is_first) return;
  for (int i = 0; i < CM_MAX_WINDOW && !is_first; i++) {
    if (ahead->guessed[i] > ahead->last_row && ahead->guessed[i] < row) ahead->wasted++;
  }
  ahead->last_row = row;
  ahead->asks++;
  if (step == 1 && !is_first) {
    ahead->streak++;
    ahead->window *= 2;
    if (ahead->window == 0 && ahead->streak >= ROWS_TO_START) ahead->window = FIRST_WINDOW;
  } else {
    ahead->streak = 1;
    ahead->window /= 2;
  }
  if (ahead->window > max_window) ahead->window = max_window;
}

void cm_ahead_put(cm_ahead *ahead, int64_t row) {
  int first = 0;
  for (int i = 0; i < CM_MAX_WINDOW; i++) {
    if (ahead->guessed[i] == row) return;
    if (ahead->guessed[i] < ahead->guessed[first]) first = i;
  }
  ahead->guessed[first] = row;
}

int cm_ahead_open(const cm_ahead *ahead, int64_t row) {
  int count = 0;
  for (int i = 0; i < CM_MAX_WINDOW; i++) {
    if (ahead->guessed[i] > row) count++;
  }
  return count;
}

void cm_ahead_skip(cm_ahead *ahead, int64_t row) {
  for (int i = 0; i < CM_MAX_WINDOW; i++) {
    if (ahead->guessed[i] == row) return; /* in vain: it is passed over */
  }
  if (row == ahead->last_row + 1) ahead->last_row = row;
}
