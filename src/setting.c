#include "setting.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http.h"
#include "limit.h"
#include "secret.h"
#include "sqlite_api.h"

enum {
  MAX_KEY_FILE_BYTES = 4096,
  MAX_TEXT_BYTES = 4096,
  DAY_OF_MS = 24 * 60 * 60 * 1000,
  HOUR_OF_MS = 60 * 60 * 1000
};

#define ENVIRONMENT_PREFIX "CHARTMOGUL_"

static const char *const write_modes[] = { "commit", "immediate", NULL };
static const char *const refusal_words[] = { "stop", "continue", "ignore", NULL };

#define ROW(member, kind, ...)                                                                     \
  { .name = #member, .type = (kind), .offset = offsetof(cm_settings, member), __VA_ARGS__ }

/*
** The environment is read from the last row to the first: base_url before the keys, which it would
** forget, and api_key after api_key_file, so that it wins.
*/
static const cm_setting table[] = {
  ROW(api_key, CM_SETTING_TEXT, .is_secret = true, .is_of_writes = true,
      .doc = "The API key; it is never shown, and another base_url forgets it."),
  ROW(api_key_file, CM_SETTING_TEXT, .is_of_writes = true,
      .doc = "A file whose first line is the API key, read at each request."),
  ROW(base_url, CM_SETTING_TEXT, .default_value = "https://api.chartmogul.com/v1",
      .is_of_writes = true,
      .doc = "Where the API is: https, or http to this machine; another host forgets the key."),
  ROW(timeout_ms, CM_SETTING_INTEGER, .min = 1, .max = HOUR_OF_MS, .default_value = "30000",
      .doc = "How long one request may take."),
  ROW(deadline_ms, CM_SETTING_INTEGER, .max = DAY_OF_MS, .default_value = "0",
      .doc = "How long the requests of one statement may take together; 0 is no limit."),
  ROW(max_requests, CM_SETTING_INTEGER, .max = INT_MAX, .default_value = "0",
      .doc = "How many requests one statement may make; 0 is no limit."),
  ROW(concurrency, CM_SETTING_INTEGER, .min = 1, .max = 20, .default_value = "8",
      .doc = "How many requests may be under way at once; the API takes 20."),
  ROW(requests_per_second, CM_SETTING_INTEGER, .max = CM_LIMIT_MAX_PER_SECOND,
      .default_value = "40",
      .doc = "How many requests any second may see; the API takes 40; 0 is no limit."),
  ROW(max_retries, CM_SETTING_INTEGER, .max = 100, .default_value = "8",
      .doc = "How often a request that failed is sent again, where that is safe."),
  ROW(per_page, CM_SETTING_INTEGER, .min = 1, .max = 200, .default_value = "200",
      .doc = "How many rows a page of a list has; the API gives at most 200."),
  ROW(write_mode, CM_SETTING_WORD, .words = write_modes, .default_value = "commit",
      .is_of_writes = true, .doc = "When writes inside BEGIN are sent: at COMMIT, or immediately."),
  ROW(on_refusal, CM_SETTING_WORD, .words = refusal_words, .default_value = "stop",
      .doc = "What follows a refused row: stop; continue: all are tried, then it fails; ignore: "
             "all are "
             "tried, and it succeeds."),
  ROW(dry_run, CM_SETTING_BOOLEAN, .default_value = "0", .is_of_writes = true,
      .doc = "Writes are recorded in chartmogul_requests and not sent."),
  ROW(read_only, CM_SETTING_BOOLEAN, .default_value = "0",
      .doc = "Every write is refused; once set it stays set."),
  ROW(delete_limit, CM_SETTING_INTEGER, .max = INT_MAX, .default_value = "100",
      .doc = "How many records one transaction may delete; 0 refuses every DELETE."),
  ROW(handle_as_user_edit, CM_SETTING_BOOLEAN, .default_value = "0", .is_of_writes = true,
      .doc = "Writes to sources that ChartMogul fills itself are marked as edits by a user."),
  ROW(stored_tables, CM_SETTING_BOOLEAN, .default_value = "0",
      .doc = "CREATE VIRTUAL TABLE is allowed outside the temp schema."),
  ROW(ca_file, CM_SETTING_TEXT,
      .doc = "A file of certificate authorities to trust; not set means the system's."),
  ROW(log_bodies, CM_SETTING_BOOLEAN, .default_value = "0",
      .doc = "chartmogul_requests shows the bodies of all requests."),
};

_Static_assert(cm_countof(table) <= sizeof((cm_settings){ 0 }.sources), "a source per setting");

const cm_setting *cm_setting_table(int *count) {
  if (count != NULL) *count = (int)cm_countof(table);
  return table;
}

int cm_setting_find(const char *name) {
  if (name == NULL) return -1;
  for (int row = 0; row < (int)cm_countof(table); row++) {
    if (strcmp(table[row].name, name) == 0) return row;
  }
  return -1;
}

/* ---- where the values stand ---------------------------------------------------------------- */

static void *place_of(cm_settings *settings, const cm_setting *setting) {
  return (char *)settings + setting->offset;
}

static const void *value_of(const cm_settings *settings, const cm_setting *setting) {
  return (const char *)settings + setting->offset;
}

static void replace_text(cm_settings *settings, const cm_setting *setting, char *text) {
  char **place = place_of(settings, setting);
  if (setting->is_secret) {
    cm_secret_free(*place);
  } else {
    sqlite3_free(*place);
  }
  *place = text;
}

/** Make a text without a default unset. */
static void forget(cm_settings *settings, const char *name) {
  int row = cm_setting_find(name);
  replace_text(settings, &table[row], NULL);
  settings->sources[row] = CM_BY_DEFAULT;
}

/* ---- reading one value --------------------------------------------------------------------- */

static int parse_integer(const cm_setting *setting, const char *text, int *out, cm_err *err) {
  char *end = NULL;
  long long number = strtoll(text, &end, 10);
  bool starts_well = (*text >= '0' && *text <= '9') || *text == '-';
  if (!starts_well || *end != '\0' || number < setting->min || number > setting->max) {
    return cm_err_set(err, SQLITE_ERROR, "%s cannot be '%.40s' (%s): give %d to %d", setting->name,
                      text, starts_well && *end == '\0' ? "out of bounds" : "not a whole number",
                      setting->min, setting->max);
  }
  *out = (int)number;
  return SQLITE_OK;
}

static int parse_boolean(const cm_setting *setting, const char *text, bool *out, cm_err *err) {
  static const char *const words[][2] = {
    { "0", "1" }, { "off", "on" }, { "false", "true" }, { "no", "yes" }
  };
  for (size_t i = 0; i < cm_countof(words); i++) {
    for (int value = 0; value <= 1; value++) {
      if (sqlite3_stricmp(words[i][value], text) != 0) continue;
      *out = value == 1;
      return SQLITE_OK;
    }
  }
  return cm_err_set(err, SQLITE_ERROR, "%s cannot be '%.40s' (it is on or off): give 1 or 0",
                    setting->name, text);
}

static int parse_word(const cm_setting *setting, const char *text, int *out, cm_err *err) {
  char words[256] = "";
  for (int i = 0; setting->words[i] != NULL; i++) {
    if (sqlite3_stricmp(setting->words[i], text) == 0) {
      *out = i;
      return SQLITE_OK;
    }
    size_t len = strlen(words);
    sqlite3_snprintf((int)(sizeof words - len), words + len, "%s%s", i > 0 ? ", " : "",
                     setting->words[i]);
  }
  return cm_err_set(err, SQLITE_ERROR, "%s cannot be '%.40s' (no such word): give one of %s",
                    setting->name, text, words);
}

/** Visible ASCII without a colon: what the user name of Basic authorisation can carry. */
static bool is_key(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (text[i] <= ' ' || text[i] >= 0x7f || text[i] == ':') return false;
  }
  return len > 0;
}

