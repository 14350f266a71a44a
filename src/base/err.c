#include "base/err.h"

#include <stdarg.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "base/utf8.h"

static const char ellipsis[] = "…";
enum { ELLIPSIS_LEN = sizeof ellipsis - 1 };

static bool is_control(char byte) {
  return (unsigned char)byte < 0x20 || byte == 0x7f;
}

static bool is_continuation(char byte) {
  return ((unsigned char)byte & 0xc0) == 0x80;
}

/** Shorten a text to `max_len` bytes, its last ones being "…"; no character is cut in half. */
static void cut(char *text, size_t max_len) {
  size_t keep = max_len > ELLIPSIS_LEN ? max_len - ELLIPSIS_LEN : 0;
  while (keep > 0 && is_continuation(text[keep]))
    keep--;
  size_t dots = max_len < ELLIPSIS_LEN ? 0 : ELLIPSIS_LEN;
  memcpy(text + keep, ellipsis, dots);
  text[keep + dots] = 0;
}

int cm_err_set(cm_err *err, int code, const char *format, ...) {
  if (err == NULL) return code;

  char text[sizeof err->text + 1]; /* one more than fits, to see that something did not */
  va_list args;
  va_start(args, format);
  sqlite3_vsnprintf((int)sizeof text, text, format, args);
  va_end(args);

  size_t len = strlen(text);
  for (size_t i = 0; i < len; i++) {
    if (is_control(text[i])) text[i] = ' ';
  }
  cm_utf8_mask(text, len); /* a "%.40s" may have cut a character in half */
  if (len > sizeof err->text - 1) cut(text, sizeof err->text - 1);
  memcpy(err->text, text, strlen(text) + 1);
  err->code = code;
  err->http_status = 0;
  err->may_help = false;
  err->is_of_row = false;
  err->is_at_row = false;
  err->is_of_another = false;
  return code;
}

/** Another text for the same error. */
static void put_text(cm_err *err, const char *first, const char *second, const char *rest) {
  cm_err all_else = *err;
  bool has_second = second != NULL;
  cm_err_set(err, err->code, "%s: %s%s%s", first, has_second ? second : "", has_second ? ": " : "",
             rest);
  err->http_status = all_else.http_status;
  err->may_help = all_else.may_help;
  err->is_of_row = all_else.is_of_row;
  err->is_at_row = all_else.is_at_row;
  err->is_of_another = all_else.is_of_another;
}

static bool begins_with(const cm_err *err, const char *who) {
  size_t len = strlen(who);
  return strncmp(err->text, who, len) == 0 && err->text[len] == ':';
}

void cm_err_prefix(cm_err *err, const char *who) {
  if (err == NULL || err->code == SQLITE_OK || begins_with(err, who)) return;
  put_text(err, who, NULL, err->text);
}

void cm_err_name_row(cm_err *err, const char *table, const char *name) {
  if (err == NULL || err->code == SQLITE_OK || name == NULL || name[0] == 0) return;
  size_t skipped = begins_with(err, table) ? strlen(table) + 1 : 0;
  skipped += strspn(err->text + skipped, " ");
  put_text(err, table, name, err->text + skipped);
}

int cm_err_nomem(cm_err *err) {
  return cm_err_set(err, SQLITE_NOMEM, "out of memory");
}

void cm_err_clear(cm_err *err) {
  if (err == NULL) return;
  err->code = SQLITE_OK;
  err->http_status = 0;
  err->may_help = false;
  err->is_of_row = false;
  err->is_at_row = false;
  err->is_of_another = false;
  err->text[0] = 0;
}

void cm_err_line(char *out, size_t size, const char *text, size_t len) {
  size_t used = 0;
  bool is_cut = false;
  bool has_gap = false;
  for (size_t i = 0; i < len && !is_cut; i++) {
    if (is_control(text[i]) || text[i] == ' ') {
      has_gap = used > 0;
    } else if (used + (has_gap ? 2 : 1) > size - 1) {
      is_cut = true;
    } else {
      if (has_gap) out[used++] = ' ';
      out[used++] = text[i];
      has_gap = false;
    }
  }
  out[used] = 0;
  if (is_cut) cut(out, used);
}
