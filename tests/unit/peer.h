/*
** peer.h -- what the tests of the client layer talk to: an API of a few lines, and a clock that
** only moves when somebody sleeps.
**
** The server answers the n-th request for a path with the n-th reply that the test wrote down for
** it, and the last one again after that. Each request runs on a thread of its own, so a held one
** holds no other.
*/
#ifndef UNIT_PEER_H
#define UNIT_PEER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/pump.h"

static const char peer_key[] = "0123456789abcdef0123456789abcdef";

typedef enum peer_action {
  PEER_ANSWER,
  PEER_CUT,      /* read the request, then close the connection */
  PEER_HOLD,     /* answer when the test lets go */
  PEER_INTERRUPT /* interrupt the database, then as PEER_HOLD */
} peer_action;

typedef struct peer_reply {
  const char *path; /* without query */
  int status;
  const char *body; /* "%AUTH%": the request's Authorization */
  const char *type; /* NULL: application/json */
  const char *retry_after;
  peer_action action;
  int used;
} peer_reply;

enum { PEER_MAX_REPLIES = 16 };

typedef struct peer {
  struct MHD_Daemon *daemon;
  int port;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  peer_reply replies[PEER_MAX_REPLIES];
  int reply_count;
  int requests; /* that arrived */
  int active;   /* that are being answered */
  int max_active;
  int waiting; /* that are held */
  bool is_released;
  char last_body[4096];
  char last_url[4096];
  sqlite3 *db; /* to interrupt */
} peer;

typedef struct peer_request {
  char body[4096];
  size_t len;
} peer_request;

/* ---- the clock ----------------------------------------------------------------------------- */

typedef struct peer_clock {
  int64_t now_ms;
  int64_t slept_ms;
  void (*on_sleep)(void *context); /* NULL: nothing */
  void *context;
} peer_clock;

static inline int64_t peer_now_ms(void *context) {
  return ((peer_clock *)context)->now_ms;
}

static inline int64_t peer_wall_ms(void *context) {
  return INT64_C(1700000000000) + ((peer_clock *)context)->now_ms;
}

static inline void peer_sleep_ms(void *context, int duration_ms) {
  peer_clock *clock = context;
  clock->now_ms += duration_ms;
  clock->slept_ms += duration_ms;
  if (clock->on_sleep != NULL) clock->on_sleep(clock->context);
}

static inline cm_clock peer_clock_of(peer_clock *clock) {
  return (cm_clock){ peer_now_ms, peer_wall_ms, peer_sleep_ms, clock };
}

/* ---- the server ---------------------------------------------------------------------------- */

static inline void peer_reply_with(peer *server, peer_reply reply) {
  pthread_mutex_lock(&server->mutex);
  if (server->reply_count == PEER_MAX_REPLIES) abort();
  server->replies[server->reply_count++] = reply;
  pthread_mutex_unlock(&server->mutex);
}

static inline void peer_says(peer *server, const char *path, int status, const char *body) {
  peer_reply_with(server, (peer_reply){ .path = path, .status = status, .body = body });
}

static inline void peer_says_text(peer *server, const char *path, int status, const char *body) {
  peer_reply_with(
      server, (peer_reply){ .path = path, .status = status, .body = body, .type = "text/html" });
}

static inline void peer_says_later(peer *server, const char *path, int status, const char *body,
                                   const char *retry_after) {
  peer_reply_with(
      server,
      (peer_reply){ .path = path, .status = status, .body = body, .retry_after = retry_after });
}

static inline void peer_does(peer *server, const char *path, peer_action action) {
  peer_reply_with(server,
                  (peer_reply){ .path = path, .status = 200, .body = "{}", .action = action });
}

/* The next unused reply for the path, else the last one used; a plain object when there is none. */
static inline peer_reply peer_pick(peer *server, const char *path) {
  peer_reply picked = { .path = path, .status = 200, .body = "{}" };
  for (int i = 0; i < server->reply_count; i++) {
    peer_reply *reply = &server->replies[i];
    if (strcmp(reply->path, path) != 0) continue;
    picked = *reply;
    if (reply->used++ == 0) break;
  }
  return picked;
}

