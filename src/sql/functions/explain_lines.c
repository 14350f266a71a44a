#include "sql/functions/explain_lines.h"

#include <stdio.h>
#include <string.h>

#include "base/sql_token.h"
#include "client/pump.h"

enum { MAX_SQL_BYTES = 1000000, MAX_NODES = 10000 };

/** A line of EXPLAIN QUERY PLAN. */
typedef struct plan_node {
  int id, parent;
  bool is_correlated; /* a sub-select that runs for each row around it */
  bool is_arm;        /* of an OR, or what holds such arms */
  bool is_loop;       /* a table is read here */
  int plan;           /* of cm_explained, -1: none of ours */
  int64_t runs, rows; /* how often it runs, and what one run yields */
} plan_node;

/** Where a statement writes. */
typedef struct write_target {
  bool is_found;
  cm_verb verb;
  const char *name; /* with its schema, as it is written; borrowed */
  size_t len;
  const cm_explained_plan *plan; /* of a scan of the table; NULL: it is none of ours */
} write_target;

typedef struct explaining {
  cm_session *session;
  const char *sql;
  cm_explained explained;
  cm_pricing pricing;
  plan_node *nodes; /* owned */
  int count;
} explaining;

/* ---- the text ------------------------------------------------------------------------------- */

static const char *const verbs[] = { "SELECT",  "VALUES", "WITH",   "INSERT",
                                     "REPLACE", "UPDATE", "DELETE", NULL };

/** PRAGMA does things while it is prepared: only what reads or writes rows is prepared at all. */
static int check_verb(const char *sql, cm_err *err) {
  cm_sql_token token;
  if (strlen(sql) > MAX_SQL_BYTES)
    return cm_err_set(err, SQLITE_TOOBIG,
                      "the statement is longer than %d bytes: explain a shorter one",
                      MAX_SQL_BYTES);
  cm_sql_next(sql, &token);
  if (token.kind == CM_SQL_NAME && cm_sql_is_any(&token, verbs)) return SQLITE_OK;
  return cm_err_set(
      err, SQLITE_ERROR,
      "this cannot be explained (it does not begin with SELECT, VALUES, WITH, INSERT, "
      "REPLACE, UPDATE or DELETE): give one such statement");
}

static bool is_end(const char *tail) {
  cm_sql_token token;
  do {
    tail = cm_sql_next(tail, &token);
  } while (token.sign == ';');
  return token.kind == CM_SQL_OTHER && token.sign == '\0';
}

/** Prepare EXPLAIN QUERY PLAN of a text, and note every plan that our tables make for it. */
static int prepare(explaining *job, const char *sql, sqlite3_stmt **out, cm_err *err) {
  const char *tail = NULL;
  sqlite3 *db = job->session->db;
  char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
  *out = NULL;
  if (text == NULL) return cm_err_nomem(err);
  job->session->statement->explained = &job->explained;
  int rc = sqlite3_prepare_v2(db, text, -1, out, &tail);
  job->session->statement->explained = NULL;
  if (rc == SQLITE_NOMEM) {
    cm_err_nomem(err);
  } else if (rc != SQLITE_OK) {
    cm_err_set(err, rc & 0xff, "the statement cannot be prepared (%s): mend it",
               sqlite3_errmsg(db));
  } else if (*out == NULL || sqlite3_stmt_isexplain(*out) != 2 || !is_end(tail)) {
    rc = cm_err_set(err, SQLITE_ERROR,
                    "this is more than one statement (one is explained at a time): give one");
  }
  sqlite3_free(text);
  if (rc == SQLITE_OK) return SQLITE_OK;
  sqlite3_finalize(*out);
  *out = NULL;
  return err->code;
}

/* ---- the loops ------------------------------------------------------------------------------ */

static bool begins(const char *text, const char *words) {
  return strncmp(text, words, strlen(words)) == 0;
}

