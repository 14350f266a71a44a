/*
** main.c -- every table × every place of a scan × every failure that is final: the statement ends in the
** right error, never in fewer rows.
**
**   failures [--only TEXT] [-v]
**
** Statements are made from the descriptors: each list whole, by LIMIT and by chartmogul_get, each filter with =
** and IN, each look-up alone, by IN and as a join, each list below a parent alone, walked and joined. The first run of a statement shows which
** requests it makes (pages of lists, of parents, of children, of companions, look-ups). Then it is run once for
** each of them and each failure, with that request failing on every try. The API is api.h.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/utf8.h"
#include "extension.h"
#include "fake_clock.h"
#include "text.h"
#include "torture.h"
#include "twist.h"

enum { MAX_PLACES = 400, MAX_PLACES_TRIED = 60 };

typedef enum special { PLAIN, INTERRUPT, MEMORY } special;

/** One way for a request to fail for good. */
typedef struct failure {
  const char *name;
  int code; /* that the statement must end in */
  wire_answer answer;
  special special;
  twist twist;      /* the right answer, twisted; `answer` does not count then */
  bool tables_only; /* chartmogul_get shows any JSON */
} failure;

#define ERROR_BODY "{\"code\":400,\"message\":\"No\"}"
#define ANSWERED(status, wait_ms)                                                                  \
  { CM_ANSWERED, status, wait_ms, ERROR_BODY, sizeof ERROR_BODY - 1 }

#define WORDS(status, body)                                                                        \
  { CM_ANSWERED, status, -1, (body), sizeof(body) - 1 }

static const failure failures[] = {
  { "429", SQLITE_BUSY, ANSWERED(429, -1), .special = PLAIN },
  { "429 and a long wait", SQLITE_BUSY, ANSWERED(429, 120000), .special = PLAIN },
  { "503", SQLITE_BUSY, ANSWERED(503, -1), .special = PLAIN },
  { "500", SQLITE_ERROR, ANSWERED(500, -1), .special = PLAIN },
  { "401", SQLITE_AUTH, ANSWERED(401, -1), .special = PLAIN },
  { "403", SQLITE_AUTH, ANSWERED(403, -1), .special = PLAIN },
  { "422", SQLITE_CONSTRAINT, ANSWERED(422, -1), .special = PLAIN },
  { "broken JSON", SQLITE_ERROR, { CM_ANSWERED, 200, -1, "{\"", 2 }, .special = PLAIN },
  { "the connection cut", SQLITE_ERROR, { CM_BROKEN, 0, -1, "", 0 }, .special = PLAIN },
  { "a time-out", SQLITE_ERROR, { CM_TIMED_OUT, 0, -1, "", 0 }, .special = PLAIN },
  { "no connection", SQLITE_ERROR, { CM_NOT_SENT, 0, -1, "", 0 }, .special = PLAIN },
  { "too large", SQLITE_TOOBIG, { CM_TOO_LARGE, 0, -1, "", 0 }, .special = PLAIN },
  { "an interrupt", SQLITE_INTERRUPT, ANSWERED(429, -1), .special = INTERRUPT },
  { "no memory", SQLITE_NOMEM, { CM_NO_MEMORY, 0, -1, "", 0 }, .special = PLAIN },
  { "no memory for the 1st allocation", SQLITE_NOMEM, ANSWERED(200, 1), .special = MEMORY },
  { "no memory for the 3rd allocation", SQLITE_NOMEM, ANSWERED(200, 3), .special = MEMORY },
  { "no memory for the 8th allocation", SQLITE_NOMEM, ANSWERED(200, 8), .special = MEMORY },
  { "no memory for the 21st allocation", SQLITE_NOMEM, ANSWERED(200, 21), .special = MEMORY },
  /* Wrong answers that look like success, and a right one. */
  { "a refusal that is not UTF-8", SQLITE_CONSTRAINT, WORDS(422, "{\"error\":\"\xff\xc3(\"}"),
    .special = PLAIN },
  { "an error body under 200", SQLITE_ERROR, WORDS(200, "{\"error\":\"No\"}"), .special = PLAIN },
  { "an empty object", SQLITE_ERROR, WORDS(200, "{}"), .tables_only = true },
  { "an empty list", SQLITE_ERROR, WORDS(200, "[]"), .tables_only = true },
  { "null", SQLITE_ERROR, WORDS(200, "null"), .tables_only = true },
  { "nothing", SQLITE_ERROR, WORDS(200, ""), .tables_only = true },
  { "206", SQLITE_ERROR, .twist = TWIST_PARTIAL },
  { "rows that are not objects", SQLITE_ERROR, .twist = TWIST_ITEMS, .tables_only = true },
  { "the row of another key", SQLITE_ERROR, .twist = TWIST_ANOTHER_KEY, .tables_only = true },
  { "the key in capitals", SQLITE_ERROR, .twist = TWIST_OTHER_CASE, .tables_only = true },
  { "a key with a NUL", SQLITE_ERROR, .twist = TWIST_NUL_KEY, .tables_only = true },
  { "a member that is not UTF-8", SQLITE_DONE, .twist = TWIST_NOT_UTF8 },
};