static bool has_control(const char *text) {
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text < ' ' || *text == 0x7f) return true;
  }
  return false;
}

/** An address that a path can be put behind: no query, no fragment, no name and password. */
static int check_base_url(const char *url, cm_err *err) {
  if (!cm_http_is_allowed(url, err)) {
    cm_err_prefix(err, "base_url");
    return SQLITE_ERROR;
  }
  if (strpbrk(url, "?#@ ") != NULL) {
    return cm_err_set(err, SQLITE_ERROR,
                      "base_url cannot hold a query, a fragment or a user name (paths are put "
                      "behind it): give scheme, host and path");
  }
  return SQLITE_OK;
}

static int check_text(const cm_setting *setting, const char *text, cm_err *err) {
  if (setting->is_secret) {
    if (is_key(text, strlen(text))) return SQLITE_OK;
    return cm_err_set(err, SQLITE_ERROR,
                      "%s cannot be this text (it holds a space, a colon or a character outside "
                      "ASCII): copy the key again",
                      setting->name);
  }
  if (strlen(text) > MAX_TEXT_BYTES || has_control(text)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s cannot be this text (longer than %d bytes, or it holds a control "
                      "character): give one line",
                      setting->name, MAX_TEXT_BYTES);
  }
  return strcmp(setting->name, "base_url") == 0 ? check_base_url(text, err) : SQLITE_OK;
}

/* ---- setting one value --------------------------------------------------------------------- */

