/*
** signal.h -- processes are asked whether they live, and no signal comes of a connection that is closed: there is nothing to hold back.
*/
#ifndef CM_WINDOWS_SIGNAL_H
#define CM_WINDOWS_SIGNAL_H

#include_next <signal.h>

#include <pthread.h>
#include <sys/types.h>

/** Only whether the process lives: signal 0. errno is ESRCH when it does not. */
int kill(pid_t pid, int signal);

enum { SIGPIPE = 13 };
typedef int cm_windows_sigset;
#define sigset_t cm_windows_sigset

static inline int cm_windows_no_signals(void) {
  return -1;
}
#define sigpending(set) (*(set) = 0, cm_windows_no_signals())
#define sigismember(set, signal) (*(set) == (signal))
#define sigemptyset(set) (*(set) = 0)
#define sigaddset(set, signal) (*(set) = (signal))
#define sigwait(set, out) (*(out) = *(set))
#undef pthread_sigmask
#define pthread_sigmask(how, set, before) ((void)(set), (void)(before), cm_windows_no_signals())

#endif
