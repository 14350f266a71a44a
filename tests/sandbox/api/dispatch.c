#include "dispatch.h"

#include "../base/encode.h"

#include <stdlib.h>
#include <string.h>

/* A path has few segments; a longer one is unknown. */
#define SEGMENT_MAX 10

typedef struct path {
  char *segments[SEGMENT_MAX]; /* decoded, owned */
  size_t count;
  bool has_empty;
} path;

static void clear_path(path *asked) {
  for (size_t i = 0; i < asked->count; i++)
    free(asked->segments[i]);
}

/* Split first and decode after, so that an escaped slash stays inside its segment. */
static bool split_path(const char *words, size_t len, path *asked) {
  if (!len || words[0] != '/') return false;
  for (size_t start = 1; start <= len;) {
    size_t end = start;
    while (end < len && words[end] != '/')
      end++;
    if (asked->count == SEGMENT_MAX) return false;
    asked->segments[asked->count++] = sb_percent_decode(words + start, end - start, false);
    if (end == start) asked->has_empty = true;
    start = end + 1;
  }
  return true;
}

static void read_pairs(sb_call *call, const char *words, size_t len) {
  for (size_t start = 0; start < len && call->query_count < SB_QUERY_MAX;) {
    size_t end = start;
    while (end < len && words[end] != '&')
      end++;
    const char *pair = words + start;
    size_t pair_len = end - start;
    const char *mark = memchr(pair, '=', pair_len);
    size_t name_len = mark ? (size_t)(mark - pair) : pair_len;
    size_t value_at = mark ? name_len + 1 : pair_len;
    if (pair_len) {
      call->query[call->query_count++] = (sb_parameter){
        .name = sb_percent_decode(pair, name_len, true),
        .value = sb_percent_decode(pair + value_at, pair_len - value_at, true),
      };
    }
    start = end + 1;
  }
}

/* Whether a template fits the path; placeholders fit anything that is not empty. */
static bool fits(const char *template, const path *asked) {
  for (size_t i = 0; i < asked->count; i++) {
    if (*template != '/') return false;
    template ++;
    size_t span = strcspn(template, "/");
    const char *segment = asked->segments[i];
    if (*template != '{' && (strlen(segment) != span || memcmp(segment, template, span) != 0))
      return false;
    template += span;
  }
  return *template == 0;
}

static const sb_route *find_route(const char *method, const path *asked, bool *is_known_path) {
  for (const sb_route *route = sb_routes; route->method; route++) {
    if (!fits(route->path, asked)) continue;
    *is_known_path = true;
    if (strcmp(route->method, method) == 0 && !asked->has_empty) return route;
  }
  return NULL;
}

/* Whether the account serves the family of notes that the route belongs to, if any. */
static bool is_served(const sb_account *account, const sb_route *route) {
  static const char *const families[] = { "notes", "customer_notes" };
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    size_t len = strlen(families[i]);
    if (strncmp(route->path + 1, families[i], len) != 0) continue;
    if (route->path[1 + len] && route->path[1 + len] != '/') continue;
    return sb_decided(account, notes_path, "both") || sb_decided(account, notes_path, families[i]);
  }
  return true;
}

static const struct {
  const char *name;
  sb_kind kind; /* 0: text for the handler */
} placeholders[] = {
  { "{ds}", SB_DATA_SOURCE },
  { "{cus}", SB_CUSTOMER },
  { "{con}", SB_CONTACT },
  { "{note}", SB_NOTE },
  { "{opp}", SB_OPPORTUNITY },
  { "{task}", SB_TASK },
  { "{pl}", SB_PLAN },
  { "{plg}", SB_PLAN_GROUP },
  { "{inv}", SB_INVOICE },
  { "{li}", SB_LINE_ITEM },
  { "{tr}", SB_TRANSACTION },
  { "{sub}", SB_SUBSCRIPTION },
  { "{ev}", SB_EVENT },
  { "{exp}", SB_EXPORT },
  { "{ext}", 0 },
  { "{imp}", 0 },
};

static sb_kind kind_of(const char *placeholder, size_t len) {
  for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
    if (strlen(placeholders[i].name) == len && memcmp(placeholders[i].name, placeholder, len) == 0)
      return placeholders[i].kind;
  sb_stop("the path of a route has an unknown placeholder: %s", placeholder);
}

