/*
** http_socket.h -- the sockets of a client: which are open, and whether a request may leave on one.
** the inside of wire/http.c.  Tests: tests/unit/wire/http_socket.c, tests/transport/
**
** An answer on HTTP/1.1 belongs to a request by its place alone. So whatever waits on a kept connection
** before a request leaves (an answer that came too late or twice, a 408 without a request, the end)
** would pass for the answer to it. libcurl looks for the end only, and over TLS not even for that where
** bytes stand before it. Here a kept connection on which anything waits is not used.
**
** Over TLS the bytes may be a session ticket, which looks like any other record. Servers send tickets
** behind the handshake and before the first answer: a connection that carried no request yet may have
** them waiting, and after the first answer they have been read.
**
** What comes after the request has left, but before the other side has received a byte of it, is not an answer
** to it either. An answer's own segment acknowledges the request, so Linux can say that: see
** cm_http_sockets_is_early.
*/
#ifndef CM_WIRE_HTTP_SOCKET_H
#define CM_WIRE_HTTP_SOCKET_H

#include "base/base.h"

#include <sys/types.h>

/* 32 kept ones, 20 in use, and a second address that each of these is trying. */
enum { CM_HTTP_MAX_SOCKETS = 128 };

typedef struct cm_http_socket {
  int number;
  dev_t device; /* with the inode: whether the number still stands for the same socket */
  ino_t inode;
  bool is_used;         /* a request has left on it */
  bool is_distrusted;   /* no further request may leave on it */
  int64_t bytes_before; /* written on it before the request that left last; 0: not known */
} cm_http_socket;

typedef struct cm_http_sockets {
  int count;
  cm_http_socket open[CM_HTTP_MAX_SOCKETS];
} cm_http_sockets;

/**
 * Keep account of the sockets that libcurl opens for this handle, which no program that is started
 * inherits. `sockets` has to live as long as their connections do.
 * @return false when libcurl takes no callbacks.
 */
bool cm_http_sockets_watch(cm_http_sockets *sockets, void *easy);

typedef enum cm_http_readiness {
  CM_HTTP_QUIET,   /* nothing waits: the request may leave */
  CM_HTTP_USED_UP, /* something waits, or the end has come */
  CM_HTTP_UNKNOWN  /* there is no such socket in the list */
} cm_http_readiness;

/** A request is about to leave on the socket between these ports: may it? */
cm_http_readiness cm_http_sockets_use(cm_http_sockets *sockets, int local_port, int remote_port,
                                      bool is_tls);

/**
 * Something has come on the socket between these ports behind the request that left last: did it come
 * before the other side acknowledged a byte of that request? Then it is not the answer to it.
 * @return false also for the first request on a connection, and where the system does not say.
 */
bool cm_http_sockets_is_early(const cm_http_sockets *sockets, int local_port, int remote_port);

/** No further request leaves on a connection that is open now. */
void cm_http_sockets_distrust(cm_http_sockets *sockets);

/** Close this process's copies. Nothing is sent: the connections stay those of the other process. */
void cm_http_sockets_abandon(cm_http_sockets *sockets);

#endif
