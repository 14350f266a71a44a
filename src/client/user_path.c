#include "client/user_path.h"

#include <string.h>

#include "base/sqlite_api.h"
#include "base/text.h"
#include "record/url.h"
#include "spec/registry.h"
#include "wire/json.h"

enum { SHOWN_BYTES = 40 };

const char *cm_user_method(cm_slice text) {
  static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
  for (size_t i = 0; i < cm_countof(methods); i++) {
    size_t len = strlen(methods[i]);
    if (text.len == len && sqlite3_strnicmp(text.ptr, methods[i], (int)len) == 0) return methods[i];
  }
  return NULL;
}

/* ---- the path ------------------------------------------------------------------------------ */

/** Append with %xx decoded. @return false where a "%" is followed by anything else. */
static bool decode(const char *text, size_t len, cm_buf *out) {
  for (size_t i = 0; i < len; i++) {
    char byte = text[i];
    if (byte == '%') {
      int high = i + 2 < len ? cm_text_hex_digit(text[i + 1]) : -1;
      int low = i + 2 < len ? cm_text_hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      byte = (char)(high * 16 + low);
      i += 2;
    }
    cm_buf_append(out, &byte, 1);
  }
  return true;
}

/** What a URL may hold as it is, beside "%". */
static bool is_url_char(char c) {
  return cm_text_is_alnum(c) || (c != '\0' && strchr("-._~!$&'()*+,;=:@/?[]", c) != NULL);
}

static bool has_dot_segment(const char *path, size_t len) {
  size_t start = 0;
  for (size_t i = 0; i <= len; i++) {
    if (i < len && path[i] != '/' && path[i] != '\\') continue;
    const char *segment = path + start;
    size_t size = i - start;
    if ((size == 1 || size == 2) && segment[0] == '.' && segment[size - 1] == '.') return true;
    start = i + 1;
  }
  return false;
}

static int bad_path(const char *why, const char *advice, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR, "this path cannot be asked (%s): %s", why, advice);
}

/** The part in front of "?", where the request could leave the API. */
static int check_path(cm_slice path, size_t len, cm_err *err) {
  static const char *const begin = "begin with one /, as in '/customers'";
  if (len == 0 || path.ptr[0] != '/') return bad_path("it does not begin with /", begin, err);
  for (size_t i = 1; i < len; i++) {
    if (path.ptr[i] == '/' && path.ptr[i - 1] == '/') return bad_path("it holds //", begin, err);
  }
  cm_buf decoded;
  cm_buf_init(&decoded, CM_MAX_URL_BYTES);
  int rc = SQLITE_OK;
  if (!decode(path.ptr, len, &decoded)) {
    rc = bad_path("a % is not followed by two hexadecimal digits", "write %25 for a %", err);
  } else if (decoded.code != SQLITE_OK) {
    rc = cm_err_set(err, decoded.code, "this path cannot be asked (it is too long): shorten it");
  } else if (has_dot_segment(cm_buf_str(&decoded), decoded.len)) {
    rc = bad_path("it holds a . or .. segment", "name the resource itself", err);
  }
  cm_buf_clear(&decoded);
  return rc;
}

static int check_chars(cm_slice path, cm_err *err) {
  for (size_t i = 0; i < path.len; i++) {
    char c = path.ptr[i];
    if (c == '#') return bad_path("it holds a #", "leave it out, or write %23", err);
    if (c != '%' && !is_url_char(c)) {
      return bad_path("it holds a space or another character that URLs cannot hold",
                      "percent-encode it (%20), or give it in the query argument", err);
    }
  }
  return SQLITE_OK;
}

/* ---- the query ----------------------------------------------------------------------------- */

/** Only texts, numbers and booleans can stand in a query or a header. */
static int bad_member(const char *what, const cm_json *member, cm_err *err) {
  return cm_err_set(
      err, SQLITE_ERROR,
      "%s: \"%.60s\" is not a text, number or boolean (nothing else can be sent there): "
      "give it as a text",
      what, cm_json_name(member));
}

