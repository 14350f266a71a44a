/*
** each.c -- see each.h.
*/
#include "each.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char SECTION[] = "== for each ";

/* Values that are put in later, when the case runs. */
static const char *const OF_THE_RUN[] = { "BASE", "TMP" };

typedef struct example {
  char *table;
  char *name;
  char *value;
} example;

struct each {
  char **tables;
  size_t count;
  example *examples;
  size_t example_count;
};

static bool is_word(const char *word, const char *bytes, size_t len) {
  return strlen(word) == len && memcmp(word, bytes, len) == 0;
}

/* The length of a line without what ends it. */
static size_t line_length(const char *at) {
  return strcspn(at, "\n");
}

static const char *next_line(const char *at) {
  at += line_length(at);
  return at + (*at == '\n');
}

/* ---- the tables and their values ------------------------------------------------------------ */

static bool is_told_of(const each *in, const char *table, size_t len) {
  for (size_t i = 0; i < in->count; i++)
    if (is_word(in->tables[i], table, len)) return true;
  return false;
}

static void add_tables(each *to, const char *words, size_t len, text *why) {
  for (size_t at = 0; at < len;) {
    size_t end = at;
    while (end < len && !isspace((unsigned char)words[end]))
      end++;
    if (end > at && is_told_of(to, words + at, end - at))
      text_printf(why, "`for each` names %.*s twice\n", (int)(end - at), words + at);
    if (end > at) {
      to->tables = text_resize(to->tables, (to->count + 1) * sizeof *to->tables);
      to->tables[to->count++] = text_copy_part(words + at, end - at);
    }
    at = end + 1;
  }
}

/* "  NAME value": an example of the table; the value is the rest of the line. */
static void add_example(each *to, const char *table, size_t table_len, const char *line,
                        size_t len) {
  size_t name = 0;
  while (name < len && line[name] == ' ')
    name++;
  size_t name_end = name;
  while (name_end < len && line[name_end] != ' ')
    name_end++;
  size_t value = name_end;
  while (value < len && line[value] == ' ')
    value++;
  to->examples = text_resize(to->examples, (to->example_count + 1) * sizeof *to->examples);
  to->examples[to->example_count++] = (example){ text_copy_part(table, table_len),
                                                 text_copy_part(line + name, name_end - name),
                                                 text_copy_part(line + value, len - value) };
}

/* A table's name at the beginning of a line, its values indented below; up to the next section. */
static void read_examples(each *to, const char *at, const char *origin, text *why) {
  const char *table = NULL;
  size_t table_len = 0;
  for (; *at && !text_starts(at, "== "); at = next_line(at)) {
    size_t len = line_length(at);
    if (!len || *at == '#') continue;
    if (*at != ' ') {
      table = at;
      table_len = len;
    } else if (table) {
      add_example(to, table, table_len, at, len);
    } else {
      text_printf(why, "%s: a value without its table: %.*s\n", origin, (int)len, at);
    }
  }
}

/* The last one counts: what the story itself says. NULL: the table has none of this name. */
static const example *find_example(const each *in, const char *table, const char *name,
                                   size_t len) {
  for (size_t i = in->example_count; i-- > 0;) {
    const example *here = &in->examples[i];
    if (is_word(here->name, name, len) && strcmp(here->table, table) == 0) return here;
  }
  return NULL;
}

static bool has_examples(const each *in, const char *table) {
  for (size_t i = 0; i < in->example_count; i++)
    if (strcmp(in->examples[i].table, table) == 0) return true;
  return false;
}

each *each_read(const char *all, const char *examples, text *why) {
  const char *at = all;
  while (*at && !text_starts(at, SECTION))
    at = next_line(at);
  if (!*at) return NULL;
  each *made = text_allocate(sizeof *made);
  add_tables(made, at + strlen(SECTION), line_length(at) - strlen(SECTION), why);
  char *shared = text_read_file(examples, NULL);
  if (shared) read_examples(made, shared, examples, why);
  free(shared);
  read_examples(made, next_line(at), "for each", why);
  for (size_t i = 0; i < made->count; i++)
    if (!has_examples(made, made->tables[i]))
      text_printf(why, "`for each` names %s, of which %s has no values\n", made->tables[i],
                  examples);
  if (made->count) return made;
  text_add(why, "`for each` names no table\n");
  each_free(made);
  return NULL;
}

void each_free(each *done) {
  if (!done) return;
  for (size_t i = 0; i < done->count; i++)
    free(done->tables[i]);
  for (size_t i = 0; i < done->example_count; i++) {
    free(done->examples[i].table);
    free(done->examples[i].name);
    free(done->examples[i].value);
  }
  free(done->tables);
  free(done->examples);
  free(done);
}

size_t each_count(const each *from) {
  return from->count;
}

const char *each_table(const each *from, size_t nth) {
  return from->tables[nth];
}

/* ---- a line ---------------------------------------------------------------------------------- */

