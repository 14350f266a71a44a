#include "write/reply.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "change/change_calls.h"
#include "change/change_inside.h"
#include "record/encode.h"
#include "record/near_miss.h"
#include "spec/registry.h"
#include "wire/json.h"
#include "write/entry.h"
#include "write/outcome.h"

enum { MESSAGE_BYTES = 512, NAME_BYTES = 128 };

cm_slice cm_reply_object(const cm_change_step *step, cm_slice body) {
  const char *path = step->write->answer;
  /* What was sent in an envelope may come back in it, or without. */
  if (path == NULL && step->write->body != NULL && strchr(step->write->body, '[') == NULL)
    path = step->write->body;
  cm_slice object = path != NULL ? cm_slice_find(body, path) : body;
  return cm_slice_type(object) == CM_JSON_OBJECT ? object : body;
}

/* ---- errors inside a success --------------------------------------------------------------- */

/** Append what `errors` of one object says: "where: message". */
static void add_errors(cm_slice object, const char *where, cm_buf *out) {
  char message[MESSAGE_BYTES];
  cm_buf wrapped;
  cm_slice errors = cm_slice_find(object, "errors");
  if (cm_json_is_empty(errors)) return;
  cm_buf_init(&wrapped, errors.len + 32);
  cm_buf_text(&wrapped, "{\"errors\":");
  cm_buf_append(&wrapped, errors.ptr, errors.len);
  cm_buf_text(&wrapped, "}");
  int rc = cm_json_error_text((cm_slice){ cm_buf_str(&wrapped), wrapped.len }, message,
                              sizeof message);
  if (rc == SQLITE_NOMEM || wrapped.code == SQLITE_NOMEM) cm_buf_fail(out, SQLITE_NOMEM);
  cm_buf_clear(&wrapped);
  cm_buf_printf(out, "%s%s%s", out->len > 0 ? "; " : "", where,
                message[0] != 0 ? message : "errors without a message");
}

/** Errors of a record and of the objects in its lists: line items, transactions. */
void cm_reply_put_errors(cm_slice object, cm_buf *out) {
  size_t at = 0;
  cm_slice name;
  cm_slice list;
  if (cm_slice_type(object) != CM_JSON_OBJECT) return;
  add_errors(object, "", out);
  while (cm_slice_next(object, &at, &name, &list) == SQLITE_ROW) {
    size_t item_at = 0;
    cm_slice item;
    if (cm_slice_type(list) != CM_JSON_ARRAY) continue;
    for (int i = 0; cm_slice_next(list, &item_at, NULL, &item) == SQLITE_ROW; i++) {
      char where[NAME_BYTES];
      if (cm_slice_type(item) != CM_JSON_OBJECT) break;
      sqlite3_snprintf(sizeof where, where, "%.*s[%d]: ", (int)(name.len < 64 ? name.len : 64),
                       name.ptr, i);
      add_errors(item, where, out);
    }
  }
}

/** How the row is reached that the API has: "WHERE uuid = 'inv_1' AND validation_type = 'all'". */
static void put_where(const cm_entry *entry, const char *uuid, char *out, int size) {
  const char *reach = cm_registry_reach(entry->resource);
  const char *key = entry->resource->columns[cm_registry_key(entry->resource)].name;
  sqlite3_snprintf(size, out, "WHERE %s = '%.80s'%s%s", key, uuid, reach != NULL ? " AND " : "",
                   reach != NULL ? reach : "");
}

/** Do errors speak of items of this list: "line_items[1]: …", "line_items.plan_uuid: …"? */
static bool speaks_of(const char *errors, const char *list) {
  size_t len = strlen(list);
  for (const char *at = strstr(errors, list); at != NULL; at = strstr(at + 1, list)) {
    bool begins = at == errors || at[-1] == ' ';
    if (begins && (at[len] == '[' || at[len] == '.')) return true;
  }
  return false;
}

