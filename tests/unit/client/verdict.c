/*
** Unit test of src/client/verdict.c and src/client/status.c: every status, to every kind of call, with and without a message.
** The advice never speaks of what is not there.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "client/call.h"
#include "client/verdict.h"

static const char base_url[] = "https://api.example/v1";

typedef struct kind {
  const char *method;
  unsigned flags;
} kind;

static const kind kinds[] = {
  { "GET", 0 },
  { "POST", CM_CALL_WRITE | CM_CALL_CREATE },
  { "PATCH", CM_CALL_WRITE },
  { "DELETE", CM_CALL_WRITE },
  { "GET", CM_CALL_FUNCTION },
  { "POST", CM_CALL_FUNCTION | CM_CALL_WRITE | CM_CALL_CREATE },
};

static void judge(const kind *of, int status, const char *body, cm_verdict *out) {
  cm_settings settings = { .base_url = (char *)base_url,
                           .requests_per_second = 40,
                           .concurrency = 8 };
  bool is_doubtful = status >= 500 || status == 408 || status == 206;
  cm_verdict_of(&(cm_ending){ .who = "t",
                              .method = of->method,
                              .path = "/x",
                              .is_write = cm_call_is_write(of->flags),
                              .is_create = (of->flags & CM_CALL_CREATE) != 0,
                              .is_function = (of->flags & CM_CALL_FUNCTION) != 0,
                              .settings = &settings,
                              .end = CM_CALL_END_ATTEMPT,
                              .outcome = CM_ANSWERED,
                              .status = status,
                              .retry_after_ms = -1,
                              .tries = 1,
                              .is_doubtful = is_doubtful && cm_call_is_write(of->flags),
                              .body = { body, strlen(body) } },
                out);
}

/** The codes of the contract. */
static int expected_code(const kind *of, int status) {
  switch (status) {
  case 304: return cm_call_is_write(of->flags) ? SQLITE_OK : SQLITE_ERROR;
  case 400:
  case 422: return SQLITE_CONSTRAINT;
  case 401:
  case 403: return SQLITE_AUTH;
  case 429:
  case 503: return SQLITE_BUSY;
  default: return SQLITE_ERROR;
  }
}

/** Does the answer refuse one row? Not the sender, the pace, the moment or the proxy. */
static bool is_expected_of_row(int status) {
  static const int others[] = { 401, 402, 403, 407, 408, 425, 429 };
  for (size_t i = 0; i < cm_countof(others); i++) {
    if (status == others[i]) return false;
  }
  return status >= 400 && status <= 499;
}

static void complain(const kind *of, int status, const char *what, const char *line) {
  fail_msg("%s%s, status %d: %s: %s", of->method,
           of->flags & CM_CALL_FUNCTION ? " of a function" : "", status, what, line);
}

/** The advice is what follows the last "): ". */
static const char *advice_of(const kind *of, int status, const char *line) {
  const char *advice = NULL;
  for (const char *at = strstr(line, "): "); at != NULL; at = strstr(at + 1, "): "))
    advice = at + 3;
  if (advice == NULL || strlen(advice) < 8) complain(of, status, "it has no advice", line);
  return advice;
}

static bool has(const char *line, const char *part) {
  return strstr(line, part) != NULL;
}

static void check(const kind *of, int status, const char *body, const char *message) {
  cm_verdict verdict;
  judge(of, status, body, &verdict);
  const char *line = verdict.err.text;
  int code = expected_code(of, status);
  /* What may have happened must not be BUSY, which programs repeat. Of a table's write the queue says so. */
  bool is_of_function = (of->flags & CM_CALL_FUNCTION) != 0;
  if (code == SQLITE_BUSY && verdict.is_unknown && is_of_function) code = SQLITE_ERROR;
  if (verdict.code != code) complain(of, status, "its code", line);
  if (verdict.code == SQLITE_OK) return;
  if (verdict.is_of_row != is_expected_of_row(status))
    complain(of, status, "whom it refuses", line);
  const char *advice = advice_of(of, status, line);
  bool names = has(advice, "correct what it names");
  if (names && message[0] == '\0') complain(of, status, "nothing is named", line);
  if (status != 304 && !has(line, message)) complain(of, status, "its message is lost", line);
  if ((has(line, "Redirect") || has(line, "redirect")) != (status < 400 && status != 304))
    complain(of, status, "only a redirect is called so", line);
  if (has(advice, "base_url") && !has(advice, base_url))
    complain(of, status, "base_url is not shown", line);
  if (verdict.is_unknown && !has(advice, "look before you write it again"))
    complain(of, status, "the doubt is not told", line);
  if (has(line, "(null)")) complain(of, status, "a text is missing", line);
  bool is_function = (of->flags & CM_CALL_FUNCTION) != 0;
  if (has(advice, "WHERE") && (is_function || of->flags != 0))
    complain(of, status, "there is no WHERE", line);
  if (has(advice, " row") && (is_function || of->flags == 0))
    complain(of, status, "there is no row", line);
}

