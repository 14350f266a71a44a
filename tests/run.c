/*
** run.c -- runs the cases of tests/cases against the extension, linked in. Format: tests/README.md
**
**   run-cases [-v] [--print|--late|--torture|--torture-replies] [--share K/N] [--dir DIR] [--sandbox PROGRAM] [NAME...]
**
** A NAME chooses the cases whose area/name holds it, a share every Nth of them: two processes with 1/2 and
** 2/2 run all. --print runs nothing: it shows the cases, a story of several tables as it reads for each. --late plays
** each case once for every request that it sends, with that request, then its answer, behind all that does not
** wait for it. UPDATE=1 in the environment rewrites what the cases expect. TEST_SLOWNESS=20 multiplies the few
** bounds on time, for valgrind. TORTURE_STEP=7 fails only every seventh allocation, LATE_STEP=7 delays only
** every seventh request.
*/
#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "extension.h"
#include "play.h"
#include "torture.h"

enum {
  CASE_LIMIT_S = 600, /* a case that takes longer hangs */
  TORTURE_LIMIT_S = 1800,
  REPEATING_FROM = 5000, /* allocations of one case */
  FOLDERS_DEEP = 4,      /* cases are looked for */
  MANY_ANSWERS = 30,     /* of one case: not each of more is broken */
  LATE_TRIES = 3         /* a promise on time is kept when one of so many runs keeps it */
};

typedef enum run_mode { RUN_PLAIN, RUN_PRINT, RUN_LATE, RUN_TORTURE, RUN_TORTURE_REPLIES } run_mode;

typedef struct runner {
  stage on;
  sandbox *sandbox;
  const char *folder;
  char **filters;
  int filter_count;
  run_mode mode;
  long torture_step, late_step;
  int share, shares; /* of the cases chosen; from 1 */
  int chosen;
  bool is_verbose;
  int passed;
  int failed;
  int skipped; /* they are for other versions of SQLite */
} runner;

/* For no_network.c, which is preloaded: a look-up of hang.invalid waits here. */
static server *holding;
CM_EXPORT void no_network_hold(void);
void no_network_hold(void) {
  if (holding) server_hold(holding);
}

/* What the signal handlers say. */
static char running[256] = "(none)";

static void say(const char *message) {
  ssize_t ignored = write(STDERR_FILENO, message, strlen(message));
  (void)ignored;
}

static void on_signal(int number) {
  say("\nFAILED ");
  say(running);
  say(number == SIGALRM ? ": it hangs\n" : ": it crashed\n");
  signal(number == SIGALRM ? SIGABRT : number, SIG_DFL);
  raise(number == SIGALRM ? SIGABRT : number);
}

static void begin(const story *which, unsigned limit_s) {
  snprintf(running, sizeof running, "%s", which->name);
  alarm(limit_s);
}

/* ---- one case ---------------------------------------------------------------------------- */

static void report(runner *in, const story *of, const text *failures) {
  bool has_failed = failures->len > 0;
  if (has_failed && of->must_fail) has_failed = !strstr(text_str(failures), of->must_fail);
  bool is_unexpected = of->must_fail && !failures->len;
  if (has_failed || is_unexpected) {
    in->failed++;
    printf("FAILED %s\n%s", of->name, text_str(failures));
    if (of->must_fail) printf("  it was to fail, saying: %s\n", of->must_fail);
  } else {
    in->passed++;
    if (in->is_verbose) printf("ok %s\n", of->name);
  }
}

static void run_plain(runner *in, story *which) {
  play_result result = { 0 };
  stage on = in->on;
  on.is_update = on.is_update &&
                 !which->is_of_tables; /* what its tables share is corrected by hand */
  server_be_hasty(on.server, which->must_fail != NULL);
  for (int i = 0; i < LATE_TRIES; i++) {
    text_clear(&result.failures);
    play_run(&on, which, NULL, &result);
    if (!result.is_late) break;
  }
  server_be_hasty(on.server, false);
  if (on.is_update && result.is_update && !which->must_fail) {
    printf("%s %s\n", story_write(which) ? "updated" : "cannot write", which->path);
  }
  report(in, which, &result.failures);
  text_clear(&result.failures);
}

