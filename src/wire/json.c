#include "wire/json.h"

#include <cjson/cJSON.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"

enum { KIND_MASK = 0xff }; /* cJSON keeps flags in the upper bits of a type */

/* A raw node is always a number of ours: its digits in valuestring, its nearest double beside them. */

static cJSON *node_of(const cm_json *json) {
  return (cJSON *)(uintptr_t)json;
}

static cm_json *json_of(const cJSON *node) {
  return (cm_json *)(uintptr_t)node;
}

/* ---- parsing ------------------------------------------------------------------------------- */

/** The next number in the rest of a text that is known to be sound. */
static cm_slice next_number(cm_slice *rest) {
  const char *at = rest->ptr;
  const char *end = at + rest->len;
  while (at < end && *at != '-' && (*at < '0' || *at > '9')) {
    if (*at++ != '"') continue;
    while (*at != '"')
      at += *at == '\\' ? 2 : 1;
    at++;
  }
  const char *start = at;
  while (at < end && *at != 0 && strchr("+-.0123456789eE", *at) != NULL)
    at++;
  *rest = (cm_slice){ at, (size_t)(end - at) };
  return (cm_slice){ start, (size_t)(at - start) };
}

static int make_raw(cJSON *node, const char *digits) {
  cJSON *raw = cJSON_CreateRaw(digits);
  if (raw == NULL) return SQLITE_NOMEM;
  node->type = (node->type & ~KIND_MASK) | cJSON_Raw;
  node->valuestring = raw->valuestring;
  raw->valuestring = NULL;
  cJSON_Delete(raw);
  return SQLITE_OK;
}

/**
 * Give the numbers that a double may not hold their digits. Numbers stand in the tree in the order of
 * the text. The recursion is as deep as the tree, which cm_slice_check has bounded.
 */
static int keep_digits(cJSON *node, cm_slice *rest) {
  if (cJSON_IsNumber(node)) {
    cm_slice number = next_number(rest);
    char digits[CM_MAX_NUMBER_BYTES + 1] = { 0 };
    memcpy(digits, number.ptr, number.len);
    bool is_long = number.len > DBL_DIG || strpbrk(digits, "eE") != NULL;
    return is_long ? make_raw(node, digits) : SQLITE_OK;
  }
  int code = SQLITE_OK;
  for (cJSON *child = node->child; child != NULL && code == SQLITE_OK; child = child->next)
    code = keep_digits(child, rest);
  return code;
}

int cm_json_parse(cm_slice text, cm_json **out, cm_err *err) {
  *out = NULL;
  cm_slice_facts facts;
  int code = cm_slice_check(text, &facts, err);
  if (code != SQLITE_OK) return code;
  text = cm_slice_trim(text); /* cJSON takes no byte order mark in front of a short text */

  char *mended = NULL;
  cJSON *tree = NULL;
  if (facts.has_odd_escape) {
    mended = sqlite3_malloc64(text.len);
    if (mended == NULL) goto nomem;
    memcpy(mended, text.ptr, text.len);
    cm_slice_mend_escapes(mended, text.len);
    text.ptr = mended;
  }
  tree = cJSON_ParseWithLengthOpts(text.ptr, text.len, NULL, 0);
  if (tree == NULL) goto nomem; /* cm_slice_check let through nothing that cJSON refuses */
  if (facts.has_long_number && keep_digits(tree, &text) != SQLITE_OK) goto nomem;
  sqlite3_free(mended);
  *out = json_of(tree);
  return SQLITE_OK;

nomem:
  cJSON_Delete(tree);
  sqlite3_free(mended);
  return cm_err_nomem(err);
}

void cm_json_free(cm_json *json) {
  cJSON_Delete(node_of(json));
}

/* ---- reading ------------------------------------------------------------------------------- */

static cJSON *find_step(const cJSON *node, const cm_step *step) {
  if (step->name == NULL) {
    long size = cJSON_IsArray(node) ? cJSON_GetArraySize(node) : 0;
    long index = step->index < 0 ? step->index + size : step->index;
    return index >= 0 && index < size ? cJSON_GetArrayItem(node, (int)index) : NULL;
  }
  cJSON *child = cJSON_IsObject(node) ? node->child : NULL;
  while (child != NULL &&
         (strncmp(child->string, step->name, step->len) != 0 || child->string[step->len] != 0))
    child = child->next;
  return child;
}

cm_json *cm_json_find(const cm_json *json, const char *path) {
  const cJSON *node = node_of(json);
  cm_step step;
  int code = path == NULL ? SQLITE_DONE : SQLITE_ROW;
  while (node != NULL && code == SQLITE_ROW && (code = cm_step_next(&path, &step)) == SQLITE_ROW)
    node = find_step(node, &step);
  return code == SQLITE_DONE ? json_of(node) : NULL;
}

