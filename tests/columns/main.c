/*
** main.c -- every table × every column × every way to its rows: what a column shows depends neither on the columns
** that are read beside it nor on the request that found its row.
**
**   columns --sandbox PROGRAM [--only TEXT] [-v]
**
** The account is account.sql. A table is read whole, with each word of each of its parameters, and with the clauses that
** account.sql has for it: all columns at once, each column alone and beside the key, beside each column that another
** list or request fills, and none (count(*)). Then its rows are looked for by each of its filters and paths, as the
** descriptor has them, with =, IN and in a join: the same rows must come, with the same values, and each column alone
** must show them too. What the API itself shows in one answer and not in another is the table `differences`.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "grid.h"
#include "spec/registry.h"

enum { MAX_WAY = 8, MAX_ROWS = 1000, VALUES_TRIED = 3 };

/** A column that answers of the API have, or have otherwise, only where the row was found in some ways. */
typedef struct difference {
  const char *table, *column;
  const char *way; /* the column by which the row is looked for; "*": any; WITHOUT_CLAUSE */
  const char *why;
  bool is_seen;
} difference;

#define WITHOUT_CLAUSE "its key, without the clause that shows it"

static difference differences[] = {
  { "chartmogul_invoices", "line_items", "uuid", "balance_transfer is in the list alone", false },
  { "chartmogul_line_items", "balance_transfer", "uuid", "it is in the list alone", false },
  { "chartmogul_line_items", "balance_transfer", "external_id", "it is in the list alone", false },
  { "chartmogul_line_items", "balance_transfer", "invoice_uuid", "it is in the list alone", false },
  { "chartmogul_line_items", "balance_transfer", WITHOUT_CLAUSE, "it is in the list alone", false },
  { "*", "edit_history_summary", WITHOUT_CLAUSE, "it comes with include_edit_histories", false },
  { "chartmogul_invoices", "transactions", WITHOUT_CLAUSE, "disabled ones come with with_disabled",
    false },
  { "chartmogul_invoices", "line_items", WITHOUT_CLAUSE, "disabled ones come with with_disabled",
    false },
  { "*", "json", "*", "it is the answer as it came", false },
};

static struct {
  sqlite3 *db;
  const char *only;
  bool is_verbose;
  int passed, failed;
} run;

/* ---- comparing --------------------------------------------------------------------------------- */

static void complain(const char *sql, const char *why) {
  run.failed++;
  printf("FAILED %s\n%s\n", sql, why);
}

/** The statement shows these columns of the rows that are kept. */
static void check(const char *sql, const grid *all, const int *columns, int count,
                  const bool *keeps) {
  grid shown;
  text why = { 0 };
  if (run.is_verbose) printf("%s\n", sql);
  bool is_read = grid_read(run.db, sql, &shown, &why);
  char *expected = grid_lines(all, columns, count, keeps);
  char *lines = grid_lines(&shown, NULL, 0, NULL);
  bool is_same = is_read && strcmp(expected, lines) == 0;
  if (is_read && !is_same) text_add_diff(&why, expected, lines);
  if (is_same) {
    run.passed++;
  } else {
    complain(sql, text_str(&why));
  }
  free(expected);
  free(lines);
  text_clear(&why);
  grid_clear(&shown);
}

/** Can the column be shown? A parameter that is not given is an error, unless it has a value all the same. */
static bool is_shown(const cm_resource *resource, const char *from, int column) {
  const cm_column *of = &resource->columns[column];
  const cm_read *read = &resource->reads[resource->read_count - 1];
  char given[100];
  if (!(of->flags & CM_PARAM)) return true;
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (strcmp(filter->column, of->name) == 0 && CM_EXTRA(filter, fallback) != NULL) return true;
  }
  snprintf(given, sizeof given, "%s = ", of->name);
  const char *at = strstr(from, given);
  return at != NULL && strchr(" .", at[-1]) != NULL;
}

