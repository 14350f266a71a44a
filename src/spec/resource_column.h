/*
** resource_column.h -- the part of a descriptor that says what a column is.
** Data only. Included through spec/resource.h.
*/
#ifndef CM_SPEC_RESOURCE_COLUMN_H
#define CM_SPEC_RESOURCE_COLUMN_H

#include "base/base.h"

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
  CM_ANY_TEXT_IN_PATH =
      1 << 8, /* in a path: any text, percent-encoded (an external id); else an id of ours */
  CM_MAY_DROP = 1 << 9 /* the API may keep another value than the one sent, without a word */
};

/** Who may write it. */
enum {
  CM_READ_ONLY = 0,
  CM_WRITABLE = CM_INSERT | CM_UPDATE,
  CM_NEVER_NULL = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL /* INSERT gives it, UPDATE keeps it */
};

/** How a JSON column is laid out in a request body. */
typedef enum cm_shape {
  CM_AS_IS,      /* as given */
  CM_LIST,       /* an array; one object stands for an array of one */
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

/** A word that is the same on both sides. */
#define CM_WORD(text)                                                                              \
  { (text), (text) }

/**
 * A member of the `extras` of a descriptor's struct: what only a few tables need, so that a plain descriptor shows
 * nothing of it. 0 or NULL where the struct has no extras. See cm_column_extras for one of them.
 */
#define CM_EXTRA(of, member) ((of)->extras != NULL ? (of)->extras->member : 0)

/** What few columns need. */
typedef struct cm_column_extras {
  /* "member=word": the column is of the rows whose member is that word, and NULL in all others. NULL: of
  ** every row. */
  const char *only;
  /* What goes into the body wherever the column does: "place=word place=word", places as in `body`. NULL:
  ** nothing. */
  const char *beside;
  /* UPDATE to NULL sends an empty list at this place of the body instead of null. NULL: null is sent. */
  const char *empties;
  /* A query parameter that must be "true" for the answer to hold this member. It is sent where the column is used, or
  ** the row as it arrived ("@row"). NULL: none. */
  const char *wants;
  /* The words that a write may give, where answers have others too. NULL: the same, or anything. */
  const cm_word *written;
  /* Of a column whose name ends in _uuid: the table whose key it holds. NULL: the one that the name says ("plan_uuid":
  ** chartmogul_plans), or none. */
  const char *of;
} cm_column_extras;

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
  ** where the member is there and not null, else 0; "*" in a path stands for a word that the read unfolds. */
  const char *path;
  /* Where it goes in a request body, dotted. NULL: the same as `path`; "": never in a body, the column
  ** only fills paths and names other rows. */
  const char *body;
  /* All words that answers have here, where the API has no others. NULL: those of a filter, or anything. */
  const cm_word *words;
  cm_shape shape;
  const cm_column_extras *extras; /* NULL: none */
  /* A plausible value for the statements of chartmogul_endpoints. NULL: one by type and name. */
  const char *sample;
  const char *doc; /* one sentence with a period */
} cm_column;

/** The fields that every column has; others follow where it needs them. */
#define CM_COLUMN(column_name, column_type, column_flags, text)                                    \
  .name = (column_name), .type = (column_type), .flags = (column_flags), .doc = (text)

#endif
