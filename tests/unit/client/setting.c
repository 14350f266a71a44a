/*
** Unit test of src/client/setting.c: the table, the environment, and what happens to the API key.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sqlite_api.h"
#include "client/setting.h"

static const char key[] = "0123456789abcdef0123456789abcdef";

static void variable_of(const char *name, char out[64]) {
  snprintf(out, 64, "CHARTMOGUL_%s", name);
  for (; *out != '\0'; out++) {
    if (*out >= 'a' && *out <= 'z') *out = (char)(*out - 'a' + 'A');
  }
}

static int clean_environment(void **state) {
  (void)state;
  for (int i = 0; i < cm_setting_count(); i++) {
    char variable[64];
    variable_of(cm_setting_at(i)->name, variable);
    unsetenv(variable);
  }
  return 0;
}

static cm_settings fresh(void) {
  cm_settings settings;
  cm_err err = { 0 };
  assert_int_equal(cm_settings_init(&settings, &err), SQLITE_OK);
  return settings;
}

static void set(cm_settings *settings, const char *name, const char *value) {
  cm_err err = { 0 };
  if (cm_setting_set(settings, name, value, &err) != SQLITE_OK) fail_msg("%s", err.text);
}

static void refuses(cm_settings *settings, const char *name, const char *value, const char *words) {
  cm_err err = { 0 };
  assert_int_not_equal(cm_setting_set(settings, name, value, &err), SQLITE_OK);
  if (strstr(err.text, words) == NULL) fail_msg("'%s' is not in: %s", words, err.text);
}

static void shows(const cm_settings *settings, const char *name, const char *expected) {
  char *text = cm_setting_get(settings, cm_setting_find(name));
  if (expected == NULL) {
    assert_null(text);
  } else {
    assert_non_null(text);
    assert_string_equal(text, expected);
  }
  sqlite3_free(text);
}

/* ---- the table ----------------------------------------------------------------------------- */

static void defaults_are_the_tables(void **state) {
  (void)state;
  cm_settings settings = fresh();
  assert_int_equal(cm_setting_count(), 25);
  for (int i = 0; i < cm_setting_count(); i++) {
    assert_int_equal(cm_setting_find(cm_setting_at(i)->name), i);
    assert_int_equal(cm_setting_at(i)->doc[strlen(cm_setting_at(i)->doc) - 1], '.');
    assert_int_equal(settings.sources[i], CM_BY_DEFAULT);
    shows(&settings, cm_setting_at(i)->name,
          cm_setting_at(i)->is_secret ? "not set" : cm_setting_at(i)->default_value);
  }
  assert_int_equal(settings.timeout_ms, 30000);
  assert_int_equal(settings.concurrency, 8);
  assert_int_equal(settings.requests_per_second, 40);
  assert_int_equal(settings.write_mode, CM_WRITE_COMMIT);
  assert_int_equal(settings.on_refusal, CM_REFUSAL_STOPS);
  assert_string_equal(settings.base_url, "https://api.chartmogul.com/v1");
  cm_settings_clear(&settings);
  assert_null(settings.base_url);
}

static void every_setting_has_its_variable(void **state) {
  (void)state;
  for (int i = 0; i < cm_setting_count(); i++) {
    char variable[64];
    const char *value = cm_setting_at(i)->type == CM_SETTING_WORD ? cm_setting_at(i)->words[1]
                                                                  : "1";
    if (strcmp(cm_setting_at(i)->name, "base_url") == 0) value = "https://example.com";
    if (strcmp(cm_setting_at(i)->name, "api_key") == 0) value = key;
    if (strcmp(cm_setting_at(i)->name, "account") == 0) value = "eu";
    variable_of(cm_setting_at(i)->name, variable);
    setenv(variable, value, 1);
    cm_settings settings = fresh();
    assert_int_equal(settings.sources[i], CM_BY_ENVIRONMENT);
    shows(&settings, cm_setting_at(i)->name, cm_setting_at(i)->is_secret ? "set" : value);
    cm_settings_clear(&settings);
    unsetenv(variable);
  }
}

static void bad_variable_is_named(void **state) {
  (void)state;
  cm_err err = { 0 };
  setenv("CHARTMOGUL_PER_PAGE", "201", 1);
  cm_settings settings = fresh();
  assert_int_equal(cm_settings_check(&settings, &err), SQLITE_ERROR);
  assert_string_equal(err.text,
                      "CHARTMOGUL_PER_PAGE: per_page cannot be '201' (out of bounds): give "
                      "1 to 200");
  assert_int_equal(settings.per_page, 200);
  assert_non_null(settings.base_url);
  refuses(&settings, "per_page", "202", "out of bounds");
  assert_int_equal(cm_settings_check(&settings, &err), SQLITE_ERROR);
  set(&settings, "per_page", "7");
  assert_int_equal(cm_settings_check(&settings, &err), SQLITE_OK);
  cm_settings_clear(&settings);
  setenv("CHARTMOGUL_PER_PAGE", "", 1); /* as good as none */
  settings = fresh();
  cm_settings_clear(&settings);
}

