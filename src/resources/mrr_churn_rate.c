/*
** mrr_churn_rate.c -- chartmogul_mrr_churn_rate: rate of lost revenue by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "mrr_churn_rate",
    .type = CM_REAL,
    .path = "mrr-churn-rate",
    .doc = "Rate in percent, below 0 where more was won than lost." },
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
  { .path = "/metrics/mrr-churn-rate",
    .paging = CM_WHOLE,
    .rows = "entries",
    .filters = metric_filters },
};

const cm_resource cm_resource_mrr_churn_rate = {
  .name = "chartmogul_mrr_churn_rate",
  .doc = "An interval of the rate at which revenue is lost.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, mrr_churn_rate FROM chartmogul_mrr_churn_rate WHERE start_date = "
             "date('now', '-1 year') AND end_date = date('now')",
};
