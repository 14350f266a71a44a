/*
** queue_inside.h -- rows that go out inside the row that they belong to, see cm_inside_of.
** Layer: client.  Only the files of queue.h include it.  Tests: tests/cases/inside/
**
** A line of an invoice that waits is its *part*, and the invoice the part's *host*. Parts are found when a
** transaction is sent and let go when the sending ends, so that savepoints know nothing of them. Only a host
** of which nobody knows whether it has left keeps its parts.
**
** A host starts when nothing blocks it nor any of its parts. The parts look for themselves and for what they name,
** each for itself; then the create of the host carries them, and they are its followers: they end as it does,
** each with its own item of the answer. A host that exists already lets them go: they are creates of their own.
*/
#ifndef CM_QUEUE_INSIDE_H
#define CM_QUEUE_INSIDE_H

#include "change_name.h"
#include "queue.h"

typedef struct cm_inside {
  struct cm_entry *host; /* this row goes inside; NULL: none */
  int place, total;      /* of a part: its place in the list that was sent, and how long that was */
  struct cm_entry *next; /* part of the same host */
  struct cm_entry *first, *last; /* parts of this row, in the order of the queue */
  struct cm_entry *behind; /* this row could not go inside, and waits for the end of that one */
  bool has_behind;         /* there are such rows */
  bool are_put;            /* the parts are in the lists of the change */
} cm_inside;

struct cm_entry;
struct cm_queue;

/** Find the parts of all rows that wait, before a transaction is sent. */
void cm_inside_find_all(cm_queue *queue);
/** The sending is over: let all go but those of a host in doubt. */
void cm_inside_end_all(cm_queue *queue);
/** Nothing moves any more: the parts that are blocked, else all, go behind their hosts. @return true when there was one. */
bool cm_inside_let_go_blocked(cm_queue *queue);
/** What has to end before the parts of an entry may go with it. NULL: nothing. Borrowed. */
struct cm_entry *cm_inside_find_blocker(const cm_queue *queue, const struct cm_entry *host);
/** Does an entry go inside another, or behind it? */
bool cm_inside_waits(const struct cm_entry *entry);
/** Bytes that the parts of an entry keep. */
size_t cm_inside_bytes(const struct cm_entry *host);
/** An entry waits no longer: it is no part, and its parts are on their own. */
void cm_inside_leave(cm_queue *queue, struct cm_entry *entry);
/** The row exists already: its parts are on their own, and no longer in its change. */
void cm_inside_release(cm_queue *queue, struct cm_entry *host);
/** Has it a part that goes into this list? */
bool cm_inside_has_items(const struct cm_entry *host, const char *list);
/** Is this the name of the row that the entry goes inside? */
bool cm_inside_is_host_name(const struct cm_entry *entry, const cm_name *name);
/** Let the parts look for what they name. @return false when they are through, or there are none. */
bool cm_inside_begin(cm_queue *queue, struct cm_entry *host);
/** Go on with that, as cm_entry_advance. */
bool cm_inside_advance(cm_queue *queue, struct cm_entry *host);
/** Nothing is in doubt any more of an entry and its parts. */
void cm_inside_settle(struct cm_entry *host);
/** Nobody has it although it was sent: what goes out now is made anew. */
void cm_inside_renew(struct cm_entry *host);
/** Make the calls of an entry, the parts in its body. @return as cm_change_steps. */
int cm_inside_make_steps(cm_queue *queue, struct cm_entry *entry, cm_err *err) CM_MUST_CHECK;
/** The row was written: each part takes its item of the answer. One that is not shown ends unknown. */
void cm_inside_take_items(cm_queue *queue, struct cm_entry *host, cm_slice object);
/**
 * What is said of a part whose host is refused: the errors of its own item, or that the host was refused.
 * @param label  Of the host; NULL: it has none.
 */
void cm_inside_tell_refused(const struct cm_entry *part, const char *label, const cm_err *cause,
                            cm_err *err);
/** The answer shows errors: each part takes what its own item says. */
void cm_inside_take_errors(cm_queue *queue, struct cm_entry *host, cm_slice object);

#endif
