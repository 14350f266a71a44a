#include "client/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/call_state.h"

enum {
  FIRST_MS = 1000,
  BETWEEN_MS = 100,
  LINE_BYTES = 400,
  COLUMNS = 80,
  TOLD_FROM = 50 /* of 1,000 */
};

/** Where a terminal does not say how wide it is, 80 columns. The last one stays empty: some wrap behind it. */
static int columns(void) {
#ifdef TIOCGWINSZ
  struct winsize size = { 0 };
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) return size.ws_col - 1;
#endif
  return COLUMNS - 1;
}

static void put(char *line, const char *format, ...) CM_PRINTF(2, 3);

static void put(char *line, const char *format, ...) {
  size_t len = strlen(line);
  va_list values;
  va_start(values, format);
  sqlite3_vsnprintf((int)(LINE_BYTES - len), line + len, format, values);
  va_end(values);
}

static const char *plural(int64_t count) {
  return count == 1 ? "" : "s";
}

/** What the oldest call waits for: its answer, its turn, or its next try. */
static void put_wait(const cm_session *session, int64_t now_ms, char *line) {
  const cm_call *call = session->calls.first;
  int in_flight = session->calls.in_flight;
  if (in_flight > 0) {
    put(line, ", waits for %d answer%s", in_flight, plural(in_flight));
  } else if (call != NULL && call->state == CM_CALL_BACKING_OFF && call->tries > 0) {
    int64_t left_s = (call->ready_ms - now_ms + 999) / 1000;
    put(line, ", waits %lld s before it tries again", (long long)(left_s > 0 ? left_s : 0));
  } else if (call != NULL) {
    put(line, ", waits for its turn");
  }
}

static void put_left(double left_s, char *line) {
  long long seconds = (long long)(left_s + 0.5);
  if (seconds >= 3600) {
    put(line, ", %lld h %lld min left", seconds / 3600, seconds % 3600 / 60);
  } else if (seconds >= 60) {
    put(line, ", %lld min %lld s left", seconds / 60, seconds % 60);
  } else {
    put(line, ", %lld s left", seconds);
  }
}

/** The name of a table as its account has it. Where there is no memory for that, as the first one has it. */
static void put_name(const cm_session *session, const char *name, char *line) {
  char *words = cm_session_account_words(session->name, name);
  put(line, "%s", words != NULL ? words : name);
  sqlite3_free(words);
}

static void compose(const cm_session *session, int64_t now_ms, char *line) {
  const cm_statement *statement = session->statement;
  cm_progress_facts facts = { 0 };
  double passed_s = (double)(now_ms - statement->started_ms) / 1000;
  const char *who = session->calls.first->asked.who;
  if (session->watch->tell != NULL) session->watch->tell(session, &facts);
  put_name(session, facts.table != NULL ? facts.table : who, line);
  if (facts.table != NULL) put(line, ": %lld row%s", (long long)facts.rows, plural(facts.rows));
  if (facts.table == NULL)
    put(line, ": %lld request%s", (long long)statement->requests, plural(statement->requests));
  if (facts.page > 0) put(line, ", page %lld", (long long)facts.page);
  if (facts.page > 0 && facts.pages > 0) put(line, " of %lld", (long long)facts.pages);
  if (facts.done * 1000 >= TOLD_FROM) put_left(passed_s * (1 - facts.done) / facts.done, line);
  put(line, ", %.1f requests a second", (double)statement->requests / passed_s);
  put_wait(session, now_ms, line);
}

static void write_all(const char *text, size_t len) {
  while (len > 0) {
    ssize_t written = write(STDERR_FILENO, text, len);
    if (written <= 0) return; /* a terminal that takes nothing: the line is a courtesy */
    text += written;
    len -= (size_t)written;
  }
}

void cm_progress_draw(cm_session *session) {
  cm_watch *watch = session->watch;
  char line[LINE_BYTES] = "\r";
  int64_t now_ms = cm_session_now_ms(session);
  if (session->calls.first == NULL || now_ms - session->statement->started_ms < FIRST_MS) return;
  if (watch->is_shown && now_ms - watch->drawn_ms < BETWEEN_MS) return;
  if (!isatty(STDERR_FILENO)) return;
  compose(session, now_ms, line);
  size_t width = (size_t)columns() + 1;
  if (width < LINE_BYTES - 4) line[width] = '\0'; /* all of it is ASCII */
  put(line, "\033[K");
  write_all(line, strlen(line));
  watch->is_shown = true;
  watch->drawn_ms = now_ms;
}

void cm_progress_erase(cm_session *session) {
  static const char erase[] = "\r\033[K";
  if (!session->watch->is_shown) return;
  session->watch->is_shown = false;
  write_all(erase, sizeof erase - 1);
}
