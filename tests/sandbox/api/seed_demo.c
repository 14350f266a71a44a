/*
** The company that demonstrations show: Northwind Analytics sells a web application to four
** hundred customers, most of them by card through Stripe, the large ones by contract. Three
** years, 2023 to 2025, of new business, upgrades, downgrades, churn and returns; failed payments,
** refunds, leads. Everything comes from one row of pseudo-random numbers: it never changes.
*/
#include "../books/ledger.h"
#include "../engine/row.h"
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUSTOMERS 400
#define STRIPE 1
#define CONTRACTS 2

typedef struct demo {
  sb_account *account;
  sb_db *db;
  uint64_t state; /* of the pseudo-random numbers */
  int64_t today_ms;
  int64_t invoices, lines, transactions; /* counters */
} demo;

/* The next number from 0 to below `limit` (splitmix64). */
static int64_t pick(demo *made, int64_t limit) {
  uint64_t mixed = made->state += UINT64_C(0x9e3779b97f4a7c15);
  mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
  return (int64_t)((mixed ^ mixed >> 31) % (uint64_t)limit);
}

/* True in `of_thousand` cases of a thousand. */
static bool chance(demo *made, int of_thousand) {
  return pick(made, 1000) < of_thousand;
}

static const struct demo_plan {
  int64_t data_source_id;
  const char *external_id, *name, *unit;
  int months;
  int64_t price;     /* cents */
  int lower, higher; /* neighbours, by number; 0 is none */
} plans[] = {
  { STRIPE, "starter-monthly", "Starter", "month", 1, 2900, 0, 2 },
  { STRIPE, "team-monthly", "Team", "month", 1, 9900, 1, 3 },
  { STRIPE, "growth-monthly", "Growth", "month", 1, 19900, 2, 4 },
  { STRIPE, "business-monthly", "Business", "month", 1, 39900, 3, 0 },
  { STRIPE, "starter-annual", "Starter annual", "year", 12, 29000, 0, 6 },
  { STRIPE, "team-annual", "Team annual", "year", 12, 99000, 5, 7 },
  { STRIPE, "growth-annual", "Growth annual", "year", 12, 199000, 6, 8 },
  { STRIPE, "business-annual", "Business annual", "year", 12, 399000, 7, 0 },
  { CONTRACTS, "enterprise-monthly", "Enterprise", "month", 1, 120000, 0, 10 },
  { CONTRACTS, "enterprise-plus-monthly", "Enterprise Plus", "month", 1, 210000, 9, 0 },
  { CONTRACTS, "enterprise-annual", "Enterprise annual", "year", 12, 1200000, 0, 12 },
  { CONTRACTS, "enterprise-plus-annual", "Enterprise Plus annual", "year", 12, 2100000, 11, 0 },
};

#define PLANS ((int64_t)(sizeof plans / sizeof *plans))