/** SCAN CONSTANT ROW, SCAN 3 CONSTANT ROWS, and since SQLite 3.46 SCAN 3-ROW VALUES CLAUSE. */
static int64_t constant_rows(const char *detail) {
  int count = 1;
  bool is_constant = strstr(detail, "CONSTANT ROW") != NULL ||
                     strstr(detail, "-ROW VALUES CLAUSE") != NULL;
  if (!begins(detail, "SCAN ") || !is_constant) return CM_PRICE_UNKNOWN;
  (void)sscanf(detail, "SCAN %d", &count);
  return count > 0 ? count : 1;
}

static int add_node(explaining *job, sqlite3_stmt *stmt, cm_err *err) {
  const char *detail = (const char *)sqlite3_column_text(stmt, 3);
  if (detail == NULL) return cm_err_nomem(err);
  if (job->count >= MAX_NODES)
    return cm_err_set(err, SQLITE_TOOBIG,
                      "the statement has too many parts: explain a smaller one");
  plan_node *grown = sqlite3_realloc64(job->nodes,
                                       ((sqlite3_uint64)job->count + 1) * sizeof *grown);
  if (grown == NULL) return cm_err_nomem(err);
  job->nodes = grown;
  const cm_explained_plan *plan = cm_explained_find(&job->explained, detail);
  job->nodes[job->count++] = (plan_node){
    .id = sqlite3_column_int(stmt, 0),
    .parent = sqlite3_column_int(stmt, 1),
    .is_correlated = begins(detail, "CORRELATED "),
    .is_arm = begins(detail, "MULTI-INDEX OR") || begins(detail, "INDEX "),
    .is_loop = begins(detail, "SCAN ") || begins(detail, "SEARCH ") ||
               begins(detail, "MULTI-INDEX OR"),
    .plan = plan != NULL ? (int)(plan - job->explained.plans) : -1,
    .runs = 1,
    .rows = constant_rows(detail),
  };
  return SQLITE_OK;
}

static int read_nodes(explaining *job, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  int rc = prepare(job, job->sql, &stmt, err);
  if (rc != SQLITE_OK) return rc;
  int step = SQLITE_ROW;
  while (rc == SQLITE_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW)
    rc = add_node(job, stmt, err);
  if (rc == SQLITE_OK && step != SQLITE_DONE)
    rc = cm_err_set(err, step & 0xff, "the plan cannot be read (%s)",
                    sqlite3_errmsg(job->session->db));
  sqlite3_finalize(stmt);
  return rc;
}

static int64_t multiply(int64_t one, int64_t other) {
  enum { MOST = 1000000000 };
  if (one < 0 || other < 0) return CM_PRICE_UNKNOWN;
  if (one == 0 || other == 0) return 0;
  return one > MOST / other ? MOST : one * other;
}

/** How often the node runs: once for each row of the loops before it under the same node, and with that one. */
static int64_t runs_of(const explaining *job, int index) {
  const plan_node *node = &job->nodes[index];
  int64_t runs = 1;
  bool is_loop = node->is_loop || node->is_correlated;
  for (int i = 0; i < index; i++) {
    const plan_node *other = &job->nodes[i];
    if (other->id == node->parent && (other->is_correlated || other->is_arm))
      runs = multiply(runs, other->runs);
    if (is_loop && other->parent == node->parent && other->is_loop)
      runs = multiply(runs, other->rows);
  }
  return runs;
}

/* ---- what is written ------------------------------------------------------------------------ */

/** The name behind `at`, with its schema. */
static void take_name(const char *at, write_target *out) {
  cm_sql_token token;
  const char *end = at;
  for (const char *next = cm_sql_next_token(at, &token); token.kind == CM_SQL_SPACE && *at != '\0';
       next = cm_sql_next_token(at, &token))
    at = next;
  end = cm_sql_next(at, &token);
  if (token.kind != CM_SQL_NAME) return;
  const char *behind = cm_sql_next(end, &token);
  if (token.sign == '.') end = cm_sql_next(behind, &token);
  *out = (write_target){ true, out->verb, at, (size_t)(end - at), NULL };
}

