#include "client/request_log.h"

#include <string.h>

#include "base/sqlite_api.h"

static cm_request_line *line_of(cm_request_log *log, int64_t id) {
  return &log->lines[id % CM_MAX_REQUEST_LOG];
}

cm_request_line *cm_request_log_find(cm_request_log *log, int64_t id) {
  if (id < 1) return NULL;
  cm_request_line *line = line_of(log, id);
  return line->id == id ? line : NULL;
}

static void drop_body(cm_request_log *log, cm_request_line *line) {
  if (line->body == NULL) return;
  log->body_bytes -= strlen(line->body) + 1;
  sqlite3_free(line->body);
  line->body = NULL;
}

static void clear_line(cm_request_log *log, cm_request_line *line) {
  drop_body(log, line);
  sqlite3_free(line->path);
  sqlite3_free(line->error);
  memset(line, 0, sizeof *line);
}

/** Copy a body into a line. Those of the oldest lines make room. */
static void keep_body(cm_request_log *log, cm_request_line *line, const char *body) {
  size_t bytes = strlen(body) + 1;
  for (int64_t id = line->id - CM_MAX_REQUEST_LOG + 1;
       id < line->id && log->body_bytes + bytes > CM_MAX_LOGGED_BYTES; id++) {
    cm_request_line *older = cm_request_log_find(log, id);
    if (older != NULL) drop_body(log, older);
  }
  line->body = sqlite3_mprintf("%s", body);
  if (line->body != NULL) log->body_bytes += bytes;
}

cm_request_line *cm_request_log_add(cm_request_log *log, int64_t time_ms, const char *method,
                                    const char *path, const char *body) {
  int64_t id = ++log->newest_id;
  cm_request_line *line = line_of(log, id);
  clear_line(log, line);
  line->id = id;
  line->time_ms = time_ms;
  line->rows = -1;
  sqlite3_snprintf((int)sizeof line->method, line->method, "%s", method);
  line->path = sqlite3_mprintf("%s", path);
  if (body != NULL) keep_body(log, line, body);
  return line;
}

void cm_request_log_clear(cm_request_log *log) {
  for (size_t i = 0; i < cm_countof(log->lines); i++)
    clear_line(log, &log->lines[i]);
}
