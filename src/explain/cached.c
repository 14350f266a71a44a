#include "explain/cached.h"

#include <string.h>

#include "lists/known_pages.h"
#include "lists/memo.h"

/** Answers below the path, up to the first thing in it that is not known yet; of a list, whatever its query. */
static int count_below(const cm_explained_plan *plan, const char *path, bool is_list,
                       int64_t *count, cm_err *err) {
  char *begin = sqlite3_mprintf("%.*s%s", (int)strcspn(path, "{? "), path, is_list ? "?" : "");
  if (begin == NULL) return cm_err_nomem(err);
  *count = cm_memo_count_cached(plan->session, begin, false);
  sqlite3_free(begin);
  return SQLITE_OK;
}

/** Answers of one request, or of the list that begins with it. */
static int count_of(const cm_explained_plan *plan, const char *path, size_t len, bool is_paged,
                    int64_t *count, cm_err *err) {
  char *first = sqlite3_mprintf("%.*s", (int)len, path);
  if (first != NULL && is_paged && strstr(first, "per_page=") == NULL) {
    first = sqlite3_mprintf("%z%cper_page=%d", first, strchr(first, '?') != NULL ? '&' : '?',
                            plan->session->settings.per_page);
  }
  if (first == NULL) return cm_err_nomem(err);
  *count += cm_memo_count_cached(plan->session, first, true);
  sqlite3_free(first);
  return SQLITE_OK;
}

/** The path of a function, or that of the request in words. */
static const char *path_of(const cm_explained_plan *plan) {
  return plan->path != NULL ? plan->path : plan->text + strcspn(plan->text, "/");
}

/** All of a plan's text is known: its request, and that of its companion list. */
static int count_all(const cm_explained_plan *plan, int64_t *count, cm_err *err) {
  const char *text = path_of(plan);
  bool is_paged = plan->resource != NULL &&
                  plan->resource->reads[plan->plan.read].paging == CM_CURSOR;
  size_t len = strcspn(text, " ");
  int rc = count_of(plan, text, len, is_paged, count, err);
  const char *companion = strchr(text + len, '/');
  if (rc == SQLITE_OK && companion != NULL)
    rc = count_of(plan, companion, strlen(companion), false, count, err);
  return rc;
}

/** Is the list long enough to be read in several chains, whose requests are others? */
static bool is_split(const cm_explained_plan *plan, int64_t requests) {
  if (plan->resource == NULL || requests <= 0) return false;
  const cm_read *read = &plan->resource->reads[plan->plan.read];
  return cm_known_pages_most(plan->session, read, requests) > requests;
}

/** @param is_again  The list is read a second time for the rows of other tables, which the cache serves then. */
static void take_off(cm_price *price, int64_t count, bool is_about, bool is_again) {
  const char *about = is_about ? "about: " : "";
  int64_t pages = is_again ? price->requests / 2 : price->requests;
  price->requests = pages > count ? pages - count : 0;
  if (price->requests == 0) {
    cm_price_advise(price, "%scache_ttl serves it: nothing is sent", about);
  } else {
    cm_price_advise(price, "%scache_ttl serves %lld page%s, which %s not sent", about,
                    (long long)count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
  }
}

int cm_cached_take_off(const cm_explained_plan *plan, bool is_again, cm_price *price, cm_err *err) {
  int64_t count = 0;
  bool asks = plan->path != NULL || (plan->resource != NULL && plan->plan.read >= 0);
  if (plan->session->settings.prompt.cache_ttl <= 0 || !asks || price->requests == 0)
    return SQLITE_OK;
  const char *path = path_of(plan);
  bool is_open = strchr(path, '{') != NULL;
  bool is_about = !is_open && is_split(plan, is_again ? price->requests / 2 : price->requests);
  int rc = is_open || is_about ? count_below(plan, path, is_about, &count, err)
                               : count_all(plan, &count, err);
  if (rc != SQLITE_OK || count == 0) return rc;
  if (is_open || price->requests < 0) {
    cm_price_advise(price, "cache_ttl may serve some: %lld answer%s of this path %s kept",
                    (long long)count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
  } else {
    take_off(price, count, is_about, is_again);
  }
  return SQLITE_OK;
}
