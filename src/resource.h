/*
** resource.h -- how a ChartMogul resource is described: its table, how it is read and written.
** Layer: spec.  Data only: no function, no I/O.  How to add one: src/resources/README.md
**
** A descriptor says everything that is special about a resource; the engine has no other source and
** no exception for any table. The API spells one thing in up to four ways, so four fields: `name` is
** the SQL column, `path` the member of an answer, `body` the member of a request, `param` the name in a
** query string.
*/
#ifndef CM_RESOURCE_H
#define CM_RESOURCE_H

#include "base.h"

/* ---- columns ------------------------------------------------------------------------------- */

typedef enum cm_type {
  CM_TEXT,
  CM_INTEGER, /* 64 bits; money is in the minor unit of its currency */
  CM_REAL,
  CM_BOOLEAN, /* 0 or 1 in SQL, true or false in JSON */
  CM_JSON,    /* an object or array as text */
  CM_TIME,    /* a point in time: "YYYY-MM-DD HH:MM:SS[.SSS]" in SQL, UTC */
  CM_DAY,     /* "YYYY-MM-DD" */
  CM_ANY      /* a scalar of any type, as it came; declared without a type */
} cm_type;

enum cm_column_flags {
  CM_KEY = 1 << 0,    /* PRIMARY KEY: unique, never NULL; at most one column of a table */
  CM_HIDDEN = 1 << 1, /* not in SELECT * */
  CM_PARAM = 1
             << 2, /* a parameter of the read, given in WHERE; shows the value asked for; hidden */
  CM_INSERT = 1 << 3,    /* INSERT may give it */
  CM_UPDATE = 1 << 4,    /* UPDATE may set it */
  CM_REQUIRED = 1 << 5,  /* INSERT must give it (by value or by the names of a reference) */
  CM_COMPANION = 1 << 6, /* comes from the companion list, not from the row itself */
  CM_NO_NULL = 1 << 7,   /* UPDATE may not set it to NULL */
  CM_FREE = 1 << 8 /* in a path: any text, percent-encoded (an external id); else an id of ours */
};

/** How a JSON column is laid out in a request body. */
typedef enum cm_shape {
  CM_AS_IS,      /* as given */
  CM_TYPED_LIST, /* an object {"key": value} becomes [{"type","key","value"}]; such a list stays */
  CM_KEY_VALUES, /* the same without "type"; a member gone by UPDATE is sent with the value null */
  CM_TIME_LIST   /* a list of points in time, in any form */
} cm_shape;

typedef struct cm_column {
  const char *name; /* snake_case, unique in the table */
  cm_type type;
  unsigned flags;
  /* Where the value stands in a row: members joined by dots, "[-1]" the last item of an array.
  ** "^member" is of the enclosing row where `each` unfolds rows, "@key" the name of an unfolded member,
  ** "@self" the unfolded value itself, "@row" the row as it arrived. NULL: the same as `name`.
  ** "@type" is the type of "@self" in the API's words (String, Integer, Decimal, Boolean), which an
  ** INSERT that lacks it sends too; "@bound" what the request was bound to and nothing else; "?member" 1
  ** where the member is there and not null, else 0; "*" in a path stands for a word of cm_read.unfold. */
  const char *path;
  /* Where it goes in a request body, dotted. NULL: the same as `path`; "": never in a body, the column
  ** only fills paths and names other rows. */
  const char *body;
  cm_shape shape;
  /* UPDATE to NULL sends an empty list at this place of the body instead of null. NULL: null is sent. */
  const char *empties;
  /* A query parameter that must be "true" for the answer to hold this member. NULL: none. */
  const char *wants;
  /* A plausible value for the statements of chartmogul_endpoints. NULL: one by type and name. */
  const char *sample;
  const char *doc; /* one sentence with a period */
} cm_column;

/* ---- reading ------------------------------------------------------------------------------- */

typedef enum cm_op { CM_EQ, CM_GE, CM_LE } cm_op;

/** A value in SQL and the word for it in a query string. A list ends with {NULL, NULL}. */
typedef struct cm_word {
  const char *sql;
  const char *wire;
} cm_word;

/** One filter of a list: `column op value` is sent as `param=value`. A list ends with {0}. */
typedef struct cm_filter {
  const char *column;
  cm_op op;
  const char *param;
  const cm_word *words; /* the only values that are sent; NULL: any text that is not empty */
  bool required;        /* the read needs it */
  const char *fallback; /* sent when the statement does not give the column; NULL: none */
} cm_filter;

typedef enum cm_paging {
  CM_SINGLE, /* the answer is one row */
  CM_WHOLE,  /* all rows in one answer */
  CM_CURSOR, /* pages: `has_more` alone says whether another follows, `cursor` how to ask for it */
  CM_EITHER  /* as CM_WHOLE; where the answer has no member `rows`, it is the one row itself */
} cm_paging;

typedef enum cm_missing {
  CM_MISSING_ERROR, /* 404 is an error */
  CM_MISSING_EMPTY, /* 404 with the API's own error body means: no row */
  CM_MISSING_ANY    /* 404 with any body means: no row */
} cm_missing;

