#include "ahead.h"

#include <string.h>

enum { ROWS_TO_START = 2, FIRST_WINDOW = 2 };

void cm_ahead_note(cm_ahead *ahead, const cm_read *read, int64_t row, int max_window) {
  if (ahead->read != read) {
    memset(ahead, 0, sizeof *ahead);
    ahead->read = read;
    ahead->last_row = row;
    ahead->streak = 1;
    return;
  }
  int64_t step = row - ahead->last_row;
  ahead->last_row = row;
  if (step == 0) return;
  if (step == 1) {
    ahead->streak++;
    ahead->window *= 2;
    if (ahead->window == 0 && ahead->streak >= ROWS_TO_START) ahead->window = FIRST_WINDOW;
  } else {
    ahead->streak = 1;
    ahead->window /= 2;
  }
  if (ahead->window > max_window) ahead->window = max_window;
}
