#include "sql/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "client/caller.h"
#include "lists/list_store.h"
#include "read/scan.h"
#include "spec/registry.h"
#include "spec/source.h"
#include "sql/bridge.h"
#include "sql/vtab.h"
#include "write/queue.h"

typedef struct cm_cursor {
  sqlite3_vtab_cursor base;
  cm_scan *scan; /* NULL before xFilter */
  cm_plan plan;
  bool is_eof;
  bool was_moved; /* by xNext, since xFilter */
  cm_asked asked; /* of the row where it stands */
} cm_cursor;

static cm_table *table_of(sqlite3_vtab_cursor *cursor) {
  return (cm_table *)cursor->pVtab;
}

int cm_cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  cm_table *table = (cm_table *)base;
  cm_err err = { 0 };
  int rc = table->is_eponymous ? cm_caller_check_table(table->db, table->resource->name, &err)
                               : SQLITE_OK;
  if (rc != SQLITE_OK) return cm_table_error(table, true, &err);
  cm_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  cursor->is_eof = true;
  cm_list_store_open_cursor(table->session);
  *out = &cursor->base;
  return SQLITE_OK;
}

int cm_cursor_close(sqlite3_vtab_cursor *base) {
  cm_cursor *cursor = (cm_cursor *)base;
  cm_session *session = table_of(base)->session;
  cm_scan_close(cursor->scan);
  sqlite3_free(cursor);
  cm_list_store_close_cursor(session);
  return SQLITE_OK;
}

static int compare_values(const void *left, const void *right) {
  return cm_value_compare(left, right);
}

static int push_value(cm_scan_arg *arg, int *capacity, sqlite3_value *value, cm_err *err) {
  if (arg->count == CM_MAX_LIST_VALUES)
    return cm_err_set(err, SQLITE_TOOBIG, "an IN list has more than %d values", CM_MAX_LIST_VALUES);
  if (arg->count == *capacity) {
    *capacity = *capacity == 0 ? 8 : *capacity * 2;
    cm_value *grown = sqlite3_realloc64(arg->values,
                                        (sqlite3_uint64)*capacity * sizeof *arg->values);
    if (grown == NULL) return cm_err_nomem(err);
    arg->values = grown;
  }
  cm_value borrowed = cm_bridge_value(value);
  if (cm_value_copy(&borrowed, &arg->values[arg->count]) != SQLITE_OK) return cm_err_nomem(err);
  arg->count++;
  return SQLITE_OK;
}

static int read_list(sqlite3_value *list, cm_scan_arg *arg, cm_err *err) {
  sqlite3_value *value = NULL;
  int capacity = 0;
  int rc = sqlite3_vtab_in_first(list, &value);
  for (; rc == SQLITE_OK && value != NULL; rc = sqlite3_vtab_in_next(list, &value)) {
    if (sqlite3_value_type(value) == SQLITE_NULL) continue;
    rc = push_value(arg, &capacity, value, err);
    if (rc != SQLITE_OK) return rc;
  }
  if (rc != SQLITE_OK && rc != SQLITE_DONE) return cm_err_set(err, rc, "an IN list cannot be read");
  if (arg->count > 1) qsort(arg->values, (size_t)arg->count, sizeof *arg->values, compare_values);
  return SQLITE_OK;
}

static int read_args(const cm_plan *plan, sqlite3_value **argv, cm_scan_arg *args, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < plan->arg_count && rc == SQLITE_OK; i++) {
    int capacity = 0;
    if (plan->args[i].is_list) {
      rc = read_list(argv[i], &args[i], err);
    } else {
      rc = push_value(&args[i], &capacity, argv[i], err);
    }
  }
  for (int i = 0; rc != SQLITE_OK && i < plan->arg_count; i++)
    cm_scan_arg_clear(&args[i]);
  return rc;
}

static int cursor_advance(cm_cursor *cursor) {
  cm_table *table = table_of(&cursor->base);
  cm_err err = { 0 };
  cursor->asked = (cm_asked){ 0 };
  int rc = cm_scan_next(cursor->scan, &err);
  cursor->is_eof = rc != SQLITE_ROW;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : cm_table_error(table, true, &err);
}

/** A row that waits for COMMIT cannot be read yet: to find nothing would be to lie about it. */
static int check_waiting(const cm_table *table, const cm_plan *plan, const cm_scan_arg *args,
                         cm_err *err) {
  cm_binding bindings[CM_PLAN_MAX_ARGS];
  int count = 0;
  for (int i = 0; i < plan->arg_count; i++) {
    bool is_value = plan->args[i].op == CM_TERM_EQ && !plan->args[i].is_list && args[i].count == 1;
    if (!is_value) continue;
    bindings[count++] = (cm_binding){ .column = plan->args[i].column, .value = args[i].values[0] };
  }
  const char *name = cm_queue_waiting_name(table->session, table->resource, bindings, count);
  if (name == NULL) return SQLITE_OK;
  return cm_err_set(
      err, SQLITE_ERROR,
      "%s: %s: this row waits for COMMIT (the API does not know it yet): COMMIT first, or "
      "set write_mode to immediate before BEGIN",
      table->resource->name, name);
}

