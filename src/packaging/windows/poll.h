/* poll.h -- with the sockets. */
#include <sys/socket.h>
