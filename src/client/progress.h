/*
** progress.h -- one line on the terminal while a statement takes long: what it does, how far it is, what it waits for.
** Owns: nothing.  Tests: tests/progress/
**
** It stands on stderr where that is a terminal and the setting `progress` says so, from the second second of a statement
** on, and only while something is waited for: it is erased before a row can leave, so that it never stands among rows. It holds
** names of tables and numbers, never a path or a value. Where the setting is off nothing is looked at.
*/
#ifndef CM_CLIENT_PROGRESS_H
#define CM_CLIENT_PROGRESS_H

#include "client/session.h"

/** Something is waited for: draw the line, where it is time to. */
void cm_progress_draw(cm_session *session);

/** The wait is over: erase it. */
void cm_progress_erase(cm_session *session);

#endif
