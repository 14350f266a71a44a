/*
** fallback.h -- what is sent for a parameter that the statement does not give.
** Pure: the time is handed in.  Tests: tests/unit/read/fallback.c
*/
#ifndef CM_READ_FALLBACK_H
#define CM_READ_FALLBACK_H

#include "base/instant.h"
#include "base/value.h"
#include "spec/resource.h"

/**
 * The value of a filter's fallback.
 *
 * @param now_ms  The wall clock: CM_TODAY is its day, UTC.
 * @param end     The value of the column that CM_YEAR_BEFORE_END names, where the request has one; what is no
 *                day counts as CM_TODAY. NULL: likewise.
 * @param out     Receives the text, which the value borrows.
 */
cm_value cm_fallback_value(const cm_filter *filter, int64_t now_ms, const cm_value *end,
                           char out[CM_INSTANT_TEXT]);

#endif
