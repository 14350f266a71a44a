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

/** The name of a table as its account has it. Where there is no memory for that, as the first one has it. */
static void put_name(const cm_session *session, const char *name, char *line) {
  char *words = cm_session_account_words(session->name, name);
  put(line, "%s", words != NULL ? words : name);
  sqlite3_free(words);
}

static void put_pause(const char *what, int64_t left_ms, char *line) {
  int64_t left_s = (left_ms + 999) / 1000;
  put(line, ", %s %lld s", what, (long long)(left_s > 0 ? left_s : 0));
}

/**
 * What the oldest call waits for: its answer, its turn, or its next try. One that was begun for later asks whether an import is
 * done.
 */
static void put_wait(const cm_session *session, const cm_progress_facts *facts, int64_t now_ms,
                     char *line) {
  const cm_call *call = session->calls.first;
  int in_flight = session->calls.in_flight;
  if (in_flight > 0) {
    put(line, ", waits for %d answer%s", in_flight, plural(in_flight));
    if (facts->table == NULL || strcmp(facts->table, call->asked.who) == 0) return;
    put(line, " of ");
    put_name(session, call->asked.who, line);
  } else if (call->state == CM_CALL_BACKING_OFF && call->tries > 0) {
    put_pause("tries again in", call->ready_ms - now_ms, line);
  } else if (call->state == CM_CALL_BACKING_OFF) {
    put_pause("waits for the import, asks again in", call->ready_ms - now_ms, line);
  } else {
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

/** Parts of the line that a narrow terminal does without, the first ones first. */
enum { RATE, ROWS, PAGE, LEFT, ALL_PARTS };

/** @param from  The first part that it has room for. The name, and what is waited for, stand in any case. */
static void compose(const cm_session *session, const cm_progress_facts *facts, int64_t now_ms,
                    int from, char *line) {
  const cm_statement *statement = session->statement;
  double passed_s = (double)(now_ms - statement->started_ms) / 1000;
  const char *name = facts->table != NULL ? facts->table : session->calls.first->asked.who;
  int64_t count = facts->table != NULL ? facts->rows : statement->requests;
  const char *what = facts->table != NULL ? "row" : "request";
  put(line, "\r");
  put_name(session, name, line);
  if (from <= ROWS) put(line, ": %lld %s%s", (long long)count, what, plural(count));
  if (from <= PAGE && facts->page > 0) put(line, ", page %lld", (long long)facts->page);
  if (from <= PAGE && facts->page > 0 && facts->pages > 0)
    put(line, " of %lld", (long long)facts->pages);
  if (from <= LEFT && facts->done * 1000 >= TOLD_FROM)
    put_left(passed_s * (1 - facts->done) / facts->done, line);
  if (from <= RATE) put(line, ", %.1f requests a second", (double)statement->requests / passed_s);
  put_wait(session, facts, now_ms, line);
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
  char line[LINE_BYTES] = "";
  cm_progress_facts facts = { 0 };
  int64_t now_ms = cm_session_now_ms(session);
  if (session->calls.first == NULL || now_ms - session->statement->started_ms < FIRST_MS) return;
  if (watch->is_shown && now_ms - watch->drawn_ms < BETWEEN_MS) return;
  if (!isatty(STDERR_FILENO)) return;
  if (watch->tell != NULL) watch->tell(session, &facts);
  size_t width = (size_t)columns() + 1;
  for (int from = 0; from == 0 || (strlen(line) > width && from <= ALL_PARTS); from++) {
    line[0] = '\0';
    compose(session, &facts, now_ms, from, line);
  }
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
