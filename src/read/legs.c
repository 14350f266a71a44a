/*
** legs.c -- which requests a scan makes: its values settled, its legs started in order.
*/
#include <string.h>

#include "read/fallback.h"
#include "read/known_pages.h"
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
    if (scan->plan.args[i].op >= CM_TERM_NE) continue;
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
  return cm_request_find_filter(scan->resource, scan->read, plan->column, plan->op);
}

/** True when one of the values cannot be sent by the filter that the read has for it. */
static bool has_unsendable(const cm_scan *scan, int arg) {
  const cm_filter *filter = filter_of(scan, arg);
  if (filter == NULL) return false;
  const cm_column *column = &scan->resource->columns[scan->plan.args[arg].column];
  for (int i = 0; i < scan->args[arg].count; i++) {
    const cm_value *value = &scan->args[arg].values[i];
    if (cm_request_filter_value(column, filter, value, NULL) == CM_SEND_NOT) return true;
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
  if (cm_request_path_has(scan->resource, scan->read, column)) return true;
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
static bool is_dear(const cm_scan *scan) {
  const cm_read *widest = &scan->resource->reads[scan->resource->read_count - 1];
  int64_t pages = cm_known_pages_find(scan->session, widest);
  int64_t values = 1;
  size_t at = 0;
  bool is_same = cm_request_is_look_up(scan->read)
                     ? scan->read->is_listed && !CM_EXTRA(scan->read, finds_hidden)
                     : cm_request_next_placeholder(scan->resource, scan->read->path, &at) < 0;
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
    if (filter->required) {
      widen(scan);
      return SQLITE_OK;
    }
    arg->use = CM_ARG_CHECKED;
  }
  if (is_dear(scan)) widen(scan);
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
         cm_request_path_has(scan->resource, scan->read, index);
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

/** What is sent for parameters that the statement does not give. */
static int bind_fallbacks(cm_scan *scan, cm_leg *leg, cm_request_value *values, int *count,
                          bool *is_empty, cm_err *err) {
  const cm_clock *clock = &scan->session->clock;
  int64_t now_ms = clock->wall_ms(clock->context);
  int end_column = cm_registry_find_column(scan->resource, "end_date", strlen("end_date"));
  const cm_value *end = cm_leg_find_bound(leg, end_column);
  cm_scan_days days;
  int rc = SQLITE_OK;
  cm_scan_find_days(scan, leg, now_ms, &days);
  if (days.is_empty) *is_empty = true;
  if (end == NULL && days.last.type != CM_VALUE_NULL) end = &days.last;
  for (const cm_filter *filter = scan->read->filters;
       rc == SQLITE_OK && filter != NULL && filter->column != NULL; filter++) {
    char text[CM_INSTANT_TEXT];
    int column = cm_registry_find_column(scan->resource, filter->column, strlen(filter->column));
    if (CM_EXTRA(filter, fallback) == NULL || cm_leg_find_bound(leg, column) != NULL) continue;
    cm_value value = value_of_none(filter, &days, now_ms, end, text);
    rc = cm_leg_bind(leg, column, &value, true, err);
    if (rc != SQLITE_OK) break;
    cm_binding *binding = &leg->bindings[leg->binding_count - 1];
    binding->is_worked_out = CM_EXTRA(filter, fallback[0]) == '{';
    values[(*count)++] = (cm_request_value){ .column = column,
                                             .op = CM_TERM_EQ,
                                             .value = &binding->value };
  }
  return rc;
}

/** Collect what the leg is bound to. False when no row can match these values. */
static int bind_leg(cm_scan *scan, cm_leg *leg, cm_request_value *values, int *count,
                    bool *is_empty, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < scan->plan.arg_count && rc == SQLITE_OK; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    if (arg->use != CM_ARG_SENT) continue;
    const cm_value *value = leg_value(scan, i);
    bool fills_path = cm_request_path_has(scan->resource, scan->read, arg->column);
    const cm_column *column = &scan->resource->columns[arg->column];
    if (fills_path && cm_request_path_value(column, value) == CM_NO_ROW) *is_empty = true;
    values[(*count)++] = (cm_request_value){ .column = arg->column, .op = arg->op, .value = value };
    if (arg->op == CM_TERM_EQ && (fills_path || is_asked_exactly(scan, i)))
      rc = cm_leg_bind(leg, arg->column, value, stands_in(scan, i), err);
  }
  return rc;
}

static int bind_parent(const cm_scan *scan, cm_leg *leg, const cm_value *key,
                       cm_request_value *values, int *count, cm_err *err) {
  int rc = cm_leg_bind(leg, scan->parent_column, key, true, err);
  if (rc != SQLITE_OK) return rc;
  values[(*count)++] = (cm_request_value){ .column = scan->parent_column,
                                           .op = CM_TERM_EQ,
                                           .value = &leg->bindings[leg->binding_count - 1].value };
  return rc;
}

static int per_page(const cm_scan *scan) {
  int full = scan->session->settings.per_page;
  return scan->is_short && scan->plan.limit < full ? (int)scan->plan.limit : full;
}

static int open_leg(cm_scan *scan, cm_leg *leg, const cm_request_value *values, int count,
                    cm_err *err) {
  int rc = cm_scan_find_at_hand(scan, leg, values, count, err);
  if (rc != SQLITE_OK || leg->fixed != NULL) return rc;
  cm_leg_request request = {
    scan->resource, &scan->plan, scan->read, values, count, per_page(scan)
  };
  rc = cm_leg_open(leg, scan->session, &request, err);
  if (rc == SQLITE_OK && scan->parent == NULL) cm_scan_look_ahead(scan, values, count);
  return rc;
}

/** True when the key of a parent cannot stand in a path: it has no rows. */
static bool is_barren(const cm_scan *scan, const cm_value *key) {
  const cm_column *column = &scan->resource->columns[scan->parent_column];
  return cm_request_path_value(column, key) == CM_NO_ROW;
}

int cm_scan_start_leg(cm_scan *scan, const cm_value *parent_key, cm_err *err) {
  cm_request_value values[CM_LEG_MAX_VALUES];
  int count = 0;
  bool is_empty = parent_key != NULL && is_barren(scan, parent_key);
  cm_leg *leg = &scan->legs.ring[(scan->legs.first + scan->legs.count) % scan->legs.capacity];
  memset(leg, 0, sizeof *leg);
  int rc = bind_leg(scan, leg, values, &count, &is_empty, err);
  if (rc == SQLITE_OK) rc = bind_fallbacks(scan, leg, values, &count, &is_empty, err);
  if (rc == SQLITE_OK && parent_key != NULL)
    rc = bind_parent(scan, leg, parent_key, values, &count, err);
  if (rc == SQLITE_OK && !is_empty) rc = open_leg(scan, leg, values, count, err);
  if (rc != SQLITE_OK || is_empty) {
    cm_leg_close(leg);
    return rc;
  }
  scan->legs.count++;
  return SQLITE_OK;
}

void cm_scan_end_leg(cm_scan *scan) {
  scan->page_keys.page = 0;
  cm_leg_close(cm_scan_leg(scan));
  scan->legs.first = (scan->legs.first + 1) % scan->legs.capacity;
  scan->legs.count--;
}

/** True when even the widest list cannot be asked for without the column. */
static bool is_needed(const cm_resource *resource, int column) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  const cm_filter *filter = cm_request_find_filter(resource, widest, column, CM_TERM_EQ);
  return cm_request_path_has(resource, widest, column) || (filter != NULL && filter->required);
}

static int missing_value(const cm_scan *scan, cm_err *err) {
  const char *table = scan->resource->name;
  const cm_column *column = &scan->resource->columns[scan->plan.missing];
  char sample[64];
  cm_request_sample(column, sample, (int)sizeof sample);
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
