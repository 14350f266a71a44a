#include "read/plan.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/url.h"
#include "spec/registry.h"

/*
** Guesses for what is not known yet. They only order plans by their number of requests; no result
** depends on them.
*/
enum {
  ROWS_PER_PAGE = 200,
  ROWS_OF_A_WHOLE = 60, /* a list without pages is short */
  LIST_VALUES = 10,     /* of an IN whose values are not known */
  ROWS_PER_PARENT = 3,  /* rows of a list below one parent */
  EQ_KEEPS_ONE_OF = 10,
  RANGE_KEEPS_ONE_OF = 3
};

cm_plan cm_plan_of(int read) {
  return (cm_plan){ .read = read, .missing = -1, .limit = -1, .wanted = -1 };
}

bool cm_plan_is_compared(const cm_plan_arg *arg) {
  return arg->op < CM_TERM_NE || arg->op == CM_TERM_LIKE;
}

bool cm_plan_sends(const cm_plan *plan, int column) {
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].column == column && plan->args[i].use == CM_ARG_SENT) return true;
  }
  return false;
}

const cm_filter *cm_plan_find_unset_start(const cm_resource *resource, const cm_read *read,
                                          const cm_plan *plan) {
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    const cm_widened *widened = CM_EXTRA(filter, widened);
    bool is_start = widened != NULL && widened->op == CM_GE;
    if (is_start && !cm_plan_sends(plan, cm_registry_column(resource, filter->column)))
      return filter;
  }
  return NULL;
}

bool cm_plan_uses(const cm_plan *plan, int column) {
  return (plan->columns_used >> (column < 63 ? column : 63)) & 1;
}

bool cm_plan_uses_all(const cm_plan *plan) {
  return plan->columns_used == UINT64_MAX;
}

bool cm_plan_uses_companion(const cm_resource *resource, const cm_plan *plan) {
  if (resource->companion == NULL) return false;
  for (int i = 0; i < resource->column_count; i++) {
    bool is_companion = resource->columns[i].flags & CM_COMPANION;
    if (is_companion && cm_plan_uses(plan, i)) return true;
  }
  return false;
}

/*
** A look-up whose key comes from another table of a join is one of many: most are answered by rows at
** hand or by the list that many look-ups are turned into (lists/list_store.h).
*/
static const double LOOKUP_REQUESTS = 0.02;

/*
** What comes last, however many rows SQLite believes the other table of a join to have (one that ANALYZE
** never saw, a million). A walk asks for every parent, a join for those that it names and no others. And
** a row that lacks a member matches nothing, unless the request says what it has.
*/
static const double LAST_RESORT_REQUESTS = 1e7;

/*
** What cannot be carried out is accepted all the same: to refuse it would end statements that have a plan, an OR
** whose every arm gives the value, or a join in another order. It costs more than anything SQLite may multiply.
*/
static const double NO_READ_REQUESTS = 1e15;

/* ---- which terms a read can send ----------------------------------------------------------- */

/** What one read makes of an offer. */
typedef struct candidate {
  cm_plan plan;
  bool is_possible;
  bool walks_parent;
  bool may_lack_join_key; /* rows may lack what a table further outside could be joined by */
  bool has_literal;       /* a value that fills the path is known */
  double list_values;     /* product over the lists that are sent */
} candidate;

static bool is_sent_already(const cm_plan *plan, int term) {
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].term == term) return true;
  }
  return false;
}

static void add_arg(cm_plan *plan, const cm_offer *offer, int term, cm_arg_use use) {
  if (plan->arg_count == CM_PLAN_MAX_ARGS) return;
  cm_plan_arg *arg = &plan->args[plan->arg_count++];
  arg->term = term;
  arg->column = offer->terms[term].column;
  /* Under another collation only SQLite can compare; the value can be looked at. */
  arg->op = offer->terms[term].is_binary ? offer->terms[term].op : CM_TERM_NE;
  arg->is_list = offer->terms[term].is_list;
  arg->is_literal = offer->terms[term].has_literal && !arg->is_list;
  arg->use = use;
}

/** The read cannot serve, because this column is missing. What was missing first is the error. */
static void lack(candidate *out, int column, cm_lack why) {
  out->is_possible = false;
  if (out->plan.missing >= 0) return;
  out->plan.missing = column;
  out->plan.lack = why;
}

