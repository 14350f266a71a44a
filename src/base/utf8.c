#include "base/utf8.h"

#include <string.h>

#include "base/sqlite_api.h"

/** What may follow the first byte of a character: how many bytes, and in which range the first of them is. */
typedef struct form {
  int following;
  unsigned char low, high;
} form;

static form form_of(unsigned char first) {
  if (first < 0x80) return (form){ 0, 0, 0 };
  if (first < 0xc2) return (form){ -1, 0, 0 };
  if (first < 0xe0) return (form){ 1, 0x80, 0xbf };
  if (first == 0xe0) return (form){ 2, 0xa0, 0xbf };
  if (first == 0xed) return (form){ 2, 0x80, 0x9f };
  if (first < 0xf0) return (form){ 2, 0x80, 0xbf };
  if (first == 0xf0) return (form){ 3, 0x90, 0xbf };
  if (first < 0xf4) return (form){ 3, 0x80, 0xbf };
  if (first == 0xf4) return (form){ 3, 0x80, 0x8f };
  return (form){ -1, 0, 0 };
}

/** Length of the character at `text`, or of the bytes that begin one and do not complete it. */
static size_t measure(const char *text, size_t len, bool *is_valid) {
  form wanted = form_of((unsigned char)text[0]);
  size_t used = 1;
  *is_valid = wanted.following == 0;
  for (int i = 0; i < wanted.following; i++) {
    if (used == len) return used;
    unsigned char byte = (unsigned char)text[used];
    if (byte < wanted.low || byte > wanted.high) return used;
    wanted.low = 0x80;
    wanted.high = 0xbf;
    used++;
  }
  *is_valid = wanted.following >= 0;
  return used;
}

/** Bytes from the beginning on that are ASCII, eight at a time; a few more may be. */
static size_t count_ascii(const char *text, size_t len) {
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= len; at += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, text + at, sizeof word);
    if (word & 0x8080808080808080u) break;
  }
  return at;
}

size_t cm_utf8_valid(const char *text, size_t len) {
  size_t at = 0;
  while (at < len) {
    bool is_valid = true;
    at += count_ascii(text + at, len - at);
    if (at == len) break;
    size_t used = measure(text + at, len - at, &is_valid);
    if (!is_valid) return at;
    at += used;
  }
  return len;
}

int cm_utf8_mend(cm_buf *out, const char *text, size_t len) {
  static const char replacement[] = "\xef\xbf\xbd";
  size_t at = 0;
  while (at < len && out->code == SQLITE_OK) {
    size_t valid = cm_utf8_valid(text + at, len - at);
    bool is_valid = true;
    cm_buf_append(out, text + at, valid);
    at += valid;
    if (at == len) break;
    at += measure(text + at, len - at, &is_valid);
    cm_buf_append(out, replacement, sizeof replacement - 1);
  }
  return out->code;
}

void cm_utf8_mask(char *text, size_t len) {
  size_t at = cm_utf8_valid(text, len);
  while (at < len) {
    text[at++] = '?';
    at += cm_utf8_valid(text + at, len - at);
  }
}
