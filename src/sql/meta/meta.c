#include "sql/meta/meta.h"

#include <string.h>

#include "base/buf.h"
#include "base/instant.h"
#include "record/url.h"
#include "spec/registry.h"
#include "spec/source.h"
#include "sql/meta/endpoints.h"
#include "sql/meta/writes.h"
#include "sql/names.h"

/* ---- chartmogul_tables --------------------------------------------------------------------- */

static int resource_row(const cm_resource *resource, cm_value *cells) {
  int key = cm_registry_key(resource);
  cells[0] = cm_meta_constant(resource->name);
  cells[1] = cm_meta_constant(resource->doc);
  cells[2] = cm_meta_constant(key < 0 ? NULL : resource->columns[key].name);
  cells[3] = cm_value_integer(cm_registry_can(resource, CM_VERB_INSERT));
  cells[4] = cm_value_integer(cm_registry_can(resource, CM_VERB_UPDATE));
  cells[5] = cm_value_integer(cm_registry_can(resource, CM_VERB_DELETE));
  cells[6] = cm_meta_constant(resource->example);
  return SQLITE_ROW;
}

static int meta_row(const cm_meta_table *table, cm_value *cells) {
  cells[0] = cm_meta_constant(table->name);
  cells[1] = cm_meta_constant(table->doc);
  for (int i = 3; i <= 5; i++)
    cells[i] = cm_value_integer(0);
  cells[6] = cm_meta_constant(table->example);
  return SQLITE_ROW;
}

/** The tables of the API in their order, then those that describe the extension. */
static int next_table(cm_session *session, int64_t *position, cm_value *cells) {
  int resource_count = 0;
  int meta_count = 0;
  const cm_resource *const *resources = cm_registry_list(&resource_count);
  const cm_meta_table *const *described = cm_meta_tables(&meta_count);
  int64_t at = (*position)++;
  (void)session;
  if (at < resource_count) return resource_row(resources[at], cells);
  at -= resource_count;
  return at < meta_count ? meta_row(described[at], cells) : SQLITE_DONE;
}

enum { HIDDEN_BY = 7 };

static void forget_names(void *found) {
  cm_names_clear(found);
  sqlite3_free(found);
}

/** What hides a table is not known of a schema that cannot be read now. */
static int look_for_names(cm_session *session, void **out) {
  cm_names *names = sqlite3_malloc64(sizeof *names);
  if (names == NULL) return SQLITE_NOMEM;
  int rc = cm_names_look(session->db, &(cm_names_of){ .kind = CM_LONG_NAMES }, names);
  if (rc != SQLITE_NOMEM) {
    *out = names;
    return SQLITE_OK;
  }
  forget_names(names);
  return rc;
}

/** The names stand in the order of the rows. */
static int fill_hidden_by(const void *found, int64_t row, cm_value *cells) {
  const cm_names *names = found;
  const char *schema = row < names->count ? cm_names_hidden_by(names, (int)row) : NULL;
  return cm_meta_copy(&cells[HIDDEN_BY], schema);
}

static const cm_meta_look names_look = { HIDDEN_BY, look_for_names, fill_hidden_by, forget_names };

static const cm_meta_column table_columns[] = {
  { "name", "TEXT", "Name of the table." },
  { "description", "TEXT", "What one row is." },
  { "key", "TEXT", "Primary key; NULL where the table has none." },
  { "can_insert", "INTEGER", "1 where INSERT works." },
  { "can_update", "INTEGER", "1 where UPDATE works." },
  { "can_delete", "INTEGER", "1 where DELETE works." },
  { "example", "TEXT", "A statement to try." },
  { "hidden_by", "TEXT",
    "Schema whose own table or view is read under this name instead; NULL: none is." },
};

static const cm_meta_table tables_table = {
  .name = "chartmogul_tables",
  .doc = "A table of this extension.",
  CM_META_COLUMNS(table_columns),
  .next = next_table,
  .look = &names_look,
  .example = "SELECT name, description FROM chartmogul_tables",
};

/* ---- chartmogul_columns -------------------------------------------------------------------- */

