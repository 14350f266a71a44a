/*
** Unit test of src/change*.c: what a statement may say about a row, and the calls that come of it.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "cells.h"
#include "change/change_record.h"
#include "change/change_sets.h"
#include "record/encode.h"
#include "resources/resources.h"
#include "write/refuse.h"

/* ---- a resource with a column for every kind of value ---------------------------------------- */

static const cm_column columns[] = {
  { .name = "uuid", .type = CM_TEXT, .flags = CM_KEY },
  { .name = "parent", .type = CM_TEXT, .flags = CM_INSERT | CM_REQUIRED, .body = "" },
  { .name = "parent_id", .type = CM_TEXT, .flags = CM_INSERT },
  { .name = "source", .type = CM_TEXT, .flags = CM_INSERT },
  { .name = "external_id", .type = CM_TEXT, .flags = CM_INSERT },
  { .name = "name", .type = CM_TEXT, .flags = CM_WRITABLE },
  { .name = "must", .type = CM_TEXT, .flags = CM_WRITABLE | CM_NO_NULL },
  { .name = "number", .type = CM_INTEGER, .flags = CM_WRITABLE },
  { .name = "rate", .type = CM_REAL, .flags = CM_WRITABLE },
  { .name = "flag", .type = CM_BOOLEAN, .flags = CM_WRITABLE },
  { .name = "at",
    .type = CM_TIME,
    .flags = CM_WRITABLE,
    .path = "created-at",
    .body = "created_at" },
  { .name = "day", .type = CM_DAY, .flags = CM_WRITABLE },
  { .name = "any", .type = CM_ANY, .flags = CM_WRITABLE },
  { .name = "plain", .type = CM_JSON, .flags = CM_WRITABLE },
  { .name = "typed", .type = CM_JSON, .flags = CM_INSERT, .shape = CM_TYPED_LIST },
  { .name = "pairs", .type = CM_JSON, .flags = CM_WRITABLE, .shape = CM_KEY_VALUES },
  { .name = "times",
    .type = CM_JSON,
    .flags = CM_WRITABLE,
    .shape = CM_TIME_LIST,
    .extras = &(const cm_column_extras){ .empties = "times" } },
  { .name = "deep", .type = CM_TEXT, .flags = CM_WRITABLE, .path = "in.side", .body = "out.side" },
  { .name = "items", .type = CM_JSON, .flags = CM_INSERT },
  { .name = "state", .type = CM_TEXT, .flags = CM_UPDATE },
  { .name = "computed", .type = CM_REAL },
  { .name = "param", .type = CM_TEXT, .flags = CM_PARAM | CM_HIDDEN },
  { .name = "json", .type = CM_JSON, .flags = CM_HIDDEN, .path = "@row" },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/parents/{parent}/things" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/things/{uuid}", .flags = CM_USER_EDIT },
  { .verb = CM_VERB_UPDATE,
    .method = "PUT",
    .path = "/sources/{source}/things/{external_id}/state",
    .query = "why={name}",
    .columns = "state",
    .flags = CM_ALONE | CM_USER_EDIT },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/things/{uuid}", .columns = "" },
};

static const cm_natural_key natural_key = { .columns = { "source", "external_id" },
                                            .path = "/things",
                                            .params = { "source", "external_id" },
                                            .rows = "things",
                                            .extras = &(const cm_key_extras){ .frozen = "items" },
                                            .exists = "external_id" };

static const cm_reference references[] = {
  { .column = "parent",
    .resource = "parents",
    .external_id = "parent_id",
    .data_source = "source" },
  { .column = "plan_uuid",
    .resource = "plans",
    .external_id = "plan_id",
    .data_source = "source",
    .within = "items" },
  { 0 },
};

static const cm_need needs[] = {
  { .column = "source",
    .path = "/parents/{parent}",
    .key = "id",
    .member = "sources",
    .hint = "say which" },
  { 0 },
};

static const cm_resource things = { .name = "things",
                                    CM_COLUMNS(columns),
                                    CM_WRITES(writes),
                                    .natural_key = &natural_key,
                                    .references = references,
                                    .needs = needs };

/* ---- what comes of a statement ---------------------------------------------------------------- */

enum { MAX_TEXT = 4096 };

/* The calls of a change, a line each: "METHOD path body". */
static void assert_calls(cm_change *change, bool is_user_edit, const char *expected) {
  char said[MAX_TEXT] = "";
  cm_change_step *steps = NULL;
  int count = 0;
  cm_err err = { 0 };
  if (cm_change_steps(change, is_user_edit, &steps, &count, &err) != SQLITE_OK)
    fail_msg("%s", err.text);
  for (int i = 0; i < count; i++) {
    size_t len = strlen(said);
    snprintf(said + len, sizeof said - len, "%s%s %s%s%s", i > 0 ? "\n" : "",
             steps[i].write->method, steps[i].path, steps[i].body != NULL ? " " : "",
             steps[i].body != NULL ? steps[i].body : "");
  }
  cm_change_free_steps(steps, count);
  assert_string_equal(said, expected);
}

static int insert_va(const cm_resource *resource, cm_conflict conflict, cm_change *change,
                     cm_err *err, va_list words) {
  cm_cell cells[MAX_CELLS];
  say_cells(resource, cells, false, words);
  return change_insert(resource, cells, conflict, change, err);
}

static void assert_insert(const cm_resource *resource, const char *expected, ...) {
  cm_change change;
  cm_err err = { 0 };
  va_list words;
  va_start(words, expected);
  if (insert_va(resource, CM_CONFLICT_FAIL, &change, &err, words) != SQLITE_OK)
    fail_msg("%s", err.text);
  va_end(words);
  assert_calls(&change, false, expected);
  cm_change_clear(&change);
}

static void assert_no_insert(const cm_resource *resource, cm_conflict conflict,
                             const char *expected, ...) {
  cm_change change;
  cm_err err = { 0 };
  va_list words;
  va_start(words, expected);
  assert_int_equal(insert_va(resource, conflict, &change, &err, words), SQLITE_ERROR);
  va_end(words);
  assert_string_equal(err.text, expected);
  assert_null(change.given);
}

