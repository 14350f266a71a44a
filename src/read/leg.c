#include "read/leg.h"

#include <string.h>

enum { MAX_COMPANIONS = 100000 };

int cm_leg_bind(cm_leg *leg, int column, const cm_value *value, bool stands_in, cm_err *err) {
  cm_binding *binding = &leg->bindings[leg->binding_count];
  binding->column = column;
  binding->stands_in = stands_in;
  binding->is_worked_out = false;
  if (cm_value_copy(value, &binding->value) != SQLITE_OK) return cm_err_nomem(err);
  leg->binding_count++;
  return SQLITE_OK;
}

const cm_value *cm_leg_find_bound(const cm_leg *leg, int column) {
  for (int i = 0; i < leg->binding_count; i++) {
    if (leg->bindings[i].column == column) return &leg->bindings[i].value;
  }
  return NULL;
}

static cm_list companion_list(const cm_session *session, const cm_leg_request *request,
                              cm_buf *url) {
  const cm_companion *companion = request->resource->companion;
  cm_url_format_path(request->resource, companion->path, request->values, request->count, url);
  return (cm_list){ .who = request->resource->name,
                    .url = cm_buf_str(url),
                    .paging = companion->paging,
                    .rows = companion->rows,
                    .missing = companion->missing,
                    .per_page = session->settings.per_page,
                    .wanted = -1 };
}

static cm_list main_list(const cm_leg_request *request, cm_buf *url) {
  const cm_read *read = request->read;
  const cm_plan *plan = request->plan;
  cm_url_format(request->resource, read, request->values, request->count, plan->columns_used, url);
  return (cm_list){ .who = request->resource->name,
                    .url = cm_buf_str(url),
                    .paging = read->paging,
                    .rows = read->rows,
                    .missing = read->missing,
                    .resume = CM_EXTRA(read, resume),
                    .per_page = request->per_page,
                    .wanted = plan->wanted,
                    .enough = plan->limit > 0 ? plan->limit : 0 };
}

static int open_list(cm_pager *pager, cm_session *session, const cm_list *list, const cm_buf *url,
                     cm_err *err) {
  if (url->code != SQLITE_OK) {
    return cm_err_set(err, url->code, "%s: the request is longer than %d bytes", list->who,
                      CM_MAX_URL_BYTES);
  }
  return cm_pager_open(pager, session, list, err);
}

int cm_leg_open(cm_leg *leg, cm_session *session, const cm_leg_request *request, cm_err *err) {
  cm_buf url;
  cm_buf companion_url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  cm_buf_init(&companion_url, CM_MAX_URL_BYTES);
  cm_list list = main_list(request, &url);
  /* A page that LIMIT made short is followed by none of its kind: the list starts again, with full ones. */
  if (request->per_page < session->settings.per_page) list.wanted = 0;
  list.kept_pages = leg->fixed.kept_pages;
  int rc = open_list(&leg->pager, session, &list, &url, err);
  bool is_whole = request->is_alone && leg->fixed.kind == 0;
  if (rc == SQLITE_OK && is_whole)
    rc = cm_chains_new(&leg->pager, request->resource, request->read, &leg->chains, err);
  if (rc == SQLITE_OK && cm_plan_uses_companion(request->resource, request->plan)) {
    cm_list companion = companion_list(session, request, &companion_url);
    rc = open_list(&leg->companion_pager, session, &companion, &companion_url, err);
    leg->has_companion = rc == SQLITE_OK;
  }
  cm_buf_clear(&url);
  cm_buf_clear(&companion_url);
  return rc;
}

int cm_leg_next(cm_leg *leg, cm_slice *row, cm_err *err) {
  return leg->chains != NULL ? cm_chains_next(leg->chains, row, err)
                             : cm_pager_next(&leg->pager, row, err);
}

void cm_leg_keep_plain(cm_leg *leg) {
  cm_chains_free(leg->chains);
  leg->chains = NULL;
}

const cm_pager *cm_leg_pager(const cm_leg *leg) {
  return leg->chains != NULL ? cm_chains_pager(leg->chains) : &leg->pager;
}

int64_t cm_leg_page(const cm_leg *leg) {
  return leg->chains != NULL ? cm_chains_page(leg->chains) : leg->pager.pages;
}

