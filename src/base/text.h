/*
** text.h -- letters and digits; the two small languages of constant texts: words with spaces, and templates with {names}.
** Pure.  Tests: tests/unit/base/text.c
*/
#ifndef CM_BASE_TEXT_H
#define CM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** True when `len` bytes of a text, which may be NULL where `len` is 0, are the word. */
bool cm_text_is(const char *text, size_t len, const char *word);

/** Is it a letter or a digit of ASCII? */
bool cm_text_is_alnum(char c);

/** The value of a hexadecimal digit; -1: it is not one. */
int cm_text_hex_digit(char c);

/**
 * Take the next word of a list with spaces.
 * @param list  Moves behind the word; NULL is an empty list.
 * @param word  Receives the word, `len` bytes of the list. It stays as it is at the end.
 * @return false at the end.
 */
bool cm_text_next_word(const char **list, const char **word, size_t *len);

/** How many bytes of a word stand before the mark, such as ':' in "name:place"; all when there is none. */
size_t cm_text_before(const char *word, size_t len, char mark);

/** Does the text, or NULL, end so, with something before it? */
bool cm_text_ends_in(const char *text, const char *end);

/** True when the list, or NULL, holds the word, by itself or as "word:place". */
bool cm_text_has_word(const char *list, const char *word);

/**
 * Take the next {name} of a template.
 * @param text  The template; NULL has none.
 * @param at    Where to look from on; moves behind the closing brace. Where that is missing the rest is the name, so
 *              name[*len] is not '}'.
 * @return false when there is none.
 */
bool cm_text_next_name(const char *text, size_t *at, const char **name, size_t *len);

/** True when the template, or NULL, has {name}. */
bool cm_text_has_name(const char *text, const char *name);

#endif
