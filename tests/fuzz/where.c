/*
** Any text as the WHERE clause over a table and over a copy of it: where both can be read, the rows are the
** same. The server knows no filters, which the API may do as well: what it sends too much, SQLite drops.
**
** The first byte chooses the table.
*/
#include <stdlib.h>
#include <string.h>

#include "script.h"

enum { MAX_TEXT = 400, MAX_STEPS = 20000 };

#define MORE "],'has_more':true,'cursor':'c1'}"
#define END "],'has_more':false,'cursor':null}"

/*
** Two pages of each list. Every row has the members that filters
** are sent for (where one is missing, the column shows what was asked for, which no copy knows of), and all
** are of the type that the table declares (a copy would convert them).
*/
static const struct {
  const char *name, *list, *rows, *key;
  const char *pages[2];
} tables[] = {
  { "chartmogul_customers",
    "/customers",
    "entries",
    "uuid",
    { "{'entries':[{'uuid':'cus_1','id':1,'name':'a','email':'A@b.c','mrr':5,'status':'Active',"
      "'external_id':'5','data_source_uuid':'ds_1','customer-since':'2024-02-29T23:59:59.999Z',"
      "'attributes':{'tags':['x']}},{'uuid':'cus_2','id':2,'name':'','email':'a@b.c','mrr':5.5,"
      "'status':'Past Due','external_id':'05','data_source_uuid':'ds_1'}" MORE,
      "{'entries':[{'uuid':'cus_3','id':3,'name':null,'mrr':-1,'external_id':'5.0','email':null,"
      "'status':'New Lead','data_source_uuid':'ds_2','customer-since':'2024-03-01',"
      "'lead_created_at':'soon'},{'uuid':'Cus_1','id':4,'name':'\\u0000','mrr':7,'status':'"
      "Cancelled',"
      "'external_id':'5 ','email':'','data_source_uuid':null}" END } },
  { "chartmogul_plans",
    "/plans",
    "plans",
    "uuid",
    { "{'plans':[{'uuid':'pl_1','name':'Gold','interval_count':1,'interval_unit':'month',"
      "'external_id':'g','data_source_uuid':'ds_1'},{'uuid':'pl_2','name':'gold',"
      "'interval_count':12,'external_id':null,'data_source_uuid':'DS_1'}" MORE,
      "{'plans':[{'uuid':'pl_3','name':'GOLD ','interval_count':1,'external_id':'G',"
      "'data_source_uuid':'ds_1'}" END } },
  { "chartmogul_tasks",
    "/tasks",
    "entries",
    "task_uuid",
    { "{'entries':[{'task_uuid':'ta_1','customer_uuid':'cus_1','task_details':'call','assignee':"
      "'a@b.c','due_date':'2024-02-29T00:00:00Z','completed_at':null}" MORE,
      "{'entries':[{'task_uuid':'ta_2','customer_uuid':'cus_2','assignee':null,'due_date':"
      "'2024-03-01 12:00:00.5','completed_at':'2024-03-02'}" END } },
  { "chartmogul_activities",
    "/activities",
    "entries",
    "uuid",
    { "{'entries':[{'uuid':'a_1','date':'2024-01-01T00:00:00Z','type':'new_biz','activity-mrr':"
      "1000,"
      "'activity-arr':12000,'customer-uuid':'cus_1'}" MORE,
      "{'entries':[{'uuid':'a_2','date':'2024-02-01T10:00:00+02:00','type':'churn','activity-mrr':"
      "-1000,'customer-uuid':'cus_1'}" END } },
};

static sqlite3 *db;

/* ---- the API ------------------------------------------------------------------------------- */

static void say(wire_answer *answer, int status, cm_slice body) {
  answer->status = status;
  answer->body = body.ptr;
  answer->len = body.len;
}

/* The page in double quotes, as JSON has them. */
static cm_slice page(size_t table, bool is_second) {
  static char text[1000];
  const char *source = tables[table].pages[is_second];
  size_t len = strlen(source);
  require(len < sizeof text);
  for (size_t i = 0; i < len; i++)
    text[i] = source[i] == '\'' ? '"' : source[i];
  return (cm_slice){ text, len };
}

/* The row with this key; absent when there is none. Keys need no percent-encoding. */
static cm_slice find_row(size_t table, const char *key, size_t len) {
  for (int i = 0; i < 2; i++) {
    size_t at = 0;
    cm_slice row, rows = cm_slice_find(page(table, i == 1), tables[table].rows);
    while (cm_slice_next(rows, &at, NULL, &row) == SQLITE_ROW) {
      cm_slice found = cm_slice_inner(cm_slice_find(row, tables[table].key));
      if (found.len == len && memcmp(found.ptr, key, len) == 0) return row;
    }
  }
  return (cm_slice){ NULL, 0 };
}

