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

/* ---- the accounts of a connection ---------------------------------------------------------- */

/** Make an account of the connection. Its settings are still to be made. */
static cm_session *add_session(cm_connection *connection, sqlite3 *db, const cm_clock *clock) {
  cm_session *session = sqlite3_malloc64(sizeof *session);
  if (session == NULL) return NULL;
  memset(session, 0, sizeof *session);
  session->connection = connection;
  session->db = db;
  session->clock = *clock;
  session->statement = &connection->statement;
  session->log = &connection->log;
  session->watch = &connection->watch;
  session->place = connection->account_count;
  connection->accounts[connection->account_count++] = session;
  return session;
}

static void begin_account(cm_session *session, bool is_of_tests) {
  session->account = account_of(&session->settings);
  cm_limit_init(&session->limit, session->settings.requests_per_second);
  if (!is_of_tests) sqlite3_randomness(sizeof session->random_state, &session->random_state);
}

static void free_session(cm_session *session) {
  if (session->memo != NULL) session->free_memo(session->memo);
  if (session->queue != NULL) session->free_queue(session->queue);
  if (session->journal != NULL) session->free_journal(session->journal);
  cm_settings_clear(&session->settings);
  sqlite3_free(session);
}

/** The first account goes last: the settings of the others look into its own. */
static void free_connection(cm_connection *connection) {
  if (connection->callers != NULL) connection->free_callers(connection->callers);
  while (connection->account_count > 0)
    free_session(connection->accounts[--connection->account_count]);
  cm_http_free(connection->http);
  cm_request_log_clear(&connection->log);
  sqlite3_free(connection->last_uuid);
  sqlite3_free(connection);
}

static int add_account(cm_connection *connection, const char *name, cm_session **out, cm_err *err) {
  const cm_session *first = connection->accounts[0];
  if (connection->account_count == (int)cm_countof(connection->accounts)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "there is no room for account '%s' (a connection has %d beside its first): "
                      "open another connection",
                      name, CM_MAX_ACCOUNTS);
  }
  for (int i = 1; i < connection->account_count; i++) {
    if (cm_setting_check_accounts(name, connection->accounts[i]->name, err) != SQLITE_OK)
      return SQLITE_ERROR;
  }
  cm_session *session = add_session(connection, first->db, &first->clock);
  if (session == NULL) return cm_err_nomem(err);
  sqlite3_snprintf((int)sizeof session->name, session->name, "%s", name);
  int rc = cm_settings_init_account(&session->settings, &first->settings, session->name, err);
  if (rc != SQLITE_OK) {
    connection->account_count--;
    free_session(session);
    return rc;
  }
  begin_account(session, connection->is_of_tests);
  *out = session;
  return SQLITE_OK;
}

int cm_session_account(const cm_session *session, const char *name, cm_session **out, cm_err *err) {
  cm_connection *connection = session->connection;
  const cm_settings *first = &connection->accounts[0]->settings;
  char known[CM_MAX_ACCOUNT_NAME + 1];
  *out = connection->accounts[0];
  if (name == NULL || *name == '\0') return SQLITE_OK;
  int rc = cm_setting_account_name(name, known, err);
  if (rc != SQLITE_OK) return rc;
  for (int i = 1; i < connection->account_count; i++) {
    if (strcmp(connection->accounts[i]->name, known) != 0) continue;
    *out = connection->accounts[i];
    return SQLITE_OK;
  }
  if (first->lock_settings && !cm_setting_has_account(known)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "account '%s' cannot be added (lock_settings is set, and the environment "
                      "says nothing of it): open another connection",
                      known);
  }
  return add_account(connection, known, out, err);
}

/** What the environment says of the account that functions use. */
static int choose_at_first(cm_session *first, cm_err *err) {
  cm_connection *connection = first->connection;
  const char *name = first->settings.scope.account;
  connection->chosen = first;
  return name == NULL ? SQLITE_OK : add_account(connection, name, &connection->chosen, err);
}

int cm_session_new(sqlite3 *db, const cm_clock *clock, cm_session **out, cm_err *err) {
  *out = NULL;
  cm_connection *connection = sqlite3_malloc64(sizeof *connection);
  if (connection == NULL) return cm_err_nomem(err);
  memset(connection, 0, sizeof *connection);
  connection->references = 1;
  connection->process = (long)getpid();
  connection->next_write_id = 1;
  connection->is_of_tests = clock != NULL;
  cm_clock used = clock != NULL ? *clock : cm_clock_system();
  cm_session *first = add_session(connection, db, &used);
  int rc = first != NULL ? cm_settings_init(&first->settings, err) : cm_err_nomem(err);
  if (rc == SQLITE_OK) {
    begin_account(first, connection->is_of_tests);
    connection->statement = (cm_statement){ .db = db, .clock = &first->clock };
    connection->statement.interrupt_checked_ms = cm_session_now_ms(first);
    cm_statement_begin(&connection->statement);
    rc = choose_at_first(first, err);
  }
  if (rc != SQLITE_OK) {
    free_connection(connection);
    return rc;
  }
  *out = first;
  return SQLITE_OK;
}

cm_session *cm_session_ref(cm_session *session) {
  session->connection->references++;
  return session;
}

void cm_session_unref(void *pointer) {
  cm_session *session = pointer;
  if (session == NULL || --session->connection->references > 0) return;
  free_connection(session->connection);
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

int cm_session_find_setting(const cm_session *session, const char *name, cm_session **of, int *row,
                            cm_err *err) {
  const char *dot = name != NULL ? strchr(name, '.') : NULL;
  char account[CM_MAX_ACCOUNT_NAME + 2]; /* one more than fits, to see that it is too long */
  *of = session->connection->accounts[0];
  *row = cm_setting_find(dot != NULL ? dot + 1 : name);
  if (*row < 0) return cm_setting_refuse_name(name, err);
  if (dot == NULL) return SQLITE_OK;
  if (!cm_setting_at(*row)->is_of_account) return cm_setting_refuse_account(*row, err);
  size_t len = (size_t)(dot - name);
  if (len > sizeof account - 1) len = sizeof account - 1;
  sqlite3_snprintf((int)len + 1, account, "%s", name);
  if (len == 0) return cm_setting_refuse_name(name, err);
  return cm_session_account(session, account, of, err);
}

/** What follows from a setting for the account. */
static void apply(cm_session *session) {
  cm_settings_share(&session->settings);
  if (session->limit.per_second != session->settings.requests_per_second) {
    cm_limit_set_rate(&session->limit, session->settings.requests_per_second);
  }
  session->account = account_of(&session->settings);
}

int cm_session_configure(cm_session *session, const char *name, const char *value, cm_err *err) {
  cm_connection *connection = session->connection;
  cm_session *of = NULL;
  cm_session *chosen = connection->chosen;
  int row = -1;
  int rc = cm_session_find_setting(session, name, &of, &row, err);
  if (rc == SQLITE_OK && strcmp(name, "account") == 0)
    rc = cm_session_account(session, value, &chosen, err);
  if (rc == SQLITE_OK) rc = cm_setting_set(&of->settings, cm_setting_at(row)->name, value, err);
  if (rc != SQLITE_OK) return rc;
  for (int i = 0; i < connection->account_count; i++)
    apply(connection->accounts[i]);
  connection->chosen = chosen;
  session->statement->id++; /* what is kept may be another account's from now on */
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
