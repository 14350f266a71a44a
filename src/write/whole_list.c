#include "write/whole_list.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "change/change_calls.h"
#include "change/change_inside.h"
#include "change/change_names.h"
#include "lists/pager.h"
#include "record/encode.h"
#include "record/token.h"
#include "record/url.h"
#include "spec/carry.h"
#include "wire/json.h"
#include "write/entry.h"
#include "write/shipment.h"
#include "write/state.h"

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
  int column = cm_url_next_column(resource, write->path, &at);
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    at = 0;
    bool is_same = cm_url_next_column(resource, read->path, &at) == column;
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
  int column = cm_url_next_column(resource, write->path, &at);
  int rc = text_of(entry->change, column, &text, err);
  if (rc != SQLITE_OK || text == NULL) return rc;
  entry->list.write = write;
  entry->list.token = cm_row_token('l', resource->name, text, NULL);
  if (read->parent != NULL) *parent = cm_row_token('k', read->parent, text, NULL);
  sqlite3_free(text);
  return SQLITE_OK;
}

/* ---- the changes of one call ----------------------------------------------------------------- */

void cm_whole_list_gather(cm_entry *leader) {
  for (cm_entry *entry = leader->next; entry != NULL; entry = entry->next) {
    if (entry->ties.delete_epoch != leader->ties.delete_epoch ||
        cm_entry_names(leader, entry->ties.key_token))
      break;
    if (entry->list.token != leader->list.token) continue;
    entry->progress.phase = CM_PHASE_READY;
    cm_shipment_put(leader->progress.shipment, leader->progress.shipment->last, entry, leader);
  }
}

/* ---- the list as it is ------------------------------------------------------------------------- */

static int open_pager(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const cm_read *read = find_read(entry->resource, entry->list.write);
  cm_list list = { .who = entry->resource->name,
                   .paging = read->paging,
                   .rows = read->rows,
                   .per_page = queue->session->settings.per_page,
                   .is_fresh = true,
                   .fault = "the list that is to be changed was answered wrongly",
                   .advice = "nothing was changed, try again later" };
  cm_buf path;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  int rc = cm_change_fill(entry->change, read->path, &path, err);
  list.url = cm_buf_str(&path);
  if (rc == SQLITE_OK) entry->list.pager = sqlite3_malloc64(sizeof *entry->list.pager);
  if (rc == SQLITE_OK && entry->list.pager == NULL) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK) rc = cm_pager_open(entry->list.pager, queue->session, &list, err);
  cm_buf_clear(&path);
  return rc;
}

/** The list goes back in one body: what would not fit there is not collected. */
static int check_size(const cm_entry *entry, cm_err *err) {
  if (entry->list.bytes <= CM_MAX_BODY_BYTES) return SQLITE_OK;
  return cm_err_set(err, SQLITE_TOOBIG, "%s: the list is larger than %d MiB", entry->resource->name,
                    CM_MAX_BODY_BYTES / (1024 * 1024));
}

