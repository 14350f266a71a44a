#include "write/change_batch.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "record/encode.h"
#include "record/url.h"
#include "write/change_names.h"

const cm_write *cm_change_batch_write(const cm_change *change) {
  if (change->verb != CM_VERB_INSERT || change->conflict != CM_CONFLICT_FAIL) return NULL;
  for (int i = 0; i < change->resource->write_count; i++) {
    const cm_write *write = &change->resource->writes[i];
    if (CM_EXTRA(write, batch) > 0 && write->verb == CM_VERB_INSERT) return write;
  }
  return NULL;
}

/* ---- where a write goes -------------------------------------------------------------------- */

/** The value of a column, or the name that it is looked up by. */
static int put_place(cm_change *change, int column, cm_buf *out, bool *is_named, cm_err *err) {
  const cm_name *name = cm_change_name_of(change, column);
  char *text = NULL;
  int rc = cm_change_text(change, column, &text, err);
  if (text != NULL) {
    cm_buf_printf(out, "\x1e=%s", text);
  } else if (rc == SQLITE_OK && name != NULL) {
    cm_buf_printf(out, "\x1e?%s\x1f%s\x1f%s", name->reference->resource, name->data_source,
                  name->external_id);
    *is_named = true;
  }
  sqlite3_free(text);
  return rc;
}

int cm_change_destination(cm_change *change, const cm_write *write, cm_buf *out, bool *is_named,
                          cm_err *err) {
  const char *patterns[2] = { write->path, write->query };
  int rc = SQLITE_OK;
  *is_named = false;
  for (int i = 0; i < 2; i++) {
    size_t at = 0;
    for (int column; rc == SQLITE_OK && (column = cm_request_next_placeholder(
                                             change->resource, patterns[i], &at)) >= 0;)
      rc = put_place(change, column, out, is_named, err);
  }
  if (rc == SQLITE_OK && out->code == SQLITE_NOMEM) rc = cm_err_nomem(err);
  return rc;
}

int cm_change_is_shown(cm_change *change, cm_slice object, bool *may_be, bool *is_shown,
                       cm_err *err) {
  const cm_natural_key *natural = change->resource->natural_key;
  cm_row row = { .resource = change->resource };
  int rc = SQLITE_OK;
  *may_be = true;
  *is_shown = false;
  cm_row_set(&row, object);
  for (int i = 0; natural != NULL && i < 2 && natural->columns[i] != NULL && rc == SQLITE_OK; i++) {
    int column = cm_change_column(change->resource, natural->columns[i]);
    const cm_value *given = cm_change_find(change, column);
    cm_value shown;
    cm_plain plain[2];
    rc = cm_row_get(&row, column, &shown, err);
    bool can_tell = rc == SQLITE_OK && given != NULL && cm_plain_set(&plain[0], given) != NULL &&
                    cm_plain_set(&plain[1], &shown) != NULL;
    if (can_tell) {
      bool is_same = plain[0].len == plain[1].len &&
                     memcmp(plain[0].text, plain[1].text, plain[0].len) == 0;
      *may_be = *may_be && is_same;
      *is_shown = is_same;
    } else {
      *is_shown = false;
    }
    cm_value_clear(&shown);
  }
  cm_row_clear(&row);
  return rc;
}