static const char *const first_names[] = {
  "Anna",  "James", "Sofia",  "Lukas",  "Maya",  "Daniel", "Elena",  "Peter", "Nora",  "Thomas",
  "Julia", "Oscar", "Amelia", "Victor", "Clara", "Henry",  "Ingrid", "Paul",  "Laura", "Simon",
  "Alice", "Marco", "Helen",  "David",  "Emma",  "Jonas",  "Grace",  "Felix", "Irene", "Samuel",
};
static const char *const last_names[] = {
  "Keller",   "Morgan",   "Larsen", "Okafor", "Rossi",    "Novak",   "Hughes",   "Fischer",
  "Santos",   "Bergman",  "Walsh",  "Tanaka", "Dubois",   "Schmidt", "Patel",    "Carter",
  "Lindgren", "Moreau",   "Jansen", "Brooks", "Kowalski", "Ferrari", "Andersen", "Reed",
  "Hoffman",  "Nakamura", "Ellis",  "Weber",  "Costa",    "Murphy",
};
static const char *const company_heads[] = {
  "Bright", "North", "Silver", "Blue",  "Stone", "River", "Cedar",  "Summit",  "Harbor",  "Maple",
  "Iron",   "Cloud", "Green",  "Swift", "Amber", "Lark",  "Falcon", "Orchard", "Granite", "Meadow",
};
static const char *const company_tails[] = {
  "lake", "field", "works", "bridge", "stone", "gate", "path", "line",  "wood", "point",
  "leaf", "craft", "port",  "mark",   "forge", "view", "well", "crest", "yard", "loop",
};
static const char *const company_kinds[] = {
  "Software", "Labs",    "Logistics", "Health", "Studio",
  "Media",    "Systems", "Retail",    "Energy", "Group"
};
static const struct place {
  const char *country, *state, *city, *zip;
} places[] = {
  { "US", "CA", "San Francisco", "94107" }, { "US", "NY", "New York", "10001" },
  { "US", "TX", "Austin", "73301" },        { "US", "WA", "Seattle", "98101" },
  { "US", "MA", "Boston", "02108" },        { "GB", NULL, "London", "EC1A 1BB" },
  { "GB", NULL, "Manchester", "M1 1AE" },   { "DE", NULL, "Berlin", "10115" },
  { "DE", NULL, "Munich", "80331" },        { "FR", NULL, "Paris", "75001" },
  { "NL", NULL, "Amsterdam", "1012" },      { "SE", NULL, "Stockholm", "111 20" },
  { "CA", NULL, "Toronto", "M5H 2N2" },     { "AU", NULL, "Sydney", "2000" },
  { "ES", NULL, "Barcelona", "08001" },     { "IE", NULL, "Dublin", "D02 AF30" },
  { "BR", NULL, "Sao Paulo", "01310" },     { "SG", NULL, "Singapore", "018956" },
};
static const char *const owners[] = { "maria.lopez@example.com", "ben.harris@example.com",
                                      "yuki.sato@example.com", "chloe.martin@example.com" };
static const char *const channels[] = { "search", "referral", "webinar", "partner", "conference" };

#define COUNT(array) ((int64_t)(sizeof(array) / sizeof *(array)))

static void seed_catalogue(demo *made) {
  int64_t start_ms = sb_time_of(2022, 12, 1);
  sb_db_run(
      made->db,
      "INSERT INTO data_sources(id, name, system, created_at) VALUES(1, 'Stripe', 'Stripe', ?1),"
      " (2, 'Contracts', 'Custom', ?1 + 3600000)",
      "i", start_ms);
  for (int64_t i = 0; i < PLANS; i++)
    sb_db_run(made->db,
              "INSERT INTO plans(id, data_source_id, external_id, name, interval_count,"
              " interval_unit, created_at) VALUES(?, ?, ?, ?, 1, ?, ?)",
              "iittti", i + 1, plans[i].data_source_id, plans[i].external_id, plans[i].name,
              plans[i].unit, start_ms + (i + 2) * 3600000);
  sb_db_run(made->db,
            "INSERT INTO plan_groups(id, name, created_at) VALUES(1, 'Self-serve', ?1),"
            " (2, 'Enterprise', ?1 + 1000)",
            "i", start_ms + SB_DAY_MS);
  sb_db_exec(made->db, "INSERT INTO plan_group_plans SELECT data_source_id, id FROM plans");
}

