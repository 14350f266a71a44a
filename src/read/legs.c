/*
** legs.c -- which requests a scan makes: its values settled, its legs started in order, and how far ahead.
*/
#include <string.h>

#include "client/pump.h"
#include "lists/known_pages.h"
#include "read/fallback.h"
#include "read/scan_state.h"
#include "record/compare.h"
#include "record/near_miss.h"
#include "spec/source.h"

/* ---- the values of the WHERE clause -------------------------------------------------------- */

static int check_instants(const cm_scan *scan, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < scan->plan.arg_count && rc == SQLITE_OK; i++) {
    rc = cm_match_check(scan->resource, scan->plan.args[i].column, scan->args[i].values,
                        scan->args[i].count, err);
  }
  return rc;
}

/** True when a term is compared with NULL or with an empty list: no row can match. */
static bool has_empty_arg(const cm_scan *scan) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_scan_arg *arg = &scan->args[i];
    if (!cm_plan_is_compared(&scan->plan.args[i])) continue;
    if (arg->count == 0 || arg->values[0].type == CM_VALUE_NULL) return true;
  }
  return false;
}

static bool is_sent_list(const cm_scan *scan, int arg) {
  return scan->plan.args[arg].is_list && scan->plan.args[arg].use == CM_ARG_SENT;
}

bool cm_scan_has_parameter_list(const cm_scan *scan) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_column *column = &scan->resource->columns[scan->plan.args[i].column];
    if ((column->flags & CM_PARAM) && is_sent_list(scan, i) && scan->args[i].count > 1) return true;
  }
  return false;
}

int64_t cm_scan_leg_total(const cm_scan *scan) {
  int64_t total = 1;
  for (int i = 0; i < scan->plan.arg_count; i++) {
    if (is_sent_list(scan, i)) total *= scan->args[i].count;
    if (total > CM_MAX_LIST_VALUES) return total;
  }
  return total;
}

static const cm_filter *filter_of(const cm_scan *scan, int arg) {
  const cm_plan_arg *plan = &scan->plan.args[arg];
  return cm_url_find_filter(scan->resource, scan->read, plan->column, plan->op);
}

/** True when one of the values cannot be sent by the filter that the read has for it. */
static bool has_unsendable(const cm_scan *scan, int arg) {
  const cm_filter *filter = filter_of(scan, arg);
  if (filter == NULL) return false;
  const cm_column *column = &scan->resource->columns[scan->plan.args[arg].column];
  for (int i = 0; i < scan->args[arg].count; i++) {
    const cm_value *value = &scan->args[arg].values[i];
    if (cm_url_filter_value(column, filter, value, NULL) == CM_SEND_NOT) return true;
  }
  return false;
}

/** A list whose values the widest list asks for too, because its rows may not tell them apart. */
static bool is_silent_list(const cm_scan *scan, int arg) {
  const cm_filter *filter = filter_of(scan, arg);
  return is_sent_list(scan, arg) && filter != NULL && CM_EXTRA(filter, is_silent);
}

/** Does the argument narrow the widest list as well? Of lists only those that have to. */
static bool stays_sent(const cm_scan *scan, int arg) {
  int column = scan->plan.args[arg].column;
  if (scan->resource->columns[column].flags & CM_PARAM) return true;
  if (cm_url_path_has(scan->resource, scan->read, column)) return true;
  if (filter_of(scan, arg) == NULL || has_unsendable(scan, arg)) return false;
  return !scan->plan.args[arg].is_list || is_silent_list(scan, arg);
}

/** Read the widest list instead, and let the terms that it does not take be checked on its rows. */
static void widen(cm_scan *scan) {
  scan->plan.read = scan->resource->read_count - 1;
  scan->plan.limit = -1;
  scan->read = &scan->resource->reads[scan->plan.read];
  for (int i = 0; i < scan->plan.arg_count; i++) {
    cm_plan_arg *arg = &scan->plan.args[i];
    if (arg->use == CM_ARG_SENT && !stays_sent(scan, i)) arg->use = CM_ARG_CHECKED;
  }
}

/**
 * True when the values of the lists are more than the pages that the widest list is known to have,
 * and that list holds the same rows. A look-up may find what the lists hide.
 */
