#include "journal/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sqlite_api.h"

enum { STAT_BYTES = 1024 };

/** Fields of /proc/PID/stat. */
enum { STAT_STATE = 3, STAT_THREADS = 20, STAT_START = 22 };

/** Those behind the name, which ends with the last bracket. NULL: the system does not say. */
static const char *read_stat(long pid, char text[STAT_BYTES]) {
  char path[64];
  sqlite3_snprintf(sizeof path, path, "/proc/%ld/stat", pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  ssize_t len = read(file, text, STAT_BYTES - 1);
  close(file);
  text[len > 0 ? len : 0] = '\0';
  return strrchr(text, ')');
}

/** @param stat  As read_stat has it. @return NULL where it has fewer fields. */
static const char *find_field(const char *stat, int number) {
  for (int i = STAT_STATE; stat != NULL && i <= number; i++) {
    stat = strchr(stat, ' ');
    if (stat != NULL) stat++;
  }
  return stat;
}

/**
 * It has ended, and its parent has not asked how: under a first process that asks for nobody it stays so. While other threads go on
 * behind a first one that has ended, the system calls the process the same.
 */
static bool is_zombie(const char *stat) {
  const char *state = find_field(stat, STAT_STATE);
  const char *threads = find_field(stat, STAT_THREADS);
  return threads != NULL && (*state == 'Z' || *state == 'X') && strtol(threads, NULL, 10) <= 1;
}

static void read_start(const char *stat, char *out, int size) {
  const char *at = find_field(stat, STAT_START);
  out[0] = '\0';
  if (at != NULL) sqlite3_snprintf(size, out, "%.*s", (int)strcspn(at, " "), at);
}

/** Containers of one name have numbers of their own: " pid:[4026531836]" where the system says so. */
static void read_host(char *out, size_t size) {
  char space[64];
  if (gethostname(out, size - 1) != 0) out[0] = '\0';
  out[size - 1] = '\0';
  ssize_t len = readlink("/proc/self/ns/pid", space, sizeof space);
  size_t at = strlen(out);
  if (len > 0 && at + (size_t)len + 1 < size)
    sqlite3_snprintf((int)(size - at), out + at, " %.*s", (int)len, space);
}

void cm_process_self(cm_process *out) {
  char text[STAT_BYTES];
  memset(out, 0, sizeof *out);
  out->pid = (long)getpid();
  read_host(out->host, sizeof out->host);
  read_start(read_stat(out->pid, text), out->start, (int)sizeof out->start);
}

bool cm_process_is_elsewhere(const char *host) {
  char own[CM_PROCESS_TEXT];
  read_host(own, sizeof own);
  return strcmp(host, own) != 0;
}

bool cm_process_may_live(long pid, const char *host, const char *start) {
  char text[STAT_BYTES];
  char now[CM_PROCESS_TEXT];
  if (cm_process_is_elsewhere(host)) return true;
  if (pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH)) return false;
  const char *stat = read_stat(pid, text);
  if (is_zombie(stat)) return false;
  read_start(stat, now, (int)sizeof now);
  return *now == '\0' || *start == '\0' || strcmp(now, start) == 0;
}