/** Every setting: a wrong value in the environment keeps nothing from loading, and is told of. */
static void no_bad_variable_fails(void **state) {
  (void)state;
  for (int i = 0; i < cm_setting_count(); i++) {
    char variable[64];
    cm_err err = { 0 };
    variable_of(cm_setting_at(i)->name, variable);
    setenv(variable, "a\nb", 1);
    cm_settings settings = fresh();
    assert_int_equal(cm_settings_check(&settings, &err), SQLITE_ERROR);
    if (strncmp(err.text, variable, strlen(variable)) != 0) fail_msg("%s: %s", variable, err.text);
    bool is_latch = cm_setting_at(i)->latch_code != SQLITE_OK; /* on is the safe side */
    shows(&settings, cm_setting_at(i)->name,
          cm_setting_at(i)->is_secret ? "not set"
          : is_latch                  ? "1"
                                      : cm_setting_at(i)->default_value);
    cm_settings_clear(&settings);
    unsetenv(variable);
  }
}

/** As files and shells leave it: blanks around a key, a line's end behind any value. */
static void values_are_trimmed(void **state) {
  (void)state;
  const char *const keys[] = { "k0123456 \n", " k0123456", "\t k0123456\r\n" };
  for (size_t i = 0; i < cm_countof(keys); i++) {
    char *found = NULL;
    setenv("CHARTMOGUL_API_KEY", keys[i], 1);
    cm_settings settings = fresh();
    assert_int_equal(cm_settings_api_key(&settings, &found, NULL), SQLITE_OK);
    assert_string_equal(found, "k0123456");
    cm_secret_free(found);
    cm_settings_clear(&settings);
  }
  setenv("CHARTMOGUL_API_KEY", " \n", 1); /* as good as none */
  setenv("CHARTMOGUL_PER_PAGE", "50\r\n", 1);
  setenv("CHARTMOGUL_BASE_URL", "https://example.com/v1\n", 1);
  setenv("CHARTMOGUL_CA_FILE", "/a file \r\n", 1);
  cm_settings settings = fresh();
  assert_int_equal(cm_settings_check(&settings, NULL), SQLITE_OK);
  shows(&settings, "api_key", "not set");
  assert_int_equal(settings.sources[cm_setting_find("api_key")], CM_BY_DEFAULT);
  shows(&settings, "base_url", "https://example.com/v1");
  shows(&settings, "ca_file", "/a file ");
  assert_int_equal(settings.per_page, 50);
  cm_settings_clear(&settings);
}

static void values_have_bounds(void **state) {
  (void)state;
  cm_settings settings = fresh();
  set(&settings, "concurrency", "20");
  assert_int_equal(settings.concurrency, 20);
  assert_int_equal(settings.sources[cm_setting_find("concurrency")], CM_BY_CONFIG);
  refuses(&settings, "concurrency", "21", "give 1 to 20");
  refuses(&settings, "concurrency", "0", "give 1 to 20");
  refuses(&settings, "concurrency", "-99999999999999999999", "out of bounds");
  refuses(&settings, "concurrency", "8x", "not a whole number");
  refuses(&settings, "concurrency", " 8", "not a whole number");
  refuses(&settings, "concurrency", "", "not a whole number");
  refuses(&settings, "write_mode", "later", "give one of commit, immediate, bulk");
  refuses(&settings, "dry_run", "maybe", "give 1 or 0");
  refuses(&settings, "ca_file", "a\nb", "control character");
  assert_int_equal(settings.concurrency, 20);
  set(&settings, "concurrency", NULL);
  assert_int_equal(settings.concurrency, 8);
  assert_int_equal(settings.sources[cm_setting_find("concurrency")], CM_BY_DEFAULT);
  cm_settings_clear(&settings);
}

static void booleans_and_words(void **state) {
  (void)state;
  cm_settings settings = fresh();
  const char *const yes[] = { "1", "on", "TRUE", "yes" };
  const char *const no[] = { "0", "Off", "false", "no" };
  for (size_t i = 0; i < cm_countof(yes); i++) {
    set(&settings, "dry_run", yes[i]);
    assert_true(settings.dry_run);
    set(&settings, "dry_run", no[i]);
    assert_false(settings.dry_run);
  }
  set(&settings, "on_refusal", "continue");
  assert_int_equal(settings.on_refusal, CM_REFUSAL_CONTINUES);
  set(&settings, "write_mode", "Immediate");
  assert_int_equal(settings.write_mode, CM_WRITE_IMMEDIATE);
  shows(&settings, "write_mode", "immediate");
  cm_settings_clear(&settings);
}

