/*
** copied.h -- what of a resource a copy holds: which tables can be copied, their columns, their keys, and the SQL
** that says so.
** Data and text only: no I/O.  Tests: tests/unit/copy/copied.c
*/
#ifndef CM_COPY_COPIED_H
#define CM_COPY_COPIED_H

#include "base/buf.h"
#include "base/err.h"
#include "spec/resource.h"

enum {
  CM_MAX_COPIED_COLUMNS = 63, /* visible ones: a plan knows them one by one up to here */
  CM_MAX_COPIED_KEYS = 4
};

/** One table of a copy: the visible columns of a resource, and of a series the column that says how long its intervals are. */
typedef struct cm_copied {
  const cm_resource *resource;
  const char *name; /* in the file: without "chartmogul_" */
  int read;         /* of the resource: its widest */
  int parent; /* column that says of which parent a row is listed: copied only when it is named; -1: it is not listed by parent */
  int start; /* column of the first day of a series, copied by month over the whole history; -1: it is not one */
  int columns[CM_MAX_COPIED_COLUMNS]; /* of the resource */
  int column_count;
  int keys[CM_MAX_COPIED_KEYS]; /* places in `columns` that identify a row */
  int key_count;                /* 0: nothing less than the whole row does */
} cm_copied;

/** @return false: it cannot be listed (a parameter has to be given), or two calls of it cannot be compared. */
bool cm_copied_describe(const cm_resource *resource, cm_copied *out);

/** Several tables of a copy. */
typedef struct cm_copied_list {
  cm_copied *tables; /* owned */
  int count;
} cm_copied_list;

/**
 * The tables that a call names, in the order of the manual.
 * @param names  "customers,plans", with or without chartmogul_; NULL: all that are not listed by parent.
 * @return SQLITE_OK; SQLITE_ERROR for a name that is not a table which can be copied; SQLITE_NOMEM.
 */
int cm_copied_choose(const char *names, cm_copied_list *out, cm_err *err) CM_MUST_CHECK;

void cm_copied_list_clear(cm_copied_list *list);

/**
 * The table whose list has the rows that this one's rows stand in, so that one reading serves both. Borrowed;
 * the resource itself where its rows are those of its list.
 */
const cm_resource *cm_copied_leader(const cm_copied *copied);

/** Append the names of all columns, quoted, each behind `prefix` ("t."), with commas. Codes as cm_buf_append. */
int cm_copied_names(const cm_copied *copied, const char *prefix, cm_buf *out);

/** Append the same with the types: the inside of CREATE TABLE. `with_key`: and the PRIMARY KEY. */
int cm_copied_definition(const cm_copied *copied, bool with_key, cm_buf *out);

/** Append "l.key IS r.key AND …", of the whole row where there is no key. */
int cm_copied_same_key(const cm_copied *copied, const char *left, const char *right, cm_buf *out);

/** The name of a column. Constant. */
const char *cm_copied_column(const cm_copied *copied, int place);

/** True for a column that names a row of another table by its uuid: joins go by it. */
bool cm_copied_is_joined(const cm_copied *copied, int place);

/** True for a column that is part of the key, or where the whole row is. */
bool cm_copied_is_key(const cm_copied *copied, int place);

#endif
