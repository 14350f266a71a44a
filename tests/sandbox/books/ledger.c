#include "ledger.h"

#include "../engine/row.h"
#include "books.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A subscription while its customer's books are made. */
typedef struct entry {
  int64_t id;
  int64_t leader_id; /* of connected subscriptions the one that has the level; else its own id */
  int64_t first_ms;  /* start of its first line or event */
  int64_t period_end_ms;
  bool is_named;            /* by any record, so that it must stay */
  bool is_used;             /* by one that counts */
  char *cancellation_dates; /* owned */
} entry;

typedef struct books {
  sb_account *account;
  int64_t customer_id;
  int64_t horizon_ms;
  entry *entries;
  size_t entry_count;
  sb_change *changes;
  size_t change_count, change_capacity;
} books;

static void load_entries(books *made) {
  sqlite3_stmt *rows = sb_db_query(made->account->db,
                                   "SELECT id, coalesce(leader_id, id), cancellation_dates"
                                   " FROM subscriptions WHERE customer_id = ? ORDER BY id",
                                   "i", made->customer_id);
  while (sb_db_step(rows)) {
    made->entries = sb_grow(made->entries, (made->entry_count + 1) * sizeof *made->entries);
    made->entries[made->entry_count++] = (entry){
      .id = sqlite3_column_int64(rows, 0),
      .leader_id = sqlite3_column_int64(rows, 1),
      .first_ms = SB_NEVER,
      .cancellation_dates = sb_copy(sb_column_text(rows, 2)),
    };
  }
  sb_db_done(rows);
}

static entry *find_entry(const books *made, int64_t id) {
  for (size_t i = 0; i < made->entry_count; i++)
    if (made->entries[i].id == id) return &made->entries[i];
  return NULL;
}

/* The index under which a subscription's changes stand: that of its leader. */
static int index_of(const books *made, const entry *one) {
  const entry *leader = find_entry(made, one->leader_id);
  return (int)((leader ? leader : one) - made->entries);
}

static void add_change(books *made, entry *one, sb_change change) {
  if (change.at_ms > made->horizon_ms) return;
  if (made->change_count == made->change_capacity) {
    made->change_capacity = made->change_capacity ? made->change_capacity * 2 : 64;
    made->changes = sb_grow(made->changes, made->change_capacity * sizeof *made->changes);
  }
  change.subscription = index_of(made, one);
  made->changes[made->change_count++] = change;
}

/* amount, tax, prorated, proration_type, plan's unit and count, period, as the statement below
   has them. */
static sb_change line_change(const sb_account *account, sqlite3_stmt *rows) {
  int64_t start_ms = sqlite3_column_int64(rows, 1), end_ms = sqlite3_column_int64(rows, 2);
  int64_t tax = account->decisions.tax_included ? sqlite3_column_int64(rows, 4) : 0;
  int64_t amount = sqlite3_column_int64(rows, 3) - tax;
  const char *proration = sb_column_text(rows, 7);
  char unit = *sb_column_text(rows, 8);
  int64_t count = sqlite3_column_int64(rows, 9);
  bool is_differential = strncmp(proration, "differential", 12) == 0;
  if (sqlite3_column_int(rows, 6) && strcmp(proration, "differential_mrr") != 0)
    amount = sb_books_unprorate(amount, unit ? unit : 'm', count, end_ms - start_ms);
  return (sb_change){
    .kind = is_differential ? SB_CHANGE_ADD : SB_CHANGE_SET,
    .at_ms = start_ms,
    .mrr = sb_books_mrr(amount, unit ? unit : 'm', count),
    .plan = sqlite3_column_int64(rows, 10),
    .quantity = sqlite3_column_int64(rows, 5),
    .order = sqlite3_column_int64(rows, 11),
  };
}

