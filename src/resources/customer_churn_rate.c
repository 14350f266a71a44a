/*
** customer_churn_rate.c -- chartmogul_customer_churn_rate: rate of lost customers by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "customer_churn_rate",
    .type = CM_REAL,
    .path = "customer-churn-rate",
    .doc = "Rate in percent." },
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
  { .path = "/metrics/customer-churn-rate",
    .paging = CM_WHOLE,
    .rows = "entries",
    .filters = metric_filters },
};

const cm_resource cm_resource_customer_churn_rate = {
  .name = "chartmogul_customer_churn_rate",
  .doc = "An interval of the rate at which customers are lost.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, customer_churn_rate FROM chartmogul_customer_churn_rate WHERE "
             "start_date = date('now', '-1 year') AND end_date = date('now')",
};
