/*
** change_names.c -- rows that a change names by external id, and what else its paths need. See change/change.h.
*/
#include "change/change_names.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change.h"
#include "record/encode.h"
#include "record/token.h"
#include "record/url.h"
#include "spec/carry.h"

const cm_reference *cm_change_reference(const cm_resource *resource, int column) {
  const char *name = resource->columns[column].name;
  for (const cm_reference *reference = resource->references;
       reference != NULL && reference->column != NULL; reference++) {
    if (reference->within == NULL && strcmp(reference->column, name) == 0) return reference;
  }
  return NULL;
}

const cm_need *cm_change_need(const cm_resource *resource, int column) {
  const char *name = resource->columns[column].name;
  for (const cm_need *need = resource->needs; need != NULL && need->column != NULL; need++) {
    if (strcmp(need->column, name) == 0) return need;
  }
  return NULL;
}

/** A value that names something: what is given; for UPDATE what the row had, too. As text, owned. */
static int naming_text(cm_change *change, const char *name, char **out, cm_err *err) {
  int column = cm_change_column(change->resource, name);
  const cm_value *given = cm_change_find(change, column);
  *out = NULL;
  if (given == NULL) return cm_change_text(change, column, out, err);
  return cm_value_is_empty(given) ? SQLITE_OK : cm_plain_copy(given, out, err);
}

int cm_change_check_names(const cm_change *change, cm_err *err) {
  const cm_resource *resource = change->resource;
  for (const cm_reference *reference = resource->references;
       reference != NULL && reference->column != NULL; reference++) {
    int external_id = cm_change_column(resource, reference->external_id);
    if (reference->within != NULL || external_id < 0) continue;
    const char *place = resource->columns[external_id].body;
    bool is_only_name = place != NULL && place[0] == 0;
    if (!is_only_name || cm_change_find(change, external_id) == NULL ||
        cm_change_find(change, cm_change_column(resource, reference->column)) == NULL)
      continue;
    return cm_err_set(err, SQLITE_ERROR, "%s: %s and %s name one thing: give one", resource->name,
                      reference->column, reference->external_id);
  }
  return SQLITE_OK;
}

/** A column that names the row is given as ''. */
static int refuse_empty(cm_change *change, const cm_reference *reference, const char *empty,
                        cm_err *err) {
  const cm_resource *resource = change->resource;
  unsigned flags = resource->columns[cm_change_column(resource, reference->column)].flags;
  bool is_needed = (flags & CM_REQUIRED) || CM_EXTRA(resource, owners) != NULL;
  if (is_needed)
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s is empty (it names a row of %s): give it, or give %s", resource->name,
                      empty, reference->resource, reference->column);
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s is empty (it names a row of %s): give it, or NULL where there is none "
                    "(nullif(%s, ''))",
                    resource->name, empty, reference->resource, empty);
}

static bool is_given_empty(const cm_change *change, const char *name) {
  const cm_value *given = cm_change_find(change, cm_change_column(change->resource, name));
  return given != NULL && cm_value_is_empty(given);
}

static int refuse_half(cm_change *change, const cm_reference *reference, cm_err *err) {
  if (reference->within == NULL && is_given_empty(change, reference->external_id))
    return refuse_empty(change, reference, reference->external_id, err);
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s%s%s names a row of %s only together with %s: give both, or %s",
                    change->resource->name, reference->within != NULL ? reference->within : "",
                    reference->within != NULL ? "." : "", reference->external_id,
                    reference->resource, reference->data_source, reference->column);
}

/** Is the external id of no use but to name the row, or the row one that must be named? */
static bool is_only_name(const cm_resource *resource, int column, int external_id) {
  const char *body = resource->columns[external_id].body;
  return resource->columns[column].flags & CM_REQUIRED || (body != NULL && body[0] == 0);
}

