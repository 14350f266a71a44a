/*
** story.c -- see story.h.
*/
#include "story.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *word;
  section_kind kind;
} kinds[] = {
  { "must", SECTION_MUST_FAIL }, { "not", SECTION_NOT_TORTURED },    { "env", SECTION_ENV },
  { "sqlite", SECTION_SQLITE },  { "seed", SECTION_SEED },           { "control", SECTION_CONTROL },
  { "setup", SECTION_SETUP },    { "reconnect", SECTION_RECONNECT }, { "reply", SECTION_REPLY },
  { "bind", SECTION_BIND },      { "interrupt", SECTION_INTERRUPT }, { "sql", SECTION_SQL },
  { "rows", SECTION_ROWS },      { "error", SECTION_ERROR },         { "plan", SECTION_PLAN },
  { "sent", SECTION_SENT },      { "changes", SECTION_CHANGES },     { "peak", SECTION_PEAK },
};

static const char *kind_word(section_kind kind) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].kind == kind) return kinds[i].word;
  return "?";
}

static section_kind kind_of(const char *word) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].word, word) == 0) return kinds[i].kind;
  return SECTION_UNKNOWN;
}

bool section_is_expectation(section_kind kind) {
  return kind >= SECTION_ROWS;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Cut "word argument" into its two parts. */
static void read_header(section *into, const char *header, size_t len) {
  size_t word = 0;
  while (word < len && !isspace((unsigned char)header[word]))
    word++;
  size_t start = word;
  while (start < len && isspace((unsigned char)header[start]))
    start++;
  while (len > start && isspace((unsigned char)header[len - 1]))
    len--;
  into->word = text_copy_part(header, word);
  into->argument = text_copy_part(header + start, len - start);
  into->kind = kind_of(into->word);
}

static void trim_end(text *of) {
  while (of->len && isspace((unsigned char)of->data[of->len - 1]))
    of->data[--of->len] = '\0';
}

static section *add_section(story *to) {
  to->sections = text_resize(to->sections, (to->count + 1) * sizeof *to->sections);
  section *added = &to->sections[to->count++];
  *added = (section){ 0 };
  return added;
}

static void read_sections(story *into, const char *all) {
  text body = { 0 };
  int line = 1;
  for (const char *at = all; *at; line++) {
    const char *end = strchr(at, '\n');
    size_t len = end ? (size_t)(end - at) : strlen(at);
    if (len >= 3 && memcmp(at, "== ", 3) == 0) {
      trim_end(&body);
      char **owner = into->count ? &into->sections[into->count - 1].body : &into->preamble;
      *owner = text_take(&body);
      section *added = add_section(into);
      added->line = line;
      read_header(added, at + 3, len - 3);
    } else {
      bool is_escaped = len >= 4 &&
                        memcmp(at, "\\== ", 4) == 0; /* a row that looks like a header */
      text_append(&body, at + is_escaped, len - is_escaped);
      text_add(&body, "\n");
    }
    at += len + (end != NULL);
  }
  trim_end(&body);
  char **owner = into->count ? &into->sections[into->count - 1].body : &into->preamble;
  *owner = text_take(&body);
}

static char *name_of(const char *path) {
  const char *start = path;
  int slashes = 0;
  for (const char *at = path + strlen(path); at > path; at--)
    if (at[-1] == '/' && ++slashes == 2) {
      start = at;
      break;
    }
  size_t len = strlen(start);
  if (len > 5 && strcmp(start + len - 5, ".case") == 0) len -= 5;
  return text_copy_part(start, len);
}

/* ---- soundness --------------------------------------------------------------------------- */

static void check_sql(story *of, size_t sql, bool has_server, text *why) {
  int line = of->sections[sql].line;
  if (!story_find(of, sql, SECTION_ROWS) && !story_find(of, sql, SECTION_ERROR))
    text_printf(why, "line %d: sql without rows or error: say what must come out\n", line);
  if (has_server && !story_find(of, sql, SECTION_SENT))
    text_printf(why, "line %d: sql without sent: say what must be asked, or `sent any`\n", line);
}

static void check_place(story *of, size_t at, bool *may_expect, text *why) {
  const section *here = &of->sections[at];
  if (here->kind == SECTION_UNKNOWN) {
    text_printf(why, "line %d: unknown section `%s`\n", here->line, here->word);
  } else if (here->kind == SECTION_SQL) {
    *may_expect = true;
  } else if (!section_is_expectation(here->kind)) {
    *may_expect = false;
  } else if (!*may_expect) {
    text_printf(why, "line %d: `%s` without an sql section before it\n", here->line, here->word);
  }
  for (size_t before = at; section_is_expectation(here->kind) && before-- > 0;) {
    if (of->sections[before].kind == SECTION_SQL) break;
    if (of->sections[before].kind == here->kind)
      text_printf(why, "line %d: a second `%s` for one sql section\n", here->line, here->word);
  }
}

/* ">= 3.39" or "< 3.50", or both in two sections. */
static void read_versions(story *of, const section *at, text *why) {
  int major = 0, minor = 0, end = 0;
  char compare[3] = "";
  bool is_read = sscanf(at->argument, "%2[<>=] %d.%d%n", compare, &major, &minor, &end) == 3 &&
                 at->argument[end] == '\0';
  int number = major * 1000000 + minor * 1000;
  if (is_read && strcmp(compare, ">=") == 0) {
    of->sqlite_from = number;
  } else if (is_read && strcmp(compare, "<") == 0) {
    of->sqlite_to = number;
  } else {
    text_printf(why, "line %d: `sqlite` goes with `>= 3.39` or `< 3.50`\n", at->line);
  }
}

static void check(story *of, bool is_update, text *why) {
  bool may_expect = false, has_server = false;
  size_t sql_count = 0;
  if (of->preamble[0] != '#')
    text_add(why, "line 1: no `# what this case proves` before the first section\n");
  for (size_t i = 0; i < of->count; i++) {
    section_kind kind = of->sections[i].kind;
    check_place(of, i, &may_expect, why);
    if (kind == SECTION_REPLY || kind == SECTION_SEED) has_server = true;
    if (kind == SECTION_SQL) {
      sql_count++;
      if (!is_update) check_sql(of, i, has_server, why);
    }
    if (kind == SECTION_SQLITE) read_versions(of, &of->sections[i], why);
    if (kind == SECTION_MUST_FAIL) {
      const char *argument = of->sections[i].argument;
      of->must_fail = text_copy(text_starts(argument, "fail ") ? argument + 5 : argument);
    }
  }
  if (!sql_count) text_add(why, "the case has no sql section: it proves nothing\n");
}

story *story_read(const char *path, bool is_update, text *why) {
  size_t len;
  char *all = text_read_file(path, &len);
  if (!all) return NULL;
  story *made = text_allocate(sizeof *made);
  made->path = text_copy(path);
  made->name = name_of(path);
  made->sqlite_to = INT_MAX;
  if (strlen(all) != len) text_add(why, "the file holds a NUL byte\n");
  read_sections(made, all);
  free(all);
  check(made, is_update, why);
  return made;
}

static void clear_section(section *done) {
  free(done->word);
  free(done->argument);
  free(done->body);
}

void story_free(story *done) {
  if (!done) return;
  for (size_t i = 0; i < done->count; i++)
    clear_section(&done->sections[i]);
  free(done->sections);
  free(done->path);
  free(done->name);
  free(done->preamble);
  free(done->must_fail);
  free(done);
}

section *story_find(story *of, size_t sql, section_kind kind) {
  for (size_t i = sql + 1; i < of->count && section_is_expectation(of->sections[i].kind); i++)
    if (of->sections[i].kind == kind) return &of->sections[i];
  return NULL;
}

/* ---- rewriting --------------------------------------------------------------------------- */

void section_rewrite(section *at, section_kind kind, const char *argument, const char *body) {
  at->kind = kind;
  free(at->word);
  at->word = text_copy(kind_word(kind));
  if (argument) {
    free(at->argument);
    at->argument = text_copy(argument);
  }
  free(at->body);
  at->body = text_copy(body);
}

void story_insert(story *into, size_t sql, section_kind kind, const char *body) {
  add_section(into);
  section *place = &into->sections[sql + 1];
  memmove(place + 1, place, (into->count - sql - 2) * sizeof *place);
  *place = (section){ .word = text_copy(""), .argument = text_copy(""), .body = text_copy("") };
  section_rewrite(place, kind, NULL, body);
}

static void add_body(text *to, const char *body) {
  for (const char *at = body; *at;) {
    size_t len = strcspn(at, "\n");
    if (len >= 3 && memcmp(at, "== ", 3) == 0) text_add(to, "\\");
    text_append(to, at, len);
    text_add(to, "\n");
    at += len + (at[len] == '\n');
  }
}

bool story_write(const story *from) {
  text all = { 0 };
  add_body(&all, from->preamble);
  for (size_t i = 0; i < from->count; i++) {
    const section *here = &from->sections[i];
    if (!section_is_expectation(here->kind)) text_add(&all, "\n");
    text_printf(&all, "== %s%s%s\n", here->word, *here->argument ? " " : "", here->argument);
    add_body(&all, here->body);
  }
  FILE *file = fopen(from->path, "wb");
  bool is_written = file && fwrite(text_str(&all), 1, all.len, file) == all.len;
  if (file && fclose(file) != 0) is_written = false;
  text_clear(&all);
  return is_written;
}
