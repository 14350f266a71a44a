/*
** Unit test of src/queue*.c: which write may leave before which, savepoints, bounds, outcomes.
*/
#include "write/queue.h"
#include "cells.h"
#include "peer.h"
#include "resources/resources.h"
#include "write/entry.h"
#include "write/reply.h"
#include "write/state.h"
#include "write/write_log.h"

#include <stdarg.h>

static const char invoice_date[] = "date=2026-01-01";
static const char one_line[] = "line_items=[{\"type\":\"trial\"}]";

/* ---- adding -------------------------------------------------------------------------------- */

static int add_insert_va(peer_world *world, const cm_resource *resource, cm_conflict conflict,
                         bool is_autocommit, cm_err *err, va_list words) {
  cm_cell cells[MAX_CELLS];
  cm_change change;
  say_cells(resource, cells, false, words);
  int rc = change_insert(resource, cells, conflict, &change, err);
  return rc == SQLITE_OK ? cm_queue_add(world->session, &change, is_autocommit, err) : rc;
}

/* In autocommit, so that cm_queue_send can be asked to start what may start and come back. */
static void add(peer_world *world, const cm_resource *resource, ...) {
  cm_err err = { 0 };
  va_list words;
  va_start(words, resource);
  int rc = add_insert_va(world, resource, CM_CONFLICT_FAIL, true, &err, words);
  va_end(words);
  if (rc != SQLITE_OK) fail_msg("%s", err.text);
}

/* As inside BEGIN. */
static void queue(peer_world *world, const cm_resource *resource, ...) {
  cm_err err = { 0 };
  va_list words;
  va_start(words, resource);
  int rc = add_insert_va(world, resource, CM_CONFLICT_FAIL, false, &err, words);
  va_end(words);
  if (rc != SQLITE_OK) fail_msg("%s", err.text);
}

static void add_delete(peer_world *world, const cm_resource *resource, const char *key) {
  cm_change change;
  cm_err err = { 0 };
  cm_value value = cm_value_text(key, strlen(key));
  int rc = change_delete(resource, &value, &change, &err);
  if (rc == SQLITE_OK) rc = cm_queue_add(world->session, &change, true, &err);
  if (rc != SQLITE_OK) fail_msg("%s", err.text);
}

/* UPDATE ... SET name = 'new' of a row that has another one. */
static void add_update(peer_world *world, const cm_resource *resource, const char *key) {
  cm_change change;
  cm_err err = { 0 };
  cm_cell cells[MAX_CELLS];
  cm_value value = cm_value_text(key, strlen(key));
  char *json = sqlite3_mprintf("{\"uuid\":\"%s\",\"name\":\"old\",\"data_source_uuid\":\"ds_1\","
                               "\"external_id\":\"x-%s\"}",
                               key, key);
  char *packed = pack(resource, json, NULL);
  for (int i = 0; i < resource->column_count; i++)
    cells[i] = (cm_cell){ cm_value_null(), true, false };
  cells[cm_registry_find_column(resource, "json", 4)].value = cm_value_text(packed, strlen(packed));
  cells[cm_registry_find_column(resource, "name", 4)] = (cm_cell){ cm_value_text("new", 3), false,
                                                                   false };
  world->session->reading.scan_count++; /* a statement of its own */
  int rc = change_update(resource, &value, cells, NULL, &change, &err);
  if (rc == SQLITE_OK) rc = cm_queue_add(world->session, &change, true, &err);
  sqlite3_free(packed);
  sqlite3_free(json);
  if (rc != SQLITE_OK) fail_msg("%s", err.text);
}

static const cm_resource *const customers = &cm_resource_customers;
static const cm_resource *const plans = &cm_resource_plans;
static const cm_resource *const invoices = &cm_resource_invoices;

static void add_customer(peer_world *world, const char *external_id) {
  char word[64];
  snprintf(word, sizeof word, "external_id=%s", external_id);
  add(world, customers, "data_source_uuid=ds_1", word, NULL);
}

static void add_plan(peer_world *world, const char *external_id) {
  char word[64];
  snprintf(word, sizeof word, "external_id=%s", external_id);
  add(world, plans, "data_source_uuid=ds_1", word, "name=P", "interval_count:1",
      "interval_unit=month", NULL);
}

/* ---- looking ------------------------------------------------------------------------------- */

