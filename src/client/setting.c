#include "client/setting.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/sqlite_api.h"
#include "client/setting_value.h"
#include "wire/http_url.h"

enum { MAX_TEXT_BYTES = 4096 };

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

/** What was wrong with the value in the environment is right now, or matters no more. */
static void settle(cm_settings *settings, int row) {
  sqlite3_free(settings->wrong[row]);
  settings->wrong[row] = NULL;
}

/** Make a text without a default unset. */
static void forget(cm_settings *settings, const char *name) {
  int row = cm_setting_find(name);
  replace_text(settings, cm_setting_at(row), NULL);
  settle(settings, row);
  settings->sources[row] = CM_BY_DEFAULT;
}

/* ---- setting one value --------------------------------------------------------------------- */

static void forget_keys(cm_settings *settings) {
  if (settings->api_key != NULL || settings->api_key_file != NULL)
    settings->scope.is_key_elsewhere = true;
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

static void to_lower_case(char *text) {
  for (; *text != '\0'; text++) {
    if (*text >= 'A' && *text <= 'Z') *text = (char)(*text - 'A' + 'a');
  }
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
    if (cm_setting_is_key(text, strlen(text))) return SQLITE_OK;
    return cm_err_set(err, SQLITE_ERROR,
                      "%s cannot be this text (it holds a space, a colon or a character outside "
                      "ASCII): copy the key again",
                      setting->name);
  }
  if (strcmp(setting->name, "account") == 0) {
    char known[CM_MAX_ACCOUNT_NAME + 1];
    return cm_setting_account_name(text, known, err);
  }
  if (strlen(text) > MAX_TEXT_BYTES || has_control(text)) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s cannot be this text (longer than %d bytes, or it holds a control "
                      "character): give one line",
                      setting->name, MAX_TEXT_BYTES);
  }
  return strcmp(setting->name, "base_url") == 0 ? check_base_url(text, err) : SQLITE_OK;
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
  if (copy != NULL && strcmp(setting->name, "account") == 0) to_lower_case(copy);
  apply_text(settings, setting, copy);
  replace_text(settings, setting, copy);
  return SQLITE_OK;
}

static int set_boolean(cm_settings *settings, const cm_setting *setting, const char *text,
                       cm_err *err) {
  bool *place = place_of(settings, setting);
  bool wanted = false;
  int rc = cm_setting_parse_boolean(setting, text, &wanted, err);
  if (rc != SQLITE_OK) return rc;
  if (*place && !wanted && setting->latch_code != SQLITE_OK) {
    return cm_err_set(err, setting->latch_code,
                      "%s cannot be unset (it holds for the life of the connection): open another "
                      "connection%s",
                      setting->name, setting->latch_code == SQLITE_READONLY ? " to write" : "");
  }
  *place = wanted;
  return SQLITE_OK;
}

static int set_value(cm_settings *settings, int row, const char *value, cm_err *err) {
  const cm_setting *setting = cm_setting_at(row);
  if (setting->type == CM_SETTING_TEXT) return set_text(settings, setting, value, err);
  if (value == NULL) value = setting->default_value;
  if (setting->type == CM_SETTING_BOOLEAN) return set_boolean(settings, setting, value, err);
  int number = 0;
  int rc = setting->type == CM_SETTING_WORD
               ? cm_setting_parse_word(setting, value, &number, err)
               : cm_setting_parse_integer(setting, value, &number, err);
  if (rc != SQLITE_OK) return rc;
  *(int *)place_of(settings, setting) = number;
  return SQLITE_OK;
}

/** A copy without the line's end that files and shells leave behind a value, and a key without blanks. */
static char *trim(const cm_setting *setting, const char *value) {
  const char *left_out = setting->is_secret ? " \t\r\n" : "\t\r\n";
  const char *start = value + strspn(value, left_out);
  size_t len = strlen(start);
  while (len > 0 && strchr(left_out, start[len - 1]) != NULL)
    len--;
  return sqlite3_mprintf("%.*s", (int)len, start);
}

/** Trim and set; `is_set` says whether anything was left of the value. */
static int take_value(cm_settings *settings, int row, const char *value, bool *is_set,
                      cm_err *err) {
  char *trimmed = value != NULL ? trim(cm_setting_at(row), value) : NULL;
  if (value != NULL && trimmed == NULL) return cm_err_nomem(err);
  int rc = set_value(settings, row, trimmed, err);
  *is_set = trimmed != NULL && *trimmed != '\0';
  cm_secret_free(trimmed);
  if (rc == SQLITE_OK) settle(settings, row);
  return rc;
}

/*
** Which account is meant may be closed to SQL. A file that SQL names is read only for the host that the
** environment names: else SQL could send the first line of any file to any host.
*/
static int check_allowed(const cm_settings *settings, const cm_setting *setting, const char *value,
                         cm_err *err) {
  if (settings->lock_settings && setting->is_lockable) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s cannot change any more (lock_settings is set): open another connection",
                      setting->name);
  }
  bool is_file = value != NULL && *value != '\0' && strcmp(setting->name, "api_key_file") == 0;
  if (!is_file || cm_http_is_same_origin(settings->scope.first_base_url, settings->base_url))
    return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "api_key_file cannot be set now (base_url was set to another host, which would "
                    "be sent a line of the file): give that host's key as text, to api_key");
}