static void forget_keys(cm_settings *settings) {
  if (settings->api_key != NULL || settings->api_key_file != NULL)
    settings->is_key_elsewhere = true;
  forget(settings, "api_key");
  forget(settings, "api_key_file");
}

/** What a new text means for the other settings; called before it takes its place. */
static void apply_text(cm_settings *settings, const cm_setting *setting, const char *text) {
  if (strcmp(setting->name, "base_url") == 0) {
    const char *old = settings->base_url;
    if (old != NULL && text != NULL && !cm_http_is_same_origin(old, text)) forget_keys(settings);
  } else if (text != NULL && strcmp(setting->name, "api_key") == 0) {
    forget(settings, "api_key_file");
  } else if (text != NULL && strcmp(setting->name, "api_key_file") == 0) {
    forget(settings, "api_key");
  }
}

static int set_text(cm_settings *settings, const cm_setting *setting, const char *text,
                    cm_err *err) {
  if (text == NULL || *text == '\0') text = setting->default_value;
  char *copy = NULL;
  if (text != NULL) {
    int rc = check_text(setting, text, err);
    if (rc != SQLITE_OK) return rc;
    copy = sqlite3_mprintf("%s", text);
    if (copy == NULL) return cm_err_nomem(err);
  }
  if (copy != NULL && strcmp(setting->name, "base_url") == 0) {
    for (size_t len = strlen(copy); len > 0 && copy[len - 1] == '/'; len--)
      copy[len - 1] = '\0';
  }
  apply_text(settings, setting, copy);
  replace_text(settings, setting, copy);
  return SQLITE_OK;
}

static int set_boolean(cm_settings *settings, const cm_setting *setting, const char *text,
                       cm_err *err) {
  bool *place = place_of(settings, setting);
  bool wanted = false;
  int rc = parse_boolean(setting, text, &wanted, err);
  if (rc != SQLITE_OK) return rc;
  if (*place && !wanted && strcmp(setting->name, "read_only") == 0) {
    return cm_err_set(err, SQLITE_READONLY,
                      "read_only cannot be unset (it holds for the life of the connection): open "
                      "another connection to write");
  }
  *place = wanted;
  return SQLITE_OK;
}

static int set_value(cm_settings *settings, int row, const char *value, cm_err *err) {
  const cm_setting *setting = &table[row];
  if (setting->type == CM_SETTING_TEXT) return set_text(settings, setting, value, err);
  if (value == NULL) value = setting->default_value;
  if (setting->type == CM_SETTING_BOOLEAN) return set_boolean(settings, setting, value, err);
  int number = 0;
  int rc = setting->type == CM_SETTING_WORD ? parse_word(setting, value, &number, err)
                                            : parse_integer(setting, value, &number, err);
  if (rc != SQLITE_OK) return rc;
  *(int *)place_of(settings, setting) = number;
  return SQLITE_OK;
}

static int unknown_name(const char *name, cm_err *err) {
  char names[512] = "";
  for (size_t row = 0; row < cm_countof(table); row++) {
    size_t len = strlen(names);
    sqlite3_snprintf((int)(sizeof names - len), names + len, "%s%s", row > 0 ? ", " : "",
                     table[row].name);
  }
  return cm_err_set(err, SQLITE_ERROR,
                    "there is no setting '%.40s' (misspelt?): the settings are %s",
                    name != NULL ? name : "NULL", names);
}

int cm_setting_set(cm_settings *settings, const char *name, const char *value, cm_err *err) {
  int row = cm_setting_find(name);
  if (row < 0) return unknown_name(name, err);
  int rc = set_value(settings, row, value, err);
  if (rc == SQLITE_OK) {
    bool is_set = value != NULL && *value != '\0';
    settings->sources[row] = is_set ? CM_BY_CONFIG : CM_BY_DEFAULT;
  }
  return rc;
}

/* ---- all of them --------------------------------------------------------------------------- */

static int set_defaults(cm_settings *settings, cm_err *err) {
  int rc = SQLITE_OK;
  memset(settings, 0, sizeof *settings);
  for (int row = 0; rc == SQLITE_OK && row < (int)cm_countof(table); row++) {
    if (table[row].default_value != NULL) rc = set_value(settings, row, NULL, err);
  }
  return rc;
}

static int set_from_environment(cm_settings *settings, int row, cm_err *err) {
  char variable[64] = ENVIRONMENT_PREFIX;
  size_t len = strlen(ENVIRONMENT_PREFIX);
  for (const char *at = table[row].name; *at != '\0' && len < sizeof variable - 1; at++) {
    variable[len++] = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
  }
  variable[len] = '\0';
  const char *value = getenv(variable);
  if (value == NULL || *value == '\0') return SQLITE_OK;
  int rc = set_value(settings, row, value, err);
  if (rc == SQLITE_OK) {
    settings->sources[row] = CM_BY_ENVIRONMENT;
  } else {
    cm_err_prefix(err, variable);
  }
  return rc;
}