/* Which writes run, by number, after everything that may start has started. */
static void assert_started(peer_world *world, const char *expected) {
  char started[256] = "";
  cm_err err = { 0 };
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ROOM, &err), SQLITE_OK);
  const cm_queue *queued = world->session->queue;
  for (int i = 0; i < queued->log.count; i++) {
    const cm_entry *entry = cm_queue_log_at(queued, i);
    size_t len = strlen(started);
    if (entry->progress.phase == CM_PHASE_IDLE) continue;
    snprintf(started + len, sizeof started - len, "%s%d", len > 0 ? " " : "", (int)entry->id);
  }
  assert_string_equal(started, expected);
}

static void assert_all_written(peer_world *world) {
  cm_err err = { 0 };
  peer_release(world->server);
  if (cm_queue_send(world->session, CM_QUEUE_ALL, &err) != SQLITE_OK) fail_msg("%s", err.text);
  cm_queue_commit(world->session);
  const cm_queue *queued = world->session->queue;
  for (int i = 0; i < queued->log.count; i++)
    assert_int_equal(cm_queue_log_at(queued, i)->state, CM_ENTRY_WRITTEN);
}

/* The keys in the log, and their states by first letter: "c1w c2d". */
static void assert_log(peer_world *world, const char *expected) {
  char shown[512] = "";
  cm_write_line line;
  for (int64_t id = 0; cm_queue_next_line(world->session, id, &line) == SQLITE_ROW; id = line.id) {
    size_t len = strlen(shown);
    snprintf(shown + len, sizeof shown - len, "%s%s%c", len > 0 ? " " : "", line.key,
             line.state[0]);
    id = line.id;
    cm_write_line_clear(world->session, &line);
    line.id = id;
  }
  assert_string_equal(shown, expected);
}

static int hold_all(void **state) {
  int rc = peer_setup(state);
  peer_world *world = *state;
  static const char *const paths[] = { "/customers/cus_1", "/plans/pl_1", "/plans/pl_2",
                                       "/customers/cus_2" };
  static const char *const lists[] = { "/customers", "/plans", "/data_sources",
                                       "/import/customers/cus_1/invoices",
                                       "/import/customers/cus_2/invoices" };
  for (size_t i = 0; i < cm_countof(paths); i++)
    peer_does(world->server, paths[i], PEER_HOLD);
  static const char *const made_rows[] = { "{\"uuid\":\"made_1\"}", "{\"uuid\":\"made_2\"}",
                                           "{\"uuid\":\"made_3\"}", "{\"uuid\":\"made_4\"}",
                                           "{\"uuid\":\"made_5\"}" };
  for (size_t i = 0; i < cm_countof(lists); i++) {
    peer_reply made = {
      .path = lists[i], .status = 201, .body = made_rows[i], .action = PEER_HOLD
    };
    peer_reply_with(world->server, made);
  }
  return rc;
}

/* ---- order --------------------------------------------------------------------------------- */

static void rows_overlap(void **state) {
  peer_world *world = *state;
  add_customer(world, "c1");
  add_customer(world, "c2");
  add_plan(world, "p1");
  add(world, &cm_resource_data_sources, "name=Billing", NULL);
  assert_started(world, "1 2 3 4");
  assert_all_written(world);
}

static void no_more_than_concurrency(void **state) {
  peer_world *world = *state;
  peer_set(world, "concurrency", "2");
  add_customer(world, "c1");
  add_customer(world, "c2");
  add_customer(world, "c3");
  assert_started(world, "1 2");
  assert_all_written(world);
}

static void same_natural_key_waits(void **state) {
  peer_world *world = *state;
  add_customer(world, "c1");
  add_customer(world, "c1");
  add_customer(world, "c2");
  add_plan(world, "c1");
  assert_started(world, "1 3 4");
  assert_all_written(world);
}

static void same_key_waits(void **state) {
  peer_world *world = *state;
  add_update(world, customers, "cus_1");
  add_update(world, customers, "cus_1");
  add_update(world, customers, "cus_2");
  assert_started(world, "1 3");
  assert_all_written(world);
}

static void another_verb_waits(void **state) {
  peer_world *world = *state;
  add_plan(world, "p1");
  add_update(world, plans, "pl_2");
  add_plan(world, "p2");
  add_customer(world, "c1");
  assert_started(world, "1 4");
  assert_all_written(world);
}

