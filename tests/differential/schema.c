/*
** schema.c -- see schema.h.
*/
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static void die(const char *what, const char *why) {
  fprintf(stderr, "differential: %s: %s\n", what, why);
  exit(2);
}

void schema_run(sqlite3 *db, const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) die(sql, error ? error : "");
}

char *schema_ask(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement = NULL;
  char *answer = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    const char *shown = (const char *)sqlite3_column_text(statement, 0);
    answer = text_copy(shown ? shown : "");
  }
  sqlite3_finalize(statement);
  if (!answer) die(sql, sqlite3_errmsg(db));
  return answer;
}

/* ---- what is in the account ----------------------------------------------------------------- */

/* Customers whose texts only look like others: by case, spaces, digits, and as a URL would have them. */
static const char odd_customers[] =
    "SELECT chartmogul_request('POST', '/customers', json_object('data_source_uuid',"
    " (SELECT uuid FROM chartmogul_data_sources LIMIT 1), 'external_id', column1, 'name', column2,"
    " 'email', column3, 'company', column4, 'city', '', 'lead_created_at', column5,"
    " 'attributes', json(column6)))"
    " FROM (VALUES"
    " ('5', 'Five', 'five@example.com', '', '2024-02-29T23:59:59.999Z', '{}'),"
    " ('05', 'five', 'FIVE@example.com', ' ', '2024-02-29T12:00:00+05:30', '{\"tags\":[]}'),"
    " ('5.0', 'FIVE', 'five@example.com', 'Five', '2024-03-01', '{\"tags\":[\"a b\",\"é\"]}'),"
    " ('a b&c=d', '%', 'a+b@example.com', '_', '2024-02-29 23:59:59 UTC', '{\"tags\":[\"[1]\"]}'),"
    " ('a/b?c#d', 'x''y', 'a%40b@example.com', '\"', NULL, '{}'),"
    " ('é', 'É', 'é@example.com', 'ß', NULL, '{}'),"
    " ('CUS_000001', 'customer 000001', 'BILLING000001@example.com', 'Company 000001', NULL, '{}'),"
    " ('cus_000001 ', 'Customer 000001 ', 'x@example.com', 'company 000001', NULL, '{}'))";

/* A few of everything that the seed has none of. */
static const char some_of_the_rest[] =
    "SELECT chartmogul_request('POST', '/data_sources', json_object('name', column1))"
    " FROM (VALUES ('Second'), ('second'), ('Third '), ('Ünï'));"
    "SELECT chartmogul_request('POST', '/plans', json_object('data_source_uuid', uuid, "
    "'external_id',"
    " name, 'name', 'Plan of ' || name, 'interval_count', length(name), 'interval_unit', 'day'))"
    " FROM chartmogul_data_sources;"
    "SELECT chartmogul_request('POST', '/customers', json_object('data_source_uuid', uuid,"
    " 'external_id', name, 'name', name, 'email', 'b@example.com'))"
    " FROM chartmogul_data_sources;"
    "SELECT chartmogul_request('POST', '/customers/' || uuid || '/attributes/tags',"
    " json_object('tags', json_array('t' || (id % 3), 'Tag ' || (id % 5))))"
    " FROM chartmogul_customers WHERE id % 4 = 1;"
    "SELECT chartmogul_request('POST', '/customers/' || uuid || '/attributes/custom',"
    " json_object('custom', json_array(json_object('type', 'Integer', 'key', 'seats', 'value', id),"
    " json_object('type', 'String', 'key', 'channel', 'value', 'c' || (id % 3)))))"
    " FROM chartmogul_customers WHERE id % 5 = 2;"
    "SELECT chartmogul_request('POST', '/contacts', json_object('customer_uuid', uuid,"
    " 'data_source_uuid', data_source_uuid, 'first_name', iif(id % 2, name, NULL), 'email', email))"
    " FROM chartmogul_customers WHERE id % 3 = 0;"
    "SELECT chartmogul_request('POST', '/customer_notes', json_object('customer_uuid', uuid, "
    "'type',"
    " iif(id % 2, 'note', 'call'), 'text', 'about ' || name)) FROM chartmogul_customers"
    " WHERE id % 6 = 1;"
    "SELECT chartmogul_request('POST', '/plan_groups', json_object('name', interval_unit, 'plans',"
    " json_group_array(uuid))) FROM chartmogul_plans GROUP BY interval_unit;";