static int update_va(const cm_resource *resource, const char *key, const char *packed,
                     cm_change_waits *waits, cm_change *change, cm_err *err, va_list words) {
  cm_cell cells[MAX_CELLS];
  cm_value key_value = cm_value_text(key, strlen(key));
  say_cells(resource, cells, true, words);
  int column = cm_registry_find_column(resource, "json", 4);
  cells[column].value = cm_value_text(packed, strlen(packed));
  return change_update(resource, &key_value, cells, waits, change, err);
}

static const char old_row[] =
    "{\"uuid\":\"t1\",\"parent\":\"p1\",\"source\":\"s1\",\"external_id\":\"a/b\",\"name\":\"Ann\","
    "\"must\":\"yes\",\"number\":5,\"rate\":1.5,\"flag\":true,\"created-at\":\"2026-01-02T03:04:05."
    "000Z\","
    "\"day\":\"2026-01-02\",\"any\":7,\"plain\":{\"a\":[1,2]},\"pairs\":{\"x\":1,\"y\":\"z\"},"
    "\"times\":[\"2026-01-01T00:00:00Z\"],\"in\":{\"side\":\"here\"},\"state\":\"open\","
    "\"computed\":2.5}";

static void assert_update_of(const cm_resource *resource, const char *json, const char *companion,
                             const char *key, const char *expected, ...) {
  cm_change change;
  cm_err err = { 0 };
  va_list words;
  char *packed = pack(resource, json, companion);
  va_start(words, expected);
  if (update_va(resource, key, packed, NULL, &change, &err, words) != SQLITE_OK)
    fail_msg("%s", err.text);
  va_end(words);
  assert_int_equal(cm_change_is_empty(&change), expected[0] == 0);
  assert_calls(&change, false, expected);
  cm_change_clear(&change);
  sqlite3_free(packed);
}

static void assert_no_update(const cm_resource *resource, const char *json, const char *key,
                             const char *expected, ...) {
  cm_change change;
  cm_err err = { 0 };
  va_list words;
  char *packed = pack(resource, json, NULL);
  va_start(words, expected);
  assert_int_equal(update_va(resource, key, packed, NULL, &change, &err, words), SQLITE_ERROR);
  va_end(words);
  assert_string_equal(err.text, expected);
  assert_null(change.given);
  assert_null(change.old.text);
  sqlite3_free(packed);
}

static void assert_delete(const cm_resource *resource, const char *key, const char *expected) {
  cm_change change;
  cm_err err = { 0 };
  cm_value value = cm_value_text(key, strlen(key));
  if (change_delete(resource, &value, &change, &err) != SQLITE_OK) fail_msg("%s", err.text);
  assert_calls(&change, true, expected);
  cm_change_clear(&change);
}

/* ---- INSERT -------------------------------------------------------------------------------- */

static void insert_scalars(void **state) {
  (void)state;
  assert_insert(&things, "POST /parents/p1/things {}", "parent=p1", NULL);
  assert_insert(&things,
                "POST /parents/p1/things {\"name\":\"5\",\"number\":7,\"rate\":1.5,\"flag\":true}",
                "parent=p1", "name:5", "number=7", "rate~1.5", "flag=TRUE", NULL);
  assert_insert(&things,
                "POST /parents/p1/things {\"name\":\"\",\"number\":-3,\"rate\":2,\"flag\":false}",
                "parent=p1", "name=", "number~-3", "rate:2", "flag:0", NULL);
  assert_insert(&things, "POST /parents/p1/things {\"number\":9223372036854775807}", "parent=p1",
                "number=9223372036854775807", NULL);
  assert_insert(&things, "POST /parents/p1/things {\"name\":\"a\\\"b\"}", "parent=p1", "name=a\"b",
                "must!", NULL);
}

static void insert_times(void **state) {
  (void)state;
  assert_insert(
      &things,
      "POST /parents/p1/things {\"created_at\":\"2026-01-02T03:04:00Z\",\"day\":\"2026-01-02\"}",
      "parent=p1", "at=2026-01-02 04:04 +0100", "day=2026-01-02 23:00", NULL);
  assert_insert(&things, "POST /parents/p1/things {\"created_at\":\"2026-01-02T00:00:00Z\"}",
                "parent=p1", "at=2026-01-02", NULL);
  assert_insert(
      &things,
      "POST /parents/p1/things {\"times\":[\"2026-01-02T00:00:00Z\",\"2026-01-03T01:00:00.500Z\"]}",
      "parent=p1", "times=[\"2026-01-02\",\"2026-01-03 01:00:00.5\"]", NULL);
}

static void insert_json(void **state) {
  (void)state;
  assert_insert(&things, "POST /parents/p1/things {\"plain\":{\"a\":[1,2.5,null]}}", "parent=p1",
                "plain= {\"a\" : [1, 2.5, null]} ", NULL);
  assert_insert(
      &things,
      "POST /parents/p1/things {\"typed\":[{\"type\":\"Integer\",\"key\":\"i\",\"value\":1},"
      "{\"type\":\"Decimal\",\"key\":\"d\",\"value\":1.5},{\"type\":\"Boolean\",\"key\":\"b\","
      "\"value\":true},"
      "{\"type\":\"String\",\"key\":\"s.t\",\"value\":\"x\"}]}",
      "parent=p1", "typed={\"i\":1,\"d\":1.5,\"b\":true,\"gone\":null,\"s.t\":\"x\"}", NULL);
  assert_insert(&things,
                "POST /parents/p1/things "
                "{\"typed\":[{\"type\":\"Timestamp\",\"key\":\"t\",\"value\":\"2026-01-01\"}]}",
                "parent=p1",
                "typed=[{\"type\":\"Timestamp\",\"key\":\"t\",\"value\":\"2026-01-01\"}]", NULL);
  assert_insert(&things,
                "POST /parents/p1/things {\"pairs\":[{\"key\":\"a\",\"value\":{\"b\":1}}]}",
                "parent=p1", "pairs={\"a\":{\"b\":1}}", NULL);
  assert_insert(&things, "POST /parents/p1/things {\"out\":{\"side\":\"x\"}}", "parent=p1",
                "deep=x", NULL);
}

