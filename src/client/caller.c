#include "client/caller.h"

#include <string.h>

#include "base/sql_calls.h"
#include "client/schemas.h"

/*
** Where the functions are kept that a run of a statement may call: beside the arguments' data, under a number that no
** argument has. SQLite keeps a negative one for all functions of the statement, and frees it when the run ends.
*/
enum { ALLOWED_PLACE = -770215 };

enum { MAX_ALLOWED = 64, MAX_SEEN = 512, BUSY_FOR_MS = 60 * 1000 };

typedef struct allowed {
  int count;
  const char *functions[MAX_ALLOWED]; /* one that finds no room is looked up again */
} allowed;

/** The table in a schema that calls a function, as it was when the schema was read last. */
typedef struct seen {
  struct seen *next;
  const char *function;
  char *table; /* owned; NULL: none does */
  char schema[];
} seen;

struct cm_callers {
  seen *first;
  int count;
  bool was_busy;
  int64_t busy_at_ms;
};

static void forget_all(cm_callers *callers) {
  while (callers->first != NULL) {
    seen *done = callers->first;
    callers->first = done->next;
    sqlite3_free(done->table);
    sqlite3_free(done);
  }
  callers->count = 0;
}

static void free_callers(cm_callers *callers) {
  forget_all(callers);
  sqlite3_free(callers);
}

static cm_callers *callers_of(cm_session *session) {
  if (session->connection->callers != NULL) return session->connection->callers;
  session->connection->callers = sqlite3_malloc64(sizeof *session->connection->callers);
  if (session->connection->callers == NULL) return NULL;
  memset(session->connection->callers, 0, sizeof *session->connection->callers);
  session->connection->free_callers = free_callers;
  return session->connection->callers;
}

void cm_caller_note_busy(cm_session *session) {
  cm_callers *callers = callers_of(session);
  if (callers == NULL) return; /* then it is found out once more */
  callers->was_busy = true;
  callers->busy_at_ms = cm_session_now_ms(session);
}

/* ---- one schema ---------------------------------------------------------------------------- */

/** What a definition is looked for that calls a function, or names a table. */
typedef enum search_of {
  CALLS_IN_FILE, /* of a table or an index; a virtual table may call what it names */
  CALLS_IN_TEMP, /* views and triggers count, too: they are the user's */
  NAMES_TABLE    /* of a virtual table whose module is not ours */
} search_of;

typedef struct search {
  const char *name;
  search_of what;
  char *table; /* owned; NULL: there is no such definition */
} search;

static bool is_sought(const search *of, const cm_schema_row *row) {
  const char *type = row->type != NULL ? row->type : "";
  bool is_table = strcmp(type, "table") == 0 || strcmp(type, "index") == 0;
  if (of->what == CALLS_IN_FILE && !is_table) return false;
  if (of->what != NAMES_TABLE && cm_sql_calls(row->sql, of->name)) return true;
  return of->what != CALLS_IN_TEMP && cm_sql_gives_to_module(row->sql, of->name);
}

static int visit(void *context, const cm_schema_row *row) {
  search *into = context;
  const char *table = into->what == NAMES_TABLE ? row->name : row->table;
  if (!is_sought(into, row)) return SQLITE_OK;
  into->table = sqlite3_mprintf("%s", table != NULL ? table : "?");
  return into->table != NULL ? SQLITE_DONE : SQLITE_NOMEM;
}

static seen *find_seen(const cm_callers *callers, const char *schema, const char *function) {
  for (seen *one = callers->first; one != NULL; one = one->next) {
    if (one->function == function && strcmp(one->schema, schema) == 0) return one;
  }
  return NULL;
}

/** Note what a schema was seen to hold, and give it back. NULL: memory ran out. `table` is taken. */
static seen *note_seen(cm_callers *callers, const char *schema, const char *function, char *table) {
  seen *one = find_seen(callers, schema, function);
  if (one == NULL) {
    if (callers->count == MAX_SEEN) forget_all(callers);
    size_t size = strlen(schema) + 1;
    one = sqlite3_malloc64(sizeof *one + size);
    if (one == NULL) {
      sqlite3_free(table);
      return NULL;
    }
    *one = (seen){ .next = callers->first, .function = function };
    memcpy(one->schema, schema, size);
    callers->first = one;
    callers->count++;
  }
  sqlite3_free(one->table);
  one->table = table;
  return one;
}

