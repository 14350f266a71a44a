/*
** text.h -- memory that never fails and a growing text.
** Owns: the bytes of each text.  Never: returns NULL; a sandbox out
** of memory stops.
*/
#ifndef SANDBOX_TEXT_H
#define SANDBOX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A growing text. All zero is an empty one; bytes end in NUL as soon as something was added. */
typedef struct sb_text {
  char *bytes;
  size_t len;
  size_t capacity;
} sb_text;

/** Allocate zeroed memory, released with free(); stops the program when there is none. */
void *sb_alloc(size_t size);
/** Resize memory (NULL allocates); stops the program when there is none. */
void *sb_grow(void *memory, size_t size);
/** Copy a text; NULL gives NULL. Released with free(). */
char *sb_copy(const char *text);
/** Copy len bytes and end them in NUL. Released with free(). */
char *sb_copy_len(const char *bytes, size_t len);
/** Whether a list such as "one|another" has a word; NULL and the empty list have none. */
bool sb_is_word_of(const char *list, char separator, const char *word);
/** Print to stderr what is wrong with the program itself, and stop it. */
_Noreturn void sb_stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Release the bytes; the text is empty and usable afterwards. */
void sb_text_clear(sb_text *text);
/** Make it empty and keep the memory. */
void sb_text_reset(sb_text *text);
/** Append len bytes. */
void sb_text_add(sb_text *text, const char *bytes, size_t len);
/** Append a NUL-terminated text. */
void sb_text_puts(sb_text *text, const char *words);
/** Append one byte. */
void sb_text_putc(sb_text *text, char byte);
/** Append formatted text. */
void sb_text_printf(sb_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
/** Append an integer. */
void sb_text_int(sb_text *text, int64_t number);
/** Append a JSON string of len bytes of UTF-8, with its quotes. */
void sb_text_json(sb_text *text, const char *bytes, size_t len);
/** Append a JSON string of a NUL-terminated text, or null for NULL. */
void sb_text_json_puts(sb_text *text, const char *words);
/** Append the name of an object's member, with a comma in front unless it is the first. */
void sb_text_member(sb_text *text, const char *name);
/** Hand the bytes over (never NULL); the text is empty afterwards. Released with free(). */
char *sb_text_take(sb_text *text);

#endif
