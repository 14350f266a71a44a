/*
** plan.h -- which read serves a statement, what of its WHERE clause is sent, and what that costs.
** Pure: no I/O, no state; SQLite asks for many plans of one statement.
** Tests: tests/unit/read/plan.c, tests/cases/read/plan/
**
** A term of the WHERE clause ends in one of three ways: *sent* (it narrows the request), *checked* (the
** cursor drops rows that fail it, so that a join sees only rows that match), or left alone. SQLite
** checks every term again in any case, so a plan may be wider than the statement, never narrower.
**
** Text form. EXPLAIN QUERY PLAN shows the plan's text up to its first NUL: the request in words,
** "GET /customers?status=Active". What the cursor needs stands behind that NUL. SQLite keeps the pointer
** it was given (needToFreeIdxStr) and hands it back to xFilter, and neither shows nor needs what
** follows the NUL; the text ends in a second NUL.
*/
#ifndef CM_READ_PLAN_H
#define CM_READ_PLAN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/value.h"
#include "spec/resource.h"

enum { CM_PLAN_MAX_ARGS = 16 };

/** One term of the WHERE clause, as SQLite offers it. */
typedef struct cm_term {
  int column;
  cm_term_op op;
  bool is_usable;
  bool is_binary; /* compared under the BINARY collation */
  bool is_list;   /* IN: all values can be had at once */
  bool has_literal;
  cm_value literal; /* known while planning; borrowed */
} cm_term;

/** What SQLite offers. */
typedef struct cm_offer {
  const cm_term *terms;
  int term_count;
  uint64_t columns_used; /* bit 63: any column from 63 on */
  bool has_order;        /* a sort will read every row */
  int64_t limit;         /* LIMIT + OFFSET where both are literals; -1: none */
  bool has_limit;        /* there is a LIMIT, known or not */
  bool has_other_terms;  /* terms that are not in `terms` */
} cm_offer;

typedef enum cm_arg_use {
  CM_ARG_SENT,
  CM_ARG_CHECKED,
  CM_ARG_UNSENDABLE /* checked: a single equal value that no request can carry; no plan has it, the scan finds out */
} cm_arg_use;

/** A term that the cursor wants the value of. */
typedef struct cm_plan_arg {
  int term; /* of the offer; -1 after decoding */
  int column;
  cm_term_op op;
  cm_arg_use use;
  bool is_list;
  bool is_literal; /* the value stands in the statement; of a list it is not known */
} cm_plan_arg;

/** Why no read can serve. */
typedef enum cm_lack {
  CM_LACK_VALUE, /* a column that has to be given is not, or no request takes it with the others */
  CM_LACK_EQUAL, /* a parameter is compared in another way than by = */
  CM_LACK_ORDER, /* it is compared with a table that is read later; SQLite may know another order */
  CM_LACK_LIST /* a parameter is given by IN, and SQLite does not hand over the values in this plan */
} cm_lack;

typedef struct cm_plan {
  int read; /* of the resource; -1: a value is missing, `missing` says which */
  cm_plan_arg args[CM_PLAN_MAX_ARGS];
  int arg_count;
  int missing;    /* column, -1: none */
  cm_lack lack;   /* of `missing` */
  int64_t limit;  /* rows that the first page should ask for; -1: a full page */
  int64_t wanted; /* rows after which SQLite asks for no more; -1: all; 0: not known */
  uint64_t columns_used;
  double requests;  /* expected */
  double rows_read; /* expected, before any is dropped */
  double rows;      /* expected, of those that match */
  bool is_unique;   /* at most one row */
} cm_plan;

/** How many pages a list is known to have from earlier scans; 0: not known. */
typedef int cm_known_pages(void *context, const cm_read *read);

/**
 * Choose the plan. One that cannot be carried out costs more than any that can: where SQLite finds no other, the
 * scan says what is missing.
 */
void cm_plan_choose(const cm_resource *resource, const cm_offer *offer, cm_known_pages *known,
                    void *context, cm_plan *out);

/** The plan of a read that nothing narrows, and whose pages are full; -1: of none. */
cm_plan cm_plan_of(int read);

/** True when the term leaves a range of values, where its column has one: a comparison, or a pattern. */
bool cm_plan_is_compared(const cm_plan_arg *arg);

/** True when a term on the column is sent. */
bool cm_plan_sends(const cm_plan *plan, int column);

/** The filter that takes the first day of a read which has one (cm_widened), where the plan does not send it; else NULL. */
const cm_filter *cm_plan_find_unset_start(const cm_resource *resource, const cm_read *read,
                                          const cm_plan *plan);

/** True when the statement uses the column, by the rule of bit 63. */
bool cm_plan_uses(const cm_plan *plan, int column);

/** True when the statement uses a column that only the companion list knows. */
bool cm_plan_uses_companion(const cm_resource *resource, const cm_plan *plan);

/** True when SQLite asked for every column, as it does for UPDATE. */
bool cm_plan_uses_all(const cm_plan *plan);

/**
 * Write the plan as text. The values of literals are shown, others as {column}.
 * @param offer  The offer the plan was made from.
 * @return text to free with sqlite3_free; NULL when memory runs out.
 */
char *cm_plan_encode(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan);

/** Read a plan back from its text. @return SQLITE_OK, SQLITE_ERROR when it is not a plan of ours. */
int cm_plan_decode(const cm_resource *resource, const char *text, cm_plan *out) CM_MUST_CHECK;

#endif
