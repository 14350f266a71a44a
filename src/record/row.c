#include "record/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/instant.h"
#include "base/sqlite_api.h"
#include "base/text.h"
#include "spec/source.h"

enum { MAX_PATH_BYTES = 128, MAX_MEMBERS = 120, MAX_COLUMNS = 128, HINTED_STEPS = 2 };

/* ---- the life of a row --------------------------------------------------------------------- */

/** The members of one object: `count` of them from `first` on. */
typedef struct range {
  unsigned char first;
  unsigned char count;
  bool is_known;   /* false: it was not looked at yet */
  bool is_partial; /* there are more than found room, or a name has escapes */
} range;

struct cm_row_index {
  const char *of; /* the text it belongs to; NULL: none yet */
  int used;
  range own; /* the row's members */
  cm_member members[MAX_MEMBERS];
  range inside[MAX_MEMBERS]; /* what each of them holds; looked at when a path leads into it */
  /* Where a column's members stood in the row before: rows of a page have the same ones. */
  unsigned char hints[MAX_COLUMNS][HINTED_STEPS];
};

void cm_row_set(cm_row *row, cm_slice text) {
  if (row->index != NULL) row->index->of = NULL;
  row->companion = (cm_slice){ NULL, 0 };
  row->name = (cm_slice){ NULL, 0 };
  row->text = text;
}

void cm_row_clear_index(cm_row *row) {
  sqlite3_free(row->index);
  row->index = NULL;
}

void cm_row_clear(cm_row *row) {
  cm_row_clear_index(row);
  cm_row_set(row, (cm_slice){ NULL, 0 });
  row->outer = (cm_slice){ NULL, 0 };
}

/** One pass over an object: where each of its members stands. */
static int list_members(cm_row_index *index, cm_slice object, range *out) {
  int room = MAX_MEMBERS - index->used;
  int count = 0;
  int rc = cm_slice_members(object, index->members + index->used, room, &count);
  *out = (range){ (unsigned char)index->used, 0, .is_known = true, .is_partial = count > room };
  if (rc != SQLITE_OK) return rc;
  out->count = (unsigned char)(count < room ? count : room);
  bool has_escapes = memchr(object.ptr, '\\', object.len) != NULL;
  for (int i = index->used; i < index->used + out->count; i++) {
    cm_slice name = index->members[i].name;
    if (has_escapes && memchr(name.ptr, '\\', name.len) != NULL) out->is_partial = true;
    index->inside[i].is_known = false;
  }
  index->used += out->count;
  return SQLITE_OK;
}

static int make_index(cm_row *row, cm_err *err) {
  if (row->index == NULL) {
    row->index = sqlite3_malloc64(sizeof *row->index);
    if (row->index == NULL) return cm_err_nomem(err);
    memset(row->index->hints, 0, sizeof row->index->hints);
  }
  cm_row_index *index = row->index;
  index->used = 0;
  index->own = (range){ .is_known = true };
  if (cm_slice_type(row->text) == CM_JSON_OBJECT &&
      list_members(index, row->text, &index->own) != SQLITE_OK)
    return cm_slice_check(row->text, NULL, err);
  index->of = row->text.ptr;
  return SQLITE_OK;
}

/** The length of a path's first step. */
static size_t step_len(const char *path) {
  size_t len = 0;
  while (path[len] != 0 && path[len] != '.' && path[len] != '[')
    len++;
  return len;
}

static bool is_named(const cm_row_index *index, int at, const char *name, size_t len) {
  cm_slice own = index->members[at].name;
  return own.len == len && memcmp(own.ptr, name, len) == 0;
}

/** The member of this name, -1 when there is none. */
static int find_member(const cm_row_index *index, const range *among, const char *name, size_t len,
                       unsigned char *hint) {
  int end = among->first + among->count;
  if (*hint >= among->first && *hint < end && is_named(index, *hint, name, len)) return *hint;
  for (int i = among->first; i < end; i++) {
    if (!is_named(index, i, name, len)) continue;
    *hint = (unsigned char)i;
    return i;
  }
  return -1;
}

