/* winsock2.h -- declares a gethostname of its own. */
#undef gethostname
#include_next <winsock2.h>
