#include "seed.h"

#include "../books/ledger.h"

#include <stdlib.h>
#include <string.h>

/* More do not fit into memory anyway. */
#define CUSTOMER_MAX 10000000

/* The counters go on behind what SQL has filled in. */
static void take_counters(sb_account *account) {
  for (size_t i = 0; account->resources[i]; i++) {
    sb_text sql = { 0 };
    sb_text_printf(&sql, "SELECT max(id) FROM %s", account->resources[i]->table);
    account->next[account->resources[i]->kind] = 1 + sb_db_int(account->db, 0, sql.bytes, "");
    sb_text_clear(&sql);
  }
  account->version++;
}

/*
** N customers in one source, on four plans, with one subscription and one paid invoice each;
** every twelfth is a lead, every tenth has cancelled. Numbers of rows decide everything, so that
** two runs are the same.
*/
static const char many_sql[] =
    "INSERT INTO data_sources(id, name, system, created_at, status)"
    " VALUES(1, 'Billing', 'Custom', :start, 'idle');"
    "INSERT INTO plans(id, external_id, name, interval_count, interval_unit, data_source_id, "
    "created_at)"
    " SELECT column1, column2, column3, 1, column4, 1, :start + column1 FROM (VALUES"
    " (1, 'starter', 'Starter', 'month'), (2, 'team', 'Team', 'month'),"
    " (3, 'business', 'Business', 'month'), (4, 'business-year', 'Business annual', 'year'));";

static const char *const many_rows[] = {
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)"
  " INSERT INTO customers(id, data_source_id, external_id, name, email, company, country, city,"
  "  data_source_uuids, external_ids, sort_since, created_at)"
  " SELECT i, 1, printf('cus_%06d', i), printf('Customer %06d', i),"
  "  printf('billing%06d@example.com', i), printf('Company %06d', i),"
  "  substr('USGBDEFRNLSECAAU', i % 8 * 2 + 1, 2), substr('Austin  London  Berlin  Paris   "
  "Utrecht Malmo   Toronto Perth   ', i % 8 * 8 + 1, 6),"
  "  '[\"ds_00000000-0000-4002-8000-000000000001\"]', printf('[\"cus_%06d\"]', i), 253402214400000,"
  "  ?2 + i FROM n",
  "INSERT INTO customer_parts(customer_id, data_source_id, external_id)"
  " SELECT id, 1, external_id FROM customers WHERE ?1 AND ?2",
  /* Spread over the three years up to the end of 2025. */
  "INSERT INTO invoices(id, customer_id, data_source_id, customer_external_id, external_id, date,"
  "  currency, status, created_at)"
  " SELECT id, id, 1, external_id, printf('inv_%06d', id), 1672531200000 + id % 1095 * 86400000,"
  "  'USD', 'paid', ?2 + id FROM customers WHERE ?1 AND id % 12 <> 0",
  "INSERT INTO subscriptions(id, customer_id, data_source_id, external_id, plan_id,"
  "  cancellation_dates, created_at)"
  " SELECT id, customer_id, 1, printf('sub_%06d', id), id % 4 + 1, CASE WHEN id % 10 = 5 AND"
  "  date < 1735689600000 THEN printf('[\"%sT00:00:00.000Z\"]', date((date + 180 * 86400000) / "
  "1000,"
  "  'unixepoch')) ELSE '[]' END, ?2 + id FROM invoices WHERE ?1",
  "INSERT INTO line_items(id, invoice_id, data_source_id, type, subscription_id,"
  "  subscription_external_id, plan_id, service_period_start, service_period_end, prorated,"
  "  amount_in_cents, quantity)"
  " SELECT i.id, i.id, 1, 'subscription', i.id, s.external_id, s.plan_id, i.date,"
  "  i.date + CASE s.plan_id WHEN 4 THEN 365 ELSE 30 END * 86400000, 0,"
  "  CASE s.plan_id WHEN 1 THEN 2900 WHEN 2 THEN 9900 WHEN 3 THEN 24900 ELSE 249000 END, 1"
  " FROM invoices i JOIN subscriptions s ON s.id = i.id WHERE ?1 AND ?2",
  "INSERT INTO transactions(id, invoice_id, data_source_id, type, date, result)"
  " SELECT id, id, 1, 'payment', date, 'successful' FROM invoices WHERE ?1 AND ?2",
};

static void seed_many(sb_account *account, int64_t count) {
  int64_t start_ms = sb_time_of(2023, 1, 1);
  sb_text sql = { 0 };
  for (const char *at = many_sql; *at;) { /* parameters do not go into a script */
    if (strncmp(at, ":start", 6) == 0) {
      sb_text_int(&sql, start_ms);
      at += 6;
    } else {
      sb_text_putc(&sql, *at++);
    }
  }
  sb_db_exec(account->db, sql.bytes);
  sb_text_clear(&sql);
  for (size_t i = 0; i < sizeof many_rows / sizeof *many_rows; i++)
    sb_db_run(account->db, many_rows[i], "ii", count, start_ms);
}

/* The number of customers that a name asks for; 0 when it is no number, or too large a one. */
static int64_t count_of(const char *name) {
  char *end;
  long long count = strtoll(name, &end, 10);
  return *name && !*end && count > 0 && count <= CUSTOMER_MAX ? count : 0;
}

bool sb_is_seed(const char *name) {
  return strcmp(name, "empty") == 0 || strcmp(name, "demo") == 0 || count_of(name);
}

bool sb_seed(sb_account *account, const char *name) {
  int64_t count = count_of(name);
  if (!sb_is_seed(name)) return false;
  sb_account_empty(account);
  sb_db_exec(account->db, "BEGIN");
  if (count) seed_many(account, count);
  if (strcmp(name, "demo") == 0) sb_seed_demo(account);
  take_counters(account);
  for (int64_t id = 1; id < account->next[SB_CUSTOMER]; id++)
    sb_ledger_recompute(account, id);
  sb_db_exec(account->db, "COMMIT");
  return true;
}
