#include "../base/encode.h"
#include "../books/ledger.h"
#include "resources.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Two lists show the same rows: the imported side (import and single form) and the customer's
   side (list form). */
#define IMPORTED (SB_FORM_IMPORT | SB_FORM_SINGLE)

static const sb_member members[] = {
  { .name = "id",
    .column = "t.id",
    .type = SB_ID,
    .detail = SB_SUBSCRIPTION_BARE,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "external_id", .type = SB_TEXT },
  { .name = "subscription_set_external_id",
    .type = SB_TEXT,
    .flags = SB_OMIT_NULL,
    .forms = IMPORTED },
  { .name = "subscription_set_external_id",
    .column = "coalesce(t.subscription_set_external_id, t.external_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_SUBSCRIPTION,
    .flags = SB_COMPUTED,
    .forms = IMPORTED },
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_SUBSCRIPTION_BARE,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "cancellation_dates", .type = SB_RAW, .forms = IMPORTED, .initial = "[]" },
  { .name = "plan_uuid",
    .column = "plan_id",
    .type = SB_UUID,
    .detail = SB_PLAN,
    .forms = IMPORTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .forms = SB_FORM_SINGLE },
  { .name = "data_source_uuid",
    .column = "data_source_id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .forms = IMPORTED },
  { .name = "quantity", .type = SB_INT, .forms = SB_FORM_LIST, .initial = "1" },
  { .name = "mrr", .type = SB_MONEY, .forms = SB_FORM_LIST, .initial = "0" },
  { .name = "arr",
    .column = "t.mrr * 12",
    .type = SB_MONEY,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "status", .type = SB_TEXT, .forms = SB_FORM_LIST, .initial = "inactive" },
  { .name = "plan",
    .column = "(SELECT name FROM plans p WHERE p.id = t.plan_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "billing-cycle",
    .column = "(SELECT interval_unit FROM plans p WHERE p.id = t.plan_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "billing-cycle-count",
    .column = "(SELECT interval_count FROM plans p WHERE p.id = t.plan_id)",
    .type = SB_INT,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "start-date",
    .column = "start_date",
    .type = SB_TIME,
    .detail = SB_STYLE_OFFSET,
    .forms = SB_FORM_LIST },
  { .name = "end-date",
    .column = "end_date",
    .type = SB_TIME,
    .detail = SB_STYLE_OFFSET,
    .forms = SB_FORM_LIST },
  { .name = "currency",
    .column = "'USD'",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "currency-sign",
    .column = "'$'",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = SB_FORM_LIST },
  { .name = "is_used", .type = SB_BOOL, .flags = SB_HIDDEN, .initial = "1" },
  { .name = "leader_id", .type = SB_INT, .flags = SB_HIDDEN },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_HIDDEN },
  { 0 },
};

const sb_resource sb_subscriptions = {
  .table = "subscriptions",
  .label = "Subscription",
  .kind = SB_SUBSCRIPTION,
  .members = members,
  .indexes = "CREATE INDEX subscriptions_customer ON subscriptions(customer_id, created_at);"
             "CREATE INDEX subscriptions_external ON subscriptions(external_id, data_source_id)",
};

const sb_list sb_import_subscription_list = {
  .resource = &sb_subscriptions,
  .root = "subscriptions",
  .scope = "t.customer_id = ? AND t.is_used",
  .time = "created_at",
  .is_ascending = true,
  .members = SB_FIRST_PAGES | SB_EVERY_CUSTOMER,
  .form = SB_FORM_IMPORT,
};

void sb_import_subscriptions(sb_call *call) {
  bool is_known = !call->account->decisions.late_import_side ||
                  sb_db_int(call->account->db, 0,
                            "SELECT 1 FROM subscriptions WHERE customer_id = ? AND is_used", "i",
                            call->ids[0]);
  if (is_known)
    sb_list_answer(call, &sb_import_subscription_list);
  else
    sb_call_fail(call, 404, NULL, "Customer not found");
}

int64_t sb_subscription_find(sb_account *account, int64_t customer_id, int64_t data_source_id,
                             const char *external_id, const char *set_external_id,
                             int64_t plan_id) {
  int64_t id = sb_db_int(account->db, 0,
                         "SELECT id FROM subscriptions WHERE customer_id = ? AND data_source_id = ?"
                         " AND external_id = ?",
                         "iit", customer_id, data_source_id, external_id);
  sb_row row = { .resource = &sb_subscriptions };
  if (set_external_id) sb_row_text(&row, "subscription_set_external_id", set_external_id);
  if (plan_id) sb_row_int(&row, "plan_id", plan_id);
  if (!id) {
    sb_row_int(&row, "customer_id", customer_id);
    sb_row_int(&row, "data_source_id", data_source_id);
    sb_row_text(&row, "external_id", external_id);
    id = sb_row_insert(account, &row);
  } else if (set_external_id) {
    sb_row_update(account, &row, id);
  }
  sb_row_clear(&row);
  return id;
}

/* Dates as the API writes them, each once, in order. */
static char *normal_dates(const char *json) {
  sb_text out = { 0 };
  cJSON *dates = cJSON_Parse(json);
  int64_t last_ms = INT64_MIN;
  sb_text_putc(&out, '[');
  for (;;) { /* the smallest one that is later than the last */
    int64_t next_ms = INT64_MAX, at_ms;
    for (const cJSON *one = dates ? dates->child : NULL; one; one = one->next)
      if (cJSON_IsString(one) && sb_time_parse(one->valuestring, &at_ms, NULL) && at_ms > last_ms &&
          at_ms < next_ms)
        next_ms = at_ms;
    if (next_ms == INT64_MAX) break;
    if (out.len > 1) sb_text_putc(&out, ',');
    sb_text_putc(&out, '"');
    sb_time_write(&out, next_ms, SB_STYLE_MS);
    sb_text_putc(&out, '"');
    last_ms = next_ms;
  }
  sb_text_putc(&out, ']');
  cJSON_Delete(dates);
  return sb_text_take(&out);
}

