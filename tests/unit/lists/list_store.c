/*
** Unit test of src/lists/list_store.c: how many requests are sent before they are asked for, when nothing more can be noted of
** those that were.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lists/list_store.h"
#include "peer.h"
#include "spec/registry.h"

enum { LONG_VALUE = 2000, GUESSED_LEN = 100, MAX_EARLY = 4 };

/* A question for the customer of an external id. */
typedef struct asked {
  cm_value id;
  cm_url_value value;
  cm_list_question question;
} asked;

static void ask(asked *it, const char *id, size_t len) {
  const cm_resource *customers = cm_registry_find("chartmogul_customers");
  it->id = cm_value_text(id, len);
  it->value = (cm_url_value){ .column = cm_registry_column(customers, "external_id"),
                              .op = CM_TERM_EQ,
                              .value = &it->id };
  it->question = (cm_list_question){ .resource = customers,
                                     .read = &customers->reads[customers->read_count - 1],
                                     .values = &it->value,
                                     .count = 1,
                                     .columns_used = 1,
                                     .coming = 1 };
}

static void find(peer_world *world, const char *id, size_t len) {
  asked it;
  cm_list_rows rows;
  cm_err err = { 0 };
  ask(&it, id, len);
  if (cm_list_store_find(world->session, &it.question, &rows, &err) != SQLITE_OK)
    fail_msg("%s", err.text);
  assert_false(rows.is_known);
  cm_list_rows_clear(&rows);
}

static cm_list_guess guess(peer_world *world, int number) {
  asked it;
  char id[GUESSED_LEN + 1];
  snprintf(id, sizeof id, "g%0*d", GUESSED_LEN - 1, number);
  ask(&it, id, GUESSED_LEN);
  return cm_list_store_guess(world->session, &it.question);
}

/* The list cannot answer: it shows a number where SQLite alone can say what it equals. */
static void note_requests_until_there_is_no_room(peer_world *world) {
  char *id = malloc(LONG_VALUE);
  assert_non_null(id);
  memset(id, 'x', LONG_VALUE);
  peer_says(world->server, "/customers", 200,
            "{\"entries\":[{\"uuid\":\"cus_1\",\"external_id\":5}],\"has_more\":false}");
  for (size_t len = LONG_VALUE; len >= 15; len /= 4) {
    for (int i = 0; i < CM_MAX_MEMO_BYTES / LONG_VALUE + 1; i++) {
      snprintf(id, 16, "%015d", i);
      id[15] = 'x';
      find(world, id, len);
    }
  }
  free(id);
}

static void what_was_sent_early_is_taken_once(void **state) {
  peer_world *world = *state;
  int sent = 0;
  char id[GUESSED_LEN + 1];
  note_requests_until_there_is_no_room(world);
  assert_int_equal(guess(world, 0), CM_GUESS_SEND);
  snprintf(id, sizeof id, "g%0*d", GUESSED_LEN - 1, 0);
  for (int i = 0; i < 8; i++)
    find(world, id, GUESSED_LEN);
  for (int i = 1; i < 20; i++)
    sent += guess(world, i) == CM_GUESS_SEND;
  assert_int_equal(sent, MAX_EARLY);
  cm_list_store_clear(world->session);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)

int main(void) {
  const struct CMUnitTest tests[] = { TEST(what_was_sent_early_is_taken_once) };
  return cmocka_run_group_tests_name("list_store", tests, NULL, NULL);
}