/** No lock stays behind: nothing of the connection has a transaction open, and none begins by reading. */
static bool leaves_no_lock(sqlite3 *db) {
  return sqlite3_get_autocommit(db) && sqlite3_txn_state(db, NULL) == SQLITE_TXN_NONE;
}

static bool is_busy(const cm_session *session, const cm_callers *callers) {
  return callers->was_busy &&
         cm_session_now_ms(session) - callers->busy_at_ms < (int64_t)BUSY_FOR_MS;
}

/**
 * Look for a stored table that calls the function.
 * @param table  Receives it, borrowed until the next look; NULL: there is none.
 */
static int look(sqlite3 *db, cm_session *session, const char *schema, const char *function,
                const char **table) {
  cm_callers *callers = callers_of(session);
  search into = { .name = function };
  *table = NULL;
  if (callers == NULL) return SQLITE_NOMEM;
  bool is_open = sqlite3_txn_state(db, schema) != SQLITE_TXN_NONE;
  seen *known = find_seen(callers, schema, function);
  if (!is_open && (!leaves_no_lock(db) || is_busy(session, callers))) {
    if (known != NULL) *table = known->table;
    return SQLITE_OK;
  }
  int rc = cm_schemas_read(db, schema, visit, &into);
  if (rc == SQLITE_OK) {
    known = note_seen(callers, schema, function, into.table);
    if (known == NULL) return SQLITE_NOMEM;
    *table = known->table;
    return SQLITE_OK;
  }
  sqlite3_free(into.table);
  if (is_open || rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) return rc;
  if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) cm_caller_note_busy(session);
  return SQLITE_OK; /* what cannot be read cannot have called */
}

/* ---- all of them --------------------------------------------------------------------------- */

static int check_stored(sqlite3 *db, cm_session *session, const cm_schemas *schemas,
                        const char *function, cm_err *err) {
  for (int i = 0; i < schemas->count; i++) {
    const char *schema = schemas->names[i];
    const char *table = NULL;
    if (strcmp(schema, "temp") == 0) continue;
    int rc = look(db, session, schema, function, &table);
    if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
    if (rc != SQLITE_OK) {
      return cm_err_set(err, rc,
                        "%s: refused (whether a table in %.80s calls it cannot be read: %s): try "
                        "again",
                        function, schema, sqlite3_errmsg(db));
    }
    if (table == NULL) continue;
    return cm_err_set(err, SQLITE_ERROR,
                      "%s: refused (the definition of table %.80s in %.80s calls it, and could act "
                      "in your name): read that definition and drop the table, or use a "
                      "connection without that file",
                      function, table, schema);
  }
  return SQLITE_OK;
}

static bool is_called_by_running(sqlite3 *db, const char *function) {
  sqlite3_stmt *statement = sqlite3_next_stmt(db, NULL);
  for (; statement != NULL; statement = sqlite3_next_stmt(db, statement)) {
    bool is_running = sqlite3_stmt_busy(statement) && !sqlite3_stmt_isexplain(statement);
    if (is_running && cm_sql_calls(sqlite3_sql(statement), function)) return true;
  }
  return false;
}

static int check_named(sqlite3 *db, const char *function, cm_err *err) {
  search into = { .name = function, .what = CALLS_IN_TEMP };
  if (is_called_by_running(db, function)) return SQLITE_OK;
  int rc = cm_schemas_read(db, "temp", visit, &into);
  bool is_named = into.table != NULL;
  sqlite3_free(into.table);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc == SQLITE_OK && is_named) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: refused (no running statement calls it by name, nor does a TEMP view or "
                    "trigger): write the call into the statement",
                    function);
}

static int refuse_unlisted(sqlite3 *db, const char *name, int rc, cm_err *err) {
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  return cm_err_set(err, rc, "%s: refused (the schemas cannot be listed: %s): try again", name,
                    sqlite3_errmsg(db));
}

