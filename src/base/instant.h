/*
** instant.h -- points in time: any form that the API or SQLite writes in, one form out.
** Pure.  Tests: tests/unit/base/instant.c
**
** The API answers "2016-01-01T12:00:00.000Z", "2016-01-01T12:00:00+00:00" and plain days; it and
** SQLite also take "2016-01-15 12:00:00 UTC", "2000-01-01 00:00:00 +0200", "2016-01-01 12:00". A
** missing time is midnight, a missing zone is UTC.
*/
#ifndef CM_BASE_INSTANT_H
#define CM_BASE_INSTANT_H

#include "base/base.h"

enum { CM_INSTANT_TEXT = 32 }; /* bytes for any formatted instant with its NUL */

/** Milliseconds since 1970, UTC. @return false when `text` is not a point in time. */
bool cm_instant_parse(const char *text, size_t len, int64_t *out_ms);

/**
 * What is wrong with a text of the right form, "there is no such day" of '2025-02-31'. Constant; NULL: it is a point in time, or
 * has another form.
 */
const char *cm_instant_fault(const char *text, size_t len);

/** True for a day and nothing else: "2016-01-15". */
bool cm_instant_is_day(const char *text, size_t len);

/** True when the text has the form "dddd-dd-ddT...": what SQLite's own form is not. */
bool cm_instant_is_iso(const char *text, size_t len);

/** SQLite's form: "2016-01-01 12:00:00", with ".sss" only where it is not zero. */
void cm_instant_format_sql(int64_t instant_ms, char out[CM_INSTANT_TEXT]);

/** The API's form: "2016-01-01T12:00:00Z", with ".sss" only where it is not zero. */
void cm_instant_format_iso(int64_t instant_ms, char out[CM_INSTANT_TEXT]);

/** The day that holds the instant: "2016-01-01". */
void cm_instant_format_day(int64_t instant_ms, char out[CM_INSTANT_TEXT]);

#endif
