#include "invoice_child.h"

#include "../engine/history.h"
#include "resources.h"

void sb_child_begin(sb_account *account, sb_row *row, int64_t invoice_id, const char *taken,
                    sb_problems *problems) {
  const char *external_id = sb_row_get_text(row, "external_id");
  int64_t data_source_id = sb_db_int(
      account->db, 0, "SELECT data_source_id FROM invoices WHERE id = ?", "i", invoice_id);
  sb_text sql = { 0 };
  sb_row_int(row, "data_source_id", data_source_id);
  sb_text_printf(&sql, "SELECT 1 FROM %s WHERE data_source_id = ? AND external_id = ?",
                 row->resource->table);
  if (external_id && sb_db_int(account->db, 0, sql.bytes, "it", data_source_id, external_id))
    sb_problems_add(problems, "external_id", "taken", "%s", taken);
  sb_text_clear(&sql);
}

void sb_child_remove(sb_account *account, const sb_resource *resource, int64_t id) {
  int64_t invoice_id = sb_invoice_of(account, resource, id);
  sb_text sql = { 0 };
  sb_text_printf(&sql, "DELETE FROM %s WHERE id = ?", resource->table);
  sb_db_run(account->db, sql.bytes, "i", id);
  sb_invoice_settle(account, invoice_id);
  sb_text_clear(&sql);
}

/* {"line_items": [...]}; id 0: an empty list. */
static void answer_wrapped(sb_call *call, const sb_resource *resource, int64_t id, int status) {
  sb_view view = sb_call_view(call, SB_FORM_SINGLE | SB_FORM_ALONE);
  sb_call_answer(call, status);
  sb_text_printf(&call->out, "{\"%s\":[", resource->table);
  if (id) sb_render_id(call->account, resource, &view, id, &call->out);
  sb_text_putc(&call->out, ']');
  sb_render_end(call->account, &call->out);
}

void sb_child_create(sb_call *call) {
  const sb_resource *resource = call->route->resource;
  bool is_line = resource->kind == SB_LINE_ITEM;
  int status = is_line ? (int)call->account->decisions.line_item_create_status
                       : call->route->status;
  sb_row row = { .resource = resource };
  int64_t data_source_id = sb_db_int(
      call->account->db, 0, "SELECT data_source_id FROM invoices WHERE id = ?", "i", call->ids[0]);
  sb_row_int(&row, "invoice_id", call->ids[0]);
  if (sb_is_user_edit(call, data_source_id)) sb_row_int(&row, "user_created", 1);
  int64_t id = sb_create_row(call, resource, &row, call->body);
  sb_row_clear(&row);
  if (sb_call_failed(call)) return;
  if (is_line && sb_decided(call->account, line_item_answer, "wrapped"))
    answer_wrapped(call, resource, id, status);
  else
    sb_call_answer_row(call, resource, id, status);
}

/* Whether a line item or transaction is hidden from the request. */
static bool is_hidden(sb_call *call, const sb_resource *resource, int64_t id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT disabled FROM %s WHERE id = ?", resource->table);
  bool is_disabled = sb_db_int(call->account->db, 0, sql.bytes, "i", id) != 0;
  sb_text_clear(&sql);
  return is_disabled && !sb_call_flag(call, "with_disabled");
}

void sb_child_retrieve(sb_call *call) {
  const sb_resource *resource = call->route->resource;
  sb_account *account = call->account;
  int64_t id = sb_call_find_named(call);
  bool is_list = !call->words[0] && sb_decided(account, by_external_id, "wrapped");
  bool is_pair = sb_call_parameter(call, "external_id") &&
                 sb_call_parameter(call, "data_source_uuid");
  if (id && is_hidden(call, resource, id)) {
    sb_call_fail_missing(call, resource->kind, call->words[0]);
    id = 0;
  }
  if (is_list && is_pair && (id || sb_decided(account, external_id_missing, "empty")))
    answer_wrapped(call, resource, id, call->route->status);
  else if (id)
    sb_call_answer_row(call, resource, id, call->route->status);
}

void sb_child_delete(sb_call *call) {
  int64_t id = sb_call_find_named(call);
  if (!id) return;
  sb_row_delete(call->account, call->route->resource, id);
  if (call->account->decisions.child_delete_status == 204)
    sb_call_answer_empty(call, 204);
  else
    sb_call_answer_object(call, (int)call->account->decisions.child_delete_status);
}
