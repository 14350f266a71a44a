/* file.h -- flock, of the whole file, for this handle. */
#ifndef CM_WINDOWS_SYS_FILE_H
#define CM_WINDOWS_SYS_FILE_H

enum { LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8 };

int flock(int file, int operation);

#endif
