/* Merging and splitting customers, connecting subscriptions: answered at once, done a little
   later. */
#include "../books/ledger.h"
#include "resources.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int64_t number_in(const cJSON *json, const char *name) {
  const cJSON *one = cJSON_GetObjectItemCaseSensitive(json, name);
  return cJSON_IsNumber(one) ? (int64_t)one->valuedouble : 0;
}

static void defer(sb_call *call, sb_effect *effect, const cJSON *what) {
  char *words = cJSON_PrintUnformatted(what);
  sb_account_tick(call->account);
  sb_account_defer(call->account, call->account->decisions.async_delay_ms, effect, words);
  free(words);
  sb_call_answer_object(call, call->route->status);
}

void sb_customer_store_parts(sb_account *account, int64_t customer_id) {
  sb_text uuids = { 0 }, external_ids = { 0 };
  sb_row row = { .resource = &sb_customers };
  sqlite3_stmt *parts = sb_db_query(account->db,
                                    "SELECT p.data_source_id, p.external_id FROM customer_parts p"
                                    " JOIN customers c ON c.id = p.customer_id WHERE c.id = ?"
                                    " ORDER BY p.data_source_id = c.data_source_id AND"
                                    " p.external_id = c.external_id DESC, p.id",
                                    "i", customer_id);
  while (sb_db_step(parts)) {
    if (!uuids.len) {
      sb_row_int(&row, "data_source_id", sqlite3_column_int64(parts, 0));
      sb_row_text(&row, "external_id", sb_column_text(parts, 1));
    }
    sb_text_puts(&uuids, uuids.len ? ",\"" : "[\"");
    sb_uuid_write(&uuids, SB_DATA_SOURCE, sqlite3_column_int64(parts, 0));
    sb_text_putc(&uuids, '"');
    sb_text_putc(&external_ids, external_ids.len ? ',' : '[');
    sb_text_json_puts(&external_ids, sb_column_text(parts, 1));
  }
  sb_db_done(parts);
  sb_text_putc(&uuids, ']');
  sb_text_putc(&external_ids, ']');
  sb_row_text(&row, "data_source_uuids", uuids.bytes);
  sb_row_text(&row, "external_ids", external_ids.bytes);
  sb_row_update(account, &row, customer_id);
  sb_row_clear(&row);
  sb_text_clear(&uuids);
  sb_text_clear(&external_ids);
}

static void merge_effect(sb_account *account, const char *what) {
  static const char *const moves[] = {
    "UPDATE customer_parts SET customer_id = ?2 WHERE customer_id = ?1",
    "UPDATE invoices SET customer_id = ?2 WHERE customer_id = ?1",
    "UPDATE subscriptions SET customer_id = ?2 WHERE customer_id = ?1",
    "UPDATE contacts SET customer_id = ?2 WHERE customer_id = ?1",
    "UPDATE notes SET customer_id = ?2 WHERE customer_id = ?1",
    "UPDATE opportunities SET customer_id = ?2 WHERE customer_id = ?1",
    "UPDATE tasks SET customer_id = ?2 WHERE customer_id = ?1",
    "DELETE FROM activities WHERE customer_id = ?1 AND ?2",
    "DELETE FROM customers WHERE id = ?1 AND ?2",
    ("UPDATE customers SET tags = json_insert(tags, '$[#]', 'merged-customer') WHERE id = ?2 AND ?1"
     " AND NOT EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'merged-customer')"),
  };
  cJSON *json = cJSON_Parse(what);
  int64_t from = number_in(json, "from"), into = number_in(json, "into");
  bool are_there = sb_db_int(account->db, 0, "SELECT count(*) FROM customers WHERE id IN (?, ?)",
                             "ii", from, into) == 2;
  for (size_t i = 0; are_there && i < sizeof moves / sizeof *moves; i++)
    sb_db_run(account->db, moves[i], "ii", from, into);
  if (are_there) {
    sb_customer_store_parts(account, into);
    sb_ledger_recompute(account, into);
  }
  cJSON_Delete(json);
}

/* A side of a merge: a uuid, or a source and an external id. */
static int64_t find_side(sb_call *call, const char *name) {
  const cJSON *side = cJSON_GetObjectItemCaseSensitive(call->body, name);
  const char *uuid = sb_json_text(side, "customer_uuid");
  int64_t id = sb_db_int(call->account->db, 0,
                         "SELECT customer_id FROM customer_parts WHERE CASE WHEN ?1 THEN"
                         " customer_id = ?1 ELSE data_source_id = ?2 AND external_id = ?3 END",
                         "iit", sb_uuid_parse(SB_CUSTOMER, uuid),
                         sb_uuid_parse(SB_DATA_SOURCE, sb_json_text(side, "data_source_uuid")),
                         sb_json_text(side, "external_id"));
  if (!cJSON_IsObject(side))
    sb_call_problem(call, name, "missing", "%s", name);
  else if (!id)
    sb_call_problem(call, name, "invalid", "The customer to merge %s does not exist", name);
  return id;
}

