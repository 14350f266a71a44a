/*
** mrr.c -- chartmogul_mrr: monthly recurring revenue by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "mrr", .type = CM_INTEGER, .doc = "Monthly recurring revenue in minor units." },
  { .name = "percentage_change",
    .type = CM_REAL,
    .path = "percentage-change",
    .doc = "Change against the interval before, in percent." },
  { .name = "mrr_new_business",
    .type = CM_INTEGER,
    .path = "mrr-new-business",
    .doc = "Part of the change that new customers made." },
  { .name = "mrr_expansion",
    .type = CM_INTEGER,
    .path = "mrr-expansion",
    .doc = "Part of the change that growing subscriptions made." },
  { .name = "mrr_contraction",
    .type = CM_INTEGER,
    .path = "mrr-contraction",
    .doc = "Part of the change that shrinking subscriptions made, not above 0." },
  { .name = "mrr_churn",
    .type = CM_INTEGER,
    .path = "mrr-churn",
    .doc = "Part of the change that lost customers made, not above 0." },
  { .name = "mrr_reactivation",
    .type = CM_INTEGER,
    .path = "mrr-reactivation",
    .doc = "Part of the change that returning customers made." },
  METRIC_PARAMETERS,
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The interval as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/metrics/mrr", .paging = CM_WHOLE, .rows = "entries", .filters = metric_filters },
};

const cm_resource cm_resource_mrr = {
  .name = "chartmogul_mrr",
  .doc = "An interval of the monthly recurring revenue.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, mrr FROM chartmogul_mrr WHERE start_date = date('now', '-1 year') AND "
             "end_date = date('now')",
};
