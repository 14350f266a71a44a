/* wire/http.h against a real server: every way that a transfer can end, and what goes over the wire. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "support/raw_server.h"
#include "support/tiny_server.h"
#include "wire/http.h"
#include "wire/http_url.h"

/* Long enough for any machine; only a fault lets them pass. The last one ends the program. */
enum { PATIENCE_MS = 60 * 1000, HANG_SECONDS = 600 };

/* ---- name look-ups: this program's own ------------------------------------------------------- */

static pthread_mutex_t look_up_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t look_up_moves = PTHREAD_COND_INITIALIZER;
static int look_ups_hanging;
static bool is_look_up_released;

/*
** libcurl finds this one before the C library's. ".hang" hangs until it is released; nothing else has an
** address, so that no test can leave the machine.
*/
CM_EXPORT int getaddrinfo(const char *restrict name, const char *restrict service,
                          const struct addrinfo *restrict hints, struct addrinfo **restrict out) {
  (void)service, (void)hints;
  *out = NULL;
  if (name == NULL || strstr(name, ".hang") == NULL) return EAI_NONAME;
  pthread_mutex_lock(&look_up_lock);
  look_ups_hanging++;
  pthread_cond_broadcast(&look_up_moves);
  while (!is_look_up_released)
    pthread_cond_wait(&look_up_moves, &look_up_lock);
  look_ups_hanging--;
  pthread_cond_broadcast(&look_up_moves);
  pthread_mutex_unlock(&look_up_lock);
  return EAI_FAIL;
}

static int count_hanging(void) {
  pthread_mutex_lock(&look_up_lock);
  int count = look_ups_hanging;
  pthread_mutex_unlock(&look_up_lock);
  return count;
}

static void release_look_ups(void) {
  pthread_mutex_lock(&look_up_lock);
  is_look_up_released = true;
  pthread_cond_broadcast(&look_up_moves);
  while (look_ups_hanging > 0)
    pthread_cond_wait(&look_up_moves, &look_up_lock);
  is_look_up_released = false;
  pthread_mutex_unlock(&look_up_lock);
}

/* ---- an allocator that can be told to fail --------------------------------------------------- */

static sqlite3_mem_methods real_memory;
static int allocations_left = -1; /* -1: as many as wanted */

static bool is_refused(void) {
  if (allocations_left > 0)
    allocations_left--;
  else if (allocations_left == 0)
    return true;
  return false;
}

static void *failing_malloc(int size) {
  return is_refused() ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *old, int size) {
  return is_refused() ? NULL : real_memory.xRealloc(old, size);
}

static int install_memory(void **state) {
  (void)state;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
  sqlite3_mem_methods memory = real_memory;
  memory.xMalloc = failing_malloc;
  memory.xRealloc = failing_realloc;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
}

/* ---- the stage: a server and a client for each test ------------------------------------------ */

typedef struct stage {
  tiny_server *server;
  cm_http *http;
  char url[200];
} stage;

static int open_stage(void **state) {
  stage *own = calloc(1, sizeof *own);
  own->server = tiny_server_start(0);
  *state = own;
  return cm_http_new(&own->http, NULL);
}

static int close_stage(void **state) {
  stage *own = *state;
  allocations_left = -1;
  cm_http_free(own->http);
  tiny_server_stop(own->server);
  free(own);
  return 0;
}

static const char *url_of(stage *own, const char *path) {
  snprintf(own->url, sizeof own->url, "http://127.0.0.1:%d%s", tiny_server_port(own->server), path);
  return own->url;
}

static cm_transfer *start(stage *own, const cm_http_request *request) {
  cm_transfer *transfer = NULL;
  cm_err err = { 0 };
  if (cm_http_start(own->http, request, &transfer, &err) != SQLITE_OK)
    fail_msg("%s: %s", request->url, err.text);
  return transfer;
}

static cm_transfer *start_get(stage *own, const char *path) {
  cm_http_request request = { "GET", .url = url_of(own, path), .timeout_ms = PATIENCE_MS };
  return start(own, &request);
}

static cm_http_response *finish(stage *own, cm_transfer *transfer) {
  while (!cm_transfer_is_done(transfer))
    cm_http_drive(own->http, PATIENCE_MS);
  return cm_transfer_response(transfer);
}

/** Drive without waiting until the server has seen `count` requests. */
static void drive_until_seen(stage *own, int count) {
  while (tiny_server_requests(own->server) < count)
    assert_true(cm_http_drive(own->http, 1) > 0);
}

static void assert_contains(const char *part, const char *text) {
  if (part == NULL || text == NULL || strstr(text, part) == NULL)
    fail_msg("\"%s\" is not in \"%s\"", part ? part : "?", text ? text : "?");
}

