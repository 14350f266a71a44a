#include "sql/table.h"

#include <stdlib.h>
#include <string.h>

#include "client/caller.h"
#include "read/known_pages.h"
#include "read/list_store.h"
#include "read/scan.h"
#include "record/url.h"
#include "spec/registry.h"
#include "spec/source.h"
#include "sql/bridge.h"
#include "sql/update.h"
#include "sql/vtab.h"
#include "write/queue.h"

enum { COST_OF_A_REQUEST = 1000 };

/** What a module is registered with: the resource, and the connection's session. */
typedef struct module_data {
  const cm_resource *resource;
  cm_session *session; /* a reference */
} module_data;

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

static int fail(cm_table *table, cm_err *err) {
  cm_err_prefix(err, table->resource->name);
  return cm_bridge_table_error(&table->base, err);
}

/* ---- connecting ---------------------------------------------------------------------------- */

/** True when `schema` holds an object of this name that somebody created. */
static bool is_stored(sqlite3 *db, const char *schema, const char *name) {
  bool found = false;
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\".sqlite_schema WHERE name = %Q COLLATE NOCASE",
                              schema, name);
  if (sql != NULL && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
    found = sqlite3_step(stmt) == SQLITE_ROW;
  }
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  return found;
}

/* SQLite connects the eponymous table under the module's own name in "main". */
static bool is_eponymous(sqlite3 *db, const char *module, const char *schema, const char *name) {
  bool may_be = strcmp(module, name) == 0 && sqlite3_stricmp(schema, "main") == 0;
  return may_be && !is_stored(db, schema, name);
}

/*
** A table that is stored in a file could make an innocent look of that file spend the reader's key, so
** it needs the setting.
*/
static bool is_allowed(sqlite3 *db, const cm_session *session, const char *module,
                       const char *schema, const char *name) {
  if (session->settings.stored_tables || sqlite3_stricmp(schema, "temp") == 0) return true;
  return is_eponymous(db, module, schema, name);
}

static int declare(sqlite3 *db, const cm_resource *resource, cm_err *err) {
  cm_buf schema;
  cm_buf_init(&schema, CM_MAX_URL_BYTES);
  int rc = cm_registry_schema(resource, &schema);
  if (rc == SQLITE_OK) rc = sqlite3_declare_vtab(db, cm_buf_str(&schema));
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_CONSTRAINT_SUPPORT, 1);
  if (rc != SQLITE_OK) cm_err_set(err, rc, "%s: %s", resource->name, sqlite3_errmsg(db));
  cm_buf_clear(&schema);
  return rc;
}

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **error) {
  const module_data *data = aux;
  cm_err err = { 0 };
  (void)argc;
  if (!is_allowed(db, data->session, argv[0], argv[1], argv[2])) {
    *error = sqlite3_mprintf("%s: a table of this module cannot be stored in a file (it would use "
                             "the key of whoever opens it): create it in temp, or allow it with "
                             "CHARTMOGUL_STORED_TABLES=1 or SELECT "
                             "chartmogul_config('stored_tables', 1)",
                             argv[0]);
    return SQLITE_ERROR;
  }
  int rc = declare(db, data->resource, &err);
  cm_table *table = rc == SQLITE_OK ? sqlite3_malloc64(sizeof *table) : NULL;
  if (rc == SQLITE_OK && table == NULL) rc = cm_err_nomem(&err);
  if (rc != SQLITE_OK) {
    *error = sqlite3_mprintf("%s", err.text);
    return rc;
  }
  memset(table, 0, sizeof *table);
  table->db = db;
  table->resource = data->resource;
  table->is_eponymous = is_eponymous(db, argv[0], argv[1], argv[2]);
  table->session = cm_session_ref(data->session);
  *out = &table->base;
  return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base) {
  cm_table *table = (cm_table *)base;
  cm_session_unref(table->session);
  sqlite3_free(table);
  return SQLITE_OK;
}

static int table_destroy(sqlite3_vtab *base) {
  int rc = cm_write_check_destroy(base);
  return rc == SQLITE_OK ? table_disconnect(base) : rc;
}

/* ---- planning ------------------------------------------------------------------------------ */

static cm_term_op term_op(int op) {
  switch (op) {
  case SQLITE_INDEX_CONSTRAINT_EQ: return CM_TERM_EQ;
  case SQLITE_INDEX_CONSTRAINT_GT: return CM_TERM_GT;
  case SQLITE_INDEX_CONSTRAINT_LE: return CM_TERM_LE;
  case SQLITE_INDEX_CONSTRAINT_LT: return CM_TERM_LT;
  case SQLITE_INDEX_CONSTRAINT_GE: return CM_TERM_GE;
  case SQLITE_INDEX_CONSTRAINT_NE:
  case SQLITE_INDEX_CONSTRAINT_IS:
  case SQLITE_INDEX_CONSTRAINT_ISNOT: return CM_TERM_NE;
  default: return CM_TERM_OTHER;
  }
}