/** Append a member's value, texts decoded and numbers in their digits. */
static int put_scalar(const char *what, const cm_json *member, cm_buf *out, cm_err *err) {
  switch (cm_json_type_of(member)) {
  case CM_JSON_TRUE: return cm_buf_text(out, "true");
  case CM_JSON_FALSE: return cm_buf_text(out, "false");
  case CM_JSON_STRING: return cm_buf_text(out, cm_json_text(member));
  case CM_JSON_NUMBER: {
    char *digits = cm_json_format(member);
    int rc = digits == NULL ? cm_err_nomem(err) : cm_buf_text(out, digits);
    sqlite3_free(digits);
    return rc;
  }
  default: return bad_member(what, member, err);
  }
}

static int parse_object(const char *what, cm_slice text, cm_json **out, cm_err *err) {
  int rc = cm_json_parse(text, out, err);
  if (rc == SQLITE_NOMEM) return rc;
  if (rc != SQLITE_OK || cm_json_type_of(*out) != CM_JSON_OBJECT) {
    cm_json_free(*out);
    *out = NULL;
    return cm_err_set(err, SQLITE_ERROR,
                      "%s is not a JSON object (it is '%.*s'): write json_object('name', 'value')",
                      what, text.len > SHOWN_BYTES ? SHOWN_BYTES : (int)text.len, text.ptr);
  }
  return SQLITE_OK;
}

static int put_query(cm_slice query, cm_buf *out, cm_err *err) {
  cm_json *object = NULL;
  cm_buf value;
  if (query.ptr == NULL) return SQLITE_OK;
  cm_buf_init(&value, CM_MAX_URL_BYTES);
  int rc = parse_object("query", query, &object, err);
  const cm_json *member = rc == SQLITE_OK ? cm_json_first(object) : NULL;
  for (; rc == SQLITE_OK && member != NULL; member = cm_json_after(member)) {
    if (cm_json_type_of(member) == CM_JSON_NULL) continue;
    rc = put_scalar("query", member, &value, err);
    if (rc != SQLITE_OK) break;
    cm_buf_text(out, cm_url_separator(out));
    cm_buf_percent(out, cm_json_name(member), strlen(cm_json_name(member)));
    cm_buf_text(out, "=");
    rc = cm_buf_percent(out, cm_buf_str(&value), value.len);
    cm_buf_clear(&value);
  }
  cm_buf_clear(&value);
  cm_json_free(object);
  return rc;
}

int cm_user_path(cm_slice path, cm_slice query, cm_buf *out, cm_err *err) {
  const char *mark = path.len > 0 ? memchr(path.ptr, '?', path.len) : NULL;
  size_t len = mark != NULL ? (size_t)(mark - path.ptr) : path.len;
  int rc = check_path(path, len, err);
  if (rc == SQLITE_OK) rc = check_chars(path, err);
  if (rc != SQLITE_OK) return rc;
  cm_buf_append(out, path.ptr, path.len);
  rc = put_query(query, out, err);
  if (rc == SQLITE_OK) rc = out->code;
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc == SQLITE_TOOBIG) {
    return cm_err_set(err, rc, "path and query are longer than %d KiB: ask for less",
                      CM_MAX_URL_BYTES / 1024);
  }
  return rc;
}

/* ---- headers ------------------------------------------------------------------------------- */

static bool is_token(const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    if (!cm_text_is_alnum(*at) && strchr("!#$%&'*+-.^_`|~", *at) == NULL) return false;
  }
  return *text != '\0';
}

static bool is_reserved(const char *name) {
  static const char *const reserved[] = {
    "Authorization", "Proxy-Authorization", "Cookie", "Host", "Content-Length", "Transfer-Encoding",
    "Connection", "Expect", "TE", "Trailer", "Upgrade",
    /* would make a DELETE of what delete_limit takes for something else */
    "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"
  };
  for (size_t i = 0; i < cm_countof(reserved); i++) {
    if (sqlite3_stricmp(reserved[i], name) == 0) return true;
  }
  return false;
}

/** A line break would begin another header, and an empty value take a header away. */
static bool is_header_value(const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f) return false;
  }
  return text[strspn(text, " \t")] != '\0';
}

