/*
** module.c -- the read-only module behind every table that only shows something.
*/
#include "sql/meta/module.h"

#include <string.h>

#include "base/buf.h"
#include "client/caller.h"
#include "sql/bridge.h"

typedef struct module_data {
  const cm_meta_table *table;
  cm_session *session; /* one reference */
} module_data;

typedef struct meta_vtab {
  sqlite3_vtab base;
  sqlite3 *db;
  const cm_meta_table *table;
  char *checked;       /* its name, where it stands outside of temp; owned; NULL: in temp */
  cm_session *session; /* one reference */
} meta_vtab;

typedef struct meta_cursor {
  sqlite3_vtab_cursor base;
  int64_t position;
  int64_t row;    /* 1 for the first */
  int64_t newest; /* position of the last line; INT64_MAX: there is no such */
  bool is_at_end;
  void *found; /* of the table's look; owned */
  cm_value cells[CM_META_MAX_COLUMNS];
} meta_cursor;

int cm_meta_copy(cm_value *cell, const char *text) {
  cm_value borrowed = cm_meta_constant(text);
  return cm_value_copy(&borrowed, cell);
}

int cm_meta_account_words(const char *account, const char *text, cm_value *cell) {
  char *words = text != NULL ? cm_session_account_words(account, text) : NULL;
  int rc = text != NULL && words == NULL ? SQLITE_NOMEM : cm_meta_copy(cell, words);
  sqlite3_free(words);
  return rc;
}

int cm_meta_account(const char *account, cm_value *cell) {
  return cm_meta_copy(cell, account[0] != '\0' ? account : NULL);
}

cm_value cm_meta_constant(const char *text) {
  return cm_value_text(text, text == NULL ? 0 : strlen(text));
}

static int declare(sqlite3 *db, const cm_meta_table *table) {
  cm_buf schema;
  cm_buf_init(&schema, CM_MAX_URL_BYTES);
  cm_buf_printf(&schema, "CREATE TABLE %s(", table->name);
  for (int i = 0; i < table->column_count; i++) {
    const cm_meta_column *column = &table->columns[i];
    cm_buf_printf(&schema, "%s%s %s", i > 0 ? ", " : "", column->name, column->type);
  }
  int rc = cm_buf_text(&schema, ")");
  if (rc == SQLITE_OK) rc = sqlite3_declare_vtab(db, cm_buf_str(&schema));
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  cm_buf_clear(&schema);
  return rc;
}

static int meta_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **error) {
  const module_data *data = aux;
  (void)argc;
  int rc = declare(db, data->table);
  if (rc != SQLITE_OK) {
    *error = sqlite3_mprintf("%s: %s", data->table->name, sqlite3_errmsg(db));
    return rc;
  }
  meta_vtab *vtab = sqlite3_malloc64(sizeof *vtab);
  if (vtab == NULL) return SQLITE_NOMEM;
  memset(vtab, 0, sizeof *vtab);
  vtab->db = db;
  vtab->table = data->table;
  bool is_in_temp = sqlite3_stricmp(argv[1], "temp") == 0;
  if (!is_in_temp && (vtab->checked = sqlite3_mprintf("%s", argv[2])) == NULL) {
    sqlite3_free(vtab);
    return SQLITE_NOMEM;
  }
  vtab->session = cm_session_ref(data->session);
  *out = &vtab->base;
  return SQLITE_OK;
}

static int meta_disconnect(sqlite3_vtab *base) {
  meta_vtab *vtab = (meta_vtab *)base;
  cm_session_unref(vtab->session);
  sqlite3_free(vtab->checked);
  sqlite3_free(vtab);
  return SQLITE_OK;
}

/** There is one way to read: all of it. It needs no request, so it is cheaper than any that does. */
static int meta_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  const cm_meta_look *look = ((const meta_vtab *)base)->table->look;
  info->idxNum = look != NULL && info->colUsed >> look->column != 0;
  info->estimatedCost = 100;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