/** SELECT these columns; one that cannot be shown is NULL. */
static void put_select(const cm_resource *resource, const int *columns, int count, const char *from,
                       text *out) {
  for (int i = 0; i < count; i++) {
    text_add(out, i > 0 ? ", " : "SELECT ");
    if (is_shown(resource, from, columns[i])) {
      text_printf(out, "t.%s", resource->columns[columns[i]].name);
    } else {
      text_add(out, "NULL");
    }
  }
  text_printf(out, " FROM %s", from);
}

static void check_some(const cm_resource *resource, const char *from, const grid *all,
                       const int *columns, int count) {
  text sql = { 0 };
  put_select(resource, columns, count, from, &sql);
  check(text_str(&sql), all, columns, count, NULL);
  text_clear(&sql);
}

static void check_count(const char *from, const grid *all) {
  text sql = { 0 };
  char number[16];
  char *cell[1] = { number };
  grid count = { 1, 1, cell };
  snprintf(number, sizeof number, "%d", all->rows);
  text_printf(&sql, "SELECT count(*) FROM %s", from);
  check(text_str(&sql), &count, NULL, 0, NULL);
  text_clear(&sql);
}

/** Does the column come from elsewhere than the row's own members, or need a flag in the request? */
static bool is_special(const cm_column *column) {
  if ((column->flags & (CM_COMPANION | CM_PARAM)) || CM_EXTRA(column, wants) != NULL) return true;
  return column->path != NULL && strchr("^@?", column->path[0]) != NULL;
}

/** Each column by itself, and beside the key. */
static void check_alone(const cm_resource *resource, const char *from, const grid *all,
                        bool with_key) {
  int key = with_key ? cm_registry_key(resource) : -1;
  for (int i = 0; i < resource->column_count; i++) {
    int columns[2] = { i, key };
    if (!is_shown(resource, from, i)) continue;
    check_some(resource, from, all, columns, 1);
    if (key >= 0 && key != i) check_some(resource, from, all, columns, 2);
  }
}

static void check_pairs(const cm_resource *resource, const char *from, const grid *all) {
  for (int i = 0; i < resource->column_count; i++) {
    if (!is_special(&resource->columns[i]) || !is_shown(resource, from, i)) continue;
    for (int j = 0; j < resource->column_count; j++) {
      int columns[2] = { i, j };
      if (i != j) check_some(resource, from, all, columns, 2);
    }
  }
}

/** SELECT * shows the columns that are not hidden. */
static void check_star(const cm_resource *resource, const char *from, const grid *all) {
  int *columns = text_allocate((size_t)resource->column_count * sizeof *columns);
  int count = 0;
  text sql = { 0 };
  for (int i = 0; i < resource->column_count; i++) {
    if (!(resource->columns[i].flags & CM_HIDDEN)) columns[count++] = i;
  }
  text_printf(&sql, "SELECT t.* FROM %s", from);
  check(text_str(&sql), all, columns, count, NULL);
  text_clear(&sql);
  free(columns);
}

/** All columns. False where the statement does not work. */
static bool read_all(const cm_resource *resource, const char *from, grid *into) {
  int *columns = text_allocate((size_t)resource->column_count * sizeof *columns);
  text sql = { 0 }, why = { 0 };
  for (int i = 0; i < resource->column_count; i++)
    columns[i] = i;
  put_select(resource, columns, resource->column_count, from, &sql);
  bool is_read = grid_read(run.db, text_str(&sql), into, &why);
  if (!is_read) complain(text_str(&sql), text_str(&why));
  free(columns);
  text_clear(&sql);
  text_clear(&why);
  return is_read;
}

/* ---- other ways to the same rows ---------------------------------------------------------------- */

/** Columns that a read is given values of. */
typedef struct way {
  int columns[MAX_WAY];
  int count;
  const char *name; /* NULL: that of its columns */
} way;

