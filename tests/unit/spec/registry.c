/*
** registry.c -- the descriptors are sound, and the check finds every kind of unsound one.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "registry_rules.h"
#include "spec/registry.h"

/* ---- a small sound resource to spoil ------------------------------------------------------- */

/** chartmogul_things, below chartmogul_parents. Everything can be changed, and is made anew each time. */
enum { EXAMPLES = 3 };

typedef struct bench {
  cm_column columns[10];
  cm_word words[3];
  cm_filter filters[5];
  cm_filter tags_filter[2]; /* takes tags, as no list does */
  cm_read reads[2];
  cm_companion companion;
  cm_growth growth; /* none, unless a rule says so */
  cm_shown_row shown[2];
  cm_column_extras column_extras;
  cm_filter_extras filter_extras;
  cm_read_extras read_extras;
  cm_split splits[2]; /* none, unless a rule says so */
  cm_write_extras write_extras;
  cm_key_extras key_extras;
  cm_resource_extras extras;
  cm_write writes[6];
  cm_natural_key natural_key;
  cm_reference references[2];
  cm_need needs[2];
  cm_resource things;
  cm_column parent_columns[3];
  cm_read parent_reads[1];
  cm_write parent_writes[1];
  cm_natural_key parent_key;
  cm_resource parents;
  const cm_resource *list[2];
  cm_example examples[EXAMPLES + 1], parent_examples[EXAMPLES + 1];
} bench;

enum { KEY, PARENT, COLOUR, SIZE, TAGS, PARENT_EXTERNAL, LEVEL, DEEP, ROW };
enum { GET_ONE, LIST };
enum { CREATE, CHANGE, ADD_TAGS, REMOVE_TAGS, LIFT, DROP };

static void make_columns(bench *b) {
  static const cm_column columns[] = {
    [KEY] = { .name = "uuid", .flags = CM_KEY, .doc = "Key." },
    [PARENT] = { .name = "parent_uuid", .flags = CM_INSERT | CM_REQUIRED, .doc = "Parent." },
    [COLOUR] = { .name = "colour", .flags = CM_INSERT | CM_UPDATE, .doc = "Colour." },
    [SIZE] = { .name = "size",
               .type = CM_INTEGER,
               .flags = CM_INSERT | CM_UPDATE | CM_NO_NULL,
               .doc = "Size." },
    [TAGS] = { .name = "tags", .type = CM_JSON, .flags = CM_INSERT | CM_UPDATE, .doc = "Tags." },
    [PARENT_EXTERNAL] = { .name = "parent_external_id",
                          .flags = CM_INSERT,
                          .body = "",
                          .doc = "Parent by external id." },
    [LEVEL] = { .name = "level", .flags = CM_HIDDEN | CM_PARAM, .doc = "Level to read." },
    [DEEP] = { .name = "deep",
               .type = CM_ANY,
               .flags = CM_HIDDEN | CM_COMPANION | CM_UPDATE,
               .path = "deep.down[-1]",
               .doc = "From the companion." },
    [ROW] = { .name = "json",
              .type = CM_JSON,
              .flags = CM_HIDDEN,
              .path = "@row",
              .doc = "The row." },
  };
  memcpy(b->columns, columns, sizeof columns);
}

static void make_reads(bench *b) {
  static const cm_word words[] = { { "High", "high" }, { "Low", "low" }, { NULL, NULL } };
  memcpy(b->words, words, sizeof words);
  b->filters[0] = (cm_filter){ .column = "colour", .param = "colour" };
  b->filters[1] = (cm_filter){ .column = "size", .op = CM_GE, .param = "size_from" };
  b->filters[2] = (cm_filter){ .column = "level", .param = "level", .words = b->words };
  b->filters[0].extras = b->filters[2].extras = &b->filter_extras;
  b->splits[0] = (cm_split){ .param = "colour", .table = "chartmogul_parents" };
  b->tags_filter[0] = (cm_filter){ .column = "tags", .param = "tags" };
  b->reads[GET_ONE] = (cm_read){ .path = "/things/{uuid}", .paging = CM_SINGLE, .is_listed = true };
  b->reads[LIST] = (cm_read){ .path = "/parents/{parent_uuid}/things",
                              .paging = CM_CURSOR,
                              .rows = "things",
                              .filters = b->filters,
                              .query = "shape=round",
                              .parent = "chartmogul_parents",
                              .extras = &b->read_extras };
  b->companion = (cm_companion){
    .path = "/deep/{parent_uuid}", .paging = CM_CURSOR, .rows = "deep", .match = "uuid"
  };
}