static void deletes_are_a_barrier(void **state) {
  peer_world *world = *state;
  add_customer(world, "c1");
  add_delete(world, plans, "pl_1");
  add_delete(world, plans, "pl_2");
  add_customer(world, "c2");
  assert_started(world, "1");
  assert_all_written(world);
}

static void a_run_of_deletes_overlaps(void **state) {
  peer_world *world = *state;
  add_delete(world, plans, "pl_1");
  add_delete(world, plans, "pl_2");
  add_delete(world, customers, "cus_1");
  add_delete(world, plans, "pl_3");
  add_customer(world, "c1");
  assert_started(world, "1 2");
  assert_all_written(world);
}

static void named_rows_go_first(void **state) {
  peer_world *world = *state;
  peer_says(world->server, "/customers", 201, "{\"uuid\":\"cus_1\"}"); /* the second one */
  add_customer(world, "c1");
  add(world, invoices, "data_source_uuid=ds_1", "customer_external_id=c1", "external_id=i1",
      invoice_date, "currency=EUR", one_line, NULL);
  add(world, invoices, "customer_uuid=cus_2", "external_id=i2", invoice_date, "currency=EUR",
      one_line, NULL);
  assert_started(world, "1 3");
  peer_release(world->server);
  cm_queue_rollback(world->session);
}

static void rows_named_by_uuid_go_first(void **state) {
  peer_world *world = *state;
  add_update(world, customers, "cus_1");
  add(world, invoices, "customer_uuid=cus_1", "data_source_uuid=ds_1", "external_id=i1",
      invoice_date, "currency=EUR", one_line, NULL);
  add(world, invoices, "customer_uuid=cus_2", "data_source_uuid=ds_1", "external_id=i2",
      invoice_date, "currency=EUR", one_line, NULL);
  assert_started(world, "1 3");
  assert_all_written(world);
}

static void rows_named_within_go_first(void **state) {
  peer_world *world = *state;
  add_plan(world, "gold");
  add(world, invoices, "data_source_uuid=ds_1", "customer_uuid=cus_1", "external_id=i1",
      invoice_date, "currency=EUR", "line_items=[{\"plan_external_id\":\"gold\"}]", NULL);
  assert_started(world, "1");
  peer_release(world->server);
  cm_queue_rollback(world->session);
}

/* ---- rows that travel together --------------------------------------------------------------- */

static void add_invoice(peer_world *world, const char *customer_uuid, const char *external_id) {
  char customer[64];
  char id[64];
  snprintf(customer, sizeof customer, "customer_uuid=%s", customer_uuid);
  snprintf(id, sizeof id, "external_id=%s", external_id);
  add(world, invoices, customer, "data_source_uuid=ds_1", id, invoice_date, "currency=EUR",
      one_line, NULL);
}

static void rows_of_one_place_travel_together(void **state) {
  peer_world *world = *state;
  peer_set(world, "concurrency", "1");
  add_invoice(world, "cus_1", "i1");
  add_invoice(world, "cus_2", "i2");
  add_invoice(world, "cus_1", "i3");
  add_invoice(world, "cus_1", "i1"); /* a second row of that natural key */
  add_invoice(world, "cus_1", "i5");
  assert_started(world, "1 3 5");
  assert_int_equal(world->session->queue->sending.shipment_count, 1);
  peer_release(world->server);
  cm_queue_rollback(world->session);
}

static void another_verb_stands_between(void **state) {
  peer_world *world = *state;
  add_invoice(world, "cus_1", "i1");
  cm_cell cells[MAX_CELLS];
  cm_change change;
  cm_err err = { 0 };
  cm_value key = cm_value_text("inv_9", 5);
  char *packed = pack(invoices, "{\"uuid\":\"inv_9\",\"currency\":\"USD\"}", NULL);
  for (int i = 0; i < invoices->column_count; i++)
    cells[i] = (cm_cell){ cm_value_null(), true, false };
  cells[cm_registry_find_column(invoices, "json", 4)].value = cm_value_text(packed, strlen(packed));
  cells[cm_registry_find_column(invoices, "currency", 8)] = (cm_cell){ cm_value_text("EUR", 3),
                                                                       false, false };
  assert_int_equal(change_update(invoices, &key, cells, NULL, &change, &err), SQLITE_OK);
  assert_int_equal(cm_queue_add(world->session, &change, true, &err), SQLITE_OK);
  sqlite3_free(packed);
  add_invoice(world, "cus_1", "i3");
  assert_started(world, "1");
  peer_release(world->server);
  cm_queue_rollback(world->session);
}

