#include "wire/sigpipe.h"

static bool is_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

static sigset_t only_sigpipe(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

void cm_sigpipe_hold(cm_sigpipe *state) {
  sigset_t set = only_sigpipe();
  /* One that waits already is the program's own, and another could not be distinguished from it. */
  state->is_held = !is_pending() && pthread_sigmask(SIG_BLOCK, &set, &state->before) == 0;
}

void cm_sigpipe_release(const cm_sigpipe *state) {
  sigset_t set = only_sigpipe();
  int taken;
  if (!state->is_held) return;
  if (is_pending()) (void)sigwait(&set, &taken);
  pthread_sigmask(SIG_SETMASK, &state->before, NULL);
}