/** The statement under test and what happens to its requests. */
static struct {
  sqlite3 *db;
  char *places[MAX_PLACES]; /* URLs in their order, each once; while they are being noted */
  int place_count;
  bool is_noting;
  const char *target; /* the URL that fails; NULL: none */
  const failure *failure;
  bool was_asked;  /* for the target */
  bool was_right;  /* it could not be twisted so */
  bool is_unknown; /* the API made of the descriptors does not know a path */
} run;

static struct {
  const char *only;
  bool is_verbose;
  int passed, failed;
} tally;

/* ---- the API ----------------------------------------------------------------------------------- */

static void note_place(const char *url) {
  for (int i = 0; i < run.place_count; i++) {
    if (strcmp(run.places[i], url) == 0) return;
  }
  if (run.place_count < MAX_PLACES) run.places[run.place_count++] = text_copy(url);
}

static void respond(void *context, const cm_http_request *request, wire_answer *answer) {
  (void)context;
  torture_arm(NULL, false); /* the API has a memory of its own */
  if (!api_answer(request, answer)) run.is_unknown = true;
  if (run.is_noting) note_place(request->url);
  bool is_target = run.target != NULL && strcmp(run.target, request->url) == 0;
  if (is_target && run.failure->special == MEMORY) {
    torture_set((long)run.failure->answer.retry_after_ms, false);
    run.was_asked = true;
  } else if (is_target && run.failure->twist != TWIST_NONE) {
    run.was_right = !twist_answer(run.failure->twist, request->url, answer);
    run.was_asked = true;
  } else if (is_target) {
    *answer = run.failure->answer;
    run.was_asked = true;
    if (run.failure->special == INTERRUPT) sqlite3_interrupt(run.db);
  }
  torture_arm(NULL, true);
}

/* ---- running ----------------------------------------------------------------------------------- */

static void die(const char *what, const char *why) {
  fprintf(stderr, "failures: %s: %s\n", what, why);
  exit(2);
}

static sqlite3 *open_account(fake_clock *clock) {
  sqlite3 *db = NULL;
  char *error = NULL;
  fake_clock_init(clock);
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) die("sqlite3_open", sqlite3_errmsg(db));
  int code = cm_extension_init(db, &error, &clock->face);
  if (code != SQLITE_OK && code != SQLITE_OK_LOAD_PERMANENTLY) die("load", error);
  code = sqlite3_exec(db,
                      "SELECT chartmogul_config('base_url', '" API_BASE "'),"
                      " chartmogul_config('api_key', 'test-key'),"
                      " chartmogul_config('max_retries', 2),"
                      " chartmogul_config('requests_per_second', 0)",
                      NULL, NULL, &error);
  if (code != SQLITE_OK) die("settings", error);
  return db;
}

/** @return the code at the end; the number of rows that came in `rows`, the error's line in `why`. */
static int step_through(const char *sql, int *rows, text *why) {
  sqlite3_stmt *statement = NULL;
  *rows = 0;
  text_clear(why);
  int code = sqlite3_prepare_v2(run.db, sql, -1, &statement, NULL);
  if (code == SQLITE_OK) {
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
      ++*rows;
  }
  torture_set(0, false);
  if (code != SQLITE_DONE) text_add(why, sqlite3_errmsg(run.db));
  sqlite3_finalize(statement);
  return code & 0xff;
}

static void complain(const char *sql, const char *place, const failure *what, int code, int rows,
                     const char *why) {
  tally.failed++;
  printf("FAILED %s\n  %s%s%s: code %d, %d rows: %s\n", sql, place + strlen(API_BASE),
         what != NULL ? " fails by " : "", what != NULL ? what->name : "", code, rows, why);
}

/** A statement whose requests all succeed has its rows, also after one that failed. */
static bool check_whole(const char *sql, int expected, const char *place) {
  int rows = 0;
  text why = { 0 };
  run.target = NULL;
  int code = step_through(sql, &rows, &why);
  bool is_right = code == SQLITE_DONE && rows == expected;
  if (!is_right) complain(sql, place, NULL, code, rows, text_str(&why));
  text_clear(&why);
  return is_right;
}

