#include "sql/functions/help.h"

#include <string.h>

#include "client/setting.h"
#include "spec/registry.h"
#include "sql/bridge.h"
#include "sql/functions/actions.h"
#include "sql/functions/arguments.h"
#include "sql/functions/functions.h"
#include "sql/functions/help_table.h"
#include "sql/meta/meta.h"

static const char who[] = "chartmogul_help";

/* ---- topics ---------------------------------------------------------------------------------------- */

enum { MAX_NAME = 64, MAX_SHOWN = 40 };

/** Something that has a name, and lines of its own. */
typedef struct topic {
  const char *name;
  const char *part; /* what it is: table, function or setting */
  const void *of;   /* for `put` */
  void (*put)(const void *of, bool is_all, cm_help_lines *lines); /* not all: one line */
} topic;

static void put_resource(const void *of, bool is_all, cm_help_lines *lines) {
  const cm_resource *resource = of;
  if (is_all) {
    cm_help_table(resource, lines);
  } else {
    cm_help_add(lines, "table", resource->name, resource->doc);
  }
}

static void put_meta(const void *of, bool is_all, cm_help_lines *lines) {
  const cm_meta_table *table = of;
  cm_help_add(lines, "table", table->name, table->doc);
  if (!is_all) return;
  cm_help_add(lines, "cost", "SELECT", "no request");
  for (int i = 0; i < table->column_count; i++)
    cm_help_add(lines, "column", table->columns[i].name, table->columns[i].doc);
  cm_help_add(lines, "example", NULL, table->example);
}

static void put_function(const void *of, bool is_all, cm_help_lines *lines) {
  const cm_function *function = of;
  (void)is_all;
  cm_buf_printf(&lines->name, "%s(%s)", function->name, function->arguments);
  cm_help_add(lines, "function", NULL, function->doc);
}

static void put_action(const void *of, bool is_all, cm_help_lines *lines) {
  const cm_action *action = of;
  int most = cm_action_most(action);
  int least = cm_action_least(action);
  cm_buf_printf(&lines->name, "%s(", action->name);
  for (int i = 0; i < most; i++) {
    cm_buf_printf(&lines->name, "%s%s%s%s", i >= least ? "[" : "", i > 0 ? ", " : "",
                  action->arguments[i].name, i >= least ? "]" : "");
  }
  cm_buf_text(&lines->name, ")");
  cm_help_add(lines, "function", NULL, action->doc);
  if (!is_all) return;
  cm_buf_printf(&lines->text, "1 request: %s %s", action->method, action->path);
  cm_help_add(lines, "cost", NULL, NULL);
  cm_help_add(lines, "example", NULL, action->example);
}

/** A function that is a table. */
typedef struct table_function {
  const char *name, *arguments, *doc, *cost, *example;
} table_function;

static const table_function table_functions[] = {
  { "chartmogul_get", "path[, query]",
    "The rows of any list of the API, all pages, each as the JSON that arrived.",
    "1 request for each page of 200", "SELECT value ->> '$.name' FROM chartmogul_get('/plans')" },
  { "chartmogul_explain", "sql",
    "What a statement would ask of the API, a row for each scan; nothing of it is sent or written.",
    "1 request of one row for each list whose length is not known",
    "SELECT * FROM chartmogul_explain('SELECT * FROM chartmogul_customers')" },
  { "chartmogul_refresh", "schema[, tables[, account]]",
    "Makes ordinary tables of the account in that schema, or brings them up to date; a row for "
    "each table.",
    "1 request for each page of 200 of each list",
    "SELECT * FROM chartmogul_refresh('main', 'customers, invoices')" },
  { "chartmogul_help", "[topic]",
    "What there is; of a table, a function or a setting all that is to be known.", "no request",
    "SELECT * FROM chartmogul_help('customers')" },
};

static void put_table_function(const void *of, bool is_all, cm_help_lines *lines) {
  const table_function *function = of;
  cm_buf_printf(&lines->name, "%s(%s)", function->name, function->arguments);
  cm_help_add(lines, "function", NULL, function->doc);
  if (!is_all) return;
  cm_help_add(lines, "cost", NULL, function->cost);
  cm_help_add(lines, "example", NULL, function->example);
}

static void put_values(const cm_setting *setting, cm_help_lines *lines) {
  if (setting->type == CM_SETTING_BOOLEAN) cm_buf_text(&lines->text, "0 or 1");
  if (setting->type == CM_SETTING_INTEGER)
    cm_buf_printf(&lines->text, "%d to %d", setting->min, setting->max);
  for (int i = 0; setting->type == CM_SETTING_WORD && setting->words[i] != NULL; i++)
    cm_buf_printf(&lines->text, "%s%s", i > 0 ? ", " : "", setting->words[i]);
  if (lines->text.len > 0) cm_help_add(lines, "values", NULL, NULL);
}

