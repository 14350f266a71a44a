/*
** sandbox.c -- see sandbox.h.
*/
#include "sandbox.h"

#include <curl/curl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct sandbox {
  pid_t process;
  CURL *curl;
  char *base; /* .../v1 */
  char *root; /* the same without /v1 */
};

/* ---- the child --------------------------------------------------------------------------- */

static void start_child(sandbox *in, const char *program, int output) {
  in->process = fork();
  if (in->process != 0) return;
  dup2(output, STDOUT_FILENO);
  execl(program, program, "--port", "0", (char *)NULL);
  perror(program);
  _exit(127);
}

/* The address in the first line that the child prints. NULL when it prints none. */
static char *read_address(int input) {
  char line[512] = "";
  FILE *stream = fdopen(input, "r");
  char *found = stream && fgets(line, sizeof line, stream) ? strstr(line, "http://") : NULL;
  char *address = NULL;
  if (found) {
    size_t len = strlen("http://");
    len += strcspn(found + len, "/ \n");
    address = text_copy_part(found, len);
  }
  if (stream) fclose(stream);
  return address;
}

sandbox *sandbox_new(const char *program, text *why) {
  sandbox *made = text_allocate(sizeof *made);
  int ends[2];
  if (pipe(ends) != 0) abort();
  start_child(made, program, ends[1]);
  close(ends[1]);
  made->root = made->process > 0 ? read_address(ends[0]) : NULL;
  made->curl = curl_easy_init();
  if (!made->root || !made->curl) {
    text_printf(why, "%s did not start", program);
    sandbox_free(made);
    return NULL;
  }
  text base = { 0 };
  text_printf(&base, "%s/v1", made->root);
  made->base = text_take(&base);
  return made;
}

void sandbox_free(sandbox *done) {
  if (!done) return;
  if (done->process > 0) {
    kill(done->process, SIGTERM);
    waitpid(done->process, NULL, 0);
  }
  curl_easy_cleanup(done->curl);
  free(done->base);
  free(done->root);
  free(done);
}

const char *sandbox_base(const sandbox *of) {
  return of->base;
}

/* ---- control ----------------------------------------------------------------------------- */

static size_t keep_bytes(char *bytes, size_t size, size_t count, void *to) {
  text_append(to, bytes, size * count);
  return size * count;
}

/* One call to a control endpoint. False with the reason unless it answers 2xx. */
static bool ask(sandbox *of, const char *method, const char *path, const char *body, text *answer,
                text *why) {
  text url = { 0 };
  long status = 0;
  text_printf(&url, "%s%s", of->root, path);
  struct curl_slist *headers = curl_slist_append(NULL, "content-type: application/json");
  curl_easy_reset(of->curl);
  curl_easy_setopt(of->curl, CURLOPT_URL, text_str(&url));
  curl_easy_setopt(of->curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(of->curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(of->curl, CURLOPT_HTTPHEADER, headers);
  if (body) curl_easy_setopt(of->curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(of->curl, CURLOPT_WRITEFUNCTION, keep_bytes);
  curl_easy_setopt(of->curl, CURLOPT_WRITEDATA, answer);
  CURLcode code = curl_easy_perform(of->curl);
  curl_easy_getinfo(of->curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) {
    text_printf(why, "%s %s: %s", method, path, curl_easy_strerror(code));
  } else if (status / 100 != 2) {
    text_printf(why, "%s %s: %ld %s", method, path, status, text_str(answer));
  }
  curl_slist_free_all(headers);
  text_clear(&url);
  return code == CURLE_OK && status / 100 == 2;
}

bool sandbox_control(sandbox *of, const char *path, const char *body, text *why) {
  text answer = { 0 };
  bool is_done = ask(of, "POST", path, body, &answer, why);
  text_clear(&answer);
  return is_done;
}

bool sandbox_forget_faults(sandbox *of, text *why) {
  text answer = { 0 };
  bool is_done = ask(of, "DELETE", "/control/faults", NULL, &answer, why);
  text_clear(&answer);
  return is_done;
}

bool sandbox_reset(sandbox *of, const char *seed, text *why) {
  if (!sandbox_control(of, "/control/reset", "", why)) return false;
  bool is_number = *seed && strspn(seed, "0123456789") == strlen(seed);
  text body = { 0 };
  text_printf(&body, is_number ? "{\"seed\":%s}" : "{\"seed\":\"%s\"}", seed);
  bool is_done = sandbox_control(of, "/control/seed", text_str(&body), why);
  text_clear(&body);
  return is_done;
}

/* The log as the lines of a `sent` section. SQLite reads the JSON. */
static const char select_log[] =
    "SELECT value->>'method',"
    " iif(value->>'target' LIKE '/v1/%', substr(value->>'target', 4), value->>'target'),"
    " value->>'body', value FROM json_each(?1)";

/* Show the header fields named in `names`, those that the sandbox keeps. */
static void show_headers(sqlite3 *db, const char *entry, const char *names, text *lines) {
  for (const char *name = names + strspn(names, " +"); *name;) {
    sqlite3_stmt *statement = NULL;
    size_t len = strcspn(name, " ");
    int code = sqlite3_prepare_v2(db, "SELECT ?1 ->> replace(lower(?2), '-', '_')", -1, &statement,
                                  NULL);
    if (code == SQLITE_OK) sqlite3_bind_text(statement, 1, entry, -1, SQLITE_TRANSIENT);
    if (code == SQLITE_OK) sqlite3_bind_text(statement, 2, name, (int)len, SQLITE_TRANSIENT);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
      text_printf(lines, "  %.*s: %s\n", (int)len, name,
                  sqlite3_column_type(statement, 0) == SQLITE_NULL
                      ? "(not kept)"
                      : (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    name += len;
    name += strspn(name, " +");
  }
}

static bool format_log(const char *json, const char *headers, text *lines) {
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_open(":memory:", &db);
  if (code == SQLITE_OK) code = sqlite3_prepare_v2(db, select_log, -1, &statement, NULL);
  if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 1, json, -1, SQLITE_STATIC);
  while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
    const char *body = (const char *)sqlite3_column_text(statement, 2);
    text_printf(lines, "%s %s%s", (const char *)sqlite3_column_text(statement, 0),
                (const char *)sqlite3_column_text(statement, 1), body && *body ? " " : "");
    if (body) text_add_escaped(lines, body, strlen(body));
    text_add(lines, "\n");
    show_headers(db, (const char *)sqlite3_column_text(statement, 3), headers, lines);
    code = SQLITE_OK;
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return code == SQLITE_DONE;
}

int sandbox_peak(sandbox *of, text *why) {
  text json = { 0 };
  int peak = -1;
  bool is_read = ask(of, "GET", "/control/stats", NULL, &json, why);
  const char *figure = is_read ? strstr(text_str(&json), "\"max_in_flight\":") : NULL;
  if (figure) peak = (int)strtol(strchr(figure, ':') + 1, NULL, 10);
  text_clear(&json);
  return peak;
}

char *sandbox_take_log(sandbox *of, const char *headers, text *why) {
  text json = { 0 }, lines = { 0 }, nothing = { 0 };
  bool is_read = ask(of, "GET", "/control/requests", NULL, &json, why);
  if (is_read) is_read = ask(of, "DELETE", "/control/requests", NULL, &nothing, why);
  if (is_read && !format_log(text_str(&json), headers, &lines)) {
    text_printf(why, "unreadable log: %.200s", text_str(&json));
    is_read = false;
  }
  text_clear(&json);
  text_clear(&nothing);
  if (is_read) return text_take(&lines);
  text_clear(&lines);
  return NULL;
}
