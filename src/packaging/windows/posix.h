/*
** posix.h -- the few names of POSIX that the library uses and Windows lacks. Every file is compiled with it in front.
** The library itself knows nothing of it.
**
** Paths are UTF-8, as SQLite's are; Windows takes them as UTF-16. A handle is not handed on to programs that are started, and
** bytes are not changed on their way.
*/
#ifndef CM_WINDOWS_POSIX_H
#define CM_WINDOWS_POSIX_H

#define tell windows_tell /* io.h has a function of that name, and the library has its own */
#include <fcntl.h>
#include <io.h>
#undef tell
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define O_CLOEXEC 0  /* each file is opened so: cm_windows_open */
#define O_NONBLOCK 0 /* opening a pipe without a writer fails at once here */
#define O_NOFOLLOW 0

int cm_windows_open(const char *path, int flags, ...);
int cm_windows_access(const char *path, int mode);

/* The library compares st_dev and st_ino of two files: here they are made of the volume's number and the file's. */
int cm_windows_stat(const char *path, struct stat *out);

/* With macros like functions a member of a struct keeps its name. */
#define open(...) cm_windows_open(__VA_ARGS__)
#define access(path, mode) cm_windows_access(path, mode)
#define stat(path, out) cm_windows_stat(path, out)

ssize_t pread(int file, void *out, size_t size, off_t at);
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at);
ssize_t readlink(const char *path, char *out, size_t size); /* there is none */
int cm_windows_gethostname(char *out, size_t size);
#define gethostname(out, size) cm_windows_gethostname(out, size)

#endif
