/*
** row.h -- one row of a resource, and the SQL value of each of its columns.
** Owns: an index of the row's members.  Never: touches a SQLite value.
**
** A row is what an answer holds, plus what the request knew: a value that stands in the path, a parameter, and
** the value of a filter whose member answers may lack (cm_filter_extras.is_silent) stand in for a member that is absent.
*/
#ifndef CM_RECORD_ROW_H
#define CM_RECORD_ROW_H

#include "base/value.h"
#include "spec/registry.h"
#include "spec/resource.h"
#include "wire/json.h"
#include "wire/slice.h"

/** A column and the value that the request was bound to. */
typedef struct cm_binding {
  int column;
  cm_value value;
  bool stands_in;     /* for a member that the answer lacks: only the request knows what it is */
  bool is_worked_out; /* not given by the statement: it distinguishes no rows */
} cm_binding;

/** Where the members of a row's text stand, found in one pass over it. */
typedef struct cm_row_index cm_row_index;

typedef struct cm_row {
  const cm_resource *resource;
  cm_slice text;       /* the row as it arrived; borrowed from the answer */
  cm_row_index *index; /* of `text`; owned, made when first needed, used again for the next text */
  cm_slice outer;      /* enclosing row where `each` unfolds rows; absent otherwise */
  cm_slice name;       /* name of an unfolded member, still escaped; absent otherwise */
  const cm_word *word; /* of cm_read_extras.unfold, that this row stands for; NULL: none */
  cm_slice companion;  /* the matching row of the companion list; absent: none */
  const cm_binding *bindings; /* borrowed */
  int binding_count;
} cm_row;

/** Go on to a new text. */
void cm_row_set(cm_row *row, cm_slice text);
/** Free the index; it is made again when needed. The borrowed parts stay with their owners. */
void cm_row_clear_index(cm_row *row);
/** Free the index and let go of the texts. */
void cm_row_clear(cm_row *row);

/**
 * The SQL value of a column: booleans 0/1, instants and days in SQLite's form, objects and arrays as
 * they arrived, a value of an unexpected type as it came, null NULL. What is absent is NULL, or the value
 * that the request was bound to. A key is never filled in: one that is missing or holds a NUL is "?"
 * and a hash of the row.
 *
 * @param out  Receives the value; clear it with cm_value_clear. It may borrow from the row.
 * @return SQLITE_OK; SQLITE_ERROR where the row is not JSON; SQLITE_NOMEM.
 */
int cm_row_get(cm_row *row, int column, cm_value *out, cm_err *err) CM_MUST_CHECK;

/** The same without a copy: a text that it borrows from the row is not followed by a NUL. */
int cm_row_peek(cm_row *row, int column, cm_value *out, cm_err *err) CM_MUST_CHECK;

/** True for a column of the enclosing row that neither this row holds nor the request was bound to. */
bool cm_row_lacks_encloser(cm_row *row, int column);

/** A number that distinguishes rows without a key: of the row, what encloses it, and the bindings. */
uint64_t cm_row_hash(const cm_row *row);

/**
 * The same for the column by name. SQLITE_NOTFOUND when the resource has no such column.
 */
int cm_row_get_named(cm_row *row, const char *column, cm_value *out, cm_err *err) CM_MUST_CHECK;

/* ---- a row that SQLite hands on to a write ------------------------------------------------- */

/*
** UPDATE hands over the new values of a row, not the old ones, and its cursor may be closed by then. So
** while SQLite reads a row in order to update it, the hidden column `json` carries the whole row, with
** the companion and the bindings, in one text (cm_row_pack), and the write opens it again
** (cm_row_unpack). A plain `json` text opens too: UPDATE ... FROM on SQLite 3.40 passes that one.
*/

/** @return text to free with sqlite3_free, NULL when memory runs out. */
char *cm_row_pack(cm_row *row);

/** A row that owns what it stands on. */
typedef struct cm_packed_row {
  cm_row row;
  char *text;
  cm_binding *bindings;
  bool is_packed; /* false: it was a plain `json` text, and may be the user's own */
} cm_packed_row;

/** @return SQLITE_OK; SQLITE_ERROR when the text is not a row; SQLITE_NOMEM. */
int cm_row_unpack(const cm_resource *resource, const char *text, size_t len, cm_packed_row *out,
                  cm_err *err) CM_MUST_CHECK;
void cm_packed_row_clear(cm_packed_row *packed);

/** The pairs of identifiers that a merged row answers to: items at the same place of two arrays (cm_key_extras.also). */
typedef struct cm_further_pairs {
  cm_json *tree; /* owned: cm_json_free, on failure too */
  cm_json *first, *second;
} cm_further_pairs;

/** @param natural  One without such arrays has no pairs. @return SQLITE_OK, or why the row is not JSON. */
int cm_further_pairs_open(cm_further_pairs *out, const cm_natural_key *natural, cm_slice row,
                          cm_err *err) CM_MUST_CHECK;

/** The next pair of two texts, borrowed. False: there is none. */
bool cm_further_pairs_next(cm_further_pairs *pairs, const char *pair[2]);

#endif