/*
** Where a case begins to fail: not all at the same place, where only some allocations are failed, or requests late.
*/
static long first_failure(long step, const story *which) {
  unsigned long sum = 0;
  for (const char *at = which->name; *at; at++)
    sum = sum * 31 + (unsigned char)*at;
  return 1 + (long)(sum % (unsigned long)step);
}

/* Play the case with the nth request late, for every n that it asks for; of very many some. */
static void run_late(runner *in, story *which) {
  play_result result = { 0 };
  for (int how = 0; how < SERVER_LATENESSES && !result.failures.len; how++) {
    int nth = which->fails_late ? 1 : (int)first_failure(in->late_step, which);
    do {
      server_be_late(in->on.server, nth, (server_lateness)how);
      play_run(&in->on, which, NULL, &result);
      if (result.failures.len)
        text_printf(&result.failures, "  with request %d %s late\n", nth,
                    how == SERVER_HEARS_LATE ? "heard" : "answered");
      nth += (int)in->late_step + (nth > MANY_ANSWERS ? nth / 10 : 0);
    } while (server_was_late(in->on.server) && !result.failures.len);
  }
  server_be_late(in->on.server, 0, SERVER_HEARS_LATE);
  report(in, which, &result.failures);
  text_clear(&result.failures);
}

/* Beyond the first thousands it is the same again and again, such as a look for Ctrl-C. */
static long next_failure(const runner *in, long nth) {
  return nth + in->torture_step + (nth > REPEATING_FROM ? nth / 10 : 0);
}

/* Fail the nth allocation, for every n until the case passes untouched. */
static void run_torture(runner *in, story *which) {
  const play_torture torture = { torture_arm, NULL, false };
  play_result result = { 0 };
  for (int lasting = 0; lasting < 2 && !result.failures.len; lasting++) {
    bool has_struck = true;
    for (long nth = first_failure(in->torture_step, which); has_struck && !result.failures.len;
         nth = next_failure(in, nth)) {
      torture_set(nth, lasting);
      play_run(&in->on, which, &torture, &result);
      has_struck = torture_has_struck();
      torture_set(0, false);
      if (result.failures.len)
        text_printf(&result.failures, "  with allocation %ld%s failing\n", nth,
                    lasting ? " and all later ones" : "");
      if (in->is_verbose && !has_struck)
        printf("   %s: fewer than %ld allocations\n", which->name, nth);
    }
  }
  report(in, which, &result.failures);
  text_clear(&result.failures);
}

typedef struct breaking {
  server *server;
  int nth;
  server_breakage how;
  int arrivals;
} breaking;

static void arm_breakage(void *context, bool on) {
  breaking *plan = context;
  if (on && !plan->arrivals) server_break_nth(plan->server, plan->nth, plan->how);
  if (!on) plan->arrivals = server_arrivals(plan->server);
}

/* Break the nth answer in every way, for every n that the case asks for; of very many some. */
static void run_torture_replies(runner *in, story *which) {
  play_result result = { 0 };
  for (int how = 0; how < SERVER_BREAKAGES && !result.failures.len; how++) {
    breaking plan = { in->on.server, 0, (server_breakage)how, 0 };
    const play_torture torture = { arm_breakage, &plan, true };
    do {
      plan.nth += 1 + (plan.nth > MANY_ANSWERS ? plan.nth / 10 : 0);
      plan.arrivals = 0;
      play_run(&in->on, which, &torture, &result);
      if (result.failures.len)
        text_printf(&result.failures, "  with answer %d broken in way %d\n", plan.nth, how);
    } while (plan.arrivals >= plan.nth && !result.failures.len);
  }
  report(in, which, &result.failures);
  text_clear(&result.failures);
}

/*
** A must-fail case proves something about the runner only, and an interrupt cannot be noticed where
** not even `SELECT 1` finds memory.
*/
static bool can_be_tortured(const story *which) {
  for (size_t i = 0; i < which->count; i++)
    if (which->sections[i].kind == SECTION_INTERRUPT ||
        which->sections[i].kind == SECTION_NOT_TORTURED)
      return false;
  return !which->must_fail;
}

