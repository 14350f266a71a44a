/*
** raw_server.h -- a server that answers one connection with whatever bytes a test writes, also such as no
** HTTP library sends.
*/
#ifndef UNIT_RAW_SERVER_H
#define UNIT_RAW_SERVER_H

typedef struct raw_server raw_server;

/** Called once, with the connection's socket, when a whole head of a request has come. Writing may fail. */
typedef void raw_answer(int socket);

/** Listen on a free port of the loopback. Aborts where that cannot be. */
raw_server *raw_server_start(raw_answer *answer);
int raw_server_port(const raw_server *server);
/** Wait until the answer is given, and free. */
void raw_server_stop(raw_server *server);

#endif
