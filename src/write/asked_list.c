#include "write/asked_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/sqlite_api.h"
#include "read/known_pages.h"
#include "read/pager.h"
#include "record/encode.h"
#include "record/row.h"
#include "record/token.h"
#include "spec/registry.h"
#include "wire/json.h"

enum { FEW = 4 }; /* so many look-ups are sent whatever the list costs */

/** A row under one of its names, or a name that is not answered any more. */
typedef struct listed_row {
  cm_map_node node;
  size_t uuid_len, row_len; /* of `bytes`, in this order, the key behind them */
  bool is_stale;
  char bytes[];
} listed_row;

/** A row that will be asked for. */
typedef struct wanted_row {
  uint64_t token; /* of its natural key */
  bool is_sure;   /* not only where something else is found */
} wanted_row;

struct cm_asked_list {
  cm_asked_list *next;
  const cm_resource *resource;
  const cm_resource *source; /* whose list it is: its own, or that of the rows that hold its rows */
  const cm_read *read;       /* the list; NULL: none shows all rows */
  const char *items;  /* member of a row of the list that holds its rows; NULL: they are its rows */
  wanted_row *wanted; /* sorted, each once; owned; NULL: nothing was counted */
  int64_t count, capacity, sure; /* of `wanted`; how many of them are sure */
  int64_t sent;                  /* look-ups that were sent */
  bool keeps_rows;               /* their texts, too */
  bool has_begun;                /* some of it was read */
  bool is_open;                  /* it is being read, by this pager */
  bool is_complete;              /* it was read to its end, and answers */
  bool is_given_up;
  cm_pager pager;
  cm_map rows;
  size_t bytes;
};

/* ---- what is kept ------------------------------------------------------------------------------------ */

static void forget_rows(cm_asked_list *list) {
  listed_row *row = NULL;
  while ((row = cm_map_pop(&list->rows)) != NULL)
    sqlite3_free(row);
  list->bytes = 0;
  if (list->is_open) cm_pager_close(&list->pager);
  list->has_begun = list->is_open = list->is_complete = false;
}

static void give_up(cm_asked_list *list) {
  forget_rows(list);
  list->is_given_up = true;
}

void cm_asked_lists_clear(cm_asked_lists *lists) {
  cm_asked_list *next = NULL;
  for (cm_asked_list *list = lists->first; list != NULL; list = next) {
    next = list->next;
    forget_rows(list);
    sqlite3_free(list->wanted);
    sqlite3_free(list);
  }
  memset(lists, 0, sizeof *lists);
}

/** @return SQLITE_OK; SQLITE_NOMEM; SQLITE_TOOBIG: there is no room. */
static int keep(cm_asked_list *list, cm_slice key, cm_slice uuid, cm_slice text) {
  size_t size = sizeof(listed_row) + uuid.len + text.len + key.len;
  if (list->bytes + size > CM_MAX_MEMO_BYTES) return SQLITE_TOOBIG;
  listed_row *row = sqlite3_malloc64(size);
  if (row == NULL) return SQLITE_NOMEM;
  char *own_key = row->bytes + uuid.len + text.len;
  row->uuid_len = uuid.len;
  row->row_len = text.len;
  row->is_stale = uuid.len == 0;
  if (uuid.len > 0) memcpy(row->bytes, uuid.ptr, uuid.len);
  if (text.len > 0) memcpy(row->bytes + uuid.len, text.ptr, text.len);
  memcpy(own_key, key.ptr, key.len);
  cm_map_put(&list->rows, &row->node, row, own_key, key.len);
  list->bytes += size;
  return SQLITE_OK;
}

/** What is not kept as stale could be answered wrongly: without room for that the list answers nothing. */
static void keep_stale(cm_asked_list *list, char *key) {
  static const cm_slice none = { NULL, 0 };
  int rc = key != NULL ? keep(list, (cm_slice){ key, strlen(key) }, none, none) : SQLITE_NOMEM;
  if (rc != SQLITE_OK) give_up(list);
  sqlite3_free(key);
}

static bool is_stale(const cm_asked_list *list, const char *key, size_t len) {
  const listed_row *row = cm_map_find(&list->rows, key, len);
  return row != NULL && row->is_stale;
}

static char *key_of_pair(const char *first, const char *second) {
  return sqlite3_mprintf("%s\x1f%s", first, second != NULL ? second : "");
}

/** Of a row by its key, whatever it is named; no pair begins like that. */
static char *key_of_uuid(const char *uuid, int len) {
  return sqlite3_mprintf("\x1e%.*s", len, uuid);
}

