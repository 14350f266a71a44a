/*
** Any text as a point in time: what can be read is written in three forms, each of which reads back.
*/
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "target.h"

static int64_t read_back(const char *text) {
  int64_t instant_ms = INT64_MIN;
  require(strlen(text) < CM_INSTANT_TEXT);
  require(cm_instant_parse(text, strlen(text), &instant_ms));
  return instant_ms;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  cm_slice text = input_part(&left, '\0');
  char formatted[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  bool is_instant = cm_instant_parse(text.ptr, text.len, &instant_ms);
  if (is_instant) {
    cm_instant_format_sql(instant_ms, formatted);
    require(read_back(formatted) == instant_ms && !cm_instant_is_iso(formatted, strlen(formatted)));
    cm_instant_format_iso(instant_ms, formatted);
    require(read_back(formatted) == instant_ms && cm_instant_is_iso(formatted, strlen(formatted)));
    cm_instant_format_day(instant_ms, formatted);
    int64_t of_day_ms = instant_ms - read_back(formatted);
    require(of_day_ms >= 0 && of_day_ms < 86400000 && cm_instant_is_day(formatted, 10));
  }
  require(!cm_instant_is_day(text.ptr, text.len) || is_instant);
  cm_instant_is_iso(text.ptr, text.len);
  if (size >= sizeof instant_ms) { /* any number is written as some point in time */
    memcpy(&instant_ms, data, sizeof instant_ms);
    cm_instant_format_sql(instant_ms, formatted);
    read_back(formatted);
  }
  target_free(text);
  return 0;
}