/** How the row is corrected: items of its lists are rows of other tables. */
static void put_correction(const cm_resource *resource, const char *errors, cm_buf *out) {
  int count = 0;
  const cm_resource *const *all = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    const cm_inside_of *inside = all[i]->inside_of;
    if (inside == NULL || strcmp(inside->resource, resource->name) != 0) continue;
    if (!speaks_of(errors, inside->list)) continue;
    cm_buf_printf(out, "%sits %s by UPDATE of %s, ", out->len == 0 ? "correct " : "", inside->list,
                  all[i]->name);
  }
  cm_buf_text(out, out->len == 0 ? "correct it by UPDATE" : "all else by UPDATE of the row");
}

/** The API has a row with errors. `what` says since when. */
static int tell_errors(const cm_entry *entry, const char *what, const char *errors,
                       const char *uuid, cm_err *err) {
  char where[256];
  cm_buf how;
  const char *name = entry->resource->name;
  put_where(entry, uuid, where, (int)sizeof where);
  cm_buf_init(&how, CM_MAX_URL_BYTES);
  put_correction(entry->resource, errors, &how);
  int rc = how.code == SQLITE_NOMEM
               ? cm_err_nomem(err)
               : cm_err_set(err, SQLITE_CONSTRAINT, "%s: %s (%s): %s, or DELETE it, %s", name, what,
                            errors, cm_buf_str(&how), where);
  cm_buf_clear(&how);
  return rc;
}

/** The API reports errors, and no row: whether it took one is unknown. */
static int tell_rowless(const cm_entry *entry, const char *errors, cm_err *err) {
  return cm_err_set(err, SQLITE_CONSTRAINT,
                    "%s: the API answered with errors, and shows no row (%s): see whether the row "
                    "is there, and correct it there, or correct what it names and write it again",
                    entry->resource->name, errors);
}

int cm_entry_take_uuid(cm_entry *entry, cm_slice object, cm_err *err) {
  cm_row row = { .resource = entry->resource };
  cm_value key = cm_value_null();
  cm_plain plain;
  int column = cm_registry_key(entry->resource);
  if (column < 0 || entry->resource->key_parts != NULL || cm_slice_type(object) != CM_JSON_OBJECT)
    return SQLITE_OK;
  cm_row_set(&row, object);
  int rc = cm_row_get(&row, column, &key, err);
  const char *text = rc == SQLITE_OK ? cm_plain_set(&plain, &key) : NULL;
  if (text != NULL && plain.len > 0 && text[0] != '?') {
    sqlite3_free(entry->line.uuid);
    entry->line.uuid = sqlite3_mprintf("%.*s", (int)plain.len, text);
    if (entry->line.uuid == NULL) rc = cm_err_nomem(err);
  }
  cm_value_clear(&key);
  cm_row_clear(&row);
  return rc;
}

static int check_errors(cm_entry *entry, cm_slice object, cm_err *err) {
  cm_buf errors;
  cm_buf_init(&errors, CM_MAX_URL_BYTES);
  cm_reply_put_errors(object, &errors);
  int rc = errors.code == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
  bool is_any = errors.len > 0 || errors.code == SQLITE_TOOBIG;
  if (rc == SQLITE_OK && is_any) rc = cm_entry_take_uuid(entry, object, err);
  if (rc == SQLITE_OK && is_any) {
    const char *text = cm_buf_str(&errors);
    rc = entry->line.uuid != NULL
             ? tell_errors(entry, "the API took the row with errors", text, entry->line.uuid, err)
             : tell_rowless(entry, text, err);
  }
  cm_buf_clear(&errors);
  return rc;
}

int cm_entry_check_found(const cm_entry *entry, const cm_question *found, cm_err *err) {
  cm_buf errors;
  if (cm_registry_reach(entry->resource) == NULL || found->row == NULL) return SQLITE_OK;
  cm_buf_init(&errors, CM_MAX_URL_BYTES);
  cm_reply_put_errors((cm_slice){ found->row, strlen(found->row) }, &errors);
  int rc = errors.code == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
  if (rc == SQLITE_OK && (errors.len > 0 || errors.code == SQLITE_TOOBIG))
    rc = tell_errors(entry, "the row exists, and the API holds it as invalid", cm_buf_str(&errors),
                     found->uuid, err);
  cm_buf_clear(&errors);
  return rc;
}