/** Add a name; the texts, to be freed, are taken over. NULL texts count as memory that ran out. */
static int add_name(cm_change *change, const cm_name *name, cm_err *err) {
  size_t size = ((size_t)change->name_count + 1) * sizeof *name;
  bool is_whole = name->data_source != NULL && name->external_id != NULL;
  cm_name *grown = is_whole ? sqlite3_realloc64(change->names, size) : NULL;
  if (grown == NULL) {
    sqlite3_free(name->data_source);
    sqlite3_free(name->external_id);
    return cm_err_nomem(err);
  }
  change->names = grown;
  grown[change->name_count++] = *name;
  return SQLITE_OK;
}

/** A name that stands in the row's own columns. The call of an UPDATE may take the external id itself. */
static int find_in_columns(cm_change *change, const cm_reference *reference, cm_err *err) {
  int column = cm_change_column(change->resource, reference->column);
  int external_id = cm_change_column(change->resource, reference->external_id);
  cm_name name = { .reference = reference };
  bool is_taken = change->verb == CM_VERB_UPDATE &&
                  (change->resource->columns[external_id].flags & CM_UPDATE);
  if (is_taken || cm_change_find(change, column) != NULL ||
      cm_change_find(change, external_id) == NULL)
    return SQLITE_OK;
  int rc = naming_text(change, reference->data_source, &name.data_source, err);
  if (rc == SQLITE_OK) rc = naming_text(change, reference->external_id, &name.external_id, err);
  if (rc == SQLITE_OK && name.data_source != NULL && name.external_id != NULL)
    return add_name(change, &name, err);
  if (rc == SQLITE_OK && is_only_name(change->resource, column, external_id))
    rc = refuse_half(change, reference, err);
  sqlite3_free(name.data_source);
  sqlite3_free(name.external_id);
  return rc;
}

/** Text of an item's external id: a text, or a number's digits. NULL out: it names nothing. */
static int item_name(const cm_json *item, const cm_reference *reference, char **out, cm_err *err) {
  const cm_json *uuid = cm_json_find(item, reference->column);
  const cm_json *id = cm_json_find(item, reference->external_id);
  bool has_uuid = cm_json_type_of(uuid) == CM_JSON_STRING && cm_json_text(uuid)[0] != 0;
  bool is_number = cm_json_type_of(id) == CM_JSON_NUMBER;
  const char *text = cm_json_text(id);
  *out = NULL;
  if (has_uuid || (!is_number && (text == NULL || text[0] == 0))) return SQLITE_OK;
  *out = is_number ? cm_json_format(id) : sqlite3_mprintf("%s", text);
  return *out == NULL ? cm_err_nomem(err) : SQLITE_OK;
}

/** The list whose items may name rows. NULL out: none is given. */
static int list_of(cm_change *change, const cm_reference *reference, const cm_json **out,
                   cm_err *err) {
  int column = cm_change_column(change->resource, reference->within);
  cm_given *given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  *out = NULL;
  int rc = given != NULL ? cm_change_json(change, given, out, err) : SQLITE_OK;
  if (cm_json_type_of(*out) != CM_JSON_ARRAY) *out = NULL;
  return rc;
}

/** Names that stand in the items of a JSON column. */
static int find_in_items(cm_change *change, const cm_reference *reference, cm_err *err) {
  const cm_json *list = NULL;
  char *data_source = NULL;
  int index = 0;
  int rc = list_of(change, reference, &list, err);
  if (rc == SQLITE_OK && list != NULL)
    rc = naming_text(change, reference->data_source, &data_source, err);
  for (const cm_json *item = cm_json_first(list); item != NULL && rc == SQLITE_OK;
       item = cm_json_after(item), index++) {
    cm_name name = { .reference = reference, .item = index };
    if (cm_json_type_of(item) == CM_JSON_OBJECT)
      rc = item_name(item, reference, &name.external_id, err);
    if (name.external_id != NULL && data_source != NULL) {
      name.data_source = sqlite3_mprintf("%s", data_source);
      rc = add_name(change, &name, err);
    } else if (name.external_id != NULL) {
      sqlite3_free(name.external_id);
      rc = refuse_half(change, reference, err);
    }
  }
  sqlite3_free(data_source);
  return rc;
}