/* ---- which list -------------------------------------------------------------------------------------- */

/** Does a row of a list show this column by itself, or where it stands inside another row? */
static bool is_shown(const cm_resource *resource, const char *column, bool is_inside) {
  int index = column != NULL ? cm_registry_find_column(resource, column, strlen(column)) : -1;
  const char *path = index >= 0 ? resource->columns[index].path : NULL;
  if (column == NULL) return true;
  return index >= 0 && (path == NULL || strchr(is_inside ? "@" : "^@", path[0]) == NULL);
}

/** The list that the look-up of a table filters. NULL: the look-up alone finds rows. */
static const cm_read *find_read(const cm_resource *resource) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_read *read = &resource->reads[i];
    bool is_whole = strcmp(read->path, resource->natural_key->path) == 0 && read->each == NULL &&
                    (read->paging == CM_CURSOR || read->paging == CM_WHOLE);
    const cm_filter *filter = read->filters;
    while (is_whole && filter != NULL && filter->column != NULL && !filter->required)
      filter++;
    if (is_whole && (filter == NULL || filter->column == NULL)) return read;
  }
  return NULL;
}

/** Its own list, or that of the rows which its rows stand in. */
static void find_list(cm_asked_list *list) {
  const cm_resource *resource = list->resource;
  const cm_inside_of *inside = resource->inside_of;
  list->source = resource;
  list->read = find_read(resource);
  if (list->read == NULL && inside != NULL) {
    list->source = cm_registry_find(inside->resource);
    list->items = inside->list;
    bool has_list = list->source != NULL && list->source->natural_key != NULL;
    if (has_list) list->read = find_read(list->source);
  }
  for (int i = 0; i < 2; i++) {
    if (!is_shown(resource, resource->natural_key->columns[i], list->items != NULL))
      list->read = NULL;
  }
  list->is_given_up = list->read == NULL;
}

static cm_asked_list *find(const cm_asked_lists *lists, const char *resource) {
  cm_asked_list *list = lists->first;
  while (list != NULL && strcmp(list->resource->name, resource) != 0)
    list = list->next;
  return list;
}

/** One for each table with a natural key at most. NULL: memory ran out. */
static cm_asked_list *find_or_add(cm_asked_lists *lists, const cm_resource *resource) {
  cm_asked_list *list = find(lists, resource->name);
  if (list != NULL) return list;
  list = sqlite3_malloc64(sizeof *list);
  if (list == NULL) return NULL;
  memset(list, 0, sizeof *list);
  list->resource = resource;
  list->keeps_rows = !lists->is_counted;
  find_list(list);
  list->next = lists->first;
  lists->first = list;
  return list;
}

/* ---- counting ---------------------------------------------------------------------------------------- */

int cm_asked_lists_count(cm_asked_lists *lists, const cm_counted_row *counted) {
  cm_asked_list *list = find_or_add(lists, counted->resource);
  if (list == NULL) return SQLITE_NOMEM;
  if (list->wanted == NULL) list->keeps_rows = false;
  if (list->count == list->capacity) {
    int64_t capacity = list->capacity > 0 ? 2 * list->capacity : 16;
    wanted_row *grown = sqlite3_realloc64(list->wanted, (size_t)capacity * sizeof *grown);
    if (grown == NULL) return SQLITE_NOMEM;
    list->wanted = grown;
    list->capacity = capacity;
  }
  list->wanted[list->count++] = (wanted_row){ counted->token, counted->is_sure };
  list->keeps_rows = list->keeps_rows || counted->needs_row;
  return SQLITE_OK;
}

static int compare_wanted(const void *one, const void *other) {
  uint64_t a = ((const wanted_row *)one)->token;
  uint64_t b = ((const wanted_row *)other)->token;
  return a < b ? -1 : a > b;
}

/** Sort the rows, leave each there once, and count those that are sure. */
static void sort_wanted(cm_asked_list *list) {
  int64_t kept = 0;
  qsort(list->wanted, (size_t)list->count, sizeof *list->wanted, compare_wanted);
  for (int64_t i = 0; i < list->count; i++) {
    bool is_same = kept > 0 && list->wanted[kept - 1].token == list->wanted[i].token;
    if (!is_same) list->wanted[kept++] = list->wanted[i];
    list->wanted[kept - 1].is_sure = list->wanted[kept - 1].is_sure || list->wanted[i].is_sure;
  }
  list->count = kept;
  for (int64_t i = 0; i < kept; i++)
    list->sure += list->wanted[i].is_sure;
}

