#include "../books/ledger.h"
#include "resources.h"

#include <stdio.h>
#include <string.h>

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  sb_account *account = call->account;
  if (sb_row_has(row, "interval_count") && sb_row_get_int(row, "interval_count") < 1)
    sb_call_problem(call, "interval_count", "invalid", "Interval count must be greater than 0");
  if (id) return;
  const char *external_id = sb_row_get_text(row, "external_id");
  if (!external_id || !*external_id) { /* the uuid without its prefix */
    sb_text uuid = { 0 };
    sb_uuid_write(&uuid, SB_PLAN, account->next[SB_PLAN]);
    sb_row_text(row, "external_id", uuid.bytes + strlen(sb_kind_prefix(SB_PLAN)));
    sb_text_clear(&uuid);
  } else if (sb_db_int(account->db, 0,
                       "SELECT 1 FROM plans WHERE data_source_id = ? AND external_id = ?", "it",
                       sb_row_get_int(row, "data_source_id"), external_id)) {
    sb_call_problem(call, "external_id", "taken",
                    "A plan with this identifier already exists in our system.");
  }
}

/* Lines keep what they were; they count as monthly without their plan. */
static void remove_plan(sb_account *account, int64_t id) {
  sb_db_run(account->db, "DELETE FROM plan_group_plans WHERE plan_id = ?", "i", id);
  sb_db_run(account->db, "DELETE FROM plans WHERE id = ?", "i", id);
}

void sb_plan_delete(sb_call *call) {
  bool is_used = sb_db_int(call->account->db, 0,
                           "SELECT 1 FROM line_items WHERE plan_id = ? LIMIT 1", "i",
                           call->ids[0]) != 0;
  if (is_used && !call->account->decisions.delete_used_plan)
    sb_call_fail(call, (int)call->account->decisions.forbidden_status, NULL,
                 "The plan is in use and cannot be deleted");
  else
    sb_handle_delete(call);
}

static const sb_member members[] = {
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE },
  { .name = "name", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "interval_count", .type = SB_INT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "interval_unit",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_REQUIRED,
    .allowed = "day|month|year" },
  { .name = "data_source_uuid",
    .column = "data_source_id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_PLAN, .flags = SB_COMPUTED },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_HIDDEN },
  { 0 },
};

const sb_resource sb_plans = {
  .table = "plans",
  .label = "Plan",
  .kind = SB_PLAN,
  .members = members,
  .indexes = "CREATE INDEX plans_created ON plans(created_at);"
             "CREATE INDEX plans_external ON plans(data_source_id, external_id)",
  .prepare = prepare,
  .remove = remove_plan,
};

static const sb_filter filters[] = {
  { .param = "data_source_uuid",
    .where = "t.data_source_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_DATA_SOURCE },
  { .param = "external_id", .where = "t.external_id = ?", .type = SB_BY_TEXT },
  { .param = "system",
    .where = "t.data_source_id IN (SELECT id FROM data_sources WHERE system = ?)",
    .type = SB_BY_TEXT },
  { 0 },
};

const sb_list sb_plan_list = {
  .resource = &sb_plans,
  .root = "plans",
  .time = "created_at",
  .has_old_order = true,
  .has_id_key = true,
  .members = SB_FIRST_PAGES | SB_OLD_PAGES,
  .filters = filters,
};

const sb_list sb_plan_group_plan_list = {
  .resource = &sb_plans,
  .root = "plans",
  .scope = "t.id IN (SELECT plan_id FROM plan_group_plans WHERE plan_group_id = ?)",
  .time = "created_at",
  .has_old_order = true,
  .has_id_key = true,
  .members = SB_FIRST_PAGES | SB_OLD_PAGES,
};
