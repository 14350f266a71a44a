/* Notes, opportunities and tasks: rows that belong to a customer, notes and tasks to a contact also. */
#include "../base/functions.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

/* An address must be that of a user of the account. */
static void check_user(sb_call *call, const sb_row *row, const char *column) {
  if (sb_row_get_text(row, column) && !sb_is_user(sb_row_get_text(row, column)))
    sb_call_problem(call, column, "invalid", "User not found");
}

/* The identifier of the owner, customer or contact, as the body names it; problems go to the call. */
static void read_identifier(sb_call *call, sb_row *row, const cJSON *identifier) {
  const char *object = sb_json_text(identifier, "associated_object");
  const char *method = sb_json_text(identifier, "method");
  const char *value = sb_json_text(identifier, "value");
  bool is_contact = object && strcmp(object, "contact") == 0;
  bool is_known = is_contact || (object && strcmp(object, "customer") == 0);
  sb_kind kind = is_contact ? SB_CONTACT : SB_CUSTOMER;
  int64_t owner = sb_uuid_parse(kind, value);
  if (!is_known || !method || strcmp(method, "uuid") != 0)
    sb_call_problem(call, "associated_object_identifier", "invalid",
                    "associated_object_identifier has the wrong form");
  else if (!sb_resource_has(call->account, kind, owner))
    sb_call_problem(call, "associated_object_identifier", "unknown", "%s \"%s\" does not exist",
                    is_contact ? "Contact" : "Customer", value ? value : "");
  else
    sb_row_int(row, is_contact ? "contact_id" : "customer_id", owner);
}

/* A new row belongs to a customer or to a contact: exactly one of them is named. */
static void read_owner(sb_call *call, sb_row *row) {
  const cJSON *identifier = cJSON_GetObjectItemCaseSensitive(call->body,
                                                             "associated_object_identifier");
  const char *customer = sb_call_text(call, "customer_uuid");
  bool has_customer = customer || sb_row_is_set(row, "customer_id");
  if ((identifier != NULL) == has_customer) {
    sb_problems_clear(&call->problems);
    sb_call_problem(call, "associated_object_identifier", "invalid",
                    "Exactly one of customer_uuid and associated_object_identifier is needed");
  } else if (identifier) {
    read_identifier(call, row, identifier);
  } else if (!sb_row_is_set(row, "customer_id")) {
    sb_problems_clear(&call->problems);
    sb_call_problem(call, "customer_uuid", "unknown", "Customer \"%s\" does not exist", customer);
  }
}

/* The members that say whose a row is. A contact's has no customer, even where the contact has one. */
#define OWNER_MEMBERS                                                                              \
  { .name = "customer_uuid",                                                                       \
    .column = "customer_id",                                                                       \
    .type = SB_UUID,                                                                               \
    .detail = SB_CUSTOMER,                                                                         \
    .flags = SB_CREATE },                                                                          \
      { .name = "associated_object",                                                               \
        .column = "iif(t.contact_id IS NULL, 'customer', 'contact')",                              \
        .type = SB_TEXT,                                                                           \
        .flags = SB_COMPUTED },                                                                    \
      { .name = "associated_object_uuid",                                                          \
        .column = "t.customer_id",                                                                 \
        .type = SB_UUID,                                                                           \
        .detail = SB_CUSTOMER,                                                                     \
        .flags = SB_COMPUTED | SB_OMIT_NULL },                                                     \
      { .name = "associated_object_uuid",                                                          \
        .column = "t.contact_id",                                                                  \
        .type = SB_UUID,                                                                           \
        .detail = SB_CONTACT,                                                                      \
        .flags = SB_COMPUTED | SB_OMIT_NULL },                                                     \
  {                                                                                                \
    .name = "contact_id", .type = SB_INT, .flags = SB_HIDDEN                                       \
  }

