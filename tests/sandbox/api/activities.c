#include "resources.h"

#include <string.h>

/* The customer's list has ids and signs, the account's list uuids and names. */
#define OF_CUSTOMER SB_FORM_IMPORT
#define OF_ACCOUNT SB_FORM_LIST

#define SUBSCRIPTION(column)                                                                       \
  "(SELECT " column " FROM subscriptions s WHERE s.id = t.subscription_id)"

static const sb_member members[] = {
  { .name = "id",
    .column = "t.id",
    .type = SB_ID,
    .detail = SB_ACTIVITY,
    .flags = SB_COMPUTED,
    .forms = OF_CUSTOMER },
  { .name = "description",
    .column =
        "CASE t.type WHEN 'new_biz' THEN 'purchased the ' WHEN 'expansion' THEN 'upgraded to the '"
        " WHEN 'contraction' THEN 'downgraded to the ' WHEN 'churn' THEN 'cancelled the '"
        " ELSE 'reactivated the ' END || coalesce((SELECT name FROM plans p WHERE p.id = "
        "t.plan_id),"
        " 'unknown') || ' plan'",
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "activity-mrr-movement", .column = "movement", .type = SB_MONEY },
  { .name = "activity-mrr", .column = "mrr", .type = SB_MONEY },
  { .name = "activity-arr", .column = "t.mrr * 12", .type = SB_MONEY, .flags = SB_COMPUTED },
  { .name = "date", .column = "at", .type = SB_TIME, .detail = SB_STYLE_OFFSET },
  { .name = "type", .type = SB_TEXT },
  { .name = "currency", .column = "'USD'", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "currency-sign",
    .column = "'$'",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = OF_CUSTOMER },
  { .name = "subscription-external-id",
    .column = SUBSCRIPTION("external_id"),
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "subscription-set-external-id",
    .column = SUBSCRIPTION("coalesce(s.subscription_set_external_id, s.external_id)"),
    .type = SB_TEXT,
    .flags = SB_COMPUTED | SB_NEWER,
    .forms = OF_ACCOUNT },
  { .name = "plan-external-id",
    .column = "(SELECT external_id FROM plans p WHERE p.id = t.plan_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = OF_ACCOUNT },
  { .name = "customer-name",
    .column =
        "(SELECT coalesce(nullif(company, ''), name) FROM customers c WHERE c.id = t.customer_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = OF_ACCOUNT },
  { .name = "customer-uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .forms = OF_ACCOUNT },
  { .name = "customer-external-id",
    .column = "(SELECT external_id FROM customers c WHERE c.id = t.customer_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = OF_ACCOUNT },
  { .name = "billing-connector-uuid",
    .column = SUBSCRIPTION("data_source_id"),
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_COMPUTED,
    .forms = OF_ACCOUNT },
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_ACTIVITY,
    .flags = SB_COMPUTED,
    .forms = OF_ACCOUNT },
  { .name = "subscription_id", .type = SB_INT, .flags = SB_HIDDEN },
  { .name = "plan_id", .type = SB_INT, .flags = SB_HIDDEN },
  { 0 },
};

const sb_resource sb_activities = {
  .table = "activities",
  .label = "Activity",
  .kind = SB_ACTIVITY,
  .members = members,
  .indexes = "CREATE INDEX activities_at ON activities(at);"
             "CREATE INDEX activities_customer ON activities(customer_id, at)",
};

const sb_list sb_customer_activity_list = {
  .resource = &sb_activities,
  .root = "entries",
  .scope = "t.customer_id = ?",
  .time = "at",
  .has_old_order = true,
  .has_id_key = true,
  .members = SB_FIRST_PER_PAGE | SB_FIRST_PAGE,
  .form = OF_CUSTOMER,
};

static const sb_filter filters[] = {
  { .param = "start-date", .where = "t.at >= ?", .type = SB_BY_DAY_FROM },
  { .param = "end-date", .where = "t.at <= ?", .type = SB_BY_DAY_END },
  { .param = "type", .where = "t.type = ?", .type = SB_BY_TEXT },
  { 0 },
};

#define ACCOUNT_LIST                                                                               \
  .resource = &sb_activities, .root = "entries", .time = "at", .members = SB_FIRST_PER_PAGE,       \
  .form = OF_ACCOUNT, .filters = filters

static const sb_list ascending = { ACCOUNT_LIST, .is_ascending = true };
static const sb_list descending = { ACCOUNT_LIST };
static const sb_list ascending_uuid = { ACCOUNT_LIST, .is_ascending = true, .is_anchored = true };
static const sb_list descending_uuid = { ACCOUNT_LIST, .is_anchored = true };

void sb_activity_list(sb_call *call) {
  const char *order = sb_call_parameter(call, "order");
  bool is_descending = order && strcmp(order, "-date") == 0;
  bool is_anchored = sb_decided(call->account, activities_cursor, "next_uuid");
  if (is_anchored)
    sb_list_answer(call, is_descending ? &descending_uuid : &ascending_uuid);
  else
    sb_list_answer(call, is_descending ? &descending : &ascending);
}

#define EXPORT_PARAMS                                                                              \
  "json_object('kind', 'activities', 'params', json_remove(json_object('activity_type',"           \
  " t.activity_type, 'start_date', t.start_date, 'end_date', t.end_date),"                         \
  " iif(t.activity_type IS NULL, '$.activity_type', '$.none'),"                                    \
  " iif(t.start_date IS NULL, '$.start_date', '$.none'),"                                          \
  " iif(t.end_date IS NULL, '$.end_date', '$.none')))"

static const sb_member export_members[] = {
  { .name = "id", .column = "t.id", .type = SB_UUID, .detail = SB_EXPORT, .flags = SB_COMPUTED },
  { .name = "status", .type = SB_TEXT, .initial = "pending" },
  { .name = "file_url", .type = SB_TEXT },
  { .name = "params", .column = EXPORT_PARAMS, .type = SB_RAW, .flags = SB_COMPUTED },
  { .name = "expires_at", .type = SB_TIME, .detail = SB_STYLE_OFFSET },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_OFFSET },
  { .name = "activity_type", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "start_date", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "end_date", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "polls", .type = SB_INT, .flags = SB_HIDDEN, .initial = "0" },
  { 0 },
};

const sb_resource sb_exports = {
  .table = "exports",
  .label = "Activities export",
  .kind = SB_EXPORT,
  .members = export_members,
};

/* A date as the answer has it: "2020-01-01 00:00:00 +0000". */
static void take_date(sb_call *call, sb_row *row, const char *param, const char *column) {
  const char *words = sb_call_text(call, param);
  int64_t at_ms;
  if (!words) words = sb_call_parameter(call, param);
  if (!words) return;
  if (!sb_time_parse(words, &at_ms, NULL)) {
    sb_call_problem(call, param, "invalid", "%s is not a valid date", param);
    return;
  }
  sb_text date = { 0 };
  sb_time_write(&date, at_ms, SB_STYLE_EXPORT);
  sb_row_text(row, column, date.bytes);
  sb_text_clear(&date);
}

void sb_export_create(sb_call *call) {
  sb_row row = { .resource = &sb_exports };
  const char *type = sb_call_text(call, "type");
  if (type) sb_row_text(&row, "activity_type", type);
  take_date(call, &row, "start-date", "start_date");
  take_date(call, &row, "end-date", "end_date");
  if (!sb_call_failed(call)) {
    int64_t id = sb_row_insert(call->account, &row);
    sb_call_answer_row(call, &sb_exports, id, call->route->status);
  }
  sb_row_clear(&row);
}

/* Done after it was looked at a few times. */
void sb_export_retrieve(sb_call *call) {
  sb_account *account = call->account;
  int64_t id = call->ids[0];
  sb_db_run(account->db, "UPDATE exports SET polls = polls + 1 WHERE id = ?", "i", id);
  if (sb_db_int(account->db, 0, "SELECT polls FROM exports WHERE id = ?", "i", id) >=
      account->decisions.polls_until_done) {
    sb_text url = { 0 };
    sb_text_puts(&url, "https://example.com/activities-");
    sb_uuid_write(&url, SB_EXPORT, id);
    sb_text_puts(&url, ".zip");
    if (sb_decided(account, export_failure, "failed"))
      sb_db_run(account->db, "UPDATE exports SET status = 'failed' WHERE id = ?", "i", id);
    else
      sb_db_run(account->db,
                "UPDATE exports SET status = 'succeeded', file_url = ?2,"
                " expires_at = created_at + 7 * 86400000 WHERE id = ?1",
                "it", id, url.bytes);
    sb_text_clear(&url);
  }
  sb_call_answer_row(call, &sb_exports, id, call->route->status);
}
