/*
** Unit test of src/sql/functions/actions.c: what the arguments of a function become, and that the table is sound.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "record/url.h"
#include "sql/functions/actions.h"

static const cm_action *find_action(const char *name) {
  int count = 0;
  const cm_action *table = cm_actions_table(&count);
  for (int i = 0; i < count; i++) {
    if (strcmp(table[i].name, name) == 0) return &table[i];
  }
  fail_msg("no action %s", name);
  return NULL;
}

/** `expected` is "PATH BODY", or "!" and a piece of the error. */
static void assert_action(const char *name, const char *const *arguments, const char *expected) {
  const cm_action *action = find_action(name);
  cm_slice texts[CM_ACTION_MAX_ARGUMENTS];
  cm_buf path, body;
  cm_err err = { 0 };
  char request[2048];
  for (int i = 0; i < CM_ACTION_MAX_ARGUMENTS; i++) {
    texts[i] = (cm_slice){ arguments[i], arguments[i] != NULL ? strlen(arguments[i]) : 0 };
  }
  cm_buf_init(&path, 4096);
  cm_buf_init(&body, 4096);
  int count = cm_action_least(action);
  for (int i = count; i < cm_action_most(action); i++)
    if (arguments[i] != NULL) count = i + 1;
  int rc = cm_action_format(action, texts, count, &path, &body, &err);
  if (expected[0] == '!') {
    if (rc != SQLITE_ERROR) fail_msg("%s: code %d, %s", name, rc, cm_buf_str(&body));
    if (strstr(err.text, expected + 1) == NULL) fail_msg("%s: %s", name, err.text);
  } else {
    if (rc != SQLITE_OK) fail_msg("%s: %s", name, err.text);
    snprintf(request, sizeof request, "%s %s", cm_buf_str(&path), cm_buf_str(&body));
    assert_string_equal(request, expected);
  }
  cm_buf_clear(&path);
  cm_buf_clear(&body);
}

#define FROM_BY_NAME "{\"data_source_uuid\":\"ds_1\",\"external_id\":\"a/b\"}"
#define TWO "[{\"uuid\":\"s1\"},{\"external_id\":\"s2\"}]"

