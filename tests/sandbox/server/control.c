#include "control.h"

#include "../api/seed.h"
#include "../books/ledger.h"

#include <string.h>

static sb_answer answer_json(int status) {
  return (sb_answer){ .status = status, .content_type = "application/json" };
}

static sb_answer answer_problem(sb_text *problem) {
  sb_answer answer = answer_json(400);
  sb_text_puts(&answer.body, "{\"error\":");
  sb_text_json_puts(&answer.body, problem->bytes ? problem->bytes : "");
  sb_text_putc(&answer.body, '}');
  sb_text_clear(problem);
  return answer;
}

static sb_answer answer_done(void) {
  sb_answer answer = answer_json(200);
  sb_text_puts(&answer.body, "{}");
  return answer;
}

static sb_answer show_requests(sb_state *state, const cJSON *body) {
  (void)body;
  sb_answer answer = answer_json(200);
  sb_traffic_write_log(&state->traffic, &answer.body);
  return answer;
}

static sb_answer clear_requests(sb_state *state, const cJSON *body) {
  (void)body;
  sb_traffic_clear_log(&state->traffic);
  sb_traffic_clear_stats(&state->traffic);
  return answer_done();
}

static sb_answer show_stats(sb_state *state, const cJSON *body) {
  (void)body;
  sb_answer answer = answer_json(200);
  sb_traffic_write_stats(&state->traffic, &answer.body);
  return answer;
}

/* One fault, or an array of them. */
static sb_answer add_faults(sb_state *state, const cJSON *body) {
  sb_text problem = { 0 };
  bool is_right = true;
  if (cJSON_IsArray(body)) {
    for (const cJSON *one = body->child; one && is_right; one = one->next)
      is_right = sb_fault_add(&state->traffic, one, &problem);
  } else {
    is_right = sb_fault_add(&state->traffic, body, &problem);
  }
  return is_right ? answer_done() : answer_problem(&problem);
}

static sb_answer clear_faults(sb_state *state, const cJSON *body) {
  (void)body;
  sb_fault_clear(&state->traffic);
  return answer_done();
}

static sb_answer show_switches(sb_state *state, const cJSON *body) {
  (void)body;
  sb_answer answer = answer_json(200);
  sb_decisions_write(&state->account->decisions, &answer.body);
  return answer;
}

/* Another day means other books, as what is dated up to then has happened; so does another meaning
   of amounts. */
static void recompute_all(sb_account *account) {
  int64_t last = sb_db_int(account->db, 0, "SELECT max(id) FROM customers", "");
  for (int64_t id = 1; id <= last; id++)
    sb_ledger_recompute(account, id);
}

static sb_answer set_switches(sb_state *state, const cJSON *body) {
  sb_text problem = { 0 };
  sb_account *account = state->account;
  if (!sb_decisions_take(&account->decisions, body, &problem)) return answer_problem(&problem);
  if (cJSON_HasObjectItem(body, "today")) sb_account_set_today(account);
  if (cJSON_HasObjectItem(body, "today") || cJSON_HasObjectItem(body, "tax_included"))
    recompute_all(account);
  return show_switches(state, NULL);
}

static sb_answer seed(sb_state *state, const cJSON *body) {
  const cJSON *name = cJSON_GetObjectItemCaseSensitive(body, "seed");
  sb_text problem = { 0 }, words = { 0 };
  if (cJSON_IsNumber(name))
    sb_text_printf(&words, "%.0f", name->valuedouble);
  else if (cJSON_IsString(name))
    sb_text_puts(&words, name->valuestring);
  bool is_right = words.len && sb_seed(state->account, words.bytes);
  if (!is_right) sb_text_puts(&problem, "seed is demo, empty or a number of customers");
  sb_text_clear(&words);
  return is_right ? answer_done() : answer_problem(&problem);
}

static sb_answer reset(sb_state *state, const cJSON *body) {
  (void)body;
  state->account->decisions = *state->switches;
  sb_account_empty(state->account);
  sb_fault_clear(&state->traffic);
  sb_traffic_clear_log(&state->traffic);
  sb_traffic_clear_stats(&state->traffic);
  return answer_done();
}

/* Nothing waits for its time any more, but for what gets no answer. */
static sb_answer hurry(sb_state *state, const cJSON *body) {
  (void)body;
  sb_account_hurry(state->account);
  sb_waiting_hurry(state->room);
  return answer_done();
}

static const struct {
  const char *method;
  const char *path;
  sb_answer (*handle)(sb_state *state, const cJSON *body);
} endpoints[] = {
  { "GET", "/requests", show_requests }, { "DELETE", "/requests", clear_requests },
  { "GET", "/stats", show_stats },       { "POST", "/faults", add_faults },
  { "DELETE", "/faults", clear_faults }, { "GET", "/switches", show_switches },
  { "POST", "/switches", set_switches }, { "POST", "/seed", seed },
  { "POST", "/reset", reset },           { "POST", "/hurry", hurry },
};

sb_answer sb_control_answer(sb_state *state, const char *method, const char *path, const char *body,
                            size_t body_len) {
  size_t len = strcspn(path, "?");
  for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
    if (strcmp(endpoints[i].method, method) != 0 || strlen(endpoints[i].path) != len ||
        memcmp(endpoints[i].path, path, len) != 0)
      continue;
    cJSON *json = body_len ? cJSON_ParseWithLength(body, body_len) : NULL;
    sb_answer answer = endpoints[i].handle(state, json);
    cJSON_Delete(json);
    return answer;
  }
  sb_text problem = { 0 };
  sb_text_printf(&problem, "there is no control endpoint %s /control%.*s", method, (int)len, path);
  sb_answer answer = answer_problem(&problem);
  answer.status = 404;
  return answer;
}
