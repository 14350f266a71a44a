/*
** metric.h -- what all metrics have in common: the parameters of a read, as columns and as filters.
** Data only.
*/
#ifndef CM_METRIC_H
#define CM_METRIC_H

#include "resources.h"

/* The API's own defaults are not certain, so a range and an interval are always sent. */
static const cm_word metric_intervals[] = { { "day", "day" },     { "week", "week" },
                                            { "month", "month" }, { "quarter", "quarter" },
                                            { "year", "year" },   { NULL, NULL } };

static const cm_widened metric_from = { "date", CM_GE, "interval" };
static const cm_widened metric_until = { "date", CM_LE, "interval" };

/* clang-format off */

/* `from` and `until`: the bounds of the column `date`, of a table that has it. */
#define METRIC_FILTERS(from, until)                                                                \
  { .column = "start_date", .param = "start-date", .fallback = CM_YEAR_BEFORE_END,                 \
    .widened = (from) },                                                                           \
  { .column = "end_date", .param = "end-date", .fallback = CM_TODAY, .widened = (until) },         \
  { .column = "interval", .param = "interval", .words = metric_intervals, .fallback = "month" },   \
  { .column = "geo", .param = "geo" },                                                             \
  { .column = "plans", .param = "plans" },                                                         \
  { .column = "filters", .param = "filters" },                                                     \
  { 0 }

#define METRIC_DATE                                                                                \
  { .name = "date", .type = CM_DAY,                                                                \
    .doc = "Last day of the interval, today in the one that runs; its bounds choose what is "      \
           "computed, see start_date." }

#define METRIC_PARAMETERS_SAYING(first, last)                                                      \
  { .name = "start_date", .type = CM_DAY, .flags = CM_PARAM | CM_HIDDEN, .sample = "2025-01-01",   \
    .doc = "First day to compute; " first "twelve months before end_date unless given." },         \
  { .name = "end_date", .type = CM_DAY, .flags = CM_PARAM | CM_HIDDEN, .sample = "2025-12-31",     \
    .doc = "Last day to compute; " last "today (UTC) unless given." },                             \
  { .name = "interval", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN,                            \
    .doc = "day, week, month, quarter or year; month unless given." },                             \
  { .name = "geo", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN,                                 \
    .doc = "Countries, two letters each, with commas." },                                          \
  { .name = "plans", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN,                               \
    .doc = "Plans by uuid, external id or name, with commas." },                                   \
  { .name = "filters", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN,                             \
    .doc = "A filter expression, as in the app's address bar." }

#define METRIC_PARAMETERS                                                                          \
  METRIC_PARAMETERS_SAYING("that of the interval of date's lower bound, or without one ",          \
                           "that of the interval of date's upper bound, at most ")

/* clang-format on */

static const cm_filter metric_filters[] = { METRIC_FILTERS(&metric_from, &metric_until) };

#endif