/* To be asked once for each case: it deals them out to the shares. */
static bool is_chosen(runner *in, const char *name) {
  bool is_named = in->filter_count == 0;
  for (int i = 0; i < in->filter_count && !is_named; i++)
    is_named = strstr(name, in->filters[i]) != NULL;
  return is_named && in->chosen++ % in->shares == in->share - 1;
}

static bool is_for_this_sqlite(const story *which) {
  int version = sqlite3_libversion_number();
  return version >= which->sqlite_from && version < which->sqlite_to;
}

static void print(const story *which, const text *why) {
  text all = { 0 };
  story_print(which, &all);
  printf("##### %s\n%s%s", which->name, text_str(why), text_str(&all));
  text_clear(&all);
}

static void run_story(runner *in, story *which, const text *why) {
  begin(which,
        in->mode == RUN_PLAIN ? (unsigned)(CASE_LIMIT_S * in->on.slowness) : TORTURE_LIMIT_S);
  if (in->mode == RUN_PRINT) {
    print(which, why);
    in->passed++;
  } else if (why->len && in->mode == RUN_PLAIN) {
    report(in, which, why);
  } else if (in->mode == RUN_PLAIN) {
    if (!which->fails_late) run_plain(in, which);
  } else if (in->mode == RUN_LATE) {
    if (!which->must_fail || which->fails_late) run_late(in, which);
  } else if (can_be_tortured(which)) {
    (in->mode == RUN_TORTURE ? run_torture : run_torture_replies)(in, which);
  }
  alarm(0);
  fflush(stdout);
}

/* @return how often the file is told. */
static size_t run_telling(runner *in, const char *path, size_t nth) {
  text why = { 0 };
  story *which = story_read(in->folder, path, nth, in->on.is_update, &why);
  size_t tellings = which ? which->tellings : 1;
  if (!which) {
    printf("FAILED %s: cannot be read\n", path);
    in->failed++;
  } else if (!is_chosen(in, which->name)) {
    /* it is another share's, or nobody's */
  } else if (!is_for_this_sqlite(which)) {
    in->skipped++;
    if (in->is_verbose) printf("for another SQLite: %s\n", which->name);
  } else {
    run_story(in, which, &why);
  }
  story_free(which);
  text_clear(&why);
  return tellings;
}

static void run_file(runner *in, const char *path) {
  for (size_t nth = 0, tellings = 1; nth < tellings; nth++)
    tellings = run_telling(in, path, nth);
}

/* ---- all cases --------------------------------------------------------------------------- */

/* Paths of the cases below a folder, one a line. */
static void find_cases(const char *folder, int depth, text *paths) {
  DIR *files = opendir(folder);
  for (struct dirent *file; files && (file = readdir(files)) != NULL;) {
    if (file->d_name[0] == '.') continue;
    text path = { 0 };
    text_printf(&path, "%s/%s", folder, file->d_name);
    if (path.len > 5 && strcmp(text_str(&path) + path.len - 5, ".case") == 0) {
      text_printf(paths, "%s\n", text_str(&path));
    } else if (depth < FOLDERS_DEEP) {
      find_cases(text_str(&path), depth + 1, paths); /* what is not a folder has no cases */
    }
    text_clear(&path);
  }
  if (files) closedir(files);
}

static void run_all(runner *in) {
  text paths = { 0 };
  find_cases(in->folder, 0, &paths);
  char *sorted = text_sort_lines(text_str(&paths));
  for (char *path = sorted; *path;) {
    size_t len = strcspn(path, "\n");
    char *next = path + len + (path[len] == '\n');
    path[len] = '\0';
    run_file(in, path);
    path = next;
  }
  free(sorted);
  text_clear(&paths);
}

/* What SQLite, libcurl and the extension allocate once is allocated before memory is counted. */
static void warm_up(void) {
  sqlite3 *db = NULL;
  char *error = NULL;
  if (sqlite3_open(":memory:", &db) == SQLITE_OK) cm_extension_init(db, &error, NULL);
  sqlite3_free(error);
  sqlite3_close(db);
}

