/*
** answer_cache.h -- answers of GET requests, kept from one statement to the next where cache_ttl says so.
** Owns: the answers, up to CM_MAX_CACHE_BYTES.  Tests: tests/cases/read/cache/
**
** It serves reads alone: while every running statement only reads, and never what asks for fresh answers (the queue and
** the look-ups of its writes do not come here). An answer is as old as its request, and gone after cache_ttl. A write of
** the account empties it when it leaves and when its answer is there; what was asked before either of them is not kept. A
** later page of a list counts only while the first one is kept that it belongs to: the pages of a list are of one reading, or
** of the one and its continuation.
*/
#ifndef CM_LISTS_ANSWER_CACHE_H
#define CM_LISTS_ANSWER_CACHE_H

#include "base/map.h"
#include "client/session.h"
#include "wire/slice.h"

typedef struct cm_cached cm_cached;

/** Zeroed it is empty. */
typedef struct cm_answer_cache {
  cm_map answers;             /* by path */
  cm_cached *newest, *oldest; /* by their last use */
  size_t bytes;
  int64_t writes;   /* of cm_calls, when it was last looked at */
  uint64_t account; /* of the session, then */
} cm_answer_cache;

/** A request that leaves now, for an answer that may be kept. */
typedef struct cm_cache_ticket {
  bool may_keep;
  int64_t asked_ms, writes;
  uint64_t account;
} cm_cache_ticket;

/** May what is asked now be answered from the cache, and be kept in it? */
cm_cache_ticket cm_answer_cache_ticket(cm_answer_cache *cache, const cm_session *session);

/**
 * The answer to a request. Of a ticket that may not keep anything: none.
 * @param list  The list's first request when this is a page of a list; NULL: it is none.
 * @return the bytes, borrowed until the cache is next called; NULL pointer: send the request.
 */
cm_slice cm_answer_cache_find(cm_answer_cache *cache, const cm_session *session,
                              const cm_cache_ticket *ticket, const char *path, const char *list);

/**
 * How many answers would serve a statement that only reads: the pages of one reading of a list, or of everything below a path.
 * @param first       The list's first request; or how the requests begin.
 * @param is_of_list  Only that request and the pages that go on from it.
 */
int64_t cm_answer_cache_count(cm_answer_cache *cache, const cm_session *session, const char *first,
                              bool is_of_list);

/** Keep an answer, unless it became old meanwhile or memory runs out. @param body  Taken over, as sqlite3_malloc gave it. */
void cm_answer_cache_take(cm_answer_cache *cache, const cm_session *session,
                          const cm_cache_ticket *ticket, const char *path, char *body, size_t len);

void cm_answer_cache_clear(cm_answer_cache *cache);

#endif
