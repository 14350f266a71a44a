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

/** The uuid that stands in a path, and where its name goes. */
typedef struct named_column {
  const char *column;
  cm_buf *out;
  bool is_named;
} named_column;

static int put_name(void *context, const cm_name *name, const char **uuid, cm_err *err) {
  named_column *wanted = context;
  (void)uuid, (void)err;
  bool is_wanted = name->reference->within == NULL &&
                   strcmp(name->reference->column, wanted->column) == 0;
  if (!is_wanted) return SQLITE_OK;
  cm_buf_printf(wanted->out, "\x1e?%s\x1f%s\x1f%s", name->reference->resource, name->data_source,
                name->external_id);
  wanted->is_named = true;
  return SQLITE_DONE;
}

/** The value of a column, or the name that it is looked up by. */
static int put_place(cm_change *change, int column, cm_buf *out, bool *is_named, cm_err *err) {
  named_column wanted = { change->resource->columns[column].name, out, false };
  cm_value value;
  cm_plain plain;
  int rc = cm_change_value(change, column, &value, err);
  if (rc == SQLITE_OK && cm_plain_set(&plain, &value) != NULL && plain.len > 0) {
    cm_buf_text(out, "\x1e=");
    cm_buf_append(out, plain.text, plain.len);
  } else if (rc == SQLITE_OK) {
    rc = cm_change_visit_names(change, put_name, &wanted, err);
    *is_named = *is_named || wanted.is_named;
  }
  cm_value_clear(&value);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
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