int cm_change_find_names(cm_change *change, cm_err *err) {
  int rc = SQLITE_OK;
  while (change->name_count > 0)
    cm_change_drop_name(change, change->name_count - 1);
  for (const cm_reference *reference = change->resource->references;
       reference != NULL && reference->column != NULL && rc == SQLITE_OK; reference++) {
    rc = reference->within != NULL ? find_in_items(change, reference, err)
                                   : find_in_columns(change, reference, err);
  }
  return rc;
}

const cm_name *cm_change_name_of(const cm_change *change, int column) {
  const char *wanted = change->resource->columns[column].name;
  for (int i = 0; i < change->name_count; i++) {
    const cm_reference *reference = change->names[i].reference;
    if (reference->within == NULL && strcmp(reference->column, wanted) == 0)
      return &change->names[i];
  }
  return NULL;
}

/* ---- uuids that were looked up ---------------------------------------------------------------- */

int cm_change_answer_name(cm_name *name, const char *uuid, cm_err *err) {
  sqlite3_free(name->uuid);
  name->uuid = sqlite3_mprintf("%s", uuid);
  return name->uuid != NULL ? SQLITE_OK : cm_err_nomem(err);
}

static int fill_column(cm_change *change, const cm_name *name, cm_err *err) {
  const cm_reference *reference = name->reference;
  cm_value uuid = cm_value_text(name->uuid, strlen(name->uuid));
  int column = cm_change_column(change->resource, reference->column);
  int rc = cm_change_give(change, column, CM_GIVEN_SENT, &uuid, err);
  int external_id = cm_change_column(change->resource, reference->external_id);
  if (rc == SQLITE_OK && reference->is_spent)
    cm_change_find_use(change, external_id, CM_GIVEN_SENT)->use = CM_GIVEN_KNOWN;
  return rc;
}

/** In an item the uuid takes the place of the external id, which means nothing to the API there. */
static int fill_items(cm_change *change, const cm_reference *reference, cm_err *err) {
  const cm_json *given = NULL;
  int rc = list_of(change, reference, &given, err);
  if (rc != SQLITE_OK || given == NULL) return rc;
  cm_json *list = cm_json_copy(given);
  cm_json *item = cm_json_first(list);
  int index = 0;
  for (int i = 0; i < change->name_count && list != NULL && rc == SQLITE_OK; i++) {
    const cm_name *name = &change->names[i];
    if (name->reference != reference || name->uuid == NULL) continue;
    for (; index < name->item; index++)
      item = cm_json_after(item);
    cm_json_free(cm_json_take(item, reference->external_id));
    rc = cm_json_put(item, reference->column, cm_json_new_text(name->uuid));
  }
  int column = cm_change_column(change->resource, reference->within);
  if (rc == SQLITE_OK) return cm_change_put(change, column, CM_GIVEN_SENT, NULL, list, err);
  cm_json_free(list);
  return cm_err_nomem(err);
}

int cm_change_fill_names(cm_change *change, cm_err *err) {
  const cm_reference *filled = NULL;
  int rc = SQLITE_OK;
  for (int i = 0; i < change->name_count && rc == SQLITE_OK; i++) {
    const cm_name *name = &change->names[i];
    if (name->uuid == NULL || name->reference == filled) continue;
    filled = name->reference;
    rc = filled->within != NULL ? fill_items(change, filled, err) : fill_column(change, name, err);
  }
  if (rc == SQLITE_OK) cm_change_prune_names(change);
  return rc;
}