int cm_cursor_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                     sqlite3_value **argv) {
  cm_cursor *cursor = (cm_cursor *)base;
  cm_table *table = table_of(base);
  cm_scan_arg args[CM_PLAN_MAX_ARGS] = { { NULL, 0 } };
  cm_err err = { 0 };
  (void)number;
  cm_scan_close(cursor->scan);
  cursor->scan = NULL;
  cursor->is_eof = true;
  cursor->was_moved = false;
  cm_memo_enter(table->session);
  int64_t statement = table->session->statement->id;
  cm_seen_begin(&table->seen, table->db, table->seen_statement != statement);
  table->seen_statement = statement;
  int rc = cm_plan_decode(table->resource, text, &cursor->plan);
  if (rc == SQLITE_OK && cursor->plan.arg_count != argc) rc = SQLITE_ERROR;
  if (rc != SQLITE_OK) {
    cm_err_set(&err, rc, "%s: SQLite handed back a plan that is not one: report this as a bug",
               table->resource->name);
    return cm_table_error(table, true, &err);
  }
  rc = read_args(&cursor->plan, argv, args, &err);
  if (rc == SQLITE_OK) rc = check_waiting(table, &cursor->plan, args, &err);
  for (int i = 0; rc != SQLITE_OK && i < CM_PLAN_MAX_ARGS; i++)
    cm_scan_arg_clear(&args[i]);
  if (rc == SQLITE_OK)
    rc = cm_scan_open(table->session, table->resource, &cursor->plan, args, &cursor->scan, &err);
  return rc == SQLITE_OK ? cursor_advance(cursor) : cm_table_error(table, true, &err);
}

int cm_cursor_next(sqlite3_vtab_cursor *base) {
  cm_cursor *cursor = (cm_cursor *)base;
  if (cursor->was_moved) table_of(base)->session->statement->sqlite_has_looked = true;
  cursor->was_moved = true;
  return cursor_advance(cursor);
}

int cm_cursor_eof(sqlite3_vtab_cursor *base) {
  return ((cm_cursor *)base)->is_eof;
}

/** A parameter that the statement uses but does not give. UPDATE asks for every column: no use. */
static bool is_unbound_parameter(const cm_cursor *cursor, const cm_row *row, int column) {
  if (!(row->resource->columns[column].flags & CM_PARAM) || cm_plan_uses_all(&cursor->plan))
    return false;
  for (int i = 0; i < row->binding_count; i++) {
    if (row->bindings[i].column == column) return false;
  }
  return true;
}

/** Only an UPDATE asks for a column and says that it will not change: the write needs the whole row. */
static void result_packed(sqlite3_context *context, cm_row *row) {
  char *packed = cm_row_pack(row);
  if (packed == NULL) {
    sqlite3_result_error_nomem(context);
  } else {
    sqlite3_result_text(context, packed, -1, sqlite3_free);
  }
}

/** DELETE asks for the key of each row that it will take away. */
static int note_seen(cm_cursor *cursor, const cm_value *key, const cm_row *row, cm_err *err) {
  cm_seen *seen = &table_of(&cursor->base)->seen;
  int rc = cm_seen_note(seen, key, row->text);
  return rc == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

/** What the row is called in `_rowid_`: its key. */
static int result_row_name(cm_cursor *cursor, sqlite3_context *context) {
  const cm_resource *resource = cm_scan_row(cursor->scan)->resource;
  cm_value value = cm_value_null();
  cm_err err;
  cm_err_clear(&err);
  if (sqlite3_vtab_nochange(context)) return SQLITE_OK;
  int rc = cm_scan_peek(cursor->scan, cm_registry_key(resource), &value, &err);
  if (rc == SQLITE_OK) {
    cm_bridge_result(context, &value);
  } else {
    cm_err_prefix(&err, resource->name);
    cm_session_name_account(table_of(&cursor->base)->session, &err);
    cm_bridge_error(context, &err);
  }
  cm_value_clear(&value);
  return rc;
}

int cm_cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  cm_cursor *cursor = (cm_cursor *)base;
  cm_row *row = cm_scan_row(cursor->scan);
  if (cm_registry_is_row_name(row->resource, column)) return result_row_name(cursor, context);
  const cm_column *described = &row->resource->columns[column];
  bool is_key = (described->flags & CM_KEY) != 0;
  if (cm_plan_uses_all(&cursor->plan)) { /* an UPDATE */
    cm_asked_note(&cursor->asked, column, is_key);
    table_of(base)->asked = cursor->asked;
  }
  cm_err err;
  cm_err_clear(&err); /* not all of it: this runs for every column of every row */
  cm_value value = cm_value_null();
  if (sqlite3_vtab_nochange(context) && !is_key) {
    if (cm_source_is(described, CM_FROM_ROW)) result_packed(context, row);
    return SQLITE_OK;
  }
  int rc = SQLITE_OK;
  if (is_unbound_parameter(cursor, row, column)) {
    rc = cm_scan_refuse_parameter(cursor->scan, column, &err);
  } else {
    rc = cm_scan_peek(cursor->scan, column, &value, &err);
  }
  bool is_seen = is_key && table_of(base)->seen.is_noting;
  if (rc == SQLITE_OK && is_seen) rc = note_seen(cursor, &value, row, &err);
  if (rc == SQLITE_OK) {
    cm_bridge_result(context, &value);
  } else {
    cm_err_prefix(&err, row->resource->name);
    cm_session_name_account(table_of(base)->session, &err);
    cm_bridge_error(context, &err);
  }
  cm_value_clear(&value);
  return rc;
}

int cm_cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  cm_row *row = cm_scan_row(((cm_cursor *)base)->scan);
  *rowid = (sqlite3_int64)(cm_row_hash(row) >> 1);
  return SQLITE_OK;
}
