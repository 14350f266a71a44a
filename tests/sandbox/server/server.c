#include "server.h"

#include "../api/dispatch.h"
#include "../base/encode.h"
#include "control.h"
#include "waiting.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The API takes 5 MB at most in a bulk import. */
#define BODY_MAX (6u << 20)
#define CONNECTION_MAX 4000
#define BACKLOG 1024
/* What an answer takes that the switch slow_every makes slow. */
#define SLOW_MS 1000

struct sb_server {
  struct MHD_Daemon *daemon;
  const sb_options *options;
  sb_state state;
};

typedef enum phase { ARRIVING, READING, WAITING } phase;

/* One HTTP request while it is being served. */
typedef struct exchange {
  sb_server *server;
  char *target; /* with "/v1" */
  phase phase;
  bool is_control;
  bool is_authorized, may_write;
  bool is_too_large;
  bool is_too_many; /* parallel requests */
  bool is_too_fast; /* requests in a second */
  int64_t log_number;
  sb_text body;
  sb_answer answer;
  int64_t cut;         /* bytes of the body after which the connection ends; negative: never */
  int64_t retry_after; /* seconds; negative: no header */
  bool is_stalled, is_gone;
} exchange;

/* What a damaged or chunked answer is sent from. */
typedef struct source {
  char *bytes;
  size_t len;
  size_t end; /* where the connection breaks; past len when it does not */
} source;