void sb_customer_merge(sb_call *call) {
  int64_t from = find_side(call, "from"), into = find_side(call, "into");
  if (from && from == into)
    sb_call_problem(call, "into", "invalid", "A customer cannot be merged into itself");
  if (sb_call_failed(call)) return;
  cJSON *what = cJSON_CreateObject();
  cJSON_AddNumberToObject(what, "from", (double)from);
  cJSON_AddNumberToObject(what, "into", (double)into);
  defer(call, merge_effect, what);
  cJSON_Delete(what);
}

/* A new customer like the old one, for the part that is split off. */
static int64_t copy_customer(sb_account *account, int64_t old, int64_t source, const char *ext) {
  int64_t id = sb_account_number(account, SB_CUSTOMER);
  sb_db_run(account->db,
            "INSERT INTO customers(id, data_source_id, external_id, name, email, company, country,"
            " state, city, zip, owner, website_url, sort_since, created_at)"
            " SELECT ?1, ?3, ?4, name, email, company, country, state, city, zip, owner,"
            " website_url, ?5, ?6 FROM customers WHERE id = ?2",
            "iiitii", id, old, source, ext, SB_NEVER, sb_account_tick(account));
  return id;
}

static void unmerge_effect(sb_account *account, const char *what) {
  static const char *const moves[] = {
    "UPDATE customer_parts SET customer_id = ?2 WHERE customer_id = ?1 AND data_source_id = ?3"
    " AND external_id = ?4",
    "UPDATE invoices SET customer_id = ?2 WHERE customer_id = ?1 AND data_source_id = ?3"
    " AND customer_external_id = ?4",
    "UPDATE subscriptions SET customer_id = ?2, leader_id = NULL WHERE customer_id = ?1 AND"
    " data_source_id = ?3 AND (id IN (SELECT subscription_id FROM line_items l JOIN invoices i ON"
    " i.id = l.invoice_id WHERE i.customer_id = ?2) OR external_id IN (SELECT"
    " subscription_external_id FROM events WHERE data_source_id = ?3 AND customer_external_id = "
    "?4))",
  };
  static const char *const kinds[] = { "tasks", "opportunities", "notes" };
  cJSON *json = cJSON_Parse(what);
  int64_t old = number_in(json, "customer"), source = number_in(json, "source");
  const char *external_id = sb_json_text(json, "external_id");
  const cJSON *asked = cJSON_GetObjectItemCaseSensitive(json, "moves");
  if (sb_db_int(account->db, 0, "SELECT count(*) FROM customer_parts WHERE customer_id = ?", "i",
                old) > 1) {
    int64_t fresh = copy_customer(account, old, source, external_id);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
      sb_db_run(account->db, moves[i], "iiit", old, fresh, source, external_id);
    for (const cJSON *one = asked ? asked->child : NULL; one; one = one->next)
      for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        sb_text sql = { 0 };
        sb_text_printf(&sql, "UPDATE %s SET customer_id = ?2 WHERE customer_id = ?1", kinds[i]);
        if (cJSON_IsString(one) && strcmp(one->valuestring, kinds[i]) == 0)
          sb_db_run(account->db, sql.bytes, "ii", old, fresh);
        sb_text_clear(&sql);
      }
    sb_customer_store_parts(account, old);
    sb_customer_store_parts(account, fresh);
    sb_ledger_recompute(account, old);
    sb_ledger_recompute(account, fresh);
  }
  cJSON_Delete(json);
}

