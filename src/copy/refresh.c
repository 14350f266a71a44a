#include "copy/refresh.h"

#include <string.h>

#include "copy/announced.h"
#include "copy/fetch.h"
#include "copy/growth.h"
#include "copy/merge.h"
#include "copy/owned.h"
#include "lists/identity.h"
#include "lists/list_store.h"
#include "lists/memo.h"
#include "sql/bridge.h"
#include "sql/functions/arguments.h"

static const char who[] = CM_REFRESH_NAME;

enum {
  TABLE_NAME,
  ROWS,
  ADDED,
  CHANGED,
  REMOVED,
  REQUESTS,
  SECONDS,
  SCHEMA,
  TABLES,
  ACCOUNT
}; /* columns */

static const char schema_name[] = "the schema", tables_name[] = "tables",
                  account_name[] = "the account";

/* Of idxNum: which arguments xFilter is given. */
enum { HAS_SCHEMA = 1 << 0, HAS_TABLES = 1 << 1, HAS_ACCOUNT = 1 << 2 };

enum { MAX_TRIES = 3 }; /* of a list whose tables another program refreshes, too */

static const double COST = 1e9, EARLY_COST = 1e18; /* any other order of a join is better */

typedef struct refresh_table {
  sqlite3_vtab base;
  cm_session *session; /* a reference */
  bool is_in_temp;
} refresh_table;

/** What became of one table. */
typedef struct table_outcome {
  const char *name; /* constant */
  cm_merged merged;
  int64_t requests, duration_ms;
} table_outcome;

typedef struct refresh_cursor {
  sqlite3_vtab_cursor base;
  char *schema, *tables, *account; /* as given; owned, NULL: not given */
  table_outcome *outcomes;         /* owned */
  int count, at;
  bool was_run;
} refresh_cursor;

/* ---- the job --------------------------------------------------------------------------------------- */

/** One call under way. */
typedef struct refreshing {
  cm_session *session;
  cm_target target;
  cm_copied_list list;
  char *account;
  char first_day[CM_GROWTH_DAY];
  cm_stage *stages; /* as many as tables; those of one list at a time are open */
  table_outcome *outcomes;
  int done; /* tables whose outcome is there */
} refreshing;

/** Is the table made from the same list as the one at `first`? */
static bool is_of_list(const refreshing *job, int first, int other) {
  return cm_copied_leader(&job->list.tables[first]) == cm_copied_leader(&job->list.tables[other]);
}

static bool is_first_of_list(const refreshing *job, int index) {
  for (int i = 0; i < index; i++) {
    if (is_of_list(job, i, index)) return false;
  }
  return true;
}

/** What an earlier try has moved counts, too. */
static int merge_one(refreshing *job, cm_stage *stage, cm_err *err) {
  table_outcome *outcome = &job->outcomes[job->done];
  cm_merged merged = { 0 };
  outcome->name = stage->copied->name;
  int rc = cm_merge(stage, job->account, &merged, err);
  if (rc != SQLITE_OK) return rc;
  outcome->merged.rows = merged.rows;
  outcome->merged.added += merged.added;
  outcome->merged.changed += merged.changed;
  outcome->merged.removed += merged.removed;
  job->done++;
  return SQLITE_OK;
}

static int find_first_day(refreshing *job, const cm_copied *copied, cm_err *err) {
  if (copied->start < 0 || job->first_day[0] != '\0') return SQLITE_OK;
  return cm_growth_first_day(job->session, job->first_day, err);
}

/** Read the list, and move it into all tables that are made from it. @return SQLITE_DONE: see cm_merge. */
static int copy_once(refreshing *job, int first, cm_err *err) {
  int count = 0;
  int rc = find_first_day(job, &job->list.tables[first], err);
  for (int i = first; i < job->list.count && rc == SQLITE_OK; i++) {
    if (is_of_list(job, first, i))
      rc = cm_stage_open(&job->stages[count++], &job->target, &job->list.tables[i], err);
  }
  if (rc == SQLITE_OK) rc = cm_fetch_list(job->session, job->stages, count, job->first_day, err);
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    rc = merge_one(job, &job->stages[i], err);
  for (int i = 0; i < count; i++)
    cm_stage_close(&job->stages[i]);
  if (rc != SQLITE_OK && rc != SQLITE_DONE) return rc;
  int renewed = cm_target_renew(&job->target, err);
  return renewed == SQLITE_OK ? rc : renewed;
}

