#include "change/import.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "wire/json.h"

cm_import *cm_import_new(const char *name) {
  cm_import *import = sqlite3_malloc64(sizeof *import);
  if (import == NULL) return NULL;
  memset(import, 0, sizeof *import);
  import->holders = 1;
  import->name = sqlite3_mprintf("%s", name);
  if (import->name != NULL) return import;
  cm_import_release(import);
  return NULL;
}

cm_import *cm_import_hold(cm_import *import) {
  import->holders++;
  return import;
}

void cm_import_release(cm_import *import) {
  if (import == NULL || --import->holders > 0) return;
  sqlite3_free(import->name);
  sqlite3_free(import->id);
  sqlite3_free(import->step.path);
  sqlite3_free(import->step.body);
  sqlite3_free(import->cause);
  sqlite3_free(import->words);
  cm_row_store_clear(&import->told);
  sqlite3_free(import);
}

/* ---- its words ------------------------------------------------------------------------------------- */

static bool is_one_of(cm_slice value, const char *const *words) {
  cm_slice text = cm_slice_inner(value);
  for (; *words != NULL; words++) {
    bool is_long = text.ptr != NULL && text.len == strlen(*words);
    if (is_long && sqlite3_strnicmp(text.ptr, *words, (int)text.len) == 0) return true;
  }
  return false;
}

bool cm_import_is_at_work(cm_slice answer) {
  static const char *const words[] = { "queued",      "processing",  "pending", "running",
                                       "in_progress", "in progress", NULL };
  return is_one_of(cm_slice_find(answer, "status"), words);
}

/** Why, in the words of an object of the answer. "" where it says nothing. @return SQLITE_OK or SQLITE_NOMEM. */
static int put_words(cm_slice object, char *out, size_t size) {
  out[0] = 0;
  if (!cm_json_has_error(object)) return SQLITE_OK;
  return cm_json_error_text(object, out, size) == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

/** Keep a member of status_details under its name. */
static int keep(cm_import *import, cm_slice escaped, cm_slice value) {
  cm_buf name;
  cm_buf_init(&name, CM_MAX_URL_BYTES);
  int rc = cm_slice_unescape(escaped, &name);
  if (rc == SQLITE_OK)
    rc = cm_row_store_put(&import->told, (cm_slice){ cm_buf_str(&name), name.len }, value);
  cm_buf_clear(&name);
  return rc;
}

int cm_import_take_words(cm_import *import, cm_slice answer, cm_err *err) {
  static const char *const completed[] = { "completed", NULL };
  char words[512];
  cm_slice details = cm_slice_find(answer, "status_details");
  cm_slice name;
  cm_slice value;
  size_t at = 0;
  int rc = put_words(answer, words, sizeof words);
  cm_row_store_clear(&import->told);
  import->is_completed = is_one_of(cm_slice_find(answer, "status"), completed);
  sqlite3_free(import->words);
  import->words = rc == SQLITE_OK && words[0] != 0 ? sqlite3_mprintf("%s", words) : NULL;
  if (words[0] != 0 && import->words == NULL) rc = SQLITE_NOMEM;
  if (cm_slice_type(details) != CM_JSON_OBJECT) details = (cm_slice){ NULL, 0 };
  while (rc == SQLITE_OK && details.ptr != NULL &&
         cm_slice_next(details, &at, &name, &value) == SQLITE_ROW)
    rc = keep(import, name, value);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  return rc == SQLITE_OK ? rc : cm_err_set(err, rc, "what the import says is too large");
}

/* ---- what it says of a row ------------------------------------------------------------------------- */

/** The documented word says that all of them were taken. Without a known word nothing is said. */
static int judge(cm_slice object, cm_import_verdict *out) {
  static const char *const good[] = { "imported", NULL };
  static const char *const bad[] = { "failed", "error", "rejected", "refused", "invalid", NULL };
  cm_slice status = cm_slice_find(object, "status");
  out->text = object;
  if (cm_json_has_error(object) || is_one_of(status, bad)) {
    out->told = CM_TOLD_REFUSED;
    return put_words(object, out->words, sizeof out->words);
  }
  if (is_one_of(status, good)) out->told = CM_TOLD_TAKEN;
  return SQLITE_OK;
}

/** A list of records in the object, of which one has this external id. Absent: there is none. */
static cm_slice find_record(cm_slice object, const char *external_id) {
  cm_slice list;
  cm_slice item;
  size_t at = 0;
  while (external_id != NULL && cm_slice_next(object, &at, NULL, &list) == SQLITE_ROW) {
    size_t item_at = 0;
    if (cm_slice_type(list) != CM_JSON_ARRAY) continue;
    while (cm_slice_next(list, &item_at, NULL, &item) == SQLITE_ROW) {
      cm_slice id = cm_slice_inner(cm_slice_find(item, "external_id"));
      if (id.ptr != NULL && cm_slice_means(id, external_id, strlen(external_id))) return item;
    }
  }
  return (cm_slice){ NULL, 0 };
}

/** Is a row of the table a customer by itself? */
static bool is_customer(const cm_resource *resource) {
  const char *own = resource->natural_key->columns[1];
  return resource->bulk->customer != NULL && strcmp(resource->bulk->customer, own) == 0;
}

/**
 * What is said of the rows of a customer, or nobody's, in the list of a table. Absent: nothing.
 * @param is_of_all  Receives whether it is said of all rows of the customer.
 */
static cm_slice find_list(const cm_import *import, const cm_resource *resource,
                          const char *customer, bool *is_of_all) {
  const char *list = resource->bulk->list;
  const char *whose = customer != NULL ? customer : list;
  const cm_stored_row *row = cm_row_store_find(&import->told, (cm_slice){ whose, strlen(whose) });
  cm_slice none = { NULL, 0 };
  if (row == NULL || cm_slice_type(row->text) != CM_JSON_OBJECT) return none;
  if (customer == NULL) return row->text;
  cm_slice found = cm_slice_find(row->text, list);
  /* Of the customer itself its own state is said, where nothing else is. */
  *is_of_all = found.ptr == NULL && is_customer(resource);
  if (*is_of_all) return row->text;
  return cm_slice_type(found) == CM_JSON_OBJECT ? found : none;
}

int cm_import_tell(const cm_import *import, const cm_resource *resource, const char *customer,
                   const char *external_id, cm_import_verdict *out) {
  memset(out, 0, sizeof *out);
  cm_slice list = find_list(import, resource, customer, &out->is_of_all);
  if (list.ptr == NULL) return SQLITE_OK;
  cm_slice record = find_record(list, external_id);
  out->is_of_record = record.ptr != NULL;
  return judge(record.ptr != NULL ? record : list, out);
}
