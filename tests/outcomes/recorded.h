/*
** recorded.h -- what chartmogul_writes says of a write, in the connection that writes and in the next one.
*/
#ifndef OUTCOMES_RECORDED_H
#define OUTCOMES_RECORDED_H

#include <sqlite3.h>
#include <stdbool.h>

/**
 * Every table that can be written × every verb × every write_mode × outside and inside a transaction, with a journal: the next connection
 * reads in the file what the one that wrote has shown, and the row as it was read stands there wherever a row was changed. A row that is refused before it is sent stands there in the form of one that is sent.
 * @param records  The connection that makes rows and reads them, without a journal.
 */
void recorded_check(sqlite3 *records, int *passed, int *failed);

/* ---- of main.c ---- */

typedef void table_story(const char *name, bool can_insert, bool can_update, bool can_delete);

/** Tell it of every table that can be written. */
void each_table(table_story *tell_it);

void die(const char *what, const char *why);
int execute(sqlite3 *db, const char *sql);
void must(sqlite3 *db, const char *sql);
/** The only value of a statement as text, "" where there is no row; to be freed. */
char *ask(sqlite3 *db, const char *sql);
int ask_number(sqlite3 *db, const char *sql);
/** A connection to the account that odd answers may be set for. */
sqlite3 *open_account(void);

#endif
