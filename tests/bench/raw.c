/*
** raw.c -- the baseline of the benches: the same requests by libcurl alone, bodies thrown away.
**
**   raw FILE KEY [--parse]   each line of FILE is a URL, asked one after the other with keep-alive
**
** With --parse each body is also given to cJSON_Parse and freed: what any client in C would pay.
** Prints the milliseconds of the first request and of all.
*/
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct body {
  char *data;
  size_t len, capacity;
} body;

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  body *to = context;
  size_t len = size * count;
  if (to->len + len + 1 > to->capacity) {
    to->capacity = (to->len + len + 1) * 2;
    to->data = realloc(to->data, to->capacity);
    if (to->data == NULL) abort();
  }
  memcpy(to->data + to->len, bytes, len);
  to->len += len;
  to->data[to->len] = 0;
  return len;
}

static bool ask(CURL *easy, const char *url, body *answer, bool parse) {
  long status = 0;
  answer->len = 0;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  if (curl_easy_perform(easy) != CURLE_OK) return false;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (parse) cJSON_Delete(cJSON_Parse(answer->data));
  return status == 200;
}

int main(int argc, char **argv) {
  char url[65536];
  body answer = { 0 };
  double first_ms = 0;
  FILE *urls = argc > 2 ? fopen(argv[1], "r") : NULL;
  bool parse = argc > 3 && strcmp(argv[3], "--parse") == 0;
  if (urls == NULL) return 2;
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_USERNAME, argv[2]);
  curl_easy_setopt(easy, CURLOPT_PASSWORD, "");
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  double start_ms = now_ms();
  while (fgets(url, sizeof url, urls) != NULL) {
    url[strcspn(url, "\n")] = 0;
    if (!ask(easy, url, &answer, parse)) return 1;
    if (first_ms == 0) first_ms = now_ms() - start_ms;
  }
  printf("%.3f %.3f\n", first_ms, now_ms() - start_ms);
  curl_easy_cleanup(easy);
  free(answer.data);
  fclose(urls);
  return 0;
}
