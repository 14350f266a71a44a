/*
** metrics.c -- the tables of metrics: chartmogul_mrr and its like, one metric each by interval; chartmogul_metrics,
** all of them by interval; chartmogul_metrics_summary, the current and the previous value of each.
** Data only.
*/
#include "resources/shared.h"

/* ---- what they have in common: the parameters of a read, as columns and as filters ----------- */

/* The API's own defaults are not certain, so a range and an interval are always sent. */
static const cm_word intervals[] = { CM_WORD("day"),     CM_WORD("week"), CM_WORD("month"),
                                     CM_WORD("quarter"), CM_WORD("year"), { NULL, NULL } };

static const cm_widened from_date = { "date", CM_GE, "interval" };
static const cm_widened until_date = { "date", CM_LE, "interval" };

/* clang-format off */

/* `from` and `until`: the bounds of the column `date`, of a table that has it. */
#define FILTERS(from, until)                                                                       \
  { .column = "start_date", .param = "start-date",                                                 \
    .extras = &(const cm_filter_extras){ .fallback = CM_YEAR_BEFORE_END, .widened = (from) } },    \
  { .column = "end_date", .param = "end-date",                                                     \
    .extras = &(const cm_filter_extras){ .fallback = CM_TODAY, .widened = (until) } },             \
  { .column = "interval", .param = "interval", .words = intervals,                                 \
    .extras = &(const cm_filter_extras){ .fallback = "month" } },                                  \
  { .column = "geo", .param = "geo" },                                                             \
  { .column = "plans", .param = "plans" },                                                         \
  { .column = "filters", .param = "filters" },                                                     \
  { 0 }

#define PARAMETERS(first, last)                                                                    \
  { CM_COLUMN("start_date", CM_DAY, CM_PARAM | CM_HIDDEN,                                          \
              "First day to compute; " first "twelve months before end_date unless given."),       \
    .sample = "2025-01-01" },                                                                      \
  { CM_COLUMN("end_date", CM_DAY, CM_PARAM | CM_HIDDEN,                                            \
              "Last day to compute; " last "today (UTC) unless given."),                           \
    .sample = "2025-12-31" },                                                                      \
  { CM_COLUMN("interval", CM_TEXT, CM_PARAM | CM_HIDDEN,                                           \
              "day, week, month, quarter or year; month unless given.") },                         \
  { CM_COLUMN("geo", CM_TEXT, CM_PARAM | CM_HIDDEN, "Countries, two letters each, with commas.") },\
  { CM_COLUMN("plans", CM_TEXT, CM_PARAM | CM_HIDDEN,                                              \
              "Plans by uuid, external id or name, with commas.") },                               \
  { CM_COLUMN("filters", CM_TEXT, CM_PARAM | CM_HIDDEN,                                            \
              "A filter expression, as in the app's address bar.") }

/* ---- by interval ----------------------------------------------------------------------------- */

#define DATE_COLUMN                                                                                \
  { CM_COLUMN("date", CM_DAY, CM_READ_ONLY,                                                        \
              "Last day of the interval, today in the one that runs; its bounds choose what is "   \
              "computed, see start_date.") }

#define LAST_COLUMNS                                                                               \
  PARAMETERS("that of the interval of date's lower bound, or without one ",                        \
             "that of the interval of date's upper bound, at most "),                              \
  CM_JSON_COLUMN("The interval as the API sent it.")

