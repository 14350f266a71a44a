#include "read/scan.h"

#include <string.h>

#include "client/pump.h"
#include "lists/known_pages.h"
#include "read/places.h"
#include "read/scan_state.h"
#include "spec/registry.h"

enum {
  ROWS_BETWEEN_INTERRUPT_CHECKS = 4096,
  MOVES_BETWEEN_LOOKS = 16,
  LATE_MS = 20,           /* without any news; a guess that LIMIT makes useless costs a request */
  LEGS_PER_CONNECTION = 2 /* an answer that is late holds up the rows, not the connections */
};

void cm_scan_arg_clear(cm_scan_arg *arg) {
  for (int i = 0; i < arg->count; i++)
    cm_value_clear(&arg->values[i]);
  sqlite3_free(arg->values);
  *arg = (cm_scan_arg){ NULL, 0 };
}

cm_row *cm_scan_row(cm_scan *scan) {
  return &scan->row;
}

/** For the costs of later plans. */
static void remember_pages(cm_scan *scan, const cm_leg *leg) {
  const cm_pager *pager = &leg->pager;
  bool is_end = pager->is_done && pager->next_cursor == NULL;
  int64_t pages = pager->total_pages > 0 ? pager->total_pages : is_end ? pager->pages : 0;
  int per_page = pager->list.per_page;
  int64_t rows = leg->chains != NULL ? cm_chains_rows(leg->chains) : 0;
  if (rows > 0 && pages == 0) pages = (rows + per_page - 1) / per_page;
  bool is_plain = scan->plan.arg_count == 0 && scan->read->parent == NULL;
  if (pages > 0 && is_plain && !scan->is_short) {
    cm_known_pages_put(scan->session, scan->read, pages);
    if (is_end) cm_known_pages_put_rows(scan->session, scan->read, pager->rows_seen);
  }
}

/* ---- starting legs ------------------------------------------------------------------------- */

/** Start the next leg; where the scan walks its parent, with the key of the parent's current row. */
static int start_leg(cm_scan *scan, cm_err *err) {
  cm_value key = cm_value_null();
  if (scan->parent == NULL) return cm_scan_start_leg(scan, NULL, err);
  cm_row *row = cm_scan_row(scan->parent);
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  if (rc == SQLITE_OK) rc = cm_scan_start_leg(scan, &key, err);
  cm_value_clear(&key);
  return rc;
}

/** True when cm_scan_next would not have to wait for its first look at the rows. */
static bool is_ready(const cm_scan *scan) {
  if (scan->read == NULL) return true;
  if (scan->unfolding.items.ptr != NULL || scan->unfolding.next_word != NULL) return true;
  if (scan->legs.count == 0) return scan->legs.are_started;
  return cm_scan_leg_is_ready(scan);
}

/** Where the values of the next leg are. */
typedef enum next_values {
  VALUES_AT_HAND,
  VALUES_NOT_YET, /* an answer that has them is under way, and other legs have rows meanwhile */
  VALUES_AT_END
} next_values;

/** The next values of the lists; for a scan that walks its parent, the key of the next parent. */
static int find_values(cm_scan *scan, next_values *found, cm_err *err) {
  *found = VALUES_AT_HAND;
  if (scan->parent == NULL) return SQLITE_OK;
  *found = VALUES_NOT_YET;
  if (scan->legs.count > 0 && !is_ready(scan->parent)) return SQLITE_OK;
  int rc = cm_scan_next(scan->parent, err);
  *found = rc == SQLITE_ROW ? VALUES_AT_HAND : VALUES_AT_END;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** Keep as many legs under way as may be. */
static int fill_legs(cm_scan *scan, cm_err *err) {
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && !scan->legs.are_started && cm_scan_may_run_ahead(scan)) {
    next_values found = VALUES_AT_END;
    rc = find_values(scan, &found, err);
    if (rc != SQLITE_OK || found == VALUES_NOT_YET) return rc;
    if (found == VALUES_AT_HAND) rc = start_leg(scan, err);
    bool is_last = scan->parent != NULL ? found == VALUES_AT_END : !cm_scan_turn_lists(scan);
    if (is_last) scan->legs.are_started = true;
  }
  return rc;
}

