/*
** Any bytes as the answers of the API to each read of each table, and to chartmogul_get: every column of
** every row is read. What comes out is rows or one error, and the same when it is asked again.
**
** The first byte chooses the read; what follows are the answers, see script.h.
*/
#include "record/url.h"
#include "script.h"
#include "spec/registry.h"

enum { MAX_READS = 200 };

static sqlite3 *db;
static sqlite3_stmt *reads[MAX_READS];
static int read_count;

/* ---- every way to read --------------------------------------------------------------------- */

static bool is_needed(const cm_resource *resource, const cm_read *read, int column) {
  if (cm_url_path_has(resource, read, column)) return read->parent == NULL;
  const cm_filter *filter = cm_url_find_filter(resource, read, column, 0);
  return filter != NULL && filter->required;
}

static void add_read(const cm_resource *resource, const cm_read *read) {
  cm_buf columns, terms;
  cm_buf_init(&columns, CM_MAX_URL_BYTES);
  cm_buf_init(&terms, CM_MAX_URL_BYTES);
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    bool is_bound = is_needed(resource, read, i);
    if (is_bound)
      cm_buf_printf(&terms, " %s \"%s\" = '2025-01-01'", terms.len > 0 ? "AND" : "WHERE",
                    column->name);
    if (is_bound || !(column->flags & CM_PARAM))
      cm_buf_printf(&columns, "%s\"%s\"", columns.len > 0 ? ", " : "", column->name);
  }
  char *sql = sqlite3_mprintf("SELECT %s FROM %s%s", cm_buf_str(&columns), resource->name,
                              cm_buf_str(&terms));
  require(sql != NULL && read_count < MAX_READS);
  reads[read_count++] = target_prepare(db, sql);
  sqlite3_free(sql);
  cm_buf_clear(&columns);
  cm_buf_clear(&terms);
}

static void open_once(void) {
  int count = 0;
  if (db != NULL) return;
  db = target_open(NULL);
  reads[read_count++] = target_prepare(db, "SELECT value FROM chartmogul_get('/things')");
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++)
    for (int j = 0; j < resources[i]->read_count; j++)
      add_read(resources[i], &resources[i]->reads[j]);
}

/* ---- reading twice ------------------------------------------------------------------------- */

typedef struct outcome {
  int code;
  int64_t rows;
  uint64_t hash;
} outcome;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  script answers;
  outcome once, again;
  open_once();
  sqlite3_stmt *statement = reads[input_byte(&left) % (unsigned)read_count];
  script_start(&answers, &left);
  once.code = target_run(db, statement, &once.rows, &once.hash);
  sqlite3_reset(statement);
  script_rewind(&answers);
  again.code = target_run(db, statement, &again.rows, &again.hash);
  sqlite3_reset(statement);
  require(once.code == again.code && once.rows == again.rows && once.hash == again.hash);
  script_end(&answers);
  return 0;
}
