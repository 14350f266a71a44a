#include "tiny_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "base/base.h"

enum { MAX_STALLED = 100, ECHO_BYTES = 8000 };

struct tiny_server {
  struct MHD_Daemon *daemon;
  int port;
  pthread_mutex_t lock; /* of all that follows */
  int connections, requests, met;
  bool is_released;
  struct MHD_Connection *stalled[MAX_STALLED];
  int stalled_count;
  char last[ECHO_BYTES];
};

/** One request while it comes in. */
typedef struct tiny_visit {
  char echo[ECHO_BYTES];
  size_t body_len;
  bool has_waited;
} tiny_visit;

static void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) abort();
  return memory;
}

/* ---- answers ------------------------------------------------------------------------------- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              struct MHD_Response *response) {
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

static struct MHD_Response *text_response(const char *text) {
  struct MHD_Response *response = MHD_create_response_from_buffer(
      strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
  return response;
}

static const char *query(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result answer_status(struct MHD_Connection *connection, const char *path) {
  struct MHD_Response *response = MHD_create_response_from_buffer(2, (void *)(uintptr_t) "{}",
                                                                  MHD_RESPMEM_PERSISTENT);
  static const char *const names[][2] = { { "type", "Content-Type" },
                                          { "retry-after", "Retry-After" },
                                          { "date", "Date" } };
  for (size_t i = 0; i < cm_countof(names); i++) {
    const char *value = query(connection, names[i][0]);
    if (value != NULL) MHD_add_response_header(response, names[i][1], value);
  }
  return answer(connection, (unsigned)strtoul(path + strlen("/status/"), NULL, 10), response);
}

/** `len` times the letter a, compressed. */
static enum MHD_Result answer_gzip(struct MHD_Connection *connection, size_t len) {
  unsigned char letters[4096];
  memset(letters, 'a', sizeof letters);
  size_t capacity = len / 100 + 1000;
  unsigned char *bytes = allocate(capacity);
  z_stream stream = { .next_out = bytes, .avail_out = (uInt)capacity };
  if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  while (len > 0) {
    stream.next_in = letters;
    stream.avail_in = (uInt)(len < sizeof letters ? len : sizeof letters);
    len -= stream.avail_in;
    deflate(&stream, Z_NO_FLUSH);
  }
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) abort();
  struct MHD_Response *response = MHD_create_response_from_buffer(stream.total_out, bytes,
                                                                  MHD_RESPMEM_MUST_FREE);
  MHD_add_response_header(response, "Content-Encoding", "gzip");
  deflateEnd(&stream);
  return answer(connection, 200, response);
}

/** A body that ends after ten bytes though more were announced. */
static ssize_t read_cut(void *context, uint64_t position, char *out, size_t size) {
  (void)context;
  if (position >= 10 || size < 10) return MHD_CONTENT_READER_END_WITH_ERROR;
  memset(out, 'x', 10);
  return 10;
}

/** One byte each time, and a little later. */
static ssize_t read_drip(void *context, uint64_t position, char *out, size_t size) {
  (void)context, (void)position, (void)size;
  nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
  *out = ' ';
  return 1;
}

/* ---- stalling ------------------------------------------------------------------------------ */

/** Suspend the connection, unless everything has been released. @return whether it was. */
static bool stall(tiny_server *server, struct MHD_Connection *connection) {
  pthread_mutex_lock(&server->lock);
  bool is_stalled = !server->is_released;
  if (is_stalled) {
    if (server->stalled_count == MAX_STALLED) abort();
    server->stalled[server->stalled_count++] = connection;
    MHD_suspend_connection(connection);
  }
  pthread_mutex_unlock(&server->lock);
  return is_stalled;
}

void tiny_server_release(tiny_server *server) {
  pthread_mutex_lock(&server->lock);
  server->is_released = true;
  while (server->stalled_count > 0)
    MHD_resume_connection(server->stalled[--server->stalled_count]);
  pthread_mutex_unlock(&server->lock);
}

typedef struct trickle {
  tiny_server *server;
  struct MHD_Connection *connection;
} trickle;

static ssize_t read_trickle(void *context, uint64_t position, char *out, size_t size) {
  const trickle *body = context;
  if (position >= 10 && stall(body->server, body->connection)) return 0;
  size_t len = size < 10 ? size : 10;
  memset(out, 'x', len);
  return (ssize_t)len;
}

static enum MHD_Result answer_trickle(tiny_server *server, struct MHD_Connection *connection) {
  trickle *body = allocate(sizeof *body);
  *body = (trickle){ server, connection };
  return answer(connection, 200,
                MHD_create_response_from_callback(20, 10, read_trickle, body, free));
}

/** Everybody waits for the last one, who lets all of them go. */
static bool wait_for_others(tiny_server *server, struct MHD_Connection *connection) {
  const char *wanted = query(connection, "n");
  pthread_mutex_lock(&server->lock);
  bool is_last = ++server->met >= strtol(wanted != NULL ? wanted : "1", NULL, 10);
  pthread_mutex_unlock(&server->lock);
  if (is_last) tiny_server_release(server);
  return stall(server, connection);
}

/* ---- requests ------------------------------------------------------------------------------ */

static void append(char *echo, const char *bytes, size_t len) {
  size_t used = strlen(echo);
  size_t room = ECHO_BYTES - 1 - used;
  memcpy(echo + used, bytes, len < room ? len : room);
}

