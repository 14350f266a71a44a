/*
** copied.c -- what of each resource a copy holds: which tables, which keys, which of them come from one list.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "copy/copied.h"
#include "spec/registry.h"

static cm_copied describe(const char *name) {
  cm_copied copied;
  assert_true(cm_copied_describe(cm_registry_find(name), &copied));
  return copied;
}

static void no_visible_column_is_left_out(void **state) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  (void)state;
  for (int i = 0; i < count; i++) {
    cm_copied copied;
    int visible = 0;
    if (!cm_copied_describe(resources[i], &copied)) continue;
    for (int c = 0; c < resources[i]->column_count; c++)
      visible += !(resources[i]->columns[c].flags & CM_HIDDEN);
    assert_int_equal(copied.column_count, visible + (copied.start >= 0));
  }
}

/** A report may say of a metric that it wants months. */
static void a_series_says_how_long_its_intervals_are(void **state) {
  cm_copied mrr = describe("chartmogul_mrr");
  (void)state;
  assert_string_equal(cm_copied_column(&mrr, mrr.column_count - 1), "interval");
}

/** Only a table of one row has no key: the rows of all others can be told apart. */
static void every_table_of_several_rows_has_a_key(void **state) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  (void)state;
  for (int i = 0; i < count; i++) {
    cm_copied copied;
    if (!cm_copied_describe(resources[i], &copied)) continue;
    bool is_one_row = resources[i]->reads[copied.read].paging == CM_SINGLE;
    if ((copied.key_count > 0) == is_one_row) fail_msg("%s", resources[i]->name);
  }
}

static void what_needs_a_value_cannot_be_copied(void **state) {
  static const char *const names[] = { "chartmogul_json_imports", "chartmogul_activities_exports",
                                       "chartmogul_metrics_summary" };
  (void)state;
  for (size_t i = 0; i < cm_countof(names); i++) {
    cm_copied copied;
    assert_false(cm_copied_describe(cm_registry_find(names[i]), &copied));
  }
}

static void a_list_serves_what_stands_inside_its_rows(void **state) {
  cm_copied lines = describe("chartmogul_line_items");
  cm_copied tags = describe("chartmogul_customer_tags");
  cm_copied plans = describe("chartmogul_plans");
  (void)state;
  assert_string_equal(cm_copied_leader(&lines)->name, "chartmogul_invoices");
  assert_string_equal(cm_copied_leader(&tags)->name, "chartmogul_customers");
  assert_string_equal(cm_copied_leader(&plans)->name, "chartmogul_plans");
}

static int count_of(const char *names) {
  cm_copied_list list;
  cm_err err = { 0 };
  int rc = cm_copied_choose(names, &list, &err);
  int count = rc == SQLITE_OK ? list.count : -1;
  cm_copied_list_clear(&list);
  return count;
}

static void names_are_taken_in_any_form(void **state) {
  (void)state;
  assert_int_equal(count_of("customers"), 1);
  assert_int_equal(count_of(" Customers ,chartmogul_PLANS, plans,"), 2);
  assert_int_equal(count_of("subscriptions"), 1);
  assert_int_equal(count_of("customer"), -1);
  assert_int_equal(count_of("customers;plans"), -1);
  assert_int_equal(count_of(""), -1);
  assert_int_equal(count_of(" , "), -1);
}

static void without_names_what_is_listed_by_parent_stays_out(void **state) {
  cm_copied_list list;
  cm_err err = { 0 };
  (void)state;
  assert_int_equal(cm_copied_choose(NULL, &list, &err), SQLITE_OK);
  assert_true(list.count > 20);
  for (int i = 0; i < list.count; i++)
    assert_int_equal(list.tables[i].parent, -1);
  cm_copied_list_clear(&list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_visible_column_is_left_out),
    cmocka_unit_test(a_series_says_how_long_its_intervals_are),
    cmocka_unit_test(every_table_of_several_rows_has_a_key),
    cmocka_unit_test(what_needs_a_value_cannot_be_copied),
    cmocka_unit_test(a_list_serves_what_stands_inside_its_rows),
    cmocka_unit_test(names_are_taken_in_any_form),
    cmocka_unit_test(without_names_what_is_listed_by_parent_stays_out),
  };
  return cmocka_run_group_tests_name("copied", tests, NULL, NULL);
}
