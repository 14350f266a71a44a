/*
** scan_ahead.c -- read-ahead for joins: of the rows that will come, what is asked for them (read/ahead.h says how far). Nothing
** here decides about a result, only about requests.
*/
#include <string.h>

#include "base/hash.h"
#include "client/pump.h"
#include "read/scan_state.h"
#include "spec/source.h"

/* ---- read-ahead: the next rows of a scan ---------------------------------------------------- */

static cm_leg *leg_at(const cm_scan *outer, int64_t number) {
  int64_t offset = number - outer->legs.ended;
  if (offset < 0 || offset >= outer->legs.count) return NULL;
  return &outer->legs.ring[(outer->legs.first + offset) % outer->legs.room];
}

/** A list that was not opened yet will begin with its first page. */
static int64_t page_of(const cm_leg *leg) {
  int64_t page = leg->fixed.is_known ? 1 : cm_leg_page(leg);
  return page > 0 ? page : 1;
}

/** Set the place to the outer row of now, unless it is behind that row already. */
static void place_window(const cm_scan *outer, cm_ahead *ahead) {
  const cm_leg *leg = cm_scan_leg(outer);
  int64_t at = leg->fixed.is_known ? leg->fixed_at : cm_leg_pager(leg)->page_at;
  const cm_unfolding *unfolding = &outer->unfolding;
  bool is_there = ahead->leg == outer->legs.ended && ahead->page == page_of(leg);
  bool is_within = ahead->at == at && ahead->items.ptr != NULL && unfolding->items.ptr != NULL;
  bool is_behind = is_there && (ahead->at < at || (is_within && ahead->item_at < unfolding->at));
  if (ahead->leg > outer->legs.ended || (is_there && !is_behind)) return;
  ahead->leg = outer->legs.ended;
  ahead->page = page_of(leg);
  ahead->at = at;
  ahead->around = outer->row.outer;
  ahead->items = unfolding->items;
  ahead->item_at = unfolding->at;
  ahead->through_row = outer->row_number;
}

/** Has a list no rows behind those that were looked at? */
static bool is_at_end(const cm_leg *leg) {
  return leg->fixed.is_known || (leg->chains == NULL && cm_pager_is_last_page(&leg->pager));
}

static bool peek_text(cm_leg *leg, int64_t at, cm_slice *text) {
  if (!leg->fixed.is_known) return cm_leg_peek(leg, at, text);
  if (at >= leg->fixed.count) return false;
  *text = leg->fixed.rows[at];
  return true;
}

/** The next row that has arrived, of this list or of the next ones. */
static bool next_text(const cm_scan *outer, cm_ahead *ahead, cm_leg **leg, cm_slice *text) {
  for (;;) {
    *leg = leg_at(outer, ahead->leg);
    if (*leg == NULL) return false;
    if (peek_text(*leg, ahead->at, text)) {
      ahead->at++;
      return true;
    }
    if (!is_at_end(*leg)) return false;
    ahead->leg++;
    ahead->page = 1;
    ahead->at = 0;
  }
}

/** The next row, matching or not. */
static bool next_any_row(const cm_scan *outer, cm_ahead *ahead, cm_row *row) {
  cm_leg *leg = leg_at(outer, ahead->leg);
  for (;;) {
    cm_slice text = { NULL, 0 };
    if (ahead->items.ptr != NULL && leg != NULL) {
      cm_slice item = { NULL, 0 };
      int rc = cm_slice_next(ahead->items, &ahead->item_at, &row->name, &item);
      if (rc != SQLITE_ROW) ahead->items = (cm_slice){ NULL, 0 };
      if (rc == SQLITE_ROW) {
        row->outer = ahead->around;
        cm_row_set(row, item);
        break;
      }
    }
    if (!next_text(outer, ahead, &leg, &text)) return false;
    const cm_read *read = leg->fixed.read != NULL ? leg->fixed.read : outer->read;
    if (read->each == NULL) {
      cm_row_set(row, text);
      break;
    }
    cm_slice items = cm_slice_find(text, read->each);
    bool has_items = cm_slice_type(items) == CM_JSON_ARRAY ||
                     cm_slice_type(items) == CM_JSON_OBJECT;
    ahead->around = text;
    ahead->items = has_items ? items : (cm_slice){ NULL, 0 };
    ahead->item_at = 0;
  }
  row->bindings = leg->bindings;
  row->binding_count = leg->binding_count;
  return true;
}

