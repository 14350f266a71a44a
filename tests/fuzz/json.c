/*
** Any bytes as an answer: the scanner, the tree and the reader of error answers must agree about them.
** The text up to the first line break is a path as well.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true) {
  if (!is_true) abort();
}

/** Listing the items in one pass finds what stepping finds. */
static void list(cm_slice value, bool is_sound) {
  cm_slice_items items = { 0 };
  int code = cm_slice_list(value, &items);
  cm_json_type type = cm_slice_type(value);
  bool is_container = type == CM_JSON_OBJECT || type == CM_JSON_ARRAY;
  require(code == SQLITE_OK || !is_sound || !is_container);
  size_t at = 0;
  cm_slice item;
  for (int64_t i = 0; code == SQLITE_OK && i < items.count; i++) {
    require(cm_slice_next(value, &at, NULL, &item) == SQLITE_ROW);
    require(item.ptr == items.items[i].ptr && item.len == items.items[i].len);
  }
  if (code == SQLITE_OK && is_container)
    require(cm_slice_next(value, &at, NULL, &item) == SQLITE_DONE);
  sqlite3_free(items.items);
}

/** And so do the members of an object. */
static void list_members(cm_slice value, bool is_sound) {
  cm_member members[8];
  int count = 0;
  int code = cm_slice_members(value, members, (int)cm_countof(members), &count);
  require(code == SQLITE_OK || !is_sound || cm_slice_type(value) != CM_JSON_OBJECT);
  size_t at = 0;
  cm_slice key, item;
  for (int i = 0; code == SQLITE_OK && i < count; i++) {
    require(cm_slice_next(value, &at, &key, &item) == SQLITE_ROW);
    if (i >= (int)cm_countof(members)) continue;
    require(key.ptr == members[i].name.ptr && key.len == members[i].name.len);
    require(item.ptr == members[i].value.ptr && item.len == members[i].value.len);
  }
  if (code == SQLITE_OK) require(cm_slice_next(value, &at, NULL, &item) == SQLITE_DONE);
}

static void read_number(cm_slice value) {
  int64_t integer = 0;
  double number = cm_slice_number(value);
  if (cm_slice_integer(value, &integer)) require((double)integer == number);
}

/** Walk a value and everything in it. What was checked as sound must be walked to its end. */
static void walk(cm_slice value, bool is_sound, int depth) {
  size_t at = 0;
  cm_slice key, item;
  int code;
  while ((code = cm_slice_next(value, &at, &key, &item)) == SQLITE_ROW) {
    require(at <= value.len && item.ptr >= value.ptr && item.len > 0);
    if (key.ptr != NULL) {
      cm_buf name;
      cm_buf_init(&name, value.len);
      require(cm_slice_unescape(key, &name) == SQLITE_OK);
      cm_buf_clear(&name);
    }
    if (is_sound) require(cm_slice_check(item, NULL, NULL) == SQLITE_OK);
    read_number(item);
    if (depth < CM_MAX_JSON_DEPTH) walk(item, is_sound, depth + 1);
  }
  cm_json_type type = cm_slice_type(value);
  bool is_container = type == CM_JSON_OBJECT || type == CM_JSON_ARRAY;
  require(code == (is_sound && is_container ? SQLITE_DONE : code));
}

/** Written and read again, a tree is the same. */
static void round_trip(const cm_json *json) {
  char *text = cm_json_format(json);
  require(text != NULL);
  cm_json *again = NULL;
  require(cm_json_parse((cm_slice){ text, strlen(text) }, &again, NULL) == SQLITE_OK);
  require(cm_json_is_equal(json, again) && cm_json_is_equal(again, json));
  cm_json_free(again);
  sqlite3_free(text);
}

/** The same path finds the same thing in the text and in the tree. */
static void find(cm_slice text, const cm_json *json, bool is_comparable) {
  const char *end = memchr(text.ptr, '\n', text.len);
  char *path = sqlite3_mprintf("%.*s", end != NULL ? (int)(end - text.ptr) : 0, text.ptr);
  const char *const paths[] = { path, "a", "entries[0].uuid", "[-1]", "a.b[1][2]" };
  for (size_t i = 0; i < cm_countof(paths); i++) {
    cm_slice slice = cm_slice_find(text, paths[i]);
    const cm_json *node = cm_json_find(json, paths[i]);
    if (is_comparable) require(cm_slice_type(slice) == cm_json_type_of(node));
  }
  sqlite3_free(path);
}

static void read_error(cm_slice text) {
  static const size_t sizes[] = { 1, 2, 5, 64, 1024 };
  for (size_t i = 0; i < cm_countof(sizes); i++) {
    char *line = malloc(sizes[i]);
    cm_json_error_text(text, line, sizes[i]);
    require(strlen(line) < sizes[i]);
    for (const char *at = line; *at != 0; at++)
      require((unsigned char)*at >= 0x20 && *at != 0x7f);
    free(line);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *bytes = malloc(size + 1); /* malloc(0) may be NULL, and an absent text is another case */
  memcpy(bytes, data, size);
  cm_slice text = { bytes, size };

  cm_slice_facts facts;
  cm_err err = { 0 };
  bool is_sound = cm_slice_check(text, &facts, &err) == SQLITE_OK;
  cm_json *json = NULL;
  int code = cm_json_parse(text, &json, &err);
  require(code == (is_sound ? SQLITE_OK : SQLITE_ERROR));
  walk(text, is_sound, 0);
  list(text, is_sound);
  list_members(text, is_sound);
  find(text, json, is_sound && !facts.has_odd_escape);
  if (is_sound) round_trip(json);
  read_error(text);
  cm_json_free(json);
  free(bytes);
  return 0;
}