static void insert_any_type(void **state) {
  (void)state;
  assert_insert(&things, "POST /parents/p1/things {\"any\":5}", "parent=p1", "any:5", NULL);
  assert_insert(&things, "POST /parents/p1/things {\"any\":0.5}", "parent=p1", "any~0.5", NULL);
  assert_insert(&things, "POST /parents/p1/things {\"any\":\"5\"}", "parent=p1", "any=5", NULL);
}

static void insert_encodes_paths(void **state) {
  (void)state;
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: parent is not an identifier (it was given 'p 1/../x'): correct it",
                   "parent=p 1/../x", NULL);
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: parent is not an identifier (it was given '..'): correct it",
                   "parent=..", NULL);
}

static void insert_is_refused(void **state) {
  (void)state;
  const char *writable = "parent, parent_id, source, external_id, name, must, number, rate, flag, "
                         "at, day, any, plain, "
                         "typed, pairs, times, deep, items";
  char expected[512];
  snprintf(expected, sizeof expected, "things: computed cannot be written by INSERT: write only %s",
           writable);
  assert_no_insert(&things, CM_CONFLICT_FAIL, expected, "parent=p1", "computed:1", NULL);
  snprintf(expected, sizeof expected, "things: state cannot be written by INSERT: write only %s",
           writable);
  assert_no_insert(&things, CM_CONFLICT_FAIL, expected, "parent=p1", "state=x", NULL);
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: param is a parameter of reading: leave it out of the INSERT",
                   "parent=p1", "param=x", NULL);
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: parent is missing: give it, or source and parent_id", "name=x", NULL);
  assert_no_insert(
      &things, CM_CONFLICT_FAIL,
      "things: parent_id names a row of parents only together with source: give both, or parent",
      "parent_id=x", NULL);
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: number takes a whole number (it was given '1.5'): change that value",
                   "parent=p1", "number~1.5", NULL);
  assert_no_insert(
      &things, CM_CONFLICT_FAIL,
      "things: number takes a whole number (it was given '9223372036854775808'): change that value",
      "parent=p1", "number=9223372036854775808", NULL);
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: rate takes a number (it was given 'x'): change that value", "parent=p1",
                   "rate=x", NULL);
  assert_no_insert(&things, CM_CONFLICT_FAIL,
                   "things: flag takes 0 or 1 (it was given '2'): change that value", "parent=p1",
                   "flag:2", NULL);
  assert_no_insert(
      &things, CM_CONFLICT_FAIL,
      "things: times takes a JSON array of points in time: write json_array('2025-01-31')",
      "parent=p1", "times=[\"soon\"]", NULL);
  assert_no_insert(
      &things, CM_CONFLICT_FAIL,
      "things: plain takes a JSON object or array (it was given '5'): change that value",
      "parent=p1", "plain=5", NULL);
}

static void insert_needs_its_natural_key(void **state) {
  (void)state;
  assert_no_insert(&things, CM_CONFLICT_IGNORE,
                   "things: INSERT OR IGNORE needs source (rows are found by it): give it",
                   "parent=p1", "external_id=x", NULL);
  assert_no_insert(&things, CM_CONFLICT_REPLACE,
                   "things: INSERT OR REPLACE needs external_id (rows are found by it): give it",
                   "parent=p1", "source=s1", NULL);
  assert_no_insert(&things, CM_CONFLICT_IGNORE,
                   "things: INSERT OR IGNORE needs external_id (rows are found by it, and it is "
                   "empty): give it",
                   "parent=p1", "source=s1", "external_id=", NULL);
  assert_no_insert(&cm_resource_notes, CM_CONFLICT_REPLACE,
                   "chartmogul_notes: INSERT OR REPLACE is not possible (its rows have no natural "
                   "key to find them "
                   "by): use UPDATE for rows that exist",
                   "customer_uuid=cus_1", "type=note", NULL);
  assert_no_insert(
      &cm_resource_subscriptions, CM_CONFLICT_FAIL,
      "chartmogul_subscriptions: INSERT is not possible (the API has no call for it): use UPDATE",
      "external_id=x", NULL);
}

/* ---- envelopes and places, by the descriptors that have them ----------------------------------- */

static void envelopes(void **state) {
  (void)state;
  assert_insert(&cm_resource_customer_tags,
                "POST /customers/cus_1/attributes/tags {\"tags\":[\"vip\"]}", "customer_uuid=cus_1",
                "tag=vip", NULL);
  assert_delete(&cm_resource_customer_tags, "[\"cus_1\",\"v i p\"]",
                "DELETE /customers/cus_1/attributes/tags {\"tags\":[\"v i p\"]}");
  assert_insert(&cm_resource_customer_attributes,
                "POST /customers/cus_1/attributes/custom "
                "{\"custom\":[{\"key\":\"seats\",\"value\":5,\"type\":\"Integer\"}]}",
                "customer_uuid=cus_1", "key=seats", "value:5", NULL);
  assert_insert(
      &cm_resource_customer_attributes,
      "POST /customers/cus_1/attributes/custom "
      "{\"custom\":[{\"key\":\"since\",\"value\":\"2026-01-01\",\"type\":\"Timestamp\"}]}",
      "customer_uuid=cus_1", "key=since", "value=2026-01-01", "type=Timestamp", NULL);
  assert_delete(&cm_resource_customer_attributes, "[\"cus_1\",\"seats\"]",
                "DELETE /customers/cus_1/attributes/custom {\"custom\":[\"seats\"]}");
  assert_delete(
      &cm_resource_subscription_events, "17",
      "DELETE /subscription_events?subscription_event%5Bid%5D=17&handle_as_user_edit=true");
  assert_insert(&cm_resource_invoices,
                "POST /import/customers/cus_1/invoices "
                "{\"invoices\":[{\"external_id\":\"i1\",\"date\":\"2026-01-01T00:00:00Z\","
                "\"currency\":\"EUR\"}]}",
                "customer_uuid=cus_1", "external_id=i1", "date=2026-01-01", "currency=EUR", NULL);
}