static const char local_words[] =
    "CREATE TABLE words(word TEXT, number INTEGER);"
    "INSERT INTO words SELECT external_id, mrr FROM copy_customers WHERE id % 7 = 0;"
    "INSERT INTO words SELECT uuid, 5 FROM copy_customers WHERE id % 31 = 0;"
    "INSERT INTO words SELECT uuid, id FROM copy_subscriptions WHERE id % 17 = 0;"
    "INSERT INTO words VALUES ('5', 5), ('05', 7), (NULL, NULL), ('', 0), ('Starter', 2900), "
    "('month', 1), ('Active', 1), ('Past Due', 12), ('no such', -1), ('USD', 5.5), ('t1', 2);"
    "INSERT INTO words SELECT uuid, 1 FROM copy_plans;"
    "INSERT INTO words SELECT uuid, 1 FROM copy_data_sources;";

/* ---- copies --------------------------------------------------------------------------------- */

/*
** The key first, then what is sent, then the rest; none of the hidden columns but the key, none
** that the API has in the answers of one call and not of another, and none whose bounds choose what is
** computed: the copy has the rows of another range.
*/
static const char list_columns[] =
    "SELECT c.name, c.type, c.filter IS NOT NULL OR c.name = t.key, c.name = t.key"
    " FROM chartmogul_columns c JOIN chartmogul_tables t ON t.name = c.table_name"
    " WHERE t.name = ?1 AND (NOT c.hidden OR c.name = t.key) AND (t.name, c.name) NOT IN"
    " (VALUES ('chartmogul_invoices', 'line_items'), ('chartmogul_invoices', 'data_source_uuid'),"
    " ('chartmogul_line_items', 'errors'), ('chartmogul_line_items', 'balance_transfer'),"
    " ('chartmogul_line_items', 'data_source_uuid'),"
    " ('chartmogul_transactions', 'data_source_uuid'))"
    " AND NOT (c.name = 'date' AND EXISTS (SELECT 1 FROM chartmogul_columns"
    " WHERE table_name = t.name AND name = 'start_date' AND hidden))"
    " ORDER BY c.name = t.key DESC, c.filter IS NULL";

static kind kind_of(const char *type) {
  if (strcmp(type, "TIMESTAMP") == 0) return TIME;
  bool is_number = strcmp(type, "INTEGER") == 0 || strcmp(type, "REAL") == 0 ||
                   strcmp(type, "BOOLEAN") == 0;
  return is_number ? NUMBER : TEXT;
}

static void read_columns(sqlite3 *db, const char *name, table *into) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(db, list_columns, -1, &statement, NULL) != SQLITE_OK) {
    die(name, sqlite3_errmsg(db));
  }
  sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    into->columns = text_resize(into->columns, (size_t)(into->count + 1) * sizeof *into->columns);
    into->columns[into->count].name = text_copy((const char *)sqlite3_column_text(statement, 0));
    into->columns[into->count].kind = kind_of((const char *)sqlite3_column_text(statement, 1));
    into->sent_count += sqlite3_column_int(statement, 2);
    into->has_key = into->has_key || sqlite3_column_int(statement, 3);
    into->count++;
  }
  sqlite3_finalize(statement);
}

/** False for a table that cannot be read without a parameter. */
static bool copy_table(sqlite3 *db, const char *name, const table *of) {
  text sql = { 0 };
  char *error = NULL;
  text_printf(&sql, "CREATE TABLE copy_%s AS SELECT ", of->name);
  for (int i = 0; i < of->count; i++)
    text_printf(&sql, "%s%s", i ? ", " : "", of->columns[i].name);
  text_printf(&sql, " FROM %s", name);
  bool is_copied = sqlite3_exec(db, text_str(&sql), NULL, NULL, &error) == SQLITE_OK;
  if (!is_copied && !strstr(error, " is missing ")) die(text_str(&sql), error);
  sqlite3_free(error);
  text_clear(&sql);
  return is_copied;
}