static void put_setting(const void *of, bool is_all, cm_help_lines *lines) {
  const cm_setting *setting = of;
  const char *value = setting->default_value;
  char variable[CM_SETTING_VARIABLE];
  cm_help_add(lines, "setting", setting->name, setting->doc);
  if (!is_all) return;
  put_values(setting, lines);
  cm_help_add(lines, "default", NULL, value != NULL ? value : "not set");
  cm_setting_variable(NULL, setting->name, variable);
  cm_help_add(lines, "environment", NULL, variable);
  cm_buf_printf(&lines->text, "SELECT chartmogul_config('%s', '%s')", setting->name,
                value != NULL ? value : "…");
  cm_help_add(lines, "example", NULL, NULL);
}

/** The topic at a place, 0 for the first: tables, functions, settings. False behind the last. */
static bool topic_at(int at, topic *out) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  if (at < count) {
    *out = (topic){ resources[at]->name, "table", resources[at], put_resource };
    return true;
  }
  at -= count;
  const cm_meta_table *const *described = cm_meta_tables(&count);
  if (at < count) {
    *out = (topic){ described[at]->name, "table", described[at], put_meta };
    return true;
  }
  at -= count;
  const cm_function *functions = cm_functions_table(&count);
  if (at < count) {
    *out = (topic){ functions[at].name, "function", &functions[at], put_function };
    return true;
  }
  at -= count;
  const cm_action *actions = cm_actions_table(&count);
  if (at < count) {
    *out = (topic){ actions[at].name, "function", &actions[at], put_action };
    return true;
  }
  at -= count;
  if (at < (int)cm_countof(table_functions)) {
    *out = (topic){ table_functions[at].name, "function", &table_functions[at],
                    put_table_function };
    return true;
  }
  at -= (int)cm_countof(table_functions);
  const cm_setting *setting = cm_setting_at(at);
  if (setting == NULL) return false;
  *out = (topic){ setting->name, "setting", setting, put_setting };
  return true;
}

/* ---- which of them is meant -------------------------------------------------------------------------- */

static const char *without_prefix(const char *name) {
  static const char prefix[] = CM_TABLE_PREFIX;
  size_t len = strlen(prefix);
  return sqlite3_strnicmp(name, prefix, (int)len) == 0 ? name + len : name;
}

/** A topic is named with chartmogul_ or without; a setting, which has none, is not named with it. */
static bool is_named(const char *name, const char *wanted) {
  return sqlite3_stricmp(wanted, name) == 0 || sqlite3_stricmp(wanted, without_prefix(name)) == 0;
}

/** How many letters have to be put in, taken out or changed to make one name of the other. */
static size_t distance(const char *a, const char *b) {
  size_t row[MAX_NAME + 1];
  size_t b_len = strlen(b);
  if (strlen(a) > MAX_NAME || b_len > MAX_NAME) return MAX_NAME;
  for (size_t i = 0; i <= b_len; i++)
    row[i] = i;
  for (size_t done = 1; a[done - 1] != '\0'; done++) {
    size_t diagonal = row[0];
    row[0] = done;
    for (size_t i = 1; i <= b_len; i++) {
      bool is_same = sqlite3_strnicmp(&a[done - 1], &b[i - 1], 1) == 0;
      size_t best = diagonal + !is_same;
      diagonal = row[i];
      if (row[i] + 1 < best) best = row[i] + 1;
      if (row[i - 1] + 1 < best) best = row[i - 1] + 1;
      row[i] = best;
    }
  }
  return row[b_len];
}

/** The name that is written almost so; NULL: none is. */
static const char *nearest(const char *name) {
  const char *found = NULL;
  size_t best = strlen(name) < MAX_NAME ? strlen(name) / 3 + 1 : 0;
  topic at;
  for (int i = 0; topic_at(i, &at); i++) {
    size_t apart = distance(name, without_prefix(at.name));
    if (apart >= best) continue;
    best = apart;
    found = without_prefix(at.name);
  }
  return found;
}

static int unknown(const char *name, cm_err *err) {
  const char *near = nearest(without_prefix(name));
  char advice[MAX_NAME + 64] = "SELECT name FROM chartmogul_help lists what there is";
  if (near != NULL)
    sqlite3_snprintf(sizeof advice, advice, "write SELECT * FROM chartmogul_help('%s')", near);
  return cm_err_set(err, SQLITE_ERROR, "'%.*s' is not a table, a function or a setting (%s): %s",
                    MAX_SHOWN, name, near != NULL ? "misspelt?" : "nothing has this name", advice);
}

