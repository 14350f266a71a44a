#include "timestamp.h"

#include <stdio.h>
#include <string.h>

/* Days since 1970 of a day of the Gregorian calendar; years begin in March, so that the leap
   day is the last. */
static int64_t days_of(int64_t year, int month, int day) {
  year += (month - 1) / 12;
  month = (month - 1) % 12 + 1;
  if (month < 1) {
    month += 12;
    year--;
  }
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

static int64_t floor_day(int64_t time_ms) {
  int64_t day = time_ms / SB_DAY_MS;
  return day - (time_ms % SB_DAY_MS < 0);
}

int64_t sb_time_of(int year, int month, int day) {
  return days_of(year, month, day) * SB_DAY_MS;
}

int64_t sb_time_day(int64_t time_ms) {
  return floor_day(time_ms) * SB_DAY_MS;
}

sb_date sb_date_of(int64_t time_ms) {
  int64_t shifted = floor_day(time_ms) + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                         day_of_era / 146096) /
                        365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_index = (5 * day_of_year + 2) / 153;
  int month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);
  return (sb_date){
    .year = (int)(year_of_era + era * 400 + (month <= 2)),
    .month = month,
    .day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1),
  };
}

int sb_weekday_of(int64_t time_ms) {
  int64_t weekday = (floor_day(time_ms) + 4) % 7;
  return (int)(weekday < 0 ? weekday + 7 : weekday);
}

int64_t sb_time_add_months(int64_t time_ms, int months) {
  sb_date date = sb_date_of(time_ms);
  int64_t first = sb_time_of(date.year, date.month + months, 1);
  int64_t next = sb_time_of(date.year, date.month + months + 1, 1);
  int64_t length = (next - first) / SB_DAY_MS;
  int64_t day = date.day < length ? date.day : length;
  return first + (day - 1) * SB_DAY_MS + (time_ms - sb_time_day(time_ms));
}

static char *two_digits(char *at, int number) {
  at[0] = (char)('0' + number / 10 % 10);
  at[1] = (char)('0' + number % 10);
  return at + 2;
}

void sb_time_write(sb_text *out, int64_t time_ms, sb_time_style style) {
  sb_date date = sb_date_of(time_ms);
  int64_t of_day = time_ms - sb_time_day(time_ms);
  char words[40];
  char *at = two_digits(two_digits(words, date.year / 100), date.year);
  *at++ = '-';
  at = two_digits(at, date.month);
  *at++ = '-';
  at = two_digits(at, date.day);
  if (style == SB_STYLE_DAY) {
    sb_text_add(out, words, (size_t)(at - words));
    return;
  }
  int seconds = (int)(of_day / SB_SECOND_MS);
  *at++ = style == SB_STYLE_EXPORT ? ' ' : 'T';
  at = two_digits(at, seconds / 3600);
  *at++ = ':';
  at = two_digits(at, seconds / 60 % 60);
  *at++ = ':';
  at = two_digits(at, seconds % 60);
  if (style == SB_STYLE_MS || style == SB_STYLE_NANO) {
    int fraction = (int)(of_day % SB_SECOND_MS);
    *at++ = '.';
    at = two_digits(at, fraction / 10);
    *at++ = (char)('0' + fraction % 10);
  }
  static const char *const zone[] = {
    [SB_STYLE_MS] = "Z", [SB_STYLE_Z] = "Z",          [SB_STYLE_OFFSET] = "+00:00",
    [SB_STYLE_DAY] = "", [SB_STYLE_NANO] = "000000Z", [SB_STYLE_EXPORT] = " +0000",
  };
  sb_text_add(out, words, (size_t)(at - words));
  sb_text_puts(out, zone[style]);
}

/* Read exactly `count` digits. */
static bool read_digits(const char **at, int count, int *number) {
  *number = 0;
  for (int i = 0; i < count; i++, (*at)++) {
    if (**at < '0' || **at > '9') return false;
    *number = *number * 10 + (**at - '0');
  }
  return true;
}

static bool read_mark(const char **at, char mark) {
  if (**at != mark) return false;
  (*at)++;
  return true;
}

/* "Z", "UTC", "+hh:mm", "+hhmm", "+hh" or nothing, in minutes. */
static bool read_zone(const char **at, int *minutes) {
  *minutes = 0;
  while (**at == ' ')
    (*at)++;
  if (**at == 0 || read_mark(at, 'Z')) return true;
  if (strncmp(*at, "UTC", 3) == 0) {
    *at += 3;
    return true;
  }
  int sign = **at == '-' ? -1 : 1;
  if (!read_mark(at, '+') && !read_mark(at, '-')) return false;
  int hours, rest = 0;
  if (!read_digits(at, 2, &hours)) return false;
  read_mark(at, ':');
  if (**at && !read_digits(at, 2, &rest)) return false;
  *minutes = sign * (hours * 60 + rest);
  return true;
}

static bool read_clock(const char **at, int64_t *of_day_ms) {
  int hours, minutes, seconds = 0, fraction = 0;
  if (!read_digits(at, 2, &hours) || !read_mark(at, ':') || !read_digits(at, 2, &minutes))
    return false;
  if (read_mark(at, ':') && !read_digits(at, 2, &seconds)) return false;
  if (read_mark(at, '.')) {
    int scale = 100;
    if (**at < '0' || **at > '9') return false;
    for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
      fraction += (**at - '0') * scale;
  }
  *of_day_ms = ((int64_t)hours * 3600 + minutes * 60 + seconds) * SB_SECOND_MS + fraction;
  return hours < 24 && minutes < 60 && seconds <= 60;
}

bool sb_time_parse(const char *words, int64_t *time_ms, bool *is_day) {
  const char *at = words;
  int year, month, day, zone_minutes = 0;
  int64_t of_day_ms = 0;
  if (!read_digits(&at, 4, &year) || !read_mark(&at, '-') || !read_digits(&at, 2, &month) ||
      !read_mark(&at, '-') || !read_digits(&at, 2, &day))
    return false;
  if (month < 1 || month > 12 || day < 1) return false;
  int64_t midnight = sb_time_of(year, month, day);
  if (sb_date_of(midnight).month != month) return false;
  if (is_day) *is_day = *at == 0;
  if (*at) {
    if (!read_mark(&at, 'T') && !read_mark(&at, ' ')) return false;
    if (!read_clock(&at, &of_day_ms) || !read_zone(&at, &zone_minutes) || *at) return false;
  }
  *time_ms = midnight + of_day_ms - (int64_t)zone_minutes * 60 * SB_SECOND_MS;
  return true;
}