/** Where another program refreshes the same tables, what it has moved may be newer than what was read: it is read again. */
static int copy_until_newest(refreshing *job, int first, cm_err *err) {
  int at = job->done;
  int rc = SQLITE_DONE;
  for (int tries = 0; tries < MAX_TRIES && rc == SQLITE_DONE; tries++) {
    job->done = at;
    if (tries > 0) cm_memo_forget(job->session); /* its pages */
    rc = copy_once(job, first, err);
  }
  if (rc != SQLITE_DONE) return rc;
  return cm_err_set(err, SQLITE_BUSY,
                    "another program refreshes the same copy: let it end, and run it again");
}

/** The time and the requests of a list count for the first of its tables. */
static int copy_list(refreshing *job, int first, cm_err *err) {
  int at = job->done;
  int64_t requests = job->session->statement->requests;
  int64_t started_ms = cm_session_now_ms(job->session);
  int rc = copy_until_newest(job, first, err);
  cm_err_prefix(err, job->list.tables[first].resource->name);
  if (rc != SQLITE_OK) return rc;
  job->outcomes[at].requests = job->session->statement->requests - requests;
  job->outcomes[at].duration_ms = cm_session_now_ms(job->session) - started_ms;
  return SQLITE_OK;
}

static int make_room(refreshing *job, cm_err *err) {
  sqlite3_uint64 count = (sqlite3_uint64)job->list.count;
  job->stages = sqlite3_malloc64(count * sizeof *job->stages);
  job->outcomes = sqlite3_malloc64(count * sizeof *job->outcomes);
  if (job->stages == NULL || job->outcomes == NULL) return cm_err_nomem(err);
  memset(job->stages, 0, count * sizeof *job->stages);
  memset(job->outcomes, 0, count * sizeof *job->outcomes);
  return SQLITE_OK;
}

/** What the account refuses of one list: others may be there. A wrong key is wrong for all of them. */
static bool is_of_list_alone(const cm_err *err) {
  enum { PAYMENT_REQUIRED = 402, FORBIDDEN = 403, NOT_FOUND = 404 };
  return err->http_status == PAYMENT_REQUIRED || err->http_status == FORBIDDEN ||
         err->http_status == NOT_FOUND;
}

/** The call for the tables that are done, to free with sqlite3_free. NULL: memory ran out. */
static char *call_without(const refreshing *job) {
  enum { MAX_NAMES = 1000 };
  const char *account = job->session->name;
  cm_buf names;
  cm_buf_init(&names, MAX_NAMES);
  for (int i = 0; i < job->done; i++)
    cm_buf_printf(&names, "%s%s", i > 0 ? "," : "", job->outcomes[i].name);
  const char *list = cm_buf_str(&names);
  char *call = account[0] == '\0'
                   ? sqlite3_mprintf("%s(%Q, %Q)", who, job->target.shown, list)
                   : sqlite3_mprintf("%s(%Q, %Q, %Q)", who, job->target.shown, list, account);
  cm_buf_clear(&names);
  return call;
}

/** What was refused, and what is there all the same. */
static void say_rest(const refreshing *job, cm_err *err) {
  const cm_err refused = *err;
  char *call = job->done > 0 ? call_without(job) : NULL;
  if (call != NULL)
    cm_err_set(err, refused.code,
               "%s; all else is copied (%d table%s): to leave out what is refused write SELECT * "
               "FROM %s",
               refused.text, job->done, job->done == 1 ? "" : "s", call);
  sqlite3_free(call);
}

/** A list that the account refuses, by its plan or the key, holds up none of the others; the call fails then. */
static int copy_lists(refreshing *job, cm_err *err) {
  cm_err refused = { 0 };
  int rc = SQLITE_OK;
  for (int i = 0; i < job->list.count && rc == SQLITE_OK; i++) {
    if (!is_first_of_list(job, i)) continue;
    rc = copy_list(job, i, err);
    if (rc == SQLITE_OK || !is_of_list_alone(err)) continue;
    if (refused.code == SQLITE_OK) refused = *err;
    cm_err_clear(err);
    rc = SQLITE_OK;
  }
  if (rc != SQLITE_OK || refused.code == SQLITE_OK) return rc;
  *err = refused;
  say_rest(job, err);
  return refused.code;
}

static int run(refreshing *job, const char *schema, const char *tables, cm_err *err) {
  int rc = cm_copied_choose(tables, &job->list, err);
  if (rc == SQLITE_OK) rc = cm_target_open(&job->target, job->session, schema, err);
  if (rc == SQLITE_OK) rc = make_room(job, err);
  if (rc == SQLITE_OK) rc = cm_owned_check_names(&job->target, &job->list, err);
  if (rc == SQLITE_OK) rc = cm_identity_ask(job->session, who, &job->account, err);
  if (rc == SQLITE_OK) rc = cm_owned_check_account(&job->target, job->account, err);
  return rc == SQLITE_OK ? copy_lists(job, err) : rc;
}