static int meta_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  const meta_vtab *vtab = (const meta_vtab *)base;
  cm_err err = { 0 };
  int rc = vtab->checked != NULL ? cm_caller_check_table(vtab->db, vtab->checked, &err) : SQLITE_OK;
  if (rc != SQLITE_OK) return cm_bridge_table_error(base, NULL, &err);
  meta_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  *out = &cursor->base;
  return SQLITE_OK;
}

static void clear_cells(meta_cursor *cursor) {
  for (size_t i = 0; i < cm_countof(cursor->cells); i++)
    cm_value_clear(&cursor->cells[i]);
}

static const cm_meta_table *table_of(const sqlite3_vtab_cursor *cursor) {
  return ((const meta_vtab *)cursor->pVtab)->table;
}

static void forget_look(meta_cursor *cursor) {
  if (cursor->found != NULL) table_of(&cursor->base)->look->end(cursor->found);
  cursor->found = NULL;
}

static int meta_close(sqlite3_vtab_cursor *base) {
  meta_cursor *cursor = (meta_cursor *)base;
  clear_cells(cursor);
  forget_look(cursor);
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int meta_next(sqlite3_vtab_cursor *base) {
  meta_cursor *cursor = (meta_cursor *)base;
  const meta_vtab *vtab = (const meta_vtab *)base->pVtab;
  clear_cells(cursor);
  int rc = vtab->table->next(vtab->session, &cursor->position, cursor->cells);
  if (rc == SQLITE_ROW && cursor->position > cursor->newest) rc = SQLITE_DONE;
  if (rc == SQLITE_ROW && cursor->found != NULL) {
    int filled = vtab->table->look->fill(cursor->found, cursor->row, cursor->cells);
    if (filled != SQLITE_OK) rc = filled;
  }
  cursor->row++;
  cursor->is_at_end = rc != SQLITE_ROW;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int meta_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                       sqlite3_value **argv) {
  meta_cursor *cursor = (meta_cursor *)base;
  const meta_vtab *vtab = (const meta_vtab *)base->pVtab;
  int rc = SQLITE_OK;
  (void)text;
  (void)argc;
  (void)argv;
  cursor->position = 0;
  cursor->row = 0;
  cursor->newest = vtab->table->newest != NULL ? vtab->table->newest(vtab->session) : INT64_MAX;
  forget_look(cursor);
  if (number != 0) rc = vtab->table->look->begin(vtab->session, &cursor->found);
  return rc == SQLITE_OK ? meta_next(base) : rc;
}

static int meta_eof(sqlite3_vtab_cursor *base) {
  return ((const meta_cursor *)base)->is_at_end;
}

static int meta_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  const meta_cursor *cursor = (const meta_cursor *)base;
  cm_bridge_result(context, &cursor->cells[column]);
  return SQLITE_OK;
}

static int meta_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = ((const meta_cursor *)base)->row;
  return SQLITE_OK;
}

/* Creating and connecting are the same, so that a table exists under its name without being created. */
static const sqlite3_module module = {
  .iVersion = 1,
  .xCreate = meta_connect,
  .xConnect = meta_connect,
  .xBestIndex = meta_best_index,
  .xDisconnect = meta_disconnect,
  .xDestroy = meta_disconnect,
  .xOpen = meta_open,
  .xClose = meta_close,
  .xFilter = meta_filter,
  .xNext = meta_next,
  .xEof = meta_eof,
  .xColumn = meta_column,
  .xRowid = meta_rowid,
};

static void free_module_data(void *aux) {
  module_data *data = aux;
  cm_session_unref(data->session);
  sqlite3_free(data);
}

int cm_meta_create_module(sqlite3 *db, const cm_meta_table *table, cm_session *session) {
  module_data *data = sqlite3_malloc64(sizeof *data);
  if (data == NULL) return SQLITE_NOMEM;
  data->table = table;
  data->session = cm_session_ref(session);
  /* SQLite frees the data itself when this fails. */
  return sqlite3_create_module_v2(db, table->name, &module, data, free_module_data);
}
