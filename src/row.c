#include "row.h"

#include <stdlib.h>
#include <string.h>

#include "instant.h"
#include "sqlite_api.h"

enum { MAX_PATH_BYTES = 128 };

/* ---- the life of a row --------------------------------------------------------------------- */

void cm_row_set(cm_row *row, cm_slice text) {
  cm_json_free(row->tree);
  cm_json_free(row->companion_tree);
  row->tree = NULL;
  row->companion_tree = NULL;
  row->companion = (cm_slice){ NULL, 0 };
  row->name = (cm_slice){ NULL, 0 };
  row->text = text;
}

void cm_row_set_outer(cm_row *row, cm_slice outer) {
  cm_json_free(row->outer_tree);
  row->outer_tree = NULL;
  row->outer = outer;
}

void cm_row_clear(cm_row *row) {
  cm_row_set(row, (cm_slice){ NULL, 0 });
  cm_row_set_outer(row, (cm_slice){ NULL, 0 });
}

/* ---- from JSON to a value ------------------------------------------------------------------ */

/** A tree that is parsed once, when a column of it is first asked for. */
static int parse_once(cm_slice text, cm_json **tree, cm_err *err) {
  if (*tree != NULL || text.ptr == NULL) return SQLITE_OK;
  return cm_json_parse(text, tree, err);
}

static int own_text(cm_value *out, const char *text, size_t len, cm_err *err) {
  cm_value borrowed = cm_value_text(text, len);
  int rc = cm_value_copy(&borrowed, out);
  return rc == SQLITE_OK ? rc : cm_err_nomem(err);
}

static int convert_text(cm_type type, const char *text, cm_value *out, cm_err *err) {
  char formatted[CM_INSTANT_TEXT];
  size_t len = strlen(text);
  int64_t instant_ms = 0;
  bool is_instant = (type == CM_TIME || type == CM_DAY) && cm_instant_parse(text, len, &instant_ms);
  if (!is_instant) {
    *out = cm_value_text(text, len);
    return SQLITE_OK;
  }
  if (type == CM_TIME) {
    cm_instant_format_sql(instant_ms, formatted);
  } else {
    cm_instant_format_day(instant_ms, formatted);
  }
  return own_text(out, formatted, strlen(formatted), err);
}

/** What has no fraction keeps all of its 64 bits, but in a column of reals, where 5 / 2 must be 2.5. */
static cm_value convert_number(cm_type type, const cm_json *node) {
  int64_t integer = 0;
  bool is_integer = type != CM_REAL && cm_json_integer(node, &integer);
  return is_integer ? cm_value_integer(integer) : cm_value_real(cm_json_number(node));
}