static void every_status_has_an_advice_that_can_be_followed(void **state) {
  (void)state;
  for (size_t k = 0; k < cm_countof(kinds); k++) {
    for (int status = 300; status <= 599; status++) {
      check(&kinds[k], status, "", "");
      check(&kinds[k], status, "{}", "");
      check(&kinds[k], status, "{\"error\":\"Name is odd\"}", "Name is odd");
      check(&kinds[k], status, "{\"message\":{\"name\":[\"is odd\"]}}", "name: is odd");
      check(&kinds[k], status, "<h1>Somebody else</h1>", "Somebody else");
    }
  }
}

/** What the API sends as plain text, and proxies as a page: the name of the status, which is not said twice. */
static void the_name_of_a_status_names_no_fault(void **state) {
  (void)state;
  cm_verdict verdict;
  for (size_t k = 0; k < cm_countof(kinds); k++) {
    judge(&kinds[k], 422, "422 Unprocessable Entity", &verdict);
    if (has(verdict.err.text, "correct what it names") ||
        !has(verdict.err.text, "failed (422 Unprocessable Entity): "))
      complain(&kinds[k], 422, "its name is no message", verdict.err.text);
  }
}

/** A success whose body is nothing but an error is none, and its words are told. */
static void errors_in_a_success_are_told(void **state) {
  (void)state;
  static const struct {
    const char *body, *message; /* NULL: it is a success */
  } answers[] = {
    { "{\"error\":\"Not there\"}", "Not there" },
    { "{\"error\":{\"name\":[\"is odd\"]}}", "name: is odd" },
    { "{\"code\":422,\"message\":\"Name is odd\",\"param\":\"name\"}", "Name is odd" },
    { "{\"error\":\"\",\"error_details\":[{\"param\":\"name\",\"message\":\"is odd\"}]}",
      "name: is odd" },
    { "{\"status\":\"error\",\"error\":true,\"message\":\"It failed\"}", "It failed" },
    { "{\"message\":\"Accepted\"}", NULL },
    { "{\"code\":200,\"message\":\"Done\"}", NULL },
    { "{\"error\":null,\"errors\":{},\"error_details\":[]}", NULL },
    { "{\"errors\":{\"base\":[]}}", NULL },
    { "{\"uuid\":\"u\",\"error\":\"odd\"}", NULL },
    { "{\"error\":\"cut", NULL },
    { "[{\"error\":\"odd\"}]", NULL },
    { "", NULL },
  };
  static const int statuses[] = { 200, 201, 202, 204, 299 };
  for (size_t k = 0; k < cm_countof(kinds); k++) {
    for (size_t i = 0; i < cm_countof(answers); i++) {
      for (size_t s = 0; s < cm_countof(statuses); s++) {
        cm_verdict verdict;
        bool is_error = answers[i].message != NULL;
        judge(&kinds[k], statuses[s], answers[i].body, &verdict);
        if ((verdict.code == SQLITE_ERROR) != is_error)
          complain(&kinds[k], statuses[s], answers[i].body, "is taken wrongly");
        if (!is_error) continue;
        if (!has(verdict.err.text, "but the answer is an error: ") ||
            !has(verdict.err.text, answers[i].message))
          complain(&kinds[k], statuses[s], "its message is lost", verdict.err.text);
        assert_int_equal(verdict.is_unknown, cm_call_is_write(kinds[k].flags));
        assert_false(verdict.is_of_row);
      }
    }
  }
}

/** `errors` alone say that a record was taken with errors: whoever sent it reads them. */
static void errors_of_a_record_are_left_to_its_create(void **state) {
  (void)state;
  for (size_t k = 0; k < cm_countof(kinds); k++) {
    cm_verdict verdict;
    bool is_create = kinds[k].flags == (CM_CALL_WRITE | CM_CALL_CREATE);
    judge(&kinds[k], 201, "{\"errors\":{\"name\":[\"is odd\"]}}", &verdict);
    assert_int_equal(verdict.code, is_create ? SQLITE_OK : SQLITE_ERROR);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_status_has_an_advice_that_can_be_followed),
    cmocka_unit_test(the_name_of_a_status_names_no_fault),
    cmocka_unit_test(errors_in_a_success_are_told),
    cmocka_unit_test(errors_of_a_record_are_left_to_its_create),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
