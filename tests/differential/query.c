/*
** query.c -- see query.h.
*/
#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* ---- chance --------------------------------------------------------------------------------- */

typedef struct maker {
  sqlite3 *db;
  const schema *schema;
  query *out;
  uint64_t state; /* of splitmix64 */
  int bind_count;
  int alias_count; /* of tables inside subqueries */
} maker;

static int pick(maker *in, int limit) {
  uint64_t mixed = in->state += UINT64_C(0x9e3779b97f4a7c15);
  mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
  return (int)((mixed ^ mixed >> 31) % (uint64_t)limit);
}

static bool chance(maker *in, int percent) {
  return pick(in, 100) < percent;
}

/** One of the first five, which are asked most, or any. */
static const table *pick_table(maker *in) {
  static const char *const often[] = { "customers", "data_sources", "plans", "invoices",
                                       "subscriptions" };
  const table *found = chance(in, 60) ? schema_find(in->schema, often[pick(in, COUNT(often))])
                                      : NULL;
  return found ? found : &in->schema->tables[pick(in, in->schema->table_count)];
}

static const edge *pick_edge(maker *in) {
  return &in->schema->edges[pick(in, in->schema->edge_count)];
}

static const column *pick_column(maker *in, const table *of) {
  bool is_sent = of->sent_count > 0 && chance(in, 50);
  return &of->columns[pick(in, is_sent ? of->sent_count : of->count)];
}

static void put(maker *in, const char *words) {
  text_add(&in->out->sql, words);
}

/* ---- values --------------------------------------------------------------------------------- */

/* What a value becomes before it is compared with: mostly nothing else, else something odd. */
static const char *const changes[] = {
  "upper(v)",
  "lower(v)",
  "''",
  "v || ' '",
  "' ' || v",
  "17",
  "-1",
  "2.5",
  "'1'",
  "'no such'",
  "NULL",
  "v + 0",
  "CAST(v AS TEXT)",
  "CAST(v AS BLOB)",
  "CAST(v AS REAL)",
  "substr(v, 1, 3)",
  "9007199254740993",
  "v || char(0)",
  "hex(zeroblob(1500))",
  "'Past Due'",
  "v || '%'",
  "'é' || v",
  "'É'",
  "char(65377)",
  "char(128512)",
};
static const char *const time_changes[] = {
  "v",
  "substr(v, 1, 10)",
  "substr(v, 1, 7)",
  "substr(v, 1, 16)",
  "datetime(v, '+1 day')",
  "datetime(v, '-1 second')",
  "v || '.000'",
  "NULL",
  "2023",
};
/* For comparisons that tell less apart than bytes do. */
static const char *const vague_changes[] = { "v", "upper(v)", "lower(v)", "v || '  '",
                                             "upper(v) || ' '" };

/** A value of the column as a literal. Free with free(). */
static char *value_of(maker *in, const table *of, const column *which) {
  text sql = { 0 };
  text_printf(&sql,
              "SELECT coalesce((SELECT quote(%s) FROM copy_%s LIMIT 1 OFFSET %d %% max(1,"
              " (SELECT count(*) FROM copy_%s))), 'NULL')",
              which->name, of->name, pick(in, 10000), of->name);
  char *value = schema_ask(in->db, text_str(&sql));
  text_clear(&sql);
  return value;
}

/** `change` with the literal in place of v. */
static void put_change(text *to, const char *change, const char *literal) {
  for (const char *at = change; *at; at++) {
    if (*at == 'v' && (at == change || at[-1] == ' ' || at[-1] == '(')) {
      text_add(to, literal);
    } else {
      text_append(to, at, 1);
    }
  }
}

/** A value as a literal, as an expression, or as a parameter. */
static void put_changed(maker *in, const table *of, const column *which, const char *change) {
  char *literal = value_of(in, of, which);
  text expression = { 0 };
  put_change(&expression, change, literal);
  int form = pick(in, 4);
  if (form == 0) {
    text_printf(&in->out->binds, "%s\n", text_str(&expression));
    text_printf(&in->out->sql, "?%d", ++in->bind_count);
  } else if (form == 1) {
    put(in, text_str(&expression));
  } else {
    text sql = { 0 };
    text_printf(&sql, "SELECT quote(%s)", text_str(&expression));
    char *quoted = schema_ask(in->db, text_str(&sql));
    put(in, quoted);
    free(quoted);
    text_clear(&sql);
  }
  text_clear(&expression);
  free(literal);
}

