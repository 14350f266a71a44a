#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUSTOMER "customer_uuid = '{cus}'"

static const row_kind rows[] = {
  { .table = "customers",
    .insert = "(data_source_uuid, external_id, name, lead_created_at, custom, tags)"
              " VALUES ('{ds}', 'x{n}', 'Ann', '2025-02-01', '{\"seats\":5}', '[\"a\"]')",
    .where = "data_source_uuid = '{ds}' AND external_id = 'x{n}'",
    .set = "company = 'New'",
    .is_set = "company = 'New'",
    .is_found = true },
  { .table = "customer_tags",
    .insert = "(customer_uuid, tag) VALUES ('{cus}', 't{n}')",
    .where = CUSTOMER " AND tag = 't{n}'" },
  { .table = "customer_attributes",
    .insert = "(customer_uuid, key, value) VALUES ('{cus}', 'k{n}', 'old')",
    .where = CUSTOMER " AND key = 'k{n}'",
    .set = "value = 'new'",
    .is_set = "value = 'new'" },
  { .table = "contacts",
    .insert = "(customer_uuid, data_source_uuid, first_name) VALUES ('{cus}', '{ds}', 'x{n}')",
    .where = CUSTOMER " AND first_name = 'x{n}'",
    .set = "title = 'New'",
    .is_set = "title = 'New'" },
  { .table = "notes",
    .insert = "(customer_uuid, type, text) VALUES ('{cus}', 'note', 'x{n}')",
    .where = CUSTOMER " AND text IN ('x{n}', 'x{n} new')",
    .set = "text = 'x{n} new'",
    .is_set = "text = 'x{n} new'" },
  { .table = "opportunities",
    .insert = "(customer_uuid, owner, pipeline, pipeline_stage, estimated_close_date, currency, "
              "amount_in_cents)"
              " VALUES ('{cus}', 'ben@example.com', 'x{n}', 'Discovery', '2026-03-31', 'USD', 100)",
    .where = CUSTOMER " AND pipeline = 'x{n}'",
    .set = "win_likelihood = 99",
    .is_set = "win_likelihood = 99" },
  { .table = "tasks",
    .insert = "(customer_uuid, task_details, assignee, due_date)"
              " VALUES ('{cus}', 'x{n}', 'ben@example.com', '2026-03-31')",
    .where = CUSTOMER " AND task_details = 'x{n}'",
    .set = "due_date = '2026-04-30'",
    .is_set = "date(due_date) = '2026-04-30'" },
  { .table = "data_sources",
    .insert = "(name) VALUES ('x{n}')",
    .where = "name = 'x{n}'",
    .is_found = true },
  { .table = "plans",
    .insert = "(data_source_uuid, external_id, name, interval_count, interval_unit)"
              " VALUES ('{ds}', 'x{n}', 'Gold', 1, 'month')",
    .where = "data_source_uuid = '{ds}' AND external_id = 'x{n}'",
    .set = "name = 'New'",
    .is_set = "name = 'New'",
    .is_found = true },
  { .table = "plan_groups",
    .insert = "(name, plans) VALUES ('x{n}', '[\"{pl}\"]')",
    .where = "name IN ('x{n}', 'x{n} new')",
    .set = "name = 'x{n} new'",
    .is_set = "name = 'x{n} new'" },
  { .table = "plan_group_plans",
    .before = "INSERT INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, "
              "interval_unit)"
              " VALUES ('{ds}', 'x{n}', 'Gold', 1, 'month')",
    .insert = "(plan_group_uuid, plan_uuid) SELECT '{plg}', uuid FROM chartmogul_plans"
              " WHERE data_source_uuid = '{ds}' AND external_id = 'x{n}'",
    .where = "plan_group_uuid = '{plg}' AND plan_uuid ="
             " (SELECT uuid FROM chartmogul_plans WHERE data_source_uuid = '{ds}' AND external_id "
             "= 'x{n}')" },
  { .table = "invoices",
    .insert = "(customer_uuid, data_source_uuid, external_id, date, currency, line_items)"
              " VALUES ('{cus}', '{ds}', 'x{n}', '2026-01-01', 'USD',"
              " '[{\"type\":\"one_time\",\"amount_in_cents\":100,\"external_id\":\"l{n}\"}]')",
    .where = "data_source_uuid = '{ds}' AND external_id = 'x{n}'",
    .set = "due_date = '2026-03-01'",
    .is_set = "due_date = '2026-03-01 00:00:00'",
    .is_found = true },
  { .table = "line_items",
    .insert = "(invoice_uuid, data_source_uuid, external_id, type, amount_in_cents)"
              " VALUES ('{inv}', '{ds}', 'x{n}', 'one_time', 500)",
    .where = "invoice_uuid = '{inv}' AND external_id = 'x{n}'",
    .set = "amount_in_cents = 600",
    .is_set = "amount_in_cents = 600",
    .is_found = true },
  { .table = "transactions",
    .insert = "(invoice_uuid, data_source_uuid, external_id, type, date, result, amount_in_cents)"
              " VALUES ('{inv}', '{ds}', 'x{n}', 'payment', '2026-01-02', 'successful', 10)",
    .where = "invoice_uuid = '{inv}' AND external_id = 'x{n}'",
    .set = "result = 'failed'",
    .is_set = "result = 'failed'",
    .is_found = true },
  { .table = "subscriptions",
    .before =
        "INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) VALUES ('{ds}', "
        "'c{n}', 'Ann');"
        "INSERT INTO chartmogul_invoices (data_source_uuid, customer_external_id, external_id, "
        "date, currency,"
        " line_items) VALUES ('{ds}', 'c{n}', 'x{n}', '2025-01-01', 'USD', "
        "'[{\"type\":\"subscription\","
        "\"subscription_external_id\":\"s{n}\",\"plan_uuid\":\"{pl}\",\"amount_in_cents\":100,"
        "\"service_period_start\":\"2025-01-01\",\"service_period_end\":\"2026-01-01\"}]')",
    .where =
        "customer_uuid = (SELECT uuid FROM chartmogul_customers WHERE data_source_uuid = '{ds}' AND"
        " external_id = 'c{n}')",
    .set = "cancelled_at = '2025-06-01'",
    .is_set = "cancelled_at = '2025-06-01 00:00:00'" },
  { .table = "import_subscriptions",
    .before =
        "INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) VALUES ('{ds}', "
        "'c{n}', 'Ann');"
        "INSERT INTO chartmogul_invoices (data_source_uuid, customer_external_id, external_id, "
        "date, currency,"
        " line_items) VALUES ('{ds}', 'c{n}', 'x{n}', '2025-01-01', 'USD', "
        "'[{\"type\":\"subscription\","
        "\"subscription_external_id\":\"s{n}\",\"plan_uuid\":\"{pl}\",\"amount_in_cents\":100,"
        "\"service_period_start\":\"2025-01-01\",\"service_period_end\":\"2026-01-01\"}]')",
    .where =
        "customer_uuid = (SELECT uuid FROM chartmogul_customers WHERE data_source_uuid = '{ds}' AND"
        " external_id = 'c{n}')",
    .set = "cancellation_dates = '[\"2025-06-01\"]'",
    .is_set = "cancelled_at = '2025-06-01 00:00:00'" },
  { .table = "subscription_events",
    .insert = "(data_source_uuid, external_id, customer_external_id, subscription_external_id, "
              "event_type, event_date,"
              " effective_date, plan_external_id, currency, amount_in_cents, quantity) VALUES "
              "('{ds}', 'x{n}', 'all',"
              " 's{n}', 'subscription_start', '2025-12-01', '2025-12-01', 'all', 'USD', 1000, 1)",
    .where = "data_source_uuid = '{ds}' AND external_id = 'x{n}'",
    .set = "amount_in_cents = 2000",
    .is_set = "amount_in_cents = 2000",
    .is_found = true },
  { .table = "activities_exports", .insert = "(type) VALUES ('churn')" },
  { .table = "json_imports",
    .insert = "(data_source_uuid, external_id, plans) VALUES ('{ds}', 'x{n}',"
              " '[{\"external_id\":\"j{n}\",\"name\":\"Iron\",\"interval_count\":1,\"interval_"
              "unit\":\"year\"}]')",
    .where = "data_source_uuid = '{ds}' AND external_id = 'x{n}'" },
};

