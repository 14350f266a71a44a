/*
** server.c -- see server.h.
*/
#include "server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "answer.h"
#include "reply.h"
#include "template.h"

enum {
  PATIENCE_MS = 20000, /* below the time that a request may take; longer than any machine needs */
  HASTE_MS = 100,
  QUIET_MS = 30, /* what is late waits until nothing has come for so long */
  QUIET_LIMIT_MS = 1000,
  MAX_CONNECTIONS = 200
};

/* One request: being received, then in the log. */
typedef struct exchange {
  char *method;
  char *target; /* path and query, as sent */
  char *headers;
  text body;
  bool is_begun;
} exchange;

struct server {
  struct MHD_Daemon *daemon;
  char base[64];
  char path[24]; /* of the base URL; each case has its own, so that a late request is known */
  unsigned port;
  double slowness;
  int patience_ms; /* that a reply waits for other requests */
  pthread_mutex_t lock;
  pthread_cond_t changed; /* signalled whenever a held request may have to go on */
  fake_clock *clock;
  reply *replies;
  size_t reply_count;
  text problems;
  exchange *log;
  size_t log_count;
  int arrivals;
  int busy; /* requests between arrival and answer */
  int peak;
  int held;
  int case_number; /* changes with every reset: held requests of the last case go on */
  int break_nth;
  server_breakage breakage;
  int late_nth; /* stays when the case begins again */
  int late_left;
  server_lateness lateness;
  bool was_late; /* since late_nth was set */
  int watch_count;
  void (*on_hold)(void *);
  void *hold_context;
};

static void clear_exchange(exchange *done) {
  free(done->method);
  free(done->target);
  free(done->headers);
  text_clear(&done->body);
}

/* The target below the base URL, or the whole of it where it stands outside. */
static const char *below_base(const server *in, const char *target, bool *is_inside) {
  *is_inside = text_starts(target, in->path);
  return *is_inside ? target + strlen(in->path) : target;
}

/* ---- waiting ----------------------------------------------------------------------------- */

/* Wait for a change, at most until `limit`; the lock is held. False after the limit. */
static bool wait_change(server *in, const struct timespec *limit) {
  return pthread_cond_timedwait(&in->changed, &in->lock, limit) == 0;
}

static struct timespec in_ms(int duration_ms) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_sec += duration_ms / 1000;
  at.tv_nsec += (long)(duration_ms % 1000) * 1000000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

static void put_request(text *to, const server *in, const exchange *asked) {
  bool is_inside;
  text_printf(to, "%s %s", asked->method, below_base(in, asked->target, &is_inside));
  if (!is_inside) text_add(to, " (outside the base URL)");
}

/* Has this request come since the last statements? */
static bool has_come(const server *in, const char *wanted) {
  bool is_there = false;
  for (size_t i = 0; i < in->log_count && !is_there; i++) {
    text line = { 0 };
    put_request(&line, in, &in->log[i]);
    is_there = strcmp(text_str(&line), wanted) == 0;
    text_clear(&line);
  }
  return is_there;
}

/* What a reply waits for has happened. What has not is added to `missing`; NULL: it is not asked for. */
static bool may_answer(const server *in, const reply *chosen, text *missing) {
  if (in->peak < chosen->hold) {
    if (missing)
      text_printf(missing, "reply `%s`: %d requests were to be under way at once, not %d\n",
                  chosen->name, chosen->hold, in->peak);
    return false;
  }
  if (in->log_count < (size_t)chosen->after) {
    if (missing)
      text_printf(missing, "reply `%s`: %d requests were to come before it is given, not %d\n",
                  chosen->name, chosen->after, (int)in->log_count);
    return false;
  }
  if (chosen->after_request && !has_come(in, chosen->after_request)) {
    if (missing)
      text_printf(missing, "reply `%s`: %s was to come before it is given\n", chosen->name,
                  chosen->after_request);
    return false;
  }
  return true;
}

/* Wait for what the reply waits for, as `hold` and `after` say. */
static void wait_for_others(server *in, const reply *chosen) {
  int own = in->case_number;
  struct timespec limit = in_ms(in->patience_ms);
  while (!may_answer(in, chosen, NULL) && in->case_number == own)
    if (!wait_change(in, &limit)) {
      may_answer(in, chosen, &in->problems);
      return;
    }
}