/* The table of the metric `id` from its columns; the example shows `shown`. */
#define TABLE(id, where, text, shown)                                                              \
  static const cm_read id##_reads[] = {                                                            \
    { .path = "/metrics/" where, .paging = CM_WHOLE, .rows = "entries", .filters = filters },      \
  };                                                                                               \
  const cm_resource cm_resource_##id = {                                                           \
    .name = "chartmogul_" #id,                                                                     \
    .doc = "An interval of " text,                                                                 \
    CM_COLUMNS(id##_columns),                                                                      \
    CM_READS(id##_reads),                                                                          \
    .extras = &(const cm_resource_extras){ .told_by = "date" },                                    \
    .examples = id##_examples,                                                                     \
    .example = "SELECT date, " shown " FROM chartmogul_" #id                                       \
               " WHERE start_date = date('now', '-1 year') AND end_date = date('now')",            \
  }

/* The columns of a metric that is called `name` in SQL and `wire` in an answer, and its change. */
#define VALUE_COLUMNS(name, wire, type, text)                                                      \
  { CM_COLUMN(name, type, CM_READ_ONLY, text), .path = (wire) },                                   \
  { CM_COLUMN("percentage_change", CM_REAL, CM_READ_ONLY,                                          \
              "Change against the interval before, in percent."),                                  \
    .path = "percentage-change" }

/* A table that shows one metric and no more. */
#define METRIC(id, where, name, wire, type, text, table_text)                                      \
  static const cm_column id##_columns[] = {                                                        \
    DATE_COLUMN, VALUE_COLUMNS(name, wire, type, text), LAST_COLUMNS,                              \
  };                                                                                               \
  TABLE(id, where, table_text, name)

/* clang-format on */

static const cm_filter filters[] = { FILTERS(&from_date, &until_date) };

/* ---- questions ---------------------------------------------------------------------------------- */

static const cm_example arr_examples[] = {
  { "What was the ARR at the end of each year?",
    "SELECT date, arr / 100.0 AS arr, percentage_change FROM chartmogul_arr\n"
    "WHERE interval = 'year' AND date >= date('now', '-3 years')" },
  { "When did the ARR pass a million?",
    "SELECT min(date) AS passed FROM chartmogul_arr\n"
    "WHERE date >= date('now', '-3 years') AND arr >= 100000000" },
  { "How did it move in the last two weeks, day by day?",
    "SELECT date, arr / 100.0 AS arr FROM chartmogul_arr\n"
    "WHERE interval = 'day' AND date >= date('now', '-14 days')" },
  { 0 },
};

static const cm_example arpa_examples[] = {
  { "Does an average customer pay more than a year ago?",
    "SELECT date, arpa / 100.0 AS arpa, percentage_change FROM chartmogul_arpa" },
  { "How do two countries compare, month by month?",
    "SELECT us.date, us.arpa / 100.0 AS us, de.arpa / 100.0 AS de\n"
    "FROM chartmogul_arpa AS us JOIN chartmogul_arpa AS de ON de.date = us.date\n"
    "WHERE us.geo = 'US' AND de.geo = 'DE'" },
  { "In which quarter of the last three years was it highest?",
    "SELECT date, arpa / 100.0 AS arpa FROM chartmogul_arpa\n"
    "WHERE interval = 'quarter' AND date >= date('now', '-3 years')\n"
    "ORDER BY arpa DESC LIMIT 1" },
  { 0 },
};

static const cm_example asp_examples[] = {
  { "What does a new customer begin with, month by month?",
    "SELECT date, asp / 100.0 AS asp, percentage_change FROM chartmogul_asp" },
  { "Do new customers pay more than an average one?",
    "SELECT s.date, s.asp / 100.0 AS of_new_ones, a.arpa / 100.0 AS of_all\n"
    "FROM chartmogul_asp AS s JOIN chartmogul_arpa AS a ON a.date = s.date\n"
    "WHERE s.interval = 'quarter' AND a.interval = 'quarter'" },
  { "What do new customers of one country begin with?",
    "SELECT date, asp / 100.0 AS asp FROM chartmogul_asp\n"
    "WHERE geo = 'US' AND interval = 'quarter'" },
  { 0 },
};

