/*
** near_miss.h -- a word that is one of a column's known words but for the way it is written.
** Pure.  Tests: tests/unit/record/near_miss.c
*/
#ifndef CM_RECORD_NEAR_MISS_H
#define CM_RECORD_NEAR_MISS_H

#include "base/buf.h"
#include "base/value.h"
#include "spec/resource.h"

/**
 * The known word that the value is but for case, spaces, underscores, hyphens or a doubled letter. NULL: none, or
 * the value is a known word itself.
 *
 * @param words  Ends with {NULL, NULL}; NULL: none.
 */
const cm_word *cm_near_miss(const cm_word *words, const cm_value *value);

/** Append the words as SQL has them: "'day', 'week' or 'month'". */
void cm_near_miss_put_words(const cm_word *words, cm_buf *out);

#endif