static enum MHD_Result echo_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
  (void)kind;
  const char *const parts[] = { name, ": ", value, "\n" };
  for (size_t i = 0; i < cm_countof(parts); i++)
    append(context, parts[i], strlen(parts[i]));
  return MHD_YES;
}

static enum MHD_Result respond(tiny_server *server, struct MHD_Connection *connection,
                               const char *method, const char *path, tiny_visit *visit) {
  bool waits = strcmp(path, "/stall") == 0 || strcmp(path, "/meet") == 0;
  if (waits && !visit->has_waited) {
    visit->has_waited = true;
    bool is_meeting = strcmp(path, "/meet") == 0;
    if (is_meeting ? wait_for_others(server, connection) : stall(server, connection))
      return MHD_YES;
  }
  if (strcmp(method, "CONNECT") == 0) return answer(connection, 403, text_response("no tunnel"));
  if (strncmp(path, "/status/", 8) == 0) return answer_status(connection, path);
  if (strcmp(path, "/gzip") == 0) return answer_gzip(connection, 100000);
  if (strcmp(path, "/bomb") == 0) return answer_gzip(connection, CM_MAX_RESPONSE_BYTES + 1);
  if (strcmp(path, "/large") == 0)
    return answer(
        connection, 200,
        MHD_create_response_from_callback(CM_MAX_RESPONSE_BYTES + 1, 1024, read_cut, NULL, NULL));
  if (strcmp(path, "/cut") == 0)
    return answer(connection, 200,
                  MHD_create_response_from_callback(1000, 1024, read_cut, NULL, NULL));
  if (strcmp(path, "/drop") == 0) return MHD_NO;
  if (strcmp(path, "/drip") == 0)
    return answer(connection, 200,
                  MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 10, read_drip, NULL, NULL));
  if (strcmp(path, "/trickle") == 0) return answer_trickle(server, connection);
  struct MHD_Response *response = text_response(visit->echo);
  if (strcmp(path, "/redirect") == 0) MHD_add_response_header(response, "Location", "/echo");
  return answer(connection, strcmp(path, "/redirect") == 0 ? 302 : 200, response);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *body,
                              size_t *body_len, void **memory) {
  (void)version;
  tiny_server *server = context;
  tiny_visit *visit = *memory;
  if (visit == NULL) {
    *memory = visit = allocate(sizeof *visit);
    const char *const parts[] = { method, " ", path, "\n" };
    for (size_t i = 0; i < cm_countof(parts); i++)
      append(visit->echo, parts[i], strlen(parts[i]));
    MHD_get_connection_values(connection, MHD_HEADER_KIND, echo_header, visit->echo);
    append(visit->echo, "\n", 1);
    pthread_mutex_lock(&server->lock);
    server->requests++;
    pthread_mutex_unlock(&server->lock);
    return MHD_YES;
  }
  if (*body_len > 0) {
    append(visit->echo, body, *body_len);
    visit->body_len += *body_len;
    *body_len = 0;
    return MHD_YES;
  }
  pthread_mutex_lock(&server->lock);
  memcpy(server->last, visit->echo, sizeof server->last);
  pthread_mutex_unlock(&server->lock);
  return respond(server, connection, method, path, visit);
}

static void end_visit(void *context, struct MHD_Connection *connection, void **memory,
                      enum MHD_RequestTerminationCode code) {
  (void)context, (void)connection, (void)code;
  free(*memory);
  *memory = NULL;
}

static void count_connection(void *context, struct MHD_Connection *connection, void **memory,
                             enum MHD_ConnectionNotificationCode code) {
  (void)connection, (void)memory;
  tiny_server *server = context;
  pthread_mutex_lock(&server->lock);
  server->connections += code == MHD_CONNECTION_NOTIFY_STARTED;
  pthread_mutex_unlock(&server->lock);
}

static void drop_log(void *context, const char *format, va_list args) {
  (void)context, (void)format, (void)args;
}

/* ---- the server ---------------------------------------------------------------------------- */

tiny_server *tiny_server_start(int port) {
  tiny_server *server = allocate(sizeof *server);
  pthread_mutex_init(&server->lock, NULL);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                   MHD_USE_SUPPRESS_DATE_NO_CLOCK;
  server->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, handle, server, MHD_OPTION_EXTERNAL_LOGGER, drop_log, NULL,
      MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
      MHD_OPTION_NOTIFY_COMPLETED, end_visit, NULL, MHD_OPTION_NOTIFY_CONNECTION, count_connection,
      server, MHD_OPTION_END);
  if (server->daemon == NULL) {
    fprintf(stderr, "the test's server does not start on port %d\n", port);
    exit(1);
  }
  server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
  return server;
}

void tiny_server_stop(tiny_server *server) {
  tiny_server_release(server);
  MHD_stop_daemon(server->daemon);
  pthread_mutex_destroy(&server->lock);
  free(server);
}

int tiny_server_port(const tiny_server *server) {
  return server->port;
}

static int read_count(tiny_server *server, const int *count) {
  pthread_mutex_lock(&server->lock);
  int value = *count;
  pthread_mutex_unlock(&server->lock);
  return value;
}

int tiny_server_connections(tiny_server *server) {
  return read_count(server, &server->connections);
}

int tiny_server_requests(tiny_server *server) {
  return read_count(server, &server->requests);
}

void tiny_server_last(tiny_server *server, char *out, size_t size) {
  pthread_mutex_lock(&server->lock);
  snprintf(out, size, "%s", server->last);
  pthread_mutex_unlock(&server->lock);
}