#define OWNER_FILTERS                                                                              \
  { .param = "customer_uuid",                                                                      \
    .where = "t.customer_id = ?",                                                                  \
    .type = SB_BY_UUID,                                                                            \
    .detail = SB_CUSTOMER },                                                                       \
  {                                                                                                \
    .param = "contact_uuid", .where = "t.contact_id = ?", .type = SB_BY_UUID, .detail = SB_CONTACT \
  }

static void complete_note(sb_call *call, sb_row *row, int64_t id) {
  const char *type = sb_row_get_text(row, "type");
  check_user(call, row, "author_email");
  /* A call without a duration came back as a minute. */
  if (!id && type && strcmp(type, "call") == 0 && !sb_row_has(row, "call_duration"))
    sb_row_int(row, "call_duration", 60);
  if (!id && sb_row_has(row, "created_at"))
    sb_row_int(row, "updated_at", sb_row_get_int(row, "created_at"));
}

static void prepare_note(sb_call *call, sb_row *row, int64_t id) {
  complete_note(call, row, id);
  if (!id) read_owner(call, row);
}

#define NOTE_UUID                                                                                  \
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_NOTE, .flags = SB_COMPUTED }

#define NOTE_MEMBERS                                                                               \
  { .name = "type", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED, .allowed = "note|call" },   \
      { .name = "text", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },                        \
      { .name = "call_duration", .type = SB_INT, .flags = SB_BOTH, .initial = "0" },               \
      { .name = "author",                                                                          \
        .column = "user_name(t.author_email)",                                                     \
        .type = SB_TEXT,                                                                           \
        .flags = SB_COMPUTED },                                                                    \
      { .name = "author_email",                                                                    \
        .type = SB_TEXT,                                                                           \
        .flags = SB_BOTH | SB_HIDDEN,                                                              \
        .initial = "api@example.com" },                                                            \
      { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },          \
      { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_UPDATE }, {      \
    0                                                                                              \
  }

static const sb_member note_members[] = { NOTE_UUID, OWNER_MEMBERS, NOTE_MEMBERS };

const sb_resource sb_notes = {
  .table = "notes",
  .label = "Note",
  .kind = SB_NOTE,
  .members = note_members,
  .indexes = "CREATE INDEX notes_created ON notes(created_at);"
             "CREATE INDEX notes_customer ON notes(customer_id, created_at);"
             "CREATE INDEX notes_contact ON notes(contact_id, created_at)",
  .prepare = prepare_note,
  .deleted = "iif(type = 'call', 'Call log', 'Note')",
  .says_unchanged = true,
};

/* The older family shows the same rows, those of customers only, without the members of owners. */
static const sb_member old_note_members[] = {
  NOTE_UUID,
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED },
  NOTE_MEMBERS,
};

const sb_resource sb_old_notes = {
  .table = "notes",
  .label = "Note",
  .kind = SB_NOTE,
  .members = old_note_members,
  .prepare = complete_note,
};

#define NOTE_FILTERS                                                                               \
  { .param = "type", .where = "t.type = ?", .type = SB_BY_TEXT },                                  \
      { .param = "author_email", .where = "t.author_email = ?", .type = SB_BY_TEXT }, {            \
    0                                                                                              \
  }

static const sb_filter note_filters[] = { OWNER_FILTERS, NOTE_FILTERS };

static const sb_filter wide_note_filters[] = {
  { .param = "customer_uuid",
    .where =
        "?1 IN (t.customer_id, (SELECT customer_id FROM contacts c WHERE c.id = t.contact_id))",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "contact_uuid",
    .where = "t.contact_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CONTACT },
  NOTE_FILTERS,
};

static const sb_filter old_note_filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER,
    .absent = "t.customer_id IS NOT NULL" },
  NOTE_FILTERS,
};

static const sb_list note_list = {
  .resource = &sb_notes,
  .root = "entries",
  .time = "created_at",
  .filters = note_filters,
};

/* A customer's notes with those of its contacts. */
static const sb_list wide_note_list = {
  .resource = &sb_notes,
  .root = "entries",
  .time = "created_at",
  .filters = wide_note_filters,
};

