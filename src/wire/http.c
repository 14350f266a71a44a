#include "wire/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sqlite_api.h"
#include "wire/http_state.h"
#include "wire/http_trust.h"
#include "wire/http_url.h"
#include "wire/sigpipe.h"

enum {
  MAX_IDLE_CONNECTIONS = 32,
  MAX_CONNECTIONS = 20, /* to one host: the API answers 503 beyond */
  MAX_CONNECT_MS = 10 * 1000,
  MAX_SPARE_BYTES = 1024 * 1024,
  /* A server closes a connection that was idle for long (60 s are usual), perhaps in the very moment a
  ** request leaves on it; whether a write has happened is unknown then. Half of that is kept well. */
  MAX_IDLE_SECONDS = 30
};

static int64_t now_ms(void) {
  cm_clock clock = cm_clock_system();
  return clock.now_ms(clock.context);
}

/* ---- what libcurl calls -------------------------------------------------------------------- */

/*
** A body comes in pieces, and its size is not known before its end. It grows in the room that the last one
** left: fresh memory for every page would come from the system and go back to it, each time.
*/
static void take_spare(cm_http *http, cm_buf *body) {
  *body = http->spare;
  cm_buf_init(&http->spare, CM_MAX_RESPONSE_BYTES);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context) {
  cm_transfer *transfer = context;
  size_t len = size * count;
  if (transfer->response.body.data == NULL) take_spare(transfer->http, &transfer->response.body);
  return cm_buf_append(&transfer->response.body, bytes, len) == SQLITE_OK ? len : 0;
}

static size_t receive_header(char *line, size_t size, size_t count, void *context) {
  cm_transfer *transfer = context;
  size_t len = size * count;
  if (!transfer->has_answer)
    transfer->is_early = cm_http_sockets_is_early(&transfer->http->sockets, transfer->local_port,
                                                  transfer->remote_port);
  transfer->has_answer = true;
  if (transfer->is_early) return 0;
  return cm_http_head_take(&transfer->head, line, len) ? len : 0;
}

/*
** There is a connection and the request is about to leave on it. When that happens twice, a kept
** connection has ended without an answer and libcurl is about to send again: see wire/http.h.
*/
static int before_sending(void *context, char *to, char *from, int to_port, int from_port) {
  (void)to, (void)from;
  cm_transfer *transfer = context;
  if (cm_transfer_has_left(transfer)) return CURL_PREREQFUNC_ABORT;
  cm_http_readiness found = cm_http_sockets_use(&transfer->http->sockets, from_port, to_port,
                                                transfer->is_tls);
  transfer->is_used_up = found == CM_HTTP_USED_UP ||
                         (found == CM_HTTP_UNKNOWN && !transfer->has_new);
  if (transfer->is_used_up) return CURL_PREREQFUNC_ABORT;
  transfer->has_connection = true;
  transfer->local_port = from_port;
  transfer->remote_port = to_port;
  transfer->bytes_before = cm_transfer_bytes_sent(transfer);
  transfer->response.connect_ms = now_ms() - transfer->started_ms;
  return CURL_PREREQFUNC_OK;
}

/** A process that was forked has copies of the sockets, and must not say a word on them. */
static bool is_anothers(const cm_http *http) {
  return http->process != (long)getpid();
}

/** Let the handle go; it is kept for another transfer. Its connection stays with the client. */
static void release_easy(cm_http *http, cm_transfer *transfer) {
  if (is_anothers(http)) {
    transfer
        ->easy = NULL; /* its memory stays: libcurl would close the connection, with a goodbye */
    return;
  }
  curl_multi_remove_handle(http->multi, transfer->easy);
  curl_easy_reset(transfer->easy); /* forgets the key, too */
  if (http->idle_count < CM_HTTP_MAX_IDLE_HANDLES)
    http->idle[http->idle_count++] = transfer->easy;
  else
    curl_easy_cleanup(transfer->easy);
  transfer->easy = NULL;
  http->under_way--;
}

static void finish(cm_transfer *transfer, CURLcode result) {
  cm_http_response *response = &transfer->response;
  cm_transfer_end(transfer, result);
  response->duration_ms = now_ms() - transfer->started_ms;
  if (!transfer->has_connection) response->connect_ms = response->duration_ms;
  if (response->outcome != CM_ANSWERED)
    cm_buf_clear(&response->body);
  else if (response->body.capacity <= MAX_SPARE_BYTES)
    cm_buf_fit(&response->body, &transfer->http->spare); /* the caller may keep it */
  release_easy(transfer->http, transfer);
}

