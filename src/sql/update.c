#include "sql/update.h"

#include <string.h>

#include "change/change.h"
#include "change/change_check.h"
#include "client/writable.h"
#include "spec/registry.h"
#include "sql/asked.h"
#include "sql/bridge.h"
#include "sql/vtab.h"
#include "write/queue.h"

/* ---- from SQLite's values to a change ------------------------------------------------------- */

/*
** SQLite skips a row of OR IGNORE whose xUpdate says SQLITE_CONSTRAINT. Only "exists already" may be skipped
** so, hence every other refusal gets another code.
*/
static int visible_code(int code, int on_conflict) {
  return code == SQLITE_CONSTRAINT && on_conflict == SQLITE_IGNORE ? SQLITE_ERROR : code;
}

static cm_conflict conflict_of(int on_conflict) {
  if (on_conflict == SQLITE_IGNORE) return CM_CONFLICT_IGNORE;
  return on_conflict == SQLITE_REPLACE ? CM_CONFLICT_REPLACE : CM_CONFLICT_FAIL;
}

/** The columns that an old SQLite may hand over although UPDATE ... FROM does not set them. */
static uint64_t asked_columns(const cm_table *table) {
  uint64_t fixed = 0;
  for (int i = 0; i < table->resource->column_count; i++) {
    if (!(table->resource->columns[i].flags & (CM_KEY | CM_UPDATE))) fixed |= cm_asked_bit(i);
  }
  return cm_asked_columns(&table->asked, fixed);
}

static int copy_cells(const cm_table *table, sqlite3_value **argv, cm_cell **out, cm_err *err) {
  const cm_resource *resource = table->resource;
  cm_cell *cells = sqlite3_malloc64((sqlite3_uint64)resource->column_count * sizeof *cells);
  if (cells == NULL) return cm_err_nomem(err);
  uint64_t asked = asked_columns(table);
  for (int i = 0; i < resource->column_count; i++) {
    cells[i].value = cm_bridge_value(argv[i + 2]);
    cells[i].is_unchanged = sqlite3_value_nochange(argv[i + 2]) != 0;
    cells[i].is_doubtful = (asked & cm_asked_bit(i)) != 0;
  }
  *out = cells;
  return SQLITE_OK;
}

/**
 * argv: the old key, the new key, the columns; only the old key for DELETE.
 * @param out  Its cells are to be freed.
 */
static int read_row(const cm_table *table, int argc, sqlite3_value **argv, int on_conflict,
                    cm_stated_row *out, cm_err *err) {
  cm_cell *cells = NULL;
  int rc = argc == 1 ? SQLITE_OK : copy_cells(table, argv, &cells, err);
  *out = (cm_stated_row){ .resource = table->resource,
                          .key = cm_bridge_value(argv[0]),
                          .cells = cells };
  if (argc == 1) out->deleted = cm_seen_find(&table->seen, &out->key);
  if (cm_stated_verb(out) == CM_VERB_INSERT) out->conflict = conflict_of(on_conflict);
  return rc;
}

/** `_rowid_` is the key under another name, and no more to be written than that. */
static int check_row_name(const cm_table *table, int argc, sqlite3_value **argv, cm_err *err) {
  const cm_resource *resource = table->resource;
  if (argc == 1 || !cm_registry_is_row_name(resource, resource->column_count)) return SQLITE_OK;
  sqlite3_value *given = argv[resource->column_count + 2];
  cm_value name = cm_bridge_value(given);
  cm_value key = cm_bridge_value(argv[0]);
  bool is_left = sqlite3_value_nochange(given) != 0 || cm_value_compare(&name, &key) == 0;
  if (is_left) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s: _rowid_ cannot be written (it is %s under another name): leave it out",
                    resource->name, resource->columns[cm_registry_key(resource)].name);
}

/** Take a row up: it waits, or nothing is to be done for it. A row that is refused gets its line in the log. */
static int take_row(cm_table *table, cm_stated_row *row, bool is_autocommit, bool *waits,
                    cm_err *err) {
  cm_session *session = table->session;
  cm_queue_search search = { .session = session };
  cm_change change;
  row->waits = cm_queue_is_column_waiting;
  row->context = &search;
  int rc = cm_change_make(row, &change, err);
  if (rc == SQLITE_OK && search.code != SQLITE_OK) rc = cm_err_nomem(err);
  *waits = rc == SQLITE_OK && !cm_change_is_empty(&change);
  if (*waits) {
    rc = cm_queue_add(session, &change, is_autocommit, err);
  } else {
    cm_change_clear(&change);
  }
  row->waits = NULL;
  row->context = NULL;
  if (rc == SQLITE_OK) return SQLITE_OK;
  *waits = false;
  if (rc != SQLITE_NOMEM) rc = cm_queue_refuse(session, row, is_autocommit, err);
  if (rc != SQLITE_OK) cm_queue_abandon(session, err);
  return rc;
}

/* ---- sending ------------------------------------------------------------------------------- */

/** OR IGNORE, OR REPLACE and OR FAIL promise something about each row. */
static bool is_by_row(int on_conflict) {
  return on_conflict == SQLITE_IGNORE || on_conflict == SQLITE_REPLACE ||
         on_conflict == SQLITE_FAIL;
}

/** Does a write wait for the end of its statement? */
static bool is_held_back(const cm_session *session, cm_verb verb) {
  /* delete_limit has to see all deletes first, and all that updates take out of sets; a row that is updated
  ** again by the same statement is one update; changes of a list that goes as a whole are one call. */
  if (verb == CM_VERB_DELETE) return true;
  if (verb == CM_VERB_UPDATE && cm_queue_can_hold(session)) return true;
  return cm_queue_is_held_back(session);
}

