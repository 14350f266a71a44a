/*
** setting_name.c -- the names of accounts, and of the environment's variables. See client/setting.h.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "client/setting.h"
#include "spec/registry.h"

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

/** Does a name begin with the word, which is followed by an underscore or by nothing? */
static bool begins_with(const char *name, const char *word) {
  size_t len = strlen(word);
  return strncmp(name, word, len) == 0 && (name[len] == '\0' || name[len] == '_');
}

/** Tables whose names would begin so are SQLite's, and ours of the first account. */
static bool is_reserved(const char *name) {
  return begins_with(name, "sqlite") || begins_with(name, "chartmogul");
}

/* ---- names of two accounts that are one --------------------------------------------------------------- */

enum { MAX_SHARED = 128 };

/** What stands behind the account in a name, NULL: it does not begin with it. @param account  "": the first. */
static const char *behind(const char *name, const char *account) {
  size_t len = strlen(account);
  if (len == 0) return name;
  return strncmp(name, account, len) == 0 && name[len] == '_' ? name + len + 1 : NULL;
}

/** Has the account a table of this short name? */
static bool has_table(const char *account, const char *name) {
  const char *rest = behind(name, account);
  char table[MAX_SHARED];
  if (rest == NULL) return false;
  sqlite3_snprintf((int)sizeof table, table, CM_TABLE_PREFIX "%s", rest);
  return cm_registry_find(table) != NULL;
}

/** The first name of a table of one account that another one has, too. @return false: there is none. */
static bool find_shared(const char *name, const char *other, char shared[MAX_SHARED]) {
  int count = 0;
  const cm_resource *const *tables = cm_registry_list(&count);
  for (int i = 0; i < count; i++) {
    const char *shorter = tables[i]->name + strlen(CM_TABLE_PREFIX);
    sqlite3_snprintf(MAX_SHARED, shared, "%s_%s", name, shorter);
    if (has_table(other, shared)) return true;
  }
  return false;
}

int cm_setting_check_accounts(const char *name, const char *other, cm_err *err) {
  enum { ALL_BUT_ONE = CM_MAX_ACCOUNT_NAME - 1 };
  char shared[MAX_SHARED];
  bool is_first = *other == '\0';
  if (!find_shared(name, other, shared)) return SQLITE_OK;
  return cm_err_set(err, SQLITE_ERROR,
                    "'%s' cannot be the name of an account (it would bring the name %s, which %s%s "
                    "has): name it otherwise, such as '%.*s2'",
                    name, shared, is_first ? "the first account" : "account ", other, ALL_BUT_ONE,
                    name);
}

int cm_setting_account_name(const char *name, char *out, cm_err *err) {
  size_t len = strlen(name);
  bool is_name = len > 0 && len <= CM_MAX_ACCOUNT_NAME && is_letter(name[0]);
  for (size_t i = 0; i < len && is_name; i++) {
    is_name = is_in_name(name[i]);
    out[i] = lower(name[i]);
  }
  if (!is_name)
    return cm_err_set(err, SQLITE_ERROR,
                      "'%.40s' cannot be the name of an account (it has another form): give a "
                      "letter, and up to %d letters, digits and underscores behind it",
                      name, CM_MAX_ACCOUNT_NAME - 1);
  out[len] = '\0';
  if (is_reserved(out))
    return cm_err_set(err, SQLITE_ERROR,
                      "'%s' cannot be the name of an account (names that begin so are reserved): "
                      "name it otherwise, such as 'eu'",
                      name);
  return cm_setting_check_accounts(out, "", err);
}

void cm_setting_variable(const char *account, const char *name, char out[CM_SETTING_VARIABLE]) {
  sqlite3_snprintf(CM_SETTING_VARIABLE, out, "CHARTMOGUL_%s%s%s", account != NULL ? account : "",
                   account != NULL ? "_" : "", name);
  for (; *out != '\0'; out++)
    *out = upper(*out);
}