void cm_asked_lists_end_count(cm_asked_lists *lists) {
  for (cm_asked_list *list = lists->first; list != NULL; list = list->next) {
    if (list->count > 0) sort_wanted(list);
  }
  lists->is_counted = true;
}

/** Is this one of the rows that are asked for? Nobody knows where nothing was counted. */
static bool is_wanted(const cm_asked_list *list, const char *first, const char *second) {
  if (list->wanted == NULL) return true;
  wanted_row row = { .token = cm_row_token('n', list->resource->name, first, second) };
  return bsearch(&row, list->wanted, (size_t)list->count, sizeof row, compare_wanted) != NULL;
}

/* ---- reading the list -------------------------------------------------------------------------------- */

static int open_list(cm_asked_list *list, cm_session *session, cm_err *err) {
  const cm_natural_key *natural = list->source->natural_key;
  const char *hidden = natural->hidden != NULL ? natural->hidden->query : NULL;
  char *url = sqlite3_mprintf("%s%s%s", natural->path, hidden != NULL ? "?" : "",
                              hidden != NULL ? hidden : "");
  if (url == NULL) return cm_err_nomem(err);
  cm_list wanted = { .who = list->resource->name,
                     .url = url,
                     .paging = list->read->paging,
                     .rows = list->read->rows,
                     .resume = CM_EXTRA(list->read, resume),
                     .per_page = session->settings.per_page,
                     .is_fresh = true };
  int rc = cm_pager_open(&list->pager, session, &wanted, err);
  list->is_open = rc == SQLITE_OK;
  sqlite3_free(url);
  return rc;
}

/** Keep the row under one name, if somebody asks for that. */
static int keep_pair(cm_asked_list *list, const char *const pair[2], cm_slice uuid, cm_slice text) {
  if (!is_wanted(list, pair[0], pair[1])) return SQLITE_OK;
  char *key = key_of_pair(pair[0], pair[1]);
  if (key == NULL) return SQLITE_NOMEM;
  cm_slice row = list->keeps_rows ? text : (cm_slice){ NULL, 0 };
  int rc = keep(list, (cm_slice){ key, strlen(key) }, uuid, row);
  sqlite3_free(key);
  return rc;
}

/** The names of a row: its own, and those of the rows that were merged into it. */
static int keep_pairs(cm_asked_list *list, cm_row *row, cm_slice uuid, cm_slice text, cm_err *err) {
  const cm_natural_key *natural = list->resource->natural_key;
  const char *own[2] = { NULL, NULL };
  cm_value values[2] = { cm_value_null(), cm_value_null() };
  cm_plain plains[2];
  char *texts[2] = { NULL, NULL };
  int rc = SQLITE_OK;
  for (int i = 0; i < 2 && natural->columns[i] != NULL && rc == SQLITE_OK; i++) {
    rc = cm_row_get_named(row, natural->columns[i], &values[i], err);
    if (rc != SQLITE_OK || cm_plain_set(&plains[i], &values[i]) == NULL) break;
    texts[i] = sqlite3_mprintf("%.*s", (int)plains[i].len, plains[i].text);
    if (texts[i] == NULL) rc = SQLITE_NOMEM;
    own[i] = texts[i];
  }
  bool is_named = own[0] != NULL && (own[1] != NULL || natural->columns[1] == NULL);
  if (rc == SQLITE_OK && is_named) rc = keep_pair(list, own, uuid, text);
  cm_json *tree = NULL;
  if (rc == SQLITE_OK && CM_EXTRA(natural, also[0]) != NULL) rc = cm_json_parse(text, &tree, err);
  cm_json *first = cm_json_first(cm_json_find(tree, CM_EXTRA(natural, also[0])));
  cm_json *second = cm_json_first(cm_json_find(tree, CM_EXTRA(natural, also[1])));
  for (; first != NULL && second != NULL && rc == SQLITE_OK;
       first = cm_json_after(first), second = cm_json_after(second)) {
    const char *pair[2] = { cm_json_text(first), cm_json_text(second) };
    bool is_own = is_named && pair[0] != NULL && pair[1] != NULL && strcmp(pair[0], own[0]) == 0 &&
                  strcmp(pair[1], own[1]) == 0;
    if (pair[0] != NULL && pair[1] != NULL && !is_own) rc = keep_pair(list, pair, uuid, text);
  }
  cm_json_free(tree);
  for (int i = 0; i < 2; i++) {
    cm_value_clear(&values[i]);
    sqlite3_free(texts[i]);
  }
  return rc;
}

