#include "base/secret.h"

#include <string.h>

#include "base/sqlite_api.h"

enum {
  SHORTEST_SECRET = 8,
  MAX_ENCODED = 192 /* of a longer one the beginning is enough */
};

void cm_secret_wipe(void *bytes, size_t len) {
  /* volatile: writes to memory that is about to be freed may be dropped otherwise */
  volatile char *at = bytes;
  for (size_t i = 0; i < len; i++)
    at[i] = '\0';
}

void cm_secret_free(char *secret) {
  if (secret != NULL) cm_secret_wipe(secret, strlen(secret));
  sqlite3_free(secret);
}

/** Every answer is searched, so this is strstr, which is fast; it looks no further than the next NUL. */
static void mask(char *text, size_t len, const char *secret) {
  char *end = text + len;
  char *at = text;
  while (at < end) {
    char *found = strstr(at, secret);
    if (found != NULL) {
      memset(found, '*', strlen(secret));
      at = found + strlen(secret);
    } else {
      at += strlen(at) + 1;
    }
  }
}

/** Base64 without the padding and without a last digit that depends on what follows. */
static void encode(const char *bytes, size_t len, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t bits = 0;
  unsigned pending = 0;
  size_t count = 0;
  for (size_t i = 0; i < len; i++) {
    pending = (pending << 8 | (unsigned char)bytes[i]) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6)
      out[count++] = digits[pending >> (bits - 6) & 63];
  }
  out[count] = '\0';
}

void cm_secret_mask(char *text, size_t len, const char *secret) {
  size_t secret_len = secret != NULL ? strlen(secret) : 0;
  if (text == NULL || secret_len < SHORTEST_SECRET) return;
  mask(text, len, secret);
  char encoded[MAX_ENCODED / 3 * 4 + 1];
  encode(secret, secret_len < MAX_ENCODED ? secret_len : MAX_ENCODED, encoded);
  mask(text, len, encoded);
}