static inline void peer_hold(peer *server, const peer_reply *reply) {
  if (reply->action != PEER_HOLD && reply->action != PEER_INTERRUPT) return;
  server->waiting++;
  pthread_cond_broadcast(&server->changed);
  if (reply->action == PEER_INTERRUPT) sqlite3_interrupt(server->db);
  while (!server->is_released)
    pthread_cond_wait(&server->changed, &server->mutex);
  server->waiting--;
}

static inline enum MHD_Result peer_send(struct MHD_Connection *connection,
                                        const peer_reply *reply) {
  char body[8192] = "";
  const char *authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                          "Authorization");
  const char *text = reply->body != NULL ? reply->body : "";
  const char *mark = strstr(text, "%AUTH%");
  if (mark != NULL) {
    snprintf(body, sizeof body, "%.*s%s%s", (int)(mark - text), text,
             authorization != NULL ? authorization : "none", mark + strlen("%AUTH%"));
    text = body;
  }
  struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), (void *)text,
                                                                  MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type",
                          reply->type != NULL ? reply->type : "application/json");
  if (reply->retry_after != NULL) {
    MHD_add_response_header(response, "Retry-After", reply->retry_after);
  }
  enum MHD_Result result = MHD_queue_response(connection, (unsigned)reply->status, response);
  MHD_destroy_response(response);
  return result;
}

static inline enum MHD_Result peer_answer(void *context, struct MHD_Connection *connection,
                                          const char *url, const char *method, const char *version,
                                          const char *data, size_t *size, void **request_context) {
  peer *server = context;
  peer_request *request = *request_context;
  (void)method;
  (void)version;
  if (request == NULL) {
    *request_context = calloc(1, sizeof *request);
    return *request_context != NULL ? MHD_YES : MHD_NO;
  }
  if (*size > 0) {
    size_t room = sizeof request->body - 1 - request->len;
    size_t count = *size < room ? *size : room;
    memcpy(request->body + request->len, data, count);
    request->len += count;
    *size = 0;
    return MHD_YES;
  }
  pthread_mutex_lock(&server->mutex);
  server->requests++;
  server->active++;
  if (server->active > server->max_active) server->max_active = server->active;
  snprintf(server->last_body, sizeof server->last_body, "%s", request->body);
  snprintf(server->last_url, sizeof server->last_url, "%s", url);
  peer_reply reply = peer_pick(server, url);
  peer_hold(server, &reply);
  server->active--;
  pthread_mutex_unlock(&server->mutex);
  return reply.action == PEER_CUT ? MHD_NO : peer_send(connection, &reply);
}

static inline void peer_forget(void *context, struct MHD_Connection *connection,
                               void **request_context, enum MHD_RequestTerminationCode code) {
  (void)context;
  (void)connection;
  (void)code;
  free(*request_context);
  *request_context = NULL;
}