static void try_failure(const char *sql, int expected, const char *place, const failure *what) {
  int rows = 0;
  text why = { 0 };
  run.target = place;
  run.failure = what;
  run.was_asked = false;
  run.was_right = false;
  if (what->tables_only && strstr(sql, "chartmogul_get(") != NULL) return;
  int code = step_through(sql, &rows, &why);
  bool may_be_whole = what->special == MEMORY || what->code == SQLITE_DONE || run.was_right;
  bool is_whole = may_be_whole && code == SQLITE_DONE && rows == expected;
  bool is_failed = what->code != SQLITE_DONE && code == what->code;
  bool is_text = cm_utf8_valid(text_str(&why), why.len) == why.len;
  if (run.was_asked && (is_failed || is_whole) && is_text) {
    tally.passed++;
  } else {
    complain(sql, place, what, code, rows, run.was_asked ? text_str(&why) : "it was not asked for");
  }
  text_clear(&why);
}

/** Note what the statement asks for. @return its number of rows, -1 where it does not work. */
static int note_places(const char *sql) {
  int rows = 0;
  text why = { 0 };
  run.target = NULL;
  run.is_noting = true;
  int code = step_through(sql, &rows, &why);
  run.is_noting = false;
  if (code != SQLITE_DONE || rows == 0 || run.place_count == 0 || run.is_unknown) {
    complain(sql, run.place_count > 0 ? run.places[run.place_count - 1] : API_BASE, NULL, code,
             rows, run.is_unknown ? "no descriptor has this path" : text_str(&why));
    rows = -1;
  }
  text_clear(&why);
  return rows;
}

static void forget_places(void) {
  for (int i = 0; i < run.place_count; i++)
    free(run.places[i]);
  run.place_count = 0;
  run.is_unknown = false;
}

/** All failures of all places of one statement. Where there are many places, the first and the last ones. */
static void check_statement(const char *sql) {
  fake_clock clock;
  if (tally.only != NULL && strstr(sql, tally.only) == NULL) return;
  if (tally.is_verbose) printf("%s\n", sql);
  run.db = open_account(&clock);
  wire_ask(respond, NULL);
  int rows = note_places(sql); /* the lengths of lists are known from now on */
  if (rows > 0) {
    forget_places();
    rows = note_places(sql);
  }
  for (int i = 0; rows > 0 && i < run.place_count; i++) {
    bool is_tried = i < MAX_PLACES_TRIED / 2 || i >= run.place_count - MAX_PLACES_TRIED / 2;
    if (!is_tried) continue;
    if (tally.is_verbose) printf("  %s\n", run.places[i]);
    for (size_t f = 0; f < sizeof failures / sizeof *failures; f++)
      try_failure(sql, rows, run.places[i], &failures[f]);
    if (!check_whole(sql, rows, run.places[i])) break;
  }
  forget_places();
  torture_arm(NULL, false);
  if (sqlite3_close(run.db) != SQLITE_OK) die("sqlite3_close", sql);
}

/* ---- statements -------------------------------------------------------------------------------- */

/** What a read needs: the columns of its path and its required filters, as ` AND column = value`. */
typedef struct needs {
  int columns[16];
  const cm_filter *filters[16]; /* NULL: of the path */
  int count;
} needs;

static int find_column(const cm_resource *resource, const char *name, size_t len) {
  return cm_registry_find_column(resource, name, len);
}

static void add_need(needs *of, int column, const cm_filter *filter) {
  of->columns[of->count] = column;
  of->filters[of->count++] = filter;
}

static void find_needs(const cm_resource *resource, const cm_read *read, needs *out) {
  out->count = 0;
  for (const char *at = strchr(read->path, '{'); at != NULL; at = strchr(at + 1, '{'))
    add_need(out, find_column(resource, at + 1, strcspn(at + 1, "}")), NULL);
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (!filter->required || CM_EXTRA(filter, fallback) != NULL) continue;
    add_need(out, find_column(resource, filter->column, strlen(filter->column)), filter);
  }
}

/** `column = value`, or `column IN (value, other)`. */
static void put_term(const cm_resource *resource, int column, const cm_filter *filter, bool is_list,
                     text *out) {
  char one[200], two[200];
  api_literal(resource, &resource->columns[column], filter, false, one, sizeof one);
  api_literal(resource, &resource->columns[column], filter, true, two, sizeof two);
  text_printf(out, out->len > 0 ? " AND t.%s" : " WHERE t.%s", resource->columns[column].name);
  if (is_list) {
    text_printf(out, " IN (%s, %s)", one, two);
  } else {
    text_printf(out, " = %s", one);
  }
}