/**
 * Follow a path through the index as far as it goes.
 * @param out  Receives what was reached, absent when there is no such member.
 * @return what is left of the path.
 */
static const char *follow(cm_row_index *index, int column, const char *path, cm_slice *out) {
  range *among = &index->own;
  for (int step = 0; step < HINTED_STEPS; step++) {
    size_t len = step_len(path);
    if (len == 0) break; /* the end, or an item of a list */
    if (!among->is_known && list_members(index, *out, among) != SQLITE_OK) break;
    int at = find_member(index, among, path, len, &index->hints[column % MAX_COLUMNS][step]);
    if (at < 0) {
      if (!among->is_partial) *out = (cm_slice){ NULL, 0 };
      break;
    }
    *out = index->members[at].value;
    among = &index->inside[at];
    path += len;
    path += *path == '.';
  }
  return path;
}

/** What stands at a column's path of the row. */
static int find_in_row(cm_row *row, int column, const char *path, cm_slice *out, cm_err *err) {
  bool is_ready = row->index != NULL && row->index->of == row->text.ptr;
  int rc = is_ready ? SQLITE_OK : make_index(row, err);
  if (rc != SQLITE_OK) return rc;
  *out = row->text;
  path = follow(row->index, column, path, out);
  if (*path != 0) *out = cm_slice_find(*out, path);
  return SQLITE_OK;
}

/* ---- from JSON to a value ------------------------------------------------------------------ */

static int own_text(cm_value *out, const char *text, size_t len, cm_err *err) {
  cm_value borrowed = cm_value_text(text, len);
  int rc = cm_value_copy(&borrowed, out);
  return rc == SQLITE_OK ? rc : cm_err_nomem(err);
}

/** A text as it stands between its quotes is borrowed; one with escapes is decoded into its own. */
static int decode_text(cm_slice inner, cm_value *out, cm_err *err) {
  if (memchr(inner.ptr, '\\', inner.len) == NULL) {
    *out = cm_value_text(inner.ptr, inner.len);
    return SQLITE_OK;
  }
  cm_buf text;
  cm_buf_init(&text, CM_MAX_RESPONSE_BYTES);
  int rc = cm_slice_unescape(inner, &text);
  if (rc == SQLITE_OK) rc = own_text(out, cm_buf_str(&text), text.len, err);
  cm_buf_clear(&text);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : rc;
}

