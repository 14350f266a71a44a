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

static const cm_example examples[] = {
  { "How did the MRR of one customer come about?",
    "SELECT date(date) AS day, type, description, activity_mrr_movement / 100.0 AS movement\n"
    "FROM chartmogul_customer_activities\n"
    "WHERE customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'grace.ellis@swiftloop.example.org')\n"
    "ORDER BY date" },
  { "What was the most that each past due customer ever paid for a subscription?",
    "SELECT c.name, c.mrr / 100.0 AS mrr, max(a.activity_mrr) / 100.0 AS highest\n"
    "FROM chartmogul_customers AS c\n"
    "JOIN chartmogul_customer_activities AS a ON a.customer_uuid = c.uuid\n"
    "WHERE c.status = 'Past Due'\n"
    "GROUP BY c.uuid ORDER BY highest DESC" },
  { "How have the five largest customers grown since they came?",
    "SELECT c.name, date(c.customer_since) AS since,\n"
    "       sum(iif(a.type = 'new_biz', a.activity_mrr_movement, 0)) / 100.0 AS began_with,\n"
    "       sum(iif(a.type = 'expansion', a.activity_mrr_movement, 0)) / 100.0 AS expansion\n"
    "FROM (SELECT * FROM chartmogul_customers\n"
    "      WHERE status = 'Active' ORDER BY mrr DESC LIMIT 5) AS c\n"
    "JOIN chartmogul_customer_activities AS a ON a.customer_uuid = c.uuid\n"
    "GROUP BY c.uuid" },
  { 0 },
};

const cm_resource cm_resource_customer_activities = {
  .name = "chartmogul_customer_activities",
  .doc = "A movement of the MRR of one customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .examples = examples,
  .example =
      "SELECT date, type, activity_mrr_movement FROM chartmogul_customer_activities WHERE "
      "customer_uuid = (SELECT uuid FROM chartmogul_customers WHERE status = 'Active' LIMIT 1)",
};
