/*
** subscriptions.c -- chartmogul_subscriptions: a subscription of a customer.
** Data only.
**
** Two lists of the API describe a customer's subscriptions, under different identifiers. This table is
** the current one; what only the import list knows comes from there, as a companion. Cancelling needs
** the identifier of the import list.
*/
#include "resources/shared.h"

static const cm_word statuses[] = { CM_WORD("active"), CM_WORD("inactive"), { NULL, NULL } };

static const cm_column columns[] = {
  { CM_COLUMN("uuid", CM_TEXT, CM_KEY, "ChartMogul's identifier.") },
  { CM_COLUMN("id", CM_INTEGER, CM_READ_ONLY, "Number of the subscription.") },
  CM_ASKED_CUSTOMER_COLUMN,
  { CM_COLUMN("external_id", CM_TEXT, CM_READ_ONLY, "Identifier in the billing system.") },
  { CM_COLUMN("subscription_set_external_id", CM_TEXT, CM_READ_ONLY,
              "Identifier of the set of subscriptions it belongs to.") },
  { CM_COLUMN("plan", CM_TEXT, CM_READ_ONLY, "Name of the plan.") },
  { CM_COLUMN("quantity", CM_INTEGER, CM_READ_ONLY, "Number of units.") },
  { CM_COLUMN("mrr", CM_INTEGER, CM_READ_ONLY, "Monthly recurring revenue in minor units.") },
  { CM_COLUMN("arr", CM_INTEGER, CM_READ_ONLY, "Annual recurring revenue in minor units.") },
  { CM_COLUMN("status", CM_TEXT, CM_READ_ONLY, "active or inactive."), .words = statuses },
  { CM_COLUMN("billing_cycle", CM_TEXT, CM_READ_ONLY,
              "Unit of the billing cycle: day, month or year."),
    .path = "billing-cycle", .words = cm_units },
  { CM_COLUMN("billing_cycle_count", CM_INTEGER, CM_READ_ONLY,
              "Length of the billing cycle, in units."),
    .path = "billing-cycle-count" },
  { CM_COLUMN("start_date", CM_TIME, CM_READ_ONLY, "Start of the subscription."),
    .path = "start-date" },
  { CM_COLUMN("end_date", CM_TIME, CM_READ_ONLY, "End of the paid period."), .path = "end-date" },
  { CM_COLUMN("currency", CM_TEXT, CM_READ_ONLY, "Currency of mrr and arr.") },
  { CM_COLUMN("currency_sign", CM_TEXT, CM_READ_ONLY, "Sign of that currency."),
    .path = "currency-sign" },
  { CM_COLUMN("import_uuid", CM_TEXT, CM_COMPANION,
              "Identifier in chartmogul_import_subscriptions, sub_..."),
    .path = "uuid",
    .extras = &(const cm_column_extras){ .of = "chartmogul_import_subscriptions" } },
  { CM_COLUMN("plan_uuid", CM_TEXT, CM_COMPANION, "Plan.") },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_COMPANION, "Data source.") },
  CM_CANCELLATION_COLUMNS(CM_COMPANION),
  CM_JSON_COLUMN("The subscription as the API sent it."),
};

static const cm_read reads[] = {
  { CM_PAGES("/customers/{customer_uuid}/subscriptions", "entries"), .missing = CM_MISSING_EMPTY,
    .parent = "chartmogul_customers" },
};

static const cm_companion companion = { .path = "/import/customers/{customer_uuid}/subscriptions",
                                        .paging = CM_CURSOR,
                                        .rows = "subscriptions",
                                        .match = "external_id",
                                        /* The import side may not know a fresh customer yet. */
                                        .missing = CM_MISSING_EMPTY };

static const cm_write writes[] = { CM_CANCELLATION_WRITES("/import/subscriptions/{import_uuid}") };

static const cm_need needs[] = {
  { .column = "import_uuid", .hint = "do it through chartmogul_import_subscriptions" },
  { 0 },
};

static const cm_example examples[] = {
  { "What does one customer pay for?",
    "SELECT plan, quantity, mrr / 100.0 AS mrr, status, date(end_date) AS paid_until\n"
    "FROM chartmogul_subscriptions\n"
    "WHERE customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'oscar.bergman@falconfield.example.org')" },
  { "Which plans are at risk, because their payment is past due?",
    "SELECT s.plan, count(*) AS subscriptions, sum(s.mrr) / 100.0 AS mrr\n"
    "FROM chartmogul_customers AS c\n"
    "JOIN chartmogul_subscriptions AS s ON s.customer_uuid = c.uuid\n"
    "WHERE c.status = 'Past Due' AND s.status = 'active'\n"
    "GROUP BY s.plan ORDER BY mrr DESC" },
  { "Which of the largest customers have to renew a year within six months?",
    "SELECT c.name, s.plan, s.mrr / 100.0 AS mrr, date(s.end_date) AS renews\n"
    "FROM chartmogul_customers AS c\n"
    "JOIN chartmogul_subscriptions AS s ON s.customer_uuid = c.uuid\n"
    "WHERE c.status = 'Active' AND c.mrr >= 300000 AND s.billing_cycle = 'year'\n"
    "  AND s.end_date BETWEEN date('now') AND date('now', '+6 months')\n"
    "ORDER BY s.end_date" },
  { "Cancel what a customer has, at the end of the time that is paid.",
    "UPDATE chartmogul_subscriptions SET cancelled_at = end_date\n"
    "WHERE status = 'active'\n"
    "  AND customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'grace.ellis@swiftloop.example.org')" },
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
  .examples = examples,
  .example = "SELECT plan, mrr, status FROM chartmogul_subscriptions LIMIT 10",
};
