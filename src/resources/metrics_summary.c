/*
** metrics_summary.c -- chartmogul_metrics_summary: the current and the previous value of each metric.
** Data only.
**
** One object of the answer sums up all metrics; each becomes a row. The values cannot be had from the
** intervals.
*/
#include "metric.h"

static const cm_word metrics[] = { { "mrr", "mrr" },
                                   { "arr", "arr" },
                                   { "arpa", "arpa" },
                                   { "asp", "asp" },
                                   { "customer_count", "customers" },
                                   { "customer_churn_rate", "customer-churn-rate" },
                                   { "mrr_churn_rate", "mrr-churn-rate" },
                                   { "ltv", "ltv" },
                                   { NULL, NULL } };

static const cm_column columns[] = {
  { .name = "metric",
    .type = CM_TEXT,
    .path = "@key",
    .words = metrics,
    .doc = "Name of the metric, as its table is called." },
  { .name = "current",
    .type = CM_REAL,
    .path = "current-*",
    .doc = "Value of the current period." },
  { .name = "previous",
    .type = CM_REAL,
    .path = "previous-*",
    .doc = "Value of the period before." },
  { .name = "percentage_change",
    .type = CM_REAL,
    .path = "*-percentage-change",
    .doc = "Change in percent." },
  METRIC_PARAMETERS_SAYING("", ""),
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The summary as the API sent it, of all metrics." },
};

static const cm_filter filters[] = { METRIC_FILTERS(NULL, NULL) };

static const cm_read reads[] = {
  { .path = "/metrics/all",
    .paging = CM_SINGLE,
    .rows = "summary",
    .unfold = metrics,
    .filters = filters },
};

const cm_resource cm_resource_metrics_summary = {
  .name = "chartmogul_metrics_summary",
  .doc = "The current and the previous value of one metric.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .example = "SELECT metric, current, previous FROM chartmogul_metrics_summary WHERE start_date = "
             "date('now', '-1 year') AND end_date = date('now')",
};
