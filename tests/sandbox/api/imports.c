/* Bulk imports of JSON. The records are taken at once; the job says so after it was looked at
   a few times. */
#include "../books/ledger.h"
#include "resources.h"

#include <stdlib.h>
#include <string.h>

static const sb_member members[] = {
  { .name = "id", .column = "t.id", .type = SB_UUID, .detail = SB_IMPORT, .flags = SB_COMPUTED },
  /* The documentation shows the source's uuid without its prefix. */
  { .name = "data_source_uuid",
    .column = "substr(t.data_source_uuid, 4)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED },
  { .name = "status", .type = SB_TEXT, .initial = "queued" },
  { .name = "external_id", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED },
  { .name = "status_details", .type = SB_RAW, .initial = "{}" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_Z },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_Z },
  { .name = "data_source_uuid", .type = SB_TEXT, .flags = SB_HIDDEN },
  { .name = "data_source_id", .type = SB_INT, .flags = SB_HIDDEN },
  { .name = "details", .type = SB_RAW, .flags = SB_HIDDEN, .initial = "{}" },
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
  cJSON *details; /* status_details */
} bulk;

static cJSON *object_in(cJSON *json, const char *name) {
  cJSON *one = cJSON_GetObjectItemCaseSensitive(json, name);
  return one ? one : cJSON_AddObjectToObject(json, name);
}

static void put_text(cJSON *json, const char *name, const char *text) {
  cJSON_DeleteItemFromObjectCaseSensitive(json, name);
  cJSON_AddStringToObject(json, name, text);
}

/* Note in status_details what became of a record of a customer, or of a plan. A failure stays. */
static void note(bulk *job, const char *customer, const char *section, const char *error) {
  cJSON *whose = object_in(job->details, customer ? customer : "plans");
  cJSON *where = customer ? object_in(whose, section) : whose;
  const char *status = error ? "failed" : "imported";
  if (sb_json_text(where, "error")) return;
  put_text(where, "status", status);
  if (error) put_text(where, "error", error);
  const char *before = sb_json_text(whose, "status");
  if (customer && !(before && strcmp(before, "failed") == 0)) put_text(whose, "status", status);
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
  put_text(json, "data_source_uuid", job->source_uuid);
  call->body = json; /* what the resource takes to be the request */
  sb_create_row(call, resource, &row, json);
  call->body = body;
  char *error = take_problems(call);
  note(job, customer, section, error);
  free(error);
  sb_row_clear(&row);
}

/* A line may name its plan by external id here. */
static void name_plan(bulk *job, cJSON *line) {
  const char *external_id = sb_json_text(line, "plan_external_id");
  if (!external_id || sb_json_text(line, "plan_uuid")) return;
  int64_t id = sb_db_int(job->call->account->db, 0,
                         "SELECT id FROM plans WHERE data_source_id = ? AND external_id = ?", "it",
                         job->source_id, external_id);
  sb_text uuid = { 0 };
  sb_uuid_write(&uuid, SB_PLAN, id);
  put_text(line, "plan_uuid", uuid.bytes);
  sb_text_clear(&uuid);
}

/* Move the children of an invoice out of the body's flat list into the invoice. */
static void nest(bulk *job, cJSON *invoice, const char *section) {
  cJSON *all = cJSON_GetObjectItemCaseSensitive(job->call->body, section);
  cJSON *nested = cJSON_AddArrayToObject(invoice, section);
  const char *external_id = sb_json_text(invoice, "external_id");
  for (cJSON *one = all ? all->child : NULL, *next; one; one = next) {
    next = one->next;
    const char *of = sb_json_text(one, "invoice_external_id");
    if (!of || !external_id || strcmp(of, external_id) != 0) continue;
    cJSON_DetachItemViaPointer(all, one);
    name_plan(job, one);
    cJSON_AddItemToArray(nested, one);
  }
}