/* Read the objects that the path names; false when one does not exist, which is then the answer. */
static bool read_arguments(sb_call *call, const path *asked) {
  const char *template = call->route->path;
  size_t count = 0;
  for (size_t i = 0; i < asked->count; i++) {
    template ++;
    size_t span = strcspn(template, "/");
    if (*template == '{') {
      sb_kind kind = kind_of(template, span);
      const char *words = asked->segments[i];
      call->words[count] = sb_copy(words);
      if (kind == SB_EVENT)
        call->ids[count] = strtoll(words, NULL, 10) - sb_kind_offset(SB_EVENT);
      else if (kind)
        call->ids[count] = sb_uuid_parse(kind, words);
      if (kind && !sb_resource_has(call->account, kind, call->ids[count])) {
        sb_call_fail_missing(call, kind, words);
        return false;
      }
      count++;
    }
    template += span;
  }
  return true;
}

static bool is_form(const char *content_type) {
  return content_type && strstr(content_type, "x-www-form-urlencoded");
}

/* The JSON of a whole body; NULL when it is none, or when more follows. */
static cJSON *parse_body(const char *body, size_t body_len) {
  const char *end = NULL;
  cJSON *json = cJSON_ParseWithLengthOpts(body, body_len, &end, false);
  while (json && end < body + body_len && strchr(" \t\r\n", *end))
    end++;
  if (!json || end == body + body_len) return json;
  cJSON_Delete(json);
  return NULL;
}

/* A body must be a JSON object; a form's fields count as members, and nothing as an empty
   object. */
static bool read_body(sb_call *call, const char *body, size_t body_len, const char *content_type) {
  if (body_len && is_form(content_type)) {
    size_t first = call->query_count;
    read_pairs(call, body, body_len);
    call->body = cJSON_CreateObject();
    for (size_t i = first; i < call->query_count; i++)
      cJSON_AddStringToObject(call->body, call->query[i].name, call->query[i].value);
    return true;
  }
  call->body = body_len ? parse_body(body, body_len) : cJSON_CreateObject();
  if (cJSON_IsObject(call->body)) return true;
  sb_call_fail(call, 400, NULL, "The request body is not a JSON object");
  return false;
}

static void clear_call(sb_call *call) {
  for (size_t i = 0; i < SB_ARGUMENT_MAX; i++)
    free(call->words[i]);
  for (size_t i = 0; i < call->query_count; i++) {
    free(call->query[i].name);
    free(call->query[i].value);
  }
  cJSON_Delete(call->body);
  sb_problems_clear(&call->problems);
}

static sb_answer answer_text(int status, const char *words) {
  sb_answer answer = { .status = status, .content_type = "text/plain" };
  sb_text_puts(&answer.body, words);
  return answer;
}

sb_answer sb_route_answer(sb_account *account, const char *method, const char *target,
                          const char *body, size_t body_len, const char *content_type) {
  size_t path_len = strcspn(target, "?");
  bool is_known_path = false;
  path asked = { 0 };
  const sb_route *route = NULL;
  if (split_path(target, path_len, &asked)) route = find_route(method, &asked, &is_known_path);
  if (route && !is_served(account, route)) {
    route = NULL;
    is_known_path = false;
  }
  if (!route) {
    clear_path(&asked);
    int status = is_known_path ? (int)account->decisions.wrong_verb_status : 404;
    return answer_text(status, status == 404 ? "404 Not Found" : "405 Not Allowed");
  }
  sb_call call = { .account = account, .route = route, .body_len = body_len };
  sb_account_settle(account);
  if (target[path_len]) read_pairs(&call, target + path_len + 1, strlen(target + path_len + 1));
  if (read_body(&call, body, body_len, content_type) && read_arguments(&call, &asked)) {
    sb_db_run(account->db, "BEGIN", "");
    route->handle(&call);
    sb_db_run(account->db, "COMMIT", "");
  }
  clear_path(&asked);
  sb_answer answer = { call.status, call.content_type, call.out };
  clear_call(&call);
  return answer;
}
