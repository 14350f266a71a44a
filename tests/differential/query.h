/*
** query.h -- statements at random that one may ask the tables of the extension, and copies of them.
** Owns: the text of a statement.  Never: runs one; a number decides all of it.
*/
#ifndef DIFFERENTIAL_QUERY_H
#define DIFFERENTIAL_QUERY_H

#include <sqlite3.h>
#include <stdint.h>

#include "schema.h"
#include "text.h"

/** One statement. A table stands in it as {customers}, {plans}, ... */
typedef struct query {
  text sql;        /* without its LIMIT */
  text binds;      /* values of ?1, ?2 ..., one SQL expression a line */
  int limit;       /* -1: none */
  int offset;      /* 0: none */
  bool is_ordered; /* ORDER BY leaves no two rows in doubt */
} query;

/**
 * Make statement number `number` of the row that begins with `seed`.
 * @param db   Holds the copies (copy_customers, ...): values are taken from them.
 * @param out  Overwritten; clear it with query_clear.
 */
void query_make(sqlite3 *db, const schema *from, uint64_t seed, uint64_t number, query *out);

void query_clear(query *done);

/**
 * The statement with its LIMIT (if `has_limit`) and with the tables named `prefix`customers, ...
 * Free with free().
 */
char *query_text(const query *of, const char *prefix, bool has_limit);

#endif