/* `text` with what every @ stands for. */
static void add_filled(text *to, const char *with_marks, size_t len, const char *mark,
                       size_t mark_len) {
  for (size_t i = 0; i < len; i++) {
    if (with_marks[i] == '@') {
      text_append(to, mark, mark_len);
    } else {
      text_append(to, with_marks + i, 1);
    }
  }
}

/* `part` once for each word, which every @ in it stands for. */
static void add_for_words(text *to, const char *words, const char *part, size_t len) {
  for (const char *at = words; *at;) {
    size_t word = strcspn(at, " ");
    if (word) add_filled(to, part, len, at, word);
    at += word + (at[word] == ' ');
  }
}

/* The } that ends a text in which braces are balanced, or NULL. */
static const char *closing_brace(const char *at, const char *end) {
  int open = 1;
  for (; at < end; at++) {
    if (*at == '{') open++;
    if (*at == '}' && --open == 0) return at;
  }
  return NULL;
}

static bool is_of_the_run(const char *name, size_t len) {
  for (size_t i = 0; i < sizeof OF_THE_RUN / sizeof *OF_THE_RUN; i++)
    if (is_word(OF_THE_RUN[i], name, len)) return true;
  return false;
}

/* A place {NAME}, {NAME=text} or {NAME:text} in a line. */
typedef struct place {
  const char *name;
  size_t name_len;
  char verb; /* '\0', '=' or ':' */
  const char *argument;
  size_t argument_len;
  const char *behind;
} place;

/* Whether a place begins at the brace `at`; JSON has no such names. */
static bool read_place(const char *at, const char *end, place *found) {
  const char *name_end = at + 1;
  while (name_end < end && (isupper((unsigned char)*name_end) || *name_end == '_'))
    name_end++;
  if (name_end == at + 1 || name_end == end || !strchr("=:}", *name_end)) return false;
  *found = (place){ .name = at + 1, .name_len = (size_t)(name_end - at - 1) };
  if (*name_end == '}') {
    found->behind = name_end + 1;
    return true;
  }
  const char *close = closing_brace(name_end + 1, end);
  if (!close) return false;
  found->verb = *name_end;
  found->argument = name_end + 1;
  found->argument_len = (size_t)(close - found->argument);
  found->behind = close + 1;
  return true;
}

/* False: the table gives nothing for this name. */
static bool add_place(const each *from, const char *table, const place *at, text *to) {
  if (is_word("TABLE", at->name, at->name_len) && !at->verb) {
    text_add(to, table);
    return true;
  }
  const example *found = find_example(from, table, at->name, at->name_len);
  if (!found) return false;
  if (at->verb == ':') {
    add_for_words(to, found->value, at->argument, at->argument_len);
  } else if (at->verb == '=') {
    add_filled(to, found->value, strlen(found->value), at->argument, at->argument_len);
  } else {
    text_add(to, found->value);
  }
  return true;
}

static void add_line(const each *from, const char *table, const char *line, const char *end,
                     int number, text *to, text *why) {
  for (const char *at = line; at < end;) {
    place found;
    bool is_place = *at == '{' && read_place(at, end, &found);
    if (!is_place || is_of_the_run(found.name, found.name_len)) {
      text_append(to, at++, 1);
      continue;
    }
    if (!add_place(from, table, &found, to))
      text_printf(why, "line %d: %s has no {%.*s}\n", number, table, (int)found.name_len,
                  found.name);
    at = found.behind;
  }
}

/* "[customers plans] ": how many bytes the tables take that a line is for; 0: it is for all. */
static size_t marked(const char *line, size_t len) {
  size_t close = 1;
  while (close < len && (islower((unsigned char)line[close]) || strchr("_ ", line[close])))
    close++;
  bool is_marked = len > 3 && line[0] == '[' && close > 1 && close + 1 < len &&
                   line[close] == ']' && line[close + 1] == ' ';
  return is_marked ? close + 2 : 0;
}

/* Whether the words of "[customers plans] " have the table; a word that is none of the story's is complained of. */
static bool has_table(const each *from, const char *table, const char *marks, size_t len,
                      int number, text *why) {
  bool is_there = false;
  for (size_t at = 1; at < len;) {
    size_t end = at;
    while (!strchr(" ]", marks[end]))
      end++;
    if (end > at && is_word(table, marks + at, end - at)) is_there = true;
    if (end > at && !is_told_of(from, marks + at, end - at))
      text_printf(why, "line %d: `for each` does not name %.*s\n", number, (int)(end - at),
                  marks + at);
    at = end + 1;
  }
  return is_there;
}

bool each_line(const each *from, size_t nth, const char *line, size_t len, int number, text *to,
               text *why) {
  const char *table = from->tables[nth];
  size_t start = marked(line, len);
  if (start && !has_table(from, table, line, start - 1, number, why)) return false;
  add_line(from, table, line + start, line + len, number, to, why);
  return true;
}
