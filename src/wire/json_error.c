/*
** What an error answer says: a general sentence, and behind it each detail that it does not say already.
** It is read from slices: an answer of any size costs no tree.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/json.h"

enum {
  MAX_PIECE_BYTES = 2000, /* of one message; a line holds fewer */
  MAX_PLACE_BYTES = 200,  /* of a detail: "line_items[1].plan_uuid" */
  MAX_DETAILS = 200,      /* that are looked at; a line holds fewer */
  MAX_NESTING = 8
};

/** The line as it is put together: messages that are joined by "; ". */
typedef struct line {
  cm_buf text;
  size_t wanted; /* what is longer will be cut anyway */
  int details;
  /* Where the detail stands that is being read: members joined by dots, items in brackets. */
  char place[MAX_PLACE_BYTES];
  size_t place_len;
} line;

static bool is_string(cm_slice slice) {
  return cm_slice_type(slice) == CM_JSON_STRING;
}

static char fold(char c) {
  if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
  return c == '_' || c == '-' ? ' ' : c;
}

/** Does the text hold the words, in any case? "Plan ids can't be blank" holds plan_ids. */
static bool holds(const char *text, size_t len, const char *words, size_t words_len) {
  for (size_t start = 0; start + words_len <= len; start++) {
    size_t i = 0;
    while (i < words_len && fold(text[start + i]) == fold(words[i]))
      i++;
    if (i == words_len) return true;
  }
  return false;
}

static cm_slice shorten(cm_slice escaped) {
  if (escaped.len > MAX_PIECE_BYTES) escaped.len = MAX_PIECE_BYTES;
  return escaped;
}

static bool is_full(const line *out) {
  return out->text.len > out->wanted || out->details >= MAX_DETAILS || out->text.code != SQLITE_OK;
}

/** Was it said already, of the same place? */
static bool is_said(const line *out, const cm_buf *piece) {
  const cm_buf *text = &out->text;
  if (text->len == 0 || !holds(text->data, text->len, piece->data, piece->len)) return false;
  return holds(text->data, text->len, out->place, out->place_len);
}

/** Say a message, which is still escaped, of the place. */
static void say(line *out, cm_slice message) {
  cm_buf piece;
  if (message.ptr == NULL || is_full(out)) return;
  out->details++;
  cm_buf_init(&piece, MAX_PIECE_BYTES);
  int code = cm_slice_unescape(shorten(message), &piece);
  if (piece.len > 0 && !is_said(out, &piece)) {
    if (out->text.len > 0) cm_buf_text(&out->text, "; ");
    if (out->place_len > 0 && !holds(piece.data, piece.len, out->place, out->place_len)) {
      cm_buf_append(&out->text, out->place, out->place_len);
      cm_buf_text(&out->text, ": ");
    }
    cm_buf_append(&out->text, piece.data, piece.len);
  }
  cm_buf_clear(&piece);
  cm_buf_fail(&out->text, code);
}

/* ---- places -------------------------------------------------------------------------------- */

/** Go on to a name, which is still escaped; an absent or empty one changes nothing. */
static void enter(line *out, const char *separator, cm_slice name) {
  cm_buf text;
  if (name.len == 0 || name.len > MAX_PLACE_BYTES) return;
  cm_buf_init(&text, MAX_PLACE_BYTES);
  cm_buf_text(&text, out->place_len > 0 ? separator : "");
  int code = cm_slice_unescape(name, &text);
  if (code == SQLITE_OK && text.len <= sizeof out->place - out->place_len) {
    memcpy(out->place + out->place_len, text.data, text.len);
    out->place_len += text.len;
  }
  cm_buf_clear(&text);
  cm_buf_fail(&out->text, code);
}

static void enter_member(line *out, cm_slice name) {
  enter(out, ".", name);
}

/** Go on to an item of a list that has a name. */
static void enter_item(line *out, int index) {
  char text[16];
  sqlite3_snprintf(sizeof text, text, "[%d]", index);
  size_t len = strlen(text);
  if (out->place_len == 0 || len > sizeof out->place - out->place_len) return;
  memcpy(out->place + out->place_len, text, len);
  out->place_len += len;
}

/* ---- details ------------------------------------------------------------------------------- */

