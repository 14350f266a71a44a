#include "base/text.h"

#include <string.h>

bool cm_text_is(const char *text, size_t len, const char *word) {
  return strlen(word) == len && (len == 0 || memcmp(text, word, len) == 0);
}

bool cm_text_is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int cm_text_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool cm_text_next_word(const char **list, const char **word, size_t *len) {
  if (*list == NULL) return false;
  const char *begin = *list + strspn(*list, " ");
  size_t size = strcspn(begin, " ");
  *list = begin + size;
  if (size == 0) return false;
  *word = begin;
  *len = size;
  return true;
}

size_t cm_text_before(const char *word, size_t len, char mark) {
  const char *found = memchr(word, mark, len);
  return found != NULL ? (size_t)(found - word) : len;
}

bool cm_text_ends_in(const char *text, const char *end) {
  size_t len = text != NULL ? strlen(text) : 0;
  size_t end_len = strlen(end);
  return len > end_len && strcmp(text + len - end_len, end) == 0;
}

bool cm_text_has_word(const char *list, const char *word) {
  const char *found = NULL;
  size_t len = 0;
  while (cm_text_next_word(&list, &found, &len)) {
    if (cm_text_is(found, cm_text_before(found, len, ':'), word)) return true;
  }
  return false;
}

bool cm_text_next_name(const char *text, size_t *at, const char **name, size_t *len) {
  const char *open = text != NULL ? strchr(text + *at, '{') : NULL;
  if (open == NULL) return false;
  *name = open + 1;
  *len = strcspn(*name, "}");
  *at = (size_t)(*name - text) + *len;
  if ((*name)[*len] == '}') ++*at;
  return true;
}

bool cm_text_has_name(const char *text, const char *name) {
  const char *found = NULL;
  size_t len = 0;
  for (size_t at = 0; cm_text_next_name(text, &at, &found, &len);) {
    if (cm_text_is(found, len, name)) return true;
  }
  return false;
}
