#include "change/change_record.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_names.h"
#include "record/encode.h"
#include "spec/carry.h"
#include "spec/registry.h"

/* ---- can it be one? -------------------------------------------------------------------------------- */

static bool is_given(const cm_change *change, const char *name) {
  const cm_value *given = cm_change_find(change, cm_change_column(change->resource, name));
  return given != NULL && given->type != CM_VALUE_NULL && !cm_value_is_empty(given);
}

/** Does an item name by its uuid what an import names by external id? One that is no object cannot be a record. */
static int look_at_items(cm_change *change, const cm_reference *reference, bool *out, cm_err *err) {
  cm_given *given = cm_change_find_use(
      change, cm_change_column(change->resource, reference->within), CM_GIVEN_SENT);
  const cm_json *list = NULL;
  int rc = given != NULL ? cm_change_json(change, given, &list, err) : SQLITE_OK;
  for (const cm_json *item = cm_json_first(list); item != NULL; item = cm_json_after(item)) {
    const char *uuid = cm_json_text(cm_json_find(item, reference->column));
    if (cm_json_type_of(item) != CM_JSON_OBJECT || (uuid != NULL && uuid[0] != 0)) *out = false;
  }
  return rc;
}

const cm_reference *cm_change_record_owner(const cm_change *change) {
  const cm_bulk *bulk = change->resource->bulk;
  const cm_reference *reference = change->resource->references;
  if (bulk == NULL || bulk->customer == NULL) return NULL;
  for (; reference != NULL && reference->column != NULL; reference++) {
    if (reference->within == NULL && strcmp(reference->external_id, bulk->customer) == 0)
      return is_given(change, reference->column) ? reference : NULL;
  }
  return NULL;
}

/** One that is named by its uuid cannot be named, but for the customer; one that has to be named is named by external id. */
static int look_at_names(cm_change *change, bool *out, cm_err *err) {
  const cm_reference *owner = cm_change_record_owner(change);
  int rc = SQLITE_OK;
  for (const cm_reference *reference = change->resource->references;
       reference != NULL && reference->column != NULL && rc == SQLITE_OK; reference++) {
    if (reference == owner) continue;
    if (reference->within != NULL) {
      rc = look_at_items(change, reference, out, err);
      continue;
    }
    int column = cm_change_column(change->resource, reference->column);
    bool is_needed = change->resource->columns[column].flags & CM_REQUIRED;
    if (cm_change_find(change, column) != NULL ||
        (is_needed && !is_given(change, reference->external_id)))
      *out = false;
  }
  return rc;
}

/** Rows of nobody stand in what an import says under the name of their list, and those of a customer under his. */
static bool is_named_like_a_list(const char *customer) {
  int count = 0;
  const cm_resource *const *all = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    const cm_bulk *bulk = all[i]->bulk;
    if (bulk != NULL && bulk->customer == NULL && strcmp(bulk->list, customer) == 0) return true;
  }
  return false;
}

static int look_at_customer(cm_change *change, bool *out, cm_err *err) {
  char *customer = NULL;
  int rc = cm_change_record_customer(change, &customer, err);
  if (customer != NULL && is_named_like_a_list(customer)) *out = false;
  sqlite3_free(customer);
  return rc;
}

/** The path of the import can be filled. */
static int look_at_path(cm_change *change, bool *out) {
  cm_buf path;
  cm_err why = { 0 };
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = cm_change_fill(change, change->resource->bulk->write->path, &path, &why);
  cm_buf_clear(&path);
  if (rc != SQLITE_OK) *out = false;
  return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
}

int cm_change_can_be_record(cm_change *change, bool *out, cm_err *err) {
  char *natural[2] = { NULL, NULL };
  *out = change->resource->bulk != NULL && change->verb == CM_VERB_INSERT;
  if (!*out) return SQLITE_OK;
  int rc = cm_change_natural_key(change, natural, err);
  if (natural[0] == NULL && change->resource->inside_of == NULL) *out = false;
  sqlite3_free(natural[0]);
  sqlite3_free(natural[1]);
  if (rc == SQLITE_OK) rc = look_at_names(change, out, err);
  if (rc == SQLITE_OK) rc = look_at_customer(change, out, err);
  if (rc == SQLITE_OK && *out) rc = look_at_path(change, out);
  cm_change_release_scratch(change);
  return rc == SQLITE_OK || rc == SQLITE_ERROR ? SQLITE_OK : cm_err_nomem(err);
}

int cm_change_record_customer(cm_change *change, char **out, cm_err *err) {
  const char *column = change->resource->bulk->customer;
  *out = NULL;
  return column != NULL && cm_change_record_owner(change) == NULL
             ? cm_change_text(change, cm_change_column(change->resource, column), out, err)
             : SQLITE_OK;
}

/* ---- a customer who is named by his uuid ---------------------------------------------------------------- */

/** A pair of the customer's that may be the one. */
typedef struct wanted_pair {
  char *data_source, *external_id; /* owned; the second NULL: any */
  char *found;                     /* owned; NULL: none yet */
  bool are_several;
} wanted_pair;