/** Fill them until the oldest has its answer: one that is late holds up its rows, not the requests behind it. */
static int await_leg(cm_scan *scan, cm_err *err) {
  int rc = fill_legs(scan, err);
  bool is_late = false;
  while (rc == SQLITE_OK && scan->legs.count > 0 && !cm_scan_leg_is_ready(scan)) {
    int64_t ended = scan->session->calls.ended;
    if (is_late) cm_scan_look_further(scan);
    cm_session_pump(scan->session, LATE_MS);
    is_late = is_late || ended == scan->session->calls.ended;
    rc = fill_legs(scan, err);
  }
  cm_session_rest(scan->session);
  return rc;
}

/** Close the only leg and start it again, with full pages. */
static int restart_leg(cm_scan *scan, cm_err *err) {
  scan->is_short = false;
  scan->plan.limit = -1; /* it was not enough */
  cm_scan_end_leg(scan);
  return start_leg(scan, err);
}

/* ---- the row around a row ------------------------------------------------------------------ */

static int find_enclosing(cm_scan *scan, bool is_hidden, cm_err *err) {
  const cm_resource *resource = NULL;
  cm_plan plan;
  cm_scan_arg args[CM_PLAN_MAX_ARGS] = { { NULL, 0 } };
  cm_scan *inner = NULL;
  int rc = cm_scan_plan_enclosing(scan, is_hidden, &resource, &plan, args, err);
  if (rc == SQLITE_OK && resource != NULL)
    rc = cm_scan_open(scan->session, resource, &plan, args, &inner, err);
  for (int i = 0; i < CM_PLAN_MAX_ARGS; i++)
    cm_scan_arg_clear(&args[i]);
  if (rc == SQLITE_OK && inner != NULL) rc = cm_scan_next(inner, err);
  if (rc == SQLITE_ROW) rc = cm_scan_keep_enclosing(scan, cm_scan_row(inner), err);
  cm_scan_close(inner);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** Before a column of the current row is looked at. What is not found is asked for once more as a hidden row. */
static int need_enclosing(cm_scan *scan, int column, cm_err *err) {
  if (!cm_scan_lacks_enclosing(scan, column)) return SQLITE_OK;
  const cm_statement *statement = scan->session->statement;
  int64_t before = statement->requests;
  scan->around.is_asked = true;
  int rc = find_enclosing(scan, false, err);
  if (rc == SQLITE_OK && scan->around.text == NULL) rc = find_enclosing(scan, true, err);
  int64_t kind = scan->legs.count > 0 ? cm_scan_leg(scan)->fixed.kind : 0;
  if (kind != 0) cm_list_store_count(scan->session, kind, statement->requests - before);
  return rc;
}

int cm_scan_peek(cm_scan *scan, int column, cm_value *out, cm_err *err) {
  *out = cm_value_null();
  int rc = need_enclosing(scan, column, err);
  return rc == SQLITE_OK ? cm_row_peek(&scan->row, column, out, err) : rc;
}

/* ---- moving -------------------------------------------------------------------------------- */

/** The same row once more, for the next word. SQLITE_DONE: no word is left. */
static int next_word(cm_scan *scan) {
  if (scan->unfolding.next_word == NULL || scan->unfolding.next_word->sql == NULL)
    return SQLITE_DONE;
  scan->row.word = scan->unfolding.next_word++;
  return SQLITE_ROW;
}

/** The next item of the row that is being unfolded. SQLITE_DONE: none is left. */
static int next_item(cm_scan *scan, cm_err *err) {
  cm_slice name = { NULL, 0 };
  cm_slice item = { NULL, 0 };
  if (CM_EXTRA(scan->read, unfold) != NULL) return next_word(scan);
  if (scan->unfolding.items.ptr == NULL) return SQLITE_DONE;
  int rc = cm_slice_next(scan->unfolding.items, &scan->unfolding.at, &name, &item);
  if (rc == SQLITE_ROW && scan->unfolding.are_objects && cm_slice_type(item) != CM_JSON_OBJECT) {
    return cm_pager_wrong_shape(&cm_scan_leg(scan)->pager,
                                "an item of a list in it is not a JSON object", err);
  }
  if (rc == SQLITE_ROW) {
    cm_row_set(&scan->row, item);
    scan->row.name = name;
  } else {
    scan->unfolding.items = (cm_slice){ NULL, 0 };
  }
  if (rc == SQLITE_ERROR) {
    cm_err_set(err, rc, "%s: the API sent broken JSON: try again later", scan->resource->name);
  }
  return rc;
}

static void unfold_row(cm_scan *scan, const cm_read *read, cm_slice text) {
  scan->row.outer = text;
  cm_slice each = cm_slice_find(text, read->each);
  bool has_items = cm_slice_type(each) == CM_JSON_ARRAY || cm_slice_type(each) == CM_JSON_OBJECT;
  scan->unfolding.items = has_items ? each : (cm_slice){ NULL, 0 };
  scan->unfolding.at = 0;
}

/** What was asked for by equal terms costs a request a page; the first page was counted when it was asked for. */
static void count_pages(cm_scan *scan, cm_leg *leg) {
  int64_t further = leg->pager.pages - 1 - leg->pages_counted;
  if (leg->fixed.kind == 0 || further <= 0) return;
  leg->pages_counted += further;
  cm_list_store_count(scan->session, leg->fixed.kind, further);
}

/** The next row of a leg: of those at hand, or of its list. */
static int next_text(cm_scan *scan, cm_leg *leg, cm_slice *text, cm_err *err) {
  if (leg->fixed.is_known) {
    if (leg->fixed_at == leg->fixed.count) return SQLITE_DONE;
    *text = leg->fixed.rows[leg->fixed_at++];
    return SQLITE_ROW;
  }
  int rc = cm_leg_next(leg, text, err);
  count_pages(scan, leg);
  if (rc == SQLITE_ROW && leg->pager.rows_seen == 1) remember_pages(scan, leg);
  if (rc == SQLITE_DONE) remember_pages(scan, leg);
  if (rc != SQLITE_ROW || !leg->pager.is_single) return rc;
  int check = cm_scan_check_answer(scan, leg, *text, err);
  return check == SQLITE_OK ? rc : check;
}

/** The next row of the oldest leg, matching or not. */
static int next_row(cm_scan *scan, cm_leg *leg, cm_err *err) {
  cm_scan_forget_enclosing(scan);
  for (;;) {
    cm_slice text = { NULL, 0 };
    int rc = next_item(scan, err);
    if (rc != SQLITE_DONE) return rc;
    if (scan->is_short && leg->pager.is_open && leg->pager.next_cursor != NULL &&
        leg->pager.rows_seen == leg->pager.page_rows) {
      rc = restart_leg(scan, err);
      if (rc != SQLITE_OK) return rc;
    }
    rc = next_text(scan, leg, &text, err);
    if (rc != SQLITE_ROW) return rc;
    const cm_read *read = leg->fixed.read != NULL ? leg->fixed.read : scan->read;
    if (read->each != NULL) {
      unfold_row(scan, read, text);
      continue;
    }
    cm_row_set(&scan->row, text);
    scan->unfolding.next_word = CM_EXTRA(scan->read, unfold);
    if (scan->unfolding.next_word == NULL) return SQLITE_ROW;
  }
}

static int was_on_last_page(cm_scan *scan, const cm_leg *leg, bool *was, cm_err *err) {
  const cm_pager *pager = &leg->pager;
  if (cm_registry_key(scan->resource) < 0 || leg->fixed.is_known) return SQLITE_OK;
  if (leg->chains != NULL && cm_chains_are_apart(leg->chains)) return SQLITE_OK;
  return cm_page_keys_saw(&scan->page_keys, &scan->row, pager->pages, pager->next_cursor != NULL,
                          was, err);
}

/** As cm_scan_row_matches; for a column of the row around it that row is looked up. */
static int current_row_matches(cm_scan *scan, bool *matches, cm_err *err) {
  int rc = SQLITE_OK;
  *matches = true;
  for (int i = 0; i < scan->plan.arg_count && *matches && rc == SQLITE_OK; i++) {
    rc = need_enclosing(scan, scan->plan.args[i].column, err);
    if (rc == SQLITE_OK) rc = cm_scan_term_matches(scan, i, &scan->row, matches, err);
  }
  return rc;
}

/** Does the row belong to the result? A companion is looked up for rows that may. */
static int accept_row(cm_scan *scan, cm_leg *leg, bool *accepted, cm_err *err) {
  scan->row.bindings = leg->bindings;
  scan->row.binding_count = leg->binding_count;
  int rc = SQLITE_OK;
  if (leg->has_companion) {
    rc = cm_leg_find_companion(leg, scan->resource, &scan->row, &scan->row.companion, err);
  }
  bool was = false;
  if (rc == SQLITE_OK && leg->chains != NULL)
    rc = cm_chains_saw(leg->chains, &scan->row, &was, err);
  if (rc != SQLITE_OK || was) return rc;
  rc = current_row_matches(scan, accepted, err);
  if (rc != SQLITE_OK || !*accepted) return rc;
  if (scan->is_short || scan->may_repeat) {
    return cm_key_set_add(&scan->shown, &scan->row, accepted, err);
  }
  if (scan->plan.lack != CM_LACK_LIST) rc = cm_key_set_find(&scan->shown, &scan->row, &was, err);
  if (rc == SQLITE_OK && !was) rc = was_on_last_page(scan, leg, &was, err);
  if (was) *accepted = false;
  if (rc != SQLITE_OK || was || scan->plan.lack != CM_LACK_LIST) return rc;
  return cm_scan_accept_choice(scan, leg, accepted, err);
}

static int check_interrupt(cm_scan *scan, cm_err *err) {
  if (++scan->pace.dropped % ROWS_BETWEEN_INTERRUPT_CHECKS != 0) return SQLITE_OK;
  if (!cm_statement_is_interrupted(scan->session->statement)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_INTERRUPT, "%s: interrupted", scan->resource->name);
}

/**
 * Bytes that came meanwhile are taken in, so that answers under way do not wait for us: at most once in
 * a millisecond, because a look costs as much as several rows.
 */
static void pump_now_and_then(cm_scan *scan) {
  if (++scan->pace.moves % MOVES_BETWEEN_LOOKS != 0 || scan->session->calls.first == NULL) return;
  int64_t now_ms = cm_session_now_ms(scan->session);
  if (now_ms == scan->pace.pumped_ms) return;
  scan->pace.pumped_ms = now_ms;
  cm_session_pump(scan->session, 0);
}

/** Where a table is read below its parents, note below which one the current row stands. */
static void note_place(cm_scan *scan, const cm_leg *leg) {
  size_t at = 0;
  bool has_parent = scan->read->parent != NULL && scan->parent == NULL &&
                    cm_registry_key(scan->resource) >= 0;
  int column = has_parent ? cm_url_next_column(scan->resource, scan->read->path, &at) : -1;
  const cm_value *parent = column >= 0 ? cm_leg_find_bound(leg, column) : NULL;
  if (parent != NULL) cm_places_note(scan->session, &scan->row, parent);
}

int cm_scan_next(cm_scan *scan, cm_err *err) {
  int rc = cm_session_check_account(scan->session, scan->account, scan->resource->name, err);
  if (rc != SQLITE_OK) return rc;
  scan->is_on_row = false;
  pump_now_and_then(scan);
  while (scan->read != NULL && rc == SQLITE_OK) {
    rc = await_leg(scan, err);
    if (rc != SQLITE_OK) break;
    if (scan->legs.count == 0) return SQLITE_DONE;
    cm_leg *leg = cm_scan_leg(scan);
    bool accepted = false;
    rc = next_row(scan, leg, err);
    if (rc == SQLITE_DONE) {
      rc = cm_leg_finish(leg, err);
      cm_scan_end_leg(scan);
    } else if (rc == SQLITE_ROW) {
      rc = accept_row(scan, leg, &accepted, err);
      if (rc == SQLITE_OK && accepted) {
        scan->is_on_row = true;
        scan->row_number++;
        note_place(scan, leg);
        return SQLITE_ROW;
      }
      if (rc == SQLITE_OK) rc = check_interrupt(scan, err);
    }
  }
  return scan->read == NULL ? SQLITE_DONE : rc;
}

/* ---- opening and closing ------------------------------------------------------------------- */

/** The argument of the plan that says which keys the rows have. -1: none does. */
static int find_keys(const cm_scan *scan) {
  int key = cm_registry_key(scan->resource);
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    if (arg->column == key && arg->op == CM_TERM_EQ && arg->use == CM_ARG_CHECKED) return i;
  }
  return -1;
}

