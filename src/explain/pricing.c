#include "explain/pricing.h"

#include <stdlib.h>
#include <string.h>

#include "client/pump.h"
#include "explain/cached.h"
#include "explain/loops.h"
#include "lists/known_pages.h"
#include "record/url.h"
#include "spec/registry.h"
#include "wire/outline.h"

static const char who[] = "chartmogul_explain";

enum { MAX_PER_PAGE = 200 }; /* rows that the API gives at most, and by itself */

/** How a scan asks. */
typedef enum scan_kind {
  IS_REFUSED, /* no request serves it */
  IS_SILENT,  /* it asks nothing */
  IS_CALL,    /* a function asks once */
  IS_PATH,    /* a function reads what its path shows, a list or one row */
  IS_WHOLE,   /* one answer has all */
  IS_LIST,    /* page after page */
  IS_LOOK_UP, /* once for each value, which is known when the statement runs */
  IS_WALK     /* once for each row of the parent */
} scan_kind;

/** A list whose length is needed. */
typedef struct needed_list {
  const cm_read *read; /* NULL: none is, or it is that of a function's path */
  bool is_plain;       /* nothing narrows it */
} needed_list;

typedef struct list_length {
  int64_t rows, pages;
} list_length;

/* ---- what a plan asks for ------------------------------------------------------------------- */

static const cm_read *read_of(const cm_explained_plan *plan) {
  return &plan->resource->reads[plan->plan.read];
}

static bool has_open_value(const cm_explained_plan *plan) {
  for (int i = 0; i < plan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &plan->plan.args[i];
    if (arg->use == CM_ARG_SENT && !arg->is_literal) return true;
  }
  return false;
}

bool cm_pricing_sends_list(const cm_explained_plan *plan) {
  for (int i = 0; i < plan->plan.arg_count; i++) {
    if (plan->plan.args[i].use == CM_ARG_SENT && plan->plan.args[i].is_list) return true;
  }
  return false;
}

static scan_kind kind_of(const cm_explained_plan *plan) {
  size_t at = 0;
  if (plan->is_refused) return IS_REFUSED;
  if (plan->sends_nothing) return IS_SILENT;
  if (plan->resource == NULL) return plan->path != NULL ? IS_PATH : IS_CALL;
  if (plan->plan.read < 0) return IS_REFUSED;
  const cm_read *read = read_of(plan);
  int column = cm_url_next_column(plan->resource, read->path, &at);
  if (read->parent != NULL && column >= 0 && !cm_plan_sends(&plan->plan, column)) return IS_WALK;
  if (has_open_value(plan)) return IS_LOOK_UP;
  return read->paging == CM_CURSOR ? IS_LIST : IS_WHOLE;
}

static const cm_read *widest_of(const cm_resource *resource) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  bool is_list = widest->paging == CM_CURSOR && strchr(widest->path, '{') == NULL;
  return is_list ? widest : NULL;
}

static needed_list list_of(const cm_explained_plan *plan) {
  switch (kind_of(plan)) {
  case IS_LIST:
    return (needed_list){ read_of(plan), plan->plan.arg_count == 0 || plan->sent == NULL };
  case IS_LOOK_UP: return (needed_list){ widest_of(plan->resource), true };
  case IS_WALK: {
    const cm_resource *parent = cm_registry_find(read_of(plan)->parent);
    return (needed_list){ parent != NULL ? widest_of(parent) : NULL, true };
  }
  default: return (needed_list){ NULL, false };
  }
}

/** Rows to a page by a query of the user's own. `at` receives its place, NULL: it does not say. */
static int64_t page_size_of(const char *path, const char **at) {
  static const char name[] = "per_page=";
  const char *found = strstr(path, name);
  while (found != NULL && (found == path || (found[-1] != '?' && found[-1] != '&')))
    found = strstr(found + 1, name);
  *at = found;
  long size = found != NULL ? strtol(found + strlen(name), NULL, 10) : 0;
  return size > 0 && size < MAX_PER_PAGE ? size : MAX_PER_PAGE;
}

/** The path that asks for a page of one row. NULL: memory ran out. */
static char *url_of(const char *path) {
  const char *at = NULL;
  (void)page_size_of(path, &at);
  if (at == NULL)
    return sqlite3_mprintf("%s%cper_page=1", path, strchr(path, '?') != NULL ? '&' : '?');
  return sqlite3_mprintf("%.*sper_page=1%s", (int)(at - path), path, at + strcspn(at, "&"));
}

