/* Bulk imports of JSON. The records are taken at once, each for itself; the job says so after it was looked at
   a few times. What its details say of them is written in import_details.c. */
#include "../books/ledger.h"
#include "import_details.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 5000000, MAX_CUSTOMERS = 1000 };

static const sb_member members[] = {
  { .name = "id", .column = "t.id", .type = SB_UUID, .detail = SB_IMPORT, .flags = SB_COMPUTED },
  /* The documentation shows the source's uuid without its prefix. */
  { .name = "data_source_uuid", .column = "t.shown_source", .type = SB_TEXT, .flags = SB_COMPUTED },
  { .name = "status", .type = SB_TEXT, .initial = "queued" },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED },
  { .name = "status_details", .type = SB_RAW, .initial = "{}" },
  { .name = "error", .type = SB_TEXT, .flags = SB_OMIT_NULL },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_Z },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_Z },
  { .name = "shown_source", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "data_source_id", .type = SB_INT, .flags = SB_HIDDEN },
  { .name = "details", .type = SB_RAW, .flags = SB_HIDDEN, .initial = "{}" },
  { .name = "outcome", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "reason", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "polls", .type = SB_INT, .flags = SB_HIDDEN, .initial = "0" },
  { 0 },
};

const sb_resource sb_imports = {
  .table = "imports",
  .label = "Import",
  .kind = SB_IMPORT,
  .members = members,
  .indexes = "CREATE INDEX imports_external ON imports(data_source_id, external_id)",
};

/* An import while its records are taken. */
typedef struct bulk {
  sb_call *call;
  char *source_uuid;
  int64_t source_id;
  sb_import_details details;
  int left; /* so many records are taken yet; negative: all */
} bulk;

static void put_text(cJSON *json, const char *name, const char *text) {
  cJSON_DeleteItemFromObjectCaseSensitive(json, name);
  cJSON_AddStringToObject(json, name, text);
}

/* Does the import stop in the middle, before this record? */
static bool is_over(bulk *job) {
  if (job->left < 0) return false;
  if (job->left == 0) return true;
  job->left--;
  return false;
}

/* Take the problems of the last record as one text; NULL when there is none. Released with
   free(). */
static char *take_problems(sb_call *call) {
  sb_text words = { 0 };
  for (size_t i = 0; i < call->problems.count; i++)
    sb_text_printf(&words, "%s%s: %s", i ? "; " : "", call->problems.items[i].param,
                   call->problems.items[i].message);
  sb_problems_clear(&call->problems);
  return words.len ? sb_text_take(&words) : NULL;
}

/* Create one record of a resource with the import's source in it. */
static void create(bulk *job, const sb_resource *resource, cJSON *json, const char *customer,
                   const char *section) {
  sb_call *call = job->call;
  sb_row row = { .resource = resource };
  cJSON *body = call->body;
  if (is_over(job)) return;
  put_text(json, "data_source_uuid", job->source_uuid);
  call->body = json; /* what the resource takes to be the request */
  sb_create_row(call, resource, &row, json);
  call->body = body;
  char *error = take_problems(call);
  sb_import_note(&job->details, customer, section, sb_json_text(json, "external_id"), error);
  free(error);
  sb_row_clear(&row);
}

/* A line may name its plan by external id here. false: there is no such plan. */
static bool name_plan(bulk *job, cJSON *line) {
  const char *external_id = sb_json_text(line, "plan_external_id");
  if (!external_id || sb_json_text(line, "plan_uuid")) return true;
  int64_t id = sb_db_int(job->call->account->db, 0,
                         "SELECT id FROM plans WHERE data_source_id = ? AND external_id = ?", "it",
                         job->source_id, external_id);
  sb_text uuid = { 0 };
  sb_uuid_write(&uuid, SB_PLAN, id);
  put_text(line, "plan_uuid", uuid.bytes);
  sb_text_clear(&uuid);
  return id != 0;
}

/* Move the children of an invoice out of the body's flat list into the invoice. `wrong` receives the plan that is none,
   borrowed. */
static void nest(bulk *job, cJSON *invoice, const char *section, const char **wrong) {
  cJSON *all = cJSON_GetObjectItemCaseSensitive(job->call->body, section);
  cJSON *nested = cJSON_AddArrayToObject(invoice, section);
  const char *external_id = sb_json_text(invoice, "external_id");
  for (cJSON *one = all ? all->child : NULL, *next; one; one = next) {
    next = one->next;
    const char *of = sb_json_text(one, "invoice_external_id");
    if (!of || !external_id || strcmp(of, external_id) != 0) continue;
    cJSON_DetachItemViaPointer(all, one);
    if (!name_plan(job, one)) *wrong = sb_json_text(one, "plan_external_id");
    cJSON_AddItemToArray(nested, one);
  }
}

static int64_t find_customer(bulk *job, const char *external_id) {
  return sb_db_int(job->call->account->db, 0,
                   "SELECT customer_id FROM customer_parts WHERE data_source_id = ?"
                   " AND external_id = ?",
                   "it", job->source_id, external_id);
}

