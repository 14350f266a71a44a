#include "record/near_miss.h"

#include <string.h>

/** The next letter that counts, in lower case; NUL at the end. `last` is the one before it. */
static char next_letter(const char **at, const char *end, char last) {
  while (*at < end) {
    char c = *(*at)++;
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if (c != '\0' && c != last && strchr(" _-", c) == NULL) return c;
  }
  return '\0';
}

static bool is_alike(const char *word, const cm_value *value) {
  const char *at = word, *end = word + strlen(word);
  const char *other = value->text, *other_end = value->text + value->len;
  char letter = '\0';
  if (memchr(value->text, 0, value->len) != NULL) return false;
  do {
    char last = letter;
    letter = next_letter(&at, end, last);
    if (letter != next_letter(&other, other_end, last)) return false;
  } while (letter != '\0');
  return true;
}

static bool is_same(const char *word, const cm_value *value) {
  return strlen(word) == value->len && memcmp(word, value->text, value->len) == 0;
}

const cm_word *cm_near_miss(const cm_word *words, const cm_value *value) {
  const cm_word *found = NULL;
  if (words == NULL || !cm_value_is_text(value) || value->len == 0) return NULL;
  for (const cm_word *word = words; word->sql != NULL; word++) {
    if (is_same(word->sql, value)) return NULL;
    if (found == NULL && is_alike(word->sql, value)) found = word;
  }
  return found;
}

void cm_near_miss_put_words(const cm_word *words, cm_buf *out) {
  for (const cm_word *word = words; word != NULL && word->sql != NULL; word++) {
    bool is_last = word[1].sql == NULL;
    const char *before = word == words ? "" : is_last ? " or " : ", ";
    cm_buf_printf(out, "%s'%s'", before, word->sql);
  }
}
