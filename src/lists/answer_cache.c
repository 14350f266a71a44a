#include "lists/answer_cache.h"

#include <string.h>

#include "base/sqlite_api.h"

struct cm_cached {
  cm_map_node node;
  cm_cached *newer, *older;
  char *body; /* owned */
  size_t len, bytes;
  int64_t asked_ms;
  char path[];
};

/* ---- the answers --------------------------------------------------------------------------- */

static cm_cached *find(const cm_answer_cache *cache, const char *path) {
  return cm_map_find(&cache->answers, path, strlen(path));
}

static void append_use(cm_answer_cache *cache, cm_cached *cached) {
  cached->newer = NULL;
  cached->older = cache->newest;
  if (cache->newest != NULL) {
    cache->newest->newer = cached;
  } else {
    cache->oldest = cached;
  }
  cache->newest = cached;
}

static void remove_use(cm_answer_cache *cache, cm_cached *cached) {
  if (cached->newer != NULL) {
    cached->newer->older = cached->older;
  } else {
    cache->newest = cached->older;
  }
  if (cached->older != NULL) {
    cached->older->newer = cached->newer;
  } else {
    cache->oldest = cached->newer;
  }
}

static void drop(cm_answer_cache *cache, cm_cached *cached) {
  cm_map_remove(&cache->answers, &cached->node);
  remove_use(cache, cached);
  cache->bytes -= cached->bytes;
  sqlite3_free(cached->body);
  sqlite3_free(cached);
}

void cm_answer_cache_clear(cm_answer_cache *cache) {
  while (cache->oldest != NULL)
    drop(cache, cache->oldest);
}

/* ---- what they are good for ---------------------------------------------------------------- */

static bool are_all_reading(sqlite3 *db) {
  sqlite3_stmt *stmt = sqlite3_next_stmt(db, NULL);
  for (; stmt != NULL; stmt = sqlite3_next_stmt(db, stmt)) {
    if (sqlite3_stmt_busy(stmt) && !sqlite3_stmt_readonly(stmt)) return false;
  }
  return true;
}

/** What was kept of another account, or before a write, or while it was on its way, says nothing any more. */
static void look_at_writes(cm_answer_cache *cache, const cm_session *session) {
  if (cache->writes == session->connection->writes && cache->account == session->account) return;
  cm_answer_cache_clear(cache);
  cache->writes = session->connection->writes;
  cache->account = session->account;
}

static bool is_old(const cm_session *session, int64_t asked_ms) {
  int64_t kept_ms = (int64_t)session->settings.prompt.cache_ttl * 1000;
  return cm_session_now_ms(session) - asked_ms >= kept_ms;
}

cm_cache_ticket cm_answer_cache_ticket(cm_answer_cache *cache, const cm_session *session) {
  bool is_on = session->settings.prompt.cache_ttl > 0;
  look_at_writes(cache, session);
  if (!is_on) cm_answer_cache_clear(cache);
  return (cm_cache_ticket){
    .may_keep = is_on && !session->reading.is_fresh && are_all_reading(session->db),
    .asked_ms = cm_session_now_ms(session),
    .writes = session->connection->writes,
    .account = session->account,
  };
}

/** Is the first page there that this one goes on from? */
static bool has_first(const cm_answer_cache *cache, const cm_cached *page, const char *list) {
  if (list == NULL || strcmp(list, page->path) == 0) return true;
  const cm_cached *first = find(cache, list);
  return first != NULL && first->asked_ms <= page->asked_ms;
}

cm_slice cm_answer_cache_find(cm_answer_cache *cache, const cm_session *session,
                              const cm_cache_ticket *ticket, const char *path, const char *list) {
  const cm_slice none = { NULL, 0 };
  cm_cached *cached = ticket->may_keep ? find(cache, path) : NULL;
  if (cached == NULL) return none;
  if (is_old(session, cached->asked_ms) || !has_first(cache, cached, list)) {
    drop(cache, cached);
    return none;
  }
  remove_use(cache, cached);
  append_use(cache, cached);
  return (cm_slice){ cached->body, cached->len };
}

/** Is it the list's first request, or one that a cursor was added to? */
static bool is_page(const char *path, const char *first) {
  size_t len = strlen(first);
  if (strncmp(path, first, len) != 0) return false;
  bool goes_on = (path[len] == '?' || path[len] == '&') &&
                 strncmp(path + len + 1, "cursor=", strlen("cursor=")) == 0;
  return path[len] == '\0' || goes_on;
}

int64_t cm_answer_cache_count(cm_answer_cache *cache, const cm_session *session, const char *first,
                              bool is_of_list) {
  int64_t count = 0;
  look_at_writes(cache, session);
  if (session->settings.prompt.cache_ttl <= 0) return 0;
  const cm_cached *page = is_of_list ? find(cache, first) : NULL;
  if (is_of_list && (page == NULL || is_old(session, page->asked_ms))) return 0;
  for (const cm_cached *at = cache->newest; at != NULL; at = at->older) {
    bool is_it = is_of_list ? is_page(at->path, first) && at->asked_ms >= page->asked_ms
                            : strncmp(at->path, first, strlen(first)) == 0;
    if (is_it && !is_old(session, at->asked_ms)) count++;
  }
  return count;
}

/* ---- keeping ------------------------------------------------------------------------------- */

static cm_cached *make(const cm_cache_ticket *ticket, const char *path, char *body, size_t len) {
  size_t size = strlen(path) + 1;
  cm_cached *cached = sqlite3_malloc64(sizeof *cached + size);
  if (cached == NULL) return NULL;
  memset(cached, 0, sizeof *cached);
  memcpy(cached->path, path, size);
  cached->body = body;
  cached->len = len;
  cached->bytes = sizeof *cached + size + len + 1;
  cached->asked_ms = ticket->asked_ms;
  return cached;
}

void cm_answer_cache_take(cm_answer_cache *cache, const cm_session *session,
                          const cm_cache_ticket *ticket, const char *path, char *body, size_t len) {
  look_at_writes(cache, session);
  bool is_of_now = ticket->writes == session->connection->writes &&
                   ticket->account == session->account;
  bool is_kept = ticket->may_keep && is_of_now && !is_old(session, ticket->asked_ms);
  cm_cached *cached = is_kept && body != NULL ? make(ticket, path, body, len) : NULL;
  if (cached == NULL || cached->bytes > CM_MAX_CACHE_BYTES) {
    sqlite3_free(cached);
    sqlite3_free(body);
    return;
  }
  cm_cached *former = find(cache, path);
  if (former != NULL) drop(cache, former);
  while (cache->bytes + cached->bytes > CM_MAX_CACHE_BYTES)
    drop(cache, cache->oldest);
  cm_map_put(&cache->answers, &cached->node, cached, cached->path, strlen(cached->path));
  append_use(cache, cached);
  cache->bytes += cached->bytes;
}
