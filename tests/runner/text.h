/*
** text.h -- a growing text, for the case runner.
** Owns: its bytes.  Never: fails; a test program without memory ends.
**
** Names of the runner carry their module's name only (text_, story_, ...), so that `cm_` always
** means the extension under test.
*/
#ifndef RUNNER_TEXT_H
#define RUNNER_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct text {
  char *data; /* NUL-terminated; NULL while empty */
  size_t len;
  size_t capacity;
} text;

void text_append(text *to, const void *bytes, size_t len);
void text_add(text *to, const char *string);
void text_printf(text *to, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));

/** Append with line breaks written as \n and \r, so that it stays one line. */
void text_add_escaped(text *to, const char *bytes, size_t len);

/** The text so far, "" when empty. Borrowed. */
const char *text_str(const text *from);

/** Free the bytes; the text is empty and usable. */
void text_clear(text *done);

/** Hand the bytes over; free with free(). Never NULL. */
char *text_take(text *from);

/** The whole of a file, NUL-terminated, or NULL when it cannot be read. Free with free(). */
char *text_read_file(const char *path, size_t *len);

/** Copies, free with free(). They end the program when memory runs out. */
char *text_copy(const char *string);
char *text_copy_part(const char *bytes, size_t len);
void *text_allocate(size_t size); /* zeroed */
void *text_resize(void *block, size_t size);

/** True when `string` begins with `start`. */
bool text_starts(const char *string, const char *start);

/** The same lines in byte order. Free with free(). */
char *text_sort_lines(const char *lines);

/**
 * Append how `actual` differs from `expected`: common lines at both ends are left out.
 * At most some forty lines of either are shown.
 */
void text_add_diff(text *to, const char *expected, const char *actual);

#endif
