#include "sql/names.h"

#include <string.h>

#include "spec/registry.h"
#include "sql/meta/meta_names.h"

static const char prefix[] = CM_TABLE_PREFIX;

char *cm_names_sql(const cm_names *names, const cm_table_name *name, const char *schema) {
  bool is_first = names->account[0] == '\0';
  char *place = schema != NULL ? sqlite3_mprintf("\"%w\".", schema) : sqlite3_mprintf("");
  char *sql = place == NULL
                  ? NULL
                  : sqlite3_mprintf("CREATE VIRTUAL TABLE %s%s USING %s%s%s%s", place, name->name,
                                    name->module, is_first ? "" : "(account = '", names->account,
                                    is_first ? "" : "')");
  sqlite3_free(place);
  return sql;
}

static void add_name(cm_names *names, const char *module, const char *name) {
  names->list[names->count++] = (cm_table_name){ name, module, .found_in = -1, .taken_in = -1,
                                                 .copied_in = -1 };
}

/** The short names of another account, each with the account in front. */
static int make_texts(cm_names *names, const cm_resource *const *tables, int count) {
  size_t size = 1;
  for (int i = 0; i < count; i++)
    size += strlen(names->account) + strlen(tables[i]->name) + 2;
  names->texts = sqlite3_malloc64(size);
  if (names->texts == NULL) return SQLITE_NOMEM;
  char *at = names->texts;
  for (int i = 0; i < count; i++) {
    const char *shorter = tables[i]->name + strlen(prefix);
    sqlite3_snprintf((int)(size - (size_t)(at - names->texts)), at, "%s_%s", names->account,
                     shorter);
    add_name(names, tables[i]->name, at);
    at += strlen(at) + 1;
  }
  return SQLITE_OK;
}

static int list_names(cm_names *names, cm_names_kind kind) {
  int resources = 0;
  int meta = 0;
  const cm_resource *const *tables = cm_registry_list(&resources);
  const char *const *described = cm_meta_names(&meta);
  if (kind == CM_SHORT_NAMES) meta = 0;
  names->list = sqlite3_malloc64(((size_t)resources + (size_t)meta) * sizeof *names->list);
  if (names->list == NULL) return SQLITE_NOMEM;
  if (kind == CM_SHORT_NAMES && names->account[0] != '\0')
    return make_texts(names, tables, resources);
  size_t skipped = kind == CM_SHORT_NAMES ? strlen(prefix) : 0;
  for (int i = 0; i < resources; i++)
    add_name(names, tables[i]->name, tables[i]->name + skipped);
  for (int i = 0; i < meta; i++)
    add_name(names, described[i], described[i]);
  return SQLITE_OK;
}

typedef struct visitor {
  cm_names *names;
  int schema;
  bool has_copies; /* the schema has the list of a copy's tables */
} visitor;

/** A table with rows of its own: to read it runs nobody's code. */
static bool is_ordinary(const cm_schema_row *row) {
  static const char begin[] = "CREATE TABLE ";
  return row->type != NULL && strcmp(row->type, "table") == 0 && row->sql != NULL &&
         sqlite3_strnicmp(row->sql, begin, (int)strlen(begin)) == 0;
}

static int visit(void *context, const cm_schema_row *row) {
  visitor *to = context;
  bool is_table = row->type != NULL &&
                  (strcmp(row->type, "table") == 0 || strcmp(row->type, "view") == 0);
  cm_table_name *found = NULL;
  for (int i = 0; is_table && i < to->names->count && found == NULL; i++) {
    cm_table_name *name = &to->names->list[i];
    if (row->name != NULL && sqlite3_stricmp(row->name, name->name) == 0) found = name;
  }
  if (row->name != NULL && strcmp(row->name, "chartmogul_copy") == 0)
    to->has_copies = is_ordinary(row) && strcmp(row->schema, "temp") != 0;
  if (found == NULL) return SQLITE_OK;
  char *ours = cm_names_sql(to->names, found, NULL);
  if (ours == NULL) return SQLITE_NOMEM;
  bool is_ours = row->sql != NULL && strcmp(row->sql, ours) == 0;
  sqlite3_free(ours);
  if (found->found_in < 0) found->found_in = to->schema;
  if (!is_ours && found->taken_in < 0) found->taken_in = to->schema;
  return SQLITE_OK;
}

/** The name is not taken where the table is the copy's. */
static void mark_copied(cm_names *names, int schema, const char *copied) {
  for (int i = 0; i < names->count; i++) {
    cm_table_name *name = &names->list[i];
    if (name->taken_in != schema || sqlite3_stricmp(name->name, copied) != 0) continue;
    name->taken_in = -1;
    if (name->copied_in < 0) name->copied_in = schema;
  }
}

/** See which names are tables of a copy; a list with other columns is not a copy's. */
static int look_at_copies(sqlite3 *db, cm_names *names, int schema) {
  sqlite3_stmt *stmt = NULL;
  const char *shown = names->schemas.names[schema];
  char *sql = sqlite3_mprintf(
      "SELECT s.name FROM \"%w\".chartmogul_copy AS c JOIN \"%w\".sqlite_schema AS s ON s.name = "
      "c.table_name WHERE s.type = 'table' AND s.rootpage > 0",
      shown, shown);
  int rc = sql == NULL ? SQLITE_NOMEM : sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  sqlite3_free(sql);
  if (rc == SQLITE_ERROR) return SQLITE_OK;
  if (rc != SQLITE_OK) return rc;
  while (sqlite3_step(stmt) == SQLITE_ROW)
    mark_copied(names, schema, (const char *)sqlite3_column_text(stmt, 0));
  return sqlite3_finalize(stmt);
}

int cm_names_look(sqlite3 *db, const cm_names_of *which, cm_names *out) {
  *out = (cm_names){ .account = which->account != NULL ? which->account : "" };
  int rc = list_names(out, which->kind);
  if (rc == SQLITE_OK) rc = cm_schemas_list(db, &out->schemas);
  for (int i = 0; i < out->schemas.count && rc == SQLITE_OK; i++) {
    visitor to = { .names = out, .schema = i };
    const char *only = which->schema;
    if (only != NULL && sqlite3_stricmp(only, out->schemas.names[i]) != 0) continue;
    rc = cm_schemas_read(db, out->schemas.names[i], visit, &to);
    if (rc == SQLITE_OK && which->kind == CM_SHORT_NAMES && to.has_copies)
      rc = look_at_copies(db, out, i);
  }
  return rc;
}

void cm_names_clear(cm_names *names) {
  cm_schemas_clear(&names->schemas);
  sqlite3_free(names->list);
  sqlite3_free(names->texts);
  *names = (cm_names){ 0 };
}

const char *cm_names_hidden_by(const cm_names *names, int index) {
  const cm_table_name *name = &names->list[index];
  bool is_hidden = name->taken_in >= 0 && name->taken_in == name->found_in;
  return is_hidden ? names->schemas.names[name->taken_in] : NULL;
}
