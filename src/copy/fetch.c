#include "copy/fetch.h"

#include <string.h>

#include "copy/growth.h"
#include "copy/lacking.h"
#include "copy/reading.h"
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

/** Narrow the list as far as it can be, to the values of a row; clear them with cm_value_clear. */
static int narrow(cm_scan *scan, cm_reading_of *what, cm_err *err) {
  const cm_read *list = &what->resource->reads[what->read];
  int rc = SQLITE_OK;
  for (const cm_filter *filter = list->filters; filter != NULL && filter->column; filter++) {
    int column = cm_registry_column(what->resource, filter->column);
    cm_value value = cm_value_null();
    if (what->resource->columns[column].flags & CM_PARAM) continue;
    if (what->term_count == CM_MAX_READING_TERMS) break;
    rc = cm_row_get(cm_scan_row(scan), column, &value, err);
    if (rc == SQLITE_OK && cm_value_is_text(&value) && value.len > 0) {
      what->terms[what->term_count++] = (cm_reading_term){ column, CM_TERM_EQ, value };
    } else {
      cm_value_clear(&value);
    }
    if (rc != SQLITE_OK) break;
  }
  return rc;
}

/** A look-up that may find what the list hides does not tell: the list does. */
static int ask_list(cm_session *session, const cm_reading_of *by_key, cm_stage *stages, int count,
                    cm_err *err) {
  cm_reading_of what = cm_reading_whole(by_key->resource);
  cm_scan *scan = NULL;
  int rc = cm_reading_open(session, by_key, &scan, err);
  if (rc == SQLITE_OK) rc = cm_scan_next(scan, err);
  bool is_found = rc == SQLITE_ROW;
  if (is_found) rc = narrow(scan, &what, err);
  cm_scan_close(scan);
  if (is_found && rc == SQLITE_OK) rc = cm_reading_stage(session, &what, stages, count, err);
  for (int i = 0; i < what.term_count; i++)
    cm_value_clear(&what.terms[i].value);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** What is asked for by a key: a row of the leader; of a table that is listed by parent the list of one of them. */
static cm_reading_of reading_by_key(const cm_copied *copied, const cm_value *key) {
  const cm_resource *leader = cm_copied_leader(copied);
  cm_reading_of what = cm_reading_whole(leader);
  int column = copied->parent >= 0 ? copied->parent : cm_registry_key(leader);
  if (copied->parent < 0) what.read = cm_registry_key_read(leader);
  what.terms[what.term_count++] = (cm_reading_term){ column, CM_TERM_EQ, *key };
  return what;
}

static int ask_for(cm_session *session, cm_stage *stages, int count, const cm_value *key,
                   cm_err *err) {
  cm_reading_of what = reading_by_key(stages[0].copied, key);
  cm_list_store_clear(session); /* the list, which lacks the row, may not answer for it */
  if (CM_EXTRA(&what.resource->reads[what.read], finds_hidden))
    return ask_list(session, &what, stages, count, err);
  return cm_reading_stage(session, &what, stages, count, err);
}

/** Ask for the rows that a list lacks one by one, where they are few. */
static int ask_for_missing(cm_session *session, cm_stage *stages, int count, bool *are_many,
                           cm_err *err) {
  cm_value keys[MAX_ASKED_FOR + 1];
  int found = 0;
  int rc = cm_lacking_find(stages, count, keys, MAX_ASKED_FOR + 1, &found, err);
  *are_many = found > MAX_ASKED_FOR;
  for (int i = 0; i < found && !*are_many && rc == SQLITE_OK; i++)
    rc = ask_for(session, stages, count, &keys[i], err);
  for (int i = 0; i < found; i++)
    cm_value_clear(&keys[i]);
  return rc;
}

int cm_fetch_list(cm_session *session, cm_stage *stages, int count, const char *first_day,
                  cm_err *err) {
  bool is_read = false, are_many = false;
  int rc = count == 1 ? cm_growth_read(session, &stages[0], &is_read, err) : SQLITE_OK;
  if (rc == SQLITE_OK && !is_read) rc = read_list(session, stages, count, first_day, err);
  if (rc == SQLITE_OK) rc = ask_for_missing(session, stages, count, &are_many, err);
  if (rc != SQLITE_OK || !are_many) return rc;
  cm_memo_forget(session); /* its pages */
  rc = read_list(session, stages, count, first_day, err);
  return rc == SQLITE_OK ? ask_for_missing(session, stages, count, &are_many, err) : rc;
}
