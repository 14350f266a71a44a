#include "history.h"

#include <stdio.h>
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
int64_t sb_call_find_named(sb_call *call) {
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
  int64_t id = sb_call_find_named(call);
  if (id) sb_call_answer_row(call, call->route->resource, id, call->route->status);
}

/* Whether a row that was read says nothing new: nothing at all, or what is stored already. */
static bool is_unchanged(sb_call *call, const sb_resource *resource, int64_t id, bool may_repeat) {
  sb_row sent = { .resource = resource }, stored = { .resource = resource };
  sb_problems ignored = { 0 };
  bool is_same = !cJSON_HasObjectItem(call->body, "customer_external_id");
  for (const cJSON *one = call->body->child; one; one = one->next)
    is_same = is_same && !cJSON_IsObject(one) && !cJSON_IsArray(one); /* not compared here */
  sb_row_read(call->account, &sent, call->body, SB_UPDATE, &ignored);
  sb_row_load(call->account, &stored, id);
  for (size_t i = 0; resource->members[i].name && is_same; i++) {
    const sb_value *value = &sent.values[i], *old = &stored.values[i];
    if (value->tag == SB_NOT_GIVEN) continue;
    is_same = may_repeat && value->tag == old->tag && value->integer == old->integer &&
              (value->tag != SB_STRING || strcmp(value->text, old->text) == 0);
  }
  is_same = is_same && !ignored.count;
  sb_problems_clear(&ignored);
  sb_row_clear(&sent);
  sb_row_clear(&stored);
  return is_same;
}

/* A PATCH that changes nothing is answered 304 where the resource, or the switch, says so. */
static bool is_not_modified(sb_call *call, const sb_resource *resource, int64_t id) {
  bool is_everywhere = sb_decided(call->account, unchanged_patch, "everywhere");
  if (call->route->family != SB_GRAPE || (!resource->says_unchanged && !is_everywhere))
    return false;
  return is_unchanged(call, resource, id, !sb_decided(call->account, unchanged_patch, "empty"));
}

void sb_handle_update(sb_call *call) {
  const sb_resource *resource = call->route->resource;
  int64_t id = sb_call_find_named(call);
  if (!id) return;
  if (is_not_modified(call, resource, id))
    sb_call_answer_empty(call, 304);
  else if (sb_update_row(call, resource, id, call->body))
    sb_call_answer_row(call, resource, id, call->route->status);
  else
    sb_call_failed(call);
}

/* {"message": "Note deleted"} */
static void answer_deleted(sb_call *call, const sb_resource *resource, int64_t id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT %s FROM %s WHERE id = ?", resource->deleted, resource->table);
  char *what = sb_db_text(call->account->db, sql.bytes, "i", id);
  sb_call_answer(call, 202);
  sb_text_printf(&call->out, "{\"message\":\"%s deleted\"", what);
  sb_render_end(call->account, &call->out);
  free(what);
  sb_text_clear(&sql);
}

static void delete_effect(sb_account *account, const char *what) {
  int kind = 0;
  long long id = 0;
  if (sscanf(what, "%d %lld", &kind, &id) == 2)
    sb_row_delete(account, sb_resource_find(account, (sb_kind)kind), id);
}

void sb_handle_delete(sb_call *call) {
  const sb_resource *resource = call->route->resource;
  bool is_older = sb_decided(call->account, deletes, "older");
  int status = call->route->status;
  int64_t id = sb_call_find_named(call);
  char what[64];
  if (!id) return;
  if (status == 202 && !is_older) {
    answer_deleted(call, resource, id);
    snprintf(what, sizeof what, "%d %lld", (int)resource->kind, (long long)id);
    sb_account_defer(call->account, call->account->decisions.delete_delay_ms, delete_effect, what);
    return;
  }
  sb_row_delete(call->account, resource, id);
  if (status == 202) status = resource->kind == SB_DATA_SOURCE ? 204 : 200;
  if (status == 204)
    sb_call_answer_empty(call, 204);
  else
    sb_call_answer_object(call, status);
}

void sb_handle_disable(sb_call *call) {
  int64_t id = sb_call_find_named(call);
  if (id && sb_disable_row(call, call->route->resource, id, call->body))
    sb_call_answer_row(call, call->route->resource, id, call->route->status);
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
