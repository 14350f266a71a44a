/*
** identity.h -- whose account it is that the key opens.
** Owns: nothing.  Tests: tests/cases/write/journal/, tests/cases/copy/
**
** A journal and a copy belong to one account: another key may open another one under the same address.
*/
#ifndef CM_LISTS_IDENTITY_H
#define CM_LISTS_IDENTITY_H

#include "client/session.h"

/**
 * Ask for the account: its id; of one that has none its name, time zone and currency.
 * @param who  For error texts.
 * @param out  Receives a text to free with sqlite3_free.
 * @return SQLITE_OK, SQLITE_NOMEM, what a call may return.
 */
int cm_identity_ask(cm_session *session, const char *who, char **out, cm_err *err) CM_MUST_CHECK;

/** Is it no id, but name, time zone and currency, which an account may change? */
bool cm_identity_may_change(const char *identity);

#endif