void sb_customer_unmerge(sb_call *call) {
  static const char *const needed[] = { "customer_uuid", "data_source_uuid", "external_id" };
  sb_account *account = call->account;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!sb_call_text(call, needed[i]))
      sb_call_problem(call, needed[i], "missing", "%s", needed[i]);
  if (sb_call_failed(call)) return;
  int64_t customer_id = sb_uuid_parse(SB_CUSTOMER, sb_call_text(call, "customer_uuid"));
  int64_t source = sb_uuid_parse(SB_DATA_SOURCE, sb_call_text(call, "data_source_uuid"));
  const char *external_id = sb_call_text(call, "external_id");
  int64_t found = sb_db_int(account->db, 0,
                            "SELECT (SELECT count(*) FROM customer_parts WHERE customer_id = ?1)"
                            " FROM customer_parts WHERE customer_id = ?1 AND data_source_id = ?2"
                            " AND external_id = ?3",
                            "iit", customer_id, source, external_id);
  if (found < 2)
    sb_call_problem(call, "external_id", "invalid",
                    "The customer was not merged from this data source and external ID");
  if (sb_call_failed(call)) return;
  cJSON *what = cJSON_CreateObject();
  const cJSON *moves = cJSON_GetObjectItemCaseSensitive(call->body, "move_to_new_customer");
  cJSON_AddNumberToObject(what, "customer", (double)customer_id);
  cJSON_AddNumberToObject(what, "source", (double)source);
  cJSON_AddStringToObject(what, "external_id", external_id);
  if (moves) cJSON_AddItemToObject(what, "moves", cJSON_Duplicate(moves, 1));
  defer(call, unmerge_effect, what);
  cJSON_Delete(what);
}

/* A subscription of the customer, by either uuid or by external id. */
static int64_t find_subscription(sb_call *call, const cJSON *item) {
  const char *uuid = sb_json_text(item, "uuid");
  int64_t id = sb_uuid_parse(SB_SUBSCRIPTION, uuid);
  if (!id) id = sb_uuid_parse(SB_SUBSCRIPTION_BARE, uuid);
  return sb_db_int(call->account->db, 0,
                   "SELECT id FROM subscriptions WHERE customer_id = ?1 AND data_source_id = ?2"
                   " AND CASE WHEN ?3 THEN id = ?3 ELSE external_id = ?4 END",
                   "iiit", call->ids[0],
                   sb_uuid_parse(SB_DATA_SOURCE, sb_json_text(item, "data_source_uuid")), id,
                   sb_json_text(item, "external_id"));
}

static void connect_effect(sb_account *account, const char *what) {
  cJSON *json = cJSON_Parse(what);
  const cJSON *ids = cJSON_GetObjectItemCaseSensitive(json, "ids");
  int64_t leader = ids && ids->child ? (int64_t)ids->child->valuedouble : 0;
  for (const cJSON *one = ids ? ids->child : NULL; one; one = one->next)
    sb_db_run(account->db,
              "UPDATE subscriptions SET leader_id = ?1 WHERE id = ?2"
              " OR leader_id = (SELECT leader_id FROM subscriptions WHERE id = ?2)",
              "ii", leader, (int64_t)one->valuedouble);
  sb_ledger_recompute(account, number_in(json, "customer"));
  cJSON_Delete(json);
}

/* Those that stay connected follow the first of them. */
static void disconnect_effect(sb_account *account, const char *what) {
  cJSON *json = cJSON_Parse(what);
  const cJSON *ids = cJSON_GetObjectItemCaseSensitive(json, "ids");
  for (const cJSON *one = ids ? ids->child : NULL; one; one = one->next) {
    int64_t id = (int64_t)one->valuedouble;
    sb_db_run(account->db, "UPDATE subscriptions SET leader_id = NULL WHERE id = ?", "i", id);
    sb_db_run(account->db,
              "UPDATE subscriptions SET leader_id ="
              " (SELECT min(id) FROM subscriptions s WHERE s.leader_id = ?1) WHERE leader_id = ?1",
              "i", id);
  }
  sb_ledger_recompute(account, number_in(json, "customer"));
  cJSON_Delete(json);
}

static void change_connections(sb_call *call, sb_effect *effect) {
  const cJSON *items = cJSON_GetObjectItemCaseSensitive(call->body, "subscriptions");
  cJSON *what = cJSON_CreateObject(), *ids = cJSON_AddArrayToObject(what, "ids");
  cJSON_AddNumberToObject(what, "customer", (double)call->ids[0]);
  if (!items)
    sb_call_problem(call, "subscriptions", "missing", "subscriptions");
  else if (!cJSON_IsArray(items) || cJSON_GetArraySize(items) < 2)
    sb_call_problem(call, "subscriptions", "invalid", "At least two subscriptions are needed");
  for (const cJSON *item = items ? items->child : NULL; item; item = item->next) {
    int64_t id = find_subscription(call, item);
    if (!id) sb_call_problem(call, "subscriptions", "invalid", "Subscription not found");
    cJSON_AddItemToArray(ids, cJSON_CreateNumber((double)id));
  }
  if (!sb_call_failed(call)) defer(call, effect, what);
  cJSON_Delete(what);
}

void sb_connect_subscriptions(sb_call *call) {
  change_connections(call, connect_effect);
}

void sb_disconnect_subscriptions(sb_call *call) {
  change_connections(call, disconnect_effect);
}