static difference *find_difference(const cm_resource *resource, const way *by, int column) {
  for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
    difference *one = &differences[i];
    if (strcmp(one->table, resource->name) != 0 && strcmp(one->table, "*") != 0) continue;
    if (strcmp(one->column, resource->columns[column].name) != 0) continue;
    if (strcmp(one->way, "*") == 0) return one;
    if (by->name != NULL && strcmp(one->way, by->name) == 0) return one;
    for (int c = 0; c < by->count && by->name == NULL; c++) {
      if (strcmp(one->way, resource->columns[by->columns[c]].name) == 0) return one;
    }
  }
  return NULL;
}

/** The columns whose values are the same in every answer; a difference that is there is noted as seen. */
static int same_columns(const cm_resource *resource, const way *by, const char *from,
                        const grid *all, const bool *keeps, const grid *shown, int *columns) {
  int count = 0;
  for (int i = 0; i < resource->column_count; i++) {
    difference *known = find_difference(resource, by, i);
    char *expected = grid_lines(all, &i, 1, keeps), *lines = grid_lines(shown, &i, 1, NULL);
    if (known == NULL && is_shown(resource, from, i)) columns[count++] = i;
    if (known != NULL && strcmp(expected, lines) != 0) known->is_seen = true;
    free(expected);
    free(lines);
  }
  return count;
}

/** The statement finds the kept rows of `all`, and each of its columns alone shows what it shows. */
static void check_found(const cm_resource *resource, const way *by, const char *from,
                        const grid *all, const bool *keeps) {
  grid shown;
  if (run.is_verbose) printf("%s\n", from);
  if (!read_all(resource, from, &shown)) return;
  int *columns = text_allocate((size_t)resource->column_count * sizeof *columns);
  int count = same_columns(resource, by, from, all, keeps, &shown, columns);
  char *expected = grid_lines(all, columns, count, keeps);
  char *lines = grid_lines(&shown, columns, count, NULL);
  for (int i = 0; i < count && strcmp(expected, lines) != 0; i++) {
    char *one = grid_lines(all, &columns[i], 1, keeps),
         *other = grid_lines(&shown, &columns[i], 1, NULL);
    text why = { 0 };
    if (strcmp(one, other) != 0) {
      text_add_diff(&why, one, other);
      printf("  %s\n", resource->columns[columns[i]].name);
      complain(from, text_str(&why));
    }
    text_clear(&why);
    free(one);
    free(other);
  }
  run.passed += strcmp(expected, lines) == 0;
  check_alone(resource, from, &shown, false);
  check_count(from, &shown);
  free(expected);
  free(lines);
  free(columns);
  grid_clear(&shown);
}

static bool has_null(const way *by, const grid *all, int row) {
  for (int i = 0; i < by->count; i++) {
    if (strcmp(grid_cell(all, row, by->columns[i]), "NULL") == 0) return true;
  }
  return false;
}

/** Which rows have the values that `row` has in the first `count` columns of the way, and any in the others. */
static void keep_alike(const way *by, int count, const grid *all, int row, bool *keeps) {
  for (int i = 0; i < all->rows; i++) {
    keeps[i] = !has_null(by, all, i);
    for (int c = 0; c < count; c++) {
      const char *cell = grid_cell(all, i, by->columns[c]);
      if (strcmp(cell, grid_cell(all, row, by->columns[c])) != 0) keeps[i] = false;
    }
  }
}

static void put_equals(const cm_resource *resource, const way *by, int count, const grid *all,
                       int row, text *out) {
  for (int i = 0; i < count; i++)
    text_printf(out, " AND t.%s = %s", resource->columns[by->columns[i]].name,
                grid_cell(all, row, by->columns[i]));
}

/** The values that the kept rows have in a column, each once. */
static void put_values(const grid *all, int column, const bool *keeps, const char *before,
                       const char *behind, text *out) {
  bool is_first = true;
  for (int i = 0; i < all->rows; i++) {
    if (!keeps[i] || grid_is_repeated(all, i, column)) continue;
    text_printf(out, "%s%s%s%s", is_first ? "" : ", ", before, grid_cell(all, i, column), behind);
    is_first = false;
  }
}

