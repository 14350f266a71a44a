/*
** resource_read.h -- the parts of a descriptor that say what a table shows: columns, reads, filters.
** Data only. Included through spec/resource.h.
*/
#ifndef CM_SPEC_RESOURCE_READ_H
#define CM_SPEC_RESOURCE_READ_H

#include "base/base.h"

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
  CM_FREE = 1 << 8, /* in a path: any text, percent-encoded (an external id); else an id of ours */
  CM_MAY_DROP = 1 << 9 /* the API may keep another value than the one sent, without a word */
};

/** How a JSON column is laid out in a request body. */
typedef enum cm_shape {
  CM_AS_IS,      /* as given */
  CM_LIST,       /* an array; INSERT takes one object for an array of one */
  CM_TYPED_LIST, /* an object {"key": value} becomes [{"type","key","value"}]; such a list stays */
  CM_KEY_VALUES, /* the same without "type"; a member gone by UPDATE is sent with the value null */
  CM_TIME_LIST,  /* a list of points in time, in any form */
  CM_TEXT_LIST   /* a list of texts */
} cm_shape;

/** A value in SQL and the word for it in a query string. A list ends with {NULL, NULL}. */
typedef struct cm_word {
  const char *sql;
  const char *wire;
} cm_word;

typedef struct cm_column {
  const char *name; /* snake_case, unique in the table */
  cm_type type;
  unsigned flags;
  /* Where the value stands in a row: members joined by dots, "[-1]" the last item of an array.
  ** "^member" is of the enclosing row where `each` unfolds rows (of a row that comes without it, the member
  ** of the column's name), "@key" the name of an unfolded member,
  ** "@self" the unfolded value itself, "@row" the row as it arrived. NULL: the same as `name`.
  ** "@type" is the type of "@self" in the API's words (String, Integer, Decimal, Boolean), which an
  ** INSERT that lacks it sends too (there a text of the ISO form is a Timestamp); "@bound" what the request was bound to and nothing else; "?member" 1
  ** where the member is there and not null, else 0; "*" in a path stands for a word of cm_read.unfold. */
  const char *path;
  /* "member=word": the column is of the rows whose member is that word, and NULL in all others. NULL: of
  ** every row. */
  const char *only;
  /* Where it goes in a request body, dotted. NULL: the same as `path`; "": never in a body, the column
  ** only fills paths and names other rows. */
  const char *body;
  /* All words that answers have here, where the API has no others. NULL: those of a filter, or anything. */
  const cm_word *words;
  cm_shape shape;
  /* What goes into the body wherever the column does: "place=word place=word", places as in `body`. NULL:
  ** nothing. */
  const char *beside;
  /* UPDATE to NULL sends an empty list at this place of the body instead of null. NULL: null is sent. */
  const char *empties;
  /* A query parameter that must be "true" for the answer to hold this member. It is sent where the column is used, or
  ** the row as it arrived ("@row"). NULL: none. */
  const char *wants;
  /* A plausible value for the statements of chartmogul_endpoints. NULL: one by type and name. */
  const char *sample;
  const char *doc; /* one sentence with a period */
} cm_column;

/* ---- reading ------------------------------------------------------------------------------- */

/** How a term of a WHERE clause compares a column. */
typedef enum cm_term_op {
  CM_TERM_EQ,
  CM_TERM_GT,
  CM_TERM_LE,
  CM_TERM_LT,
  CM_TERM_GE,
  CM_TERM_NE, /* <>, IS, IS NOT, other collations: SQLite's business, the value can be looked at */
  CM_TERM_OTHER /* LIKE, IS NULL, ...: SQLite's business */
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

/** One filter of a list: `column op value` is sent as `param=value`. A list ends with {0}. */
typedef struct cm_filter {
  const char *column;
  cm_op op;
  const char *param;
  const cm_word *words; /* the only values that are sent; NULL: any text that is not empty */
  /* The parameter goes by how the value begins ({"con_", "contact_uuid"}), and a value that begins in
  ** no such way is not sent; `param` is then what a plan shows, "customer_uuid|contact_uuid". NULL: it is
  ** `param` for every value. */
  const cm_word *prefixes;
  bool required; /* the read needs it */
  /* Sent when the statement does not give the column: a text, or one of the days below. NULL: none. */
  const char *fallback;
  const cm_widened
      *widened;   /* sent instead of the fallback where there is such a bound; NULL: none */
  bool is_silent; /* rows may lack the member: only the request knows what they have */
} cm_filter;

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

/** One way to read rows. The plan takes the cheapest one whose path and required filters are bound. */
typedef struct cm_read {
  const char *path; /* "/customers/{uuid}": {column} is a column bound by = or IN */
  cm_paging paging;
  const char *rows; /* member that holds the list; NULL for CM_SINGLE */
  const char *each; /* path inside a row whose items or members are the rows; NULL: none */
  /* CM_SINGLE with `each`: members, by spaces, of which an answer that has not the one of `each` must have
  ** another, or it is no answer to this request. NULL: it must have `each`, and repeat what is in the path. */
  const char *known_by;
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
  /* is_listed, but the list hides some rows: it cannot stand for the look-up of a row that it lacks. */
  bool finds_hidden;
  /* Rows of other reads have a row around them that those of this one lack: the table whose row it is. It is
  ** looked up when a statement looks at a column of it ("^member") that the row does not hold. The row names
  ** it in the column "^" and its key; one that does not is looked for in the reads that unfold. What is not found is
  ** asked for again with the parameters in `query` of that table's natural key, which show hidden rows. NULL: none. */
  const char *encloser;
  /* CM_CURSOR whose cursor may be the uuid of a row, and not of the one it seems: the member that holds
  ** that uuid. The one of the last row that came is then sent as the cursor. NULL: it is sent as it came. */
  const char *resume;
  int pages; /* what to expect before anything is known, for the costs of plans; 0 counts as 1 */
} cm_read;

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
