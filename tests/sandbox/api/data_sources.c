#include "../books/ledger.h"
#include "resources.h"

#include <string.h>

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  (void)id;
  const char *name = sb_row_get_text(row, "name");
  if (!sb_row_is_set(row, "system") || sb_decided(call->account, sent_system, "ignore"))
    sb_row_text(row, "system", call->account->decisions.source_system);
  sb_row_text(row, "status", call->account->decisions.source_status);
  if (name &&
      sb_db_int(call->account->db, 0, "SELECT 1 FROM data_sources WHERE name = ?", "t", name))
    sb_call_problem(call, "name", "taken", "Has already been taken.");
}

/* Take from a customer what comes from a source: all of it, or a part of a merged one. */
static void take_part(sb_account *account, int64_t customer_id, int64_t id) {
  sb_db_run(account->db, "DELETE FROM customer_parts WHERE customer_id = ? AND data_source_id = ?",
            "ii", customer_id, id);
  if (sb_db_int(account->db, 0, "SELECT 1 FROM customer_parts WHERE customer_id = ?", "i",
                customer_id)) {
    sb_customer_store_parts(account, customer_id);
    sb_ledger_recompute(account, customer_id);
  } else {
    sb_row_delete(account, &sb_customers, customer_id);
  }
}

/* All records of a source. */
static void clear_source(sb_account *account, int64_t id) {
  static const char *const statements[] = {
    "DELETE FROM transactions WHERE data_source_id = ?",
    "DELETE FROM line_items WHERE data_source_id = ?",
    "DELETE FROM invoices WHERE data_source_id = ?",
    "DELETE FROM events WHERE data_source_id = ?",
    "DELETE FROM subscriptions WHERE data_source_id = ?",
    "DELETE FROM notes WHERE contact_id IN (SELECT id FROM contacts WHERE data_source_id = ?)",
    "DELETE FROM tasks WHERE contact_id IN (SELECT id FROM contacts WHERE data_source_id = ?)",
    "DELETE FROM contacts WHERE data_source_id = ?",
    "DELETE FROM plan_group_plans WHERE plan_id IN (SELECT id FROM plans WHERE data_source_id = ?)",
    "DELETE FROM plans WHERE data_source_id = ?",
    "DELETE FROM imports WHERE data_source_id = ?",
  };
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
    sb_db_run(account->db, statements[i], "i", id);
  /* One after the other: a statement that is being read must not lose its table's rows. */
  for (int64_t customer_id;
       (customer_id = sb_db_int(account->db, 0,
                                "SELECT customer_id FROM customer_parts WHERE data_source_id = ?"
                                " LIMIT 1",
                                "i", id)) != 0;)
    take_part(account, customer_id, id);
}

static void remove_source(sb_account *account, int64_t id) {
  clear_source(account, id);
  sb_db_run(account->db, "DELETE FROM data_sources WHERE id = ?", "i", id);
}

static const sb_member members[] = {
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_DATA_SOURCE,
    .flags = SB_COMPUTED },
  { .name = "name", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED },
  { .name = "system", .type = SB_TEXT, .flags = SB_CREATE, .initial = "Custom" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { .name = "status", .type = SB_TEXT, .initial = "idle" },
  { 0 },
};

const sb_resource sb_data_sources = {
  .table = "data_sources",
  .label = "Data source",
  .kind = SB_DATA_SOURCE,
  .members = members,
  .prepare = prepare,
  .remove = remove_source,
  .deleted = "'Source'",
};

