/*
** metrics.c -- chartmogul_metrics: all metrics by interval.
** Data only.
*/
#include "metric.h"

static const cm_column columns[] = {
  METRIC_DATE,
  { .name = "mrr", .type = CM_INTEGER, .doc = "Monthly recurring revenue in minor units." },
  { .name = "mrr_percentage_change",
    .type = CM_REAL,
    .path = "mrr-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "arr", .type = CM_INTEGER, .doc = "Annual recurring revenue in minor units." },
  { .name = "arr_percentage_change",
    .type = CM_REAL,
    .path = "arr-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "arpa", .type = CM_INTEGER, .doc = "Average revenue per account in minor units." },
  { .name = "arpa_percentage_change",
    .type = CM_REAL,
    .path = "arpa-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "asp", .type = CM_INTEGER, .doc = "Average sale price in minor units." },
  { .name = "asp_percentage_change",
    .type = CM_REAL,
    .path = "asp-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "customers", .type = CM_INTEGER, .doc = "Number of customers." },
  { .name = "customers_percentage_change",
    .type = CM_REAL,
    .path = "customers-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "customer_churn_rate",
    .type = CM_REAL,
    .path = "customer-churn-rate",
    .doc = "Rate at which customers are lost, in percent." },
  { .name = "customer_churn_rate_percentage_change",
    .type = CM_REAL,
    .path = "customer-churn-rate-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "mrr_churn_rate",
    .type = CM_REAL,
    .path = "mrr-churn-rate",
    .doc = "Rate at which revenue is lost, in percent." },
  { .name = "mrr_churn_rate_percentage_change",
    .type = CM_REAL,
    .path = "mrr-churn-rate-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  { .name = "ltv", .type = CM_INTEGER, .doc = "Customer lifetime value in minor units." },
  { .name = "ltv_percentage_change",
    .type = CM_REAL,
    .path = "ltv-percentage-change",
    .doc = "Its change against the interval before, in percent." },
  METRIC_PARAMETERS,
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The interval as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/metrics/all", .paging = CM_WHOLE, .rows = "entries", .filters = metric_filters },
};

const cm_resource cm_resource_metrics = {
  .name = "chartmogul_metrics",
  .doc = "An interval of all metrics.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .told_by = "date",
  .example = "SELECT date, mrr, customers FROM chartmogul_metrics WHERE start_date = date('now', "
             "'-1 year') AND end_date = date('now')",
};