static int note_pair(wanted_pair *wanted, const char *const pair[2], cm_err *err) {
  bool is_wanted = strcmp(pair[0], wanted->data_source) == 0 &&
                   (wanted->external_id == NULL || strcmp(pair[1], wanted->external_id) == 0);
  if (!is_wanted) return SQLITE_OK;
  wanted->are_several = wanted->are_several ||
                        (wanted->found != NULL && strcmp(pair[1], wanted->found) != 0);
  if (wanted->found == NULL) wanted->found = sqlite3_mprintf("%s", pair[1]);
  return wanted->found != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** The pair that his own columns show. */
static int note_own_pair(wanted_pair *wanted, const cm_resource *resource, cm_slice text,
                         cm_err *err) {
  cm_row row = { .resource = resource };
  char *own[2] = { NULL, NULL };
  int rc = SQLITE_OK;
  cm_row_set(&row, text);
  for (int i = 0; i < 2 && rc == SQLITE_OK; i++) {
    cm_value value = cm_value_null();
    rc = cm_row_get_named(&row, resource->natural_key->columns[i], &value, err);
    if (rc == SQLITE_OK) rc = cm_plain_copy(&value, &own[i], err);
    cm_value_clear(&value);
  }
  if (rc == SQLITE_OK && own[0] != NULL && own[1] != NULL)
    rc = note_pair(wanted, (const char *const *)own, err);
  sqlite3_free(own[0]);
  sqlite3_free(own[1]);
  cm_row_clear(&row);
  return rc;
}

/** Those of the rows that were merged into him. Lists of different lengths show no pairs. */
static int note_further_pairs(wanted_pair *wanted, const cm_natural_key *natural, cm_slice text,
                              cm_err *err) {
  cm_further_pairs further;
  const char *pair[2] = { NULL, NULL };
  int rc = cm_further_pairs_open(&further, natural, text, err);
  if (rc == SQLITE_OK && further.tree != NULL)
    wanted->are_several = cm_json_count(cm_json_find(further.tree, CM_EXTRA(natural, also[0]))) !=
                          cm_json_count(cm_json_find(further.tree, CM_EXTRA(natural, also[1])));
  while (rc == SQLITE_OK && cm_further_pairs_next(&further, pair))
    rc = note_pair(wanted, pair, err);
  cm_json_free(further.tree);
  return rc;
}

int cm_change_find_customer(cm_change *change, cm_slice customer, char **out, cm_err *err) {
  const cm_reference *owner = cm_change_record_owner(change);
  const cm_resource *of = owner != NULL ? cm_registry_find(owner->resource) : NULL;
  wanted_pair wanted = { 0 };
  *out = NULL;
  if (of == NULL || of->natural_key == NULL || of->natural_key->columns[1] == NULL)
    return SQLITE_OK;
  int data_source = cm_change_column(change->resource, owner->data_source);
  int external_id = cm_change_column(change->resource, owner->external_id);
  int rc = cm_change_text(change, data_source, &wanted.data_source, err);
  if (rc == SQLITE_OK) rc = cm_change_text(change, external_id, &wanted.external_id, err);
  if (rc == SQLITE_OK && wanted.data_source != NULL) {
    rc = note_further_pairs(&wanted, of->natural_key, customer, err);
    if (rc == SQLITE_OK) rc = note_own_pair(&wanted, of, customer, err);
  }
  bool is_one = rc == SQLITE_OK && wanted.found != NULL && wanted.found[0] != 0 &&
                !wanted.are_several && !is_named_like_a_list(wanted.found);
  if (is_one) {
    *out = wanted.found;
    wanted.found = NULL;
  }
  sqlite3_free(wanted.data_source);
  sqlite3_free(wanted.external_id);
  sqlite3_free(wanted.found);
  return rc;
}

/* ---- the records ------------------------------------------------------------------------------------- */

static cm_buf *list_of(cm_records *records, const char *name) {
  for (int i = 0; i < records->count; i++) {
    if (strcmp(records->lists[i].name, name) == 0) return &records->lists[i].text;
  }
  cm_buf *text = &records->lists[records->count].text;
  records->lists[records->count++].name = name;
  cm_buf_init(text, 2 * CM_MAX_BODY_BYTES);
  return text;
}

/** Append a record; takes `object` over. */
static int put(cm_records *records, const char *list, cm_json *object, cm_err *err) {
  cm_buf *text = list_of(records, list);
  char *words = cm_json_format(object);
  cm_json_free(object);
  if (words == NULL) return cm_err_nomem(err);
  if (text->len > 0) cm_buf_text(text, ",");
  cm_buf_text(text, words);
  sqlite3_free(words);
  return text->code == SQLITE_OK ? SQLITE_OK
                                 : cm_err_set(err, text->code, "the import is too large");
}

/** The column by which rows of a table name the row that they go inside. */
static const char *name_of_host(const cm_resource *part) {
  const cm_reference *reference = part->references;
  while (strcmp(reference->resource, part->inside_of->resource) != 0)
    reference++;
  return reference->external_id;
}

/** The items of a list that the row gives, each with the name of the row. */
static int put_items(cm_records *records, cm_change *change, cm_given *given,
                     const cm_resource *part, cm_err *err) {
  const char *own_name = change->resource->natural_key->columns[1];
  const cm_json *list = NULL;
  char *name = NULL;
  int rc = cm_change_json(change, given, &list, err);
  if (rc == SQLITE_OK)
    rc = cm_change_text(change, cm_change_column(change->resource, own_name), &name, err);
  for (const cm_json *item = cm_json_first(list); item != NULL && rc == SQLITE_OK;
       item = cm_json_after(item)) {
    cm_json *copy = cm_json_copy(item);
    if (copy == NULL ||
        cm_json_set(copy, name_of_host(part), cm_json_new_text(name)) != SQLITE_OK) {
      cm_json_free(copy);
      rc = cm_err_nomem(err);
    } else {
      rc = put(records, part->bulk->list, copy, err);
    }
  }
  sqlite3_free(name);
  return rc;
}

/** The table whose rows are the items of a column. NULL: it holds none. */
static const cm_resource *items_of(const cm_change *change, const cm_given *given) {
  const char *name = change->resource->columns[given->column].name;
  const cm_resource *part = given->use == CM_GIVEN_SENT ? cm_registry_inside(change->resource, name)
                                                        : NULL;
  return part != NULL && part->bulk != NULL ? part : NULL;
}

int cm_change_own_records(const cm_change *change, const cm_resource *out[CM_MAX_RECORD_LISTS]) {
  int count = 0;
  for (int i = 0; i < change->given_count && count < CM_MAX_RECORD_LISTS; i++) {
    const cm_resource *part = items_of(change, &change->given[i]);
    if (part != NULL) out[count++] = part;
  }
  return count;
}

bool cm_change_has_own_records(const cm_change *change) {
  const cm_resource *items[CM_MAX_RECORD_LISTS];
  return cm_change_own_records(change, items) > 0;
}

/** The external id of a customer whom the row names by his uuid. */
static int put_customer(const cm_change *change, const char *customer, cm_json *object,
                        cm_err *err) {
  const cm_bulk *bulk = change->resource->bulk;
  const char *place = NULL;
  size_t len = 0;
  char name[64];
  int column = cm_change_column(change->resource, bulk->customer);
  if (!cm_carries(change->resource, bulk->write, column, &place, &len)) return SQLITE_OK;
  sqlite3_snprintf(sizeof name, name, "%.*s", (int)len, place);
  int rc = cm_json_set(object, name, cm_json_new_text(customer));
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

int cm_records_put(cm_records *records, cm_change *change, const char *customer, cm_err *err) {
  const cm_bulk *bulk = change->resource->bulk;
  cm_json *object = NULL;
  int changes = 0;
  int rc = cm_change_object(change, bulk->write, &object, &changes, err);
  if (rc == SQLITE_OK && customer != NULL) rc = put_customer(change, customer, object, err);
  if (rc == SQLITE_OK) {
    rc = put(records, bulk->list, object, err);
  } else {
    cm_json_free(object);
  }
  for (int i = 0; i < change->given_count && rc == SQLITE_OK; i++) {
    const cm_resource *part = items_of(change, &change->given[i]);
    if (part != NULL) rc = put_items(records, change, &change->given[i], part, err);
  }
  cm_change_release_scratch(change);
  return rc;
}

size_t cm_records_bytes(const cm_records *records) {
  size_t bytes = 256; /* its name, and what stands around the lists */
  for (int i = 0; i < records->count; i++)
    bytes += records->lists[i].text.len + strlen(records->lists[i].name) + 8;
  return bytes;
}

cm_records_mark cm_records_mark_now(const cm_records *records) {
  cm_records_mark mark = { { 0 } };
  for (int i = 0; i < records->count; i++)
    mark.lengths[i] = records->lists[i].text.len;
  return mark;
}

void cm_records_go_back(cm_records *records, const cm_records_mark *mark) {
  for (int i = 0; i < records->count; i++) {
    cm_buf *text = &records->lists[i].text;
    if (text->len > mark->lengths[i]) {
      text->len = mark->lengths[i];
      text->data[text->len] = 0;
    }
  }
}

int cm_records_body(const cm_records *records, const char *name, char **out, cm_err *err) {
  cm_buf body;
  cm_buf_init(&body, 2 * CM_MAX_BODY_BYTES);
  cm_buf_text(&body, "{\"external_id\":");
  cm_json_quote(&body, name, strlen(name));
  for (int i = 0; i < records->count; i++) {
    const cm_buf *text = &records->lists[i].text;
    cm_buf_fail(&body, text->code);
    if (text->len == 0) continue;
    cm_buf_printf(&body, ",\"%s\":[", records->lists[i].name);
    cm_buf_append(&body, text->data, text->len);
    cm_buf_text(&body, "]");
  }
  cm_buf_text(&body, "}");
  *out = cm_buf_take(&body);
  cm_buf_clear(&body);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

void cm_records_clear(cm_records *records) {
  for (int i = 0; i < records->count; i++)
    cm_buf_clear(&records->lists[i].text);
  memset(records, 0, sizeof *records);
}
