#include "sql/offer.h"

#include <string.h>

#include "lists/known_pages.h"
#include "read/plan.h"
#include "record/url.h"
#include "spec/registry.h"
#include "sql/bridge.h"
#include "sql/explained.h"
#include "sql/vtab.h"

enum { COST_OF_A_REQUEST = 1000 };

static cm_term_op term_op(int op) {
  switch (op) {
  case SQLITE_INDEX_CONSTRAINT_EQ: return CM_TERM_EQ;
  case SQLITE_INDEX_CONSTRAINT_GT: return CM_TERM_GT;
  case SQLITE_INDEX_CONSTRAINT_LE: return CM_TERM_LE;
  case SQLITE_INDEX_CONSTRAINT_LT: return CM_TERM_LT;
  case SQLITE_INDEX_CONSTRAINT_GE: return CM_TERM_GE;
  case SQLITE_INDEX_CONSTRAINT_NE:
  case SQLITE_INDEX_CONSTRAINT_IS:
  case SQLITE_INDEX_CONSTRAINT_ISNOT: return CM_TERM_NE;
  default: return CM_TERM_OTHER;
  }
}

static bool is_pattern(int op) {
  return op == SQLITE_INDEX_CONSTRAINT_LIKE || op == SQLITE_INDEX_CONSTRAINT_GLOB;
}

/** LIMIT and OFFSET are read, never consumed: SQLite ends the scan by itself. */
static void read_limit(sqlite3_index_info *info, int constraint, int64_t *limit, int64_t *offset) {
  sqlite3_value *value = NULL;
  bool is_known = sqlite3_vtab_rhs_value(info, constraint, &value) == SQLITE_OK && value != NULL;
  bool is_limit = info->aConstraint[constraint].op == SQLITE_INDEX_CONSTRAINT_LIMIT;
  int64_t number = is_known ? sqlite3_value_int64(value) : -1;
  *(is_limit ? limit : offset) = number;
}

static void read_term(const cm_resource *resource, sqlite3_index_info *info, int constraint,
                      cm_term *term, bool *is_other) {
  const struct sqlite3_index_constraint *offered = &info->aConstraint[constraint];
  sqlite3_value *literal = NULL;
  const char *collation = sqlite3_vtab_collation(info, constraint);
  term->column = offered->iColumn;
  term->op = term_op(offered->op);
  term->is_usable = offered->usable;
  term->is_binary = collation != NULL && sqlite3_stricmp(collation, "BINARY") == 0;
  if (cm_registry_is_row_name(resource, term->column)) term->column = cm_registry_key(resource);
  if (term->column < 0) {
    term->column = 0;
    term->op = CM_TERM_OTHER;
  }
  if (offered->op == SQLITE_INDEX_CONSTRAINT_IS && cm_url_is_range(resource, term->column))
    term->op = CM_TERM_EQ; /* it is never NULL */
  if (is_pattern(offered->op) && cm_url_is_range(resource, term->column)) term->op = CM_TERM_LIKE;
  if (term->op == CM_TERM_EQ) term->is_list = sqlite3_vtab_in(info, constraint, -1);
  bool is_known = sqlite3_vtab_rhs_value(info, constraint, &literal) == SQLITE_OK;
  if (is_known && literal != NULL && !term->is_list) {
    term->has_literal = true;
    term->literal = cm_bridge_value(literal);
  }
  if (term->op >= CM_TERM_NE || !term->is_usable || !term->is_binary) *is_other = true;
}

/** The columns that SQLite will ask for, of those that the resource has. An UPDATE asks for all. */
static uint64_t columns_used(const cm_resource *resource, const sqlite3_index_info *info) {
  enum { LAST_BIT = 63 };
  uint64_t used = info->colUsed;
  int column = resource->column_count;
  uint64_t name = column < LAST_BIT ? 1ull << column : 0;
  if (used == UINT64_MAX || !(used & name) || !cm_registry_is_row_name(resource, column))
    return used;
  int key = cm_registry_key(resource);
  return (used & ~name) | 1ull << (key < LAST_BIT ? key : LAST_BIT);
}