/** @param list  Which of the needs is given by IN; -1: none. */
static void put_needs(const cm_resource *resource, const needs *of, int list, text *out) {
  for (int i = 0; i < of->count; i++)
    put_term(resource, of->columns[i], of->filters[i], i == list, out);
}

static void check_where(const cm_resource *resource, const char *from, const text *where) {
  text sql = { 0 };
  text_printf(&sql, "SELECT t.* FROM %s%s t%s", from, resource->name, text_str(where));
  check_statement(text_str(&sql));
  text_clear(&sql);
}

/** The read by what it needs, and with each of its other filters, all with = and with IN. */
static void check_terms(const cm_resource *resource, const cm_read *read, const needs *of) {
  text where = { 0 };
  for (int list = -1; list < of->count; list++) {
    text_clear(&where);
    put_needs(resource, of, list, &where);
    check_where(resource, "", &where);
  }
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    if (filter->op != CM_EQ || filter->required) continue;
    for (int is_list = 0; is_list < 2; is_list++) {
      text_clear(&where);
      put_needs(resource, of, -1, &where);
      put_term(resource, find_column(resource, filter->column, strlen(filter->column)), filter,
               is_list, &where);
      check_where(resource, "", &where);
    }
  }
  text_clear(&where);
}

/** A look-up as the inside of a join, and by IN, of so many values that its list may be read instead. */
static void check_many(const cm_resource *resource, const needs *of) {
  text where = { 0 }, from = { 0 };
  const cm_column *column = &resource->columns[of->columns[0]];
  char value[200];
  if (of->count != 1) return;
  api_literal(resource, column, of->filters[0], false, value, sizeof value);
  text_printf(&from, "(VALUES (%s)", value);
  text_printf(&where, " WHERE t.%s IN (%s", column->name, value);
  for (int i = 2; i <= 8; i++) {
    text_printf(&from, ", ('%s_%d')", resource->name + strlen("chartmogul_"), i);
    text_printf(&where, ", '%s_%d'", resource->name + strlen("chartmogul_"), i);
  }
  text_add(&from, ") v LEFT JOIN ");
  text_add(&where, ")");
  /* Many are answered from the list, whose rows hold no items here: without a LEFT JOIN nothing is shown. */
  bool is_item = resource->reads[resource->read_count - 1].each != NULL;
  if (!is_item) check_where(resource, "", &where);
  text_clear(&where);
  text_printf(&where, " ON t.%s = v.column1", column->name);
  check_where(resource, text_str(&from), &where);
  text_clear(&from);
  text_clear(&where);
}

/** The list below each parent: walked, and as the inside of a join, which reads ahead. */
static void check_parent(const cm_resource *resource, const cm_read *read, const needs *of) {
  text where = { 0 }, from = { 0 };
  check_where(resource, "", &where);
  text_printf(&where, " ON t.%s = p.uuid", resource->columns[of->columns[0]].name);
  text_printf(&from, "%s p CROSS JOIN ", read->parent);
  check_where(resource, text_str(&from), &where);
  text_clear(&from);
  text_clear(&where);
}

/** The list as chartmogul_get shows it, and its first rows alone. */
static void check_list(const cm_resource *resource, const cm_read *read) {
  text sql = { 0 };
  text_printf(&sql, "SELECT value FROM chartmogul_get('%s')", read->path);
  check_statement(text_str(&sql));
  text_clear(&sql);
  text_printf(&sql, "SELECT * FROM %s LIMIT 2", resource->name);
  check_statement(text_str(&sql));
  text_clear(&sql);
}

static void check_table(const cm_resource *resource) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    needs of;
    find_needs(resource, read, &of);
    check_terms(resource, read, &of);
    if (of.count > 0 && read->paging == CM_SINGLE) check_many(resource, &of);
    if (of.count == 0 && read->paging != CM_SINGLE) check_list(resource, read);
    if (read->parent != NULL) check_parent(resource, read, &of);
  }
}

int main(int argc, char **argv) {
  int count = 0;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-v") == 0) tally.is_verbose = true;
    if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) tally.only = argv[++i];
  }
  torture_install();
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++)
    check_table(resources[i]);
  printf("%d passed, %d failed\n", tally.passed, tally.failed);
  return tally.failed > 0 || tally.passed == 0;
}
