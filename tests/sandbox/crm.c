/* Contacts, notes, opportunities and tasks: rows that belong to a customer. */
#include "functions.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

/* Keys that the app defines; others are dropped without an error, as recorded. */
static bool is_defined(const sb_account *account, const char *key) {
  static const char *const keys[] = { "Toggle",     "toggle",  "date_of_birth", "from_campaign",
                                      "department", "persona", "source",        "competitor" };
  if (!account->decisions.defined_custom_only) return true;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (strcmp(keys[i], key) == 0) return true;
  return false;
}

/* An array of {key, value} as an object, over what was there; keys that the app does not define are
   dropped. Released with free(). */
static char *apply_pairs(sb_account *account, const cJSON *pairs, const char *old_json) {
  cJSON *custom = cJSON_Parse(old_json ? old_json : "{}");
  for (const cJSON *pair = cJSON_IsArray(pairs) ? pairs->child : NULL; pair; pair = pair->next) {
    const char *key = sb_json_text(pair, "key");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(pair, "value");
    if (!key || !value || !is_defined(account, key)) continue;
    cJSON_DeleteItemFromObjectCaseSensitive(custom, key);
    if (!cJSON_IsNull(value)) cJSON_AddItemToObject(custom, key, cJSON_Duplicate(value, 1));
  }
  char *words = cJSON_PrintUnformatted(custom);
  cJSON_Delete(custom);
  return words;
}

/* `custom` is written as an array of pairs and read as an object. */
static void read_custom(sb_call *call, sb_row *row, const char *table, int64_t id) {
  if (!sb_row_has(row, "custom")) return;
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT custom FROM %s WHERE id = ?", table);
  char *old = sb_db_text(call->account->db, sql.bytes, "i", id);
  cJSON *pairs = cJSON_Parse(sb_row_get_text(row, "custom"));
  char *words = apply_pairs(call->account, pairs, old);
  sb_row_text(row, "custom", words);
  cJSON_Delete(pairs);
  free(words);
  free(old);
  sb_text_clear(&sql);
}

/* An address must be that of a user of the account. */
static void check_user(sb_call *call, const sb_row *row, const char *column) {
  if (sb_row_get_text(row, column) && !sb_is_user(sb_row_get_text(row, column)))
    sb_call_problem(call, column, "invalid", "User not found");
}

static void prepare_contact(sb_call *call, sb_row *row, int64_t id) {
  read_custom(call, row, "contacts", id);
  if (id && call->account->decisions.contact_moves) {
    int64_t customer_id = sb_uuid_parse(SB_CUSTOMER, sb_call_text(call, "customer_uuid"));
    if (sb_resource_has(call->account, SB_CUSTOMER, customer_id))
      sb_row_int(row, "customer_id", customer_id);
  }
  if (id) return;
  sb_row_int(row, "position",
             1 + sb_db_int(call->account->db, 0,
                           "SELECT max(position) FROM contacts"
                           " WHERE customer_id = ?",
                           "i", sb_row_get_int(row, "customer_id")));
}

/* The answer to a merge has no customer, as recorded. */
#define FORM_MERGED SB_FORM_IMPORT

static const sb_member contact_members[] = {
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_CONTACT, .flags = SB_COMPUTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE },
  { .name = "customer_uuid",
    .column = "NULL",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .forms = FORM_MERGED },
  { .name = "customer_external_id",
    .column =
        "coalesce((SELECT external_id FROM customer_parts p WHERE p.customer_id = t.customer_id"
        " AND p.data_source_id = t.data_source_id LIMIT 1),"
        " (SELECT external_id FROM customers c WHERE c.id = t.customer_id))",
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "data_source_uuid",
    .column = "data_source_id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_BOTH | SB_NEWER },
  { .name = "position", .type = SB_INT, .initial = "1" },
  { .name = "first_name", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "last_name", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "title", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "email", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "phone", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "linked_in", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "twitter", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "notes", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "custom", .type = SB_RAW, .flags = SB_BOTH, .initial = "{}" },
  { .name = "last_seen",
    .type = SB_TIME,
    .detail = SB_STYLE_MS,
    .flags = SB_BOTH,
    .switched_by = offsetof(sb_decisions, contact_last_seen) },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_HIDDEN },
  { 0 },
};

const sb_resource sb_contacts = {
  .table = "contacts",
  .label = "Contact",
  .kind = SB_CONTACT,
  .members = contact_members,
  .indexes = "CREATE INDEX contacts_created ON contacts(created_at);"
             "CREATE INDEX contacts_customer ON contacts(customer_id, created_at);"
             "CREATE INDEX contacts_email ON contacts(email)",
  .prepare = prepare_contact,
};