/* To list the schemas, SQLite before 3.40 reads those that it has not read yet. */
static int check_all_stored(sqlite3 *db, cm_session *session, const char *function, cm_err *err) {
  cm_schemas schemas;
  const cm_callers *callers = callers_of(session);
  bool is_any_open = sqlite3_txn_state(db, NULL) != SQLITE_TXN_NONE;
  if (callers == NULL) return cm_err_nomem(err);
  if (!is_any_open && is_busy(session, callers)) return SQLITE_OK;
  int rc = cm_schemas_list(db, &schemas);
  if (rc == SQLITE_OK) {
    rc = check_stored(db, session, &schemas, function, err);
  } else if (!is_any_open && (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)) {
    cm_caller_note_busy(session);
    rc = SQLITE_OK; /* what is not open cannot have called */
  } else {
    rc = refuse_unlisted(db, function, rc, err);
  }
  cm_schemas_clear(&schemas);
  return rc;
}

static int check(sqlite3 *db, cm_session *session, const char *function, cm_err *err) {
  int rc = check_all_stored(db, session, function, err);
  if (rc == SQLITE_OK) rc = check_named(db, function, err);
  if (rc != SQLITE_OK) cm_err_prefix(err, function);
  return rc;
}

static bool is_allowed(const allowed *calls, const char *function) {
  for (int i = 0; calls != NULL && i < calls->count; i++) {
    if (calls->functions[i] == function) return true;
  }
  return false;
}

int cm_caller_check(sqlite3_context *context, cm_session *session, const char *function,
                    cm_err *err) {
  allowed *calls = sqlite3_get_auxdata(context, ALLOWED_PLACE);
  if (is_allowed(calls, function)) return SQLITE_OK;
  int rc = check(sqlite3_context_db_handle(context), session, function, err);
  if (rc != SQLITE_OK) return rc;
  if (calls == NULL) {
    calls = sqlite3_malloc64(sizeof *calls);
    if (calls == NULL) return cm_err_nomem(err);
    calls->count = 0;
    sqlite3_set_auxdata(context, ALLOWED_PLACE, calls, sqlite3_free);
    calls = sqlite3_get_auxdata(context, ALLOWED_PLACE);
    if (calls == NULL) return cm_err_nomem(err); /* SQLite has freed it */
  }
  if (calls->count < MAX_ALLOWED) calls->functions[calls->count++] = function;
  return SQLITE_OK;
}

/* ---- tables that a module reads ------------------------------------------------------------- */

/* Only a schema that has a transaction open can have a module that reads; to read it takes no further lock. */
static int check_given(sqlite3 *db, const char *schema, const char *name, cm_err *err) {
  search into = { .name = name, .what = NAMES_TABLE };
  bool is_open = sqlite3_txn_state(db, schema) != SQLITE_TXN_NONE;
  if (strcmp(schema, "temp") == 0 || !is_open) return SQLITE_OK;
  int rc = cm_schemas_read(db, schema, visit, &into);
  if (rc == SQLITE_NOMEM) {
    cm_err_nomem(err);
  } else if (rc != SQLITE_OK) {
    cm_err_set(err, rc,
               "%s: refused (whether a virtual table in %.80s names it cannot be read: %s): try "
               "again",
               name, schema, sqlite3_errmsg(db));
  } else if (into.table != NULL) {
    rc = cm_err_set(err, SQLITE_ERROR,
                    "%s: refused (the definition of virtual table %.80s in %.80s names it, and "
                    "could read the account in your name): read that definition and drop the "
                    "table, or create it in temp if it is yours",
                    name, into.table, schema);
  }
  sqlite3_free(into.table);
  return rc;
}

int cm_caller_check_table(sqlite3 *db, const char *name, cm_err *err) {
  cm_schemas schemas;
  int rc = cm_schemas_list(db, &schemas);
  if (rc != SQLITE_OK) rc = refuse_unlisted(db, name, rc, err);
  for (int i = 0; i < schemas.count && rc == SQLITE_OK; i++)
    rc = check_given(db, schemas.names[i], name, err);
  cm_schemas_clear(&schemas);
  return rc;
}
