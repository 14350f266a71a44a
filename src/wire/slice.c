#include "wire/slice.h"

#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"

/* ---- the scanner --------------------------------------------------------------------------- */

/**
 * A walk over text. The functions below take a position and return the one behind what they skip, so
 * that it stays in a register; where something is wrong they leave it in `at` and return NULL.
 */
typedef struct scanner {
  const char *at;
  const char *end;
  bool is_too_deep;
  int fault; /* SQLITE_NOMEM, SQLITE_TOOBIG; 0: the text itself is at fault, if anything */
  cm_slice_items *items; /* the items of the value being skipped; NULL: not wanted */
  cm_slice_facts facts;
} scanner;

static const char *stop_at(scanner *scan, const char *at) {
  scan->at = at;
  return NULL;
}

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static inline const char *skip_space(const char *at, const char *end) {
  while (at < end && (unsigned char)*at <= ' ' && is_space(*at))
    at++;
  return at;
}

/** Position behind the bytes from `at` on that need no look inside a string, eight at a time. */
static inline const char *skip_plain(const char *at, const char *end) {
  const uint64_t ones = 0x0101010101010101u;
  const uint64_t highs = 0x8080808080808080u;
  while (end - at >= 8) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t quote = word ^ (ones * '"');
    uint64_t backslash = word ^ (ones * '\\');
    /* The high bit of a byte is set where one of the three is zero (and perhaps behind it). */
    uint64_t special = ((word - ones) | (quote - ones) | (backslash - ones)) & ~word & highs;
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    /* Its lowest bit is exact: no guess, no loop over the last bytes. */
    if (special != 0) return at + (__builtin_ctzll(special) >> 3);
#else
    if (special != 0) break;
#endif
    at += 8;
  }
  while (at < end && *at != '"' && *at != '\\' && *at != 0)
    at++;
  return at;
}

