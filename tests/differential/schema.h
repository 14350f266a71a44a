/*
** schema.h -- the account that is asked: filled, copied into ordinary tables, and what is in it.
** Owns: the names of tables and columns.
*/
#ifndef DIFFERENTIAL_SCHEMA_H
#define DIFFERENTIAL_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

typedef enum kind { TEXT, NUMBER, TIME } kind;

typedef struct column {
  char *name;
  kind kind;
} column;

typedef struct table {
  char *name;      /* without chartmogul_ */
  column *columns; /* the key comes first, then those that requests can filter by */
  int count;
  int sent_count; /* how many of them those are, with the key */
  bool has_key;   /* the first column tells rows apart */
} table;

/** A column of one table that one may join with a column of another. */
typedef struct edge {
  const table *left;
  const char *left_column;
  const table *right;
  const char *right_column;
} edge;

typedef struct schema {
  table *tables;
  int table_count;
  edge *edges;
  int edge_count;
} schema;

/**
 * Fill the account with the usual and the odd, and copy every table that needs no parameter: the copy of
 * chartmogul_plans is copy_plans. `words` is a table of values that look rows up.
 * A failure ends the program.
 * @param db  With the extension and its settings.
 */
void schema_fill(sqlite3 *db, schema *out);

void schema_clear(schema *done);

/** NULL when it was not copied. */
const table *schema_find(const schema *in, const char *name);

/** What one statement says in its only column. Free with free(). A failure ends the program. */
char *schema_ask(sqlite3 *db, const char *sql);

/** Run statements. A failure ends the program. */
void schema_run(sqlite3 *db, const char *sql);

#endif
