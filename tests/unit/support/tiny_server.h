/*
** tiny_server.h -- a web server inside a unit test: well behaved and rude answers by path.
** Threads: one of libmicrohttpd's; every function here may be called by the test's.
**
**   /echo               200, the request itself as JSON text lines
**   /status/N           status N, with ?type= as content type, ?retry-after= and ?date= as headers
**   /gzip               100,000 bytes, compressed
**   /bomb               one byte more than the largest answer, compressed
**   /large              announces one byte more than the largest answer
**   /drip               a byte now and then, without an end
**   /cut                ends in the middle of the body
**   /drop               closes the connection without an answer
**   /stall              no answer, until tiny_server_release
**   /trickle            the head and ten bytes, the rest after tiny_server_release
**   /meet?n=N           answers when N requests have come, and at once from then on
**   /redirect           302 to /echo
**   CONNECT             as a proxy that refuses: 403
*/
#ifndef UNIT_TINY_SERVER_H
#define UNIT_TINY_SERVER_H

#include <stddef.h>

typedef struct tiny_server tiny_server;

/** Start on a port of 127.0.0.1, 0 for any that is free. Ends the test program when it cannot. */
tiny_server *tiny_server_start(int port);
void tiny_server_stop(tiny_server *server);

int tiny_server_port(const tiny_server *server);

/** Connections taken, and requests whose head has come, since the start. */
int tiny_server_connections(tiny_server *server);
int tiny_server_requests(tiny_server *server);

/** Answer what stalls, and whatever would stall from now on. */
void tiny_server_release(tiny_server *server);

/** Method, path, headers and body of the request that came last, as /echo shows them. */
void tiny_server_last(tiny_server *server, char *out, size_t size);

#endif
