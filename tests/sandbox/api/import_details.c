#include "import_details.h"

#include <string.h>

void sb_import_details_open(sb_import_details *details) {
  details->plans = cJSON_CreateArray();
  details->customers = cJSON_CreateObject();
}

static cJSON *object_in(cJSON *json, const char *name) {
  cJSON *one = cJSON_GetObjectItemCaseSensitive(json, name);
  return one ? one : cJSON_AddObjectToObject(json, name);
}

static cJSON *array_in(cJSON *json, const char *name) {
  cJSON *one = cJSON_GetObjectItemCaseSensitive(json, name);
  return one ? one : cJSON_AddArrayToObject(json, name);
}

void sb_import_note(sb_import_details *details, const char *customer, const char *kind,
                    const char *name, const char *error) {
  cJSON *record = cJSON_CreateObject();
  if (name) cJSON_AddStringToObject(record, "external_id", name);
  if (error) cJSON_AddStringToObject(record, "error", error);
  cJSON *list = customer ? array_in(object_in(details->customers, customer), kind) : details->plans;
  cJSON_AddItemToArray(list, record);
}

/* The first record that was not taken; NULL: there is none. */
static const cJSON *first_wrong(const cJSON *records) {
  for (const cJSON *one = records->child; one; one = one->next)
    if (cJSON_HasObjectItem(one, "error")) return one;
  return NULL;
}

static void put_status(const sb_account *account, cJSON *out, bool is_wrong) {
  bool is_documented = sb_decided(account, import_words, "documented");
  const char *good = is_documented ? "imported" : "ok";
  const char *bad = is_documented ? "failed" : "rejected";
  cJSON_AddStringToObject(out, "status", is_wrong ? bad : good);
}

/* The state of the records of one kind. */
static void put_kind(const sb_account *account, const cJSON *records, cJSON *out) {
  const cJSON *wrong = first_wrong(records);
  put_status(account, out, wrong != NULL);
  if (!wrong || sb_decided(account, import_errors, "none")) return;
  if (sb_decided(account, import_errors, "text")) {
    cJSON_AddStringToObject(out, "error", sb_json_text(wrong, "error"));
    return;
  }
  cJSON *list = cJSON_AddArrayToObject(out, "errors");
  for (const cJSON *one = wrong; one; one = one->next)
    if (cJSON_HasObjectItem(one, "error")) cJSON_AddItemToArray(list, cJSON_Duplicate(one, 1));
}

static void put_customer(const sb_account *account, const cJSON *kinds, cJSON *out) {
  bool is_wrong = false;
  for (const cJSON *kind = kinds->child; kind; kind = kind->next)
    is_wrong = is_wrong || first_wrong(kind);
  put_status(account, out, is_wrong);
  if (sb_decided(account, import_details, "customers")) return;
  for (const cJSON *kind = kinds->child; kind; kind = kind->next)
    put_kind(account, kind, cJSON_AddObjectToObject(out, kind->string));
}

char *sb_import_details_take(sb_import_details *details, const sb_account *account) {
  cJSON *out = cJSON_CreateObject();
  bool is_any = !sb_decided(account, import_details, "none");
  if (is_any && details->plans->child)
    put_kind(account, details->plans, cJSON_AddObjectToObject(out, "plans"));
  for (const cJSON *one = details->customers->child; one && is_any; one = one->next)
    put_customer(account, one, cJSON_AddObjectToObject(out, one->string));
  char *words = cJSON_PrintUnformatted(out);
  cJSON_Delete(out);
  cJSON_Delete(details->plans);
  cJSON_Delete(details->customers);
  return words;
}
