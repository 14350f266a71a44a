/*
** server.h -- the scripted API: answers what a case says, and writes down what it was asked.
** Owns: an HTTP server on a loopback port of its own.
** Threads: one per connection, inside; the functions below may be called from any thread.
*/
#ifndef RUNNER_SERVER_H
#define RUNNER_SERVER_H

#include "fake_clock.h"
#include "text.h"

typedef struct server server;

typedef enum server_lateness {
  SERVER_HEARS_LATE,   /* a request is on its way until no other comes */
  SERVER_ANSWERS_LATE, /* so is its answer */
  SERVER_LATENESSES
} server_lateness;

typedef enum server_breakage {
  SERVER_DROPS,   /* the connection ends without an answer */
  SERVER_CUTS,    /* the body ends in its middle */
  SERVER_GARBLES, /* the body is no JSON */
  SERVER_FAILS,   /* 500 */
  SERVER_BREAKAGES
} server_breakage;

/**
 * Start listening. Ends the program when that fails. Free with server_free.
 * @param slowness  Factor on the time in which what is late sees that nothing comes, 1 on a normal machine.
 */
server *server_new(double slowness);
void server_free(server *done);

/** http://127.0.0.1:PORT/v1. Borrowed. */
const char *server_base(const server *of);

/** Forget replies, log and problems, let go of held requests; `clock` is moved by advance_ms. */
void server_reset(server *of, fake_clock *clock);

/**
 * Add a reply, as a case writes it.
 * @param target  "METHOD /path?query [xN|x*]".
 * @param source  Header lines, an empty line, the body.
 * @return false with the reason in `why`.
 */
bool server_add_reply(server *to, const char *target, const char *source, text *why);

/** A `hold` or `after` whose requests never come is given up soon: it is to fail, or nobody looks. */
void server_be_hasty(server *of, bool is_hasty);

/** The nth answer from now on (from 1, 0: none) is broken, and uses no reply up. */
void server_break_nth(server *of, int nth, server_breakage how);

/** The nth request of each case (from 1, 0: none) comes, or is answered, later than all that does not wait for it. */
void server_be_late(server *of, int nth, server_lateness how);

/** Has a request been late since server_be_late? */
bool server_was_late(server *of);

/** How many requests came since the last reset. */
int server_arrivals(server *of);

/**
 * What was asked since the last call, one request a line, and forget it.
 * @param headers  Names of header fields to show below each request, separated by blanks; "": none.
 */
char *server_take_log(server *of, const char *headers);

/** The largest number of requests that were under way at once since the last call. */
int server_take_peak(server *of);

/** What was wrong since the reset (requests without a reply), one a line. Free with free(). */
char *server_problems(server *of);

/** Names of replies that no request has used, one a line. Free with free(). */
char *server_unused(server *of);

/**
 * Call `on_hold(context)` once, as soon as `count` requests are held by `never` replies.
 * NULL on_hold: never. It runs on a thread of the server.
 */
void server_watch_hold(server *of, int count, void (*on_hold)(void *context), void *context);

/** Hold the calling thread as if it were a request with a `never` reply: until the case ends. */
void server_hold(server *of);

#endif