static const char *header(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* The user of HTTP Basic, whatever the password; NULL when there is none. Released with free(). */
static char *basic_user(struct MHD_Connection *connection) {
  const char *words = header(connection, "Authorization");
  sb_text plain = { 0 };
  if (!words || strncmp(words, "Basic ", 6) != 0) return NULL;
  if (!sb_base64_decode(&plain, words + 6, strlen(words + 6)) || !plain.len) {
    sb_text_clear(&plain);
    return NULL;
  }
  plain.bytes[strcspn(plain.bytes, ":")] = 0;
  return sb_text_take(&plain);
}

static void authorize(exchange *one, struct MHD_Connection *connection) {
  const sb_options *options = one->server->options;
  char *user = basic_user(connection);
  if (user && strcmp(user, options->key) == 0) one->is_authorized = one->may_write = true;
  if (user && options->read_only_key && strcmp(user, options->read_only_key) == 0)
    one->is_authorized = true;
  free(user);
}

/* The path below the base URL; the whole of it when it is elsewhere. */
static const char *target_of(const exchange *one) {
  return strncmp(one->target, "/v1/", 4) == 0 ? one->target + 3 : one->target;
}

static void arrive(exchange *one, struct MHD_Connection *connection, const char *method) {
  sb_state *state = &one->server->state;
  const sb_decisions *decisions = &state->account->decisions;
  one->is_control = strncmp(one->target, "/control/", 9) == 0;
  if (one->is_control) return;
  authorize(one, connection);
  int in_second = sb_traffic_arrive(&state->traffic, sb_monotonic_ms());
  one->is_too_fast = decisions->rate_limit_per_second &&
                     in_second > decisions->rate_limit_per_second;
  one->is_too_many = decisions->max_connections &&
                     state->traffic.in_flight > decisions->max_connections;
  sb_logged *entry = sb_traffic_log(&state->traffic);
  entry->method = sb_copy(method);
  entry->target = sb_copy(target_of(one));
  entry->user_agent = sb_copy(header(connection, "User-Agent"));
  entry->accept_encoding = sb_copy(header(connection, "Accept-Encoding"));
  entry->content_type = sb_copy(header(connection, "Content-Type"));
  entry->in_flight = state->traffic.in_flight;
  entry->is_authorized = one->is_authorized;
  one->log_number = entry->number;
}

static sb_answer make_answer(int status, const char *content_type, const char *words) {
  sb_answer answer = { .status = status, .content_type = content_type };
  sb_text_puts(&answer.body, words);
  return answer;
}

static sb_answer make_error(int status, const char *message) {
  sb_answer answer = { .status = status, .content_type = "application/json" };
  sb_text_printf(&answer.body, "{\"code\":%d,\"message\":\"%s\",\"param\":null}", status, message);
  return answer;
}

/* Too many requests in a second. */
static sb_answer make_limit(const sb_account *account) {
  const char *text = sb_decided(account, limit_text, "time")
                         ? "Too many requests"
                         : "Your request rate has exceeded our rate limit.";
  if (sb_decided(account, limit_body, "text"))
    return make_answer(429, "text/plain; charset=utf-8", text);
  if (sb_decided(account, limit_body, "grape")) return make_error(429, text);
  sb_answer answer = { .status = 429, .content_type = "application/json; charset=utf-8" };
  sb_text_printf(&answer.body, "{\"error\":\"%s\"}", text);
  return answer;
}

/* Refusals before a request reaches the API; status 0 when there is none. */
static sb_answer refuse(exchange *one, const char *method) {
  const sb_decisions *decisions = &one->server->state.account->decisions;
  sb_answer none = { 0 };
  if (one->is_too_many)
    return make_answer(503, "text/plain; charset=utf-8", "503 Service Unavailable");
  if (one->is_too_fast) {
    one->retry_after = decisions->rate_limit_retry_after;
    return make_limit(one->server->state.account);
  }
  if (!one->is_authorized) return make_error(401, "No valid API key provided");
  if (!one->may_write && strcmp(method, "GET") != 0)
    return make_error((int)decisions->read_only_status, "This API key is read-only");
  if (one->is_too_large) return make_error(413, "The request body is too large");
  return none;
}

static sb_answer answer_genuinely(exchange *one, struct MHD_Connection *connection,
                                  const char *method) {
  sb_answer answer = refuse(one, method);
  if (answer.status) return answer;
  if (strncmp(one->target, "/v1/", 4) != 0) return make_answer(404, "text/plain", "404 Not Found");
  return sb_route_answer(one->server->state.account, method, one->target + 3, one->body.bytes,
                         one->body.len, header(connection, "Content-Type"));
}

/* What a fault makes of an answer. */
static void spoil(exchange *one, const sb_fault *fault) {
  static const char garbage[] = "{\"entries\":[{\"uuid\":\"cus_\xff\x01, ]";
  sb_answer *answer = &one->answer;
  if (fault->status) answer->status = (int)fault->status;
  if (fault->body || !fault->applies) {
    sb_text_reset(&answer->body);
    if (fault->body)
      sb_text_puts(&answer->body, fault->body);
    else
      sb_text_printf(&answer->body, "%d %s", answer->status,
                     MHD_get_reason_phrase_for((unsigned)answer->status));
    answer->content_type = fault->body ? "application/json" : "text/plain; charset=utf-8";
  }
  if (fault->has_garbage) {
    sb_text_reset(&answer->body);
    sb_text_puts(&answer->body, garbage);
    answer->content_type = "application/json";
  }
  if (fault->content_type) answer->content_type = fault->content_type;
  if (fault->retry_after >= 0) one->retry_after = fault->retry_after;
  one->cut = fault->cut;
  one->is_stalled = fault->is_stalled;
  one->is_gone = fault->is_dropped;
}

/* How long an answer is held back that no fault delays. */
static int64_t latency_ms(const sb_decisions *decisions, int64_t number) {
  bool is_slow = decisions->slow_every > 0 && number % decisions->slow_every == 0;
  return is_slow && decisions->latency_ms < SLOW_MS ? SLOW_MS : decisions->latency_ms;
}

/* Make the answer; gives for how long it is to be held back. */
static int64_t make(exchange *one, struct MHD_Connection *connection, const char *method) {
  sb_state *state = &one->server->state;
  if (one->is_control) {
    one->answer = sb_control_answer(state, method, one->target + 8, one->body.bytes, one->body.len);
    return 0;
  }
  sb_logged *entry = sb_traffic_find(&state->traffic, one->log_number);
  if (entry && one->body.len) entry->body = sb_copy_len(one->body.bytes, one->body.len);
  const sb_fault *fault = sb_fault_next(&state->traffic, method, target_of(one));
  if (!fault || fault->applies)
    one->answer = answer_genuinely(one, connection, method);
  else
    one->answer.status = 200;
  if (fault) spoil(one, fault);
  int status = one->is_stalled || one->is_gone ? 0 : one->answer.status;
  if (entry) entry->status = status;
  if (status > 0 && status < 600) state->traffic.status_counts[status]++;
  return latency_ms(&state->account->decisions, one->log_number) + (fault ? fault->delay_ms : 0);
}

static ssize_t read_source(void *cls, uint64_t at, char *buffer, size_t max) {
  const source *from = cls;
  if (at >= from->end) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (at >= from->len) return MHD_CONTENT_READER_END_OF_STREAM;
  size_t end = from->end < from->len ? from->end : from->len;
  size_t len = end - (size_t)at < max ? end - (size_t)at : max;
  memcpy(buffer, from->bytes + at, len);
  return (ssize_t)len;
}

static void free_source(void *cls) {
  source *from = cls;
  free(from->bytes);
  free(from);
}

/* The body as an MHD response; the body is taken. */
static struct MHD_Response *make_response(exchange *one, bool is_chunked) {
  size_t len = one->answer.body.len;
  char *bytes = sb_text_take(&one->answer.body);
  if (one->cut < 0 && !is_chunked)
    return MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);
  source *from = sb_alloc(sizeof *from);
  *from = (source){ bytes, len, one->cut < 0 ? SIZE_MAX : (size_t)one->cut };
  uint64_t known = is_chunked ? MHD_SIZE_UNKNOWN : len;
  return MHD_create_response_from_callback(known, 16384, read_source, from, free_source);
}