/**
 * Read what SQLite offers.
 * @param constraints  Receives, for each term, the constraint that it came from.
 */
static void read_offer(const cm_resource *resource, sqlite3_index_info *info, cm_offer *offer,
                       cm_term *terms, int *constraints) {
  int64_t limit = -1;
  int64_t offset = 0;
  *offer = (cm_offer){ .terms = terms, .columns_used = columns_used(resource, info), .limit = -1 };
  for (int i = 0; i < info->nConstraint; i++) {
    int op = info->aConstraint[i].op;
    if (op == SQLITE_INDEX_CONSTRAINT_LIMIT || op == SQLITE_INDEX_CONSTRAINT_OFFSET) {
      offer->has_limit = true;
      read_limit(info, i, &limit, &offset);
      continue;
    }
    constraints[offer->term_count] = i;
    read_term(resource, info, i, &terms[offer->term_count++], &offer->has_other_terms);
  }
  offer->has_order = info->nOrderBy > 0;
  if (limit >= 0 && offset >= 0 && limit < INT32_MAX && offset < INT32_MAX)
    offer->limit = limit + offset;
}

/**
 * Where the values of an IN come all at once, its subquery runs once. SQLite would plan it as one that runs for each row of
 * the table, and rather index a local table of names, which it takes for a million rows, than begin with it.
 */
static bool has_list(const cm_plan *plan) {
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].is_list) return true;
  }
  return false;
}

/**
 * Values come in the order of their constraints. SQLite 3.40 takes it for the order of the columns of a row value whose IN a
 * RIGHT JOIN runs a second time, and else compares each with the value of another one: rows would be missing.
 */
static void sort_args(cm_plan *plan) {
  for (int i = 1; i < plan->arg_count; i++) {
    cm_plan_arg arg = plan->args[i];
    int at = i;
    for (; at > 0 && plan->args[at - 1].term > arg.term; at--)
      plan->args[at] = plan->args[at - 1];
    plan->args[at] = arg;
  }
}

static void use_plan(sqlite3_index_info *info, const cm_plan *plan, const int *constraints) {
  int sent = 0;
  for (int i = 0; i < plan->arg_count; i++) {
    int constraint = constraints[plan->args[i].term];
    info->aConstraintUsage[constraint].argvIndex = i + 1;
    if (plan->args[i].is_list) sqlite3_vtab_in(info, constraint, 1);
    if (plan->args[i].use == CM_ARG_SENT) sent++;
  }
  info->idxNum = sent;
  info->estimatedRows = has_list(plan) ? 1 : (sqlite3_int64)plan->rows;
  info->estimatedCost = plan->requests * COST_OF_A_REQUEST + plan->rows_read;
  if (plan->is_unique) info->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
}

int cm_offer_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  cm_table *table = (cm_table *)base;
  size_t count = info->nConstraint > 0 ? (size_t)info->nConstraint : 1;
  cm_term *terms = sqlite3_malloc64(count * sizeof *terms);
  int *constraints = sqlite3_malloc64(count * sizeof *constraints);
  cm_offer offer;
  cm_plan plan;
  int rc = SQLITE_NOMEM;
  if (terms == NULL || constraints == NULL) goto done;
  memset(terms, 0, count * sizeof *terms);
  read_offer(table->resource, info, &offer, terms, constraints);
  cm_plan_choose(table->resource, &offer, cm_known_pages_find, table->session, &plan);
  sort_args(&plan);
  use_plan(info, &plan, constraints);
  info->idxStr = cm_plan_encode(table->resource, &offer, &plan);
  info->needToFreeIdxStr = 1;
  if (info->idxStr != NULL) rc = SQLITE_OK;
  cm_explained *explained = table->session->statement->explained;
  if (rc == SQLITE_OK && explained != NULL)
    rc = cm_explained_note(explained, table, &offer, &plan, info);
done:
  sqlite3_free(terms);
  sqlite3_free(constraints);
  return rc;
}