/* One customer, a lead as yet. */
static void seed_customer(demo *made, int64_t id, bool is_contract, int64_t created_ms) {
  const struct place *place = &places[pick(made, COUNT(places))];
  const char *first = first_names[pick(made, COUNT(first_names))];
  const char *last = last_names[pick(made, COUNT(last_names))];
  const char *head = company_heads[id % COUNT(company_heads)];
  const char *tail = company_tails[id / COUNT(company_heads) % COUNT(company_tails)];
  const char *kind = company_kinds[pick(made, COUNT(company_kinds))];
  static const char *const statuses[] = { "New Lead", "Working Lead", "Qualified Lead",
                                          "Unqualified Lead" };
  /* One number after the other: the order in which C evaluates arguments is not defined. */
  const char *status = statuses[pick(made, COUNT(statuses))];
  const char *owner = owners[pick(made, COUNT(owners))];
  const char *channel = channels[pick(made, COUNT(channels))];
  int64_t employees = 5 + pick(made, 400);
  bool is_beta = chance(made, 150), has_owner = chance(made, 400), is_onboarded = chance(made, 700);
  sb_text uuid = { 0 };
  sb_uuid_write(&uuid, SB_DATA_SOURCE, is_contract ? CONTRACTS : STRIPE);
  sb_db_run(
      made->db,
      "INSERT INTO customers(id, data_source_id, external_id, name, email, company, country, state,"
      " city, zip, lead_created_at, free_trial_started_at, owner, website_url, lead_status, status,"
      " tags, custom, custom_types, data_source_uuids, external_ids, sort_since, created_at)"
      " SELECT ?1, ?2, ext, ?3 || ' ' || ?4, lower(?3 || '.' || ?4 || '@' || ?5 || ?6 ||"
      " iif(?1 % 3, '.example.com', '.example.org')), ?5 || ?6 || ' ' || ?7, ?8, ?9, ?10, ?11,"
      " ?12, iif(?1 % 4, ?12 + 86400000, NULL), ?13, 'https://' || lower(?5 || ?6) ||"
      " '.example.com', ?14, ?14, ?15, ?16, ?17, json_array(?18), json_array(ext), ?19, ?12"
      " FROM (SELECT printf('%s_%04d', iif(?2 = 1, 'cus', 'client'), ?1) AS ext)",
      "iitttttttttitttttti", id, (int64_t)(is_contract ? CONTRACTS : STRIPE), first, last, head,
      tail, kind, place->country, place->state, place->city, place->zip, created_ms,
      is_contract || has_owner ? owner : NULL, status,
      is_contract ? "[\"key-account\"]"
      : is_beta   ? "[\"beta\",\"self-serve\"]"
      : id % 2    ? "[\"self-serve\"]"
                  : "[]",
      "{}", "{}", uuid.bytes, SB_NEVER);
  sb_db_run(made->db,
            "UPDATE customers SET custom = json_object('channel', ?2, 'employees', ?3, 'onboarded',"
            " json(?4)), custom_types = '{\"channel\":\"String\",\"employees\":\"Integer\","
            "\"onboarded\":\"Boolean\"}' WHERE id = ?1 AND ?1 % 3 <> 0",
            "itit", id, channel, employees, is_onboarded ? "true" : "false");
  sb_db_run(made->db,
            "INSERT INTO customer_parts(customer_id, data_source_id, external_id)"
            " SELECT id, data_source_id, external_id FROM customers WHERE id = ?",
            "i", id);
  sb_text_clear(&uuid);
}

static void seed_transaction(demo *made, int64_t source, const char *type, const char *result,
                             int64_t at_ms, int64_t amount) {
  char external_id[32];
  snprintf(external_id, sizeof external_id, "ch_%06d", (int)++made->transactions);
  sb_db_run(
      made->db,
      "INSERT INTO transactions(id, invoice_id, data_source_id, external_id, type, date, result,"
      " amount_in_cents) VALUES(?, ?, ?, ?, ?, ?, ?, nullif(?, 0))",
      "iiittiti", made->transactions, made->invoices, source, external_id, type, at_ms, result,
      amount);
}

/* What became of the payment of the newest invoice. */
static void seed_payment(demo *made, int64_t source, int64_t at_ms, int64_t amount) {
  bool fails = chance(made, 40);
  int64_t retry_ms = at_ms + 3 * SB_DAY_MS;
  if (fails) seed_transaction(made, source, "payment", "failed", at_ms, 0);
  if (source == CONTRACTS) retry_ms = at_ms = at_ms + (5 + pick(made, 30)) * SB_DAY_MS;
  int64_t paid_ms = fails ? retry_ms : at_ms;
  if (paid_ms > made->today_ms) return;
  if (fails && at_ms > made->today_ms - 30 * SB_DAY_MS && chance(made, 700)) return; /* past due */
  seed_transaction(made, source, "payment", "successful", paid_ms, amount);
  if (chance(made, 6) && paid_ms + 4 * SB_DAY_MS < made->today_ms)
    seed_transaction(made, source, "refund", "successful", paid_ms + 4 * SB_DAY_MS, amount);
}

/* A subscription on its way through time. */
typedef struct course {
  int64_t customer_id, subscription_id;
  int plan; /* number, from 1 */
  int64_t quantity;
  int64_t at_ms;
} course;

