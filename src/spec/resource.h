/*
** resource.h -- how a ChartMogul resource is described: its table, how it is read and written.
** Data only: no function, no I/O.  How to add one: src/resources/README.md
**
** A descriptor says everything that is special about a resource; the engine has no other source and
** no exception for any table. The API spells one thing in up to four ways, so four fields: `name` is
** the SQL column, `path` the member of an answer, `body` the member of a request, `param` the name in a
** query string.
*/
#ifndef CM_SPEC_RESOURCE_H
#define CM_SPEC_RESOURCE_H

#include "base/base.h"
#include "spec/resource_column.h"
#include "spec/resource_read.h"
#include "spec/resource_write.h"

/* ---- the resource -------------------------------------------------------------------------- */

/** A row of another table that the rows of a list show: where it has changed they are read again. Columns by spaces. */
typedef struct cm_shown_row {
  const char *table;   /* the other one; NULL: no more */
  const char *by;      /* columns of the list that say which row is shown … */
  const char *key;     /* … by as many of the other table */
  const char *name;    /* the column of the list that has what it is called */
  const char *names;   /* columns of the other table of which one has that */
  const char *changes; /* those whose change may change rows of the list */
  bool is_within;      /* `name` has it among other words */
} cm_shown_row;

/**
 * A list that grows at its end, and whose rows are worked out anew now and then: what a copy reads of it again. The rows
 * of a month are as they were where the sums of another table say so.
 */
typedef struct cm_growth {
  const char *by;      /* a column of instants that has filters at both ends */
  const char *oldest;  /* query that puts the oldest row first */
  const char *amount;  /* the column that is summed by month and kind */
  const char *kind;    /* a column of words */
  const char *unit;    /* amounts of several units cannot be summed: all is read again */
  const char *checked; /* the table with the sums, a series told by its days */
  /* Which column of that table, `wire`, has the sum of the rows of a word, `sql`. */
  const cm_word *sums;
  const cm_shown_row *shown; /* NULL: none */
  /* Rows with one value of this column are worked out one from the other, in the order of `by`: behind one that differs
  ** others may differ as well, though their amounts do not. NULL: each row stands by itself. */
  const char *owner;
} cm_growth;

/** What few tables need. */
typedef struct cm_resource_extras {
  /* Two columns that say whose the row is: INSERT gives exactly one of them, by value or by the names of a
  ** reference. NULL: none. */
  const char *owners[2];
  /* Where its paths begin, as long as not every account serves them: a 404 there without the API's own
  ** error body says so. NULL: every account does. */
  const char *young;
  /* Of a table without a key: the column that tells its rows apart, with the parameters that are not worked out.
  ** Its path is a plain member. NULL: all that a row holds does. */
  const char *told_by;
  /* What a DELETE of one row counts against delete_limit beside itself: a list path whose rows count,
  ** with {column}. NULL: nothing. */
  const char *delete_counts;
  /* Tables whose rows its calls name by external id, so that the API looks them up itself: their earlier writes go
  ** first. By spaces. NULL: none. */
  const char *after;
  const cm_growth *growth; /* NULL: a copy reads the whole list each time */
  /* Paths whose POST makes rows of this table, besides those of its own INSERT; by spaces. NULL: none. */
  const char *also_created_by;
} cm_resource_extras;

/** A question that the table answers, and the SQL that does; or what is to be done, and the SQL that does it. */
typedef struct cm_example {
  const char *question; /* ends with "?", or with "." where the SQL writes */
  const char
      *sql; /* one statement or several, without a semicolon at the end; it may have line breaks */
} cm_example;

typedef struct cm_resource {
  const char *name; /* "chartmogul_customers" */
  const char *doc;  /* one sentence with a period */
  const cm_column *columns;
  int column_count;
  const cm_read *reads; /* the cheapest possible ones first; the last one is the widest */
  int read_count;
  const cm_companion *companion; /* NULL: none */
  const cm_write *writes;
  int write_count;
  const cm_natural_key *natural_key; /* NULL: none */
  const cm_reference *references;    /* NULL: none */
  const cm_need *needs;              /* NULL: none */
  const cm_member_of *member_of;     /* NULL: its rows are in no set of another table */
  const cm_inside_of *inside_of;     /* NULL: its rows go inside no other */
  const cm_bulk *bulk;               /* NULL: an import has no records of it */
  /* Columns that together identify a row of a table whose API has no key, by spaces; the CM_KEY column
  ** then shows them as a JSON array. NULL: the key is the member of its path. */
  const char *key_parts;
  const cm_resource_extras *extras; /* NULL: none */
  const char *example;              /* one statement that works on any account */
  /* Three to six; they end with {0}. The tests run them on the made-up company, one behind the other. */
  const cm_example *examples;
} cm_resource;

#define CM_COLUMNS(array) .columns = (array), .column_count = (int)cm_countof(array)
#define CM_READS(array) .reads = (array), .read_count = (int)cm_countof(array)
#define CM_WRITES(array) .writes = (array), .write_count = (int)cm_countof(array)

#endif
