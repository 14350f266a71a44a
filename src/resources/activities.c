/*
** activities.c -- chartmogul_activities: a movement of the MRR of the account.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("uuid", CM_TEXT, CM_KEY,
              "ChartMogul's identifier; a movement that is computed again gets another one.") },
  { CM_COLUMN("date", CM_TIME, CM_READ_ONLY, "When it took place.") },
  { CM_COLUMN("type", CM_TEXT, CM_READ_ONLY,
              "new_biz, reactivation, expansion, contraction or churn.") },
  { CM_COLUMN("description", CM_TEXT, CM_READ_ONLY, "The movement in words.") },
  { CM_COLUMN("activity_mrr_movement", CM_INTEGER, CM_READ_ONLY,
              "Change of the MRR in minor units; negative for contraction and churn."),
    .path = "activity-mrr-movement" },
  { CM_COLUMN("activity_mrr", CM_INTEGER, CM_READ_ONLY,
              "MRR of the subscription after it, in minor units."),
    .path = "activity-mrr" },
  { CM_COLUMN("activity_arr", CM_INTEGER, CM_READ_ONLY,
              "ARR of the subscription after it, in minor units."),
    .path = "activity-arr" },
  { CM_COLUMN("currency", CM_TEXT, CM_READ_ONLY, "Currency of the amounts.") },
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_READ_ONLY, "Customer."), .path = "customer-uuid" },
  { CM_COLUMN("customer_name", CM_TEXT, CM_READ_ONLY, "Name of the customer."),
    .path = "customer-name" },
  { CM_COLUMN("customer_external_id", CM_TEXT, CM_READ_ONLY, "External id of the customer."),
    .path = "customer-external-id" },
  { CM_COLUMN("subscription_external_id", CM_TEXT, CM_READ_ONLY,
              "External id of the subscription."),
    .path = "subscription-external-id" },
  { CM_COLUMN("subscription_set_external_id", CM_TEXT, CM_READ_ONLY,
              "Identifier of the set of subscriptions it belongs to."),
    .path = "subscription-set-external-id" },
  { CM_COLUMN("plan_external_id", CM_TEXT, CM_READ_ONLY, "External id of the plan."),
    .path = "plan-external-id" },
  { CM_COLUMN("billing_connector_uuid", CM_TEXT, CM_READ_ONLY, "Data source."),
    .path = "billing-connector-uuid",
    .extras = &(const cm_column_extras){ .of = "chartmogul_data_sources" } },
  CM_JSON_COLUMN("The movement as the API sent it."),
};

/* The API can sort by date. It is not asked to: SQLite sorts what it was asked to sort in any case. */
static const cm_filter list[] = {
  { .column = "date", .param = "start-date", .op = CM_GE },
  { .column = "date", .param = "end-date", .op = CM_LE },
  { .column = "type", .param = "type", .words = cm_movements },
  { 0 },
};

static const cm_split splits[] = {
  { .param = "start-date", .until = "end-date", .last_first = "order=-date", .date = "date" },
  { 0 },
};

static const cm_read reads[] = {
  { CM_PAGES("/activities", "entries"), .filters = list,
    .extras = &(const cm_read_extras){ .resume = "uuid", .splits = splits }, .pages = 100 },
};

static const cm_word sums[] = {
  { "new_biz", "mrr_new_business" },      { "expansion", "mrr_expansion" },
  { "contraction", "mrr_contraction" },   { "churn", "mrr_churn" },
  { "reactivation", "mrr_reactivation" }, { NULL, NULL }
};

static const cm_shown_row shown[] = {
  { .table = "chartmogul_customers",
    .by = "customer_uuid",
    .key = "uuid",
    .name = "customer_name",
    .names = "name company",
    .changes = "name company external_id external_ids data_source_uuids" },
  { .table = "chartmogul_plans",
    .by = "billing_connector_uuid plan_external_id",
    .key = "data_source_uuid external_id",
    .name = "description",
    .names = "name",
    .changes = "name",
    .is_within = true },
  { 0 },
};

static const cm_growth growth = { .by = "date",
                                  .oldest = "order=date",
                                  .amount = "activity_mrr_movement",
                                  .kind = "type",
                                  .unit = "currency",
                                  .checked = "chartmogul_mrr",
                                  .sums = sums,
                                  .shown = shown,
                                  .owner = "customer_uuid" };

static const cm_example examples[] = {
  { "Which contractions of the last 90 days were the largest?",
    "SELECT date(date) AS day, customer_name, description,\n"
    "       activity_mrr_movement / 100.0 AS mrr\n"
    "FROM chartmogul_activities\n"
    "WHERE type = 'contraction' AND date >= date('now', '-90 days')\n"
    "ORDER BY activity_mrr_movement LIMIT 10" },
  { "Who left this quarter, and what did they pay?",
    "SELECT date(date) AS day, customer_name, plan_external_id,\n"
    "       -activity_mrr_movement / 100.0 AS mrr\n"
    "FROM chartmogul_activities\n"
    "WHERE type = 'churn' AND date >= date('now', 'start of month', '-2 months')\n"
    "ORDER BY activity_mrr_movement" },
  { "Which plans won and lost MRR this year?",
    "SELECT plan_external_id,\n"
    "       sum(max(activity_mrr_movement, 0)) / 100.0 AS won,\n"
    "       sum(min(activity_mrr_movement, 0)) / 100.0 AS lost\n"
    "FROM chartmogul_activities\n"
    "WHERE date >= date('now', 'start of year')\n"
    "GROUP BY plan_external_id ORDER BY won + lost DESC" },
  { "Who has come back this year?",
    "SELECT date(date) AS day, customer_name, activity_mrr_movement / 100.0 AS mrr\n"
    "FROM chartmogul_activities\n"
    "WHERE type = 'reactivation' AND date >= date('now', 'start of year')\n"
    "ORDER BY date DESC" },
  { 0 },
};

const cm_resource cm_resource_activities = {
  .name = "chartmogul_activities",
  .doc = "A movement of the MRR of the account.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .extras = &(const cm_resource_extras){ .growth = &growth },
  .examples = examples,
  .example = "SELECT type, sum(activity_mrr_movement) FROM chartmogul_activities WHERE date >= "
             "date('now', '-30 days') GROUP BY type",
};