static bool is_usable(const cm_term *term) {
  return term->is_usable && term->is_binary && term->op < CM_TERM_NE;
}

/** The term `column = value` to send: a single value rather than a list. -1: none. */
static int find_equal(const cm_offer *offer, int column, bool *is_blocked) {
  int found = -1;
  for (int i = 0; i < offer->term_count; i++) {
    const cm_term *term = &offer->terms[i];
    if (term->column != column || term->op != CM_TERM_EQ) continue;
    if (!term->is_usable) {
      *is_blocked = true;
    } else if (is_usable(term) && (found < 0 || !term->is_list)) {
      found = i;
    }
  }
  return found;
}

/** A parameter that cannot have its value is sent all the same: the scan says what is wrong with it. */
static bool can_send(const cm_resource *resource, const cm_filter *filter, const cm_term *term) {
  const cm_column *column = &resource->columns[term->column];
  if (!term->has_literal || (column->flags & CM_PARAM)) return true;
  return cm_url_filter_value(column, filter, &term->literal, NULL) != CM_SEND_NOT;
}

static void send_path(const cm_resource *resource, const cm_read *read, const cm_offer *offer,
                      candidate *out) {
  size_t at = 0;
  for (int column; (column = cm_url_next_column(resource, read->path, &at)) >= 0;) {
    bool is_blocked = false;
    int term = find_equal(offer, column, &is_blocked);
    if (term >= 0) {
      add_arg(&out->plan, offer, term, CM_ARG_SENT);
      if (offer->terms[term].is_list) out->list_values *= LIST_VALUES;
      if (offer->terms[term].has_literal) out->has_literal = true;
    } else if (read->parent != NULL) {
      out->walks_parent = true;
    } else {
      lack(out, column, is_blocked ? CM_LACK_ORDER : CM_LACK_VALUE);
    }
  }
}

/** The term that a bound can carry: an equality, which is both bounds in one, else a range. -1: none. */
static int find_bound(const cm_resource *resource, const cm_filter *filter, const cm_offer *offer,
                      int column) {
  bool is_blocked = false;
  int equal = find_equal(offer, column, &is_blocked);
  if (equal >= 0 && !offer->terms[equal].is_list &&
      can_send(resource, filter, &offer->terms[equal]))
    return equal;
  for (int i = 0; i < offer->term_count; i++) {
    const cm_term *bound = &offer->terms[i];
    bool is_same = filter->op == CM_GE ? bound->op == CM_TERM_GE || bound->op == CM_TERM_GT
                                       : bound->op == CM_TERM_LE || bound->op == CM_TERM_LT;
    if (bound->column == column && is_same && is_usable(bound)) return i;
  }
  return -1;
}

/** Two filters may have one name in a query string: the first that is sent has it. */
static bool is_param_taken(const cm_resource *resource, const cm_read *read,
                           const cm_filter *filter, const cm_plan *plan) {
  for (const cm_filter *other = read->filters; other != filter; other++) {
    int column = cm_registry_column(resource, other->column);
    if (strcmp(other->param, filter->param) == 0 && cm_plan_sends(plan, column)) return true;
  }
  return false;
}

/** Send the terms that one filter can carry; a required one that finds none rules the read out. */
static void send_filter(const cm_resource *resource, const cm_read *read, const cm_filter *filter,
                        const cm_offer *offer, candidate *out) {
  if (is_param_taken(resource, read, filter, &out->plan)) return;
  int column = cm_registry_column(resource, filter->column);
  bool is_blocked = false;
  int term = -1;
  if (filter->op == CM_EQ) {
    term = find_equal(offer, column, &is_blocked);
  } else {
    term = find_bound(resource, filter, offer, column);
  }
  if (term >= 0 && can_send(resource, filter, &offer->terms[term]) &&
      !is_sent_already(&out->plan, term)) {
    add_arg(&out->plan, offer, term, CM_ARG_SENT);
    if (offer->terms[term].is_list) out->list_values *= LIST_VALUES;
    is_blocked = false;
  } else if (filter->required && CM_EXTRA(filter, fallback) == NULL &&
             !is_sent_already(&out->plan, term)) {
    lack(out, column, is_blocked ? CM_LACK_ORDER : CM_LACK_VALUE);
  }
  out->may_lack_join_key = out->may_lack_join_key || (CM_EXTRA(filter, is_silent) && is_blocked);
}

