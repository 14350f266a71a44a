#include "secret.h"

#include <string.h>

#include "sqlite_api.h"

enum { SHORTEST_SECRET = 8 };

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

static void mask(char *text, size_t len, const char *secret, size_t secret_len) {
  char *end = text + len;
  char *at = text;
  while ((size_t)(end - at) >= secret_len) {
    at = memchr(at, secret[0], (size_t)(end - at) - secret_len + 1);
    if (at == NULL) return;
    if (memcmp(at, secret, secret_len) == 0) {
      memset(at, '*', secret_len);
      at += secret_len;
    } else {
      at++;
    }
  }
}

/** Base64 without the padding and without a last digit that depends on what follows. */
static size_t encode(const char *bytes, size_t len, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t bits = 0;
  unsigned pending = 0;
  size_t count = 0;
  for (size_t i = 0; i < len; i++) {
    pending = (pending << 8 | (unsigned char)bytes[i]) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6)
      out[count++] = digits[pending >> (bits - 6) & 63];
  }
  return count;
}

void cm_secret_mask(char *text, size_t len, const char *secret) {
  size_t secret_len = secret != NULL ? strlen(secret) : 0;
  if (text == NULL || secret_len < SHORTEST_SECRET) return;
  mask(text, len, secret, secret_len);
  char encoded[256] = "";
  size_t encodable = sizeof encoded / 4 * 3; /* the beginning of a longer one is enough */
  mask(text, len, encoded,
       encode(secret, secret_len < encodable ? secret_len : encodable, encoded));
}
