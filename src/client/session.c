#include "client/session.h"

#include <string.h>
#include <unistd.h>

#include "base/hash.h"

/** A number for the settings that say whose account is read and written. */
static uint64_t account_of(const cm_settings *settings) {
  const char *const texts[] = { settings->base_url, settings->api_key, settings->api_key_file };
  uint64_t hash = CM_HASH_START;
  for (size_t i = 0; i < cm_countof(texts); i++) {
    const char *text = texts[i] != NULL ? texts[i] : "";
    hash = cm_hash_bytes(hash, text, strlen(text) + 1);
  }
  return hash;
}

int cm_session_new(sqlite3 *db, const cm_clock *clock, cm_session **out, cm_err *err) {
  *out = NULL;
  cm_session *session = sqlite3_malloc64(sizeof *session);
  if (session == NULL) return cm_err_nomem(err);
  memset(session, 0, sizeof *session);
  session->references = 1;
  session->db = db;
  session->process = (long)getpid();
  session->clock = clock != NULL ? *clock : cm_clock_system();
  session->next_request_id = 1;
  int rc = cm_settings_init(&session->settings, err);
  if (rc != SQLITE_OK) {
    cm_session_unref(session);
    return rc;
  }
  session->account = account_of(&session->settings);
  cm_limit_init(&session->limit, session->settings.requests_per_second);
  sqlite3_randomness(sizeof session->random_state, &session->random_state);
  session->interrupt_checked_ms = cm_session_now_ms(session);
  cm_session_begin_statement(session);
  *out = session;
  return SQLITE_OK;
}

cm_session *cm_session_ref(cm_session *session) {
  session->references++;
  return session;
}

static void drop_body(cm_session *session, cm_request_log *line) {
  if (line->body == NULL) return;
  session->logged_bytes -= strlen(line->body) + 1;
  sqlite3_free(line->body);
  line->body = NULL;
}

static void clear_request(cm_session *session, cm_request_log *line) {
  drop_body(session, line);
  sqlite3_free(line->path);
  sqlite3_free(line->error);
  memset(line, 0, sizeof *line);
}

void cm_session_unref(void *pointer) {
  cm_session *session = pointer;
  if (session == NULL || --session->references > 0) return;
  if (session->memo != NULL) session->free_memo(session->memo);
  if (session->callers != NULL) session->free_callers(session->callers);
  if (session->queue != NULL) session->free_queue(session->queue);
  cm_http_free(session->http);
  for (size_t i = 0; i < cm_countof(session->requests); i++)
    clear_request(session, &session->requests[i]);
  sqlite3_free(session->last_uuid);
  cm_settings_clear(&session->settings);
  sqlite3_free(session);
}

int64_t cm_session_now_ms(const cm_session *session) {
  return session->clock.now_ms(session->clock.context);
}

/* ---- the running statements ---------------------------------------------------------------- */

/** Newer SQLites answer directly; the table of functions of an older one ends before the answer. */
static bool is_flagged(sqlite3 *db) {
#if SQLITE_VERSION_NUMBER >= 3041000
  if (sqlite3_libversion_number() >= 3041000) return sqlite3_is_interrupted(db) != 0;
#endif
  (void)db;
  return false;
}

/*
** A nested statement fails with SQLITE_INTERRUPT while the flag is set. It takes some hundred steps
** rather than one, so that a program's progress handler gets its turn and can say stop.
*/
bool cm_session_is_interrupted(cm_session *session) {
  static const char *const steps =
      "WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 100) "
      "SELECT max(n) FROM step";
  sqlite3_stmt *statement = NULL;
  session->interrupt_checked_ms = cm_session_now_ms(session);
  session->unchecked_wait_ms = 0;
  if (is_flagged(session->db)) return true;
  int rc = sqlite3_prepare_v2(session->db, steps, -1, &statement, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(statement);
  sqlite3_finalize(statement);
  return (rc & 0xff) == SQLITE_INTERRUPT;
}

/** Spread the bits: sums of such numbers tell sets apart, in whatever order they are added. */
static uint64_t mix(uint64_t number) {
  number ^= number >> 33;
  number *= UINT64_C(0xff51afd7ed558ccd);
  number ^= number >> 33;
  number *= UINT64_C(0xc4ceb9fe1a85ec53);
  return number ^ (number >> 33);
}

int cm_session_enter(cm_session *session) {
  uint64_t running = 1;
  uint64_t runs = 1;
  int count = 0;
  sqlite3_stmt *statement = sqlite3_next_stmt(session->db, NULL);
  for (; statement != NULL; statement = sqlite3_next_stmt(session->db, statement)) {
    if (!sqlite3_stmt_busy(statement)) continue;
    uint64_t place = mix((uint64_t)(uintptr_t)statement);
    running += place;
    runs += mix(place + (uint64_t)sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_RUN, 0));
    count++;
  }
  bool is_another_run = runs != session->running_runs && session->open_cursors == 0;
  session->running_runs = runs;
  if (running != session->running || is_another_run) {
    session->running = running;
    session->running_id++;
    cm_session_begin_statement(session);
  }
  return count;
}

void cm_session_begin_statement(cm_session *session) {
  session->statement_started_ms = cm_session_now_ms(session);
  session->statement_requests = 0;
}

/* ---- settings ------------------------------------------------------------------------------ */

int cm_session_configure(cm_session *session, const char *name, const char *value, cm_err *err) {
  int rc = cm_setting_set(&session->settings, name, value, err);
  if (rc != SQLITE_OK) return rc;
  if (session->limit.per_second != session->settings.requests_per_second) {
    cm_limit_set_rate(&session->limit, session->settings.requests_per_second);
  }
  session->account = account_of(&session->settings);
  session->running_id++; /* what is kept may be another account's from now on */
  return SQLITE_OK;
}

int cm_session_check_account(const cm_session *session, uint64_t account, const char *who,
                             cm_err *err) {
  if (account == session->account) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: the rest cannot be read (base_url or the API key has changed since the "
                    "statement began): run the statement again",
                    who);
}

/* ---- the log of requests ------------------------------------------------------------------- */

static cm_request_log *line_of(cm_session *session, int64_t id) {
  return &session->requests[id % CM_MAX_REQUEST_LOG];
}

cm_request_log *cm_session_find_request(cm_session *session, int64_t id) {
  if (id < 1) return NULL;
  cm_request_log *line = line_of(session, id);
  return line->id == id ? line : NULL;
}

/** Copy a body into a line. Those of the oldest lines make room. */
static void keep_body(cm_session *session, cm_request_log *line, const char *body) {
  size_t bytes = strlen(body) + 1;
  for (int64_t id = line->id - CM_MAX_REQUEST_LOG + 1;
       id < line->id && session->logged_bytes + bytes > CM_MAX_LOGGED_BYTES; id++) {
    cm_request_log *older = cm_session_find_request(session, id);
    if (older != NULL) drop_body(session, older);
  }
  line->body = sqlite3_mprintf("%s", body);
  if (line->body != NULL) session->logged_bytes += bytes;
}

cm_request_log *cm_session_log_request(cm_session *session, const char *method, const char *path,
                                       const char *body) {
  int64_t id = session->next_request_id++;
  cm_request_log *line = line_of(session, id);
  clear_request(session, line);
  line->id = id;
  line->time_ms = session->clock.wall_ms(session->clock.context);
  line->rows = -1;
  sqlite3_snprintf((int)sizeof line->method, line->method, "%s", method);
  line->path = sqlite3_mprintf("%s", path);
  if (body != NULL) keep_body(session, line, body);
  return line;
}