/** Append the items of a page. A row without one would be lost from the list: that is an error. */
static int take_rows(cm_entry *entry, cm_err *err) {
  const cm_column *item = &entry->resource->columns[find_item(entry->resource, entry->list.write)];
  const cm_pager *pager = entry->list.pager;
  if (pager->is_single) return cm_pager_wrong_shape(pager, "it has no list", err);
  for (int64_t i = 0; i < pager->page_rows; i++) {
    cm_slice row = pager->rows.items[i];
    cm_slice member = cm_slice_find(row, item->path != NULL ? item->path : item->name);
    cm_json *value = NULL;
    if (cm_slice_type(member) != CM_JSON_STRING)
      return cm_pager_wrong_shape(pager, "a row has no key", err);
    entry->list.bytes += member.len + 1;
    int rc = check_size(entry, err);
    if (rc == SQLITE_OK) rc = cm_json_parse(member, &value, err);
    if (rc == SQLITE_OK && cm_json_push(entry->list.items, value) != SQLITE_OK)
      rc = cm_err_nomem(err);
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

/* ---- the list as it is to be ------------------------------------------------------------------- */

/** Leave one item out. */
static int leave_out(cm_entry *leader, const cm_json *item, cm_err *err) {
  cm_json *rest = cm_json_new_array();
  int rc = rest == NULL ? SQLITE_NOMEM : SQLITE_OK;
  for (cm_json *other = cm_json_first(leader->list.items); other != NULL && rc == SQLITE_OK;
       other = cm_json_after(other)) {
    if (other != item) rc = cm_json_push(rest, cm_json_copy(other));
  }
  if (rc != SQLITE_OK) {
    cm_json_free(rest);
    return cm_err_nomem(err);
  }
  cm_json_free(leader->list.items);
  leader->list.items = rest;
  return SQLITE_OK;
}

/** Put a value in, or leave it out. Either may be so already. */
static int apply(cm_entry *leader, const cm_entry *entry, const char *text, bool *has_changed,
                 cm_err *err) {
  cm_json *item = cm_json_first(leader->list.items);
  while (item != NULL && strcmp(cm_json_text(item), text) != 0)
    item = cm_json_after(item);
  bool is_there = item != NULL;
  if (entry->verb == CM_VERB_INSERT && !is_there) {
    *has_changed = true;
    return cm_json_push(leader->list.items, cm_json_new_text(text)) == SQLITE_OK
               ? SQLITE_OK
               : cm_err_nomem(err);
  }
  if (entry->verb == CM_VERB_DELETE && is_there) {
    *has_changed = true;
    return leave_out(leader, item, err);
  }
  return SQLITE_OK;
}

static int apply_all(cm_entry *leader, bool *has_changed, cm_err *err) {
  int column = find_item(leader->resource, leader->list.write);
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
  const char *body = leader->list.write->body;
  char name[64];
  int rc = cm_change_steps(leader->change, queue->session->settings.handle_as_user_edit,
                           &leader->progress.steps, &leader->progress.step_count, err);
  if (rc != SQLITE_OK) return rc;
  cm_json *root = cm_json_new_object();
  cm_json *list = leader->list.items;
  leader->list.items = NULL;
  cm_change_list_name(body, name, sizeof name);
  rc = root == NULL ? SQLITE_NOMEM : cm_json_put(root, name, list);
  if (root == NULL) cm_json_free(list);
  char *text = rc == SQLITE_OK ? cm_json_format(root) : NULL;
  cm_json_free(root);
  sqlite3_free(leader->progress.steps[0].body);
  leader->progress.steps[0].body = text;
  leader->progress.step = 0;
  if (text == NULL) return cm_err_nomem(err);
  leader->list.bytes = strlen(text);
  return check_size(leader, err);
}

/* ---- on its way -------------------------------------------------------------------------------- */

cm_end cm_whole_list_start(cm_queue *queue, cm_entry *entry, cm_err *err) {
  /* The calls of an earlier try: the list has moved on. */
  cm_change_free_steps(entry->progress.steps, entry->progress.step_count);
  entry->progress.steps = NULL;
  entry->progress.step_count = 0;
  entry->progress.step = 0;
  cm_whole_list_release(entry);
  entry->list.items = cm_json_new_array();
  int rc = entry->list.items == NULL ? cm_err_nomem(err) : open_pager(queue, entry, err);
  if (rc != SQLITE_OK) return cm_end_of_failure(false, err);
  entry->progress.phase = CM_PHASE_LIST;
  return CM_END_NONE;
}

/** The list is known: it goes out as it is to be. */
static cm_end send_list(cm_queue *queue, cm_entry *entry, cm_err *err) {
  bool has_changed = false;
  int rc = apply_all(entry, &has_changed, err);
  if (rc == SQLITE_OK && has_changed) rc = make_step(queue, entry, err);
  if (rc != SQLITE_OK) return CM_END_REFUSED;
  if (has_changed) entry->progress.phase = CM_PHASE_READY;
  return has_changed ? CM_END_NONE : CM_END_WRITTEN;
}

/** The list could not be had. Where there is none, there is nothing to delete from. */
static cm_end end_without_list(const cm_entry *entry, bool is_none, bool may_help, cm_err *err) {
  const cm_read *read = find_read(entry->resource, entry->list.write);
  bool is_delete = true;
  for (const cm_entry *other = entry; other != NULL; other = cm_shipment_next_of(other, entry))
    is_delete = is_delete && other->verb == CM_VERB_DELETE;
  bool is_done = is_none && is_delete && read->missing != CM_MISSING_ERROR;
  err->http_status = 0; /* of a read: the row itself was answered nothing */
  return is_done ? CM_END_WRITTEN : cm_end_of_failure(may_help, err);
}

cm_end cm_whole_list_take_page(cm_queue *queue, cm_entry *entry, cm_err *err) {
  const cm_call_result *result = cm_memo_answer_result(entry->list.pager->page);
  bool is_none = result->status == 404;
  bool may_help = result->may_help ||
                  result->code == SQLITE_OK; /* a broken list may be whole again */
  int rc = cm_pager_open_page(entry->list.pager, err);
  if (rc == SQLITE_OK) rc = take_rows(entry, err);
  if (rc == SQLITE_OK) rc = cm_pager_turn_page(entry->list.pager, err);
  if (rc == SQLITE_OK) return CM_END_NONE;
  return rc == SQLITE_DONE ? send_list(queue, entry, err)
                           : end_without_list(entry, is_none, may_help, err);
}