static void make_growth(bench *b) {
  static const cm_word sums[] = { { NULL, NULL } };
  b->shown[0] = (cm_shown_row){ .table = "chartmogul_parents",
                                .by = "parent_uuid",
                                .key = "uuid",
                                .name = "colour",
                                .names = "uuid",
                                .changes = "uuid" };
  b->growth = (cm_growth){ .by = "size",
                           .oldest = "order=size",
                           .amount = "size",
                           .kind = "colour",
                           .unit = "colour",
                           .checked = "chartmogul_sums",
                           .sums = sums,
                           .shown = b->shown };
}

static void make_writes(bench *b) {
  b->write_extras = (cm_write_extras){ .batch = 100 };
  b->writes[CREATE] = (cm_write){ .verb = CM_VERB_INSERT,
                                  .method = "POST",
                                  .path = "/parents/{parent_uuid}/things",
                                  .body = "things[]",
                                  .answer = "things[0]",
                                  .extras = &b->write_extras };
  b->writes[CHANGE] = (cm_write){ .verb = CM_VERB_UPDATE,
                                  .method = "PATCH",
                                  .path = "/things/{uuid}" };
  b->writes[ADD_TAGS] = (cm_write){ .verb = CM_VERB_UPDATE,
                                    .method = "POST",
                                    .path = "/things/{uuid}/tags",
                                    .columns = "tags:tags",
                                    .flags = CM_ADDED };
  b->writes[REMOVE_TAGS] = (cm_write){ .verb = CM_VERB_UPDATE,
                                       .method = "DELETE",
                                       .path = "/things/{uuid}/tags",
                                       .columns = "tags:tags",
                                       .flags = CM_REMOVED };
  b->writes[LIFT] = (cm_write){ .verb = CM_VERB_UPDATE,
                                .method = "PUT",
                                .path = "/things/{parent_uuid}/deep",
                                .columns = "deep",
                                .flags = CM_ALONE };
  b->writes[DROP] = (cm_write){
    .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/things/{uuid}", .columns = ""
  };
  b->key_extras.frozen = "tags";
  b->natural_key = (cm_natural_key){ .columns = { "parent_uuid", "colour" },
                                     .path = "/parents/{parent_uuid}/things",
                                     .params = { "parent", "colour" },
                                     .rows = "things",
                                     .extras = &b->key_extras,
                                     .exists = "colour" };
  b->references[0] = (cm_reference){ .column = "parent_uuid",
                                     .resource = "chartmogul_parents",
                                     .external_id = "parent_external_id",
                                     .data_source = "colour" };
  b->needs[0] = (cm_need){ .column = "parent_uuid",
                           .path = "/parents/{uuid}",
                           .key = "uuid",
                           .member = "uuid",
                           .hint = "give it" };
}

static void make_parents(bench *b) {
  b->parent_columns[0] = (cm_column){ .name = "uuid", .flags = CM_KEY, .doc = "Key." };
  b->parent_columns[1] = (cm_column){ .name = "name", .flags = CM_INSERT, .doc = "Name." };
  b->parent_columns[2] = b->columns[ROW];
  b->parent_reads[0] = (cm_read){ .path = "/parents", .paging = CM_WHOLE, .rows = "parents" };
  b->parent_writes[0] = (cm_write){ .verb = CM_VERB_INSERT, .method = "POST", .path = "/parents" };
  b->parent_key = (cm_natural_key){ .columns = { "name" },
                                    .path = "/parents",
                                    .params = { "name" },
                                    .rows = "parents",
                                    .exists = "name" };
  b->parents = (cm_resource){ .name = "chartmogul_parents",
                              .doc = "A parent.",
                              CM_COLUMNS(b->parent_columns),
                              CM_READS(b->parent_reads),
                              CM_WRITES(b->parent_writes),
                              .natural_key = &b->parent_key,
                              .example = "SELECT * FROM chartmogul_parents",
                              .examples = b->parent_examples };
}

static void make_examples(bench *b) {
  for (int i = 0; i < EXAMPLES; i++) {
    b->parent_examples[i] = (cm_example){ "Who?", "SELECT * FROM chartmogul_parents" };
    b->examples[i] = (cm_example){ "What?", "SELECT * FROM chartmogul_things" };
  }
}

