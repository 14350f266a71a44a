/*
** Unit test of src/read/plan.c: which read serves a statement, what is sent, what it costs, and the text that a
** plan travels in.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "read/plan.h"
#include "spec/registry.h"

/* ---- resources ----------------------------------------------------------------------------- */

enum { UUID, EMAIL, STATUS, CUSTOMER, CREATED_AT, NAME, DISABLED, PLAN, COLUMNS };

static const cm_column columns[COLUMNS] = {
  [UUID] = { .name = "uuid", .type = CM_TEXT, .flags = CM_KEY },
  [EMAIL] = { .name = "email", .type = CM_TEXT },
  [STATUS] = { .name = "status", .type = CM_TEXT },
  [CUSTOMER] = { .name = "customer_uuid", .type = CM_TEXT },
  [CREATED_AT] = { .name = "created_at", .type = CM_TIME },
  [NAME] = { .name = "name",
             .type = CM_TEXT,
             .extras = &(const cm_column_extras){ .wants = "with_name" } },
  [DISABLED] = { .name = "with_disabled", .type = CM_BOOLEAN, .flags = CM_PARAM | CM_HIDDEN },
  [PLAN] = { .name = "plan_uuid", .type = CM_TEXT, .flags = CM_COMPANION },
};

static const cm_word statuses[] = { { "Active", "Active" }, { "Past Due", "Past_Due" }, { 0 } };

static const cm_filter search_filters[] = {
  { .column = "email", .op = CM_EQ, .param = "email", .required = true },
  { 0 },
};

static const cm_filter list_filters[] = {
  { .column = "status", .op = CM_EQ, .param = "status", .words = statuses },
  { .column = "created_at", .op = CM_GE, .param = "start" },
  { .column = "created_at", .op = CM_LE, .param = "end" },
  { .column = "with_disabled", .op = CM_EQ, .param = "with_disabled" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/things/{uuid}", .paging = CM_SINGLE },
  { .path = "/customers/{customer_uuid}/things", .paging = CM_CURSOR, .rows = "entries" },
  { .path = "/things/search", .paging = CM_CURSOR, .rows = "entries", .filters = search_filters },
  { .path = "/things",
    .paging = CM_CURSOR,
    .rows = "entries",
    .filters = list_filters,
    .pages = 50 },
};

static const cm_companion companion = {
  .path = "/import/{customer_uuid}/things", .paging = CM_CURSOR, .rows = "things", .match = "name"
};

static const cm_resource things = {
  .name = "things", CM_COLUMNS(columns), CM_READS(reads), .companion = &companion
};

/* Only below a customer; nobody walks the customers for it. */
static const cm_read child_reads[] = {
  { .path = "/customers/{customer_uuid}/things", .paging = CM_CURSOR, .rows = "entries" },
};
static const cm_resource children = { .name = "children",
                                      CM_COLUMNS(columns),
                                      CM_READS(child_reads) };

/* Only below a customer, and all customers are walked. */
static const cm_read walked_reads[] = {
  { .path = "/customers/{customer_uuid}/things",
    .paging = CM_CURSOR,
    .rows = "entries",
    .parent = "chartmogul_customers" },
};
static const cm_resource walked = {
  .name = "walked", CM_COLUMNS(columns), CM_READS(walked_reads), .companion = &companion
};

enum { START, END, INTERVAL, VALUE };

static const cm_column metric_columns[] = {
  [START] = { .name = "start_date", .type = CM_DAY, .flags = CM_PARAM | CM_HIDDEN },
  [END] = { .name = "end_date", .type = CM_DAY, .flags = CM_PARAM | CM_HIDDEN },
  [INTERVAL] = { .name = "interval", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN },
  [VALUE] = { .name = "value", .type = CM_REAL },
};
static const cm_word intervals[] = { { "month", "month" }, { "day", "day" }, { 0 } };
static const cm_filter metric_filters[] = {
  { .column = "start_date", .op = CM_EQ, .param = "start-date", .required = true },
  { .column = "end_date", .op = CM_EQ, .param = "end-date", .required = true },
  { .column = "interval",
    .op = CM_EQ,
    .param = "interval",
    .words = intervals,
    .required = true,
    .extras = &(const cm_filter_extras){ .fallback = "month" } },
  { 0 },
};
static const cm_read metric_reads[] = {
  { .path = "/metrics/mrr", .paging = CM_WHOLE, .rows = "entries", .filters = metric_filters },
};
static const cm_resource metric = { .name = "metric",
                                    CM_COLUMNS(metric_columns),
                                    CM_READS(metric_reads) };

/* A list whose rows have no key. */
static const cm_column keyless_columns[] = { { .name = "value", .type = CM_TEXT } };
static const cm_read keyless_reads[] = {
  { .path = "/keyless", .paging = CM_CURSOR, .rows = "entries" },
};
static const cm_resource keyless = { .name = "keyless",
                                     CM_COLUMNS(keyless_columns),
                                     CM_READS(keyless_reads) };

/* ---- terms and plans in words -------------------------------------------------------------- */

#define TERM(index, operator)                                                                      \
  .column = (index), .op = (operator), .is_usable = true, .is_binary = true
#define LITERAL(string)                                                                            \
  .has_literal = true,                                                                             \
  .literal = { .type = CM_VALUE_TEXT, .text = (string), .len = sizeof(string) - 1 }

#define EQ(index, string)                                                                          \
  { TERM(index, CM_TERM_EQ), LITERAL(string) }
#define UNKNOWN(index)                                                                             \
  { TERM(index, CM_TERM_EQ) }
#define ONE_OF(index)                                                                              \
  { TERM(index, CM_TERM_EQ), .is_list = true }
#define INNER(index)                                                                               \
  { .column = (index), .op = CM_TERM_EQ, .is_binary = true }
#define NOCASE(index)                                                                              \
  { .column = (index), .op = CM_TERM_EQ, .is_usable = true }
#define RANGE(index, operator, string)                                                             \
  { TERM(index, operator), LITERAL(string) }
#define LIKE(index)                                                                                \
  { TERM(index, CM_TERM_OTHER) }
#define NUMBER(index, value)                                                                       \
  {                                                                                                \
    TERM(index, CM_TERM_EQ), .has_literal = true, .literal = {                                     \
      .type = CM_VALUE_INTEGER,                                                                    \
      .integer = (value)                                                                           \
    }                                                                                              \
  }

enum { MAX_TERMS = 20 };

typedef struct plan_case {
  const cm_resource *resource;
  cm_term terms[MAX_TERMS];
  int term_count;
  uint64_t used;
  int64_t limit; /* 0: no LIMIT */
  bool has_order, has_other_terms;
  const char *expected; /* text of EXPLAIN; "blocked" */
  const char *checked;  /* columns, by blanks; NULL: none */
} plan_case;

static cm_offer offer_of(const plan_case *each) {
  return (cm_offer){ .terms = each->terms,
                     .term_count = each->term_count,
                     .columns_used = each->used,
                     .has_order = each->has_order,
                     .limit = each->limit > 0 ? each->limit : -1,
                     .has_limit = each->limit > 0,
                     .has_other_terms = each->has_other_terms };
}

/** Columns that the cursor checks, in the order of the plan. */
static const char *checked_columns(const cm_resource *resource, const cm_plan *plan) {
  static char names[512];
  names[0] = '\0';
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].use != CM_ARG_CHECKED) continue;
    size_t len = strlen(names);
    snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? " " : "",
             resource->columns[plan->args[i].column].name);
  }
  return names;
}

