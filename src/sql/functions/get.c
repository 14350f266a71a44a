#include "sql/functions/get.h"

#include <string.h>

#include "base/hash.h"
#include "client/caller.h"
#include "client/user_path.h"
#include "lists/list_store.h"
#include "lists/pager.h"
#include "spec/registry.h"
#include "sql/bridge.h"
#include "sql/explained.h"
#include "sql/functions/arguments.h"

static const char who[] = "chartmogul_get";

enum { VALUE, PATH, QUERY }; /* columns */

/* Of idxNum: which arguments xFilter is given, and whether the reading may stop before the end. */
static const char path_name[] = "path", query_name[] = "query";

enum { HAS_PATH = 1 << 0, HAS_QUERY = 1 << 1, HAS_LIMIT = 1 << 2 };

enum { ASKED_COST = 10000, UNASKED_COST = 1000000000 };
static const double EARLY_COST = 1e18; /* any other order of the join is better */

typedef struct get_table {
  sqlite3_vtab base;
  sqlite3 *db;
  cm_session *session; /* a reference */
} get_table;

typedef struct get_cursor {
  sqlite3_vtab_cursor base;
  cm_pager pager;
  cm_session *session; /* the account that is read */
  uint64_t account;    /* of it when it began */
  char *path, *query;  /* as given; owned, NULL: not given */
  cm_slice row;
  sqlite3_int64 rowid;
  bool is_eof;
} get_cursor;

static int get_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                       sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE chartmogul_get("
                                    "value TEXT, path TEXT HIDDEN, query TEXT HIDDEN)");
  if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc != SQLITE_OK) return rc;
  get_table *table = sqlite3_malloc64(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  memset(table, 0, sizeof *table);
  table->db = db;
  table->session = cm_session_ref(aux);
  *out = &table->base;
  return SQLITE_OK;
}

static int get_disconnect(sqlite3_vtab *base) {
  cm_session_unref(((get_table *)base)->session);
  sqlite3_free(base);
  return SQLITE_OK;
}

static cm_slice slice_of(const char *text) {
  return (cm_slice){ text, text != NULL ? strlen(text) : 0 };
}

/** The request, where path and query stand in the statement; else what is to be known instead. */
static int plan_call(sqlite3_index_info *info, cm_explained_plan *plan, cm_stated *path,
                     cm_stated *query, cm_buf *url, cm_err *err) {
  int rc = cm_arguments_stated(info, PATH, path_name, path, err);
  if (rc == SQLITE_OK) rc = cm_arguments_stated(info, QUERY, query_name, query, err);
  if (rc == SQLITE_OK && !path->is_given) {
    plan->is_refused = true;
    plan->advice = "it fails so: write SELECT value FROM chartmogul_get('/customers')";
    return SQLITE_OK;
  }
  if (rc == SQLITE_OK && path->text == NULL && !path->is_open) {
    plan->sends_nothing = true;
    plan->advice = "the path is NULL, which gives no row";
    return SQLITE_OK;
  }
  if (rc == SQLITE_OK && (path->is_open || query->is_open)) {
    plan->advice = "one for each page, and what is read is known when it runs";
    return SQLITE_OK;
  }
  if (rc == SQLITE_OK) rc = cm_user_path(slice_of(path->text), slice_of(query->text), url, err);
  if (rc == SQLITE_NOMEM) return rc;
  if (rc != SQLITE_OK) {
    cm_err_prefix(err, "it fails");
    plan->is_refused = true;
    plan->advice = err->text;
  } else {
    plan->path = (char *)cm_buf_str(url);
  }
  return SQLITE_OK;
}

/** What chartmogul_explain says of it. */
static int note(cm_session *session, cm_explained *explained, int number,
                sqlite3_index_info *info) {
  cm_stated path = { 0 }, query = { 0 };
  cm_explained_plan plan = { .session = session, .who = who, .may_end = number & HAS_LIMIT };
  cm_err err = { 0 };
  cm_buf url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  int rc = plan_call(info, &plan, &path, &query, &url, &err);
  const char *shown = plan.path != NULL ? plan.path : path.text != NULL ? path.text : "{path}";
  plan.text = sqlite3_mprintf("GET %s", shown);
  if (rc == SQLITE_OK)
    rc = plan.text != NULL ? cm_explained_note_call(explained, &plan, info) : SQLITE_NOMEM;
  cm_buf_clear(&url);
  sqlite3_free(path.text);
  sqlite3_free(query.text);
  sqlite3_free(plan.text);
  return rc;
}

static int get_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  bool is_early = false;
  cm_session *session = ((get_table *)base)->session;
  info->idxNum = cm_arguments_take(info, PATH, QUERY, &is_early);
  bool has_path = (info->idxNum & HAS_PATH) != 0;
  for (int i = 0; i < info->nConstraint; i++) {
    if (info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT) info->idxNum |= HAS_LIMIT;
  }
  info->estimatedCost = is_early ? EARLY_COST : has_path ? ASKED_COST : UNASKED_COST;
  cm_explained *explained = session->statement->explained;
  if (explained != NULL) return note(cm_session_chosen(session), explained, info->idxNum, info);
  return SQLITE_OK;
}

static int get_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  cm_err err = { 0 };
  if (cm_caller_check_table(((get_table *)base)->db, who, &err) != SQLITE_OK)
    return cm_bridge_table_error(base, NULL, &err);
  get_cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  cursor->pager.is_done = cursor->is_eof = true;
  cursor->session = cm_session_chosen(((get_table *)base)->session);
  *out = &cursor->base;
  cm_list_store_open_cursor(cursor->session);
  return SQLITE_OK;
}

