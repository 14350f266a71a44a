/*
** template.c -- see template.h.
*/
#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 4, MAX_ROUNDS = 1000000, MAX_NAME = 32 };

/* One running {{repeat}}: its variable and where it stands. */
typedef struct loop {
  char name[MAX_NAME];
  char separator[MAX_NAME];
  long value;
  long last;
} loop;

typedef struct expansion {
  text out;
  const char *folder;
  text *why;
  loop loops[MAX_DEPTH];
  int depth;
  bool is_bad;
} expansion;

static void complain(expansion *in, const char *what, const char *tag) {
  if (!in->is_bad) text_printf(in->why, "%s: {{%.60s\n", what, tag);
  in->is_bad = true;
}

/* The end of the {{repeat}} whose body starts at `from`, or NULL. */
static const char *find_end(const char *from) {
  int open = 1;
  for (const char *at = strstr(from, "{{"); at; at = strstr(at + 2, "{{")) {
    if (text_starts(at, "{{repeat ")) open++;
    if (text_starts(at, "{{end}}") && --open == 0) return at;
  }
  return NULL;
}

static void add_include(expansion *in, const char *name, size_t len) {
  text path = { 0 };
  text_printf(&path, "%s/%.*s", in->folder, (int)len, name);
  size_t size;
  char *content = text_read_file(text_str(&path), &size);
  if (content) {
    text_append(&in->out, content, size);
  } else {
    complain(in, "cannot read", text_str(&path));
  }
  free(content);
  text_clear(&path);
}

/* "i" or "i:04": the variable's value. False when no such variable runs. */
static bool add_value(expansion *in, const char *tag, size_t len) {
  const char *colon = memchr(tag, ':', len);
  size_t name_len = colon ? (size_t)(colon - tag) : len;
  int width = 0;
  bool is_padded = colon && sscanf(colon + 1, "%d", &width) == 1;
  for (int i = in->depth - 1; i >= 0; i--) {
    const loop *here = &in->loops[i];
    if (strlen(here->name) != name_len || memcmp(here->name, tag, name_len) != 0) continue;
    if (is_padded) {
      text_printf(&in->out, "%0*ld", width, here->value);
    } else {
      text_printf(&in->out, "%ld", here->value);
    }
    return true;
  }
  return false;
}

/* Read "200 i ," or "201..400 i ," and put a loop on the stack. */
static bool open_loop(expansion *in, const char *tag) {
  if (in->depth == MAX_DEPTH) return false;
  loop *made = &in->loops[in->depth];
  *made = (loop){ .value = 1 };
  char range[MAX_NAME] = "";
  if (sscanf(tag, "repeat %31s %31[a-z] %31[^} ]", range, made->name, made->separator) < 2)
    return false;
  if (sscanf(range, "%ld..%ld", &made->value, &made->last) != 2) {
    made->value = 1;
    if (sscanf(range, "%ld", &made->last) != 1) return false;
  }
  if (made->last - made->value >= MAX_ROUNDS) return false;
  in->depth++;
  return true;
}

/*
** One walk over the text without recursion: a {{repeat}} pushes a loop, its {{end}} jumps back to
** the start of the body until the last round is done.
*/
static void walk(expansion *in, const char *body) {
  const char *starts[MAX_DEPTH] = { 0 };
  for (const char *at = body; *at && !in->is_bad;) {
    const char *tag = strstr(at, "{{");
    const char *close = tag ? strstr(tag, "}}") : NULL;
    if (!close) {
      text_add(&in->out, at);
      return;
    }
    text_append(&in->out, at, (size_t)(tag - at));
    tag += 2;
    size_t len = (size_t)(close - tag);
    at = close + 2;
    if (text_starts(tag, "repeat ")) {
      if (!open_loop(in, tag) || !find_end(at)) {
        complain(in, "write {{repeat COUNT name SEPARATOR}} ... {{end}}", tag);
        return;
      }
      starts[in->depth - 1] = at;
      const loop *made = &in->loops[in->depth - 1];
      if (made->value > made->last) {
        at = find_end(at) + strlen("{{end}}");
        in->depth--;
      }
    } else if (text_starts(tag, "end}}") && in->depth) {
      loop *here = &in->loops[in->depth - 1];
      if (here->value++ < here->last) {
        text_add(&in->out, here->separator);
        at = starts[in->depth - 1];
      } else {
        in->depth--;
      }
    } else if (text_starts(tag, "include ")) {
      add_include(in, tag + 8, len - 8);
    } else if (!add_value(in, tag, len)) {
      complain(in, "unknown short form", tag);
    }
  }
}

char *template_expand(const char *body, const char *folder, text *why) {
  expansion in = { .folder = folder, .why = why };
  walk(&in, body);
  char *out = text_take(&in.out);
  if (!in.is_bad) return out;
  free(out);
  return NULL;
}

char *template_replace(const char *in, const char *what, const char *with) {
  text out = { 0 };
  const char *at = in;
  for (const char *hit; (hit = strstr(at, what)) != NULL; at = hit + strlen(what)) {
    text_append(&out, at, (size_t)(hit - at));
    text_add(&out, with);
  }
  text_add(&out, at);
  return text_take(&out);
}