static bool list_is_cheaper(const cm_scan *scan) {
  const cm_read *widest = &scan->resource->reads[scan->resource->read_count - 1];
  int64_t pages = cm_known_pages_find(scan->session, widest);
  int64_t values = 1;
  size_t at = 0;
  bool is_same = cm_url_is_single(scan->read)
                     ? scan->read->is_listed && !CM_EXTRA(scan->read, finds_hidden)
                     : cm_url_next_column(scan->resource, scan->read->path, &at) < 0;
  for (int i = 0; i < scan->plan.arg_count && values <= pages; i++) {
    bool is_parameter = scan->resource->columns[scan->plan.args[i].column].flags & CM_PARAM;
    bool counts = is_sent_list(scan, i) && !is_parameter && !is_silent_list(scan, i);
    if (counts) values *= scan->args[i].count;
  }
  return is_same && pages > 0 && values > pages;
}

/** What a parameter may be, for an error. */
static void put_choices(const cm_column *column, const cm_filter *filter, cm_buf *out) {
  if (column->type == CM_BOOLEAN) {
    cm_buf_text(out, "0 or 1");
  } else if (filter->words == NULL) {
    cm_buf_text(out, "a text that is not empty");
  }
  cm_near_miss_put_words(filter->words, out);
}

static int refuse_parameter(const cm_scan *scan, const cm_column *column, const cm_filter *filter,
                            cm_err *err) {
  cm_buf choices;
  cm_buf_init(&choices, CM_MAX_URL_BYTES);
  put_choices(column, filter, &choices);
  int rc = cm_err_set(err, SQLITE_ERROR,
                      "%s: %s cannot have this value (it is a parameter of the request): write %s",
                      scan->resource->name, column->name, cm_buf_str(&choices));
  cm_buf_clear(&choices);
  return rc;
}

/** A value that a filter cannot carry makes the request wider: never narrower than SQL. */
static int settle_values(cm_scan *scan, cm_err *err) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    cm_plan_arg *arg = &scan->plan.args[i];
    const cm_column *column = &scan->resource->columns[arg->column];
    if (arg->use != CM_ARG_SENT || !has_unsendable(scan, i)) continue;
    const cm_filter *filter = filter_of(scan, i);
    if (column->flags & CM_PARAM) return refuse_parameter(scan, column, filter, err);
    scan->plan.limit = -1;
    arg->use = arg->op == CM_TERM_EQ && !arg->is_list ? CM_ARG_UNSENDABLE : CM_ARG_CHECKED;
    if (filter->required) {
      scan->planned = scan->read;
      widen(scan);
      return SQLITE_OK;
    }
  }
  if (list_is_cheaper(scan)) widen(scan);
  return SQLITE_OK;
}

/* ---- starting legs ------------------------------------------------------------------------- */

static const cm_value *leg_value(const cm_scan *scan, int arg) {
  return &scan->args[arg].values[is_sent_list(scan, arg) ? scan->legs.list_at[arg] : 0];
}

bool cm_scan_turn_lists(cm_scan *scan) {
  for (int i = scan->plan.arg_count - 1; i >= 0; i--) {
    if (!is_sent_list(scan, i)) continue;
    if (++scan->legs.list_at[i] < scan->args[i].count) return true;
    scan->legs.list_at[i] = 0;
  }
  return false;
}

/** True for a value that cannot stand in a path: it has no rows. */
static bool cannot_fill(const cm_scan *scan, int column, const cm_value *value) {
  return cm_url_path_value(&scan->resource->columns[column], value) == CM_NO_ROW;
}

/** Between bounds the API may find other values, so that of a row that lacks its own is not known. */
static bool is_asked_exactly(const cm_scan *scan, int arg) {
  const cm_filter *filter = filter_of(scan, arg);
  return filter == NULL || filter->op == CM_EQ;
}

/** May a row that lacks the member of the column show the value that was asked for? */
static bool stands_in(const cm_scan *scan, int arg) {
  int index = scan->plan.args[arg].column;
  const cm_column *column = &scan->resource->columns[index];
  const cm_filter *filter = filter_of(scan, arg);
  bool is_bound = cm_source_is(column, CM_FROM_BOUND);
  return (column->flags & CM_PARAM) || is_bound ||
         (filter != NULL && CM_EXTRA(filter, is_silent)) ||
         cm_url_path_has(scan->resource, scan->read, index);
}