static void assert_lacks(const char *part, const char *text) {
  if (part == NULL || text == NULL || strstr(text, part) != NULL)
    fail_msg("\"%s\" is in \"%s\"", part ? part : "?", text ? text : "?");
}

/* ---- what is sent -------------------------------------------------------------------------- */

static void a_get_and_its_answer(void **state) {
  stage *own = *state;
  static const char *const headers[] = { "X-First: 1", "X-Second: two", NULL };
  cm_http_request request = { "GET", .url = url_of(own, "/echo"), .user = "secret-key",
                              .headers = headers, .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  assert_false(cm_transfer_is_done(transfer));
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_ANSWERED, response->outcome);
  assert_int_equal(200, response->status);
  assert_int_equal(-1, response->retry_after_ms);
  assert_true(response->is_json);
  assert_string_equal("", response->reason);
  assert_true(response->wire_bytes > (int64_t)response->body.len);
  assert_true(response->connect_ms >= 0 && response->connect_ms <= response->duration_ms);
  const char *echo = cm_buf_str(&response->body);
  assert_contains("GET /echo\n", echo);
  assert_contains("User-Agent: sqlite-chartmogul/" CM_VERSION "\n", echo);
  assert_contains("Authorization: Basic c2VjcmV0LWtleTo=\n", echo); /* "secret-key:" */
  assert_contains("Accept: application/json\n", echo);
  assert_contains("Accept-Encoding: ", echo);
  assert_contains("X-First: 1\nX-Second: two\n", echo);
  assert_lacks("Content-", echo);
  cm_transfer_free(transfer);
}

static void bodies_of_all_methods(void **state) {
  stage *own = *state;
  static const struct {
    const char *method, *body, *length;
  } cases[] = {
    { "POST", "{\"a\":1}", "Content-Length: 7\n" },
    { "PUT", "{\"a\":1}", "Content-Length: 7\n" },
    { "PATCH", "{\"a\":1}", "Content-Length: 7\n" },
    { "DELETE", "{\"a\":1}", "Content-Length: 7\n" },
    { "POST", NULL, "Content-Length: 0\n" },
    { "PUT", NULL, "Content-Length: 0\n" },
    { "PATCH", NULL, "Content-Length: 0\n" },
    { "DELETE", NULL, NULL },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    const char *body = cases[i].body;
    cm_http_request request = { cases[i].method, .url = url_of(own, "/echo"), .body = body,
                                .body_len = body != NULL ? strlen(body) : 0,
                                .timeout_ms = PATIENCE_MS };
    cm_transfer *transfer = start(own, &request);
    const char *echo = cm_buf_str(&finish(own, transfer)->body);
    assert_int_equal(0, strncmp(cases[i].method, echo, strlen(cases[i].method)));
    if (cases[i].length != NULL)
      assert_contains(cases[i].length, echo);
    else
      assert_lacks("Content-Length", echo);
    if (body != NULL) {
      assert_contains("Content-Type: application/json\n", echo);
      assert_contains("\n\n{\"a\":1}", echo);
    } else {
      assert_lacks("x-www-form-urlencoded", echo);
    }
    cm_transfer_free(transfer);
  }
}

