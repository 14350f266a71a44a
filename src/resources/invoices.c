/*
** invoices.c -- chartmogul_invoices: an invoice with its line items and transactions.
** Data only.
**
** The API has a second list, one per customer, whose rows lack members that this one has. It is left
** alone, so that a column does not depend on the plan.
*/
#include "resources/invoice_parts.h"

static const cm_word methods[] = { CM_WORD("automatic"), CM_WORD("manual"), { NULL, NULL } };

static const cm_word statuses[] = { CM_WORD("open"),   CM_WORD("paid"),        CM_WORD("refunded"),
                                    CM_WORD("voided"), CM_WORD("written_off"), { NULL, NULL } };

static const cm_column columns[] = {
  CM_UUID_COLUMN("inv_"),
  { CM_COLUMN("external_id", CM_TEXT, CM_INSERT | CM_REQUIRED | CM_ANY_TEXT_IN_PATH,
              "Identifier in the billing system, unique in its data source."),
    .sample = "invoice-1" },
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Customer; INSERT may give customer_external_id and data_source_uuid instead."),
    .body = "", .sample = CM_SAMPLE_UUID("cus_") },
  { CM_COLUMN("customer_external_id", CM_TEXT, CM_INSERT,
              "External id of the customer; says which part of a merged customer is meant.") },
  { CM_COLUMN(
      "data_source_uuid", CM_TEXT, CM_INSERT,
      "Data source of the invoice; NULL where the API leaves it out and WHERE does not give it.") },
  { CM_COLUMN("date", CM_TIME, CM_NEVER_NULL, "When the invoice was raised.") },
  { CM_COLUMN("due_date", CM_TIME, CM_WRITABLE, "When it has to be paid.") },
  { CM_COLUMN("currency", CM_TEXT, CM_NEVER_NULL, "Currency, three letters (ISO 4217).") },
  { CM_COLUMN("collection_method", CM_TEXT, CM_WRITABLE, "How it is paid: automatic or manual."),
    .words = methods },
  { CM_COLUMN("status", CM_TEXT, CM_UPDATE | CM_NO_NULL,
              "open, paid, refunded, voided or written_off; only the last two can be written."),
    .words = statuses, .sample = "voided" },
  { CM_COLUMN("line_items", CM_JSON, CM_INSERT,
              "Line items, an array of objects; see chartmogul_line_items."),
    .shape = CM_LIST,
    .sample = "[{\"type\":\"one_time\",\"description\":\"Setup\",\"amount_in_cents\":1000}]" },
  { CM_COLUMN("transactions", CM_JSON, CM_INSERT,
              "Payments and refunds, an array of objects; see chartmogul_transactions."),
    .shape = CM_LIST },
  { CM_COLUMN("errors", CM_JSON, CM_READ_ONLY,
              "What makes the invoice invalid, an object; {} where nothing does.") },
  CM_EDIT_COLUMNS("invoice"),
  { CM_COLUMN("validation_type", CM_TEXT, CM_PARAM | CM_HIDDEN,
              "Read valid, invalid or all invoices; valid ones unless given."),
    .sample = "all" },
  CM_EDIT_PARAMETERS("invoices"),
  CM_JSON_COLUMN("The invoice as the API sent it."),
};

static const cm_filter single[] = {
  VALIDITY_FILTERS,
  { 0 },
};

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "data_source_uuid", .param = "data_source_uuid", .extras = &cm_silent },
  { .column = "external_id", .param = "external_id" },
  VALIDITY_FILTERS,
  { 0 },
};

static const cm_read reads[] = {
  { CM_ONE("/invoices/{uuid}"), .filters = single, .is_listed = true,
    .extras = &(const cm_read_extras){ .finds_hidden = true } },
  { CM_PAGES("/invoices", "invoices"), .filters = list, .pages = 100,
    .extras = &(const cm_read_extras){ .splits = cm_splits_by_source } },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/import/customers/{customer_uuid}/invoices"),
    .body = "invoices[]", .answer = "invoices[0]",
    .extras = &(const cm_write_extras){ .batch = 100, .needs_items = "line_items" },
    .flags = CM_USER_EDIT, .example = "line_items" },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/invoices/{uuid}"), .flags = CM_USER_EDIT },
  { CM_CALL(CM_VERB_UPDATE, "PUT",
            "/data_sources/{data_source_uuid}/invoices/{external_id}/status"),
    .columns = "status", .flags = CM_ALONE | CM_USER_EDIT },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/invoices/{uuid}/disabled_state"), .columns = "disabled",
    .flags = CM_ALONE | CM_USER_EDIT },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/invoices/{uuid}"), .columns = "", .flags = CM_USER_EDIT },
};

