#include "explain/lines.h"

#include <string.h>

#include "explain/explained_text.h"
#include "explain/local_rows.h"
#include "explain/loops.h"
#include "explain/steps.h"
#include "explain/write_price.h"
#include "sql/functions/functions.h"

enum { MAX_SQL_BYTES = 1000000 };

typedef struct explaining {
  cm_session *session;
  const char *sql;
  cm_loops loops;
  cm_pricing pricing;
  cm_writing writing;
} explaining;

/** PRAGMA does things while it is prepared: only what reads or writes rows is prepared at all. */
static int check_verb(const char *sql, cm_err *err) {
  if (strlen(sql) > MAX_SQL_BYTES)
    return cm_err_set(err, SQLITE_TOOBIG,
                      "the statement is longer than %d bytes: explain a shorter one",
                      MAX_SQL_BYTES);
  if (cm_statement_is_of_rows(sql)) return SQLITE_OK;
  return cm_err_set(
      err, SQLITE_ERROR,
      "this cannot be explained (it does not begin with SELECT, VALUES, WITH, INSERT, "
      "REPLACE, UPDATE or DELETE): give one such statement");
}

/* ---- rows of tables that are not ours ------------------------------------------------------- */

/** Count the rows of a part of the statement, which may name what its WITH clause makes. */
static int count_part(const explaining *job, cm_span part, cm_local_rows *out, cm_err *err) {
  cm_span with = cm_statement_with(job->sql);
  const char *select = cm_span_is_select(part) ? "" : "SELECT 1 FROM ";
  char *sql = sqlite3_mprintf("%.*s %s%.*s", (int)with.len, with.text, select, (int)part.len,
                              part.text);
  if (sql == NULL) return cm_err_nomem(err);
  int rc = cm_local_rows_count(job->session, sql, out, err);
  sqlite3_free(sql);
  return rc;
}

/** What a line reads that is not ours. */
static int count_line(const explaining *job, cm_loop *line, cm_err *err) {
  cm_local_rows counted = { CM_ROWS_UNKNOWN, "" };
  bool is_outermost = !line->is_search || line->runs == 1; /* else an index finds fewer */
  if (line->name == NULL || line->rows >= 0 || !is_outermost) return SQLITE_OK;
  cm_span source = cm_statement_source(job->sql, line->name);
  int rc = source.text != NULL ? count_part(job, source, &counted, err) : SQLITE_OK;
  line->rows = counted.count;
  return rc;
}

/** How many values the list has that a plan sends. */
static int count_values(const explaining *job, const cm_explained_plan *plan, int64_t *out,
                        cm_err *err) {
  const char *column = NULL;
  int count = 0;
  *out = CM_PRICE_UNKNOWN;
  for (int i = 0; i < plan->plan.arg_count; i++) {
    const cm_plan_arg *arg = &plan->plan.args[i];
    if (arg->use != CM_ARG_SENT || !arg->is_list) continue;
    column = plan->resource->columns[arg->column].name;
    count++;
  }
  cm_span list = count == 1 ? cm_statement_list(job->sql, column) : (cm_span){ NULL, 0 };
  if (list.text == NULL) return SQLITE_OK;
  if (!cm_span_is_select(list)) {
    *out = cm_span_items(list);
    return SQLITE_OK;
  }
  cm_local_rows counted = { CM_ROWS_UNKNOWN, "" };
  int rc = count_part(job, list, &counted, err);
  *out = counted.count;
  return rc;
}

/* ---- the lines ------------------------------------------------------------------------------ */