static void a_large_body_does_not_wait_for_leave(void **state) {
  stage *own = *state;
  size_t len = 3 * 1024 * 1024;
  char *body = malloc(len);
  memset(body, 'b', len);
  cm_http_request request = { "POST", .url = url_of(own, "/echo"), .body = body, .body_len = len,
                              .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  memset(body, 'X', len); /* it is copied */
  free(body);
  const char *echo = cm_buf_str(&finish(own, transfer)->body);
  assert_lacks("Expect", echo);
  assert_contains("Content-Length: 3145728\n", echo);
  assert_contains("\n\nbbbb", echo);
  cm_transfer_free(transfer);
}

static void a_key_stays_with_its_transfer(void **state) {
  stage *own = *state;
  for (int i = 0; i < 3; i++) {
    cm_http_request request = { "GET", .url = url_of(own, "/echo"),
                                .user = i == 1 ? NULL : "secret-key", .timeout_ms = PATIENCE_MS };
    cm_transfer *transfer = start(own, &request);
    const char *echo = cm_buf_str(&finish(own, transfer)->body);
    if (i == 1)
      assert_lacks("Authorization", echo);
    else
      assert_contains("Authorization: Basic c2VjcmV0LWtleTo=\n", echo);
    cm_transfer_free(transfer);
  }
}

/* ---- answers ------------------------------------------------------------------------------- */

static void connections_are_kept(void **state) {
  stage *own = *state;
  for (int i = 0; i < 5; i++) {
    cm_transfer *transfer = start_get(own, "/echo");
    assert_int_equal(CM_ANSWERED, finish(own, transfer)->outcome);
    cm_transfer_free(transfer);
  }
  assert_int_equal(5, tiny_server_requests(own->server));
  assert_int_equal(1, tiny_server_connections(own->server));
}

static void twenty_at_once_and_no_more(void **state) {
  stage *own = *state;
  cm_transfer *transfers[30];
  for (size_t i = 0; i < cm_countof(transfers); i++)
    transfers[i] = start_get(own,
                             "/meet?n=20"); /* nobody is answered before all twenty are there */
  for (size_t i = 0; i < cm_countof(transfers); i++)
    assert_int_equal(CM_ANSWERED, finish(own, transfers[i])->outcome);
  assert_int_equal(20, tiny_server_connections(own->server));
  for (size_t i = 0; i < cm_countof(transfers); i++)
    cm_transfer_free(transfers[i]);
  for (size_t i = 0; i < 20; i++)
    transfers[i] = start_get(own, "/echo");
  for (size_t i = 0; i < 20; i++) {
    assert_int_equal(CM_ANSWERED, finish(own, transfers[i])->outcome);
    cm_transfer_free(transfers[i]);
  }
  assert_int_equal(20, tiny_server_connections(own->server));
}

static void statuses_are_answers(void **state) {
  stage *own = *state;
  static const int statuses[] = { 200, 201, 202, 204, 304, 400, 401, 404, 422, 429, 500, 503 };
  for (size_t i = 0; i < cm_countof(statuses); i++) {
    char path[40];
    snprintf(path, sizeof path, "/status/%d", statuses[i]);
    cm_transfer *transfer = start_get(own, path);
    cm_http_response *response = finish(own, transfer);
    assert_int_equal(CM_ANSWERED, response->outcome);
    assert_int_equal(statuses[i], response->status);
    assert_string_equal("", response->reason);
    cm_transfer_free(transfer);
  }
}

static void content_types(void **state) {
  stage *own = *state;
  static const struct {
    const char *type;
    bool is_json;
  } cases[] = {
    { "/status/200?type=application/json", true },
    { "/status/200?type=APPLICATION/JSON;charset=utf-8", true },
    { "/status/200?type=application/problem%2Bjson", true },
    { "/status/200?type=application/jsonp", false },
    { "/status/200?type=text/html", false },
    { "/status/200", false },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_transfer *transfer = start_get(own, cases[i].type);
    assert_int_equal(cases[i].is_json, finish(own, transfer)->is_json);
    cm_transfer_free(transfer);
  }
}

static void retry_after(void **state) {
  stage *own = *state;
  static const struct {
    const char *headers;
    int64_t shortest_ms, longest_ms;
  } cases[] = {
    { "retry-after=0", 0, 0 },
    { "retry-after=7", 7000, 7000 },
    { "retry-after=99999999999999999999", CM_MAX_RETRY_AFTER_MS + 1, INT64_MAX },
    { "retry-after=soon", -1, -1 },
    { "retry-after=-5", -1, -1 },
    { "retry-after=", -1, -1 },
    { "date=Thu,%2001%20Jan%202026%2000:00:00%20GMT", -1, -1 },
    /* A date counts from the server's own clock, however wrong that is. */
    { "retry-after=Thu,%2001%20Jan%202026%2000:00:30%20GMT"
      "&date=Thu,%2001%20Jan%202026%2000:00:00%20GMT",
      30000, 30000 },
    { "retry-after=Thu,%2001%20Jan%202026%2000:00:00%20GMT"
      "&date=Thu,%2001%20Jan%202026%2000:00:30%20GMT",
      0, 0 },
    { "retry-after=Thu,%2001%20Jan%201998%2000:00:00%20GMT", 0, 0 },
    { "retry-after=Wed,%2001%20Jan%202200%2000:00:00%20GMT", CM_MAX_RETRY_AFTER_MS + 1, INT64_MAX },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    char path[300];
    snprintf(path, sizeof path, "/status/429?%s", cases[i].headers);
    cm_transfer *transfer = start_get(own, path);
    int64_t retry_after_ms = finish(own, transfer)->retry_after_ms;
    if (retry_after_ms < cases[i].shortest_ms || retry_after_ms > cases[i].longest_ms)
      fail_msg("%s: %lld", cases[i].headers, (long long)retry_after_ms);
    cm_transfer_free(transfer);
  }
}

static void compressed_answers_are_decoded(void **state) {
  stage *own = *state;
  cm_transfer *transfer = start_get(own, "/gzip");
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_ANSWERED, response->outcome);
  assert_int_equal(100000, response->body.len);
  assert_int_equal(100000, strspn(cm_buf_str(&response->body), "a"));
  assert_in_range(response->wire_bytes, 50, 5000);
  char *taken = cm_buf_take(&response->body);
  cm_transfer_free(transfer);
  assert_int_equal(100000, strlen(taken));
  sqlite3_free(taken);
}

