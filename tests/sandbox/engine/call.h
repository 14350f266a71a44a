/*
** call.h -- one API request on its way through the sandbox: the endpoint, what was asked and what is answered.
** Owns: the parsed query and body and the answer.  Never: touches a socket.
*/
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include "render.h"
#include "row.h"

#define SB_ARGUMENT_MAX 2
#define SB_QUERY_MAX 64

typedef struct sb_route sb_route;
typedef struct sb_list sb_list;

/** The two back ends of the API; they differ in content types and errors. */
typedef enum sb_family { SB_GRAPE, SB_RAILS } sb_family;

/** One endpoint: a row of the table. */
struct sb_route {
  const char *method;
  const char *path; /* "/customers/{cus}": the placeholder says what kind of object stands there */
  sb_family family;
  int status; /* of success */
  void (*handle)(sb_call *call);
  const sb_resource *resource; /* for the generic handlers */
  const sb_list *list;         /* for sb_handle_list */
};

/** A query parameter, decoded. */
typedef struct sb_parameter {
  char *name;
  char *value;
} sb_parameter;

struct sb_call {
  sb_account *account;
  const sb_route *route;
  int64_t ids[SB_ARGUMENT_MAX]; /* the objects that the path names, in order */
  char *words[SB_ARGUMENT_MAX]; /* the same as text, decoded */
  sb_parameter query[SB_QUERY_MAX];
  size_t query_count;
  cJSON *body;     /* an object, never NULL inside a handler */
  size_t body_len; /* bytes that it came in */
  sb_problems problems;
  /* The answer. */
  int status;
  const char *content_type;
  sb_text out;
};

/** How a filter's value is read, and what is bound. */
typedef enum sb_filter_type {
  SB_BY_TEXT,
  SB_BY_UUID,     /* of kind `detail` */
  SB_BY_STATUS,   /* underscores are blanks */
  SB_BY_DAY,      /* the day of an instant: two parameters, begin and end */
  SB_BY_DAY_FROM, /* a day or an instant, inclusive */
  SB_BY_DAY_TO,   /* the same; a day means its end */
  SB_BY_DAY_END,  /* the same, unless the switch activities_end says that it means its midnight */
  SB_BY_CHOICE    /* `where` is "value:condition|value:condition" */
} sb_filter_type;

/** A query parameter that narrows a list. */
typedef struct sb_filter {
  const char *param; /* NULL ends the list */
  const char *where; /* SQL condition over the row `t` */
  sb_filter_type type;
  int detail;
  const char *absent; /* the condition when the parameter is not sent, or NULL */
  size_t switched_by; /* offset of the flag in sb_decisions that makes it work; 0: it works */
} sb_filter;

/** The members of a first page besides rows, cursor and has_more. */
enum {
  SB_FIRST_PAGES = 1,      /* current_page, total_pages */
  SB_FIRST_PER_PAGE = 2,   /* per_page */
  SB_FIRST_PAGE = 4,       /* page */
  SB_FIRST_NULL_TOTAL = 8, /* total_pages is null */
  SB_FIRST_META = 16,      /* the object meta of events */
  SB_EVERY_CUSTOMER = 32,  /* customer_uuid on every page */
  SB_OLD_PAGES = 64,       /* `page` gives the old shape without cursor and has_more */
  SB_OLD_HAS_MORE = 128    /* `page` gives the old shape with has_more */
};

/** A list endpoint. */
struct sb_list {
  const sb_resource *resource;
  const char *root;
  const char *scope; /* condition with one parameter, the path's first object; NULL: all rows */
  const char *time;  /* the column that orders, before the id */
  bool is_ascending;
  bool has_old_order; /* ascending, when the switch list_order says so */
  bool has_id_key;    /* the cursor ends in the integer id, not in the uuid */
  /* The cursor is the bare uuid of the next row, and its page begins behind that: recorded once. */
  bool is_anchored;
  unsigned members; /* SB_FIRST_* and the like */
  unsigned form;
  const sb_filter *filters;
};

/** A query parameter, or NULL; borrowed. */
const char *sb_call_parameter(const sb_call *call, const char *name);
/** Whether a query parameter is "true" or "1". */
bool sb_call_flag(const sb_call *call, const char *name);
/** A text member of the body, or NULL; borrowed. */
const char *sb_call_text(const sb_call *call, const char *name);
/** How many rows the request wants on a page: 1 to 200. */
int sb_call_per_page(const sb_call *call);
/** What the request wants to see, from with_disabled and include_edit_histories. */
sb_view sb_call_view(const sb_call *call, unsigned form);

/** Add a problem with a member that was sent. */
#define sb_call_problem(call, ...) sb_problems_add(&(call)->problems, __VA_ARGS__)
/** Whether there are problems; if so the answer is the error of the route's family. */
bool sb_call_failed(sb_call *call);
/** Answer with an error in the form of the route's family. The message is formatted. */
void sb_call_fail(sb_call *call, int status, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/** Answer that the cursor is none of the list's. */
void sb_call_fail_cursor(sb_call *call);
/**
 * Answer that an object does not exist, in the words of its kind. `words` is what the request
 * had.
 */
void sb_call_fail_missing(sb_call *call, sb_kind kind, const char *words);
/** Start the answer anew with this status and the content type of the route's family. */
void sb_call_answer(sb_call *call, int status);
/** Answer with a status such as 204 or 304, and no body. */
void sb_call_answer_empty(sb_call *call, int status);
/** Answer with an empty object. */
void sb_call_answer_object(sb_call *call, int status);
/** Answer with one object as its resource writes it. */
void sb_call_answer_row(sb_call *call, const sb_resource *resource, int64_t id, int status);

/**
 * The object of the route's resource that the path names, or the query by external id; 0 when there is none, which is
 * answered then.
 */
int64_t sb_call_find_named(sb_call *call);

/** Handlers of endpoints that their descriptor describes completely. */
void sb_handle_list(sb_call *call);
/** What sb_handle_list does, for a list that is not the route's. */
void sb_list_answer(sb_call *call, const sb_list *list);
void sb_handle_retrieve(sb_call *call);
void sb_handle_create(sb_call *call);
void sb_handle_update(sb_call *call);
void sb_handle_delete(sb_call *call);
void sb_handle_disable(sb_call *call);

/**
 * Create a row of `resource` from `json`; 0 when there are problems, which then stand in the
 * call.
 */
int64_t sb_create_row(sb_call *call, const sb_resource *resource, sb_row *row, const cJSON *json);
/** Change a row; false when there are problems. */
bool sb_update_row(sb_call *call, const sb_resource *resource, int64_t id, const cJSON *json);
/**
 * Set `disabled` and who did it when; false when the record's source does not allow it, which is
 * then the answer.
 */
bool sb_disable_row(sb_call *call, const sb_resource *resource, int64_t id, const cJSON *body);

#endif
