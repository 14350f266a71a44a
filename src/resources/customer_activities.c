/*
** customer_activities.c -- chartmogul_customer_activities: a movement of the MRR of one customer.
** Data only.
*/
#include "resources.h"

static const cm_word types[] = { { "new_biz", "new_biz" },     { "reactivation", "reactivation" },
                                 { "expansion", "expansion" }, { "contraction", "contraction" },
                                 { "churn", "churn" },         { NULL, NULL } };

static const cm_column columns[] = {
  { .name = "id",
    .type = CM_INTEGER,
    .flags = CM_KEY,
    .doc = "ChartMogul's number of the movement." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .path = "@bound",
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer." },
  { .name = "date", .type = CM_TIME, .doc = "When it took place." },
  { .name = "type",
    .type = CM_TEXT,
    .words = types,
    .doc = "new_biz, reactivation, expansion, contraction or churn." },
  { .name = "description", .type = CM_TEXT, .doc = "The movement in words." },
  { .name = "activity_mrr_movement",
    .type = CM_INTEGER,
    .path = "activity-mrr-movement",
    .doc = "Change of the MRR in minor units; negative for contraction and churn." },
  { .name = "activity_mrr",
    .type = CM_INTEGER,
    .path = "activity-mrr",
    .doc = "MRR after it, in minor units." },
  { .name = "activity_arr",
    .type = CM_INTEGER,
    .path = "activity-arr",
    .doc = "ARR after it, in minor units." },
  { .name = "currency", .type = CM_TEXT, .doc = "Currency of the amounts." },
  { .name = "currency_sign",
    .type = CM_TEXT,
    .path = "currency-sign",
    .doc = "Sign of that currency." },
  { .name = "subscription_external_id",
    .type = CM_TEXT,
    .path = "subscription-external-id",
    .doc = "External id of the subscription." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The movement as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/customers/{customer_uuid}/activities",
    .paging = CM_CURSOR,
    .rows = "entries",
    .missing = CM_MISSING_EMPTY,
    .parent = "chartmogul_customers",
    .pages = 5000 },
};

const cm_resource cm_resource_customer_activities = {
  .name = "chartmogul_customer_activities",
  .doc = "A movement of the MRR of one customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .example =
      "SELECT date, type, activity_mrr_movement FROM chartmogul_customer_activities WHERE "
      "customer_uuid = (SELECT uuid FROM chartmogul_customers WHERE status = 'Active' LIMIT 1)",
};
