/*
** no_network.c -- preloaded into every test: nothing leaves this machine.
**
** connect() to anything but loopback, and the look-up of any name but localhost, fails with EACCES,
** says so on stderr and leaves the file named by $NO_NETWORK_MARK, which fails the test run.
**
** Names that end in ".invalid" are for tests: they are never found, and the look-up of "hang.invalid"
** does not come to an end before the program lets it, in no_network_hold().
*/
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static void report(const char *where) {
  const char *mark = getenv("NO_NETWORK_MARK");
  FILE *file = mark && *mark ? fopen(mark, "a") : NULL;
  fprintf(stderr, "no_network: a test tried to reach %s\n", where);
  if (!file) return;
  fprintf(file, "%s\n", where);
  fclose(file);
}

static bool is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    struct in_addr host = ((const struct sockaddr_in *)(const void *)address)->sin_addr;
    return ntohl(host.s_addr) >> 24 == 127;
  }
  if (address->sa_family == AF_INET6)
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
  return true; /* Unix sockets and the like */
}

static void describe(const struct sockaddr *address, char *to, socklen_t size) {
  const void *host = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
  if (address->sa_family == AF_INET6)
    host = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
  if (!inet_ntop(address->sa_family, host, to, size)) snprintf(to, size, "an unknown address");
}

/* libcurl asks how this machine would route to an IPv6 address by connecting a datagram socket. */
static bool is_probe(int socket) {
  int type = 0;
  socklen_t len = sizeof type;
  return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM;
}

int connect(int socket, const struct sockaddr *address, socklen_t len) {
  static int (*genuine)(int, const struct sockaddr *, socklen_t);
  if (!genuine) *(void **)&genuine = dlsym(RTLD_NEXT, "connect");
  if (is_loopback(address)) return genuine(socket, address, len);
  char where[INET6_ADDRSTRLEN];
  describe(address, where, sizeof where);
  if (!is_probe(socket)) report(where);
  errno = EACCES;
  return -1;
}

static bool ends_in(const char *name, const char *end) {
  size_t len = strlen(name), end_len = strlen(end);
  return len >= end_len && strcasecmp(name + len - end_len, end) == 0;
}

static void hang(void) {
  void (*hold)(void);
  *(void **)&hold = dlsym(RTLD_DEFAULT, "no_network_hold");
  if (hold) hold();
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  static int (*genuine)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  if (!genuine) *(void **)&genuine = dlsym(RTLD_NEXT, "getaddrinfo");
  struct in_addr four;
  struct in6_addr six;
  bool is_near = !node || strcasecmp(node, "localhost") == 0 ||
                 inet_pton(AF_INET, node, &four) == 1 || inet_pton(AF_INET6, node, &six) == 1;
  if (is_near) return genuine(node, service, hints, result);
  if (strcasecmp(node, "hang.invalid") == 0) hang();
  if (ends_in(node, ".invalid")) return EAI_NONAME;
  report(node);
  errno = EACCES;
  return EAI_SYSTEM;
}