/* The look-up has to see what the list hides, or a hidden invoice would be sent a second time. */
static const cm_hidden hidden = { .query = "validation_type=all&with_disabled=true",
                                  .reach = "validation_type = 'all'" };

static const cm_natural_key natural_key = {
  CM_BY_EXTERNAL_ID("/invoices", "invoices"), .hidden = &hidden,
  .extras = &(const cm_key_extras){ .frozen = "line_items transactions" }
};

static const cm_reference references[] = {
  { CM_CUSTOMER_REFERENCE },
  { .column = "plan_uuid",
    .resource = "chartmogul_plans",
    .external_id = "plan_external_id",
    .data_source = "data_source_uuid",
    .within = "line_items" },
  { 0 },
};

/* Not every answer holds the data source; the call that sets the status needs it. */
static const cm_need needs[] = {
  { .column = "data_source_uuid",
    .path = "/customers/{customer_uuid}",
    .key = "uuid",
    .member = "data_source_uuids",
    .hint = "find it by data_source_uuid = ... AND external_id = ..." },
  { 0 },
};

static const cm_write record = CM_IMPORT_CALL("data_source_uuid: line_items: transactions:");

static const cm_bulk bulk = { .list = "invoices",
                              .write = &record,
                              .customer = "customer_external_id" };

static const cm_example examples[] = {
  { "Which invoices are overdue, and for how many days?",
    "SELECT external_id, customer_external_id, date(due_date) AS due,\n"
    "       CAST(julianday('now') - julianday(due_date) AS INTEGER) AS days\n"
    "FROM chartmogul_invoices\n"
    "WHERE status = 'open' AND due_date < date('now')\n"
    "ORDER BY due_date" },
  { "What has one customer been billed for?",
    "SELECT i.external_id, date(i.date) AS day, i.status,\n"
    "       sum(l.value ->> '$.amount_in_cents') / 100.0 AS amount\n"
    "FROM chartmogul_invoices AS i, json_each(i.line_items) AS l\n"
    "WHERE i.customer_uuid = (\n"
    "  SELECT uuid FROM chartmogul_customers\n"
    "  WHERE email = 'grace.ellis@swiftloop.example.org')\n"
    "GROUP BY i.uuid ORDER BY i.date" },
  { "Which invoices does ChartMogul leave out of its figures, and why?",
    "SELECT external_id, date(date) AS day, errors\n"
    "FROM chartmogul_invoices WHERE validation_type = 'invalid'" },
  { "What was raised in the last week, source by source and currency by currency?",
    "SELECT d.name, i.currency, count(*) AS invoices\n"
    "FROM chartmogul_data_sources AS d\n"
    "JOIN chartmogul_invoices AS i ON i.data_source_uuid = d.uuid\n"
    "WHERE i.date >= date('now', '-7 days')\n"
    "GROUP BY d.uuid, i.currency" },
  { "Write off an invoice that nobody will pay.",
    "UPDATE chartmogul_invoices SET status = 'written_off'\n"
    "WHERE external_id = 'INV-002388'\n"
    "  AND data_source_uuid = (\n"
    "  SELECT uuid FROM chartmogul_data_sources WHERE name = 'Stripe')" },
  { 0 },
};

const cm_resource cm_resource_invoices = {
  .name = "chartmogul_invoices",
  .doc = "An invoice with its line items and transactions.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .extras = &(const cm_resource_extras){ .also_created_by = "/data_sources/{uuid}/json_imports" },
  .natural_key = &natural_key,
  .references = references,
  .bulk = &bulk,
  .needs = needs,
  .examples = examples,
  .example = "SELECT external_id, date, status FROM chartmogul_invoices LIMIT 10",
};