cm_json_type cm_json_type_of(const cm_json *json) {
  if (json == NULL) return CM_JSON_ABSENT;
  switch (node_of(json)->type & KIND_MASK) {
  case cJSON_NULL: return CM_JSON_NULL;
  case cJSON_False: return CM_JSON_FALSE;
  case cJSON_True: return CM_JSON_TRUE;
  case cJSON_Number:
  case cJSON_Raw: return CM_JSON_NUMBER;
  case cJSON_String: return CM_JSON_STRING;
  case cJSON_Array: return CM_JSON_ARRAY;
  case cJSON_Object: return CM_JSON_OBJECT;
  default: return CM_JSON_ABSENT;
  }
}

const char *cm_json_text(const cm_json *json) {
  return json != NULL && cJSON_IsString(node_of(json)) ? node_of(json)->valuestring : NULL;
}

double cm_json_number(const cm_json *json) {
  return cm_json_type_of(json) == CM_JSON_NUMBER ? node_of(json)->valuedouble : 0;
}

bool cm_json_integer(const cm_json *json, int64_t *out) {
  if (cm_json_type_of(json) != CM_JSON_NUMBER) return false;
  const cJSON *node = node_of(json);
  if (cJSON_IsRaw(node))
    return cm_slice_integer((cm_slice){ node->valuestring, strlen(node->valuestring) }, out);
  const double exact = 9007199254740992.0; /* below, no two integers share a double */
  if (!(node->valuedouble > -exact && node->valuedouble < exact)) return false;
  *out = (int64_t)node->valuedouble;
  return (double)*out == node->valuedouble;
}

cm_json *cm_json_first(const cm_json *json) {
  return json != NULL ? json_of(node_of(json)->child) : NULL;
}

cm_json *cm_json_after(const cm_json *child) {
  return child != NULL ? json_of(node_of(child)->next) : NULL;
}

int cm_json_count(const cm_json *json) {
  int count = 0;
  for (const cm_json *child = cm_json_first(json); child != NULL; child = cm_json_after(child))
    count++;
  return count;
}

const char *cm_json_name(const cm_json *child) {
  return child != NULL ? node_of(child)->string : NULL;
}

/* ---- comparing ----------------------------------------------------------------------------- */

static bool is_equal(const cJSON *node, const cJSON *other, int depth);

static bool is_equal_number(const cJSON *node, const cJSON *other) {
  int64_t integer, other_integer;
  bool is_integer = cm_json_integer(json_of(node), &integer);
  if (is_integer != cm_json_integer(json_of(other), &other_integer)) return false;
  return is_integer ? integer == other_integer : node->valuedouble == other->valuedouble;
}

static bool is_equal_array(const cJSON *node, const cJSON *other, int depth) {
  const cJSON *child = node->child;
  const cJSON *other_child = other->child;
  while (child != NULL && other_child != NULL && is_equal(child, other_child, depth)) {
    child = child->next;
    other_child = other_child->next;
  }
  return child == NULL && other_child == NULL;
}

/** Every member of one is in the other, and the reverse. Of a name given twice the first counts. */
static bool is_equal_object(const cJSON *node, const cJSON *other, int depth) {
  for (const cJSON *child = node->child; child != NULL; child = child->next) {
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(node, child->string);
    const cJSON *match = cJSON_GetObjectItemCaseSensitive(other, child->string);
    if (match == NULL || (own == child && !is_equal(child, match, depth))) return false;
  }
  for (const cJSON *child = other->child; child != NULL; child = child->next) {
    if (cJSON_GetObjectItemCaseSensitive(node, child->string) == NULL) return false;
  }
  return true;
}

/* `depth` levels are left; a tree that was put together deeper than a text may be equals nothing. */
static bool is_equal(const cJSON *node, const cJSON *other, int depth) {
  cm_json_type type = cm_json_type_of(json_of(node));
  if (type != cm_json_type_of(json_of(other)) || depth == 0) return false;
  switch (type) {
  case CM_JSON_NUMBER: return is_equal_number(node, other);
  case CM_JSON_STRING: return strcmp(node->valuestring, other->valuestring) == 0;
  case CM_JSON_ARRAY: return is_equal_array(node, other, depth - 1);
  case CM_JSON_OBJECT: return is_equal_object(node, other, depth - 1);
  default: return true;
  }
}

bool cm_json_is_equal(const cm_json *json, const cm_json *other) {
  if (json == NULL || other == NULL) return json == other;
  return is_equal(node_of(json), node_of(other), CM_MAX_JSON_DEPTH + 1);
}

/* ---- building ------------------------------------------------------------------------------ */

cm_json *cm_json_new_object(void) {
  return json_of(cJSON_CreateObject());
}

cm_json *cm_json_new_array(void) {
  return json_of(cJSON_CreateArray());
}

