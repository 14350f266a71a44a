#include "write/whole_list.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "client/call.h"
#include "read/cursor_guard.h"
#include "record/encode.h"
#include "record/url.h"
#include "spec/carry.h"
#include "wire/json.h"
#include "write/change_calls.h"
#include "write/change_names.h"
#include "write/entry.h"
#include "write/shipment.h"
#include "write/token.h"

enum { MAX_PAGES = 10000 }; /* of a list that is read to be replaced */

/* ---- which list a write changes -------------------------------------------------------------- */

static const cm_write *find_write(const cm_change *change) {
  for (int i = 0; i < change->resource->write_count; i++) {
    const cm_write *write = &change->resource->writes[i];
    if (write->verb == change->verb && (write->flags & CM_WHOLE_LIST)) return write;
  }
  return NULL;
}

/** The read that shows the list: it has the same {column} in its path. */
static const cm_read *find_read(const cm_resource *resource, const cm_write *write) {
  size_t at = 0;
  int column = cm_request_next_placeholder(resource, write->path, &at);
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    at = 0;
    bool is_same = cm_request_next_placeholder(resource, read->path, &at) == column;
    if (is_same && read->paging != CM_SINGLE) return read;
  }
  return NULL;
}

/** The column that is an item of the list. */
static int find_item(const cm_resource *resource, const cm_write *write) {
  for (int i = 0; i < resource->column_count; i++) {
    const char *place = NULL;
    size_t len = 0;
    if (!cm_carries(resource, write, i, &place, &len)) continue;
    if (cm_text_is(place, len, "@self")) return i;
  }
  return -1;
}

/** Text of a column for paths, to be freed. NULL out: it has none, or one with a NUL inside. */
static int text_of(cm_change *change, int column, char **out, cm_err *err) {
  cm_value value;
  cm_plain plain;
  *out = NULL;
  int rc = cm_change_value(change, column, &value, err);
  bool has_text = rc == SQLITE_OK && cm_plain_set(&plain, &value) != NULL;
  if (has_text && memchr(plain.text, 0, plain.len) == NULL) {
    *out = sqlite3_mprintf("%.*s", (int)plain.len, plain.text);
    if (*out == NULL) rc = cm_err_nomem(err);
  }
  cm_value_clear(&value);
  return rc;
}

int cm_whole_list_note(cm_entry *entry, uint64_t *parent, cm_err *err) {
  const cm_resource *resource = entry->resource;
  const cm_write *write = find_write(entry->change);
  const cm_read *read = write != NULL ? find_read(resource, write) : NULL;
  char *text = NULL;
  size_t at = 0;
  *parent = 0;
  if (read == NULL) return SQLITE_OK;
  int column = cm_request_next_placeholder(resource, write->path, &at);
  int rc = text_of(entry->change, column, &text, err);
  if (rc != SQLITE_OK || text == NULL) return rc;
  entry->list_write = write;
  entry->list_token = cm_queue_token('l', resource->name, text, NULL);
  if (read->parent != NULL) *parent = cm_queue_token('k', read->parent, text, NULL);
  sqlite3_free(text);
  return SQLITE_OK;
}

/* ---- the changes of one call ----------------------------------------------------------------- */

void cm_whole_list_gather(cm_entry *leader) {
  for (cm_entry *entry = leader->next; entry != NULL; entry = entry->next) {
    if (entry->section != leader->section || cm_entry_names(leader, entry->key_token)) break;
    if (entry->list_token != leader->list_token) continue;
    entry->phase = CM_PHASE_READY;
    cm_shipment_put(leader->shipment, leader->shipment->last, entry, leader);
  }
}

/* ---- the list as it is ------------------------------------------------------------------------- */

static int ask_page(cm_queue *queue, cm_entry *entry, const char *cursor, cm_err *err) {
  const cm_read *read = find_read(entry->resource, entry->list_write);
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = cm_change_fill(entry->change, read->path, &path, err);
  if (read->paging == CM_CURSOR) {
    cm_buf_printf(&path, "%sper_page=%d", cm_request_separator(&path),
                  queue->session->settings.per_page);
    if (cursor != NULL) {
      cm_buf_text(&path, "&cursor=");
      cm_buf_percent(&path, cursor, strlen(cursor));
    }
  }
  if (rc == SQLITE_OK && path.code != SQLITE_OK)
    rc = cm_err_set(err, path.code, "%s: the path is too long", entry->resource->name);
  if (rc == SQLITE_OK) {
    cm_call_request request = { .who = entry->resource->name,
                                .method = "GET",
                                .path = cm_buf_str(&path) };
    rc = cm_call_start(queue->session, &request, &entry->call, err);
  }
  cm_buf_clear(&path);
  return rc;
}

static int odd_page(const cm_entry *entry, const char *why, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: the list that is to be changed was answered wrongly (%s): nothing was "
                    "changed, try again later",
                    entry->resource->name, why);
}