/** Whatever came before: what is kept of an answer is the answer alone. */
static void bodies_have_memory_of_their_own_size(void **state) {
  stage *own = *state;
  static const char *const paths[] = { "/gzip", "/echo", "/gzip", "/gzip", "/echo" };
  cm_transfer *transfers[cm_countof(paths)];
  for (size_t i = 0; i < cm_countof(paths); i++) {
    transfers[i] = start_get(own, paths[i]);
    cm_http_response *response = finish(own, transfers[i]);
    assert_int_equal(CM_ANSWERED, response->outcome);
    assert_int_equal(response->body.len + 1, response->body.capacity);
    assert_int_equal(response->body.len, strlen(cm_buf_str(&response->body)));
  }
  for (size_t i = 0; i < cm_countof(paths); i++) {
    const cm_buf *body = &cm_transfer_response(transfers[i])->body;
    bool is_large = strcmp(paths[i], "/gzip") == 0;
    assert_int_equal(is_large ? 100000 : 0, strspn(cm_buf_str(body), "a"));
    assert_true(is_large || body->len < 10000);
    cm_transfer_free(transfers[i]);
  }
}

static void answers_have_a_largest_size(void **state) {
  stage *own = *state;
  static const char *const cases[][2] = {
    { "/large", "the answer is larger than 64 MiB" },
    { "/bomb", "the answer is larger than 64 MiB" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_transfer *transfer = start_get(own, cases[i][0]);
    cm_http_response *response = finish(own, transfer);
    assert_int_equal(CM_TOO_LARGE, response->outcome);
    assert_int_equal(0, response->status);
    assert_int_equal(0, response->body.len);
    assert_string_equal(cases[i][1], response->reason);
    cm_transfer_free(transfer);
  }
}

/** Header lines for ever: until the other side closes the connection. */
static void send_endless_head(int socket) {
  static const char first[] = "HTTP/1.1 200 OK\r\n";
  char line[1024];
  memset(line, 'x', sizeof line);
  memcpy(line, "X-Filler: ", 10);
  memcpy(line + sizeof line - 2, "\r\n", 2);
  ssize_t sent = send(socket, first, sizeof first - 1, MSG_NOSIGNAL);
  while (sent > 0)
    sent = send(socket, line, sizeof line, MSG_NOSIGNAL);
}

static void a_head_has_a_largest_size(void **state) {
  stage *own = *state;
  raw_server *server = raw_server_start(send_endless_head);
  snprintf(own->url, sizeof own->url, "http://127.0.0.1:%d/", raw_server_port(server));
  cm_http_request request = { "GET", .url = own->url, .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_TOO_LARGE, response->outcome);
  assert_string_equal("the answer's header is larger than 256 KiB", response->reason);
  cm_transfer_free(transfer);
  raw_server_stop(server);
}

static void redirects_are_not_followed(void **state) {
  stage *own = *state;
  cm_transfer *transfer = start_get(own, "/redirect");
  assert_int_equal(302, finish(own, transfer)->status);
  assert_int_equal(1, tiny_server_requests(own->server));
  cm_transfer_free(transfer);
}

/* ---- failures ------------------------------------------------------------------------------ */

/** A port of this machine that nobody listens on. */
static int closed_port(void) {
  struct sockaddr_in address = { .sin_family = AF_INET };
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(0, bind(listener, (struct sockaddr *)&address, len));
  assert_int_equal(0, getsockname(listener, (struct sockaddr *)&address, &len));
  close(listener);
  return ntohs(address.sin_port);
}

static void a_refused_connection(void **state) {
  stage *own = *state;
  char url[100];
  snprintf(url, sizeof url, "http://localhost:%d/echo", closed_port());
  cm_http_request request = { "POST", .url = url, .user = "secret-key", .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_UNREACHED, response->outcome);
  assert_int_equal(0, response->status);
  assert_contains("connect", response->reason);
  assert_lacks("secret", response->reason);
  cm_transfer_free(transfer);
}

static void an_unknown_host(void **state) {
  stage *own = *state;
  cm_http_request request = { "GET", .url = "https://nowhere.test/", .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_UNREACHED, response->outcome);
  assert_contains("nowhere.test", response->reason);
  cm_transfer_free(transfer);
}

static void a_host_that_speaks_no_tls(void **state) {
  stage *own = *state;
  char url[100];
  snprintf(url, sizeof url, "https://127.0.0.1:%d/echo", tiny_server_port(own->server));
  cm_http_request request = { "POST", .url = url, .user = "k", .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  assert_int_equal(CM_UNREACHED, finish(own, transfer)->outcome);
  cm_transfer_free(transfer);
  request.ca_file = "/nonexistent/ca.pem";
  transfer = start(own, &request);
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_UNTRUSTED, response->outcome);
  assert_contains("/nonexistent/ca.pem", response->reason);
  cm_transfer_free(transfer);
}

static void a_cut_body_is_broken(void **state) {
  stage *own = *state;
  cm_transfer *transfer = start_get(own, "/cut");
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_BROKEN, response->outcome);
  assert_int_equal(0, response->status);
  assert_int_equal(0, response->body.len);
  assert_true(response->reason[0] != 0);
  cm_transfer_free(transfer);
}