static void find_target(const char *sql, write_target *out) {
  cm_sql_token token, next;
  *out = (write_target){ .is_found = false };
  for (;;) {
    sql = cm_sql_next(sql, &token);
    if (token.sign == '(') sql = cm_sql_skip_brackets(sql);
    if (token.kind == CM_SQL_OTHER && token.sign == '\0') return;
    if (cm_sql_is_name(&token, "SELECT") || cm_sql_is_name(&token, "VALUES")) return;
    bool is_update = cm_sql_is_name(&token, "UPDATE");
    out->verb = is_update                          ? CM_VERB_UPDATE
                : cm_sql_is_name(&token, "DELETE") ? CM_VERB_DELETE
                                                   : CM_VERB_INSERT;
    bool is_verb = is_update || out->verb == CM_VERB_DELETE || cm_sql_is_name(&token, "INSERT") ||
                   cm_sql_is_name(&token, "REPLACE");
    if (!is_verb) continue;
    const char *at = cm_sql_next(sql, &next);
    if (cm_sql_is_name(&next, "OR")) {
      sql = cm_sql_next(at, &next);
      at = cm_sql_next(sql, &next);
    }
    bool has_word = cm_sql_is_name(&next, "INTO") || cm_sql_is_name(&next, "FROM");
    if (is_update || has_word) take_name(is_update ? sql : at, out);
    return;
  }
}

/** Whose table it is, a plan for a scan of it says. */
static int look_at_target(explaining *job, write_target *target, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  int before = job->explained.count;
  find_target(job->sql, target);
  if (!target->is_found) return SQLITE_OK;
  char *sql = sqlite3_mprintf("SELECT 1 FROM %.*s", (int)target->len, target->name);
  if (sql == NULL) return cm_err_nomem(err);
  cm_err ignored = { 0 };
  int rc = prepare(job, sql, &stmt, &ignored);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc == SQLITE_OK && job->explained.count > before &&
      job->explained.plans[job->explained.count - 1].resource != NULL)
    target->plan = &job->explained.plans[job->explained.count - 1];
  return SQLITE_OK;
}

/* ---- the lines ------------------------------------------------------------------------------ */