static void assert_plan(const plan_case *each, size_t number) {
  cm_offer offer = offer_of(each);
  cm_plan plan;
  cm_plan_choose(each->resource, &offer, NULL, NULL, &plan);
  if (strcmp(each->expected, "blocked") == 0) {
    bool is_blocked = plan.read < 0 && plan.lack == CM_LACK_ORDER && plan.requests > 1e12;
    if (!is_blocked) fail_msg("case %d is not blocked", (int)number);
    return;
  }
  char *text = cm_plan_encode(each->resource, &offer, &plan);
  assert_non_null(text);
  if (strcmp(text, each->expected) != 0) {
    fail_msg("case %d: %s, expected %s", (int)number, text, each->expected);
  }
  const char *checked = checked_columns(each->resource, &plan);
  const char *expected = each->checked != NULL ? each->checked : "";
  if (strcmp(checked, expected) != 0) {
    fail_msg("case %d checks '%s', expected '%s'", (int)number, checked, expected);
  }
  sqlite3_free(text);
}

static void assert_plans(const plan_case *table, size_t count) {
  for (size_t i = 0; i < count; i++)
    assert_plan(&table[i], i);
}

#define ASSERT_PLANS(table) assert_plans(table, cm_countof(table))

/* ---- which read ---------------------------------------------------------------------------- */

static void the_narrowest_read_is_chosen(void **state) {
  (void)state;
  static const plan_case table[] = {
    { .resource = &things, .expected = "GET /things" },
    { &things, { EQ(UUID, "u1") }, 1, .expected = "GET /things/u1" },
    { &things, { UNKNOWN(UUID) }, 1, .expected = "GET /things/{uuid}" },
    { &things, { EQ(CUSTOMER, "c1") }, 1, .expected = "GET /customers/c1/things" },
    { &things, { EQ(EMAIL, "a@b") }, 1, .expected = "GET /things/search?email=a%40b" },
    { &things, { EQ(STATUS, "Past Due") }, 1, .expected = "GET /things?status=Past_Due" },
    { &things, { EQ(NAME, "x") }, 1, .expected = "GET /things", .checked = "name" },
    { &things,
      { EQ(STATUS, "Active"), EQ(UUID, "u1") },
      2,
      .expected = "GET /things/u1",
      .checked = "status" },
    { &things,
      { EQ(EMAIL, "a"), EQ(CUSTOMER, "c1") },
      2,
      .expected = "GET /customers/c1/things",
      .checked = "email" },
    { &things,
      { RANGE(CREATED_AT, CM_TERM_GE, "2025-01-10"), RANGE(CREATED_AT, CM_TERM_LT, "2025-02-10") },
      2,
      .expected = "GET /things?start=2025-01-09&end=2025-02-11" },
  };
  ASSERT_PLANS(table);
}

