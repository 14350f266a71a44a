/*
** play.c -- see play.h.
*/
#include "play.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "extension.h"
#include "play_state.h"
#include "template.h"

enum { INTERRUPT_BOUND_MS = 200 }; /* what the extension promises */

/* ---- complaints -------------------------------------------------------------------------- */

void play_complain(play *in, const section *at, const char *what, const char *detail) {
  in->problems++;
  in->result->is_late = false;
  text_printf(&in->result->failures, "  %s:%d: %s%s%s\n", in->story->path, at->line, what,
              *detail ? ": " : "", detail);
}

void play_complain_diff(play *in, const section *at, const char *expected, const char *actual) {
  in->problems++;
  in->result->is_late = false;
  text_printf(&in->result->failures, "  %s:%d: %s\n", in->story->path, at->line, at->word);
  text_add_diff(&in->result->failures, expected, actual);
}

/* ---- the connection ---------------------------------------------------------------------- */

const char *play_base(const play *in) {
  return in->has_seed ? sandbox_base(*in->on->sandbox) : server_base(in->on->server);
}

static int configure(sqlite3 *db, const char *name, const char *value) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(db, "SELECT chartmogul_config(?1, ?2)", -1, &statement, NULL);
  if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  sqlite3_finalize(statement);
  return code == SQLITE_ROW ? SQLITE_OK : code;
}

static bool connect(play *in, const section *at) {
  if (in->db) return true;
  char *error = NULL;
  int code = sqlite3_open(":memory:", &in->db);
  if (code == SQLITE_OK) code = cm_extension_init(in->db, &error, &in->clock.face);
  bool is_loaded = code == SQLITE_OK || code == SQLITE_OK_LOAD_PERMANENTLY;
  if (is_loaded && !in->is_raw) {
    code = configure(in->db, "base_url", play_base(in));
    if (code == SQLITE_OK) code = configure(in->db, "api_key", "test-key");
    is_loaded = code == SQLITE_OK;
  }
  if (!is_loaded) {
    play_complain(in, at, "cannot connect", error ? error : sqlite3_errmsg(in->db));
    in->is_over = true;
  }
  sqlite3_free(error);
  return is_loaded;
}

static void disconnect(play *in, const section *at) {
  if (!in->db) return;
  if (sqlite3_close(in->db) != SQLITE_OK) {
    play_complain(in, at, "the connection cannot be closed", sqlite3_errmsg(in->db));
    sqlite3_close_v2(in->db);
  }
  in->db = NULL;
}

/* ---- before the statements --------------------------------------------------------------- */

static const char *temp_folder(play *in) {
  if (in->temp) return in->temp;
  const char *parent = getenv("TMPDIR");
  text path = { 0 };
  text_printf(&path, "%s/run-cases-XXXXXX", parent && *parent ? parent : "/tmp");
  in->temp = text_take(&path);
  if (!mkdtemp(in->temp)) perror(in->temp);
  return in->temp;
}

static void remove_temp(play *in) {
  if (!in->temp) return;
  DIR *folder = opendir(in->temp);
  for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    text path = { 0 };
    text_printf(&path, "%s/%s", in->temp, entry->d_name);
    unlink(text_str(&path));
    text_clear(&path);
  }
  if (folder) closedir(folder);
  rmdir(in->temp);
  free(in->temp);
}

/* {BASE}, {OTHER} and {TMP} in `body`. Free with free(). */
char *play_substitute(play *in, const char *body) {
  char *with_other = template_replace(body, "{OTHER}", server_base(in->on->other));
  char *with_base = template_replace(with_other, "{BASE}", play_base(in));
  free(with_other);
  if (!strstr(with_base, "{TMP}")) return with_base;
  char *done = template_replace(with_base, "{TMP}", temp_folder(in));
  free(with_base);
  return done;
}

static void set_env(play *in, const section *at) {
  if (in->db) play_complain(in, at, "env stands behind the first statement", "");
  char *body = play_substitute(in, at->body);
  for (char *line = body; *line;) {
    size_t len = strcspn(line, "\n");
    char *next = line + len + (line[len] == '\n');
    line[len] = '\0';
    char *value = strchr(line, '=');
    if (value) {
      *value++ = '\0';
      setenv(line, value, 1);
      text_printf(&in->env, "%s\n", line);
    } else {
      play_complain(in, at, "write NAME=VALUE", line);
    }
    line = next;
  }
  free(body);
}

