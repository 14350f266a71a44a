/*
** activities.c -- chartmogul_activities: a movement of the MRR of the account.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .doc = "ChartMogul's identifier; a movement that is computed again gets another one." },
  { .name = "date", .type = CM_TIME, .doc = "When it took place." },
  { .name = "type",
    .type = CM_TEXT,
    .doc = "new_biz, reactivation, expansion, contraction or churn." },
  { .name = "description", .type = CM_TEXT, .doc = "The movement in words." },
  { .name = "activity_mrr_movement",
    .type = CM_INTEGER,
    .path = "activity-mrr-movement",
    .doc = "Change of the MRR in minor units; negative for contraction and churn." },
  { .name = "activity_mrr",
    .type = CM_INTEGER,
    .path = "activity-mrr",
    .doc = "MRR of the subscription after it, in minor units." },
  { .name = "activity_arr",
    .type = CM_INTEGER,
    .path = "activity-arr",
    .doc = "ARR of the subscription after it, in minor units." },
  { .name = "currency", .type = CM_TEXT, .doc = "Currency of the amounts." },
  { .name = "customer_uuid", .type = CM_TEXT, .path = "customer-uuid", .doc = "Customer." },
  { .name = "customer_name",
    .type = CM_TEXT,
    .path = "customer-name",
    .doc = "Name of the customer." },
  { .name = "customer_external_id",
    .type = CM_TEXT,
    .path = "customer-external-id",
    .doc = "External id of the customer." },
  { .name = "subscription_external_id",
    .type = CM_TEXT,
    .path = "subscription-external-id",
    .doc = "External id of the subscription." },
  { .name = "subscription_set_external_id",
    .type = CM_TEXT,
    .path = "subscription-set-external-id",
    .doc = "Identifier of the set of subscriptions it belongs to." },
  { .name = "plan_external_id",
    .type = CM_TEXT,
    .path = "plan-external-id",
    .doc = "External id of the plan." },
  { .name = "billing_connector_uuid",
    .type = CM_TEXT,
    .path = "billing-connector-uuid",
    .doc = "Data source." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The movement as the API sent it." },
};

static const cm_word types[] = { { "new_biz", "new_biz" },     { "reactivation", "reactivation" },
                                 { "expansion", "expansion" }, { "contraction", "contraction" },
                                 { "churn", "churn" },         { NULL, NULL } };

/* The API can sort by date. It is not asked to: SQLite sorts what it was asked to sort in any case. */
static const cm_filter list[] = {
  { .column = "date", .param = "start-date", .op = CM_GE },
  { .column = "date", .param = "end-date", .op = CM_LE },
  { .column = "type", .param = "type", .words = types },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/activities",
    .paging = CM_CURSOR,
    .rows = "entries",
    .filters = list,
    .resume = "uuid",
    .pages = 100 },
};

const cm_resource cm_resource_activities = {
  .name = "chartmogul_activities",
  .doc = "A movement of the MRR of the account.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .example = "SELECT type, sum(activity_mrr_movement) FROM chartmogul_activities WHERE date >= "
             "date('now', '-30 days') GROUP BY type",
};