static int convert_text(cm_type type, cm_slice inner, cm_value *out, cm_err *err) {
  char formatted[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  bool is_instant = (type == CM_TIME || type == CM_DAY) &&
                    cm_instant_parse(inner.ptr, inner.len, &instant_ms);
  if (!is_instant) return decode_text(inner, out, err);
  if (type == CM_TIME) {
    cm_instant_format_sql(instant_ms, formatted);
  } else {
    cm_instant_format_day(instant_ms, formatted);
  }
  return own_text(out, formatted, strlen(formatted), err);
}

/** What has no fraction keeps all of its 64 bits, but in a column of reals, where 5 / 2 must be 2.5. */
static cm_value convert_number(cm_type type, cm_slice digits) {
  int64_t integer = 0;
  bool is_integer = type != CM_REAL && cm_slice_integer(digits, &integer);
  return is_integer ? cm_value_integer(integer) : cm_value_real(cm_slice_number(digits));
}

/** What stands between the quotes of a string that the scanner has found: no second look at it. */
static cm_slice unquote(cm_slice string) {
  return (cm_slice){ string.ptr + 1, string.len - 2 };
}

static int convert(cm_type type, cm_slice slice, cm_value *out, cm_err *err) {
  *out = cm_value_null();
  switch (cm_slice_type(slice)) {
  case CM_JSON_STRING: return convert_text(type, unquote(slice), out, err);
  case CM_JSON_NUMBER: *out = convert_number(type, slice); break;
  case CM_JSON_TRUE: *out = cm_value_integer(1); break;
  case CM_JSON_FALSE: *out = cm_value_integer(0); break;
  case CM_JSON_ARRAY:
  case CM_JSON_OBJECT:
    *out = cm_value_text(slice.ptr, slice.len);
    out->type = CM_VALUE_JSON;
    break;
  default: break;
  }
  return SQLITE_OK;
}

/** Name of an unfolded member: it is decoded by parsing it as the JSON string that it is. */
static int member_name(const cm_row *row, cm_value *out, cm_err *err) {
  if (row->word != NULL) {
    *out = cm_value_text(row->word->sql, strlen(row->word->sql));
    return SQLITE_OK;
  }
  if (row->name.ptr == NULL) return SQLITE_OK;
  return decode_text(row->name, out, err);
}

static const cm_binding *find_binding(const cm_row *row, int column) {
  for (int i = 0; i < row->binding_count; i++) {
    if (row->bindings[i].column == column && row->bindings[i].stands_in) return &row->bindings[i];
  }
  return NULL;
}

/** The value asked for stands in for a member that the answer lacks. */
static int from_binding(const cm_row *row, int column, cm_value *out) {
  const cm_binding *binding = find_binding(row, column);
  if (binding == NULL) {
    *out = cm_value_null();
    return SQLITE_OK;
  }
  *out = binding->value;
  out->owned = NULL;
  return SQLITE_OK;
}

/** The text of a row, or the member that distinguishes it from the others. */
static cm_slice telling_part(const cm_row *row) {
  const char *name = CM_EXTRA(row->resource, told_by);
  cm_slice part = name != NULL ? cm_slice_find(row->text, name) : row->text;
  return part.ptr != NULL ? part : row->text;
}

uint64_t cm_row_hash(const cm_row *row) {
  cm_slice part = telling_part(row);
  uint64_t hash = cm_hash_bytes(CM_HASH_START, part.ptr, part.len);
  hash = cm_hash_bytes(hash, row->outer.ptr, row->outer.len);
  hash = cm_hash_bytes(hash, row->name.ptr, row->name.len);
  if (row->word != NULL) hash = cm_hash_bytes(hash, row->word->sql, strlen(row->word->sql));
  for (int i = 0; i < row->binding_count; i++) {
    const cm_value *value = &row->bindings[i].value;
    if (CM_EXTRA(row->resource, told_by) != NULL && row->bindings[i].is_worked_out) continue;
    hash = cm_hash_bytes(hash, &value->integer, sizeof value->integer);
    hash = cm_hash_bytes(hash, value->text, value->len);
  }
  return hash;
}

/** Does the value distinguish a row from others? Many programs cut a text at a NUL inside it. */
static bool is_key(const cm_value *value) {
  if (!cm_value_is_text(value)) return value->type != CM_VALUE_NULL;
  return memchr(value->text, 0, value->len) == NULL;
}

/** A row whose key is missing still needs something that distinguishes it. */
static int missing_key(const cm_row *row, cm_value *out, cm_err *err) {
  char text[32];
  sqlite3_snprintf(sizeof text, text, "?%016llx", cm_row_hash(row));
  return own_text(out, text, strlen(text), err);
}

/** The key of a row whose API has none: its parts as a JSON array. */
static int composed_key(cm_row *row, cm_value *out, cm_err *err) {
  cm_buf key;
  cm_buf_init(&key, CM_MAX_URL_BYTES);
  int rc = SQLITE_OK;
  bool is_whole = true;
  const char *parts = row->resource->key_parts;
  const char *part = NULL;
  size_t len = 0;
  while (rc == SQLITE_OK && cm_text_next_word(&parts, &part, &len)) {
    cm_value value = cm_value_null();
    rc = cm_row_peek(row, cm_registry_find_column(row->resource, part, len), &value, err);
    cm_buf_text(&key, key.len == 0 ? "[" : ",");
    is_whole = is_whole && value.type != CM_VALUE_NULL;
    if (value.type == CM_VALUE_INTEGER) {
      cm_buf_printf(&key, "%lld", (long long)value.integer);
    } else if (value.type == CM_VALUE_REAL) {
      char digits[40];
      sqlite3_snprintf(sizeof digits, digits, "%!.17g", value.real);
      cm_buf_text(&key, digits);
    } else if (cm_value_is_text(&value)) {
      cm_json_quote(&key, value.text, value.len);
    }
    cm_value_clear(&value);
  }
  cm_buf_text(&key, "]");
  if (rc == SQLITE_OK && key.code == SQLITE_NOMEM) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK && key.code != SQLITE_OK)
    rc = cm_err_set(err, key.code, "the key is too long");
  if (rc == SQLITE_OK && !is_whole) rc = missing_key(row, out, err);
  if (rc == SQLITE_OK && is_whole) rc = own_text(out, cm_buf_str(&key), key.len, err);
  cm_buf_clear(&key);
  return rc;
}