/** One way to read rows. The plan takes the cheapest one whose path and required filters are bound. */
typedef struct cm_read {
  const char *path; /* "/customers/{uuid}": {column} is a column bound by = or IN */
  cm_paging paging;
  const char *rows; /* member that holds the list; NULL for CM_SINGLE */
  const char *each; /* path inside a row whose items or members are the rows; NULL: none */
  /* CM_SINGLE: the row is several rows, one per word; "@key" is its `sql`, "*" in a path its `wire`.
  ** `rows` may then say where in the answer the row stands. NULL: none. */
  const cm_word *unfold;
  const cm_filter *filters; /* NULL: none */
  const char *query;        /* always sent, "a=b&c=d"; NULL: nothing */
  cm_missing missing;
  /* Where the statement does not bind the {column} of the path: the table whose keys are walked to
  ** fill it, page by page. NULL: the read needs the column. */
  const char *parent;
  /* CM_SINGLE: the widest list (the last read) holds the very same row, so many look-ups of a
  ** statement may be answered from that list. */
  bool is_listed;
  /* Columns that rows of this read do not hold though others do, by spaces. A statement that has one in
  ** WHERE, or names it in any other way than by *, is not served by this read. NULL: none. */
  const char *lacks;
  int pages; /* what to expect before anything is known, for the costs of plans; 0 counts as 1 */
} cm_read;

/**
 * A second list of the same parent that knows more about the rows. It is fetched only when a
 * statement uses one of its columns (CM_COMPANION) and matched by the value of `match` in both; no
 * match, or several, leaves the columns NULL.
 */
typedef struct cm_companion {
  const char *path;
  cm_paging paging;
  const char *rows;
  const char *match; /* member with the same meaning in both lists */
} cm_companion;

/* ---- writing ------------------------------------------------------------------------------- */

typedef enum cm_verb { CM_VERB_INSERT, CM_VERB_UPDATE, CM_VERB_DELETE } cm_verb;

enum cm_write_flags {
  CM_ALONE = 1 << 0,     /* its columns may not be set together with others */
  CM_USER_EDIT = 1 << 1, /* takes handle_as_user_edit=true */
  /* A column that is a set is brought to the value wanted by up to three writes: */
  CM_ADDED = 1 << 2,   /* carries what the new value has and the old one lacks */
  CM_CHANGED = 1 << 3, /* carries the members whose value differs */
  CM_REMOVED = 1 << 4, /* carries the items, or the names of the members, that are gone */
  CM_BATCH = 1 << 5,   /* rows with the same path may travel in one call (body ends in "[]") */
  /* The API takes the list only as a whole: the body is a fresh read of it (by the read that has the
  ** same {column} in its path) with the rows put in (INSERT) or left out (DELETE). */
  CM_WHOLE_LIST = 1 << 6
};

/** One call that writes. */
typedef struct cm_write {
  cm_verb verb;
  const char *method;
  const char *path;  /* {column}: of the row as it was read, for INSERT of the row given */
  const char *query; /* "a={column}&b=c"; NULL: none */
  /* The columns it carries, separated by spaces. NULL: every column of its verb (CM_INSERT or
  ** CM_UPDATE) that no other write of that verb names. "" : no body at all. "column:place" puts the
  ** column at another place of the body than usual: "tags:tags"; "@self" is the object itself, {column}
  ** stands for that column's value: "value:{key}". The key and its parts are carried always where an
  ** UPDATE or DELETE names them, other columns where they change. */
  const char *columns;
  const char *body; /* where the object stands in the body: "invoices[]"; NULL: it is the body */
  const char
      *answer; /* where the object stands in the answer: "invoices[0]"; NULL: it is the answer */
  unsigned flags;
} cm_write;

/**
 * How a column that a path of UPDATE or DELETE needs is found where the row lacks it. A list ends with
 * {0}.
 */
typedef struct cm_need {
  const char *column;
  const char *path; /* what is asked for it: "/customers/{customer_uuid}"; NULL: it cannot be had */
  const char *member; /* of the answer: a text, or a list that holds one text only */
  const char *hint;   /* the end of the error: "do it through chartmogul_import_subscriptions" */
} cm_need;

/**
 * A uuid that may be given as data source and external id. The look-up is the natural key's of the
 * resource named. A list ends with {0}.
 */
typedef struct cm_reference {
  const char *column;      /* the uuid to fill: "customer_uuid" */
  const char *resource;    /* table that is asked: "chartmogul_customers" */
  const char *external_id; /* column or member that holds the external id */
  const char *data_source; /* column (of the row) that holds the data source's uuid */
  const char *within; /* JSON column whose items hold `column` and `external_id`; NULL: the row */
} cm_reference;

/** What makes a row the same for OR IGNORE, OR REPLACE and references. */
typedef struct cm_natural_key {
  const char *columns[2]; /* both needed; the second NULL where one is enough */
  const char *path;       /* list to look in, that of a read; the columns are sent as `params` */
  const char *params[2];
  const char *rows;
  const char *query; /* sent with the look-up, so that hidden rows are seen too; NULL: nothing */
  /* Arrays of a row whose items at the same place are further pairs of the key (a merged customer);
  ** NULL: none. */
  const char *also[2];
  bool replace_is_ignore; /* nothing can be updated: OR REPLACE leaves an existing row alone */
  const char *frozen; /* columns that must not differ from the existing row's, by spaces; NULL */
  const char *exists; /* member of an error that means "exists already": "external_id" */
} cm_natural_key;

/* ---- the resource -------------------------------------------------------------------------- */

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
  /* Columns that together identify a row of a table whose API has no key, by spaces; the CM_KEY column
  ** then shows them as a JSON array. NULL: the key is the member of its path. */
  const char *key_parts;
  /* What a DELETE of one row counts against delete_limit beside itself: a list path whose rows count,
  ** with {column}. NULL: nothing. */
  const char *delete_counts;
  const char *example; /* one statement that works on any account */
} cm_resource;

#define CM_COLUMNS(array) .columns = (array), .column_count = (int)cm_countof(array)
#define CM_READS(array) .reads = (array), .read_count = (int)cm_countof(array)
#define CM_WRITES(array) .writes = (array), .write_count = (int)cm_countof(array)

#endif