static const char *type_name(cm_type type) {
  switch (type) {
  case CM_INTEGER: return "INTEGER";
  case CM_REAL: return "REAL";
  case CM_BOOLEAN: return "BOOLEAN";
  case CM_JSON: return "JSON";
  case CM_TIME: return "TIMESTAMP";
  case CM_DAY: return "DATE";
  case CM_ANY: return "ANY";
  default: return "TEXT";
  }
}

/** The place in the hidden column json, in SQLite's own notation; nothing where it is not in there. */
static void put_json_path(const cm_column *column, cm_buf *out) {
  cm_source source = cm_source_of(column);
  const char *path = source.member;
  if (source.from == CM_FROM_ROW || source.from == CM_FROM_SELF) {
    cm_buf_text(out, "$");
    return;
  }
  bool is_elsewhere = column->flags & (CM_PARAM | CM_COMPANION) || CM_EXTRA(column, only) != NULL;
  if (is_elsewhere || source.from != CM_FROM_MEMBER || strchr(path, '*') != NULL) return;
  cm_buf_text(out, "$.");
  for (const char *at = path; *at != 0; at++) {
    bool is_from_end = at > path && at[-1] == '[' && *at == '-';
    cm_buf_printf(out, is_from_end ? "#%c" : "%c", *at);
  }
}

static const char *operator_text(cm_op op) {
  return op == CM_EQ ? "=" : op == CM_GE ? ">=" : "<=";
}

/** Append "param op" unless it stands there already: several reads may take the same one. */
static void put_filter(cm_buf *out, const char *param, const char *op) {
  char entry[128];
  sqlite3_snprintf(sizeof entry, entry, "%s %s", param, op);
  size_t len = strlen(entry);
  for (const char *at = cm_buf_str(out); *at != 0;) {
    size_t entry_len = strcspn(at, ",");
    if (entry_len == len && memcmp(at, entry, len) == 0) return;
    at += entry_len;
    at += strspn(at, ", ");
  }
  cm_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", entry);
}

static void put_filters(const cm_resource *resource, int index, cm_buf *out) {
  const char *column = resource->columns[index].name;
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    if (cm_url_path_has(resource, read, index)) put_filter(out, column, "=");
    for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
      const cm_widened *widened = CM_EXTRA(filter, widened);
      if (strcmp(filter->column, column) == 0)
        put_filter(out, filter->param, operator_text(filter->op));
      if (widened != NULL && strcmp(widened->column, column) == 0)
        put_filter(out, filter->param, operator_text(widened->op));
    }
  }
}

static int copy_buf(cm_value *cell, cm_buf *buf) {
  int rc = buf->code;
  if (rc == SQLITE_OK) rc = cm_meta_copy(cell, buf->len > 0 ? cm_buf_str(buf) : NULL);
  cm_buf_clear(buf);
  return rc;
}

