/*
** journal_file.h -- the file of a journal: opened, made, checked; its lock.
** Threads: belongs to one session.  Tests: tests/unit/journal/journal.c
*/
#ifndef CM_JOURNAL_JOURNAL_FILE_H
#define CM_JOURNAL_JOURNAL_FILE_H

#include "base/base.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/sqlite_api.h"

enum {
  CM_JOURNAL_APPLICATION = 0x434d4a31, /* "CMJ1" */
  CM_JOURNAL_VERSION = 1,
  CM_JOURNAL_LOCK_MS = 10000 /* how long another COMMIT or resume is waited for */
};

/**
 * Open the file, and make it, for its owner alone, where there is none. What stands in it is input: the tables must be
 * ours to the letter, and nothing of it is ever run.
 * @param out  Receives the handle; close it with sqlite3_close.
 * @return SQLITE_OK; SQLITE_CANTOPEN with why, and what to do; SQLITE_NOMEM.
 */
int cm_journal_file_open(const char *path, sqlite3 **out, cm_err *err) CM_MUST_CHECK;

/** What went wrong with the handle, as SQLITE_CANTOPEN; memory as SQLITE_NOMEM. */
int cm_journal_file_fail(sqlite3 *db, const char *path, const char *what, cm_err *err);

/**
 * Take the lock of the journal, "<path>-lock", for this process and handle.
 * @param out  Receives the open lock; give it back with cm_journal_unlock.
 * @return SQLITE_OK; SQLITE_BUSY after CM_JOURNAL_LOCK_MS, which names who has it; SQLITE_CANTOPEN; SQLITE_NOMEM.
 */
int cm_journal_lock(const char *path, const cm_clock *clock, int *out, cm_err *err) CM_MUST_CHECK;

/** -1: nothing. */
void cm_journal_unlock(int lock);

#endif
