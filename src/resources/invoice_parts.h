/*
** invoice_parts.h -- what invoices, their line items and their transactions have in common.
** Data only.
**
** The API lists line items and transactions inside invoices only. One that is read by itself, by uuid or
** external id, has no invoice around it: that is looked up when a column of it is looked at.
*/
#ifndef CM_RESOURCES_INVOICE_PARTS_H
#define CM_RESOURCES_INVOICE_PARTS_H

#include "resources/shared.h"

static const cm_word validation_types[] = {
  CM_WORD("valid"), CM_WORD("invalid"), CM_WORD("all"), { NULL, NULL }
};

/** Of the filter of a data source: not every answer holds it. */
static const cm_filter_extras cm_silent = { .is_silent = true };

/* clang-format off */

/** The filters of every parameter that shows more. */
#define VALIDITY_FILTERS                                                                           \
  { .column = "validation_type", .param = "validation_type", .words = validation_types },          \
  CM_EDIT_FILTERS

/* ---- a part: a line item or a transaction ---------------------------------------------------- */

/** The columns of the invoice around it. */
#define PART_INVOICE_COLUMNS                                                                       \
  { CM_COLUMN("invoice_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED,                                    \
              "Invoice; INSERT may give invoice_external_id and data_source_uuid instead."),       \
    .path = "^uuid", .body = "", .sample = CM_SAMPLE_UUID("inv_") },                               \
  { CM_COLUMN("invoice_external_id", CM_TEXT, CM_INSERT, "External id of the invoice."),           \
    .path = "^external_id", .body = "" },                                                          \
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_READ_ONLY, "Customer of the invoice."),                 \
    .path = "^customer_uuid", .sample = CM_SAMPLE_UUID("cus_") },                                  \
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_INSERT, "Data source of the invoice."),              \
    .path = "^data_source_uuid", .body = "", .sample = CM_SAMPLE_UUID("ds_") }

#define PART_FEE_COLUMNS                                                                           \
  { CM_COLUMN("transaction_fees_in_cents", CM_INTEGER, CM_WRITABLE, "Fees in minor units.") },     \
  { CM_COLUMN("transaction_fees_currency", CM_TEXT, CM_WRITABLE, "Currency of the fees.") }

/** What ends the columns of a part, `what`. */
#define PART_LAST_COLUMNS(what, text)                                                              \
  CM_EDIT_COLUMNS(what),                                                                           \
  { CM_COLUMN("validation_type", CM_TEXT, CM_PARAM | CM_HIDDEN,                                    \
              "Read the rows of valid, invalid or all invoices; valid ones unless given.") },      \
  CM_EDIT_PARAMETERS("rows"),                                                                      \
  CM_JSON_COLUMN(text)

/* clang-format on */

static const cm_hidden part_hidden = { .query = "with_disabled=true" };

static const cm_read_extras part_read = { .encloser = "chartmogul_invoices" };

static const cm_read_extras part_single_read = { .encloser = "chartmogul_invoices",
                                                 .finds_hidden = true };

static const cm_read_extras part_of_invoice = { .finds_hidden = true };

static const cm_filter part_single[] = { VALIDITY_FILTERS, { 0 } };

static const cm_filter part_by_external_id[] = {
  { .column = "data_source_uuid",
    .param = "data_source_uuid",
    .required = true,
    .extras = &cm_silent },
  { .column = "external_id", .param = "external_id", .required = true },
  CM_EDIT_FILTERS,
  { 0 },
};

static const cm_filter part_list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "data_source_uuid", .param = "data_source_uuid", .extras = &cm_silent },
  { .column = "invoice_external_id", .param = "external_id" },
  VALIDITY_FILTERS,
  { 0 },
};

/* clang-format off */

/** The reads and writes of the parts that are called `parts` in paths and in an invoice. */
#define PART_READS(parts)                                                                          \
  { CM_ONE("/" parts "/{uuid}"), .filters = part_single, .is_listed = true,                        \
    .extras = &part_single_read },                                                                 \
  { .path = "/" parts, .paging = CM_EITHER, .rows = (parts), .filters = part_by_external_id,       \
    .missing = CM_MISSING_EMPTY, .extras = &part_read },                                           \
  { CM_ONE("/invoices/{invoice_uuid}"), .each = (parts), .filters = part_single,                   \
    .is_listed = true, .extras = &part_of_invoice },                                               \
  { CM_PAGES("/invoices", "invoices"), .each = (parts), .filters = part_list, .pages = 100 }

#define PART_WRITES(parts)                                                                         \
  { CM_CALL(CM_VERB_INSERT, "POST", "/import/invoices/{invoice_uuid}/" parts),                     \
    .answer = parts "[0]", .flags = CM_USER_EDIT },                                                \
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/" parts "/{uuid}"), .flags = CM_USER_EDIT,                  \
    .example = "amount_in_cents" },                                                                \
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/" parts "/{uuid}/disabled_state"), .columns = "disabled",   \
    .flags = CM_ALONE | CM_USER_EDIT },                                                            \
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/" parts "/{uuid}"), .columns = "", .flags = CM_USER_EDIT }

/** Fields of its natural key, and of the reference to its invoice. */
#define PART_NATURAL_KEY(parts) CM_BY_EXTERNAL_ID("/" parts, parts), .hidden = &part_hidden

#define PART_INVOICE_REFERENCE                                                                     \
  .column = "invoice_uuid", .resource = "chartmogul_invoices",                                     \
  .external_id = "invoice_external_id", .data_source = "data_source_uuid"

/* clang-format on */

#endif
