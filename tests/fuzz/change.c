/*
** Any values in an INSERT, UPDATE or DELETE of each table that is written, and any answers to it: what
** leaves is JSON to a sound URL, and the statement ends in success or one error.
**
** The first byte chooses the table, the second one what is done. The values follow, one per column that
** the statement may write, each behind a 0x1f; what begins with # is an integer, with ~ a real, with % a
** blob; an empty one is left out. After a 0x1e come the answers, see script.h.
*/
#include <stdlib.h>
#include <string.h>

#include "script.h"
#include "spec/registry.h"

enum { REOPEN_AFTER = 250, MAX_CELLS = 64, CELL_END = 0x1f, CELLS_END = 0x1e };

/* Of the second byte. */
enum { VERBS = 5, IN_TRANSACTION = 1 << 3, IN_DRY_RUN = 1 << 4, AS_USER_EDIT = 1 << 5 };

static sqlite3 *db;
static int runs;

static void reopen(void) {
  if (runs++ % REOPEN_AFTER != 0) return;
  if (db != NULL) require(sqlite3_close(db) == SQLITE_OK);
  db = target_open(NULL);
}

static void execute(const char *sql) {
  sqlite3_stmt *statement = target_prepare(db, sql);
  target_run(db, statement, NULL, NULL);
  sqlite3_finalize(statement);
}

/* ---- the statement ------------------------------------------------------------------------- */

typedef struct cells {
  cm_slice values[MAX_CELLS]; /* owned */
  int columns[MAX_CELLS];
  int count;
} cells;

static void read_cells(const cm_resource *resource, unsigned flag, input *from, cells *out) {
  cm_slice part = input_part(from, CELLS_END);
  input left = { part.ptr, part.len };
  out->count = 0;
  for (int i = 0; i < resource->column_count && left.left > 0; i++) {
    if (!(resource->columns[i].flags & flag)) continue;
    cm_slice value = input_part(&left, CELL_END);
    require(out->count < MAX_CELLS);
    if (value.len > 0) {
      out->columns[out->count] = i;
      out->values[out->count++] = value;
    } else {
      target_free(value);
    }
  }
  target_free(part);
}

static void write_insert(const cm_resource *resource, const cells *given, unsigned verb,
                         cm_buf *sql) {
  static const char *const words[] = { "", " OR REPLACE", " OR IGNORE" };
  cm_buf_printf(sql, "INSERT%s INTO %s(", words[verb], resource->name);
  for (int i = 0; i < given->count; i++)
    cm_buf_printf(sql, "%s\"%s\"", i > 0 ? ", " : "", resource->columns[given->columns[i]].name);
  cm_buf_text(sql, ") VALUES (");
  for (int i = 0; i < given->count; i++)
    cm_buf_printf(sql, "%s?%d", i > 0 ? ", " : "", i + 1);
  cm_buf_text(sql, ")");
}

static void write_update(const cm_resource *resource, const cells *given, cm_buf *sql) {
  cm_buf_printf(sql, "UPDATE %s SET ", resource->name);
  for (int i = 0; i < given->count; i++)
    cm_buf_printf(sql, "%s\"%s\" = ?%d", i > 0 ? ", " : "",
                  resource->columns[given->columns[i]].name, i + 1);
}

static void bind(sqlite3_stmt *statement, const cells *given) {
  for (int i = 0; i < given->count; i++) {
    const char *text = given->values[i].ptr;
    int len = (int)given->values[i].len;
    switch (*text) {
    case '#': sqlite3_bind_int64(statement, i + 1, strtoll(text + 1, NULL, 10)); break;
    case '~': sqlite3_bind_double(statement, i + 1, strtod(text + 1, NULL)); break;
    case '%': sqlite3_bind_blob(statement, i + 1, text + 1, len - 1, SQLITE_STATIC); break;
    default: sqlite3_bind_text(statement, i + 1, text, len, SQLITE_STATIC); break;
    }
  }
}

/* The nth resource that is written, round and round. */
static const cm_resource *choose(unsigned number) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0;; i = (i + 1) % count)
    if (resources[i]->write_count > 0 && number-- == 0) return resources[i];
}

static void run_statement(const cm_resource *resource, unsigned verb, const cells *given) {
  cm_buf sql;
  cm_buf_init(&sql, CM_MAX_URL_BYTES);
  if (verb < 3) {
    write_insert(resource, given, verb, &sql);
  } else if (verb == 3) {
    write_update(resource, given, &sql);
  } else {
    cm_buf_printf(&sql, "DELETE FROM %s", resource->name);
  }
  /* Through a list and through a look-up, where there is one. */
  if (verb >= 3 && given->count % 2 == 1)
    cm_buf_printf(&sql, " WHERE %s = 'k_1'", resource->columns[cm_registry_key(resource)].name);
  sqlite3_stmt *statement = NULL;
  /* The table may not have the verb, or be in need of a WHERE. */
  if (sqlite3_prepare_v2(db, cm_buf_str(&sql), -1, &statement, NULL) == SQLITE_OK) {
    if (verb < 4) bind(statement, given);
    target_run(db, statement, NULL, NULL);
  }
  sqlite3_finalize(statement);
  cm_buf_clear(&sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  script answers;
  cells given;
  reopen();
  const cm_resource *resource = choose(input_byte(&left));
  unsigned how = input_byte(&left);
  unsigned verb = (how & 7) % VERBS;
  read_cells(resource, verb < 3 ? CM_INSERT : CM_UPDATE, &left, &given);
  script_start(&answers, &left);
  execute(how & IN_DRY_RUN ? "SELECT chartmogul_config('dry_run', 1)"
                           : "SELECT chartmogul_config('dry_run', 0)");
  execute(how & AS_USER_EDIT ? "SELECT chartmogul_config('handle_as_user_edit', 1)"
                             : "SELECT chartmogul_config('handle_as_user_edit', 0)");
  if (how & IN_TRANSACTION) execute("BEGIN");
  if (given.count > 0 || verb >= 4) run_statement(resource, verb, &given);
  if (!sqlite3_get_autocommit(db)) execute("COMMIT");
  if (!sqlite3_get_autocommit(db)) execute("COMMIT");
  if (!sqlite3_get_autocommit(db)) execute("ROLLBACK");
  execute("SELECT * FROM chartmogul_writes ORDER BY id DESC LIMIT 1");
  script_end(&answers);
  for (int i = 0; i < given.count; i++)
    target_free(given.values[i]);
  return 0;
}