static void nothing_is_sent_twice(void **state) {
  stage *own = *state;
  static const char *const methods[] = { "GET", "POST", "PATCH", "DELETE" };
  for (size_t i = 0; i < cm_countof(methods); i++) {
    /* On a kept connection, where libcurl would try again by itself; on a new one the second time. */
    cm_transfer *first = start_get(own, "/echo");
    finish(own, first);
    cm_transfer_free(first);
    int before = tiny_server_requests(own->server);
    for (int try = 0; try < 2; try++) {
      cm_http_request request = { methods[i], .url = url_of(own, "/drop"),
                                  .body = i > 0 ? "{}" : NULL, .body_len = i > 0 ? 2 : 0,
                                  .timeout_ms = PATIENCE_MS };
      cm_transfer *transfer = start(own, &request);
      cm_http_response *response = finish(own, transfer);
      assert_int_equal(CM_BROKEN, response->outcome);
      if (try == 0) assert_string_equal("the connection ended before the answer", response->reason);
      cm_transfer_free(transfer);
    }
    assert_int_equal(before + 2, tiny_server_requests(own->server));
  }
}

static void a_connection_that_was_closed_meanwhile(void **state) {
  stage *own = *state;
  cm_transfer *transfer = start_get(own, "/echo");
  finish(own, transfer);
  cm_transfer_free(transfer);
  int port = tiny_server_port(own->server);
  tiny_server_stop(own->server);
  own->server = tiny_server_start(port);
  transfer = start_get(own, "/echo");
  assert_int_equal(CM_ANSWERED, finish(own, transfer)->outcome);
  assert_int_equal(1, tiny_server_requests(own->server));
  cm_transfer_free(transfer);
}

/* ---- time ---------------------------------------------------------------------------------- */

static void timeouts_say_where_the_time_went(void **state) {
  stage *own = *state;
  static const struct {
    const char *path, *stage;
  } cases[] = {
    { "/stall", "timeout after " },
    { "/stall", "waiting for the answer" },
    { "/trickle", "in the middle of the answer" },
    { "/drip", "in the middle of the answer" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    bool is_there = false; /* a slow machine is not as far when the time has gone: it gets more */
    for (int ms = 200; !is_there && ms <= PATIENCE_MS; ms *= 2) {
      cm_http_request request = { "GET", .url = url_of(own, cases[i].path), .timeout_ms = ms };
      cm_transfer *transfer = start(own, &request);
      cm_http_response *response = finish(own, transfer);
      is_there = strstr(response->reason, cases[i].stage) != NULL;
      assert_true(response->duration_ms >= ms);
      if (is_there || ms * 2 > PATIENCE_MS) {
        assert_int_equal(CM_TIMED_OUT, response->outcome);
        assert_contains(cases[i].stage, response->reason);
      }
      cm_transfer_free(transfer);
    }
  }
}

static void a_timeout_in_the_look_up_sent_nothing(void **state) {
  stage *own = *state;
  cm_http_request request = { "POST", .url = "https://api.hang/", .timeout_ms = 50 };
  cm_transfer *transfer = start(own, &request);
  while (count_hanging() < 1)
    cm_http_drive(own->http, 1);
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_UNREACHED, response->outcome);
  assert_contains("looking up the host's name", response->reason);
  assert_int_equal(1, count_hanging()); /* and it was not waited for */
  cm_transfer_free(transfer);
  release_look_ups();
}

/** A busy program: twice the timeout passes in another client, until that one has a timeout. */
static cm_outcome outcome_of_a_busy_program(stage *own, int timeout_ms) {
  cm_http_request request = { "GET", .url = url_of(own, "/stall"), .timeout_ms = timeout_ms };
  int before = tiny_server_requests(own->server);
  cm_transfer *transfer = start(own, &request);
  while (!cm_transfer_is_done(transfer) && tiny_server_requests(own->server) == before)
    cm_http_drive(own->http, 1);
  stage other = { .server = own->server };
  assert_int_equal(SQLITE_OK, cm_http_new(&other.http, NULL));
  request.timeout_ms = 2 * timeout_ms;
  cm_transfer *busy = start(&other, &request);
  finish(&other, busy);
  cm_transfer_free(busy);
  cm_http_free(other.http);
  tiny_server_release(own->server);
  cm_outcome outcome = finish(own, transfer)->outcome;
  cm_transfer_free(transfer);
  return outcome;
}