/** True for a parameter of the widest list whose values are known, all of them, so that each can be asked for. */
static bool has_choices(const cm_resource *resource, int column) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  const cm_filter *filter = cm_url_find_filter(resource, widest, column, CM_TERM_EQ);
  if (filter == NULL || strchr(widest->path, '{') != NULL) return false;
  return filter->words != NULL || resource->columns[column].type == CM_BOOLEAN;
}

/**
 * A parameter changes what the answer holds, so a read that cannot take it cannot serve. Of several terms
 * on it one is sent; the others are compared with the value asked for, by SQLite, once all tables that they
 * belong to are read.
 */
static void check_parameters(const cm_resource *resource, const cm_offer *offer, candidate *out) {
  for (int i = 0; i < offer->term_count; i++) {
    const cm_term *term = &offer->terms[i];
    bool is_parameter = resource->columns[term->column].flags & CM_PARAM;
    if (!is_parameter || term->op >= CM_TERM_NE || cm_plan_sends(&out->plan, term->column))
      continue;
    cm_lack why = CM_LACK_VALUE;
    if (!term->is_usable) why = CM_LACK_ORDER;
    if (!term->is_usable && term->is_list && has_choices(resource, term->column))
      why = CM_LACK_LIST;
    if (term->op != CM_TERM_EQ) why = CM_LACK_EQUAL;
    lack(out, term->column, why);
  }
}

/**
 * The value of a timestamp, and a word where all are known, is looked at: in a wrong form it would compare wrongly
 * and say nothing.
 */
static bool is_watched(const cm_resource *resource, const cm_term *term) {
  if (!term->is_usable || term->op > CM_TERM_NE) return false;
  if (resource->columns[term->column].type == CM_TIME) return true;
  return is_usable(term) && cm_registry_words(resource, term->column) != NULL;
}

/** A term that bounds what is asked for. */
static bool is_bound(const cm_resource *resource, const cm_read *read, const cm_term *term) {
  bool is_compared = is_usable(term) || (term->is_usable && term->op == CM_TERM_LIKE);
  return is_compared && cm_url_is_widened(resource, read, term->column);
}

/**
 * Does the read show a part of its rows only, because a bound is missing? A plan that has one is better: an OR whose
 * every arm bounds, a join in another order.
 */
static bool is_cut(const cm_resource *resource, const cm_read *read, const cm_offer *offer,
                   const cm_plan *plan) {
  bool is_bounded = cm_plan_find_unset_start(resource, read, plan) == NULL;
  for (int i = 0; i < offer->term_count && !is_bounded; i++)
    is_bounded = is_bound(resource, read, &offer->terms[i]);
  return !is_bounded;
}

/** May rows be matched by the term as well as by the request? They show its column. */
static bool can_check(const cm_resource *resource, const cm_read *read, const cm_plan_arg *arg) {
  const cm_filter *filter = cm_url_find_filter(resource, read, arg->column, arg->op);
  const cm_natural_key *key = resource->natural_key;
  const char *name = resource->columns[arg->column].name;
  bool is_part = strcmp(key->columns[0], name) == 0 ||
                 (key->columns[1] != NULL && strcmp(key->columns[1], name) == 0);
  return !is_part && filter != NULL && !filter->required && !CM_EXTRA(filter, is_silent) &&
         !(resource->columns[arg->column].flags & CM_PARAM);
}

static bool is_given(const cm_resource *resource, const cm_plan *plan, const char *name) {
  for (int i = 0; name != NULL && i < plan->arg_count; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    bool is_value = arg->use == CM_ARG_SENT && arg->op == CM_TERM_EQ && !arg->is_list;
    if (is_value && strcmp(resource->columns[arg->column].name, name) == 0) return true;
  }
  return name == NULL;
}

/**
 * Where the whole natural key is sent, no further value makes the answer shorter. One that a join brings would make of
 * the same request one for each of its rows.
 */
static void send_key_alone(const cm_resource *resource, const cm_read *read, cm_plan *plan) {
  const cm_natural_key *key = resource->natural_key;
  bool is_whole = key != NULL && strcmp(key->path, read->path) == 0 &&
                  is_given(resource, plan, key->columns[0]) &&
                  is_given(resource, plan, key->columns[1]);
  for (int i = 0; is_whole && i < plan->arg_count; i++) {
    cm_plan_arg *arg = &plan->args[i];
    bool is_joined = arg->use == CM_ARG_SENT && arg->op == CM_TERM_EQ && !arg->is_list &&
                     !arg->is_literal;
    if (is_joined && can_check(resource, read, arg)) arg->use = CM_ARG_CHECKED;
  }
}

