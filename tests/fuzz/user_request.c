/*
** Any method, path, query and headers of chartmogul_request: whatever is let through stays below the base
** URL, and no header line holds another one. The four are divided by line breaks.
*/
#include <stdlib.h>
#include <string.h>

#include "client/user_path.h"
#include "target.h"
#include "wire/http.h"
#include "wire/http_url.h"

static void check_path(const cm_buf *path) {
  const char *text = cm_buf_str(path);
  char *url = sqlite3_mprintf("https://api.example.com/v1%s", text);
  require(url != NULL && path->len == strlen(text) && path->len <= CM_MAX_URL_BYTES);
  require(text[0] == '/' && text[1] != '/');
  for (const char *at = text; *at != '\0'; at++)
    require(*at > 0x20 && *at < 0x7f && *at != '#');
  if (strlen(url) <= CM_MAX_URL_BYTES) {
    require(cm_http_is_same_origin(url, "https://api.example.com/v1"));
    require(cm_http_is_allowed(url, NULL));
  }
  size_t len = strcspn(text, "?");
  for (const char *at = text; (at = strstr(at, "/..")) != NULL && at < text + len; at++)
    require(at[3] != '/' && at[3] != '\0' && at[3] != '?');
  sqlite3_free(url);
}

static void check_headers(const cm_user_headers *headers) {
  for (int i = 0; headers->lines[i] != NULL; i++) {
    const char *line = headers->lines[i];
    const char *colon = strchr(line, ':');
    require(i < CM_USER_MAX_HEADERS && strpbrk(line, "\r\n") == NULL);
    require(colon != NULL && colon > line && colon[1] == ' ');
    require(sqlite3_strnicmp(line, "authorization:", 14) != 0);
    require(sqlite3_strnicmp(line, "host:", 5) != 0);
  }
}

static cm_slice without_empty(cm_slice text) {
  return text.len > 0 ? text : (cm_slice){ NULL, 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  cm_slice method = input_part(&left, '\n');
  cm_slice path = input_part(&left, '\n');
  cm_slice query = input_part(&left, '\n');
  cm_slice lines = input_part(&left, '\n');
  cm_user_headers headers;
  cm_buf made, list;
  cm_err err = { 0 };
  cm_user_method(method);
  cm_buf_init(&made, CM_MAX_URL_BYTES);
  if (cm_user_path(path, without_empty(query), &made, &err) == SQLITE_OK) {
    check_path(&made);
    cm_buf_init(&list, CM_MAX_URL_BYTES);
    int code = cm_user_deletes(cm_buf_str(&made), &list);
    require(code == SQLITE_OK || code == SQLITE_TOOBIG);
    cm_buf_clear(&list);
  } else {
    require(err.text[0] != '\0');
  }
  cm_buf_clear(&made);
  cm_err_clear(&err);
  int code = cm_user_headers_make(without_empty(lines), &headers, &err);
  require(code == SQLITE_OK || err.text[0] != '\0');
  if (code == SQLITE_OK) check_headers(&headers);
  cm_user_headers_clear(&headers);
  const cm_slice parts[] = { method, path, query, lines };
  for (size_t i = 0; i < cm_countof(parts); i++)
    target_free(parts[i]);
  return 0;
}
