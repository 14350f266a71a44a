/*
** tasks.c -- chartmogul_tasks: a task about a customer or a contact.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("uuid", CM_TEXT, CM_KEY, "ChartMogul's identifier, which the API calls task_uuid."),
    .path = "task_uuid" },
  CM_OWNER_COLUMNS("task"),
  { CM_COLUMN("task_details", CM_TEXT, CM_NEVER_NULL,
              "What is to be done, at most 255 characters."),
    .sample = "Call back" },
  { CM_COLUMN("assignee", CM_TEXT, CM_NEVER_NULL,
              "E-mail address of the ChartMogul user in charge.") },
  { CM_COLUMN("due_date", CM_TIME, CM_NEVER_NULL, "When it has to be done.") },
  { CM_COLUMN("completed_at", CM_TIME, CM_WRITABLE, "When it was done; NULL for an open task.") },
  { CM_COLUMN("completed", CM_BOOLEAN, CM_READ_ONLY, "1 where it is done: completed_at is set."),
    .path = "?completed_at" },
  CM_CREATED_UPDATED_COLUMNS,
  CM_CUSTOMER_NAME_COLUMNS,
  CM_JSON_COLUMN("The task as the API sent it."),
};

static const cm_filter list[] = {
  CM_OWNER_FILTERS,
  { .column = "assignee", .param = "assignee" },
  { .column = "completed", .param = "completed" },
  { .column = "due_date", .param = "due_date_on_or_after", .op = CM_GE },
  { .column = "due_date", .param = "due_date_on_or_before", .op = CM_LE },
  { 0 },
};

static const cm_read reads[] = {
  { CM_ONE("/tasks/{uuid}"), .is_listed = true },
  { CM_PAGES("/tasks", "entries"), .filters = list, .pages = 20 },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/tasks"), .example = "customer_uuid" },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/tasks/{uuid}") },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/tasks/{uuid}"), .columns = "" },
};

static const cm_reference references[] = {
  { CM_CUSTOMER_REFERENCE },
  { 0 },
};

static const cm_example examples[] = {
  { "What is late, and who has it?", "SELECT assignee, date(due_date) AS due, task_details\n"
                                     "FROM chartmogul_tasks\n"
                                     "WHERE completed = 0 AND due_date < date('now')\n"
                                     "ORDER BY due_date" },
  { "What is to be done this week for the customers that pay most?",
    "SELECT date(t.due_date) AS due, c.name, c.mrr / 100.0 AS mrr, t.task_details, t.assignee\n"
    "FROM chartmogul_tasks AS t JOIN chartmogul_customers AS c ON c.uuid = t.customer_uuid\n"
    "WHERE t.completed = 0 AND t.due_date BETWEEN date('now') AND date('now', '+7 days')\n"
    "ORDER BY c.mrr DESC LIMIT 10" },
  { "How many tasks does each user finish, and how many days late?",
    "SELECT assignee, count(*) AS finished,\n"
    "       round(avg(julianday(completed_at) - julianday(due_date)), 1) AS days_late\n"
    "FROM chartmogul_tasks\n"
    "WHERE completed = 1\n"
    "GROUP BY assignee" },
  { "Let somebody call each customer that is past due.",
    "INSERT INTO chartmogul_tasks (customer_uuid, task_details, assignee, due_date)\n"
    "SELECT uuid, 'Call about the open invoice', coalesce(owner, 'maria.lopez@example.com'),\n"
    "       date('now', '+2 days')\n"
    "FROM chartmogul_customers WHERE status = 'Past Due'" },
  { 0 },
};

const cm_resource cm_resource_tasks = {
  .name = "chartmogul_tasks",
  .doc = "A task about a customer or a contact.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .extras = &(const cm_resource_extras){ CM_OWNERS },
  .examples = examples,
  .example =
      "SELECT task_details, assignee, due_date FROM chartmogul_tasks WHERE completed = 0 ORDER BY "
      "due_date",
};
