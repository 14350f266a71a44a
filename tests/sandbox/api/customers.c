#include "../base/functions.h"
#include "../books/ledger.h"
#include "../engine/history.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

/* Something, an @, something with a dot. */
static bool is_email(const char *words) {
  const char *at = strchr(words, '@');
  return at && at > words && strchr(at, '.') && !strchr(at + 1, '@') && !strchr(words, ' ');
}

static void check_country(sb_call *call, sb_row *row, int64_t id) {
  char *kept = NULL;
  const char *country = sb_row_get_text(row, "country");
  const char *state = sb_row_get_text(row, "state");
  if (country && !sb_is_country(country))
    sb_call_problem(call, "country", "invalid", "The value provided for country is not valid.");
  if (!sb_row_has(row, "state")) return;
  if (!sb_row_has(row, "country"))
    country = kept = sb_db_text(call->account->db, "SELECT country FROM customers WHERE id = ?",
                                "i", id);
  /* A state is kept for the US only, and dropped without an error elsewhere. */
  bool is_us = country && strcmp(country, "US") == 0;
  sb_row_text(row, "state", state && is_us ? sb_find_state(state) : NULL);
  free(kept);
}

static void check_new(sb_call *call, sb_row *row) {
  sb_account *account = call->account;
  const char *external_id = sb_row_get_text(row, "external_id");
  int64_t data_source_id = sb_row_get_int(row, "data_source_id");
  if (external_id &&
      sb_db_int(account->db, 0,
                "SELECT 1 FROM customer_parts WHERE data_source_id = ? AND external_id = ?", "it",
                data_source_id, external_id))
    sb_call_problem(call, "external_id", "taken",
                    "The external ID for this customer already exists in our system.");
  sb_text list = { 0 };
  sb_text_puts(&list, "[\"");
  sb_uuid_write(&list, SB_DATA_SOURCE, data_source_id);
  sb_text_puts(&list, "\"]");
  sb_row_text(row, "data_source_uuids", list.bytes);
  sb_text_reset(&list);
  sb_text_putc(&list, '[');
  sb_text_json_puts(&list, external_id);
  sb_text_putc(&list, ']');
  sb_row_text(row, "external_ids", list.bytes);
  sb_text_clear(&list);
  sb_row_int(row, "sort_since", SB_NEVER);
  if (sb_row_has(row, "lead_status"))
    sb_row_text(row, "status", sb_row_get_text(row, "lead_status"));
}

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  const char *email = sb_row_get_text(row, "email");
  const char *owner = sb_row_get_text(row, "owner");
  if (email && *email && !is_email(email))
    sb_call_problem(call, "email", "invalid",
                    "The value provided does not appear to be a valid email address.");
  if (owner && !sb_is_user(owner)) {
    if (id)
      sb_row_drop(row, "owner"); /* PATCH keeps the owner that there was, as recorded */
    else
      sb_row_text(row, "owner", NULL);
  }
  if (sb_row_has(row, "lead_created_at") &&
      sb_row_get_int(row, "lead_created_at") > sb_account_horizon(call->account))
    sb_call_problem(call, "lead_created_at", "invalid", "lead_created_at is in the future");
  check_country(call, row, id);
  sb_attributes_read(call, row, id, cJSON_GetObjectItemCaseSensitive(call->body, "attributes"));
  if (!id) check_new(call, row);
}

static void read_primary_contact(sb_account *account, sb_row *row, const cJSON *json) {
  sb_problems ignored = { 0 };
  sb_row_read(account, row, json, SB_UPDATE, &ignored);
  sb_problems_clear(&ignored);
}

/* What was sent as the primary contact is that of a contact: the first one, made when there is
   none. */