/** The last column by IN and by a join, of all values that there are; the others as `row` has them. */
static void check_many(const cm_resource *resource, const char *clause, const way *by,
                       const grid *all, int row) {
  bool keeps[MAX_ROWS];
  text from = { 0 };
  int last = by->columns[by->count - 1];
  const char *name = resource->columns[last].name;
  keep_alike(by, by->count - 1, all, row, keeps);
  text_printf(&from, "%s t WHERE %s", resource->name, clause);
  put_equals(resource, by, by->count - 1, all, row, &from);
  text_printf(&from, " AND t.%s IN (", name);
  put_values(all, last, keeps, "", "", &from);
  text_add(&from, ")");
  check_found(resource, by, text_str(&from), all, keeps);
  text_clear(&from);
  text_add(&from, "(VALUES ");
  put_values(all, last, keeps, "(", ")", &from);
  text_printf(&from, ") v CROSS JOIN %s t ON t.%s = v.column1 WHERE %s", resource->name, name,
              clause);
  put_equals(resource, by, by->count - 1, all, row, &from);
  check_found(resource, by, text_str(&from), all, keeps);
  text_clear(&from);
}

static void check_way(const cm_resource *resource, const char *clause, const way *by,
                      const grid *all) {
  bool keeps[MAX_ROWS];
  int last = by->columns[by->count - 1];
  int tried = 0;
  for (int row = 0; row < all->rows && tried < VALUES_TRIED; row++) {
    if (has_null(by, all, row) || grid_is_repeated(all, row, last)) continue;
    text from = { 0 };
    text_printf(&from, "%s t WHERE %s", resource->name, clause);
    put_equals(resource, by, by->count, all, row, &from);
    keep_alike(by, by->count, all, row, keeps);
    check_found(resource, by, text_str(&from), all, keeps);
    if (tried++ == 0) check_many(resource, clause, by, all, row);
    text_clear(&from);
  }
}

static int find_column(const cm_resource *resource, const char *name, size_t len) {
  return cm_registry_find_column(resource, name, len);
}

/** What a read cannot do without. False where that is a parameter, which shows what is asked for and no more. */
static bool find_way(const cm_resource *resource, const cm_read *read, way *out) {
  *out = (way){ .count = 0 };
  for (const char *at = strchr(read->path, '{'); at != NULL; at = strchr(at + 1, '{'))
    out->columns[out->count++] = find_column(resource, at + 1, strcspn(at + 1, "}"));
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (!filter->required || CM_EXTRA(filter, fallback) != NULL) continue;
    int column = find_column(resource, filter->column, strlen(filter->column));
    if (resource->columns[column].flags & CM_PARAM) return false;
    out->columns[out->count++] = column;
  }
  return true;
}

static void check_ways(const cm_resource *resource, const char *clause, const grid *all) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    way by;
    if (!find_way(resource, read, &by)) continue;
    if (by.count > 0) check_way(resource, clause, &by, all);
    for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
      int column = find_column(resource, filter->column, strlen(filter->column));
      bool is_other = filter->op == CM_EQ && !filter->required && by.count < MAX_WAY;
      if (!is_other || (resource->columns[column].flags & CM_PARAM)) continue;
      by.columns[by.count++] = column;
      check_way(resource, clause, &by, all);
      by.count--;
    }
  }
}

/* ---- every table ------------------------------------------------------------------------------- */