/** What is called with which arguments, and the request that comes out; "!" begins an error. */
static const struct {
  const char *name;
  const char *arguments[CM_ACTION_MAX_ARGUMENTS];
  const char *expected;
} calls[] = {
  { "merge_customers",
    { "cus_1", "cus_2" },
    "/customers/merges {\"from\":{\"customer_uuid\":\"cus_1\"},"
    "\"into\":{\"customer_uuid\":\"cus_2\"}}" },
  { "merge_customers",
    { FROM_BY_NAME, "cus_2" },
    "/customers/merges {\"from\":" FROM_BY_NAME ",\"into\":{\"customer_uuid\":\"cus_2\"}}" },
  { "merge_customers", { "not an id", "cus_2" }, "!from cannot be 'not an id'" },
  { "merge_customers", { "[1]", "cus_2" }, "!from cannot be '[1]'" },
  { "merge_customers", { "cus_1", NULL }, "!into is missing" },
  { "merge_customers", { "", "cus_2" }, "!from cannot be ''" },
  { "unmerge_customer",
    { "cus_1", "ds_1", "e \"1\"" },
    "/customers/unmerges {\"customer_uuid\":\"cus_1\",\"data_source_uuid\":\"ds_1\","
    "\"external_id\":\"e \\\"1\\\"\"}" },
  { "unmerge_customer",
    { "cus_1", "ds_1", "e1", "[\"notes\",\"tasks\"]" },
    "/customers/unmerges {\"customer_uuid\":\"cus_1\",\"data_source_uuid\":\"ds_1\","
    "\"external_id\":\"e1\",\"move_to_new_customer\":[\"notes\",\"tasks\"]}" },
  { "unmerge_customer",
    { "cus_1", "ds_1", "e1", "notes" },
    "/customers/unmerges {\"customer_uuid\":\"cus_1\",\"data_source_uuid\":\"ds_1\","
    "\"external_id\":\"e1\",\"move_to_new_customer\":[\"notes\"]}" },
  { "unmerge_customer", { "cus_1", NULL, "e1" }, "!data_source_uuid is missing" },
  { "connect_subscriptions",
    { "cus_1", TWO },
    "/customers/cus_1/connect_subscriptions {\"subscriptions\":" TWO "}" },
  { "connect_subscriptions", { "cus_1", "{}" }, "!subscriptions cannot be '{}'" },
  { "connect_subscriptions", { "cus_1", "[1]" }, "!subscriptions cannot be '[1]'" },
  { "connect_subscriptions", { "cus_1", "x" }, "!subscriptions cannot be 'x'" },
  { "connect_subscriptions", { "../x", TWO }, "!customer_uuid cannot be '../x'" },
  { "disconnect_subscriptions",
    { "cus_1", TWO },
    "/customers/cus_1/disconnect_subscriptions {\"subscriptions\":" TWO "}" },
  { "merge_contacts", { "con_1", "con_2" }, "/contacts/con_2/merge/con_1 " },
  { "merge_contacts", { "con_1", "a/b" }, "!into cannot be 'a/b'" },
  { "delete_customer_invoices",
    { "ds_1", "cus_1" },
    "/data_sources/ds_1/customers/cus_1/invoices " },
  { "delete_customer_invoices", { "ds_1", "" }, "!customer_uuid cannot be ''" },
  { "empty_data_source", { "ds_1" }, "/data_sources/ds_1/all " },
  { "empty_data_source", { NULL }, "!uuid is missing" },
  { "tag_by_email",
    { "a@b", "[\"x\",\"y\"]" },
    "/customers/attributes/tags {\"email\":\"a@b\",\"tags\":[\"x\",\"y\"]}" },
  { "tag_by_email",
    { "a@b", "just, one" },
    "/customers/attributes/tags {\"email\":\"a@b\",\"tags\":[\"just, one\"]}" },
  { "attribute_by_email",
    { "a@b", "{\"n\":5,\"r\":1.5,\"t\":\"x\",\"b\":true}" },
    "/customers/attributes/custom {\"email\":\"a@b\",\"custom\":["
    "{\"type\":\"Integer\",\"key\":\"n\",\"value\":5},"
    "{\"type\":\"Decimal\",\"key\":\"r\",\"value\":1.5},"
    "{\"type\":\"String\",\"key\":\"t\",\"value\":\"x\"},"
    "{\"type\":\"Boolean\",\"key\":\"b\",\"value\":true}]}" },
  { "attribute_by_email",
    { "a@b", "[{\"type\":\"Timestamp\",\"key\":\"k\",\"value\":\"v\"}]" },
    "/customers/attributes/custom {\"email\":\"a@b\",\"custom\":"
    "[{\"type\":\"Timestamp\",\"key\":\"k\",\"value\":\"v\"}]}" },
  { "delete_customer_invoices",
    { "ds_1", "cus_1", "a b" },
    "/data_sources/ds_1/customers/cus_1/invoices?customer_external_id=a%20b " },
  { "delete_customer_invoices", { "ds_1", "cus_1", "" }, "!customer_external_id cannot be ''" },
  { "tag_by_email",
    { "a@b", "x", "1" },
    "/customers/attributes/tags "
    "{\"email\":\"a@b\",\"tags\":[\"x\"],\"with_associated_emails\":true}" },
  { "attribute_by_email",
    { "a@b", "{\"n\":5}", "0" },
    "/customers/attributes/custom "
    "{\"email\":\"a@b\",\"custom\":[{\"type\":\"Integer\",\"key\":\"n\","
    "\"value\":5}],\"with_associated_emails\":false}" },
  { "attribute_by_email",
    { "a@b", "{\"n\":5}", "yes" },
    "!associated cannot be 'yes': give 0 or 1" },
  { "cancel_subscription",
    { "sub_1", "2025-01-31" },
    "/import/subscriptions/sub_1 {\"cancelled_at\":\"2025-01-31T00:00:00Z\"}" },
  { "cancel_subscription",
    { "sub_1", "[\"2025-01-31 12:00:00\",\"2025-03-01T00:00:00+01:00\"]" },
    "/import/subscriptions/sub_1 {\"cancellation_dates\":[\"2025-01-31T12:00:00Z\","
    "\"2025-02-28T23:00:00Z\"]}" },
  { "cancel_subscription",
    { "sub_1", "[]" },
    "/import/subscriptions/sub_1 {\"cancellation_dates\":[]}" },
  { "cancel_subscription",
    { "sub_1", NULL },
    "/import/subscriptions/sub_1 {\"cancellation_dates\":[]}" },
  { "cancel_subscription", { NULL, "2025-01-31" }, "!uuid is missing" },
  { "cancel_subscription", { "sub_1", "" }, "!cancelled_at cannot be ''" },
  { "cancel_subscription", { "sub_1", "tomorrow" }, "!cancelled_at cannot be 'tomorrow'" },
  { "cancel_subscription", { "sub_1", "[\"2025-01-31\",1]" }, "!cancelled_at cannot be" },
  { "cancel_subscription", { "sub_1", "{}" }, "!cancelled_at cannot be '{}'" },
  { "attribute_by_email",
    { "a@b", "[{\"key\":\"k\",\"value\":1.5},{\"key\":\"n\",\"value\":null}]" },
    "/customers/attributes/custom {\"email\":\"a@b\",\"custom\":["
    "{\"key\":\"k\",\"value\":1.5,\"type\":\"Decimal\"},{\"key\":\"n\",\"value\":null}]}" },
  { "attribute_by_email", { "a@b", "x" }, "!custom cannot be 'x'" },
  { "attribute_by_email", { "a@b", "[1]" }, "!custom cannot be '[1]'" },
};

