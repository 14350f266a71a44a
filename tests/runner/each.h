/*
** each.h -- a story that is told of several tables: `== for each customers plans`.
** Owns: the names of its tables and what they give for {NAME}.  Never: knows what a section means.
*/
#ifndef RUNNER_EACH_H
#define RUNNER_EACH_H

#include "text.h"

typedef struct each each;

/**
 * Read which tables the story `all` is told of, and their values: those of the file `examples`, then those below
 * the section itself, which win.
 * @param why  Receives what is wrong, one a line.
 * @return NULL for a story that is told once. Free with each_free.
 */
each *each_read(const char *all, const char *examples, text *why);
void each_free(each *done); /* NULL is fine */

size_t each_count(const each *from);
const char *each_table(const each *from, size_t nth); /* borrowed */

/**
 * Append one line of the story as it reads for the nth table, without its end.
 * @param number  Of the line, from 1, for complaints.
 * @return false when the line belongs to other tables: nothing is appended.
 */
bool each_line(const each *from, size_t nth, const char *line, size_t len, int number, text *to,
               text *why);

#endif
