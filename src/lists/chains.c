#include "lists/chains.h"

#include <string.h>

#include "base/key_hashes.h"
#include "lists/split.h"
#include "spec/registry.h"

enum { PAGES_OF_PARTS = 1 << 30 /* their numbers begin behind those of the plain chain */ };

typedef enum chains_state {
  CHAINS_PLAIN,    /* the plain chain alone, to its end */
  CHAINS_FIRST,    /* its first pages: the list may be split */
  CHAINS_PARTS,    /* the parts */
  CHAINS_ADDING,   /* the plain chain again, for what the parts lack */
  CHAINS_COMPLETE, /* the parts had all */
} chains_state;

struct cm_chains {
  cm_pager *plain; /* borrowed */
  const cm_split *split;
  chains_state state;
  int64_t judged; /* pages whose first row was looked at */
  bool is_long;   /* the first pages say so */
  bool is_asked;  /* what the parts are found by */
  cm_pager hint;  /* its answer; zeroed where nothing has to be asked */
  cm_shown_dates shown;
  cm_pager *parts; /* owned */
  int count, open, at;
  int64_t turns;
  int64_t feeds; /* of the session, when the parts were opened */
  cm_key_hashes keys;
};

/**
 * Splitting asks for more than the plain chain: not where SQLite may stop early, nor where requests are numbered, nor for what
 * drives a join, where what is joined takes the time.
 */
static bool may_split(const cm_pager *plain, const cm_resource *resource, const cm_read *read) {
  const cm_settings *settings = &plain->session->settings;
  return CM_EXTRA(read, splits) != NULL && read->each == NULL && plain->list.wanted < 0 &&
         plain->list.per_page == settings->per_page && settings->max_requests == 0 &&
         settings->concurrency > 1 && plain->session->statement->open_cursors <= 1 &&
         cm_registry_key(resource) >= 0;
}

int cm_chains_new(cm_pager *plain, const cm_resource *resource, const cm_read *read,
                  cm_chains **out, cm_err *err) {
  *out = NULL;
  if (!may_split(plain, resource, read)) return SQLITE_OK;
  const cm_split *split = cm_split_usable(read->extras->splits, plain->url);
  if (split == NULL) return SQLITE_OK;
  cm_chains *chains = sqlite3_malloc64(sizeof *chains);
  if (chains == NULL) return cm_err_nomem(err);
  memset(chains, 0, sizeof *chains);
  chains->plain = plain;
  chains->split = split;
  chains->state = CHAINS_FIRST;
  *out = chains;
  return SQLITE_OK;
}

void cm_chains_free(cm_chains *chains) {
  if (chains == NULL) return;
  for (int i = 0; i < chains->count; i++)
    cm_pager_close(&chains->parts[i]);
  cm_pager_close(&chains->hint);
  cm_key_hashes_clear(&chains->keys);
  sqlite3_free(chains->parts);
  sqlite3_free(chains);
}

/* ---- the first pages ----------------------------------------------------------------------- */

/** The plain chain goes on, as if it had never been thought of anything else. */
static void stay_plain(cm_chains *chains) {
  chains->state = CHAINS_PLAIN;
  chains->plain->list.wanted = -1;
  cm_key_hashes_clear(&chains->keys);
  cm_pager_close(&chains->hint);
}

/** Without memory, or interrupted, the statement ends. Any other failure of what splitting asks for leaves the plain chain. */
static int end_or_stay(cm_chains *chains, int rc, cm_err *err) {
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) return rc;
  cm_err_clear(err);
  stay_plain(chains);
  return SQLITE_OK;
}

/** Is the list long? By its first page, or, where that tells no number of pages, by being there still. */
static void judge(cm_chains *chains) {
  cm_pager *plain = chains->plain;
  bool by_date = chains->split->until != NULL;
  chains->judged = plain->pages;
  bool is_short = plain->next_cursor == NULL ||
                  (!by_date && plain->total_pages < CM_LONG_LIST_PAGES);
  if (is_short) {
    stay_plain(chains);
    return;
  }
  chains->is_long = !by_date || plain->pages == CM_LONG_LIST_PAGES - 1;
  if (chains->is_long && !by_date) plain->list.wanted = 0; /* its second page is not asked for */
}