/** Are the parents of all rows that can match known? Then they are the values of `column`, which fills the path. */
static int find_places(cm_scan *scan, int column, bool *are_known, cm_err *err) {
  int keys = find_keys(scan), last = scan->plan.arg_count;
  cm_places places;
  *are_known = false;
  if (keys < 0 || last == CM_PLAN_MAX_ARGS) return SQLITE_OK;
  int rc = cm_places_find(scan->session, scan->resource, scan->args[keys].values,
                          scan->args[keys].count, &places, err);
  if (rc != SQLITE_OK || places.values == NULL) return rc;
  cm_plan_arg arg = {
    .term = -1, .column = column, .op = CM_TERM_EQ, .is_list = true, .use = CM_ARG_SENT
  };
  scan->plan.args[last] = arg;
  scan->args[last] = (cm_scan_arg){ places.values, places.count };
  scan->plan.arg_count++;
  *are_known = true;
  return SQLITE_OK;
}

/** A path whose {column} nothing binds is walked over the keys of its parent. */
static int open_parent(cm_scan *scan, cm_err *err) {
  size_t at = 0;
  int column = cm_url_next_column(scan->resource, scan->read->path, &at);
  if (scan->read->parent == NULL || column < 0 || cm_plan_sends(&scan->plan, column))
    return SQLITE_OK;
  bool are_known = false;
  int rc = find_places(scan, column, &are_known, err);
  if (rc != SQLITE_OK || are_known) return rc;
  const cm_resource *parent = cm_registry_find(scan->read->parent);
  cm_plan plan = cm_plan_of(parent->read_count - 1);
  cm_scan_arg no_args[CM_PLAN_MAX_ARGS] = { { NULL, 0 } };
  scan->parent_column = column;
  rc = cm_scan_open(scan->session, parent, &plan, no_args, &scan->parent, err);
  if (rc == SQLITE_OK && scan->parent->legs.count > 0) cm_leg_keep_plain(cm_scan_leg(scan->parent));
  return rc;
}

