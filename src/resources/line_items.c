/*
** line_items.c -- chartmogul_line_items: a line of an invoice.
** Data only.
*/
#include "resources/invoice_parts.h"

static const cm_word types[] = {
  CM_WORD("subscription"), CM_WORD("one_time"), CM_WORD("trial"), { NULL, NULL }
};

static const cm_word prorations[] = {
  CM_WORD("differential"), CM_WORD("full"), CM_WORD("differential_mrr"), { NULL, NULL }
};

static const cm_column columns[] = {
  CM_UUID_COLUMN("li_"),
  { CM_COLUMN("external_id", CM_TEXT, CM_WRITABLE, "Identifier in the billing system."),
    .sample = "line-1" },
  PART_INVOICE_COLUMNS,
  { CM_COLUMN("type", CM_TEXT, CM_NEVER_NULL,
              "subscription, one_time or trial; a trial comes with its invoice only."),
    .words = types, .sample = "one_time" },
  { CM_COLUMN("amount_in_cents", CM_INTEGER, CM_NEVER_NULL,
              "Amount of the whole line in minor units."),
    .sample = "1000" },
  { CM_COLUMN("quantity", CM_INTEGER, CM_WRITABLE, "Number of units.") },
  { CM_COLUMN("description", CM_TEXT, CM_WRITABLE, "Text of the line.") },
  { CM_COLUMN("plan_uuid", CM_TEXT, CM_WRITABLE, "Plan; INSERT may give plan_external_id instead."),
    .sample = CM_SAMPLE_UUID("pl_") },
  { CM_COLUMN("plan_external_id", CM_TEXT, CM_INSERT, "External id of the plan."), .body = "" },
  { CM_COLUMN("subscription_uuid", CM_TEXT, CM_READ_ONLY,
              "Subscription, as chartmogul_import_subscriptions has it."),
    .extras = &(const cm_column_extras){ .of = "chartmogul_import_subscriptions" } },
  { CM_COLUMN("subscription_external_id", CM_TEXT, CM_WRITABLE,
              "External id of the subscription.") },
  { CM_COLUMN("subscription_set_external_id", CM_TEXT, CM_WRITABLE,
              "Identifier of the set of subscriptions it belongs to.") },
  { CM_COLUMN("service_period_start", CM_TIME, CM_WRITABLE, "Start of the service period.") },
  { CM_COLUMN("service_period_end", CM_TIME, CM_WRITABLE, "End of the service period.") },
  { CM_COLUMN("prorated", CM_BOOLEAN, CM_WRITABLE, "1 where the amount is prorated.") },
  { CM_COLUMN("proration_type", CM_TEXT, CM_WRITABLE, "differential, full or differential_mrr."),
    .words = prorations },
  { CM_COLUMN("cancelled_at", CM_TIME, CM_WRITABLE,
              "When the subscription was cancelled; the API may not send it back.") },
  { CM_COLUMN("discount_code", CM_TEXT, CM_WRITABLE, "Code of the discount.") },
  { CM_COLUMN("discount_amount_in_cents", CM_INTEGER, CM_WRITABLE, "Discount in minor units.") },
  { CM_COLUMN("discount_description", CM_TEXT, CM_WRITABLE, "Text of the discount.") },
  { CM_COLUMN("tax_amount_in_cents", CM_INTEGER, CM_WRITABLE, "Tax in minor units.") },
  PART_FEE_COLUMNS,
  { CM_COLUMN("account_code", CM_TEXT, CM_WRITABLE,
              "Account in the books, at most 30 characters.") },
  { CM_COLUMN("event_order", CM_INTEGER, CM_WRITABLE, "Order among what has the same date.") },
  { CM_COLUMN("balance_transfer", CM_BOOLEAN, CM_WRITABLE, "1 where the line moves a balance.") },
  { CM_COLUMN("errors", CM_JSON, CM_READ_ONLY, "What makes the line invalid, an object.") },
  PART_LAST_COLUMNS("line", "The line item as the API sent it."),
};

static const cm_read reads[] = { PART_READS("line_items") };

static const cm_write writes[] = { PART_WRITES("line_items") };

static const cm_natural_key natural_key = { PART_NATURAL_KEY("line_items") };

static const cm_reference references[] = {
  { PART_INVOICE_REFERENCE },
  { .column = "plan_uuid",
    .resource = "chartmogul_plans",
    .external_id = "plan_external_id",
    .data_source = "data_source_uuid" },
  { 0 },
};

static const cm_inside_of inside_of = { .resource = "chartmogul_invoices", .list = "line_items" };

static const cm_write record = CM_IMPORT_CALL(
    "plan_uuid: plan_external_id:plan_external_id invoice_external_id:invoice_external_id");

static const cm_bulk bulk = { .list = "line_items", .write = &record };

static const cm_example examples[] = {
  { "What do discounts cost, code by code?",
    "SELECT discount_code, count(*) AS lines,\n"
    "       sum(discount_amount_in_cents) / 100.0 AS discount\n"
    "FROM chartmogul_line_items\n"
    "WHERE discount_code <> ''\n"
    "GROUP BY discount_code" },
  { "What has been sold beside subscriptions?",
    "SELECT description, count(*) AS lines, sum(amount_in_cents) / 100.0 AS amount\n"
    "FROM chartmogul_line_items\n"
    "WHERE type = 'one_time'\n"
    "GROUP BY description" },
  { "What stands on one invoice?",
    "SELECT l.type, l.description, l.quantity, l.amount_in_cents / 100.0 AS amount\n"
    "FROM chartmogul_line_items AS l\n"
    "WHERE l.invoice_external_id = 'INV-002388'\n"
    "  AND l.data_source_uuid = (\n"
    "  SELECT uuid FROM chartmogul_data_sources WHERE name = 'Stripe')" },
  { "Which plans has most been billed for?",
    "SELECT p.name, count(*) AS lines, sum(l.amount_in_cents) / 100.0 AS amount\n"
    "FROM chartmogul_line_items AS l JOIN chartmogul_plans AS p ON p.uuid = l.plan_uuid\n"
    "GROUP BY p.uuid ORDER BY amount DESC LIMIT 5" },
  { "Add a line to an invoice.",
    "INSERT INTO chartmogul_line_items (data_source_uuid, invoice_external_id, external_id,\n"
    "  type, description, amount_in_cents)\n"
    "SELECT uuid, 'INV-002388', 'setup-1', 'one_time', 'Setup', 15000\n"
    "FROM chartmogul_data_sources WHERE name = 'Stripe'" },
  { 0 },
};

const cm_resource cm_resource_line_items = {
  .name = "chartmogul_line_items",
  .doc = "A line of an invoice.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .natural_key = &natural_key,
  .references = references,
  .inside_of = &inside_of,
  .bulk = &bulk,
  .examples = examples,
  .example = "SELECT type, amount_in_cents, description FROM chartmogul_line_items LIMIT 10",
};