const row_kind *row_find(const char *table_name) {
  static const char prefix[] = "chartmogul_";
  size_t len = sizeof prefix - 1;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (strncmp(table_name, prefix, len) == 0 && strcmp(rows[i].table, table_name + len) == 0)
      return &rows[i];
  }
  return NULL;
}

/* ---- what they stand on --------------------------------------------------------------------- */

/* The statement that makes it, and the place that its uuid fills; in this order. */
static struct {
  const char *place;
  const char *sql;
  char uuid[64];
} grounds[] = {
  { "{ds}", "INSERT INTO chartmogul_data_sources (name) VALUES ('Ground')", "" },
  { "{cus}",
    "INSERT INTO chartmogul_customers (data_source_uuid, external_id, name) VALUES ('{ds}', 'all', "
    "'All')",
    "" },
  { "{pl}",
    "INSERT INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, "
    "interval_unit)"
    " VALUES ('{ds}', 'all', 'All', 1, 'month')",
    "" },
  { "{plg}", "INSERT INTO chartmogul_plan_groups (name, plans) VALUES ('All', '[\"{pl}\"]')", "" },
  { "{inv}",
    "INSERT INTO chartmogul_invoices (customer_uuid, data_source_uuid, external_id, date, "
    "currency, line_items)"
    " VALUES ('{cus}', '{ds}', 'all', '2026-01-01', 'USD',"
    " '[{\"type\":\"one_time\",\"amount_in_cents\":100}]')",
    "" },
};

void row_fill(const char *pattern, int number, text *into) {
  for (const char *at = pattern != NULL ? pattern : ""; *at != 0;) {
    size_t used = 0;
    for (size_t i = 0; i < sizeof grounds / sizeof *grounds && used == 0; i++) {
      size_t len = strlen(grounds[i].place);
      if (strncmp(at, grounds[i].place, len) != 0) continue;
      text_add(into, grounds[i].uuid);
      used = len;
    }
    if (used == 0 && strncmp(at, "{n}", 3) == 0) {
      text_printf(into, "%d", number);
      used = 3;
    }
    if (used == 0) text_printf(into, "%c", *at);
    at += used > 0 ? used : 1;
  }
}

static void die(sqlite3 *db, const char *sql) {
  fprintf(stderr, "outcomes: %s: %s\n", sql, sqlite3_errmsg(db));
  exit(2);
}

void rows_prepare(sqlite3 *db) {
  for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++) {
    text sql = { 0 };
    sqlite3_stmt *statement = NULL;
    row_fill(grounds[i].sql, 0, &sql);
    if (sqlite3_exec(db, text_str(&sql), NULL, NULL, NULL) != SQLITE_OK) die(db, text_str(&sql));
    if (sqlite3_prepare_v2(db, "SELECT chartmogul_last_uuid()", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
      die(db, "chartmogul_last_uuid()");
    snprintf(grounds[i].uuid, sizeof grounds[i].uuid, "%s",
             (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    text_clear(&sql);
  }
}