static int prepare(cm_scan *scan, cm_err *err) {
  int rc = cm_scan_settle(scan, err);
  if (rc == SQLITE_OK && scan->read == NULL) cm_scan_skip_ahead(scan);
  if (rc != SQLITE_OK || scan->read == NULL) return rc;
  scan->unfolding.are_objects = scan->read->each != NULL &&
                                cm_scan_has_object_items(scan->resource);
  rc = open_parent(scan, err);
  if (rc != SQLITE_OK) return rc;
  scan->is_short = scan->plan.limit >= 0 && scan->plan.limit < scan->session->settings.per_page;
  scan->legs.total = cm_scan_leg_total(scan);
  int64_t total = scan->parent == NULL ? scan->legs.total : CM_MAX_AHEAD;
  scan->legs.room = total < CM_MAX_AHEAD ? (int)total : CM_MAX_AHEAD;
  scan->legs.capacity = scan->session->settings.concurrency * LEGS_PER_CONNECTION;
  if (scan->legs.room < scan->legs.capacity) scan->legs.capacity = scan->legs.room;
  scan->legs.are_many = scan->legs.capacity > 1;
  scan->may_repeat = cm_registry_key(scan->resource) >= 0 && cm_scan_has_parameter_list(scan) &&
                     scan->plan.lack != CM_LACK_LIST;
  scan->legs.ring = sqlite3_malloc64((sqlite3_uint64)scan->legs.room * sizeof *scan->legs.ring);
  if (scan->legs.ring == NULL) return cm_err_nomem(err);
  return fill_legs(scan, err);
}