/* In autocommit rows are held back until twice as many wait as can be under way. */
static void a_hundred_at_most(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  int started = 0;
  peer_set(world, "concurrency", "1");
  for (int i = 0; i < 201; i++) {
    char id[16];
    snprintf(id, sizeof id, "i%d", i);
    add_invoice(world, "cus_1", id);
    assert_int_equal(cm_queue_is_held_back(world->session), i < 200);
    if (i != 149) continue;
    assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ROOM, &err), SQLITE_OK);
  }
  const cm_queue *queued = world->session->queue;
  for (int i = 0; i < queued->log.count; i++) {
    bool has_started = cm_queue_log_at(queued, i)->progress.phase != CM_PHASE_IDLE;
    assert_int_equal(has_started, i < 100);
    started += has_started;
  }
  assert_int_equal(started, 100);
  peer_release(world->server);
  cm_queue_rollback(world->session);
}

static void so_many_bytes_at_most(void **state) {
  peer_world *world = *state;
  enum { PIECE = 1500 * 1000 };
  char *word = malloc(PIECE + 64);
  assert_non_null(word);
  int len = snprintf(word, 64, "line_items=[\"");
  memset(word + len, 'x', PIECE);
  memcpy(word + len + PIECE, "\"]", 3);
  peer_set(world, "concurrency", "1");
  for (int i = 0; i < 4; i++) {
    char id[32];
    snprintf(id, sizeof id, "external_id=i%d", i);
    add(world, invoices, "customer_uuid=cus_1", id, invoice_date, "currency=EUR", word, NULL);
  }
  free(word);
  assert_started(world, "1 2");
  peer_release(world->server);
  cm_queue_rollback(world->session);
}

/* ---- savepoints ------------------------------------------------------------------------------ */

static void queue_customer(peer_world *world, const char *external_id) {
  char word[64];
  snprintf(word, sizeof word, "external_id=%s", external_id);
  queue(world, customers, "data_source_uuid=ds_1", word, NULL);
}

static void savepoints_are_positions(void **state) {
  peer_world *world = *state;
  cm_session *session = world->session;
  queue_customer(world, "c1");
  assert_int_equal(cm_queue_savepoint(session, 0), SQLITE_OK);
  queue_customer(world, "c2");
  assert_int_equal(cm_queue_savepoint(session, 1), SQLITE_OK);
  queue_customer(world, "c3");
  cm_queue_rollback_to(session, 1);
  assert_log(world, "c1q c2q c3d");
  queue_customer(world, "c4");
  cm_queue_rollback_to(session, 1); /* it stays open */
  assert_log(world, "c1q c2q c3d c4d");
  cm_queue_release(session, 1);
  queue_customer(world, "c5");
  assert_int_equal(cm_queue_savepoint(session, 1), SQLITE_OK); /* another one of that level */
  queue_customer(world, "c6");
  cm_queue_rollback_to(session, 1);
  assert_log(world, "c1q c2q c3d c4d c5q c6d");
  cm_queue_rollback_to(session, 0);
  assert_log(world, "c1q c2d c3d c4d c5d c6d");
  cm_queue_rollback(session);
  assert_log(world, "c1d c2d c3d c4d c5d c6d");
  assert_int_equal(world->server->requests, 0);
}

/* SQLite tells a table of a savepoint when the table joins, after another one has written. */
static void a_late_table_moves_no_savepoint(void **state) {
  peer_world *world = *state;
  cm_session *session = world->session;
  queue_customer(world, "c1");
  assert_int_equal(cm_queue_savepoint(session, 0), SQLITE_OK);
  queue_customer(world, "c2");
  assert_int_equal(cm_queue_savepoint(session, 0), SQLITE_OK);
  queue_customer(world, "c3");
  cm_queue_rollback_to(session, 0);
  assert_log(world, "c1q c2d c3d");
}