/* Wait until no other request comes: the client has done all that it does without this one. */
static void wait_quiet(server *in) {
  int own = in->case_number;
  struct timespec limit = in_ms((int)(QUIET_LIMIT_MS * in->slowness));
  int seen = -1;
  while (in->arrivals != seen && in->case_number == own) {
    seen = in->arrivals;
    struct timespec quiet = in_ms((int)(QUIET_MS * in->slowness));
    while (in->arrivals == seen && in->case_number == own && wait_change(in, &quiet))
      continue;
    struct timespec now = in_ms(0);
    if (now.tv_sec > limit.tv_sec || (now.tv_sec == limit.tv_sec && now.tv_nsec >= limit.tv_nsec))
      return;
  }
}

/* Hold the request until the case ends. */
static void wait_end(server *in) {
  int own = in->case_number;
  in->busy--; /* a held request is out of the way of peaks and of the next reset */
  in->held++;
  if (in->on_hold && in->held >= in->watch_count) {
    void (*on_hold)(void *) = in->on_hold;
    in->on_hold = NULL;
    on_hold(in->hold_context);
  }
  while (in->case_number == own)
    pthread_cond_wait(&in->changed, &in->lock);
  in->busy++;
}

/* ---- answering --------------------------------------------------------------------------- */

static enum MHD_Result answer_broken(server *in, struct MHD_Connection *connection) {
  static const char good[] = "{\"entries\":[],\"has_more\":false,\"cursor\":null}";
  text body = { 0 };
  enum MHD_Result queued = MHD_NO; /* MHD_NO ends the connection */
  switch (in->breakage) {
  case SERVER_CUTS:
    text_add(&body, good);
    queued = answer_bytes(connection, 200, "content-type: application/json\n", &body, 20);
    break;
  case SERVER_GARBLES: queued = answer_text(connection, 200, "{\"entries\":[{\"uuid\":"); break;
  case SERVER_FAILS: queued = answer_text(connection, 500, "{\"code\":500}"); break;
  case SERVER_DROPS:
  case SERVER_BREAKAGES: break;
  }
  text_clear(&body);
  return queued;
}

/* A request that an earlier case let go of, and that arrives only now, is nobody's. */
static bool is_late(const server *in, const char *target) {
  bool is_inside;
  below_base(in, target, &is_inside);
  return !is_inside && text_starts(target, "/case-");
}

static void set_base(server *in) {
  snprintf(in->path, sizeof in->path, "/case-%d/v1", in->case_number);
  snprintf(in->base, sizeof in->base, "http://127.0.0.1:%u%s", in->port, in->path);
}

static reply *find_reply(server *in, const exchange *asked) {
  bool is_inside;
  const char *target = below_base(in, asked->target, &is_inside);
  for (size_t i = 0; i < in->reply_count && is_inside; i++)
    if (reply_answers(&in->replies[i], asked->method, target)) return &in->replies[i];
  return NULL;
}

static void delay(int duration_ms) {
  struct timespec time = { duration_ms / 1000, (long)(duration_ms % 1000) * 1000000 };
  nanosleep(&time, NULL);
}

/*
** Do what the reply says. The lock is held, and let go of while waiting: `chosen` is therefore a
** copy of the reply, whose texts live until the case ends.
*/
static enum MHD_Result perform(server *in, struct MHD_Connection *connection, const reply *chosen) {
  int own = in->case_number;
  if (chosen->delay_ms) {
    pthread_mutex_unlock(&in->lock);
    delay(chosen->delay_ms);
    pthread_mutex_lock(&in->lock);
  }
  if (in->clock) fake_clock_advance(in->clock, chosen->advance_ms);
  wait_for_others(in, chosen);
  if (chosen->is_never) wait_end(in);
  if (chosen->is_drop || in->case_number != own) return MHD_NO;
  return answer_bytes(connection, chosen->status, chosen->headers, &chosen->body, chosen->cut_at);
}

/* Said once: the extension tries again. */
static void note_missing(server *in, const exchange *asked) {
  bool is_inside;
  text line = { 0 };
  text_printf(&line, "no reply left for %s %s\n", asked->method,
              below_base(in, asked->target, &is_inside));
  if (!strstr(text_str(&in->problems), text_str(&line))) text_add(&in->problems, text_str(&line));
  text_clear(&line);
}

/** The body with {USE} as the number of times that the reply was given; empty where it has none. */
static text numbered_body(const reply *chosen) {
  text body = { 0 };
  char number[16];
  snprintf(number, sizeof number, "%ld", (long)chosen->uses);
  if (strstr(text_str(&chosen->body), "{USE}") == NULL) return body;
  char *numbered = template_replace(text_str(&chosen->body), "{USE}", number);
  text_add(&body, numbered);
  free(numbered);
  return body;
}