static void store_primary_contact(sb_account *account, int64_t id) {
  sb_row row = { .resource = &sb_contacts };
  char *words = sb_db_text(account->db, "SELECT primary_contact FROM customers WHERE id = ?", "i",
                           id);
  cJSON *json = words ? cJSON_Parse(words) : NULL;
  int64_t contact_id = sb_db_int(account->db, 0,
                                 "SELECT id FROM contacts WHERE customer_id = ?"
                                 " ORDER BY position, id LIMIT 1",
                                 "i", id);
  if (cJSON_IsObject(json)) {
    read_primary_contact(account, &row, json);
    sb_row_int(&row, "customer_id", id);
    sb_row_int(
        &row, "data_source_id",
        sb_db_int(account->db, 0, "SELECT data_source_id FROM customers WHERE id = ?", "i", id));
    if (contact_id)
      sb_row_update(account, &row, contact_id);
    else
      sb_row_insert(account, &row);
    sb_db_run(account->db, "UPDATE customers SET primary_contact = NULL WHERE id = ?", "i", id);
  }
  sb_row_clear(&row);
  cJSON_Delete(json);
  free(words);
}

/* A new customer is one part; and a lead's status shows as long as there is no subscription. */
static void changed(sb_account *account, int64_t id) {
  sb_db_run(account->db,
            "INSERT INTO customer_parts(customer_id, data_source_id, external_id)"
            " SELECT id, data_source_id, external_id FROM customers WHERE id = ?1 AND NOT EXISTS"
            " (SELECT 1 FROM customer_parts WHERE customer_id = ?1)",
            "i", id);
  sb_db_run(account->db,
            "UPDATE customers SET status = lead_status WHERE id = ? AND customer_since IS NULL",
            "i", id);
  store_primary_contact(account, id);
}

static void remove_customer(sb_account *account, int64_t id) {
  static const char *const statements[] = {
    "DELETE FROM transactions WHERE invoice_id IN (SELECT id FROM invoices WHERE customer_id = ?)",
    "DELETE FROM line_items WHERE invoice_id IN (SELECT id FROM invoices WHERE customer_id = ?)",
    "DELETE FROM invoices WHERE customer_id = ?",
    ("DELETE FROM events WHERE (data_source_id, customer_external_id) IN"
     " (SELECT data_source_id, external_id FROM customer_parts WHERE customer_id = ?)"),
    "DELETE FROM subscriptions WHERE customer_id = ?",
    "DELETE FROM activities WHERE customer_id = ?",
    "DELETE FROM notes WHERE contact_id IN (SELECT id FROM contacts WHERE customer_id = ?)",
    "DELETE FROM tasks WHERE contact_id IN (SELECT id FROM contacts WHERE customer_id = ?)",
    "DELETE FROM contacts WHERE customer_id = ?",
    "DELETE FROM notes WHERE customer_id = ?",
    "DELETE FROM opportunities WHERE customer_id = ?",
    "DELETE FROM tasks WHERE customer_id = ?",
    "DELETE FROM customer_parts WHERE customer_id = ?",
    "DELETE FROM customers WHERE id = ?",
  };
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
    sb_db_run(account->db, statements[i], "i", id);
}

#define LEAD_STATUSES "New Lead|Working Lead|Qualified Lead|Unqualified Lead"

