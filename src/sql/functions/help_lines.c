#include "sql/functions/help_lines.h"

#include <string.h>

#include "base/sqlite_api.h"

enum { MAX_LINES = 5000 };

void cm_help_lines_init(cm_help_lines *lines) {
  *lines = (cm_help_lines){ 0 };
  cm_buf_init(&lines->name, CM_MAX_URL_BYTES);
  cm_buf_init(&lines->text, CM_MAX_URL_BYTES);
}

static void drop_from(cm_help_lines *lines, int first) {
  for (; lines->count > first; lines->count--) {
    sqlite3_free(lines->list[lines->count - 1].name);
    sqlite3_free(lines->list[lines->count - 1].text);
  }
}

void cm_help_lines_clear(cm_help_lines *lines) {
  drop_from(lines, 0);
  sqlite3_free(lines->list);
  cm_buf_clear(&lines->name);
  cm_buf_clear(&lines->text);
  *lines = (cm_help_lines){ 0 };
}

/** Room for one more; it grows when the number of lines is a power of two. */
static int reserve(cm_help_lines *lines) {
  int count = lines->count;
  if (count >= MAX_LINES) return SQLITE_TOOBIG;
  if ((count & (count - 1)) != 0) return SQLITE_OK;
  sqlite3_uint64 room = count == 0 ? 1 : (sqlite3_uint64)count * 2;
  cm_help_line *grown = sqlite3_realloc64(lines->list, room * sizeof *grown);
  if (grown == NULL) return SQLITE_NOMEM;
  lines->list = grown;
  return SQLITE_OK;
}

void cm_help_put(cm_help_lines *lines, const char *part) {
  if (lines->code == SQLITE_OK) lines->code = lines->name.code;
  if (lines->code == SQLITE_OK) lines->code = lines->text.code;
  if (lines->code == SQLITE_OK) lines->code = reserve(lines);
  if (lines->code != SQLITE_OK) return;
  char *name = cm_buf_take(&lines->name);
  char *text = cm_buf_take(&lines->text);
  if (name == NULL || text == NULL) {
    sqlite3_free(name);
    sqlite3_free(text);
    lines->code = SQLITE_NOMEM;
    return;
  }
  lines->list[lines->count++] = (cm_help_line){ part, name, text };
}

void cm_help_add(cm_help_lines *lines, const char *part, const char *name, const char *text) {
  cm_buf_text(&lines->name, name != NULL ? name : "");
  cm_buf_text(&lines->text, text != NULL ? text : "");
  cm_help_put(lines, part);
}

void cm_help_drop_repeated(cm_help_lines *lines, int before) {
  if (before == 0 || before >= lines->count) return;
  const cm_help_line *last = &lines->list[before - 1];
  const cm_help_line *first = &lines->list[before];
  if (strcmp(last->name, first->name) == 0 && strcmp(last->text, first->text) == 0)
    drop_from(lines, before);
}