static enum MHD_Result choose(server *in, struct MHD_Connection *connection,
                              const exchange *asked) {
  if (in->break_nth && --in->break_nth == 0) return answer_broken(in, connection);
  reply *found = find_reply(in, asked);
  if (!found) {
    note_missing(in, asked);
    return answer_text(connection, 599,
                       "{\"code\":599,\"message\":\"the case has no reply left\"}");
  }
  if (found->uses_left > 0) found->uses_left--;
  found->uses++;
  reply chosen = *found;
  text body = numbered_body(&chosen);
  if (body.len > 0) chosen.body = body;
  enum MHD_Result done = perform(in, connection, &chosen);
  text_clear(&body);
  return done;
}

/* ---- receiving --------------------------------------------------------------------------- */

/* Called with the request line, before anything is decoded. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection) {
  (void)context;
  (void)connection;
  exchange *made = text_allocate(sizeof *made);
  made->target = text_copy(target);
  return made;
}

static enum MHD_Result keep_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
  (void)kind;
  text_printf(context, "%s: %s\n", name, value ? value : "");
  return MHD_YES;
}

static void keep(server *in, struct MHD_Connection *connection, exchange *asked,
                 const char *method) {
  text headers = { 0 };
  MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, &headers);
  asked->method = text_copy(method);
  asked->headers = text_take(&headers);
  in->log = text_resize(in->log, (in->log_count + 1) * sizeof *in->log);
  exchange *kept = &in->log[in->log_count++];
  *kept = (exchange){ .method = text_copy(method), .target = text_copy(asked->target) };
  kept->headers = text_copy(asked->headers);
  text_append(&kept->body, text_str(&asked->body), asked->body.len);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **state) {
  server *in = context;
  exchange *asked = *state;
  (void)url;
  (void)version;
  if (!asked->is_begun) {
    asked->is_begun = true;
    return MHD_YES;
  }
  if (*upload_len) {
    text_append(&asked->body, upload, *upload_len);
    *upload_len = 0;
    return MHD_YES;
  }
  pthread_mutex_lock(&in->lock);
  if (is_late(in, asked->target)) {
    pthread_mutex_unlock(&in->lock);
    return MHD_NO;
  }
  int own = in->case_number;
  bool is_nth = in->late_left > 0 && --in->late_left == 0;
  in->was_late = in->was_late || is_nth;
  if (is_nth && in->lateness == SERVER_HEARS_LATE) wait_quiet(in);
  if (in->case_number != own) {
    pthread_mutex_unlock(&in->lock);
    return MHD_NO;
  }
  keep(in, connection, asked, method);
  in->arrivals++;
  if (++in->busy > in->peak) in->peak = in->busy;
  pthread_cond_broadcast(&in->changed);
  enum MHD_Result result = choose(in, connection, asked);
  if (is_nth && in->lateness == SERVER_ANSWERS_LATE) wait_quiet(in);
  in->busy--;
  if (in->case_number != own) result = MHD_NO;
  pthread_cond_broadcast(&in->changed);
  pthread_mutex_unlock(&in->lock);
  return result;
}

static void on_end(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code) {
  (void)context;
  (void)connection;
  (void)code;
  exchange *done = *state;
  if (!done) return;
  clear_exchange(done);
  free(done);
  *state = NULL;
}

/* ---- life -------------------------------------------------------------------------------- */

static void start(server *in) {
  struct sockaddr_in address = { .sin_family = AF_INET };
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  in->daemon = MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, on_request,
      in, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
      MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_LIMIT,
      (unsigned)MAX_CONNECTIONS, MHD_OPTION_END);
  const union MHD_DaemonInfo *info = in->daemon ? MHD_get_daemon_info(in->daemon,
                                                                      MHD_DAEMON_INFO_BIND_PORT)
                                                : NULL;
  if (!info) {
    fputs("run-cases: cannot listen on a loopback port\n", stderr);
    exit(2);
  }
  in->port = info->port;
  set_base(in);
}

server *server_new(double slowness) {
  server *made = text_allocate(sizeof *made);
  made->slowness = slowness;
  made->patience_ms = PATIENCE_MS;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&made->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&made->lock, NULL);
  start(made);
  return made;
}

static void forget_log(server *in) {
  for (size_t i = 0; i < in->log_count; i++)
    clear_exchange(&in->log[i]);
  free(in->log);
  in->log = NULL;
  in->log_count = 0;
}

void server_reset(server *of, fake_clock *clock) {
  pthread_mutex_lock(&of->lock);
  of->case_number++;
  set_base(of);
  pthread_cond_broadcast(&of->changed);
  while (of->busy > 0) /* they read the replies */
    pthread_cond_wait(&of->changed, &of->lock);
  for (size_t i = 0; i < of->reply_count; i++)
    reply_clear(&of->replies[i]);
  free(of->replies);
  of->replies = NULL;
  of->reply_count = 0;
  forget_log(of);
  text_clear(&of->problems);
  of->arrivals = of->peak = of->held = of->break_nth = of->watch_count = 0;
  of->late_left = of->late_nth;
  of->on_hold = NULL;
  of->clock = clock;
  pthread_mutex_unlock(&of->lock);
}

