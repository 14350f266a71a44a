/*
** inside.h -- rows that go out inside the row that they belong to, see cm_inside_of.
** Only the files of write/queue.h include it.  Tests: tests/cases/write/inside/
**
** A line of an invoice that waits is its *part*, and the invoice the part's *host*. Parts are found when a
** transaction is sent and let go when the sending ends, so that savepoints know nothing of them. Only a host
** that may have left keeps its parts.
**
** A host starts when nothing blocks it nor any of its parts. The parts look for themselves and for what they name,
** each for itself; then they join its shipment: the create of the host carries them, and they end as it does, each
** with its own item of the answer. A host that exists already lets them go: they are creates of their own.
*/
#ifndef CM_WRITE_INSIDE_H
#define CM_WRITE_INSIDE_H

#include "change/change_names.h"
#include "write/entry.h"

/** Make an entry the last part of a host. */
void cm_inside_attach(cm_entry *host, cm_entry *part);

/** It is a part no longer. No part: nothing. */
void cm_inside_detach(cm_entry *part);

/** The parts of a host are on their own. */
void cm_inside_let_go_all(cm_entry *host);

/** The rows behind this host wait for it no longer. @param host  NULL: behind any. @return true when there were some. */
bool cm_inside_forget_behind(cm_queue *queue, const cm_entry *host);

/** An entry waits no longer: it leaves its host, and its own parts are on their own. */
void cm_inside_leave(cm_queue *queue, cm_entry *entry);

/** A row that should go inside this one was refused: it is not sent without it. */
void cm_inside_note_lack(cm_queue *queue, cm_entry *host, const cm_entry *refused);

/** Does an entry go inside another, or behind it? */
bool cm_inside_waits(const cm_entry *entry);

/** Bytes that the parts of an entry keep. */
size_t cm_inside_bytes(const cm_entry *host);

/** Has it a part that goes into this list? */
bool cm_inside_has_items(const cm_entry *host, const char *list);

/**
 * The row that was given for a list and could not go into it, because its natural key is that of another row.
 * @param out  Receives what it is called, to free with sqlite3_free; NULL: there is none.
 * @return SQLITE_OK, SQLITE_NOMEM.
 */
int cm_inside_find_taken(const cm_queue *queue, const cm_entry *host, const char *list, char **out,
                         cm_err *err) CM_MUST_CHECK;

/** Is this the name of the row that the entry goes inside? */
bool cm_inside_is_host_name(const cm_entry *entry, const cm_name *name);

/**
 * What is said of a part whose host is refused: the errors of its own item, or that the host was refused.
 * @param label  Of the host; NULL: it has none.
 */
void cm_inside_tell_refused(const cm_entry *part, const char *label, const cm_err *cause,
                            cm_err *err);

#endif
