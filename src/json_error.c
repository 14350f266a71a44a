/*
** What an error answer says. It is read from slices: an answer of any size costs no tree.
*/
#include <string.h>

#include "json.h"
#include "sqlite_api.h"

enum { MAX_PIECE_BYTES = 2000 }; /* of one message; a line holds fewer */

/** The line as it is put together: messages that are joined by "; ". */
typedef struct line {
  cm_buf text;
  size_t wanted; /* what is longer will be cut anyway */
} line;

static bool is_string(cm_slice slice) {
  return cm_slice_type(slice) == CM_JSON_STRING;
}

static char fold(char c) {
  if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
  return c == '_' || c == '-' ? ' ' : c;
}

/** Does the message name the parameter already? "Plan ids can't be blank" names plan_ids. */
static bool is_mentioned(cm_slice param, cm_slice message) {
  for (size_t start = 0; start + param.len <= message.len; start++) {
    size_t i = 0;
    while (i < param.len && fold(message.ptr[start + i]) == fold(param.ptr[i]))
      i++;
    if (i == param.len) return true;
  }
  return false;
}

static cm_slice shorten(cm_slice escaped) {
  if (escaped.len > MAX_PIECE_BYTES) escaped.len = MAX_PIECE_BYTES;
  return escaped;
}

/** Add a message. Both are still escaped; `param` may be absent. */
static void add(line *out, cm_slice param, cm_slice message) {
  if (message.ptr == NULL || out->text.len > out->wanted) return;
  message = shorten(message);
  param = shorten(param);
  if (out->text.len > 0) cm_buf_text(&out->text, "; ");
  if (param.len > 0 && !is_mentioned(param, message)) {
    cm_slice_unescape(param, &out->text);
    cm_buf_text(&out->text, ": ");
  }
  cm_slice_unescape(message, &out->text);
}

/** Add the strings of a value: itself, its items, or the `message` of its items. */
static void add_all(line *out, cm_slice param, cm_slice value) {
  add(out, param, cm_slice_inner(value));
  if (cm_slice_type(value) != CM_JSON_ARRAY) return;
  size_t at = 0;
  cm_slice item;
  while (cm_slice_next(value, &at, NULL, &item) == SQLITE_ROW) {
    add(out, param, cm_slice_inner(item));
    add(out, cm_slice_inner(cm_slice_find(item, "param")),
        cm_slice_inner(cm_slice_find(item, "message")));
  }
}

/** Add the messages of a map from fields to a message or a list of messages. */
static void add_fields(line *out, cm_slice map) {
  size_t at = 0;
  cm_slice field, value;
  while (cm_slice_next(map, &at, &field, &value) == SQLITE_ROW)
    add_all(out, field, value);
}

/** True when every member is a list: what a map of fields looks like and no other answer does. */
static bool is_field_map(cm_slice object) {
  size_t at = 0;
  cm_slice value;
  int members = 0;
  while (cm_slice_next(object, &at, NULL, &value) == SQLITE_ROW) {
    if (cm_slice_type(value) != CM_JSON_ARRAY) return false;
    members++;
  }
  return members > 0;
}

/** Add the `errors` of records in lists: an import that was refused answers with what it was sent. */
static void add_records(line *out, cm_slice object) {
  size_t at = 0;
  cm_slice list, record;
  while (cm_slice_next(object, &at, NULL, &list) == SQLITE_ROW) {
    size_t item_at = 0;
    if (cm_slice_type(list) != CM_JSON_ARRAY) continue;
    while (cm_slice_next(list, &item_at, NULL, &record) == SQLITE_ROW) {
      cm_slice errors = cm_slice_find(record, "errors");
      if (cm_slice_type(errors) == CM_JSON_OBJECT) add_fields(out, errors);
    }
  }
}

/**
 * Read one of the API's shapes. A `message` alone may be anybody's (a gateway's); the API's own has a
 * `code` or a `param` beside it. A numeric `status` beside `error` is what a web framework says that
 * knows no such route.
 */
static bool read_object(cm_slice body, line *out) {
  cm_slice none = { NULL, 0 };
  cm_slice message = cm_slice_find(body, "message");
  cm_slice error = cm_slice_find(body, "error");
  cm_slice errors = cm_slice_find(body, "errors");
  cm_slice details = cm_slice_find(body, "error_details");
  cm_slice param = cm_slice_find(body, "param");
  if (is_string(message)) {
    add(out, cm_slice_inner(param), cm_slice_inner(message));
    return cm_slice_type(cm_slice_find(body, "code")) == CM_JSON_NUMBER || param.ptr != NULL;
  }
  if (is_string(error)) {
    add(out, cm_slice_inner(cm_slice_find(details, "[0].param")), cm_slice_inner(error));
    return cm_slice_type(cm_slice_find(body, "status")) != CM_JSON_NUMBER;
  }
  if (errors.ptr != NULL) {
    add_all(out, none, errors);
    if (cm_slice_type(errors) == CM_JSON_OBJECT) add_fields(out, errors);
    if (out->text.len > 0) return true;
  }
  add_all(out, none, details);
  if (out->text.len == 0 && is_field_map(body)) add_fields(out, body);
  if (out->text.len == 0) add_records(out, body);
  return out->text.len > 0;
}

static bool is_tag_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
}

/** Position behind the tag at `at`, with all that a script or style sheet holds. */
static const char *skip_tag(const char *at, const char *end) {
  static const char *const hidden[] = { "<script", "<style" };
  static const char *const closing[] = { "</script", "</style" };
  for (size_t i = 0; i < cm_countof(hidden); i++) {
    size_t len = strlen(hidden[i]);
    if ((size_t)(end - at) <= len || sqlite3_strnicmp(at, hidden[i], (int)len) != 0) continue;
    size_t closing_len = strlen(closing[i]);
    while ((size_t)(end - at) > closing_len &&
           sqlite3_strnicmp(at, closing[i], (int)closing_len) != 0)
      at++;
  }
  const char *close = memchr(at, '>', (size_t)(end - at));
  return close != NULL ? close + 1 : end;
}

/** Add the beginning of a text or HTML page, a space for each tag. */
static void add_page(line *out, cm_slice page) {
  const char *at = page.ptr;
  const char *end = at + page.len;
  while (at < end && out->text.len <= out->wanted && out->text.code == SQLITE_OK) {
    bool is_tag = *at == '<' && at + 1 < end && is_tag_start(at[1]);
    const char *next = is_tag ? skip_tag(at, end) : at + 1;
    cm_buf_append(&out->text, is_tag || *at == 0 ? " " : at, 1);
    at = next;
  }
}

int cm_json_error_text(cm_slice body, char *out, size_t size) {
  line text = { .wanted = size + MAX_PIECE_BYTES };
  cm_buf_init(&text.text, text.wanted + 4 * MAX_PIECE_BYTES);
  bool is_json = cm_slice_check(body, NULL, NULL) == SQLITE_OK;
  bool is_api_error = is_json && cm_slice_type(body) == CM_JSON_OBJECT && read_object(body, &text);
  if (text.text.len == 0 && body.ptr != NULL) add_page(&text, body);
  cm_err_line(out, size, cm_buf_str(&text.text), text.text.len);
  int code = is_api_error ? SQLITE_OK : SQLITE_NOTFOUND;
  if (text.text.code == SQLITE_NOMEM) code = SQLITE_NOMEM;
  cm_buf_clear(&text.text);
  return code;
}
