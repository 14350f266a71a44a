#include "resources.h"

#include <inttypes.h>
#include <string.h>

static void remove_group(sb_account *account, int64_t id) {
  sb_db_run(account->db, "DELETE FROM plan_group_plans WHERE plan_group_id = ?", "i", id);
  sb_db_run(account->db, "DELETE FROM plan_groups WHERE id = ?", "i", id);
}

static const sb_member members[] = {
  { .name = "name", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_PLAN_GROUP,
    .flags = SB_COMPUTED },
  { .name = "plans_count",
    .column = "(SELECT count(*) FROM plan_group_plans p WHERE p.plan_group_id = t.id)",
    .type = SB_INT,
    .flags = SB_COMPUTED },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_HIDDEN },
  { 0 },
};

const sb_resource sb_plan_groups = {
  .table = "plan_groups",
  .label = "Plan group",
  .kind = SB_PLAN_GROUP,
  .members = members,
  .indexes = "CREATE INDEX plan_groups_created ON plan_groups(created_at);"
             "CREATE TABLE plan_group_plans(plan_group_id INTEGER, plan_id INTEGER,"
             " PRIMARY KEY(plan_group_id, plan_id)) WITHOUT ROWID",
  .remove = remove_group,
};

const sb_list sb_plan_group_list = {
  .resource = &sb_plan_groups,
  .root = "plan_groups",
  .time = "created_at",
  .has_old_order = true,
  .has_id_key = true,
  .members = SB_FIRST_PAGES | SB_OLD_PAGES,
};

/* The plans that were sent are there; their error names the member differently than the
   request does, as recorded. */
static void check_plans(sb_call *call, const cJSON *plans) {
  if (!cJSON_IsArray(plans) || !plans->child) {
    sb_call_problem(call, "plan_ids", "missing", "plan_ids");
    return;
  }
  for (const cJSON *plan = plans->child; plan; plan = plan->next) {
    int64_t id = cJSON_IsString(plan) ? sb_uuid_parse(SB_PLAN, plan->valuestring) : 0;
    if (sb_resource_has(call->account, SB_PLAN, id)) continue;
    sb_call_problem(call, "plan_ids", "invalid", "Plan ids contain a plan that does not exist");
    return;
  }
}

/* The members that are sent are the whole group. */
static void store_plans(sb_account *account, int64_t id, const cJSON *plans) {
  sb_db_run(account->db, "DELETE FROM plan_group_plans WHERE plan_group_id = ?", "i", id);
  for (const cJSON *plan = plans->child; plan; plan = plan->next)
    sb_db_run(account->db, "INSERT OR IGNORE INTO plan_group_plans VALUES(?, ?)", "ii", id,
              sb_uuid_parse(SB_PLAN, plan->valuestring));
}

void sb_plan_group_create(sb_call *call) {
  const cJSON *plans = cJSON_GetObjectItemCaseSensitive(call->body, "plans");
  sb_row row = { .resource = &sb_plan_groups };
  sb_row_read(call->account, &row, call->body, SB_CREATE, &call->problems);
  check_plans(call, plans);
  if (!sb_call_failed(call)) {
    int64_t id = sb_row_insert(call->account, &row);
    store_plans(call->account, id, plans);
    sb_call_answer_row(call, &sb_plan_groups, id, call->route->status);
  }
  sb_row_clear(&row);
}

void sb_plan_group_update(sb_call *call) {
  const cJSON *plans = cJSON_GetObjectItemCaseSensitive(call->body, "plans");
  sb_row row = { .resource = &sb_plan_groups };
  sb_row_read(call->account, &row, call->body, SB_UPDATE, &call->problems);
  if (plans) check_plans(call, plans);
  if (!sb_call_failed(call)) {
    sb_row_update(call->account, &row, call->ids[0]);
    if (plans) store_plans(call->account, call->ids[0], plans);
    sb_call_answer_row(call, &sb_plan_groups, call->ids[0], call->route->status);
  }
  sb_row_clear(&row);
}
