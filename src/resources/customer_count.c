/*
** customer_count.c -- chartmogul_customer_count: number of customers by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "customers", .type = CM_INTEGER, .doc = "Number of customers." },
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
  { .path = "/metrics/customer-count",
    .paging = CM_WHOLE,
    .rows = "entries",
    .filters = metric_filters },
};

const cm_resource cm_resource_customer_count = {
  .name = "chartmogul_customer_count",
  .doc = "An interval of the number of customers.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, customers FROM chartmogul_customer_count WHERE start_date = date('now', "
             "'-1 year') AND end_date = date('now')",
};
