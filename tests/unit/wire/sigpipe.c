/*
** Unit test of src/wire/sigpipe.c: a SIGPIPE that comes meanwhile reaches nobody, others are left alone.
*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <unistd.h>

#include "wire/sigpipe.h"

static volatile sig_atomic_t caught;

static void count(int number) {
  (void)number;
  caught++;
}

static int catch_signals(void **state) {
  (void)state;
  struct sigaction action = { .sa_handler = count };
  sigset_t none;
  caught = 0;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, NULL);
  return sigaction(SIGPIPE, &action, NULL) | sigaction(SIGUSR1, &action, NULL);
}

static bool is_blocked(void) {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, NULL, &now);
  return sigismember(&now, SIGPIPE) == 1;
}

/** What a broken connection does: the signal goes to the thread that writes. */
static void write_to_nobody(void) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  close(ends[0]);
  assert_int_equal(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

static void one_that_comes_meanwhile_is_taken_away(void **state) {
  (void)state;
  cm_sigpipe held;
  cm_sigpipe_hold(&held);
  write_to_nobody();
  write_to_nobody();
  cm_sigpipe_release(&held);
  assert_int_equal(caught, 0);
  assert_false(is_blocked());
  write_to_nobody();
  assert_int_equal(caught, 1);
}

static void pairs_stand_inside_each_other(void **state) {
  (void)state;
  cm_sigpipe outer;
  cm_sigpipe inner;
  cm_sigpipe_hold(&outer);
  cm_sigpipe_hold(&inner);
  write_to_nobody();
  cm_sigpipe_release(&inner);
  assert_true(is_blocked());
  write_to_nobody();
  cm_sigpipe_hold(&inner); /* one waits: it is the outer one's */
  cm_sigpipe_release(&inner);
  cm_sigpipe_release(&outer);
  assert_int_equal(caught, 0);
  assert_false(is_blocked());
}

static void a_program_that_holds_one_back_gets_it(void **state) {
  (void)state;
  cm_sigpipe held;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  write_to_nobody();
  cm_sigpipe_hold(&held);
  write_to_nobody();
  cm_sigpipe_release(&held);
  assert_true(is_blocked());
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  assert_int_equal(caught, 1);
}

static void other_signals_come_through(void **state) {
  (void)state;
  cm_sigpipe held;
  cm_sigpipe_hold(&held);
  raise(SIGUSR1);
  assert_int_equal(caught, 1);
  cm_sigpipe_release(&held);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(one_that_comes_meanwhile_is_taken_away, catch_signals),
    cmocka_unit_test_setup(pairs_stand_inside_each_other, catch_signals),
    cmocka_unit_test_setup(a_program_that_holds_one_back_gets_it, catch_signals),
    cmocka_unit_test_setup(other_signals_come_through, catch_signals),
  };
  return cmocka_run_group_tests_name("sigpipe", tests, NULL, NULL);
}