static void unset_env(play *in) {
  char *names = text_take(&in->env);
  for (char *name = names; *name;) {
    size_t len = strcspn(name, "\n");
    char *next = name + len + (name[len] == '\n');
    name[len] = '\0';
    unsetenv(name);
    name = next;
  }
  free(names);
}

static void seed(play *in, const section *at) {
  text why = { 0 };
  if (in->db) play_complain(in, at, "seed stands behind the first statement", "");
  if (!*in->on->sandbox) *in->on->sandbox = sandbox_new(in->on->sandbox_program, &why);
  bool is_ready = *in->on->sandbox && sandbox_reset(*in->on->sandbox, at->argument, &why);
  in->has_seed = is_ready;
  if (!is_ready) {
    play_complain(in, at, "the sandbox does not answer", text_str(&why));
    in->is_over = true;
  }
  text_clear(&why);
}

static void control(play *in, const section *at) {
  text why = { 0 };
  if (!in->has_seed) {
    play_complain(in, at, "control without a seed before it", "");
  } else if (!sandbox_control(*in->on->sandbox, at->argument, at->body, &why)) {
    play_complain(in, at, "the sandbox refuses", text_str(&why));
  }
  text_clear(&why);
}

static void add_reply(play *in, const section *at) {
  text why = { 0 };
  char *source = play_substitute(in, at->body);
  char *body = template_expand(source, in->folder, &why);
  bool is_other = text_starts(at->argument, "other ");
  server *of = is_other ? in->on->other : in->on->server;
  const char *target = is_other ? at->argument + strlen("other ") : at->argument;
  if (!body || !server_add_reply(of, target, body, &why))
    play_complain(in, at, "reply", text_str(&why));
  free(source);
  free(body);
  text_clear(&why);
}

static void set_up(play *in, const section *at) {
  bool is_raw = strcmp(at->argument, "raw") == 0;
  if (is_raw && in->db) play_complain(in, at, "setup raw stands behind the first statement", "");
  if (is_raw) in->is_raw = true;
  if (!connect(in, at)) return;
  char *sql = play_substitute(in, at->body);
  outcome out = { 0 };
  statement_run(in->db, sql, "", false, &out);
  if (out.error.len) {
    play_complain(in, at, "setup fails", text_str(&out.error));
    in->is_over = true;
  }
  outcome_clear(&out);
  free(sql);
}

/* ---- interrupts -------------------------------------------------------------------------- */

/* Sleeps go on until it is seen; the first one counts. */
static void raise_interrupt(void *context) {
  interruption *pending = context;
  if (!atomic_load(&pending->at_ms)) atomic_store(&pending->at_ms, 1 + ticks_ms(&pending->time));
  sqlite3_interrupt(pending->db);
}

/* @return for how long it was armed, in its own time. */
static int64_t disarm_interrupt(play *in) {
  if (!in->interrupt.is_armed) return 0;
  in->interrupt.is_armed = false;
  int64_t ended_ms = 1 + ticks_ms(&in->interrupt.time);
  server_watch_hold(in->on->server, 0, NULL, NULL);
  in->clock.on_sleep = NULL;
  ticks_stop(&in->interrupt.time);
  return ended_ms;
}

/* "interrupt [N] [within MS]": at the Nth held request; "interrupt asleep": when nothing is under way. */
static void arm_interrupt(play *in, const section *at) {
  if (!connect(in, at)) return;
  disarm_interrupt(in);
  int count = 1, bound_ms = INTERRUPT_BOUND_MS;
  if (sscanf(at->argument, "%d within %d", &count, &bound_ms) < 1)
    sscanf(at->argument, "within %d", &bound_ms);
  in->interrupt.is_armed = true;
  in->interrupt.bound_ms = bound_ms;
  in->interrupt.db = in->db;
  atomic_store(&in->interrupt.at_ms, 0);
  ticks_start(&in->interrupt.time);
  if (strcmp(at->argument, "asleep") == 0) {
    in->clock.context = &in->interrupt;
    in->clock.on_sleep = raise_interrupt;
  } else {
    server_watch_hold(in->on->server, count, raise_interrupt, &in->interrupt);
  }
}

static void check_interrupt(play *in, const section *at) {
  if (!in->interrupt.is_armed) return;
  int64_t ended_ms = disarm_interrupt(in);
  int64_t raised_ms = atomic_load(&in->interrupt.at_ms);
  if (!raised_ms) {
    play_complain(in, at, "nothing was held or slept, so that nothing was interrupted", "");
    return;
  }
  int64_t took_ms = ended_ms - raised_ms;
  double bound_ms = in->interrupt.bound_ms * in->on->slowness;
  if ((double)took_ms <= bound_ms) return;
  text_printf(&in->result->failures,
              "  %s:%d: returned %lld ms after the interrupt, not within %g\n", in->story->path,
              at->line, (long long)took_ms, bound_ms);
  in->result->is_late = in->problems++ == 0;
}

