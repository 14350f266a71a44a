#include "wire/retry.h"

enum { FIRST_WAIT_MS = 500, MAX_WAIT_MS = 60 * 1000 };

/** What is known about the request after an attempt. */
typedef struct verdict {
  const char *reason;
  bool can_help; /* sending it again can end better */
  bool is_safe;  /* the API surely did nothing */
  bool is_crowd; /* it said "too many" */
} verdict;

static verdict judge_status(int status) {
  switch (status) {
  case 408: return (verdict){ "408 Request Timeout", true, false, false };
  case 425: return (verdict){ "425 Too Early", true, true, false };
  case 429: return (verdict){ "429 Too Many Requests", true, true, true };
  case 500: return (verdict){ "500 Internal Server Error", true, false, false };
  case 502: return (verdict){ "502 Bad Gateway", true, false, false };
  case 503: return (verdict){ "503 Service Unavailable", true, false, true };
  case 504: return (verdict){ "504 Gateway Timeout", true, false, false };
  default: break;
  }
  if (status >= 500) return (verdict){ "server error", true, false, false };
  if (status >= 400) return (verdict){ "refused", false, true, false };
  return (verdict){ "answered", false, false, false };
}

static verdict judge(const cm_attempt *attempt) {
  switch (attempt->outcome) {
  case CM_ANSWERED: return judge_status(attempt->status);
  case CM_UNREACHED: return (verdict){ "nothing answers", true, true, false };
  case CM_NOT_SENT: return (verdict){ "no connection", true, true, false };
  case CM_TIMED_OUT: return (verdict){ "timeout", true, false, false };
  case CM_BROKEN: return (verdict){ "connection broken", true, false, false };
  case CM_TOO_LARGE: return (verdict){ "answer too large", false, false, false };
  case CM_CANCELLED: return (verdict){ "cancelled", false, false, false };
  case CM_UNTRUSTED: return (verdict){ "certificate not trusted", false, true, false };
  case CM_NO_MEMORY: return (verdict){ "out of memory", false, false, false };
  }
  return (verdict){ "unknown outcome", false, false, false };
}

static int64_t backoff_ms(int tries, unsigned random) {
  int64_t full = FIRST_WAIT_MS;
  for (int i = 1; i < tries && full < MAX_WAIT_MS; i++)
    full *= 2;
  if (full > MAX_WAIT_MS) full = MAX_WAIT_MS;
  int64_t half = full / 2;
  return half + (int64_t)random % (half + 1);
}

/** How many retries there may be: tries less one. */
static int max_retries_of(const cm_attempt *attempt) {
  bool is_few = attempt->outcome == CM_UNREACHED && attempt->max_retries >= CM_MAX_UNREACHED_TRIES;
  return is_few ? CM_MAX_UNREACHED_TRIES - 1 : attempt->max_retries;
}

cm_retry cm_retry_decide(const cm_attempt *attempt) {
  verdict found = judge(attempt);
  cm_retry retry = { .reason = found.reason, .slow_down = found.is_crowd };
  bool is_patient = attempt->retry_after_ms <= CM_MAX_RETRY_AFTER_MS;
  bool is_allowed = found.is_safe || !attempt->is_create;
  bool has_tries = attempt->tries <= max_retries_of(attempt);
  bool can_go = found.can_help && is_patient && has_tries;
  retry.is_used_up = found.can_help && is_patient && is_allowed && !has_tries;
  retry.again = can_go && is_allowed;
  retry.again_after_look = can_go && !is_allowed && found.is_crowd;
  if (!retry.again && !retry.again_after_look) return retry;
  retry.wait_ms = attempt->retry_after_ms > 0 ? attempt->retry_after_ms
                                              : backoff_ms(attempt->tries, attempt->random);
  return retry;
}