static void load_lines(books *made) {
  sqlite3_stmt *rows = sb_db_query(
      made->account->db,
      "SELECT l.subscription_id, l.service_period_start, l.service_period_end, l.amount_in_cents,"
      " l.tax_amount_in_cents, l.quantity, l.prorated, l.proration_type, p.interval_unit,"
      " p.interval_count, l.plan_id, l.id, l.type, i.is_valid AND NOT i.disabled AND NOT l.disabled"
      " AND coalesce(i.forced_status, '') = ''"
      " FROM invoices i JOIN line_items l ON l.invoice_id = i.id LEFT JOIN plans p ON p.id = "
      "l.plan_id"
      " WHERE i.customer_id = ? AND l.subscription_id IS NOT NULL",
      "i", made->customer_id);
  while (sb_db_step(rows)) {
    entry *one = find_entry(made, sqlite3_column_int64(rows, 0));
    if (!one) continue;
    one->is_named = true;
    if (!sqlite3_column_int(rows, 13)) continue;
    sb_change change = line_change(made->account, rows);
    int64_t end_ms = sqlite3_column_int64(rows, 2);
    one->is_used = true;
    if (change.at_ms < one->first_ms) one->first_ms = change.at_ms;
    if (end_ms > one->period_end_ms) one->period_end_ms = end_ms;
    if (strcmp(sb_column_text(rows, 12), "subscription") == 0) add_change(made, one, change);
  }
  sb_db_done(rows);
}

/* Events that a later one takes back: by external id, or all scheduled ones of that kind. */
static bool is_retracted(sb_db *db, sqlite3_stmt *rows) {
  const char *type = sb_column_text(rows, 2);
  char *scheduled = NULL;
  size_t len = strlen(type);
  const char suffix[] = "_scheduled";
  if (len > sizeof suffix && strcmp(type + len - (sizeof suffix - 1), suffix) == 0) {
    sb_text name = { 0 };
    sb_text_printf(&name, "scheduled_%.*s_retracted", (int)(len - (sizeof suffix - 1)), type);
    scheduled = sb_text_take(&name);
  }
  int64_t count = sb_db_int(
      db, 0,
      "SELECT count(*) FROM events WHERE data_source_id = ?1 AND NOT disabled"
      " AND (event_type = 'subscription_event_retracted' AND retracted_event_id ->> '$' = ?2"
      "  OR event_type = ?3 AND subscription_external_id = ?4 AND id > ?5)",
      "ittti", sqlite3_column_int64(rows, 1), sqlite3_column_text(rows, 3), scheduled,
      sqlite3_column_text(rows, 4), sqlite3_column_int64(rows, 0));
  free(scheduled);
  return count > 0;
}

/* What an event does to its subscription; false when nothing. "update_scheduled" counts as an
   update. */
static bool event_change(const sb_account *account, sqlite3_stmt *rows, sb_change *change) {
  const char *type = sb_column_text(rows, 2);
  char unit = *sb_column_text(rows, 8);
  int64_t tax = account->decisions.tax_included ? strtoll(sb_column_text(rows, 11), NULL, 10) : 0;
  *change = (sb_change){
    .kind = SB_CHANGE_SET,
    .at_ms = sqlite3_column_int64(rows, 5),
    .mrr = sb_books_mrr(strtoll(sb_column_text(rows, 6), NULL, 10) - tax, unit ? unit : 'm',
                        sqlite3_column_int64(rows, 9)),
    .plan = sqlite3_column_int64(rows, 10),
    .quantity = strtoll(sb_column_text(rows, 7), NULL, 10),
    .order = sqlite3_column_int64(rows, 0),
  };
  if (strstr(type, "retracted")) return false;
  if (strstr(type, "cancel")) change->kind = SB_CHANGE_CANCEL;
  return true;
}

static void load_events(books *made) {
  sqlite3_stmt *rows = sb_db_query(
      made->account->db,
      "SELECT e.id, e.data_source_id, e.event_type, e.external_id, e.subscription_external_id,"
      " e.effective_date, e.amount_in_cents ->> '$', e.quantity ->> '$', p.interval_unit,"
      " p.interval_count, p.id, e.tax_amount_in_cents ->> '$', s.id, e.disabled"
      " FROM subscriptions s JOIN events e ON e.data_source_id = s.data_source_id"
      "  AND e.subscription_external_id = s.external_id"
      " LEFT JOIN plans p ON p.data_source_id = e.data_source_id"
      "  AND p.external_id = e.plan_external_id ->> '$'"
      " WHERE s.customer_id = ? ORDER BY e.id",
      "i", made->customer_id);
  while (sb_db_step(rows)) {
    entry *one = find_entry(made, sqlite3_column_int64(rows, 12));
    sb_change change;
    if (!one) continue;
    one->is_named = true;
    if (sqlite3_column_int(rows, 13)) continue;
    one->is_used = true;
    if (!event_change(made->account, rows, &change) || is_retracted(made->account->db, rows))
      continue;
    if (change.kind != SB_CHANGE_CANCEL && change.at_ms < one->first_ms)
      one->first_ms = change.at_ms;
    add_change(made, one, change);
  }
  sb_db_done(rows);
}