static void read_only_is_a_latch(void **state) {
  (void)state;
  cm_settings settings = fresh();
  cm_err err = { 0 };
  set(&settings, "read_only", "0");
  set(&settings, "read_only", "1");
  set(&settings, "read_only", "1");
  assert_int_equal(cm_setting_set(&settings, "read_only", "0", &err), SQLITE_READONLY);
  assert_int_equal(cm_setting_set(&settings, "read_only", NULL, &err), SQLITE_READONLY);
  assert_true(settings.read_only);
  cm_settings_clear(&settings);
}

/** Whatever SQL tries: who holds the account is the person who opened the connection. */
static void locked_settings_stay(void **state) {
  static const char *const held[] = { "api_key", "api_key_file", "base_url", "ca_file" };
  (void)state;
  setenv("CHARTMOGUL_API_KEY", key, 1);
  setenv("CHARTMOGUL_LOCK_SETTINGS", "1", 1);
  cm_settings settings = fresh();
  shows(&settings, "api_key", "set");
  for (size_t i = 0; i < cm_countof(held); i++) {
    assert_true(cm_setting_at(cm_setting_find(held[i]))->is_lockable);
    refuses(&settings, held[i], "https://example.com", "lock_settings is set");
    refuses(&settings, held[i], NULL, "lock_settings is set");
    refuses(&settings, held[i], key, "lock_settings is set");
  }
  refuses(&settings, "lock_settings", "0", "lock_settings cannot be unset");
  refuses(&settings, "lock_settings", NULL, "lock_settings cannot be unset");
  set(&settings, "lock_settings", "1");
  set(&settings, "per_page", "7");
  shows(&settings, "api_key", "set");
  shows(&settings, "base_url", "https://api.chartmogul.com/v1");
  cm_settings_clear(&settings);
}

static void unknown_name_lists_all(void **state) {
  (void)state;
  cm_settings settings = fresh();
  cm_err err = { 0 };
  assert_int_equal(cm_setting_set(&settings, "apikey", key, &err), SQLITE_ERROR);
  for (int i = 0; i < cm_setting_count(); i++)
    assert_non_null(strstr(err.text, cm_setting_at(i)->name));
  assert_null(strstr(err.text, key));
  assert_int_equal(cm_setting_find(NULL), -1);
  cm_settings_clear(&settings);
}

/* ---- the base URL and the key -------------------------------------------------------------- */

static void base_url_loses_its_slashes(void **state) {
  (void)state;
  cm_settings settings = fresh();
  set(&settings, "base_url", "https://example.com/v2///");
  shows(&settings, "base_url", "https://example.com/v2");
  set(&settings, "base_url", "http://127.0.0.1:8080/");
  shows(&settings, "base_url", "http://127.0.0.1:8080");
  cm_settings_clear(&settings);
}

static void base_url_is_checked(void **state) {
  (void)state;
  cm_settings settings = fresh();
  refuses(&settings, "base_url", "http://example.com/v1", "https");
  refuses(&settings, "base_url", "ftp://example.com", "https");
  refuses(&settings, "base_url", "https://me:secret@example.com", "user");
  refuses(&settings, "base_url", "https://example.com/?a=b", "query");
  refuses(&settings, "base_url", "nonsense", "base_url");
  shows(&settings, "base_url", "https://api.chartmogul.com/v1");
  cm_settings_clear(&settings);
}

static void other_origin_forgets_the_key(void **state) {
  (void)state;
  cm_settings settings = fresh();
  set(&settings, "api_key", key);
  set(&settings, "base_url", "https://API.chartmogul.com:443/v2");
  shows(&settings, "api_key", "set");
  set(&settings, "base_url", "https://api.chartmogul.com.example.com/v1");
  shows(&settings, "api_key", "not set");
  assert_int_equal(settings.sources[cm_setting_find("api_key")], CM_BY_DEFAULT);
  refuses(&settings, "api_key_file", "/nowhere/key", "base_url was set to another host");
  set(&settings, "api_key_file", "");
  set(&settings, "base_url", NULL);
  set(&settings, "api_key_file", "/nowhere/key");
  set(&settings, "base_url", "https://api.chartmogul.com:444/v1");
  shows(&settings, "api_key_file", NULL);
  set(&settings, "base_url", NULL);
  set(&settings, "api_key", key);
  set(&settings, "base_url", "https://api.chartmogul.com:444/v1");
  shows(&settings, "api_key", "not set");
  cm_settings_clear(&settings);
}

