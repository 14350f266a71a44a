/*
** kill_at.c -- preloaded: the process is killed before its Nth step, KILL_AT in the environment. Steps are what reaches the
** disk for good, and what goes out to a socket or comes in. With CUT_AT half of what comes in from its Nth step on is all that
** comes of it, and the process is killed at its next step. With KILL_COUNT the number of steps is written to that file.
** With NO_SLEEP nothing sleeps.
*/
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static long steps;
static int is_cut;

static int is_at(const char *name) {
  const char *at = getenv(name);
  return at != NULL && steps >= strtol(at, NULL, 10);
}

static void step(void) {
  steps++;
  if (is_cut || is_at("KILL_AT")) kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void tell(void) {
  const char *name = getenv("KILL_COUNT");
  FILE *file = name != NULL ? fopen(name, "w") : NULL;
  if (file == NULL) return;
  fprintf(file, "%ld\n", steps);
  fclose(file);
}

static void *genuine(const char *name) {
  return dlsym(RTLD_NEXT, name);
}

int fsync(int file) {
  static int (*next)(int);
  if (next == NULL) *(void **)&next = genuine("fsync");
  step();
  return next(file);
}

int fdatasync(int file) {
  static int (*next)(int);
  if (next == NULL) *(void **)&next = genuine("fdatasync");
  step();
  return next(file);
}

ssize_t send(int socket, const void *bytes, size_t len, int flags) {
  static ssize_t (*next)(int, const void *, size_t, int);
  if (next == NULL) *(void **)&next = genuine("send");
  step();
  return next(socket, bytes, len, flags);
}

/* behind half an answer nothing comes any more */
int poll(struct pollfd *files, nfds_t count, int timeout_ms) {
  static int (*next)(struct pollfd *, nfds_t, int);
  if (next == NULL) *(void **)&next = genuine("poll");
  if (is_cut) kill(getpid(), SIGKILL);
  return next(files, count, timeout_ms);
}

ssize_t recv(int socket, void *bytes, size_t len, int flags) {
  static ssize_t (*next)(int, void *, size_t, int);
  if (next == NULL) *(void **)&next = genuine("recv");
  ssize_t got = next(socket, bytes, len, flags);
  if (got <= 0 || (flags & MSG_PEEK)) return got;
  step();
  is_cut = is_at("CUT_AT");
  return is_cut ? (got + 1) / 2 : got;
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
  static int (*next)(const struct timespec *, struct timespec *);
  if (next == NULL) *(void **)&next = genuine("nanosleep");
  return getenv("NO_SLEEP") != NULL ? 0 : next(wanted, left);
}

/* POSIX has it no more, so its header does not name it; SQLite calls it. */
int usleep(useconds_t wanted);

int usleep(useconds_t wanted) {
  static int (*next)(useconds_t);
  if (next == NULL) *(void **)&next = genuine("usleep");
  return getenv("NO_SLEEP") != NULL ? 0 : next(wanted);
}