/** The list's path with its query, without the size of its pages. @return NULL: memory ran out. */
static char *path_of(const cm_explained_plan *plan, const needed_list *list) {
  if (plan->path != NULL) return sqlite3_mprintf("%s", plan->path);
  if (list->is_plain && list->read->query != NULL)
    return sqlite3_mprintf("%s?%s", list->read->path, list->read->query);
  if (list->is_plain) return sqlite3_mprintf("%s", list->read->path);
  const char *text = plan->text + strcspn(plan->text, "/");
  size_t len = strcspn(text, " "); /* a companion list stands behind it */
  char limit[40];
  sqlite3_snprintf(sizeof limit, limit, "per_page=%lld", (long long)plan->plan.limit);
  size_t end = strlen(limit) + 1;
  bool has_limit = plan->plan.limit >= 0 && len > end &&
                   memcmp(text + len - end + 1, limit, end - 1) == 0;
  return sqlite3_mprintf("%.*s", (int)(has_limit ? len - end : len), text);
}

/* ---- asking --------------------------------------------------------------------------------- */

static const cm_asked_length *find_asked(const cm_pricing *pricing, const cm_session *session,
                                         const char *path) {
  for (int i = 0; i < pricing->count; i++) {
    const cm_asked_length *asked = &pricing->asked[i];
    if (asked->session == session && strcmp(asked->path, path) == 0) return asked;
  }
  return NULL;
}

/** @param path  Taken over. */
static int ask(cm_pricing *pricing, cm_session *session, char *path, cm_err *err) {
  cm_asked_length *grown = sqlite3_realloc64(pricing->asked,
                                             ((sqlite3_uint64)pricing->count + 1) * sizeof *grown);
  char *url = url_of(path);
  if (grown != NULL) pricing->asked = grown;
  if (grown == NULL || url == NULL) {
    sqlite3_free(path);
    sqlite3_free(url);
    return cm_err_nomem(err);
  }
  cm_asked_length *asked = &pricing->asked[pricing->count++];
  *asked = (cm_asked_length){ .session = session, .path = path };
  const cm_call_request request = { .who = who, .method = "GET", .path = url };
  int rc = cm_call_start(session, &request, &asked->call, err);
  cm_session_name_account(session, err);
  sqlite3_free(url);
  return rc;
}

/** A path of one row tells its length by itself. */
static bool has_length(const cm_explained_plan *plan, const needed_list *list) {
  size_t len = 0;
  const char *key = NULL;
  if (kind_of(plan) != IS_PATH) return list->read != NULL;
  return cm_registry_retrieved(plan->path, &key, &len) == NULL;
}

int cm_pricing_ask(cm_pricing *pricing, const cm_explained_plan *plan, cm_err *err) {
  needed_list list = list_of(plan);
  if (!has_length(plan, &list)) return SQLITE_OK;
  if (list.is_plain && cm_known_pages_find_rows(plan->session, list.read) >= 0) return SQLITE_OK;
  char *path = path_of(plan, &list);
  if (path == NULL) return cm_err_nomem(err);
  if (find_asked(pricing, plan->session, path) == NULL)
    return ask(pricing, plan->session, path, err);
  sqlite3_free(path);
  return SQLITE_OK;
}

void cm_pricing_clear(cm_pricing *pricing) {
  for (int i = 0; i < pricing->count; i++) {
    cm_call_free(pricing->asked[i].call);
    sqlite3_free(pricing->asked[i].path);
  }
  sqlite3_free(pricing->asked);
  *pricing = (cm_pricing){ 0 };
}

/* ---- what was answered ---------------------------------------------------------------------- */

/** A whole number of up to nine digits; else, and 0, not known. */
static int64_t number_of(cm_slice slice) {
  int64_t number = 0;
  if (cm_slice_type(slice) != CM_JSON_NUMBER || slice.len > 9) return CM_PRICE_UNKNOWN;
  for (size_t i = 0; i < slice.len; i++) {
    if (slice.ptr[i] < '0' || slice.ptr[i] > '9') return CM_PRICE_UNKNOWN;
    number = number * 10 + (slice.ptr[i] - '0');
  }
  return number > 0 ? number : CM_PRICE_UNKNOWN;
}

static int64_t count_items(cm_slice list) {
  cm_slice key = { 0 };
  cm_slice value = { 0 };
  size_t at = 0;
  int64_t count = 0;
  while (cm_slice_next(list, &at, &key, &value) == SQLITE_ROW)
    count++;
  return count;
}

static int wrong_answer(const cm_asked_length *asked, cm_err *err) {
  cm_http_distrust(asked->session->connection->http);
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: the answer to GET %s is not what it should be (it is no page of a list): "
                    "check base_url, or try again later",
                    who, asked->path);
}

