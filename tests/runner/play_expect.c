/*
** play_expect.c -- what came out against what the case expects. See play_state.h.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play_state.h"
#include "template.h"

/* ---- what was sent ----------------------------------------------------------------------- */

static char *take_sent_of_first(play *in, const section *at, const char *headers) {
  if (!in->has_seed) return server_take_log(in->on->server, headers);
  text why = { 0 };
  char *sent = sandbox_take_log(*in->on->sandbox, headers, &why);
  if (!sent) play_complain(in, at, "the sandbox does not tell what it was asked", text_str(&why));
  text_clear(&why);
  return sent ? sent : text_copy("");
}

char *play_take_sent(play *in, const section *at, const char *headers) {
  char *first = take_sent_of_first(in, at, headers);
  char *others = server_take_log(in->on->other, headers);
  text all = { 0 };
  text_add(&all, first);
  for (const char *line = others; *line;) {
    size_t len = strcspn(line, "\n");
    bool is_header = *line == ' ';
    text_printf(&all, "%s%.*s\n", is_header ? "" : "other: ", (int)len, line);
    line += len + (line[len] == '\n');
  }
  free(first);
  free(others);
  return text_take(&all);
}

/* ---- expectations ------------------------------------------------------------------------ */

/* The lines without the empty ones at the end. */
void play_trim(char *lines) {
  for (size_t len = strlen(lines); len && strchr("\n ", lines[len - 1]);)
    lines[--len] = '\0';
}

static void compare(play *in, section *at, const char *actual_lines, bool is_sorted) {
  text why = { 0 };
  char *short_form = strstr(at->body, "{{") ? template_expand(at->body, in->folder, &why) : NULL;
  char *replaced = play_substitute(in, short_form ? short_form : at->body);
  char *expected = is_sorted ? text_sort_lines(replaced) : text_copy(replaced);
  char *actual = is_sorted ? text_sort_lines(actual_lines) : text_copy(actual_lines);
  play_trim(expected);
  play_trim(actual);
  if (why.len) play_complain(in, at, "short form", text_str(&why));
  if (strcmp(expected, actual) != 0) {
    if (in->on->is_update) {
      char *neutral = template_replace(actual, play_base(in), "{BASE}");
      section_rewrite(at, at->kind, NULL, neutral);
      in->result->is_update = true;
      free(neutral);
    } else {
      play_complain_diff(in, at, expected, actual);
    }
  }
  free(short_form);
  free(replaced);
  free(expected);
  free(actual);
  text_clear(&why);
}

static void compare_number(play *in, section *at, int actual, bool is_bound) {
  int expected = -1;
  bool is_read = sscanf(at->argument, "%d", &expected) == 1;
  if (is_read && (is_bound ? actual <= expected : actual == expected)) return;
  char number[16];
  snprintf(number, sizeof number, "%d", actual);
  if (in->on->is_update) {
    section_rewrite(at, at->kind, number, "");
    in->result->is_update = true;
  } else {
    play_complain_diff(in, at, at->argument, number);
  }
}

/* The usual mistake: requests that overlap arrive in any order. */
static void hint_at_order(play *in, const section *at, const char *actual) {
  char *expected_sorted = text_sort_lines(at->body), *actual_sorted = text_sort_lines(actual);
  play_trim(expected_sorted);
  play_trim(actual_sorted);
  if (strcmp(expected_sorted, actual_sorted) == 0)
    play_complain(in, at, "the same requests in another order; if they overlap, write",
                  "sent unordered");
  free(expected_sorted);
  free(actual_sorted);
}

static void compare_sent(play *in, section *at) {
  bool is_any = text_starts(at->argument, "any");
  bool is_sorted = text_starts(at->argument, "unordered");
  if (strcmp(at->argument, "none") == 0) section_rewrite(at, SECTION_SENT, "", "none");
  const char *headers = strchr(at->argument, '+');
  char *sent = play_take_sent(in, at, headers ? headers : "");
  int problems = in->problems;
  if (!is_any) compare(in, at, *sent ? sent : "none", is_sorted);
  if (in->problems > problems && !is_sorted) hint_at_order(in, at, sent);
  free(sent);
}

static int take_peak(play *in, const section *at) {
  if (!in->has_seed) return server_take_peak(in->on->server);
  text why = { 0 };
  int peak = sandbox_peak(*in->on->sandbox, &why);
  if (peak < 0) play_complain(in, at, "the sandbox does not tell its peak", text_str(&why));
  text_clear(&why);
  return peak;
}

/* An outcome of another kind than the one expected: an error for rows, or the reverse. */
static void settle_kind(play *in, size_t sql, const outcome *out) {
  section *rows = story_find(in->story, sql, SECTION_ROWS);
  section *error = story_find(in->story, sql, SECTION_ERROR);
  const section *at = &in->story->sections[sql];
  bool has_error = out->error.len > 0;
  if (has_error ? error != NULL : rows != NULL && !error) return;
  if (!in->on->is_update) {
    if (has_error) play_complain(in, at, "unexpected error", text_str(&out->error));
    if (!has_error) play_complain(in, at, "no error, although one is expected", "");
    return;
  }
  section_kind wanted = has_error ? SECTION_ERROR : SECTION_ROWS;
  section *other = has_error ? rows : error;
  in->result->is_update = true;
  if (other) {
    section_rewrite(other, wanted, NULL, "");
  } else {
    story_insert(in->story, sql, wanted, "");
  }
}

void play_check_outcome(play *in, size_t sql, const outcome *out) {
  settle_kind(in, sql, out);
  if (in->on->is_update && !story_find(in->story, sql, SECTION_SENT) &&
      (in->has_seed || server_arrivals(in->on->server)))
    story_insert(in->story, sql + 1, SECTION_SENT, "");
  /* Taking the sandbox's log forgets its peak. */
  int peak = story_find(in->story, sql, SECTION_PEAK) ? take_peak(in, &in->story->sections[sql])
                                                      : 0;
  bool has_sent = false;
  for (size_t i = sql + 1; i < in->story->count; i++) {
    section *at = &in->story->sections[i];
    if (!section_is_expectation(at->kind)) break;
    if (at->kind == SECTION_ROWS) compare(in, at, text_str(&out->rows), false);
    if (at->kind == SECTION_ERROR && out->error.len) compare(in, at, text_str(&out->error), false);
    if (at->kind == SECTION_PLAN) compare(in, at, text_str(&out->plan), false);
    if (at->kind == SECTION_CHANGES) compare_number(in, at, out->changes, false);
    if (at->kind == SECTION_PEAK) compare_number(in, at, peak, true);
    if (at->kind == SECTION_SENT) compare_sent(in, at);
    has_sent = has_sent || at->kind == SECTION_SENT;
  }
  if (!has_sent) free(play_take_sent(in, &in->story->sections[sql], ""));
}

void play_check_torture(play *in, size_t sql, const outcome *out) {
  section *rows = story_find(in->story, sql, SECTION_ROWS);
  section *error = story_find(in->story, sql, SECTION_ERROR);
  const section *at = &in->story->sections[sql];
  if (out->error.len) {
    bool is_allowed = in->torture->may_fail_anyhow || out->code == SQLITE_NOMEM || error;
    if (!is_allowed)
      play_complain(in, at, "another error than the lack of memory", text_str(&out->error));
    in->is_over = true;
  } else if (rows) {
    compare(in, rows, text_str(&out->rows), false);
  }
  free(play_take_sent(in, at, ""));
}
