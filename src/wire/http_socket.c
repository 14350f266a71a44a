#include "wire/http_socket.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#ifdef __linux__
#include <linux/sockios.h>
#include <linux/tcp.h>
#endif
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
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

/** Forget the sockets that were closed without a call of ours. */
static void purge(cm_http_sockets *sockets) {
  for (int i = sockets->count - 1; i >= 0; i--) {
    if (!is_same(&sockets->open[i])) remove_at(sockets, i);
  }
}

static bool add(cm_http_sockets *sockets, int number) {
  struct stat status;
  if (sockets->count == CM_HTTP_MAX_SOCKETS) purge(sockets);
  if (sockets->count == CM_HTTP_MAX_SOCKETS || fstat(number, &status) != 0) return false;
  sockets->open[sockets->count++] = (cm_http_socket){ .number = number,
                                                      .device = status.st_dev,
                                                      .inode = status.st_ino };
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
    if (sockets->open[i].number == (int)number) remove_at(sockets, i);
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

/**
 * Bytes that were written on the connection, and how many of them the other side has acknowledged.
 * @return false: the system does not say. One that shows no byte acknowledged on a used connection cannot.
 */
static bool count_bytes(int number, int64_t *written, int64_t *acknowledged) {
#if defined(SIOCOUTQ) && defined(TCP_INFO)
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;
  int waiting = 0;
  if (getsockopt(number, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
      len < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked ||
      info.tcpi_bytes_acked == 0 || ioctl(number, SIOCOUTQ, &waiting) != 0)
    return false;
  *acknowledged = (int64_t)info.tcpi_bytes_acked;
  *written = *acknowledged + waiting;
  return true;
#else
  (void)number, (void)written, (void)acknowledged;
  return false;
#endif
}

/** Bytes before the request that leaves now. Nothing strange comes on a connection's first one. */
static int64_t bytes_before(const cm_http_socket *one) {
  int64_t written = 0;
  int64_t acknowledged = 0;
  bool is_known = one->is_used && count_bytes(one->number, &written, &acknowledged);
  return is_known ? written : 0;
}

cm_http_readiness cm_http_sockets_use(cm_http_sockets *sockets, int local_port, int remote_port,
                                      bool is_tls) {
  cm_http_readiness found = CM_HTTP_UNKNOWN;
  for (int i = 0; i < sockets->count; i++) {
    cm_http_socket *one = &sockets->open[i];
    if (!is_between(one->number, local_port, remote_port)) continue;
    if (one->is_distrusted || !is_quiet(one, is_tls)) return CM_HTTP_USED_UP;
    found = CM_HTTP_QUIET;
    one->bytes_before = bytes_before(one);
    one->is_used = true;
  }
  return found;
}

bool cm_http_sockets_is_early(const cm_http_sockets *sockets, int local_port, int remote_port) {
  for (int i = 0; i < sockets->count; i++) {
    const cm_http_socket *one = &sockets->open[i];
    int64_t written = 0;
    int64_t acknowledged = 0;
    if (one->bytes_before == 0 || !is_between(one->number, local_port, remote_port)) continue;
    return count_bytes(one->number, &written, &acknowledged) && written > one->bytes_before &&
           acknowledged <= one->bytes_before;
  }
  return false;
}

void cm_http_sockets_distrust(cm_http_sockets *sockets) {
  for (int i = 0; i < sockets->count; i++)
    sockets->open[i].is_distrusted = true;
}

/* ---- another process ----------------------------------------------------------------------- */

void cm_http_sockets_abandon(cm_http_sockets *sockets) {
  for (int i = 0; i < sockets->count; i++) {
    if (is_same(&sockets->open[i])) close(sockets->open[i].number);
  }
  sockets->count = 0;
}
