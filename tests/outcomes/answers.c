#include "answers.h"

#include <string.h>

#define EMPTY(status) "\"status\":" status ",\"body\":\"\""
#define SAYS(status, body) "\"status\":" status ",\"body\":\"" body "\""

/* A key of every form that a table has, and no natural key that was sent. */
#define ANOTHER                                                                                    \
  "{\\\"uuid\\\":\\\"other\\\",\\\"id\\\":999999,\\\"task_uuid\\\":\\\"other\\\","                 \
  "\\\"external_id\\\":\\\"other\\\",\\\"data_source_uuid\\\":\\\"other\\\",\\\"name\\\":"         \
  "\\\"other\\\"}"

const odd_answer answers[] = {
  { "lost", "\"drop\":true", DOUBT },
  { "500", SAYS("500", "oops"), DOUBT },
  { "502", SAYS("502", "oops"), DOUBT },
  { "503", SAYS("503", "oops"), DOUBT },
  { "504", SAYS("504", "oops"), DOUBT },
  { "408", SAYS("408", "oops"), DOUBT },
  { "not JSON", SAYS("200", "<html>"), DOUBT },
  { "null", SAYS("200", "null"), DOUBT },
  { "[]", SAYS("200", "[]"), DOUBT },
  { "an error", SAYS("200", "{\\\"error\\\":\\\"No\\\"}"), DOUBT },
  { "a code", SAYS("200", "{\\\"code\\\":422,\\\"message\\\":\\\"No\\\"}"), DOUBT },
  { "another row", SAYS("200", ANOTHER), DOUBT },
  { "{}", SAYS("200", "{}"), YES },
  { "200", EMPTY("200"), YES },
  { "202", SAYS("202", "{\\\"message\\\":\\\"It will be done\\\"}"), YES },
  { "204", EMPTY("204"), YES },
  { "304", EMPTY("304"), YES },
  { "422", SAYS("422", "{\\\"code\\\":422,\\\"message\\\":\\\"No\\\"}"), NO },
  { "401", SAYS("401", "{\\\"code\\\":401,\\\"message\\\":\\\"No\\\"}"), NO },
  { "429", SAYS("429", "{\\\"code\\\":429,\\\"message\\\":\\\"Later\\\"}"), LATER },
};
const int answer_count = sizeof answers / sizeof *answers;

bool answer_can(const odd_answer *of, write_kind kind, bool is_applied) {
  bool is_create = kind == MAKES || kind == MAKES_NAMELESS;
  bool is_another = strcmp(of->name, "another row") == 0;
  if (of->meaning == NO || of->meaning == LATER) return !is_applied;
  if (of->meaning == YES) return is_create || is_applied;
  /* A row without a name cannot be told from another one. */
  if (is_another && kind == MAKES_NAMELESS) return is_applied;
  /* A DELETE may be answered with anything that is a success, and need not show a row. */
  bool is_any = is_another || strcmp(of->name, "null") == 0 || strcmp(of->name, "[]") == 0;
  return is_applied || kind != REMOVES || !is_any;
}

void answer_faults(const odd_answer *of, const char *target, bool is_applied, sequel then,
                   text *into) {
  text_printf(into, "[{\"path\":\"%s\",\"times\":%d,\"apply\":%s,%s}", target,
              then == THE_SAME ? -1 : 1, is_applied ? "true" : "false", of->members);
  if (then == REFUSED || then == FORBIDDEN) {
    text_printf(into,
                ",{\"path\":\"%s\",\"times\":-1,\"status\":%d,"
                "\"body\":\"{\\\"code\\\":%d,\\\"message\\\":\\\"No\\\"}\"}",
                target, then == REFUSED ? 422 : 401, then == REFUSED ? 422 : 401);
  }
  text_add(into, "]");
}