static void end(refreshing *job) {
  if (job->target.db != NULL && !job->target.is_own) cm_growth_forget(&job->target);
  cm_target_close(&job->target);
  cm_copied_list_clear(&job->list);
  sqlite3_free(job->account);
  sqlite3_free(job->stages);
  sqlite3_free(job->outcomes);
}

/* ---- the table -------------------------------------------------------------------------------------- */

static refresh_table *table_of(sqlite3_vtab_cursor *cursor) {
  return (refresh_table *)cursor->pVtab;
}

static int refresh_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                           sqlite3_vtab **out, char **error) {
  (void)argc;
  bool is_in_temp = sqlite3_stricmp(argv[1], "temp") == 0;
  if (!is_in_temp && strcmp(argv[2], argv[0]) != 0) {
    *error = sqlite3_mprintf("%s cannot be stored in a file: create it in temp", who);
    return SQLITE_ERROR;
  }
  int rc = sqlite3_declare_vtab(
      db, "CREATE TABLE chartmogul_refresh(table_name TEXT, rows INTEGER, added INTEGER, "
          "changed INTEGER, removed INTEGER, requests INTEGER, seconds REAL, "
          "schema TEXT HIDDEN, tables TEXT HIDDEN, account TEXT HIDDEN)");
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc != SQLITE_OK) return rc;
  refresh_table *table = sqlite3_malloc64(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  memset(table, 0, sizeof *table);
  table->is_in_temp = is_in_temp;
  table->session = cm_session_ref(aux);
  *out = &table->base;
  return SQLITE_OK;
}

static int refresh_disconnect(sqlite3_vtab *base) {
  cm_session_unref(((refresh_table *)base)->session);
  sqlite3_free(base);
  return SQLITE_OK;
}

/** What chartmogul_explain says of it. */
static int note(cm_session *session, cm_explained *explained, sqlite3_index_info *info) {
  cm_announced_call call = { .who = who, .session = cm_session_chosen(session) };
  cm_err err = { 0 };
  int rc = cm_arguments_stated(info, SCHEMA, schema_name, &call.schema, &err);
  if (rc == SQLITE_OK) rc = cm_arguments_stated(info, TABLES, tables_name, &call.tables, &err);
  if (rc == SQLITE_OK) rc = cm_arguments_stated(info, ACCOUNT, account_name, &call.account, &err);
  if (rc != SQLITE_OK) call.refusal = &err;
  if (rc != SQLITE_NOMEM) rc = cm_announced_note(&call, explained, info);
  sqlite3_free(call.schema.text);
  sqlite3_free(call.tables.text);
  sqlite3_free(call.account.text);
  return rc;
}

static int refresh_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  bool is_early = false;
  cm_session *session = ((refresh_table *)base)->session;
  info->idxNum = cm_arguments_take(info, SCHEMA, ACCOUNT, &is_early);
  info->estimatedCost = is_early ? EARLY_COST : COST;
  cm_explained *explained = session->statement->explained;
  return explained != NULL ? note(session, explained, info) : SQLITE_OK;
}

static int refresh_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  refresh_table *table = (refresh_table *)base;
  refresh_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  cm_list_store_open_cursor(table->session);
  *out = &cursor->base;
  return SQLITE_OK;
}

static int refresh_close(sqlite3_vtab_cursor *base) {
  refresh_cursor *cursor = (refresh_cursor *)base;
  cm_session *session = table_of(base)->session;
  sqlite3_free(cursor->schema);
  sqlite3_free(cursor->tables);
  sqlite3_free(cursor->account);
  sqlite3_free(cursor->outcomes);
  sqlite3_free(cursor);
  cm_list_store_close_cursor(session);
  return SQLITE_OK;
}

/** What may not be asked for, before anything is done. */
static int check_call(const refresh_table *table, const refresh_cursor *cursor, cm_err *err) {
  if (cursor->was_run) {
    return cm_err_set(err, SQLITE_ERROR,
                      "the statement calls it a second time (a join or a subquery runs it once a "
                      "row): call it in "
                      "a statement of its own");
  }
  if (!table->is_in_temp) {
    return cm_err_set(err, SQLITE_ERROR,
                      "it is not in temp (from elsewhere its statement holds the file that it "
                      "writes): CREATE VIRTUAL "
                      "TABLE temp.%s USING %s",
                      who, who);
  }
  if (cursor->schema != NULL) return SQLITE_OK;
  return cm_err_set(
      err, SQLITE_ERROR,
      "schema is missing (nothing says where to copy to): write SELECT * FROM %s('main')", who);
}

