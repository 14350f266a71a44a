#include "client/setting_table.h"

#include <limits.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/limit.h"

enum {
  DAY_OF_MS = 24 * 60 * 60 * 1000,
  HOUR_OF_MS = 60 * 60 * 1000,
  DAY_OF_SECONDS = 24 * 60 * 60
};

static const char *const write_modes[] = { "commit", "immediate", "bulk", NULL };
static const char *const progress_words[] = { "off", "auto", NULL };
static const char *const refusal_words[] = { "stop", "continue", "ignore", NULL };

#define ROW(member, kind, ...)                                                                     \
  { .name = #member, .type = (kind), .offset = offsetof(cm_settings, member), __VA_ARGS__ }

#define ROW_OF(part, member, kind, ...)                                                            \
  { .name = #member, .type = (kind), .offset = offsetof(cm_settings, part.member), __VA_ARGS__ }

/*
** The environment is read from the last row to the first: base_url before the keys, which it would
** forget, and api_key after api_key_file, so that it wins.
*/
static const cm_setting table[] = {
  ROW(api_key, CM_SETTING_TEXT, .is_of_account = true, .is_secret = true, .is_of_writes = true,
      .is_lockable = true,
      .doc = "The API key; it is never shown, and another base_url forgets it."),
  ROW(api_key_file, CM_SETTING_TEXT, .is_of_account = true, .is_of_writes = true,
      .is_lockable = true, .doc = "A file whose first line is the API key, read at each request."),
  ROW(base_url, CM_SETTING_TEXT, .is_of_account = true,
      .default_value = "https://api.chartmogul.com/v1", .is_of_writes = true, .is_lockable = true,
      .doc = "Where the API is: https, or http to this machine; another host forgets the key."),
  ROW_OF(scope, account, CM_SETTING_TEXT,
         .doc = "Which account functions use, by its name; not set means the first."),
  ROW(timeout_ms, CM_SETTING_INTEGER, .min = 1, .max = HOUR_OF_MS, .default_value = "30000",
      .doc = "How long one request may take."),
  ROW(deadline_ms, CM_SETTING_INTEGER, .max = DAY_OF_MS, .default_value = "0",
      .doc = "How long the requests of one statement may take together; 0 is no limit."),
  ROW(max_requests, CM_SETTING_INTEGER, .max = INT_MAX, .default_value = "0",
      .doc = "How many requests one statement may make; 0 is no limit."),
  ROW(concurrency, CM_SETTING_INTEGER, .is_of_account = true, .min = 1, .max = 20,
      .default_value = "8", .doc = "How many requests may be under way at once; the API takes 20."),
  ROW(requests_per_second, CM_SETTING_INTEGER, .is_of_account = true,
      .max = CM_LIMIT_MAX_PER_SECOND, .default_value = "40",
      .doc = "How many requests any second may see; the API takes 40; 0 is no limit."),
  ROW(max_retries, CM_SETTING_INTEGER, .max = 100, .default_value = "8",
      .doc = "How often a request that failed is sent again, where that is safe."),
  ROW(per_page, CM_SETTING_INTEGER, .min = 1, .max = 200, .default_value = "200",
      .doc = "How many rows a page of a list has; the API gives at most 200."),
  ROW(write_mode, CM_SETTING_WORD, .words = write_modes, .default_value = "commit",
      .is_of_writes = true,
      .doc = "When writes inside BEGIN are sent: at COMMIT; immediate: row by row; bulk: at "
             "COMMIT, new "
             "rows as json imports."),
  ROW(on_refusal, CM_SETTING_WORD, .words = refusal_words, .default_value = "stop",
      .doc = "What follows a refused row: stop; continue: all are tried, then it fails; ignore: "
             "all are tried, and it succeeds."),
  ROW(dry_run, CM_SETTING_BOOLEAN, .default_value = "0", .is_of_writes = true,
      .doc = "Writes are recorded in chartmogul_requests and not sent."),
  ROW(read_only, CM_SETTING_BOOLEAN, .default_value = "0", .latch_code = SQLITE_READONLY,
      .doc = "Every write is refused; once set it stays set."),
  ROW(delete_limit, CM_SETTING_INTEGER, .max = INT_MAX, .default_value = "100",
      .doc = "How many records one transaction may delete; 0 refuses every DELETE."),
  ROW(handle_as_user_edit, CM_SETTING_BOOLEAN, .default_value = "0", .is_of_writes = true,
      .doc = "Writes to sources that ChartMogul fills itself are marked as edits by a user."),
  ROW(stored_tables, CM_SETTING_BOOLEAN, .default_value = "0",
      .doc = "CREATE VIRTUAL TABLE is allowed outside the temp schema."),
  ROW(ca_file, CM_SETTING_TEXT, .is_of_account = true, .is_lockable = true,
      .doc = "A file of certificate authorities to trust; not set means the system's."),
  ROW_OF(recording, journal, CM_SETTING_TEXT, .is_of_writes = true, .is_lockable = true,
         .doc = "A file in which each write is recorded before it leaves; not set means none."),
  ROW_OF(recording, journal_days, CM_SETTING_INTEGER, .max = 36500, .default_value = "90",
         .doc = "Settled writes that are older go when the journal is opened; 0 keeps all."),
  ROW(lock_settings, CM_SETTING_BOOLEAN, .default_value = "0", .latch_code = SQLITE_ERROR,
      .doc = "base_url, api_key, api_key_file, ca_file and journal cannot change any more; once "
             "set it stays "
             "set."),
  ROW_OF(prompt, cache_ttl, CM_SETTING_INTEGER, .max = DAY_OF_SECONDS, .default_value = "0",
         .doc = "For how many seconds answers serve the next statements too; a write empties the "
                "cache; 0 keeps nothing."),
  ROW_OF(prompt, progress, CM_SETTING_WORD, .words = progress_words, .default_value = "off",
         .doc = "auto: where stderr is a terminal, a line there says what a long statement does."),
  ROW_OF(prompt, log_bodies, CM_SETTING_BOOLEAN, .default_value = "0",
         .doc = "chartmogul_requests shows the bodies of all requests."),
};

_Static_assert(cm_countof(table) <= CM_MAX_SETTINGS, "a source per setting");

int cm_setting_count(void) {
  return (int)cm_countof(table);
}

const cm_setting *cm_setting_at(int row) {
  return row >= 0 && row < (int)cm_countof(table) ? &table[row] : NULL;
}

int cm_setting_find(const char *name) {
  if (name == NULL) return -1;
  for (int row = 0; row < (int)cm_countof(table); row++) {
    if (strcmp(table[row].name, name) == 0) return row;
  }
  return -1;
}

void cm_setting_list_word(char *list, size_t size, const char *word) {
  size_t len = strlen(list);
  sqlite3_snprintf((int)(size - len), list + len, "%s%s", len > 0 ? ", " : "", word);
}

int cm_setting_refuse_name(const char *name, cm_err *err) {
  char names[512] = "";
  for (size_t row = 0; row < cm_countof(table); row++)
    cm_setting_list_word(names, sizeof names, table[row].name);
  return cm_err_set(err, SQLITE_ERROR,
                    "there is no setting '%.40s' (misspelt?): the settings are %s",
                    name != NULL ? name : "NULL", names);
}