int cm_settings_init(cm_settings *settings, cm_err *err) {
  int rc = set_defaults(settings, err);
  for (int row = (int)cm_countof(table) - 1; rc == SQLITE_OK && row >= 0; row--) {
    rc = set_from_environment(settings, row, err);
  }
  if (rc != SQLITE_OK) {
    cm_settings_clear(settings);
    set_defaults(settings, NULL);
  }
  return rc;
}

void cm_settings_clear(cm_settings *settings) {
  for (size_t row = 0; row < cm_countof(table); row++) {
    if (table[row].type == CM_SETTING_TEXT) replace_text(settings, &table[row], NULL);
  }
}

bool cm_setting_has_value(const cm_settings *settings, int row) {
  if (row < 0 || row >= (int)cm_countof(table)) return false;
  if (table[row].type != CM_SETTING_TEXT || table[row].is_secret) return true;
  return *(char *const *)value_of(settings, &table[row]) != NULL;
}

char *cm_setting_get(const cm_settings *settings, int row) {
  if (row < 0 || row >= (int)cm_countof(table)) return NULL;
  const cm_setting *setting = &table[row];
  const void *place = value_of(settings, setting);
  switch (setting->type) {
  case CM_SETTING_TEXT: {
    const char *text = *(char *const *)place;
    if (setting->is_secret) text = text != NULL ? "set" : "not set";
    return text != NULL ? sqlite3_mprintf("%s", text) : NULL;
  }
  case CM_SETTING_INTEGER: return sqlite3_mprintf("%d", *(const int *)place);
  case CM_SETTING_BOOLEAN: return sqlite3_mprintf("%d", *(const bool *)place);
  case CM_SETTING_WORD: return sqlite3_mprintf("%s", setting->words[*(const int *)place]);
  }
  return NULL;
}

/* ---- the key ------------------------------------------------------------------------------- */

/** Read a small regular file into `bytes`, one more than allowed so that too long shows. */
static const char *read_small_file(const char *path, char *bytes, size_t size, size_t *out_len) {
  struct stat status;
  const char *why = NULL;
  size_t len = 0;
  /* O_NONBLOCK: opening a pipe that nobody writes to would hang */
  int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return "it cannot be opened";
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) why = "it is no regular file";
  while (why == NULL && len < size) {
    ssize_t count = read(file, bytes + len, size - len);
    if (count < 0) why = "it cannot be read";
    if (count <= 0) break;
    len += (size_t)count;
  }
  close(file);
  if (why == NULL && len == size) why = "it is longer than 4 KiB";
  *out_len = len;
  return why;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static int key_from_file(const char *path, char **out, cm_err *err) {
  char bytes[MAX_KEY_FILE_BYTES + 1];
  size_t len = 0;
  int rc = SQLITE_OK;
  const char *why = read_small_file(path, bytes, sizeof bytes, &len);
  if (why == NULL) {
    const char *line_end = memchr(bytes, '\n', len);
    const char *end = line_end != NULL ? line_end : bytes + len;
    const char *start = bytes;
    while (start < end && is_space(*start))
      start++;
    while (end > start && is_space(end[-1]))
      end--;
    if (!is_key(start, (size_t)(end - start))) {
      why = "its first line is no API key";
    } else {
      *out = sqlite3_mprintf("%.*s", (int)(end - start), start);
      if (*out == NULL) rc = cm_err_nomem(err);
    }
  }
  cm_secret_wipe(bytes, sizeof bytes);
  if (why == NULL) return rc;
  return cm_err_set(err, SQLITE_ERROR,
                    "no API key (api_key_file '%.200s': %s): let api_key_file name a file whose "
                    "first line is the key",
                    path, why);
}

int cm_settings_api_key(const cm_settings *settings, char **out, cm_err *err) {
  *out = NULL;
  if (settings->api_key != NULL) {
    *out = sqlite3_mprintf("%s", settings->api_key);
    return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
  }
  if (settings->api_key_file != NULL) return key_from_file(settings->api_key_file, out, err);
  if (settings->is_key_elsewhere) {
    return cm_err_set(err, SQLITE_AUTH,
                      "no API key for base_url, now %.100s (the key that was set is for another "
                      "origin, and is not sent there): give it anew with SELECT "
                      "chartmogul_config('api_key', '…')",
                      settings->base_url);
  }
  return cm_err_set(err, SQLITE_AUTH,
                    "no API key (neither api_key nor CHARTMOGUL_API_KEY is set): SELECT "
                    "chartmogul_config('api_key', '…') or set CHARTMOGUL_API_KEY");
}