/* Of connected subscriptions only the last one's cancellations count: the others go on in the
   next. */
static bool is_last_of_group(const books *made, const entry *one) {
  for (size_t i = 0; i < made->entry_count; i++) {
    const entry *other = &made->entries[i];
    if (other != one && other->leader_id == one->leader_id &&
        (other->first_ms > one->first_ms ||
         (other->first_ms == one->first_ms && other->id > one->id)))
      return false;
  }
  return true;
}

static void load_cancellations(books *made) {
  for (size_t i = 0; i < made->entry_count; i++) {
    entry *one = &made->entries[i];
    if (strcmp(one->cancellation_dates, "[]") == 0 || !is_last_of_group(made, one)) continue;
    cJSON *dates = cJSON_Parse(one->cancellation_dates);
    for (const cJSON *date = dates ? dates->child : NULL; date; date = date->next) {
      int64_t at_ms;
      if (cJSON_IsString(date) && sb_time_parse(date->valuestring, &at_ms, NULL))
        add_change(made, one, (sb_change){ .kind = SB_CHANGE_CANCEL, .at_ms = at_ms });
    }
    cJSON_Delete(dates);
  }
}

/* The state of a group stands in its last member; the others are over. */
static void store_entry(const books *made, const entry *one, const sb_subscription_state *states) {
  static const sb_subscription_state over = { 0 };
  const sb_subscription_state *state = &states[index_of(made, one)];
  bool has_started = one->first_ms <= made->horizon_ms && state->start_ms;
  sb_db *db = made->account->db;
  if (!one->is_named) {
    sb_db_run(db, "DELETE FROM subscriptions WHERE id = ?", "i", one->id);
    return;
  }
  int64_t end_ms = state->end_ms ? state->end_ms : one->period_end_ms;
  if (!is_last_of_group(made, one)) {
    end_ms = one->period_end_ms;
    state = &over;
  }
  sb_db_run(db,
            "UPDATE subscriptions SET mrr = ?2, quantity = coalesce(nullif(?3, 0), quantity),"
            " start_date = CASE WHEN ?4 THEN ?5 END, end_date = nullif(?6, 0),"
            " plan_id = coalesce(nullif(?7, 0), plan_id),"
            " status = CASE WHEN ?2 > 0 THEN 'active' ELSE 'inactive' END, is_used = ?8"
            " WHERE id = ?1",
            "iiiiiiii", one->id, state->mrr, state->quantity, (int64_t)has_started, one->first_ms,
            end_ms, state->plan, (int64_t)one->is_used);
}

static void store_movements(const books *made, const sb_movement *movements, size_t count) {
  sb_account *account = made->account;
  sb_db_run(account->db, "DELETE FROM activities WHERE customer_id = ?", "i", made->customer_id);
  if (!made->entries) return; /* without a subscription nothing moved */
  for (size_t i = 0; i < count; i++) {
    const sb_movement *one = &movements[i];
    sb_db_run(
        account->db,
        "INSERT INTO activities(id, customer_id, subscription_id, plan_id, type, movement, mrr,"
        " at) VALUES(?, ?, ?, nullif(?, 0), ?, ?, ?, ?)",
        "iiiitiii", sb_account_number(account, SB_ACTIVITY), made->customer_id,
        made->entries[one->subscription].id, one->plan, sb_movement_name(one->type), one->amount,
        one->mrr_after, one->at_ms);
  }
}