/* The children of an invoice are taken as it is; those of one that was not have no words of their own. */
static void note_children(bulk *job, const char *customer, const cJSON *invoice,
                          const char *section, const char *error) {
  const cJSON *children = cJSON_GetObjectItemCaseSensitive(invoice, section);
  for (const cJSON *one = children ? children->child : NULL; one; one = one->next)
    sb_import_note(&job->details, customer, section, sb_json_text(one, "external_id"), error);
}

static void note_invoice(bulk *job, const cJSON *invoice, const char *error) {
  const char *customer = sb_json_text(invoice, "customer_external_id");
  const char *of = error ? "its invoice was not imported" : NULL;
  if (!customer) customer = "invoices";
  sb_import_note(&job->details, customer, "invoices", sb_json_text(invoice, "external_id"), error);
  note_children(job, customer, invoice, "line_items", of);
  note_children(job, customer, invoice, "transactions", of);
}

/* The errors of an invoice as one text; NULL when there is none. Released with free(). */
static char *words_of(const char *errors) {
  sb_text words = { 0 };
  cJSON *all = cJSON_Parse(errors);
  for (const cJSON *one = all ? all->child : NULL; one; one = one->next)
    sb_text_printf(&words, "%s%s: %s", words.len ? "; " : "", one->string, one->valuestring);
  cJSON_Delete(all);
  return words.len ? sb_text_take(&words) : NULL;
}

static void store_invoice(bulk *job, int64_t customer_id, cJSON *invoice) {
  sb_text errors = { 0 };
  int64_t id = sb_invoice_store(job->call, customer_id, invoice, &errors);
  sb_problems_clear(&job->call->problems);
  char *error = words_of(errors.bytes);
  bool is_left_out = id && error && sb_decided(job->call->account, import_invalid, "leave_out");
  if (is_left_out) sb_row_delete(job->call->account, &sb_invoices, id);
  note_invoice(job, invoice, error);
  sb_ledger_recompute_later(job->call->account, customer_id);
  free(error);
  sb_text_clear(&errors);
}

static void take_invoice(bulk *job, cJSON *invoice) {
  const char *customer = sb_json_text(invoice, "customer_external_id");
  const char *plan = NULL;
  if (is_over(job)) return;
  int64_t customer_id = customer ? find_customer(job, customer) : 0;
  sb_text error = { 0 };
  nest(job, invoice, "line_items", &plan);
  nest(job, invoice, "transactions", &plan);
  put_text(invoice, "data_source_uuid", job->source_uuid);
  if (!customer_id) {
    sb_text_printf(&error, "customer_external_id: customer '%s' not found",
                   customer ? customer : "");
  } else if (plan && sb_decided(job->call->account, import_invalid, "leave_out")) {
    sb_text_printf(&error, "line_items.plan_external_id: plan '%s' not found", plan);
  }
  if (error.len)
    note_invoice(job, invoice, error.bytes);
  else
    store_invoice(job, customer_id, invoice);
  sb_text_clear(&error);
}

/* Lines and transactions that are left belong to invoices that were there before. */
static void take_child(bulk *job, const sb_resource *resource, cJSON *json, const char *section) {
  sb_call *call = job->call;
  const char *external_id = sb_json_text(json, "invoice_external_id");
  sb_row row = { .resource = resource };
  if (is_over(job)) return;
  int64_t invoice_id = sb_db_int(call->account->db, 0,
                                 "SELECT id FROM invoices WHERE data_source_id = ?"
                                 " AND external_id = ?",
                                 "it", job->source_id, external_id);
  char *customer = sb_db_text(
      call->account->db, "SELECT customer_external_id FROM invoices WHERE id = ?", "i", invoice_id);
  char *error = NULL;
  if (invoice_id) {
    name_plan(job, json);
    sb_row_int(&row, "invoice_id", invoice_id);
    sb_create_row(call, resource, &row, json);
    error = take_problems(call);
  } else {
    error = sb_copy("invoice not found");
  }
  sb_import_note(&job->details, customer ? customer : section, section,
                 sb_json_text(json, "external_id"), error);
  free(error);
  free(customer);
  sb_row_clear(&row);
}

static cJSON *first_of(const bulk *job, const char *section) {
  const cJSON *all = cJSON_GetObjectItemCaseSensitive(job->call->body, section);
  return cJSON_IsArray(all) ? all->child : NULL;
}

static void take_all(bulk *job) {
  for (cJSON *one = first_of(job, "plans"); one; one = one->next)
    create(job, &sb_plans, one, NULL, NULL);
  for (cJSON *one = first_of(job, "customers"); one; one = one->next)
    create(job, &sb_customers, one, sb_json_text(one, "external_id"), "customers");
  for (cJSON *one = first_of(job, "invoices"); one; one = one->next)
    take_invoice(job, one);
  for (cJSON *one = first_of(job, "line_items"); one; one = one->next)
    take_child(job, &sb_line_items, one, "line_items");
  for (cJSON *one = first_of(job, "transactions"); one; one = one->next)
    take_child(job, &sb_transactions, one, "transactions");
  for (cJSON *one = first_of(job, "subscription_events"); one; one = one->next)
    create(job, &sb_events, one, sb_json_text(one, "customer_external_id"), "subscription_events");
}