bool cm_leg_peek(cm_leg *leg, int64_t at, cm_slice *row) {
  const cm_pager *pager = cm_leg_pager(leg);
  bool is_there = at < pager->page_rows;
  if (is_there && pager->is_single) return false;
  if (is_there) *row = pager->rows.items[at];
  if (is_there) return true;
  cm_pager *next = leg->chains != NULL ? cm_chains_following(leg->chains) : &leg->pager;
  return cm_pager_peek(next, at - pager->page_rows, row);
}

void cm_leg_prefetch(cm_session *session, const cm_leg_request *request) {
  cm_buf url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  cm_list list = main_list(request, &url);
  if (url.code == SQLITE_OK) cm_pager_prefetch(session, &list);
  cm_buf_clear(&url);
  if (!cm_plan_uses_companion(request->resource, request->plan)) return;
  list = companion_list(session, request, &url);
  if (url.code == SQLITE_OK) cm_pager_prefetch(session, &list);
  cm_buf_clear(&url);
}

void cm_leg_close(cm_leg *leg) {
  for (int i = 0; i < leg->binding_count; i++)
    cm_value_clear(&leg->bindings[i].value);
  cm_row_store_clear(&leg->companions);
  cm_list_rows_clear(&leg->fixed);
  cm_chains_free(leg->chains);
  cm_pager_close(&leg->pager);
  cm_pager_close(&leg->companion_pager);
  memset(leg, 0, sizeof *leg);
}

/* ---- the companion list -------------------------------------------------------------------- */

/** What is kept is the whole list of a parent. */
static int too_many_companions(const cm_leg *leg, cm_err *err) {
  return cm_err_set(err, SQLITE_TOOBIG,
                    "%s: the list %s is too large (more than %d rows or %d MiB of one parent): "
                    "leave out the columns that come from it",
                    leg->companion_pager.list.who, leg->companion_pager.url, MAX_COMPANIONS,
                    CM_MAX_MEMO_BYTES / (1024 * 1024));
}

/** Keep one row of the companion list; a row without the matching member belongs to none. */
static int keep_companion(cm_leg *leg, const char *member, cm_slice text, cm_err *err) {
  cm_json *match = NULL;
  cm_slice found = cm_slice_find(text, member);
  if (cm_slice_type(found) != CM_JSON_STRING) return SQLITE_OK;
  if (leg->companions.rows.count == MAX_COMPANIONS) return too_many_companions(leg, err);
  int rc = cm_json_parse(found, &match, err);
  if (rc != SQLITE_OK) return rc;
  cm_slice key = { cm_json_text(match), strlen(cm_json_text(match)) };
  rc = cm_row_store_put(&leg->companions, key, text);
  cm_json_free(match);
  if (rc == SQLITE_NOMEM) cm_err_nomem(err);
  return rc == SQLITE_TOOBIG ? too_many_companions(leg, err) : rc;
}

static int read_companions(cm_leg *leg, const char *member, cm_err *err) {
  cm_slice text;
  int rc = SQLITE_OK;
  while ((rc = cm_pager_next(&leg->companion_pager, &text, err)) == SQLITE_ROW) {
    rc = keep_companion(leg, member, text, err);
    if (rc != SQLITE_OK) return rc;
  }
  if (rc != SQLITE_DONE) return rc;
  leg->is_companion_read = true;
  return SQLITE_OK;
}

int cm_leg_find_companion(cm_leg *leg, const cm_resource *resource, cm_row *row, cm_slice *out,
                          cm_err *err) {
  cm_value match = cm_value_null();
  const char *member = resource->companion->match;
  int rc = leg->is_companion_read ? SQLITE_OK : read_companions(leg, member, err);
  if (rc == SQLITE_OK) rc = cm_row_get_named(row, member, &match, err);
  bool is_whole = match.type == CM_VALUE_TEXT && strlen(match.text) == match.len;
  if (rc == SQLITE_OK && is_whole) {
    const cm_stored_row *found = cm_row_store_find(&leg->companions,
                                                   (cm_slice){ match.text, match.len });
    if (found != NULL && cm_map_next(&found->node) == NULL) *out = found->text;
  }
  cm_value_clear(&match);
  return rc;
}

int cm_leg_finish(cm_leg *leg, cm_err *err) {
  cm_slice text;
  if (!leg->has_companion || leg->is_companion_read) return SQLITE_OK;
  leg->companion_pager.list.missing = CM_MISSING_ANY; /* of a parent that is gone it is gone too */
  if (cm_pager_next(&leg->companion_pager, &text, err) == SQLITE_INTERRUPT) return SQLITE_INTERRUPT;
  cm_err_clear(err);
  return SQLITE_OK;
}