static void make_bench(bench *b) {
  memset(b, 0, sizeof *b);
  make_columns(b);
  make_reads(b);
  make_writes(b);
  make_growth(b);
  make_parents(b);
  make_examples(b);
  b->extras.delete_counts = "/parts?thing={uuid}";
  b->things = (cm_resource){ .name = "chartmogul_things",
                             .doc = "A thing.",
                             .columns = b->columns,
                             .column_count = ROW + 1,
                             CM_READS(b->reads),
                             .companion = &b->companion,
                             CM_WRITES(b->writes),
                             .natural_key = &b->natural_key,
                             .references = b->references,
                             .needs = b->needs,
                             .extras = &b->extras,
                             .example = "SELECT * FROM chartmogul_things",
                             .examples = b->examples };
  b->list[0] = &b->parents;
  b->list[1] = &b->things;
}

/* ---- the rules ----------------------------------------------------------------------------- */

#define SPOIL(name, change, report)                                                                \
  static void spoil_##name(bench *b) {                                                             \
    change;                                                                                        \
  }
RULES(SPOIL)

typedef struct rule {
  const char *name;
  void (*spoil)(bench *);
  const char *report;
} rule;

#define ENTRY(name, change, report) { #name, spoil_##name, report },
static const rule rules[] = { RULES(ENTRY) };

static void a_sound_resource_passes(void **state) {
  bench b;
  cm_err err = { 0 };
  (void)state;
  make_bench(&b);
  int rc = cm_registry_check(b.list, 2, &err);
  assert_string_equal(err.text, "");
  assert_int_equal(rc, SQLITE_OK);
}

static void every_broken_rule_is_named(void **state) {
  (void)state;
  for (size_t i = 0; i < cm_countof(rules); i++) {
    bench b;
    cm_err err = { 0 };
    make_bench(&b);
    rules[i].spoil(&b);
    int rc = cm_registry_check(b.list, 2, &err);
    if (strcmp(err.text, rules[i].report) != 0) {
      fail_msg("%s: reported \"%s\", expected \"%s\"", rules[i].name, err.text, rules[i].report);
    }
    assert_int_equal(rc, SQLITE_ERROR);
  }
}

/* ---- names against SQLite itself ----------------------------------------------------------- */

static bool sqlite_takes(sqlite3 *db, const char *name) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("SELECT %s FROM (SELECT 1 AS \"%w\") AS t WHERE t.%s = 1", name, name,
                              name);
  assert_non_null(sql);
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  sql = sqlite3_mprintf("CREATE TABLE t(a, %s)", name);
  assert_non_null(sql);
  int create_rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return rc == SQLITE_OK && create_rc == SQLITE_OK;
}

static void names_need_quotes_where_sqlite_says_so(void **state) {
  sqlite3 *db = NULL;
  (void)state;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  assert_true(sqlite3_keyword_count() > 100);
  for (int i = 0; i < sqlite3_keyword_count(); i++) {
    const char *keyword = NULL;
    int len = 0;
    char name[64];
    bench b;
    cm_err err = { 0 };
    assert_int_equal(sqlite3_keyword_name(i, &keyword, &len), SQLITE_OK);
    sqlite3_snprintf(sizeof name, name, "%.*s", len, keyword);
    for (char *at = name; *at != 0; at++)
      *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    make_bench(&b);
    b.columns[SIZE].name = name;
    b.filters[1].column = name;
    bool is_taken = cm_registry_check(b.list, 2, &err) == SQLITE_OK;
    if (is_taken != sqlite_takes(db, name)) fail_msg("%s: %s", name, err.text);
  }
  sqlite3_close(db);
}

/* ---- the real registry --------------------------------------------------------------------- */

static void the_registry_is_sound(void **state) {
  cm_err err = { 0 };
  (void)state;
  int rc = cm_registry_validate(&err);
  assert_string_equal(err.text, "");
  assert_int_equal(rc, SQLITE_OK);
}

/** Hand out the resources. NULL at the end. */
static const cm_resource *resource_at(int index) {
  int count = 0;
  const cm_resource *const *list = cm_registry_list(&count);
  return index < count ? list[index] : NULL;
}

static char *schema_of(const cm_resource *resource) {
  cm_buf schema;
  cm_buf_init(&schema, CM_MAX_URL_BYTES);
  assert_int_equal(cm_registry_schema(resource, &schema), SQLITE_OK);
  char *text = cm_buf_take(&schema);
  assert_non_null(text);
  return text;
}