static int keep_arguments(refresh_cursor *cursor, int number, sqlite3_value **argv, cm_err *err) {
  int rc = SQLITE_OK;
  if (number & HAS_SCHEMA) rc = cm_arguments_text(*argv++, schema_name, &cursor->schema, err);
  if (rc == SQLITE_OK && (number & HAS_TABLES))
    rc = cm_arguments_text(*argv++, tables_name, &cursor->tables, err);
  if (rc == SQLITE_OK && (number & HAS_ACCOUNT))
    rc = cm_arguments_text(*argv, account_name, &cursor->account, err);
  return rc;
}

/** All of the work is done before the first row: a caller that fetches none, or LIMIT 1, has a whole copy. */
static int refresh_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                          sqlite3_value **argv) {
  refresh_cursor *cursor = (refresh_cursor *)base;
  refresh_table *table = table_of(base);
  cm_session *session = cm_session_chosen(table->session);
  refreshing job = { 0 };
  cm_err err = { 0 };
  (void)text;
  (void)argc;
  int rc = cursor->was_run ? SQLITE_OK : keep_arguments(cursor, number, argv, &err);
  if (rc == SQLITE_OK && cursor->account != NULL)
    rc = cm_session_account(table->session, cursor->account, &session, &err);
  job.session = session;
  cm_memo_enter(session);
  if (rc == SQLITE_OK) rc = check_call(table, cursor, &err);
  cursor->was_run = true;
  session->reading.is_fresh = session->reading.is_kept_by_key = true;
  if (rc == SQLITE_OK) rc = run(&job, cursor->schema, cursor->tables, &err);
  session->reading.is_fresh = session->reading.is_kept_by_key = false;
  if (rc == SQLITE_OK) {
    cursor->outcomes = job.outcomes;
    cursor->count = job.done;
    job.outcomes = NULL;
  }
  end(&job);
  if (rc == SQLITE_OK) return rc;
  cm_err_prefix(&err, who);
  cm_session_name_account(session, &err);
  return cm_bridge_table_error(&table->base, NULL, &err);
}

static int refresh_next(sqlite3_vtab_cursor *base) {
  ((refresh_cursor *)base)->at++;
  return SQLITE_OK;
}

static int refresh_eof(sqlite3_vtab_cursor *base) {
  const refresh_cursor *cursor = (const refresh_cursor *)base;
  return cursor->at >= cursor->count;
}

static int refresh_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  const refresh_cursor *cursor = (const refresh_cursor *)base;
  const table_outcome *row = &cursor->outcomes[cursor->at];
  const cm_merged *merged = &row->merged;
  switch (column) {
  case TABLE_NAME: sqlite3_result_text(context, row->name, -1, SQLITE_STATIC); break;
  case ROWS: sqlite3_result_int64(context, merged->rows); break;
  case ADDED: sqlite3_result_int64(context, merged->added); break;
  case CHANGED: sqlite3_result_int64(context, merged->changed); break;
  case REMOVED: sqlite3_result_int64(context, merged->removed); break;
  case REQUESTS: sqlite3_result_int64(context, row->requests); break;
  case SECONDS: sqlite3_result_double(context, (double)row->duration_ms / 1000.0); break;
  case SCHEMA: sqlite3_result_text(context, cursor->schema, -1, SQLITE_TRANSIENT); break;
  case TABLES: sqlite3_result_text(context, cursor->tables, -1, SQLITE_TRANSIENT); break;
  default: sqlite3_result_text(context, cursor->account, -1, SQLITE_TRANSIENT); break;
  }
  return SQLITE_OK;
}

static int refresh_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((refresh_cursor *)base)->at + 1;
  return SQLITE_OK;
}

static const sqlite3_module module = {
  .iVersion = 1,
  .xCreate = refresh_connect,
  .xConnect = refresh_connect,
  .xBestIndex = refresh_best_index,
  .xDisconnect = refresh_disconnect,
  .xDestroy = refresh_disconnect,
  .xOpen = refresh_open,
  .xClose = refresh_close,
  .xFilter = refresh_filter,
  .xNext = refresh_next,
  .xEof = refresh_eof,
  .xColumn = refresh_column,
  .xRowid = refresh_rowid,
};

int cm_refresh_register(sqlite3 *db, cm_session *session) {
  return sqlite3_create_module_v2(db, who, &module, cm_session_ref(session), cm_session_unref);
}
