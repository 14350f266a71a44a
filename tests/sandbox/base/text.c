#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sb_stop(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("chartmogul-sandbox: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  abort();
}

void *sb_alloc(size_t size) {
  void *memory = calloc(1, size ? size : 1);
  if (!memory) sb_stop("out of memory (%zu bytes)", size);
  return memory;
}

void *sb_grow(void *memory, size_t size) {
  void *grown = realloc(memory, size ? size : 1);
  if (!grown) sb_stop("out of memory (%zu bytes)", size);
  return grown;
}

char *sb_copy_len(const char *bytes, size_t len) {
  char *copy = sb_alloc(len + 1);
  if (len) memcpy(copy, bytes, len);
  return copy;
}

char *sb_copy(const char *text) {
  return text ? sb_copy_len(text, strlen(text)) : NULL;
}

bool sb_is_word_of(const char *list, char separator, const char *word) {
  const char separators[] = { separator, 0 };
  size_t len = strlen(word);
  for (const char *at = list; at && *at;) {
    size_t span = strcspn(at, separators);
    if (span == len && memcmp(at, word, len) == 0) return true;
    at += span + (at[span] == separator);
  }
  return false;
}

void sb_text_clear(sb_text *text) {
  free(text->bytes);
  *text = (sb_text){ 0 };
}

void sb_text_reset(sb_text *text) {
  text->len = 0;
  if (text->bytes) text->bytes[0] = 0;
}

/* Room for more bytes and the final NUL. */
static inline char *reserve(sb_text *text, size_t more) {
  size_t needed = text->len + more + 1;
  if (needed > text->capacity) {
    size_t capacity = text->capacity ? text->capacity * 2 : 256;
    while (capacity < needed)
      capacity *= 2;
    text->bytes = sb_grow(text->bytes, capacity);
    text->capacity = capacity;
  }
  return text->bytes + text->len;
}

void sb_text_add(sb_text *text, const char *bytes, size_t len) {
  char *end = reserve(text, len);
  if (len) memcpy(end, bytes, len);
  end[len] = 0;
  text->len += len;
}

void sb_text_puts(sb_text *text, const char *words) {
  sb_text_add(text, words, strlen(words));
}

void sb_text_putc(sb_text *text, char byte) {
  char *end = reserve(text, 1);
  end[0] = byte;
  end[1] = 0;
  text->len++;
}

void sb_text_printf(sb_text *text, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (len < 0) sb_stop("format '%s' failed", format);
  vsnprintf(reserve(text, (size_t)len), (size_t)len + 1, format, again);
  va_end(again);
  text->len += (size_t)len;
}

void sb_text_int(sb_text *text, int64_t number) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do {
    digits[--at] = (char)('0' + left % 10);
    left /= 10;
  } while (left);
  if (number < 0) digits[--at] = '-';
  sb_text_add(text, digits + at, sizeof digits - at);
}

static void escape(sb_text *text, unsigned char byte) {
  switch (byte) {
  case '"': sb_text_add(text, "\\\"", 2); break;
  case '\\': sb_text_add(text, "\\\\", 2); break;
  case '\n': sb_text_add(text, "\\n", 2); break;
  case '\r': sb_text_add(text, "\\r", 2); break;
  case '\t': sb_text_add(text, "\\t", 2); break;
  default: sb_text_printf(text, "\\u%04x", byte); break;
  }
}

void sb_text_json(sb_text *text, const char *bytes, size_t len) {
  sb_text_putc(text, '"');
  size_t plain = 0; /* start of the run that needs no escape */
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    sb_text_add(text, bytes + plain, i - plain);
    escape(text, byte);
    plain = i + 1;
  }
  sb_text_add(text, bytes + plain, len - plain);
  sb_text_putc(text, '"');
}

void sb_text_json_puts(sb_text *text, const char *words) {
  if (words)
    sb_text_json(text, words, strlen(words));
  else
    sb_text_add(text, "null", 4);
}

void sb_text_member(sb_text *text, const char *name) {
  size_t len = strlen(name);
  char *end = reserve(text, len + 4), *at = end;
  if (text->len && at[-1] != '{') *at++ = ',';
  *at++ = '"';
  memcpy(at, name, len);
  at += len;
  *at++ = '"';
  *at++ = ':';
  *at = 0;
  text->len += (size_t)(at - end);
}

char *sb_text_take(sb_text *text) {
  reserve(text, 0)[0] = 0;
  char *bytes = text->bytes;
  *text = (sb_text){ 0 };
  return bytes;
}
