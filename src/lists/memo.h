/*
** memo.h -- answers of GET requests, kept for the statements that are running: no request twice.
** Owns: the answers, up to CM_MAX_MEMO_BYTES.  Tests: tests/unit/lists/memo.c
**
** The key is the whole request (path with query). An answer is shared: it may be under way while
** several cursors hold it, and lives until the last one lets go, in the memo or not. A failed
** answer is not kept: who asks again gets a new call.
**
** What is kept. An answer that holds its whole list, or a single object, is kept from the first
** time. Pages of a longer list are kept when the same list is read for the second time in a
** statement, so a plain scan keeps nothing; of what is asked for by equal terms, as a join asks again and again, from
** the first time on, where there is room; of whatever else is sent for the second time, so that nothing is sent three
** times. Small answers leave in the order of their last use when
** room is needed; a list that is read again and does not fit is an error that shows the
** MATERIALIZED form.
**
** When it is emptied. A memo belongs to the set of running statements: it is emptied when that set
** (see cm_statement_enter) differs from the one it was filled under, when the last cursor closes, and
** when as few cursors are left as were open before the statement began that runs beside others: it has ended. A
** subquery that opens its cursor again for each row opens the new one before the old one closes.
*/
#ifndef CM_LISTS_MEMO_H
#define CM_LISTS_MEMO_H

#include "client/call.h"

typedef struct cm_memo_answer cm_memo_answer;

enum {
  CM_MAX_AHEAD = 128,                  /* answers asked ahead and not taken yet */
  CM_MAX_AHEAD_BYTES = 8 * 1024 * 1024 /* no further ones while these hold so much */
};

/**
 * Ask for an answer: from the memo, from a request under way, or by a new call.
 *
 * @param list  The list's first request when this is a page of a list, NULL for a single object:
 *              what counts as "the same list again".
 * @param out   Receives the answer; let it go with cm_memo_answer_release.
 * @return SQLITE_OK, or what cm_call_start says.
 */
int cm_memo_get(cm_session *session, const char *who, const char *path, const char *list,
                cm_memo_answer **out, cm_err *err) CM_MUST_CHECK;

/**
 * Ask for an answer that is fresh, for a write: by a new call, whatever the memo has, which does not get to know it.
 * Result and `out` as of cm_memo_get.
 */
int cm_memo_answer_start(cm_session *session, const char *who, const char *path,
                         cm_memo_answer **out, cm_err *err) CM_MUST_CHECK;

/**
 * Ask for an answer before it is needed. It stays in the memo until cm_memo_get takes it or
 * the memo drops it; an error shows only to who takes it. Nothing happens when the answer is there
 * already, when CM_MAX_AHEAD such answers wait to be taken, when they hold too much, or when
 * max_requests is set: a guess must not use up what the statement needs.
 */
void cm_memo_prefetch(cm_session *session, const char *who, const char *path);

/** Would cm_memo_prefetch ask now? */
bool cm_memo_has_room_ahead(const cm_session *session);

/**
 * The scan that was followed is closed: what came ahead and was not taken stays as an answer that was asked for, so
 * that the next run of the same scan does not guess it once more. What is under way goes on.
 */
void cm_memo_keep_prefetched(cm_session *session);

/**
 * Drop what was asked ahead and not taken; what is under way is cut. For a new guess, and for
 * writes.
 */
void cm_memo_drop_prefetched(cm_session *session);

bool cm_memo_answer_is_done(const cm_memo_answer *answer);

/** Wait until it is there. @return the call's code, its line in `err`. Again at will. */
int cm_memo_answer_wait(cm_memo_answer *answer, cm_err *err);

/** Result of a done answer; the body stays valid until the release. */
const cm_call_result *cm_memo_answer_result(const cm_memo_answer *answer);

/**
 * Say how many rows the answer holds and whether it is whole (all rows of its list, a single
 * object, or a 404 that means no row): decides about keeping. An answer that is not settled is not
 * kept.
 * @return SQLITE_OK; SQLITE_TOOBIG for a page of a list that is read again and does not fit.
 */
int cm_memo_answer_settle(cm_memo_answer *answer, int64_t rows, bool is_whole, cm_err *err);

/** Keep a settled answer without waiting for its list to be read again, until its room is needed. */
void cm_memo_answer_keep(cm_memo_answer *answer);

/**
 * Let go. NULL: nothing. An answer that is neither held nor kept is freed, a call under way cut; one that
 * was not waited for stays as if it was asked ahead, where there is room.
 */
void cm_memo_answer_release(cm_memo_answer *answer);

/** What was answered so far does not count any more: the same request is sent again. Who has an answer keeps it. */
void cm_memo_forget(cm_session *session);

/** How many answers of former statements would serve one that only reads, as cm_answer_cache_count. */
int64_t cm_memo_count_cached(cm_session *session, const char *first, bool is_of_list);

/** Look whether other statements run than before, and empty the memo if so. Called by xFilter. */
void cm_memo_enter(cm_session *session);
/** A cursor closed; `open` cursors are left. Where it was the last one of its statement, the memo is emptied. */
void cm_memo_leave(cm_session *session, int open);

#endif