/** The next row that the outer scan will show, as far as can be told. False: it has not arrived. */
static bool next_row(const cm_scan *outer, cm_ahead *ahead, cm_row *row) {
  bool matches = false;
  if (CM_EXTRA(outer->read, unfold) != NULL) return false;
  while (!matches && next_any_row(outer, ahead, row)) {
    if (cm_scan_row_matches(outer, row, &matches, NULL) != SQLITE_OK) return false;
  }
  return matches;
}

/* ---- read-ahead: what the next rows ask for -------------------------------------------------- */

/** The term of the plan that a value belongs to; NULL: it has none. */
static const cm_plan_arg *term_of(const cm_scan *scan, const cm_url_value *value) {
  for (int i = 0; i < scan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &scan->plan.args[i];
    bool is_sent = arg->use == CM_ARG_SENT && arg->column == value->column && arg->op == value->op;
    if (is_sent) return arg;
  }
  return NULL;
}

static bool is_text(const cm_value *value) {
  return value != NULL && value->type == CM_VALUE_TEXT;
}

static uint64_t hash_of(const cm_value *value) {
  return is_text(value) ? cm_hash_bytes(CM_HASH_START, value->text, value->len) : 0;
}

/** Does the statement itself say the value? */
static bool is_said(const cm_plan_arg *term) {
  return term != NULL && (term->is_literal || term->is_list);
}

/** A number for what is asked, but for the values that other rows may give. Never 0. */
static uint64_t number_of(const cm_scan *scan, const cm_leg_request *request) {
  uint64_t hash = cm_hash_bytes(CM_HASH_START, &scan->read, sizeof scan->read);
  hash = cm_hash_bytes(hash, &scan->plan.columns_used, sizeof scan->plan.columns_used);
  for (int i = 0; i < request->count; i++) {
    const cm_url_value *value = &request->values[i];
    int place[] = { value->column, (int)value->op };
    hash = cm_hash_bytes(hash, place, sizeof place);
    bool is_fixed = is_said(term_of(scan, value)) && is_text(value->value);
    if (is_fixed) hash = cm_hash_bytes(hash, value->value->text, value->value->len);
  }
  return hash | 1;
}

/** May the column of a row be what a join compares with? What would have to be asked for is not. */
static bool may_be_joined(const cm_column *column) {
  return column->type == CM_TEXT && !(column->flags & (CM_PARAM | CM_COMPANION)) &&
         !cm_source_is(column, CM_FROM_ROW);
}

/** Those of the columns that show the value in the row that a scan stands on. */
static uint64_t columns_with(cm_scan *outer, uint64_t among, const cm_value *value) {
  uint64_t found = 0;
  for (int i = 0; i < outer->resource->column_count && i < 64; i++) {
    uint64_t bit = UINT64_C(1) << i;
    cm_value shown = cm_value_null();
    if (!(among & bit) || !may_be_joined(&outer->resource->columns[i])) continue;
    int rc = cm_row_peek(&outer->row, i, &shown, NULL);
    bool is_same = rc == SQLITE_OK && is_text(&shown) && shown.len == value->len &&
                   memcmp(shown.text, value->text, value->len) == 0;
    if (is_same) found |= bit;
    cm_value_clear(&shown);
  }
  return found;
}

/** Where the values of now may come from. @param known  What is known of that; NULL: nothing. */
static void find_sources(const cm_scan *scan, cm_scan *outer, const cm_leg_request *request,
                         const cm_ahead *known, cm_ahead_source *out) {
  for (int i = 0; i < request->count; i++) {
    const cm_url_value *value = &request->values[i];
    const cm_plan_arg *term = term_of(scan, value);
    bool may_vary = term != NULL && !is_said(term) && value->op == CM_TERM_EQ &&
                    is_text(value->value);
    uint64_t among = known != NULL ? known->values[i].columns : UINT64_MAX;
    out[i] = (cm_ahead_source){ .hash = hash_of(value->value) };
    if (may_vary && among != 0) out[i].columns = columns_with(outer, among, value->value);
  }
}