/** The terms that are watched, and those that a request is made from, come first: they must find room. */
static void check_others(const cm_resource *resource, const cm_read *read, const cm_offer *offer,
                         cm_plan *plan) {
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < offer->term_count; i++) {
      const cm_term *term = &offer->terms[i];
      bool is_first = is_watched(resource, term) || is_bound(resource, read, term);
      bool is_wanted = pass == 0 ? is_first : is_usable(term);
      if (!is_wanted || is_sent_already(plan, i)) continue;
      if (resource->columns[term->column].flags & CM_PARAM) continue;
      add_arg(plan, offer, i, CM_ARG_CHECKED);
    }
  }
}

/* ---- what a plan costs --------------------------------------------------------------------- */

static double fraction_kept(const cm_plan *plan, cm_arg_use use) {
  double kept = 1;
  for (int i = 0; i < plan->arg_count; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    if (arg->use != use || arg->op >= CM_TERM_NE) continue;
    kept /= arg->op == CM_TERM_EQ ? EQ_KEEPS_ONE_OF : RANGE_KEEPS_ONE_OF;
  }
  return kept;
}

static double pages_of(const cm_read *read, cm_known_pages *known, void *context) {
  int known_pages = known != NULL ? known(context, read) : 0;
  return known_pages > 0 ? known_pages : read->pages > 0 ? read->pages : 1;
}

/** Pages of the list of parents, each of whose rows costs a request more. */
static double parent_pages(const cm_read *read, cm_known_pages *known, void *context) {
  const cm_resource *parent = cm_registry_find(read->parent);
  return parent == NULL ? 1 : pages_of(&parent->reads[parent->read_count - 1], known, context);
}

/**
 * Is the column given that tells the rows of a data source apart, the last one of the natural key?
 * @param is_joined  Receives whether its value comes from another table, so that it is one of many look-ups.
 */
static bool finds_few(const cm_resource *resource, const cm_read *read, const cm_plan *plan,
                      bool *is_joined) {
  const cm_natural_key *key = resource->natural_key;
  if (key == NULL || strcmp(key->path, read->path) != 0) return false;
  const char *name = key->columns[1] != NULL ? key->columns[1] : key->columns[0];
  for (int i = 0; i < plan->arg_count; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    bool is_value = arg->use == CM_ARG_SENT && arg->op == CM_TERM_EQ;
    if (!is_value || strcmp(resource->columns[arg->column].name, name) != 0) continue;
    *is_joined = !arg->is_literal && !arg->is_list;
    return true;
  }
  return false;
}

/** The pages of a list, and their rows. */
static void estimate_list(const cm_resource *resource, const cm_read *read, double pages,
                          candidate *out) {
  cm_plan *plan = &out->plan;
  double rows = read->paging == CM_CURSOR ? pages * ROWS_PER_PAGE : ROWS_OF_A_WHOLE;
  double kept = fraction_kept(plan, CM_ARG_SENT);
  bool is_joined = false;
  bool is_few = finds_few(resource, read, plan, &is_joined);
  plan->requests = is_few || pages * kept < 1 ? 1 : pages * kept;
  plan->rows = is_few ? 1 : rows * kept;
  if (is_few && is_joined && out->list_values == 1) plan->requests = LOOKUP_REQUESTS;
  plan->requests *= out->list_values;
  plan->rows *= out->list_values;
}

