#include "sql/functions/functions.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sql/bridge.h"
#include "sql/functions/actions.h"
#include "sql/functions/function.h"
#include "sql/functions/function_call.h"
#include "sql/functions/get.h"
#include "sql/functions/make_tables.h"
#include "sql/functions/request.h"
#include "write/queue.h"
#include "write/resume.h"

#ifndef CM_COMMIT
#define CM_COMMIT "unknown"
#endif

static cm_session *session_of(sqlite3_context *context) {
  return cm_function_session(context);
}

/** Hand a text over to SQLite, which frees it. NULL: memory ran out. */
static void result_taken(sqlite3_context *context, char *text) {
  if (text == NULL) {
    sqlite3_result_error_nomem(context);
  } else {
    sqlite3_result_text(context, text, -1, sqlite3_free);
  }
}

/* ---- settings ------------------------------------------------------------------------------ */

/** The value in force; numbers and switches as integers, so that they compare as such. */
static void result_setting(sqlite3_context *context, const cm_settings *settings, int row) {
  const cm_setting *setting = cm_setting_at(row);
  bool is_number = setting->type == CM_SETTING_INTEGER || setting->type == CM_SETTING_BOOLEAN;
  char *text = cm_setting_get(settings, row);
  if (!cm_setting_has_value(settings, row)) {
    sqlite3_result_null(context);
  } else if (text != NULL && is_number) {
    sqlite3_result_int64(context, strtoll(text, NULL, 10));
    sqlite3_free(text);
  } else {
    result_taken(context, text);
  }
}

/** The deletes that wait were allowed: a limit below them would come too late to stop them. */
static int check_delete_limit(const cm_session *session, const cm_setting *setting,
                              const char *value, cm_err *err) {
  const char *text = value != NULL ? value : setting->default_value;
  char *end = NULL;
  int64_t waiting = cm_queue_waiting_deletes(session);
  int64_t limit = strtoll(text, &end, 10);
  if (end == text || *end != '\0' || limit >= waiting) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s cannot be %lld now (deletes of %lld record%s wait for COMMIT): ROLLBACK "
                    "drops them",
                    setting->name, (long long)limit, (long long)waiting, waiting == 1 ? "" : "s");
}

/** Do writes wait of the account whose setting it is, or of any where it is one for all? */
static bool waits(const cm_session *of, const cm_setting *setting) {
  const cm_connection *connection = of->connection;
  bool is_any = false;
  for (int i = 0; i < connection->account_count; i++) {
    const cm_session *session = connection->accounts[i];
    bool is_meant = session == of || !setting->is_of_account;
    is_any = is_any || (is_meant && cm_queue_is_waiting(session, NULL));
  }
  return is_any;
}

/** Where waiting writes go, when, and what they are cannot change under them. */
static int check_waiting(const cm_session *of, const cm_setting *setting, const char *value,
                         cm_err *err) {
  if (!waits(of, setting)) return SQLITE_OK;
  if (strcmp(setting->name, "delete_limit") == 0)
    return check_delete_limit(of, setting, value, err);
  if (!setting->is_of_writes) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s cannot change now (writes wait for COMMIT): COMMIT or ROLLBACK first",
                    setting->name);
}

static int set(cm_session *of, int row, const char *name, const char *value, cm_err *err) {
  const cm_setting *setting = cm_setting_at(row);
  int rc = check_waiting(of, setting, value, err);
  if (rc == SQLITE_OK) rc = cm_queue_check_journal(of, setting->name, err);
  if (rc == SQLITE_OK) rc = cm_session_configure(of, name, value, err);
  if (rc != SQLITE_OK) cm_session_name_account(of, err);
  return rc;
}

