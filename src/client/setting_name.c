/*
** setting_name.c -- the names of accounts, and of the environment's variables. See client/setting.h.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "client/setting.h"

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_in_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static char upper(char c) {
  return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/** Tables whose names would begin so are SQLite's, and ours of the first account. */
static bool is_reserved(const char *name) {
  return strcmp(name, "sqlite") == 0 || strcmp(name, "chartmogul") == 0;
}

int cm_setting_account_name(const char *name, char *out, cm_err *err) {
  size_t len = strlen(name);
  bool is_name = len > 0 && len <= CM_MAX_ACCOUNT_NAME && is_letter(name[0]);
  for (size_t i = 0; i < len && is_name; i++) {
    is_name = is_in_name(name[i]);
    out[i] = lower(name[i]);
  }
  if (is_name) out[len] = '\0';
  if (is_name && !is_reserved(out)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "'%.40s' cannot be the name of an account (%s): give a letter, and up to %d "
                    "letters, digits and underscores behind it",
                    name, is_name ? "it is reserved" : "it has another form",
                    CM_MAX_ACCOUNT_NAME - 1);
}

void cm_setting_variable(const char *account, const char *name, char out[CM_SETTING_VARIABLE]) {
  sqlite3_snprintf(CM_SETTING_VARIABLE, out, "CHARTMOGUL_%s%s%s", account != NULL ? account : "",
                   account != NULL ? "_" : "", name);
  for (; *out != '\0'; out++)
    *out = upper(*out);
}