static void put_value(maker *in, const table *of, const column *which) {
  const char *change = which->kind == TIME ? time_changes[pick(in, COUNT(time_changes))]
                                           : changes[pick(in, COUNT(changes))];
  put_changed(in, of, which, chance(in, 40) ? "v" : change);
}

static void put_values(maker *in, const table *of, const column *which, int count) {
  for (int i = 0; i < count; i++) {
    if (i) put(in, ", ");
    put_value(in, of, which);
  }
}

/* ---- conditions ----------------------------------------------------------------------------- */

static void put_condition(maker *in, const table *of, const char *alias, int depth);

/** As NOCASE or RTRIM compare: what the API would find by the bytes is too little. */
static void put_vague(maker *in, const table *of, const char *alias) {
  const column *which = pick_column(in, of);
  bool is_list = chance(in, 20);
  text_printf(&in->out->sql, "%s.%s %s%s", alias, which->name,
              chance(in, 50) ? "COLLATE NOCASE " : "", is_list ? "IN (" : "= ");
  put_changed(in, of, which, vague_changes[pick(in, COUNT(vague_changes))]);
  if (is_list) {
    put(in, ", ");
    put_changed(in, of, which, vague_changes[pick(in, COUNT(vague_changes))]);
    put(in, ")");
  } else {
    put(in, chance(in, 50) ? " COLLATE NOCASE" : " COLLATE RTRIM");
  }
}

static void put_comparison(maker *in, const table *of, const char *alias) {
  static const char *const operators[] = { "=",  "=", "=",  "=",  "==", "<",
                                           "<=", ">", ">=", "<>", "IS", "IS NOT" };
  const column *which = pick_column(in, of);
  const char *operator= operators[pick(in, COUNT(operators))];
  if (chance(in, 15)) {
    put_value(in, of, which);
    text_printf(&in->out->sql, " %s %s.%s", operator, alias, which->name);
  } else {
    text_printf(&in->out->sql, "%s%s.%s %s ", chance(in, 5) ? "+" : "", alias,
                which->name, operator);
    put_value(in, of, which);
  }
}

static void put_in(maker *in, const table *of, const char *alias) {
  static const int counts[] = { 1, 2, 3, 3, 5, 12, 40 };
  const column *which = pick_column(in, of);
  text_printf(&in->out->sql, "%s.%s %sIN (", alias, which->name, chance(in, 15) ? "NOT " : "");
  put_values(in, of, which, counts[pick(in, COUNT(counts))]);
  put(in, ")");
}

/** A subquery over a table that the one at hand can be joined with, or over the local words. */
static void put_subquery(maker *in, const table *of, const char *alias, int depth) {
  const edge *by = pick_edge(in);
  bool is_left = of == by->left;
  bool is_right = of == by->right;
  if (!is_left && !is_right) {
    const column *which = pick_column(in, of);
    text_printf(&in->out->sql, "%s.%s IN (SELECT %s FROM words)", alias, which->name,
                chance(in, 50) ? "word" : "number");
    return;
  }
  const table *other = is_left ? by->right : by->left;
  const char *own = is_left ? by->left_column : by->right_column;
  const char *theirs = is_left ? by->right_column : by->left_column;
  char name[16];
  snprintf(name, sizeof name, "s%d", ++in->alias_count);
  if (chance(in, 50)) {
    text_printf(&in->out->sql, "%s.%s %sIN (SELECT %s.%s FROM {%s} %s WHERE ", alias, own,
                chance(in, 15) ? "NOT " : "", name, theirs, other->name, name);
    put_condition(in, other, name, depth + 1);
    put(in, ")");
  } else {
    text_printf(&in->out->sql, "%sEXISTS (SELECT 1 FROM {%s} %s WHERE %s.%s = %s.%s AND ",
                chance(in, 30) ? "NOT " : "", other->name, name, name, theirs, alias, own);
    put_condition(in, other, name, depth + 1);
    put(in, ")");
  }
}

/** Two columns at once; SQLite offers a table each by itself. */
static void put_row_value(maker *in, const table *of, const char *alias, int depth) {
  const char *first = pick_column(in, of)->name, *second = pick_column(in, of)->name;
  char name[16];
  snprintf(name, sizeof name, "s%d", ++in->alias_count);
  text_printf(&in->out->sql, "(%s.%s, %s.%s) IN (SELECT %s.%s, %s.%s FROM {%s} %s", alias, first,
              alias, second, name, first, name, second, of->name, name);
  if (chance(in, 50)) {
    put(in, " WHERE ");
    put_condition(in, of, name, depth + 1);
  }
  put(in, ")");
}