static bool takes_gzip(struct MHD_Connection *connection, const sb_decisions *decisions,
                       size_t len) {
  const char *encodings = header(connection, "Accept-Encoding");
  return decisions->gzip && encodings && strstr(encodings, "gzip") &&
         len > (size_t)decisions->gzip_from_bytes;
}

static enum MHD_Result send_answer(exchange *one, struct MHD_Connection *connection) {
  const sb_decisions *decisions = &one->server->state.account->decisions;
  sb_answer *answer = &one->answer;
  bool is_packed = !one->is_control && takes_gzip(connection, decisions, answer->body.len);
  bool is_chunked = !one->is_control && decisions->http_chunked && answer->body.len;
  const char *type = answer->content_type;
  if (is_packed) {
    sb_text packed = { 0 };
    sb_gzip(&packed, answer->body.bytes, answer->body.len);
    sb_text_clear(&answer->body);
    answer->body = packed;
  }
  struct MHD_Response *response = make_response(one, is_chunked);
  if (type) MHD_add_response_header(response, "Content-Type", type);
  if (is_packed) {
    MHD_add_response_header(response, "Content-Encoding", "gzip");
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
  }
  if (type && strcmp(type, "application/json") == 0)
    MHD_add_response_header(response, "Access-Control-Allow-Credentials", "true");
  else if (type)
    MHD_add_response_header(response, "Cache-Control", "max-age=0, private, must-revalidate");
  if (one->retry_after >= 0) {
    sb_text seconds = { 0 };
    sb_text_int(&seconds, one->retry_after);
    MHD_add_response_header(response, "Retry-After", seconds.bytes);
    sb_text_clear(&seconds);
  }
  enum MHD_Result result = MHD_queue_response(connection, (unsigned)answer->status, response);
  MHD_destroy_response(response);
  return result;
}

