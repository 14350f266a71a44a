/*
** subscriptions.c -- chartmogul_subscriptions: a subscription of a customer.
** Data only.
**
** Two lists of the API describe a customer's subscriptions, under different identifiers. This table is
** the current one; what only the import list knows comes from there, as a companion. Cancelling needs
** the identifier of the import list.
*/
#include "resources.h"

static const cm_word statuses[] = { { "active", "active" },
                                    { "inactive", "inactive" },
                                    { NULL, NULL } };

static const cm_word units[] = {
  { "day", "day" }, { "month", "month" }, { "year", "year" }, { NULL, NULL }
};

static const cm_column columns[] = {
  { .name = "uuid", .type = CM_TEXT, .flags = CM_KEY, .doc = "ChartMogul's identifier." },
  { .name = "id", .type = CM_INTEGER, .doc = "Number of the subscription." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .path = "@bound",
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer." },
  { .name = "external_id", .type = CM_TEXT, .doc = "Identifier in the billing system." },
  { .name = "subscription_set_external_id",
    .type = CM_TEXT,
    .doc = "Identifier of the set of subscriptions it belongs to." },
  { .name = "plan", .type = CM_TEXT, .doc = "Name of the plan." },
  { .name = "quantity", .type = CM_INTEGER, .doc = "Number of units." },
  { .name = "mrr", .type = CM_INTEGER, .doc = "Monthly recurring revenue in minor units." },
  { .name = "arr", .type = CM_INTEGER, .doc = "Annual recurring revenue in minor units." },
  { .name = "status", .type = CM_TEXT, .words = statuses, .doc = "active or inactive." },
  { .name = "billing_cycle",
    .type = CM_TEXT,
    .path = "billing-cycle",
    .words = units,
    .doc = "Unit of the billing cycle: day, month or year." },
  { .name = "billing_cycle_count",
    .type = CM_INTEGER,
    .path = "billing-cycle-count",
    .doc = "Length of the billing cycle, in units." },
  { .name = "start_date",
    .type = CM_TIME,
    .path = "start-date",
    .doc = "Start of the subscription." },
  { .name = "end_date", .type = CM_TIME, .path = "end-date", .doc = "End of the paid period." },
  { .name = "currency", .type = CM_TEXT, .doc = "Currency of mrr and arr." },
  { .name = "currency_sign",
    .type = CM_TEXT,
    .path = "currency-sign",
    .doc = "Sign of that currency." },
  { .name = "import_uuid",
    .type = CM_TEXT,
    .flags = CM_COMPANION,
    .path = "uuid",
    .doc = "Identifier in chartmogul_import_subscriptions, sub_..." },
  { .name = "plan_uuid", .type = CM_TEXT, .flags = CM_COMPANION, .doc = "Plan." },
  { .name = "data_source_uuid", .type = CM_TEXT, .flags = CM_COMPANION, .doc = "Data source." },
  { .name = "cancelled_at",
    .type = CM_TIME,
    .flags = CM_COMPANION | CM_UPDATE,
    .path = "cancellation_dates[-1]",
    .body = "cancelled_at",
    .empties = "cancellation_dates",
    .doc = "Last date of cancellation; UPDATE cancels, NULL takes the cancellation back." },
  { .name = "cancellation_dates",
    .type = CM_JSON,
    .flags = CM_COMPANION | CM_UPDATE,
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
  { .path = "/customers/{customer_uuid}/subscriptions",
    .paging = CM_CURSOR,
    .rows = "entries",
    .missing = CM_MISSING_EMPTY,
    .parent = "chartmogul_customers" },
};

static const cm_companion companion = { .path = "/import/customers/{customer_uuid}/subscriptions",
                                        .paging = CM_CURSOR,
                                        .rows = "subscriptions",
                                        .match = "external_id",
                                        /* The import side may not know a fresh customer yet. */
                                        .missing = CM_MISSING_EMPTY };

static const cm_write writes[] = {
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/import/subscriptions/{import_uuid}",
    .columns = "cancelled_at",
    .flags = CM_ALONE },
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/import/subscriptions/{import_uuid}",
    .columns = "cancellation_dates",
    .flags = CM_ALONE },
};

static const cm_need needs[] = {
  { .column = "import_uuid", .hint = "do it through chartmogul_import_subscriptions" },
  { 0 },
};

const cm_resource cm_resource_subscriptions = {
  .name = "chartmogul_subscriptions",
  .doc = "A subscription of a customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .companion = &companion,
  CM_WRITES(writes),
  .needs = needs,
  .example = "SELECT plan, mrr, status FROM chartmogul_subscriptions LIMIT 10",
};
