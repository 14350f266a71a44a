/*
** story.c -- see story.h.
*/
#include "story.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "each.h"

static const struct {
  const char *word;
  section_kind kind;
} kinds[] = {
  { "must", SECTION_MUST_FAIL }, { "not", SECTION_NOT_TORTURED },
  { "env", SECTION_ENV },        { "sqlite", SECTION_SQLITE },
  { "seed", SECTION_SEED },      { "control", SECTION_CONTROL },
  { "setup", SECTION_SETUP },    { "reconnect", SECTION_RECONNECT },
  { "reply", SECTION_REPLY },    { "for", SECTION_FOR_EACH },
  { "bind", SECTION_BIND },      { "interrupt", SECTION_INTERRUPT },
  { "sql", SECTION_SQL },        { "rows", SECTION_ROWS },
  { "error", SECTION_ERROR },    { "plan", SECTION_PLAN },
  { "sent", SECTION_SENT },      { "changes", SECTION_CHANGES },
  { "peak", SECTION_PEAK },
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

/* The lines so far belong to the section that was begun last, or stand before the first. */
static void end_body(story *into, text *body) {
  trim_end(body);
  char **owner = into->count ? &into->sections[into->count - 1].body : &into->preamble;
  *owner = text_take(body);
}

static void read_line(story *into, const char *line, size_t len, int number, text *body) {
  if (len >= 3 && memcmp(line, "== ", 3) == 0) {
    end_body(into, body);
    section *added = add_section(into);
    added->line = number;
    read_header(added, line + 3, len - 3);
  } else {
    bool is_escaped = len >= 4 &&
                      memcmp(line, "\\== ", 4) == 0; /* a row that looks like a header */
    text_append(body, line + is_escaped, len - is_escaped);
    text_add(body, "\n");
  }
}

/* Values of tables are read already, and stand for themselves. */
static bool is_in_values(const story *of) {
  return of->count && of->sections[of->count - 1].kind == SECTION_FOR_EACH;
}

/* `tables` NULL: the story is told once, as it stands. */
static void read_sections(story *into, const char *all, const each *tables, size_t nth, text *why) {
  text body = { 0 };
  int number = 1;
  for (const char *at = all; *at; number++) {
    size_t len = strcspn(at, "\n");
    text told = { 0 };
    bool is_header = text_starts(at, "== ");
    if (!tables || (is_in_values(into) && !is_header)) {
      read_line(into, at, len, number, &body);
    } else if (each_line(tables, nth, at, len, number, &told, why)) {
      read_line(into, text_str(&told), told.len, number, &body);
    }
    text_clear(&told);
    at += len + (at[len] == '\n');
  }
  end_body(into, &body);
}

static char *name_of(const char *folder, const char *path, const char *table) {
  const char *start = path;
  if (text_starts(path, folder) && path[strlen(folder)] == '/') start += strlen(folder) + 1;
  size_t len = strlen(start);
  if (len > 5 && strcmp(start + len - 5, ".case") == 0) len -= 5;
  text name = { 0 };
  text_append(&name, start, len);
  if (table) text_printf(&name, "[%s]", table);
  return text_take(&name);
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
  size_t sql_count = 0, lists = 0;
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
    if (kind == SECTION_FOR_EACH && (!of->is_of_tables || lists++))
      text_printf(why, "line %d: write one `for each` and its tables\n", of->sections[i].line);
    if (kind == SECTION_SQLITE) read_versions(of, &of->sections[i], why);
    if (kind == SECTION_MUST_FAIL) {
      const char *said = of->sections[i].argument;
      if (text_starts(said, "fail ")) said += strlen("fail ");
      of->fails_late = text_starts(said, "late ");
      of->must_fail = text_copy(of->fails_late ? said + strlen("late ") : said);
    }
  }
  if (!sql_count) text_add(why, "the case has no sql section: it proves nothing\n");
}

story *story_read(const char *folder, const char *path, size_t nth, bool is_update, text *why) {
  size_t len;
  char *all = text_read_file(path, &len);
  if (!all) return NULL;
  text examples = { 0 };
  text_printf(&examples, "%s/examples.txt", folder);
  each *tables = each_read(all, text_str(&examples), why);
  text_clear(&examples);
  story *made = text_allocate(sizeof *made);
  made->path = text_copy(path);
  made->name = name_of(folder, path, tables ? each_table(tables, nth) : NULL);
  made->sqlite_to = INT_MAX;
  made->tellings = tables ? each_count(tables) : 1;
  made->is_of_tables = tables != NULL;
  if (strlen(all) != len) text_add(why, "the file holds a NUL byte\n");
  read_sections(made, all, tables, nth, why);
  free(all);
  each_free(tables);
  check(made, is_update && !made->is_of_tables, why);
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

void story_print(const story *from, text *to) {
  add_body(to, from->preamble);
  for (size_t i = 0; i < from->count; i++) {
    const section *here = &from->sections[i];
    if (!section_is_expectation(here->kind)) text_add(to, "\n");
    text_printf(to, "== %s%s%s\n", here->word, *here->argument ? " " : "", here->argument);
    add_body(to, here->body);
  }
}

bool story_write(const story *from) {
  if (from->is_of_tables) return false;
  text all = { 0 };
  story_print(from, &all);
  FILE *file = fopen(from->path, "wb");
  bool is_written = file && fwrite(text_str(&all), 1, all.len, file) == all.len;
  if (file && fclose(file) != 0) is_written = false;
  text_clear(&all);
  return is_written;
}