/* Past due: the newest invoice is open, and was due before now or failed to be paid. */
static bool is_past_due(const books *made) {
  return sb_db_int(made->account->db, 0,
                   "SELECT 1 FROM invoices i WHERE i.customer_id = ?1 AND i.status = 'open'"
                   " AND i.is_valid AND NOT i.disabled AND i.date <= ?2 AND NOT EXISTS"
                   " (SELECT 1 FROM invoices n WHERE n.customer_id = ?1 AND n.is_valid"
                   "  AND NOT n.disabled AND n.date <= ?2 AND (n.date, n.id) > (i.date, i.id))"
                   " AND (i.due_date < ?2 OR (SELECT t.result FROM transactions t"
                   "  WHERE t.invoice_id = i.id AND NOT t.disabled"
                   "  ORDER BY t.date DESC, t.id DESC LIMIT 1) = 'failed')",
                   "ii", made->customer_id, made->horizon_ms) != 0;
}

static void store_customer(const books *made, const sb_movement *movements, size_t count) {
  int64_t mrr = count ? movements[count - 1].mrr_after : 0;
  const char *status = !count              ? NULL
                       : !mrr              ? "Cancelled"
                       : is_past_due(made) ? "Past Due"
                                           : "Active";
  sb_db_run(made->account->db,
            "UPDATE customers SET mrr = ?2, status = coalesce(?3, lead_status),"
            " customer_since = CASE WHEN ?4 THEN ?5 END,"
            " sort_since = CASE WHEN ?4 THEN ?5 ELSE ?6 END WHERE id = ?1",
            "iitiii", made->customer_id, mrr, status, (int64_t)(count > 0),
            count ? movements[0].at_ms : 0, SB_NEVER);
}

void sb_ledger_recompute(sb_account *account, int64_t customer_id) {
  books made = {
    .account = account,
    .customer_id = customer_id,
    .horizon_ms = sb_account_horizon(account),
  };
  load_entries(&made);
  load_lines(&made);
  load_events(&made);
  load_cancellations(&made);
  sb_subscription_state *states = sb_alloc(made.entry_count * sizeof *states);
  sb_movement *movements = sb_alloc(made.change_count * sizeof *movements);
  size_t count = sb_books_settle(made.changes, made.change_count, states, made.entry_count,
                                 movements);
  for (size_t i = 0; i < made.entry_count; i++)
    store_entry(&made, &made.entries[i], states);
  store_movements(&made, movements, count);
  store_customer(&made, movements, count);
  account->version++;
  for (size_t i = 0; i < made.entry_count; i++)
    free(made.entries[i].cancellation_dates);
  free(made.entries);
  free(made.changes);
  free(states);
  free(movements);
}

static void recompute_effect(sb_account *account, const char *what) {
  sb_ledger_recompute(account, strtoll(what, NULL, 10));
}

void sb_ledger_recompute_later(sb_account *account, int64_t customer_id) {
  sb_text what = { 0 };
  sb_text_int(&what, customer_id);
  sb_account_defer(account, account->decisions.processing_delay_ms, recompute_effect, what.bytes);
  sb_text_clear(&what);
}

void sb_ledger_settle_invoice(sb_account *account, int64_t invoice_id) {
  sb_db_run(
      account->db,
      "UPDATE invoices SET status = coalesce(forced_status, (SELECT CASE"
      " WHEN refunded >= total AND paid > 0 THEN 'refunded'"
      " WHEN paid >= total AND payments > 0 THEN 'paid' ELSE 'open' END FROM (SELECT total,"
      " coalesce(sum(coalesce(t.amount_in_cents, total)) FILTER (WHERE t.type = 'payment'), 0)"
      " AS paid, count(*) FILTER (WHERE t.type = 'payment') AS payments,"
      " coalesce(sum(coalesce(t.amount_in_cents, total)) FILTER (WHERE t.type = 'refund'), 0)"
      " AS refunded FROM (SELECT coalesce(sum(amount_in_cents), 0) AS total FROM line_items"
      " WHERE invoice_id = ?1 AND NOT disabled) LEFT JOIN transactions t"
      " ON t.invoice_id = ?1 AND t.result = 'successful' AND NOT t.disabled)))"
      " WHERE id = ?1",
      "i", invoice_id);
}
