/*
** resource.h -- what a kind of object is: its members, where they are stored, who may write them,
** how they are answered.
** Owns: nothing, descriptors are constant data.  Never: knows a
** particular resource.
**
** One file per resource holds a descriptor; row.c reads and stores by it, render.c answers by it,
** list.c pages by it.
*/
#ifndef SANDBOX_RESOURCE_H
#define SANDBOX_RESOURCE_H

#include "../base/timestamp.h"
#include "account.h"

#include <cjson/cJSON.h>

/** The most members that a resource may have. */
#define SB_MEMBER_MAX 64

typedef struct sb_call sb_call;
typedef struct sb_row sb_row;
typedef struct sb_resource sb_resource;

/** How a list or an object is to be shown. */
typedef struct sb_view {
  unsigned form;       /* SB_FORM_* */
  bool with_disabled;  /* disabled children too */
  bool with_histories; /* edit_history_summary too */
} sb_view;

/* SB_FORM_ALONE comes with another one: a row that is asked for without what it stands in. */
enum { SB_FORM_IMPORT = 1, SB_FORM_LIST = 2, SB_FORM_SINGLE = 4, SB_FORM_ALONE = 8 };

typedef enum sb_type {
  SB_TEXT,
  SB_INT,
  SB_MONEY,  /* computed money, written as the switch `numbers` says */
  SB_BOOL,   /* 0 or 1 */
  SB_UUID,   /* a counter, written as the uuid of kind `detail` */
  SB_ID,     /* a counter, written as the integer id of kind `detail` */
  SB_TIME,   /* milliseconds, written in style `detail` */
  SB_RAW,    /* JSON, answered as it came */
  SB_ERRORS, /* {member: text}, written as the switch errors_form says */
  SB_OBJECT, /* the members up to SB_END are inside an object of this name */
  SB_END,
  SB_NESTED /* written by `nested` */
} sb_type;

enum {
  SB_CREATE = 1,             /* may be sent when creating */
  SB_UPDATE = 2,             /* may be sent when changing */
  SB_BOTH = 3,               /* either */
  SB_REQUIRED = 4,           /* must be sent when creating */
  SB_HIDDEN = 8,             /* stored, never answered */
  SB_COMPUTED = 16,          /* `column` is an SQL expression over the row `t` */
  SB_OMIT_NULL = 32,         /* the key is left out when there is no value */
  SB_NEWER = 64,             /* left out unless the switch newer_members is on */
  SB_HISTORY = 128,          /* only when edit histories are asked for */
  SB_ONE_TIME_ONLY = 256,    /* only where the row's type is one_time */
  SB_SUBSCRIPTION_ONLY = 512 /* only where it is not */
};

/** One member. */
typedef struct sb_member {
  const char *name;   /* in JSON; NULL ends the list */
  const char *column; /* in SQL; NULL when it is the same */
  sb_type type;
  int detail; /* kind or style, by type */
  unsigned flags;
  unsigned forms;      /* SB_FORM_* in which it is answered; 0 is all */
  size_t switched_by;  /* offset of the flag in sb_decisions that shows it; 0: it is shown */
  const char *initial; /* value when nothing is sent; NULL is null */
  const char *allowed; /* "one|another" */
  void (*nested)(sb_account *account, int64_t id, const sb_view *view, sb_text *out);
} sb_member;

struct sb_resource {
  const char *table;
  const char *label; /* "Customer", as messages have it */
  sb_kind kind;
  const sb_member *members;
  const char *indexes; /* SQL that creates them */
  /* Check and complete a row that was read; id is 0 when it is new. Problems go to
     sb_call_problem. */
  void (*prepare)(sb_call *call, sb_row *row, int64_t id);
  /* After a row was stored. */
  void (*changed)(sb_account *account, int64_t id);
  /* Delete a row and all that hangs on it; NULL when it is just the row. */
  void (*remove)(sb_account *account, int64_t id);
  const char
      *deleted; /* what the answer to DELETE calls the row, in SQL; NULL: there is no message */
  bool says_unchanged; /* a PATCH without a member that it takes is answered 304 */
};

/** All resources, NULL at the end; their order is that of CREATE TABLE. */
extern const sb_resource *const sb_resources[];

/** The resource of a kind, or NULL. */
const sb_resource *sb_resource_find(sb_kind kind);
/** Whether an object of a kind that has a resource is stored. */
bool sb_resource_has(sb_account *account, sb_kind kind, int64_t id);
/** The column of a member. */
const char *sb_member_column(const sb_member *member);
/** Create the tables and indexes of all resources. */
void sb_resource_create_tables(sb_db *db);