static void what_cannot_be_sent_is_checked(void **state) {
  (void)state;
  static const plan_case table[] = {
    /* an unknown word, an empty text, a number for a text: the list decides */
    { &things, { EQ(STATUS, "Past") }, 1, .expected = "GET /things", .checked = "status" },
    { &things, { EQ(EMAIL, "") }, 1, .expected = "GET /things", .checked = "email" },
    { &things, { NUMBER(EMAIL, 5) }, 1, .expected = "GET /things", .checked = "email" },
    { &things,
      { RANGE(CREATED_AT, CM_TERM_GE, "now") },
      1,
      .expected = "GET /things",
      .checked = "created_at" },
    /* another collation, LIKE and the like are SQLite's business alone */
    { &things, { NOCASE(UUID) }, 1, .expected = "GET /things" },
    { &things, { NOCASE(STATUS), LIKE(EMAIL) }, 2, .expected = "GET /things" },
    /* but for the form of a timestamp */
    { &things, { NOCASE(CREATED_AT) }, 1, .expected = "GET /things", .checked = "created_at" },
    /* of two values for one column one is sent, of two bounds the first */
    { &things,
      { EQ(UUID, "a"), EQ(UUID, "b") },
      2,
      .expected = "GET /things/b",
      .checked = "uuid" },
    { &things,
      { RANGE(CREATED_AT, CM_TERM_GE, "2025-01-10"), RANGE(CREATED_AT, CM_TERM_GT, "2025-03-10") },
      2,
      .expected = "GET /things?start=2025-01-09",
      .checked = "created_at" },
    /* a range is none of the path's business */
    { &things, { RANGE(UUID, CM_TERM_GE, "a") }, 1, .expected = "GET /things", .checked = "uuid" },
  };
  ASSERT_PLANS(table);
}

static void lists_and_unknown_values_are_shown(void **state) {
  (void)state;
  static const plan_case table[] = {
    { &things, { ONE_OF(UUID) }, 1, .expected = "GET /things/{each uuid}" },
    { &things, { ONE_OF(CUSTOMER) }, 1, .expected = "GET /customers/{each customer_uuid}/things" },
    { &things, { ONE_OF(STATUS) }, 1, .expected = "GET /things?status={each status}" },
    { &things, { UNKNOWN(STATUS) }, 1, .expected = "GET /things?status={status}" },
    /* one value is fewer requests than a list of them */
    { &things,
      { ONE_OF(UUID), EQ(UUID, "u1") },
      2,
      .expected = "GET /things/u1",
      .checked = "uuid" },
    { &things,
      { EQ(UUID, "u1"), ONE_OF(UUID) },
      2,
      .expected = "GET /things/u1",
      .checked = "uuid" },
  };
  ASSERT_PLANS(table);
}

static void texts_of_the_user_are_escaped(void **state) {
  (void)state;
  static const plan_case table[] = {
    { &things, { EQ(UUID, "a/b\n'\"") }, 1, .expected = "GET /things/a%2Fb%0A%27%22" },
    { &things,
      { EQ(EMAIL, "a b&c=d#\x01") },
      1,
      .expected = "GET /things/search?email=a%20b%26c%3Dd%23%01" },
    { &things, { EQ(UUID, "a\0b") }, 1, .expected = "GET /things/a%00b" },
  };
  ASSERT_PLANS(table);
}

/* ---- joins --------------------------------------------------------------------------------- */

static void a_blocked_join_asks_for_another_order(void **state) {
  (void)state;
  static const plan_case table[] = {
    { &children, { INNER(CUSTOMER) }, 1, .expected = "blocked" },
    { &children, { INNER(CUSTOMER), EQ(STATUS, "Active") }, 2, .expected = "blocked" },
    { &metric, { INNER(START), EQ(END, "2025-12-31") }, 2, .expected = "blocked" },
    /* a parameter that comes too late is no reason to read without it */
    { &things, { INNER(DISABLED) }, 1, .expected = "blocked" },
    /* what has a list is read from it */
    { &things, { INNER(UUID) }, 1, .expected = "GET /things" },
    { &things, { INNER(CUSTOMER) }, 1, .expected = "GET /things" },
    { &walked,
      { INNER(CUSTOMER) },
      1,
      .expected = "GET /customers/{each of chartmogul_customers}/things" },
    { &children, { UNKNOWN(CUSTOMER) }, 1, .expected = "GET /customers/{customer_uuid}/things" },
    /* one usable term is enough */
    { &children,
      { INNER(CUSTOMER), UNKNOWN(CUSTOMER) },
      2,
      .expected = "GET /customers/{customer_uuid}/things" },
  };
  ASSERT_PLANS(table);
}