static void put_odd(maker *in, const table *of, const char *alias) {
  text *sql = &in->out->sql;
  const column *which = pick_column(in, of);
  const column *other = pick_column(in, of);
  switch (pick(in, 8)) {
  case 0:
    text_printf(sql, "%s.%s IS %sNULL", alias, which->name, chance(in, 50) ? "NOT " : "");
    break;
  case 1: text_printf(sql, "%s.%s < %s.%s", alias, which->name, alias, other->name); break;
  case 2: text_printf(sql, "%s.%s = %s.%s", alias, which->name, alias, other->name); break;
  case 3: text_printf(sql, "length(%s.%s) > %d", alias, which->name, pick(in, 20)); break;
  case 4:
    text_printf(sql, "lower(%s.%s) = ", alias, which->name);
    put_value(in, of, which);
    break;
  case 5:
    text_printf(sql, "%s.%s BETWEEN ", alias, which->name);
    put_value(in, of, which);
    put(in, " AND ");
    put_value(in, of, which);
    break;
  case 6:
    text_printf(sql, "%s.%s %s substr(", alias, which->name, chance(in, 50) ? "LIKE" : "GLOB");
    put_value(in, of, which);
    text_printf(sql, ", 1, %d) || '%s'", 2 + pick(in, 8), chance(in, 50) ? "%" : "*");
    break;
  default: text_printf(sql, "%s.%s LIKE 'c%%'", alias, which->name);
  }
}

static void put_leaf(maker *in, const table *of, const char *alias, int depth) {
  int form = pick(in, 10);
  if (form < 4) {
    put_comparison(in, of, alias);
  } else if (form < 5) {
    put_vague(in, of, alias);
  } else if (form < 7) {
    put_in(in, of, alias);
  } else if (form < 8 && depth < 2) {
    (chance(in, 40) ? put_row_value : put_subquery)(in, of, alias, depth);
  } else {
    put_odd(in, of, alias);
  }
}

/** A condition on the rows of `alias`, no deeper than three levels. */
static void put_condition(maker *in, const table *of, const char *alias, int depth) {
  int form = depth >= 3 ? 0 : pick(in, 10);
  if (form < 4) {
    put_leaf(in, of, alias, depth);
    return;
  }
  put(in, form == 9 ? "NOT (" : "(");
  put_condition(in, of, alias, depth + 1);
  put(in, form < 7 ? " AND " : " OR ");
  put_condition(in, of, alias, depth + 1);
  put(in, ")");
}

/* ---- statements ----------------------------------------------------------------------------- */

static void put_columns(maker *in, const table *of, const char *alias) {
  text_printf(&in->out->sql, "quote(%s.%s)", alias, of->columns[0].name);
  for (int i = pick(in, 5); i > 0; i--)
    text_printf(&in->out->sql, ", quote(%s.%s)", alias, of->columns[pick(in, of->count)].name);
}

/** LIMIT is written last, and not into `sql`: query_text does it. */
static void take_limit(maker *in) {
  static const int limits[] = { 0, 1, 2, 3, 4, 5, 10, 20, 40, 199, 1000, -1 };
  in->out->limit = limits[pick(in, COUNT(limits))];
  in->out->offset = chance(in, 30) ? pick(in, 60) : 0;
}

/** ORDER BY some column, and by the keys, so that every row has its place. */
static void put_order(maker *in, const table *of, const char *alias) {
  const column *which = pick_column(in, of);
  text_printf(&in->out->sql, " ORDER BY %s.%s%s, %s.%s", alias, which->name,
              chance(in, 50) ? " DESC" : "", alias, of->columns[0].name);
  in->out->is_ordered = of->has_key;
}

/** A LIMIT behind a term that SQLite does not show to a table. */
static void make_limited(maker *in) {
  static const char *const operators[] = { "<", ">", "<=", ">=" };
  const table *of = pick_table(in);
  put(in, "SELECT ");
  put_columns(in, of, "a");
  text_printf(&in->out->sql, " FROM {%s} a WHERE a.%s %s a.%s", of->name, pick_column(in, of)->name,
              operators[pick(in, COUNT(operators))], pick_column(in, of)->name);
  take_limit(in);
}

