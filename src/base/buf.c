#include "base/buf.h"

#include <stdarg.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"

enum { FIRST_CAPACITY = 128 };

void cm_buf_init(cm_buf *buf, size_t max_len) {
  *buf = (cm_buf){ .max_len = max_len, .code = SQLITE_OK };
}

void cm_buf_clear(cm_buf *buf) {
  sqlite3_free(buf->data);
  cm_buf_init(buf, buf->max_len);
}

void cm_buf_empty(cm_buf *buf) {
  if (buf->data != NULL) buf->data[0] = 0;
  buf->len = 0;
  buf->code = SQLITE_OK;
}

static int fail(cm_buf *buf, int code) {
  cm_buf_clear(buf);
  buf->code = code;
  return code;
}

/** Make room for `len` more bytes and the NUL. */
static int reserve(cm_buf *buf, size_t len) {
  if (len > buf->max_len - buf->len) return fail(buf, SQLITE_TOOBIG);
  size_t need = buf->len + len + 1;
  if (need <= buf->capacity) return SQLITE_OK;
  size_t capacity = buf->capacity > 0 ? buf->capacity * 2 : FIRST_CAPACITY;
  if (capacity < need) capacity = need;
  if (capacity > buf->max_len + 1) capacity = buf->max_len + 1;
  char *data = sqlite3_realloc64(buf->data, capacity);
  if (data == NULL) return fail(buf, SQLITE_NOMEM);
  buf->data = data;
  buf->capacity = capacity;
  return SQLITE_OK;
}

int cm_buf_append(cm_buf *buf, const void *bytes, size_t len) {
  if (buf->code != SQLITE_OK || len == 0) return buf->code;
  int code = reserve(buf, len);
  if (code != SQLITE_OK) return code;
  memcpy(buf->data + buf->len, bytes, len);
  buf->len += len;
  buf->data[buf->len] = 0;
  return SQLITE_OK;
}

int cm_buf_text(cm_buf *buf, const char *text) {
  return cm_buf_append(buf, text, strlen(text));
}

int cm_buf_printf(cm_buf *buf, const char *format, ...) {
  if (buf->code != SQLITE_OK) return buf->code;
  va_list args;
  va_start(args, format);
  char *text = sqlite3_vmprintf(format, args);
  va_end(args);
  if (text == NULL) return fail(buf, SQLITE_NOMEM);
  int code = cm_buf_text(buf, text);
  sqlite3_free(text);
  return code;
}

void cm_buf_fit(cm_buf *buf, cm_buf *room) {
  cm_buf fitting;
  cm_buf_init(&fitting, buf->max_len);
  if (buf->len == 0 || cm_buf_append(&fitting, buf->data, buf->len) != SQLITE_OK) return;
  cm_buf *smaller = buf->capacity > room->capacity ? room : buf;
  cm_buf_clear(smaller);
  if (smaller == room) *room = *buf;
  *buf = fitting;
  cm_buf_empty(room);
}

static bool is_unreserved(char byte) {
  return cm_text_is_alnum(byte) || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

int cm_buf_percent(cm_buf *buf, const char *text, size_t len) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = (unsigned char)text[i];
    char encoded[3] = { '%', hex[byte >> 4], hex[byte & 15] };
    if (is_unreserved(text[i]))
      cm_buf_append(buf, text + i, 1);
    else
      cm_buf_append(buf, encoded, sizeof encoded);
  }
  return buf->code;
}

void cm_buf_fail(cm_buf *buf, int code) {
  if (code != SQLITE_OK && buf->code == SQLITE_OK) fail(buf, code);
}

const char *cm_buf_str(const cm_buf *buf) {
  return buf->data != NULL ? buf->data : "";
}

char *cm_buf_take(cm_buf *buf) {
  if (buf->code != SQLITE_OK) return NULL;
  if (buf->data == NULL) return sqlite3_mprintf("");
  char *data = buf->data;
  buf->data = NULL;
  cm_buf_clear(buf);
  return data;
}