static void parents_are_walked_where_nothing_is_bound(void **state) {
  (void)state;
  static const plan_case table[] = {
    { .resource = &walked, .expected = "GET /customers/{each of chartmogul_customers}/things" },
    { &walked, { EQ(CUSTOMER, "c1") }, 1, .expected = "GET /customers/c1/things" },
    { &walked, { ONE_OF(CUSTOMER) }, 1, .expected = "GET /customers/{each customer_uuid}/things" },
    { &walked,
      { EQ(STATUS, "Active") },
      1,
      .expected = "GET /customers/{each of chartmogul_customers}/things",
      .checked = "status" },
  };
  ASSERT_PLANS(table);
}

static void companions_are_shown_where_they_are_used(void **state) {
  (void)state;
  static const plan_case table[] = {
    { &walked,
      { EQ(CUSTOMER, "c/1") },
      1,
      .used = 1u << PLAN,
      .expected = "GET /customers/c%2F1/things + GET /import/c%2F1/things" },
    { .resource = &walked,
      .used = 1u << PLAN,
      .expected = "GET /customers/{each of chartmogul_customers}/things + "
                  "GET /import/{each of chartmogul_customers}/things" },
    { &walked,
      { EQ(CUSTOMER, "c1") },
      1,
      .used = 1u << STATUS,
      .expected = "GET /customers/c1/things" },
    { .resource = &things, .used = 1u << NAME, .expected = "GET /things?with_name=true" },
  };
  ASSERT_PLANS(table);
}

/* ---- parameters ---------------------------------------------------------------------------- */

static void parameters_are_sent_or_missed(void **state) {
  (void)state;
  static const plan_case table[] = {
    { &metric,
      { EQ(START, "2025-01-01"), EQ(END, "2025-12-31") },
      2,
      .expected = "GET /metrics/mrr?start-date=2025-01-01&end-date=2025-12-31&interval=month" },
    { &metric,
      { EQ(START, "2025-01-01"), EQ(END, "2025-12-31"), EQ(INTERVAL, "day") },
      3,
      .expected = "GET /metrics/mrr?start-date=2025-01-01&end-date=2025-12-31&interval=day" },
    { &metric,
      { UNKNOWN(START), UNKNOWN(END), ONE_OF(INTERVAL) },
      3,
      .expected = "GET /metrics/mrr?start-date={start_date}&end-date={end_date}"
                  "&interval={each interval}" },
    { .resource = &metric, .expected = "needs start_date" },
    { &metric, { EQ(END, "2025-12-31") }, 1, .expected = "needs start_date" },
    { &metric,
      { RANGE(START, CM_TERM_GE, "2025-01-01"), EQ(END, "2025-12-31") },
      2,
      .expected = "needs start_date" },
    { .resource = &children, .expected = "needs customer_uuid" },
    { &children, { NOCASE(CUSTOMER) }, 1, .expected = "needs customer_uuid" },
    /* a parameter decides which rows there are: only a read that takes it can serve */
    { &things, { NUMBER(DISABLED, 1) }, 1, .expected = "GET /things?with_disabled=true" },
    { &things,
      { NUMBER(DISABLED, 1), EQ(UUID, "u1") },
      2,
      .expected = "GET /things?with_disabled=true",
      .checked = "uuid" },
    { &things,
      { NUMBER(DISABLED, 1), NUMBER(DISABLED, 0) },
      2,
      .expected = "GET /things?with_disabled=false" },
    { &things, { NOCASE(DISABLED) }, 1, .expected = "needs with_disabled" },
  };
  ASSERT_PLANS(table);
}

/** A value that it cannot have is no reason to do without it: the scan has to say so. */
static void impossible_parameter_is_kept_for_its_error(void **state) {
  (void)state;
  static const cm_term terms[] = { NUMBER(DISABLED, 2) };
  cm_offer offer = { .terms = terms, .term_count = 1, .limit = -1 };
  cm_plan plan;
  cm_plan_choose(&things, &offer, NULL, NULL, &plan);
  assert_int_equal(plan.read, 3);
  assert_int_equal(plan.arg_count, 1);
  assert_int_equal(plan.args[0].use, CM_ARG_SENT);
}

/* ---- LIMIT --------------------------------------------------------------------------------- */

