/*
** server.h -- the HTTP side: connections, keys, limits, delays, damaged answers.
** Owns: the daemon and the traffic.  Never: knows an endpoint of the API.
*/
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "../engine/account.h"

/** How to serve. Texts are borrowed and must live as long as the server. */
typedef struct sb_options {
  int port; /* 0: any */
  const char *key;
  const char *read_only_key; /* NULL: none */
  const char *certificate;   /* PEM text; NULL: no TLS */
  const char *private_key;   /* PEM text */
  sb_decisions
      decisions; /* the switches as the command line sets them; a reset goes back to these */
} sb_options;

typedef struct sb_server sb_server;

/**
 * Serve on the loopback address, in a thread of its own.
 *
 * @param account  Borrowed; the server's thread alone may use it until sb_server_stop.
 * @return NULL when the port is taken or the key material is wrong.
 */
sb_server *sb_server_start(const sb_options *options, sb_account *account);
/** The port that is served. */
int sb_server_port(const sb_server *server);
/** Stop and release; NULL is fine. */
void sb_server_stop(sb_server *server);

#endif