static void clear(get_cursor *cursor) {
  cm_pager_close(&cursor->pager);
  sqlite3_free(cursor->path);
  sqlite3_free(cursor->query);
  cursor->path = cursor->query = NULL;
  cursor->is_eof = true;
}

static int get_close(sqlite3_vtab_cursor *base) {
  cm_session *session = ((get_cursor *)base)->session;
  clear((get_cursor *)base);
  sqlite3_free(base);
  cm_list_store_close_cursor(session);
  return SQLITE_OK;
}

static int fail(sqlite3_vtab_cursor *base, cm_err *err) {
  cm_err_prefix(err, who);
  cm_session_name_account(((get_cursor *)base)->session, err);
  return cm_bridge_table_error(base->pVtab, NULL, err);
}

/** Keep the arguments: the columns show them, and the request is made from them. */
static int keep_arguments(get_cursor *cursor, int number, sqlite3_value **argv, cm_err *err) {
  int rc = SQLITE_OK;
  if (number & HAS_PATH) rc = cm_arguments_text(*argv++, path_name, &cursor->path, err);
  if (rc == SQLITE_OK && (number & HAS_QUERY))
    rc = cm_arguments_text(*argv, query_name, &cursor->query, err);
  return rc;
}

/** A list that a table reads too is walked as the table walks it. */
static const char *resume_of(const char *url) {
  size_t len = strcspn(url, "?");
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    for (int r = 0; r < resources[i]->read_count; r++) {
      const cm_read *read = &resources[i]->reads[r];
      if (CM_EXTRA(read, resume) != NULL && strlen(read->path) == len &&
          memcmp(read->path, url, len) == 0)
        return CM_EXTRA(read, resume);
    }
  }
  return NULL;
}

/** No page is asked for ahead where LIMIT may end the reading first. */
static int open_pager(get_cursor *cursor, cm_session *session, int number, cm_err *err) {
  cm_buf url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  int rc = cm_user_path(slice_of(cursor->path), slice_of(cursor->query), &url, err);
  if (rc == SQLITE_OK) {
    cm_list list = { .who = who,
                     .url = cm_buf_str(&url),
                     .paging = CM_CURSOR,
                     .resume = resume_of(cm_buf_str(&url)),
                     .wanted = number & HAS_LIMIT ? 0 : -1 };
    rc = cm_pager_open(&cursor->pager, session, &list, err);
  }
  cm_buf_clear(&url);
  return rc;
}

static int get_next(sqlite3_vtab_cursor *base) {
  get_cursor *cursor = (get_cursor *)base;
  cm_err err = { 0 };
  int rc = cm_session_check_account(cursor->session, cursor->account, who, &err);
  if (rc == SQLITE_OK) rc = cm_pager_next(&cursor->pager, &cursor->row, &err);
  if (rc == SQLITE_ROW && cursor->pager.is_single &&
      cm_user_is_of_another(cursor->pager.url, cursor->row))
    rc = cm_pager_wrong_shape(&cursor->pager, "it shows another row", &err);
  cursor->rowid++;
  cursor->is_eof = rc != SQLITE_ROW;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : fail(base, &err);
}

/** Rows of different requests must differ too: OR distinguishes rows by their rowids. */
static sqlite3_int64 first_rowid(const get_cursor *cursor) {
  return (sqlite3_int64)(cm_hash_text(cursor->pager.url) >> 2);
}

static int get_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
                      sqlite3_value **argv) {
  get_cursor *cursor = (get_cursor *)base;
  cm_session *session = cursor->session;
  cm_err err = { 0 };
  (void)text;
  (void)argc;
  clear(cursor);
  cm_memo_enter(session);
  cursor->account = session->account;
  if (!(number & HAS_PATH)) {
    cm_err_set(&err, SQLITE_ERROR,
               "path is missing (nothing says what to get): write SELECT value FROM "
               "chartmogul_get('/customers')");
    return fail(base, &err);
  }
  int rc = keep_arguments(cursor, number, argv, &err);
  if (rc == SQLITE_OK && cursor->path == NULL) return SQLITE_OK; /* nothing is equal to NULL */
  if (rc == SQLITE_OK) rc = open_pager(cursor, session, number, &err);
  if (rc != SQLITE_OK) return fail(base, &err);
  cursor->rowid = first_rowid(cursor);
  return get_next(base);
}

static int get_eof(sqlite3_vtab_cursor *base) {
  return ((get_cursor *)base)->is_eof;
}

/** A row is shown as it arrived, whatever it is: `value ->> '$.name'` reads it. */
static int get_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  const get_cursor *cursor = (const get_cursor *)base;
  const char *argument = column == PATH ? cursor->path : cursor->query;
  cm_value value = cm_value_text(argument, argument != NULL ? strlen(argument) : 0);
  if (column == VALUE) {
    value = cm_value_text(cursor->row.ptr, cursor->row.len);
    value.type = CM_VALUE_JSON;
  }
  cm_bridge_result(context, &value);
  return SQLITE_OK;
}

static int get_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((get_cursor *)base)->rowid;
  return SQLITE_OK;
}

/* Without xCreate it is a table-valued function and nothing else. */
static const sqlite3_module module = {
  .iVersion = 1,
  .xConnect = get_connect,
  .xBestIndex = get_best_index,
  .xDisconnect = get_disconnect,
  .xOpen = get_open,
  .xClose = get_close,
  .xFilter = get_filter,
  .xNext = get_next,
  .xEof = get_eof,
  .xColumn = get_column,
  .xRowid = get_rowid,
};

int cm_get_register(sqlite3 *db, cm_session *session) {
  return sqlite3_create_module_v2(db, who, &module, cm_session_ref(session), cm_session_unref);
}
