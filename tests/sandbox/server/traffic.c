#include "traffic.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* More arrivals in one second than this are not told apart. */
#define ARRIVAL_MAX 65536

void sb_traffic_init(sb_traffic *traffic) {
  *traffic = (sb_traffic){ .log_first = 1, .log_next = 1 };
  traffic->log = sb_alloc(SB_LOG_MAX * sizeof *traffic->log);
  traffic->arrivals = sb_alloc(ARRIVAL_MAX * sizeof *traffic->arrivals);
}

static void clear_entry(sb_logged *entry) {
  free(entry->method);
  free(entry->target);
  free(entry->body);
  free(entry->user_agent);
  free(entry->accept_encoding);
  free(entry->content_type);
  *entry = (sb_logged){ 0 };
}

void sb_traffic_clear_log(sb_traffic *traffic) {
  for (int64_t number = traffic->log_first; number < traffic->log_next; number++)
    clear_entry(&traffic->log[number % SB_LOG_MAX]);
  traffic->log_first = traffic->log_next;
}

void sb_traffic_clear_stats(sb_traffic *traffic) {
  traffic->requests = traffic->connections_opened = 0;
  traffic->max_in_flight = traffic->in_flight;
  traffic->max_in_second = 0;
  traffic->arrival_count = 0;
  memset(traffic->status_counts, 0, sizeof traffic->status_counts);
}

void sb_traffic_clear(sb_traffic *traffic) {
  sb_traffic_clear_log(traffic);
  sb_fault_clear(traffic);
  free(traffic->log);
  free(traffic->arrivals);
  *traffic = (sb_traffic){ 0 };
}

int sb_traffic_arrive(sb_traffic *traffic, int64_t now_ms) {
  while (traffic->arrival_count && (traffic->arrivals[traffic->arrival_first] <= now_ms - 1000 ||
                                    traffic->arrival_count == ARRIVAL_MAX)) {
    traffic->arrival_first = (traffic->arrival_first + 1) % ARRIVAL_MAX;
    traffic->arrival_count--;
  }
  traffic->arrivals[(traffic->arrival_first + traffic->arrival_count++) % ARRIVAL_MAX] = now_ms;
  int count = (int)traffic->arrival_count;
  traffic->requests++;
  traffic->in_flight++;
  if (traffic->in_flight > traffic->max_in_flight) traffic->max_in_flight = traffic->in_flight;
  if (count > traffic->max_in_second) traffic->max_in_second = count;
  return count;
}

void sb_traffic_leave(sb_traffic *traffic) {
  traffic->in_flight--;
}

sb_logged *sb_traffic_log(sb_traffic *traffic) {
  sb_logged *entry = &traffic->log[traffic->log_next % SB_LOG_MAX];
  if (traffic->log_next - traffic->log_first == SB_LOG_MAX) {
    clear_entry(entry);
    traffic->log_first++;
  }
  entry->number = traffic->log_next++;
  return entry;
}

sb_logged *sb_traffic_find(sb_traffic *traffic, int64_t number) {
  sb_logged *entry = &traffic->log[number % SB_LOG_MAX];
  return number && entry->number == number ? entry : NULL;
}

static void write_text(sb_text *out, const char *name, const char *value) {
  sb_text_printf(out, ",\"%s\":", name);
  sb_text_json_puts(out, value);
}

void sb_traffic_write_log(const sb_traffic *traffic, sb_text *out) {
  sb_text_putc(out, '[');
  for (int64_t number = traffic->log_first; number < traffic->log_next; number++) {
    const sb_logged *entry = &traffic->log[number % SB_LOG_MAX];
    sb_text_puts(out, number > traffic->log_first ? ",\n{\"method\":" : "\n{\"method\":");
    sb_text_json_puts(out, entry->method);
    write_text(out, "target", entry->target);
    write_text(out, "body", entry->body);
    sb_text_printf(out, ",\"status\":%d,\"in_flight\":%d,\"authorized\":%s", entry->status,
                   entry->in_flight, entry->is_authorized ? "true" : "false");
    write_text(out, "user_agent", entry->user_agent);
    write_text(out, "accept_encoding", entry->accept_encoding);
    write_text(out, "content_type", entry->content_type);
    sb_text_putc(out, '}');
  }
  sb_text_putc(out, ']');
}

