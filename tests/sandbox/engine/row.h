/*
** row.h -- one row by its descriptor: read from JSON, checked, stored, changed, deleted.
** Owns: the values of a row, the messages of problems.  Never: answers a request.
*/
#ifndef SANDBOX_ROW_H
#define SANDBOX_ROW_H

#include "account.h"
#include "resource.h"

/** The account's resource of a kind, or NULL. */
const sb_resource *sb_resource_find(const sb_account *account, sb_kind kind);
/** Whether an object of a kind that has a resource is stored. */
bool sb_resource_has(sb_account *account, sb_kind kind, int64_t id);

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

#endif
