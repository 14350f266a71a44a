/*
** preload.c -- for LD_PRELOAD: registers the extension with every connection that the program opens, where the program does
** not let its users load extensions.
**
** The program has to use the libsqlite3 of the system. It can call sqlite3_config() no more, because registering
** initializes SQLite.
*/
#include <sqlite3.h>

#include "chartmogul.h"

static void __attribute__((constructor)) register_extension(void) {
  (void)sqlite3_auto_extension((void (*)(void))sqlite3_chartmogul_init);
}
