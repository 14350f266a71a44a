/*
** row_pack.c -- a row as one text, so that SQLite can hand it on to a write. See record/row.h.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "record/row.h"

/* A control character that no JSON text begins with: what follows was packed by us. */
enum { PACK_MARK = 0x1e };

static void put_slice(cm_buf *out, const char *name, cm_slice slice) {
  if (slice.ptr == NULL) return;
  cm_buf_printf(out, ",\"%s\":", name);
  cm_buf_append(out, slice.ptr, slice.len);
}

/** With a point or an exponent, so that it comes back as a real. JSON has no infinity: null. */
static int put_real(cm_buf *out, double real) {
  cm_json *number = cm_json_new_real(real);
  char *digits = number != NULL ? cm_json_format(number) : NULL;
  int rc = digits != NULL ? cm_buf_text(out, digits) : SQLITE_NOMEM;
  if (rc == SQLITE_OK && strpbrk(digits, ".en") == NULL) rc = cm_buf_text(out, ".0");
  sqlite3_free(digits);
  cm_json_free(number);
  return rc;
}

static int put_value(cm_buf *out, const cm_value *value) {
  switch (value->type) {
  case CM_VALUE_INTEGER: return cm_buf_printf(out, "%lld", (long long)value->integer);
  case CM_VALUE_REAL: return put_real(out, value->real);
  case CM_VALUE_TEXT:
  case CM_VALUE_JSON: return cm_json_quote(out, value->text, value->len);
  default: return cm_buf_text(out, "null");
  }
}

char *cm_row_pack(cm_row *row) {
  cm_buf out;
  char mark = PACK_MARK;
  int rc = SQLITE_OK;
  cm_buf_init(&out, CM_MAX_RESPONSE_BYTES);
  cm_buf_append(&out, &mark, 1);
  cm_buf_text(&out, "{\"bound\":{");
  const char *comma = "";
  for (int i = 0; i < row->binding_count && rc == SQLITE_OK; i++) {
    const cm_binding *binding = &row->bindings[i];
    if (!binding->stands_in) continue;
    cm_buf_printf(&out, "%s\"%s\":", comma, row->resource->columns[binding->column].name);
    comma = ",";
    rc = put_value(&out, &binding->value);
  }
  cm_buf_text(&out, "}");
  put_slice(&out, "row", row->text);
  put_slice(&out, "outer", row->outer);
  put_slice(&out, "companion", row->companion);
  if (row->name.ptr != NULL) {
    put_slice(&out, "name", (cm_slice){ row->name.ptr - 1, row->name.len + 2 });
  }
  cm_buf_text(&out, "}");
  char *packed = rc == SQLITE_OK ? cm_buf_take(&out) : NULL;
  cm_buf_clear(&out);
  return packed;
}

/** Digits alone were an integer, anything else was a real. */
static cm_value unpack_number(const cm_json *json, cm_slice text) {
  int64_t integer = 0;
  bool has_point = memchr(text.ptr, '.', text.len) != NULL ||
                   memchr(text.ptr, 'e', text.len) != NULL;
  if (!has_point && cm_json_integer(json, &integer)) return cm_value_integer(integer);
  return cm_value_real(cm_json_number(json));
}

static int unpack_binding(const cm_resource *resource, cm_slice name, cm_slice text,
                          cm_binding *binding, cm_err *err) {
  cm_json *json = NULL;
  int rc = cm_json_parse(text, &json, err);
  cm_value value = cm_value_null();
  binding->column = cm_registry_find_column(resource, name.ptr, name.len);
  binding->stands_in = true;
  if (rc == SQLITE_OK && binding->column < 0)
    rc = cm_err_set(err, SQLITE_ERROR, "%s: json is read-only", resource->name);
  if (cm_json_type_of(json) == CM_JSON_STRING) {
    value = cm_value_text(cm_json_text(json), strlen(cm_json_text(json)));
  } else if (cm_json_type_of(json) == CM_JSON_NUMBER) {
    value = unpack_number(json, text);
  }
  if (rc == SQLITE_OK) rc = cm_value_copy(&value, &binding->value);
  if (rc == SQLITE_NOMEM) cm_err_nomem(err);
  cm_json_free(json);
  return rc;
}

static int unpack_bindings(cm_packed_row *packed, cm_slice bound, cm_err *err) {
  const cm_resource *resource = packed->row.resource;
  size_t size = (size_t)resource->column_count * sizeof *packed->bindings;
  packed->bindings = sqlite3_malloc64(size);
  if (packed->bindings == NULL) return cm_err_nomem(err);
  memset(packed->bindings, 0, size);
  packed->row.bindings = packed->bindings;
  size_t at = 0;
  cm_slice name = { NULL, 0 };
  cm_slice text = { NULL, 0 };
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && cm_slice_next(bound, &at, &name, &text) == SQLITE_ROW) {
    if (packed->row.binding_count == resource->column_count) break;
    rc = unpack_binding(resource, name, text, &packed->bindings[packed->row.binding_count], err);
    if (rc == SQLITE_OK) packed->row.binding_count++;
  }
  return rc;
}

int cm_row_unpack(const cm_resource *resource, const char *text, size_t len, cm_packed_row *out,
                  cm_err *err) {
  memset(out, 0, sizeof *out);
  out->row.resource = resource;
  out->is_packed = len > 0 && text[0] == PACK_MARK;
  out->text = sqlite3_malloc64(len + 1);
  if (out->text == NULL) return cm_err_nomem(err);
  if (len > 0) memcpy(out->text, text, len);
  out->text[len] = 0;

  int rc = SQLITE_OK;
  cm_slice whole = { out->text, len };
  if (!out->is_packed) {
    bool is_sound = cm_slice_check(whole, NULL, NULL) == SQLITE_OK;
    if (is_sound) cm_row_set(&out->row, cm_slice_trim(whole));
  } else {
    whole.ptr++;
    whole.len--;
    cm_row_set(&out->row, cm_slice_find(whole, "row"));
    out->row.outer = cm_slice_find(whole, "outer");
    out->row.companion = cm_slice_find(whole, "companion");
    cm_slice name = cm_slice_find(whole, "name");
    if (cm_slice_type(name) == CM_JSON_STRING)
      out->row.name = (cm_slice){ name.ptr + 1, name.len - 2 };
    rc = unpack_bindings(out, cm_slice_find(whole, "bound"), err);
  }
  if (rc == SQLITE_OK && cm_slice_type(out->row.text) == CM_JSON_ABSENT)
    rc = cm_err_set(err, SQLITE_ERROR, "%s: json is read-only", resource->name);
  if (rc != SQLITE_OK) cm_packed_row_clear(out);
  return rc;
}

void cm_packed_row_clear(cm_packed_row *packed) {
  for (int i = 0; i < packed->row.binding_count; i++)
    cm_value_clear(&packed->bindings[i].value);
  cm_row_clear(&packed->row);
  sqlite3_free(packed->bindings);
  sqlite3_free(packed->text);
  memset(packed, 0, sizeof *packed);
}
