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
  int64_t invoice_id = sb_invoice_of(account, &sb_transactions, id);
  sb_db_run(account->db, "DELETE FROM transactions WHERE id = ?", "i", id);
  sb_invoice_settle(account, invoice_id);
}

void sb_transaction_complete(sb_account *account, sb_row *row, int64_t invoice_id,
                             sb_problems *problems) {
  const char *external_id = sb_row_get_text(row, "external_id");
  int64_t data_source_id = sb_db_int(
      account->db, 0, "SELECT data_source_id FROM invoices WHERE id = ?", "i", invoice_id);
  sb_row_int(row, "data_source_id", data_source_id);
  if (external_id && sb_db_int(account->db, 0,
                               "SELECT 1 FROM transactions WHERE data_source_id = ?"
                               " AND external_id = ?",
                               "it", data_source_id, external_id))
    sb_problems_add(problems, "external_id", "taken", "has already been taken");
}

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  if (!id)
    sb_transaction_complete(call->account, row, sb_row_get_int(row, "invoice_id"), &call->problems);
}

static const sb_member members[] = {
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_TRANSACTION,
    .flags = SB_COMPUTED },
  { .name = "invoice_uuid",
    .column = "t.invoice_id",
    .type = SB_UUID,
    .detail = SB_INVOICE,
    .flags = SB_COMPUTED | SB_NEWER,
    .forms = SB_FORM_ALONE },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE },
  { .name = "type", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED, .allowed = "payment|refund" },
  { .name = "date", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "result",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_REQUIRED,
    .allowed = "successful|failed" },
  { .name = "amount_in_cents", .type = SB_INT, .flags = SB_BOTH },
  { .name = "transaction_fees_in_cents", .type = SB_INT, .flags = SB_BOTH },
  { .name = "transaction_fees_currency", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "errors",
    .type = SB_ERRORS,
    .flags = SB_NEWER,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE,
    .initial = "{}" },
  { .name = "disabled",
    .type = SB_BOOL,
    .flags = SB_NEWER,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE,
    .initial = "0" },
  { .name = "disabled_at",
    .type = SB_TIME,
    .detail = SB_STYLE_MS,
    .flags = SB_NEWER,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE },
  { .name = "disabled_by",
    .type = SB_TEXT,
    .flags = SB_NEWER,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE },
  { .name = "user_created",
    .type = SB_BOOL,
    .flags = SB_NEWER,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE,
    .initial = "0" },
  { .name = "edit_history_summary",
    .column = "edit_history",
    .type = SB_RAW,
    .flags = SB_HISTORY | SB_OMIT_NULL },
  { .name = "invoice_id", .type = SB_INT, .flags = SB_HIDDEN },
  { .name = "data_source_id", .type = SB_INT, .flags = SB_HIDDEN },
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

void sb_transaction_create(sb_call *call) {
  sb_create_child(call, &sb_transactions, call->route->status);
}

void sb_transaction_retrieve(sb_call *call) {
  sb_retrieve_child(call, &sb_transactions);
}