cm_json *cm_json_new_text(const char *text) {
  return json_of(text != NULL ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static cm_json *new_number(const char *digits, double number) {
  cJSON *node = cJSON_CreateRaw(digits);
  if (node != NULL) node->valuedouble = number;
  return json_of(node);
}

cm_json *cm_json_new_integer(int64_t value) {
  char digits[32];
  snprintf(digits, sizeof digits, "%lld", (long long)value);
  return new_number(digits, (double)value);
}

/** Put a point where the locale puts something else. */
static void mend_point(char *digits) {
  size_t at = strspn(digits, "-0123456789");
  size_t point = strcspn(digits + at, "0123456789e");
  if (point == 0) return;
  digits[at] = '.';
  memmove(digits + at + 1, digits + at + point, strlen(digits + at + point) + 1);
}

cm_json *cm_json_new_real(double value) {
  if (!isfinite(value)) return cm_json_new_null();
  char digits[40];
  for (int precision = DBL_DIG; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, value);
    if (strtod(digits, NULL) == value) break;
  }
  mend_point(digits);
  return new_number(digits, value);
}

cm_json *cm_json_new_boolean(bool value) {
  return json_of(cJSON_CreateBool(value));
}

cm_json *cm_json_new_null(void) {
  return json_of(cJSON_CreateNull());
}

cm_json *cm_json_copy(const cm_json *json) {
  return json_of(cJSON_Duplicate(node_of(json), 1));
}

int cm_json_set(cm_json *object, const char *name, cm_json *value) {
  cJSON *parent = node_of(object);
  cJSON *child = node_of(value);
  if (child == NULL) return SQLITE_NOMEM;
  if (!cJSON_IsObject(parent)) {
    cJSON_Delete(child);
    return SQLITE_ERROR;
  }
  cJSON *old = cJSON_GetObjectItemCaseSensitive(parent, name);
  if (old != NULL) { /* the new value takes over the place and the name, which cannot fail */
    cJSON_free(child->string);
    child->string = old->string;
    old->string = NULL;
    cJSON_ReplaceItemViaPointer(parent, old, child);
  } else if (!cJSON_AddItemToObject(parent, name, child)) {
    cJSON_Delete(child);
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

/** The object at member `name`, made if it is missing. */
static int open_member(cm_json **object, const char *name) {
  cJSON *member = cJSON_GetObjectItemCaseSensitive(node_of(*object), name);
  int code = SQLITE_OK;
  if (member == NULL) {
    member = cJSON_CreateObject();
    code = cm_json_set(*object, name, json_of(member));
  } else if (!cJSON_IsObject(member)) {
    code = SQLITE_ERROR;
  }
  *object = json_of(member);
  return code;
}

int cm_json_put(cm_json *object, const char *path, cm_json *value) {
  int code = value != NULL ? SQLITE_OK : SQLITE_NOMEM;
  bool is_put = false;
  while (code == SQLITE_OK && !is_put) {
    cm_step step;
    char *name = NULL;
    if (cm_step_next(&path, &step) != SQLITE_ROW || step.name == NULL)
      code = SQLITE_ERROR;
    else if ((name = sqlite3_mprintf("%.*s", (int)step.len, step.name)) == NULL)
      code = SQLITE_NOMEM;
    else if (*path != 0)
      code = open_member(&object, name);
    else
      is_put = true;
    if (is_put) code = cm_json_set(object, name, value);
    sqlite3_free(name);
  }
  if (!is_put) cm_json_free(value);
  return code;
}

int cm_json_push(cm_json *array, cm_json *value) {
  if (value == NULL) return SQLITE_NOMEM;
  if (cm_json_type_of(array) != CM_JSON_ARRAY) {
    cm_json_free(value);
    return SQLITE_ERROR;
  }
  cJSON_AddItemToArray(node_of(array), node_of(value));
  return SQLITE_OK;
}

cm_json *cm_json_take(cm_json *object, const char *name) {
  cJSON *member = cJSON_DetachItemFromObjectCaseSensitive(node_of(object), name);
  if (member != NULL) {
    cJSON_free(member->string);
    member->string = NULL;
  }
  return json_of(member);
}

/* ---- writing ------------------------------------------------------------------------------- */

char *cm_json_format(const cm_json *json) {
  char *text = cJSON_PrintUnformatted(node_of(json));
  if (text == NULL) return NULL;
  size_t size = strlen(text) + 1;
  char *copy = sqlite3_malloc64(size);
  if (copy != NULL) memcpy(copy, text, size);
  cJSON_free(text);
  return copy;
}

int cm_json_quote(cm_buf *buf, const char *text, size_t len) {
  static const char short_names[] = "btn?fr"; /* of 8 to 13 */
  cm_buf_append(buf, "\"", 1);
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte == '"' || byte == '\\')
      cm_buf_append(buf, (char[]){ '\\', text[i] }, 2);
    else if (byte >= 8 && byte <= 13 && byte != 11)
      cm_buf_append(buf, (char[]){ '\\', short_names[byte - 8] }, 2);
    else if (byte < 0x20)
      cm_buf_printf(buf, "\\u%04x", byte);
    else
      cm_buf_append(buf, text + i, 1);
  }
  return cm_buf_append(buf, "\"", 1);
}

const char *cm_json_library(void) {
  return cJSON_Version();
}