static int64_t find_customer(bulk *job, const char *external_id) {
  return sb_db_int(job->call->account->db, 0,
                   "SELECT customer_id FROM customer_parts WHERE data_source_id = ?"
                   " AND external_id = ?",
                   "it", job->source_id, external_id);
}

static void note_children(bulk *job, const char *customer, const cJSON *invoice,
                          const char *section) {
  const cJSON *children = cJSON_GetObjectItemCaseSensitive(invoice, section);
  if (children && children->child) note(job, customer, section, NULL);
}

static void take_invoice(bulk *job, cJSON *invoice) {
  const char *customer = sb_json_text(invoice, "customer_external_id");
  int64_t customer_id = customer ? find_customer(job, customer) : 0;
  sb_text errors = { 0 };
  nest(job, invoice, "line_items");
  nest(job, invoice, "transactions");
  put_text(invoice, "data_source_uuid", job->source_uuid);
  if (!customer_id) {
    note(job, customer ? customer : "invoices", "invoices", "customer not found");
    return;
  }
  sb_invoice_store(job->call, customer_id, invoice, &errors);
  sb_problems_clear(&job->call->problems);
  note(job, customer, "invoices", strcmp(errors.bytes, "{}") == 0 ? NULL : errors.bytes);
  note_children(job, customer, invoice, "line_items");
  note_children(job, customer, invoice, "transactions");
  sb_ledger_recompute_later(job->call->account, customer_id);
  sb_text_clear(&errors);
}

/* Lines and transactions that are left belong to invoices that were there before. */
static void take_child(bulk *job, const sb_resource *resource, cJSON *json, const char *section) {
  sb_call *call = job->call;
  const char *external_id = sb_json_text(json, "invoice_external_id");
  sb_row row = { .resource = resource };
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
  note(job, customer ? customer : section, section, error);
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

void sb_import_create(sb_call *call) {
  sb_row row = { .resource = &sb_imports };
  sb_text uuid = { 0 };
  sb_row_read(call->account, &row, call->body, SB_CREATE, &call->problems);
  sb_uuid_write(&uuid, SB_DATA_SOURCE, call->ids[0]);
  if (!sb_call_failed(call)) {
    bulk job = { call, uuid.bytes, call->ids[0], cJSON_CreateObject() };
    take_all(&job);
    char *details = cJSON_PrintUnformatted(job.details);
    sb_row_int(&row, "data_source_id", call->ids[0]);
    sb_row_text(&row, "data_source_uuid", uuid.bytes);
    sb_row_text(&row, "details", details);
    int64_t id = sb_row_insert(call->account, &row);
    sb_call_answer_row(call, &sb_imports, id, (int)call->account->decisions.json_import_status);
    cJSON_Delete(job.details);
    free(details);
  }
  sb_text_clear(&uuid);
  sb_row_clear(&row);
}

/* queued, then processing, then completed with the details. Found by its external id or its id. */
void sb_import_retrieve(sb_call *call) {
  sb_account *account = call->account;
  int64_t id = sb_db_int(account->db, 0,
                         "SELECT id FROM imports WHERE data_source_id = ?1 AND"
                         " (external_id = ?2 OR id = ?3 AND ?4) ORDER BY id DESC LIMIT 1",
                         "itii", call->ids[0], call->words[1],
                         sb_uuid_parse(SB_IMPORT, call->words[1]), account->decisions.import_by_id);
  if (!id) {
    sb_call_fail_missing(call, SB_IMPORT, NULL);
    return;
  }
  bool has_failed = sb_decided(account, import_failure, "failed");
  sb_db_run(account->db, "UPDATE imports SET polls = polls + 1, status = 'processing' WHERE id = ?",
            "i", id);
  sb_db_run(account->db,
            "UPDATE imports SET status = ?3, status_details = details, updated_at = ?4"
            " WHERE id = ?1 AND polls >= ?2",
            "iiti", id, account->decisions.polls_until_done, has_failed ? "failed" : "completed",
            account->clock_ms);
  sb_call_answer_row(call, &sb_imports, id, call->route->status);
}
