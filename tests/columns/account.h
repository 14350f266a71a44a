/*
** account.h -- a connection to a sandbox that holds what account.sql says.
** Owns: the sandbox, until the program ends.
*/
#ifndef COLUMNS_ACCOUNT_H
#define COLUMNS_ACCOUNT_H

#include <sqlite3.h>

/** Start the program and fill the account. A failure ends the program. */
sqlite3 *account_open(const char *sandbox_program);

void account_close(sqlite3 *db);

/** End the program. */
_Noreturn void account_die(const char *what, const char *why);

#endif
