#include "read/ahead.h"

enum { ROWS_TO_START = 2, FIRST_WINDOW = 2 };

cm_ahead *cm_ahead_find(cm_ahead followers[CM_MAX_FOLLOWERS], const cm_read *read) {
  for (int i = 0; i < CM_MAX_FOLLOWERS; i++) {
    if (followers[i].read == NULL) followers[i].read = read;
    if (followers[i].read == read) return &followers[i];
  }
  return NULL;
}

void cm_ahead_note(cm_ahead *ahead, int64_t row, int max_window) {
  int64_t step = row - ahead->last_row;
  bool is_first = ahead->streak == 0;
  ahead->last_row = row;
  if (step == 0 && !is_first) return;
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
