/*
** sqlite_api.h -- the one place that chooses how SQLite is reached: through the table of functions
** that a loadable extension is handed, or directly when the extension is linked into a program
** (SQLITE_CORE). extension.c defines the table, every other file refers to it.
*/
#ifndef CM_BASE_SQLITE_API_H
#define CM_BASE_SQLITE_API_H

#ifdef SQLITE_CORE
#include <sqlite3.h>
#else
#include <sqlite3ext.h>
#ifndef CM_DEFINES_SQLITE_API
SQLITE_EXTENSION_INIT3
#endif
#endif

#endif