/** What an outer scan knows of the scan that asks; NULL: it does not follow its rows. */
static cm_ahead *find_followed(cm_scan *scan, cm_scan *outer, const cm_leg_request *request) {
  uint64_t asked = number_of(scan, request);
  cm_ahead *other = NULL;
  cm_ahead_source now[CM_AHEAD_VALUES];
  for (int i = 0; i < CM_MAX_FOLLOWERS; i++) {
    cm_ahead *ahead = &outer->followers[i];
    bool is_free = ahead->asked == 0;
    if (is_free) other = ahead;
    if (is_free) break;
    if (ahead->asked != asked) continue;
    if (!ahead->is_followed && ahead->last_row == outer->row_number) return NULL;
    if (ahead->is_followed) find_sources(scan, outer, request, ahead, now);
    if (ahead->is_followed && cm_ahead_fits(ahead, now)) {
      cm_ahead_narrow(ahead, now);
      return ahead;
    }
    other = ahead;
  }
  if (other == NULL) return NULL;
  other->asked = asked;
  other->read = scan->read;
  find_sources(scan, outer, request, NULL, now);
  cm_ahead_begin(other, now, request->count, outer->row_number);
  return other->is_followed ? other : NULL;
}

/** What is to be done with the values that a row gives. */
typedef enum guess {
  GUESS_ASK,
  GUESS_NOTHING, /* nothing will be asked for them, or they have been asked for */
  GUESS_UNSURE   /* they may be others, or it is too early to ask */
} guess;

/** The value that a row gives. @param out  Receives a copy. */
static guess value_of(cm_row *row, const cm_ahead_source *source, cm_value *out) {
  bool is_first = true, is_sure = true;
  for (int i = 0; i < row->resource->column_count && i < 64 && is_sure; i++) {
    cm_value shown = cm_value_null();
    if (!(source->columns >> i & 1)) continue;
    is_sure = cm_row_peek(row, i, &shown, NULL) == SQLITE_OK;
    if (is_sure && is_first) {
      is_sure = cm_value_copy(&shown, out) == SQLITE_OK;
    } else if (is_sure) {
      is_sure = cm_value_compare(&shown, out) == 0;
    }
    is_first = false;
    cm_value_clear(&shown);
  }
  if (!is_sure || (source->is_same && hash_of(out) != source->hash)) return GUESS_UNSURE;
  return is_text(out) ? GUESS_ASK : GUESS_NOTHING;
}

/** Can a request carry the values? */
static bool can_send(const cm_leg_request *request) {
  for (int i = 0; i < request->count; i++) {
    const cm_url_value *value = &request->values[i];
    const cm_column *column = &request->resource->columns[value->column];
    bool is_path = cm_url_path_has(request->resource, request->read, value->column);
    const cm_filter *filter = cm_url_find_filter(request->resource, request->read, value->column,
                                                 value->op);
    if (is_path && cm_url_path_value(column, value->value) != CM_SEND) return false;
    if (!is_path && filter != NULL &&
        cm_url_filter_value(column, filter, value->value, NULL) != CM_SEND)
      return false;
  }
  return true;
}

/** The guess that the next row asks for this. */
static guess judge(cm_scan *scan, const cm_leg_request *next) {
  cm_url_value values[CM_LEG_MAX_VALUES];
  cm_list_question question;
  if (!can_send(next)) return GUESS_NOTHING;
  cm_scan_put_question(scan, next, values, &question);
  if (question.unsendable != 0) return GUESS_UNSURE;
  cm_list_guess found = cm_list_store_guess(scan->session, &question);
  return found == CM_GUESS_SEND ? GUESS_ASK : found == CM_GUESS_WAIT ? GUESS_UNSURE : GUESS_NOTHING;
}

/** Ask for what the next row of the outer scan will ask for. False: it is not known, or too early. */
static bool ask_next(cm_scan *scan, cm_scan *outer, cm_ahead *ahead, const cm_leg_request *asked) {
  cm_leg_request next = *asked;
  cm_value values[CM_AHEAD_VALUES] = { { 0 } };
  cm_ahead before = *ahead;
  cm_row row = { .resource = outer->resource };
  guess made = next_row(outer, ahead, &row) ? GUESS_ASK : GUESS_UNSURE;
  for (int i = 0; i < ahead->value_count && made == GUESS_ASK; i++) {
    if (ahead->values[i].columns == 0) continue;
    made = value_of(&row, &ahead->values[i], &values[i]);
    next.values[i].value = &values[i];
  }
  if (made == GUESS_ASK) made = judge(scan, &next);
  if (made == GUESS_UNSURE) *ahead = before;
  if (made != GUESS_UNSURE) ahead->through_row++;
  if (made == GUESS_ASK) cm_leg_prefetch(scan->session, &next);
  if (made == GUESS_ASK) cm_ahead_put(ahead, ahead->through_row);
  for (int i = 0; i < ahead->value_count; i++)
    cm_value_clear(&values[i]);
  cm_row_clear(&row);
  return made != GUESS_UNSURE;
}