/** How far the write that was added last goes now. @return false: it waits. */
static bool choose_goal(const cm_table *table, cm_verb verb, bool is_autocommit, int on_conflict,
                        cm_queue_goal *goal) {
  const cm_session *session = table->session;
  *goal = CM_QUEUE_ROW;
  if (!is_autocommit) return session->settings.write_mode == CM_WRITE_IMMEDIATE;
  /* OR FAIL ends the statement with the first row that is refused: it cannot wait for the end. */
  if (on_conflict != SQLITE_FAIL && cm_queue_holds(session)) {
    *goal = CM_QUEUE_FOUND;
    return is_by_row(on_conflict);
  }
  if (is_by_row(on_conflict)) return true;
  *goal = CM_QUEUE_ROOM;
  return !is_held_back(session, verb);
}

static int send(cm_table *table, cm_verb verb, bool is_autocommit, int on_conflict, cm_err *err) {
  cm_queue_goal goal;
  if (!choose_goal(table, verb, is_autocommit, on_conflict, &goal)) return SQLITE_OK;
  int rc = cm_queue_send(table->session, goal, err);
  if (rc == SQLITE_DONE && on_conflict != SQLITE_IGNORE) rc = SQLITE_OK;
  return rc;
}

int cm_write_update(sqlite3_vtab *base, int argc, sqlite3_value **argv, sqlite3_int64 *rowid) {
  cm_table *table = (cm_table *)base;
  cm_session *session = table->session;
  int on_conflict = sqlite3_vtab_on_conflict(table->db);
  bool is_autocommit = sqlite3_get_autocommit(table->db) != 0;
  cm_stated_row row;
  bool waits = false;
  cm_err err = { 0 };
  (void)rowid; /* the new row's key is known later, if at all */
  if (cm_queue_check_process(session, table->resource->name, &err) != SQLITE_OK)
    return cm_table_error(table, false, &err);
  if (session->settings.read_only) {
    cm_err_set(&err, SQLITE_READONLY,
               "%s: nothing was written (read_only is set): open another connection to write",
               table->resource->name);
    return cm_table_error(table, true, &err);
  }
  if (cm_writable_check_main(table->db, "nothing was written", &err) != SQLITE_OK)
    return cm_table_error(table, true, &err);
  if (check_row_name(table, argc, argv, &err) != SQLITE_OK)
    return cm_table_error(table, true, &err);
  int rc = read_row(table, argc, argv, on_conflict, &row, &err);
  if (rc == SQLITE_OK) rc = take_row(table, &row, is_autocommit, &waits, &err);
  if (rc == SQLITE_OK && waits)
    rc = send(table, cm_stated_verb(&row), is_autocommit, on_conflict, &err);
  sqlite3_free((void *)row.cells);
  if (rc == SQLITE_DONE) return SQLITE_CONSTRAINT; /* the row is there: OR IGNORE skips it */
  if (rc == SQLITE_OK) return SQLITE_OK;
  err.code = visible_code(rc, on_conflict);
  return cm_table_error(table, true, &err);
}

/* ---- transactions -------------------------------------------------------------------------- */

int cm_write_begin(sqlite3_vtab *base) {
  cm_queue_begin(((cm_table *)base)->session);
  return SQLITE_OK;
}

/* SQLite calls it for each table, in the order in which they were first written: so one account goes behind the other. */
int cm_write_sync(sqlite3_vtab *base) {
  cm_table *table = (cm_table *)base;
  cm_session *of = table->session; /* whose error it is */
  cm_err err = { 0 };
  int rc = cm_queue_check_process(table->session, table->resource->name, &err);
  if (rc == SQLITE_OK) rc = cm_queue_record_others(table->session, &of, &err);
  if (rc == SQLITE_OK) rc = cm_queue_send(table->session, CM_QUEUE_ALL, &err);
  if (rc == SQLITE_OK) return rc;
  /* The first table of an account sends the rows of all its tables: the line says whose they are. */
  cm_session_name_account(of, &err);
  cm_queue_end_in_error(of, &err);
  return cm_bridge_table_error(base, NULL, &err);
}

int cm_write_commit(sqlite3_vtab *base) {
  cm_seen_clear(&((cm_table *)base)->seen);
  cm_queue_commit(((cm_table *)base)->session);
  return SQLITE_OK;
}

int cm_write_rollback(sqlite3_vtab *base) {
  cm_seen_clear(&((cm_table *)base)->seen);
  cm_queue_rollback(((cm_table *)base)->session);
  return SQLITE_OK;
}

int cm_write_savepoint(sqlite3_vtab *base, int level) {
  return cm_queue_savepoint(((cm_table *)base)->session, level);
}

int cm_write_release(sqlite3_vtab *base, int level) {
  cm_table *table = (cm_table *)base;
  cm_err err = { 0 };
  int rc = cm_queue_check_process(table->session, table->resource->name, &err);
  if (rc == SQLITE_OK) cm_queue_release(table->session, level);
  return rc; /* SQLite shows no text of xRelease, and frees none */
}

int cm_write_rollback_to(sqlite3_vtab *base, int level) {
  cm_queue_rollback_to(((cm_table *)base)->session, level);
  return SQLITE_OK;
}

int cm_write_check_destroy(sqlite3_vtab *base) {
  cm_table *table = (cm_table *)base;
  /* SQLite shows no text of xDestroy, and frees none. */
  return cm_queue_is_waiting(table->session, table->resource) ? SQLITE_ERROR : SQLITE_OK;
}