static bool is_nested(cm_slice slice) {
  cm_json_type type = cm_slice_type(slice);
  return type == CM_JSON_ARRAY || type == CM_JSON_OBJECT;
}

/** What a detail is about, its "param" or "field": a name or a list of names. */
static cm_slice find_param(cm_slice detail) {
  cm_slice param = cm_slice_find(detail, "param");
  bool is_name = is_string(param) || cm_slice_type(param) == CM_JSON_ARRAY;
  cm_slice field = is_name ? param : cm_slice_find(detail, "field");
  is_name = is_string(field) || cm_slice_type(field) == CM_JSON_ARRAY;
  return is_name ? field : (cm_slice){ NULL, 0 };
}

/** Go on to what a detail is about: "name", or "name, zip". */
static void enter_param(line *out, cm_slice detail) {
  cm_slice param = find_param(detail);
  cm_slice name;
  size_t at = 0;
  if (is_string(param)) enter_member(out, cm_slice_inner(param));
  if (cm_slice_type(param) != CM_JSON_ARRAY) return;
  for (int i = 0; cm_slice_next(param, &at, NULL, &name) == SQLITE_ROW; i++)
    enter(out, i == 0 ? "." : ", ", cm_slice_inner(name));
}

/**
 * What a detail says: its message, or its code where it has none. Absent: this is not a detail. A message that is
 * not a text may be a field of that name; beside a place or a number as code it is a message.
 */
static cm_slice find_message(cm_slice detail) {
  cm_slice message = cm_slice_find(detail, "message");
  cm_slice code = cm_slice_find(detail, "code");
  bool has_place = find_param(detail).ptr != NULL;
  if (is_string(message)) return message;
  if (is_nested(message) && (has_place || cm_slice_type(code) == CM_JSON_NUMBER)) return message;
  return has_place && is_string(code) ? code : (cm_slice){ NULL, 0 };
}

static void say_all(line *out, cm_slice value, int nesting);

static void say_members(line *out, cm_slice object, int nesting) {
  size_t at = 0;
  size_t place_len = out->place_len;
  cm_slice name, value;
  while (!is_full(out) && cm_slice_next(object, &at, &name, &value) == SQLITE_ROW) {
    if (!cm_slice_is(name, "errors") && !cm_slice_is(name, "error_details"))
      enter_member(out, name);
    say_all(out, value, nesting);
    out->place_len = place_len;
  }
}

static void say_items(line *out, cm_slice array, int nesting) {
  size_t at = 0;
  size_t place_len = out->place_len;
  cm_slice item;
  for (int i = 0; !is_full(out) && cm_slice_next(array, &at, NULL, &item) == SQLITE_ROW; i++) {
    if (!is_string(item)) enter_item(out, i);
    say_all(out, item, nesting);
    out->place_len = place_len;
  }
}

/** Say what a detail says, and the details that it has itself. */
static void say_detail(line *out, cm_slice detail, cm_slice message, int nesting) {
  size_t place_len = out->place_len;
  enter_param(out, detail);
  say(out, cm_slice_inner(message));
  if (is_nested(message)) say_all(out, message, nesting);
  say_all(out, cm_slice_find(detail, "errors"), nesting);
  say_all(out, cm_slice_find(detail, "error_details"), nesting);
  out->place_len = place_len;
}