void sb_traffic_write_stats(const sb_traffic *traffic, sb_text *out) {
  sb_text_printf(out,
                 "{\"requests\":%" PRId64 ",\"in_flight\":%d,\"max_in_flight\":%d,"
                 "\"connections_opened\":%" PRId64 ",\"max_requests_in_any_second\":%d,"
                 "\"status_counts\":{",
                 traffic->requests, traffic->in_flight, traffic->max_in_flight,
                 traffic->connections_opened, traffic->max_in_second);
  const char *comma = "";
  for (int status = 0; status < 600; status++) {
    if (!traffic->status_counts[status]) continue;
    sb_text_printf(out, "%s\"%d\":%" PRId64, comma, status, traffic->status_counts[status]);
    comma = ",";
  }
  sb_text_puts(out, "}}");
}

static void free_fault(sb_fault *fault) {
  free(fault->path);
  free(fault->body);
  free(fault->content_type);
  free(fault);
}

void sb_fault_clear(sb_traffic *traffic) {
  for (size_t i = 0; i < traffic->fault_count; i++)
    free_fault(traffic->faults[i]);
  traffic->fault_count = 0;
}

/* Read one member into its place; false when it is unknown or of the wrong type. */
static bool take_member(sb_fault *fault, const cJSON *json, bool *says_applies) {
  const struct {
    const char *name;
    char **text;
    int64_t *number;
    bool *flag;
  } members[] = {
    { "path", &fault->path, NULL, NULL },
    { "body", &fault->body, NULL, NULL },
    { "content_type", &fault->content_type, NULL, NULL },
    { "times", NULL, &fault->times, NULL },
    { "after", NULL, &fault->after, NULL },
    { "status", NULL, &fault->status, NULL },
    { "retry_after", NULL, &fault->retry_after, NULL },
    { "delay_ms", NULL, &fault->delay_ms, NULL },
    { "cut", NULL, &fault->cut, NULL },
    { "garbage", NULL, NULL, &fault->has_garbage },
    { "stall", NULL, NULL, &fault->is_stalled },
    { "drop", NULL, NULL, &fault->is_dropped },
    { "apply", NULL, NULL, &fault->applies },
  };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    if (strcmp(members[i].name, json->string) != 0) continue;
    if (members[i].flag == &fault->applies) *says_applies = true;
    if (members[i].text && cJSON_IsString(json) && !*members[i].text)
      *members[i].text = sb_copy(json->valuestring);
    else if (members[i].number && cJSON_IsNumber(json))
      *members[i].number = (int64_t)json->valuedouble;
    else if (members[i].flag && cJSON_IsBool(json))
      *members[i].flag = cJSON_IsTrue(json);
    else
      return false;
    return true;
  }
  return false;
}

bool sb_fault_add(sb_traffic *traffic, const cJSON *json, sb_text *problem) {
  sb_fault *fault = sb_alloc(sizeof *fault);
  bool says_applies = false, is_right = cJSON_IsObject(json);
  *fault = (sb_fault){ .times = 1, .retry_after = -1, .cut = -1 };
  if (!is_right) sb_text_puts(problem, "a fault is a JSON object");
  for (const cJSON *one = is_right ? json->child : NULL; one && is_right; one = one->next) {
    is_right = take_member(fault, one, &says_applies);
    if (!is_right) sb_text_printf(problem, "%s is not a member of a fault", one->string);
  }
  if (is_right && (!fault->path || traffic->fault_count == SB_FAULT_MAX)) {
    is_right = false;
    sb_text_puts(problem, fault->path ? "too many faults" : "a fault needs a path");
  }
  /* A made-up answer stands for a request that was not carried out; a damaged one for one that
     was. */
  if (!says_applies) fault->applies = !fault->status && !fault->body;
  if (is_right)
    traffic->faults[traffic->fault_count++] = fault;
  else
    free_fault(fault);
  return is_right;
}

static bool fits(const sb_fault *fault, const char *method, const char *target) {
  const char *blank = strchr(fault->path, ' ');
  size_t path_len = strcspn(target, "?");
  if (!blank) return strncmp(target, fault->path, strlen(fault->path)) == 0;
  size_t method_len = (size_t)(blank - fault->path);
  return strlen(method) == method_len && memcmp(method, fault->path, method_len) == 0 &&
         strlen(blank + 1) == path_len && memcmp(blank + 1, target, path_len) == 0;
}

const sb_fault *sb_fault_next(sb_traffic *traffic, const char *method, const char *target) {
  for (size_t i = 0; i < traffic->fault_count; i++) {
    sb_fault *fault = traffic->faults[i];
    if (!fault->times || !fits(fault, method, target)) continue;
    if (fault->after > 0) {
      fault->after--;
      continue;
    }
    if (fault->times > 0) fault->times--;
    return fault;
  }
  return NULL;
}
