/*
** waiting.h -- the room in which answers wait for their time: one thread for all of them.
** Owns: the thread and its list.  Never: touches the account.
*/
#ifndef SANDBOX_WAITING_H
#define SANDBOX_WAITING_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct sb_waiting sb_waiting;

/** The time of an answer that never comes. */
#define SB_NO_ANSWER INT64_MAX

/** Start the thread. Released with sb_waiting_close and then sb_waiting_free. */
sb_waiting *sb_waiting_start(void);
/**
 * Let everybody go on, as if their clients had left, and end the thread: nobody waits from now
 * on.
 */
void sb_waiting_close(sb_waiting *room);
/** Release a closed room; NULL is fine. */
void sb_waiting_free(sb_waiting *room);
/**
 * Suspend a connection and resume it at `due_ms` of the monotonic clock, or when its client leaves.
 *
 * @param is_gone  Set before resuming when the client left. Must live as long as the connection
 *                 is suspended.
 * @return false when the room is closed: the connection is not suspended, and `is_gone` is set.
 */
bool sb_waiting_add(sb_waiting *room, struct MHD_Connection *connection, int64_t due_ms,
                    bool *is_gone);
/** Resume whoever waits for a time; those that get no answer go on waiting. */
void sb_waiting_hurry(sb_waiting *room);

#endif
