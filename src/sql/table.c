#include "sql/table.h"

#include <string.h>

#include "spec/registry.h"
#include "sql/cursor.h"
#include "sql/offer.h"
#include "sql/update.h"
#include "sql/vtab.h"

/** What a module is registered with: the resource, and the connection's session. */
typedef struct module_data {
  const cm_resource *resource;
  cm_session *session; /* a reference */
} module_data;

/* ---- connecting ---------------------------------------------------------------------------- */

/** True when `schema` holds an object of this name, which is then a stored one. */
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

static int refuse_argument(const char *argument, cm_err *err) {
  return cm_err_set(err, SQLITE_ERROR,
                    "the argument '%.80s' is not one (a table takes the account's name, or none): "
                    "write account = 'eu'",
                    argument);
}

/** The text between quotes, or a bare word, which must be all that is left. NULL: neither. Free it with sqlite3_free. */
static char *read_word(const char *text) {
  char quote = *text == '\'' || *text == '"' ? *text++ : '\0';
  size_t len = quote != '\0' ? strcspn(text, "'\"") : strcspn(text, " \t\r\n'\"");
  const char *behind = text + len;
  if (quote != '\0' && *behind++ != quote) return sqlite3_mprintf("");
  behind += strspn(behind, " \t\r\n");
  return *behind == '\0' ? sqlite3_mprintf("%.*s", (int)len, text) : sqlite3_mprintf("");
}

/** "account = 'eu'": whose table it is. */
static int read_argument(const char *argument, const cm_session *session, cm_session **out,
                         cm_err *err) {
  static const char blanks[] = " \t\r\n";
  static const char word[] = "account";
  const char *at = argument + strspn(argument, blanks);
  if (sqlite3_strnicmp(at, word, (int)strlen(word)) != 0) return refuse_argument(argument, err);
  at += strlen(word);
  at += strspn(at, blanks);
  if (*at != '=') return refuse_argument(argument, err);
  at += 1;
  at += strspn(at, blanks);
  char *name = read_word(at);
  if (name == NULL) return cm_err_nomem(err);
  int rc = *name == '\0' ? refuse_argument(argument, err)
                         : cm_session_account(session, name, out, err);
  sqlite3_free(name);
  return rc;
}

/** What stands between the parentheses behind the module's name. */
static int read_arguments(int argc, const char *const *argv, const cm_session *session,
                          cm_session **out, cm_err *err) {
  enum { FIRST_ARGUMENT = 3 };
  int rc = cm_session_account(session, NULL, out, err);
  bool is_any = argc > FIRST_ARGUMENT && argv[FIRST_ARGUMENT][0] != '\0';
  if (rc == SQLITE_OK && argc > FIRST_ARGUMENT + 1)
    rc = refuse_argument(argv[FIRST_ARGUMENT + 1], err);
  if (rc == SQLITE_OK && is_any) rc = read_argument(argv[FIRST_ARGUMENT], session, out, err);
  return rc;
}

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **error) {
  const module_data *data = aux;
  cm_session *session = NULL;
  cm_err err = { 0 };
  if (!is_allowed(db, data->session, argv[0], argv[1], argv[2])) {
    *error = sqlite3_mprintf(
        "%s: a table of this module cannot be stored in a file (it would use "
        "the key of the user who opens it): create it in temp, or allow it with "
        "CHARTMOGUL_STORED_TABLES=1 or SELECT "
        "chartmogul_config('stored_tables', 1)",
        argv[0]);
    return SQLITE_ERROR;
  }
  int rc = read_arguments(argc, argv, data->session, &session, &err);
  cm_err_prefix(&err, argv[2]);
  if (rc == SQLITE_OK) rc = declare(db, data->resource, &err);
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
  table->session = cm_session_ref(session);
  *out = &table->base;
  return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base) {
  cm_table *table = (cm_table *)base;
  cm_session_unref(table->session);
  cm_seen_clear(&table->seen);
  sqlite3_free(table);
  return SQLITE_OK;
}

static int table_destroy(sqlite3_vtab *base) {
  int rc = cm_write_check_destroy(base);
  return rc == SQLITE_OK ? table_disconnect(base) : rc;
}

/* ---- the modules --------------------------------------------------------------------------- */

#define READING                                                                                    \
  .iVersion = 2, .xCreate = table_connect, .xConnect = table_connect,                              \
  .xBestIndex = cm_offer_best_index, .xDisconnect = table_disconnect, .xOpen = cm_cursor_open,     \
  .xClose = cm_cursor_close, .xFilter = cm_cursor_filter, .xNext = cm_cursor_next,                 \
  .xEof = cm_cursor_eof, .xColumn = cm_cursor_column, .xRowid = cm_cursor_rowid

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
