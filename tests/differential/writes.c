#include "writes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema.h"
#include "statement.h"
#include "text.h"

enum { CUSTOMERS = 2, NAMES = 3, TAGS = 4, KEYS = 3, VALUES = 3, MAX_STATEMENTS = 6 };

/** A transaction in the making. */
typedef struct story {
  sqlite3 *db;
  uint64_t random;
  text account; /* its statements */
  text model;   /* the same on ordinary tables */
} story;

static unsigned pick(story *of, unsigned below) {
  of->random ^= of->random << 13;
  of->random ^= of->random >> 7;
  of->random ^= of->random << 17;
  return (unsigned)((of->random >> 11) % below);
}

/** Where the account is read the transaction's own writes do not show: `was_` is the model at BEGIN. */
static const char prepare[] =
    "SELECT chartmogul_config('delete_limit', 1000000);"
    "CREATE TEMP TABLE who AS SELECT row_number() OVER () AS n, * FROM (SELECT uuid, "
    "data_source_uuid AS"
    " ds, external_id AS ext FROM chartmogul_customers WHERE external_id IS NOT NULL ORDER BY uuid "
    "LIMIT 2);"
    "CREATE TEMP TABLE model_name(n INTEGER PRIMARY KEY, name);"
    "CREATE TEMP TABLE model_tag(n, tag, PRIMARY KEY(n, tag));"
    "CREATE TEMP TABLE model_custom(n, key, value, PRIMARY KEY(n, key));"
    "CREATE TEMP TABLE was_tag(n, tag); CREATE TEMP TABLE was_custom(n, key);"
    "UPDATE chartmogul_customers SET tags = '[]', custom = '{}', name = 'n0' WHERE uuid IN (SELECT "
    "uuid"
    " FROM who);"
    "INSERT INTO model_name SELECT n, 'n0' FROM who;";

static const char snapshot[] =
    "DELETE FROM was_tag; INSERT INTO was_tag SELECT n, tag FROM model_tag;"
    "DELETE FROM was_custom; INSERT INTO was_custom SELECT n, key FROM model_custom;";

static const char of_account[] = "SELECT n, name, (SELECT group_concat(value) FROM (SELECT value "
                                 "FROM json_each(tags) ORDER BY 1)),"
                                 " (SELECT group_concat(key || '=' || value) FROM (SELECT key, "
                                 "value FROM json_each(custom) ORDER BY"
                                 " 1)) FROM who JOIN chartmogul_customers USING (uuid) ORDER BY n";

static const char of_model[] = "SELECT n, name, (SELECT group_concat(tag) FROM (SELECT tag FROM "
                               "model_tag AS t WHERE t.n = m.n ORDER"
                               " BY 1)), (SELECT group_concat(key || '=' || value) FROM (SELECT "
                               "key, value FROM model_custom AS c"
                               " WHERE c.n = m.n ORDER BY 1)) FROM model_name AS m ORDER BY n";

/* ---- parts of statements ---------------------------------------------------------------------- */

#define WHOSE "(SELECT uuid FROM who WHERE n = %u)"

/** Tags as a JSON array, and as inserts into the model. */
static void make_tags(story *of, unsigned n, text *json) {
  const char *comma = "";
  text_add(json, "'[");
  for (unsigned i = 0; i < TAGS; i++) {
    if (pick(of, 2)) continue;
    text_printf(json, "%s\"t%u\"", comma, i);
    text_printf(&of->model, "INSERT OR IGNORE INTO model_tag VALUES (%u, 't%u');\n", n, i);
    comma = ",";
  }
  text_add(json, "]'");
}

static void make_custom(story *of, unsigned n, text *json) {
  const char *comma = "";
  text_add(json, "'{");
  for (unsigned i = 0; i < KEYS; i++) {
    unsigned value = pick(of, VALUES);
    if (pick(of, 2)) continue;
    text_printf(json, "%s\"k%u\":%u", comma, i, value);
    text_printf(&of->model, "INSERT OR REPLACE INTO model_custom VALUES (%u, 'k%u', %u);\n", n, i,
                value);
    comma = ",";
  }
  text_add(json, "}'");
}

static void set_name(story *of, unsigned n) {
  unsigned name = pick(of, NAMES);
  if (pick(of, 2)) {
    text_printf(&of->account, "UPDATE chartmogul_customers SET name = 'n%u' WHERE uuid = " WHOSE,
                name, n);
  } else {
    text_printf(&of->account,
                "UPDATE chartmogul_customers SET name = v FROM (SELECT 'n%u' AS v) AS f WHERE uuid "
                "= " WHOSE,
                name, n);
  }
  text_printf(&of->model, "UPDATE model_name SET name = 'n%u' WHERE n = %u;\n", name, n);
}

static void set_tags(story *of, unsigned n) {
  text json = { 0 };
  text_printf(&of->model, "DELETE FROM model_tag WHERE n = %u;\n", n);
  make_tags(of, n, &json);
  text_printf(&of->account, "UPDATE chartmogul_customers SET tags = %s WHERE uuid = " WHOSE,
              text_str(&json), n);
  text_clear(&json);
}

static void set_custom(story *of, unsigned n) {
  text json = { 0 };
  text_printf(&of->model, "DELETE FROM model_custom WHERE n = %u;\n", n);
  make_custom(of, n, &json);
  text_printf(&of->account, "UPDATE chartmogul_customers SET custom = %s WHERE uuid = " WHOSE,
              text_str(&json), n);
  text_clear(&json);
}

