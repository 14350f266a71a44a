/*
** posix.c -- see posix.h.
*/
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <windows.h>

#undef fstat
#undef close
#undef poll
#undef stat

enum { MAX_PATH_UNITS = 4096 + 16 };

/* ---- files --------------------------------------------------------------------------------------- */

static bool widen(const char *path, wchar_t *out) {
  if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out, MAX_PATH_UNITS) > 0)
    return true;
  errno = ENOENT;
  return false;
}

int cm_windows_open(const char *path, int flags, ...) {
  wchar_t wide[MAX_PATH_UNITS];
  if (!widen(path, wide)) return -1;
  /* who may read a file is inherited from its folder */
  return _wopen(wide, flags | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
}

int cm_windows_access(const char *path, int mode) {
  wchar_t wide[MAX_PATH_UNITS];
  return widen(path, wide) ? _waccess(wide, mode) : -1;
}

int cm_windows_stat(const char *path, struct stat *out) {
  BY_HANDLE_FILE_INFORMATION about;
  wchar_t wide[MAX_PATH_UNITS];
  memset(out, 0, sizeof *out);
  if (!widen(path, wide)) return -1;
  HANDLE file = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  bool is_known = file != INVALID_HANDLE_VALUE && GetFileInformationByHandle(file, &about) != 0;
  if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
  if (!is_known) {
    errno = ENOENT;
    return -1;
  }
  out->st_ino = (_ino_t)about.nFileIndexLow;
  out->st_dev = about.dwVolumeSerialNumber ^ about.nFileIndexHigh ^ (about.nFileIndexLow >> 16);
  /* only whether it is empty is asked, and the number is as wide as a long */
  out->st_size = about.nFileSizeHigh != 0 || about.nFileSizeLow > LONG_MAX
                     ? LONG_MAX
                     : (off_t)about.nFileSizeLow;
  out->st_mode = about.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? _S_IFDIR : _S_IFREG;
  return 0;
}

ssize_t pread(int file, void *out, size_t size, off_t at) {
  return lseek(file, at, SEEK_SET) == at ? read(file, out, (unsigned)size) : -1;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
  return lseek(file, at, SEEK_SET) == at ? write(file, bytes, (unsigned)size) : -1;
}

ssize_t readlink(const char *path, char *out, size_t size) {
  (void)path, (void)out, (void)size;
  errno = EINVAL;
  return -1;
}

/* A locked byte cannot be read by others, who shall read the holder's name: the lock is far behind it. */
int flock(int file, int operation) {
  HANDLE handle = (HANDLE)_get_osfhandle(file);
  OVERLAPPED where = { .Offset = 0, .OffsetHigh = 1 };
  if (operation & LOCK_UN) return UnlockFileEx(handle, 0, 1, 0, &where) ? 0 : -1;
  DWORD flags = LOCKFILE_EXCLUSIVE_LOCK | (operation & LOCK_NB ? LOCKFILE_FAIL_IMMEDIATELY : 0);
  return LockFileEx(handle, flags, 0, 1, 0, &where) ? 0 : -1;
}

/* ---- processes ----------------------------------------------------------------------------------- */

int kill(pid_t pid, int signal) {
  DWORD code = 0;
  (void)signal;
  HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
  if (process == NULL && GetLastError() == ERROR_ACCESS_DENIED) return 0; /* somebody else's */
  bool is_alive = process != NULL && GetExitCodeProcess(process, &code) && code == STILL_ACTIVE;
  if (process != NULL) CloseHandle(process);
  if (is_alive) return 0;
  errno = ESRCH;
  return -1;
}

int cm_windows_gethostname(char *out, size_t size) {
  DWORD len = (DWORD)size;
  return GetComputerNameExA(ComputerNameDnsHostname, out, &len) ? 0 : -1;
}

/* ---- sockets ------------------------------------------------------------------------------------- */

int cm_windows_look_at_socket(int number, struct stat *out) {
  int type = 0;
  int len = sizeof type;
  memset(out, 0, sizeof *out);
  return getsockopt((SOCKET)number, SOL_SOCKET, SO_TYPE, (char *)&type, &len) == 0 ? 0 : -1;
}

int fcntl(int number, int command, int flag) {
  (void)command, (void)flag;
  return SetHandleInformation((HANDLE)(intptr_t)number, HANDLE_FLAG_INHERIT, 0) ? 0 : -1;
}

/* WSAPoll refuses to be asked for the end of a connection; it tells it unasked. */
int cm_windows_poll(struct pollfd *sockets, int count, int timeout_ms) {
  for (int i = 0; i < count; i++)
    sockets[i].events = POLLRDNORM;
  return WSAPoll(sockets, (ULONG)count, timeout_ms);
}