/* The tests must not see settings of the person who runs them. */
static void forget_environment(void) {
  extern char **environ;
  for (size_t i = 0; environ[i];) {
    char name[128];
    size_t len = strcspn(environ[i], "=");
    bool is_theirs = text_starts(environ[i], "CHARTMOGUL_") ||
                     (len > 6 && strncasecmp(environ[i] + len - 6, "_proxy", 6) == 0);
    if (is_theirs && len < sizeof name) {
      memcpy(name, environ[i], len);
      name[len] = '\0';
      unsetenv(name);
      i = 0;
    } else {
      i++;
    }
  }
}

static bool read_share(runner *in, const char *share) {
  bool is_read = sscanf(share, "%d/%d", &in->share, &in->shares) == 2 && in->share > 0 &&
                 in->share <= in->shares;
  if (!is_read) fprintf(stderr, "run-cases: %s is no share, write 1/2\n", share);
  return is_read;
}

static bool read_arguments(runner *in, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-v") == 0) {
      in->is_verbose = true;
    } else if (strcmp(argv[i], "--print") == 0) {
      in->mode = RUN_PRINT;
    } else if (strcmp(argv[i], "--late") == 0) {
      in->mode = RUN_LATE;
    } else if (strcmp(argv[i], "--torture") == 0) {
      in->mode = RUN_TORTURE;
    } else if (strcmp(argv[i], "--torture-replies") == 0) {
      in->mode = RUN_TORTURE_REPLIES;
    } else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc) {
      in->folder = argv[++i];
    } else if (strcmp(argv[i], "--share") == 0 && i + 1 < argc) {
      if (!read_share(in, argv[++i])) return false;
    } else if (strcmp(argv[i], "--sandbox") == 0 && i + 1 < argc) {
      in->on.sandbox_program = argv[++i];
    } else if (argv[i][0] == '-') {
      fprintf(stderr, "run-cases: unknown option %s\n", argv[i]);
      return false;
    } else {
      in->filters = argv + i;
      in->filter_count = argc - i;
      break;
    }
  }
  return true;
}

static long step_of(const char *variable) {
  const char *value = getenv(variable);
  long step = value ? strtol(value, NULL, 10) : 1;
  return step < 1 ? 1 : step;
}

int main(int argc, char **argv) {
  runner in = { .folder = "tests/cases", .share = 1, .shares = 1 };
  const char *update = getenv("UPDATE"), *slowness = getenv("TEST_SLOWNESS");
  in.on.sandbox_program = "build/chartmogul-sandbox";
  in.on.sandbox = &in.sandbox;
  in.on.is_update = update && strcmp(update, "1") == 0;
  in.on.slowness = slowness ? strtod(slowness, NULL) : 1;
  if (in.on.slowness < 1) in.on.slowness = 1;
  in.torture_step = step_of("TORTURE_STEP");
  in.late_step = step_of("LATE_STEP");
  if (!read_arguments(&in, argc, argv)) return 2;
  forget_environment();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGALRM, on_signal);
  signal(SIGSEGV, on_signal);
  signal(SIGABRT, on_signal);
  if (in.mode == RUN_TORTURE) torture_install();
  warm_up();
  bool is_tortured = in.mode == RUN_TORTURE || in.mode == RUN_TORTURE_REPLIES;
  in.on.server = server_new(in.on.slowness);
  in.on.other = server_new(in.on.slowness);
  server_be_hasty(in.on.server, is_tortured); /* company may be kept away by a broken answer */
  server_be_hasty(in.on.other, is_tortured);
  holding = in.on.server;
  run_all(&in);
  server_free(in.on.server);
  server_free(in.on.other);
  sandbox_free(in.sandbox);
  if (in.skipped > 0) printf("cases for other versions of SQLite: %d\n", in.skipped);
  printf("%d passed, %d failed\n", in.passed, in.failed);
  return in.failed || !in.passed;
}