/** What is sent for a parameter that the statement does not give; of one that is a bound, that. */
static cm_value value_of_none(const cm_filter *filter, const cm_scan_days *days, int64_t now_ms,
                              const cm_value *end, char *text) {
  const cm_widened *widened = CM_EXTRA(filter, widened);
  bool is_bound = widened != NULL;
  const cm_value *day = is_bound && widened->op == CM_GE ? &days->first : &days->last;
  if (is_bound && day->type != CM_VALUE_NULL) return *day;
  return cm_fallback_value(filter, now_ms, end, text);
}

static void put_value(cm_leg_request *request, int column, cm_term_op op, const cm_value *value) {
  request->values[request->count++] = (cm_url_value){ .column = column, .op = op, .value = value };
}

/** Bind a leg to a value that no term of the plan has, and send it. */
static int bind_other(cm_leg *leg, cm_leg_request *request, int column, const cm_value *value,
                      cm_err *err) {
  int rc = cm_leg_bind(leg, column, value, true, err);
  if (rc == SQLITE_OK)
    put_value(request, column, CM_TERM_EQ, &leg->bindings[leg->binding_count - 1].value);
  return rc;
}

/** What is sent for parameters that the statement does not give. */
static int bind_fallbacks(cm_scan *scan, cm_leg *leg, cm_leg_request *request, cm_err *err) {
  const cm_clock *clock = &scan->session->clock;
  int64_t now_ms = clock->wall_ms(clock->context);
  int end_column = cm_registry_column(scan->resource, "end_date");
  const cm_value *end = cm_leg_find_bound(leg, end_column);
  cm_scan_days days;
  int rc = SQLITE_OK;
  cm_scan_find_days(scan, leg, now_ms, &days);
  if (days.is_empty) request->is_in_vain = true;
  if (end == NULL && days.last.type != CM_VALUE_NULL) end = &days.last;
  for (const cm_filter *filter = scan->read->filters;
       rc == SQLITE_OK && filter != NULL && filter->column != NULL; filter++) {
    char text[CM_INSTANT_TEXT];
    int column = cm_registry_column(scan->resource, filter->column);
    if (CM_EXTRA(filter, fallback) == NULL || cm_leg_find_bound(leg, column) != NULL) continue;
    cm_value value = value_of_none(filter, &days, now_ms, end, text);
    rc = bind_other(leg, request, column, &value, err);
    if (rc == SQLITE_OK)
      leg->bindings[leg->binding_count - 1].is_worked_out = CM_EXTRA(filter, fallback[0]) == '{';
  }
  return rc;
}

/** Collect what the leg is bound to by the terms of the plan. */
static int bind_terms(cm_scan *scan, cm_leg *leg, cm_leg_request *request, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < scan->plan.arg_count && rc == SQLITE_OK; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    if (arg->use != CM_ARG_SENT) continue;
    const cm_value *value = leg_value(scan, i);
    bool fills_path = cm_url_path_has(scan->resource, scan->read, arg->column);
    if (fills_path && cannot_fill(scan, arg->column, value)) request->is_in_vain = true;
    put_value(request, arg->column, arg->op, value);
    if (arg->op == CM_TERM_EQ && (fills_path || is_asked_exactly(scan, i)))
      rc = cm_leg_bind(leg, arg->column, value, stands_in(scan, i), err);
  }
  return rc;
}

static int per_page(const cm_scan *scan) {
  int full = scan->session->settings.per_page;
  return scan->is_short && scan->plan.limit < full ? (int)scan->plan.limit : full;
}

static int open_leg(cm_scan *scan, cm_leg *leg, const cm_leg_request *request, cm_err *err) {
  int rc = cm_scan_find_at_hand(scan, leg, request, err);
  if (rc == SQLITE_OK && leg->fixed.is_known) cm_scan_skip_ahead(scan);
  if (rc != SQLITE_OK || leg->fixed.is_known) return rc;
  rc = cm_leg_open(leg, scan->session, request, err);
  if (rc == SQLITE_OK && scan->parent == NULL) cm_scan_look_ahead(scan, request);
  return rc;
}