static void estimate(const cm_resource *resource, const cm_read *read, candidate *out,
                     cm_known_pages *known, void *context) {
  double pages = pages_of(read, known, context);
  size_t at = 0;
  bool has_path_key = cm_url_next_column(resource, read->path, &at) >= 0;
  cm_plan *plan = &out->plan;
  if (read->paging == CM_SINGLE) {
    plan->requests = out->list_values;
    plan->rows = out->list_values;
    /* An answer that is cut into rows may have many: SQLite would stop a DELETE after the first. */
    plan->is_unique = out->list_values == 1 && read->each == NULL;
    bool is_one = out->list_values == 1;
    if (read->is_listed && is_one && !out->has_literal) plan->requests = LOOKUP_REQUESTS;
  } else if (has_path_key && !out->walks_parent) {
    plan->requests = out->list_values;
    if (out->list_values == 1 && !out->has_literal) plan->requests = LOOKUP_REQUESTS;
    plan->rows = out->list_values * ROWS_PER_PARENT;
  } else if (out->walks_parent) {
    double parents = parent_pages(read, known, context);
    plan->requests = LAST_RESORT_REQUESTS + parents + parents * ROWS_PER_PAGE;
    plan->rows = parents * ROWS_PER_PAGE * ROWS_PER_PARENT;
  } else {
    estimate_list(resource, read, pages, out);
  }
  if (out->may_lack_join_key) plan->requests += LAST_RESORT_REQUESTS;
  plan->rows_read = plan->rows;
  plan->rows *= fraction_kept(plan, CM_ARG_CHECKED);
  if (plan->rows < 1) plan->rows = 1;
}

/** LIMIT shortens the first page only where nothing but the API decides which rows come out. */
static int64_t limit_hint(const cm_resource *resource, const cm_read *read, const cm_offer *offer,
                          const candidate *chosen) {
  if (offer->limit < 0 || offer->has_order || offer->has_other_terms) return -1;
  if (cm_registry_key(resource) < 0)
    return -1; /* should it not do, rows shown must be known again */
  if (read->paging != CM_CURSOR || read->each != NULL || chosen->walks_parent) return -1;
  if (chosen->plan.arg_count != offer->term_count) return -1;
  for (int i = 0; i < chosen->plan.arg_count; i++) {
    if (chosen->plan.args[i].use != CM_ARG_SENT || chosen->plan.args[i].is_list) return -1;
  }
  return offer->limit > 0 ? offer->limit : 1;
}

static void consider(const cm_resource *resource, int read_index, const cm_offer *offer,
                     cm_known_pages *known, void *context, candidate *out) {
  const cm_read *read = &resource->reads[read_index];
  memset(out, 0, sizeof *out);
  out->is_possible = true;
  out->list_values = 1;
  out->plan = cm_plan_of(read_index);
  out->plan.columns_used = offer->columns_used;
  send_path(resource, read, offer, out);
  for (const cm_filter *filter = read->filters; filter != NULL && filter->column; filter++) {
    send_filter(resource, read, filter, offer, out);
  }
  send_key_alone(resource, read, &out->plan);
  check_parameters(resource, offer, out);
  check_others(resource, read, offer, &out->plan);
  if (is_cut(resource, read, offer, &out->plan)) out->may_lack_join_key = true;
  estimate(resource, read, out, known, context);
  out->plan.limit = limit_hint(resource, read, offer, out);
  out->plan.wanted = !offer->has_limit || offer->has_order ? -1
                     : offer->limit > 0                    ? offer->limit
                                                           : 0;
}

static bool sends_any(const cm_plan *plan) {
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].use == CM_ARG_SENT) return true;
  }
  return false;
}

/*
** Fewer requests are better, with two exceptions. A look-up may find what the lists hide, and whether it
** does must not depend on costs. And whether the whole list is cheaper than the values of an IN is
** known when they are counted: the scan changes over then.
*/
static bool is_better(const cm_resource *resource, const cm_plan *next, const cm_plan *best) {
  const cm_read *read = &resource->reads[best->read];
  if (cm_url_is_single(read) && !(read->is_listed && !CM_EXTRA(read, finds_hidden))) return false;
  if (sends_any(best) && !sends_any(next)) return false;
  return next->requests < best->requests;
}

void cm_plan_choose(const cm_resource *resource, const cm_offer *offer, cm_known_pages *known,
                    void *context, cm_plan *out) {
  bool is_found = false;
  int missing = -1;
  cm_lack why = CM_LACK_VALUE;
  for (int i = 0; i < resource->read_count; i++) {
    candidate next;
    consider(resource, i, offer, known, context, &next);
    if (!next.is_possible && next.plan.missing >= 0) {
      missing = next.plan.missing;
      why = next.plan.lack;
    }
    if (!next.is_possible) continue;
    if (!is_found || is_better(resource, &next.plan, out)) *out = next.plan;
    is_found = true;
  }
  if (is_found) return;
  *out = cm_plan_of(-1);
  out->missing = missing;
  out->lack = why;
  out->columns_used = offer->columns_used;
  out->requests = NO_READ_REQUESTS;
  out->rows = 1e6;
}