/** Nothing of the request has left: it goes again, on a connection of its own. @return false: it cannot. */
static bool start_anew(cm_transfer *transfer) {
  CURLM *multi = transfer->http->multi;
  transfer->has_new = true;
  transfer->detail[0] = '\0';
  return curl_multi_remove_handle(multi, transfer->easy) == CURLM_OK &&
         curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
         curl_multi_add_handle(multi, transfer->easy) == CURLM_OK;
}

/* ---- a transfer ---------------------------------------------------------------------------- */

static int add_header(cm_transfer *transfer, const char *line) {
  struct curl_slist *longer = curl_slist_append(transfer->headers, line);
  if (longer == NULL) return SQLITE_NOMEM;
  transfer->headers = longer;
  return SQLITE_OK;
}

/** Copy what libcurl only borrows. */
static int copy_request(cm_transfer *transfer, const cm_http_request *request) {
  const char *const common[] = {
    "Accept: application/json", "Expect:", /* do not wait a second for a 100 Continue */
    request->body != NULL ? "Content-Type: application/json" : "Content-Type:", /* none */
  };
  int code = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(common) && code == SQLITE_OK; i++)
    code = add_header(transfer, common[i]);
  for (int i = 0; code == SQLITE_OK && request->headers != NULL && request->headers[i]; i++)
    code = add_header(transfer, request->headers[i]);
  if (code != SQLITE_OK || request->body == NULL) return code;
  transfer->body = sqlite3_malloc64(request->body_len + 1);
  if (transfer->body == NULL) return SQLITE_NOMEM;
  memcpy(transfer->body, request->body, request->body_len);
  return SQLITE_OK;
}

/* Set an option of `easy`; a failure stays in `failed`. */
#define SET(option, value) (failed |= curl_easy_setopt(easy, option, value) != CURLE_OK)

static bool set_policy(CURL *easy, const cm_origin *where, const char *ca_file) {
  bool failed = false;
  if (ca_file != NULL) SET(CURLOPT_CAINFO, ca_file);
#if LIBCURL_VERSION_NUM >= 0x075500
  SET(CURLOPT_PROTOCOLS_STR, where->scheme);
#else
  SET(CURLOPT_PROTOCOLS,
      strcmp(where->scheme, "https") == 0 ? (long)CURLPROTO_HTTPS : (long)CURLPROTO_HTTP);
#endif
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)CM_MAX_RESPONSE_BYTES);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's answer is not the API's */
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_TCP_NODELAY, 1L);
  SET(CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_SECONDS);
  SET(CURLOPT_ACCEPT_ENCODING, ""); /* all that this libcurl can decode */
  SET(CURLOPT_USERAGENT, "sqlite-chartmogul/" CM_VERSION);
  if (cm_origin_is_loopback(where)) SET(CURLOPT_PROXY, "");
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* see wire/http.h */
  /* What this libcurl cannot do is done without. */
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* leave a hanging name look-up behind */
#endif
  return !failed;
}

/** A libcurl that reads authorities from a file, and was built without a word on which. */
static bool knows_no_authority(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  const char *tls = info->ssl_version;
#if LIBCURL_VERSION_NUM >= 0x074600
  if (info->age < CURLVERSION_SEVENTH || info->cainfo != NULL || info->capath != NULL) return false;
  return tls != NULL && (strstr(tls, "OpenSSL") != NULL || strstr(tls, "mbedTLS") != NULL);
#else
  return false;
#endif
}

/** The file of authorities: the one that is set, the system's own, or one that is found here. */
static int choose_authorities(const cm_http_request *request, const cm_origin *where,
                              const char **out, cm_err *err) {
  *out = request->ca_file;
  if (*out != NULL || strcmp(where->scheme, "https") != 0 || !knows_no_authority())
    return SQLITE_OK;
  *out = cm_trust_file(getenv("SSL_CERT_FILE"), cm_trust_places);
  if (*out != NULL) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: no file of certificate authorities is here (looked for SSL_CERT_FILE, %s, "
                    "%s, %s, %s, %s): "
                    "install the system's ca-certificates, or set ca_file",
                    where->host, cm_trust_places[0], cm_trust_places[1], cm_trust_places[2],
                    cm_trust_places[3], cm_trust_places[4]);
}

