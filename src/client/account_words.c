/*
** account_words.c -- texts that speak of another account than the first: eu_customers, eu.api_key. See client/session.h.
**
** All rooms speak of tables and settings by the names that they have for the first account. Who follows the advice of an error
** must not change, or ask, the wrong account: so the names are changed where a text leaves for the user.
*/
#include <string.h>

#include "base/buf.h"
#include "base/sqlite_api.h"
#include "client/session.h"
#include "spec/registry.h"

static const char prefix[] = CM_TABLE_PREFIX;
enum { PREFIX_LEN = sizeof prefix - 1, MAX_TEXT = 1024 * 1024 };

static bool is_in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_table(const char *word) {
  return strncmp(word, prefix, PREFIX_LEN) == 0 && cm_registry_find(word) != NULL;
}

static bool is_own_setting(const char *word) {
  int row = cm_setting_find(word);
  return row >= 0 && cm_setting_at(row)->is_of_account;
}

/** The setting that the word is the variable of; NULL: none. */
static const char *setting_of_variable(const char *word) {
  for (int row = 0; row < cm_setting_count(); row++) {
    const cm_setting *setting = cm_setting_at(row);
    char variable[CM_SETTING_VARIABLE];
    if (!setting->is_of_account) continue;
    cm_setting_variable(NULL, setting->name, variable);
    if (strcmp(variable, word) == 0) return setting->name;
  }
  return NULL;
}

/** Append a word as it is for the account. @return true where that is another one. */
static bool put_word(const char *account, const char *word, bool is_behind_dot, cm_buf *out) {
  char variable[CM_SETTING_VARIABLE];
  const char *setting = setting_of_variable(word);
  if (setting != NULL) {
    cm_setting_variable(account, setting, variable);
    cm_buf_text(out, variable);
  } else if (is_table(word)) {
    cm_buf_printf(out, "%s_%s", account, word + PREFIX_LEN);
  } else if (!is_behind_dot && is_own_setting(word)) {
    cm_buf_printf(out, "%s.%s", account, word);
  } else {
    cm_buf_text(out, word);
    return false;
  }
  return true;
}

/** Append the text in the account's words. @return true where it has any. */
static bool put_text(const char *account, const char *text, cm_buf *out) {
  enum { LONGEST = 64 }; /* no name of ours is longer */
  bool is_any = false;
  for (const char *at = text; *at != '\0';) {
    char word[LONGEST + 1];
    size_t len = 0;
    while (is_in_word(at[len]))
      len++;
    if (len == 0 || len > LONGEST) {
      cm_buf_append(out, at, len > 0 ? len : 1);
      at += len > 0 ? len : 1;
      continue;
    }
    memcpy(word, at, len);
    word[len] = '\0';
    is_any = put_word(account, word, at > text && at[-1] == '.', out) || is_any;
    at += len;
  }
  return is_any;
}

char *cm_session_account_words(const char *account, const char *text) {
  cm_buf out;
  if (account[0] == '\0') return sqlite3_mprintf("%s", text);
  cm_buf_init(&out, MAX_TEXT);
  put_text(account, text, &out);
  int code = out.code;
  if (code == SQLITE_OK) return cm_buf_take(&out);
  cm_buf_clear(&out);
  return code == SQLITE_TOOBIG ? sqlite3_mprintf("%s", text) : NULL;
}

void cm_session_name_account(const cm_session *session, cm_err *err) {
  cm_err named = *err;
  cm_buf out;
  if (session->name[0] == '\0' || err->code == SQLITE_OK || err->code == SQLITE_NOMEM) return;
  cm_buf_init(&out, MAX_TEXT);
  bool is_any = put_text(session->name, err->text, &out);
  const char *text = out.code == SQLITE_OK ? cm_buf_str(&out) : err->text;
  const char *rest = strncmp(text, prefix, PREFIX_LEN) == 0 ? strstr(text, ": ") : NULL;
  size_t who = rest != NULL ? (size_t)(rest - text) + 2 : 0; /* "chartmogul_request: " */
  if (is_any) {
    cm_err_set(&named, err->code, "%s", text);
  } else {
    cm_err_set(&named, err->code, "%.*saccount %s: %s", (int)who, text, session->name, text + who);
  }
  memcpy(err->text, named.text, sizeof err->text);
  cm_buf_clear(&out);
}
