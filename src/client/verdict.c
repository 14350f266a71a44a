#include "client/verdict.h"

#include <string.h>

#include "base/secret.h"
#include "base/sqlite_api.h"
#include "client/status.h"
#include "spec/registry.h"

enum { SHOWN_PATH = 200, SHOWN_REASON = 300 };

/* No request asks for a part of an answer: what is missing must not pass for what is not there. */
enum { PARTIAL_CONTENT = 206 };

static const char look_first[] = "it may or may not have happened: look before you write it again";

/* ---- codes --------------------------------------------------------------------------------- */

/** Is it a success by its status? */
static bool is_success(const cm_ending *ending) {
  int status = ending->status;
  if (status == PARTIAL_CONTENT) return false;
  if (status == 304) return ending->is_write; /* nothing to change */
  return status >= 200 && status <= 299;
}

/**
 * A success that is an error all the same, by all that its body says. What a table's create says in `errors`
 * is of the row that it took: the queue reads that.
 */
static bool is_false_success(const cm_ending *ending) {
  bool is_of_table = ending->is_create && !ending->is_function;
  bool is_answer = ending->end == CM_CALL_END_ATTEMPT && ending->outcome == CM_ANSWERED;
  bool is_shown = is_answer && is_success(ending) && ending->status != 304; /* which has no body */
  return is_shown && cm_json_is_error(ending->body, !is_of_table);
}

static bool is_pace(int status) {
  return status == 429 || status == 503;
}

static int code_of_status(const cm_ending *ending) {
  int status = ending->status;
  if (is_success(ending)) return is_false_success(ending) ? SQLITE_ERROR : SQLITE_OK;
  if (status == 401 || status == 403) return SQLITE_AUTH;
  if (is_pace(status)) return SQLITE_BUSY;
  return status == 400 || status == 422 ? SQLITE_CONSTRAINT : SQLITE_ERROR;
}

static int code_of(const cm_ending *ending) {
  if (ending->end == CM_CALL_END_INTERRUPT) return SQLITE_INTERRUPT;
  if (ending->end == CM_CALL_END_DEADLINE) return SQLITE_ERROR;
  if (ending->outcome == CM_ANSWERED) return code_of_status(ending);
  return ending->outcome == CM_TOO_LARGE ? SQLITE_TOOBIG : SQLITE_ERROR;
}

static bool is_unknown(const cm_ending *ending) {
  return ending->is_write && (ending->is_doubtful || is_false_success(ending));
}

static bool may_help(const cm_ending *ending) {
  if (ending->end != CM_CALL_END_ATTEMPT) return true;
  if (ending->outcome == CM_TOO_LARGE || ending->outcome == CM_UNTRUSTED) return false;
  if (ending->outcome != CM_ANSWERED) return true;
  bool is_crossed = ending->is_write && is_false_success(ending);
  return is_crossed || ending->status == 408 || ending->status == 425 || ending->status == 429 ||
         ending->status >= 500;
}

/* ---- words --------------------------------------------------------------------------------- */

static int source_of(const cm_settings *settings, const char *name) {
  return settings->sources[cm_setting_find(name)];
}

/** Where the key came from is where a better one goes. */
static const char *advice_on_key(const cm_settings *settings) {
  if (settings->api_key_file != NULL)
    return "put a valid API key into the file that api_key_file names";
  return source_of(settings, "api_key") == CM_BY_ENVIRONMENT
             ? "set CHARTMOGUL_API_KEY to a valid API key"
             : "set api_key to a valid API key";
}

/** Of a path that the API does not know, where the version in front of it is the likely reason. */
static const char *advice_on_version(const cm_ending *ending, char *out, int size) {
  const char *base = ending->settings->base_url;
  size_t len = strlen(base);
  bool has_version = len > 3 && strcmp(base + len - 3, "/v1") == 0;
  bool is_repeated = strncmp(ending->path, "/v1/", 4) == 0;
  if (ending->status != 404 || has_version != is_repeated) return NULL;
  sqlite3_snprintf(size, out,
                   is_repeated ? "leave /v1 out of the path: base_url has it, now %.100s"
                               : "check base_url, now %.100s, which does not end in /v1",
                   base);
  return out;
}

static cm_reader reader_of(const cm_ending *ending) {
  if (ending->is_function) return CM_OF_FUNCTION;
  if (ending->is_look_up) return CM_OF_LOOK_UP;
  bool is_delete = strcmp(ending->method, "DELETE") == 0;
  return is_delete ? CM_OF_DELETE : ending->is_write ? CM_OF_ROW : CM_OF_STATEMENT;
}