/** A copy of a text in the words of the plan's account. */
static int say(const cm_session *session, const char *text, char **out, cm_err *err) {
  *out = text != NULL ? cm_session_account_words(session->name, text) : NULL;
  return text == NULL || *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

static int say_advice(const cm_session *session, cm_price *price, cm_err *err) {
  char *words = NULL;
  int rc = say(session, price->advice, &words, err);
  if (rc == SQLITE_OK) sqlite3_snprintf(sizeof price->advice, price->advice, "%s", words);
  sqlite3_free(words);
  return rc;
}

/** @return NULL: memory ran out. */
static cm_explain_line *add_line(const cm_session *session, const char *table_name,
                                 cm_explain_lines *lines, cm_err *err) {
  cm_explain_line *grown = sqlite3_realloc64(lines->list,
                                             ((sqlite3_uint64)lines->count + 1) * sizeof *grown);
  if (grown != NULL) lines->list = grown;
  if (grown == NULL) cm_err_nomem(err);
  if (grown == NULL) return NULL;
  cm_explain_line *line = &grown[lines->count++];
  *line = (cm_explain_line){ .price = { 0 } };
  return say(session, table_name, &line->table_name, err) == SQLITE_OK ? line : NULL;
}

static int add_plan(explaining *job, cm_loop *loop, const cm_explained_plan *plan,
                    cm_explain_lines *out, cm_err *err) {
  const cm_session *session = plan->session;
  cm_explain_line *line = add_line(session, plan->who, out, err);
  cm_price_times times = { loop->runs, CM_PRICE_UNKNOWN };
  int rc = line != NULL ? say(session, plan->text, &line->request, err) : err->code;
  if (rc == SQLITE_OK) rc = say(session, plan->sent, &line->sent, err);
  if (rc == SQLITE_OK) rc = say(session, plan->kept, &line->kept, err);
  if (rc == SQLITE_OK && cm_pricing_sends_list(plan))
    rc = count_values(job, plan, &times.values, err);
  if (rc == SQLITE_OK) rc = cm_pricing_find(&job->pricing, plan, &times, &line->price, err);
  if (rc == SQLITE_OK) rc = say_advice(session, &line->price, err);
  if (rc == SQLITE_OK) loop->rows = line->price.rows;
  return rc;
}

static int add_scan(explaining *job, int index, cm_explain_lines *out, cm_err *err) {
  cm_loop *loop = &job->loops.list[index];
  int rc = SQLITE_OK;
  int count = cm_loops_plans(&job->loops, index);
  for (int i = 0; i < count && rc == SQLITE_OK; i++)
    rc = add_plan(job, loop, &job->loops.explained.plans[loop->plan + i], out, err);
  if (count > 1) loop->rows = CM_PRICE_UNKNOWN;
  return rc;
}

/** Each in the order of the loops: how often one runs the rows of those before it say. */
static int add_scans(explaining *job, cm_explain_lines *out, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < job->loops.count && rc == SQLITE_OK; i++) {
    cm_loop *loop = &job->loops.list[i];
    loop->runs = cm_loops_runs(&job->loops, i);
    rc = loop->plan >= 0 ? add_scan(job, i, out, err) : count_line(job, loop, err);
  }
  return rc;
}

/** The rows that an INSERT takes from tables at hand, or why they are not counted. */
static int count_inserted(explaining *job, cm_err *err) {
  cm_writing *writing = &job->writing;
  bool is_local = job->loops.explained.count == 0 && writing->written.verb == CM_VERB_INSERT;
  writing->rows.count = CM_ROWS_UNKNOWN;
  if (!is_local || !cm_span_is_select(writing->written.rows)) return SQLITE_OK;
  return count_part(job, writing->written.rows, &writing->rows, err);
}

static int add_writes(explaining *job, cm_explain_lines *out, cm_err *err) {
  cm_writing *writing = &job->writing;
  cm_explain_line *line = add_line(writing->session, writing->resource->name, out, err);
  if (line == NULL) return err->code;
  if (writing->rows.count < 0) writing->rows.count = cm_loops_rows(&job->loops);
  if (writing->rows.count >= CM_LOOPS_MOST) writing->rows.count = CM_PRICE_UNKNOWN;
  int rc = cm_writing_ask(writing, &job->pricing, err);
  if (rc != SQLITE_OK) return rc;
  rc = cm_writing_price(writing, &job->pricing, &line->request, &line->price, err);
  return rc == SQLITE_OK ? say_advice(writing->session, &line->price, err) : rc;
}

/* ---- what else sends, and what sends nothing ------------------------------------------------------ */