void cm_change_prune_names(cm_change *change) {
  for (int i = change->name_count - 1; i >= 0; i--) {
    const cm_name *name = &change->names[i];
    const cm_reference *reference = name->reference;
    const char *place = reference->within != NULL ? reference->within : reference->external_id;
    bool is_given = cm_change_find(change, cm_change_column(change->resource, place)) != NULL;
    if (!is_given || name->uuid != NULL) cm_change_drop_name(change, i);
  }
}

/* ---- patterns ------------------------------------------------------------------------------ */

int cm_change_has_value(cm_change *change, int column, bool *out, cm_err *err) {
  char *text = NULL;
  int rc = cm_change_text(change, column, &text, err);
  *out = text != NULL;
  sqlite3_free(text);
  return rc;
}

int cm_change_find_need(cm_change *change, const cm_need **out, cm_err *err) {
  const cm_resource *resource = change->resource;
  *out = NULL;
  for (int i = 0; i < resource->write_count; i++) {
    const char *patterns[2] = { resource->writes[i].path, resource->writes[i].query };
    if (!cm_change_uses(change, &resource->writes[i])) continue;
    for (int p = 0; p < 2; p++) {
      size_t at = 0;
      for (int column; (column = cm_url_next_column(resource, patterns[p], &at)) >= 0;) {
        const cm_need *need = cm_change_need(resource, column);
        bool is_there = true;
        if (need == NULL || need->path == NULL) continue;
        int rc = cm_change_has_value(change, column, &is_there, err);
        if (rc != SQLITE_OK) return rc;
        if (!is_there) {
          *out = need;
          return SQLITE_OK;
        }
      }
    }
  }
  return SQLITE_OK;
}

/** An id fills a segment of a path. Dots alone would lead to another one. */
static bool is_path_segment(const cm_column *column, const cm_plain *plain) {
  cm_value value = cm_value_text(plain->text, plain->len);
  bool is_dots = plain->len <= 2 && strspn(plain->text, ".") >= plain->len;
  return !is_dots && cm_url_path_value(column, &value) == CM_SEND;
}

int cm_change_fill_column(cm_change *change, int column, bool is_path, cm_buf *out, cm_err *err) {
  const cm_column *described = &change->resource->columns[column];
  cm_value value;
  cm_plain plain;
  int rc = cm_change_value(change, column, &value, err);
  if (rc != SQLITE_OK) return rc;
  if (cm_plain_set(&plain, &value) == NULL || plain.len == 0) {
    rc = cm_err_set(err, SQLITE_ERROR, "%s: %s is missing: give it a value", change->resource->name,
                    described->name);
  } else if (is_path && !is_path_segment(described, &plain)) {
    rc = cm_err_set(
        err, SQLITE_ERROR, "%s: %s is not an identifier (it was given '%.*s'): correct it",
        change->resource->name, described->name, plain.len < 64 ? (int)plain.len : 64, plain.text);
  } else {
    cm_buf_percent(out, plain.text, plain.len);
  }
  cm_value_clear(&value);
  return rc;
}

int cm_change_fill(cm_change *change, const char *pattern, cm_buf *out, cm_err *err) {
  const char *query = strchr(pattern, '?');
  const char *from = pattern;
  size_t at = 0;
  for (int column; (column = cm_url_next_column(change->resource, pattern, &at)) >= 0;) {
    bool is_path = pattern[0] == '/' && (query == NULL || pattern + at <= query);
    cm_buf_append(out, from, strcspn(from, "{"));
    int rc = cm_change_fill_column(change, column, is_path, out, err);
    if (rc != SQLITE_OK) return rc;
    from = pattern + at;
  }
  cm_buf_text(out, from);
  return out->code == SQLITE_OK
             ? SQLITE_OK
             : cm_err_set(err, out->code, "%s: the path is too long", change->resource->name);
}

/* ---- where a write goes -------------------------------------------------------------------- */