/* A table that joins under two savepoints hears of the inner one only. */
static void savepoints_below_are_there_too(void **state) {
  peer_world *world = *state;
  cm_session *session = world->session;
  assert_int_equal(cm_queue_savepoint(session, 2), SQLITE_OK);
  queue_customer(world, "c1");
  cm_queue_rollback_to(session, 0);
  assert_log(world, "c1d");
  cm_queue_rollback_to(session, 7); /* nobody told of it: nothing is behind it */
}

/* ---- what waits ------------------------------------------------------------------------------ */

static void waiting_rows_are_found(void **state) {
  peer_world *world = *state;
  cm_session *session = world->session;
  cm_value c1 = cm_value_text("c1", 2);
  cm_value c2 = cm_value_text("c2", 2);
  cm_value ds_1 = cm_value_text("ds_1", 4);
  int source = cm_registry_find_column(customers, "data_source_uuid", 16);
  int external_id = cm_registry_find_column(customers, "external_id", 11);
  cm_binding both[] = { { external_id, c1, true, false }, { source, ds_1, true, false } };
  cm_binding other[] = { { external_id, c2, true, false }, { source, ds_1, true, false } };
  assert_null(cm_queue_waiting_name(session, customers, both, 2));
  assert_false(cm_queue_is_waiting(session, NULL));
  queue_customer(world, "c1");
  assert_string_equal(cm_queue_waiting_name(session, customers, both, 2), "c1");
  assert_null(cm_queue_waiting_name(session, customers, both, 1));
  assert_null(cm_queue_waiting_name(session, customers, other, 2));
  assert_null(cm_queue_waiting_name(session, plans, both, 2));
  assert_true(cm_queue_is_waiting(session, NULL));
  assert_true(cm_queue_is_waiting(session, customers));
  assert_false(cm_queue_is_waiting(session, plans));
  cm_queue_rollback(session);
  assert_null(cm_queue_waiting_name(session, customers, both, 2));
}

static bool is_waiting(peer_world *world, const cm_resource *resource, const char *key) {
  cm_queue_search search = { .session = world->session };
  cm_change change = { .resource = resource, .key = cm_value_text(key, strlen(key)) };
  bool is_found = cm_queue_is_column_waiting(&search, &change, 0);
  assert_int_equal(search.code, SQLITE_OK);
  return is_found;
}

static void a_write_of_a_row_is_found(void **state) {
  peer_world *world = *state;
  assert_false(is_waiting(world, customers, "cus_1"));
  add_update(world, customers, "cus_1");
  assert_true(is_waiting(world, customers, "cus_1"));
  assert_false(is_waiting(world, customers, "cus_2"));
  assert_false(is_waiting(world, plans, "cus_1"));
  cm_queue_rollback(world->session);
  assert_false(is_waiting(world, customers, "cus_1"));
}

/* ---- bounds -------------------------------------------------------------------------------- */

static int try_customer(peer_world *world, cm_err *err, ...) {
  va_list words;
  va_start(words, err);
  int rc = add_insert_va(world, customers, CM_CONFLICT_FAIL, false, err, words);
  va_end(words);
  return rc;
}

static void so_many_rows_wait(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  for (int i = 0; i < CM_MAX_QUEUED_WRITES; i++) {
    char word[32];
    snprintf(word, sizeof word, "external_id=c%d", i);
    assert_int_equal(try_customer(world, &err, "data_source_uuid=ds_1", word, NULL), SQLITE_OK);
  }
  assert_int_equal(try_customer(world, &err, "data_source_uuid=ds_1", "external_id=x", NULL),
                   SQLITE_TOOBIG);
  assert_string_equal(err.text,
                      "chartmogul_customers: the transaction holds 100000 writes already: "
                      "COMMIT, and go on in the next");
  assert_int_equal(world->session->queue->waiting.count, CM_MAX_QUEUED_WRITES);
  cm_queue_rollback(world->session);
  assert_int_equal(world->session->queue->waiting.bytes, 0);
  assert_int_equal(world->session->queue->log.count, CM_MAX_WRITE_LOG);
  assert_int_equal(try_customer(world, &err, "data_source_uuid=ds_1", "external_id=x", NULL),
                   SQLITE_OK);
  cm_queue_rollback(world->session);
  assert_int_equal(world->session->queue->log.count, CM_MAX_WRITE_LOG);
}