/* ---- the answer to a step ------------------------------------------------------------------ */

/* ---- does it belong to the row? -------------------------------------------------------------- */

/** The member that shows which row was written. NULL: there is none. */
static const char *key_member(const cm_entry *entry, const cm_change_step *step) {
  int key = cm_registry_key(entry->resource);
  if (CM_EXTRA(step->write, answer_key) != NULL) return CM_EXTRA(step->write, answer_key);
  if (key < 0 || entry->resource->key_parts != NULL) return NULL;
  const cm_column *column = &entry->resource->columns[key];
  return column->path != NULL ? column->path : column->name;
}

/** A key as it stands in an answer: text without its quotes, or digits. Absent, null and "": no bytes. */
static cm_slice shown_key(const cm_entry *entry, const cm_change_step *step, cm_slice object) {
  const char *member = key_member(entry, step);
  cm_slice value = member != NULL ? cm_slice_find(object, member) : (cm_slice){ NULL, 0 };
  cm_json_type type = cm_slice_type(value);
  if (type == CM_JSON_STRING) return cm_slice_inner(value);
  return type == CM_JSON_NUMBER ? value : (cm_slice){ NULL, 0 };
}

/** Is it a whole part of the path? */
static bool is_in_path(const char *path, cm_slice key) {
  for (const char *part = strchr(path, '/'); part != NULL; part = strchr(part + 1, '/')) {
    if (strcspn(part + 1, "/?") == key.len && memcmp(part + 1, key.ptr, key.len) == 0) return true;
  }
  return false;
}

static bool is_key_of(const cm_entry *entry, cm_slice key) {
  cm_plain plain;
  return cm_plain_set(&plain, &entry->change->key) != NULL && plain.len == key.len &&
         memcmp(plain.text, key.ptr, key.len) == 0;
}

/** A row of a table without a key is an item of a list, and the answer shows that list. */
static const char *why_no_item(const cm_entry *entry, const cm_change_step *step) {
  char name[64];
  if (step->write->body == NULL) return NULL;
  cm_slice answer = { entry->line.response,
                      entry->line.response != NULL ? strlen(entry->line.response) : 0 };
  cm_change_list_name(step->write->body, name, sizeof name);
  cm_json_type type = cm_slice_type(cm_slice_find(answer, name));
  return type == CM_JSON_ARRAY || type == CM_JSON_OBJECT ? NULL
                                                         : "it does not show what is there now";
}

/** A create is known by its answer: without the new row's key it is unknown what was made. */
static const char *why_no_create(cm_entry *entry, const cm_change_step *step, cm_slice object,
                                 cm_err *err) {
  bool may_be = true;
  bool is_shown = false;
  if (object.len == 0) return "it is empty";
  if (cm_slice_type(object) != CM_JSON_OBJECT) return "it is not an object";
  if (cm_change_is_shown(entry->change, object, &may_be, &is_shown, err) != SQLITE_OK) return NULL;
  if (!may_be) return "it shows another row";
  if (entry->resource->key_parts != NULL) return why_no_item(entry, step);
  bool has_key = key_member(entry, step) == NULL || shown_key(entry, step, object).len > 0;
  return has_key ? NULL : "it does not show the new row's key";
}

/** An update is known by its status; its answer must not say otherwise. */
static const char *why_no_change(const cm_entry *entry, const cm_change_step *step,
                                 cm_slice object) {
  bool is_delete = entry->change->verb == CM_VERB_DELETE && entry->list.token == 0;
  if (object.len == 0) return NULL;
  if (cm_slice_type(object) != CM_JSON_OBJECT) return is_delete ? NULL : "it is not an object";
  cm_slice key = shown_key(entry, step, object);
  if (key.len == 0 && cm_json_has_error(object)) return "it shows an error";
  if (key.len == 0 && !is_delete && entry->resource->key_parts != NULL && entry->list.token == 0)
    return why_no_item(entry, step);
  if (key.len == 0) return NULL;
  bool is_same = is_delete || is_in_path(step->path, key) || is_key_of(entry, key);
  return is_same ? NULL : "it shows another row";
}