/** LIMIT and OFFSET are read, never consumed: SQLite ends the scan by itself. */
static void read_limit(sqlite3_index_info *info, int constraint, int64_t *limit, int64_t *offset) {
  sqlite3_value *value = NULL;
  bool is_known = sqlite3_vtab_rhs_value(info, constraint, &value) == SQLITE_OK && value != NULL;
  bool is_limit = info->aConstraint[constraint].op == SQLITE_INDEX_CONSTRAINT_LIMIT;
  int64_t number = is_known ? sqlite3_value_int64(value) : -1;
  *(is_limit ? limit : offset) = number;
}

static void read_term(const cm_resource *resource, sqlite3_index_info *info, int constraint,
                      cm_term *term, bool *is_other) {
  const struct sqlite3_index_constraint *offered = &info->aConstraint[constraint];
  sqlite3_value *literal = NULL;
  const char *collation = sqlite3_vtab_collation(info, constraint);
  term->column = offered->iColumn;
  term->op = term_op(offered->op);
  term->is_usable = offered->usable;
  term->is_binary = collation != NULL && sqlite3_stricmp(collation, "BINARY") == 0;
  if (term->column < 0) {
    term->column = 0;
    term->op = CM_TERM_OTHER;
  }
  if (offered->op == SQLITE_INDEX_CONSTRAINT_IS && cm_request_is_range(resource, term->column))
    term->op = CM_TERM_EQ; /* it is never NULL */
  if (term->op == CM_TERM_EQ) term->is_list = sqlite3_vtab_in(info, constraint, -1);
  bool is_known = sqlite3_vtab_rhs_value(info, constraint, &literal) == SQLITE_OK;
  if (is_known && literal != NULL && !term->is_list) {
    term->has_literal = true;
    term->literal = cm_bridge_value(literal);
  }
  if (term->op >= CM_TERM_NE || !term->is_usable || !term->is_binary) *is_other = true;
}

/**
 * Read what SQLite offers.
 * @param constraints  Receives, for each term, the constraint that it came from.
 */
static void read_offer(const cm_resource *resource, sqlite3_index_info *info, cm_offer *offer,
                       cm_term *terms, int *constraints) {
  int64_t limit = -1;
  int64_t offset = 0;
  *offer = (cm_offer){ .terms = terms, .columns_used = info->colUsed, .limit = -1 };
  for (int i = 0; i < info->nConstraint; i++) {
    int op = info->aConstraint[i].op;
    if (op == SQLITE_INDEX_CONSTRAINT_LIMIT || op == SQLITE_INDEX_CONSTRAINT_OFFSET) {
      offer->has_limit = true;
      read_limit(info, i, &limit, &offset);
      continue;
    }
    constraints[offer->term_count] = i;
    read_term(resource, info, i, &terms[offer->term_count++], &offer->has_other_terms);
  }
  offer->has_order = info->nOrderBy > 0;
  if (limit >= 0 && offset >= 0 && limit < INT32_MAX && offset < INT32_MAX)
    offer->limit = limit + offset;
}

static void use_plan(sqlite3_index_info *info, const cm_plan *plan, const int *constraints) {
  int sent = 0;
  for (int i = 0; i < plan->arg_count; i++) {
    int constraint = constraints[plan->args[i].term];
    info->aConstraintUsage[constraint].argvIndex = i + 1;
    if (plan->args[i].is_list) sqlite3_vtab_in(info, constraint, 1);
    if (plan->args[i].use == CM_ARG_SENT) sent++;
  }
  info->idxNum = sent;
  info->estimatedRows = (sqlite3_int64)plan->rows;
  info->estimatedCost = plan->requests * COST_OF_A_REQUEST + plan->rows_read;
  if (plan->is_unique) info->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
}

static int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  cm_table *table = (cm_table *)base;
  size_t count = info->nConstraint > 0 ? (size_t)info->nConstraint : 1;
  cm_term *terms = sqlite3_malloc64(count * sizeof *terms);
  int *constraints = sqlite3_malloc64(count * sizeof *constraints);
  cm_offer offer;
  cm_plan plan;
  int rc = SQLITE_NOMEM;
  if (terms == NULL || constraints == NULL) goto done;
  memset(terms, 0, count * sizeof *terms);
  read_offer(table->resource, info, &offer, terms, constraints);
  cm_plan_choose(table->resource, &offer, cm_known_pages_find, table->session, &plan);
  use_plan(info, &plan, constraints);
  info->idxStr = cm_plan_encode(table->resource, &offer, &plan);
  info->needToFreeIdxStr = 1;
  if (info->idxStr != NULL) rc = SQLITE_OK;
done:
  sqlite3_free(terms);
  sqlite3_free(constraints);
  return rc;
}

/* ---- reading ------------------------------------------------------------------------------- */

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  cm_table *table = (cm_table *)base;
  cm_err err = { 0 };
  int rc = table->is_eponymous ? cm_caller_check_table(table->db, table->resource->name, &err)
                               : SQLITE_OK;
  if (rc != SQLITE_OK) return fail(table, &err);
  cm_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  cursor->is_eof = true;
  table->session->statement.open_cursors++;
  *out = &cursor->base;
  return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *base) {
  cm_cursor *cursor = (cm_cursor *)base;
  cm_session *session = table_of(base)->session;
  cm_scan_close(cursor->scan);
  sqlite3_free(cursor);
  session->statement.open_cursors--;
  cm_memo_leave(session, session->statement.open_cursors);
  if (session->statement.open_cursors == 0) cm_lookup_clear(session);
  return SQLITE_OK;
}