/* Ctrl-C while requests are under way is looked for now and then. */
static bool needs_time(const story *which) {
  for (size_t i = 0; i < which->count; i++)
    if (which->sections[i].kind == SECTION_INTERRUPT &&
        strcmp(which->sections[i].argument, "asleep") != 0)
      return true;
  return false;
}

/* ---- the run ----------------------------------------------------------------------------- */

static void run_sql(play *in, size_t sql) {
  const section *at = &in->story->sections[sql];
  if (!connect(in, at)) return;
  char *statements = play_substitute(in, at->body);
  outcome out = { 0 };
  bool is_planned = story_find(in->story, sql, SECTION_PLAN) != NULL;
  free(play_take_sent(in, at, "")); /* what setup asked for is nobody's concern */
  server_take_peak(in->on->server);
  if (in->torture) in->torture->arm(in->torture->context, true);
  statement_run(in->db, statements, in->binds, is_planned, &out);
  if (in->torture) in->torture->arm(in->torture->context, false);
  free(in->binds);
  in->binds = text_copy("");
  if (in->torture) {
    play_check_torture(in, sql, &out);
  } else {
    check_interrupt(in, at);
    play_check_outcome(in, sql, &out);
  }
  outcome_clear(&out);
  free(statements);
}

static void perform(play *in, size_t place) {
  const section *at = &in->story->sections[place];
  switch (at->kind) {
  case SECTION_ENV: set_env(in, at); break;
  case SECTION_SEED: seed(in, at); break;
  case SECTION_CONTROL: control(in, at); break;
  case SECTION_SETUP: set_up(in, at); break;
  case SECTION_RECONNECT: disconnect(in, at); break;
  case SECTION_REPLY: add_reply(in, at); break;
  case SECTION_BIND:
    free(in->binds);
    in->binds = text_copy(at->body);
    break;
  case SECTION_INTERRUPT: arm_interrupt(in, at); break;
  case SECTION_SQL: run_sql(in, place); break;
  case SECTION_ROWS:
  case SECTION_ERROR:
  case SECTION_PLAN:
  case SECTION_SENT:
  case SECTION_CHANGES:
  case SECTION_PEAK:
  case SECTION_MUST_FAIL:
  case SECTION_NOT_TORTURED:
  case SECTION_SQLITE:
  case SECTION_FOR_EACH:
  case SECTION_UNKNOWN: break;
  }
}

static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? text_copy_part(path, (size_t)(slash - path)) : text_copy(".");
}

/* What a server noticed. Whether a reply was left over says nothing once a run broke off. */
static void check_server(play *in, server *of) {
  if (in->torture) return;
  char *problems = server_problems(of);
  char *unused = in->is_over ? text_copy("") : server_unused(of);
  const section *last = &in->story->sections[in->story->count - 1];
  play_trim(problems);
  play_trim(unused);
  if (*problems) play_complain(in, last, "the server", problems);
  if (*unused) play_complain(in, last, "the server", unused);
  free(problems);
  free(unused);
}

void play_run(const stage *on, story *which, const play_torture *torture, play_result *result) {
  play in = { .on = on, .story = which, .torture = torture, .result = result };
  *result = (play_result){ 0 };
  in.folder = folder_of(which->path);
  in.binds = text_copy("");
  fake_clock_init(&in.clock);
  if (needs_time(which)) fake_clock_count(&in.clock);
  server_reset(on->server, &in.clock);
  server_reset(on->other, &in.clock);
  sqlite3_int64 used_before = sqlite3_memory_used();
  for (size_t i = 0; i < which->count && !in.is_over; i++)
    perform(&in, i);
  disarm_interrupt(&in);
  const section *last = &which->sections[which->count - 1];
  disconnect(&in, last);
  sqlite3_int64 lost = sqlite3_memory_used() - used_before;
  if (lost > 0) {
    char bytes[32];
    snprintf(bytes, sizeof bytes, "%lld bytes", (long long)lost);
    play_complain(&in, last, "memory was not given back", bytes);
  }
  check_server(&in, on->server);
  check_server(&in, on->other);
  server_reset(on->server, NULL);
  server_reset(on->other, NULL);
  unset_env(&in);
  remove_temp(&in);
  free(in.folder);
  free(in.binds);
}
