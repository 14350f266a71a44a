/*
** socket.h -- sockets, which are no files here: a source that includes this closes, looks at and marks sockets only.
*/
#ifndef CM_WINDOWS_SYS_SOCKET_H
#define CM_WINDOWS_SYS_SOCKET_H

#include <winsock2.h>
#include <ws2tcpip.h>

#ifndef S_ISSOCK
#define S_ISSOCK(mode) ((mode) == 0)
#endif
enum { F_SETFD = 2, FD_CLOEXEC = 1 };

int cm_windows_look_at_socket(int number, struct stat *out);
int fcntl(int number, int command, int flag);
int cm_windows_poll(struct pollfd *sockets, int count, int timeout_ms);

#define fstat(number, out) cm_windows_look_at_socket(number, out)
#define close(number) closesocket((SOCKET)(number))
#define poll(sockets, count, timeout_ms) cm_windows_poll(sockets, count, timeout_ms)

#endif