static int compare_values(const void *left, const void *right) {
  return cm_value_compare(left, right);
}

static int push_value(cm_scan_arg *arg, int *capacity, sqlite3_value *value, cm_err *err) {
  if (arg->count == CM_MAX_LIST_VALUES) {
    return cm_err_set(err, SQLITE_TOOBIG, "an IN list has more than %d values", CM_MAX_LIST_VALUES);
  }
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
  if (rc != SQLITE_OK && rc != SQLITE_DONE) {
    return cm_err_set(err, rc, "an IN list cannot be read");
  }
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
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : fail(table, &err);
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

static int cursor_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
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
  int rc = cm_plan_decode(table->resource, text, &cursor->plan);
  if (rc == SQLITE_OK && cursor->plan.arg_count != argc) rc = SQLITE_ERROR;
  if (rc != SQLITE_OK) {
    cm_err_set(&err, rc, "%s: SQLite handed back a plan that is none: report this as a bug",
               table->resource->name);
    return fail(table, &err);
  }
  rc = read_args(&cursor->plan, argv, args, &err);
  if (rc == SQLITE_OK) rc = check_waiting(table, &cursor->plan, args, &err);
  for (int i = 0; rc != SQLITE_OK && i < CM_PLAN_MAX_ARGS; i++)
    cm_scan_arg_clear(&args[i]);
  if (rc == SQLITE_OK) {
    rc = cm_scan_open(table->session, table->resource, &cursor->plan, args, &cursor->scan, &err);
  }
  return rc == SQLITE_OK ? cursor_advance(cursor) : fail(table, &err);
}

/* SQLite looks for an interrupt, and gives a progress handler its turn, after each step to a next row. */
static int cursor_next(sqlite3_vtab_cursor *base) {
  cm_cursor *cursor = (cm_cursor *)base;
  if (cursor->was_moved) table_of(base)->session->statement.sqlite_has_looked = true;
  cursor->was_moved = true;
  return cursor_advance(cursor);
}

static int cursor_eof(sqlite3_vtab_cursor *base) {
  return ((cm_cursor *)base)->is_eof;
}

/** A parameter that the statement uses but does not give. UPDATE asks for every column: no use. */
static bool is_unbound_parameter(const cm_cursor *cursor, const cm_row *row, int column) {
  if (!(row->resource->columns[column].flags & CM_PARAM) || cm_plan_uses_all(&cursor->plan)) {
    return false;
  }
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

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  cm_cursor *cursor = (cm_cursor *)base;
  cm_row *row = cm_scan_row(cursor->scan);
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
  if (rc == SQLITE_OK) {
    cm_bridge_result(context, &value);
  } else {
    cm_err_prefix(&err, row->resource->name);
    cm_bridge_error(context, &err);
  }
  cm_value_clear(&value);
  return rc;
}

/** Rows without a key are told apart by what they hold and what was asked. */
static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  cm_row *row = cm_scan_row(((cm_cursor *)base)->scan);
  *rowid = (sqlite3_int64)(cm_row_hash(row) >> 1);
  return SQLITE_OK;
}

/* ---- the modules --------------------------------------------------------------------------- */

#define READING                                                                                    \
  .iVersion = 2, .xCreate = table_connect, .xConnect = table_connect,                              \
  .xBestIndex = table_best_index, .xDisconnect = table_disconnect, .xOpen = cursor_open,           \
  .xClose = cursor_close, .xFilter = cursor_filter, .xNext = cursor_next, .xEof = cursor_eof,      \
  .xColumn = cursor_column, .xRowid = cursor_rowid

static const sqlite3_module read_only_module = { READING, .xDestroy = table_disconnect };

static const sqlite3_module writable_module = {
  READING,
  .xDestroy = table_destroy,
  .xUpdate = cm_write_update,
  .xBegin = cm_write_begin,
  .xSync = cm_write_sync,
  .xCommit = cm_write_commit,
  .xRollback = cm_write_rollback,
  .xSavepoint = cm_write_savepoint,
  .xRelease = cm_write_release,
  .xRollbackTo = cm_write_rollback_to,
};

static void free_module_data(void *aux) {
  module_data *data = aux;
  cm_session_unref(data->session);
  sqlite3_free(data);
}

static int register_one(sqlite3 *db, cm_session *session, const cm_resource *resource) {
  module_data *data = sqlite3_malloc64(sizeof *data);
  if (data == NULL) return SQLITE_NOMEM;
  data->resource = resource;
  data->session = cm_session_ref(session);
  const sqlite3_module *module = resource->write_count > 0 ? &writable_module : &read_only_module;
  return sqlite3_create_module_v2(db, resource->name, module, data, free_module_data);
}

int cm_table_register_all(sqlite3 *db, cm_session *session) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  int rc = SQLITE_OK;
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    rc = register_one(db, session, resources[i]);
  return rc;
}
