#include "invoice_child.h"
#include "resources.h"

static void changed(sb_account *account, int64_t id) {
  sb_row row = { .resource = &sb_transactions };
  sb_problems problems = { 0 };
  sb_row_load(account, &row, id);
  sb_row_check(&row, &problems);
  sb_errors_settle(account, &sb_transactions, id, &problems);
  sb_invoice_settle(account, sb_row_get_int(&row, "invoice_id"));
  sb_problems_clear(&problems);
  sb_row_clear(&row);
}

static void remove_transaction(sb_account *account, int64_t id) {
  sb_child_remove(account, &sb_transactions, id);
}

void sb_transaction_complete(sb_account *account, sb_row *row, int64_t invoice_id,
                             sb_problems *problems) {
  sb_child_begin(account, row, invoice_id, "has already been taken", problems);
}

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  if (!id)
    sb_transaction_complete(call->account, row, sb_row_get_int(row, "invoice_id"), &call->problems);
}

static const sb_member members[] = {
  SB_CHILD_NAMES(SB_TRANSACTION),
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE },
  { .name = "type", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED, .allowed = "payment|refund" },
  { .name = "date", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "result",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_REQUIRED,
    .allowed = "successful|failed" },
  { .name = "amount_in_cents", .type = SB_INT, .flags = SB_BOTH },
  { .name = "transaction_fees_in_cents", .type = SB_INT, .flags = SB_BOTH },
  { .name = "transaction_fees_currency",
    .type = SB_TEXT,
    .flags = SB_BOTH,
    .allowed = "|" SB_CURRENCIES },
  SB_CHILD_STATE,
  { 0 },
};

const sb_resource sb_transactions = {
  .table = "transactions",
  .label = "Transaction",
  .kind = SB_TRANSACTION,
  .members = members,
  .indexes = "CREATE INDEX transactions_invoice ON transactions(invoice_id);"
             "CREATE INDEX transactions_external ON transactions(external_id, data_source_id)"
             " WHERE external_id IS NOT NULL",
  .prepare = prepare,
  .changed = changed,
  .remove = remove_transaction,
};
