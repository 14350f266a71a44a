#include "../books/ledger.h"
#include "../engine/history.h"
#include "resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char taken_invoice[] =
    "The external ID for this invoice already exists in our system.";
static const char taken_line_item[] =
    "The external ID for this line item already exists in our system.";
static const char taken_transaction[] = "has already been taken";

/* The errors of one invoice, an object member -> text. */
static void add_error(cJSON *errors, const char *prefix, const char *param, const char *text) {
  char name[96];
  snprintf(name, sizeof name, "%s%s", prefix, param);
  if (!cJSON_HasObjectItem(errors, name)) cJSON_AddStringToObject(errors, name, text);
}

static bool is_taken(sb_account *account, const char *table, int64_t data_source_id,
                     const char *external_id) {
  char sql[128];
  snprintf(sql, sizeof sql, "SELECT 1 FROM %s WHERE data_source_id = ? AND external_id = ?", table);
  return external_id && sb_db_int(account->db, 0, sql, "it", data_source_id, external_id);
}

/* The part of a merged customer that an invoice belongs to: what it names, else the primary one. */
static void choose_part(sb_account *account, int64_t customer_id, const cJSON *json, sb_row *row) {
  const char *source = sb_json_text(json, "data_source_uuid");
  const char *external_id = sb_json_text(json, "customer_external_id");
  sqlite3_stmt *part = sb_db_query(
      account->db,
      "SELECT data_source_id, external_id FROM customer_parts WHERE customer_id = ?1"
      " ORDER BY (?2 <> 0 AND data_source_id = ?2) + (external_id IS ?3) DESC, id LIMIT 1",
      "iit", customer_id, sb_uuid_parse(SB_DATA_SOURCE, source), external_id);
  if (sb_db_step(part)) {
    sb_row_int(row, "data_source_id", sqlite3_column_int64(part, 0));
    sb_row_text(row, "customer_external_id", sb_column_text(part, 1));
  }
  sb_db_done(part);
}

/* Whether the lines or transactions of an invoice that is there already are there too. */
static void add_taken_children(sb_account *account, cJSON *errors, int64_t data_source_id,
                               const cJSON *children, bool is_line) {
  for (const cJSON *one = children ? children->child : NULL; one; one = one->next) {
    const char *external_id = sb_json_text(one, "external_id");
    if (is_taken(account, is_line ? "line_items" : "transactions", data_source_id, external_id))
      add_error(errors, is_line ? "line_items." : "transactions.", "external_id",
                is_line ? taken_line_item : taken_transaction);
  }
}

/* A child with its own errors; what is there already is not stored a second time, which is an error
   of the invoice. */
static void store_child(sb_call *call, const sb_resource *resource, int64_t invoice_id,
                        const cJSON *json, cJSON *errors) {
  sb_account *account = call->account;
  bool is_line = resource == &sb_line_items;
  sb_row row = { .resource = resource };
  sb_problems problems = { 0 };
  sb_row_int(&row, "invoice_id", invoice_id);
  sb_row_read(account, &row, json, SB_CREATE, &problems);
  if (is_line)
    sb_line_item_complete(account, &row, invoice_id, &problems);
  else
    sb_transaction_complete(account, &row, invoice_id, &problems);
  if (is_taken(account, resource->table, sb_row_get_int(&row, "data_source_id"),
               sb_row_get_text(&row, "external_id"))) {
    sb_errors_add(errors, is_line ? "line_items." : "transactions.", &problems);
  } else {
    cJSON *own = cJSON_CreateObject();
    sb_errors_add(own, "", &problems);
    char *words = cJSON_PrintUnformatted(own);
    sb_row_text(&row, "errors", words);
    sb_row_insert(account, &row);
    free(words);
    cJSON_Delete(own);
  }
  sb_problems_clear(&problems);
  sb_row_clear(&row);
}

static void store_children(sb_call *call, int64_t invoice_id, const cJSON *json) {
  const cJSON *lines = cJSON_GetObjectItemCaseSensitive(json, "line_items");
  const cJSON *transactions = cJSON_GetObjectItemCaseSensitive(json, "transactions");
  cJSON *errors = cJSON_CreateObject();
  for (const cJSON *one = lines ? lines->child : NULL; one; one = one->next)
    store_child(call, &sb_line_items, invoice_id, one, errors);
  for (const cJSON *one = transactions ? transactions->child : NULL; one; one = one->next)
    store_child(call, &sb_transactions, invoice_id, one, errors);
  if (!lines || !lines->child) add_error(errors, "", "line_items", "can't be blank");
  char *words = cJSON_PrintUnformatted(errors);
  sb_db_run(call->account->db, "UPDATE invoices SET errors = ? WHERE id = ?", "ti", words,
            invoice_id);
  free(words);
  cJSON_Delete(errors);
}

