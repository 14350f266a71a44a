#include "http_socket.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The other side has ended the connection, with or without bytes before the end. */
#ifdef __linux__
enum { END_OF_STREAM = 0x2000 }; /* POLLRDHUP, which poll.h shows to GNU programs only */
#else
enum { END_OF_STREAM = POLLHUP };
#endif

/* ---- the list ------------------------------------------------------------------------------ */

static bool is_same(const cm_http_socket *one) {
  struct stat status;
  return fstat(one->number, &status) == 0 && S_ISSOCK(status.st_mode) &&
         status.st_dev == one->device && status.st_ino == one->inode;
}

static void remove_at(cm_http_sockets *sockets, int i) {
  sockets->open[i] = sockets->open[--sockets->count];
}

/** Forget what was closed without our being told. */
static void purge(cm_http_sockets *sockets) {
  for (int i = sockets->count - 1; i >= 0; i--) {
    if (!is_same(&sockets->open[i])) remove_at(sockets, i);
  }
}

static bool add(cm_http_sockets *sockets, int number) {
  struct stat status;
  if (sockets->count == CM_HTTP_MAX_SOCKETS) purge(sockets);
  if (sockets->count == CM_HTTP_MAX_SOCKETS || fstat(number, &status) != 0) return false;
  sockets->open[sockets->count++] = (cm_http_socket){ number, status.st_dev, status.st_ino, false };
  return true;
}

/* ---- what libcurl calls -------------------------------------------------------------------- */

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
  (void)purpose;
  int number = socket(to->family, to->socktype, to->protocol);
  if (number < 0) return CURL_SOCKET_BAD;
  if (fcntl(number, F_SETFD, FD_CLOEXEC) == 0 && add(context, number)) return number;
  close(number);
  return CURL_SOCKET_BAD;
}

static int close_socket(void *context, curl_socket_t number) {
  cm_http_sockets *sockets = context;
  for (int i = sockets->count - 1; i >= 0; i--) {
    if (sockets->open[i].number == number) remove_at(sockets, i);
  }
  return close(number);
}

bool cm_http_sockets_watch(cm_http_sockets *sockets, void *easy) {
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets) == CURLE_OK;
}

/* ---- before a request leaves --------------------------------------------------------------- */

static int port_of(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET)
    return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
  if (address->ss_family == AF_INET6)
    return ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port);
  return -1;
}

static bool is_between(int number, int local_port, int remote_port) {
  struct sockaddr_storage local, remote;
  socklen_t local_len = sizeof local, remote_len = sizeof remote;
  return getsockname(number, (struct sockaddr *)&local, &local_len) == 0 &&
         port_of(&local) == local_port &&
         getpeername(number, (struct sockaddr *)&remote, &remote_len) == 0 &&
         port_of(&remote) == remote_port;
}

static bool is_quiet(const cm_http_socket *one, bool is_tls) {
  struct pollfd look = { .fd = one->number, .events = POLLIN | END_OF_STREAM };
  short may_wait = is_tls && !one->is_used ? POLLIN : 0; /* tickets */
  return poll(&look, 1, 0) == 0 || (look.revents & ~may_wait) == 0;
}

cm_http_readiness cm_http_sockets_use(cm_http_sockets *sockets, int local_port, int remote_port,
                                      bool is_tls) {
  cm_http_readiness found = CM_HTTP_UNKNOWN;
  for (int i = 0; i < sockets->count; i++) {
    cm_http_socket *one = &sockets->open[i];
    if (!is_between(one->number, local_port, remote_port)) continue;
    if (!is_quiet(one, is_tls)) return CM_HTTP_USED_UP;
    found = CM_HTTP_QUIET;
    one->is_used = true;
  }
  return found;
}

/* ---- another process ----------------------------------------------------------------------- */

void cm_http_sockets_abandon(cm_http_sockets *sockets) {
  for (int i = 0; i < sockets->count; i++) {
    if (is_same(&sockets->open[i])) close(sockets->open[i].number);
  }
  sockets->count = 0;
}