static const sb_filter contact_filters[] = {
  { .param = "email", .where = "t.email = ?", .type = SB_BY_TEXT },
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "customer_external_id",
    .where = "t.customer_id IN (SELECT customer_id FROM customer_parts WHERE external_id = ?)",
    .type = SB_BY_TEXT },
  { .param = "data_source_uuid",
    .where = "t.data_source_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_DATA_SOURCE },
  { 0 },
};

const sb_list sb_contact_list = {
  .resource = &sb_contacts,
  .root = "entries",
  .time = "created_at",
  .has_old_order = true,
  .form = SB_FORM_LIST,
  .filters = contact_filters,
};

const sb_list sb_customer_contact_list = {
  .resource = &sb_contacts,
  .root = "entries",
  .scope = "t.customer_id = ?",
  .time = "created_at",
  .has_old_order = true,
  .form = SB_FORM_LIST,
  .filters = contact_filters,
};

/* The surviving contact takes what it lacks from the other one. */
void sb_contact_merge(sb_call *call) {
  static const char *const columns[] = { "first_name", "last_name", "title",   "email",
                                         "phone",      "linked_in", "twitter", "notes" };
  sb_account *account = call->account;
  sb_view view = { .form = FORM_MERGED };
  sb_text sql = { 0 };
  sb_text_puts(&sql, "UPDATE contacts SET id = id");
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    sb_text_printf(&sql, ", %s = coalesce(nullif(%s, ''), (SELECT %s FROM contacts WHERE id = ?2))",
                   columns[i], columns[i], columns[i]);
  sb_text_puts(&sql, " WHERE id = ?1");
  if (call->ids[0] == call->ids[1]) {
    sb_call_fail(call, 422, "contact_uuid", "A contact cannot be merged into itself");
  } else {
    sb_db_run(account->db, sql.bytes, "ii", call->ids[0], call->ids[1]);
    sb_row_delete(account, &sb_contacts, call->ids[1]);
    sb_call_answer(call, 200);
    sb_render_id(account, &sb_contacts, &view, call->ids[0], &call->out);
  }
  sb_text_clear(&sql);
}

static void prepare_note(sb_call *call, sb_row *row, int64_t id) {
  const char *type = sb_row_get_text(row, "type");
  check_user(call, row, "author_email");
  /* A call without a duration came back as a minute. */
  if (!id && type && strcmp(type, "call") == 0 && !sb_row_has(row, "call_duration"))
    sb_row_int(row, "call_duration", 60);
  if (!id && sb_row_has(row, "created_at"))
    sb_row_int(row, "updated_at", sb_row_get_int(row, "created_at"));
}

static const sb_member note_members[] = {
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_NOTE, .flags = SB_COMPUTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "type", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED, .allowed = "note|call" },
  { .name = "text", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },
  { .name = "call_duration", .type = SB_INT, .flags = SB_BOTH, .initial = "0" },
  { .name = "author",
    .column = "user_name(t.author_email)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "author_email",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_HIDDEN,
    .initial = "api@example.com" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_UPDATE },
  { 0 },
};

const sb_resource sb_notes = {
  .table = "notes",
  .label = "Note",
  .kind = SB_NOTE,
  .members = note_members,
  .indexes = "CREATE INDEX notes_created ON notes(created_at);"
             "CREATE INDEX notes_customer ON notes(customer_id, created_at)",
  .prepare = prepare_note,
};

static const sb_filter note_filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "type", .where = "t.type = ?", .type = SB_BY_TEXT },
  { .param = "author_email", .where = "t.author_email = ?", .type = SB_BY_TEXT },
  { 0 },
};

const sb_list sb_note_list = {
  .resource = &sb_notes,
  .root = "entries",
  .time = "created_at",
  .filters = note_filters,
};

const sb_list sb_customer_note_list = {
  .resource = &sb_notes,
  .root = "entries",
  .scope = "t.customer_id = ?",
  .time = "created_at",
  .filters = note_filters,
};

static void prepare_opportunity(sb_call *call, sb_row *row, int64_t id) {
  int64_t likelihood = sb_row_get_int(row, "win_likelihood");
  check_user(call, row, "owner");
  read_custom(call, row, "opportunities", id);
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
  (void)id;
  check_user(call, row, "assignee");
  if (details && strlen(details) > 255)
    sb_call_problem(call, "task_details", "invalid", "task_details is longer than 255 characters");
}

static const sb_member task_members[] = {
  { .name = "task_uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_TASK,
    .flags = SB_COMPUTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED },
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
             "CREATE INDEX tasks_customer ON tasks(customer_id, created_at)",
  .prepare = prepare_task,
};

static const sb_filter task_filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
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