/** SQLite makes a plain table of every schema, and the example finds its columns in it. */
static void schemas_and_examples_fit_sqlite(void **state) {
  sqlite3 *db = NULL;
  const cm_resource *resource = NULL;
  (void)state;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  for (int i = 0; (resource = resource_at(i)) != NULL; i++) {
    char *schema = schema_of(resource);
    if (sqlite3_exec(db, schema, NULL, NULL, NULL)) fail_msg("%s: %s", schema, sqlite3_errmsg(db));
    sqlite3_free(schema);
  }
  for (int i = 0; (resource = resource_at(i)) != NULL; i++) {
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, resource->example, -1, &stmt, NULL);
    if (rc != SQLITE_OK) fail_msg("%s: %s", resource->example, sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
  }
  sqlite3_close(db);
}

static void a_schema_hides_types_and_keys(void **state) {
  bench b;
  (void)state;
  make_bench(&b);
  char *schema = schema_of(&b.things);
  assert_string_equal(schema, "CREATE TABLE chartmogul_things(uuid TEXT PRIMARY KEY, "
                              "parent_uuid TEXT, colour TEXT, size INTEGER, tags TEXT, "
                              "parent_external_id TEXT, level TEXT HIDDEN, deep HIDDEN, "
                              "json TEXT HIDDEN, _rowid_ TEXT HIDDEN) WITHOUT ROWID");
  sqlite3_free(schema);
  b.columns[KEY].flags = 0;
  b.things.column_count = 1;
  schema = schema_of(&b.things);
  assert_string_equal(schema, "CREATE TABLE chartmogul_things(uuid TEXT)");
  sqlite3_free(schema);
}

static void things_are_found_by_name(void **state) {
  (void)state;
  const cm_resource *customers = cm_registry_find("chartmogul_customers");
  assert_non_null(customers);
  assert_string_equal(customers->name, "chartmogul_customers");
  assert_null(cm_registry_find("customers"));
  int email = cm_registry_find_column(customers, "email = ?", 5);
  assert_true(email >= 0);
  assert_string_equal(customers->columns[email].name, "email");
  assert_int_equal(cm_registry_find_column(customers, "emai", 4), -1);
  assert_int_equal(cm_registry_find_column(customers, "emails", 6), -1);
  assert_string_equal(customers->columns[cm_registry_key(customers)].name, "uuid");
  assert_true(cm_registry_can(customers, CM_VERB_INSERT));
  assert_true(cm_registry_can(customers, CM_VERB_DELETE));
  assert_false(cm_registry_can(cm_registry_find("chartmogul_data_sources"), CM_VERB_UPDATE));
}

/** "chartmogul_plans" of a column plan_external_id that can be written; NULL: it is another column, or names no table. */
static const cm_resource *table_named_by(const cm_column *column) {
  const char *end = strstr(column->name, "_external_id");
  bool is_given = column->flags & (CM_INSERT | CM_UPDATE);
  char name[80];
  if (end == NULL || end[strlen("_external_id")] != 0 || !is_given) return NULL;
  sqlite3_snprintf(sizeof name, name, "chartmogul_%.*ss", (int)(end - column->name), column->name);
  const cm_resource *other = cm_registry_find(name);
  return other != NULL && other->natural_key != NULL ? other : NULL;
}

/** A row that a write names by external id waits for that row: the descriptor says by which of the two ways. */
static void what_a_write_names_goes_first(void **state) {
  int count = 0;
  (void)state;
  const cm_resource *resource = NULL;
  for (int i = 0; (resource = resource_at(i)) != NULL; i++) {
    for (int c = 0; c < resource->column_count; c++) {
      const cm_resource *other = table_named_by(&resource->columns[c]);
      if (other == NULL) continue;
      const char *after = CM_EXTRA(resource, after);
      bool is_known = after != NULL && cm_text_has_word(after, other->name);
      const cm_reference *reference = resource->references;
      for (; reference != NULL && reference->column != NULL; reference++)
        is_known = is_known || (strcmp(reference->external_id, resource->columns[c].name) == 0 &&
                                strcmp(reference->resource, other->name) == 0);
      if (!is_known) fail_msg("%s.%s", resource->name, resource->columns[c].name);
      count++;
    }
  }
  assert_true(count >= 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_sound_resource_passes),
    cmocka_unit_test(every_broken_rule_is_named),
    cmocka_unit_test(names_need_quotes_where_sqlite_says_so),
    cmocka_unit_test(the_registry_is_sound),
    cmocka_unit_test(schemas_and_examples_fit_sqlite),
    cmocka_unit_test(a_schema_hides_types_and_keys),
    cmocka_unit_test(things_are_found_by_name),
    cmocka_unit_test(what_a_write_names_goes_first),
  };
  return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