static void free_table(table *done) {
  for (int i = 0; i < done->count; i++)
    free(done->columns[i].name);
  free(done->columns);
  free(done->name);
}

static void add_table(sqlite3 *db, const char *name, schema *to) {
  table made = { .name = text_copy(name + strlen("chartmogul_")) };
  read_columns(db, name, &made);
  if (!copy_table(db, name, &made)) {
    free_table(&made);
    return;
  }
  to->tables = text_resize(to->tables, (size_t)(to->table_count + 1) * sizeof *to->tables);
  to->tables[to->table_count++] = made;
}

/* All tables of the API; those that describe the extension have no key that is looked up. */
static const char list_tables[] =
    "SELECT group_concat(name, ' ') FROM chartmogul_tables WHERE name NOT IN ('chartmogul_tables',"
    " 'chartmogul_columns', 'chartmogul_endpoints', 'chartmogul_settings', 'chartmogul_requests',"
    " 'chartmogul_writes', 'chartmogul_get')";

static void add_tables(sqlite3 *db, schema *to) {
  char *names = schema_ask(db, list_tables);
  for (char *at = names; *at;) {
    size_t len = strcspn(at, " ");
    char *next = at + len + (at[len] == ' ');
    at[len] = '\0';
    add_table(db, at, to);
    at = next;
  }
  free(names);
}

const table *schema_find(const schema *in, const char *name) {
  for (int i = 0; i < in->table_count; i++)
    if (strcmp(in->tables[i].name, name) == 0) return &in->tables[i];
  return NULL;
}

/* ---- joins ---------------------------------------------------------------------------------- */

static const char *const joins[][4] = {
  { "customers", "uuid", "subscriptions", "customer_uuid" },
  { "customers", "uuid", "invoices", "customer_uuid" },
  { "customers", "data_source_uuid", "data_sources", "uuid" },
  { "plans", "data_source_uuid", "data_sources", "uuid" },
  { "subscriptions", "plan_uuid", "plans", "uuid" },
  { "subscriptions", "plan", "plans", "name" },
  { "customers", "uuid", "customers", "uuid" },
  { "customers", "external_id", "invoices", "customer_external_id" },
  { "invoices", "customer_uuid", "subscriptions", "customer_uuid" },
  { "plans", "external_id", "plans", "external_id" },
  { "customers", "mrr", "subscriptions", "mrr" },
  { "customers", "name", "customers", "company" },
  { "invoices", "uuid", "line_items", "invoice_uuid" },
  { "invoices", "uuid", "transactions", "invoice_uuid" },
  { "customers", "uuid", "contacts", "customer_uuid" },
  { "customers", "uuid", "notes", "customer_uuid" },
  { "customers", "uuid", "customer_tags", "customer_uuid" },
  { "customers", "uuid", "customer_attributes", "customer_uuid" },
  { "customers", "uuid", "import_subscriptions", "customer_uuid" },
  { "customers", "uuid", "customer_activities", "customer_uuid" },
  { "plan_groups", "uuid", "plan_group_plans", "plan_group_uuid" },
  { "plans", "uuid", "plan_group_plans", "plan_uuid" },
  { "line_items", "plan_uuid", "plans", "uuid" },
};

static void add_edges(schema *to) {
  for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
    edge made = { schema_find(to, joins[i][0]), joins[i][1], schema_find(to, joins[i][2]),
                  joins[i][3] };
    if (!made.left || !made.right) continue;
    to->edges = text_resize(to->edges, (size_t)(to->edge_count + 1) * sizeof *to->edges);
    to->edges[to->edge_count++] = made;
  }
}

void schema_fill(sqlite3 *db, schema *out) {
  *out = (schema){ 0 };
  schema_run(db, odd_customers);
  schema_run(db, some_of_the_rest);
  add_tables(db, out);
  add_edges(out);
  schema_run(db, local_words);
}

void schema_clear(schema *done) {
  for (int i = 0; i < done->table_count; i++)
    free_table(&done->tables[i]);
  free(done->tables);
  free(done->edges);
}