static void arguments_become_path_and_body(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(calls); i++) {
    char name[64];
    snprintf(name, sizeof name, "chartmogul_%s", calls[i].name);
    assert_action(name, calls[i].arguments, calls[i].expected);
  }
}

/* ---- the table ----------------------------------------------------------------------------- */

static bool has_argument(const cm_action *action, const char *name, size_t len) {
  for (int i = 0; action->arguments[i].name != NULL; i++) {
    const cm_argument *argument = &action->arguments[i];
    bool is_same = strlen(argument->name) == len && strncmp(argument->name, name, len) == 0;
    if (is_same) return argument->kind == CM_ARGUMENT_ID && !argument->is_optional;
  }
  return false;
}

static void every_row_is_sound(void **state) {
  (void)state;
  int count = 0;
  const cm_action *table = cm_actions_table(&count);
  assert_true(count > 0);
  for (int i = 0; i < count; i++) {
    const cm_action *action = &table[i];
    int most = cm_action_most(action);
    int least = cm_action_least(action);
    assert_memory_equal(action->name, "chartmogul_", strlen("chartmogul_"));
    assert_int_equal(action->path[0], '/');
    assert_non_null(strstr(action->example, action->name));
    assert_int_equal(action->doc[strlen(action->doc) - 1], '.');
    assert_in_range(most, 1, CM_ACTION_MAX_ARGUMENTS);
    for (int j = 0; j < most; j++) {
      assert_int_equal(action->arguments[j].is_optional, j >= least); /* only at the end */
      char placeholder[64];
      snprintf(placeholder, sizeof placeholder, "{%s}", action->arguments[j].name);
      bool is_in_path = strstr(action->path, placeholder) != NULL;
      assert_true(is_in_path || action->arguments[j].body != NULL ||
                  action->arguments[j].query != NULL);
      assert_true((action->arguments[j].list != NULL) ==
                  (action->arguments[j].kind == CM_ARGUMENT_DATES));
    }
    for (const char *open = strchr(action->path, '{'); open != NULL; open = strchr(open + 1, '{'))
      assert_true(has_argument(action, open + 1, strcspn(open + 1, "}")));
    for (int j = 0; j < i; j++)
      assert_string_not_equal(table[j].name, action->name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(arguments_become_path_and_body),
    cmocka_unit_test(every_row_is_sound),
  };
  return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
