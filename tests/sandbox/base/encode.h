/*
** encode.h -- the encodings of the wire: Base64, percent escapes, gzip.
** Owns: nothing.  Never: keeps state.
*/
#ifndef SANDBOX_ENCODE_H
#define SANDBOX_ENCODE_H

#include "text.h"

#include <stdbool.h>

/** Append len bytes as Base64 with padding. */
void sb_base64_encode(sb_text *out, const char *bytes, size_t len);
/**
 * Append the bytes of a Base64 text (standard or URL alphabet, padding optional); false when it
 * is none.
 */
bool sb_base64_decode(sb_text *out, const char *words, size_t len);
/**
 * Decode percent escapes; a '+' becomes a blank when `form`. Returns a copy, released with
 * free().
 */
char *sb_percent_decode(const char *bytes, size_t len, bool form);
/** Compress len bytes as a gzip member into out (reset first). */
void sb_gzip(sb_text *out, const char *bytes, size_t len);

#endif
