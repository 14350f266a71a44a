/*
** process.h -- a process by more than its number, which another gets when it is gone.
*/
#ifndef CM_JOURNAL_PROCESS_H
#define CM_JOURNAL_PROCESS_H

#include "base/base.h"

enum { CM_PROCESS_TEXT = 160 };

typedef struct cm_process {
  long pid;
  char host[CM_PROCESS_TEXT];
  char start[CM_PROCESS_TEXT]; /* when it began, as the system counts; "": it does not say */
} cm_process;

/** This process. */
void cm_process_self(cm_process *out);

/** May the process still run? One of another host may. */
bool cm_process_may_live(long pid, const char *host, const char *start);

#endif