/** What stands at a column's path, in the row, its companion or what encloses it. */
static int find_value(cm_row *row, int column_index, cm_from from, const char *path, cm_slice *out,
                      cm_err *err) {
  const cm_column *column = &row->resource->columns[column_index];
  if (column->flags & CM_COMPANION) {
    *out = cm_slice_find(row->companion, path);
  } else if (from == CM_FROM_AROUND && row->outer.ptr != NULL) {
    *out = cm_slice_find(row->outer, path);
  } else if (from == CM_FROM_AROUND) {
    return find_in_row(row, column_index, column->name, out, err);
  } else if (from == CM_FROM_SELF) {
    *out = cm_slice_trim(row->text);
  } else {
    return find_in_row(row, column_index, path, out, err);
  }
  return SQLITE_OK;
}

/** The type of a scalar in the words that the API has for custom attributes. */
static void type_name(const cm_row *row, cm_value *out) {
  const char *name = NULL;
  int64_t integer = 0;
  switch (cm_slice_type(row->text)) {
  case CM_JSON_STRING: name = "String"; break;
  case CM_JSON_NUMBER: name = cm_slice_integer(row->text, &integer) ? "Integer" : "Decimal"; break;
  case CM_JSON_TRUE:
  case CM_JSON_FALSE: name = "Boolean"; break;
  default: break;
  }
  *out = cm_value_text(name, name != NULL ? strlen(name) : 0);
}

/** The values that are not members of the row: SQLITE_NOTFOUND when the path names a member. */
static int get_special(cm_row *row, int column_index, cm_from from, cm_value *out, cm_err *err) {
  const cm_column *column = &row->resource->columns[column_index];
  if ((column->flags & CM_KEY) && row->resource->key_parts != NULL)
    return composed_key(row, out, err);
  if (column->flags & CM_PARAM) from = CM_FROM_BOUND;
  switch (from) {
  case CM_FROM_BOUND: return from_binding(row, column_index, out);
  case CM_FROM_KEY: return member_name(row, out, err);
  case CM_FROM_TYPE: type_name(row, out); return SQLITE_OK;
  case CM_FROM_ROW:
    *out = cm_value_text(row->text.ptr, row->text.len);
    if (row->text.ptr != NULL) out->type = CM_VALUE_JSON;
    return SQLITE_OK;
  default: return SQLITE_NOTFOUND;
  }
}

/** Put the word that the row stands for in place of "*". A path that does not fit finds nothing. */
static const char *fill_path(const cm_row *row, const char *path, char *filled, int size) {
  const char *star = row->word != NULL ? strchr(path, '*') : NULL;
  if (star == NULL) return path;
  sqlite3_snprintf(size, filled, "%.*s%s%s", (int)(star - path), path, row->word->wire, star + 1);
  return filled;
}

