/*
** What is wrong with a stored invoice. Imports store records with errors and lists hide them; a
** change that gives a record what it lacks repairs it.
**
** A line item or transaction has its own errors, {member: text}; those of an invoice are its
** children's, with "line_items." or "transactions." in front, and what was wrong with the import
** itself.
*/
#include "../books/ledger.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

static cJSON *load_errors(sb_account *account, const char *table, int64_t id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT errors FROM %s WHERE id = ?", table);
  char *words = sb_db_text(account->db, sql.bytes, "i", id);
  cJSON *errors = cJSON_Parse(words ? words : "{}");
  free(words);
  sb_text_clear(&sql);
  return errors;
}

static void store_errors(sb_account *account, const char *table, int64_t id, const cJSON *errors) {
  sb_text sql = { 0 };
  char *words = cJSON_PrintUnformatted(errors);
  sb_text_printf(&sql, "UPDATE %s SET errors = ? WHERE id = ?", table);
  sb_db_run(account->db, sql.bytes, "ti", words, id);
  free(words);
  sb_text_clear(&sql);
}

void sb_errors_add(cJSON *errors, const char *prefix, const sb_problems *problems) {
  for (size_t i = 0; i < problems->count; i++) {
    const sb_problem *one = &problems->items[i];
    bool is_missing = strcmp(one->code, "missing") == 0;
    sb_text name = { 0 };
    sb_text_printf(&name, "%s%s", prefix, one->param);
    if (!cJSON_HasObjectItem(errors, name.bytes))
      cJSON_AddStringToObject(errors, name.bytes, is_missing ? "can't be blank" : one->message);
    sb_text_clear(&name);
  }
}

void sb_errors_settle(sb_account *account, const sb_resource *resource, int64_t id,
                      const sb_problems *problems) {
  cJSON *old_errors = load_errors(account, resource->table, id);
  cJSON *errors = cJSON_CreateObject();
  sb_errors_add(errors, "", problems);
  for (cJSON *one = errors->child; one; one = one->next) {
    const char *text = sb_json_text(old_errors, one->string);
    if (text) cJSON_SetValuestring(one, text);
  }
  store_errors(account, resource->table, id, errors);
  cJSON_Delete(old_errors);
  cJSON_Delete(errors);
}

static void add_children(sb_account *account, cJSON *errors, const char *table,
                         int64_t invoice_id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql,
                 "SELECT '%s.' || e.key, e.value FROM %s t, json_each(t.errors) e"
                 " WHERE t.invoice_id = ? AND t.errors <> '{}' ORDER BY t.id",
                 table, table);
  sqlite3_stmt *rows = sb_db_query(account->db, sql.bytes, "i", invoice_id);
  while (sb_db_step(rows))
    if (!cJSON_HasObjectItem(errors, sb_column_text(rows, 0)))
      cJSON_AddStringToObject(errors, sb_column_text(rows, 0), sb_column_text(rows, 1));
  sb_db_done(rows);
  sb_text_clear(&sql);
}

/* A child that was there already was not stored, so that no change of this invoice repairs it. */
static bool is_lasting(sb_account *account, int64_t invoice_id, const char *name) {
  if (strcmp(name, "line_items") == 0)
    return !sb_db_int(account->db, 0, "SELECT 1 FROM line_items WHERE invoice_id = ?", "i",
                      invoice_id);
  return strcmp(name, "line_items.external_id") == 0 ||
         strcmp(name, "transactions.external_id") == 0;
}

void sb_invoice_check(sb_account *account, int64_t invoice_id) {
  cJSON *errors = load_errors(account, "invoices", invoice_id);
  for (cJSON *one = errors->child, *next; one; one = next) {
    next = one->next;
    if (!is_lasting(account, invoice_id, one->string))
      cJSON_Delete(cJSON_DetachItemViaPointer(errors, one));
  }
  add_children(account, errors, "line_items", invoice_id);
  add_children(account, errors, "transactions", invoice_id);
  store_errors(account, "invoices", invoice_id, errors);
  sb_db_run(account->db, "UPDATE invoices SET is_valid = (errors = '{}') WHERE id = ?", "i",
            invoice_id);
  cJSON_Delete(errors);
}

void sb_invoice_settle(sb_account *account, int64_t invoice_id) {
  sb_invoice_check(account, invoice_id);
  sb_ledger_settle_invoice(account, invoice_id);
  sb_ledger_recompute_later(
      account,
      sb_db_int(account->db, 0, "SELECT customer_id FROM invoices WHERE id = ?", "i", invoice_id));
}

int64_t sb_invoice_of(sb_account *account, const sb_resource *resource, int64_t id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT invoice_id FROM %s WHERE id = ?", resource->table);
  int64_t invoice_id = sb_db_int(account->db, 0, sql.bytes, "i", id);
  sb_text_clear(&sql);
  return invoice_id;
}
