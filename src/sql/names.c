#include "sql/names.h"

#include <string.h>

#include "spec/registry.h"
#include "sql/meta/meta_names.h"

static const char prefix[] = "chartmogul_";

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
  names->list[names->count++] = (cm_table_name){ name, module, .found_in = -1, .taken_in = -1 };
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
} visitor;

static int visit(void *context, const cm_schema_row *row) {
  const visitor *to = context;
  bool is_table = row->type != NULL &&
                  (strcmp(row->type, "table") == 0 || strcmp(row->type, "view") == 0);
  cm_table_name *found = NULL;
  for (int i = 0; is_table && i < to->names->count && found == NULL; i++) {
    cm_table_name *name = &to->names->list[i];
    if (row->name != NULL && sqlite3_stricmp(row->name, name->name) == 0) found = name;
  }
  if (found == NULL) return SQLITE_OK;
  char *ours = cm_names_sql(to->names, found, NULL);
  if (ours == NULL) return SQLITE_NOMEM;
  bool is_ours = row->sql != NULL && strcmp(row->sql, ours) == 0;
  sqlite3_free(ours);
  if (found->found_in < 0) found->found_in = to->schema;
  if (!is_ours && found->taken_in < 0) found->taken_in = to->schema;
  return SQLITE_OK;
}

int cm_names_look(sqlite3 *db, const cm_names_of *which, cm_names *out) {
  *out = (cm_names){ .account = which->account != NULL ? which->account : "" };
  int rc = list_names(out, which->kind);
  if (rc == SQLITE_OK) rc = cm_schemas_list(db, &out->schemas);
  for (int i = 0; i < out->schemas.count && rc == SQLITE_OK; i++) {
    visitor to = { out, i };
    const char *only = which->schema;
    if (only != NULL && sqlite3_stricmp(only, out->schemas.names[i]) != 0) continue;
    rc = cm_schemas_read(db, out->schemas.names[i], visit, &to);
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