static int column_row(const cm_resource *resource, int index, cm_value *cells) {
  const cm_column *column = &resource->columns[index];
  cm_buf text;
  cm_buf_init(&text, CM_MAX_URL_BYTES);
  cells[0] = cm_meta_constant(resource->name);
  cells[1] = cm_meta_constant(column->name);
  cells[2] = cm_meta_constant(type_name(column->type));
  cells[3] = cm_meta_constant(column->doc);
  put_json_path(column, &text);
  int rc = copy_buf(&cells[4], &text);
  put_filters(resource, index, &text);
  int filter_rc = copy_buf(&cells[5], &text);
  cells[6] = cm_value_integer((column->flags & CM_INSERT) != 0);
  cells[7] = cm_value_integer((column->flags & CM_UPDATE) != 0);
  cells[8] = cm_value_integer((column->flags & CM_HIDDEN) != 0);
  if (rc == SQLITE_OK) rc = filter_rc;
  return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static int meta_column_row(const cm_meta_table *table, const cm_meta_column *column,
                           cm_value *cells) {
  cells[0] = cm_meta_constant(table->name);
  cells[1] = cm_meta_constant(column->name);
  cells[2] = cm_meta_constant(column->type);
  cells[3] = cm_meta_constant(column->doc);
  for (int i = 6; i <= 8; i++)
    cells[i] = cm_value_integer(0);
  return SQLITE_ROW;
}

/** The columns of all tables, one table behind the other. */
static int next_column(cm_session *session, int64_t *position, cm_value *cells) {
  int resource_count = 0;
  int meta_count = 0;
  const cm_resource *const *resources = cm_registry_list(&resource_count);
  const cm_meta_table *const *described = cm_meta_tables(&meta_count);
  int64_t at = (*position)++;
  (void)session;
  for (int i = 0; i < resource_count; i++) {
    const cm_resource *resource = resources[i];
    if (at < resource->column_count) return column_row(resource, (int)at, cells);
    at -= resource->column_count;
  }
  for (int i = 0; i < meta_count; i++) {
    const cm_meta_table *table = described[i];
    if (at < table->column_count) return meta_column_row(table, &table->columns[at], cells);
    at -= table->column_count;
  }
  return SQLITE_DONE;
}

static const cm_meta_column column_columns[] = {
  { "table_name", "TEXT", "Name of the table." },
  { "name", "TEXT", "Name of the column." },
  { "type", "TEXT", "What it holds: TEXT, INTEGER, REAL, BOOLEAN, JSON, TIMESTAMP, DATE or ANY." },
  { "description", "TEXT", "What it means." },
  { "json_path", "TEXT", "Where it stands in the hidden column json; NULL: it is not in there." },
  { "filter", "TEXT", "What a WHERE clause sends, with its operator; NULL: SQLite filters." },
  { "can_insert", "INTEGER", "1 where INSERT may give it." },
  { "can_update", "INTEGER", "1 where UPDATE may set it." },
  { "hidden", "INTEGER", "1 where SELECT * leaves it out." },
};

static const cm_meta_table columns_table = {
  .name = "chartmogul_columns",
  .doc = "A column of a table of this extension.",
  CM_META_COLUMNS(column_columns),
  .next = next_column,
  .example = "SELECT name, type, filter FROM chartmogul_columns WHERE table_name = "
             "'chartmogul_customers'",
};

/* ---- chartmogul_settings ------------------------------------------------------------------- */

static const char *source_text(unsigned char source) {
  switch (source) {
  case CM_BY_ENVIRONMENT: return "environment";
  case CM_BY_CONFIG: return "config";
  default: return "default";
  }
}

/** The value comes from cm_setting_get alone, which never gives a secret away. */
static int setting_row(const cm_session *account, int row, cm_value *cells) {
  const cm_setting *setting = cm_setting_at(row);
  char *value = cm_setting_get(&account->settings, row);
  if (value == NULL && cm_setting_has_value(&account->settings, row)) return SQLITE_NOMEM;
  int rc = cm_meta_account_words(account->name, setting->name, &cells[0]);
  if (rc == SQLITE_OK) rc = cm_meta_copy(&cells[1], value);
  cells[2] = cm_meta_constant(setting->default_value);
  cells[3] = cm_meta_constant(setting->doc);
  cells[4] = cm_meta_constant(source_text(account->settings.sources[row]));
  sqlite3_free(value);
  return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/** Those of the first account, then what each of the others has by itself. */
static int next_setting(cm_session *session, int64_t *position, cm_value *cells) {
  int count = cm_setting_count();
  const cm_connection *connection = session->connection;
  while (*position < (int64_t)count * connection->account_count) {
    int account = (int)(*position / count);
    int row = (int)((*position)++ % count);
    if (account == 0 || cm_setting_at(row)->is_of_account)
      return setting_row(connection->accounts[account], row, cells);
  }
  return SQLITE_DONE;
}

static const cm_meta_column setting_columns[] = {
  { "name", "TEXT", "Name, as chartmogul_config takes it." },
  { "value", "TEXT", "Value in force; a secret shows as set or not set." },
  { "default_value", "TEXT", "Value where it is not set." },
  { "description", "TEXT", "What it does." },
  { "source", "TEXT", "Where the value comes from: default, environment or config." },
};

static const cm_meta_table settings_table = {
  .name = "chartmogul_settings",
  .doc = "A setting of this connection.",
  CM_META_COLUMNS(setting_columns),
  .next = next_setting,
  .example = "SELECT name, value FROM chartmogul_settings",
};

/* ---- chartmogul_requests ------------------------------------------------------------------- */

static int request_row(const cm_session *session, const cm_request_line *request, cm_value *cells) {
  const cm_session *account = session->connection->accounts[request->account];
  char time[CM_INSTANT_TEXT];
  cm_instant_format_sql(request->time_ms, time);
  cells[0] = cm_value_integer(request->id);
  int rc = cm_meta_copy(&cells[1], time);
  if (rc == SQLITE_OK) rc = cm_meta_copy(&cells[2], request->method);
  if (rc == SQLITE_OK) rc = cm_meta_copy(&cells[3], request->path);
  if (request->status != 0) cells[4] = cm_value_integer(request->status);
  cells[5] = cm_value_integer(request->tries);
  cells[6] = cm_value_integer(request->waited_ms);
  cells[7] = cm_value_integer(request->duration_ms);
  cells[8] = cm_value_integer(request->bytes);
  if (request->rows >= 0) cells[9] = cm_value_integer(request->rows);
  if (rc == SQLITE_OK) rc = cm_meta_account_words(account->name, request->error, &cells[10]);
  if (rc == SQLITE_OK) rc = cm_meta_copy(&cells[11], request->body);
  cells[12] = cm_value_integer(request->is_cached);
  if (rc == SQLITE_OK) rc = cm_meta_account(account->name, &cells[13]);
  return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/** The position is the id of the line before. Lines leave the ring while a statement reads it. */
static int next_request(cm_session *session, int64_t *position, cm_value *cells) {
  int64_t oldest = session->log->newest_id + 1 - CM_MAX_REQUEST_LOG;
  if (*position < oldest - 1) *position = oldest - 1;
  while (++*position <= session->log->newest_id) {
    const cm_request_line *request = cm_request_log_find(session->log, *position);
    if (request != NULL) return request_row(session, request, cells);
  }
  return SQLITE_DONE;
}

static int64_t newest_request(const cm_session *session) {
  return session->log->newest_id;
}

static const cm_meta_column request_columns[] = {
  { "id", "INTEGER", "Number of the request, 1 for the first of the connection." },
  { "time", "TEXT", "When it began, UTC." },
  { "method", "TEXT", "GET, POST, PUT, PATCH or DELETE." },
  { "path", "TEXT", "Path and query." },
  { "status", "INTEGER", "Status of the answer; NULL where there was none." },
  { "tries", "INTEGER", "How often it was sent." },
  { "waited_ms", "INTEGER", "Waited for its turn and between tries." },
  { "duration_ms", "INTEGER", "From sending to the end of the answer, of the last try." },
  { "bytes", "INTEGER", "Size of the answer as it came over the wire." },
  { "rows", "INTEGER", "Rows in the answer; NULL where they were not counted." },
  { "error", "TEXT", "What went wrong; NULL where nothing did." },
  { "body", "TEXT",
    "Body that was sent; kept in dry_run and with log_bodies, of the latest up to 64 MiB." },
  { "cached", "INTEGER", "1 where an answer was kept by cache_ttl, so that nothing was sent." },
  { "account", "TEXT", "Name of the account that was asked; NULL: the first." },
};

static const cm_meta_table requests_table = {
  .name = "chartmogul_requests",
  .doc = "A request that this connection sent; the last 1,000 are kept.",
  CM_META_COLUMNS(request_columns),
  .next = next_request,
  .newest = newest_request,
  .example = "SELECT method, path, status FROM chartmogul_requests",
};

/* ---- all of them --------------------------------------------------------------------------- */

static const cm_meta_table *const tables[] = {
  &tables_table,   &columns_table,  &cm_meta_endpoints,
  &settings_table, &requests_table, &cm_meta_writes,
};

const cm_meta_table *const *cm_meta_tables(int *count) {
  *count = (int)cm_countof(tables);
  return tables;
}

int cm_meta_register(sqlite3 *db, cm_session *session) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(tables) && rc == SQLITE_OK; i++)
    rc = cm_meta_create_module(db, tables[i], session);
  return rc;
}