static void environment_sets_the_url_first(void **state) {
  (void)state;
  setenv("CHARTMOGUL_API_KEY", key, 1);
  setenv("CHARTMOGUL_API_KEY_FILE", "/nowhere/key", 1);
  setenv("CHARTMOGUL_BASE_URL", "http://localhost:1234/v1", 1);
  cm_settings settings = fresh();
  shows(&settings, "base_url", "http://localhost:1234/v1");
  shows(&settings, "api_key", "set");
  shows(&settings, "api_key_file", NULL);
  cm_settings_clear(&settings);
}

static void no_key_says_how_to_set_one(void **state) {
  (void)state;
  cm_settings settings = fresh();
  cm_err err = { 0 };
  char *found = NULL;
  assert_int_equal(cm_settings_api_key(&settings, &found, &err), SQLITE_AUTH);
  assert_null(found);
  assert_non_null(strstr(err.text, "chartmogul_config('api_key'"));
  assert_non_null(strstr(err.text, "CHARTMOGUL_API_KEY"));
  cm_settings_clear(&settings);
}

static void key_and_file_replace_each_other(void **state) {
  (void)state;
  cm_settings settings = fresh();
  char *found = NULL;
  set(&settings, "api_key_file", "/nowhere/key");
  set(&settings, "api_key", key);
  shows(&settings, "api_key_file", NULL);
  assert_int_equal(cm_settings_api_key(&settings, &found, NULL), SQLITE_OK);
  assert_string_equal(found, key);
  cm_secret_free(found);
  set(&settings, "api_key_file", "/nowhere/key");
  shows(&settings, "api_key", "not set");
  set(&settings, "api_key_file", "");
  shows(&settings, "api_key_file", NULL);
  cm_settings_clear(&settings);
}

static void bad_key_is_not_repeated(void **state) {
  (void)state;
  const char *const bad[] = { "secret key", "secret:key", "secret\nkey", "secr\xc3\xa9tkey" };
  cm_settings settings = fresh();
  for (size_t i = 0; i < cm_countof(bad); i++) {
    cm_err err = { 0 };
    assert_int_equal(cm_setting_set(&settings, "api_key", bad[i], &err), SQLITE_ERROR);
    assert_null(strstr(err.text, "secr"));
  }
  cm_settings_clear(&settings);
}

/* ---- the key's file ------------------------------------------------------------------------ */

static char folder[64];

static void write_file(const char *path, const char *text, size_t len) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, len, file), len);
  fclose(file);
}

static int make_folder(void **state) {
  clean_environment(state);
  snprintf(folder, sizeof folder, "/tmp/cm_setting_XXXXXX");
  return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  char path[128];
  snprintf(path, sizeof path, "%s/key", folder);
  unlink(path);
  return rmdir(folder);
}

/* The key that is read from a file with these bytes; NULL and the reason when it is none. */
static char *key_of(const char *bytes, size_t len, cm_err *err) {
  char path[128];
  char *found = NULL;
  cm_settings settings = fresh();
  snprintf(path, sizeof path, "%s/key", folder);
  write_file(path, bytes, len);
  set(&settings, "api_key_file", path);
  int rc = cm_settings_api_key(&settings, &found, err);
  assert_int_equal(rc, found != NULL ? SQLITE_OK : SQLITE_ERROR);
  cm_settings_clear(&settings);
  return found;
}

static void key_is_the_first_line(void **state) {
  (void)state;
  const char *const texts[] = { "k0123456", "k0123456\n", " \tk0123456 \r\nsecond line\n" };
  for (size_t i = 0; i < cm_countof(texts); i++) {
    char *found = key_of(texts[i], strlen(texts[i]), NULL);
    assert_non_null(found);
    assert_string_equal(found, "k0123456");
    cm_secret_free(found);
  }
}

static void file_without_a_key(void **state) {
  (void)state;
  char large[4097];
  cm_err err = { 0 };
  memset(large, 'k', sizeof large);
  assert_null(key_of("", 0, &err));
  assert_non_null(strstr(err.text, "its first line is not an API key"));
  assert_null(key_of("\nk0123456\n", 10, &err));
  assert_null(key_of("two words\n", 10, &err));
  assert_null(strstr(err.text, "two words"));
  assert_null(key_of(large, sizeof large, &err));
  assert_non_null(strstr(err.text, "longer than 4 KiB"));
  char *found = key_of(large, 4096, &err);
  assert_non_null(found);
  assert_int_equal(strlen(found), 4096);
  cm_secret_free(found);
}