/** Does the row have the word that `only` of its column asks for, "member=word"? */
static bool is_of_column(const cm_row *row, const char *only) {
  char member[MAX_PATH_BYTES];
  if (only == NULL) return true;
  const char *word = strchr(only, '=') + 1;
  sqlite3_snprintf(sizeof member, member, "%.*s", (int)(word - 1 - only), only);
  cm_slice own = cm_slice_find(row->text, member);
  if (cm_slice_type(own) != CM_JSON_STRING) return false;
  own = unquote(own);
  return own.len == strlen(word) && memcmp(own.ptr, word, own.len) == 0;
}

int cm_row_peek(cm_row *row, int column_index, cm_value *out, cm_err *err) {
  const cm_column *column = &row->resource->columns[column_index];
  cm_source source = cm_source_of(column);
  char filled[MAX_PATH_BYTES];
  cm_slice slice = { NULL, 0 };
  *out = cm_value_null();
  const char *only = CM_EXTRA(column, only);
  if (only != NULL && !is_of_column(row, only)) return SQLITE_OK;
  int rc = get_special(row, column_index, source.from, out, err);
  if (rc != SQLITE_NOTFOUND) return rc;

  const char *path = fill_path(row, source.member, filled, sizeof filled);
  rc = find_value(row, column_index, source.from, path, &slice, err);
  if (rc != SQLITE_OK) return rc;
  if (source.from == CM_FROM_PRESENCE) {
    *out = cm_value_integer(slice.ptr != NULL && cm_slice_type(slice) != CM_JSON_NULL);
    return SQLITE_OK;
  }
  if (slice.ptr != NULL) {
    rc = convert(column->type, slice, out, err);
  } else if (!(column->flags & CM_KEY)) {
    rc = from_binding(row, column_index, out);
  }
  if (rc != SQLITE_OK || !(column->flags & CM_KEY) || is_key(out)) return rc;
  cm_value_clear(out);
  return missing_key(row, out, err);
}

bool cm_row_lacks_encloser(cm_row *row, int column_index) {
  const cm_column *column = &row->resource->columns[column_index];
  cm_slice own = { NULL, 0 };
  if (!cm_source_is(column, CM_FROM_AROUND) || row->outer.ptr != NULL) return false;
  if (find_binding(row, column_index) != NULL) return false;
  return find_in_row(row, column_index, column->name, &own, NULL) == SQLITE_OK && own.ptr == NULL;
}

int cm_row_get(cm_row *row, int column, cm_value *out, cm_err *err) {
  int rc = cm_row_peek(row, column, out, err);
  if (rc == SQLITE_OK && out->type == CM_VALUE_TEXT && out->owned == NULL)
    rc = own_text(out, out->text, out->len, err);
  return rc;
}

int cm_row_get_named(cm_row *row, const char *column, cm_value *out, cm_err *err) {
  int index = cm_registry_column(row->resource, column);
  *out = cm_value_null();
  return index < 0 ? SQLITE_NOTFOUND : cm_row_get(row, index, out, err);
}

/* ---- further pairs ------------------------------------------------------------------------- */

int cm_further_pairs_open(cm_further_pairs *out, const cm_natural_key *natural, cm_slice row,
                          cm_err *err) {
  *out = (cm_further_pairs){ 0 };
  if (CM_EXTRA(natural, also[0]) == NULL) return SQLITE_OK;
  int rc = cm_json_parse(row, &out->tree, err);
  out->first = cm_json_first(cm_json_find(out->tree, CM_EXTRA(natural, also[0])));
  out->second = cm_json_first(cm_json_find(out->tree, CM_EXTRA(natural, also[1])));
  return rc;
}

bool cm_further_pairs_next(cm_further_pairs *pairs, const char *pair[2]) {
  pair[0] = pair[1] = NULL;
  while (pairs->first != NULL && pairs->second != NULL && (pair[0] == NULL || pair[1] == NULL)) {
    pair[0] = cm_json_text(pairs->first);
    pair[1] = cm_json_text(pairs->second);
    pairs->first = cm_json_after(pairs->first);
    pairs->second = cm_json_after(pairs->second);
  }
  return pair[0] != NULL && pair[1] != NULL;
}
