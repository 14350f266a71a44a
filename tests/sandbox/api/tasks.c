#include "owner.h"
#include "resources.h"

#include <string.h>

static void prepare_task(sb_call *call, sb_row *row, int64_t id) {
  const char *details = sb_row_get_text(row, "task_details");
  sb_check_user(call, row, "assignee");
  if (details && strlen(details) > 255)
    sb_call_problem(call, "task_details", "invalid", "task_details is longer than 255 characters");
  if (!id) sb_read_owner(call, row);
}

static const sb_member task_members[] = {
  { .name = "task_uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_TASK,
    .flags = SB_COMPUTED },
  SB_OWNER_MEMBERS,
  { .name = "task_details", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "assignee", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "due_date", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "completed_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { 0 },
};

const sb_resource sb_tasks = {
  .table = "tasks",
  .label = "Task",
  .kind = SB_TASK,
  .members = task_members,
  .indexes = "CREATE INDEX tasks_created ON tasks(created_at);"
             "CREATE INDEX tasks_customer ON tasks(customer_id, created_at);"
             "CREATE INDEX tasks_contact ON tasks(contact_id, created_at)",
  .prepare = prepare_task,
  .deleted = "'Task'",
  .says_unchanged = true,
};

static const sb_filter task_filters[] = {
  SB_OWNER_FILTERS,
  { .param = "assignee", .where = "t.assignee = ?", .type = SB_BY_TEXT },
  { .param = "due_date_on_or_after", .where = "t.due_date >= ?", .type = SB_BY_DAY_FROM },
  { .param = "due_date_on_or_before", .where = "t.due_date <= ?", .type = SB_BY_DAY_TO },
  { .param = "completed",
    .where = "true:t.completed_at IS NOT NULL|false:t.completed_at IS NULL",
    .type = SB_BY_CHOICE },
  { 0 },
};

const sb_list sb_task_list = {
  .resource = &sb_tasks,
  .root = "entries",
  .time = "created_at",
  .filters = task_filters,
};
