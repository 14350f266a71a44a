/*
** clock.c -- preloaded into a program: its time begins at $BEGIN_AT, in seconds since 1970.
**
** The made-up company of the sandbox lives on a certain day: a statement with date('now') finds its records on that day.
*/
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int genuine_time(clockid_t id, struct timespec *now) {
  static int (*genuine)(clockid_t, struct timespec *);
  if (!genuine) *(void **)&genuine = dlsym(RTLD_NEXT, "clock_gettime");
  return genuine(id, now);
}

/* Seconds between the genuine time and the one that is shown. */
static time_t offset(void) {
  static time_t known;
  const char *begin = getenv("BEGIN_AT");
  struct timespec now = { 0 };
  if (known || !begin) return known;
  genuine_time(CLOCK_REALTIME, &now);
  known = (time_t)strtoll(begin, NULL, 10) - now.tv_sec;
  return known;
}

int clock_gettime(clockid_t id, struct timespec *now) {
  int code = genuine_time(id, now);
  if (code == 0 && id == CLOCK_REALTIME) now->tv_sec += offset();
  return code;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec shown = { 0 };
  (void)zone;
  int code = clock_gettime(CLOCK_REALTIME, &shown);
  now->tv_sec = shown.tv_sec;
  now->tv_usec = shown.tv_nsec / 1000;
  return code;
}

time_t time(time_t *now) {
  struct timespec shown = { 0 };
  clock_gettime(CLOCK_REALTIME, &shown);
  if (now) *now = shown.tv_sec;
  return shown.tv_sec;
}