/** The list goes back in one body: what would not fit there is not collected. */
static int check_size(const cm_entry *entry, cm_err *err) {
  if (entry->list_bytes <= CM_MAX_BODY_BYTES) return SQLITE_OK;
  return cm_err_set(err, SQLITE_TOOBIG, "%s: the list is larger than %d MiB", entry->resource->name,
                    CM_MAX_BODY_BYTES / (1024 * 1024));
}

/** Append the items of a page. A row without one would be lost from the list: that is an error. */
static int take_page(cm_entry *entry, cm_slice body, cm_err *err) {
  const cm_resource *resource = entry->resource;
  const cm_read *read = find_read(resource, entry->list_write);
  const cm_column *item = &resource->columns[find_item(resource, entry->list_write)];
  cm_err why = { 0 };
  cm_slice row;
  size_t at = 0;
  if (cm_slice_check(body, NULL, &why) != SQLITE_OK) return odd_page(entry, why.text, err);
  cm_slice rows = cm_slice_find(body, read->rows);
  if (cm_slice_type(rows) != CM_JSON_ARRAY) return odd_page(entry, "it has no list", err);
  while (cm_slice_next(rows, &at, NULL, &row) == SQLITE_ROW) {
    cm_slice member = cm_slice_find(row, item->path != NULL ? item->path : item->name);
    cm_json *value = NULL;
    if (cm_slice_type(member) != CM_JSON_STRING) return odd_page(entry, "a row has no key", err);
    entry->list_bytes += member.len + 1;
    int rc = check_size(entry, err);
    if (rc == SQLITE_OK) rc = cm_json_parse(member, &value, err);
    if (rc == SQLITE_OK && cm_json_push(entry->list, value) != SQLITE_OK) rc = cm_err_nomem(err);
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

/** Cursor of the next page, to be freed. NULL out: this was the last one. */
static int next_cursor(const cm_entry *entry, cm_slice body, char **out, cm_err *err) {
  const cm_read *read = find_read(entry->resource, entry->list_write);
  cm_json_type has_more = cm_slice_type(cm_slice_find(body, "has_more"));
  cm_json *cursor = NULL;
  *out = NULL;
  if (read->paging != CM_CURSOR || has_more == CM_JSON_FALSE) return SQLITE_OK;
  if (has_more != CM_JSON_TRUE) return odd_page(entry, "it does not say has_more", err);
  int rc = cm_json_parse(cm_slice_find(body, "cursor"), &cursor, NULL);
  const char *text = rc == SQLITE_OK ? cm_json_text(cursor) : NULL;
  if (rc == SQLITE_NOMEM) {
    rc = cm_err_nomem(err);
  } else if (text == NULL || text[0] == 0) {
    rc = odd_page(entry, "it has more pages but no cursor", err);
  } else {
    *out = sqlite3_mprintf("%s", text);
    if (*out == NULL) rc = cm_err_nomem(err);
  }
  cm_json_free(cursor);
  return rc;
}

static int check_cursor(cm_entry *entry, const char *cursor, cm_err *err) {
  if (cm_cursor_guard_saw(&entry->list_guard, cursor))
    return odd_page(entry, "a cursor came twice", err);
  if (entry->list_guard.count >= MAX_PAGES) return odd_page(entry, "it has no end", err);
  return SQLITE_OK;
}

/* ---- the list as it is to be ------------------------------------------------------------------- */

/** Leave one item out. */
static int leave_out(cm_entry *leader, const cm_json *item, cm_err *err) {
  cm_json *rest = cm_json_new_array();
  int rc = rest == NULL ? SQLITE_NOMEM : SQLITE_OK;
  for (cm_json *other = cm_json_first(leader->list); other != NULL && rc == SQLITE_OK;
       other = cm_json_after(other)) {
    if (other != item) rc = cm_json_push(rest, cm_json_copy(other));
  }
  if (rc != SQLITE_OK) {
    cm_json_free(rest);
    return cm_err_nomem(err);
  }
  cm_json_free(leader->list);
  leader->list = rest;
  return SQLITE_OK;
}

/** Put a value in, or leave it out. Either may be so already. */
static int apply(cm_entry *leader, const cm_entry *entry, const char *text, bool *has_changed,
                 cm_err *err) {
  cm_json *item = cm_json_first(leader->list);
  while (item != NULL && strcmp(cm_json_text(item), text) != 0)
    item = cm_json_after(item);
  bool is_there = item != NULL;
  if (entry->verb == CM_VERB_INSERT && !is_there) {
    *has_changed = true;
    return cm_json_push(leader->list, cm_json_new_text(text)) == SQLITE_OK ? SQLITE_OK
                                                                           : cm_err_nomem(err);
  }
  if (entry->verb == CM_VERB_DELETE && is_there) {
    *has_changed = true;
    return leave_out(leader, item, err);
  }
  return SQLITE_OK;
}

static int apply_all(cm_entry *leader, bool *has_changed, cm_err *err) {
  int column = find_item(leader->resource, leader->list_write);
  int rc = SQLITE_OK;
  *has_changed = false;
  for (cm_entry *entry = leader; entry != NULL && rc == SQLITE_OK;
       entry = cm_shipment_next_of(entry, leader)) {
    char *text = NULL;
    rc = text_of(entry->change, column, &text, err);
    if (rc == SQLITE_OK && text != NULL) rc = apply(leader, entry, text, has_changed, err);
    sqlite3_free(text);
  }
  return rc;
}

/** The leader's own call, with the whole list as its body. */
static int make_step(cm_queue *queue, cm_entry *leader, cm_err *err) {
  const char *body = leader->list_write->body;
  char name[64];
  int rc = cm_change_steps(leader->change, queue->session->settings.handle_as_user_edit,
                           &leader->steps, &leader->step_count, err);
  if (rc != SQLITE_OK) return rc;
  cm_json *root = cm_json_new_object();
  cm_json *list = leader->list;
  leader->list = NULL;
  sqlite3_snprintf(sizeof name, name, "%.*s", (int)strcspn(body, "["), body);
  rc = root == NULL ? SQLITE_NOMEM : cm_json_put(root, name, list);
  if (root == NULL) cm_json_free(list);
  char *text = rc == SQLITE_OK ? cm_json_format(root) : NULL;
  cm_json_free(root);
  sqlite3_free(leader->steps[0].body);
  leader->steps[0].body = text;
  leader->step = 0;
  if (text == NULL) return cm_err_nomem(err);
  leader->list_bytes = strlen(text);
  return check_size(leader, err);
}

/* ---- on its way -------------------------------------------------------------------------------- */

cm_end cm_whole_list_start(cm_queue *queue, cm_entry *entry, cm_err *err) {
  /* The calls of an earlier try: the list has moved on. */
  cm_change_free_steps(entry->steps, entry->step_count);
  entry->steps = NULL;
  entry->step_count = 0;
  entry->step = 0;
  cm_whole_list_rest(entry);
  entry->list = cm_json_new_array();
  int rc = entry->list == NULL ? cm_err_nomem(err) : ask_page(queue, entry, NULL, err);
  if (rc != SQLITE_OK) return cm_end_of_failure(false, err);
  entry->phase = CM_PHASE_LIST;
  return CM_END_NONE;
}

/** The list is known: it goes out as it is to be. */
static cm_end send_list(cm_queue *queue, cm_entry *entry, cm_err *err) {
  bool has_changed = false;
  int rc = apply_all(entry, &has_changed, err);
  if (rc == SQLITE_OK && has_changed) rc = make_step(queue, entry, err);
  if (rc != SQLITE_OK) return CM_END_REFUSED;
  if (has_changed) entry->phase = CM_PHASE_READY;
  return has_changed ? CM_END_NONE : CM_END_WRITTEN;
}

/** The list could not be had. Where there is none, there is nothing to delete from. */
static cm_end end_without_list(const cm_entry *entry, bool is_none, bool may_help,
                               const cm_err *err) {
  const cm_read *read = find_read(entry->resource, entry->list_write);
  bool is_delete = true;
  for (const cm_entry *other = entry; other != NULL; other = cm_shipment_next_of(other, entry))
    is_delete = is_delete && other->verb == CM_VERB_DELETE;
  bool is_done = is_none && is_delete && read->missing != CM_MISSING_ERROR;
  return is_done ? CM_END_WRITTEN : cm_end_of_failure(may_help, err);
}

cm_end cm_whole_list_take_page(cm_queue *queue, cm_entry *entry, cm_err *err) {
  char *cursor = NULL;
  const cm_call_result *result = cm_call_result_of(entry->call);
  bool is_none = result->status == 404;
  bool may_help = result->may_help;
  int rc = result->code;
  if (rc != SQLITE_OK) {
    cm_err_set(err, rc, "%s", result->error);
  } else {
    rc = take_page(entry, result->body, err);
    if (rc == SQLITE_OK) rc = next_cursor(entry, result->body, &cursor, err);
    if (rc == SQLITE_OK && cursor != NULL) rc = check_cursor(entry, cursor, err);
  }
  cm_call_free(entry->call);
  entry->call = NULL;
  bool is_last = cursor == NULL;
  if (rc == SQLITE_OK && !is_last) rc = ask_page(queue, entry, cursor, err);
  sqlite3_free(cursor);
  if (rc != SQLITE_OK) return end_without_list(entry, is_none, may_help, err);
  return is_last ? send_list(queue, entry, err) : CM_END_NONE;
}