static void replace_customer(story *of, unsigned n) {
  unsigned name = pick(of, NAMES);
  text tags = { 0 }, custom = { 0 };
  make_tags(of, n, &tags);
  make_custom(of, n, &custom);
  text_printf(
      &of->account,
      "INSERT OR REPLACE INTO chartmogul_customers (data_source_uuid, external_id, name, tags, "
      "custom) SELECT ds, ext, 'n%u', %s, %s FROM who WHERE n = %u",
      name, text_str(&tags), text_str(&custom), n);
  text_printf(&of->model, "UPDATE model_name SET name = 'n%u' WHERE n = %u;\n", name, n);
  text_clear(&tags);
  text_clear(&custom);
}

static void write_tag(story *of, unsigned n) {
  unsigned tag = pick(of, TAGS);
  if (pick(of, 2)) {
    text_printf(&of->account,
                "INSERT INTO chartmogul_customer_tags (customer_uuid, tag) VALUES (" WHOSE
                ", 't%u')",
                n, tag);
    text_printf(&of->model, "INSERT OR IGNORE INTO model_tag VALUES (%u, 't%u');\n", n, tag);
  } else {
    text_printf(&of->account,
                "DELETE FROM chartmogul_customer_tags WHERE customer_uuid = " WHOSE
                " AND tag = 't%u'",
                n, tag);
    text_printf(&of->model,
                "DELETE FROM model_tag WHERE (n, tag) = (%u, 't%u') AND (n, tag) IN was_tag;\n", n,
                tag);
  }
}

static void write_attribute(story *of, unsigned n) {
  static const char *const verbs[] = { "INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE" };
  unsigned key = pick(of, KEYS), value = pick(of, VALUES), verb = pick(of, 5);
  if (verb < 3) {
    text_printf(&of->account,
                "%s INTO chartmogul_customer_attributes (customer_uuid, key, value) VALUES (" WHOSE
                ", 'k%u', %u)",
                verbs[verb], n, key, value);
    text_printf(&of->model, "INSERT OR %s INTO model_custom VALUES (%u, 'k%u', %u);\n",
                verb == 2 ? "IGNORE" : "REPLACE", n, key, value);
  } else if (verb == 3) {
    text_printf(&of->account,
                "UPDATE chartmogul_customer_attributes SET value = %u WHERE customer_uuid = " WHOSE
                " AND key = 'k%u'",
                value, n, key);
    text_printf(&of->model,
                "UPDATE model_custom SET value = %u WHERE (n, key) = (%u, 'k%u') AND (n, key) IN "
                "was_custom;\n",
                value, n, key);
  } else {
    text_printf(&of->account,
                "DELETE FROM chartmogul_customer_attributes WHERE customer_uuid = " WHOSE
                " AND key = 'k%u'",
                n, key);
    text_printf(
        &of->model,
        "DELETE FROM model_custom WHERE (n, key) = (%u, 'k%u') AND (n, key) IN was_custom;\n", n,
        key);
  }
}

/* ---- the run -------------------------------------------------------------------------------- */

static void make_story(story *of) {
  static void (*const makers[])(story *,
                                unsigned) = { set_name,  set_tags,        set_custom,
                                              write_tag, write_attribute, replace_customer };
  int statements = 1 + (int)pick(of, MAX_STATEMENTS);
  text_add(&of->account, "BEGIN;\n");
  for (int i = 0; i < statements; i++) {
    makers[pick(of, 6)](of, 1 + pick(of, CUSTOMERS));
    text_add(&of->account, ";\n");
  }
  text_add(&of->account, "COMMIT;\n");
}

static bool check(story *of, int number) {
  outcome done = { 0 }, account = { 0 }, model = { 0 };
  schema_run(of->db, snapshot);
  statement_run(of->db, text_str(&of->account), "", false, &done);
  schema_run(of->db, of->model.len ? text_str(&of->model) : "SELECT 1");
  statement_run(of->db, of_account, "", false, &account);
  statement_run(of->db, of_model, "", false, &model);
  bool is_same = done.error.len == 0 && account.error.len == 0 && account.rows.len > 0 &&
                 strcmp(text_str(&account.rows), text_str(&model.rows)) == 0;
  if (!is_same) {
    printf("FAILED transaction %d\n%s  error: %s%s\n  account:\n%s  model:\n%s", number,
           text_str(&of->account), text_str(&done.error), text_str(&account.error),
           text_str(&account.rows), text_str(&model.rows));
  }
  outcome_clear(&done);
  outcome_clear(&account);
  outcome_clear(&model);
  return is_same;
}

void writes_run(sqlite3 *db, uint64_t seed, int count, int only, int *failed) {
  *failed = 0;
  schema_run(db, prepare);
  for (int i = 0; i < count && *failed == 0;
       i++) { /* the next would begin with what this one left */
    story made = { .db = db,
                   .random = (seed + 1) * 0x9E3779B97F4A7C15ULL + (uint64_t)i * 2654435761U };
    make_story(&made);
    if (only == i) printf("%d: %s", i, text_str(&made.account));
    if (!check(&made, i)) *failed += 1;
    text_clear(&made.account);
    text_clear(&made.model);
  }
}