static void store_dates(sb_account *account, int64_t id, const char *json) {
  sb_row row = { .resource = &sb_subscriptions };
  char *dates = normal_dates(json);
  sb_row_text(&row, "cancellation_dates", dates);
  sb_row_update(account, &row, id);
  sb_row_clear(&row);
  free(dates);
}

void sb_subscription_cancel(sb_account *account, int64_t subscription_id, int64_t at_ms) {
  char *dates = sb_db_text(account->db, "SELECT cancellation_dates FROM subscriptions WHERE id = ?",
                           "i", subscription_id);
  size_t len = strlen(dates);
  sb_text json = { 0 };
  sb_text_add(&json, dates, len - 1);
  sb_text_puts(&json, len > 2 ? ",\"" : "\"");
  sb_time_write(&json, at_ms, SB_STYLE_MS);
  sb_text_puts(&json, "\"]");
  store_dates(account, subscription_id, json.bytes);
  sb_text_clear(&json);
  free(dates);
}

static bool are_dates(const cJSON *dates) {
  int64_t at_ms;
  if (!dates || !cJSON_IsArray(dates)) return false;
  for (const cJSON *one = dates->child; one; one = one->next)
    if (!cJSON_IsString(one) || !sb_time_parse(one->valuestring, &at_ms, NULL)) return false;
  return true;
}

void sb_subscription_change(sb_call *call) {
  const cJSON *dates = cJSON_GetObjectItemCaseSensitive(call->body, "cancellation_dates");
  const cJSON *date = cJSON_GetObjectItemCaseSensitive(call->body, "cancelled_at");
  cJSON *one = cJSON_CreateArray();
  if (!dates && cJSON_IsString(date)) {
    cJSON_AddItemToArray(one, cJSON_CreateString(date->valuestring));
    dates = one;
  }
  if (are_dates(dates)) {
    char *json = cJSON_PrintUnformatted(dates);
    store_dates(call->account, call->ids[0], json);
    free(json);
    sb_ledger_recompute_later(call->account,
                              sb_db_int(call->account->db, 0,
                                        "SELECT customer_id FROM subscriptions WHERE id = ?", "i",
                                        call->ids[0]));
    sb_call_answer_row(call, &sb_subscriptions, call->ids[0], call->route->status);
  } else {
    const char *param = date ? "cancelled_at" : "cancellation_dates";
    sb_call_problem(call, param, date || dates ? "invalid" : "missing", "%s is not a valid date",
                    param);
    sb_call_failed(call);
  }
  cJSON_Delete(one);
}

/* The number in the cursor "subscriptions_next_page=2"; 0 when it is no such cursor. */
static int64_t cursor_page(const char *cursor) {
  static const char name[] = "subscriptions_next_page=";
  sb_text plain = { 0 };
  int64_t page = 0;
  if (sb_base64_decode(&plain, cursor, strlen(cursor)) && plain.len &&
      strncmp(plain.bytes, name, sizeof name - 1) == 0)
    page = strtoll(plain.bytes + sizeof name - 1, NULL, 10);
  sb_text_clear(&plain);
  return page > 0 ? page : 0;
}

void sb_customer_subscriptions(sb_call *call) {
  const char *cursor = sb_call_parameter(call, "cursor");
  sb_account *account = call->account;
  int per_page = sb_call_per_page(call), count = 0;
  bool is_first = !cursor || !*cursor;
  int64_t page = is_first ? 1 : cursor_page(cursor);
  sb_view view = { .form = SB_FORM_LIST };
  sb_text sql = { 0 };
  if (!page) {
    sb_call_fail_cursor(call);
    return;
  }
  sb_render_columns(&sb_subscriptions, &sql);
  sb_text_puts(&sql, " FROM subscriptions t WHERE t.customer_id = ? AND t.start_date IS NOT NULL"
                     " ORDER BY t.id LIMIT ? OFFSET ?");
  sqlite3_stmt *rows = sb_db_query(account->db, sql.bytes, "iii", call->ids[0],
                                   (int64_t)per_page + 1, (page - 1) * per_page);
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"entries\":[");
  for (; sb_db_step(rows) && count <= per_page; count++) {
    if (count == per_page) continue;
    if (count) sb_text_putc(&call->out, ',');
    sb_render_row(account, &sb_subscriptions, &view, rows, &call->out);
  }
  sb_db_done(rows);
  sb_text_clear(&sql);
  sb_text_printf(&call->out, "],\"has_more\":%s", count > per_page ? "true" : "false");
  if (is_first) sb_text_printf(&call->out, ",\"per_page\":%d,\"page\":%" PRId64, per_page, page);
  sb_text_puts(&call->out, ",\"cursor\":");
  if (count) {
    sb_text next = { 0 };
    sb_text_printf(&next, "subscriptions_next_page=%" PRId64, page + 1);
    sb_text_putc(&call->out, '"');
    sb_base64_encode(&call->out, next.bytes, next.len);
    sb_text_putc(&call->out, '"');
    sb_text_clear(&next);
  } else {
    sb_text_puts(&call->out, "null");
  }
  sb_render_end(account, &call->out);
}
