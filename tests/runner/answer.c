/*
** answer.c -- see answer.h.
*/
#include "answer.h"

#include <stdlib.h>
#include <string.h>

typedef struct cut_body {
  char *bytes;
  size_t len;
} cut_body;

static ssize_t read_cut(void *context, uint64_t position, char *to, size_t max) {
  cut_body *body = context;
  if (position >= body->len) return MHD_CONTENT_READER_END_WITH_ERROR;
  size_t len = body->len - (size_t)position;
  if (len > max) len = max;
  memcpy(to, body->bytes + position, len);
  return (ssize_t)len;
}

static void free_cut(void *context) {
  cut_body *body = context;
  free(body->bytes);
  free(body);
}

static struct MHD_Response *make_cut_response(const text *body, size_t cut_at) {
  enum { BLOCK_BYTES = 1024 };
  cut_body *cut = text_allocate(sizeof *cut);
  cut->len = cut_at < body->len ? cut_at : body->len;
  cut->bytes = text_copy_part(text_str(body), cut->len);
  return MHD_create_response_from_callback(body->len + (cut_at >= body->len), BLOCK_BYTES, read_cut,
                                           cut, free_cut);
}

static void add_headers(struct MHD_Response *response, const char *headers) {
  for (const char *at = headers; *at;) {
    size_t len = strcspn(at, "\n");
    char *name = text_copy_part(at, len);
    char *value = strchr(name, ':');
    if (value) {
      *value++ = '\0';
      value += strspn(value, " ");
      MHD_add_response_header(response, name, value);
    }
    free(name);
    at += len + (at[len] == '\n');
  }
}

enum MHD_Result answer_bytes(struct MHD_Connection *connection, int status, const char *headers,
                             const text *body, long cut_at) {
  struct MHD_Response *response = cut_at >= 0
                                      ? make_cut_response(body, (size_t)cut_at)
                                      : MHD_create_response_from_buffer(
                                            body->len, (void *)body->data, MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  add_headers(response, headers);
  enum MHD_Result queued = MHD_queue_response(connection, (unsigned)status, response);
  MHD_destroy_response(response);
  return queued;
}

enum MHD_Result answer_text(struct MHD_Connection *connection, int status, const char *line) {
  text body = { 0 };
  text_add(&body, line);
  enum MHD_Result queued = answer_bytes(connection, status, "content-type: application/json\n",
                                        &body, -1);
  text_clear(&body);
  return queued;
}