static int put_header(const cm_json *member, cm_buf *out, cm_err *err) {
  const char *name = cm_json_name(member);
  if (!is_token(name)) {
    return cm_err_set(
        err, SQLITE_ERROR,
        "headers: \"%.60s\" is not a header's name (letters, digits and -): correct it", name);
  }
  if (is_reserved(name)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "headers: %s cannot be given (the extension sets it): leave it out", name);
  }
  cm_buf_printf(out, "%s: ", name);
  size_t value_at = out->len;
  int rc = put_scalar("headers", member, out, err);
  if (rc == SQLITE_OK && !is_header_value(cm_buf_str(out) + value_at)) {
    rc = cm_err_set(err, SQLITE_ERROR,
                    "headers: the value of %s is empty or holds a line break: correct it", name);
  }
  if (rc == SQLITE_OK) rc = cm_buf_append(out, "", 1);
  return rc;
}

int cm_user_headers_make(cm_slice headers, cm_user_headers *out, cm_err *err) {
  cm_json *object = NULL;
  int count = 0;
  memset(out, 0, sizeof *out);
  cm_buf_init(&out->text, CM_USER_MAX_HEADER_BYTES);
  if (headers.ptr == NULL) return SQLITE_OK;
  int rc = parse_object("headers", headers, &object, err);
  const cm_json *member = rc == SQLITE_OK ? cm_json_first(object) : NULL;
  for (; rc == SQLITE_OK && member != NULL; member = cm_json_after(member)) {
    if (cm_json_type_of(member) == CM_JSON_NULL) continue;
    if (++count > CM_USER_MAX_HEADERS) {
      rc = cm_err_set(err, SQLITE_TOOBIG, "headers: more than %d of them: leave some out",
                      CM_USER_MAX_HEADERS);
    } else {
      rc = put_header(member, &out->text, err);
    }
  }
  cm_json_free(object);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc == SQLITE_TOOBIG && out->text.code == SQLITE_TOOBIG) {
    return cm_err_set(err, rc, "headers are longer than %d KiB: leave some out",
                      CM_USER_MAX_HEADER_BYTES / 1024);
  }
  if (rc != SQLITE_OK) return rc;
  const char *line = cm_buf_str(&out->text);
  for (int i = 0; i < count; i++, line += strlen(line) + 1)
    out->lines[i] = line;
  return SQLITE_OK;
}

void cm_user_headers_clear(cm_user_headers *headers) {
  cm_buf_clear(&headers->text);
  memset(headers->lines, 0, sizeof headers->lines);
}

/* ---- what a DELETE takes away -------------------------------------------------------------- */

/*
** The two documented calls and the old "purge". A path is compared decoded and without a slash at its
** end, as servers read it.
*/
int cm_user_deletes(const char *path, cm_buf *list) {
  static const char root[] = "/data_sources/";
  static const char *const rests[] = { "", "/all", "/dependent" };
  cm_buf decoded;
  cm_buf_init(&decoded, CM_MAX_URL_BYTES);
  decode(path, strcspn(path, "?"), &decoded);
  size_t len = decoded.len;
  while (len > 0 && decoded.data[len - 1] == '/')
    len--;
  int rc = decoded.code;
  bool is_below = rc == SQLITE_OK && len > strlen(root) &&
                  memcmp(decoded.data, root, strlen(root)) == 0;
  if (is_below) {
    const char *id = decoded.data + strlen(root);
    size_t rest_len = len - strlen(root);
    size_t id_len = cm_text_before(id, rest_len, '/');
    for (size_t i = 0; i < cm_countof(rests) && rc == SQLITE_OK; i++) {
      if (!cm_text_is(id + id_len, rest_len - id_len, rests[i])) continue;
      cm_buf_text(list, "/customers?data_source_uuid=");
      rc = cm_buf_percent(list, id, id_len);
    }
  }
  cm_buf_clear(&decoded);
  return rc;
}

bool cm_user_is_of_another(const char *path, cm_slice answer) {
  const char *key = NULL;
  size_t len = 0;
  const cm_resource *resource = cm_registry_retrieved(path, &key, &len);
  if (resource == NULL || cm_slice_check(answer, NULL, NULL) != SQLITE_OK) return false;
  const cm_column *column = &resource->columns[cm_registry_key(resource)];
  cm_slice shown = cm_slice_find(answer, column->path != NULL ? column->path : column->name);
  cm_json_type type = cm_slice_type(shown);
  if (type == CM_JSON_STRING) shown = cm_slice_inner(shown);
  bool is_key = (type == CM_JSON_STRING || type == CM_JSON_NUMBER) && shown.len > 0;
  return is_key && (shown.len != len || memcmp(shown.ptr, key, len) != 0);
}
