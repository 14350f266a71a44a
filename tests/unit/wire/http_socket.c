/* wire/http_socket.h: what waits on a connection, and whose its number is. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire/http_socket.h"

typedef struct ends {
  int listener, here, there;
  int local_port, remote_port;
  cm_http_sockets sockets;
} ends;

static int port_of(int number, int (*which)(int, struct sockaddr *, socklen_t *)) {
  struct sockaddr_in address;
  socklen_t len = sizeof address;
  assert_int_equal(0, which(number, (struct sockaddr *)&address, &len));
  return ntohs(address.sin_port);
}

static void note(cm_http_sockets *sockets, int number) {
  struct stat status;
  assert_int_equal(0, fstat(number, &status));
  sockets->open[sockets->count++] = (cm_http_socket){ .number = number,
                                                      .device = status.st_dev,
                                                      .inode = status.st_ino };
}

static void open_ends(ends *own) {
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  memset(own, 0, sizeof *own);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  own->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(0, bind(own->listener, (struct sockaddr *)&address, len));
  assert_int_equal(0, listen(own->listener, 1));
  assert_int_equal(0, getsockname(own->listener, (struct sockaddr *)&address, &len));
  own->here = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(0, connect(own->here, (struct sockaddr *)&address, len));
  own->there = accept(own->listener, NULL, NULL);
  own->local_port = port_of(own->here, getsockname);
  own->remote_port = port_of(own->here, getpeername);
  note(&own->sockets, own->here);
}

static void close_ends(ends *own) {
  close(own->listener);
  close(own->here);
  close(own->there);
}

/** Something comes over the connection: a byte, the end, or both. Returns when it is there. */
static void send_there(const ends *own, bool with_byte, bool with_end) {
  struct pollfd look = { .fd = own->here, .events = POLLIN };
  if (with_byte) assert_int_equal(1, write(own->there, "x", 1));
  if (with_end) assert_int_equal(0, shutdown(own->there, SHUT_WR));
  assert_int_equal(1, poll(&look, 1, 600 * 1000));
}

static cm_http_readiness use(ends *own, bool is_tls) {
  return cm_http_sockets_use(&own->sockets, own->local_port, own->remote_port, is_tls);
}

static void what_waits_uses_a_connection_up(void **state) {
  (void)state;
  static const struct {
    bool is_tls, is_used, with_byte, with_end;
    cm_http_readiness wanted;
  } cases[] = {
    { false, false, false, false, CM_HTTP_QUIET },  { false, true, false, false, CM_HTTP_QUIET },
    { true, false, false, false, CM_HTTP_QUIET },   { true, true, false, false, CM_HTTP_QUIET },
    { false, false, true, false, CM_HTTP_USED_UP }, { false, true, true, false, CM_HTTP_USED_UP },
    { true, false, true, false, CM_HTTP_QUIET }, /* session tickets */
    { true, true, true, false, CM_HTTP_USED_UP },   { false, false, false, true, CM_HTTP_USED_UP },
    { false, true, false, true, CM_HTTP_USED_UP },  { true, true, false, true, CM_HTTP_USED_UP },
    { true, false, true, true, CM_HTTP_USED_UP },   { true, true, true, true, CM_HTTP_USED_UP },
  };
  for (size_t i = 0; i < cm_countof(cases); i++) {
    ends own;
    open_ends(&own);
    if (cases[i].is_used) assert_int_equal(CM_HTTP_QUIET, use(&own, cases[i].is_tls));
    if (cases[i].with_byte || cases[i].with_end)
      send_there(&own, cases[i].with_byte, cases[i].with_end);
    if (use(&own, cases[i].is_tls) != cases[i].wanted) fail_msg("case %d", (int)i);
    close_ends(&own);
  }
}

static void other_ports_are_unknown(void **state) {
  (void)state;
  ends own;
  open_ends(&own);
  int local = own.local_port, remote = own.remote_port;
  assert_int_equal(CM_HTTP_UNKNOWN, cm_http_sockets_use(&own.sockets, local + 1, remote, false));
  assert_int_equal(CM_HTTP_UNKNOWN, cm_http_sockets_use(&own.sockets, local, remote + 1, false));
  assert_int_equal(CM_HTTP_UNKNOWN, cm_http_sockets_use(&own.sockets, -1, remote, false));
  assert_int_equal(CM_HTTP_QUIET, use(&own, false));
  close_ends(&own);
}

