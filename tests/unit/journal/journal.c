#include "journal/journal.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sqlite_api.h"
#include "journal/journal_file.h"
#include "journal/process.h"

static char folder[] = "/tmp/cm-journal-XXXXXX";
static char path[64];

static int make_folder(void **state) {
  (void)state;
  memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/j.db", folder);
  return 0;
}

static int remove_folder(void **state) {
  static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
  char name[80];
  (void)state;
  for (size_t i = 0; i < cm_countof(ends); i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
  return rmdir(folder);
}

static cm_journal *open_it(void) {
  cm_clock clock = cm_clock_system();
  cm_journal *journal = NULL;
  cm_err err = { 0 };
  assert_int_equal(cm_journal_open(path, &clock, &journal, &err), SQLITE_OK);
  return journal;
}

static void lines_last(void **state) {
  cm_err err = { 0 };
  cm_journal_line line = { .id = CM_JOURNAL_RUN_IDS + 1,
                           .run = 1,
                           .table_name = "t",
                           .operation = "INSERT",
                           .state = "queued",
                           .change = "{}" };
  cm_journal_line found;
  struct stat file;
  (void)state;
  cm_journal *journal = open_it();
  assert_int_equal(cm_journal_run_number(journal), 0);
  assert_int_equal(cm_journal_begin_run(journal, "https://a", "", &err), SQLITE_OK);
  assert_int_equal(cm_journal_run_number(journal), 1);
  assert_int_equal(cm_journal_put(journal, &line, &err), SQLITE_OK);
  line.change = "{\"sent\":1}";
  assert_int_equal(cm_journal_put_sent(journal, &line, &err), SQLITE_OK);
  assert_int_equal(cm_journal_flush(journal, &err), SQLITE_OK);
  assert_int_equal(cm_journal_next(journal, 0, &found, &err), SQLITE_DONE); /* of other runs */
  cm_journal *other = open_it();
  assert_int_equal(cm_journal_next(other, 0, &found, &err), SQLITE_ROW);
  assert_string_equal(found.state, "sent");
  assert_string_equal(found.change, "{\"sent\":1}");
  assert_null(found.key);
  assert_int_equal(cm_journal_next(other, found.id, &found, &err), SQLITE_DONE);
  assert_int_equal(stat(path, &file), 0);
  assert_int_equal(file.st_mode & 0777, 0600);
  cm_journal_close(other);
  cm_journal_close(journal);
}

/** A run whose process lives is not cut off, and one that is closed is ended: what was queued is dropped. */
static void closing_ends_a_run(void **state) {
  cm_err err = { 0 };
  const cm_journal_line line = { .id = CM_JOURNAL_RUN_IDS + 1,
                                 .run = 1,
                                 .table_name = "t",
                                 .operation = "INSERT",
                                 .state = "queued" };
  cm_journal_line found;
  cm_journal_run run;
  (void)state;
  cm_journal *journal = open_it();
  assert_int_equal(cm_journal_begin_run(journal, "https://a", "", &err), SQLITE_OK);
  assert_int_equal(cm_journal_put(journal, &line, &err), SQLITE_OK);
  assert_int_equal(cm_journal_flush(journal, &err), SQLITE_OK);
  cm_journal *other = open_it();
  assert_int_equal(cm_journal_next_cut_off(other, 0, &run, &err), SQLITE_DONE);
  cm_journal_close(journal);
  assert_int_equal(cm_journal_next_cut_off(other, 0, &run, &err), SQLITE_DONE);
  assert_int_equal(cm_journal_find(other, line.id, &found, &err), SQLITE_ROW);
  assert_string_equal(found.state, "dropped");
  cm_journal_close(other);
}

/** Who gets the lock sees what the one before has done, whatever it was reading when it began to wait. */
static void the_lock_shows_what_was_done(void **state) {
  cm_err err = { 0 };
  cm_journal_line line = { .id = CM_JOURNAL_RUN_IDS + 1,
                           .run = 1,
                           .table_name = "t",
                           .operation = "INSERT",
                           .state = "queued",
                           .change = "{}" };
  cm_journal_line found;
  (void)state;
  cm_journal *first = open_it();
  cm_journal *second = open_it();
  assert_int_equal(cm_journal_begin_run(first, "https://a", "", &err), SQLITE_OK);
  assert_int_equal(cm_journal_put(first, &line, &err), SQLITE_OK);
  assert_int_equal(cm_journal_flush(first, &err), SQLITE_OK);
  assert_int_equal(cm_journal_next(second, 0, &found, &err), SQLITE_ROW);
  assert_string_equal(found.state, "queued");
  assert_int_equal(cm_journal_enter(first, &err), SQLITE_OK);
  line.state = "written";
  assert_int_equal(cm_journal_put_outcome(first, &line, &err), SQLITE_OK);
  assert_int_equal(cm_journal_flush(first, &err), SQLITE_OK);
  cm_journal_leave(first);
  assert_int_equal(cm_journal_enter(second, &err), SQLITE_OK);
  assert_int_equal(cm_journal_find(second, line.id, &found, &err), SQLITE_ROW);
  assert_string_equal(found.state, "written");
  cm_journal_close(second);
  cm_journal_close(first);
}

static int64_t slept;

static void count_sleep(void *context, int duration_ms) {
  (void)context;
  slept += duration_ms;
}

static void one_at_a_time(void **state) {
  cm_clock clock = cm_clock_system();
  cm_err err = { 0 };
  int first = -1;
  int second = -1;
  char name[64];
  (void)state;
  clock.sleep_ms = count_sleep;
  slept = 0;
  assert_int_equal(cm_journal_lock(path, &clock, &first, &err), SQLITE_OK);
  assert_int_equal(cm_journal_lock(path, &clock, &second, &err), SQLITE_BUSY);
  assert_int_equal(slept, CM_JOURNAL_LOCK_MS);
  snprintf(name, sizeof name, "process %ld on ", (long)getpid());
  assert_non_null(strstr(err.text, name));
  cm_journal_unlock(first);
  assert_int_equal(cm_journal_lock(path, &clock, &second, &err), SQLITE_OK);
  cm_journal_unlock(second);
}

static void processes(void **state) {
  cm_process self;
  (void)state;
  cm_process_self(&self);
  assert_true(cm_process_may_live(self.pid, self.host, self.start));
  assert_true(cm_process_may_live(self.pid, "another host", "1"));
  assert_true(cm_process_is_elsewhere("another host"));
  assert_false(cm_process_is_elsewhere(self.host));
  if (*self.start != '\0') assert_false(cm_process_may_live(self.pid, self.host, "1"));
  assert_false(cm_process_may_live(0, self.host, ""));
}

/** One that has ended runs no more, also before its parent asks how: under a first process that asks for nobody it stays so. */
static void ended_process_nobody_asked_for(void **state) {
  cm_process self;
  siginfo_t how;
  (void)state;
  cm_process_self(&self);
  if (*self.start == '\0') skip(); /* the system does not say */
  pid_t child = fork();
  if (child == 0) _exit(0);
  assert_int_equal(waitid(P_PID, (id_t)child, &how, WEXITED | WNOWAIT), 0);
  assert_false(cm_process_may_live(child, self.host, ""));
  assert_int_equal(waitpid(child, NULL, 0), child);
}

static void *wait_for_ever(void *unused) {
  pause();
  return unused;
}

/** The letter by which the system tells how a process is. */
static char state_of(pid_t pid) {
  char place[64];
  char name[64];
  char state = '?';
  snprintf(place, sizeof place, "/proc/%ld/stat", (long)pid);
  FILE *file = fopen(place, "r");
  if (file != NULL && fscanf(file, "%*d %63s %c", name, &state) != 2) state = '?';
  if (file != NULL) fclose(file);
  return state;
}

/** Its first thread has ended, another goes on: the system calls it ended, and it may write still. */
static void process_that_another_thread_goes_on_with(void **state) {
  cm_process self;
  (void)state;
  cm_process_self(&self);
  if (*self.start == '\0') skip();
  pid_t child = fork();
  if (child == 0) {
    pthread_t other;
    if (pthread_create(&other, NULL, wait_for_ever, NULL) != 0) _exit(1);
    pthread_exit(NULL);
  }
  while (state_of(child) != 'Z')
    sched_yield();
  bool may_live = cm_process_may_live(child, self.host, "");
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_true(may_live);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(lines_last, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(closing_ends_a_run, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(the_lock_shows_what_was_done, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(one_at_a_time, make_folder, remove_folder),
    cmocka_unit_test(processes),
    cmocka_unit_test(ended_process_nobody_asked_for),
    cmocka_unit_test(process_that_another_thread_goes_on_with),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
