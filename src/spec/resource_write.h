/*
** resource_write.h -- the parts of a descriptor that say how a table is written: calls, keys, names.
** Data only. Included through spec/resource.h.
*/
#ifndef CM_SPEC_RESOURCE_WRITE_H
#define CM_SPEC_RESOURCE_WRITE_H

#include "base/base.h"

/* ---- writing ------------------------------------------------------------------------------- */

typedef enum cm_verb { CM_VERB_INSERT, CM_VERB_UPDATE, CM_VERB_DELETE } cm_verb;

enum cm_write_flags {
  CM_ALONE = 1 << 0,     /* its columns may not be set together with others */
  CM_USER_EDIT = 1 << 1, /* takes handle_as_user_edit=true */
  /* A column that is a set is brought to the value wanted by up to three writes: */
  CM_ADDED = 1 << 2,   /* carries what the new value has and the old one lacks */
  CM_CHANGED = 1 << 3, /* carries the members whose value differs */
  CM_REMOVED = 1 << 4, /* carries the items, or the names of the members, that are gone */
  /* The API takes the list only as a whole: the body is a fresh read of it (by the read that has the
  ** same {column} in its path) with the rows put in (INSERT) or left out (DELETE). */
  CM_WHOLE_LIST = 1 << 5
};

/** What few calls that write need. */
typedef struct cm_write_extras {
  /* So many rows of an INSERT at most whose path and query are the same may go in one call; 0: each goes alone. The
  ** body of the call ends in "[]" and the answer in "[0]": the list of the answer shows the natural keys of the rows,
  ** or has their order. */
  int batch;
  /* A list without which the API takes no new row: given, or filled by the rows that go inside (cm_inside_of).
  ** NULL: there is none. */
  const char *needs_items;
  /* Member of the answer that shows which row was written: a key that stands in the path, or is that of the
  ** row. NULL: the member of the key column, where the key is one. */
  const char *answer_key;
  /* Where columns go that this body has at another place than usual, "column:place" by spaces; an empty place: nowhere.
  ** Only where `columns` is NULL. NULL: all at their usual places. */
  const char *places;
} cm_write_extras;

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
      *answer; /* where the object may stand in the answer: "invoices[0]"; NULL: it is the answer */
  const cm_write_extras *extras; /* NULL: none */
  unsigned flags;
  /* What the example in chartmogul_endpoints shows, by spaces: the columns that an INSERT gives beside the
  ** required ones, the column that an UPDATE sets. NULL: none beside; the first one that it carries. */
  const char *example;
} cm_write;

/** The fields that every call has; others follow where it needs them. */
#define CM_CALL(sql_verb, http_method, where)                                                      \
  .verb = (sql_verb), .method = (http_method), .path = (where)

/**
 * How a column that a path of UPDATE or DELETE needs is found where the row lacks it. A list ends with
 * {0}.
 */
typedef struct cm_need {
  const char *column;
  const char *path; /* what is asked for it: "/customers/{customer_uuid}"; NULL: it cannot be had */
  const char *key;  /* member of the answer that repeats the last segment of the path */
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
  bool is_spent;      /* the external id is not sent once the uuid has been found by it */
} cm_reference;

/**
 * A table whose rows are the members of a set that another table shows whole, in one column. Writes of both
 * keep their order, and a set is compared with what the earlier ones will leave.
 */
typedef struct cm_member_of {
  const char *resource; /* "chartmogul_customers" */
  const char *set;      /* its column: "custom" */
  const char *owner; /* column that holds the key of the row which has the set: "customer_uuid" */
  const char *name;  /* column that names the member; NULL: the set is a list of values */
  const char *value; /* column that holds the value, or the item of the list */
} cm_member_of;

/**
 * A table whose new rows may go out inside the row that they belong to, while that waits: its create carries
 * them in a list.
 */
typedef struct cm_inside_of {
  const char *resource; /* "chartmogul_invoices" */
  const char *list;     /* its column whose items they are: "line_items" */
} cm_inside_of;

/**
 * A table whose new rows may go as records of a json import: it carries rows of several tables of one data source, and
 * says later, by customer, what became of them. What a row names is named by external id there: a row that names its
 * customer by uuid gives him another name in its record.
 */
typedef struct cm_bulk {
  const char *list; /* member of the import, and of what it says of a customer: "line_items" */
  const cm_write
      *write; /* the call that starts the import, with the places of the columns in a record */
  /* Column with the external id of the customer whose record it is. NULL: that of the row which it goes inside; of a row
  ** that goes inside none: nobody's. */
  const char *customer;
  /* Rows of other tables that are to be there before it, "table.column:column" by spaces: where the two columns are equal.
  ** NULL: those that it names by a reference. */
  const char *after;
} cm_bulk;

/** Rows that a list shows only when it is asked for them. */
typedef struct cm_hidden {
  const char *query; /* sent with the look-up, so that it sees them too */
  /* Some of them the API holds as invalid, and shows why in `errors`: what WHERE takes to reach one,
  ** "validation_type = 'all'". NULL: none of them. */
  const char *reach;
} cm_hidden;

/** What few natural keys need. */
typedef struct cm_key_extras {
  /* Arrays of a row whose items at the same place are further pairs of the key (a merged customer);
  ** NULL: none. */
  const char *also[2];
  const char *frozen; /* columns that must not differ from the existing row's, by spaces; NULL */
} cm_key_extras;

/** What makes a row the same for OR IGNORE, OR REPLACE and references. */
typedef struct cm_natural_key {
  const char *columns[2]; /* both needed; the second NULL where one is enough */
  const char *path;       /* list to look in, that of a read; the columns are sent as `params` */
  const char *params[2];
  const char *rows;
  const cm_hidden *hidden;     /* NULL: the look-up sees every row */
  const cm_key_extras *extras; /* NULL: none */
  bool replace_is_ignore;      /* nothing can be updated: OR REPLACE leaves an existing row alone */
  const char *exists;          /* member of an error that means "exists already": "external_id" */
} cm_natural_key;

#endif
