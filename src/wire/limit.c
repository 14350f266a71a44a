#include "wire/limit.h"

enum {
  SAME_CROWD_MS = 1000,
  MIN_MILLI = 500 /* however often the rate is halved: a request every two seconds */
};

static int full_milli(const cm_limit *limit) {
  return limit->per_second * 1000;
}

static bool is_slowed(const cm_limit *limit) {
  return limit->current_milli < full_milli(limit);
}

static int64_t max_ms(int64_t left, int64_t right) {
  return left > right ? left : right;
}

/** Where the time of the request that left `back` requests ago is kept, 1 being the last. */
static int slot(const cm_limit *limit, int back) {
  int at = limit->next - back;
  return at >= 0 ? at : at + CM_LIMIT_MAX_PER_SECOND;
}

static int64_t sent_back(const cm_limit *limit, int back) {
  return limit->sent_ms[slot(limit, back)];
}

void cm_limit_init(cm_limit *limit, int per_second) {
  *limit = (cm_limit){ .pause_until_ms = INT64_MIN };
  cm_limit_set_rate(limit, per_second);
}

void cm_limit_set_rate(cm_limit *limit, int per_second) {
  if (per_second < 0) per_second = 0;
  if (per_second > CM_LIMIT_MAX_PER_SECOND) per_second = CM_LIMIT_MAX_PER_SECOND;
  limit->per_second = per_second;
  limit->current_milli = full_milli(limit);
}

int64_t cm_limit_wait_ms(const cm_limit *limit, int64_t now_ms) {
  int64_t ready_ms = limit->pause_until_ms;
  if (limit->per_second > 0 && limit->sent_count >= limit->per_second)
    ready_ms = max_ms(ready_ms, sent_back(limit, limit->per_second) + CM_LIMIT_WINDOW_MS);
  if (is_slowed(limit) && limit->sent_count > 0) {
    int64_t spacing_ms = (1000000 + limit->current_milli - 1) / limit->current_milli;
    ready_ms = max_ms(ready_ms, sent_back(limit, 1) + spacing_ms);
  }
  return ready_ms > now_ms ? ready_ms - now_ms : 0;
}

void cm_limit_sent(cm_limit *limit, int64_t now_ms) {
  if (limit->sent_count > 0)
    now_ms = max_ms(now_ms,
                    sent_back(limit, 1)); /* the times stay in order whatever the clock does */
  limit->sent_ms[limit->next] = now_ms;
  limit->next = (limit->next + 1) % CM_LIMIT_MAX_PER_SECOND;
  if (limit->sent_count < CM_LIMIT_MAX_PER_SECOND) limit->sent_count++;
}

void cm_limit_correct(cm_limit *limit, int64_t counted_ms, int64_t left_ms) {
  int back = 1;
  while (back <= limit->sent_count && sent_back(limit, back) > counted_ms)
    back++;
  if (back > limit->sent_count || sent_back(limit, back) != counted_ms) return;
  for (; back > 1 && sent_back(limit, back - 1) < left_ms; back--)
    limit->sent_ms[slot(limit, back)] = sent_back(limit, back - 1);
  limit->sent_ms[slot(limit, back)] = max_ms(left_ms, counted_ms);
}

void cm_limit_slow_down(cm_limit *limit, int64_t now_ms, int64_t pause_ms) {
  bool is_same_crowd = is_slowed(limit) && now_ms - limit->slowed_at_ms < SAME_CROWD_MS;
  limit->pause_until_ms = max_ms(limit->pause_until_ms, now_ms + pause_ms);
  limit->step_at_ms = limit->pause_until_ms > now_ms ? limit->pause_until_ms : now_ms;
  if (is_same_crowd) return;
  limit->slowed_at_ms = now_ms;
  int half = limit->current_milli / 2;
  int lowest = MIN_MILLI < full_milli(limit) ? MIN_MILLI : full_milli(limit);
  limit->current_milli = half > lowest ? half : lowest;
}

void cm_limit_recover(cm_limit *limit, int64_t now_ms) {
  int64_t steps = (now_ms - limit->step_at_ms) / CM_LIMIT_RECOVERY_MS;
  if (!is_slowed(limit) || steps <= 0) return;
  int full = full_milli(limit);
  int64_t recovered = limit->current_milli + steps * (full / 10);
  limit->current_milli = recovered < full ? (int)recovered : full;
  limit->step_at_ms += steps * CM_LIMIT_RECOVERY_MS;
}