/** What slows the requests down; a setting that cannot be lower is left out. */
static void put_pace(const char *advice, const cm_settings *settings, char *out, int size) {
  int pace = settings->requests_per_second;
  int at_once = settings->concurrency;
  char slower[64] = "", fewer[48] = "";
  if (pace == 0) {
    sqlite3_snprintf(sizeof slower, slower, "set requests_per_second (now 0, no limit)");
  } else if (pace > 1) {
    sqlite3_snprintf(sizeof slower, slower, "lower requests_per_second (now %d)", pace);
  }
  if (at_once > 1) {
    sqlite3_snprintf(sizeof fewer, fewer, "%sconcurrency (now %d)", pace > 1 ? "" : "lower ",
                     at_once);
  }
  bool has_both = slower[0] != '\0' && fewer[0] != '\0';
  bool has_any = slower[0] != '\0' || fewer[0] != '\0';
  sqlite3_snprintf(size, out, "%s%s%s%s%s", advice, has_any ? ", or " : "", slower,
                   has_both ? " or " : "", fewer);
}

/** The advice of the table, with what the settings know of it. */
static const char *advice_of_table(const cm_ending *ending, bool has_message, char *out, int size) {
  const cm_settings *settings = ending->settings;
  const cm_status *status = cm_status_of(ending->status);
  if (status->end == CM_ADVICE_KEY) return advice_on_key(settings);
  const char *advice = cm_status_advice(status, reader_of(ending), has_message);
  if (status->end == CM_ADVICE_PACE) {
    put_pace(advice, settings, out, size);
  } else if (strstr(advice, "base_url") != NULL) {
    sqlite3_snprintf(size, out, "%s, now %.100s", advice, settings->base_url);
  } else {
    return advice;
  }
  return out;
}

static const char *advice_on_status(const cm_ending *ending, const cm_verdict *verdict,
                                    bool has_message, char *out, int size) {
  const char *young = ending->status == 404 && !verdict->is_api_error
                          ? cm_registry_young(ending->path)
                          : NULL;
  if (advice_on_version(ending, out, size) != NULL) return out;
  if (young == NULL) return advice_of_table(ending, has_message, out, size);
  sqlite3_snprintf(
      size, out,
      "this account does not serve %s yet: ask ChartMogul for it, or check base_url, now %.100s",
      young, ending->settings->base_url);
  return out;
}

static const char *advice_on_outcome(const cm_ending *ending, char *out, int size) {
  const cm_settings *settings = ending->settings;
  switch (ending->outcome) {
  case CM_UNREACHED:
  case CM_NOT_SENT:
    sqlite3_snprintf(size, out, "check the network, and base_url, now %.100s", settings->base_url);
    return out;
  case CM_TIMED_OUT:
    sqlite3_snprintf(size, out, "try again later, or raise timeout_ms, now %d",
                     settings->timeout_ms);
    return out;
  case CM_UNTRUSTED: return "check base_url, and ca_file if it is set";
  case CM_TOO_LARGE: return "ask for less with a smaller per_page or a narrower WHERE";
  default: return "try again later";
  }
}

/* ---- lines --------------------------------------------------------------------------------- */

/**
 * "422 Unprocessable Entity: what the API said". Its words are not said twice.
 * @return whether it says more than the name of its status.
 */
static bool describe_answer(const cm_ending *ending, const char *message, char *out, int size) {
  const cm_status *status = cm_status_of(ending->status);
  bool is_name = strstr(message, status->name) != NULL &&
                 strlen(message) < strlen(status->name) + 8;
  const char *joint = is_success(ending) ? ", but the answer is an error: " : ": ";
  if (status->meaning != NULL) {
    sqlite3_snprintf(size, out, "%d %s: %s", ending->status, status->name, status->meaning);
  } else if (message[0] == '\0') {
    sqlite3_snprintf(size, out, "%d %s, without a message", ending->status, status->name);
  } else if (is_name) {
    sqlite3_snprintf(size, out, "%d %s", ending->status, status->name);
  } else {
    sqlite3_snprintf(size, out, "%d %s%s%s", ending->status, status->name, joint, message);
  }
  return status->meaning == NULL && message[0] != '\0' && !is_name;
}