static void time_counts_while_driven_only(void **state) {
  (void)state;
  cm_outcome outcome = CM_TIMED_OUT; /* a slow machine gets more time */
  for (int ms = 300; outcome == CM_TIMED_OUT && ms <= PATIENCE_MS; ms *= 2) {
    void *own = NULL;
    assert_int_equal(0, open_stage(&own));
    outcome = outcome_of_a_busy_program(own, ms);
    close_stage(&own);
  }
  assert_int_equal(CM_ANSWERED, outcome);
}

static void driving_waits_no_longer_than_asked(void **state) {
  stage *own = *state;
  assert_int_equal(0, cm_http_drive(own->http, PATIENCE_MS)); /* nothing to wait for */
  cm_transfer *transfer = start_get(own, "/stall");
  drive_until_seen(own, 1);
  assert_int_equal(1, cm_http_drive(own->http, 0)); /* the server answers nothing meanwhile */
  assert_int_equal(1, cm_http_drive(own->http, 20));
  assert_false(cm_transfer_is_done(transfer));
  tiny_server_release(own->server);
  finish(own, transfer);
  cm_transfer_free(transfer);
}

static void driving_ends_when_any_transfer_does(void **state) {
  stage *own = *state;
  cm_transfer *stalled = start_get(own, "/stall");
  cm_transfer *quick = start_get(own, "/echo");
  while (!cm_transfer_is_done(quick))
    assert_true(cm_http_drive(own->http, PATIENCE_MS) >= 1);
  assert_false(cm_transfer_is_done(stalled));
  cm_transfer_free(quick);
  cm_transfer_free(stalled);
}

/* ---- cancelling ---------------------------------------------------------------------------- */

static void a_free_cancels_in_mid_flight(void **state) {
  stage *own = *state;
  static const char *const paths[] = { "/stall", "/trickle" };
  for (size_t i = 0; i < cm_countof(paths); i++) {
    int before = tiny_server_requests(own->server);
    cm_transfer *transfer = start_get(own, paths[i]);
    drive_until_seen(own, before + 1);
    assert_int_equal(1, cm_http_drive(own->http, 0));
    cm_transfer_free(transfer); /* returns, though the server never answers */
    assert_int_equal(0, cm_http_drive(own->http, PATIENCE_MS));
  }
  cm_transfer *next = start_get(own, "/echo"); /* on a connection of its own */
  assert_int_equal(CM_ANSWERED, finish(own, next)->outcome);
  cm_transfer_free(next);
  cm_transfer_free(NULL);
}

