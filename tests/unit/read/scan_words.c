/*
** Unit test of near misses: every table, every column of which all words are known, every word. In another case it is an
** error that lists the words, before any request; in an OR with another column too.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "extension.h"
#include "peer.h"
#include "spec/registry.h"

typedef struct world {
  sqlite3 *db;
  peer_clock clock;
} world;

/** The word with its first letter in the other case. */
static void miss(const char *word, char *out, size_t size) {
  snprintf(out, size, "%s", word);
  out[0] = (char)(out[0] ^ 0x20);
}

static void check(world *of, const cm_resource *resource, const cm_column *column,
                  const cm_word *words, const cm_word *word, const char *where) {
  char wrong[64], sql[512], end[128];
  char *error = NULL;
  miss(word->sql, wrong, sizeof wrong);
  snprintf(sql, sizeof sql, where, column->name, wrong);
  char *statement = sqlite3_mprintf("SELECT 1 FROM %s WHERE %s", resource->name, sql);
  int rc = sqlite3_exec(of->db, statement, NULL, NULL, &error);
  if (rc != SQLITE_ERROR || error == NULL) fail_msg("%s: no error, %d", statement, rc);
  snprintf(end, sizeof end, ": write '%s'", word->sql);
  size_t len = strlen(error), end_len = strlen(end);
  if (len < end_len || strcmp(error + len - end_len, end) != 0)
    fail_msg("%s: %s", statement, error);
  for (; words->sql != NULL; words++) {
    snprintf(end, sizeof end, "'%s'", words->sql);
    if (strstr(error, end) == NULL) fail_msg("%s: it lacks %s: %s", statement, end, error);
  }
  sqlite3_free(statement);
  sqlite3_free(error);
}

static void every_word_in_another_case_is_an_error(void **state) {
  world *of = *state;
  int count = 0, columns = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    for (int c = 0; c < resources[i]->column_count; c++) {
      const cm_column *column = &resources[i]->columns[c];
      const cm_word *words = cm_registry_words(resources[i], c);
      columns += words != NULL;
      for (const cm_word *word = words; word != NULL && word->sql != NULL; word++) {
        check(of, resources[i], column, words, word, "%s = '%s'");
        check(of, resources[i], column, words, word, "%s IN ('%s')");
        if (column->flags & CM_PARAM) continue;
        check(of, resources[i], column, words, word, "%s = '%s' OR json = 'x'");
      }
    }
  }
  assert_true(columns > 20);
}

static int count_reads_of_views(void *context, int action, const char *table, const char *column,
                                const char *schema, const char *trigger) {
  (void)column;
  (void)schema;
  (void)trigger;
  if (action == SQLITE_READ && table != NULL && strncmp(table, "sqlite_temp_", 12) == 0)
    ++*(int *)context;
  return SQLITE_OK;
}

/** How often a join of so many rows looks for the texts of TEMP views. No value is an identifier, so nothing is asked. */
static int reads_of_a_join(world *of, int rows) {
  char sql[256], *error = NULL;
  int reads = 0;
  snprintf(sql, sizeof sql,
           "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT "
           "count(c.uuid) FROM n "
           "LEFT JOIN chartmogul_customers c ON c.uuid = 'no identifier ' || n.i",
           rows);
  sqlite3_set_authorizer(of->db, count_reads_of_views, &reads);
  if (sqlite3_exec(of->db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s", error);
  sqlite3_set_authorizer(of->db, NULL, NULL);
  return reads;
}

/* Each row opens a scan of its own; the texts are the same for all of them. */
static void texts_are_read_once_for_a_join(void **state) {
  int reads = reads_of_a_join(*state, 1);
  assert_true(reads > 0);
  assert_int_equal(reads_of_a_join(*state, 200), reads);
}

static int setup(void **state) {
  world *made = calloc(1, sizeof *made);
  char *error = NULL;
  if (made == NULL) return -1;
  unsetenv("CHARTMOGUL_API_KEY");
  unsetenv("CHARTMOGUL_BASE_URL");
  made->clock.now_ms = 1000000;
  cm_clock clock = peer_clock_of(&made->clock);
  if (sqlite3_open(":memory:", &made->db) != SQLITE_OK) return -1;
  int rc = cm_extension_init(made->db, &error, &clock);
  if (rc != SQLITE_OK && rc != SQLITE_OK_LOAD_PERMANENTLY) return -1;
  *state = made;
  return 0;
}

static int teardown(void **state) {
  world *of = *state;
  int rc = sqlite3_close(of->db);
  free(of);
  return rc;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(every_word_in_another_case_is_an_error, setup, teardown),
    cmocka_unit_test_setup_teardown(texts_are_read_once_for_a_join, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
