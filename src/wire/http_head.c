#include "wire/http_head.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/sqlite_api.h"

/** Copy the value of a header line if it is the one named. */
static void take_value(const char *line, size_t len, const char *name, char *out, size_t size) {
  size_t name_len = strlen(name);
  if (len > name_len && line[name_len] == ':' && sqlite3_strnicmp(line, name, (int)name_len) == 0)
    cm_err_line(out, size, line + name_len + 1, len - name_len - 1);
}

bool cm_http_head_is_too_large(const cm_http_head *head) {
  return head->bytes > CM_MAX_HEAD_BYTES;
}

bool cm_http_head_take(cm_http_head *head, const char *line, size_t len) {
  head->bytes += len;
  take_value(line, len, "Date", head->date, sizeof head->date);
  take_value(line, len, "Retry-After", head->retry_after, sizeof head->retry_after);
  return !cm_http_head_is_too_large(head);
}

/** Retry-After is a number of seconds, or a date that is compared with the server's own clock. */
int64_t cm_http_head_retry_after_ms(const cm_http_head *head) {
  const char *value = head->retry_after;
  const int64_t max_seconds = INT32_MAX;
  int64_t seconds = 0;
  size_t digits = strspn(value, "0123456789");
  if (digits > 0 && value[digits] == 0) {
    for (size_t i = 0; i < digits && seconds < max_seconds; i++)
      seconds = seconds * 10 + (value[i] - '0');
  } else {
    time_t until = curl_getdate(value, NULL);
    time_t from = curl_getdate(head->date, NULL);
    if (until == -1) return -1;
    seconds = (int64_t)until - (int64_t)(from != -1 ? from : time(NULL));
  }
  return (seconds < 0 ? 0 : seconds < max_seconds ? seconds : max_seconds) * 1000;
}

bool cm_http_is_json(const char *type) {
  size_t len = type != NULL ? strcspn(type, "; ") : 0;
  return (len == 16 && sqlite3_strnicmp(type, "application/json", 16) == 0) ||
         (len > 5 && sqlite3_strnicmp(type + len - 5, "+json", 5) == 0);
}
