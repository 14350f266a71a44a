/*
** functions.h -- SQL functions of computed members: names of countries and states, the address of
** a customer in the app.
** Owns: nothing.  Never: reads tables.
*/
#ifndef SANDBOX_FUNCTIONS_H
#define SANDBOX_FUNCTIONS_H

#include "db.h"

/**
 * Register country_name(code), state_name(code), customer_url(id, company, name), user_name(email).
 */
void sb_functions_register(sb_db *db);
/**
 * Whether an address is that of a user of the account: any but those that begin with `unknown`.
 * NULL is none.
 */
bool sb_is_user(const char *email);
/** Whether a text is a country code: two capital letters. */
bool sb_is_country(const char *code);
/** The code of a US state without the prefix `US-`, or NULL when there is no such state. */
const char *sb_find_state(const char *code);

#endif