static int keep_row(cm_asked_list *list, cm_slice outer, cm_slice text, cm_err *err) {
  cm_row row = { .resource = list->resource, .outer = outer };
  cm_value key = cm_value_null();
  cm_plain plain;
  cm_row_set(&row, text);
  int rc = cm_row_get(&row, cm_registry_key(list->resource), &key, err);
  const char *uuid = rc == SQLITE_OK ? cm_plain_set(&plain, &key) : NULL;
  bool has_key = uuid != NULL && plain.len > 0 && uuid[0] != '?'; /* one without is none */
  if (has_key) rc = keep_pairs(list, &row, (cm_slice){ uuid, plain.len }, text, err);
  cm_value_clear(&key);
  cm_row_clear(&row);
  return rc;
}

/** The rows of the table that a row of the list is, or holds. */
static int keep_rows(cm_asked_list *list, cm_slice text, cm_err *err) {
  static const cm_slice none = { NULL, 0 };
  cm_slice item;
  size_t at = 0;
  if (list->items == NULL) return keep_row(list, none, text, err);
  cm_slice items = cm_slice_find(text, list->items);
  if (cm_slice_type(items) != CM_JSON_ARRAY) return SQLITE_MISMATCH;
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && (rc = cm_slice_next(items, &at, NULL, &item)) == SQLITE_ROW)
    rc = cm_slice_type(item) == CM_JSON_OBJECT ? keep_row(list, text, item, err) : SQLITE_MISMATCH;
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/** Tables whose rows were counted share the reading of a list. */
static bool share(const cm_asked_list *list, const cm_asked_list *other) {
  return other == list || (list->wanted != NULL && other->wanted != NULL && !other->is_given_up &&
                           other->source == list->source);
}

/** The next page. A code that is neither SQLITE_OK nor SQLITE_NOMEM may say anything: the list is no use then. */
static int read_page(cm_asked_lists *lists, cm_asked_list *list, cm_session *session, cm_err *err) {
  cm_pager *pager = &list->pager;
  int rc = list->is_open ? cm_pager_turn_page(pager, err) : open_list(list, session, err);
  if (rc == SQLITE_OK) rc = cm_pager_open_page(pager, err);
  if (rc == SQLITE_OK && pager->is_single) rc = SQLITE_MISMATCH;
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    of->has_begun = of->has_begun || share(list, of);
    for (int64_t i = 0; rc == SQLITE_OK && share(list, of) && i < pager->page_rows; i++)
      rc = keep_rows(of, pager->rows.items[i], err);
    if (rc == SQLITE_OK || rc == SQLITE_NOMEM || of == list) continue;
    give_up(of); /* the others go on */
    rc = SQLITE_OK;
  }
  if (rc != SQLITE_OK || pager->next_cursor != NULL) return rc;
  if (list->source->natural_key->hidden == NULL)
    cm_known_pages_put(session, list->read, pager->pages);
  cm_pager_close(pager);
  list->is_open = false;
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next)
    of->is_complete = of->is_complete || share(list, of);
  return SQLITE_OK;
}

/** May one more page be read? Fewer than the rows that are sure, or as many as look-ups were sent. */
static bool is_worth_a_page(const cm_asked_lists *lists, const cm_asked_list *list,
                            cm_session *session) {
  int64_t known = cm_known_pages_find(session, list->read);
  int64_t pages = list->is_open ? list->pager.pages : 0;
  int64_t sure = 0;
  int64_t sent = 0;
  if (list->is_open && list->pager.total_pages > 0) known = list->pager.total_pages;
  for (const cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    sure += share(list, of) ? of->sure : 0;
    sent += share(list, of) ? of->sent : 0;
  }
  return (sure > FEW && pages < sure && known < sure) ||
         (sent >= FEW && pages < sent && known <= sent);
}

/** A page that failed: may the same work later? Else the look-ups show what is wrong. */
static bool is_passing(const cm_asked_list *list, int code) {
  const cm_memo_answer *page = list->is_open ? list->pager.page : NULL;
  const cm_call_result *result = page != NULL && cm_memo_answer_is_done(page)
                                     ? cm_memo_answer_result(page)
                                     : NULL;
  return code == SQLITE_INTERRUPT ||
         (result != NULL && result->code != SQLITE_OK && result->may_help);
}

/** It and those that share its reading. */
static void give_up_shared(cm_asked_lists *lists, cm_asked_list *list) {
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    if (of != list && share(list, of)) give_up(of);
  }
  give_up(list);
}

/** The one that reads for it: another one may have begun. */
static cm_asked_list *find_reader(const cm_asked_lists *lists, cm_asked_list *list) {
  for (cm_asked_list *of = lists->first; of != NULL; of = of->next) {
    if (of->is_open && share(list, of)) return of;
  }
  return list;
}

