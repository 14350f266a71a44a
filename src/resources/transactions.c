/*
** transactions.c -- chartmogul_transactions: a payment or refund of an invoice.
** Data only.
*/
#include "resources/invoice_parts.h"

static const cm_word types[] = { CM_WORD("payment"), CM_WORD("refund"), { NULL, NULL } };

static const cm_word results[] = { CM_WORD("successful"), CM_WORD("failed"), { NULL, NULL } };

static const cm_column columns[] = {
  CM_UUID_COLUMN("tr_"),
  { CM_COLUMN("external_id", CM_TEXT, CM_INSERT, "Identifier in the billing system."),
    .sample = "payment-1" },
  PART_INVOICE_COLUMNS,
  { CM_COLUMN("type", CM_TEXT, CM_NEVER_NULL, "payment or refund."), .words = types,
    .sample = "payment" },
  { CM_COLUMN("date", CM_TIME, CM_NEVER_NULL, "When it took place.") },
  { CM_COLUMN("result", CM_TEXT, CM_NEVER_NULL, "successful or failed."), .words = results,
    .sample = "successful" },
  { CM_COLUMN("amount_in_cents", CM_INTEGER, CM_WRITABLE,
              "Amount in minor units, positive for refunds too; NULL is the whole invoice."),
    .sample = "1000" },
  PART_FEE_COLUMNS,
  { CM_COLUMN("errors", CM_JSON, CM_READ_ONLY, "What makes the transaction invalid, an object.") },
  PART_LAST_COLUMNS("transaction", "The transaction as the API sent it."),
};

static const cm_read reads[] = { PART_READS("transactions") };

static const cm_write writes[] = { PART_WRITES("transactions") };

static const cm_natural_key natural_key = { PART_NATURAL_KEY("transactions") };

static const cm_reference references[] = {
  { PART_INVOICE_REFERENCE },
  { 0 },
};

static const cm_inside_of inside_of = { .resource = "chartmogul_invoices", .list = "transactions" };

static const cm_write record = CM_IMPORT_CALL("invoice_external_id:invoice_external_id");

static const cm_bulk bulk = { .list = "transactions", .write = &record };

const cm_resource cm_resource_transactions = {
  .name = "chartmogul_transactions",
  .doc = "A payment or refund of an invoice.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .natural_key = &natural_key,
  .references = references,
  .inside_of = &inside_of,
  .bulk = &bulk,
  .example = "SELECT type, date, amount_in_cents FROM chartmogul_transactions LIMIT 10",
};
