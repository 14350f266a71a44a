/*
** writes.h -- transactions made at random on tables that show one set, against a plain model.
** Owns: nothing.
*/
#ifndef DIFFERENTIAL_WRITES_H
#define DIFFERENTIAL_WRITES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Run transactions on customers, their tags and their attributes, and the same on ordinary tables; after each
 * COMMIT both must say the same.
 * @param db      With the extension, and an account that has customers.
 * @param only    The number of the one to show; -1: none.
 * @param failed  Receives how many differed, each with its statements on stdout.
 */
void writes_run(sqlite3 *db, uint64_t seed, int count, int only, int *failed);

#endif
