#include "base/instant.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)
#define FIRST_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define LAST_MS INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

/* The text that is left to read. */
typedef struct scanner {
  const char *at;
  const char *end;
} scanner;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads exactly `count` digits. */
static bool take_number(scanner *text, int count, int *out) {
  if (text->end - text->at < count) return false;
  int number = 0;
  for (int i = 0; i < count; i++) {
    if (!is_digit(text->at[i])) return false;
    number = number * 10 + (text->at[i] - '0');
  }
  text->at += count;
  *out = number;
  return true;
}

static bool take_char(scanner *text, char wanted) {
  if (text->at == text->end || *text->at != wanted) return false;
  text->at++;
  return true;
}

static bool take_word(scanner *text, const char *word) {
  size_t len = strlen(word);
  if ((size_t)(text->end - text->at) < len || memcmp(text->at, word, len) != 0) return false;
  text->at += len;
  return true;
}

static bool take_spaces(scanner *text) {
  const char *start = text->at;
  while (text->at < text->end && *text->at == ' ')
    text->at++;
  return text->at > start;
}

static int days_in_month(int year, int month) {
  static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && is_leap);
}

/*
** Days since 1970 in the Gregorian calendar. Years begin in March here: the leap day is their last.
*/
static int64_t days_of(int year, int month, int day) {
  int64_t shifted = (int64_t)year + 400 - (month <= 2); /* a cycle up: never negative */
  int64_t cycle = shifted / 400;
  int64_t year_of_cycle = shifted % 400;
  int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
  int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 +
                         day_of_year;
  return (cycle - 1) * 146097 + day_of_cycle - 719468;
}

/* YYYY-MM-DD, whether there is such a day or not. */
static bool take_numbers(scanner *text, int *year, int *month, int *day) {
  return take_number(text, 4, year) && take_char(text, '-') && take_number(text, 2, month) &&
         take_char(text, '-') && take_number(text, 2, day);
}

static bool take_day(scanner *text, int64_t *out_days) {
  int year, month, day;
  if (!take_numbers(text, &year, &month, &day)) return false;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
  *out_days = days_of(year, month, day);
  return true;
}

/*
** Digits behind the point; those behind the third are dropped, as no form that goes out has them.
*/
static bool take_fraction(scanner *text, int *out_ms) {
  int count = 0;
  int ms = 0;
  for (; text->at < text->end && is_digit(*text->at); text->at++, count++) {
    if (count < 3) ms = ms * 10 + (*text->at - '0');
  }
  for (int i = count; i < 3; i++)
    ms *= 10;
  *out_ms = ms;
  return count > 0;
}

/* HH:MM[:SS[.sss]]; 24:00 is the midnight that ends the day. */
static bool take_time(scanner *text, int64_t *out_ms) {
  int hour, minute;
  int second = 0;
  int ms = 0;
  if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute))
    return false;
  if (take_char(text, ':')) {
    if (!take_number(text, 2, &second)) return false;
    if ((take_char(text, '.') || take_char(text, ',')) && !take_fraction(text, &ms)) return false;
  }
  if (minute > 59 || second > 59) return false;
  *out_ms = (hour * INT64_C(3600) + minute * INT64_C(60) + second) * 1000 + ms;
  return *out_ms <= DAY_MS;
}

/* Z, UTC, GMT, +HH, +HHMM, +HH:MM; nothing is UTC too. */
static bool take_zone(scanner *text, int64_t *out_ms) {
  *out_ms = 0;
  take_spaces(text);
  if (text->at == text->end || take_char(text, 'Z') || take_char(text, 'z') ||
      take_word(text, "UTC") || take_word(text, "GMT"))
    return true;
  bool is_west = *text->at == '-';
  if (!take_char(text, '+') && !take_char(text, '-')) return false;
  int hours;
  int minutes = 0;
  if (!take_number(text, 2, &hours)) return false;
  bool has_colon = take_char(text, ':');
  bool has_minutes = take_number(text, 2, &minutes);
  if ((has_colon && !has_minutes) || hours > 23 || minutes > 59) return false;
  int64_t offset_ms = (hours * INT64_C(60) + minutes) * 60 * 1000;
  *out_ms = is_west ? -offset_ms : offset_ms;
  return true;
}

bool cm_instant_parse(const char *text, size_t len, int64_t *out_ms) {
  if (text == NULL) return false;
  scanner rest = { .at = text, .end = text + len };
  int64_t days;
  int64_t time_ms = 0;
  int64_t offset_ms = 0;
  if (!take_day(&rest, &days)) return false;
  bool is_time_next = take_char(&rest, 'T') || take_char(&rest, 't');
  if (!is_time_next) is_time_next = take_spaces(&rest) && rest.at < rest.end;
  if (is_time_next) {
    if (!take_time(&rest, &time_ms) || !take_zone(&rest, &offset_ms)) return false;
    take_spaces(&rest);
  }
  int64_t instant_ms = days * DAY_MS + time_ms - offset_ms;
  if (rest.at != rest.end || instant_ms < FIRST_MS || instant_ms > LAST_MS) return false;
  *out_ms = instant_ms;
  return true;
}

