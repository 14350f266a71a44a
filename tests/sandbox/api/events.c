#include "../books/ledger.h"
#include "../engine/history.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

#define EVENT_TYPES                                                                                \
  "subscription_start|subscription_start_scheduled|scheduled_subscription_start_retracted|"        \
  "subscription_updated|subscription_update_scheduled|scheduled_subscription_update_retracted|"    \
  "subscription_cancelled|subscription_cancellation_scheduled|"                                    \
  "scheduled_subscription_cancellation_retracted|subscription_event_retracted"

/* Many members are answered exactly as they were sent, numbers, texts, "" and null alike: they
   are raw JSON. */
static const sb_member members[] = {
  { .name = "id", .column = "t.id", .type = SB_ID, .detail = SB_EVENT, .flags = SB_COMPUTED },
  { .name = "data_source_uuid",
    .column = "data_source_id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "customer_external_id", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "subscription_set_external_id", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "subscription_external_id", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "plan_external_id", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "event_date", .type = SB_TIME, .detail = SB_STYLE_Z, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "effective_date",
    .type = SB_TIME,
    .detail = SB_STYLE_Z,
    .flags = SB_BOTH | SB_REQUIRED },
  { .name = "event_type", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED, .allowed = EVENT_TYPES },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "errors", .type = SB_ERRORS, .initial = "{}" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_Z },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_Z },
  { .name = "quantity", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "currency", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "amount_in_cents", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "tax_amount_in_cents", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "retracted_event_id", .type = SB_RAW, .flags = SB_BOTH },
  { .name = "event_order", .type = SB_INT, .flags = SB_BOTH | SB_NEWER },
  { .name = "disabled", .type = SB_BOOL, .flags = SB_NEWER, .initial = "0" },
  { .name = "disabled_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_NEWER },
  { .name = "disabled_by", .type = SB_TEXT, .flags = SB_NEWER },
  { .name = "user_created", .type = SB_BOOL, .flags = SB_NEWER, .initial = "0" },
  { .name = "edit_history_summary",
    .column = "edit_history",
    .type = SB_RAW,
    .flags = SB_HISTORY | SB_OMIT_NULL },
  { 0 },
};

static bool is_blank(const char *raw) {
  return !raw || strcmp(raw, "null") == 0 || strcmp(raw, "\"\"") == 0;
}

/* Only an empty text, null or a code is taken; `raw` is JSON. */
static bool is_currency(const char *raw) {
  char code[4] = { 0 };
  if (is_blank(raw)) return true;
  if (strlen(raw) != 5 || raw[0] != '"') return false;
  memcpy(code, raw + 1, 3);
  return sb_is_word_of(SB_CURRENCIES, '|', code);
}

/* Starts and updates name a plan and money; a retraction names what it takes back. */
static void check_type(sb_call *call, const sb_row *row) {
  static const char *const of_plan[] = { "plan_external_id", "currency", "amount_in_cents",
                                         "quantity" };
  const char *type = sb_row_get_text(row, "event_type");
  if (!type) return;
  bool needs_plan = !strstr(type, "cancel") && !strstr(type, "retracted");
  for (size_t i = 0; needs_plan && i < sizeof of_plan / sizeof *of_plan; i++)
    if (is_blank(sb_row_get_text(row, of_plan[i])))
      sb_call_problem(call, of_plan[i], "missing", "%s", of_plan[i]);
  if (strcmp(type, "subscription_event_retracted") == 0 &&
      is_blank(sb_row_get_text(row, "retracted_event_id")))
    sb_call_problem(call, "retracted_event_id", "missing", "retracted_event_id");
}

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  sb_account *account = call->account;
  const char *external_id = sb_row_get_text(row, "external_id");
  int64_t data_source_id = sb_row_get_int(row, "data_source_id");
  if (id && !data_source_id)
    data_source_id = sb_db_int(account->db, 0, "SELECT data_source_id FROM events WHERE id = ?",
                               "i", id);
  if (external_id && sb_db_int(account->db, 0,
                               "SELECT 1 FROM events WHERE data_source_id = ?"
                               " AND external_id = ? AND id <> ?",
                               "iti", data_source_id, external_id, id))
    sb_call_problem(call, "external_id", "taken", "has already been taken");
  if (!is_currency(sb_row_get_text(row, "currency")))
    sb_call_problem(call, "currency", "invalid", "currency is not one of the allowed values");
  if (id) return;
  check_type(call, row);
  const char *customer = sb_row_get_text(row, "customer_external_id");
  if (customer && data_source_id &&
      !sb_db_int(account->db, 0,
                 "SELECT 1 FROM customer_parts WHERE data_source_id = ? AND external_id = ?", "it",
                 data_source_id, customer))
    sb_call_problem(call, "customer_external_id", "invalid", "Customer not found");
  if (sb_is_user_edit(call, data_source_id)) sb_row_int(row, "user_created", 1);
}