static void take_body(exchange *one, const char *bytes, size_t len) {
  if (one->body.len + len > BODY_MAX)
    one->is_too_large = true;
  else
    sb_text_add(&one->body, bytes, len);
}

static enum MHD_Result serve(void *cls, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *bytes,
                             size_t *len, void **context) {
  exchange *one = *context;
  (void)cls, (void)url, (void)version;
  if (one->phase == ARRIVING) {
    arrive(one, connection, method);
    one->phase = READING;
    return MHD_YES;
  }
  if (one->phase == READING && *len) {
    take_body(one, bytes, *len);
    *len = 0;
    return MHD_YES;
  }
  if (one->phase == READING) {
    int64_t hold_ms = make(one, connection, method);
    /* The clock cuts off what is less than a millisecond: one more, so that no answer is early. */
    int64_t due_ms = one->is_stalled ? SB_NO_ANSWER : sb_monotonic_ms() + hold_ms + 1;
    one->phase = WAITING;
    if (hold_ms > 0 || one->is_stalled) {
      bool is_dropped = one->is_gone;
      if (!is_dropped && sb_waiting_add(one->server->state.room, connection, due_ms, &one->is_gone))
        return MHD_YES;
    }
  }
  return one->is_gone ? MHD_NO : send_answer(one, connection);
}

/* MHD decodes escapes before the handler sees a path; here is the request line as it was sent. */
static void *begin(void *cls, const char *uri, struct MHD_Connection *connection) {
  exchange *one = sb_alloc(sizeof *one);
  (void)connection;
  *one = (exchange){ .server = cls, .target = sb_copy(uri), .cut = -1, .retry_after = -1 };
  return one;
}

static void finish(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_RequestTerminationCode code) {
  exchange *one = *context;
  (void)cls, (void)connection, (void)code;
  if (!one) return;
  if (one->log_number) sb_traffic_leave(&one->server->state.traffic);
  free(one->target);
  sb_text_clear(&one->body);
  sb_text_clear(&one->answer.body);
  free(one);
  *context = NULL;
}

static void count_connection(void *cls, struct MHD_Connection *connection, void **context,
                             enum MHD_ConnectionNotificationCode code) {
  sb_server *server = cls;
  (void)connection, (void)context;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) server->state.traffic.connections_opened++;
}

sb_server *sb_server_start(const sb_options *options, sb_account *account) {
  sb_server *server = sb_alloc(sizeof *server);
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons((uint16_t)options->port),
    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  struct MHD_OptionItem tls[] = {
    { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate },
    { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->private_key },
    { MHD_OPTION_END, 0, NULL },
  };
  unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  if (options->certificate) flags |= MHD_USE_TLS;
  if (!options->certificate) tls[0].option = MHD_OPTION_END;
  server->options = options;
  server->state = (sb_state){ .switches = &options->decisions, .account = account };
  sb_traffic_init(&server->state.traffic);
  server->state.room = sb_waiting_start();
  server->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, serve, server, MHD_OPTION_SOCK_ADDR, &address,
      MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG, MHD_OPTION_CONNECTION_LIMIT,
      (unsigned)CONNECTION_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(256 << 10),
      MHD_OPTION_URI_LOG_CALLBACK, begin, server, MHD_OPTION_NOTIFY_COMPLETED, finish, server,
      MHD_OPTION_NOTIFY_CONNECTION, count_connection, server, MHD_OPTION_ARRAY, tls,
      MHD_OPTION_END);
  if (server->daemon) return server;
  sb_server_stop(server);
  return NULL;
}

int sb_server_port(const sb_server *server) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}

void sb_server_stop(sb_server *server) {
  if (!server) return;
  sb_waiting_close(server->state.room);
  if (server->daemon) MHD_stop_daemon(server->daemon);
  sb_waiting_free(server->state.room);
  sb_traffic_clear(&server->state.traffic);
  free(server);
}