static int look(cm_chains *chains, cm_slice row, cm_err *err) {
  cm_pager *plain = chains->plain;
  if (plain->pages != chains->judged) judge(chains);
  if (chains->state == CHAINS_FIRST && chains->split->until != NULL)
    cm_split_note(chains->split, row, &chains->shown);
  if (chains->state != CHAINS_FIRST || !chains->is_long) return SQLITE_OK;
  if (chains->is_asked || plain->page_at * 2 < plain->page_rows) return SQLITE_OK;
  chains->is_asked = true;
  int rc = cm_split_ask(chains->split, plain, &chains->hint, err);
  return rc == SQLITE_OK ? SQLITE_OK : end_or_stay(chains, rc, err);
}

/* ---- the parts ----------------------------------------------------------------------------- */

static int open_parts(cm_chains *chains, const cm_parts *parts, cm_err *err) {
  cm_pager *plain = chains->plain;
  int rc = SQLITE_OK;
  chains->parts = sqlite3_malloc64((sqlite3_uint64)parts->count * sizeof *chains->parts);
  if (chains->parts == NULL) return cm_err_nomem(err);
  for (int i = 0; i < parts->count && rc == SQLITE_OK; i++) {
    cm_list list = plain->list;
    list.url = parts->urls[i];
    list.wanted = -1;
    rc = cm_pager_open(&chains->parts[i], plain->session, &list, err);
    if (rc == SQLITE_OK) chains->count++;
  }
  chains->open = chains->count;
  chains->feeds = plain->session->reading.feeds;
  chains->state = CHAINS_PARTS;
  plain->list
      .enough = 1; /* a write that lets open lists be read to their end has the parts for that */
  return rc;
}

/** Is the list long enough for so many parts? Of windows of days there are never more. */
static bool are_worth_it(const cm_chains *chains, const cm_parts *parts) {
  bool by_date = chains->split->until != NULL;
  int64_t pages = chains->plain->total_pages;
  return parts->count > 1 && (by_date || pages >= (int64_t)parts->count * CM_LEAST_PAGES_OF_A_PART);
}

/** The pages that are read in any case are used up: split the list, in the first way that is worth it. */
static int split(cm_chains *chains, cm_err *err) {
  cm_pager *plain = chains->plain;
  cm_parts parts = { .count = 0 };
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && chains->split != NULL) {
    rc = cm_split_find(chains->split, plain, &chains->hint, &chains->shown, &parts, err);
    cm_pager_close(&chains->hint);
    if (rc != SQLITE_OK || are_worth_it(chains, &parts)) break;
    cm_parts_clear(&parts);
    chains->split = cm_split_usable(chains->split + 1, plain->url);
    if (chains->split != NULL) rc = cm_split_ask(chains->split, plain, &chains->hint, err);
  }
  if (rc != SQLITE_OK || parts.count < 2) {
    rc = end_or_stay(chains, rc, err);
  } else {
    rc = open_parts(chains, &parts, err);
  }
  cm_parts_clear(&parts);
  return rc;
}

static bool is_used_up(const cm_pager *pager) {
  return pager->is_open && pager->page_at >= pager->page_rows && cm_stock_is_empty(&pager->stock);
}

static void go_on(cm_chains *chains) {
  chains->turns++;
  for (int i = 0; i < chains->count; i++) {
    chains->at = chains->at + 1 == chains->count ? 0 : chains->at + 1;
    if (!chains->parts[chains->at].is_done) return;
  }
}

static int next_of_parts(cm_chains *chains, cm_slice *row, cm_err *err) {
  while (chains->open > 0) {
    cm_pager *part = &chains->parts[chains->at];
    bool is_turned = is_used_up(part);
    int rc = is_turned ? cm_pager_turn_page(part, err) : cm_pager_next(part, row, err);
    if (rc == SQLITE_ROW || (rc != SQLITE_OK && rc != SQLITE_DONE)) return rc;
    if (rc == SQLITE_DONE) {
      cm_pager_close(part);
      chains->open--;
    }
    go_on(chains);
  }
  return SQLITE_DONE;
}

/* ---- the end ------------------------------------------------------------------------------- */

/** How many rows the list has now; -1: it does not say. */
static int ask_rows(const cm_pager *plain, int64_t *rows, cm_err *err) {
  cm_list list = plain->list;
  cm_pager pager;
  *rows = -1;
  list.url = plain->url;
  list.per_page = 1;
  list.wanted = 0;
  int rc = cm_pager_open(&pager, plain->session, &list, err);
  if (rc == SQLITE_OK) rc = cm_pager_open_page(&pager, err);
  if (rc == SQLITE_OK && pager.total_pages > 0) *rows = pager.total_pages;
  cm_pager_close(&pager);
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) return rc;
  cm_err_clear(err);
  return SQLITE_OK;
}