static int read_list(cm_asked_lists *lists, cm_asked_list *asked, cm_session *session,
                     cm_err *err) {
  cm_asked_list *list = find_reader(lists, asked);
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && !list->is_complete && is_worth_a_page(lists, list, session))
    rc = read_page(lists, list, session, err);
  if (rc == SQLITE_OK) return SQLITE_OK;
  bool has_failed = rc == SQLITE_NOMEM || is_passing(list, rc);
  give_up_shared(lists, list);
  if (!has_failed) {
    cm_err_clear(err);
    return SQLITE_OK;
  }
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  err->may_help = true;
  return rc;
}

/* ---- answering --------------------------------------------------------------------------------------- */

static bool is_same_row(const listed_row *one, const listed_row *other) {
  return one->uuid_len == other->uuid_len && memcmp(one->bytes, other->bytes, one->uuid_len) == 0;
}

/** The rows that are kept under one name. A row that has moved while the list was read may be there twice. */
static int answer(const cm_asked_list *list, const cm_asked_row *asked, const listed_row *found,
                  cm_listed *out, cm_err *err) {
  int matches = found != NULL;
  for (const listed_row *row = found; row != NULL && !row->is_stale;
       row = cm_map_next(&row->node)) {
    if (!is_same_row(row, found)) matches = 2;
  }
  *out = (cm_listed){ .is_known = true, .matches = matches };
  if (found == NULL) return SQLITE_OK;
  char *key = key_of_uuid(found->bytes, (int)found->uuid_len);
  if (key == NULL) return cm_err_nomem(err);
  bool is_row_old = is_stale(list, key, strlen(key));
  sqlite3_free(key);
  if (asked->needs_row && (is_row_old || found->row_len == 0)) {
    *out = (cm_listed){ .is_known = false };
    return SQLITE_OK;
  }
  out->uuid = sqlite3_mprintf("%.*s", (int)found->uuid_len, found->bytes);
  if (out->uuid == NULL) return cm_err_nomem(err);
  if (found->row_len == 0 || is_row_old) return SQLITE_OK;
  out->row = sqlite3_mprintf("%.*s", (int)found->row_len, found->bytes + found->uuid_len);
  if (out->row != NULL) return SQLITE_OK;
  sqlite3_free(out->uuid);
  out->uuid = NULL;
  return cm_err_nomem(err);
}

int cm_asked_lists_find(cm_asked_lists *lists, cm_session *session, const cm_asked_row *asked,
                        cm_listed *out, cm_err *err) {
  const char *const *values = asked->values;
  memset(out, 0, sizeof *out);
  cm_asked_list *list = lists->is_counted ? find(lists, asked->resource->name)
                                          : find_or_add(lists, asked->resource);
  if (list == NULL) return lists->is_counted ? SQLITE_OK : cm_err_nomem(err);
  if (list->is_given_up || !is_wanted(list, values[0], values[1])) return SQLITE_OK;
  int rc = list->is_complete ? SQLITE_OK : read_list(lists, list, session, err);
  if (rc != SQLITE_OK) return rc;
  if (!list->is_complete) {
    list->sent++;
    return SQLITE_OK;
  }
  char *key = key_of_pair(values[0], values[1]);
  if (key == NULL) return cm_err_nomem(err);
  const listed_row *found = cm_map_find(&list->rows, key, strlen(key));
  sqlite3_free(key);
  bool is_old = found != NULL && found->is_stale;
  return is_old ? SQLITE_OK : answer(list, asked, found, out, err);
}

/* ---- what is written meanwhile ------------------------------------------------------------------------- */

void cm_asked_lists_forget(cm_asked_lists *lists, const cm_resource *resource,
                           const char *const values[2]) {
  cm_asked_list *list = find(lists, resource->name);
  if (list != NULL && list->has_begun) keep_stale(list, key_of_pair(values[0], values[1]));
}

void cm_asked_lists_touch(cm_asked_lists *lists, const char *resource, const char *key) {
  cm_asked_list *list = find(lists, resource);
  if (list == NULL || !list->has_begun || key == NULL) return;
  char *name = key_of_uuid(key, (int)strlen(key));
  if (name != NULL && is_stale(list, name, strlen(name))) {
    sqlite3_free(name);
  } else {
    keep_stale(list, name);
  }
}

void cm_asked_lists_give_up(cm_asked_lists *lists, const cm_resource *resource) {
  cm_asked_list *list = find(lists, resource->name);
  if (list != NULL) give_up(list);
}