static void seed_invoice(demo *made, const course *now, const char *subscription) {
  const struct demo_plan *plan = &plans[now->plan - 1];
  char external_id[32];
  int64_t amount = plan->price * now->quantity;
  int64_t end_ms = sb_time_add_months(now->at_ms, plan->months);
  int64_t discount = now->customer_id % 17 == 0 ? amount / 10 : 0;
  snprintf(external_id, sizeof external_id, "INV-%06d", (int)++made->invoices);
  sb_db_run(
      made->db,
      "INSERT INTO invoices(id, customer_id, data_source_id, customer_external_id, external_id,"
      " date, due_date, currency, collection_method, created_at) SELECT ?1, id, ?3, external_id,"
      " ?4, ?5, ?5 + ?6 * 86400000, 'USD', iif(?3 = 1, 'automatic', 'manual'), ?5 + ?1"
      " FROM customers WHERE id = ?2",
      "iiitii", made->invoices, now->customer_id, plan->data_source_id, external_id, now->at_ms,
      (int64_t)(plan->data_source_id == STRIPE ? 0 : 45));
  sb_db_run(made->db,
            "INSERT INTO line_items(id, invoice_id, data_source_id, external_id, type,"
            " subscription_id, subscription_external_id, plan_id, service_period_start,"
            " service_period_end, prorated, amount_in_cents, quantity, discount_code,"
            " discount_amount_in_cents, transaction_fees_in_cents)"
            " VALUES(?1, ?2, ?3, 'li_' || ?1, 'subscription', ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10,"
            " iif(?11, 'WELCOME10', ''), ?11, iif(?3 = 1, ?9 * 29 / 1000 + 30, 0))",
            "iiiitiiiiii", ++made->lines, made->invoices, plan->data_source_id,
            now->subscription_id, subscription, (int64_t)now->plan, now->at_ms, end_ms,
            amount - discount, now->quantity, discount);
  if (chance(made, 20))
    sb_db_run(
        made->db,
        "INSERT INTO line_items(id, invoice_id, data_source_id, type, description,"
        " amount_in_cents, quantity) VALUES(?, ?, ?, 'one_time', 'Training session', 45000, 1)",
        "iii", ++made->lines, made->invoices, plan->data_source_id);
  seed_payment(made, plan->data_source_id, now->at_ms, 0);
}

/* The next period's plan and quantity: up, down, or as before. */
static void change_plan(demo *made, course *now) {
  const struct demo_plan *plan = &plans[now->plan - 1];
  if (chance(made, 14) && plan->higher)
    now->plan = plan->higher;
  else if (chance(made, 6) && plan->lower)
    now->plan = plan->lower;
  else if (chance(made, 20))
    now->quantity++;
  else if (chance(made, 10) && now->quantity > 1)
    now->quantity--;
}

static void cancel(demo *made, const course *now) {
  sb_text date = { 0 };
  sb_time_write(&date, now->at_ms, SB_STYLE_MS);
  sb_db_run(
      made->db,
      "UPDATE subscriptions SET cancellation_dates = json_insert(cancellation_dates, '$[#]', ?2)"
      " WHERE id = ?1",
      "it", now->subscription_id, date.bytes);
  sb_text_clear(&date);
}

/* From the first invoice to today, or to the last cancellation. */
static void seed_course(demo *made, course now) {
  char subscription[32];
  int64_t source = plans[now.plan - 1].data_source_id;
  snprintf(subscription, sizeof subscription, "sub_%04d", (int)now.subscription_id);
  sb_db_run(made->db,
            "INSERT INTO subscriptions(id, customer_id, data_source_id, external_id, plan_id,"
            " quantity, created_at) VALUES(?, ?, ?, ?, ?, ?, ?)",
            "iiitiii", now.subscription_id, now.customer_id, source, subscription,
            (int64_t)now.plan, now.quantity, now.at_ms);
  while (now.at_ms <= made->today_ms) {
    seed_invoice(made, &now, subscription);
    int months = plans[now.plan - 1].months;
    now.at_ms = sb_time_add_months(now.at_ms, months);
    if (now.at_ms > made->today_ms) break;
    if (chance(made, months == 12 ? 170 : 27)) {
      cancel(made, &now);
      if (!chance(made, 220)) break;
      now.at_ms = sb_time_add_months(now.at_ms, 2 + (int)pick(made, 6)); /* they come back */
    }
    change_plan(made, &now);
  }
}

