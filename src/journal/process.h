/*
** process.h -- a process by more than its number, which another gets when it is gone.
*/
#ifndef CM_JOURNAL_PROCESS_H
#define CM_JOURNAL_PROCESS_H

#include "base/base.h"

enum { CM_PROCESS_TEXT = 160 };

typedef struct cm_process {
  long pid;
  char host
      [CM_PROCESS_TEXT]; /* where the number means something: the machine, or the container on it */
  char start[CM_PROCESS_TEXT]; /* when it began, as the system counts; "": it does not say */
} cm_process;

/** This process. */
void cm_process_self(cm_process *out);

/** Can nobody here tell whether a process of this host still runs? */
bool cm_process_is_elsewhere(const char *host);

/** May the process still run? One that is elsewhere may. */
bool cm_process_may_live(long pid, const char *host, const char *start);

#endif
