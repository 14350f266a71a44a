/*
** target.h -- what the fuzz targets share: the parts of an input, a connection, a check.
*/
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdint.h>

#include "base/sqlite_api.h"
#include "wire/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What libFuzzer is to report with the input that led here. */
#define require(is_true) target_require((is_true), #is_true, __FILE__, __LINE__)
void target_require(bool is_true, const char *text, const char *file, int line);

/** What is left of an input. */
typedef struct input {
  const char *at;
  size_t left;
} input;

/** The next byte, 0 at the end. */
unsigned input_byte(input *from);

/**
 * Everything up to the next `end`, which is dropped, or all that is left. A copy with a NUL behind it, in
 * memory of just its size, so that a step beyond it is seen. Free it with target_free().
 */
cm_slice input_part(input *from, char end);
void target_free(cm_slice part);

/** A connection with the extension, a base URL and a key; sleeping costs nothing. NULL `sql`: no set-up. */
sqlite3 *target_open(const char *sql);

/**
 * Run one statement to its end. An error must have a text, in one line, and be none that says that SQLite
 * or the extension is at fault. With TARGET_SHOW in the environment, statements and errors are printed.
 * @param rows  Receives the number of rows; NULL if not wanted.
 * @param hash  Receives a number made of all values, the same in any order of the rows; NULL: likewise.
 * @return the code, SQLITE_OK at the end.
 */
int target_run(sqlite3 *db, sqlite3_stmt *statement, int64_t *rows, uint64_t *hash);

/** Prepare what must be sound SQL. */
sqlite3_stmt *target_prepare(sqlite3 *db, const char *sql);

#endif