int64_t sb_invoice_store(sb_call *call, int64_t customer_id, const cJSON *json, sb_text *errors) {
  sb_account *account = call->account;
  sb_row row = { .resource = &sb_invoices };
  cJSON *wrong = cJSON_CreateObject();
  int64_t id = 0;
  sb_row_int(&row, "customer_id", customer_id);
  choose_part(account, customer_id, json, &row);
  sb_row_read(account, &row, json, SB_CREATE, &call->problems);
  int64_t data_source_id = sb_row_get_int(&row, "data_source_id");
  sb_errors_add(wrong, "", &call->problems);
  if (is_taken(account, "invoices", data_source_id, sb_row_get_text(&row, "external_id"))) {
    add_error(wrong, "", "external_id", taken_invoice);
    add_taken_children(account, wrong, data_source_id,
                       cJSON_GetObjectItemCaseSensitive(json, "line_items"), true);
    add_taken_children(account, wrong, data_source_id,
                       cJSON_GetObjectItemCaseSensitive(json, "transactions"), false);
  } else if (!call->problems.count) {
    if (sb_is_user_edit(call, data_source_id)) sb_row_int(&row, "user_created", 1);
    id = sb_row_insert(account, &row);
    store_children(call, id, json);
    sb_invoice_check(account, id);
    sb_ledger_settle_invoice(account, id);
  }
  char *words = id ? sb_db_text(account->db, "SELECT errors FROM invoices WHERE id = ?", "i", id)
                   : cJSON_PrintUnformatted(wrong);
  sb_text_puts(errors, words);
  free(words);
  cJSON_Delete(wrong);
  sb_row_clear(&row);
  return id;
}

/* An invoice that was not stored: what was sent, without a uuid and with its errors. */
static void write_refused(const sb_account *account, const cJSON *json, const char *errors,
                          sb_text *out) {
  cJSON *copy = cJSON_Duplicate(json, 1);
  cJSON_DeleteItemFromObjectCaseSensitive(copy, "errors");
  cJSON_AddNullToObject(copy, "uuid");
  char *words = cJSON_PrintUnformatted(copy);
  sb_text_add(out, words, strlen(words) - 1); /* reopen the object */
  sb_text_puts(out, ",\"errors\":");
  sb_render_errors(account, errors, out);
  sb_render_end(account, out);
  free(words);
  cJSON_Delete(copy);
}

/* Members that every invoice of a request must have; nothing is stored when one lacks them. */
static bool check_all(sb_call *call, const cJSON *invoices) {
  bool refuses = sb_decided(call->account, duplicate_invoice, "refuse");
  if (!cJSON_IsArray(invoices) || !invoices->child)
    sb_call_problem(call, "invoices", invoices ? "invalid" : "missing",
                    "invoices is not an array with at least one invoice");
  for (const cJSON *one = invoices ? invoices->child : NULL; one; one = one->next) {
    sb_row row = { .resource = &sb_invoices };
    choose_part(call->account, call->ids[0], one, &row);
    sb_row_read(call->account, &row, one, SB_CREATE, &call->problems);
    if (refuses && is_taken(call->account, "invoices", sb_row_get_int(&row, "data_source_id"),
                            sb_row_get_text(&row, "external_id")))
      sb_call_problem(call, "external_id", "taken", "%s", taken_invoice);
    sb_row_clear(&row);
  }
  return !sb_call_failed(call);
}

void sb_invoice_import(sb_call *call) {
  const cJSON *invoices = cJSON_GetObjectItemCaseSensitive(call->body, "invoices");
  sb_view view = { .form = SB_FORM_IMPORT };
  bool any_stored = false;
  sb_text rows = { 0 };
  if (!check_all(call, invoices)) return;
  for (const cJSON *one = invoices->child; one; one = one->next) {
    sb_text errors = { 0 };
    int64_t id = sb_invoice_store(call, call->ids[0], one, &errors);
    if (rows.len) sb_text_putc(&rows, ',');
    if (id)
      sb_render_id(call->account, &sb_invoices, &view, id, &rows);
    else
      write_refused(call->account, one, errors.bytes, &rows);
    any_stored |= id != 0;
    sb_text_clear(&errors);
  }
  sb_ledger_recompute_later(call->account, call->ids[0]);
  sb_call_answer(call, any_stored ? call->route->status
                                  : (int)call->account->decisions.invoice_errors_status);
  sb_text_printf(&call->out, "{\"invoices\":[%s]", rows.bytes);
  sb_render_end(call->account, &call->out);
  sb_text_clear(&rows);
}
