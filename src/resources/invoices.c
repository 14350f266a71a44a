/*
** invoices.c -- chartmogul_invoices: an invoice with its line items and transactions.
** Data only.
**
** The API has a second list, one per customer, whose rows lack members that this one has. It is left
** alone, so that a column does not depend on the plan.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "inv_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, inv_..." },
  { .name = "external_id",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED | CM_FREE,
    .sample = "invoice-1",
    .doc = "Identifier in the billing system, unique in its data source." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .body = "",
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer; INSERT may give customer_external_id and data_source_uuid instead." },
  { .name = "customer_external_id",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .doc = "External id of the customer; says which part of a merged customer is meant." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .doc = "Data source of the invoice; NULL where the API leaves it out and WHERE does not give "
           "it." },
  { .name = "date",
    .type = CM_TIME,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "When the invoice was raised." },
  { .name = "due_date", .type = CM_TIME, .flags = CM_WRITABLE, .doc = "When it has to be paid." },
  { .name = "currency",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "Currency, three letters (ISO 4217)." },
  { .name = "collection_method",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .doc = "How it is paid: automatic or manual." },
  { .name = "status",
    .type = CM_TEXT,
    .flags = CM_UPDATE | CM_NO_NULL,
    .sample = "voided",
    .doc = "open, paid, refunded, voided or written_off; only the last two can be written." },
  { .name = "line_items",
    .type = CM_JSON,
    .flags = CM_INSERT,
    .shape = CM_LIST,
    .sample = "[{\"type\":\"one_time\",\"description\":\"Setup\",\"amount_in_cents\":1000}]",
    .doc = "Line items, an array of objects; see chartmogul_line_items." },
  { .name = "transactions",
    .type = CM_JSON,
    .flags = CM_INSERT,
    .shape = CM_LIST,
    .doc = "Payments and refunds, an array of objects; see chartmogul_transactions." },
  { .name = "errors",
    .type = CM_JSON,
    .doc = "What makes the invoice invalid, an object; {} where nothing does." },
  { .name = "disabled",
    .type = CM_BOOLEAN,
    .flags = CM_UPDATE | CM_NO_NULL,
    .doc = "1 where the invoice does not count." },
  { .name = "disabled_at", .type = CM_TIME, .doc = "When it was disabled." },
  { .name = "disabled_by", .type = CM_TEXT, .doc = "E-mail address of who disabled it." },
  { .name = "user_created",
    .type = CM_BOOLEAN,
    .doc = "1 where a user made it, not the billing system." },
  { .name = "edit_history_summary",
    .type = CM_JSON,
    .doc = "What users changed, an object; needs include_edit_histories = 1." },
  { .name = "validation_type",
    .type = CM_TEXT,
    .flags = CM_PARAM | CM_HIDDEN,
    .sample = "all",
    .doc = "Read valid, invalid or all invoices; valid ones unless given." },
  { .name = "with_disabled",
    .type = CM_BOOLEAN,
    .flags = CM_PARAM | CM_HIDDEN,
    .doc = "1 to read disabled invoices too." },
  { .name = "include_edit_histories",
    .type = CM_BOOLEAN,
    .flags = CM_PARAM | CM_HIDDEN,
    .doc = "1 to read edit_history_summary." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The invoice as the API sent it." },
};

static const cm_word validation_types[] = {
  { "valid", "valid" }, { "invalid", "invalid" }, { "all", "all" }, { NULL, NULL }
};

static const cm_filter single[] = {
  { .column = "validation_type", .param = "validation_type", .words = validation_types },
  { .column = "with_disabled", .param = "with_disabled" },
  { .column = "include_edit_histories", .param = "include_edit_histories" },
  { 0 },
};

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "data_source_uuid", .param = "data_source_uuid", .is_silent = true },
  { .column = "external_id", .param = "external_id" },
  { .column = "validation_type", .param = "validation_type", .words = validation_types },
  { .column = "with_disabled", .param = "with_disabled" },
  { .column = "include_edit_histories", .param = "include_edit_histories" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/invoices/{uuid}",
    .paging = CM_SINGLE,
    .filters = single,
    .missing = CM_MISSING_EMPTY,
    .is_listed = true,
    .finds_hidden = true },
  { .path = "/invoices", .paging = CM_CURSOR, .rows = "invoices", .filters = list, .pages = 100 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "POST",
    .path = "/import/customers/{customer_uuid}/invoices",
    .body = "invoices[]",
    .answer = "invoices[0]",
    .batch = 100,
    .needs_items = "line_items",
    .flags = CM_USER_EDIT,
    .example = "line_items" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/invoices/{uuid}", .flags = CM_USER_EDIT },
  { .verb = CM_VERB_UPDATE,
    .method = "PUT",
    .path = "/data_sources/{data_source_uuid}/invoices/{external_id}/status",
    .columns = "status",
    .flags = CM_ALONE | CM_USER_EDIT },
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/invoices/{uuid}/disabled_state",
    .columns = "disabled",
    .flags = CM_ALONE | CM_USER_EDIT },
  { .verb = CM_VERB_DELETE,
    .method = "DELETE",
    .path = "/invoices/{uuid}",
    .columns = "",
    .flags = CM_USER_EDIT },
};

/* The look-up has to see what the list hides, or a hidden invoice would be sent a second time. */
static const cm_natural_key natural_key = { .columns = { "data_source_uuid", "external_id" },
                                            .path = "/invoices",
                                            .params = { "data_source_uuid", "external_id" },
                                            .rows = "invoices",
                                            .query = "validation_type=all&with_disabled=true",
                                            .frozen = "line_items transactions",
                                            .reach = "validation_type = 'all'",
                                            .exists = "external_id" };

static const cm_reference references[] = {
  { .column = "customer_uuid",
    .resource = "chartmogul_customers",
    .external_id = "customer_external_id",
    .data_source = "data_source_uuid" },
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

const cm_resource cm_resource_invoices = {
  .name = "chartmogul_invoices",
  .doc = "An invoice with its line items and transactions.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .also_created_by = "/data_sources/{uuid}/json_imports",
  .natural_key = &natural_key,
  .references = references,
  .needs = needs,
  .example = "SELECT external_id, date, status FROM chartmogul_invoices LIMIT 10",
};