static int64_t pages_of(int64_t rows, int64_t per_page) {
  return rows <= per_page ? 1 : (rows + per_page - 1) / per_page;
}

/** The length of a list, of its page of one row. */
static int read_rows(const cm_asked_length *asked, const cm_read *read, cm_slice body,
                     list_length *out, cm_err *err) {
  cm_json_type more = cm_slice_type(cm_slice_find(body, "has_more"));
  cm_slice list = cm_slice_find(body, read->rows);
  bool is_list = cm_slice_type(list) == CM_JSON_ARRAY;
  if (!is_list || (more != CM_JSON_TRUE && more != CM_JSON_FALSE)) return wrong_answer(asked, err);
  out->rows = number_of(cm_slice_find(body, "total_pages"));
  if (out->rows < 0) out->rows = number_of(cm_slice_find(body, "meta.total_pages"));
  if (more == CM_JSON_FALSE) *out = (list_length){ count_items(list), 1 };
  return SQLITE_OK;
}

/** The same of a path whose shape is not known: a page, a whole list, or one row. */
static int read_any(const cm_asked_length *asked, cm_slice body, list_length *out, cm_err *err) {
  cm_outline outline;
  if (cm_outline_read(body, asked->path, &outline) != SQLITE_OK) return wrong_answer(asked, err);
  if (cm_slice_type(outline.has_more) != CM_JSON_TRUE) {
    *out = (list_length){ outline.is_list ? count_items(outline.rows) : 1, 1 };
    return SQLITE_OK;
  }
  out->rows = number_of(cm_slice_find(body, "total_pages"));
  if (out->rows < 0) out->rows = number_of(cm_slice_find(body, "meta.total_pages"));
  return SQLITE_OK;
}

/** @param read  Of the plan, NULL: what the path shows is not known. A plan of another kind may have asked. */
static int read_answer(const cm_asked_length *asked, const cm_read *read, list_length *out,
                       cm_err *err) {
  int rc = cm_call_wait(asked->call, err);
  const cm_call_result *result = cm_call_result_of(asked->call);
  if (rc == SQLITE_OK && read == NULL) return read_any(asked, result->body, out, err);
  if (rc == SQLITE_OK) return read_rows(asked, read, result->body, out, err);
  bool is_none = read != NULL && (read->missing == CM_MISSING_ANY ||
                                  (read->missing == CM_MISSING_EMPTY && result->is_api_error));
  if (result->status != 404 || !is_none) return rc;
  cm_err_clear(err);
  *out = (list_length){ 0, 1 };
  return SQLITE_OK;
}

/** Rows to a page as the plan will ask for them. */
static int64_t page_size(const cm_explained_plan *plan) {
  const char *at = NULL;
  return plan->path != NULL ? page_size_of(plan->path, &at) : plan->session->settings.per_page;
}

static int find_length(const cm_pricing *pricing, const cm_explained_plan *plan, list_length *out,
                       cm_err *err) {
  needed_list list = list_of(plan);
  int rc = SQLITE_OK;
  *out = (list_length){ CM_PRICE_UNKNOWN, CM_PRICE_UNKNOWN };
  if (!has_length(plan, &list)) return SQLITE_OK;
  if (list.is_plain) out->rows = cm_known_pages_find_rows(plan->session, list.read);
  if (out->rows < 0) {
    char *path = path_of(plan, &list);
    if (path == NULL) return cm_err_nomem(err);
    const cm_asked_length *asked = find_asked(pricing, plan->session, path);
    if (asked != NULL) rc = read_answer(asked, list.read, out, err);
    if (rc != SQLITE_OK) cm_session_name_account(plan->session, err);
    sqlite3_free(path);
  }
  if (out->rows >= 0 && out->pages < 0) out->pages = pages_of(out->rows, page_size(plan));
  return rc;
}

/* ---- how long ------------------------------------------------------------------------------- */

/** Milliseconds of the account's last answers, those with rows before all others; below 0: there were none. */
static double latency_ms(const cm_session *session) {
  enum { LAST = 20 };
  const cm_request_log *log = session->log;
  double sum[2] = { 0, 0 };
  int count[2] = { 0, 0 };
  for (int64_t id = log->newest_id; id > 0 && count[0] < LAST && count[1] < LAST; id--) {
    const cm_request_line *line = cm_request_log_find(session->log, id);
    if (line == NULL) break;
    if (line->is_cached || line->status == 0 || line->account != session->place) continue;
    bool has_rows = line->rows > 0;
    sum[has_rows] += (double)line->duration_ms;
    count[has_rows]++;
  }
  if (count[1] > 0) return sum[1] / count[1];
  return count[0] > 0 ? sum[0] / count[0] : -1;
}