/** The lines of one topic, or one line of each. Two forms of a function with the same line are one. */
static int make_lines(const char *name, cm_help_lines *lines, cm_err *err) {
  bool is_all = name != NULL;
  topic at;
  for (int i = 0; topic_at(i, &at); i++) {
    if (is_all && !is_named(at.name, name)) continue;
    int before = lines->count;
    at.put(at.of, is_all, lines);
    if (lines->code != SQLITE_OK) break;
    cm_help_drop_repeated(lines, before);
  }
  if (lines->code == SQLITE_NOMEM) return cm_err_nomem(err);
  if (lines->code != SQLITE_OK) return cm_err_set(err, lines->code, "the text is too long");
  return lines->count > 0 ? SQLITE_OK : unknown(name, err);
}

/* ---- the table --------------------------------------------------------------------------------------- */

enum { PART, NAME, TEXT, TOPIC }; /* columns */

enum { HAS_TOPIC = 1 << 0 }; /* of idxNum */

enum { COST = 100 };
static const double EARLY_COST = 1e18; /* any other order of the join is better */

typedef struct help_cursor {
  sqlite3_vtab_cursor base;
  char *topic; /* as given; owned, NULL: not given */
  cm_help_lines lines;
  int at;
} help_cursor;

static int help_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **error) {
  (void)aux;
  (void)argc;
  (void)argv;
  (void)error;
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE chartmogul_help(part TEXT, name TEXT, text TEXT, "
                                    "topic TEXT HIDDEN)");
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc != SQLITE_OK) return rc;
  *out = sqlite3_malloc64(sizeof **out);
  if (*out == NULL) return SQLITE_NOMEM;
  memset(*out, 0, sizeof **out);
  return SQLITE_OK;
}

static int help_disconnect(sqlite3_vtab *base) {
  sqlite3_free(base);
  return SQLITE_OK;
}

static int help_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  bool is_early = false;
  (void)base;
  info->idxNum = cm_arguments_take(info, TOPIC, TOPIC, &is_early);
  info->estimatedCost = is_early ? EARLY_COST : COST;
  return SQLITE_OK;
}

static int help_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  help_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  (void)base;
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  cm_help_lines_init(&cursor->lines);
  *out = &cursor->base;
  return SQLITE_OK;
}

static void clear(help_cursor *cursor) {
  cm_help_lines_clear(&cursor->lines);
  sqlite3_free(cursor->topic);
  cursor->topic = NULL;
  cursor->at = 0;
}

static int help_close(sqlite3_vtab_cursor *base) {
  clear((help_cursor *)base);
  sqlite3_free(base);
  return SQLITE_OK;
}

static int help_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                       sqlite3_value **argv) {
  help_cursor *cursor = (help_cursor *)base;
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  (void)text;
  (void)argc;
  clear(cursor);
  cm_help_lines_init(&cursor->lines);
  if (number & HAS_TOPIC) rc = cm_arguments_text(argv[0], "the topic", &cursor->topic, &err);
  if (rc == SQLITE_OK) rc = make_lines(cursor->topic, &cursor->lines, &err);
  return rc == SQLITE_OK ? SQLITE_OK : cm_bridge_table_error(base->pVtab, who, &err);
}

static int help_next(sqlite3_vtab_cursor *base) {
  ((help_cursor *)base)->at++;
  return SQLITE_OK;
}

static int help_eof(sqlite3_vtab_cursor *base) {
  const help_cursor *cursor = (const help_cursor *)base;
  return cursor->at >= cursor->lines.count;
}

static int help_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  const help_cursor *cursor = (const help_cursor *)base;
  const cm_help_line *line = &cursor->lines.list[cursor->at];
  const char *text = NULL;
  switch (column) {
  case PART: text = line->part; break;
  case NAME: text = line->name; break;
  case TEXT: text = line->text; break;
  default: text = cursor->topic;
  }
  if (text != NULL) sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
  return SQLITE_OK;
}

static int help_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((help_cursor *)base)->at + 1;
  return SQLITE_OK;
}

/* Without xCreate it is a table-valued function and nothing else. */
static const sqlite3_module module = {
  .iVersion = 1,
  .xConnect = help_connect,
  .xBestIndex = help_best_index,
  .xDisconnect = help_disconnect,
  .xOpen = help_open,
  .xClose = help_close,
  .xFilter = help_filter,
  .xNext = help_next,
  .xEof = help_eof,
  .xColumn = help_column,
  .xRowid = help_rowid,
};

int cm_help_register(sqlite3 *db) {
  return sqlite3_create_module_v2(db, who, &module, NULL, NULL);
}