/* The objects that the with_* flags add. */
static const struct {
  const char *flag;
  const char *member;
  const char *unset; /* what a fresh source may have instead; NULL: nothing */
} settings[] = {
  { "with_processing_status", "\"processing_status\":{\"processed\":0,\"failed\":0,\"pending\":0}",
    "\"processing_status\":{}" },
  { "with_auto_churn_subscription_setting",
    "\"auto_churn_subscription_setting\":{\"enabled\":false,\"interval\":null}", NULL },
  { "with_invoice_handling_setting",
    "\"invoice_handling_setting\":{\"manual\":{\"create_subscription_when_invoice_is\":\"open\","
    "\"update_subscription_when_invoice_is\":\"open\",\"prevent_subscription_for_invoice_voided\":"
    "true,"
    "\"prevent_subscription_for_invoice_refunded\":false,"
    "\"prevent_subscription_for_invoice_written_off\":true},\"automatic\":{"
    "\"create_subscription_when_invoice_is\":\"open\",\"update_subscription_when_invoice_is\":"
    "\"open\","
    "\"prevent_subscription_for_invoice_voided\":true,"
    "\"prevent_subscription_for_invoice_refunded\":false,"
    "\"prevent_subscription_for_invoice_written_off\":true}}",
    NULL },
};

static void write_source(sb_call *call, sqlite3_stmt *rows) {
  sb_view view = sb_call_view(call, SB_FORM_LIST);
  sb_render_row(call->account, &sb_data_sources, &view, rows, &call->out);
  bool has_settings = sb_decided(call->account, source_settings, "present");
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
    const char *member = has_settings ? settings[i].member : settings[i].unset;
    if (!sb_call_flag(call, settings[i].flag) || !member) continue;
    call->out.len--; /* reopen the object */
    sb_text_printf(&call->out, ",%s}", member);
  }
}

static sqlite3_stmt *select_sources(sb_call *call, const char *where) {
  sb_text sql = { 0 };
  sb_render_columns(&sb_data_sources, &sql);
  sb_text_printf(&sql, " FROM data_sources t %s", where);
  sqlite3_stmt *rows = sb_db_statement(call->account->db, sql.bytes);
  sb_text_clear(&sql);
  return rows;
}

void sb_data_source_list(sb_call *call) {
  const char *name = sb_call_parameter(call, "name");
  const char *system = sb_call_parameter(call, "system");
  sqlite3_stmt *rows = select_sources(
      call, "WHERE t.name = coalesce(nullif(?1, ''), t.name)"
            " AND t.system = coalesce(nullif(?2, ''), t.system) ORDER BY t.id");
  sqlite3_bind_text(rows, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_text(rows, 2, system, -1, SQLITE_STATIC);
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"data_sources\":[");
  for (bool is_first = true; sb_db_step(rows); is_first = false) {
    if (!is_first) sb_text_putc(&call->out, ',');
    write_source(call, rows);
  }
  sb_db_done(rows);
  sb_text_putc(&call->out, ']');
  sb_render_end(call->account, &call->out);
}

void sb_data_source_retrieve(sb_call *call) {
  sqlite3_stmt *rows = select_sources(call, "WHERE t.id = ?");
  sqlite3_bind_int64(rows, 1, call->ids[0]);
  sb_call_answer(call, 200);
  if (sb_db_step(rows)) write_source(call, rows);
  sb_db_done(rows);
}

void sb_data_source_clear(sb_call *call) {
  sb_account_tick(call->account);
  clear_source(call->account, call->ids[0]);
  sb_call_answer_empty(call, 204);
}

void sb_data_source_delete_invoices(sb_call *call) {
#define THESE                                                                                      \
  "SELECT id FROM invoices WHERE customer_id = ?2 AND data_source_id = ?1 AND"                     \
  " coalesce(?3 = customer_external_id, ?3 IS NULL)"
  static const char *const statements[] = {
    "DELETE FROM transactions WHERE invoice_id IN (" THESE ")",
    "DELETE FROM line_items WHERE invoice_id IN (" THESE ")",
    "DELETE FROM invoices WHERE id IN (" THESE ")",
  };
#undef THESE
  sb_account *account = call->account;
  sb_account_tick(account);
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
    sb_db_run(account->db, statements[i], "iit", call->ids[0], call->ids[1],
              sb_call_parameter(call, "customer_external_id"));
  sb_ledger_recompute_later(account, call->ids[1]);
  sb_call_answer_empty(call, 204);
}