/** The rows that a clause brings to light, by their key and without the clause: what is found shows the same. */
static void check_hidden(const cm_resource *resource, const grid *all) {
  bool keeps[MAX_ROWS];
  int key = cm_registry_key(resource);
  way by = { { key }, 1, WITHOUT_CLAUSE };
  for (int row = 0; key >= 0 && cm_registry_key_read(resource) >= 0 && row < all->rows; row++) {
    grid shown;
    text from = { 0 };
    text_printf(&from, "%s t WHERE t.%s = %s", resource->name, resource->columns[key].name,
                grid_cell(all, row, key));
    if (read_all(resource, text_str(&from), &shown)) {
      for (int i = 0; i < all->rows; i++)
        keeps[i] = i == row;
      if (shown.rows > 0) check_found(resource, &by, text_str(&from), all, keeps);
      grid_clear(&shown);
    }
    text_clear(&from);
  }
}

static void check_world(const cm_resource *resource, const char *clause, bool with_ways) {
  grid all;
  text from = { 0 };
  text_printf(&from, "%s t WHERE %s", resource->name, clause);
  if (run.is_verbose) printf("--- %s\n", text_str(&from));
  if (run.only != NULL && strstr(text_str(&from), run.only) == NULL) return text_clear(&from);
  if (read_all(resource, text_str(&from), &all)) {
    if (all.rows == 0 || all.rows > MAX_ROWS) complain(text_str(&from), "  no rows, or too many");
    check_count(text_str(&from), &all);
    check_star(resource, text_str(&from), &all);
    check_alone(resource, text_str(&from), &all, true);
    check_pairs(resource, text_str(&from), &all);
    if (with_ways) check_ways(resource, clause, &all);
    if (strcmp(clause, "1") != 0) check_hidden(resource, &all);
    grid_clear(&all);
  }
  text_clear(&from);
}

/** Each word, or flag, of each parameter that has such. */
static void check_parameters(const cm_resource *resource) {
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    const cm_word *words = cm_registry_words(resource, i);
    char clause[200];
    if (!(column->flags & CM_PARAM)) continue;
    snprintf(clause, sizeof clause, "t.%s = 1", column->name);
    if (column->type == CM_BOOLEAN) check_world(resource, clause, false);
    for (; words != NULL && words->sql != NULL; words++) {
      snprintf(clause, sizeof clause, "t.%s = '%s'", column->name, words->sql);
      check_world(resource, clause, false);
    }
  }
}

static void check_table(const cm_resource *resource) {
  grid worlds;
  text sql = { 0 }, why = { 0 };
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  way by;
  find_way(resource, widest, &by);
  if (by.count == 0 || widest->parent != NULL) check_world(resource, "1", true);
  check_parameters(resource);
  text_printf(&sql, "SELECT clause FROM worlds WHERE table_name = '%s'", resource->name);
  if (!grid_read(run.db, text_str(&sql), &worlds, &why))
    account_die(text_str(&sql), text_str(&why));
  for (int i = 0; i < worlds.rows; i++) {
    text_clear(&sql);
    text_printf(&sql, "SELECT %s", grid_cell(&worlds, i, 0));
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(run.db, text_str(&sql), -1, &statement, NULL);
    if (sqlite3_step(statement) == SQLITE_ROW)
      check_world(resource, (const char *)sqlite3_column_text(statement, 0), true);
    sqlite3_finalize(statement);
  }
  grid_clear(&worlds);
  text_clear(&sql);
}

/** A difference that nobody sees any more is to be taken out. */
static void check_differences(void) {
  for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
    const difference *one = &differences[i];
    if (run.only != NULL || one->is_seen) continue;
    run.failed++;
    printf("FAILED %s.%s by %s: no difference is seen (%s)\n", one->table, one->column, one->way,
           one->why);
  }
}

int main(int argc, char **argv) {
  const char *program = NULL;
  int count = 0;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-v") == 0) run.is_verbose = true;
    if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) run.only = argv[++i];
    if (strcmp(argv[i], "--sandbox") == 0 && i + 1 < argc) program = argv[++i];
  }
  if (program == NULL) account_die("--sandbox", "is missing");
  run.db = account_open(program);
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++)
    check_table(resources[i]);
  check_differences();
  account_close(run.db);
  printf("%d passed, %d failed\n", run.passed, run.failed);
  return run.failed > 0 || run.passed == 0;
}