static void config(sqlite3_context *context, int argc, sqlite3_value **argv) {
  cm_session *of = NULL;
  int row = -1;
  cm_slice name = { NULL, 0 };
  cm_slice value = { NULL, 0 };
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  if (cm_function_is_entry_point(argv[0])) {
    name = (cm_slice){ "read_only", strlen("read_only") };
  } else {
    rc = cm_sending_text(argv[0], "the setting's name", &name, &err);
  }
  if (rc == SQLITE_OK && argc > 1) rc = cm_sending_text(argv[1], "the value", &value, &err);
  if (rc == SQLITE_OK) rc = cm_session_find_setting(session_of(context), name.ptr, &of, &row, &err);
  if (rc == SQLITE_OK && argc > 1) rc = set(of, row, name.ptr, value.ptr, &err);
  if (rc == SQLITE_OK) {
    result_setting(context, &of->settings, row);
  } else {
    cm_err_prefix(&err, "chartmogul_config");
    cm_bridge_error(context, &err);
  }
}

/* ---- what the connection knows ------------------------------------------------------------- */

static void last_uuid(sqlite3_context *context, int argc, sqlite3_value **argv) {
  const char *uuid = session_of(context)->connection->last_uuid;
  (void)argc;
  (void)argv;
  if (uuid == NULL) {
    sqlite3_result_null(context);
  } else {
    sqlite3_result_text(context, uuid, -1, SQLITE_TRANSIENT);
  }
}

static void version(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_text(context, CM_VERSION, -1, SQLITE_STATIC);
}

/* ---- what it was built from ---------------------------------------------------------------- */

#if defined(__clang__)
#define COMPILER __VERSION__
#elif defined(__GNUC__)
#define COMPILER "GCC " __VERSION__
#else
#define COMPILER "unknown"
#endif

static const char *const flags[] = {
#ifdef SQLITE_CORE
  "static",
#else
  "loadable",
#endif
#ifdef __OPTIMIZE__
  "optimised",
#endif
#ifdef NDEBUG
  "no asserts",
#endif
#ifdef __SANITIZE_ADDRESS__
  "address sanitizer",
#endif
};

static int put_flags(cm_json *facts) {
  cm_json *list = cm_json_new_array();
  int rc = list == NULL ? SQLITE_NOMEM : SQLITE_OK;
  for (size_t i = 0; i < cm_countof(flags) && rc == SQLITE_OK; i++)
    rc = cm_json_push(list, cm_json_new_text(flags[i]));
  if (rc == SQLITE_OK) return cm_json_put(facts, "flags", list);
  cm_json_free(list);
  return rc;
}

static void debug(sqlite3_context *context, int argc, sqlite3_value **argv) {
  const char *const texts[][2] = {
    { "version", CM_VERSION },
    { "commit", CM_COMMIT },
    { "compiler", COMPILER },
    { "libcurl", cm_http_library() },
    { "cjson", cm_json_library() },
    { "sqlite", sqlite3_libversion() },
    { "sqlite_source", sqlite3_sourceid() },
    { "sqlite_at_build", SQLITE_VERSION },
  };
  (void)argc;
  (void)argv;
  cm_json *facts = cm_json_new_object();
  int rc = facts == NULL ? SQLITE_NOMEM : SQLITE_OK;
  for (size_t i = 0; i < cm_countof(texts) && rc == SQLITE_OK; i++)
    rc = cm_json_put(facts, texts[i][0], cm_json_new_text(texts[i][1]));
  if (rc == SQLITE_OK) rc = put_flags(facts);
  char *text = rc == SQLITE_OK ? cm_json_format(facts) : NULL;
  cm_json_free(facts);
  result_taken(context, text);
  if (text != NULL) sqlite3_result_subtype(context, 'J');
}

/* ---- whether the API answers --------------------------------------------------------------- */

