/*
** import_subscriptions.c -- chartmogul_import_subscriptions: a subscription as it was imported.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "sub_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, sub_..." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .path = "@bound",
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer." },
  { .name = "external_id", .type = CM_TEXT, .doc = "Identifier in the billing system." },
  { .name = "subscription_set_external_id",
    .type = CM_TEXT,
    .doc = "Identifier of the set of subscriptions it belongs to." },
  { .name = "plan_uuid", .type = CM_TEXT, .doc = "Plan." },
  { .name = "data_source_uuid", .type = CM_TEXT, .doc = "Data source." },
  { .name = "cancelled_at",
    .type = CM_TIME,
    .flags = CM_UPDATE,
    .path = "cancellation_dates[-1]",
    .body = "cancelled_at",
    .empties = "cancellation_dates",
    .doc = "Last date of cancellation; UPDATE cancels, NULL takes the cancellation back." },
  { .name = "cancellation_dates",
    .type = CM_JSON,
    .flags = CM_UPDATE,
    .shape = CM_TIME_LIST,
    .empties = "cancellation_dates",
    .doc = "All dates of cancellation, an array; UPDATE replaces them." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The subscription as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/import/customers/{customer_uuid}/subscriptions",
    .paging = CM_CURSOR,
    .rows = "subscriptions",
    .missing = CM_MISSING_EMPTY,
    .parent = "chartmogul_customers",
    .pages = 5000 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/import/subscriptions/{uuid}",
    .columns = "cancelled_at",
    .flags = CM_ALONE },
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/import/subscriptions/{uuid}",
    .columns = "cancellation_dates",
    .flags = CM_ALONE },
};

const cm_resource cm_resource_import_subscriptions = {
  .name = "chartmogul_import_subscriptions",
  .doc = "A subscription of a customer as it was imported.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .example = "SELECT external_id, cancelled_at FROM chartmogul_import_subscriptions LIMIT 10",
};
