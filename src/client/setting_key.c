/*
** setting_key.c -- the key for a request: of a setting, or of a file. See client/setting.h.
*/
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sqlite_api.h"
#include "client/setting.h"

enum { MAX_KEY_FILE_BYTES = 4096 };

bool cm_setting_is_key(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (text[i] <= ' ' || text[i] >= 0x7f || text[i] == ':') return false;
  }
  return len > 0;
}

/** Read a small regular file into `bytes`, one more than allowed so that too long shows. */
static const char *read_small_file(const char *path, char *bytes, size_t size, size_t *out_len) {
  struct stat status;
  const char *why = NULL;
  size_t len = 0;
  /* O_NONBLOCK: opening a pipe without a writer would block */
  int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return "it cannot be opened";
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) why = "it is not a regular file";
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
    if (!cm_setting_is_key(start, (size_t)(end - start))) {
      why = "its first line is not an API key";
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
  if (settings->scope.is_key_elsewhere) {
    return cm_err_set(err, SQLITE_AUTH,
                      "no API key for base_url, now %.100s (the key that was set is for another "
                      "origin, and is not sent there): give it anew with SELECT "
                      "chartmogul_config('api_key', '…')",
                      settings->base_url);
  }
  return cm_err_set(err, SQLITE_AUTH,
                    "no API key (neither api_key nor CHARTMOGUL_API_KEY is set): SELECT "
                    "chartmogul_config('api_key', '…'), or set CHARTMOGUL_API_KEY or "
                    "CHARTMOGUL_API_KEY_FILE");
}
