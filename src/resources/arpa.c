/*
** arpa.c -- chartmogul_arpa: average revenue per account by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "arpa", .type = CM_INTEGER, .doc = "Average revenue per account in minor units." },
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
  { .path = "/metrics/arpa", .paging = CM_WHOLE, .rows = "entries", .filters = metric_filters },
};

const cm_resource cm_resource_arpa = {
  .name = "chartmogul_arpa",
  .doc = "An interval of the average revenue per account.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, arpa FROM chartmogul_arpa WHERE start_date = date('now', '-1 year') AND "
             "end_date = date('now')",
};