/** Rows in stock stand before the page that can be looked at: what follows them is not the next row. */
static bool is_outer(const cm_scan *outer, const cm_scan *scan) {
  if (outer == scan || !outer->is_on_row || outer->legs.count == 0) return false;
  return cm_stock_is_empty(&cm_leg_pager(cm_scan_leg(outer))->stock);
}

/** How many requests were asked ahead of a scan in vain, or are not needed yet. */
static int64_t spent_ahead(const cm_scan *scan, uint64_t asked) {
  int64_t spent = 0;
  for (cm_scan *outer = scan->session->reading.scans; outer != NULL; outer = outer->next_open) {
    for (int i = 0; i < CM_MAX_FOLLOWERS; i++) {
      const cm_ahead *ahead = &outer->followers[i];
      if (ahead->asked == asked) spent += ahead->wasted + cm_ahead_open(ahead, outer->row_number);
    }
  }
  return spent;
}

/** Ask for what the next rows will ask for, until the window is full. */
static void fill_window(cm_scan *scan, cm_scan *outer, cm_ahead *ahead,
                        const cm_leg_request *request) {
  int64_t last = outer->row_number + CM_MAX_AHEAD;
  if (ahead->window == 0) return;
  place_window(outer, ahead);
  while (ahead->through_row < last && cm_ahead_open(ahead, outer->row_number) < ahead->window &&
         spent_ahead(scan, ahead->asked) < ahead->asks && cm_memo_has_room_ahead(scan->session) &&
         ask_next(scan, outer, ahead, request))
    continue;
}

void cm_scan_look_ahead(cm_scan *scan, const cm_leg_request *request) {
  bool is_again = scan->row_number > 0 && !scan->legs.are_many; /* with full pages */
  if (request->count == 0 || request->count > CM_AHEAD_VALUES || is_again || scan->planned != NULL)
    return;
  for (cm_scan *outer = scan->session->reading.scans; outer != NULL; outer = outer->next_open) {
    cm_ahead *ahead = is_outer(outer, scan) ? find_followed(scan, outer, request) : NULL;
    if (ahead == NULL) continue;
    cm_ahead_note(ahead, outer->row_number, scan->session->settings.concurrency);
    fill_window(scan, outer, ahead, request);
    scan->followed = *request;
  }
}

void cm_scan_skip_ahead(cm_scan *scan) {
  const cm_read *read = &scan->resource->reads[scan->plan.read];
  for (cm_scan *outer = scan->session->reading.scans; outer != NULL; outer = outer->next_open) {
    for (int i = 0; i < CM_MAX_FOLLOWERS && is_outer(outer, scan); i++) {
      cm_ahead *ahead = &outer->followers[i];
      if (ahead->asked != 0 && ahead->read == read) cm_ahead_skip(ahead, outer->row_number);
    }
  }
}

/** As cm_scan_look_further, for one of the scans that are followed. */
static void look_further(cm_scan *scan, cm_scan *outer) {
  const cm_leg_request *asked = &scan->followed;
  const cm_session *session = scan->session;
  uint64_t number = number_of(scan, asked);
  for (int i = 0; i < CM_MAX_FOLLOWERS; i++) {
    cm_ahead *ahead = &outer->followers[i];
    bool is_open = ahead->asked == number && ahead->is_followed && ahead->wasted == 0 &&
                   ahead->last_row == outer->row_number &&
                   ahead->window >= session->settings.concurrency;
    if (!is_open) continue;
    while (ahead->through_row < outer->row_number + CM_MAX_AHEAD && cm_session_is_idle(session) &&
           cm_memo_has_room_ahead(session) && ask_next(scan, outer, ahead, asked))
      continue;
  }
}

void cm_scan_look_further(cm_scan *scan) {
  bool is_alone = scan->legs.count == 1 && !scan->legs.are_many;
  if (!is_alone || scan->followed.resource == NULL || !cm_session_is_idle(scan->session)) return;
  for (cm_scan *outer = scan->session->reading.scans; outer != NULL; outer = outer->next_open) {
    if (is_outer(outer, scan)) look_further(scan, outer);
  }
}