static void make_plain(maker *in) {
  const table *of = pick_table(in);
  put(in, "SELECT ");
  put_columns(in, of, "a");
  text_printf(&in->out->sql, " FROM {%s} a", of->name);
  if (chance(in, 85)) {
    put(in, " WHERE ");
    put_condition(in, of, "a", 0);
  }
  if (chance(in, 30)) put_order(in, of, "a");
  if (chance(in, 40)) take_limit(in);
}

static void put_edge(maker *in, const edge *by, const char *left, const char *right) {
  text_printf(&in->out->sql, "%s.%s = %s.%s", left, by->left_column, right, by->right_column);
}

enum { SQLITE_3_39 = 3039000 }; /* has RIGHT and FULL JOIN */

static void make_join(maker *in) {
  static const char *const joins[] = { "JOIN",      "JOIN",       "JOIN",       "LEFT JOIN",
                                       "LEFT JOIN", "CROSS JOIN", "RIGHT JOIN", "FULL JOIN" };
  enum { SINCE_3_39 = 2 }; /* the last two of them */
  int known = COUNT(joins) - (sqlite3_libversion_number() < SQLITE_3_39 ? SINCE_3_39 : 0);
  const edge *by = pick_edge(in);
  bool is_turned = chance(in, 40);
  const table *left = by->left, *right = by->right;
  const table *first = is_turned ? right : left;
  const char *left_alias = is_turned ? "b" : "a", *right_alias = is_turned ? "a" : "b";
  put(in, "SELECT ");
  put_columns(in, left, left_alias);
  put(in, ", ");
  put_columns(in, right, right_alias);
  text_printf(&in->out->sql, " FROM {%s} a %s {%s} b ON ", first->name, joins[pick(in, known)],
              is_turned ? left->name : right->name);
  put_edge(in, by, left_alias, right_alias);
  if (chance(in, 30)) {
    put(in, " AND ");
    put_condition(in, right, right_alias, 2);
  }
  put(in, " WHERE ");
  put_condition(in, left, left_alias, 1);
  if (chance(in, 40)) {
    put(in, " AND ");
    put_condition(in, right, right_alias, 2);
  }
}

/** Three tables in a row, each joined with the one before. */
static void make_chain(maker *in) {
  static const char *const chains[][3] = {
    { "{customers} a JOIN {subscriptions} b ON b.customer_uuid = a.uuid JOIN {plans} c ON c.uuid = "
      "b.plan_uuid",
      "a", "b" },
    { "{plans} c, {customers} a, {subscriptions} b WHERE b.customer_uuid = a.uuid AND c.name = "
      "b.plan",
      "a", "b" },
    { "{data_sources} c JOIN {customers} a ON a.data_source_uuid = c.uuid LEFT JOIN {invoices} b "
      "ON "
      "b.customer_uuid = a.uuid",
      "a", "c" },
    { "{invoices} b JOIN {customers} a ON a.uuid = b.customer_uuid JOIN {data_sources} c ON c.uuid "
      "= "
      "a.data_source_uuid",
      "b", "c" },
    { "words c JOIN {customers} a ON a.external_id = c.number LEFT JOIN {subscriptions} b ON "
      "b.customer_uuid = a.uuid",
      "a", "b" },
  };
  int chosen = pick(in, COUNT(chains));
  const char *from = chains[chosen][0];
  text_printf(&in->out->sql, "SELECT quote(%s.uuid), quote(%s.uuid), quote(%s) FROM %s %s ",
              chains[chosen][1], chains[chosen][2], chosen == 4 ? "c.word" : "c.uuid", from,
              strstr(from, "WHERE") ? "AND" : "WHERE");
  put_condition(
      in, chosen == 3 ? schema_find(in->schema, "invoices") : schema_find(in->schema, "customers"),
      chosen == 3 ? "b" : "a", 1);
}

/** Local values that look up rows, some of them numbers. */
static void make_words(maker *in) {
  const table *of = pick_table(in);
  const column *which = pick_column(in, of);
  put(in, "SELECT quote(w.word), ");
  put_columns(in, of, "a");
  text_printf(&in->out->sql, " FROM words w %sJOIN {%s} a ON a.%s = w.%s WHERE ",
              chance(in, 40) ? "LEFT " : "", of->name, which->name,
              chance(in, 70) ? "word" : "number");
  put_condition(in, of, "a", 2);
}

