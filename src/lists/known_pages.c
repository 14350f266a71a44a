#include "lists/known_pages.h"

#include "lists/split.h"

enum { MOST_PAGES = 1000000 }; /* more make no difference to a plan */

void cm_known_pages_put(cm_session *session, const cm_read *read, int64_t pages) {
  for (int i = 0; i < CM_MAX_KNOWN_LISTS; i++) {
    const void *known = session->reading.known_lists[i].read;
    if (known != NULL && known != read) continue;
    session->reading.known_lists[i].read = read;
    session->reading.known_lists[i].pages = pages > MOST_PAGES ? MOST_PAGES : (int)pages;
    session->reading.known_lists[i].rows = -1;
    return;
  }
}

void cm_known_pages_put_rows(cm_session *session, const cm_read *read, int64_t rows) {
  for (int i = 0; i < CM_MAX_KNOWN_LISTS; i++) {
    if (session->reading.known_lists[i].read == read) session->reading.known_lists[i].rows = rows;
  }
}

int64_t cm_known_pages_find_rows(const cm_session *session, const cm_read *read) {
  for (int i = 0; i < CM_MAX_KNOWN_LISTS; i++) {
    if (session->reading.known_lists[i].read == read) return session->reading.known_lists[i].rows;
  }
  return -1;
}

int64_t cm_known_pages_most(const cm_session *session, const cm_read *read, int64_t pages) {
  const cm_settings *settings = &session->settings;
  bool is_split = CM_EXTRA(read, splits) != NULL && read->each == NULL &&
                  settings->concurrency > 1 && settings->max_requests == 0;
  int64_t parts = pages / CM_LEAST_PAGES_OF_A_PART;
  if (!is_split || pages < CM_LONG_LIST_PAGES) return pages;
  /* By what it is split is asked; then come the page that was read before, and the one that counts the rows. */
  return pages + 1 + (parts > 1 ? parts + 2 : 0);
}

int cm_known_pages_find(void *session, const cm_read *read) {
  const cm_session *known = session;
  for (int i = 0; i < CM_MAX_KNOWN_LISTS; i++) {
    if (known->reading.known_lists[i].read == read) return known->reading.known_lists[i].pages;
  }
  return 0;
}
