#include "history.h"
#include "route.h"

#include <stdlib.h>
#include <string.h>

int64_t sb_create_row(sb_call *call, const sb_resource *resource, sb_row *row, const cJSON *json) {
  sb_row_read(call->account, row, json, SB_CREATE, &call->problems);
  if (resource->prepare) resource->prepare(call, row, 0);
  if (call->problems.count) return 0;
  int64_t id = sb_row_insert(call->account, row);
  if (resource->changed) resource->changed(call->account, id);
  return id;
}

bool sb_update_row(sb_call *call, const sb_resource *resource, int64_t id, const cJSON *json) {
  sb_row row = { .resource = resource };
  sb_row_read(call->account, &row, json, SB_UPDATE, &call->problems);
  if (resource->prepare) resource->prepare(call, &row, id);
  bool is_right = call->problems.count == 0;
  if (is_right) {
    char *before = sb_history_before(call, resource, id);
    sb_row_update(call->account, &row, id);
    sb_history_record(call, resource, id, json, before);
    free(before);
    if (resource->changed) resource->changed(call->account, id);
  }
  sb_row_clear(&row);
  return is_right;
}

void sb_handle_create(sb_call *call) {
  const sb_resource *resource = call->route->resource;
  sb_row row = { .resource = resource };
  if (call->ids[0]) { /* the path says whose it is, whatever the body has */
    sb_row_int(&row, "customer_id", call->ids[0]);
    cJSON_DeleteItemFromObjectCaseSensitive(call->body, "customer_uuid");
  }
  int64_t id = sb_create_row(call, resource, &row, call->body);
  sb_row_clear(&row);
  if (!sb_call_failed(call)) sb_call_answer_row(call, resource, id, call->route->status);
}

/* The object that the path names, the last one in it, or that the query names by external id;
   0 when there is none. */
static int64_t find_named(sb_call *call) {
  const sb_resource *resource = call->route->resource;
  if (call->words[1]) return call->ids[1];
  if (call->words[0]) return call->ids[0];
  const char *source = sb_call_parameter(call, "data_source_uuid");
  const char *external_id = sb_call_parameter(call, "external_id");
  if (!source || !external_id) {
    const char *missing = source ? "external_id" : "data_source_uuid";
    sb_call_problem(call, missing, "missing", "%s", missing);
    sb_call_failed(call);
    return 0;
  }
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT id FROM %s WHERE data_source_id = ? AND external_id = ?",
                 resource->table);
  int64_t id = sb_db_int(call->account->db, 0, sql.bytes, "it",
                         sb_uuid_parse(SB_DATA_SOURCE, source), external_id);
  sb_text_clear(&sql);
  if (!id) sb_call_fail_missing(call, resource->kind, NULL);
  return id;
}

void sb_handle_retrieve(sb_call *call) {
  int64_t id = find_named(call);
  if (id) sb_call_answer_row(call, call->route->resource, id, call->route->status);
}

void sb_handle_update(sb_call *call) {
  int64_t id = find_named(call);
  if (!id) return;
  if (sb_update_row(call, call->route->resource, id, call->body))
    sb_call_answer_row(call, call->route->resource, id, call->route->status);
  else
    sb_call_failed(call);
}

void sb_handle_delete(sb_call *call) {
  int64_t id = find_named(call);
  if (!id) return;
  sb_row_delete(call->account, call->route->resource, id);
  if (call->route->status == 204)
    sb_call_answer_empty(call);
  else
    sb_call_answer_object(call, call->route->status);
}

void sb_handle_disable(sb_call *call) {
  int64_t id = find_named(call);
  if (id && sb_disable_row(call, call->route->resource, id, call->body))
    sb_call_answer_row(call, call->route->resource, id, call->route->status);
}