static int copy_text(const char *text, char **out, cm_err *err) {
  *out = text != NULL ? sqlite3_mprintf("%s", text) : NULL;
  return text == NULL || *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

static cm_explain_line *add_line(cm_explain_lines *lines, const char *table_name) {
  cm_explain_line *grown = sqlite3_realloc64(lines->list,
                                             ((sqlite3_uint64)lines->count + 1) * sizeof *grown);
  if (grown == NULL) return NULL;
  lines->list = grown;
  grown[lines->count] = (cm_explain_line){ .table_name = table_name };
  return &grown[lines->count++];
}

static int add_plan(explaining *job, plan_node *node, const cm_explained_plan *plan,
                    cm_explain_lines *out, cm_err *err) {
  cm_explain_line *line = add_line(out, plan->who);
  if (line == NULL) return cm_err_nomem(err);
  int rc = copy_text(plan->text, &line->request, err);
  if (rc == SQLITE_OK) rc = copy_text(plan->sent, &line->sent, err);
  if (rc == SQLITE_OK) rc = copy_text(plan->kept, &line->kept, err);
  if (rc == SQLITE_OK) rc = cm_pricing_find(&job->pricing, plan, node->runs, &line->price, err);
  if (rc == SQLITE_OK) node->rows = line->price.rows;
  return rc;
}

/** The plans of a line: of a function that reads several lists as many. */
static int count_plans(const explaining *job, const plan_node *node) {
  int count = 0;
  if (node->plan < 0) return 0;
  do {
    count++;
  } while (node->plan + count < job->explained.count &&
           job->explained.plans[node->plan + count].is_more);
  return count;
}

static int add_scan(explaining *job, plan_node *node, cm_explain_lines *out, cm_err *err) {
  int rc = SQLITE_OK;
  int count = count_plans(job, node);
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    rc = add_plan(job, node, &job->explained.plans[node->plan + i], out, err);
  if (count > 1) node->rows = CM_PRICE_UNKNOWN;
  return rc;
}

/** The rows of the outermost loops, of which each is written once at most. */
static int64_t written_rows(const explaining *job) {
  int64_t rows = 1;
  for (int i = 0; i < job->count; i++) {
    const plan_node *node = &job->nodes[i];
    if (node->parent == 0 && node->is_loop) rows = multiply(rows, node->rows);
  }
  return rows;
}

static const cm_write *write_of(const cm_resource *resource, cm_verb verb) {
  for (int i = 0; i < resource->write_count; i++) {
    if (resource->writes[i].verb == verb) return &resource->writes[i];
  }
  return NULL;
}

static const char *advice_on(const cm_session *session, cm_verb verb, int64_t rows) {
  const cm_settings *settings = &session->settings;
  if (settings->read_only) return "read_only is set: it is refused";
  if (settings->dry_run) return "dry_run is set: it is recorded, and not sent";
  if (verb == CM_VERB_DELETE && rows > settings->delete_limit)
    return "at most: delete_limit refuses so many rows";
  if (verb == CM_VERB_INSERT && settings->write_mode == CM_WRITE_BULK)
    return "at most: inside BEGIN new rows go as json imports";
  return "at most: one for each row";
}

static int add_writes(explaining *job, const write_target *target, cm_explain_lines *out,
                      cm_err *err) {
  const cm_explained_plan *plan = target->plan;
  const cm_write *write = write_of(plan->resource, target->verb);
  cm_session *session = plan->session;
  cm_explain_line *line = add_line(out, plan->resource->name);
  if (line == NULL) return cm_err_nomem(err);
  int64_t rows = written_rows(job);
  line->price = (cm_price){ rows, rows, -1, "" };
  if (write == NULL) {
    line->price = (cm_price){ 0, 0, 0, "it fails: this table cannot be written so" };
    return SQLITE_OK;
  }
  line->request = sqlite3_mprintf("%s %s", write->method, write->path);
  if (line->request == NULL) return cm_err_nomem(err);
  line->price.seconds = cm_pricing_seconds(session, rows, true);
  sqlite3_snprintf(sizeof line->price.advice, line->price.advice, "%s",
                   advice_on(session, target->verb, rows));
  return SQLITE_OK;
}

static int ask_lengths(explaining *job, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < job->count && rc == SQLITE_OK; i++) {
    int count = count_plans(job, &job->nodes[i]);
    for (int p = 0; p < count && rc == SQLITE_OK; p++)
      rc = cm_pricing_ask(&job->pricing, &job->explained.plans[job->nodes[i].plan + p], err);
  }
  return rc;
}

int cm_explain_lines_make(cm_session *session, const char *sql, cm_explain_lines *out,
                          cm_err *err) {
  explaining job = { .session = session, .sql = sql };
  write_target target = { .is_found = false };
  int rc = check_verb(sql, err);
  if (rc == SQLITE_OK) rc = read_nodes(&job, err);
  if (rc == SQLITE_OK) rc = look_at_target(&job, &target, err);
  if (rc == SQLITE_OK) rc = ask_lengths(&job, err);
  for (int i = 0; i < job.count && rc == SQLITE_OK; i++) {
    job.nodes[i].runs = runs_of(&job, i);
    if (job.nodes[i].plan >= 0) rc = add_scan(&job, &job.nodes[i], out, err);
  }
  if (rc == SQLITE_OK && target.plan != NULL) rc = add_writes(&job, &target, out, err);
  cm_pricing_clear(&job.pricing);
  cm_explained_clear(&job.explained);
  sqlite3_free(job.nodes);
  return rc;
}

void cm_explain_lines_clear(cm_explain_lines *lines) {
  for (int i = 0; i < lines->count; i++) {
    sqlite3_free(lines->list[i].request);
    sqlite3_free(lines->list[i].sent);
    sqlite3_free(lines->list[i].kept);
  }
  sqlite3_free(lines->list);
  *lines = (cm_explain_lines){ 0 };
}