static int64_t customer_of(sb_account *account, int64_t id) {
  return sb_db_int(account->db, 0,
                   "SELECT p.customer_id FROM events e JOIN customer_parts p"
                   " ON p.data_source_id = e.data_source_id AND p.external_id ="
                   " e.customer_external_id WHERE e.id = ?",
                   "i", id);
}

/* An event makes its subscription when there is none yet. */
static void changed(sb_account *account, int64_t id) {
  int64_t customer_id = customer_of(account, id);
  if (!customer_id) return;
  int64_t data_source_id = sb_db_int(account->db, 0,
                                     "SELECT data_source_id FROM events WHERE id = ?", "i", id);
  char *external_id = sb_db_text(
      account->db, "SELECT subscription_external_id FROM events WHERE id = ?", "i", id);
  char *set_external_id = sb_db_text(
      account->db,
      "SELECT nullif(subscription_set_external_id ->> '$', '') FROM events WHERE id = ?", "i", id);
  int64_t plan_id = sb_db_int(account->db, 0,
                              "SELECT p.id FROM events e JOIN plans p ON p.data_source_id ="
                              " e.data_source_id AND p.external_id = e.plan_external_id ->> '$'"
                              " WHERE e.id = ?",
                              "i", id);
  sb_subscription_find(account, customer_id, data_source_id, external_id, set_external_id, plan_id);
  sb_ledger_recompute_later(account, customer_id);
  free(external_id);
  free(set_external_id);
}

static void remove_event(sb_account *account, int64_t id) {
  int64_t customer_id = customer_of(account, id);
  sb_db_run(account->db, "DELETE FROM events WHERE id = ?", "i", id);
  if (customer_id) sb_ledger_recompute_later(account, customer_id);
}

const sb_resource sb_events = {
  .table = "events",
  .label = "Subscription event",
  .kind = SB_EVENT,
  .members = members,
  .indexes = "CREATE INDEX events_created ON events(created_at);"
             "CREATE INDEX events_subscription ON events(subscription_external_id);"
             "CREATE INDEX events_external ON events(external_id, data_source_id)",
  .prepare = prepare,
  .changed = changed,
  .remove = remove_event,
};