void sb_create_child(sb_call *call, const sb_resource *resource, int status) {
  sb_row row = { .resource = resource };
  int64_t data_source_id = sb_db_int(
      call->account->db, 0, "SELECT data_source_id FROM invoices WHERE id = ?", "i", call->ids[0]);
  sb_row_int(&row, "invoice_id", call->ids[0]);
  if (sb_is_user_edit(call, data_source_id)) sb_row_int(&row, "user_created", 1);
  int64_t id = sb_create_row(call, resource, &row, call->body);
  sb_row_clear(&row);
  if (!sb_call_failed(call)) sb_call_answer_row(call, resource, id, status);
}

void sb_retrieve_child(sb_call *call, const sb_resource *resource) {
  int64_t id = find_named(call);
  if (!id) return;
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT disabled FROM %s WHERE id = ?", resource->table);
  bool is_hidden = sb_db_int(call->account->db, 0, sql.bytes, "i", id) &&
                   !sb_call_flag(call, "with_disabled");
  sb_text_clear(&sql);
  if (is_hidden) {
    sb_call_fail_missing(call, resource->kind, call->words[0]);
    return;
  }
  bool is_wrapped = !call->words[0] && sb_decided(call->account, by_external_id, "wrapped");
  if (!is_wrapped) {
    sb_call_answer_row(call, resource, id, call->route->status);
    return;
  }
  sb_view view = sb_call_view(call, SB_FORM_SINGLE);
  sb_call_answer(call, call->route->status);
  sb_text_printf(&call->out, "{\"%s\":[", resource->table);
  sb_render_id(call->account, resource, &view, id, &call->out);
  sb_text_putc(&call->out, ']');
  sb_render_end(call->account, &call->out);
}

void sb_handle_delete_child(sb_call *call) {
  int64_t id = find_named(call);
  if (!id) return;
  sb_row_delete(call->account, call->route->resource, id);
  if (call->account->decisions.child_delete_status == 204)
    sb_call_answer_empty(call);
  else
    sb_call_answer_object(call, (int)call->account->decisions.child_delete_status);
}

bool sb_is_automatic(sb_account *account, int64_t data_source_id) {
  return sb_db_int(account->db, 0,
                   "SELECT system NOT IN ('Custom', 'Import API', 'Google Sheets')"
                   " FROM data_sources WHERE id = ?",
                   "i", data_source_id) != 0;
}

bool sb_is_user_edit(const sb_call *call, int64_t data_source_id) {
  return sb_call_flag(call, "handle_as_user_edit") &&
         sb_is_automatic(call->account, data_source_id);
}

bool sb_disable_row(sb_call *call, const sb_resource *resource, int64_t id, const cJSON *body) {
  const cJSON *disabled = cJSON_GetObjectItemCaseSensitive(body, "disabled");
  sb_account *account = call->account;
  if (!cJSON_IsBool(disabled)) {
    sb_call_problem(call, "disabled", disabled ? "invalid" : "missing",
                    "disabled is not a boolean");
    sb_call_failed(call);
    return false;
  }
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT data_source_id FROM %s WHERE id = ? AND external_id IS NOT NULL",
                 resource->table);
  int64_t data_source_id = sb_db_int(account->db, 0, sql.bytes, "i", id);
  bool is_allowed = account->decisions.disable_anywhere || sb_is_automatic(account, data_source_id);
  if (is_allowed) {
    sb_row row = { .resource = resource };
    bool is_on = cJSON_IsTrue(disabled);
    sb_row_int(&row, "disabled", is_on);
    sb_row_text(&row, "disabled_by", is_on ? "api@example.com" : NULL);
    if (is_on)
      sb_row_int(&row, "disabled_at", account->clock_ms);
    else
      sb_row_text(&row, "disabled_at", NULL);
    sb_row_update(account, &row, id);
    if (resource->changed) resource->changed(account, id);
    sb_row_clear(&row);
  } else {
    sb_call_fail(call, (int)account->decisions.forbidden_status, "disabled",
                 "Only records of automatic data sources with an external ID can be disabled");
  }
  sb_text_clear(&sql);
  return is_allowed;
}