static void limit_shortens_the_first_page_only_where_it_may(void **state) {
  (void)state;
  static const plan_case table[] = {
    { .resource = &things, .limit = 5, .expected = "GET /things?per_page=5" },
    { &things,
      { EQ(STATUS, "Active") },
      1,
      .limit = 7,
      .expected = "GET /things?status=Active&per_page=7" },
    { &things,
      { EQ(CUSTOMER, "c1") },
      1,
      .limit = 7,
      .expected = "GET /customers/c1/things?per_page=7" },
    /* a sort reads everything */
    { .resource = &things, .limit = 5, .has_order = true, .expected = "GET /things" },
    /* something else than the API decides which rows come out */
    { .resource = &things, .limit = 5, .has_other_terms = true, .expected = "GET /things" },
    { &things, { EQ(NAME, "x") }, 1, .limit = 5, .expected = "GET /things", .checked = "name" },
    { &things, { NOCASE(STATUS) }, 1, .limit = 5, .expected = "GET /things" },
    { &things,
      { EQ(STATUS, "Past") },
      1,
      .limit = 5,
      .expected = "GET /things",
      .checked = "status" },
    { &things, { ONE_OF(STATUS) }, 1, .limit = 5, .expected = "GET /things?status={each status}" },
    /* no pages, or many lists */
    { &things, { EQ(UUID, "u1") }, 1, .limit = 5, .expected = "GET /things/u1" },
    { .resource = &walked,
      .limit = 5,
      .expected = "GET /customers/{each of chartmogul_customers}/things" },
    { &metric,
      { EQ(START, "2025-01-01"), EQ(END, "2025-12-31") },
      2,
      .limit = 5,
      .expected = "GET /metrics/mrr?start-date=2025-01-01&end-date=2025-12-31&interval=month" },
    /* rows without a key could not be told from those shown already */
    { .resource = &keyless, .limit = 5, .expected = "GET /keyless" },
  };
  ASSERT_PLANS(table);
}

static void limit_zero_asks_for_one_row(void **state) {
  (void)state;
  cm_offer offer = { .limit = 0, .has_limit = true };
  cm_plan plan;
  cm_plan_choose(&things, &offer, NULL, NULL, &plan);
  assert_int_equal(plan.limit, 1);
}

static void rows_wanted_follow_the_limit(void **state) {
  (void)state;
  static const struct {
    int64_t limit;
    bool has_limit, has_order;
    int64_t wanted;
  } table[] = {
    { -1, false, false, -1 },                         /* all */
    { 10, true, false, 10 },  { -1, true, false, 0 }, /* a LIMIT that nobody knows yet */
    { 0, true, false, 0 },    { 10, true, true, -1 }, /* the sort wants all */
  };
  for (size_t i = 0; i < cm_countof(table); i++) {
    cm_offer offer = { .limit = table[i].limit,
                       .has_limit = table[i].has_limit,
                       .has_order = table[i].has_order };
    cm_plan plan;
    cm_plan_choose(&things, &offer, NULL, NULL, &plan);
    assert_int_equal(plan.wanted, table[i].wanted);
  }
}

/* ---- costs --------------------------------------------------------------------------------- */

static int known_pages(void *context, const cm_read *read) {
  (void)read;
  return *(const int *)context;
}

static cm_plan plan_of(const cm_resource *resource, const cm_term *terms, int count, int pages) {
  cm_offer offer = { .terms = terms, .term_count = count, .limit = -1 };
  cm_plan plan;
  cm_plan_choose(resource, &offer, known_pages, &pages, &plan);
  return plan;
}

static void costs_are_expected_requests(void **state) {
  (void)state;
  static const cm_term key[] = { UNKNOWN(UUID) };
  static const cm_term keys[] = { ONE_OF(UUID) };
  static const cm_term status[] = { EQ(STATUS, "Active") };
  static const cm_term name[] = { EQ(NAME, "x") };
  cm_plan all = plan_of(&things, NULL, 0, 0);
  assert_true(all.requests == 50);
  assert_true(plan_of(&things, NULL, 0, 3).requests == 3); /* as an earlier scan found */
  cm_plan one = plan_of(&things, key, 1, 0);
  assert_true(one.requests == 1 && one.rows == 1 && one.is_unique);
  cm_plan many = plan_of(&things, keys, 1, 0);
  assert_true(many.requests > 1 && !many.is_unique);
  cm_plan narrow = plan_of(&things, status, 1, 0);
  assert_true(narrow.requests < all.requests && narrow.rows < all.rows && narrow.requests >= 1);
  cm_plan checked = plan_of(&things, name, 1, 0);
  assert_true(checked.requests == all.requests && checked.rows < all.rows);
  cm_plan none = plan_of(&metric, NULL, 0, 0);
  assert_int_equal(none.read, -1);
  assert_int_equal(none.missing, START);
  assert_true(none.requests > 1e6);
}