/* Rows of 8 MiB, until no more can wait. */
static int fill_with_bytes(peer_world *world, cm_err *err) {
  enum { PIECE = 8 * 1024 * 1024 };
  char *word = malloc(PIECE + 16);
  assert_non_null(word);
  memset(word, 'x', PIECE + 15);
  memcpy(word, "name=", 5);
  word[PIECE + 15] = 0;
  int rc = SQLITE_OK;
  int rows = 0;
  for (; rc == SQLITE_OK && rows < 100; rows++) {
    char id[32];
    snprintf(id, sizeof id, "external_id=c%d", rows);
    rc = try_customer(world, err, "data_source_uuid=ds_1", id, word, NULL);
  }
  free(word);
  assert_int_equal(rc, SQLITE_TOOBIG);
  return rows;
}

static void so_many_bytes_wait(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  assert_int_equal(fill_with_bytes(world, &err), 32);
  assert_string_equal(err.text, "chartmogul_customers: the writes of the transaction fill 256 MiB "
                                "already: COMMIT, and go on in the next");
}

/* What is rolled back keeps its line, the last of them their bodies too. */
static void so_many_bytes_are_kept_of_what_is_dropped(void **state) {
  peer_world *world = *state;
  const cm_queue *queued = NULL;
  cm_err err = { 0 };
  fill_with_bytes(world, &err);
  cm_queue_rollback(world->session);
  queued = world->session->queue;
  assert_int_equal(queued->log.count, 31);
  for (int i = 0; i < queued->log.count; i++) {
    assert_int_equal(cm_queue_log_at(queued, i)->state, CM_ENTRY_DROPPED);
    assert_int_equal(cm_queue_log_at(queued, i)->line.body != NULL, i >= 31 - 7);
  }
  assert_true(queued->log.dropped_bytes <= CM_MAX_DROPPED_BYTES);
  assert_int_equal(queued->log.dropped_bytes, queued->log.bytes);
}

static void bodies_of_the_last_thousand(void **state) {
  peer_world *world = *state;
  cm_write_line line;
  cm_err err = { 0 };
  peer_set(world, "requests_per_second", "0");
  peer_says(world->server, "/customers", 201, "{\"uuid\":\"cus_1\"}");
  for (int i = 0; i < CM_MAX_WRITE_BODIES + 5; i++) {
    char id[16];
    snprintf(id, sizeof id, "c%d", i);
    queue_customer(world, id);
  }
  if (cm_queue_send(world->session, CM_QUEUE_ALL, &err) != SQLITE_OK) fail_msg("%s", err.text);
  cm_queue_commit(world->session);
  int with_body = 0;
  int lines = 0;
  for (int64_t id = 0; cm_queue_next_line(world->session, id, &line) == SQLITE_ROW; lines++) {
    id = line.id;
    with_body += line.body != NULL && line.response != NULL;
    if (lines < 5) assert_null(line.body);
    cm_write_line_clear(world->session, &line);
  }
  assert_int_equal(lines, CM_MAX_WRITE_BODIES + 5);
  assert_int_equal(with_body, CM_MAX_WRITE_BODIES);
}

/* ---- outcomes ------------------------------------------------------------------------------ */

static void last_uuid_by_statement(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_says(world->server, "/plans", 201, "{\"uuid\":\"pl_1\"}");
  peer_says(world->server, "/data_sources", 201, "{\"uuid\":\"ds_7\"}");
  add(world, &cm_resource_data_sources, "name=Billing", NULL);
  add_plan(world, "gold");
  assert_started(world, "1 2");
  if (cm_queue_send(world->session, CM_QUEUE_ALL, &err) != SQLITE_OK) fail_msg("%s", err.text);
  assert_string_equal(world->session->connection->last_uuid, "pl_1");
}

static void a_refusal_stops_a_commit(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_set(world, "concurrency", "1");
  peer_says(world->server, "/customers", 201, "{\"uuid\":\"cus_1\"}");
  peer_says(world->server, "/customers", 422, "{\"message\":\"No.\",\"code\":422}");
  queue_customer(world, "c1");
  queue_customer(world, "c2");
  queue_customer(world, "c3");
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_CONSTRAINT);
  assert_string_equal(err.text,
                      "chartmogul_customers: 1 of 3 writes was refused, 1 was written and stays "
                      "written, 1 not tried; first refused: c2: POST /customers failed (422 "
                      "Unprocessable Entity: No.): correct what it names and write the row again");
  cm_queue_rollback(world->session);
  assert_log(world, "c1w c2r c3d");
  assert_false(cm_queue_is_waiting(world->session, NULL));
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_OK);
  assert_int_equal(world->server->requests, 2);
}