void sb_note_list(sb_call *call) {
  sb_list_answer(call, call->account->decisions.notes_of_contacts ? &wide_note_list : &note_list);
}

const sb_list sb_old_note_list = {
  .resource = &sb_old_notes,
  .root = "entries",
  .time = "created_at",
  .filters = old_note_filters,
};

const sb_list sb_customer_note_list = {
  .resource = &sb_old_notes,
  .root = "entries",
  .scope = "t.customer_id = ?",
  .time = "created_at",
  .filters = old_note_filters,
};

static void prepare_opportunity(sb_call *call, sb_row *row, int64_t id) {
  int64_t likelihood = sb_row_get_int(row, "win_likelihood");
  check_user(call, row, "owner");
  sb_custom_read_pairs(call, row, "opportunities", id);
  if (likelihood < 0 || likelihood > 100)
    sb_call_problem(call, "win_likelihood", "invalid", "win_likelihood is not between 0 and 100");
  const char *type = sb_row_get_text(row, "type");
  if (type && strcmp(type, "arr") == 0 && !call->account->decisions.opportunity_arr)
    sb_call_problem(call, "type", "invalid", "type is not one of the allowed values");
}

static const sb_member opportunity_members[] = {
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_OPPORTUNITY,
    .flags = SB_COMPUTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "owner", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "pipeline", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "pipeline_stage", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "estimated_close_date",
    .type = SB_TIME,
    .detail = SB_STYLE_DAY,
    .flags = SB_BOTH | SB_REQUIRED },
  { .name = "currency", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "amount_in_cents", .type = SB_INT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "type",
    .type = SB_TEXT,
    .flags = SB_BOTH,
    .initial = "recurring",
    .allowed = "recurring|one-time|arr" },
  { .name = "forecast_category",
    .type = SB_TEXT,
    .flags = SB_BOTH,
    .initial = "pipeline",
    .allowed = "pipeline|best_case|committed|lost|won" },
  { .name = "win_likelihood", .type = SB_INT, .flags = SB_BOTH, .initial = "10" },
  { .name = "custom", .type = SB_RAW, .flags = SB_BOTH, .initial = "{}" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { 0 },
};

const sb_resource sb_opportunities = {
  .table = "opportunities",
  .label = "Opportunity",
  .kind = SB_OPPORTUNITY,
  .members = opportunity_members,
  .indexes = "CREATE INDEX opportunities_created ON opportunities(created_at);"
             "CREATE INDEX opportunities_customer ON opportunities(customer_id, created_at)",
  .prepare = prepare_opportunity,
};

static const sb_filter opportunity_filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "owner", .where = "t.owner = ?", .type = SB_BY_TEXT },
  { .param = "pipeline", .where = "t.pipeline = ?", .type = SB_BY_TEXT },
  { .param = "pipeline_stage", .where = "t.pipeline_stage = ?", .type = SB_BY_TEXT },
  { .param = "estimated_close_date_on_or_after",
    .where = "t.estimated_close_date >= ?",
    .type = SB_BY_DAY_FROM },
  { .param = "estimated_close_date_on_or_before",
    .where = "t.estimated_close_date <= ?",
    .type = SB_BY_DAY_TO },
  { 0 },
};

const sb_list sb_opportunity_list = {
  .resource = &sb_opportunities,
  .root = "entries",
  .time = "created_at",
  .filters = opportunity_filters,
};

static void prepare_task(sb_call *call, sb_row *row, int64_t id) {
  const char *details = sb_row_get_text(row, "task_details");
  check_user(call, row, "assignee");
  if (details && strlen(details) > 255)
    sb_call_problem(call, "task_details", "invalid", "task_details is longer than 255 characters");
  if (!id) read_owner(call, row);
}

static const sb_member task_members[] = {
  { .name = "task_uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_TASK,
    .flags = SB_COMPUTED },
  OWNER_MEMBERS,
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
  OWNER_FILTERS,
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