static bool set_request(CURL *easy, cm_transfer *transfer, const cm_http_request *request) {
  static const char *const with_body[] = { "POST", "PUT", "PATCH" };
  bool failed = false;
  bool has_body = request->body != NULL;
  for (size_t i = 0; i < cm_countof(with_body); i++)
    has_body |= strcmp(request->method, with_body[i]) == 0;
  SET(CURLOPT_URL, request->url);
  if (has_body) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, transfer->body != NULL ? transfer->body : "");
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(transfer->body != NULL ? request->body_len : 0));
  }
  SET(CURLOPT_CUSTOMREQUEST, request->method);
  SET(CURLOPT_HTTPHEADER, transfer->headers);
  if (request->user != NULL) {
    SET(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    SET(CURLOPT_USERNAME, request->user);
    SET(CURLOPT_PASSWORD, "");
  }
  int connect_ms = request->timeout_ms < MAX_CONNECT_MS ? request->timeout_ms : MAX_CONNECT_MS;
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
  return !failed;
}

static bool set_callbacks(CURL *easy, cm_transfer *transfer) {
  bool failed = false;
  SET(CURLOPT_PRIVATE, transfer);
  SET(CURLOPT_ERRORBUFFER, transfer->detail);
  SET(CURLOPT_WRITEFUNCTION, receive_body);
  SET(CURLOPT_WRITEDATA, transfer);
  SET(CURLOPT_HEADERFUNCTION, receive_header);
  SET(CURLOPT_HEADERDATA, transfer);
  SET(CURLOPT_PREREQFUNCTION, before_sending);
  SET(CURLOPT_PREREQDATA, transfer);
  return cm_http_sockets_watch(&transfer->http->sockets, easy) && !failed;
}
#undef SET

static cm_transfer *new_transfer(cm_http *http, int timeout_ms) {
  cm_transfer *transfer = sqlite3_malloc64(sizeof *transfer);
  if (transfer == NULL) return NULL;
  *transfer = (cm_transfer){ .http = http, .next = http->first, .timeout_ms = timeout_ms };
  transfer->response = (cm_http_response){ .outcome = CM_CANCELLED, .retry_after_ms = -1 };
  cm_buf_init(&transfer->response.body, CM_MAX_RESPONSE_BYTES);
  transfer->started_ms = now_ms();
  if (http->first != NULL) http->first->previous = transfer;
  http->first = transfer;
  return transfer;
}

int cm_http_start(cm_http *http, const cm_http_request *request, cm_transfer **out, cm_err *err) {
  *out = NULL;
  cm_origin where = { 0 };
  cm_transfer *transfer = NULL;
  const char *ca_file = NULL;
  int code = cm_origin_check(request->url, &where, err);
  if (code == SQLITE_OK) code = choose_authorities(request, &where, &ca_file, err);
  if (code != SQLITE_OK) goto done;

  code = SQLITE_NOMEM;
  transfer = new_transfer(http, request->timeout_ms);
  if (transfer == NULL || copy_request(transfer, request) != SQLITE_OK) goto done;
  CURL *easy = http->idle_count > 0 ? http->idle[--http->idle_count] : curl_easy_init();
  if (easy == NULL) goto done;
  transfer->easy = easy;
  transfer->is_tls = strcmp(where.scheme, "https") == 0;
  http->under_way++;
  if (!set_policy(easy, &where, ca_file) || !set_request(easy, transfer, request) ||
      !set_callbacks(easy, transfer) || curl_multi_add_handle(http->multi, easy) != CURLM_OK)
    goto done;
  *out = transfer;
  transfer = NULL;
  code = SQLITE_OK;

done:
  if (code == SQLITE_NOMEM) cm_err_nomem(err);
  cm_transfer_free(transfer);
  cm_origin_clear(&where);
  return code;
}

bool cm_transfer_is_done(const cm_transfer *transfer) {
  return transfer->easy == NULL;
}

cm_http_response *cm_transfer_response(cm_transfer *transfer) {
  return &transfer->response;
}

void cm_transfer_free(cm_transfer *transfer) {
  if (transfer == NULL) return;
  if (transfer->easy != NULL) {
    cm_sigpipe held; /* a connection may be closed */
    cm_sigpipe_hold(&held);
    release_easy(transfer->http, transfer);
    cm_sigpipe_release(&held);
  }
  if (transfer->previous != NULL)
    transfer->previous->next = transfer->next;
  else if (transfer->http != NULL)
    transfer->http->first = transfer->next;
  if (transfer->next != NULL) transfer->next->previous = transfer->previous;
  curl_slist_free_all(transfer->headers);
  sqlite3_free(transfer->body);
  cm_buf_clear(&transfer->response.body);
  sqlite3_free(transfer);
}

/* ---- the client ---------------------------------------------------------------------------- */

/* libcurl is set up once per process and never torn down: other users of it may be about. */
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready = CURLE_FAILED_INIT;