/** The code unit of the four digits of a "\uXXXX" at `at`, -1 when it is not one. */
static long code_unit(const char *at, const char *end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  long unit = 0;
  for (int i = 2; i < 6; i++) {
    int digit = cm_text_hex_digit(at[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/**
 * The character of the escape at `at`: its length in the text, 0 when it is malformed.
 * Half a surrogate pair is U+FFFD.
 */
static int decode_escape(const char *at, const char *end, uint32_t *character) {
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  if (end - at < 2) return 0;
  const char *name = at[1] != 0 ? strchr(names, at[1]) : NULL;
  if (name != NULL) {
    *character = (unsigned char)values[name - names];
    return 2;
  }
  long unit = code_unit(at, end);
  if (unit < 0) return 0;
  *character = (uint32_t)unit;
  if (unit < 0xd800 || unit > 0xdfff) return 6;
  long low = unit < 0xdc00 ? code_unit(at + 6, end) : -1;
  if (low < 0xdc00 || low > 0xdfff) {
    *character = 0xfffd;
    return 6;
  }
  *character = 0x10000 + (((uint32_t)unit - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
  return 12;
}

/** True for what cJSON stumbles over: a NUL and half a surrogate pair (or U+FFFD, which does no harm). */
static bool is_odd(uint32_t character, int len) {
  return len == 6 && (character == 0 || character == 0xfffd);
}

static const char *skip_string(scanner *scan, const char *at) {
  const char *end = scan->end;
  if (at == end || *at != '"') return stop_at(scan, at);
  at++;
  for (;;) {
    at = skip_plain(at, end);
    if (at == end || *at == 0) return stop_at(scan, at);
    if (*at == '"') return at + 1;
    uint32_t character;
    int len = decode_escape(at, end, &character);
    if (len == 0) return stop_at(scan, at);
    scan->facts.has_odd_escape |= is_odd(character, len);
    at += len;
  }
}

static const char *skip_digits(scanner *scan, const char *at) {
  const char *start = at;
  while (at < scan->end && is_digit(*at))
    at++;
  return at > start ? at : stop_at(scan, at);
}

static const char *skip_number(scanner *scan, const char *at) {
  const char *start = at;
  const char *end = scan->end;
  if (at < end && *at == '-') at++;
  at = at < end && *at == '0' ? at + 1 : skip_digits(scan, at);
  if (at != NULL && at < end && *at == '.') at = skip_digits(scan, at + 1);
  if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    at = skip_digits(scan, at);
    scan->facts.has_long_number = true;
  }
  if (at == NULL) return NULL;
  if (at - start > DBL_DIG) scan->facts.has_long_number = true;
  return at - start <= CM_MAX_NUMBER_BYTES ? at : stop_at(scan, start);
}

static const char *skip_word(scanner *scan, const char *at, const char *word, size_t len) {
  bool is_it = (size_t)(scan->end - at) >= len && memcmp(at, word, len) == 0;
  return is_it ? at + len : stop_at(scan, at);
}

static const char *skip_scalar(scanner *scan, const char *at) {
  switch (*at) {
  case '"': return skip_string(scan, at);
  case 't': return skip_word(scan, at, "true", 4);
  case 'f': return skip_word(scan, at, "false", 5);
  case 'n': return skip_word(scan, at, "null", 4);
  default: return skip_number(scan, at);
  }
}

/** Skip a member's name and its colon, up to the value. `key` may be NULL. */
static const char *skip_key(scanner *scan, const char *at, cm_slice *key) {
  const char *start = at;
  at = skip_string(scan, at);
  if (at == NULL) return NULL;
  if (key != NULL) *key = (cm_slice){ start + 1, (size_t)(at - start) - 2 };
  at = skip_space(at, scan->end);
  if (at == scan->end || *at != ':') return stop_at(scan, at);
  return skip_space(at + 1, scan->end);
}

/** Remember where an item of the value begins. */
static bool begin_item(scanner *scan, const char *at) {
  cm_slice_items *items = scan->items;
  if (items->count == items->capacity) {
    int64_t capacity = items->capacity == 0 ? 256 : items->capacity * 2;
    if (capacity > CM_MAX_ITEMS) {
      scan->fault = SQLITE_TOOBIG;
      return false;
    }
    cm_slice *grown = sqlite3_realloc64(items->items, (size_t)capacity * sizeof *grown);
    if (grown == NULL) {
      scan->fault = SQLITE_NOMEM;
      return false;
    }
    items->items = grown;
    items->capacity = capacity;
  }
  items->items[items->count++] = (cm_slice){ at, 0 };
  return true;
}

static void end_item(scanner *scan, const char *at) {
  cm_slice *item = &scan->items->items[scan->items->count - 1];
  item->len = (size_t)(at - item->ptr);
}

/**
 * Skip one value with all that it holds. `stack` keeps the closing bracket of every open container,
 * so that depth costs a byte each and no recursion.
 */
static const char *skip_value(scanner *scan, const char *at) {
  char stack[CM_MAX_JSON_DEPTH];
  const char *end = scan->end;
  int depth = 0;
  for (;;) {
    /* A value begins here. */
    if (at == end) return stop_at(scan, at);
    if (depth == 1 && scan->items != NULL && !begin_item(scan, at)) return stop_at(scan, at);
    bool is_object = *at == '{';
    bool is_done = true;
    if (is_object || *at == '[') {
      scan->is_too_deep = depth == CM_MAX_JSON_DEPTH;
      if (scan->is_too_deep) return stop_at(scan, at);
      stack[depth++] = is_object ? '}' : ']';
      at = skip_space(at + 1, end);
      is_done = at < end && *at == stack[depth - 1];
      if (is_done) {
        depth--;
        at++;
      } else if (is_object) {
        at = skip_key(scan, at, NULL);
      }
    } else {
      at = skip_scalar(scan, at);
    }
    /* It ended, and perhaps the containers around it; else its first item begins. */
    while (is_done && at != NULL) {
      if (depth == 0) return at;
      if (depth == 1 && scan->items != NULL) end_item(scan, at);
      at = skip_space(at, end);
      if (at == end) return stop_at(scan, at);
      if (*at == ',') {
        at = skip_space(at + 1, end);
        if (stack[depth - 1] == '}') at = skip_key(scan, at, NULL);
        is_done = false;
      } else if (*at++ == stack[depth - 1]) {
        depth--;
      } else {
        return stop_at(scan, at - 1);
      }
    }
    if (at == NULL) return NULL;
  }
}

/** The text's first character that is neither byte order mark nor white space. */
static inline const char *start_of(cm_slice text) {
  bool has_mark = text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0;
  return skip_space(text.ptr + (has_mark ? 3 : 0), text.ptr + text.len);
}

static scanner scan_start(cm_slice text) {
  return (scanner){ .at = start_of(text), .end = text.ptr + text.len };
}

/* ---- slices -------------------------------------------------------------------------------- */

static cm_slice absent(void) {
  return (cm_slice){ NULL, 0 };
}

cm_json_type cm_slice_type(cm_slice slice) {
  if (slice.ptr == NULL) return CM_JSON_ABSENT;
  const char *first = start_of(slice);
  if (first == slice.ptr + slice.len) return CM_JSON_ABSENT;
  switch (*first) {
  case 'n': return CM_JSON_NULL;
  case 'f': return CM_JSON_FALSE;
  case 't': return CM_JSON_TRUE;
  case '"': return CM_JSON_STRING;
  case '[': return CM_JSON_ARRAY;
  case '{': return CM_JSON_OBJECT;
  default: return *first == '-' || is_digit(*first) ? CM_JSON_NUMBER : CM_JSON_ABSENT;
  }
}

char *cm_slice_copy(cm_slice slice) {
  char *copy = sqlite3_malloc64(slice.len + 1);
  if (copy == NULL) return NULL;
  if (slice.len > 0) memcpy(copy, slice.ptr, slice.len);
  copy[slice.len] = 0;
  return copy;
}

cm_slice cm_slice_trim(cm_slice slice) {
  if (slice.ptr == NULL) return slice;
  const char *at = start_of(slice);
  const char *end = slice.ptr + slice.len;
  while (end > at && is_space(end[-1]))
    end--;
  return (cm_slice){ at, (size_t)(end - at) };
}

/** To where the next value of a container, or its end, must stand. */
static const char *skip_to_item(scanner *scan, const char *at, char close, bool is_first) {
  at = skip_space(at, scan->end);
  if (is_first || at == scan->end || *at == close) return at;
  if (*at != ',') return NULL;
  at = skip_space(at + 1, scan->end);
  return at == scan->end || *at != close ? at : NULL;
}

int cm_slice_next(cm_slice container, size_t *at, cm_slice *key, cm_slice *value) {
  return cm_slice_next_listed(container, at, key, value, NULL);
}

int cm_slice_next_listed(cm_slice container, size_t *at, cm_slice *key, cm_slice *value,
                         cm_slice_items *items) {
  if (container.ptr == NULL || *at > container.len) return SQLITE_ERROR;
  scanner scan = scan_start(container);
  if (scan.at == scan.end || (*scan.at != '{' && *scan.at != '[')) return SQLITE_ERROR;
  char close = *scan.at == '{' ? '}' : ']';
  bool is_first = *at == 0;
  const char *here = is_first ? scan.at + 1 : container.ptr + *at;

  here = skip_to_item(&scan, here, close, is_first);
  if (here == NULL) return SQLITE_ERROR;
  if (here < scan.end && *here == close)
    return skip_space(here + 1, scan.end) == scan.end ? SQLITE_DONE : SQLITE_ERROR;
  cm_slice name = absent();
  if (close == '}') here = skip_key(&scan, here, &name);
  if (here == NULL) return SQLITE_ERROR;
  const char *start = here;
  if (items != NULL) items->count = 0;
  scan.items = items;
  here = skip_value(&scan, here);
  if (here == NULL) return scan.fault != 0 ? scan.fault : SQLITE_ERROR;
  *at = (size_t)(here - container.ptr);
  *value = (cm_slice){ start, (size_t)(here - start) };
  if (key != NULL) *key = name;
  return SQLITE_ROW;
}

int cm_slice_members(cm_slice object, cm_member *members, int capacity, int *count) {
  *count = 0;
  if (cm_slice_type(object) != CM_JSON_OBJECT) return SQLITE_ERROR;
  scanner scan = scan_start(object);
  const char *at = skip_space(scan.at + 1, scan.end);
  bool is_done = at < scan.end && *at == '}';
  if (is_done) at++;
  while (!is_done) {
    cm_slice name;
    const char *value = skip_key(&scan, at, &name);
    const char *behind = value != NULL ? skip_value(&scan, value) : NULL;
    if (behind == NULL) return SQLITE_ERROR;
    if (*count < capacity)
      members[*count] = (cm_member){ name, { value, (size_t)(behind - value) } };
    ++*count;
    at = skip_space(behind, scan.end);
    if (at == scan.end || (*at != ',' && *at != '}')) return SQLITE_ERROR;
    is_done = *at++ == '}';
    if (!is_done) at = skip_space(at, scan.end);
  }
  return skip_space(at, scan.end) == scan.end ? SQLITE_OK : SQLITE_ERROR;
}

int cm_slice_list(cm_slice container, cm_slice_items *items) {
  items->count = 0;
  if (container.ptr == NULL) return SQLITE_ERROR;
  scanner scan = scan_start(container);
  scan.items = items;
  const char *at = skip_value(&scan, scan.at);
  if (at == NULL) return scan.fault != 0 ? scan.fault : SQLITE_ERROR;
  return skip_space(at, scan.end) == scan.end ? SQLITE_OK : SQLITE_ERROR;
}

cm_slice cm_slice_inner(cm_slice string) {
  if (cm_slice_type(string) != CM_JSON_STRING) return absent();
  scanner scan = scan_start(string);
  const char *start = scan.at + 1;
  const char *behind = skip_string(&scan, scan.at);
  return behind != NULL ? (cm_slice){ start, (size_t)(behind - start) - 1 } : absent();
}

int cm_slice_check(cm_slice text, cm_slice_facts *facts, cm_err *err) {
  if (text.ptr == NULL) return cm_err_set(err, SQLITE_ERROR, "no JSON: there is no text");
  scanner scan = scan_start(text);
  const char *at = skip_value(&scan, scan.at);
  if (at != NULL) scan.at = skip_space(at, scan.end);
  if (facts != NULL) *facts = scan.facts;
  if (at != NULL && scan.at == scan.end) return SQLITE_OK;
  const char *what = scan.is_too_deep      ? "nested too deep"
                     : scan.at == scan.end ? "the text ends too early"
                                           : "unexpected text";
  return cm_err_set(err, SQLITE_ERROR, "no JSON: %s at byte %lld of %lld", what,
                    (long long)(scan.at - text.ptr), (long long)text.len);
}

/* ---- escapes ------------------------------------------------------------------------------- */

static int encode_utf8(uint32_t character, char out[4]) {
  if (character < 0x80) {
    out[0] = (char)character;
    return 1;
  }
  int len = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  for (int i = len - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (character & 0x3f));
    character >>= 6;
  }
  static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
  out[0] = (char)(marks[len] | character);
  return len;
}

void cm_slice_mend_escapes(char *text, size_t len) {
  char *end = text + len;
  while ((text = memchr(text, '\\', (size_t)(end - text))) != NULL) {
    uint32_t character;
    int escape_len = decode_escape(text, end, &character);
    if (escape_len == 0) return;
    if (is_odd(character, escape_len)) memcpy(text, "\\ufffd", 6);
    text += escape_len;
  }
}

int cm_slice_unescape(cm_slice escaped, cm_buf *out) {
  if (escaped.ptr == NULL) return out->code;
  const char *at = escaped.ptr;
  const char *end = at + escaped.len;
  while (at < end && out->code == SQLITE_OK) {
    const char *backslash = memchr(at, '\\', (size_t)(end - at));
    const char *plain_end = backslash != NULL ? backslash : end;
    cm_buf_append(out, at, (size_t)(plain_end - at));
    at = plain_end;
    if (at == end) break;
    uint32_t character;
    int len = decode_escape(at, end, &character);
    if (len == 0) { /* no escape at all: as it came */
      cm_buf_append(out, at++, 1);
      continue;
    }
    char bytes[4];
    cm_buf_append(out, bytes, (size_t)encode_utf8(character, bytes));
    at += len;
  }
  return out->code;
}

bool cm_slice_means(cm_slice escaped, const char *text, size_t text_len) {
  if (escaped.ptr == NULL) return false;
  const char *at = escaped.ptr;
  const char *end = at + escaped.len;
  size_t matched = 0;
  if (memchr(at, '\\', escaped.len) == NULL)
    return escaped.len == text_len && memcmp(at, text, text_len) == 0;
  while (at < end) {
    char bytes[4] = { *at };
    int bytes_len = 1;
    int len = 1;
    uint32_t character;
    if (*at == '\\') {
      len = decode_escape(at, end, &character);
      if (len == 0) return false;
      bytes_len = encode_utf8(character, bytes);
    }
    if ((size_t)bytes_len > text_len - matched ||
        memcmp(text + matched, bytes, (size_t)bytes_len) != 0)
      return false;
    matched += (size_t)bytes_len;
    at += len;
  }
  return matched == text_len;
}