static int first_plan(demo *made, bool is_contract) {
  static const int self_serve[] = { 1, 1, 1, 2, 2, 2, 3, 4, 5, 6, 6, 7, 8 };
  if (is_contract) return 9 + (int)pick(made, 4);
  return self_serve[pick(made, COUNT(self_serve))];
}

static void seed_customers(demo *made) {
  int64_t subscription_id = 0;
  int64_t start_ms = sb_time_of(2023, 1, 2);
  int64_t span_days = (made->today_ms - start_ms) / SB_DAY_MS;
  for (int64_t id = 1; id <= CUSTOMERS; id++) {
    bool is_contract = id % 9 == 0;
    /* For half of them the later of two days: more customers come every year. */
    int64_t day = pick(made, span_days), other = pick(made, span_days);
    if (id % 2 && other > day) day = other;
    int64_t came_ms = start_ms + day * SB_DAY_MS + pick(made, 86400) * 1000;
    seed_customer(made, id, is_contract, came_ms);
    if (id % 8 == 3) continue; /* still a lead */
    course now = { .customer_id = id };
    now.subscription_id = ++subscription_id;
    now.plan = first_plan(made, is_contract);
    now.quantity = is_contract ? 1 + pick(made, 2) : 1 + pick(made, 4) / 3;
    now.at_ms = came_ms + (1 + pick(made, 20)) * SB_DAY_MS;
    seed_course(made, now);
    if (chance(made, 40)) { /* a second product */
      now.subscription_id = ++subscription_id;
      now.plan = first_plan(made, is_contract);
      now.at_ms = sb_time_add_months(now.at_ms, 2 + (int)pick(made, 8));
      if (now.at_ms < made->today_ms)
        seed_course(made, now);
      else
        subscription_id--;
    }
  }
}