/** A text member of an object, or NULL; borrowed. */
const char *sb_json_text(const cJSON *json, const char *name);

/** A value on its way into a row. */
typedef struct sb_value {
  enum { SB_NOT_GIVEN, SB_NULL, SB_INTEGER, SB_STRING } tag;
  int64_t integer;
  char *text; /* owned */
} sb_value;

/** The values of one row, by member. All zero but `resource` is an empty one. */
struct sb_row {
  const sb_resource *resource;
  sb_value values[SB_MEMBER_MAX];
};

/** What is wrong with what was sent. */
typedef struct sb_problem {
  const char *param; /* as sent */
  const char *code;  /* missing, invalid, taken, unknown */
  char *message;     /* owned */
} sb_problem;

#define SB_PROBLEM_MAX 16
typedef struct sb_problems {
  sb_problem items[SB_PROBLEM_MAX];
  size_t count;
} sb_problems;

/** Add a problem; the message is formatted and kept. Past SB_PROBLEM_MAX they are dropped. */
void sb_problems_add(sb_problems *problems, const char *param, const char *code, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));
/** Release the messages. */
void sb_problems_clear(sb_problems *problems);

/** Release the values. */
void sb_row_clear(sb_row *row);
/** Set a column. The name must be one of the resource's columns. */
void sb_row_int(sb_row *row, const char *column, int64_t value);
/** Set a column to a copy of a text; NULL is null. */
void sb_row_text(sb_row *row, const char *column, const char *value);
/** Forget what was sent for a column. */
void sb_row_drop(sb_row *row, const char *column);
/** Whether a column has a value or null. */
bool sb_row_has(const sb_row *row, const char *column);
/** Whether a column has a value that is not null. */
bool sb_row_is_set(const sb_row *row, const char *column);
/** The integer of a column, 0 when there is none. */
int64_t sb_row_get_int(const sb_row *row, const char *column);
/** The text of a column, or NULL; borrowed. */
const char *sb_row_get_text(const sb_row *row, const char *column);
/**
 * Take the members that `json` has and that `operation` (SB_CREATE or SB_UPDATE) allows.
 * What is wrong, or missing when creating, is added to `problems`.
 */
void sb_row_read(sb_account *account, sb_row *row, const cJSON *json, unsigned operation,
                 sb_problems *problems);
/** Take the values that a stored row has into the places that have none. */
void sb_row_load(sb_account *account, sb_row *row, int64_t id);
/** Members that a record must have and the row lacks become problems. */
void sb_row_check(const sb_row *row, sb_problems *problems);
/** Store a new row; columns without a value get their initial one. Gives its counter. */
int64_t sb_row_insert(sb_account *account, const sb_row *row);
/** Change the columns that have a value. */
void sb_row_update(sb_account *account, const sb_row *row, int64_t id);
/** Delete a row as its resource says. */
void sb_row_delete(sb_account *account, const sb_resource *resource, int64_t id);

/** Append "SELECT t.id, ..." with the columns that sb_render_row needs, of a row `t`. */
void sb_render_columns(const sb_resource *resource, sb_text *sql);
/** Append the object of the row that `statement`, which begins with these columns, stands on. */
void sb_render_row(sb_account *account, const sb_resource *resource, const sb_view *view,
                   sqlite3_stmt *statement, sb_text *out);
/** Append the object of one row; false when there is none. */
bool sb_render_id(sb_account *account, const sb_resource *resource, const sb_view *view, int64_t id,
                  sb_text *out);
/**
 * Append the objects of all rows that "SELECT ... FROM table t <rest>" gives, with one parameter,
 * separated by commas.
 *
 * @param rest  A string literal: its address stands for the statement.
 */
void sb_render_where(sb_account *account, const sb_resource *resource, const sb_view *view,
                     const char *rest, int64_t parameter, sb_text *out);
/**
 * End an object that was written by hand: the member that no client knows, when it is switched
 * on, and the brace.
 */
void sb_render_end(const sb_account *account, sb_text *out);
/** Append errors, {member: text}, as the switch `errors_form` says. */
void sb_render_errors(const sb_account *account, const char *errors, sb_text *out);
/** Append computed money as the switch `numbers` says. */
void sb_render_money(const sb_account *account, int64_t amount, sb_text *out);

#endif
