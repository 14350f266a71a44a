/*
** text.c -- see text.h.
*/
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_LINES = 40 };

void *text_resize(void *block, size_t size) {
  void *grown = realloc(block, size ? size : 1);
  if (!grown) {
    fputs("run-cases: out of memory\n", stderr);
    abort();
  }
  return grown;
}

void *text_allocate(size_t size) {
  return memset(text_resize(NULL, size), 0, size);
}

char *text_copy_part(const char *bytes, size_t len) {
  char *copy = text_resize(NULL, len + 1);
  memcpy(copy, bytes, len);
  copy[len] = '\0';
  return copy;
}

char *text_copy(const char *string) {
  return text_copy_part(string, strlen(string));
}

void text_append(text *to, const void *bytes, size_t len) {
  if (to->len + len + 1 > to->capacity) {
    to->capacity = (to->len + len + 1) * 2;
    to->data = text_resize(to->data, to->capacity);
  }
  if (len) memcpy(to->data + to->len, bytes, len);
  to->len += len;
  to->data[to->len] = '\0';
}

void text_add(text *to, const char *string) {
  text_append(to, string, strlen(string));
}

void text_printf(text *to, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (len < 0) abort();
  char *line = text_resize(NULL, (size_t)len + 1);
  va_start(arguments, format);
  vsnprintf(line, (size_t)len + 1, format, arguments);
  va_end(arguments);
  text_append(to, line, (size_t)len);
  free(line);
}

void text_add_escaped(text *to, const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (bytes[i] == '\n') {
      text_add(to, "\\n");
    } else if (bytes[i] == '\r') {
      text_add(to, "\\r");
    } else {
      text_append(to, bytes + i, 1);
    }
  }
}

const char *text_str(const text *from) {
  return from->data ? from->data : "";
}

void text_clear(text *done) {
  free(done->data);
  *done = (text){ 0 };
}

char *text_take(text *from) {
  char *taken = from->data ? from->data : text_copy("");
  *from = (text){ 0 };
  return taken;
}

char *text_read_file(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  text all = { 0 };
  char chunk[8192];
  size_t got;
  while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
    text_append(&all, chunk, got);
  bool is_bad = ferror(file) != 0;
  fclose(file);
  if (is_bad) {
    text_clear(&all);
    return NULL;
  }
  if (len) *len = all.len;
  return text_take(&all);
}

bool text_starts(const char *string, const char *start) {
  return strncmp(string, start, strlen(start)) == 0;
}

/* The lines of `joined`, which is cut up in place; `count` receives how many. */
static char **split_lines(char *joined, size_t *count) {
  char **lines = NULL;
  *count = 0;
  for (char *at = joined; *at;) {
    lines = text_resize(lines, (*count + 1) * sizeof *lines);
    lines[(*count)++] = at;
    char *end = strchr(at, '\n');
    if (!end) break;
    *end = '\0';
    at = end + 1;
  }
  return lines;
}

static int compare_lines(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

char *text_sort_lines(const char *lines) {
  char *joined = text_copy(lines);
  size_t count;
  char **split = split_lines(joined, &count);
  if (count) qsort(split, count, sizeof *split, compare_lines);
  text sorted = { 0 };
  for (size_t i = 0; i < count; i++)
    text_printf(&sorted, "%s%s", i ? "\n" : "", split[i]);
  free(split);
  free(joined);
  return text_take(&sorted);
}

static void add_lines(text *to, char sign, char **lines, size_t begin, size_t end) {
  for (size_t i = begin; i < end && i < begin + SHOWN_LINES; i++)
    text_printf(to, "    %c %s\n", sign, lines[i]);
  if (end > begin + SHOWN_LINES)
    text_printf(to, "    %c ... %zu more\n", sign, end - begin - SHOWN_LINES);
}

void text_add_diff(text *to, const char *expected, const char *actual) {
  char *left = text_copy(expected);
  char *right = text_copy(actual);
  size_t left_count, right_count;
  char **left_lines = split_lines(left, &left_count);
  char **right_lines = split_lines(right, &right_count);
  size_t head = 0;
  while (head < left_count && head < right_count &&
         strcmp(left_lines[head], right_lines[head]) == 0)
    head++;
  size_t left_end = left_count, right_end = right_count;
  while (left_end > head && right_end > head &&
         strcmp(left_lines[left_end - 1], right_lines[right_end - 1]) == 0) {
    left_end--;
    right_end--;
  }
  if (head) text_printf(to, "      (%zu equal line%s)\n", head, head == 1 ? "" : "s");
  add_lines(to, '-', left_lines, head, left_end);
  add_lines(to, '+', right_lines, head, right_end);
  free(left_lines);
  free(right_lines);
  free(left);
  free(right);
}