/* What people write down beside the billing. */
static const char *const crm_sql[] = {
  ("INSERT INTO contacts(customer_id, data_source_id, position, first_name, last_name, title, "
   "email,"
   " phone, custom, created_at) SELECT id, data_source_id, 1, substr(name, 1, instr(name, ' ') - "
   "1),"
   " substr(name, instr(name, ' ') + 1), CASE id % 4 WHEN 0 THEN 'Head of Finance' WHEN 1 THEN "
   "'CTO'"
   " WHEN 2 THEN 'Operations Manager' ELSE 'Founder' END, email, printf('+1 555 01%02d', id % 100),"
   " iif(id % 5, '{}', '{\"persona\":\"buyer\"}'), created_at + 3600000 FROM customers WHERE id % "
   "5 "
   "< 3"),
  ("INSERT INTO contacts(customer_id, data_source_id, position, first_name, last_name, email,"
   " created_at) SELECT id, data_source_id, 2, 'Accounts', 'Payable', 'accounts@' ||"
   " substr(email, instr(email, '@') + 1), created_at + 7200000 FROM customers WHERE id % 10 < 3"),
  ("INSERT INTO notes(customer_id, type, text, author_email, created_at, updated_at) SELECT id, "
   "'note',"
   " CASE id % 3 WHEN 0 THEN 'Asked for an annual offer.' WHEN 1 THEN 'Evaluating two competitors.'"
   " ELSE 'Happy with support, open to a case study.' END, coalesce(owner, "
   "'maria.lopez@example.com'),"
   " created_at + 172800000, created_at + 172800000 FROM customers WHERE id % 4 = 1"),
  ("INSERT INTO notes(customer_id, type, text, call_duration, author_email, created_at, updated_at)"
   " SELECT id, 'call', 'Quarterly review.', 300 + id * 7 % 1500, coalesce(owner,"
   " 'ben.harris@example.com'), created_at + 2592000000, created_at + 2592000000 FROM customers"
   " WHERE id % 9 = 0 AND created_at + 2592000000 < ?1"),
  ("INSERT INTO opportunities(customer_id, owner, pipeline, pipeline_stage, estimated_close_date,"
   " currency, amount_in_cents, type, forecast_category, win_likelihood, custom, created_at, "
   "updated_at)"
   " SELECT id, coalesce(owner, 'chloe.martin@example.com'), iif(id % 8 = 3, 'New Business',"
   " 'Expansion'), CASE id % 4 WHEN 0 THEN 'Discovery' WHEN 1 THEN 'Evaluation' WHEN 2 THEN"
   " 'Negotiation' ELSE 'Proposal' END, ?1 + (id % 120 - 30) * 86400000, 'USD', 120000 + id * 3700 "
   "%"
   " 900000, iif(id % 6, 'recurring', 'one-time'), CASE id % 5 WHEN 0 THEN 'committed' WHEN 1 THEN"
   " 'best_case' WHEN 2 THEN 'won' WHEN 3 THEN 'lost' ELSE 'pipeline' END, id * 7 % 100,"
   " iif(id % 2, '{}', '{\"from_campaign\":true}'), ?1 - (id % 90 + 1) * 86400000, ?1 - (id % 20) *"
   " 86400000 FROM customers WHERE id % 8 = 3 OR id % 15 = 0"),
  ("INSERT INTO tasks(customer_id, task_details, assignee, due_date, completed_at, created_at,"
   " updated_at) SELECT id, CASE id % 3 WHEN 0 THEN 'Send the renewal offer' WHEN 1 THEN 'Call back"
   " about the failed payment' ELSE 'Prepare the onboarding' END, coalesce(owner,"
   " 'yuki.sato@example.com'), ?1 / 86400000 * 86400000 + (id % 40 - 15) * 86400000, iif(id % 40 < "
   "12,"
   " ?1 - id % 12 * 86400000, NULL), ?1 - (id % 50 + 5) * 86400000, ?1 - (id % 5) * 86400000"
   " FROM customers WHERE id % 6 = 2"),
  /* A few records that lists hide: invalid invoices, and disabled ones. */
  ("UPDATE line_items SET plan_id = NULL, errors = '{\"plan_uuid\":\"plan_uuid does not exist\"}'"
   " WHERE invoice_id % 1300 = 7 AND type = 'subscription' AND ?1"),
  ("UPDATE invoices SET is_valid = 0, errors = '{\"line_items.plan_uuid\":\"plan_uuid does not "
   "exist\"}'"
   " WHERE id % 1300 = 7 AND ?1"),
  ("UPDATE invoices SET disabled = 1, disabled_at = ?1, disabled_by = 'maria.lopez@example.com'"
   " WHERE id % 900 = 11 AND data_source_id = 1"),
  "UPDATE invoices SET forced_status = 'voided' WHERE id % 1100 = 17 AND ?1",
  /* Why they left, of most who did. */
  ("UPDATE customers SET custom_types = json_set(custom_types, '$.churn_reason', 'String'), custom "
   "="
   " json_set(custom, '$.churn_reason', CASE id % 11 WHEN 1 THEN 'competitor' WHEN 4 THEN"
   " 'competitor' WHEN 5 THEN 'missing feature' WHEN 7 THEN 'missing feature' WHEN 8 THEN 'company"
   " closed' WHEN 2 THEN 'no longer needed' WHEN 9 THEN 'no longer needed' ELSE 'price' END)"
   " WHERE id % 7 <> 3 AND id IN (SELECT customer_id FROM subscriptions WHERE cancellation_dates <>"
   " '[]')"),
};

/* Events of the contracts: a cancellation that is planned for the new year. */
static const char events_sql[] =
    "INSERT INTO events(data_source_id, customer_external_id, subscription_external_id, event_date,"
    " effective_date, event_type, external_id, created_at, updated_at)"
    " SELECT 2, c.external_id, s.external_id, ?1 - 864000000, ?1 + 2592000000,"
    " 'subscription_cancellation_scheduled', 'ev_' || s.id, ?1 - 864000000, ?1 - 864000000"
    " FROM subscriptions s JOIN customers c ON c.id = s.customer_id"
    " WHERE s.data_source_id = 2 AND s.id % 5 = 0 AND s.cancellation_dates = '[]'";

void sb_seed_demo(sb_account *account) {
  demo made = { .account = account, .db = account->db, .state = 20251231 };
  made.today_ms = account->clock_ms;
  seed_catalogue(&made);
  seed_customers(&made);
  for (size_t i = 0; i < sizeof crm_sql / sizeof *crm_sql; i++)
    sb_db_run(made.db, crm_sql[i], strstr(crm_sql[i], "?1") ? "i" : "", made.today_ms);
  sb_db_run(made.db, events_sql, "i", made.today_ms);
  for (int64_t id = 1; id <= made.invoices; id++)
    sb_ledger_settle_invoice(account, id);
}