void server_free(server *done) {
  if (!done) return;
  server_reset(done, NULL);
  MHD_stop_daemon(done->daemon);
  pthread_cond_destroy(&done->changed);
  pthread_mutex_destroy(&done->lock);
  free(done);
}

const char *server_base(const server *of) {
  return of->base;
}

/* ---- what the runner asks ---------------------------------------------------------------- */

bool server_add_reply(server *to, const char *target, const char *source, text *why) {
  reply made;
  if (!reply_read(&made, target, source, why)) return false;
  pthread_mutex_lock(&to->lock);
  to->replies = text_resize(to->replies, (to->reply_count + 1) * sizeof *to->replies);
  to->replies[to->reply_count++] = made;
  pthread_mutex_unlock(&to->lock);
  return true;
}

void server_be_hasty(server *of, bool is_hasty) {
  pthread_mutex_lock(&of->lock);
  of->patience_ms = is_hasty ? HASTE_MS : PATIENCE_MS;
  pthread_mutex_unlock(&of->lock);
}

void server_break_nth(server *of, int nth, server_breakage how) {
  pthread_mutex_lock(&of->lock);
  of->break_nth = nth;
  of->breakage = how;
  pthread_mutex_unlock(&of->lock);
}

void server_be_late(server *of, int nth, server_lateness how) {
  pthread_mutex_lock(&of->lock);
  of->late_nth = of->late_left = nth;
  of->was_late = false;
  of->lateness = how;
  pthread_mutex_unlock(&of->lock);
}

bool server_was_late(server *of) {
  pthread_mutex_lock(&of->lock);
  bool was_late = of->was_late;
  pthread_mutex_unlock(&of->lock);
  return was_late;
}

int server_arrivals(server *of) {
  pthread_mutex_lock(&of->lock);
  int arrivals = of->arrivals;
  pthread_mutex_unlock(&of->lock);
  return arrivals;
}

int server_take_peak(server *of) {
  pthread_mutex_lock(&of->lock);
  int peak = of->peak;
  of->peak = of->busy;
  pthread_mutex_unlock(&of->lock);
  return peak;
}

void server_watch_hold(server *of, int count, void (*on_hold)(void *), void *context) {
  pthread_mutex_lock(&of->lock);
  of->held = 0;
  of->watch_count = count;
  of->on_hold = on_hold;
  of->hold_context = context;
  pthread_mutex_unlock(&of->lock);
}

/* Show the fields named in `names` below the request. */
static void show_headers(text *to, const char *headers, const char *names) {
  for (const char *name = names + strspn(names, " +"); *name;) {
    size_t name_len = strcspn(name, " ");
    for (const char *at = headers; *at; at += strcspn(at, "\n") + 1)
      if (strncasecmp(at, name, name_len) == 0 && at[name_len] == ':')
        text_printf(to, "  %.*s\n", (int)strcspn(at, "\n"), at);
    name += name_len;
    name += strspn(name, " +");
  }
}

char *server_take_log(server *of, const char *headers) {
  text lines = { 0 };
  pthread_mutex_lock(&of->lock);
  for (size_t i = 0; i < of->log_count; i++) {
    const exchange *asked = &of->log[i];
    put_request(&lines, of, asked);
    if (asked->body.len) text_add(&lines, " ");
    text_add_escaped(&lines, text_str(&asked->body), asked->body.len);
    text_add(&lines, "\n");
    show_headers(&lines, asked->headers, headers);
  }
  forget_log(of);
  pthread_mutex_unlock(&of->lock);
  return text_take(&lines);
}

char *server_problems(server *of) {
  pthread_mutex_lock(&of->lock);
  char *problems = text_copy(text_str(&of->problems));
  pthread_mutex_unlock(&of->lock);
  return problems;
}

char *server_unused(server *of) {
  text names = { 0 };
  pthread_mutex_lock(&of->lock);
  for (size_t i = 0; i < of->reply_count; i++)
    if (!of->replies[i].uses && of->replies[i].uses_left != REPLY_ENDLESS)
      text_printf(&names, "reply `%s` was never asked for\n", of->replies[i].name);
  pthread_mutex_unlock(&of->lock);
  return text_take(&names);
}

void server_hold(server *of) {
  pthread_mutex_lock(&of->lock);
  of->busy++;
  wait_end(of);
  of->busy--;
  pthread_mutex_unlock(&of->lock);
}
