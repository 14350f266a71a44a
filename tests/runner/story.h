/*
** story.h -- a case file, cut into its sections.
** Owns: the texts of the case.  Never: runs anything.  The format: tests/README.md
*/
#ifndef RUNNER_STORY_H
#define RUNNER_STORY_H

#include "text.h"

typedef enum section_kind {
  SECTION_UNKNOWN,
  SECTION_MUST_FAIL,
  SECTION_NOT_TORTURED,
  SECTION_SQLITE,
  SECTION_FOR_EACH,
  SECTION_ENV,
  SECTION_SEED,
  SECTION_CONTROL,
  SECTION_SETUP,
  SECTION_RECONNECT,
  SECTION_REPLY,
  SECTION_BIND,
  SECTION_INTERRUPT,
  SECTION_SQL,
  /* expectations: they follow an sql section */
  SECTION_ROWS,
  SECTION_ERROR,
  SECTION_PLAN,
  SECTION_SENT,
  SECTION_CHANGES,
  SECTION_PEAK
} section_kind;

typedef struct section {
  section_kind kind;
  char *word;     /* the kind as it is written */
  char *argument; /* the rest of the header line */
  char *body;     /* the lines below, without the empty ones at the end */
  int line;       /* of the header, from 1 */
} section;

typedef struct story {
  char *path;
  char *name;     /* area/name, and [table] where it is told of several tables */
  char *preamble; /* the lines before the first section */
  section *sections;
  size_t count;
  char *must_fail; /* NULL: the case must pass; else it must fail, saying this */
  bool fails_late; /* it is to fail where a request is late, and is not played otherwise */
  int sqlite_from; /* sqlite3_libversion_number() of the versions that it is for: */
  int sqlite_to;   /* this one and older than that one */
  size_t tellings; /* how often the file is told: 1, or once for each of its tables */
  bool is_of_tables;
} story;

/**
 * Read a case.
 * @param folder     Of all cases, without a slash at its end; the file examples.txt in it has the tables' values.
 * @param path       The file, below the folder.
 * @param nth        Which telling, from 0.
 * @param is_update  Expectations may be missing: they will be written.
 * @param why        Receives what is wrong with it, one a line; empty for a sound case.
 * @return the case, free it with story_free; NULL when the file cannot be read.
 */
story *story_read(const char *folder, const char *path, size_t nth, bool is_update, text *why);
void story_free(story *done);

/** True for a section that states what must come out. */
bool section_is_expectation(section_kind kind);

/** The expectation of this kind behind the sql section at `sql`, NULL when there is none. */
section *story_find(story *of, size_t sql, section_kind kind);

/** Replace what stands below the header (and the header's words, unless NULL). */
void section_rewrite(section *at, section_kind kind, const char *argument, const char *body);

/** Add an expectation behind the sql section at `sql`; pointers to sections end to be valid. */
void story_insert(story *into, size_t sql, section_kind kind, const char *body);

/** Append the case as its file would read; a story told of tables as it reads for its table. */
void story_print(const story *from, text *to);

/** Write the case back to its file, never that of a story told of tables. @return false when that failed. */
bool story_write(const story *from);

#endif