/** The natural key finds few rows, whether its data source is given or not; what is dropped was read. */
static void costs_follow_what_rows_are_found(void **state) {
  (void)state;
  const cm_resource *customers = cm_registry_find("chartmogul_customers");
  const cm_resource *sources = cm_registry_find("chartmogul_data_sources");
  int external_id = cm_registry_find_column(customers, "external_id", strlen("external_id"));
  int city = cm_registry_find_column(customers, "city", strlen("city"));
  cm_term known[] = { EQ(0, "e1") };
  known[0].column = external_id;
  cm_plan one = plan_of(customers, known, 1, 0);
  assert_true(one.requests == 1 && one.rows == 1 && !one.is_unique);
  known[0].column = city;
  cm_plan some = plan_of(customers, known, 1, 0);
  cm_plan all = plan_of(customers, NULL, 0, 0);
  assert_true(some.rows_read == all.rows && some.rows < some.rows_read);
  assert_true(plan_of(sources, NULL, 0, 0).rows <
              all.rows / 100); /* a list without pages is short */
}

static void columns_used(void **state) {
  (void)state;
  cm_plan plan = { .columns_used = 1u << 3 | UINT64_C(1) << 63 };
  assert_true(cm_plan_uses(&plan, 3));
  assert_false(cm_plan_uses(&plan, 4));
  assert_false(cm_plan_uses(&plan, 62));
  assert_true(cm_plan_uses(&plan, 63));
  assert_true(cm_plan_uses(&plan, 200));
  assert_false(cm_plan_uses_all(&plan));
  plan.columns_used = UINT64_MAX;
  assert_true(cm_plan_uses_all(&plan));
}

/* ---- more terms than a plan has room for --------------------------------------------------- */

static void many_terms_leave_the_last_ones_to_sqlite(void **state) {
  (void)state;
  cm_term terms[MAX_TERMS];
  for (int i = 0; i < MAX_TERMS; i++)
    terms[i] = (cm_term)EQ(NAME, "x");
  terms[MAX_TERMS - 1] = (cm_term)EQ(UUID, "u1");
  cm_plan plan = plan_of(&things, terms, MAX_TERMS, 0);
  assert_int_equal(plan.read, 0);
  assert_int_equal(plan.arg_count, CM_PLAN_MAX_ARGS);
  assert_int_equal(plan.args[0].column, UUID);
}

static void a_timestamp_finds_room_among_many_terms(void **state) {
  (void)state;
  cm_term terms[MAX_TERMS];
  for (int i = 0; i < MAX_TERMS; i++)
    terms[i] = (cm_term)EQ(NAME, "x");
  terms[MAX_TERMS - 1] = (cm_term)RANGE(CREATED_AT, CM_TERM_LT, "now");
  cm_plan plan = plan_of(&things, terms, MAX_TERMS, 0);
  assert_int_equal(plan.arg_count, CM_PLAN_MAX_ARGS);
  assert_int_equal(plan.args[0].column, CREATED_AT);
}

static void a_value_of_any_length_has_a_plan(void **state) {
  (void)state;
  size_t len = 200 * 1024;
  char *text = malloc(len + 1);
  assert_non_null(text);
  memset(text, '/', len);
  text[len] = '\0';
  cm_term term = { TERM(CUSTOMER, CM_TERM_EQ), .has_literal = true,
                   .literal = cm_value_text(text, len) };
  cm_offer offer = { .terms = &term, .term_count = 1, .limit = -1, .columns_used = UINT64_MAX };
  cm_plan plan, back;
  cm_plan_choose(&walked, &offer, NULL, NULL, &plan);
  char *encoded = cm_plan_encode(&walked, &offer, &plan);
  assert_non_null(encoded);
  assert_int_equal(cm_plan_decode(&walked, encoded, &back), SQLITE_OK);
  sqlite3_free(encoded);
  free(text);
}

/* ---- the text form ------------------------------------------------------------------------- */

static void assert_round_trip(const cm_resource *resource, const cm_offer *offer,
                              const cm_plan *plan) {
  char *text = cm_plan_encode(resource, offer, plan);
  cm_plan back;
  assert_non_null(text);
  if (cm_plan_decode(resource, text, &back) != SQLITE_OK) {
    fail_msg("%s | %s does not come back", text, text + strlen(text) + 1);
  }
  assert_int_equal(back.read, plan->read);
  assert_int_equal(back.missing, plan->missing);
  assert_int_equal(back.lack, plan->lack);
  assert_true(back.limit == plan->limit && back.wanted == plan->wanted);
  assert_true(back.columns_used == plan->columns_used);
  assert_int_equal(back.arg_count, plan->arg_count);
  for (int i = 0; i < plan->arg_count; i++) {
    assert_int_equal(back.args[i].column, plan->args[i].column);
    assert_int_equal(back.args[i].op, plan->args[i].op);
    assert_int_equal(back.args[i].use, plan->args[i].use);
    assert_int_equal(back.args[i].is_list, plan->args[i].is_list);
    assert_int_equal(back.args[i].term, -1);
  }
  sqlite3_free(text);
}

/** xorshift: the same plans on every machine. */
static unsigned next_random(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return (unsigned)(*seed >> 32);
}