/* Of what stands behind the day: HH:MM[:SS], more than a day has. */
static const char *fault_of_time(scanner *text) {
  static const char fault[] = "there is no such time of day";
  int hour, minute, second;
  bool is_time = take_number(text, 2, &hour) && take_char(text, ':') &&
                 take_number(text, 2, &minute);
  if (!is_time) return NULL;
  bool has_second = take_char(text, ':') && take_number(text, 2, &second);
  if (!has_second) second = 0;
  bool is_midnight = hour == 24 && minute == 0 && second == 0;
  return (hour > 23 && !is_midnight) || minute > 59 || second > 59 ? fault : NULL;
}

const char *cm_instant_fault(const char *text, size_t len) {
  int year, month, day;
  int64_t instant_ms;
  if (text == NULL || cm_instant_parse(text, len, &instant_ms)) return NULL;
  scanner rest = { .at = text, .end = text + len };
  if (!take_numbers(&rest, &year, &month, &day)) return NULL;
  if (rest.at < rest.end && is_digit(*rest.at)) return NULL;
  if (month < 1 || month > 12) return "there is no such month";
  if (day < 1 || day > days_in_month(year, month)) return "there is no such day";
  bool is_time_next = take_char(&rest, 'T') || take_char(&rest, 't') || take_spaces(&rest);
  return is_time_next ? fault_of_time(&rest) : NULL;
}

bool cm_instant_is_day(const char *text, size_t len) {
  int64_t instant_ms;
  return len == 10 && cm_instant_parse(text, len, &instant_ms);
}

bool cm_instant_is_iso(const char *text, size_t len) {
  if (text == NULL) return false;
  scanner rest = { .at = text, .end = text + len };
  int number;
  return take_number(&rest, 4, &number) && take_char(&rest, '-') &&
         take_number(&rest, 2, &number) && take_char(&rest, '-') &&
         take_number(&rest, 2, &number) && (take_char(&rest, 'T') || take_char(&rest, 't'));
}

static char *put_number(char *at, int64_t number, int digits) {
  for (int i = digits - 1; i >= 0; i--, number /= 10)
    at[i] = (char)('0' + number % 10);
  return at + digits;
}

/* Writes the day and returns where it ends. `days` is within years 0000 to 9999. */
static char *put_day(char *at, int64_t days) {
  int64_t shifted = days + 719468 + 146097; /* a cycle up: never negative */
  int64_t cycle = shifted / 146097;
  int64_t day_of_cycle = shifted % 146097;
  int64_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 -
                           day_of_cycle / 146096) /
                          365;
  int64_t day_of_year = day_of_cycle -
                        (year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  int64_t month = (month_from_march + 2) % 12 + 1;
  int64_t year = (cycle - 1) * 400 + year_of_cycle + (month <= 2);
  at = put_number(at, year, 4);
  *at++ = '-';
  at = put_number(at, month, 2);
  *at++ = '-';
  return put_number(at, day, 2);
}

/* A day, then the time behind `separator` unless that is NUL. */
static char *put_instant(char *at, int64_t instant_ms, char separator) {
  if (instant_ms < FIRST_MS) instant_ms = FIRST_MS;
  if (instant_ms > LAST_MS) instant_ms = LAST_MS;
  int64_t since_first_ms = instant_ms - FIRST_MS; /* not negative: division rounds down */
  at = put_day(at, since_first_ms / DAY_MS + FIRST_MS / DAY_MS);
  if (separator == '\0') return at;
  int64_t of_day_ms = since_first_ms % DAY_MS;
  *at++ = separator;
  at = put_number(at, of_day_ms / 3600000, 2);
  *at++ = ':';
  at = put_number(at, of_day_ms / 60000 % 60, 2);
  *at++ = ':';
  at = put_number(at, of_day_ms / 1000 % 60, 2);
  if (of_day_ms % 1000 == 0) return at;
  *at++ = '.';
  return put_number(at, of_day_ms % 1000, 3);
}

void cm_instant_format_sql(int64_t instant_ms, char out[CM_INSTANT_TEXT]) {
  *put_instant(out, instant_ms, ' ') = '\0';
}

void cm_instant_format_iso(int64_t instant_ms, char out[CM_INSTANT_TEXT]) {
  char *end = put_instant(out, instant_ms, 'T');
  end[0] = 'Z';
  end[1] = '\0';
}

void cm_instant_format_day(int64_t instant_ms, char out[CM_INSTANT_TEXT]) {
  *put_instant(out, instant_ms, '\0') = '\0';
}