static void identity_goes_along(void **state) {
  (void)state;
  assert_update_of(&cm_resource_subscription_events,
                   "{\"id\":17,\"event_type\":\"a\",\"quantity\":\"1\"}", NULL, "17",
                   "PATCH /subscription_events {\"subscription_event\":{\"id\":17,\"quantity\":2}}",
                   "quantity:2", NULL);
}

/* ---- UPDATE -------------------------------------------------------------------------------- */

static void update_sends_what_differs(void **state) {
  (void)state;
  assert_update_of(&things, old_row, NULL, "t1",
                   "PATCH /things/t1 {\"name\":\"Bob\",\"number\":null}", "name=Bob", "must=yes",
                   "number!", NULL);
  assert_update_of(&things, old_row, NULL, "t1", "", "name=Ann", "number=5", "number~5.0",
                   "rate~1.5", "flag:1", "at=2026-01-02 04:04:05+01:00", "day=2026-01-02T00:00:00Z",
                   "any:7", "plain= {\"a\":[1.0,2]}", "pairs={\"y\":\"z\",\"x\":1}",
                   "times=[\"2026-01-01 00:00\"]", "deep=here", NULL);
  assert_update_of(&things, old_row, NULL, "t1", "", "computed~2.5", "source=s1", "external_id=a/b",
                   "uuid=t1", NULL);
  assert_update_of(
      &things, old_row, NULL, "t1",
      "PATCH /things/t1 "
      "{\"flag\":false,\"created_at\":\"2026-01-03T00:00:00Z\",\"out\":{\"side\":\"there\"}}",
      "flag=0", "at=2026-01-03", "deep=there", NULL);
  assert_update_of(&things, old_row, NULL, "t1", "PATCH /things/t1 {\"times\":[]}", "times!", NULL);
  assert_update_of(
      &things, old_row, NULL, "t1",
      "PATCH /things/t1 {\"pairs\":[{\"key\":\"x\",\"value\":2},{\"key\":\"y\",\"value\":null}]}",
      "pairs={\"x\":2}", NULL);
}

static void update_keeps_the_json_type(void **state) {
  (void)state;
  assert_update_of(&things, old_row, NULL, "t1", "PATCH /things/t1 {\"any\":8}", "any=8", NULL);
  assert_update_of(&things, "{\"uuid\":\"t1\",\"any\":true}", NULL, "t1",
                   "PATCH /things/t1 {\"any\":false}", "any:0", NULL);
  assert_update_of(&things, "{\"uuid\":\"t1\",\"any\":\"7\"}", NULL, "t1",
                   "PATCH /things/t1 {\"any\":\"8\"}", "any:8", NULL);
  assert_update_of(&things, "{\"uuid\":\"t1\",\"name\":7}", NULL, "t1",
                   "PATCH /things/t1 {\"name\":8}", "name:8", NULL);
  assert_update_of(&things, "{\"uuid\":\"t1\",\"name\":7}", NULL, "t1", "", "name:7", NULL);
}

static void update_is_refused(void **state) {
  (void)state;
  assert_no_update(&things, old_row, "t1",
                   "things: uuid is the key and cannot be changed: leave it out", "uuid=t2", NULL);
  assert_no_update(&things, old_row, "t1", "things: must cannot be NULL: give it a value", "must!",
                   NULL);
  assert_no_update(&things, old_row, "t1",
                   "things: state cannot be set together with other columns (it is a call of its "
                   "own): use an UPDATE for each",
                   "state=shut", "name=Bob", NULL);
  assert_no_update(&things, old_row, "t1",
                   "things: external_id cannot be written by UPDATE: write only name, "
                   "must, number, rate, flag, at, "
                   "day, any, plain, pairs, times, deep, state",
                   "external_id=x", NULL);
  assert_no_update(&things, old_row, "?0f",
                   "things: this row cannot be written (the API sent no key with it): leave it out",
                   "name=x", NULL);
  assert_no_update(&cm_resource_data_sources, "{\"uuid\":\"ds_1\"}", "ds_1",
                   "chartmogul_data_sources: UPDATE is not possible (the API has no call for it): "
                   "change the row in the ChartMogul app, because DELETE takes away all that "
                   "belongs to it",
                   "name=x", NULL);
}

static void update_of_a_call_alone(void **state) {
  (void)state;
  const cm_column *column = &columns[4];
  assert_string_equal(column->name, "external_id");
  assert_update_of(
      &things, "{\"uuid\":\"t1\",\"source\":\"s1\",\"external_id\":\"e1\",\"name\":\"a b\"}", NULL,
      "t1", "PUT /sources/s1/things/e1/state?why=a%20b {\"state\":\"shut\"}", "state=shut", NULL);
}

