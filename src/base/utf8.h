/*
** utf8.h -- bytes that should be text: are they UTF-8, and what stands in place of those that are not.
** Pure.  Tests: tests/unit/base/utf8.c
**
** SQLite takes any bytes for text, and many programs then fail over a whole statement because of one. So
** what an answer holds is made UTF-8 when it arrives.
*/
#ifndef CM_BASE_UTF8_H
#define CM_BASE_UTF8_H

#include "base/buf.h"

/**
 * How many bytes from the beginning on are UTF-8: no surrogates, no character longer than it needs to be,
 * none beyond U+10FFFF, none cut short. A NUL is a character like any other.
 * @param text  May be NULL where `len` is 0.
 */
size_t cm_utf8_valid(const char *text, size_t len);

/**
 * Append a text with U+FFFD in place of each run of bytes that begins a character and does not complete it.
 * @return as cm_buf_append.
 */
int cm_utf8_mend(cm_buf *out, const char *text, size_t len);

/** The same in place and without growing: "?" for each byte that belongs to no character. */
void cm_utf8_mask(char *text, size_t len);

#endif