static const sb_filter filters[] = {
  { .param = "data_source_uuid",
    .where = "t.data_source_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_DATA_SOURCE },
  { .param = "external_id", .where = "t.external_id = ?", .type = SB_BY_TEXT },
  { .param = "customer_external_id", .where = "t.customer_external_id = ?", .type = SB_BY_TEXT },
  { .param = "subscription_external_id",
    .where = "t.subscription_external_id = ?",
    .type = SB_BY_TEXT },
  { .param = "event_type", .where = "t.event_type = ?", .type = SB_BY_TEXT },
  { .param = "event_date", .where = "t.event_date BETWEEN ? AND ?", .type = SB_BY_DAY },
  { .param = "effective_date", .where = "t.effective_date BETWEEN ? AND ?", .type = SB_BY_DAY },
  { .param = "plan_external_id", .where = "t.plan_external_id ->> '$' = ?", .type = SB_BY_TEXT },
  { .param = "with_disabled",
    .where = "true:1|1:1",
    .type = SB_BY_CHOICE,
    .absent = "NOT t.disabled" },
  { 0 },
};

const sb_list sb_event_list = {
  .resource = &sb_events,
  .root = "subscription_events",
  .time = "created_at",
  .has_id_key = true,
  .members = SB_FIRST_META,
  .filters = filters,
};

/* The object inside "subscription_event", or the body itself. */
static const cJSON *sent_event(const sb_call *call) {
  const cJSON *wrapped = cJSON_GetObjectItemCaseSensitive(call->body, "subscription_event");
  return cJSON_IsObject(wrapped) ? wrapped : call->body;
}

static void answer_event(sb_call *call, int64_t id) {
  bool is_wrapped = sb_decided(call->account, event_answer, "wrapped");
  sb_view view = sb_call_view(call, SB_FORM_SINGLE);
  sb_call_answer(call, call->route->status);
  if (is_wrapped) sb_text_puts(&call->out, "{\"subscription_event\":");
  sb_render_id(call->account, &sb_events, &view, id, &call->out);
  if (is_wrapped) sb_render_end(call->account, &call->out);
}

void sb_event_create(sb_call *call) {
  sb_row row = { .resource = &sb_events };
  int64_t id = sb_create_row(call, &sb_events, &row, sent_event(call));
  sb_row_clear(&row);
  if (!sb_call_failed(call)) answer_event(call, id);
}

/* A member that names an event, in the body or as "subscription_event[id]" in the query; borrowed. */
static const char *naming(const sb_call *call, const char *member) {
  sb_text param = { 0 };
  const char *sent = sb_json_text(sent_event(call), member);
  sb_text_printf(&param, "subscription_event[%s]", member);
  if (!sent) sent = sb_call_parameter(call, param.bytes);
  sb_text_clear(&param);
  return sent;
}

/* The event that id, or data_source_uuid with external_id, name; 0 with the answer when there is none. */
static int64_t find_event(sb_call *call) {
  const cJSON *number = cJSON_GetObjectItemCaseSensitive(sent_event(call), "id");
  const char *words = naming(call, "id");
  int64_t id = cJSON_IsNumber(number) ? (int64_t)number->valuedouble
               : words                ? strtoll(words, NULL, 10)
                                      : 0;
  if (id) id -= sb_kind_offset(SB_EVENT);
  id = sb_db_int(call->account->db, 0,
                 "SELECT id FROM events WHERE CASE WHEN ?1 THEN id = ?1 ELSE"
                 " data_source_id = ?2 AND external_id = ?3 END",
                 "iit", id, sb_uuid_parse(SB_DATA_SOURCE, naming(call, "data_source_uuid")),
                 naming(call, "external_id"));
  if (!id) sb_call_fail_missing(call, SB_EVENT, NULL);
  return id;
}

void sb_event_update(sb_call *call) {
  int64_t id = find_event(call);
  if (!id) return;
  if (sb_update_row(call, &sb_events, id, sent_event(call)))
    answer_event(call, id);
  else
    sb_call_failed(call);
}

void sb_event_delete(sb_call *call) {
  int64_t id = find_event(call);
  if (!id) return;
  sb_row_delete(call->account, &sb_events, id);
  sb_call_answer_empty(call, 204);
}

/* `disabled` stands in the body, beside the wrapped ids or with them. */
void sb_event_disable(sb_call *call) {
  int64_t id = call->words[0] ? call->ids[0] : find_event(call);
  const cJSON *sent = sent_event(call);
  if (!cJSON_HasObjectItem(sent, "disabled")) sent = call->body;
  if (id && sb_disable_row(call, &sb_events, id, sent)) answer_event(call, id);
}