static const cm_example customer_count_examples[] = {
  { "How many customers are there, and how many more than a month before?",
    "SELECT date, customers, customers - lag(customers) OVER (ORDER BY date) AS more\n"
    "FROM chartmogul_customer_count" },
  { "How many were there at the end of each year?",
    "SELECT date, customers FROM chartmogul_customer_count\n"
    "WHERE interval = 'year' AND date >= date('now', '-3 years')" },
  { "How many customers has one plan?",
    "SELECT date, customers FROM chartmogul_customer_count\n"
    "WHERE plans = 'Team' AND date >= date('now', '-3 months')" },
  { 0 },
};

static const cm_example customer_churn_rate_examples[] = {
  { "What part of the customers is lost, month by month?",
    "SELECT date, customer_churn_rate FROM chartmogul_customer_churn_rate" },
  { "Is it getting better: the average of each year?",
    "SELECT strftime('%Y', date) AS year,\n"
    "       round(avg(customer_churn_rate), 2) AS average_of_months\n"
    "FROM chartmogul_customer_churn_rate\n"
    "WHERE date >= date('now', 'start of year', '-2 years')\n"
    "GROUP BY year" },
  { "Is it higher for small plans?",
    "SELECT small.date, small.customer_churn_rate AS starter,\n"
    "       large.customer_churn_rate AS business\n"
    "FROM chartmogul_customer_churn_rate AS small\n"
    "JOIN chartmogul_customer_churn_rate AS large ON large.date = small.date\n"
    "WHERE small.plans = 'Starter' AND large.plans = 'Business'\n"
    "  AND small.interval = 'quarter' AND large.interval = 'quarter'" },
  { 0 },
};

static const cm_example mrr_churn_rate_examples[] = {
  { "What part of the MRR is lost, month by month?",
    "SELECT date, mrr_churn_rate FROM chartmogul_mrr_churn_rate" },
  { "In which months did growing customers make up for what was lost?",
    "SELECT date, mrr_churn_rate FROM chartmogul_mrr_churn_rate\n"
    "WHERE date >= date('now', '-3 years') AND mrr_churn_rate < 0" },
  { "Do we lose small customers or large ones?",
    "SELECT m.date, c.customer_churn_rate, m.mrr_churn_rate\n"
    "FROM chartmogul_mrr_churn_rate AS m\n"
    "JOIN chartmogul_customer_churn_rate AS c ON c.date = m.date\n"
    "WHERE m.interval = 'quarter' AND c.interval = 'quarter'" },
  { 0 },
};

static const cm_example ltv_examples[] = {
  { "What is a customer worth until it leaves?",
    "SELECT date, ltv / 100.0 AS ltv FROM chartmogul_ltv WHERE interval = 'quarter'" },
  { "What may it cost to win one, if a third of that is the limit?",
    "SELECT date, round(ltv / 300.0) AS at_most FROM chartmogul_ltv\n"
    "ORDER BY date DESC LIMIT 1" },
  { "What is one worth in the United States?",
    "SELECT date, ltv / 100.0 AS ltv FROM chartmogul_ltv\n"
    "WHERE geo = 'US' AND interval = 'quarter'" },
  { 0 },
};

/* ---- one metric each ------------------------------------------------------------------------------ */

METRIC(arr, "arr", "arr", NULL, CM_INTEGER, "Annual recurring revenue in minor units.",
       "the annual recurring revenue.");
METRIC(arpa, "arpa", "arpa", NULL, CM_INTEGER, "Average revenue per account in minor units.",
       "the average revenue per account.");
METRIC(asp, "asp", "asp", NULL, CM_INTEGER, "Average sale price in minor units.",
       "the average sale price.");
METRIC(ltv, "ltv", "ltv", NULL, CM_INTEGER, "Customer lifetime value in minor units.",
       "the customer lifetime value.");
METRIC(customer_count, "customer-count", "customers", NULL, CM_INTEGER, "Number of customers.",
       "the number of customers.");
METRIC(customer_churn_rate, "customer-churn-rate", "customer_churn_rate", "customer-churn-rate",
       CM_REAL, "Rate in percent.", "the rate at which customers are lost.");