/** Which settings say how often and how long is tried, where all of that was used up. */
static void describe_bounds(const cm_ending *ending, char *out, int size) {
  const cm_settings *settings = ending->settings;
  out[0] = '\0';
  if (!ending->is_used_up || ending->tries < 2) return;
  if (ending->outcome == CM_UNREACHED && ending->tries == CM_MAX_UNREACHED_TRIES) {
    sqlite3_snprintf(size, out,
                     "; without a connection there are at most %d tries, fewer with max_retries "
                     "(now %d) or deadline_ms (now %d)",
                     CM_MAX_UNREACHED_TRIES, settings->max_retries, settings->deadline_ms);
  } else {
    sqlite3_snprintf(size, out,
                     "; max_retries (now %d) and deadline_ms (now %d) say how long is tried",
                     settings->max_retries, settings->deadline_ms);
  }
}

static void write_attempt_line(const cm_ending *ending, cm_verdict *verdict) {
  char path[SHOWN_PATH];
  char why[sizeof verdict->message + 64];
  char advice[256];
  char more[64] = "";
  char bounds[160];
  const char *advised;
  cm_err_line(path, sizeof path, ending->path, strlen(ending->path));
  if (ending->outcome == CM_ANSWERED) {
    bool has_message = describe_answer(ending, verdict->message, why, (int)sizeof why);
    advised = advice_on_status(ending, verdict, has_message, advice, (int)sizeof advice);
    if (is_pace(ending->status) && ending->retry_after_ms > CM_MAX_RETRY_AFTER_MS) {
      sqlite3_snprintf((int)sizeof more, more, ", asking for a pause of %lld s",
                       (long long)(ending->retry_after_ms / 1000));
    }
  } else {
    cm_err_line(why, SHOWN_REASON, ending->reason, strlen(ending->reason));
    advised = advice_on_outcome(ending, advice, (int)sizeof advice);
  }
  if (more[0] == '\0' && ending->tries > 1) {
    sqlite3_snprintf((int)sizeof more, more, ", after %d tries", ending->tries);
  }
  describe_bounds(ending, bounds, (int)sizeof bounds);
  cm_err_set(&verdict->err, verdict->code, "%s: %s %s failed (%s%s): %s%s", ending->who,
             ending->method, path, why, more, verdict->is_unknown ? look_first : advised, bounds);
  verdict->err.http_status = ending->status;
}

static void write_stop_line(const cm_ending *ending, cm_verdict *verdict) {
  char path[SHOWN_PATH];
  char why[64] = "interrupted";
  const char *advice = "run the statement again";
  cm_err_line(path, sizeof path, ending->path, strlen(ending->path));
  if (ending->end == CM_CALL_END_DEADLINE) {
    sqlite3_snprintf((int)sizeof why, why, "deadline_ms %d has passed",
                     ending->settings->deadline_ms);
    advice = "raise deadline_ms, or ask for less";
  }
  cm_err_set(&verdict->err, verdict->code, "%s: %s %s was not %s (%s): %s", ending->who,
             ending->method, path, ending->tries > 0 ? "finished" : "sent", why,
             verdict->is_unknown ? look_first : advice);
}

void cm_verdict_of(const cm_ending *ending, cm_verdict *out) {
  out->code = code_of(ending);
  out->is_api_error = false;
  out->is_of_row = false;
  out->is_false_success = is_false_success(ending);
  out->is_unknown = false;
  out->may_help = false;
  out->message[0] = '\0';
  cm_err_clear(&out->err);
  if (out->code == SQLITE_OK) return;
  out->is_unknown = is_unknown(ending);
  /* Programs repeat what is BUSY by themselves. Of a table's write the queue says the same. */
  if (out->code == SQLITE_BUSY && out->is_unknown && ending->is_function) out->code = SQLITE_ERROR;
  out->may_help = may_help(ending);
  if (ending->end != CM_CALL_END_ATTEMPT) {
    write_stop_line(ending, out);
    return;
  }
  if (ending->outcome == CM_ANSWERED && ending->status != PARTIAL_CONTENT) {
    int rc = cm_json_error_text(ending->body, out->message, sizeof out->message);
    out->is_api_error = rc == SQLITE_OK;
    out->is_of_row = !out->is_unknown && cm_status_of(ending->status)->is_of_row;
    if (rc == SQLITE_NOMEM) { /* what follows depends on what the API says */
      out->code = cm_err_nomem(&out->err);
      return;
    }
  }
  write_attempt_line(ending, out);
}

int cm_verdict_refuse(const cm_ending *asked, int code, const char *rest, cm_err *err) {
  char path[SHOWN_PATH];
  cm_err_line(path, sizeof path, asked->path, strlen(asked->path));
  cm_secret_mask(path, strlen(path), asked->settings->api_key);
  return cm_err_set(err, code, "%s: %s %s %s", asked->who, asked->method, path, rest);
}
