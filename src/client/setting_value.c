#include "client/setting_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"

int cm_setting_parse_integer(const cm_setting *setting, const char *text, int *out, cm_err *err) {
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

int cm_setting_parse_boolean(const cm_setting *setting, const char *text, bool *out, cm_err *err) {
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

int cm_setting_parse_word(const cm_setting *setting, const char *text, int *out, cm_err *err) {
  char words[256] = "";
  for (int i = 0; setting->words[i] != NULL; i++) {
    if (sqlite3_stricmp(setting->words[i], text) == 0) {
      *out = i;
      return SQLITE_OK;
    }
    cm_setting_list_word(words, sizeof words, setting->words[i]);
  }
  return cm_err_set(err, SQLITE_ERROR, "%s cannot be '%.40s' (no such word): give one of %s",
                    setting->name, text, words);
}
