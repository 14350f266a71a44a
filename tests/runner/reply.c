/*
** reply.c -- see reply.h.
*/
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* gzip the body in place. */
static void compress_body(text *body) {
  z_stream stream = { 0 };
  enum { GZIP_WINDOW = 15 + 16 };
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    abort();
  uLong bound = deflateBound(&stream, body->len);
  text packed = { .data = text_resize(NULL, bound + 1), .capacity = bound + 1 };
  stream.next_in = (Bytef *)(body->data ? body->data : "");
  stream.avail_in = (uInt)body->len;
  stream.next_out = (Bytef *)packed.data;
  stream.avail_out = (uInt)bound;
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) abort();
  packed.len = stream.total_out;
  deflateEnd(&stream);
  text_clear(body);
  *body = packed;
}

/* "GET /customers?per_page=2 x3" */
static bool read_target(reply *into, const char *target, text *why) {
  char method[16] = "", times[16] = "";
  int url_start = 0, url_end = 0;
  if (sscanf(target, "%15s %n%*s%n %15s", method, &url_start, &url_end, times) < 1 || !url_end ||
      target[url_start] != '/') {
    text_printf(why, "reply `%s`: write `reply METHOD /path?query [xN]`\n", target);
    return false;
  }
  into->uses_left = 1;
  if (strcmp(times, "x*") == 0) {
    into->uses_left = REPLY_ENDLESS;
  } else if (*times && (sscanf(times, "x%d", &into->uses_left) != 1 || into->uses_left < 1)) {
    text_printf(why, "reply `%s`: `%s` is neither xN nor x*\n", target, times);
    return false;
  }
  char *url = text_copy_part(target + url_start, (size_t)(url_end - url_start));
  char *query = strchr(url, '?');
  if (query) {
    into->query = text_copy(query + 1);
    *query = '\0';
  }
  size_t len = strlen(url);
  into->is_prefix = url[len - 1] == '*';
  if (into->is_prefix) url[len - 1] = '\0';
  into->path = url;
  into->method = text_copy(method);
  into->name = text_copy(target);
  return true;
}

static bool read_flag(reply *into, const char *line) {
  if (strcmp(line, "gzip") == 0) {
    into->is_gzip = true;
  } else if (strcmp(line, "drop") == 0) {
    into->is_drop = true;
  } else if (strcmp(line, "never") == 0) {
    into->is_never = true;
  } else {
    return false;
  }
  return true;
}

/* One header line of a reply: a word of ours, or a header field of the answer. */
static bool read_line(reply *into, const char *line, text *why) {
  long number = 0;
  if (read_flag(into, line)) return true;
  if (sscanf(line, "status: %ld", &number) == 1) {
    into->status = (int)number;
  } else if (sscanf(line, "cut: %ld", &number) == 1) {
    into->cut_at = number;
  } else if (sscanf(line, "delay_ms: %ld", &number) == 1) {
    into->delay_ms = (int)number;
  } else if (sscanf(line, "advance_ms: %ld", &number) == 1) {
    into->advance_ms = (int)number;
  } else if (sscanf(line, "hold: %ld", &number) == 1) {
    into->hold = (int)number;
  } else if (sscanf(line, "after: %ld", &number) == 1) {
    into->after = (int)number;
  } else if (text_starts(line, "after: ") && strchr(line, '/')) {
    free(into->after_request);
    into->after_request = text_copy(line + strlen("after: "));
  } else if (strchr(line, ':')) {
    text headers = { 0 };
    text_printf(&headers, "%s%s\n", into->headers, line);
    free(into->headers);
    into->headers = text_take(&headers);
  } else {
    text_printf(why, "reply `%s`: cannot read the line `%s`\n", into->name, line);
    return false;
  }
  return true;
}

/* "type: x" is short for content-type; JSON is understood. */
static void settle_type(reply *into) {
  text headers = { 0 };
  bool has_type = false;
  for (const char *at = into->headers; *at;) {
    size_t len = strcspn(at, "\n");
    if (text_starts(at, "type:")) {
      text_add(&headers, "content-");
      has_type = true;
    }
    text_append(&headers, at, len + 1);
    at += len + 1;
  }
  if (!has_type && into->body.len) text_add(&headers, "content-type: application/json\n");
  if (into->is_gzip) text_add(&headers, "content-encoding: gzip\n");
  free(into->headers);
  into->headers = text_take(&headers);
}

bool reply_read(reply *into, const char *target, const char *source, text *why) {
  *into = (reply){ .status = 200, .cut_at = -1, .headers = text_copy("") };
  bool is_good = read_target(into, target, why);
  const char *at = source;
  while (is_good && *at && !strchr("\n{[", *at)) { /* JSON may stand without header lines */
    size_t len = strcspn(at, "\n");
    char *line = text_copy_part(at, len);
    is_good = read_line(into, line, why);
    free(line);
    at += len + (at[len] == '\n');
  }
  if (!is_good) {
    reply_clear(into);
    return false;
  }
  if (*at == '\n') at++;
  text_add(&into->body, at);
  settle_type(into);
  if (into->is_gzip) compress_body(&into->body);
  return true;
}

void reply_clear(reply *done) {
  free(done->name);
  free(done->method);
  free(done->path);
  free(done->query);
  free(done->after_request);
  free(done->headers);
  text_clear(&done->body);
  *done = (reply){ 0 };
}

bool reply_answers(const reply *this, const char *method, const char *target) {
  if (this->uses_left == 0 || strcmp(this->method, method) != 0) return false;
  size_t path_len = strcspn(target, "?");
  size_t own_len = strlen(this->path);
  if (path_len < own_len || memcmp(target, this->path, own_len) != 0) return false;
  if (path_len != own_len && !this->is_prefix) return false;
  if (!this->query) return true;
  return target[path_len] == '?' && strcmp(target + path_len + 1, this->query) == 0;
}
