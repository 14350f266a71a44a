#include "waiting.h"

#include "../engine/account.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* A client that leaves is noticed while its answer is further away than this; nearer ones come
   anyway. */
#define WATCH_FROM_MS 500

typedef struct waiter {
  struct MHD_Connection *connection;
  int socket;
  int64_t due_ms;
  bool *is_gone;
} waiter;

struct sb_waiting {
  pthread_t thread;
  pthread_mutex_t lock; /* guards all below */
  waiter *waiters;
  size_t count, capacity;
  int64_t next_ms; /* when the thread wakes by itself */
  bool is_stopping;
  int wake[2]; /* a pipe */
};

static void wake(sb_waiting *room) {
  char byte = 0;
  while (write(room->wake[1], &byte, 1) < 0 && errno == EINTR) {
  }
}

static void let_go(sb_waiting *room, size_t i, bool is_gone) {
  waiter one = room->waiters[i];
  room->waiters[i] = room->waiters[--room->count];
  *one.is_gone = is_gone;
  MHD_resume_connection(one.connection);
}

/* Let go whoever is due, and list the sockets of those who still wait long. Gives the number
   of sockets. */
static nfds_t look(sb_waiting *room, struct pollfd **sockets, int *timeout_ms) {
  int64_t now_ms = sb_monotonic_ms(), next_ms = SB_NO_ANSWER;
  for (size_t i = room->count; i-- > 0;)
    if (room->is_stopping || room->waiters[i].due_ms <= now_ms) let_go(room, i, room->is_stopping);
  *sockets = sb_grow(*sockets, (room->count + 1) * sizeof **sockets);
  nfds_t count = 0;
  (*sockets)[count++] = (struct pollfd){ .fd = room->wake[0], .events = POLLIN };
  for (size_t i = 0; i < room->count; i++) {
    const waiter *one = &room->waiters[i];
    if (one->due_ms < next_ms) next_ms = one->due_ms;
    if (one->due_ms - now_ms > WATCH_FROM_MS)
      (*sockets)[count++] = (struct pollfd){ .fd = one->socket, .events = POLLIN };
  }
  room->next_ms = next_ms;
  int64_t left_ms = next_ms - now_ms;
  *timeout_ms = next_ms == SB_NO_ANSWER ? -1 : left_ms > 60000 ? 60000 : (int)left_ms;
  return count;
}

/* A client that waits for its answer sends nothing: what can be read is its end, in clear or
   in TLS. */
static void notice(sb_waiting *room, const struct pollfd *sockets, nfds_t count) {
  for (nfds_t k = 1; k < count; k++) {
    if (!sockets[k].revents) continue;
    for (size_t i = 0; i < room->count; i++) {
      if (room->waiters[i].socket != sockets[k].fd) continue;
      let_go(room, i, true);
      break;
    }
  }
}

static void *run(void *argument) {
  sb_waiting *room = argument;
  struct pollfd *sockets = NULL;
  char drained[64];
  pthread_mutex_lock(&room->lock);
  for (;;) {
    int timeout_ms;
    nfds_t count = look(room, &sockets, &timeout_ms);
    if (room->is_stopping) break;
    pthread_mutex_unlock(&room->lock);
    poll(sockets, count, timeout_ms);
    while (sockets[0].revents && read(room->wake[0], drained, sizeof drained) > 0) {
    }
    pthread_mutex_lock(&room->lock);
    notice(room, sockets, count);
  }
  pthread_mutex_unlock(&room->lock);
  free(sockets);
  return NULL;
}

sb_waiting *sb_waiting_start(void) {
  sb_waiting *room = sb_alloc(sizeof *room);
  room->next_ms = SB_NO_ANSWER;
  if (pipe(room->wake) != 0 || pthread_mutex_init(&room->lock, NULL) != 0)
    sb_stop("the waiting room has no pipe");
  for (int i = 0; i < 2; i++)
    fcntl(room->wake[i], F_SETFL, O_NONBLOCK);
  if (pthread_create(&room->thread, NULL, run, room) != 0)
    sb_stop("the waiting room has no thread");
  return room;
}

void sb_waiting_close(sb_waiting *room) {
  pthread_mutex_lock(&room->lock);
  room->is_stopping = true;
  wake(room);
  pthread_mutex_unlock(&room->lock);
  pthread_join(room->thread, NULL);
}

void sb_waiting_free(sb_waiting *room) {
  if (!room) return;
  pthread_mutex_destroy(&room->lock);
  close(room->wake[0]);
  close(room->wake[1]);
  free(room->waiters);
  free(room);
}

void sb_waiting_hurry(sb_waiting *room) {
  pthread_mutex_lock(&room->lock);
  for (size_t i = 0; i < room->count; i++)
    if (room->waiters[i].due_ms != SB_NO_ANSWER) room->waiters[i].due_ms = 0;
  wake(room);
  pthread_mutex_unlock(&room->lock);
}

bool sb_waiting_add(sb_waiting *room, struct MHD_Connection *connection, int64_t due_ms,
                    bool *is_gone) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection,
                                                                 MHD_CONNECTION_INFO_CONNECTION_FD);
  pthread_mutex_lock(&room->lock);
  bool is_open = !room->is_stopping;
  *is_gone = !is_open;
  if (is_open) {
    if (room->count == room->capacity) {
      room->capacity = room->capacity ? room->capacity * 2 : 64;
      room->waiters = sb_grow(room->waiters, room->capacity * sizeof *room->waiters);
    }
    MHD_suspend_connection(connection);
    room->waiters[room->count++] = (waiter){ connection, info->connect_fd, due_ms, is_gone };
    /* The thread wakes at next_ms by itself; earlier for an earlier one, and to watch one that
       waits for ever. */
    if (due_ms < room->next_ms || due_ms == SB_NO_ANSWER) wake(room);
  }
  pthread_mutex_unlock(&room->lock);
  return is_open;
}