double cm_pricing_seconds(cm_session *session, int64_t requests, bool at_once) {
  double latency = latency_ms(session);
  int rate = session->settings.requests_per_second;
  if (requests < 0 || latency < 0) return -1;
  double seconds = (double)requests * latency / 1000;
  if (at_once) seconds /= session->settings.concurrency;
  double least = rate > 0 && requests > rate ? (double)requests / rate : 0;
  return seconds > least ? seconds : least;
}

/* ---- the price ------------------------------------------------------------------------------ */

/** A list that a join scans again is asked for once more. */
static void price_again(int64_t runs, cm_price *out) {
  if (runs == 1 || out->requests < 2) return;
  out->requests *= 2;
  cm_price_advise(
      out, "at most: it is read once more for the rows of the tables before it, and then kept");
}

static void price_list(const cm_explained_plan *plan, int64_t runs, const list_length *length,
                       cm_price *out) {
  const cm_plan *chosen = &plan->plan;
  const cm_read *read = read_of(plan);
  out->rows = length->rows;
  out->requests = length->pages;
  if (length->rows < 0) {
    int known = plan->sent == NULL ? cm_known_pages_find(plan->session, read) : 0;
    if (known > 0) out->requests = known;
    cm_price_advise(
        out,
        "this list does not tell its length, which is known once a scan has read it to its end");
  }
  int64_t most = runs == 1 && out->requests > 0
                     ? cm_known_pages_most(plan->session, read, out->requests)
                     : out->requests;
  if (most > out->requests) {
    out->requests = most;
    cm_price_advise(out, "at most: it is read in several chains");
  }
  bool may_end = chosen->wanted > 0 && plan->kept == NULL && runs == 1;
  if (may_end && (out->rows < 0 || out->rows > chosen->wanted)) {
    out->rows = chosen->wanted;
    out->requests = pages_of(chosen->wanted, plan->session->settings.per_page);
    out->advice[0] = '\0';
  }
  price_again(runs, out);
  if (plan->kept != NULL && out->requests != 1)
    cm_price_advise(out, "every row is read, because this request does not filter by %s",
                    plan->kept);
  if (read->each != NULL) out->rows = CM_PRICE_UNKNOWN; /* those of the rows around them */
}

/**
 * At most one request for each look-up, or what the list costs where that is less.
 * @param are_lists  The answer of a look-up is a list: those of all have as many pages beyond their first as the whole list, at most.
 */
static int64_t most_of(int64_t look_ups, int64_t pages, bool are_lists) {
  int64_t most = pages >= 0 ? 2 * pages + 4 : CM_PRICE_UNKNOWN;
  if (are_lists && look_ups > 0 && pages > 0) look_ups += pages - 1;
  return look_ups >= 0 && (most < 0 || look_ups < most) ? look_ups : most;
}

static void price_look_ups(const cm_explained_plan *plan, const cm_price_times *times,
                           const list_length *length, cm_price *out) {
  bool is_list = cm_pricing_sends_list(plan);
  const cm_read *read = read_of(plan);
  int64_t values = is_list ? times->values : 1;
  int64_t look_ups = cm_loops_multiply(times->runs, values);
  bool is_one = cm_url_is_single(read) && read->each == NULL;
  bool are_lists = read->paging == CM_CURSOR;
  out->rows = is_one ? values : CM_PRICE_UNKNOWN;
  out->requests = most_of(look_ups, length->pages, are_lists);
  if (out->requests == 1 && look_ups == 1 && (!are_lists || length->pages == 1)) return;
  if (out->requests >= 0 && are_lists && length->pages < 0) {
    cm_price_advise(out, "one for each value, more where a value has more rows than a page");
  } else if (out->requests >= 0) {
    cm_price_advise(out, "at most: %s%s",
                    are_lists ? "the pages of each value" : "one for each value",
                    length->pages >= 0 ? ", or the list where that is less" : "");
  } else {
    cm_price_advise(out, "one for each value of %s, and how many there are is known when it runs",
                    plan->sent != NULL ? plan->sent : "its columns");
  }
}

static bool uses_companion(const cm_explained_plan *plan) {
  return plan->resource != NULL && cm_plan_uses_companion(plan->resource, &plan->plan);
}

