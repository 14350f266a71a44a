/*
** asp.c -- chartmogul_asp: average sale price by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "asp", .type = CM_INTEGER, .doc = "Average sale price in minor units." },
  { .name = "percentage_change",
    .type = CM_REAL,
    .path = "percentage-change",
    .doc = "Change against the interval before, in percent." },
  METRIC_PARAMETERS,
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The interval as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/metrics/asp", .paging = CM_WHOLE, .rows = "entries", .filters = metric_filters },
};

const cm_resource cm_resource_asp = {
  .name = "chartmogul_asp",
  .doc = "An interval of the average sale price.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, asp FROM chartmogul_asp WHERE start_date = date('now', '-1 year') AND "
             "end_date = date('now')",
};
