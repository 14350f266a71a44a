/*
** registry.h -- the list of all resources: look them up, declare their tables, check their descriptors.
** Owns: nothing; the descriptors are constant data in resources/.
** Tests: tests/unit/spec/registry.c
*/
#ifndef CM_SPEC_REGISTRY_H
#define CM_SPEC_REGISTRY_H

#include "base/buf.h"
#include "base/err.h"
#include "spec/resource.h"

/** What the long name of each table and function begins with; the short one lacks it. */
#define CM_TABLE_PREFIX "chartmogul_"

/** Every resource that has a table, in the order in which the manual lists them. Borrowed. */
const cm_resource *const *cm_registry_list(int *count);

/** By table name ("chartmogul_customers"); NULL when no table has it. */
const cm_resource *cm_registry_find(const char *name);

/** Index of a column by name, of which `len` bytes count; -1 when there is none. */
int cm_registry_find_column(const cm_resource *resource, const char *name, size_t len);
/** The same by a whole name; -1 for NULL, too. */
int cm_registry_column(const cm_resource *resource, const char *name);

/** Index of the CM_KEY column; -1 when the table has none. */
int cm_registry_key(const cm_resource *resource);

/**
 * The words that a column can have where all of them are known, by itself or by a filter; ends with {NULL, NULL}.
 * NULL: anything. Borrowed.
 */
const cm_word *cm_registry_words(const cm_resource *resource, int column);

/** Index of the read that finds one row by its key; -1 when there is none. */
int cm_registry_key_read(const cm_resource *resource);

/**
 * The table of which a GET of this path retrieves one row, by the key that is the last part of the path.
 * @param key  Receives that part; *len its bytes.
 * @return borrowed; NULL: none, or that part is not an identifier (those hold a digit), or is percent-encoded.
 */
const cm_resource *cm_registry_retrieved(const char *path, const char **key, size_t *len);

/** Index of the column that names the row around a row, "^" and the key of `encloser`; -1: none does. */
int cm_registry_encloser_column(const cm_resource *resource, const cm_resource *encloser);

/** The list that the look-up of a row by natural key, or of a member of a set, searches. */
typedef struct cm_searched {
  const cm_resource
      *source; /* whose list it is: that of the table, or of the rows that hold its rows */
  const cm_read
      *read; /* it is read with the path and the parameters of the natural key of `source` */
  const char *items; /* member of a row of the list that holds the rows; NULL: they are its rows */
  bool is_set;       /* the rows are the members of a set, and have no text */
} cm_searched;

/** @return false: no list shows all rows that a look-up may find, or not by what they are looked up by. */
bool cm_registry_searched(const cm_resource *resource, cm_searched *out);

/** The table whose rows stand in a list of this one's rows, see cm_inside_of. Borrowed; NULL: none. */
const cm_resource *cm_registry_inside(const cm_resource *resource, const char *list);

/** True when a write of the resource has the verb. */
bool cm_registry_can(const cm_resource *resource, cm_verb verb);

/** What WHERE takes to reach a row that the API hides as invalid; NULL: it hides none. Borrowed. */
const char *cm_registry_reach(const cm_resource *resource);

/** Where the path of a call begins that not every account serves yet; NULL: all do. Borrowed. */
const char *cm_registry_young(const char *path);

/** How a column of the type is declared: " INTEGER"; "" for one that takes any value. Constant. */
const char *cm_registry_sql_type(cm_type type);

/**
 * Append the CREATE TABLE text for sqlite3_declare_vtab. With a key the table is WITHOUT ROWID, because
 * UPDATE and DELETE then hand over the key itself. Behind its columns it then has one more, `_rowid_`,
 * hidden, which is the key under another name: a program that names a row by "_rowid_" would else have
 * SQLite read a text, which is equal to itself in every row. Codes as cm_buf_append.
 */
int cm_registry_schema(const cm_resource *resource, cm_buf *out);

/** Is it the column `_rowid_`, which no descriptor has? `column` counts as SQLite does. */
bool cm_registry_is_row_name(const cm_resource *resource, int column);

/**
 * Check every descriptor. A mistake in a descriptor is a mistake in the program, so
 * this runs in the tests and in debug builds.
 * @return SQLITE_OK; SQLITE_ERROR with table, column and the rule that is broken.
 */
int cm_registry_validate(cm_err *err);

/** The same for any list. Tables that a descriptor names are looked for in it. */
int cm_registry_check(const cm_resource *const *resources, int count, cm_err *err);

#endif
