/*
** Any arguments of each function that makes a call, and any answers to it: what leaves is JSON to a sound
** URL, and what comes out is a value or one error.
**
** The first byte chooses the function, the second one how many arguments it has. They follow, each behind a
** 0x1f; an empty one is NULL. After a 0x1e come the answers, see script.h.
*/
#include "script.h"
#include "sql/functions/actions.h"
#include "sql/functions/functions.h"

enum { MAX_ARGUMENTS = 5, ARGUMENT_END = 0x1f, ARGUMENTS_END = 0x1e };

static sqlite3 *db;

/* By number: the actions first, then the functions that send. */
static const char *choose(unsigned number, int *least, int *most) {
  static const struct {
    const char *name;
    int least, most;
  } others[] = { { "chartmogul_request", 2, 5 }, { "chartmogul_ping", 0, 0 } };
  int count = 0;
  const cm_action *actions = cm_actions_table(&count);
  number %= (unsigned)count + cm_countof(others);
  bool is_action = number < (unsigned)count;
  unsigned other = is_action ? 0 : number - (unsigned)count;
  *least = is_action ? cm_action_least(&actions[number]) : others[other].least;
  *most = is_action ? cm_action_most(&actions[number]) : others[other].most;
  return is_action ? actions[number].name : others[other].name;
}

static sqlite3_stmt *prepare(const char *name, int count) {
  cm_buf sql;
  cm_buf_init(&sql, CM_MAX_URL_BYTES);
  cm_buf_printf(&sql, "SELECT %s(", name);
  for (int i = 0; i < count; i++)
    cm_buf_printf(&sql, "%s?%d", i > 0 ? ", " : "", i + 1);
  cm_buf_text(&sql, ")");
  sqlite3_stmt *statement = target_prepare(db, cm_buf_str(&sql));
  cm_buf_clear(&sql);
  return statement;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  cm_slice arguments[MAX_ARGUMENTS];
  script answers;
  int least = 0, most = 0;
  if (db == NULL) db = target_open("SELECT chartmogul_config('delete_limit', 1000000)");
  const char *name = choose(input_byte(&left), &least, &most);
  int count = least + (int)(input_byte(&left) % (unsigned)(most - least + 1));
  cm_slice part = input_part(&left, ARGUMENTS_END);
  input rest = { part.ptr, part.len };
  sqlite3_stmt *statement = prepare(name, count);
  for (int i = 0; i < count; i++) {
    arguments[i] = input_part(&rest, ARGUMENT_END);
    if (arguments[i].len > 0)
      sqlite3_bind_text(statement, i + 1, arguments[i].ptr, (int)arguments[i].len, SQLITE_STATIC);
  }
  script_start(&answers, &left);
  target_run(db, statement, NULL, NULL);
  sqlite3_finalize(statement);
  script_end(&answers);
  for (int i = 0; i < count; i++)
    target_free(arguments[i]);
  target_free(part);
  return 0;
}