int cm_scan_open(cm_session *session, const cm_resource *resource, const cm_plan *plan,
                 cm_scan_arg *args, cm_scan **out, cm_err *err) {
  cm_scan *scan = sqlite3_malloc64(sizeof *scan);
  *out = NULL;
  session->reading.scan_count++;
  if (scan == NULL) {
    for (int i = 0; i < plan->arg_count; i++)
      cm_scan_arg_clear(&args[i]);
    return cm_err_nomem(err);
  }
  memset(scan, 0, sizeof *scan);
  scan->session = session;
  scan->account = session->account;
  scan->resource = resource;
  scan->plan = *plan;
  scan->row.resource = resource;
  for (int i = 0; i < plan->arg_count; i++) {
    scan->args[i] = args[i];
    args[i] = (cm_scan_arg){ NULL, 0 };
  }
  int rc = prepare(scan, err);
  if (rc != SQLITE_OK) {
    cm_scan_close(scan);
    return rc;
  }
  cm_scan_list(scan);
  cm_scan_offer_facts(session);
  *out = scan;
  return SQLITE_OK;
}

void cm_scan_close(cm_scan *scan) {
  if (scan == NULL) return;
  cm_scan_unlist(scan);
  while (scan->legs.count > 0)
    cm_scan_end_leg(scan);
  cm_scan_close(scan->parent);
  cm_scan_forget_enclosing(scan);
  cm_row_clear(&scan->row);
  for (int i = 0; i < scan->plan.arg_count; i++)
    cm_scan_arg_clear(&scan->args[i]);
  cm_row_store_clear(&scan->shown);
  cm_page_keys_clear(&scan->page_keys);
  sqlite3_free(scan->legs.ring);
  sqlite3_free(scan);
}