static const sb_member members[] = {
  { .name = "id", .column = "t.id", .type = SB_ID, .detail = SB_CUSTOMER, .flags = SB_COMPUTED },
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_COMPUTED },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED },
  { .name = "name", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },
  { .name = "email", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },
  { .name = "status", .type = SB_TEXT, .initial = "New Lead" },
  { .name = "status",
    .column = "lead_status",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_HIDDEN,
    .initial = "New Lead",
    .allowed = LEAD_STATUSES },
  { .name = "customer-since",
    .column = "customer_since",
    .type = SB_TIME,
    .detail = SB_STYLE_OFFSET },
  { .name = "attributes", .type = SB_OBJECT },
  { .name = "custom", .type = SB_RAW, .initial = "{}" },
  { .name = "stripe", .type = SB_RAW, .initial = "{}" },
  { .name = "tags", .type = SB_RAW, .initial = "[]" },
  { .name = "attributes", .type = SB_END },
  { .name = "data_source_uuid",
    .column = "data_source_id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "data_source_uuids", .type = SB_RAW, .initial = "[]" },
  { .name = "external_ids", .type = SB_RAW, .initial = "[]" },
  { .name = "company", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },
  { .name = "country", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "state", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "city", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "zip", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "lead_created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },
  { .name = "free_trial_started_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },
  { .name = "lead_status",
    .column = "t.lead_status",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .switched_by = offsetof(sb_decisions, customer_statuses) },
  { .name = "free_subscriber_status",
    .column = "'Never a Free Subscriber'",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .switched_by = offsetof(sb_decisions, customer_statuses) },
  { .name = "trial_subscriber_status",
    .column = "iif(t.free_trial_started_at IS NULL, 'Never had Trial', 'Had Trial')",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .switched_by = offsetof(sb_decisions, customer_statuses) },
  { .name = "paid_subscriber_status",
    .column = "iif(t.customer_since IS NULL, 'Never a Paid Subscriber', 'Paid Subscriber')",
    .type = SB_TEXT,
    .flags = SB_COMPUTED,
    .switched_by = offsetof(sb_decisions, customer_statuses) },
  { .name = "address", .type = SB_OBJECT },
  { .name = "country", .column = "country_name(t.country)", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "state", .column = "state_name(t.state)", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "city", .column = "t.city", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "address_zip", .column = "t.zip", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "address", .type = SB_END },
  { .name = "mrr", .type = SB_MONEY, .initial = "0" },
  { .name = "arr", .column = "t.mrr * 12", .type = SB_MONEY, .flags = SB_COMPUTED },
  { .name = "billing-system-url", .column = "NULL", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "chartmogul-url",
    .column = "customer_url(t.id, t.company, t.name)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "billing-system-type",
    .column = "(SELECT system FROM data_sources d WHERE d.id = t.data_source_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "currency", .column = "'USD'", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "currency-sign", .column = "'$'", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "owner", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "website_url", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "last_seen",
    .column = "NULL",
    .type = SB_TIME,
    .detail = SB_STYLE_MS,
    .flags = SB_COMPUTED,
    .switched_by = offsetof(sb_decisions, customer_statuses) },
  { .name = "sort_since", .type = SB_INT, .flags = SB_HIDDEN },
  { .name = "custom_types", .type = SB_RAW, .flags = SB_HIDDEN, .initial = "{}" },
  { .name = "primary_contact", .type = SB_RAW, .flags = SB_BOTH | SB_HIDDEN },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_HIDDEN },
  { 0 },
};

/* customer_parts: where a customer comes from; a merged one has several. */
const sb_resource sb_customers = {
  .table = "customers",
  .label = "Customer",
  .kind = SB_CUSTOMER,
  .members = members,
  .indexes = "CREATE INDEX customers_since ON customers(sort_since);"
             "CREATE INDEX customers_status ON customers(status, sort_since);"
             "CREATE INDEX customers_email ON customers(email) WHERE email <> '';"
             "CREATE TABLE customer_parts(id INTEGER PRIMARY KEY, customer_id INTEGER,"
             " data_source_id INTEGER, external_id TEXT);"
             "CREATE INDEX parts_customer ON customer_parts(customer_id);"
             "CREATE INDEX parts_external ON customer_parts(external_id, data_source_id)",
  .prepare = prepare,
  .changed = changed,
  .remove = remove_customer,
};

#define PARTS "t.id IN (SELECT customer_id FROM customer_parts WHERE "

static const sb_filter filters[] = {
  { .param = "data_source_uuid",
    .where = "EXISTS (SELECT 1 FROM customer_parts p WHERE p.customer_id = t.id"
             " AND p.data_source_id = ?)",
    .type = SB_BY_UUID,
    .detail = SB_DATA_SOURCE },
  { .param = "external_id", .where = PARTS "external_id = ?)", .type = SB_BY_TEXT },
  { .param = "status", .where = "t.status = ?", .type = SB_BY_STATUS },
  { .param = "system",
    .where = "(SELECT system FROM data_sources d WHERE d.id = t.data_source_id) = ?",
    .type = SB_BY_TEXT },
  { .param = "email",
    .where = "t.email = ?",
    .type = SB_BY_TEXT,
    .switched_by = offsetof(sb_decisions, customers_by_email) },
  { 0 },
};

#define OF_CUSTOMERS                                                                               \
  .resource = &sb_customers, .root = "entries", .time = "sort_since", .is_ascending = true,        \
  .has_id_key = true
#define FIRST_MEMBERS (SB_FIRST_PAGES | SB_FIRST_PER_PAGE | SB_FIRST_PAGE)

const sb_list sb_customer_list = {
  OF_CUSTOMERS,
  .members = FIRST_MEMBERS | SB_OLD_HAS_MORE,
  .filters = filters,
};

/* Some customers get another status, other ones each time. */
static void move_statuses(sb_account *account) {
  sb_db_run(account->db,
            "UPDATE customers SET status = CASE status WHEN 'Active' THEN 'Past Due'"
            " WHEN 'Past Due' THEN 'Cancelled' ELSE 'Active' END WHERE id IN (SELECT id FROM"
            " customers ORDER BY ((id + total_changes()) * 7919 + id * ?) % 10007 LIMIT 8)",
            "i", account->decisions.statuses_move);
}

void sb_customer_list_all(sb_call *call) {
  if (call->account->decisions.statuses_move > 0) move_statuses(call->account);
  sb_handle_list(call);
}

void sb_customer_delete(sb_call *call) {
  sb_account *account = call->account;
  int64_t source = sb_db_int(account->db, 0, "SELECT data_source_id FROM customers WHERE id = ?",
                             "i", call->ids[0]);
  if (sb_is_automatic(account, source) && !account->decisions.delete_automatic_customer)
    sb_call_fail(call, (int)account->decisions.forbidden_status, "customer_id",
                 "Customers of automatic data sources cannot be deleted");
  else
    sb_handle_delete(call);
}

static const sb_filter search_filters[] = {
  { .param = "email", .where = "t.email = ? AND t.email <> ''", .type = SB_BY_TEXT },
  { 0 },
};

static const sb_filter any_search_filters[] = {
  { .param = "email",
    .where = "t.id IN (SELECT id FROM customers WHERE email = ?1 AND email <> ''"
             " UNION SELECT customer_id FROM contacts WHERE email = ?1 AND email <> '')",
    .type = SB_BY_TEXT },
  { 0 },
};

static const sb_list search_list = {
  OF_CUSTOMERS,
  .members = FIRST_MEMBERS | SB_FIRST_NULL_TOTAL,
  .filters = search_filters,
};

static const sb_list any_search_list = {
  OF_CUSTOMERS,
  .members = FIRST_MEMBERS | SB_FIRST_NULL_TOTAL,
  .filters = any_search_filters,
};

void sb_customer_search(sb_call *call) {
  const char *email = sb_call_parameter(call, "email");
  bool is_any = sb_call_flag(call, "with_associated_emails");
  if (!email || !*email) {
    sb_call_problem(call, "email", "missing", "email");
    sb_call_failed(call);
    return;
  }
  int64_t found = sb_db_int(call->account->db, 0,
                            "SELECT 1 WHERE EXISTS (SELECT 1 FROM customers WHERE email = ?1"
                            " AND email <> '') OR ?2 AND EXISTS (SELECT 1 FROM contacts"
                            " WHERE email = ?1)",
                            "ti", email, (int64_t)is_any);
  if (found)
    sb_list_answer(call, is_any ? &any_search_list : &search_list);
  else
    sb_call_fail(call, 404, "email", "Can't find any customers with email: \"%s\"", email);
}