static void init_curl(void) {
  curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

int cm_http_new(cm_http **out, cm_err *err) {
  *out = NULL;
  pthread_once(&curl_once, init_curl);
  if (curl_ready != CURLE_OK)
    return cm_err_set(err, SQLITE_ERROR, "libcurl cannot start: %s",
                      curl_easy_strerror(curl_ready));
  cm_http *http = sqlite3_malloc64(sizeof *http);
  CURLM *multi = curl_multi_init();
  if (http == NULL || multi == NULL) {
    sqlite3_free(http);
    curl_multi_cleanup(multi);
    return cm_err_nomem(err);
  }
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)MAX_IDLE_CONNECTIONS);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)MAX_CONNECTIONS);
  memset(http, 0, sizeof *http);
  http->process = (long)getpid();
  http->multi = multi;
  cm_buf_init(&http->spare, CM_MAX_RESPONSE_BYTES);
  *out = http;
  return SQLITE_OK;
}

void cm_http_free(cm_http *http) {
  cm_sigpipe held;
  if (http == NULL) return;
  cm_sigpipe_hold(&held);
  for (cm_transfer *transfer = http->first; transfer != NULL; transfer = transfer->next) {
    if (transfer->easy != NULL) release_easy(http, transfer);
    transfer->http = NULL;
  }
  if (is_anothers(http)) {
    cm_http_sockets_abandon(&http->sockets);
  } else {
    while (http->idle_count > 0)
      curl_easy_cleanup(http->idle[--http->idle_count]);
    curl_multi_cleanup(http->multi);
  }
  cm_sigpipe_release(&held);
  cm_buf_clear(&http->spare);
  sqlite3_free(http);
}

/** Finish what libcurl says has ended, or start it anew. @return whether anything has ended. */
static bool collect(cm_http *http) {
  bool is_any = false;
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left)) != NULL;) {
    char *private = NULL;
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode result = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    cm_transfer *transfer = (cm_transfer *)(void *)private;
    if (transfer->is_used_up && !transfer->has_new && start_anew(transfer)) continue;
    finish(transfer, result);
    is_any = true;
  }
  return is_any;
}

/** Finish every transfer under way. @return whether there was one. */
static bool fail_all(cm_http *http, CURLMcode cause) {
  bool is_any = http->under_way > 0;
  CURLcode result = cause == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_RECV_ERROR;
  for (cm_transfer *transfer = http->first; transfer != NULL; transfer = transfer->next) {
    if (transfer->easy != NULL) finish(transfer, result);
  }
  return is_any;
}

/** Count time against the timeouts and finish what has none left. @return whether anything has. */
static bool charge(cm_http *http, int64_t elapsed_ms) {
  bool is_any = false;
  for (cm_transfer *transfer = http->first; transfer != NULL; transfer = transfer->next) {
    if (transfer->easy == NULL) continue;
    transfer->used_ms += elapsed_ms;
    if (transfer->used_ms < transfer->timeout_ms) continue;
    finish(transfer, CURLE_OPERATION_TIMEDOUT);
    is_any = true;
  }
  return is_any;
}

static int64_t shortest_ms(const cm_http *http, int64_t wait_ms) {
  for (const cm_transfer *transfer = http->first; transfer != NULL; transfer = transfer->next) {
    int64_t left_ms = transfer->timeout_ms - transfer->used_ms;
    if (transfer->easy != NULL && left_ms < wait_ms) wait_ms = left_ms;
  }
  return wait_ms;
}

void cm_http_distrust(cm_http *http) {
  if (http != NULL) cm_http_sockets_distrust(&http->sockets);
}

int cm_http_drive(cm_http *http, int wait_ms) {
  int64_t end_ms = now_ms() + wait_ms;
  int64_t charged_ms = now_ms();
  cm_sigpipe held;
  if (http->under_way == 0) return 0;
  cm_sigpipe_hold(&held);
  while (http->under_way > 0) {
    int running;
    CURLMcode code = curl_multi_perform(http->multi, &running);
    bool is_any = collect(http);
    int64_t time_ms = now_ms();
    is_any |= charge(http, time_ms - charged_ms);
    charged_ms = time_ms;
    if (code == CURLM_OK && !is_any && time_ms < end_ms)
      code = curl_multi_poll(http->multi, NULL, 0, (int)shortest_ms(http, end_ms - time_ms), NULL);
    if (code != CURLM_OK) is_any |= fail_all(http, code);
    if (is_any || time_ms >= end_ms) break;
  }
  cm_sigpipe_release(&held);
  return http->under_way;
}

/* Not curl_version(): that one starts up libldap, which looks this machine's own name up. */
const char *cm_http_library(void) {
  return curl_version_info(CURLVERSION_NOW)->version;
}