METRIC(mrr_churn_rate, "mrr-churn-rate", "mrr_churn_rate", "mrr-churn-rate", CM_REAL,
       "Rate in percent, below 0 where more was won than lost.",
       "the rate at which revenue is lost.");

static const cm_column mrr_columns[] = {
  DATE_COLUMN,
  VALUE_COLUMNS("mrr", NULL, CM_INTEGER, "Monthly recurring revenue in minor units."),
  { CM_COLUMN("mrr_new_business", CM_INTEGER, CM_READ_ONLY,
              "Part of the change that new customers made."),
    .path = "mrr-new-business" },
  { CM_COLUMN("mrr_expansion", CM_INTEGER, CM_READ_ONLY,
              "Part of the change that growing subscriptions made."),
    .path = "mrr-expansion" },
  { CM_COLUMN("mrr_contraction", CM_INTEGER, CM_READ_ONLY,
              "Part of the change that shrinking subscriptions made, not above 0."),
    .path = "mrr-contraction" },
  { CM_COLUMN("mrr_churn", CM_INTEGER, CM_READ_ONLY,
              "Part of the change that lost customers made, not above 0."),
    .path = "mrr-churn" },
  { CM_COLUMN("mrr_reactivation", CM_INTEGER, CM_READ_ONLY,
              "Part of the change that returning customers made."),
    .path = "mrr-reactivation" },
  LAST_COLUMNS,
};

static const cm_example mrr_examples[] = {
  { "How fast does the MRR grow, month by month?",
    "SELECT date, mrr / 100.0 AS mrr, percentage_change FROM chartmogul_mrr" },
  { "What moved it, quarter by quarter?",
    "SELECT date, mrr_new_business / 100.0 AS new_business,\n"
    "       mrr_expansion / 100.0 AS expansion,\n"
    "       mrr_contraction / 100.0 AS contraction, mrr_churn / 100.0 AS churn,\n"
    "       mrr_reactivation / 100.0 AS reactivation\n"
    "FROM chartmogul_mrr\n"
    "WHERE interval = 'quarter' AND date >= date('now', '-2 years')" },
  { "For each unit of MRR that is lost, how many are won?",
    "SELECT date, round(-1.0 * (mrr_new_business + mrr_expansion + mrr_reactivation)\n"
    "                   / nullif(mrr_contraction + mrr_churn, 0), 2) AS quick_ratio\n"
    "FROM chartmogul_mrr" },
  { "How much of it comes from Germany, Austria and Switzerland?",
    "SELECT date, mrr / 100.0 AS mrr FROM chartmogul_mrr\n"
    "WHERE geo = 'DE,AT,CH' AND date >= date('now', '-6 months')" },
  { 0 },
};

TABLE(mrr, "mrr", "the monthly recurring revenue.", "mrr");

/* ---- all metrics ----------------------------------------------------------------------------- */

/* clang-format off */
#define WITH_CHANGE(name, wire, type, text)                                                        \
  { CM_COLUMN(name, type, CM_READ_ONLY, text), .path = (wire) },                                   \
  { CM_COLUMN(name "_percentage_change", CM_REAL, CM_READ_ONLY,                                    \
              "Its change against the interval before, in percent."),                              \
    .path = wire "-percentage-change" }
/* clang-format on */

static const cm_column metrics_columns[] = {
  DATE_COLUMN,
  WITH_CHANGE("mrr", "mrr", CM_INTEGER, "Monthly recurring revenue in minor units."),
  WITH_CHANGE("arr", "arr", CM_INTEGER, "Annual recurring revenue in minor units."),
  WITH_CHANGE("arpa", "arpa", CM_INTEGER, "Average revenue per account in minor units."),
  WITH_CHANGE("asp", "asp", CM_INTEGER, "Average sale price in minor units."),
  WITH_CHANGE("customers", "customers", CM_INTEGER, "Number of customers."),
  WITH_CHANGE("customer_churn_rate", "customer-churn-rate", CM_REAL,
              "Rate at which customers are lost, in percent."),
  WITH_CHANGE("mrr_churn_rate", "mrr-churn-rate", CM_REAL,
              "Rate at which revenue is lost, in percent."),
  WITH_CHANGE("ltv", "ltv", CM_INTEGER, "Customer lifetime value in minor units."),
  LAST_COLUMNS,
};