int cm_entry_read_answer(cm_entry *entry, const cm_change_step *step, cm_slice object,
                         cm_err *err) {
  bool is_create = entry->change->verb == CM_VERB_INSERT && entry->list.token == 0;
  /* A call of its own, as for disabling a row, changes nothing that could be wrong. */
  bool sets_values = entry->change->verb == CM_VERB_UPDATE && entry->list.token == 0 &&
                     !(step->write->flags & CM_ALONE);
  int rc = is_create ? check_errors(entry, object, err) : SQLITE_OK;
  if (rc != SQLITE_OK) return rc;
  cm_err failed = { 0 };
  const char *why = is_create ? why_no_create(entry, step, object, &failed)
                              : why_no_change(entry, step, object);
  if (failed.code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (why != NULL) {
    char words[MESSAGE_BYTES];
    cm_json_error_words(object, words, sizeof words);
    return cm_err_set(err, SQLITE_MISMATCH, "%s%s", why, words);
  }
  if (entry->change->verb == CM_VERB_DELETE || entry->list.token != 0) return SQLITE_OK;
  if (is_create) rc = cm_entry_take_uuid(entry, object, err);
  if (sets_values) rc = check_errors(entry, object, err);
  if (rc != SQLITE_OK) return rc;
  /* An answer that cannot be read takes nothing back: the write has happened. */
  cm_buf *out = &entry->progress.not_taken;
  int taken_rc = cm_change_not_taken(entry->change, step->write, object, out, out, err);
  bool is_lost = taken_rc == SQLITE_NOMEM || entry->progress.not_taken.code == SQLITE_NOMEM;
  return is_lost ? cm_err_nomem(err) : SQLITE_OK;
}

/** The write that makes the call which an entry is at; of a row that went out inside another, the one that it would need. */
static const cm_write *write_of(const cm_entry *entry) {
  const cm_progress *progress = &entry->progress;
  return progress->steps != NULL ? progress->steps[progress->step].write
                                 : cm_change_first_write(entry->change);
}

int cm_entry_compare(cm_entry *entry, cm_slice row, cm_buf *differs, cm_err *err) {
  const cm_write *write = write_of(entry);
  cm_buf_empty(&entry->progress.not_taken);
  if (write == NULL) return SQLITE_OK;
  return cm_change_not_taken(entry->change, write, row, &entry->progress.not_taken, differs, err);
}

/* ---- a word written in another way --------------------------------------------------------- */

/** The words of which the value should be one, and is not. NULL: it is, or nobody knows. */
static const cm_word *find_missed_words(const cm_column *column, const cm_word *words,
                                        const cm_value *value) {
  const cm_word *written = CM_EXTRA(column, written);
  if (written == NULL) return cm_near_miss(words, value) != NULL ? words : NULL;
  for (const cm_word *word = written; word->sql != NULL; word++) {
    if (cm_value_is_text(value) && value->len == strlen(word->sql) &&
        memcmp(value->text, word->sql, value->len) == 0)
      return NULL;
  }
  return written;
}

void cm_entry_advise_words(const cm_entry *entry, cm_err *err) {
  for (int i = 0; i < entry->change->given_count; i++) {
    const cm_given *given = &entry->change->given[i];
    const cm_column *column = &entry->resource->columns[given->column];
    const cm_word *words = cm_registry_words(entry->resource, given->column);
    if (given->use == CM_GIVEN_SENT) words = find_missed_words(column, words, &given->value);
    if (given->use != CM_GIVEN_SENT || words == NULL) continue;
    cm_buf advice;
    cm_buf_init(&advice, CM_MAX_URL_BYTES);
    cm_buf_printf(&advice, "correct what it names (%s %s ", column->name,
                  CM_EXTRA(column, written) != NULL ? "can only be set to" : "is one of");
    cm_near_miss_put_words(words, &advice);
    cm_buf_text(&advice, ") and write the row again");
    if (advice.code == SQLITE_OK) cm_entry_advise(entry, cm_buf_str(&advice), err);
    cm_buf_clear(&advice);
    return;
  }
}

/* ---- "exists already" ---------------------------------------------------------------------- */

static bool is_name(cm_slice name, const char *wanted) {
  return name.len == strlen(wanted) && memcmp(name.ptr, wanted, name.len) == 0;
}

/** "line_items.external_id" beside "external_id": the whole record stood there already. */
static bool ends_in(cm_slice name, const char *wanted) {
  size_t len = strlen(wanted);
  return name.len > len && name.ptr[name.len - len - 1] == '.' &&
         memcmp(name.ptr + name.len - len, wanted, len) == 0;
}

static bool has_word(cm_slice text, const char *word) {
  size_t len = strlen(word);
  for (size_t i = 0; i + len <= text.len; i++) {
    if (sqlite3_strnicmp(text.ptr + i, word, (int)len) == 0) return true;
  }
  return false;
}

/** What an error says of the member that tells rows apart. */
typedef struct findings {
  const char *member;
  bool names_it;
  bool names_another; /* something else is wrong as well */
  bool says_already;
} findings;

static void find(findings *found, cm_slice name, cm_slice words) {
  if (is_name(name, found->member)) {
    found->names_it = true;
    found->says_already = found->says_already || has_word(words, "already");
  } else if (!ends_in(name, found->member)) {
    found->names_another = true;
  }
}

/** {"external_id": "has already been taken"}, or a list of such texts. @return false: nothing is named. */
static bool find_in_map(findings *found, cm_slice map, bool only_lists) {
  cm_slice name;
  cm_slice words;
  size_t at = 0;
  bool is_any = false;
  while (cm_slice_next(map, &at, &name, &words) == SQLITE_ROW) {
    if (is_name(name, "error_details")) continue;
    if (only_lists && cm_slice_type(words) != CM_JSON_ARRAY) return false;
    find(found, name, words);
    is_any = true;
  }
  return is_any;
}

/** [{"param": "external_id", "message": "has already been taken"}] */
static bool find_in_details(findings *found, cm_slice details) {
  cm_slice item;
  size_t at = 0;
  bool is_any = false;
  if (cm_slice_type(details) != CM_JSON_ARRAY) return false;
  while (cm_slice_next(details, &at, NULL, &item) == SQLITE_ROW) {
    cm_slice param = cm_slice_inner(cm_slice_find(item, "param"));
    if (param.ptr == NULL) param = cm_slice_inner(cm_slice_find(item, "field"));
    find(found, param, item);
    is_any = true;
  }
  return is_any;
}

/** The API has a map of errors, a list of details, one parameter, or a map of fields. */
static bool find_names(findings *found, cm_slice object) {
  cm_slice errors = cm_slice_find(object, "errors");
  cm_slice param = cm_slice_inner(cm_slice_find(object, "param"));
  if (cm_slice_type(errors) == CM_JSON_OBJECT) return find_in_map(found, errors, false);
  if (errors.ptr != NULL) return false;
  if (find_in_details(found, cm_slice_find(object, "error_details"))) return true;
  if (param.ptr == NULL) return find_in_map(found, object, true);
  find(found, param, object);
  return true;
}

cm_exists cm_reply_says_exists(const cm_resource *resource, cm_slice object) {
  const cm_natural_key *natural = resource->natural_key;
  findings found = { .member = natural != NULL ? natural->exists : NULL };
  if (found.member == NULL || cm_slice_type(object) != CM_JSON_OBJECT) return CM_EXISTS_NOT;
  if (!find_names(&found, object))
    return has_word(object, "already") ? CM_EXISTS_MAYBE : CM_EXISTS_NOT;
  if (!found.names_it || found.names_another) return CM_EXISTS_NOT;
  return found.says_already ? CM_EXISTS_SURELY : CM_EXISTS_MAYBE;
}
