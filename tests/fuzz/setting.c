/*
** Any names and values of settings, one after the other as "name=value" lines. Whatever was refused left
** the settings as they were; what was taken reads back; the key is never shown, and another origin forgets it.
*/
#include <stdlib.h>
#include <string.h>

#include "client/setting.h"
#include "target.h"
#include "wire/http.h"
#include "wire/http_url.h"

static void check_texts(const cm_settings *settings) {
  for (int i = 0; i < cm_setting_count(); i++) {
    const cm_setting *setting = cm_setting_at(i);
    char *shown = cm_setting_get(settings, i);
    if (setting->is_secret) require(strcmp(shown, "set") == 0 || strcmp(shown, "not set") == 0);
    if (setting->type == CM_SETTING_INTEGER) {
      long long number = strtoll(shown, NULL, 10);
      require(number >= setting->min && number <= setting->max);
    }
    sqlite3_free(shown);
  }
  require(settings->base_url != NULL && cm_http_is_allowed(settings->base_url, NULL));
  require(settings->base_url[strlen(settings->base_url) - 1] != '/');
}

static void set(cm_settings *settings, const char *name, const char *value) {
  cm_err err = { 0 };
  char *base_url = sqlite3_mprintf("%s", settings->base_url);
  bool had_key = settings->api_key != NULL;
  bool was_read_only = settings->read_only;
  int code = cm_setting_set(settings, name, value, &err);
  require(code == SQLITE_OK || err.text[0] != '\0');
  require(settings->read_only || !was_read_only);
  check_texts(settings);
  bool is_moved = !cm_http_is_same_origin(base_url, settings->base_url);
  if (is_moved) require(settings->api_key == NULL && settings->api_key_file == NULL);
  if (code != SQLITE_OK) require(strcmp(base_url, settings->base_url) == 0);
  if (code != SQLITE_OK) require(had_key == (settings->api_key != NULL));
  sqlite3_free(base_url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input left = { (const char *)data, size };
  cm_settings settings;
  cm_err err = { 0 };
  require(cm_settings_init(&settings, &err) == SQLITE_OK);
  while (left.left > 0) {
    cm_slice line = input_part(&left, '\n');
    char *name = (char *)(uintptr_t)line.ptr;
    char *value = strchr(name, '=');
    if (value != NULL) *value++ = '\0';
    set(&settings, name, value);
    free(name);
  }
  cm_settings_clear(&settings);
  return 0;
}
