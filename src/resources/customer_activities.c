/*
** customer_activities.c -- chartmogul_customer_activities: a movement of the MRR of one customer.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("id", CM_INTEGER, CM_KEY, "ChartMogul's number of the movement.") },
  CM_ASKED_CUSTOMER_COLUMN,
  { CM_COLUMN("date", CM_TIME, CM_READ_ONLY, "When it took place.") },
  { CM_COLUMN("type", CM_TEXT, CM_READ_ONLY,
              "new_biz, reactivation, expansion, contraction or churn."),
    .words = cm_movements },
  { CM_COLUMN("description", CM_TEXT, CM_READ_ONLY, "The movement in words.") },
  { CM_COLUMN("activity_mrr_movement", CM_INTEGER, CM_READ_ONLY,
              "Change of the MRR in minor units; negative for contraction and churn."),
    .path = "activity-mrr-movement" },
  { CM_COLUMN("activity_mrr", CM_INTEGER, CM_READ_ONLY, "MRR after it, in minor units."),
    .path = "activity-mrr" },
  { CM_COLUMN("activity_arr", CM_INTEGER, CM_READ_ONLY, "ARR after it, in minor units."),
    .path = "activity-arr" },
  { CM_COLUMN("currency", CM_TEXT, CM_READ_ONLY, "Currency of the amounts.") },
  { CM_COLUMN("currency_sign", CM_TEXT, CM_READ_ONLY, "Sign of that currency."),
    .path = "currency-sign" },
  { CM_COLUMN("subscription_external_id", CM_TEXT, CM_READ_ONLY,
              "External id of the subscription."),
    .path = "subscription-external-id" },
  CM_JSON_COLUMN("The movement as the API sent it."),
};

static const cm_read reads[] = {
  { CM_PAGES("/customers/{customer_uuid}/activities", "entries"), .missing = CM_MISSING_EMPTY,
    .parent = "chartmogul_customers", .pages = 5000 },
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
