#include "wire/http_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>

#include "base/sqlite_api.h"

void cm_origin_clear(cm_origin *origin) {
  curl_free(origin->scheme);
  curl_free(origin->host);
  curl_free(origin->port);
}

bool cm_origin_is_loopback(const cm_origin *origin) {
  const char *host = origin->host;
  struct in_addr v4;
  struct in6_addr v6;
  char address[INET6_ADDRSTRLEN + 2] = "";
  if (sqlite3_stricmp(host, "localhost") == 0) return true;
  if (inet_pton(AF_INET, host, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  size_t len = strlen(host);
  if (len < 2 || len > sizeof address || host[0] != '[' || host[len - 1] != ']') return false;
  memcpy(address, host + 1, len - 2);
  return inet_pton(AF_INET6, address, &v6) == 1 && memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}

/** True when the URL has the part, of which nothing is kept. */
static bool has_part(CURLU *url, CURLUPart part) {
  char *text = NULL;
  CURLUcode code = curl_url_get(url, part, &text, 0);
  curl_free(text);
  return code == CURLUE_OK;
}

/** What is wrong with a URL, whatever its scheme. NULL: nothing. */
static const char *find_fault(const char *text, CURLU *url, CURLUcode parsed) {
  const char *slashes = strstr(text, "://"); /* libcurl takes one to three of them */
  if (parsed != CURLUE_OK || slashes == NULL || slashes[3] == '/')
    return "this is not a URL: it must begin with https:// and a host's name";
  if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
    return "the URL holds a user name or password (it would show in logs): take it out and set "
           "api_key";
  if (strchr(text, '#') != NULL) return "the URL has a #fragment: take it out";
  return NULL;
}

static int read_origin(const char *text, cm_origin *out, cm_err *err) {
  CURLU *url = curl_url();
  if (url == NULL) {
    cm_err_nomem(err);
    return SQLITE_NOMEM;
  }
  CURLUcode parsed = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
  const char *fault = find_fault(text, url, parsed);
  curl_url_get(url, CURLUPART_SCHEME, &out->scheme, 0);
  curl_url_get(url, CURLUPART_HOST, &out->host, 0);
  curl_url_get(url, CURLUPART_PORT, &out->port, CURLU_DEFAULT_PORT);
  curl_url_cleanup(url);
  if (fault == NULL && out->scheme != NULL && out->host != NULL) return SQLITE_OK;
  cm_err_set(err, SQLITE_ERROR, "%s", fault != NULL ? fault : "the URL names no host");
  return SQLITE_ERROR;
}

int cm_origin_check(const char *url, cm_origin *out, cm_err *err) {
  if (strlen(url) > CM_MAX_URL_BYTES)
    return cm_err_set(err, SQLITE_ERROR, "the URL is longer than %d bytes", CM_MAX_URL_BYTES);
  int code = read_origin(url, out, err);
  if (code != SQLITE_OK || strcmp(out->scheme, "https") == 0) return code;
  if (strcmp(out->scheme, "http") != 0)
    return cm_err_set(err, SQLITE_ERROR, "%s:// is not spoken: use https://", out->scheme);
  if (cm_origin_is_loopback(out)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "plain http to %s is refused (anybody on the way could read the API key): use "
                    "https://",
                    out->host);
}

bool cm_http_is_allowed(const char *url, cm_err *err) {
  cm_origin where = { 0 };
  int code = cm_origin_check(url, &where, err);
  cm_origin_clear(&where);
  return code == SQLITE_OK;
}

bool cm_http_is_same_origin(const char *url, const char *other) {
  cm_origin left = { 0 }, right = { 0 };
  bool is_same = read_origin(url, &left, NULL) == SQLITE_OK &&
                 read_origin(other, &right, NULL) == SQLITE_OK &&
                 strcmp(left.scheme, right.scheme) == 0 &&
                 sqlite3_stricmp(left.host, right.host) == 0 &&
                 strcmp(left.port ? left.port : "", right.port ? right.port : "") == 0;
  cm_origin_clear(&left);
  cm_origin_clear(&right);
  return is_same;
}
