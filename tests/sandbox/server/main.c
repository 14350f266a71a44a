/*
** chartmogul-sandbox -- an emulator of the ChartMogul API for tests and demonstrations; README.md
** beside this file.
*/
#include "../api/dispatch.h"
#include "../api/seed.h"
#include "server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const char usage[] =
    "usage: chartmogul-sandbox [--port N] [--key KEY] [--read-only-key KEY] [--seed empty|demo|N]\n"
    "                          [--latency-ms N] [--rate-limit N] [--max-connections N]\n"
    "                          [--tls CERTIFICATE KEY] [--help]\n"
    "Serves the ChartMogul API on the loopback address until SIGTERM, and prints its base URL as\n"
    "the first line.\n"
    "  --port N             0, the default, is any that is free\n"
    "  --key KEY            the API key (test-key)\n"
    "  --read-only-key KEY  another one, which may only read\n"
    "  --seed NAME          empty (the default); demo, a company of 400 customers; or a number of "
    "them\n"
    "  --latency-ms N       hold each answer back\n"
    "  --rate-limit N       429 for more requests than this in a second\n"
    "  --max-connections N  503 for more requests than this at once\n"
    "  --tls CERTIFICATE KEY  serve https with these PEM files\n";

/* The second line where the seed is `demo`: the company has no records of the days since. */
static const char on_its_day[] =
    "The last day of this account is 2025-12-31. For the reports in sqlite3: .parameter set :today "
    "\"'2025-12-31'\"\n";

/* Say what is wrong with the command line; gives what read_option gives for a mistake. */
static int complain(const char *what, const char *words) {
  fprintf(stderr, "chartmogul-sandbox: %s: %s (--help shows the options)\n", words, what);
  return 0;
}

static char *read_file(const char *name) {
  FILE *file = fopen(name, "rb");
  sb_text text = { 0 };
  char part[4096];
  size_t len;
  if (!file) {
    complain("cannot be read", name);
    return NULL;
  }
  while ((len = fread(part, 1, sizeof part, file)) > 0)
    sb_text_add(&text, part, len);
  fclose(file);
  return sb_text_take(&text);
}

static bool read_number(const char *words, int64_t *number) {
  char *end;
  *number = strtoll(words, &end, 10);
  return *words && !*end && *number >= 0;
}

/* What the command line says; the PEM texts are owned. */
typedef struct command {
  sb_options options;
  int64_t port;
  const char *seed;
  char *certificate;
  char *private_key;
} command;

/* The two files of --tls. */
static int read_tls(command *wanted, char **args, int left) {
  if (left < 3) return complain("a certificate and a key are needed", args[0]);
  wanted->certificate = read_file(args[1]);
  wanted->private_key = wanted->certificate ? read_file(args[2]) : NULL;
  wanted->options.certificate = wanted->certificate;
  wanted->options.private_key = wanted->private_key;
  return wanted->private_key ? 3 : 0;
}

/* Read one option and its value; gives the number of arguments used, 0 when it is wrong. */
static int read_option(command *wanted, char **args, int left) {
  sb_options *options = &wanted->options;
  const struct {
    const char *name;
    int64_t *number;
    const char **words;
  } known[] = {
    { "--port", &wanted->port, NULL },
    { "--key", NULL, &options->key },
    { "--read-only-key", NULL, &options->read_only_key },
    { "--seed", NULL, &wanted->seed },
    { "--latency-ms", &options->decisions.latency_ms, NULL },
    { "--rate-limit", &options->decisions.rate_limit_per_second, NULL },
    { "--max-connections", &options->decisions.max_connections, NULL },
  };
  if (strcmp(args[0], "--tls") == 0) return read_tls(wanted, args, left);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strcmp(args[0], known[i].name) != 0) continue;
    if (left < 2) return complain("a value is needed", args[0]);
    if (known[i].words) *known[i].words = args[1];
    if (known[i].words || read_number(args[1], known[i].number)) return 2;
    return complain("is no number for this option", args[1]);
  }
  return complain("there is no such option", args[0]);
}

/* Read all of them; false when one is wrong. */
static bool read_command(command *wanted, int count, char **args) {
  for (int i = 1, used; i < count; i += used) {
    used = read_option(wanted, args + i, count - i);
    if (!used) return false;
  }
  if (wanted->port > 65535) return complain("there is no such port", "--port");
  wanted->options.port = (int)wanted->port;
  if (sb_is_seed(wanted->seed)) return true;
  return complain("is neither empty nor demo nor a number of customers", wanted->seed);
}

static int serve_until_signal(const command *wanted, sb_account *account, const sigset_t *signals) {
  sb_server *server = sb_server_start(&wanted->options, account);
  int number;
  if (!server) {
    fprintf(stderr, "chartmogul-sandbox: port %d cannot be served%s\n", wanted->options.port,
            wanted->options.certificate ? ", or the certificate and the key are no good" : "");
    return 1;
  }
  printf("%s://127.0.0.1:%d/v1\n%s", wanted->options.certificate ? "https" : "http",
         sb_server_port(server), strcmp(wanted->seed, "demo") == 0 ? on_its_day : "");
  fflush(stdout);
  sigwait(signals, &number);
  sb_server_stop(server);
  return 0;
}

/** A script starts its background programs so that Ctrl-C is for the one in front. */
static bool is_started_in_background(void) {
  struct sigaction now;
  return sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

int main(int count, char **args) {
  command wanted = { .options = { .key = "test-key" }, .seed = "empty" };
  sigset_t signals;
  int result = 2;
#ifdef __GLIBC__
  /* A page of a list is larger than what malloc takes from the system each time anew by default. */
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
  /* The account is used by one thread at a time, so SQLite needs no locks; and nobody asks for
     its memory figures. */
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sb_decisions_init(&wanted.options.decisions);
  if (count == 2 && strcmp(args[1], "--help") == 0) {
    fputs(usage, stdout);
    return 0;
  }
  if (!read_command(&wanted, count, args)) goto done;
  /* Blocked before there are threads, so that this one alone waits for them. */
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  if (!is_started_in_background()) sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  sb_account *account = sb_account_open(sb_resources);
  account->decisions = wanted.options.decisions;
  sb_seed(account, wanted.seed);
  result = serve_until_signal(&wanted, account, &signals);
  sb_account_close(account);
done:
  free(wanted.certificate);
  free(wanted.private_key);
  return result;
}
