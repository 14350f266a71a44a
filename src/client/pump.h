/*
** pump.h -- all calls of a session moved together, and the wait for one of them.
** Tests: tests/unit/client/pump.c
*/
#ifndef CM_CLIENT_PUMP_H
#define CM_CLIENT_PUMP_H

#include "client/call.h"

/**
 * Move all calls of the session until this one is done. An interrupt cancels the reads among them
 * at once, and gives writes under way CM_WRITE_GRACE_MS.
 * @return the result's code, its line in `err`.
 */
int cm_call_wait(cm_call *call, cm_err *err);

/**
 * Move all calls: send what may be sent, take what came, wait at most `wait_ms` for more.
 * Returns early when any call is done. An interrupt, and the end of deadline_ms, are seen here and
 * end the calls as cm_call_wait says: a caller that waits in a loop of pumps sees them as done calls.
 */
void cm_session_pump(cm_session *session, int wait_ms);

/** True when fewer than `concurrency` calls are started and not done: one more would not wait for them. */
bool cm_session_is_idle(const cm_session *session);

/** The wait is over: the line that shows progress is erased, before rows leave. */
void cm_session_rest(cm_session *session);

#endif