static int count_records(const bulk *job) {
  static const char *const sections[] = { "plans",      "customers",    "invoices",
                                          "line_items", "transactions", "subscription_events" };
  int count = 0;
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    for (const cJSON *one = first_of(job, sections[i]); one; one = one->next)
      count++;
  return count;
}

/* How many customers there are records of. */
static int count_customers(const bulk *job) {
  static const char *const sections[] = { "customers", "invoices", "subscription_events" };
  cJSON *seen = cJSON_CreateObject();
  int count = 0;
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
    for (const cJSON *one = first_of(job, sections[i]); one; one = one->next) {
      const char *of = sb_json_text(one, i ? "customer_external_id" : "external_id");
      if (!of || cJSON_GetObjectItemCaseSensitive(seen, of)) continue;
      cJSON_AddTrueToObject(seen, of);
      count++;
    }
  }
  cJSON_Delete(seen);
  return count;
}

/* What the API does not take at all. */
static bool check(const bulk *job) {
  sb_call *call = job->call;
  const char *name = sb_json_text(call->body, "external_id");
  if (call->body_len > MAX_BYTES) {
    sb_call_fail(call, 413, NULL, "The import is larger than 5 MB");
    return false;
  }
  if (count_customers(job) > MAX_CUSTOMERS)
    sb_call_problem(call, "customers", "invalid", "more than 1000 customers");
  if (name && sb_db_int(call->account->db, 0,
                        "SELECT 1 FROM imports WHERE data_source_id = ? AND external_id = ?", "it",
                        job->source_id, name))
    sb_call_problem(call, "external_id", "taken", "has already been taken");
  return !sb_call_failed(call);
}

static void end_as_decided(const bulk *job, sb_row *row) {
  const sb_account *account = job->call->account;
  bool is_whole = sb_decided(account, import_failure, "none");
  bool is_documented = sb_decided(account, import_words, "documented");
  sb_row_text(row, "outcome", !is_whole ? "failed" : is_documented ? "completed" : "done");
  if (sb_decided(account, import_failure, "failed_with_words"))
    sb_row_text(row, "reason", "the import could not be processed");
}

void sb_import_create(sb_call *call) {
  sb_row row = { .resource = &sb_imports };
  sb_text uuid = { 0 };
  const sb_account *account = call->account;
  sb_row_read(call->account, &row, call->body, SB_CREATE, &call->problems);
  sb_uuid_write(&uuid, SB_DATA_SOURCE, call->ids[0]);
  bulk job = { .call = call, .source_uuid = uuid.bytes, .source_id = call->ids[0], .left = -1 };
  if (check(&job)) {
    if (sb_decided(account, import_failure, "failed_midway"))
      job.left = count_records(&job) / 2;
    else if (!sb_decided(account, import_failure, "none"))
      job.left = 0;
    sb_import_details_open(&job.details);
    take_all(&job);
    char *details = sb_import_details_take(&job.details, account);
    sb_row_int(&row, "data_source_id", call->ids[0]);
    sb_row_text(&row, "shown_source",
                uuid.bytes + (account->decisions.import_source_prefix ? 0 : 3));
    sb_row_text(&row, "details", details);
    end_as_decided(&job, &row);
    int64_t id = sb_row_insert(call->account, &row);
    sb_call_answer_row(call, &sb_imports, id, (int)account->decisions.json_import_status);
    free(details);
  }
  sb_text_clear(&uuid);
  sb_row_clear(&row);
}

/* queued, then processing, then its end with the details. Found by its external id or its id. */
void sb_import_retrieve(sb_call *call) {
  sb_account *account = call->account;
  int64_t id = sb_db_int(account->db, 0,
                         "SELECT id FROM imports WHERE data_source_id = ?1 AND"
                         " (external_id = ?2 AND ?5 OR id = ?3 AND ?4) ORDER BY id DESC LIMIT 1",
                         "itiii", call->ids[0], call->words[1],
                         sb_uuid_parse(SB_IMPORT, call->words[1]), account->decisions.import_by_id,
                         account->decisions.import_by_external_id);
  if (!id) {
    sb_call_fail_missing(call, SB_IMPORT, NULL);
    return;
  }
  sb_db_run(account->db, "UPDATE imports SET polls = polls + 1, status = 'processing' WHERE id = ?",
            "i", id);
  sb_db_run(account->db,
            "UPDATE imports SET status = outcome, status_details = details, error = reason,"
            " updated_at = ?3 WHERE id = ?1 AND polls >= ?2",
            "iii", id, account->decisions.polls_until_done, account->clock_ms);
  sb_call_answer_row(call, &sb_imports, id, call->route->status);
}