static void update_needs_a_look_up(void **state) {
  (void)state;
  cm_change change;
  cm_err err = { 0 };
  cm_cell cells[MAX_CELLS];
  cm_value key = cm_value_text("t1", 2);
  cm_value source = cm_value_text("s9", 2);
  char *packed = pack(
      &things, "{\"uuid\":\"t1\",\"parent\":\"p1\",\"external_id\":\"e1\",\"name\":\"n\"}", NULL);
  for (int i = 0; i < things.column_count; i++)
    cells[i] = (cm_cell){ cm_value_null(), true, false };
  cells[cm_registry_find_column(&things, "json", 4)].value = cm_value_text(packed, strlen(packed));
  int column = cm_registry_find_column(&things, "state", 5);
  cells[column] = (cm_cell){ cm_value_text("shut", 4), false, false };
  assert_int_equal(change_update(&things, &key, cells, NULL, &change, &err), SQLITE_OK);
  const cm_need *need = NULL;
  assert_int_equal(cm_change_find_need(&change, &need, &err), SQLITE_OK);
  assert_ptr_equal(need, &needs[0]);
  column = cm_registry_find_column(&things, "source", 6);
  assert_int_equal(cm_change_give(&change, column, CM_GIVEN_KNOWN, &source, &err), SQLITE_OK);
  assert_int_equal(cm_change_find_need(&change, &need, &err), SQLITE_OK);
  assert_null(need);
  assert_calls(
      &change, true,
      "PUT /sources/s9/things/e1/state?why=n&handle_as_user_edit=true {\"state\":\"shut\"}");
  cm_change_clear(&change);
  sqlite3_free(packed);
  assert_no_update(&things, "{\"uuid\":\"t1\",\"external_id\":\"e1\",\"name\":\"n\"}", "t1",
                   "things: source is missing: say which", "state=shut", NULL);
}

static void update_of_sets(void **state) {
  (void)state;
  static const char row[] = "{\"uuid\":\"cus_1\",\"attributes\":{\"tags\":[\"a\",\"b\"],\"custom\":"
                            "{\"x\":1,\"y\":\"z\"}}}";
  assert_update_of(&cm_resource_customers, row, NULL, "cus_1",
                   "POST /customers/cus_1/attributes/tags {\"tags\":[\"c\"]}\n"
                   "DELETE /customers/cus_1/attributes/tags {\"tags\":[\"a\"]}",
                   "tags=[\"c\",\"b\",\"c\"]", NULL);
  assert_update_of(&cm_resource_customers, row, NULL, "cus_1", "", "tags=[\"a\",\"b\"]",
                   "custom={\"y\":\"z\",\"x\":1}", NULL);
  assert_update_of(&cm_resource_customers, row, NULL, "cus_1",
                   "POST /customers/cus_1/attributes/custom "
                   "{\"custom\":[{\"type\":\"Boolean\",\"key\":\"w\",\"value\":true}]}\n"
                   "PUT /customers/cus_1/attributes/custom {\"custom\":{\"x\":2}}\n"
                   "DELETE /customers/cus_1/attributes/custom {\"custom\":[\"y\"]}",
                   "custom={\"x\":2,\"w\":true}", NULL);
  assert_update_of(&cm_resource_customers, row, NULL, "cus_1",
                   "DELETE /customers/cus_1/attributes/custom {\"custom\":[\"x\",\"y\"]}",
                   "custom!", NULL);
  assert_update_of(&cm_resource_customers, row, NULL, "cus_1",
                   "PATCH /customers/cus_1 {\"name\":\"Ann\"}\nDELETE "
                   "/customers/cus_1/attributes/tags {\"tags\":[\"a\",\"b\"]}",
                   "name=Ann", "tags=[]", NULL);
}

static void update_of_a_companion(void **state) {
  (void)state;
  static const char companion[] =
      "{\"uuid\":\"sub_1\",\"cancellation_dates\":[\"2026-01-01T00:00:00.000Z\"]}";
  assert_update_of(&cm_resource_subscriptions, "{\"uuid\":\"u1\"}", companion, "u1",
                   "PATCH /import/subscriptions/sub_1 {\"cancelled_at\":\"2026-02-01T00:00:00Z\"}",
                   "cancelled_at=2026-02-01", NULL);
  assert_update_of(&cm_resource_subscriptions, "{\"uuid\":\"u1\"}", companion, "u1", "",
                   "cancelled_at=2026-01-01", NULL);
  assert_update_of(&cm_resource_subscriptions, "{\"uuid\":\"u1\"}", companion, "u1",
                   "PATCH /import/subscriptions/sub_1 {\"cancellation_dates\":[]}", "cancelled_at!",
                   NULL);
  assert_no_update(&cm_resource_subscriptions, "{\"uuid\":\"u1\"}", "u1",
                   "chartmogul_subscriptions: import_uuid is missing: do it through "
                   "chartmogul_import_subscriptions",
                   "cancelled_at=2026-02-01", NULL);
}

/* ---- a row that was not packed: UPDATE ... FROM, and what a user puts into json ------------------ */

static int update_plain(const char *key, const char *json, const char *name, const char *computed,
                        bool is_json_alone, cm_change *change, cm_err *err) {
  cm_cell cells[MAX_CELLS];
  cm_packed_row row;
  cm_value key_value = cm_value_text(key, strlen(key));
  assert_int_equal(cm_row_unpack(&things, json, strlen(json), &row, err), SQLITE_OK);
  for (int i = 0; i < things.column_count; i++) {
    cells[i] = (cm_cell){ cm_value_null(), is_json_alone, false };
    if (!is_json_alone) assert_int_equal(cm_row_get(&row.row, i, &cells[i].value, err), SQLITE_OK);
  }
  int column = cm_registry_find_column(&things, "json", 4);
  cells[column] = (cm_cell){ cm_value_text(json, strlen(json)), false, false };
  if (name != NULL) {
    column = cm_registry_find_column(&things, "name", 4);
    cm_value_clear(&cells[column].value);
    cells[column] = (cm_cell){ cm_value_text(name, strlen(name)), false, false };
  }
  if (computed != NULL)
    cells[cm_registry_find_column(&things, "computed", 8)].value = cm_value_text(computed,
                                                                                 strlen(computed));
  int rc = change_update(&things, &key_value, cells, NULL, change, err);
  for (int i = 0; i < things.column_count; i++)
    cm_value_clear(&cells[i].value);
  cm_packed_row_clear(&row);
  return rc;
}

