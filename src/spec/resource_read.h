/*
** resource_read.h -- the parts of a descriptor that say how a table is read: calls, filters.
** Data only. Included through spec/resource.h.
*/
#ifndef CM_SPEC_RESOURCE_READ_H
#define CM_SPEC_RESOURCE_READ_H

#include "spec/resource_column.h"

/** How a term of a WHERE clause compares a column. */
typedef enum cm_term_op {
  CM_TERM_EQ,
  CM_TERM_GT,
  CM_TERM_LE,
  CM_TERM_LT,
  CM_TERM_GE,
  CM_TERM_NE, /* <>, IS, IS NOT, other collations: SQLite's business, the value can be looked at */
  CM_TERM_LIKE, /* LIKE or GLOB of a column that bounds what is asked for: what its pattern begins with */
  CM_TERM_OTHER /* other LIKE, IS NULL, ...: SQLite's business */
} cm_term_op;

typedef enum cm_op { CM_EQ, CM_GE, CM_LE } cm_op;

/**
 * A parameter that is a day, and is not given, is a bound that the WHERE clause sets to another column, widened to
 * whole intervals.
 */
typedef struct cm_widened {
  const char *column; /* of days, no parameter */
  cm_op op; /* CM_GE: its lower bound, CM_LE: its upper one, which is no later than today */
  const char *interval; /* the parameter that says how long an interval is; it has a fallback */
} cm_widened;

/** What few filters need. */
typedef struct cm_filter_extras {
  /* The parameter goes by how the value begins ({"con_", "contact_uuid"}), and a value that begins in
  ** no such way is not sent; `param` is then what a plan shows, "customer_uuid|contact_uuid". NULL: it is
  ** `param` for every value. */
  const cm_word *prefixes;
  /* Sent when the statement does not give the column: a text, or one of the days below. NULL: none. */
  const char *fallback;
  const cm_widened
      *widened;   /* sent instead of the fallback where there is such a bound; NULL: none */
  bool is_silent; /* rows may lack the member: only the request knows what they have */
} cm_filter_extras;

/** One filter of a list: `column op value` is sent as `param=value`. A list ends with {0}. */
typedef struct cm_filter {
  const char *column;
  cm_op op;
  const char *param;
  const cm_word *words; /* the only values that are sent; NULL: any text that is not empty */
  bool required;        /* the read needs it */
  const cm_filter_extras *extras; /* NULL: none */
} cm_filter;

/**
 * One way to split a long list without gap: into a part for each value of a filter, or into windows of days. A list ends
 * with {0}; the first one whose parameters the request does not have, and that gives two parts, is taken.
 */
typedef struct cm_split {
  const char *param;      /* a filter's: of a value; of windows the one of the first day */
  const char *table;      /* whose keys are the values; NULL: the words, or windows */
  const cm_word *words;   /* the values; NULL: the table, or windows */
  const char *until;      /* of windows, the last day; NULL: no windows */
  const char *last_first; /* of windows, a query that lists the last row first */
  const char *date;       /* of windows, the member of a row that is its date */
} cm_split;

/** Fallbacks that are worked out when the request is made. Plans show them as they stand here. */
#define CM_TODAY "{today}"
#define CM_YEAR_BEFORE_END "{12 months before end_date}"

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

/** What few reads need. */
typedef struct cm_read_extras {
  /* CM_SINGLE with `each`: members, by spaces, of which an answer that has not the one of `each` must have
  ** another, or it does not answer this request. NULL: it must have `each`, and repeat what is in the path. */
  const char *known_by;
  /* CM_SINGLE: the row is several rows, one per word; "@key" is its `sql`, "*" in a path its `wire`.
  ** `rows` may then say where in the answer the row stands. NULL: none. */
  const cm_word *unfold;
  /* is_listed, but the list hides some rows: that it lacks a row says nothing of the look-up. */
  bool finds_hidden;
  /* Rows of other reads have a row around them that those of this one lack: the table whose row it is. It is
  ** looked up when a statement looks at a column of it ("^member") that the row does not hold. The row names
  ** it in the column "^" and its key; one that does not is looked for in the reads that unfold. What is not found is
  ** asked for again with the parameters of `hidden` of that table's natural key. NULL: none. */
  const char *encloser;
  /* CM_CURSOR whose cursor may be the uuid of a row, and not of the one it seems: the member that holds
  ** that uuid. The one of the last row that came is then sent as the cursor. NULL: it is sent as it came. */
  const char *resume;
  /* CM_CURSOR: how the list may be read in several chains at once. One that is split by values says in `total_pages`
  ** of its first page how many there are, and asked with per_page=1 how many rows. NULL: it cannot be split. */
  const cm_split *splits;
} cm_read_extras;

/** One way to read rows. The plan takes the cheapest one whose path and required filters are bound. */
typedef struct cm_read {
  const char *path; /* "/customers/{uuid}": {column} is a column bound by = or IN */
  cm_paging paging;
  const char *rows;         /* member that holds the list; NULL for CM_SINGLE */
  const char *each;         /* path inside a row whose items or members are the rows; NULL: none */
  const cm_filter *filters; /* NULL: none */
  const char *query;        /* always sent, "a=b&c=d"; NULL: nothing */
  cm_missing missing;
  /* Where the statement does not bind the {column} of the path: the table whose keys are walked to
  ** fill it, page by page. NULL: the read needs the column. */
  const char *parent;
  /* The widest list (the last read) holds the very same rows, so many requests of a statement may be answered
  ** from that list: of CM_SINGLE its row, or the items of its row (`each`); of a search the rows that show what
  ** was searched. A request of the widest list itself is always answered so. */
  bool is_listed;
  const cm_read_extras *extras; /* NULL: none */
  int pages; /* what to expect before anything is known, for the costs of plans; 0 counts as 1 */
} cm_read;

/** Fields of a look-up, and of a list that comes in pages; others follow where the read needs them. */
#define CM_ONE(where) .path = (where), .paging = CM_SINGLE, .missing = CM_MISSING_EMPTY
#define CM_PAGES(where, member) .path = (where), .paging = CM_CURSOR, .rows = (member)

/**
 * A second list of the same parent that knows more about the rows. It is fetched only when a
 * statement uses one of its columns (CM_COMPANION) and matched by the value of `match` in both; no
 * match, several, or a list that is missing leaves the columns NULL.
 */
typedef struct cm_companion {
  const char *path;
  cm_paging paging;
  const char *rows;
  const char *match;  /* member with the same meaning in both lists */
  cm_missing missing; /* what a 404 of it means while the list itself is answered */
} cm_companion;

#endif
