#include "encode.h"

#include <string.h>
#include <zlib.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sb_base64_encode(sb_text *out, const char *bytes, size_t len) {
  const unsigned char *from = (const unsigned char *)bytes;
  for (size_t i = 0; i < len; i += 3) {
    size_t left = len - i;
    uint32_t group = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                     (left > 2 ? from[i + 2] : 0);
    char quad[4] = { alphabet[group >> 18], alphabet[group >> 12 & 63],
                     left > 1 ? alphabet[group >> 6 & 63] : '=',
                     left > 2 ? alphabet[group & 63] : '=' };
    sb_text_add(out, quad, 4);
  }
}

static int base64_digit(char letter) {
  if (letter == '-') letter = '+';
  if (letter == '_') letter = '/';
  const char *at = letter ? strchr(alphabet, letter) : NULL;
  return at ? (int)(at - alphabet) : -1;
}

bool sb_base64_decode(sb_text *out, const char *words, size_t len) {
  while (len && words[len - 1] == '=')
    len--;
  uint32_t bits = 0;
  int count = 0;
  for (size_t i = 0; i < len; i++) {
    int digit = base64_digit(words[i]);
    if (digit < 0) return false;
    bits = bits << 6 | (uint32_t)digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      sb_text_putc(out, (char)(bits >> count & 0xff));
    }
  }
  return true;
}

static int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  letter |= 0x20;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

char *sb_percent_decode(const char *bytes, size_t len, bool form) {
  sb_text out = { 0 };
  for (size_t i = 0; i < len; i++) {
    int high = bytes[i] == '%' && i + 2 < len ? hex_digit(bytes[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(bytes[i + 2]) : -1;
    if (low >= 0) {
      sb_text_putc(&out, (char)(high << 4 | low));
      i += 2;
    } else {
      sb_text_putc(&out, form && bytes[i] == '+' ? ' ' : bytes[i]);
    }
  }
  return sb_text_take(&out);
}

void sb_gzip(sb_text *out, const char *bytes, size_t len) {
  z_stream stream = { 0 };
  /* 16 asks for a gzip wrapper; level 1, because the answer is read on the same machine. */
  if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    sb_stop("zlib cannot start");
  size_t bound = deflateBound(&stream, (uLong)len);
  out->bytes = sb_grow(out->bytes, bound + 1);
  out->capacity = bound + 1;
  stream.next_in = (Bytef *)(uintptr_t)bytes;
  stream.avail_in = (uInt)len;
  stream.next_out = (Bytef *)out->bytes;
  stream.avail_out = (uInt)bound;
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) sb_stop("zlib cannot finish");
  out->len = stream.total_out;
  out->bytes[out->len] = 0;
  deflateEnd(&stream);
}
