/*
** timestamp.h -- instants as milliseconds since 1970 (UTC), and the five ways in which the API
** writes them.
** Owns: nothing.  Never: asks the system for the time.
*/
#ifndef SANDBOX_TIMESTAMP_H
#define SANDBOX_TIMESTAMP_H

#include "text.h"

#include <stdbool.h>

#define SB_SECOND_MS INT64_C(1000)
#define SB_DAY_MS INT64_C(86400000)

/** How an instant is written. */
typedef enum sb_time_style {
  SB_STYLE_MS,     /* 2016-01-01T12:00:00.000Z */
  SB_STYLE_Z,      /* 2016-01-01T12:00:00Z */
  SB_STYLE_OFFSET, /* 2016-01-01T12:00:00+00:00 */
  SB_STYLE_DAY,    /* 2016-01-01 */
  SB_STYLE_NANO,   /* 2016-01-01T12:00:00.000000000Z, as cursors have it */
  SB_STYLE_EXPORT  /* 2016-01-01 12:00:00 +0000 */
} sb_time_style;

/** A day of the calendar. */
typedef struct sb_date {
  int year;
  int month; /* 1-12 */
  int day;   /* 1-31 */
} sb_date;

/** Midnight of a day; the day may lie outside of its month and is carried over. */
int64_t sb_time_of(int year, int month, int day);
/** The calendar day of an instant. */
sb_date sb_date_of(int64_t time_ms);
/** The same time of day `months` later; a day that the month lacks becomes its last one. */
int64_t sb_time_add_months(int64_t time_ms, int months);
/** The day of the week, Sunday = 0. */
int sb_weekday_of(int64_t time_ms);
/** Midnight of the day of an instant. */
int64_t sb_time_day(int64_t time_ms);
/** Append an instant, without quotes. */
void sb_time_write(sb_text *out, int64_t time_ms, sb_time_style style);
/**
 * Read any form that the API takes: a day, a day and a time with `T` or a blank, with fraction,
 * with `Z`, `UTC` or an offset.
 * No time is midnight, no zone is UTC. `is_day` (may be NULL) tells whether there was a day only.
 * False when it is no date.
 */
bool sb_time_parse(const char *words, int64_t *time_ms, bool *is_day);

#endif