/** Rows of the right side that nothing fits are read in a run of their own, for which the condition is computed once more. */
static void make_right(maker *in) {
  const table *of = pick_table(in);
  if (sqlite3_libversion_number() < SQLITE_3_39) {
    make_words(in);
    return;
  }
  put(in, "SELECT ");
  put_columns(in, of, "a");
  text_printf(&in->out->sql, " FROM words w RIGHT JOIN {%s} a ON a.%s = w.word WHERE ", of->name,
              pick_column(in, of)->name);
  put_row_value(in, of, "a", 2);
}

static void make_compound(maker *in) {
  static const char *const words[] = { " UNION ALL ", " UNION ", " EXCEPT ", " INTERSECT " };
  const table *of = pick_table(in);
  for (int i = 0; i < 2; i++) {
    if (i) put(in, words[pick(in, COUNT(words))]);
    text_printf(&in->out->sql, "SELECT quote(a.%s) FROM {%s} a WHERE ", of->columns[0].name,
                of->name);
    put_condition(in, of, "a", 1);
  }
  if (chance(in, 50)) take_limit(in);
}

static void make_groups(maker *in) {
  const table *of = pick_table(in);
  const column *which = pick_column(in, of);
  text_printf(&in->out->sql,
              "SELECT quote(a.%s), count(*), min(a.%s), count(DISTINCT a.%s) FROM {%s} a WHERE ",
              which->name, of->columns[0].name, of->columns[pick(in, of->count)].name, of->name);
  put_condition(in, of, "a", 1);
  text_printf(&in->out->sql, " GROUP BY a.%s HAVING count(*) > %d ORDER BY a.%s", which->name,
              pick(in, 3), which->name);
}

/** Scalar subqueries, a CTE and a subquery in FROM. */
static void make_nested(maker *in) {
  text *sql = &in->out->sql;
  switch (pick(in, 3)) {
  case 0:
    put(in, "SELECT quote(a.uuid), (SELECT count(*) FROM {subscriptions} s WHERE s.customer_uuid = "
            "a.uuid), (SELECT max(i.date) FROM {invoices} i WHERE i.customer_uuid = a.uuid) FROM "
            "{customers} a WHERE ");
    break;
  case 1:
    text_printf(sql,
                "WITH c AS %s (SELECT uuid, country, mrr FROM {customers}) SELECT quote(a.uuid), "
                "quote(c.country) FROM c JOIN {customers} a ON a.country = c.country AND a.mrr > "
                "c.mrr WHERE ",
                chance(in, 50) ? "MATERIALIZED" : "NOT MATERIALIZED");
    break;
  default:
    text_printf(sql,
                "SELECT quote(a.uuid), x.n FROM (SELECT customer_uuid, count(*) AS n FROM "
                "{subscriptions} GROUP BY 1 LIMIT %d) x %s {customers} a ON a.uuid = "
                "x.customer_uuid WHERE ",
                1000, chance(in, 50) ? "JOIN" : "LEFT JOIN");
  }
  put_condition(in, schema_find(in->schema, "customers"), "a", 1);
}

void query_make(sqlite3 *db, const schema *from, uint64_t seed, uint64_t number, query *out) {
  static void (*const makers[])(maker * in) = {
    make_plain, make_plain, make_plain,    make_plain,  make_limited, make_join,   make_join,
    make_join,  make_chain, make_compound, make_groups, make_words,   make_nested, make_right,
  };
  *out = (query){ .limit = -1 };
  maker in = { .db = db, .schema = from, .out = out, .state = seed * UINT64_C(1000003) + number };
  makers[pick(&in, COUNT(makers))](&in);
}

void query_clear(query *done) {
  text_clear(&done->sql);
  text_clear(&done->binds);
}

/** Length of the name in "{name}", 0 where the text is none. */
static size_t name_len(const char *at) {
  if (*at != '{') return 0;
  size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
  return at[len + 1] == '}' ? len : 0;
}

char *query_text(const query *of, const char *prefix, bool has_limit) {
  text out = { 0 };
  for (const char *at = text_str(&of->sql); *at; at++) {
    size_t len = name_len(at);
    if (len) {
      text_printf(&out, "%s%.*s", prefix, (int)len, at + 1);
      at += len + 1;
    } else {
      text_append(&out, at, 1);
    }
  }
  if (has_limit && (of->limit >= 0 || of->offset)) text_printf(&out, " LIMIT %d", of->limit);
  if (has_limit && of->offset) text_printf(&out, " OFFSET %d", of->offset);
  return text_take(&out);
}