static void update_from(void **state) {
  cm_change change;
  cm_err err = { 0 };
  (void)state;
  assert_int_equal(update_plain("t1", old_row, "Bob", NULL, false, &change, &err), SQLITE_OK);
  assert_calls(&change, false, "PATCH /things/t1 {\"name\":\"Bob\"}");
  cm_change_clear(&change);
  assert_int_equal(update_plain("t1", old_row, NULL, NULL, false, &change, &err), SQLITE_OK);
  assert_true(cm_change_is_empty(&change));
  cm_change_clear(&change);
  assert_int_equal(update_plain("t1", old_row, NULL, "9", false, &change, &err), SQLITE_ERROR);
  assert_true(strncmp(err.text, "things: computed cannot be written by UPDATE", 44) == 0);
}

static void json_is_read_only(void **state) {
  cm_change change;
  cm_err err = { 0 };
  (void)state;
  assert_int_equal(update_plain("t2", old_row, NULL, NULL, false, &change, &err), SQLITE_ERROR);
  assert_string_equal(err.text, "things: json is read-only: set the columns that it shows");
  assert_int_equal(update_plain("t1", old_row, "Bob", NULL, true, &change, &err), SQLITE_ERROR);
  assert_string_equal(err.text, "things: json is read-only: set the columns that it shows");
}

/* ---- a row with a write that waits --------------------------------------------------------------- */

static bool one_waits(void *context, cm_change *change, int column) {
  (void)context, (void)change, (void)column;
  return true;
}

static void make_update(cm_change *change, cm_change_waits *waits, const char *packed, ...) {
  cm_err err = { 0 };
  va_list words;
  va_start(words, packed);
  if (update_va(&cm_resource_customers, "cus_1", packed, waits, change, &err, words) != SQLITE_OK)
    fail_msg("%s", err.text);
  va_end(words);
}

static void update_behind_another(void **state) {
  cm_change changes[3];
  cm_change *first = &changes[0];
  cm_err err = { 0 };
  int64_t removed = 0;
  int tags = cm_registry_find_column(&cm_resource_customers, "tags", 4);
  char *packed = pack(
      &cm_resource_customers,
      "{\"uuid\":\"cus_1\",\"name\":\"Ann\",\"city\":\"B\",\"attributes\":{\"tags\":[\"a\"]}}",
      NULL);
  (void)state;
  make_update(first, NULL, packed, "name=Bob", "tags=[\"a\",\"b\"]", NULL);
  make_update(&changes[1], one_waits, packed, "name=Ann", NULL);
  assert_calls(&changes[1], false, "PATCH /customers/cus_1 {\"name\":\"Ann\"}");
  make_update(&changes[2], one_waits, packed, "tags=[\"a\"]", NULL);
  assert_int_equal(cm_change_fold_set(&changes[2], tags, &first, 1, &err), SQLITE_OK);
  assert_calls(&changes[2], false, "DELETE /customers/cus_1/attributes/tags {\"tags\":[\"b\"]}");
  assert_int_equal(cm_change_count_removed(&changes[2], &removed, &err), SQLITE_OK);
  assert_int_equal(removed, 1);
  for (int i = 0; i < 3; i++)
    cm_change_clear(&changes[i]);
  sqlite3_free(packed);
}

/* ---- names --------------------------------------------------------------------------------- */

static void assert_names(const cm_change *change, const char *expected) {
  char text[MAX_TEXT] = "";
  for (int i = 0; i < change->name_count; i++) {
    const cm_name *name = &change->names[i];
    size_t len = strlen(text);
    snprintf(text + len, sizeof text - len, "%s(%s,%s) ", name->reference->resource,
             name->data_source, name->external_id);
  }
  assert_string_equal(text, expected);
}

static void names(void **state) {
  cm_change change;
  cm_err err = { 0 };
  cm_cell cells[MAX_CELLS];
  static const char items[] =
      "[{\"plan_id\":\"gold\"},{\"plan_uuid\":\"pl_9\",\"plan_id\":\"x\"},{\"plan_id\":7},3]";
  (void)state;
  for (int i = 0; i < things.column_count; i++)
    cells[i] = (cm_cell){ cm_value_null(), false, false };
  cells[cm_registry_find_column(&things, "source", 6)].value = cm_value_text("s1", 2);
  cells[cm_registry_find_column(&things, "parent_id", 9)].value = cm_value_integer(12);
  cells[cm_registry_find_column(&things, "items", 5)].value = cm_value_text(items, strlen(items));
  assert_int_equal(change_insert(&things, cells, CM_CONFLICT_FAIL, &change, &err), SQLITE_OK);
  assert_names(&change, "parents(s1,12) plans(s1,gold) plans(s1,7) ");
  assert_int_equal(cm_change_answer_name(&change.names[1], "pl_1", &err), SQLITE_OK);
  assert_int_equal(cm_change_fill_names(&change, &err), SQLITE_OK);
  assert_names(&change, "parents(s1,12) plans(s1,7) ");
  for (int i = 0; i < change.name_count; i++)
    assert_int_equal(cm_change_answer_name(&change.names[i], "p_1", &err), SQLITE_OK);
  assert_int_equal(cm_change_fill_names(&change, &err), SQLITE_OK);
  assert_names(&change, "");
  assert_int_equal(cm_change_find_names(&change, &err), SQLITE_OK);
  assert_names(&change, "");
  assert_calls(&change, false,
               "POST /parents/p_1/things "
               "{\"parent_id\":\"12\",\"source\":\"s1\",\"items\":[{\"plan_uuid\":\"pl_1\"},"
               "{\"plan_uuid\":\"pl_9\",\"plan_id\":\"x\"},{\"plan_uuid\":\"p_1\"},3]}");
  cm_change_clear(&change);
}

/* ---- OR REPLACE and answers ------------------------------------------------------------------- */

static void make_insert(cm_change *change, ...) {
  cm_err err = { 0 };
  va_list words;
  va_start(words, change);
  if (insert_va(&things, CM_CONFLICT_REPLACE, change, &err, words) != SQLITE_OK)
    fail_msg("%s", err.text);
  va_end(words);
}

