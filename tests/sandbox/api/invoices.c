#include "../books/ledger.h"
#include "resources.h"

#include <string.h>

static void remove_invoice(sb_account *account, int64_t id) {
  int64_t customer_id = sb_db_int(account->db, 0, "SELECT customer_id FROM invoices WHERE id = ?",
                                  "i", id);
  sb_db_run(account->db, "DELETE FROM line_items WHERE invoice_id = ?", "i", id);
  sb_db_run(account->db, "DELETE FROM transactions WHERE invoice_id = ?", "i", id);
  sb_db_run(account->db, "DELETE FROM invoices WHERE id = ?", "i", id);
  sb_ledger_recompute_later(account, customer_id);
}

static void write_children(sb_account *account, const sb_resource *resource, int64_t id,
                           const sb_view *view, sb_text *out) {
  sb_text_putc(out, '[');
  sb_render_where(account, resource, view,
                  view->with_disabled ? "WHERE t.invoice_id = ? ORDER BY t.id"
                                      : "WHERE t.invoice_id = ? AND NOT t.disabled ORDER BY t.id",
                  id, out);
  sb_text_putc(out, ']');
}

static void write_line_items(sb_account *account, int64_t id, const sb_view *view, sb_text *out) {
  write_children(account, &sb_line_items, id, view, out);
}

static void write_transactions(sb_account *account, int64_t id, const sb_view *view, sb_text *out) {
  write_children(account, &sb_transactions, id, view, out);
}

static const sb_member members[] = {
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_INVOICE, .flags = SB_COMPUTED },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED },
  { .name = "date", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "due_date", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },
  { .name = "currency", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED, .allowed = SB_CURRENCIES },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE },
  { .name = "customer_external_id", .type = SB_TEXT, .flags = SB_NEWER },
  { .name = "data_source_uuid",
    .column = "data_source_id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_NEWER },
  { .name = "collection_method",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_NEWER,
    .allowed = "automatic|manual" },
  { .name = "status", .type = SB_TEXT, .flags = SB_NEWER, .initial = "open" },
  { .name = "errors", .type = SB_ERRORS, .initial = "{}" },
  { .name = "disabled", .type = SB_BOOL, .flags = SB_NEWER, .initial = "0" },
  { .name = "disabled_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_NEWER },
  { .name = "disabled_by", .type = SB_TEXT, .flags = SB_NEWER },
  { .name = "user_created", .type = SB_BOOL, .flags = SB_NEWER, .initial = "0" },
  { .name = "edit_history_summary",
    .column = "edit_history",
    .type = SB_RAW,
    .flags = SB_HISTORY | SB_OMIT_NULL },
  { .name = "line_items", .type = SB_NESTED, .nested = write_line_items },
  { .name = "transactions", .type = SB_NESTED, .nested = write_transactions },
  { .name = "forced_status", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "is_valid", .type = SB_BOOL, .flags = SB_HIDDEN, .initial = "1" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_HIDDEN },
  { 0 },
};

const sb_resource sb_invoices = {
  .table = "invoices",
  .label = "Invoice",
  .kind = SB_INVOICE,
  .members = members,
  .indexes = "CREATE INDEX invoices_created ON invoices(created_at);"
             "CREATE INDEX invoices_customer ON invoices(customer_id, created_at);"
             "CREATE INDEX invoices_external ON invoices(external_id, data_source_id)",
  .changed = sb_invoice_settle,
  .remove = remove_invoice,
};

/* What lists hide unless it is asked for. */
#define VALIDATION                                                                                 \
  {                                                                                                \
    .param = "validation_type", .where = "valid:t.is_valid|invalid:NOT t.is_valid|all:1",          \
    .type = SB_BY_CHOICE, .absent = "t.is_valid"                                                   \
  }
#define WITH_DISABLED                                                                              \
  {                                                                                                \
    .param = "with_disabled", .where = "true:1|1:1", .type = SB_BY_CHOICE,                         \
    .absent = "NOT t.disabled"                                                                     \
  }

static const sb_filter filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "data_source_uuid",
    .where = "t.data_source_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_DATA_SOURCE },
  { .param = "external_id", .where = "t.external_id = ?", .type = SB_BY_TEXT },
  VALIDATION,
  WITH_DISABLED,
  { 0 },
};

static const sb_filter import_filters[] = {
  VALIDATION,
  WITH_DISABLED,
  { 0 },
};

const sb_list sb_invoice_list = {
  .resource = &sb_invoices,
  .root = "invoices",
  .time = "created_at",
  .members = SB_FIRST_PAGES | SB_OLD_PAGES,
  .form = SB_FORM_LIST,
  .filters = filters,
};

const sb_list sb_import_invoice_list = {
  .resource = &sb_invoices,
  .root = "invoices",
  .scope = "t.customer_id = ?",
  .time = "created_at",
  .is_ascending = true,
  .members = SB_FIRST_PAGES | SB_OLD_PAGES | SB_EVERY_CUSTOMER,
  .form = SB_FORM_IMPORT,
  .filters = import_filters,
};

/* Disabled and invalid invoices are not there unless they are asked for. */
void sb_invoice_retrieve(sb_call *call) {
  const char *validation = sb_call_parameter(call, "validation_type");
  int64_t id = call->ids[0];
  bool is_shown = sb_db_int(call->account->db, 0,
                            "SELECT (NOT disabled OR ?2) AND CASE ?3 WHEN 'all' THEN 1"
                            " WHEN 'invalid' THEN NOT is_valid ELSE is_valid END"
                            " FROM invoices WHERE id = ?1",
                            "iit", id, (int64_t)sb_call_flag(call, "with_disabled"),
                            validation ? validation : "valid") != 0;
  if (is_shown)
    sb_call_answer_row(call, &sb_invoices, id, 200);
  else
    sb_call_fail_missing(call, SB_INVOICE, call->words[0]);
}

void sb_invoice_set_status(sb_call *call) {
  sb_account *account = call->account;
  const char *status = sb_call_text(call, "status");
  int64_t id = sb_db_int(account->db, 0,
                         "SELECT id FROM invoices WHERE data_source_id = ? AND external_id = ?",
                         "it", call->ids[0], call->words[1]);
  if (!id) {
    sb_call_fail_missing(call, SB_INVOICE, NULL);
  } else if (!status || (strcmp(status, "voided") != 0 && strcmp(status, "written_off") != 0)) {
    sb_call_problem(call, "status", status ? "invalid" : "missing",
                    "status must be voided or written_off");
    sb_call_failed(call);
  } else {
    sb_row row = { .resource = &sb_invoices };
    sb_row_text(&row, "forced_status", status);
    sb_row_update(account, &row, id);
    sb_row_clear(&row);
    sb_invoice_settle(account, id);
    sb_call_answer(call, (int)account->decisions.status_change_status);
    if (sb_decided(account, status_answer, "record")) {
      sb_text_puts(&call->out, "{\"external_id\":");
      sb_text_json_puts(&call->out, call->words[1]);
      sb_text_printf(&call->out, ",\"status\":\"%s\"", status);
    } else {
      sb_text_puts(&call->out, "{\"message\":\"Invoice updated\"");
    }
    sb_render_end(account, &call->out);
  }
}