int cm_scan_start_leg(cm_scan *scan, const cm_value *parent_key, cm_err *err) {
  cm_leg_request request = { .resource = scan->resource,
                             .plan = &scan->plan,
                             .read = scan->read,
                             .per_page = per_page(scan),
                             .is_alone = parent_key == NULL && !scan->legs.are_many,
                             .is_in_vain = parent_key != NULL &&
                                           cannot_fill(scan, scan->parent_column, parent_key) };
  cm_leg *leg = &scan->legs.ring[(scan->legs.first + scan->legs.count) % scan->legs.room];
  memset(leg, 0, sizeof *leg);
  int rc = bind_terms(scan, leg, &request, err);
  if (rc == SQLITE_OK) rc = bind_fallbacks(scan, leg, &request, err);
  if (rc == SQLITE_OK && parent_key != NULL)
    rc = bind_other(leg, &request, scan->parent_column, parent_key, err);
  if (rc == SQLITE_OK && !request.is_in_vain) rc = open_leg(scan, leg, &request, err);
  if (rc == SQLITE_OK && request.is_in_vain) cm_scan_skip_ahead(scan);
  if (rc != SQLITE_OK || request.is_in_vain) {
    cm_leg_close(leg);
    return rc;
  }
  scan->legs.count++;
  return SQLITE_OK;
}

void cm_scan_end_leg(cm_scan *scan) {
  scan->page_keys.page = 0;
  cm_leg_close(cm_scan_leg(scan));
  scan->legs.first = (scan->legs.first + 1) % scan->legs.room;
  scan->legs.count--;
  scan->legs.ended++;
}

bool cm_scan_leg_is_ready(const cm_scan *scan) {
  const cm_leg *leg = cm_scan_leg(scan);
  bool has_companion = !leg->has_companion || leg->is_companion_read ||
                       cm_pager_is_ready(&leg->companion_pager);
  return leg->fixed.is_known || (cm_pager_is_ready(&leg->pager) && has_companion);
}

/** Of the answers that came before their rows were asked for. */
static size_t bytes_ahead(const cm_scan *scan) {
  size_t bytes = 0;
  for (int i = 0; i < scan->legs.count; i++) {
    const cm_leg *leg = &scan->legs.ring[(scan->legs.first + i) % scan->legs.room];
    bytes += cm_pager_bytes_ahead(&leg->pager) + cm_pager_bytes_ahead(&leg->companion_pager);
  }
  return bytes;
}

bool cm_scan_may_run_ahead(const cm_scan *scan) {
  const cm_scan_legs *legs = &scan->legs;
  int64_t wanted = scan->plan.wanted;
  if (legs->count < legs->capacity) return true;
  if (legs->count == legs->room || (wanted >= 0 && legs->count >= wanted)) return false;
  if (scan->session->settings.max_requests > 0 || cm_scan_leg_is_ready(scan)) return false;
  return cm_session_is_idle(scan->session) && bytes_ahead(scan) < CM_MAX_AHEAD_BYTES;
}

/** True when even the widest list cannot be asked for without the column. */
static bool is_needed(const cm_resource *resource, int column) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  const cm_filter *filter = cm_url_find_filter(resource, widest, column, CM_TERM_EQ);
  return cm_url_path_has(resource, widest, column) || (filter != NULL && filter->required);
}

static int missing_value(const cm_scan *scan, cm_err *err) {
  const char *table = scan->resource->name;
  const cm_column *column = &scan->resource->columns[scan->plan.missing];
  char sample[64];
  cm_url_sample(column, sample, (int)sizeof sample);
  if (scan->plan.lack == CM_LACK_ORDER) {
    return cm_err_set(
        err, SQLITE_ERROR,
        "%s: %s has no value to be sent (what it is compared with belongs to a table that is "
        "read after this one): write %s = %s",
        table, column->name, column->name, sample);
  }
  if (scan->plan.lack == CM_LACK_EQUAL) {
    return cm_err_set(err, SQLITE_ERROR, "%s: %s is a parameter: write %s = %s", table,
                      column->name, column->name, sample);
  }
  if (!is_needed(scan->resource, scan->plan.missing)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: %s cannot be sent here (it is a parameter: it needs a plain =, and a "
                      "request that takes the others too): give it alone",
                      table, column->name);
  }
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: %s is missing (the API lists no rows without it): write %s", table,
                    column->name, scan->resource->example);
}

int cm_scan_settle(cm_scan *scan, cm_err *err) {
  int rc = check_instants(scan, err);
  if (rc == SQLITE_OK) rc = cm_scan_check_words(scan, err);
  if (rc == SQLITE_OK && scan->plan.read < 0) {
    rc = scan->plan.lack == CM_LACK_LIST ? cm_scan_ask_choices(scan, err)
                                         : missing_value(scan, err);
  }
  if (rc != SQLITE_OK) return rc;
  if (has_empty_arg(scan)) return SQLITE_OK;
  scan->read = &scan->resource->reads[scan->plan.read];
  return settle_values(scan, err);
}