static void make_invoice(cm_change *change, ...) {
  cm_err err = { 0 };
  va_list words;
  va_start(words, change);
  if (insert_va(&cm_resource_invoices, CM_CONFLICT_FAIL, change, &err, words) != SQLITE_OK)
    fail_msg("%s", err.text);
  va_end(words);
}

static void replace_sends_what_differs(void **state) {
  static const char row[] = "{\"uuid\":\"t1\",\"parent\":\"p1\",\"source\":\"s0\",\"external_id\":"
                            "\"e0\",\"name\":\"Ann\","
                            "\"items\":[{\"uuid\":\"i1\",\"external_id\":\"b\",\"n\":2},{"
                            "\"external_id\":\"a\",\"n\":1,\"at\":\"2026-01-01T00:00:00.000Z\"}]}";
  cm_change change;
  cm_err err = { 0 };
  (void)state;
  make_insert(&change, "parent=p1", "source=s1", "external_id=e1", "name=Bob", "number:3",
              "items=[{\"external_id\":\"a\",\"n\":1.0,\"at\":\"2026-01-01\"},{\"external_id\":"
              "\"b\",\"n\":2}]",
              NULL);
  assert_int_equal(cm_change_become_update(&change, (cm_slice){ row, strlen(row) }, &err),
                   SQLITE_OK);
  assert_calls(&change, false, "PATCH /things/t1 {\"name\":\"Bob\",\"number\":3}");
  cm_change_clear(&change);
  make_insert(&change, "parent=p1", "source=s1", "external_id=e1",
              "items=[{\"external_id\":\"a\",\"n\":2}]", NULL);
  assert_int_equal(cm_change_become_update(&change, (cm_slice){ row, strlen(row) }, &err),
                   SQLITE_CONSTRAINT);
  assert_string_equal(
      err.text,
      "things: items differs from the row that exists (the API cannot change it): DELETE the "
      "row, with all that belongs to it, and INSERT it whole");
  cm_change_clear(&change);
  make_insert(&change, "parent=p2", "source=s1", "external_id=e1", NULL);
  assert_int_equal(cm_change_become_update(&change, (cm_slice){ row, strlen(row) }, &err),
                   SQLITE_CONSTRAINT);
  cm_change_clear(&change);
}

static void assert_not_taken(const char *answer, const char *expected) {
  cm_change change;
  cm_change_step *steps = NULL;
  cm_buf names_of;
  cm_err err = { 0 };
  int count = 0;
  cm_buf_init(&names_of, MAX_TEXT);
  make_insert(&change, "parent=p1", "source=s1", "external_id=e1", "name=Ann", "number:3",
              "at=2026-01-02", "typed={\"a\":1}", "plain={\"x\":[1,2]}", "deep=d", NULL);
  assert_int_equal(cm_change_steps(&change, false, &steps, &count, &err), SQLITE_OK);
  assert_int_equal(cm_change_not_taken(&change, steps[0].write,
                                       (cm_slice){ answer, strlen(answer) }, &names_of, &names_of,
                                       &err),
                   SQLITE_OK);
  assert_string_equal(cm_buf_str(&names_of), expected);
  cm_buf_clear(&names_of);
  cm_change_free_steps(steps, count);
  cm_change_clear(&change);
}

static void what_was_not_taken(void **state) {
  (void)state;
  assert_not_taken("{}", "");
  assert_not_taken("not json", "");
  assert_not_taken("{\"name\":\"Ann\",\"number\":\"3\",\"created-at\":\"2026-01-02T00:00:00.000Z\","
                   "\"typed\":{\"a\":1,\"b\":2},"
                   "\"plain\":{\"x\":[2,1],\"y\":0},\"in\":{\"side\":\"d\"},\"source\":\"s1\"}",
                   "");
  assert_not_taken("{\"name\":null,\"number\":4,\"created-at\":\"2026-01-03\",\"typed\":{\"a\":2},"
                   "\"plain\":{\"x\":[1]},"
                   "\"in\":{\"side\":\"e\"}}",
                   "name, number, at, plain, typed, deep");
}

/* ---- labels -------------------------------------------------------------------------------- */

static void assert_label(const cm_change *change, const char *expected) {
  char *label = NULL;
  char *owner = NULL;
  cm_err err = { 0 };
  assert_int_equal(cm_change_label(change, &label, &owner, &err), SQLITE_OK);
  assert_string_equal(label, expected);
  assert_null(owner);
  sqlite3_free(label);
}

static void labels(void **state) {
  cm_change change;
  (void)state;
  make_insert(&change, "parent=p1", "source=s1", "external_id=e1", NULL);
  assert_label(&change, "e1");
  char *bodies = NULL;
  assert_int_equal(cm_change_bodies(&change, &bodies, NULL), SQLITE_OK);
  assert_string_equal(bodies, "{\"source\":\"s1\",\"external_id\":\"e1\",\"parent\":\"p1\"}");
  sqlite3_free(bodies);
  cm_change_clear(&change);
  cm_value key = cm_value_integer(17);
  assert_int_equal(change_delete(&cm_resource_subscription_events, &key, &change, NULL), SQLITE_OK);
  assert_label(&change, "17");
  cm_change_clear(&change);
}

static void assert_same_place(const char *customer, const char *other, bool expected) {
  cm_change changes[2];
  cm_buf places[2];
  bool is_named = false;
  const char *const words[2] = { customer, other };
  for (int i = 0; i < 2; i++) {
    make_invoice(&changes[i], words[i], "data_source_uuid=ds_1", "external_id=i1",
                 "date=2026-01-01", "currency=EUR", NULL);
    const cm_write *write = cm_change_batch_write(&changes[i]);
    assert_non_null(write);
    cm_buf_init(&places[i], CM_MAX_URL_BYTES);
    assert_int_equal(cm_change_destination(&changes[i], write, &places[i], &is_named, NULL),
                     SQLITE_OK);
    assert_int_equal(is_named, strncmp(words[i], "customer_external_id", 20) == 0);
  }
  assert_int_equal(strcmp(cm_buf_str(&places[0]), cm_buf_str(&places[1])) == 0, expected);
  for (int i = 0; i < 2; i++) {
    cm_buf_clear(&places[i]);
    cm_change_clear(&changes[i]);
  }
}