static void a_commit_goes_on_where_it_stopped(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_set(world, "concurrency", "1");
  peer_set(world, "max_retries", "0");
  peer_says(world->server, "/customers", 201, "{\"uuid\":\"cus_1\"}");
  peer_says(world->server, "/customers", 429, "{\"message\":\"Later.\",\"code\":429}");
  peer_says(world->server, "/customers", 201, "{\"uuid\":\"cus_2\"}");
  peer_says(world->server, "/customers", 201, "{\"uuid\":\"cus_3\"}");
  queue_customer(world, "c1");
  queue_customer(world, "c2");
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_BUSY);
  assert_log(world, "c1w c2q");
  queue_customer(world, "c3");
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_OK);
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_OK);
  cm_queue_commit(world->session);
  assert_log(world, "c1w c2w c3w");
  assert_int_equal(world->server->requests, 4);
}

/* Rolled back, a create without an answer is not sent again, but stays in the log. */
static void an_unknown_write_is_not_forgotten(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_set(world, "max_retries", "0");
  peer_set(world, "concurrency", "1");
  peer_does(world->server, "/customers", PEER_CUT);
  queue_customer(world, "c0");
  assert_int_equal(cm_queue_savepoint(world->session, 0), SQLITE_OK);
  cm_queue_rollback_to(world->session, 0);
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_BUSY);
  queue_customer(world, "c1");
  assert_log(world, "c0u c1q");
  cm_queue_rollback(world->session);
  assert_log(world, "c0u c1d");
  int requests = world->server->requests;
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_OK);
  assert_int_equal(world->server->requests, requests);
}

static void an_unknown_write_behind_a_savepoint(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  peer_set(world, "max_retries", "0");
  peer_does(world->server, "/customers", PEER_CUT);
  assert_int_equal(cm_queue_savepoint(world->session, 0), SQLITE_OK);
  queue_customer(world, "c1");
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_BUSY);
  cm_queue_rollback_to(world->session, 0);
  assert_log(world, "c1u");
  int requests = world->server->requests;
  assert_int_equal(cm_queue_send(world->session, CM_QUEUE_ALL, &err), SQLITE_OK);
  assert_int_equal(world->server->requests, requests);
}

static void deletes_are_counted(void **state) {
  peer_world *world = *state;
  cm_err err = { 0 };
  cm_change change;
  cm_value key = cm_value_text("pl_3", 4);
  peer_set(world, "delete_limit", "2");
  add_delete(world, plans, "pl_1");
  assert_int_equal(cm_queue_savepoint(world->session, 0), SQLITE_OK);
  add_delete(world, plans, "pl_2");
  assert_int_equal(change_delete(plans, &key, &change, &err), SQLITE_OK);
  assert_int_equal(cm_queue_add(world->session, &change, false, &err), SQLITE_ERROR);
  peer_assert_has(err.text, "the transaction deletes 3 records, delete_limit is 2");
  cm_queue_rollback_to(world->session, 0);
  add_delete(world, plans, "pl_3");
  cm_queue_rollback(world->session);
  assert_int_equal(world->session->queue->transaction.deleted, 0);
  assert_int_equal(world->server->requests, 0);
}

/* ---- "exists already" ---------------------------------------------------------------------- */

static void assert_exists(const cm_resource *resource, const char *body, cm_exists expected) {
  assert_int_equal(cm_reply_says_exists(resource, (cm_slice){ body, strlen(body) }), expected);
}

