#include "sql/bridge.h"

#include <string.h>

cm_value cm_bridge_value(sqlite3_value *value) {
  switch (sqlite3_value_type(value)) {
  case SQLITE_INTEGER: return cm_value_integer(sqlite3_value_int64(value));
  case SQLITE_FLOAT: return cm_value_real(sqlite3_value_double(value));
  case SQLITE_TEXT: {
    const char *text = (const char *)sqlite3_value_text(value);
    return cm_value_text(text, (size_t)sqlite3_value_bytes(value));
  }
  case SQLITE_BLOB: {
    cm_value blob = cm_value_null();
    blob.type = CM_VALUE_BLOB;
    blob.text = sqlite3_value_blob(value);
    blob.len = (size_t)sqlite3_value_bytes(value);
    return blob;
  }
  default: return cm_value_null();
  }
}

/*
** A length of -1 keeps SQLite's mark that the text ends in a NUL, which saves its readers a copy each
** (SQLite before 3.46 has no other way to say so). So a short text that does not end in one is copied
** to where it does. A text with a NUL inside needs its length.
*/
static void result_text(sqlite3_context *context, const cm_value *value) {
  enum { SHORT_TEXT = 256 };
  char terminated[SHORT_TEXT];
  bool has_nul = memchr(value->text, 0, value->len) != NULL;
  const char *text = value->text;
  int len = (int)value->len;
  if (!has_nul && value->owned == NULL && value->len < SHORT_TEXT) {
    memcpy(terminated, value->text, value->len);
    terminated[value->len] = 0;
    text = terminated;
    len = -1;
  } else if (!has_nul && value->owned != NULL) {
    len = -1;
  }
  sqlite3_result_text(context, text, len, SQLITE_TRANSIENT);
}

void cm_bridge_result(sqlite3_context *context, const cm_value *value) {
  switch (value->type) {
  case CM_VALUE_INTEGER: sqlite3_result_int64(context, value->integer); break;
  case CM_VALUE_REAL: sqlite3_result_double(context, value->real); break;
  case CM_VALUE_TEXT: result_text(context, value); break;
  case CM_VALUE_JSON:
    result_text(context, value);
    sqlite3_result_subtype(context, 'J');
    break;
  default: sqlite3_result_null(context);
  }
}

void cm_bridge_error(sqlite3_context *context, const cm_err *err) {
  if (err->code == SQLITE_NOMEM) {
    sqlite3_result_error_nomem(context);
    return;
  }
  sqlite3_result_error(context, err->text, -1);
  sqlite3_result_error_code(context, err->code);
}

int cm_bridge_table_error(sqlite3_vtab *table, const char *who, cm_err *err) {
  if (who != NULL) cm_err_prefix(err, who);
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = err->text[0] != 0 ? sqlite3_mprintf("%s", err->text) : NULL;
  return err->code;
}