/** Say a message, a list or map of messages, a detail or a list of details, nested as they come. */
static void say_all(line *out, cm_slice value, int nesting) {
  cm_json_type type = cm_slice_type(value);
  if (nesting == 0) return;
  if (type == CM_JSON_STRING) say(out, cm_slice_inner(value));
  if (type == CM_JSON_ARRAY) say_items(out, value, nesting - 1);
  if (type != CM_JSON_OBJECT) return;
  cm_slice message = find_message(value);
  if (message.ptr == NULL) {
    say_members(out, value, nesting - 1);
  } else {
    say_detail(out, value, message, nesting - 1);
  }
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

static bool is_general(cm_slice name) {
  return cm_slice_is(name, "message") || cm_slice_is(name, "error");
}

/** Say the members that are lists of texts, as those of a map of fields are. */
static void say_field_lists(line *out, cm_slice object) {
  size_t at = 0;
  cm_slice name, value, item;
  while (!is_full(out) && cm_slice_next(object, &at, &name, &value) == SQLITE_ROW) {
    size_t item_at = 0;
    if (cm_slice_type(value) != CM_JSON_ARRAY || is_general(name)) continue;
    enter_member(out, name);
    while (cm_slice_next(value, &item_at, NULL, &item) == SQLITE_ROW)
      say(out, cm_slice_inner(item));
    out->place_len = 0;
  }
}

/** Say the `errors` of records in lists: an import that was refused answers with what it was sent. */
static void say_records(line *out, cm_slice object) {
  size_t at = 0;
  cm_slice list, record;
  while (!is_full(out) && cm_slice_next(object, &at, NULL, &list) == SQLITE_ROW) {
    size_t item_at = 0;
    if (cm_slice_type(list) != CM_JSON_ARRAY) continue;
    while (!is_full(out) && cm_slice_next(list, &item_at, NULL, &record) == SQLITE_ROW) {
      cm_slice errors = cm_slice_find(record, "errors");
      if (cm_slice_type(errors) == CM_JSON_OBJECT) say_all(out, errors, MAX_NESTING);
    }
  }
}

/* ---- the shapes ---------------------------------------------------------------------------- */

/** Is the general sentence the message of a detail? The detail says it with its place. */
static bool is_message_of_detail(cm_slice sentence, cm_slice details) {
  size_t at = 0;
  cm_slice detail;
  if (cm_slice_type(details) != CM_JSON_ARRAY) return false;
  for (int i = 0; i < MAX_DETAILS && cm_slice_next(details, &at, NULL, &detail) == SQLITE_ROW;
       i++) {
    cm_slice message = cm_slice_inner(find_message(detail));
    bool is_same = message.len > 0 && message.len == sentence.len &&
                   memcmp(message.ptr, sentence.ptr, message.len) == 0;
    if (is_same) return true;
  }
  return false;
}

/** Say the general sentence where it is a text, at the place that it is about. */
static void say_sentence(line *out, cm_slice body, cm_slice value) {
  cm_slice sentence = cm_slice_inner(value);
  bool is_detail = is_message_of_detail(sentence, cm_slice_find(body, "error_details")) ||
                   is_message_of_detail(sentence, cm_slice_find(body, "errors"));
  if (sentence.ptr == NULL || is_detail) return;
  enter_param(out, body);
  say(out, sentence);
  out->place_len = 0;
}

/** Say what stands in its place: maps and lists of messages. */
static void say_nested(line *out, cm_slice body, cm_slice value) {
  if (!is_nested(value)) return;
  enter_param(out, body);
  say_all(out, value, MAX_NESTING);
  out->place_len = 0;
}

/** Is the general sentence one of the API's own? A numeric `status` beside `error` is what a web framework says of
 * a route that it lacks, and an `error` that is not a text is a gateway's. A `message` alone may be any server's; the
 * API's own has something beside it. */
static bool is_own_sentence(cm_slice body) {
  cm_slice message = cm_slice_find(body, "message");
  if (!is_string(message) && !is_nested(message)) {
    return is_string(cm_slice_find(body, "error")) &&
           cm_slice_type(cm_slice_find(body, "status")) != CM_JSON_NUMBER;
  }
  return cm_slice_type(cm_slice_find(body, "code")) == CM_JSON_NUMBER ||
         cm_slice_find(body, "errors").ptr != NULL || cm_slice_find(body, "param").ptr != NULL ||
         find_param(body).ptr != NULL;
}

/** Say `message` and `error`, in whatever shape each comes. */
static void say_general(line *out, cm_slice body) {
  cm_slice message = cm_slice_find(body, "message");
  cm_slice error = cm_slice_find(body, "error");
  say_sentence(out, body, message);
  say_sentence(out, body, error);
  say_nested(out, body, message);
  say_nested(out, body, error);
}

/** Read one of the API's shapes. False: another server's, or not an error. */
static bool read_object(cm_slice body, line *out) {
  say_general(out, body);
  bool has_general = out->text.len > 0;
  size_t said = out->text.len;
  say_all(out, cm_slice_find(body, "errors"), MAX_NESTING);
  say_all(out, cm_slice_find(body, "error_details"), MAX_NESTING);
  bool has_details = out->text.len > said;
  if (!has_details && (has_general || is_field_map(body))) say_field_lists(out, body);
  if (!has_details) say_records(out, body);
  if (!has_general) return out->text.len > 0;
  return is_own_sentence(body) || has_details;
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

/* ---- an error where a success was to be ------------------------------------------------------ */

/** What is nested deeper than this counts as something. */
static bool is_empty(cm_slice value, int nesting) {
  size_t at = 0;
  cm_slice inner;
  if (is_string(value)) return cm_slice_inner(value).len == 0;
  if (!is_nested(value)) return cm_slice_type(value) != CM_JSON_TRUE;
  while (nesting > 0 && cm_slice_next(value, &at, NULL, &inner) == SQLITE_ROW) {
    if (!is_empty(inner, nesting - 1)) return false;
  }
  return nesting > 0;
}

bool cm_json_is_empty(cm_slice value) {
  return is_empty(value, MAX_NESTING);
}

/** A number of three digits that is a status of a refusal or failure. */
static bool is_failure_code(cm_slice code) {
  bool is_status = cm_slice_type(code) == CM_JSON_NUMBER && code.len == 3;
  return is_status && (code.ptr[0] == '4' || code.ptr[0] == '5');
}

bool cm_json_has_error(cm_slice object) {
  return is_failure_code(cm_slice_find(object, "code")) ||
         !cm_json_is_empty(cm_slice_find(object, "error")) ||
         !cm_json_is_empty(cm_slice_find(object, "errors")) ||
         !cm_json_is_empty(cm_slice_find(object, "error_details"));
}

void cm_json_error_words(cm_slice object, char *out, size_t size) {
  static const char lead[] = "; it says: ";
  out[0] = '\0';
  if (!cm_json_has_error(object) || size <= sizeof lead) return;
  memcpy(out, lead, sizeof lead);
  size_t len = sizeof lead - 1;
  cm_json_error_text(object, out + len, size - len);
  if (out[len] == '\0') out[0] = '\0';
}

bool cm_json_is_error(cm_slice body, bool counts_errors) {
  static const char *const members[] = { "error",   "errors", "error_details", "code",
                                         "message", "param",  "field",         "status" };
  size_t at = 0;
  cm_slice name, value;
  int rc = SQLITE_ROW;
  if (cm_slice_type(body) != CM_JSON_OBJECT) return false;
  while ((rc = cm_slice_next(body, &at, &name, &value)) == SQLITE_ROW) {
    size_t i = 0;
    while (i < cm_countof(members) && !cm_slice_is(name, members[i]))
      i++;
    if (i == cm_countof(members)) return false;
  }
  bool is_of_errors = !cm_json_is_empty(cm_slice_find(body, "errors"));
  return rc == SQLITE_DONE && cm_json_has_error(body) && (counts_errors || !is_of_errors);
}

/** null, {} or []. */
static bool holds_nothing(cm_slice body) {
  size_t at = 0;
  cm_slice value;
  bool is_bare = is_nested(body) && cm_slice_next(body, &at, NULL, &value) == SQLITE_DONE;
  return is_bare || cm_slice_type(body) == CM_JSON_NULL;
}

int cm_json_error_text(cm_slice body, char *out, size_t size) {
  line text = { .wanted = size + MAX_PIECE_BYTES };
  cm_buf_init(&text.text, text.wanted + 4 * MAX_PIECE_BYTES);
  bool is_json = cm_slice_check(body, NULL, NULL) == SQLITE_OK;
  bool is_api_error = is_json && cm_slice_type(body) == CM_JSON_OBJECT && read_object(body, &text);
  if (text.text.len == 0 && body.ptr != NULL && !(is_json && holds_nothing(body)))
    add_page(&text, body);
  cm_err_line(out, size, cm_buf_str(&text.text), text.text.len);
  int code = is_api_error ? SQLITE_OK : SQLITE_NOTFOUND;
  if (text.text.code == SQLITE_NOMEM) code = SQLITE_NOMEM;
  cm_buf_clear(&text.text);
  return code;
}
