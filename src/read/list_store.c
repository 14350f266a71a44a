#include "read/list_store.h"

#include <string.h>

#include "read/known_pages.h"
#include "read/pager.h"
#include "read/row_store.h"
#include "spec/registry.h"

enum { MAX_TABLES = 8, LOOKUPS_BEFORE_A_LOOK = 4 };

/** The look-ups of one table, and the part of its list that was read. */
typedef struct table_lookups {
  const cm_read *read;
  int64_t count;     /* look-ups that were sent: of different keys */
  cm_row_store rows; /* without a text: the key was looked up, and the memo has the answer */
  cm_pager pager;
  bool is_open;     /* the list is being read */
  bool is_complete; /* nothing more will be read: the end, or no room */
} table_lookups;

struct cm_list_store {
  int64_t running_id;
  int table_count;
  table_lookups tables[MAX_TABLES];
};

static void clear_table(table_lookups *table) {
  cm_row_store_clear(&table->rows);
  if (table->is_open) cm_pager_close(&table->pager);
  memset(table, 0, sizeof *table);
}

void cm_list_store_clear(cm_session *session) {
  cm_list_store *lookups = session->reading.lookups;
  if (lookups == NULL) return;
  for (int i = 0; i < lookups->table_count; i++)
    clear_table(&lookups->tables[i]);
  sqlite3_free(lookups);
  session->reading.lookups = NULL;
}

/* ---- reading the list ---------------------------------------------------------------------- */

static int open_list(table_lookups *table, cm_session *session, const cm_resource *resource,
                     cm_err *err) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  cm_list list = { .who = resource->name,
                   .url = widest->path,
                   .paging = widest->paging,
                   .rows = widest->rows,
                   .resume = CM_EXTRA(widest, resume),
                   .per_page = session->settings.per_page,
                   .wanted = -1 };
  int rc = cm_pager_open(&table->pager, session, &list, err);
  table->is_open = rc == SQLITE_OK;
  return rc;
}

/** Read to the end of the page under way. */
static int read_page(table_lookups *table, const cm_resource *resource, cm_err *err) {
  const cm_column *key_column = &resource->columns[cm_registry_key(resource)];
  const char *key_path = key_column->path != NULL ? key_column->path : key_column->name;
  cm_slice text;
  bool is_over = false;
  do {
    int rc = cm_pager_next(&table->pager, &text, err);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return rc;
    is_over = rc == SQLITE_DONE;
    if (is_over) break;
    cm_slice key = cm_slice_find(text, key_path);
    if (cm_slice_type(key) != CM_JSON_STRING || memchr(key.ptr, '\\', key.len) != NULL) continue;
    key = (cm_slice){ key.ptr + 1, key.len - 2 };
    rc = cm_row_store_put(&table->rows, key, text);
    if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
    is_over = rc == SQLITE_TOOBIG;
  } while (!is_over && table->pager.page_at < table->pager.page_rows);
  if (is_over) {
    cm_pager_close(&table->pager);
    table->is_open = false;
    table->is_complete = true;
  }
  return SQLITE_OK;
}

/** May one more page be read? Not before the look-ups have cost as much. */
static bool is_worth_a_page(const table_lookups *table, const cm_session *session,
                            const cm_resource *resource) {
  const cm_read *widest = &resource->reads[resource->read_count - 1];
  int64_t known = cm_known_pages_find((void *)session, widest);
  if (known == 0 && table->is_open) known = table->pager.total_pages;
  if (table->is_complete || table->count < LOOKUPS_BEFORE_A_LOOK) return false;
  if (known > 0) return table->count >= known;
  int64_t pages = table->is_open ? table->pager.pages : 0;
  return pages < table->count;
}

/** @param out  Receives the look-ups of the table; NULL: too many tables are looked up already. */
static int find_table(cm_session *session, const cm_read *read, table_lookups **out, cm_err *err) {
  cm_list_store *lookups = session->reading.lookups;
  *out = NULL;
  if (lookups != NULL && lookups->running_id != session->statement.id) cm_list_store_clear(session);
  lookups = session->reading.lookups;
  if (lookups == NULL) {
    lookups = sqlite3_malloc64(sizeof *lookups);
    if (lookups == NULL) return cm_err_nomem(err);
    memset(lookups, 0, sizeof *lookups);
    lookups->running_id = session->statement.id;
    session->reading.lookups = lookups;
  }
  for (int i = 0; i < lookups->table_count; i++) {
    if (lookups->tables[i].read == read) *out = &lookups->tables[i];
  }
  if (*out != NULL || lookups->table_count == MAX_TABLES) return SQLITE_OK;
  *out = &lookups->tables[lookups->table_count++];
  (*out)->read = read;
  return SQLITE_OK;
}

int cm_list_store_find(cm_session *session, const cm_list_question *lookup, char **row,
                       size_t *row_len, cm_err *err) {
  const cm_resource *resource = lookup->resource;
  cm_slice key = { lookup->key, strlen(lookup->key) };
  table_lookups *table = NULL;
  int rc = find_table(session, lookup->read, &table, err);
  *row = NULL;
  if (rc != SQLITE_OK || table == NULL) return rc;
  const cm_stored_row *found = cm_row_store_find(&table->rows, key);
  while (found == NULL && rc == SQLITE_OK && is_worth_a_page(table, session, resource)) {
    if (!table->is_open) rc = open_list(table, session, resource, err);
    if (rc == SQLITE_OK) rc = read_page(table, resource, err);
    found = cm_row_store_find(&table->rows, key);
  }
  if (rc != SQLITE_OK) return rc;
  if (found == NULL) {
    table->count++;
    rc = cm_row_store_put(&table->rows, key, (cm_slice){ NULL, 0 });
    return rc == SQLITE_NOMEM ? cm_err_nomem(err)
                              : SQLITE_OK; /* without room it is counted again */
  }
  if (found->text.ptr == NULL) return SQLITE_OK;
  *row_len = found->text.len;
  *row = cm_slice_copy(found->text);
  return *row != NULL ? SQLITE_OK : cm_err_nomem(err);
}