static void file_that_is_none(void **state) {
  (void)state;
  char path[128];
  char *found = NULL;
  cm_err err = { 0 };
  cm_settings settings = fresh();
  set(&settings, "api_key_file", folder);
  assert_int_equal(cm_settings_api_key(&settings, &found, &err), SQLITE_ERROR);
  assert_non_null(strstr(err.text, "not a regular file"));
  snprintf(path, sizeof path, "%s/key", folder);
  set(&settings, "api_key_file", path);
  assert_int_equal(cm_settings_api_key(&settings, &found, &err), SQLITE_ERROR);
  assert_non_null(strstr(err.text, "cannot be opened"));
  assert_int_equal(mkfifo(path, 0600), 0); /* must not hang */
  assert_int_equal(cm_settings_api_key(&settings, &found, &err), SQLITE_ERROR);
  assert_non_null(strstr(err.text, "not a regular file"));
  cm_settings_clear(&settings);
}

/* ---- masking ------------------------------------------------------------------------------- */

static void mask_hides_every_place(void **state) {
  (void)state;
  char text[] = "a hunter2hunter2 b hunter2hunter2hunter2 hunter2hunter";
  cm_secret_mask(text, strlen(text), "hunter2hunter2");
  assert_string_equal(text, "a ************** b **************hunter2 hunter2hunter");
  char encoded[] = "Basic aHVudGVyMmh1bnRlcjI6 end"; /* base64 of "hunter2hunter2:" */
  cm_secret_mask(encoded, strlen(encoded), "hunter2hunter2");
  assert_null(strstr(encoded, "aHVudGVyMmh1bnRlcj"));
  assert_non_null(strstr(encoded, " end"));
}

static void mask_looks_behind_a_nul(void **state) {
  (void)state;
  char text[] = "hunter2\0hunter2hunter2\0hunter2hunter2";
  cm_secret_mask(text, sizeof text - 1, "hunter2hunter2");
  assert_memory_equal(text, "hunter2\0**************\0**************", sizeof text);
}

static void mask_hides_the_beginning_of_a_long_secret(void **state) {
  (void)state;
  char secret[400] = "";
  char encoded[600] = "";
  memset(secret, 'a', sizeof secret - 1);
  for (size_t i = 0; i < 532; i++)
    encoded[i] = "YWFh"[i % 4]; /* base64 of "aaa" */
  cm_secret_mask(encoded, strlen(encoded), secret);
  assert_int_equal(strspn(encoded, "*"), 512);
}

static void short_secrets_spoil_nothing(void **state) {
  (void)state;
  char text[] = "test";
  cm_secret_mask(text, 4, "test");
  cm_secret_mask(text, 4, NULL);
  cm_secret_mask(NULL, 0, key);
  cm_secret_mask(text, 4, key);
  assert_string_equal(text, "test");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(defaults_are_the_tables, clean_environment),
    cmocka_unit_test_setup(every_setting_has_its_variable, clean_environment),
    cmocka_unit_test_setup_teardown(bad_variable_is_named, clean_environment, clean_environment),
    cmocka_unit_test_setup_teardown(no_bad_variable_fails, clean_environment, clean_environment),
    cmocka_unit_test_setup_teardown(values_are_trimmed, clean_environment, clean_environment),
    cmocka_unit_test_setup_teardown(locked_settings_stay, clean_environment, clean_environment),
    cmocka_unit_test(values_have_bounds),
    cmocka_unit_test(booleans_and_words),
    cmocka_unit_test(read_only_is_a_latch),
    cmocka_unit_test(unknown_name_lists_all),
    cmocka_unit_test(base_url_loses_its_slashes),
    cmocka_unit_test(base_url_is_checked),
    cmocka_unit_test(other_origin_forgets_the_key),
    cmocka_unit_test_teardown(environment_sets_the_url_first, clean_environment),
    cmocka_unit_test(no_key_says_how_to_set_one),
    cmocka_unit_test(key_and_file_replace_each_other),
    cmocka_unit_test(bad_key_is_not_repeated),
    cmocka_unit_test_setup_teardown(key_is_the_first_line, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(file_without_a_key, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(file_that_is_none, make_folder, remove_folder),
    cmocka_unit_test(mask_hides_every_place),
    cmocka_unit_test(mask_looks_behind_a_nul),
    cmocka_unit_test(mask_hides_the_beginning_of_a_long_secret),
    cmocka_unit_test(short_secrets_spoil_nothing),
  };
  return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}
