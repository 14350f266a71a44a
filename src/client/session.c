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
  int rc = cm_settings_init(&session->settings, err);
  if (rc != SQLITE_OK) {
    cm_session_unref(session);
    return rc;
  }
  session->account = account_of(&session->settings);
  cm_limit_init(&session->limit, session->settings.requests_per_second);
  if (clock == NULL) sqlite3_randomness(sizeof session->random_state, &session->random_state);
  session->statement = (cm_statement){ .db = db, .clock = &session->clock };
  session->statement.interrupt_checked_ms = cm_session_now_ms(session);
  cm_statement_begin(&session->statement);
  *out = session;
  return SQLITE_OK;
}

cm_session *cm_session_ref(cm_session *session) {
  session->references++;
  return session;
}

void cm_session_unref(void *pointer) {
  cm_session *session = pointer;
  if (session == NULL || --session->references > 0) return;
  if (session->memo != NULL) session->free_memo(session->memo);
  if (session->callers != NULL) session->free_callers(session->callers);
  if (session->queue != NULL) session->free_queue(session->queue);
  if (session->journal != NULL) session->free_journal(session->journal);
  cm_http_free(session->http);
  cm_request_log_clear(&session->log);
  sqlite3_free(session->last_uuid);
  cm_settings_clear(&session->settings);
  sqlite3_free(session);
}

unsigned cm_session_random(cm_session *session) {
  session->random_state = session->random_state * 1664525u + 1013904223u;
  return session->random_state >> 8;
}

int64_t cm_session_now_ms(const cm_session *session) {
  return session->clock.now_ms(session->clock.context);
}

int64_t cm_session_wall_ms(const cm_session *session) {
  return session->clock.wall_ms(session->clock.context);
}

/* ---- settings ------------------------------------------------------------------------------ */

int cm_session_configure(cm_session *session, const char *name, const char *value, cm_err *err) {
  int rc = cm_setting_set(&session->settings, name, value, err);
  if (rc != SQLITE_OK) return rc;
  if (session->limit.per_second != session->settings.requests_per_second) {
    cm_limit_set_rate(&session->limit, session->settings.requests_per_second);
  }
  session->account = account_of(&session->settings);
  session->statement.id++; /* what is kept may be another account's from now on */
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
