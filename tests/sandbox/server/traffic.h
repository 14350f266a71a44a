/*
** traffic.h -- what has arrived: the log of requests, the figures about them, and the faults that
** wait for the next ones.
** Owns: log entries and faults.  Never: answers anything itself.
*/
#ifndef SANDBOX_TRAFFIC_H
#define SANDBOX_TRAFFIC_H

#include "../base/text.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/** The log keeps this many requests, the newest. */
#define SB_LOG_MAX 100000
/** More faults than this at once are a mistake of a test. */
#define SB_FAULT_MAX 1000

/** One request, as GET /control/requests shows it. Texts are owned. */
typedef struct sb_logged {
  int64_t number; /* counts from 1; 0 is an empty place */
  char *method;
  char *target;
  char *body;
  char *user_agent;
  char *accept_encoding;
  char *content_type;
  int status; /* 0 as long as nothing was answered */
  int in_flight;
  bool is_authorized;
} sb_logged;

/** What is to happen to the next requests that fit. */
typedef struct sb_fault {
  char *path;          /* prefix of the target, or "METHOD /path" for exactly that */
  int64_t times;       /* how often it still happens; negative: until it is cleared */
  int64_t after;       /* so many fitting requests are let through first */
  int64_t status;      /* 0: that of the genuine answer */
  char *body;          /* NULL: the genuine one, or a text that says the status */
  char *content_type;  /* NULL: that of the answer */
  int64_t retry_after; /* seconds; negative: no header */
  int64_t delay_ms;
  int64_t cut; /* close after so many bytes of the body; negative: never */
  bool has_garbage;
  bool is_stalled; /* no answer at all until the client leaves */
  bool is_dropped; /* close at once, without an answer */
  bool applies;    /* the request is carried out all the same */
} sb_fault;

typedef struct sb_traffic {
  sb_logged *log;              /* a ring of SB_LOG_MAX places */
  int64_t log_first, log_next; /* numbers */
  sb_fault *faults[SB_FAULT_MAX];
  size_t fault_count;
  int64_t requests;
  int64_t status_counts[600];
  int64_t connections_opened;
  int in_flight;
  int max_in_flight;
  int max_in_second;
  int64_t *arrivals; /* a ring of times, for the last second */
  size_t arrival_first, arrival_count;
} sb_traffic;

/** Make it empty. Cleared with sb_traffic_clear. */
void sb_traffic_init(sb_traffic *traffic);
/** Release everything. */
void sb_traffic_clear(sb_traffic *traffic);
/**
 * Note the arrival of a request and count it. Gives the number of requests in the last second,
 * this one included.
 */
int sb_traffic_arrive(sb_traffic *traffic, int64_t now_ms);
/** Note that a request is over. */
void sb_traffic_leave(sb_traffic *traffic);
/** A new log entry, borrowed; texts that are put into it become the log's. */
sb_logged *sb_traffic_log(sb_traffic *traffic);
/** The entry of that number, or NULL when it is gone. */
sb_logged *sb_traffic_find(sb_traffic *traffic, int64_t number);
/** Forget all log entries. */
void sb_traffic_clear_log(sb_traffic *traffic);
/** Set all figures to nothing but what is in flight now. */
void sb_traffic_clear_stats(sb_traffic *traffic);
/** Append the log as a JSON array. */
void sb_traffic_write_log(const sb_traffic *traffic, sb_text *out);
/** Append the figures as a JSON object. */
void sb_traffic_write_stats(const sb_traffic *traffic, sb_text *out);
/** Add a fault from its JSON; false with the reason in `problem` when it is wrong. */
bool sb_fault_add(sb_traffic *traffic, const cJSON *json, sb_text *problem);
/**
 * The fault that happens to a request, counted down; NULL when there is none. Borrowed until the
 * next call.
 */
const sb_fault *sb_fault_next(sb_traffic *traffic, const char *method, const char *target);
/** Forget all faults. */
void sb_fault_clear(sb_traffic *traffic);

#endif
