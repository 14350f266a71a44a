#include "raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct raw_server {
  int listener;
  int port;
  raw_answer *answer;
  pthread_t thread;
};

static void wait_for_head(int socket) {
  char head[8192] = "";
  size_t len = 0;
  while (strstr(head, "\r\n\r\n") == NULL && len < sizeof head - 1) {
    ssize_t got = read(socket, head + len, sizeof head - 1 - len);
    if (got <= 0) return;
    len += (size_t)got;
  }
}

static void *serve(void *context) {
  raw_server *server = context;
  int socket = accept(server->listener, NULL, NULL);
  if (socket < 0) return NULL;
  wait_for_head(socket);
  server->answer(socket);
  close(socket);
  return NULL;
}

raw_server *raw_server_start(raw_answer *answer) {
  raw_server *server = calloc(1, sizeof *server);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (server == NULL) abort();
  server->answer = answer;
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
      listen(server->listener, 1) != 0 ||
      getsockname(server->listener, (struct sockaddr *)&address, &size) != 0 ||
      pthread_create(&server->thread, NULL, serve, server) != 0) {
    perror("the raw server does not start");
    abort();
  }
  server->port = ntohs(address.sin_port);
  return server;
}

int raw_server_port(const raw_server *server) {
  return server->port;
}

void raw_server_stop(raw_server *server) {
  shutdown(server->listener, SHUT_RDWR); /* where nobody came */
  pthread_join(server->thread, NULL);
  close(server->listener);
  free(server);
}