static bool is_path(const char *path, size_t len, const char *wanted) {
  return strlen(wanted) == len && memcmp(wanted, path, len) == 0;
}

static void respond(void *context, const cm_http_request *request, wire_answer *answer) {
  static const char base[] = "http://127.0.0.1/v1";
  static const char missing[] = "{\"code\":404,\"message\":\"not found\",\"param\":\"uuid\"}";
  const char *path = request->url + strlen(base);
  size_t len = strcspn(path, "?");
  bool is_second = strstr(path, "cursor=c1") != NULL;
  (void)context;
  say(answer, 404, (cm_slice){ missing, strlen(missing) });
  for (size_t i = 0; i < cm_countof(tables); i++) {
    bool is_search = i == 0 && is_path(path, len, "/customers/search");
    if (is_search || is_path(path, len, tables[i].list)) say(answer, 200, page(i, is_second));
    size_t list_len = strlen(tables[i].list);
    if (is_search || len <= list_len + 1 || path[list_len] != '/') continue;
    if (memcmp(path, tables[i].list, list_len) != 0) continue;
    cm_slice row = find_row(i, path + list_len + 1, len - list_len - 1);
    if (row.ptr != NULL) say(answer, 200, row);
  }
}

/* ---- the statements ------------------------------------------------------------------------ */

static int stop(void *context) {
  int *steps = context;
  return ++*steps > MAX_STEPS / 100;
}

static int steps;

/* Nothing that sends, nothing that is not the same twice, no other table. */
static int allow(void *context, int action, const char *first, const char *second,
                 const char *schema, const char *trigger) {
  static const char *const denied[] = { "chartmogul_", "random",        "load_extension",
                                        "zeroblob",    "printf",        "format",
                                        "changes",     "total_changes", "last_insert",
                                        "sqlite_",     "date",          "time",
                                        "julianday",   "strftime",      "unixepoch" };
  (void)context, (void)schema, (void)trigger, (void)first;
  if (action == SQLITE_RECURSIVE) return SQLITE_DENY;
  if (action != SQLITE_FUNCTION) return SQLITE_OK;
  for (size_t i = 0; i < cm_countof(denied); i++)
    if (strstr(second, denied[i]) != NULL) return SQLITE_DENY;
  return SQLITE_OK;
}

static void open_once(void) {
  if (db != NULL) return;
  wire_ask(respond, NULL);
  db = target_open(NULL);
  for (size_t i = 0; i < cm_countof(tables); i++) {
    char *sql = sqlite3_mprintf("CREATE TABLE copy_%s AS SELECT * FROM %s", tables[i].name,
                                tables[i].name);
    require(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(sql);
  }
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 100000);
  sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 50);
  sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100);
  sqlite3_progress_handler(db, 100, stop, &steps);
  sqlite3_set_authorizer(db, allow, NULL);
}

/* A text that could end the parentheses around it, or choose by the order of the rows. */
static bool can_stand(const char *text) {
  int depth = 0;
  for (const char *at = text; *at != '\0'; at++) {
    depth += *at == '(';
    depth -= *at == ')';
    if (depth < 0 || strchr(";[]`\"", *at) != NULL) return false;
    if (strncmp(at, "--", 2) == 0 || strncmp(at, "/*", 2) == 0) return false;
    if (sqlite3_strnicmp(at, "select", 6) == 0 || sqlite3_strnicmp(at, "match", 5) == 0)
      return false;
  }
  return depth == 0;
}

static int run(const char *prefix, size_t table, const char *text, int64_t *rows, uint64_t *hash) {
  sqlite3_stmt *statement = NULL;
  char *sql = sqlite3_mprintf("SELECT uuid FROM %s%s AS t WHERE (%s)", prefix, tables[table].name,
                              text);
  int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  steps = 0;
  if (code == SQLITE_OK) code = target_run(db, statement, rows, hash);
  sqlite3_finalize(statement);
  sqlite3_free(sql);
  return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  int64_t rows = 0, copied_rows = 0;
  uint64_t hash = 0, copied_hash = 0;
  open_once();
  size_t table = input_byte(&left) % cm_countof(tables);
  cm_slice text = input_part(&left, '\0');
  if (text.len <= MAX_TEXT && can_stand(text.ptr)) {
    wire_ask(respond, NULL);
    int copied_code = run("copy_", table, text.ptr, &copied_rows, &copied_hash);
    int code = copied_code != SQLITE_OK ? copied_code : run("", table, text.ptr, &rows, &hash);
    if (code == SQLITE_OK && copied_code == SQLITE_OK)
      require(rows == copied_rows && hash == copied_hash);
  }
  target_free(text);
  return 0;
}