static cm_term random_term(const cm_resource *resource, uint64_t *seed) {
  static const char *const texts[] = { "u1", "", "Active", "2025-01-01", "a/b\n", "month" };
  cm_term term = { .column = (int)(next_random(seed) % (unsigned)resource->column_count),
                   .op = (cm_term_op)(next_random(seed) % (CM_TERM_OTHER + 1)),
                   .is_usable = next_random(seed) % 4 > 0,
                   .is_binary = next_random(seed) % 8 > 0 };
  if (next_random(seed) % 2) term.op = CM_TERM_EQ;
  const char *text = texts[next_random(seed) % cm_countof(texts)];
  switch (next_random(seed) % 4) {
  case 0: term.is_list = term.op == CM_TERM_EQ; break;
  case 1:
    term.has_literal = true;
    term.literal = cm_value_integer((int64_t)next_random(seed) - 5);
    break;
  case 2:
    term.has_literal = true;
    term.literal = cm_value_text(text, strlen(text));
    break;
  default: break;
  }
  return term;
}

static bool sends_column(const cm_plan *plan, int column) {
  for (int i = 0; i < plan->arg_count; i++) {
    if (plan->args[i].column == column && plan->args[i].use == CM_ARG_SENT) return true;
  }
  return false;
}

/** What holds for every plan, whatever SQLite offers. */
static void assert_sound(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan) {
  bool is_given[MAX_TERMS] = { false };
  for (int i = 0; i < plan->arg_count; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    const cm_term *term = &offer->terms[arg->term];
    bool is_looked_at = arg->op == CM_TERM_NE && arg->use == CM_ARG_CHECKED;
    assert_true(term->is_usable && term->op != CM_TERM_OTHER && (term->is_binary || is_looked_at));
    assert_false(is_given[arg->term]); /* each term once */
    is_given[arg->term] = true;
    assert_int_equal(arg->column, term->column);
    assert_int_equal(arg->is_list, term->is_list);
  }
  assert_true(plan->rows >= 1 && plan->requests > 0);
  if (plan->read < 0) {
    assert_in_range(plan->missing, 0, resource->column_count - 1);
    assert_int_equal(plan->arg_count, 0);
  }
  for (int i = 0; i < offer->term_count && plan->read >= 0; i++) {
    const cm_term *term = &offer->terms[i];
    bool is_parameter = resource->columns[term->column].flags & CM_PARAM;
    if (is_parameter && term->op == CM_TERM_EQ) {
      assert_true(is_given[i] || sends_column(plan, term->column));
    }
  }
  if (plan->limit >= 0) {
    assert_int_equal(plan->arg_count, offer->term_count);
    assert_true(offer->limit >= 0 && !offer->has_order);
  }
}

static void any_offer_has_a_sound_plan_that_comes_back(void **state) {
  (void)state;
  static const cm_resource *const resources[] = { &things, &children, &walked, &metric, &keyless };
  uint64_t seed = 0x9e3779b97f4a7c15u;
  int plans = 0;
  for (int round = 0; round < 20000; round++) {
    const cm_resource *resource = resources[round % (int)cm_countof(resources)];
    cm_term terms[MAX_TERMS];
    cm_offer offer = { .terms = terms, .limit = (int64_t)(next_random(&seed) % 12) - 1 };
    offer.term_count = (int)(next_random(&seed) % MAX_TERMS);
    if (next_random(&seed) % 4) offer.term_count %= 4;
    for (int i = 0; i < offer.term_count; i++)
      terms[i] = random_term(resource, &seed);
    offer.has_limit = offer.limit >= 0;
    offer.has_order = next_random(&seed) % 3 == 0;
    offer.columns_used = next_random(&seed) % 3 ? next_random(&seed) : UINT64_MAX;
    cm_plan plan;
    cm_plan_choose(resource, &offer, NULL, NULL, &plan);
    assert_sound(resource, &offer, &plan);
    assert_round_trip(resource, &offer, &plan);
    plans++;
  }
  assert_true(plans > 10000);
}

static void every_real_table_has_plans_that_come_back(void **state) {
  (void)state;
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  uint64_t seed = 4711;
  assert_true(count > 0);
  for (int round = 0; round < count * 500; round++) {
    const cm_resource *resource = resources[round % count];
    cm_term terms[3];
    cm_offer offer = { .terms = terms, .term_count = (int)(next_random(&seed) % 4), .limit = -1 };
    for (int i = 0; i < offer.term_count; i++)
      terms[i] = random_term(resource, &seed);
    cm_plan plan;
    cm_plan_choose(resource, &offer, NULL, NULL, &plan);
    assert_sound(resource, &offer, &plan);
    assert_round_trip(resource, &offer, &plan);
  }
}

/* ---- texts that are no plan ---------------------------------------------------------------- */

/** Decode what stands behind the NUL of a plan's text. */
static int decode(const char *machine_part, cm_plan *out) {
  char text[512] = "GET /things";
  size_t at = strlen(text) + 1;
  assert_true(at + strlen(machine_part) < sizeof text);
  memcpy(text + at, machine_part, strlen(machine_part) + 1);
  return cm_plan_decode(&things, text, out);
}