static const cm_example metrics_examples[] = {
  { "How is the business doing, in one look?",
    "SELECT date, mrr / 100.0 AS mrr, customers, arpa / 100.0 AS arpa, customer_churn_rate,\n"
    "       mrr_churn_rate\n"
    "FROM chartmogul_metrics" },
  { "Which were the three best months of the last three years?",
    "SELECT date, mrr / 100.0 AS mrr, mrr_percentage_change\n"
    "FROM chartmogul_metrics\n"
    "WHERE date >= date('now', '-3 years')\n"
    "ORDER BY mrr_percentage_change DESC LIMIT 3" },
  { "How did the last four weeks go?",
    "SELECT date, mrr / 100.0 AS mrr, mrr_percentage_change, customers\n"
    "FROM chartmogul_metrics\n"
    "WHERE interval = 'week' AND date >= date('now', '-28 days')" },
  { 0 },
};

TABLE(metrics, "all", "all metrics.", "mrr, customers");

/* ---- their sum: one object of the answer, of which each metric becomes a row. The values cannot be had from
** the intervals. */

static const cm_word summed[] = { CM_WORD("mrr"),
                                  CM_WORD("arr"),
                                  CM_WORD("arpa"),
                                  CM_WORD("asp"),
                                  { "customer_count", "customers" },
                                  { "customer_churn_rate", "customer-churn-rate" },
                                  { "mrr_churn_rate", "mrr-churn-rate" },
                                  CM_WORD("ltv"),
                                  { NULL, NULL } };

static const cm_column summary_columns[] = {
  { CM_COLUMN("metric", CM_TEXT, CM_READ_ONLY, "Name of the metric, as its table is called."),
    .path = "@key", .words = summed },
  { CM_COLUMN("current", CM_REAL, CM_READ_ONLY, "Value of the current period."),
    .path = "current-*" },
  { CM_COLUMN("previous", CM_REAL, CM_READ_ONLY, "Value of the period before."),
    .path = "previous-*" },
  { CM_COLUMN("percentage_change", CM_REAL, CM_READ_ONLY, "Change in percent."),
    .path = "*-percentage-change" },
  PARAMETERS("", ""),
  CM_JSON_COLUMN("The summary as the API sent it, of all metrics."),
};

static const cm_filter summary_filters[] = { FILTERS(NULL, NULL) };

static const cm_read summary_reads[] = {
  { .path = "/metrics/all",
    .paging = CM_SINGLE,
    .rows = "summary",
    .extras = &(const cm_read_extras){ .unfold = summed },
    .filters = summary_filters },
};

static const cm_example summary_examples[] = {
  { "What has become of each figure since a month ago?",
    "SELECT metric, current, previous, percentage_change FROM chartmogul_metrics_summary" },
  { "And since a quarter ago?",
    "SELECT metric, current, previous, percentage_change FROM chartmogul_metrics_summary\n"
    "WHERE interval = 'quarter'" },
  { "Which figures of one country became worse?",
    "SELECT metric, previous, current FROM chartmogul_metrics_summary\n"
    "WHERE geo = 'US' AND iif(metric LIKE '%churn%', current > previous, current < previous)" },
  { 0 },
};

const cm_resource cm_resource_metrics_summary = {
  .name = "chartmogul_metrics_summary",
  .doc = "The current and the previous value of one metric.",
  CM_COLUMNS(summary_columns),
  CM_READS(summary_reads),
  .examples = summary_examples,
  .example = "SELECT metric, current, previous FROM chartmogul_metrics_summary WHERE start_date = "
             "date('now', '-1 year') AND end_date = date('now')",
};