static bool has_line(const cm_explain_lines *lines, const char *name) {
  for (int i = 0; i < lines->count; i++) {
    const char *of = lines->list[i].table_name;
    if (of != NULL && strcmp(of, name) == 0) return true;
  }
  return false;
}

/** @param requests  0: it sends nothing; CM_PRICE_UNKNOWN. */
static int add_words(const explaining *job, cm_explain_lines *out, const char *name,
                     int64_t requests, const char *advice, cm_err *err) {
  cm_explain_line *line = add_line(job->session, name, out, err);
  if (line == NULL) return err->code;
  line->price = (cm_price){ CM_PRICE_UNKNOWN, requests, requests == 0 ? 0 : -1, "" };
  cm_price_advise(&line->price, "%s", advice);
  return SQLITE_OK;
}

/** Functions that ask the API while the statement runs, those in views of temp too. */
static int add_functions(const explaining *job, cm_explain_lines *out, cm_err *err) {
  sqlite3_stmt *stmt = NULL;
  cm_vdbe_step step;
  int next = SQLITE_ROW;
  int rc = cm_steps_open(job->session, job->sql, &stmt);
  while (rc == SQLITE_OK && (next = cm_steps_next(stmt, &step)) == SQLITE_ROW) {
    const char *name = step.function != NULL
                           ? cm_functions_sending(step.function, step.function_len)
                           : NULL;
    if (name == NULL || has_line(out, name)) continue;
    rc = add_words(job, out, name, CM_PRICE_UNKNOWN,
                   "one for each row that it is called for, with the same arguments one: it sends "
                   "at once",
                   err);
  }
  sqlite3_finalize(stmt);
  if ((next & 0xff) == SQLITE_INTERRUPT) return cm_err_set(err, SQLITE_INTERRUPT, "interrupted");
  return rc == SQLITE_NOMEM || next == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
}

static int ask_lengths(explaining *job, cm_err *err) {
  int rc = SQLITE_OK;
  for (int i = 0; i < job->loops.count && rc == SQLITE_OK; i++) {
    int count = cm_loops_plans(&job->loops, i);
    for (int p = 0; p < count && rc == SQLITE_OK; p++)
      rc = cm_pricing_ask(&job->pricing, &job->loops.explained.plans[job->loops.list[i].plan + p],
                          err);
  }
  return rc;
}

int cm_explain_lines_make(cm_session *session, const char *sql, cm_explain_lines *out,
                          cm_err *err) {
  explaining job = { .session = session, .sql = sql };
  int rc = check_verb(sql, err);
  if (rc == SQLITE_OK) rc = cm_loops_read(session, sql, &job.loops, err);
  if (rc == SQLITE_OK) rc = cm_writing_find(session, sql, &job.writing, err);
  job.pricing.may_be_cached = !job.writing.written
                                   .is_found; /* a statement that writes reads anew */
  if (rc == SQLITE_OK && job.writing.resource != NULL) rc = count_inserted(&job, err);
  if (rc == SQLITE_OK) rc = ask_lengths(&job, err);
  if (rc == SQLITE_OK) rc = add_scans(&job, out, err);
  if (rc == SQLITE_OK && job.writing.resource != NULL) rc = add_writes(&job, out, err);
  if (rc == SQLITE_OK) rc = add_functions(&job, out, err);
  if (rc == SQLITE_OK && out->count == 0)
    rc = add_words(&job, out, NULL, 0,
                   "it sends nothing: it reads and writes no table of the account", err);
  cm_pricing_clear(&job.pricing);
  cm_loops_clear(&job.loops);
  return rc;
}

void cm_explain_lines_clear(cm_explain_lines *lines) {
  for (int i = 0; i < lines->count; i++) {
    sqlite3_free(lines->list[i].table_name);
    sqlite3_free(lines->list[i].request);
    sqlite3_free(lines->list[i].sent);
    sqlite3_free(lines->list[i].kept);
  }
  sqlite3_free(lines->list);
  *lines = (cm_explain_lines){ 0 };
}