int cm_setting_set(cm_settings *settings, const char *name, const char *value, cm_err *err) {
  int row = cm_setting_find(name);
  bool is_set = false;
  if (row < 0) return cm_setting_refuse_name(name, err);
  int rc = check_allowed(settings, cm_setting_at(row), value, err);
  if (rc == SQLITE_OK) rc = take_value(settings, row, value, &is_set, err);
  if (rc == SQLITE_OK) settings->sources[row] = is_set ? CM_BY_CONFIG : CM_BY_DEFAULT;
  return rc;
}

/* ---- all of them --------------------------------------------------------------------------- */

static int set_defaults(cm_settings *settings, cm_err *err) {
  int rc = SQLITE_OK;
  memset(settings, 0, sizeof *settings);
  for (int row = 0; rc == SQLITE_OK && row < cm_setting_count(); row++) {
    if (cm_setting_at(row)->default_value != NULL) rc = set_value(settings, row, NULL, err);
  }
  return rc;
}

static int set_from_environment(cm_settings *settings, int row, cm_err *err) {
  const cm_setting *setting = cm_setting_at(row);
  char variable[CM_SETTING_VARIABLE];
  cm_setting_variable(settings->scope.name, setting->name, variable);
  const char *value = getenv(variable);
  bool is_set = false;
  if (value == NULL || *value == '\0') return SQLITE_OK;
  int rc = take_value(settings, row, value, &is_set, err);
  if (rc == SQLITE_OK && is_set) settings->sources[row] = CM_BY_ENVIRONMENT;
  if (rc == SQLITE_OK || rc == SQLITE_NOMEM) return rc;
  cm_err_prefix(err, variable);
  if (setting->latch_code != SQLITE_OK) *(bool *)place_of(settings, setting) = true;
  settings->wrong[row] = sqlite3_mprintf("%s", err->text);
  return settings->wrong[row] != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** Is the value of the row the settings' own, and not the first account's? */
static bool is_own(const cm_settings *settings, int row) {
  return settings->scope.first == NULL || cm_setting_at(row)->is_of_account;
}

void cm_settings_share(cm_settings *settings) {
  static const size_t sizes[] = { [CM_SETTING_TEXT] = sizeof(char *),
                                  [CM_SETTING_INTEGER] = sizeof(int),
                                  [CM_SETTING_BOOLEAN] = sizeof(bool),
                                  [CM_SETTING_WORD] = sizeof(int) };
  for (int row = 0; row < cm_setting_count(); row++) {
    const cm_setting *setting = cm_setting_at(row);
    if (is_own(settings, row)) continue;
    memcpy(place_of(settings, setting), value_of(settings->scope.first, setting),
           sizes[setting->type]);
  }
}

/** The rows that are the settings' own, from the environment, and what that says for later. */
static int take_environment(cm_settings *settings, cm_err *err) {
  int rc = SQLITE_OK;
  for (int row = cm_setting_count() - 1; rc == SQLITE_OK && row >= 0; row--) {
    if (is_own(settings, row)) rc = set_from_environment(settings, row, err);
  }
  if (rc != SQLITE_OK) return rc;
  settings->scope.first_base_url = sqlite3_mprintf("%s", settings->base_url);
  return settings->scope.first_base_url != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

int cm_settings_init(cm_settings *settings, cm_err *err) {
  cm_err wrong = { 0 };
  int rc = set_defaults(settings, &wrong);
  if (rc == SQLITE_OK) rc = take_environment(settings, &wrong);
  if (rc == SQLITE_OK) return SQLITE_OK;
  cm_settings_clear(settings);
  set_defaults(settings, NULL);
  return cm_err_nomem(err);
}

int cm_settings_init_account(cm_settings *settings, const cm_settings *first, const char *name,
                             cm_err *err) {
  cm_err wrong = { 0 };
  memset(settings, 0, sizeof *settings);
  settings->scope.first = first;
  settings->scope.name = name;
  int rc = SQLITE_OK;
  for (int row = 0; rc == SQLITE_OK && row < cm_setting_count(); row++) {
    bool has_default = is_own(settings, row) && cm_setting_at(row)->default_value != NULL;
    if (has_default) rc = set_value(settings, row, NULL, &wrong);
  }
  if (rc == SQLITE_OK) rc = take_environment(settings, &wrong);
  if (rc == SQLITE_OK) {
    cm_settings_share(settings);
    return SQLITE_OK;
  }
  cm_settings_clear(settings);
  return cm_err_nomem(err);
}

int cm_settings_check(const cm_settings *settings, cm_err *err) {
  for (int row = 0; row < cm_setting_count(); row++) {
    const cm_settings *of = is_own(settings, row) ? settings : settings->scope.first;
    if (of->wrong[row] != NULL) return cm_err_set(err, SQLITE_ERROR, "%s", of->wrong[row]);
  }
  return SQLITE_OK;
}

void cm_settings_clear(cm_settings *settings) {
  for (int row = 0; row < cm_setting_count(); row++) {
    const cm_setting *setting = cm_setting_at(row);
    if (setting->type == CM_SETTING_TEXT && is_own(settings, row))
      replace_text(settings, setting, NULL);
    settle(settings, row);
  }
  sqlite3_free(settings->scope.first_base_url);
  settings->scope.first_base_url = NULL;
}

bool cm_setting_has_value(const cm_settings *settings, int row) {
  const cm_setting *setting = cm_setting_at(row);
  if (setting == NULL) return false;
  if (setting->type != CM_SETTING_TEXT || setting->is_secret) return true;
  return *(char *const *)value_of(settings, setting) != NULL;
}

char *cm_setting_get(const cm_settings *settings, int row) {
  const cm_setting *setting = cm_setting_at(row);
  if (setting == NULL) return NULL;
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