static void exists_already(void **state) {
  (void)state;
  assert_exists(
      customers,
      "{\"errors\":{\"external_id\":\"The external ID for this customer already exists in our "
      "system.\"}}",
      CM_EXISTS_SURELY);
  assert_exists(plans,
                "{\"errors\":{\"external_id\":\"A plan with this identifier already exists in our "
                "system.\"}}",
                CM_EXISTS_SURELY);
  assert_exists(&cm_resource_data_sources, "{\"errors\":{\"name\":\"Has already been taken.\"}}",
                CM_EXISTS_SURELY);
  assert_exists(
      invoices,
      "{\"errors\":{\"external_id\":[\"The external ID for this invoice already exists in our "
      "system.\"],\"line_items.external_id\":\"The external ID for this line item already "
      "exists in our system.\",\"transactions.external_id\":\"has already been taken\"}}",
      CM_EXISTS_SURELY);
  assert_exists(customers, "{\"errors\":{\"external_id\":\"is too long\"}}", CM_EXISTS_MAYBE);
  assert_exists(customers, "{\"code\":422,\"message\":\"Taken already\",\"param\":\"external_id\"}",
                CM_EXISTS_SURELY);
  assert_exists(customers,
                "{\"errors\":{\"external_id\":\"already exists\",\"email\":\"is wrong\"}}",
                CM_EXISTS_NOT);
  assert_exists(invoices, "{\"errors\":{\"line_items.external_id\":\"already exists\"}}",
                CM_EXISTS_NOT);
  assert_exists(customers, "{\"code\":422,\"message\":\"already\",\"param\":\"email\"}",
                CM_EXISTS_NOT);
  assert_exists(customers, "<html>", CM_EXISTS_NOT);
  assert_exists(
      invoices,
      "{\"error\":\"The external ID for this invoice already exists\",\"error_details\":[{"
      "\"param\":\"external_id\",\"code\":\"taken\",\"message\":\"The external ID for this "
      "invoice already exists\"}]}",
      CM_EXISTS_SURELY);
  assert_exists(
      invoices,
      "{\"error\":\"Invalid\",\"error_details\":[{\"param\":\"external_id\",\"message\":\"has "
      "already been taken\"},{\"param\":\"date\",\"message\":\"is missing\"}]}",
      CM_EXISTS_NOT);
  assert_exists(plans, "{\"external_id\":[\"has already been taken\"],\"error_details\":[]}",
                CM_EXISTS_SURELY);
  assert_exists(plans, "{\"external_id\":[\"is taken\"]}", CM_EXISTS_MAYBE);
  assert_exists(plans, "{\"external_id\":[\"is taken already\"],\"name\":[\"is blank\"]}",
                CM_EXISTS_NOT);
  assert_exists(plans, "{\"error\":\"A plan with this identifier already exists in our system.\"}",
                CM_EXISTS_MAYBE);
  assert_exists(plans, "{\"errors\":[\"A plan with this identifier already exists\"]}",
                CM_EXISTS_MAYBE);
  assert_exists(plans, "{\"error\":\"Data source not found\"}", CM_EXISTS_NOT);
  assert_exists(&cm_resource_notes, "{\"errors\":{\"external_id\":\"already exists\"}}",
                CM_EXISTS_NOT);
}

#define HELD(test) cmocka_unit_test_setup_teardown(test, hold_all, peer_teardown)
#define FREE(test) cmocka_unit_test_setup_teardown(test, peer_setup, peer_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    HELD(rows_overlap),
    HELD(no_more_than_concurrency),
    HELD(same_natural_key_waits),
    HELD(same_key_waits),
    HELD(another_verb_waits),
    HELD(deletes_are_a_barrier),
    HELD(a_run_of_deletes_overlaps),
    HELD(named_rows_go_first),
    HELD(rows_named_by_uuid_go_first),
    HELD(rows_named_within_go_first),
    HELD(rows_of_one_place_travel_together),
    HELD(another_verb_stands_between),
    HELD(a_hundred_at_most),
    HELD(so_many_bytes_at_most),
    FREE(savepoints_are_positions),
    FREE(a_late_table_moves_no_savepoint),
    FREE(savepoints_below_are_there_too),
    FREE(waiting_rows_are_found),
    FREE(a_write_of_a_row_is_found),
    FREE(so_many_rows_wait),
    FREE(so_many_bytes_wait),
    FREE(so_many_bytes_are_kept_of_what_is_dropped),
    FREE(bodies_of_the_last_thousand),
    FREE(last_uuid_by_statement),
    FREE(a_refusal_stops_a_commit),
    FREE(a_commit_goes_on_where_it_stopped),
    FREE(an_unknown_write_is_not_forgotten),
    FREE(an_unknown_write_behind_a_savepoint),
    FREE(deletes_are_counted),
    cmocka_unit_test(exists_already),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