#define ONE " 1 0 0 0"
#define FOUR ONE ONE ONE ONE

static void what_is_no_plan_is_refused(void **state) {
  (void)state;
  static const char *const texts[] = {
    "",
    "x",
    "3",
    "3 -1 0 -1 -1",
    "-1 0 4 -1 -1 0",                         /* no such reason */
    "3 -1 -1 -1 -1 0",                        /* */
    "4 -1 0 -1 -1 0",                         /* no such read */
    "-2 -1 0 -1 -1 0",                        /* */
    "-1 -1 0 -1 -1 0",                        /* something is missing, but not what */
    "-1 8 0 -1 -1 0",                         /* no such column */
    "3 8 0 -1 -1 0",                          /* */
    "3 -2 0 -1 -1 0",                         /* */
    "4294967299 -1 0 -1 -1 0",                /* 3, were it cut to 32 bits */
    "3 4294967295 0 -1 -1 0",                 /* */
    "3 -1 0 -1 -1 0 1",                       /* half an argument */
    "3 -1 0 -1 -1 0 1 0 0",                   /* */
    "3 -1 0 -1 -1 0 8 0 0 0",                 /* no such column */
    "3 -1 0 -1 -1 0 -1 0 0 0",                /* */
    "3 -1 0 -1 -1 0 1 7 0 0",                 /* no such operator to send */
    "3 -1 0 -1 -1 0 1 0 2 0",                 /* no such use */
    "3 -1 0 -1 -1 0 1 0 0 3",                 /* neither a list nor none */
    "3 -1 0 -1 -1 0 1 0 0 0 x",               /* something behind it */
    "3 -1 0 -1 -1 0x",                        /* */
    "3 -1 0 -1 -1 0" FOUR FOUR FOUR FOUR ONE, /* 17 arguments */
  };
  cm_plan plan;
  for (size_t i = 0; i < cm_countof(texts); i++) {
    if (decode(texts[i], &plan) != SQLITE_ERROR) fail_msg("'%s' was taken", texts[i]);
  }
  assert_int_equal(decode("3 -1 0 -1 -1 0 1 0 0 0", &plan), SQLITE_OK);
}

/** Garbage behind a sound beginning: refused, or a plan within its bounds. */
static void garbage_never_makes_a_plan_out_of_bounds(void **state) {
  (void)state;
  static const char alphabet[] = "0123456789  -- abcdefxX+.\t\xff";
  uint64_t seed = 99;
  for (int round = 0; round < 50000; round++) {
    char text[128] = "";
    size_t len = next_random(&seed) % (sizeof text - 1);
    for (size_t i = 0; i < len; i++)
      text[i] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
    text[len] = '\0';
    if (next_random(&seed) % 2) memcpy(text, "3 -1 0 -1 -1 0 ", len < 13 ? len : 13);
    cm_plan plan;
    if (decode(text, &plan) != SQLITE_OK) continue;
    assert_true(plan.read >= -1 && plan.read < things.read_count);
    assert_true(plan.missing >= -1 && plan.missing < COLUMNS);
    assert_true(plan.read >= 0 || plan.missing >= 0);
    assert_true(plan.arg_count >= 0 && plan.arg_count <= CM_PLAN_MAX_ARGS);
    for (int i = 0; i < plan.arg_count; i++)
      assert_true(plan.args[i].column >= 0 && plan.args[i].column < COLUMNS);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_narrowest_read_is_chosen),
    cmocka_unit_test(what_cannot_be_sent_is_checked),
    cmocka_unit_test(lists_and_unknown_values_are_shown),
    cmocka_unit_test(texts_of_the_user_are_escaped),
    cmocka_unit_test(a_blocked_join_asks_for_another_order),
    cmocka_unit_test(parents_are_walked_where_nothing_is_bound),
    cmocka_unit_test(companions_are_shown_where_they_are_used),
    cmocka_unit_test(parameters_are_sent_or_missed),
    cmocka_unit_test(impossible_parameter_is_kept_for_its_error),
    cmocka_unit_test(limit_shortens_the_first_page_only_where_it_may),
    cmocka_unit_test(limit_zero_asks_for_one_row),
    cmocka_unit_test(rows_wanted_follow_the_limit),
    cmocka_unit_test(costs_are_expected_requests),
    cmocka_unit_test(costs_follow_what_rows_are_found),
    cmocka_unit_test(columns_used),
    cmocka_unit_test(many_terms_leave_the_last_ones_to_sqlite),
    cmocka_unit_test(a_timestamp_finds_room_among_many_terms),
    cmocka_unit_test(a_value_of_any_length_has_a_plan),
    cmocka_unit_test(any_offer_has_a_sound_plan_that_comes_back),
    cmocka_unit_test(every_real_table_has_plans_that_come_back),
    cmocka_unit_test(what_is_no_plan_is_refused),
    cmocka_unit_test(garbage_never_makes_a_plan_out_of_bounds),
  };
  return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