/** 'pong!', or why not: the reason is the answer, so only the end of the statement is an error. */
static void ping(sqlite3_context *context, int argc, sqlite3_value **argv) {
  static const char pong[] = "pong!";
  const cm_sending sending = { .who = "chartmogul_ping", .method = "GET", .path = "/ping" };
  cm_value answer = cm_value_null();
  cm_err err = { 0 };
  (void)argc;
  (void)argv;
  int rc = cm_sending_run(context, session_of(context), &sending, &answer, &err);
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) {
    cm_function_error(context, &err);
    return;
  }
  cm_slice body = { answer.text, answer.len };
  cm_slice data = cm_slice_inner(cm_slice_find(body, "data"));
  bool is_pong = rc == SQLITE_OK && data.len == strlen(pong) &&
                 memcmp(data.ptr, pong, data.len) == 0;
  if (rc == SQLITE_OK && !is_pong) {
    cm_http_distrust(session_of(context)->connection->http);
    cm_err_set(&err, SQLITE_ERROR,
               "%s: the answer to GET /ping is not 'pong!' (something else than ChartMogul "
               "answered): check base_url",
               sending.who);
  }
  cm_session_name_account(session_of(context), &err);
  sqlite3_result_text(context, is_pong ? pong : err.text, -1, SQLITE_TRANSIENT);
}

/* ---- the journal --------------------------------------------------------------------------------- */

static void result_resumed(sqlite3_context *context, const cm_resumed *done) {
  result_taken(context, sqlite3_mprintf("{\"written\":%lld,\"refused\":%lld,\"unknown\":%lld%s}",
                                        (long long)done->written, (long long)done->refused,
                                        (long long)done->unknown,
                                        done->dropped > 0 ? ",\"dropped\":1" : ""));
}

static int settle_word(sqlite3_value *value, cm_settle_word *out, cm_err *err) {
  static const char *const words[] = { "written", "send", "drop" };
  const char *text = (const char *)sqlite3_value_text(value);
  for (int i = 0; text != NULL && i < (int)cm_countof(words); i++) {
    *out = (cm_settle_word)i;
    if (strcmp(text, words[i]) == 0) return SQLITE_OK;
  }
  return cm_err_set(err, SQLITE_ERROR,
                    "the verdict cannot be '%.40s' (no such word): give written, send or drop",
                    text != NULL ? text : "NULL");
}

static int settle_id(sqlite3_value *value, int64_t *out, cm_err *err) {
  const char *text = (const char *)sqlite3_value_text(value);
  *out = sqlite3_value_int64(value);
  if (sqlite3_value_numeric_type(value) == SQLITE_INTEGER) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "the write cannot be '%.40s' (not a number): give an id of chartmogul_writes",
                    text != NULL ? text : "NULL");
}

static void settle(sqlite3_context *context, int argc, sqlite3_value **argv) {
  cm_session *of = session_of(context);
  cm_settle_word word = CM_SETTLE_DROP;
  cm_resumed done = { 0 };
  cm_err err = { 0 };
  int64_t id = 0;
  (void)argc;
  int rc = settle_id(argv[0], &id, &err);
  if (rc == SQLITE_OK) rc = settle_word(argv[1], &word, &err);
  if (rc == SQLITE_OK) rc = cm_queue_settle(session_of(context), id, word, &done, &of, &err);
  if (rc == SQLITE_OK) {
    result_resumed(context, &done);
  } else {
    cm_err_prefix(&err, "chartmogul_settle");
    cm_session_name_account(of, &err);
    cm_bridge_error(context, &err);
  }
}

static void resume(sqlite3_context *context, int argc, sqlite3_value **argv) {
  cm_session *of = session_of(context);
  cm_resumed done = { 0 };
  cm_err err = { 0 };
  (void)argc;
  (void)argv;
  if (cm_queue_resume(session_of(context), &done, &of, &err) != SQLITE_OK) {
    cm_err_prefix(&err, "chartmogul_resume");
    cm_session_name_account(of, &err);
    cm_bridge_error(context, &err);
    return;
  }
  result_resumed(context, &done);
}

/* ---- the table ----------------------------------------------------------------------------- */

enum {
  CONFIGURES = SQLITE_UTF8 | SQLITE_DIRECTONLY,
  KNOWS = SQLITE_UTF8 | SQLITE_INNOCUOUS,
  CONSTANT = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC
};

