#include "copy/fetch.h"

#include <string.h>

#include "copy/growth.h"
#include "copy/merge.h"
#include "lists/list_store.h"
#include "lists/memo.h"
#include "spec/registry.h"

enum {
  MAX_ASKED_FOR = 100
}; /* rows that a list lacks; where it lacks more, it is read once more */

/* ---- a list --------------------------------------------------------------------------------------- */

static int read_list(cm_session *session, cm_stage *stages, int count, const char *first_day,
                     cm_err *err) {
  const cm_resource *leader = cm_copied_leader(stages[0].copied);
  cm_reading_of what = cm_reading_whole(leader);
  if (stages[0].copied->start >= 0 && first_day[0] != '\0') {
    what.terms[what.term_count++] = (cm_reading_term){
      stages[0].copied->start, CM_TERM_EQ, cm_value_text(first_day, strlen(first_day))
    };
  }
  return cm_reading_stage(session, &what, stages, count, err);
}

/* ---- what the list lacks --------------------------------------------------------------------------- */

static int ask_for(cm_session *session, cm_stage *stage, int read, const cm_value *key,
                   cm_err *err) {
  const cm_resource *resource = stage->copied->resource;
  cm_reading_of what = { .resource = resource, .read = read, .term_count = 1 };
  what.terms[0] = (cm_reading_term){ cm_registry_key(resource), CM_TERM_EQ, *key };
  cm_list_store_clear(session); /* the list, which lacks the row, may not answer for it */
  return cm_reading_stage(session, &what, stage, 1, err);
}

static void clear_keys(cm_value *keys, int count) {
  for (int i = 0; i < count; i++)
    cm_value_clear(&keys[i]);
}

/** Ask for the rows that a list lacks one by one, where they are few. */
static int ask_for_missing(cm_session *session, cm_stage *stage, bool *are_many, cm_err *err) {
  cm_value keys[MAX_ASKED_FOR + 1];
  int count = 0;
  int read = cm_registry_key_read(stage->copied->resource);
  if (read < 0) return SQLITE_OK;
  int rc = cm_merge_missing(stage, keys, MAX_ASKED_FOR + 1, &count, err);
  *are_many = count > MAX_ASKED_FOR;
  for (int i = 0; i < count && !*are_many && rc == SQLITE_OK; i++)
    rc = ask_for(session, stage, read, &keys[i], err);
  clear_keys(keys, count);
  return rc;
}

int cm_fetch_list(cm_session *session, cm_stage *stages, int count, const char *first_day,
                  cm_err *err) {
  bool is_read_again = false;
  bool is_read = false;
  int rc = count == 1 ? cm_growth_read(session, &stages[0], &is_read, err) : SQLITE_OK;
  if (rc == SQLITE_OK && !is_read) rc = read_list(session, stages, count, first_day, err);
  for (int i = 0; i < count && rc == SQLITE_OK; i++) {
    bool are_many = false;
    rc = ask_for_missing(session, &stages[i], &are_many, err);
    if (rc != SQLITE_OK || !are_many || is_read_again) continue;
    is_read_again = true;
    cm_memo_forget(session); /* its pages */
    rc = read_list(session, stages, count, first_day, err);
    i = -1; /* look again at what all of them lack */
  }
  return rc;
}