static void destinations(void **state) {
  (void)state;
  assert_same_place("customer_uuid=cus_1", "customer_uuid=cus_1", true);
  assert_same_place("customer_uuid=cus_1", "customer_uuid=cus_2", false);
  assert_same_place("customer_external_id=c1", "customer_external_id=c1", true);
  assert_same_place("customer_external_id=c1", "customer_external_id=c2", false);
  assert_same_place("customer_external_id=c1", "customer_uuid=c1", false);
}

static void assert_shown(const char *object, bool may_be, bool is_shown) {
  cm_change change;
  bool found_may_be = !may_be;
  bool found_is_shown = !is_shown;
  make_invoice(&change, "customer_uuid=cus_1", "data_source_uuid=ds_1", "external_id=17",
               "date=2026-01-01", "currency=EUR", NULL);
  assert_int_equal(cm_change_is_shown(&change, (cm_slice){ object, strlen(object) }, &found_may_be,
                                      &found_is_shown, NULL),
                   SQLITE_OK);
  assert_int_equal(found_may_be, may_be);
  assert_int_equal(found_is_shown, is_shown);
  cm_change_clear(&change);
}

static void shown_in_an_answer(void **state) {
  (void)state;
  assert_shown("{\"external_id\":\"17\"}", true, true);
  assert_shown("{\"external_id\":17,\"data_source_uuid\":\"ds_1\"}", true, true);
  assert_shown("{\"external_id\":\"18\"}", false, false);
  assert_shown("{\"external_id\":\"17\",\"data_source_uuid\":\"ds_2\"}", false, true);
  assert_shown("{\"uuid\":\"inv_1\",\"external_id\":null}", true, false);
  assert_shown("{}", true, false);
}

/** @param names  "customer_external_id=c1", or NULL. @param expected  NULL: none. */
static void assert_customer(const char *names, const char *row, const char *expected) {
  cm_change change;
  char *found = NULL;
  make_invoice(&change, "customer_uuid=cus_1", "data_source_uuid=ds_1", "external_id=i1",
               "date=2026-01-01", "currency=EUR", names, NULL);
  assert_non_null(cm_change_record_owner(&change));
  assert_int_equal(cm_change_find_customer(&change, (cm_slice){ row, strlen(row) }, &found, NULL),
                   SQLITE_OK);
  if (expected == NULL) {
    assert_null(found);
  } else {
    assert_non_null(found);
    assert_string_equal(found, expected);
  }
  sqlite3_free(found);
  cm_change_clear(&change);
}

#define PAIRS(sources, ids)                                                                        \
  "{\"uuid\":\"cus_1\",\"data_source_uuid\":\"ds_2\",\"external_id\":\"c2\","                      \
  "\"data_source_uuids\":" sources ",\"external_ids\":" ids "}"
#define OWN(id) "{\"uuid\":\"cus_1\",\"data_source_uuid\":\"ds_1\",\"external_id\":" id "}"

static void customer_of_a_record(void **state) {
  (void)state;
  assert_customer(NULL, OWN("\"c1\""), "c1");
  assert_customer(NULL, OWN("17"), "17");
  assert_customer(NULL, OWN("null"), NULL);
  assert_customer(NULL, OWN("\"\""), NULL);
  assert_customer(NULL, OWN("\"line_items\""), NULL);
  assert_customer("customer_external_id=c1", OWN("\"c1\""), "c1");
  assert_customer("customer_external_id=c3", OWN("\"c1\""), NULL);
  assert_customer(NULL, "{\"uuid\":\"cus_1\"}", NULL);
  assert_customer(NULL, PAIRS("[\"ds_2\",\"ds_1\"]", "[\"c2\",\"c1\"]"), "c1");
  assert_customer(NULL, PAIRS("[\"ds_2\",\"ds_3\"]", "[\"c2\",\"c1\"]"), NULL);
  assert_customer(NULL, PAIRS("[\"ds_1\",\"ds_1\"]", "[\"c1\",\"c1\"]"), "c1");
  assert_customer(NULL, PAIRS("[\"ds_1\",\"ds_1\"]", "[\"c1\",\"c3\"]"), NULL);
  assert_customer("customer_external_id=c3", PAIRS("[\"ds_1\",\"ds_1\"]", "[\"c1\",\"c3\"]"), "c3");
  assert_customer(NULL, PAIRS("[\"ds_1\",\"ds_2\"]", "[\"c2\",\"c1\",\"c4\"]"), NULL);
  assert_customer(NULL, PAIRS("null", "7"), NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(insert_scalars),
    cmocka_unit_test(insert_times),
    cmocka_unit_test(insert_json),
    cmocka_unit_test(insert_any_type),
    cmocka_unit_test(insert_encodes_paths),
    cmocka_unit_test(insert_is_refused),
    cmocka_unit_test(insert_needs_its_natural_key),
    cmocka_unit_test(envelopes),
    cmocka_unit_test(identity_goes_along),
    cmocka_unit_test(update_sends_what_differs),
    cmocka_unit_test(update_keeps_the_json_type),
    cmocka_unit_test(update_is_refused),
    cmocka_unit_test(update_of_a_call_alone),
    cmocka_unit_test(update_needs_a_look_up),
    cmocka_unit_test(update_of_sets),
    cmocka_unit_test(update_of_a_companion),
    cmocka_unit_test(update_from),
    cmocka_unit_test(json_is_read_only),
    cmocka_unit_test(update_behind_another),
    cmocka_unit_test(names),
    cmocka_unit_test(replace_sends_what_differs),
    cmocka_unit_test(what_was_not_taken),
    cmocka_unit_test(labels),
    cmocka_unit_test(destinations),
    cmocka_unit_test(shown_in_an_answer),
    cmocka_unit_test(customer_of_a_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