/** `node` is what stands at `path` of `root`; nested values are taken from the text. */
static int convert(cm_type type, const cm_json *node, cm_slice root, const char *path,
                   cm_value *out, cm_err *err) {
  *out = cm_value_null();
  switch (cm_json_type_of(node)) {
  case CM_JSON_STRING: return convert_text(type, cm_json_text(node), out, err);
  case CM_JSON_NUMBER: *out = convert_number(type, node); break;
  case CM_JSON_TRUE: *out = cm_value_integer(1); break;
  case CM_JSON_FALSE: *out = cm_value_integer(0); break;
  case CM_JSON_ARRAY:
  case CM_JSON_OBJECT: {
    cm_slice raw = cm_slice_find(root, path);
    *out = cm_value_text(raw.ptr, raw.len);
    out->type = raw.ptr == NULL ? CM_VALUE_NULL : CM_VALUE_JSON;
    break;
  }
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
  cm_json *name = NULL;
  cm_slice quoted = { row->name.ptr - 1, row->name.len + 2 };
  int rc = cm_json_parse(quoted, &name, err);
  const char *text = cm_json_text(name);
  if (rc == SQLITE_OK && text != NULL) rc = own_text(out, text, strlen(text), err);
  cm_json_free(name);
  return rc;
}

static const cm_binding *find_binding(const cm_row *row, int column) {
  for (int i = 0; i < row->binding_count; i++) {
    if (row->bindings[i].column == column) return &row->bindings[i];
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

/** FNV-1a. */
static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
  return hash;
}

uint64_t cm_row_hash(const cm_row *row) {
  uint64_t hash = hash_bytes(14695981039346656037u, row->text.ptr, row->text.len);
  hash = hash_bytes(hash, row->outer.ptr, row->outer.len);
  hash = hash_bytes(hash, row->name.ptr, row->name.len);
  if (row->word != NULL) hash = hash_bytes(hash, row->word->sql, strlen(row->word->sql));
  for (int i = 0; i < row->binding_count; i++) {
    const cm_value *value = &row->bindings[i].value;
    hash = hash_bytes(hash, (const char *)&value->integer, sizeof value->integer);
    hash = hash_bytes(hash, value->text, value->len);
  }
  return hash;
}

/** A row whose key is missing still needs something that tells it from others. */
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
  const char *part = row->resource->key_parts;
  while (*part != 0 && rc == SQLITE_OK) {
    size_t len = strcspn(part, " ");
    cm_value value = cm_value_null();
    rc = cm_row_get(row, cm_registry_find_column(row->resource, part, len), &value, err);
    cm_buf_text(&key, key.len == 0 ? "[" : ",");
    if (value.type == CM_VALUE_INTEGER) {
      cm_buf_printf(&key, "%lld", (long long)value.integer);
    } else if (cm_value_is_text(&value)) {
      cm_json_quote(&key, value.text, value.len);
    } else {
      cm_buf_text(&key, "null");
    }
    cm_value_clear(&value);
    part += len + strspn(part + len, " ");
  }
  cm_buf_text(&key, "]");
  if (rc == SQLITE_OK && key.code == SQLITE_NOMEM) rc = cm_err_nomem(err);
  if (rc == SQLITE_OK && key.code != SQLITE_OK)
    rc = cm_err_set(err, key.code, "the key is too long");
  if (rc == SQLITE_OK) rc = own_text(out, cm_buf_str(&key), key.len, err);
  cm_buf_clear(&key);
  return rc;
}

/** The text and tree that a column's path starts from; `path` moves behind a leading mark. */
static int find_root(cm_row *row, const cm_column *column, const char **path, cm_slice *root,
                     cm_json **tree, cm_err *err) {
  int rc = SQLITE_OK;
  if (column->flags & CM_COMPANION) {
    rc = parse_once(row->companion, &row->companion_tree, err);
    *root = row->companion;
    *tree = row->companion_tree;
  } else if (**path == '^') {
    (*path)++;
    rc = parse_once(row->outer, &row->outer_tree, err);
    *root = row->outer;
    *tree = row->outer_tree;
  } else {
    if (strcmp(*path, "@self") == 0) *path = "";
    rc = parse_once(row->text, &row->tree, err);
    *root = row->text;
    *tree = row->tree;
  }
  return rc;
}

/** The type of a scalar in the words that the API has for custom attributes. */
static int type_name(cm_row *row, cm_value *out, cm_err *err) {
  int rc = parse_once(row->text, &row->tree, err);
  const char *name = NULL;
  int64_t integer = 0;
  switch (cm_json_type_of(row->tree)) {
  case CM_JSON_STRING: name = "String"; break;
  case CM_JSON_NUMBER: name = cm_json_integer(row->tree, &integer) ? "Integer" : "Decimal"; break;
  case CM_JSON_TRUE:
  case CM_JSON_FALSE: name = "Boolean"; break;
  default: break;
  }
  *out = cm_value_text(name, name != NULL ? strlen(name) : 0);
  return rc;
}

/** The values that are no member of the row: SQLITE_NOTFOUND when the path names one. */
static int get_special(cm_row *row, int column_index, const char *path, cm_value *out,
                       cm_err *err) {
  const cm_column *column = &row->resource->columns[column_index];
  if ((column->flags & CM_KEY) && row->resource->key_parts != NULL) {
    return composed_key(row, out, err);
  }
  bool is_bound = (column->flags & CM_PARAM) || strcmp(path, "@bound") == 0;
  if (is_bound) return from_binding(row, column_index, out);
  if (strcmp(path, "@key") == 0) return member_name(row, out, err);
  if (strcmp(path, "@type") == 0) return type_name(row, out, err);
  if (strcmp(path, "@row") == 0) {
    *out = cm_value_text(row->text.ptr, row->text.len);
    if (row->text.ptr != NULL) out->type = CM_VALUE_JSON;
    return SQLITE_OK;
  }
  return SQLITE_NOTFOUND;
}

/** Put the word that the row stands for in place of "*". A path that does not fit finds nothing. */
static const char *fill_path(const cm_row *row, const char *path, char *filled, int size) {
  const char *star = row->word != NULL ? strchr(path, '*') : NULL;
  if (star == NULL) return path;
  sqlite3_snprintf(size, filled, "%.*s%s%s", (int)(star - path), path, row->word->wire, star + 1);
  return filled;
}

int cm_row_get(cm_row *row, int column_index, cm_value *out, cm_err *err) {
  const cm_column *column = &row->resource->columns[column_index];
  const char *path = column->path != NULL ? column->path : column->name;
  char filled[MAX_PATH_BYTES];
  cm_slice root = { NULL, 0 };
  cm_json *tree = NULL;
  *out = cm_value_null();
  int rc = get_special(row, column_index, path, out, err);
  if (rc != SQLITE_NOTFOUND) return rc;

  bool asks_presence = path[0] == '?';
  path = fill_path(row, path + asks_presence, filled, sizeof filled);
  rc = find_root(row, column, &path, &root, &tree, err);
  cm_json *node = cm_json_find(tree, path);
  if (rc != SQLITE_OK) return rc;
  if (asks_presence) {
    *out = cm_value_integer(node != NULL && cm_json_type_of(node) != CM_JSON_NULL);
    return SQLITE_OK;
  }
  rc = node == NULL ? from_binding(row, column_index, out)
                    : convert(column->type, node, root, path, out, err);
  bool lacks_key = (column->flags & CM_KEY) && out->type == CM_VALUE_NULL;
  return rc == SQLITE_OK && lacks_key ? missing_key(row, out, err) : rc;
}

int cm_row_get_named(cm_row *row, const char *column, cm_value *out, cm_err *err) {
  int index = cm_registry_find_column(row->resource, column, strlen(column));
  *out = cm_value_null();
  return index < 0 ? SQLITE_NOTFOUND : cm_row_get(row, index, out, err);
}