#define STORE_DOC                                                                                  \
  "Creates all tables in main, or the schema named, sets stored_tables, and returns how many are " \
  "there."
#define REQUEST_DOC "Makes any call of the API and returns the answer's body."
#define REQUEST_ARGUMENTS "method, path[, body[, query[, headers]]]"

static const cm_function table[] = {
  { "chartmogul_config", 1, CONFIGURES, config, "The value of a setting of this connection.",
    "name" },
  { "chartmogul_config", 2, CONFIGURES, config,
    "Sets a setting of this connection and returns the value in force; NULL is the default.",
    "name, value" },
  { "chartmogul_short_names", 0, CONFIGURES, cm_function_short_names,
    "Creates customers, plans, … in temp, and returns how many tables have a short name.", "" },
  { "chartmogul_short_names", 1, CONFIGURES, cm_function_short_names,
    "The same for an account: 'eu' makes eu_customers, eu_plans, …", "account" },
  { "chartmogul_store_tables", 0, CONFIGURES, cm_function_store_tables, STORE_DOC, "[schema]" },
  { "chartmogul_store_tables", 1, CONFIGURES, cm_function_store_tables, STORE_DOC, "[schema]" },
  { "chartmogul_last_uuid", 0, SQLITE_UTF8, last_uuid,
    "The uuid of the row that this connection created last.", "" },
  { "chartmogul_request", 2, CM_SENDING_FUNCTION, cm_function_request, REQUEST_DOC,
    REQUEST_ARGUMENTS },
  { "chartmogul_request", 3, CM_SENDING_FUNCTION, cm_function_request, REQUEST_DOC,
    REQUEST_ARGUMENTS },
  { "chartmogul_request", 4, CM_SENDING_FUNCTION, cm_function_request, REQUEST_DOC,
    REQUEST_ARGUMENTS },
  { "chartmogul_request", 5, CM_SENDING_FUNCTION, cm_function_request, REQUEST_DOC,
    REQUEST_ARGUMENTS },
  { "chartmogul_ping", 0, CM_SENDING_FUNCTION, ping,
    "'pong!' when the API answers and takes the key, else the reason.", "" },
  { "chartmogul_resume", 0, CM_SENDING_FUNCTION, resume,
    "Settles what runs in the journal that were cut off left open, and returns counts as JSON.",
    "" },
  { "chartmogul_settle", 2, CM_SENDING_FUNCTION, settle,
    "Says of an unknown or refused write in the journal that it is 'written', or to be sent now "
    "('send', an invoice with its lines), or not any more ('drop').",
    "id, verdict" },
  { "chartmogul_version", 0, CONSTANT, version, "The version of the extension.", "" },
  { "chartmogul_debug", 0, KNOWS | CM_RESULT_SUBTYPE, debug,
    "What the extension was built from and runs with, as JSON.", "" },
};

const cm_function *cm_functions_table(int *count) {
  *count = (int)cm_countof(table);
  return table;
}

const char *cm_functions_sending(const char *name, size_t len) {
  int count = 0;
  const cm_action *actions = cm_actions_table(&count);
  for (size_t i = 0; i < cm_countof(table); i++) {
    bool is_sending = table[i].flags == CM_SENDING_FUNCTION;
    if (is_sending && cm_text_is(name, len, table[i].name)) return table[i].name;
  }
  for (int i = 0; i < count; i++) {
    if (cm_text_is(name, len, actions[i].name)) return actions[i].name;
  }
  return NULL;
}

/* ---- registering --------------------------------------------------------------------------- */

int cm_functions_register(sqlite3 *db, cm_session *session) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(table) && rc == SQLITE_OK; i++)
    rc = cm_function_create(db, session, &table[i], NULL);
  if (rc == SQLITE_OK) rc = cm_actions_register(db, session);
  if (rc == SQLITE_OK) rc = cm_get_register(db, session);
  return rc;
}