static void a_free_leaves_a_hanging_look_up_behind(void **state) {
  stage *own = *state;
  cm_http_request request = { "GET", .url = "https://api.hang/", .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  while (count_hanging() < 1)
    cm_http_drive(own->http, 1);
  cm_transfer_free(transfer);
  assert_int_equal(0, cm_http_drive(own->http, 0));
  assert_int_equal(1, count_hanging());
  transfer = start(own, &request);
  while (count_hanging() < 2)
    cm_http_drive(own->http, 1);
  cm_http_free(own->http); /* the client does not wait for it either */
  own->http = NULL;
  assert_int_equal(2, count_hanging());
  cm_transfer_free(transfer);
  release_look_ups();
}

static void freeing_the_client_ends_its_transfers(void **state) {
  stage *own = *state;
  cm_transfer *first = start_get(own, "/stall");
  cm_transfer *second = start_get(own, "/stall");
  drive_until_seen(own, 1);
  cm_http_free(own->http);
  own->http = NULL;
  assert_true(cm_transfer_is_done(first) && cm_transfer_is_done(second));
  assert_int_equal(CM_CANCELLED, cm_transfer_response(first)->outcome);
  cm_transfer_free(first);
  cm_transfer_free(second);
  cm_http_free(NULL);
}

/* ---- memory -------------------------------------------------------------------------------- */

static void an_answer_without_memory(void **state) {
  stage *own = *state;
  cm_transfer *transfer = start_get(own, "/gzip");
  allocations_left = 1;
  cm_http_response *response = finish(own, transfer);
  allocations_left = -1;
  assert_int_equal(CM_NO_MEMORY, response->outcome);
  assert_string_equal("out of memory", response->reason);
  cm_transfer_free(transfer);
}

static void starting_without_memory(void **state) {
  stage *own = *state;
  cm_http_request request = { "POST", .url = url_of(own, "/echo"), .body = "{}", .body_len = 2,
                              .timeout_ms = PATIENCE_MS };
  for (int left = 0; left < 2; left++) { /* the transfer and the copy of its body */
    cm_transfer *transfer = (cm_transfer *)&request;
    cm_err err = { 0 };
    allocations_left = left;
    assert_int_equal(SQLITE_NOMEM, cm_http_start(own->http, &request, &transfer, &err));
    allocations_left = -1;
    assert_null(transfer);
    assert_int_equal(SQLITE_NOMEM, err.code);
    assert_int_equal(0, cm_http_drive(own->http, 0));
  }
  cm_http *http = NULL;
  allocations_left = 0;
  assert_int_equal(SQLITE_NOMEM, cm_http_new(&http, NULL));
  assert_null(http);
}

/* ---- which URLs, and by which way ------------------------------------------------------------ */

static void urls_that_may_be_asked(void **state) {
  (void)state;
  static const char *const urls[] = {
    "https://api.chartmogul.com/v1",
    "https://api.chartmogul.com:8443/v1/customers?per_page=200",
    "HTTPS://API.chartmogul.com",
    "http://localhost:8080",
    "http://LOCALHOST/",
    "http://127.0.0.1/",
    "http://127.9.8.7:1/",
    "http://[::1]:8080/",
    "http://[0:0:0:0:0:0:0:1]/",
  };
  for (size_t i = 0; i < cm_countof(urls); i++) {
    cm_err err = { 0 };
    if (!cm_http_is_allowed(urls[i], &err)) fail_msg("%s: %s", urls[i], err.text);
  }
}

static void urls_that_may_not_be_asked(void **state) {
  (void)state;
  static const struct {
    const char *url;
    const char *reason; /* part of it */
  } cases[] = {
    { "http://api.chartmogul.com/v1", "plain http to api.chartmogul.com" },
    { "http://127.0.0.1.evil.test/", "plain http" },
    { "http://127.evil.test/", "plain http" },
    { "http://localhost.evil.test/", "plain http" },
    { "http://128.0.0.1/", "plain http" },
    { "http://[::2]/", "plain http" },
    { "http://[::ffff:127.0.0.1]/", "plain http" },
    { "http://0.0.0.0/", "plain http" },
    { "ftp://localhost/", "ftp:// is not spoken" },
    { "file:///etc/passwd", "not a URL" },
    { "javascript:alert(1)", "not a URL" },
    { "https://user:hidden@api.chartmogul.com", "user name" },
    { "https://user@api.chartmogul.com", "user name" },
    { "https://:hidden@api.chartmogul.com", "user name" },
    { "http://127.0.0.1:80@evil.test/", "user name" },
    { "https://api.chartmogul.com/#", "fragment" },
    { "https://api.chartmogul.com/v1#x", "fragment" },
    { "api.chartmogul.com/v1", "not a URL" },
    { "https://", "not a URL" },
    { "https:///v1", "not a URL" },
    { "https:/v1", "not a URL" },
    { "https://a b/", "not a URL" },
    { "https://a/b c", "not a URL" },
    { "https://a\r\nb/", "not a URL" },
    { "https://host:99999/", "not a URL" },
    { "", "not a URL" },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    cm_err err = { 0 };
    if (cm_http_is_allowed(cases[i].url, &err)) fail_msg("%s", cases[i].url);
    assert_contains(cases[i].reason, err.text);
    assert_lacks("hidden", err.text);
    assert_false(cm_http_is_allowed(cases[i].url, NULL));
  }
}

static void urls_have_a_longest_length(void **state) {
  (void)state;
  char *url = malloc(CM_MAX_URL_BYTES + 2);
  memset(url, 'x', CM_MAX_URL_BYTES + 1);
  memcpy(url, "https://a/", 10);
  url[CM_MAX_URL_BYTES + 1] = 0;
  cm_err err = { 0 };
  assert_false(cm_http_is_allowed(url, &err));
  assert_contains("longer than", err.text);
  url[CM_MAX_URL_BYTES] = 0;
  assert_true(cm_http_is_allowed(url, NULL));
  free(url);
}

static void a_refused_url_is_not_asked(void **state) {
  stage *own = *state;
  cm_http_request request = { "GET", .url = "http://example.test/", .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = (cm_transfer *)&request;
  cm_err err = { 0 };
  assert_int_equal(SQLITE_ERROR, cm_http_start(own->http, &request, &transfer, &err));
  assert_null(transfer);
  assert_contains("plain http", err.text);
  assert_int_equal(0, cm_http_drive(own->http, 0));
}

static void same_origins(void **state) {
  (void)state;
  static const struct {
    const char *url, *other;
    bool is_same;
  } cases[] = {
    { "https://a.test/v1", "https://a.test/other?x=y", true },
    { "https://a.test", "https://A.TEST:443/", true },
    { "http://localhost", "http://localhost:80/", true },
    { "https://a.test", "https://a.test:8443", false },
    { "https://a.test", "http://a.test:443", false },
    { "https://a.test", "https://b.test", false },
    { "https://a.test", "https://a.test.evil.test", false },
    { "https://a.test", "not a url", false },
    { "", "", false },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    if (cm_http_is_same_origin(cases[i].url, cases[i].other) != cases[i].is_same ||
        cm_http_is_same_origin(cases[i].other, cases[i].url) != cases[i].is_same)
      fail_msg("%s and %s", cases[i].url, cases[i].other);
  }
}

static int set_proxies(void **state) {
  open_stage(state);
  stage *own = *state;
  char url[60];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", tiny_server_port(own->server));
  setenv("https_proxy", url, 1);
  snprintf(url, sizeof url, "http://127.0.0.1:%d", closed_port());
  setenv("http_proxy", url, 1);
  setenv("all_proxy", url, 1);
  return 0;
}

static int unset_proxies(void **state) {
  unsetenv("https_proxy");
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  return close_stage(state);
}

static void loopback_is_reached_without_a_proxy(void **state) {
  stage *own = *state;
  static const char *const hosts[] = { "127.0.0.1", "localhost" };
  for (size_t i = 0; i < cm_countof(hosts); i++) {
    char url[60];
    snprintf(url, sizeof url, "http://%s:%d/echo", hosts[i], tiny_server_port(own->server));
    cm_http_request request = { "GET", .url = url, .timeout_ms = PATIENCE_MS };
    cm_transfer *transfer = start(own, &request);
    cm_http_response *response = finish(own, transfer);
    assert_int_equal(CM_ANSWERED, response->outcome);
    assert_contains("GET /echo\n", cm_buf_str(&response->body));
    cm_transfer_free(transfer);
  }
}

static void others_are_reached_through_the_proxy(void **state) {
  stage *own = *state;
  cm_http_request request = { "POST", .url = "https://api.test/v1", .user = "secret-key",
                              .timeout_ms = PATIENCE_MS };
  cm_transfer *transfer = start(own, &request);
  cm_http_response *response = finish(own, transfer);
  assert_int_equal(CM_NOT_SENT, response->outcome); /* the proxy refused: nothing went further */
  assert_contains("403", response->reason);
  char seen[4000];
  tiny_server_last(own->server, seen, sizeof seen);
  assert_contains("CONNECT api.test:443", seen);
  assert_lacks("uthorization", seen);
  cm_transfer_free(transfer);
}

static void the_library_has_a_version(void **state) {
  (void)state;
  assert_contains(".", cm_http_library());
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void) {
  (void)signal(SIGPIPE, SIG_IGN); /* the server here writes to clients that are gone */
  const struct CMUnitTest tests[] = {
    STAGED(a_get_and_its_answer),
    STAGED(bodies_of_all_methods),
    STAGED(a_large_body_does_not_wait_for_leave),
    STAGED(a_key_stays_with_its_transfer),
    STAGED(connections_are_kept),
    STAGED(twenty_at_once_and_no_more),
    STAGED(statuses_are_answers),
    STAGED(content_types),
    STAGED(retry_after),
    STAGED(compressed_answers_are_decoded),
    STAGED(bodies_have_memory_of_their_own_size),
    STAGED(answers_have_a_largest_size),
    STAGED(a_head_has_a_largest_size),
    STAGED(redirects_are_not_followed),
    STAGED(a_refused_connection),
    STAGED(an_unknown_host),
    STAGED(a_host_that_speaks_no_tls),
    STAGED(a_cut_body_is_broken),
    STAGED(nothing_is_sent_twice),
    STAGED(a_connection_that_was_closed_meanwhile),
    STAGED(timeouts_say_where_the_time_went),
    STAGED(a_timeout_in_the_look_up_sent_nothing),
    cmocka_unit_test(time_counts_while_driven_only),
    STAGED(driving_waits_no_longer_than_asked),
    STAGED(driving_ends_when_any_transfer_does),
    STAGED(a_free_cancels_in_mid_flight),
    STAGED(a_free_leaves_a_hanging_look_up_behind),
    STAGED(freeing_the_client_ends_its_transfers),
    STAGED(an_answer_without_memory),
    STAGED(starting_without_memory),
    cmocka_unit_test(urls_that_may_be_asked),
    cmocka_unit_test(urls_that_may_not_be_asked),
    cmocka_unit_test(urls_have_a_longest_length),
    STAGED(a_refused_url_is_not_asked),
    cmocka_unit_test(same_origins),
    cmocka_unit_test_setup_teardown(loopback_is_reached_without_a_proxy, set_proxies,
                                    unset_proxies),
    cmocka_unit_test_setup_teardown(others_are_reached_through_the_proxy, set_proxies,
                                    unset_proxies),
    cmocka_unit_test(the_library_has_a_version),
  };
  alarm(HANG_SECONDS);
  return cmocka_run_group_tests(tests, install_memory, NULL);
}
