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

static const cm_example examples[] = {
  { "How many payments fail, month by month?",
    "SELECT strftime('%Y-%m', date) AS month, count(*) AS payments,\n"
    "       round(100 * avg(result = 'failed'), 1) AS failed_percent\n"
    "FROM chartmogul_transactions\n"
    "WHERE type = 'payment' AND date >= date('now', 'start of month', '-11 months')\n"
    "GROUP BY month" },
  { "To whom was money given back in the last half year?",
    "SELECT date(t.date) AS day, c.name,\n"
    "       coalesce(t.amount_in_cents / 100.0, 'the whole invoice') AS amount\n"
    "FROM chartmogul_transactions AS t\n"
    "JOIN chartmogul_customers AS c ON c.uuid = t.customer_uuid\n"
    "WHERE t.type = 'refund' AND t.date >= date('now', '-6 months')\n"
    "ORDER BY t.date DESC" },
  { "When did one customer pay?", "SELECT date(date) AS day, invoice_external_id, type, result\n"
                                  "FROM chartmogul_transactions\n"
                                  "WHERE customer_uuid = (\n"
                                  "  SELECT uuid FROM chartmogul_customers\n"
                                  "  WHERE email = 'grace.ellis@swiftloop.example.org')\n"
                                  "ORDER BY date DESC LIMIT 12" },
  { "Record that an open invoice has been paid.",
    "INSERT INTO chartmogul_transactions (data_source_uuid, invoice_external_id, external_id,\n"
    "  type, date, result)\n"
    "SELECT uuid, 'INV-002388', 'transfer-1', 'payment', date('now'), 'successful'\n"
    "FROM chartmogul_data_sources WHERE name = 'Stripe'" },
  { 0 },
};

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
  .examples = examples,
  .example = "SELECT type, date, amount_in_cents FROM chartmogul_transactions LIMIT 10",
};
