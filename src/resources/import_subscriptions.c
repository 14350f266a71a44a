/*
** import_subscriptions.c -- chartmogul_import_subscriptions: a subscription as it was imported.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_UUID_COLUMN("sub_"),
  CM_ASKED_CUSTOMER_COLUMN,
  { CM_COLUMN("external_id", CM_TEXT, CM_READ_ONLY, "Identifier in the billing system.") },
  { CM_COLUMN("subscription_set_external_id", CM_TEXT, CM_READ_ONLY,
              "Identifier of the set of subscriptions it belongs to.") },
  { CM_COLUMN("plan_uuid", CM_TEXT, CM_READ_ONLY, "Plan.") },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_READ_ONLY, "Data source.") },
  CM_CANCELLATION_COLUMNS(0),
  CM_JSON_COLUMN("The subscription as the API sent it."),
};

static const cm_read reads[] = {
  { CM_PAGES("/import/customers/{customer_uuid}/subscriptions", "subscriptions"),
    .missing = CM_MISSING_EMPTY, .parent = "chartmogul_customers", .pages = 5000 },
};

static const cm_write writes[] = { CM_CANCELLATION_WRITES("/import/subscriptions/{uuid}") };

static const cm_example examples[] = {
  { "Which subscriptions did the billing system send for one customer?",
    "SELECT i.external_id, p.name AS plan, date(i.cancelled_at) AS cancelled\n"
    "FROM chartmogul_import_subscriptions AS i\n"
    "JOIN chartmogul_plans AS p ON p.uuid = i.plan_uuid\n"
    "WHERE i.customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'oscar.bergman@falconfield.example.org')" },
  { "When had those cancelled who were lost in the last 90 days?",
    "SELECT a.customer_name, date(a.date) AS lost, date(i.cancelled_at) AS cancelled\n"
    "FROM chartmogul_activities AS a\n"
    "JOIN chartmogul_import_subscriptions AS i\n"
    "  ON i.customer_uuid = a.customer_uuid AND i.external_id = a.subscription_external_id\n"
    "WHERE a.type = 'churn' AND a.date >= date('now', '-90 days')\n"
    "ORDER BY a.date" },
  { "Cancel one subscription on a certain day.",
    "UPDATE chartmogul_import_subscriptions SET cancelled_at = '2026-03-31'\n"
    "WHERE external_id = 'sub_0031'\n"
    "  AND customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'oscar.bergman@falconfield.example.org')" },
  { "Take the cancellation back.",
    "UPDATE chartmogul_import_subscriptions SET cancelled_at = NULL\n"
    "WHERE external_id = 'sub_0031'\n"
    "  AND customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'oscar.bergman@falconfield.example.org')" },
  { 0 },
};

const cm_resource cm_resource_import_subscriptions = {
  .name = "chartmogul_import_subscriptions",
  .doc = "A subscription of a customer as it was imported.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .examples = examples,
  .example = "SELECT external_id, cancelled_at FROM chartmogul_import_subscriptions LIMIT 10",
};
