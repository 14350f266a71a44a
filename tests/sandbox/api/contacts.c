/* Contacts: of a customer, or standing alone. */
#include "../base/functions.h"
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

void sb_custom_read_pairs(sb_call *call, sb_row *row, const char *table, int64_t id) {
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

/* The customer with an external id, in a source where one is given; 0 when there is none. */
static int64_t find_customer(sb_account *account, const char *external_id, int64_t data_source_id) {
  return sb_db_int(account->db, 0,
                   "SELECT customer_id FROM customer_parts WHERE external_id = ?1"
                   " AND (?2 = 0 OR data_source_id = ?2) ORDER BY id LIMIT 1",
                   "ti", external_id, data_source_id);
}

/* An external id of the customer stands for it; what it is looked for in is the contact's source. */
static void read_customer(sb_call *call, sb_row *row, int64_t id) {
  const char *external_id = sb_call_text(call, "customer_external_id");
  int64_t data_source_id = sb_row_get_int(row, "data_source_id");
  if (!external_id || sb_row_is_set(row, "customer_id")) return;
  if (!data_source_id)
    data_source_id = sb_db_int(call->account->db, 0,
                               "SELECT data_source_id FROM contacts WHERE id = ?", "i", id);
  int64_t customer_id = find_customer(call->account, external_id, data_source_id);
  if (customer_id)
    sb_row_int(row, "customer_id", customer_id);
  else
    sb_call_problem(call, "customer_external_id", "invalid", "customer_external_id does not exist");
}

static void prepare_contact(sb_call *call, sb_row *row, int64_t id) {
  sb_custom_read_pairs(call, row, "contacts", id);
  if (id && !call->account->decisions.contact_moves) {
    sb_row_drop(row, "customer_id");
    sb_row_drop(row, "data_source_id");
    return;
  }
  read_customer(call, row, id);
  if (id) return;
  sb_row_int(row, "position",
             1 + sb_db_int(call->account->db, 0,
                           "SELECT max(position) FROM contacts"
                           " WHERE customer_id IS nullif(?, 0)",
                           "i", sb_row_get_int(row, "customer_id")));
}

/* Its notes and tasks go with it. */
static void remove_contact(sb_account *account, int64_t id) {
  static const char *const statements[] = {
    "DELETE FROM notes WHERE contact_id = ?",
    "DELETE FROM tasks WHERE contact_id = ?",
    "DELETE FROM contacts WHERE id = ?",
  };
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
    sb_db_run(account->db, statements[i], "i", id);
}

/* The answer to a merge has no customer, as recorded. */
#define FORM_MERGED SB_FORM_IMPORT

static const sb_member contact_members[] = {
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_CONTACT, .flags = SB_COMPUTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_BOTH,
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
    .flags = SB_BOTH },
  { .name = "position", .type = SB_INT, .initial = "1" },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_BOTH | SB_NEWER },
  { .name = "first_name", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "last_name", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "title", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "email", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "phone", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "linked_in", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "twitter", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "notes", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "last_seen",
    .type = SB_TIME,
    .detail = SB_STYLE_MS,
    .flags = SB_BOTH,
    .switched_by = offsetof(sb_decisions, contact_last_seen) },
  { .name = "custom", .type = SB_RAW, .flags = SB_BOTH, .initial = "{}" },
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
  .remove = remove_contact,
  .deleted = "'Contact'",
};

static const sb_filter contact_filters[] = {
  { .param = "email", .where = "t.email = ?", .type = SB_BY_TEXT },
  { .param = "external_id", .where = "t.external_id = ?", .type = SB_BY_TEXT },
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
    sb_db_run(account->db, "UPDATE notes SET contact_id = ?1 WHERE contact_id = ?2", "ii",
              call->ids[0], call->ids[1]);
    sb_db_run(account->db, "UPDATE tasks SET contact_id = ?1 WHERE contact_id = ?2", "ii",
              call->ids[0], call->ids[1]);
    sb_row_delete(account, &sb_contacts, call->ids[1]);
    sb_call_answer(call, 200);
    sb_render_id(account, &sb_contacts, &view, call->ids[0], &call->out);
  }
  sb_text_clear(&sql);
}