static void price_walk(const cm_explained_plan *plan, const list_length *length, cm_price *out) {
  int lists = uses_companion(plan) ? 2 : 1; /* of each row */
  const char *each = lists == 2 ? "two" : "one";
  if (length->rows >= 0) out->requests = length->pages + lists * length->rows;
  if (plan->is_more) { /* a function walks it, which has no WHERE */
    cm_price_advise(out, "%s for each row of %s at least", each, read_of(plan)->parent);
    return;
  }
  cm_price_advise(
      out, "%s for each row of %s at least: give %s in WHERE where few will do", each,
      read_of(plan)->parent,
      plan->resource
          ->columns[cm_url_next_column(plan->resource, read_of(plan)->path, &(size_t){ 0 })]
          .name);
}

/** What a function reads whose path is given. */
static void price_path(const cm_explained_plan *plan, int64_t runs, const list_length *length,
                       cm_price *out) {
  *out = (cm_price){ length->rows, length->pages, -1, "" };
  needed_list list = list_of(plan);
  if (!has_length(plan, &list)) out->rows = out->requests = 1;
  if (out->requests < 0) cm_price_advise(out, "this list does not tell its length");
  if (out->requests > 1 && plan->may_end) cm_price_advise(out, "at most: LIMIT may end it");
  price_again(runs, out);
}

int cm_pricing_find(const cm_pricing *pricing, const cm_explained_plan *plan,
                    const cm_price_times *times, cm_price *out, cm_err *err) {
  list_length length;
  int64_t runs = times->runs;
  *out = (cm_price){ CM_PRICE_UNKNOWN, CM_PRICE_UNKNOWN, -1, "" };
  int rc = find_length(pricing, plan, &length, err);
  if (rc != SQLITE_OK) return rc;
  scan_kind kind = kind_of(plan);
  switch (kind) {
  case IS_REFUSED:
    if (plan->resource != NULL)
      cm_price_advise(out, "it fails so: write %s", plan->resource->example);
    break;
  case IS_SILENT: out->rows = out->requests = 0; break;
  case IS_CALL: out->requests = plan->plan.requests > 0 ? (int64_t)plan->plan.requests : -1; break;
  case IS_PATH: price_path(plan, runs, &length, out); break;
  case IS_WHOLE:
    out->requests = 1;
    if (cm_url_is_single(read_of(plan)) && read_of(plan)->each == NULL) out->rows = 1;
    break;
  case IS_LIST: price_list(plan, runs, &length, out); break;
  case IS_LOOK_UP: price_look_ups(plan, times, &length, out); break;
  case IS_WALK: price_walk(plan, &length, out); break;
  }
  if (plan->advice != NULL) cm_price_advise(out, "%s", plan->advice);
  if (kind != IS_WALK && out->requests > 0 && uses_companion(plan)) out->requests *= 2;
  bool is_again = runs != 1 && out->requests > 1 && (kind == IS_LIST || kind == IS_PATH);
  if (pricing->may_be_cached) rc = cm_cached_take_off(plan, is_again, out, err);
  out->seconds = cm_pricing_seconds(plan->session, out->requests,
                                    kind == IS_LOOK_UP || kind == IS_WALK);
  return rc;
}

/* ---- tables whose rows a write looks up ----------------------------------------------------- */

/** A scan of the whole table. */
static cm_explained_plan whole_of(cm_session *session, const cm_resource *resource) {
  return (cm_explained_plan){ .session = session,
                              .resource = resource,
                              .who = resource->name,
                              .plan = cm_plan_of(resource->read_count - 1) };
}

int cm_pricing_ask_table(cm_pricing *pricing, cm_session *session, const cm_resource *resource,
                         cm_err *err) {
  const cm_explained_plan plan = whole_of(session, resource);
  return cm_pricing_ask(pricing, &plan, err);
}

int cm_pricing_rows(const cm_pricing *pricing, cm_session *session, const cm_resource *resource,
                    int64_t *out, cm_err *err) {
  const cm_explained_plan plan = whole_of(session, resource);
  list_length length = { CM_PRICE_UNKNOWN, CM_PRICE_UNKNOWN };
  int rc = kind_of(&plan) == IS_LIST ? find_length(pricing, &plan, &length, err) : SQLITE_OK;
  *out = length.rows;
  return rc;
}

int cm_pricing_look_ups(const cm_pricing *pricing, cm_session *session, const cm_resource *resource,
                        int64_t look_ups, int64_t *out, cm_err *err) {
  const cm_explained_plan plan = whole_of(session, resource);
  list_length length;
  *out = CM_PRICE_UNKNOWN;
  if (look_ups < 0) return SQLITE_OK;
  int rc = find_length(pricing, &plan, &length, err);
  if (kind_of(&plan) == IS_WHOLE) length.pages = 1;
  *out = most_of(look_ups, length.pages, false);
  return rc;
}