/** All parts are at their end. Windows of days leave no gap; of values rows may have moved, or have another one. */
static int end_parts(cm_chains *chains, cm_err *err) {
  cm_pager *plain = chains->plain;
  int64_t rows = 0;
  bool was_fed = chains->feeds != plain->session->reading.feeds;
  int rc = SQLITE_OK;
  if (chains->split->until == NULL && !was_fed) rc = ask_rows(plain, &rows, err);
  if (rc != SQLITE_OK) return rc;
  bool are_all = rows >= 0 && rows <= chains->keys.count;
  chains->state = are_all ? CHAINS_COMPLETE : CHAINS_ADDING;
  plain->list.wanted = -1;
  plain->list.enough = 0;
  return SQLITE_OK;
}

int cm_chains_next(cm_chains *chains, cm_slice *row, cm_err *err) {
  cm_pager *plain = chains->plain;
  int rc = SQLITE_OK;
  bool is_due = chains->state == CHAINS_FIRST && chains->is_asked && is_used_up(plain) &&
                plain->next_cursor != NULL;
  if (is_due) rc = split(chains, err);
  if (rc == SQLITE_OK && chains->state == CHAINS_PARTS) {
    rc = next_of_parts(chains, row, err);
    if (rc != SQLITE_DONE) return rc;
    rc = end_parts(chains, err);
  }
  if (rc != SQLITE_OK) return rc;
  if (chains->state == CHAINS_COMPLETE) return SQLITE_DONE;
  rc = cm_pager_next(plain, row, err);
  if (rc != SQLITE_ROW || chains->state != CHAINS_FIRST) return rc;
  rc = look(chains, *row, err);
  return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* ---- what a scan asks ---------------------------------------------------------------------- */

/** Keys need not be remembered where the reader does, and where nothing is counted at the end. */
static bool is_kept_elsewhere(const cm_chains *chains) {
  bool is_by_date = chains->split != NULL && chains->split->until != NULL;
  return is_by_date && chains->plain->session->reading.is_kept_by_key;
}

int cm_chains_saw(cm_chains *chains, cm_row *row, bool *was, cm_err *err) {
  cm_value key = cm_value_null();
  bool is_new = true;
  *was = false;
  if (chains->state == CHAINS_PLAIN || is_kept_elsewhere(chains)) return SQLITE_OK;
  int rc = cm_row_get(row, cm_registry_key(row->resource), &key, err);
  if (rc != SQLITE_OK) return rc;
  bool is_text = cm_value_is_text(&key);
  const void *bytes = is_text ? (const void *)key.text : (const void *)&key.integer;
  rc = cm_key_hashes_add(&chains->keys, bytes, is_text ? key.len : sizeof key.integer, &is_new);
  if (rc == SQLITE_NOMEM) cm_err_nomem(err);
  if (rc == SQLITE_TOOBIG)
    cm_err_set(err, rc,
               "%s: the list has too many rows (more than %lld): ask for parts of it, with a WHERE "
               "that is sent, or set concurrency to 1",
               row->resource->name, (long long)CM_MAX_KEY_HASHES);
  *was = !is_new;
  cm_value_clear(&key);
  return rc;
}

bool cm_chains_are_apart(const cm_chains *chains) {
  return chains->state == CHAINS_PARTS || chains->state == CHAINS_ADDING;
}

cm_pager *cm_chains_pager(const cm_chains *chains) {
  return chains->state == CHAINS_PARTS ? &chains->parts[chains->at] : chains->plain;
}

cm_pager *cm_chains_following(const cm_chains *chains) {
  if (chains->state != CHAINS_PARTS) return chains->plain;
  for (int i = 1; i < chains->count; i++) {
    cm_pager *part = &chains->parts[(chains->at + i) % chains->count];
    if (!part->is_done) return part;
  }
  return &chains->parts[chains->at];
}

int64_t cm_chains_page(const cm_chains *chains) {
  bool is_part = chains->state == CHAINS_PARTS;
  return is_part ? PAGES_OF_PARTS + chains->turns : chains->plain->pages;
}

int64_t cm_chains_rows(const cm_chains *chains) {
  return chains->state == CHAINS_COMPLETE ? chains->keys.count : 0;
}

int64_t cm_chains_seen(const cm_chains *chains) {
  bool is_one = chains->state == CHAINS_FIRST || chains->state == CHAINS_PLAIN;
  return is_one ? 0 : chains->keys.count;
}