const cm_write *cm_change_batch_write(const cm_change *change) {
  if (change->verb != CM_VERB_INSERT) return NULL;
  for (int i = 0; i < change->resource->write_count; i++) {
    const cm_write *write = &change->resource->writes[i];
    if (CM_EXTRA(write, batch) > 0 && write->verb == CM_VERB_INSERT) return write;
  }
  return NULL;
}

/** The value of a column, or the name that it is looked up by. */
static int put_place(cm_change *change, int column, cm_buf *out, bool *is_named, cm_err *err) {
  const cm_name *name = cm_change_name_of(change, column);
  char *text = NULL;
  int rc = cm_change_text(change, column, &text, err);
  if (text != NULL) {
    cm_buf_printf(out, "\x1e=%s", text);
  } else if (rc == SQLITE_OK && name != NULL) {
    cm_buf_printf(out, "\x1e?%s\x1f%s\x1f%s", name->reference->resource, name->data_source,
                  name->external_id);
    *is_named = true;
  }
  sqlite3_free(text);
  return rc;
}

int cm_change_destination(cm_change *change, const cm_write *write, cm_buf *out, bool *is_named,
                          cm_err *err) {
  const char *patterns[2] = { write->path, write->query };
  int rc = SQLITE_OK;
  *is_named = false;
  for (int i = 0; i < 2; i++) {
    size_t at = 0;
    for (int column;
         rc == SQLITE_OK && (column = cm_url_next_column(change->resource, patterns[i], &at)) >= 0;)
      rc = put_place(change, column, out, is_named, err);
  }
  if (rc == SQLITE_OK && out->code == SQLITE_NOMEM) rc = cm_err_nomem(err);
  return rc;
}

/* ---- in the row's own body --------------------------------------------------------------------- */

/** A uuid that was looked up: its row has another name in the change. */
static bool is_looked_up(const cm_change *change, int column) {
  const cm_reference *reference = cm_change_reference(change->resource, column);
  if (reference == NULL) return false;
  return cm_change_find(change, cm_change_column(change->resource, reference->external_id)) != NULL;
}

/** What names the row and stands in no body. NULL: nothing of this column. */
static cm_given *find_name(const cm_change *change, const cm_write *write, int column) {
  const cm_resource *resource = change->resource;
  const char *place = NULL;
  size_t len = 0;
  cm_given *given = cm_change_find_use(change, column, CM_GIVEN_SENT);
  if (given == NULL) given = cm_change_find_use(change, column, CM_GIVEN_KNOWN);
  bool is_part = cm_text_has_word(resource->key_parts, resource->columns[column].name);
  bool is_name = change->verb == CM_VERB_INSERT ? !is_looked_up(change, column) : is_part;
  bool is_in_body = cm_carries(resource, write, column, &place, &len) && len > 0;
  return is_name && !is_in_body ? given : NULL;
}

bool cm_change_is_own_body(const cm_change *change, const cm_write *write) {
  for (int i = 0; i < change->given_count; i++) {
    const cm_given *given = &change->given[i];
    if (given->use == CM_GIVEN_OWN || find_name(change, write, given->column) != NULL) return false;
  }
  return true;
}

int cm_change_put_names(cm_change *change, const cm_write *write, cm_json *body, cm_err *err) {
  int rc = SQLITE_OK;
  if (cm_json_type_of(body) != CM_JSON_OBJECT) return SQLITE_OK;
  for (int i = 0; i < change->resource->column_count && rc == SQLITE_OK; i++) {
    const char *name = change->resource->columns[i].name;
    cm_given *given = find_name(change, write, i);
    cm_json *json = NULL;
    if (given == NULL || cm_json_find(body, name) != NULL) continue;
    rc = cm_change_copy_json(change, given, &json, err);
    if (rc == SQLITE_OK && cm_json_set(body, name, json) != SQLITE_OK) rc = cm_err_nomem(err);
  }
  return rc;
}

uint64_t cm_name_token(const cm_name *name) {
  return cm_row_token('n', name->reference->resource, name->data_source, name->external_id);
}
