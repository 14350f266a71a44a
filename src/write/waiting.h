/*
** waiting.h -- which writes wait, how they are found, and what blocks what.
** Pure: no I/O.  Only the files of write/queue.h include it.
*/
#ifndef CM_WRITE_WAITING_H
#define CM_WRITE_WAITING_H

#include "write/entry.h"

/** An entry begins to wait, as the last one. */
void cm_queue_link(cm_queue *queue, cm_entry *entry);

/** Take an entry out of those that wait. */
void cm_queue_unlink(cm_queue *queue, cm_entry *entry);

/** The last entry that waits under a token; cm_map_next(&entry->by_key) is the one before it. NULL: none. */
cm_entry *cm_waiting_by_key(const cm_queue *queue, uint64_t token);
cm_entry *cm_waiting_by_natural(const cm_queue *queue, uint64_t token);
cm_entry *cm_waiting_by_set(const cm_queue *queue, uint64_t token);

/** In autocommit: may further rows come before something is sent, or has ended? */
bool cm_queue_has_room(const cm_queue *queue);

/** Note with which others an entry may go out in one call: rows of one place, see cm_write_extras. */
int cm_batch_note(cm_entry *entry, cm_err *err) CM_MUST_CHECK;

/** Find those anew that may go out in one call: cm_batch_note has noted something else since. */
void cm_batch_link_all(cm_queue *queue);

/** How many rows may go out in one call with this one; 1: it goes alone. */
int cm_batch_size(const cm_entry *entry);

/** Does `member` write a member of a set of rows of this table? */
bool cm_set_is_member(const cm_entry *member, const cm_resource *resource);

/** The first entry that has to end before this one starts; NULL: none. Borrowed. */
cm_entry *cm_queue_find_blocker(const cm_queue *queue, const cm_entry *later);

/** The same for a part, whose host goes out with it. */
cm_entry *cm_part_find_blocker(const cm_queue *queue, const cm_entry *part);

/** What has to end before the parts of an entry may go with it. NULL: nothing. Borrowed. */
cm_entry *cm_inside_find_blocker(const cm_queue *queue, const cm_entry *host);

/** Does a write of the row with this token wait in front of the entry? */
bool cm_queue_is_written_before(const cm_queue *queue, const cm_entry *entry, uint64_t token);

/** Entries have come back from being under way: whom they block is to be found out again. */
void cm_queue_forget_blockers(cm_queue *queue);

/** The first row that waits to be created under this token, and that an entry of a part's table may go inside. NULL: none. */
cm_entry *cm_waiting_find_host(const cm_queue *queue, const cm_entry *entry, uint64_t token);
/** By any of its names: the row that an entry will go inside, as far as is known before its call. NULL: none, or it is no part. */
cm_entry *cm_waiting_find_host_of(const cm_queue *queue, const cm_entry *entry);

#endif