/* On the port it had before, if it had one. */
static inline void peer_start(peer *server) {
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)server->port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  server->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION,
                                    0, NULL, NULL, peer_answer, server, MHD_OPTION_SOCK_ADDR,
                                    &address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
                                    MHD_OPTION_NOTIFY_COMPLETED, peer_forget, NULL, MHD_OPTION_END);
  if (server->daemon == NULL) abort();
  server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static inline void peer_release(peer *server) {
  pthread_mutex_lock(&server->mutex);
  server->is_released = true;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

static inline void peer_stop(peer *server) {
  peer_release(server);
  if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
  server->daemon = NULL;
}

static inline peer *peer_new(void) {
  peer *server = calloc(1, sizeof *server);
  if (server == NULL) abort();
  pthread_mutex_init(&server->mutex, NULL);
  pthread_cond_init(&server->changed, NULL);
  peer_start(server);
  return server;
}

static inline void peer_free(peer *server) {
  peer_stop(server);
  pthread_cond_destroy(&server->changed);
  pthread_mutex_destroy(&server->mutex);
  free(server);
}

static inline int peer_count(peer *server, const int *counter) {
  pthread_mutex_lock(&server->mutex);
  int count = *counter;
  pthread_mutex_unlock(&server->mutex);
  return count;
}

/* ---- a session that talks to it ------------------------------------------------------------ */

typedef struct peer_world {
  peer *server;
  peer_clock clock;
  sqlite3 *db;
  cm_session *session;
  void (*body)(struct peer_world *world); /* of peer_run */
} peer_world;

static inline void peer_set(peer_world *world, const char *name, const char *value) {
  cm_err err = { 0 };
  if (cm_session_configure(world->session, name, value, &err) != SQLITE_OK) {
    fprintf(stderr, "%s\n", err.text);
    abort();
  }
}

static inline void peer_use(peer_world *world) {
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", world->server->port);
  peer_set(world, "base_url", url);
  peer_set(world, "api_key", peer_key);
}

static inline int peer_setup(void **state) {
  peer_world *world = calloc(1, sizeof *world);
  cm_err err = { 0 };
  if (world == NULL) return -1;
  unsetenv("CHARTMOGUL_API_KEY");
  unsetenv("CHARTMOGUL_BASE_URL");
  world->server = peer_new();
  if (sqlite3_open(":memory:", &world->db) != SQLITE_OK) return -1;
  world->server->db = world->db;
  world->clock.now_ms = 1000000;
  cm_clock clock = peer_clock_of(&world->clock);
  if (cm_session_new(world->db, &clock, &world->session, &err) != SQLITE_OK) return -1;
  peer_use(world);
  *state = world;
  return 0;
}

static inline int peer_teardown(void **state) {
  peer_world *world = *state;
  peer_release(world->server);
  cm_session_unref(world->session);
  sqlite3_close(world->db);
  peer_free(world->server);
  free(world);
  return 0;
}

static inline void peer_run_body(sqlite3_context *context, int argc, sqlite3_value **argv) {
  peer_world *world = sqlite3_user_data(context);
  (void)argc;
  (void)argv;
  world->body(world);
}

/* Run `body` inside a statement, as a table's method would be. @return the statement's code. */
static inline int peer_run(peer_world *world, void (*body)(peer_world *world)) {
  world->body = body;
  sqlite3_create_function(world->db, "body", 0, SQLITE_UTF8, world, peer_run_body, NULL, NULL);
  return sqlite3_exec(world->db, "SELECT body()", NULL, NULL, NULL);
}

/* ---- calls --------------------------------------------------------------------------------- */

static inline cm_call *peer_start_call(peer_world *world, const cm_call_request *request) {
  cm_call *call = NULL;
  cm_err err = { 0 };
  if (cm_call_start(world->session, request, &call, &err) != SQLITE_OK) fail_msg("%s", err.text);
  return call;
}

static inline cm_call *peer_get(peer_world *world, const char *path) {
  cm_call_request request = { .who = "chartmogul_customers", .method = "GET", .path = path };
  return peer_start_call(world, &request);
}

static inline cm_call *peer_write(peer_world *world, const char *method, const char *path,
                                  unsigned flags) {
  const char *body = "{\"name\":\"Ann\"}";
  cm_call_request request = { .who = "chartmogul_customers",
                              .method = method,
                              .path = path,
                              .body = body,
                              .body_len = strlen(body),
                              .flags = CM_CALL_WRITE | flags };
  return peer_start_call(world, &request);
}

static inline cm_call *peer_post(peer_world *world, const char *path) {
  return peer_write(world, "POST", path, CM_CALL_CREATE);
}

static inline const cm_request_line *peer_log_of(peer_world *world, const cm_call *call) {
  const cm_request_line *line = cm_request_log_find(world->session->log,
                                                    cm_call_result_of(call)->request_id);
  assert_non_null(line);
  return line;
}

static inline void peer_assert_has(const char *text, const char *words) {
  assert_non_null(text);
  if (strstr(text, words) == NULL) fail_msg("'%s' is not in: %s", words, text);
}

#endif
