/*
** setting_account.c -- what each account has by itself. See client/setting.h.
*/
#include <stdlib.h>

#include "base/sqlite_api.h"
#include "client/setting.h"

bool cm_setting_has_account(const char *name) {
  for (int row = 0; row < cm_setting_count(); row++) {
    const cm_setting *setting = cm_setting_at(row);
    char variable[CM_SETTING_VARIABLE];
    if (!setting->is_of_account) continue;
    cm_setting_variable(name, setting->name, variable);
    const char *value = getenv(variable);
    if (value != NULL && *value != '\0') return true;
  }
  return false;
}

int cm_setting_refuse_account(int row, cm_err *err) {
  const char *name = cm_setting_at(row)->name;
  return cm_err_set(err, SQLITE_ERROR,
                    "%s is one for all accounts (an account has its own api_key, api_key_file, "
                    "base_url, ca_file, concurrency and requests_per_second): name it without "
                    "the account",
                    name);
}
