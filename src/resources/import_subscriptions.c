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

const cm_resource cm_resource_import_subscriptions = {
  .name = "chartmogul_import_subscriptions",
  .doc = "A subscription of a customer as it was imported.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .example = "SELECT external_id, cancelled_at FROM chartmogul_import_subscriptions LIMIT 10",
};
