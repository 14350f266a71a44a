/*
** transactions.c -- chartmogul_transactions: a payment or refund of an invoice.
** Data only.
**
** The API lists them inside invoices only. One that is read by itself, by uuid or external id, has no
** invoice around it: that is looked up when a column of it is looked at.
*/
#include "resources.h"

static const cm_word types[] = { { "payment", "payment" }, { "refund", "refund" }, { NULL, NULL } };

static const cm_word results[] = { { "successful", "successful" },
                                   { "failed", "failed" },
                                   { NULL, NULL } };

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "tr_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, tr_..." },
  { .name = "external_id",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .sample = "payment-1",
    .doc = "Identifier in the billing system." },
  { .name = "invoice_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "^uuid",
    .body = "",
    .sample = "inv_00000000-0000-0000-0000-000000000000",
    .doc = "Invoice; INSERT may give invoice_external_id and data_source_uuid instead." },
  { .name = "invoice_external_id",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "^external_id",
    .body = "",
    .doc = "External id of the invoice." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .path = "^customer_uuid",
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer of the invoice." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "^data_source_uuid",
    .body = "",
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source of the invoice." },
  { .name = "type",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .words = types,
    .sample = "payment",
    .doc = "payment or refund." },
  { .name = "date",
    .type = CM_TIME,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "When it took place." },
  { .name = "result",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .words = results,
    .sample = "successful",
    .doc = "successful or failed." },
  { .name = "amount_in_cents",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE,
    .sample = "1000",
    .doc = "Amount in minor units, positive for refunds too; NULL is the whole invoice." },
  { .name = "transaction_fees_in_cents",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE,
    .doc = "Fees in minor units." },
  { .name = "transaction_fees_currency",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .doc = "Currency of the fees." },
  { .name = "errors", .type = CM_JSON, .doc = "What makes the transaction invalid, an object." },
  { .name = "disabled",
    .type = CM_BOOLEAN,
    .flags = CM_UPDATE | CM_NO_NULL,
    .doc = "1 where the transaction does not count." },
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
    .doc = "Read the rows of valid, invalid or all invoices; valid ones unless given." },
  { .name = "with_disabled",
    .type = CM_BOOLEAN,
    .flags = CM_PARAM | CM_HIDDEN,
    .doc = "1 to read disabled rows too." },
  { .name = "include_edit_histories",
    .type = CM_BOOLEAN,
    .flags = CM_PARAM | CM_HIDDEN,
    .doc = "1 to read edit_history_summary." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The transaction as the API sent it." },
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

static const cm_filter by_external_id[] = {
  { .column = "data_source_uuid",
    .param = "data_source_uuid",
    .required = true,
    .is_silent = true },
  { .column = "external_id", .param = "external_id", .required = true },
  { .column = "with_disabled", .param = "with_disabled" },
  { .column = "include_edit_histories", .param = "include_edit_histories" },
  { 0 },
};

static const cm_filter one_invoice[] = {
  { .column = "validation_type", .param = "validation_type", .words = validation_types },
  { .column = "with_disabled", .param = "with_disabled" },
  { .column = "include_edit_histories", .param = "include_edit_histories" },
  { 0 },
};

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "data_source_uuid", .param = "data_source_uuid", .is_silent = true },
  { .column = "invoice_external_id", .param = "external_id" },
  { .column = "validation_type", .param = "validation_type", .words = validation_types },
  { .column = "with_disabled", .param = "with_disabled" },
  { .column = "include_edit_histories", .param = "include_edit_histories" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/transactions/{uuid}",
    .paging = CM_SINGLE,
    .filters = single,
    .missing = CM_MISSING_EMPTY,
    .encloser = "chartmogul_invoices" },
  { .path = "/transactions",
    .paging = CM_EITHER,
    .rows = "transactions",
    .filters = by_external_id,
    .missing = CM_MISSING_EMPTY,
    .encloser = "chartmogul_invoices" },
  { .path = "/invoices/{invoice_uuid}",
    .paging = CM_SINGLE,
    .each = "transactions",
    .filters = one_invoice,
    .missing = CM_MISSING_EMPTY },
  { .path = "/invoices",
    .paging = CM_CURSOR,
    .rows = "invoices",
    .each = "transactions",
    .filters = list,
    .pages = 100 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "POST",
    .path = "/import/invoices/{invoice_uuid}/transactions",
    .answer = "transactions[0]",
    .flags = CM_USER_EDIT },
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/transactions/{uuid}",
    .flags = CM_USER_EDIT,
    .example = "amount_in_cents" },
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/transactions/{uuid}/disabled_state",
    .columns = "disabled",
    .flags = CM_ALONE | CM_USER_EDIT },
  { .verb = CM_VERB_DELETE,
    .method = "DELETE",
    .path = "/transactions/{uuid}",
    .columns = "",
    .flags = CM_USER_EDIT },
};

static const cm_natural_key natural_key = { .columns = { "data_source_uuid", "external_id" },
                                            .path = "/transactions",
                                            .params = { "data_source_uuid", "external_id" },
                                            .rows = "transactions",
                                            .query = "with_disabled=true",
                                            .exists = "external_id" };

static const cm_reference references[] = {
  { .column = "invoice_uuid",
    .resource = "chartmogul_invoices",
    .external_id = "invoice_external_id",
    .data_source = "data_source_uuid" },
  { 0 },
};

static const cm_inside_of inside_of = { .resource = "chartmogul_invoices", .list = "transactions" };

const cm_resource cm_resource_transactions = {
  .name = "chartmogul_transactions",
  .doc = "A payment or refund of an invoice.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .natural_key = &natural_key,
  .references = references,
  .inside_of = &inside_of,
  .example = "SELECT type, date, amount_in_cents FROM chartmogul_transactions LIMIT 10",
};
