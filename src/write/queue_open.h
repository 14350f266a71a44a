/*
** queue_open.h -- the queue of a session is made when it is first needed.
*/
#ifndef CM_WRITE_QUEUE_OPEN_H
#define CM_WRITE_QUEUE_OPEN_H

#include "write/entry.h"

/** Make the queue of a session unless it has one. */
int cm_queue_open(cm_session *session, cm_err *err) CM_MUST_CHECK;

#endif