static void only_the_same_socket_is_abandoned(void **state) {
  (void)state;
  ends own, other;
  open_ends(&own);
  open_ends(&other);
  note(&own.sockets, other.here);
  assert_int_equal(other.here,
                   dup2(other.there, other.here)); /* its number is another socket's now */
  cm_http_sockets_abandon(&own.sockets);
  assert_int_equal(0, own.sockets.count);
  assert_int_equal(-1, fcntl(own.here, F_GETFD));
  assert_true(fcntl(other.here, F_GETFD) >= 0);
  close_ends(&other);
  close(own.listener);
  close(own.there);
}

static bool is_early(const ends *own) {
  return cm_http_sockets_is_early(&own->sockets, own->local_port, own->remote_port);
}

/** Write what the other side has no room for, so that its system acknowledges nothing more. @return bytes. */
static size_t fill(const ends *own) {
  static const char block[4096];
  size_t bytes = 0;
  struct pollfd look = { .fd = own->here, .events = POLLOUT };
  do {
    ssize_t len = send(own->here, block, sizeof block, MSG_DONTWAIT);
    if (len > 0) bytes += (size_t)len;
  } while (poll(&look, 1, 50) > 0);
  return bytes;
}

static void drain(const ends *own, size_t bytes) {
  static char block[65536];
  while (bytes > 0) {
    ssize_t len = read(own->there, block, bytes < sizeof block ? bytes : sizeof block);
    assert_true(len > 0);
    bytes -= (size_t)len;
  }
}

/** An answer that comes before a byte of the request was acknowledged, and one behind the request. */
static void what_comes_before_the_request_arrives_is_early(void **state) {
  (void)state;
  for (int is_used = 0; is_used <= 1; is_used++) {
    ends own;
    char byte;
    int more = 1 << 20;
    open_ends(&own);
    if (is_used) assert_int_equal(CM_HTTP_QUIET, use(&own, false));
    size_t bytes = fill(&own);
    assert_int_equal(CM_HTTP_QUIET, use(&own, false));
    assert_int_equal(0, setsockopt(own.here, SOL_SOCKET, SO_SNDBUF, &more, sizeof more));
    assert_int_equal(1, send(own.here, "r", 1, MSG_DONTWAIT)); /* the request */
    send_there(&own, true, false);
    assert_int_equal(1, read(own.here, &byte, 1));
#ifdef __linux__
    assert_int_equal(is_used,
                     is_early(&own)); /* on its first request a connection brings nothing old */
#else
    assert_false(is_early(&own));
#endif
    drain(&own, bytes + 1);
    send_there(&own, true, false);
    assert_int_equal(1, read(own.here, &byte, 1));
    assert_false(is_early(&own));
    close_ends(&own);
  }
}

/** Whatever the sizes and however the acknowledgement is delayed: an answer brings it along. */
static void an_answer_is_never_early(void **state) {
  (void)state;
  static const char request[60000];
  ends own;
  open_ends(&own);
  for (int i = 0; i < 2000; i++) {
    size_t len = i % 2 == 0 ? 1 + (size_t)i % 300 : sizeof request - (size_t)i;
    char byte;
    assert_int_equal(CM_HTTP_QUIET, use(&own, false));
    assert_int_equal(len, write(own.here, request, len));
    drain(&own, i % 4 == 3 ? 1 : len); /* a refusal comes before the request was read to its end */
    send_there(&own, true, false);
    assert_int_equal(1, read(own.here, &byte, 1));
    if (is_early(&own)) fail_msg("answer %d", i);
    if (i % 4 == 3) drain(&own, len - 1);
  }
  close_ends(&own);
}

static void nothing_leaves_on_a_distrusted_connection(void **state) {
  (void)state;
  ends own, newer;
  open_ends(&own);
  open_ends(&newer);
  assert_int_equal(CM_HTTP_QUIET, use(&own, false));
  cm_http_sockets_distrust(&own.sockets);
  note(&own.sockets, newer.here);
  assert_int_equal(CM_HTTP_USED_UP, use(&own, false));
  assert_int_equal(CM_HTTP_QUIET,
                   cm_http_sockets_use(&own.sockets, newer.local_port, newer.remote_port, false));
  close_ends(&own);
  close_ends(&newer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_waits_uses_a_connection_up),
    cmocka_unit_test(other_ports_are_unknown),
    cmocka_unit_test(only_the_same_socket_is_abandoned),
    cmocka_unit_test(what_comes_before_the_request_arrives_is_early),
    cmocka_unit_test(an_answer_is_never_early),
    cmocka_unit_test(nothing_leaves_on_a_distrusted_connection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
