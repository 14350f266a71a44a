/*
** setting.h -- the knobs of a connection: their values, and where they come from.
** Reads the environment, once, in cm_settings_init, and the file of api_key_file.  Tests: tests/unit/client/setting.c
*/
#ifndef CM_CLIENT_SETTING_H
#define CM_CLIENT_SETTING_H

#include "base/base.h"
#include "base/err.h"
#include "client/setting_table.h"

/**
 * Defaults, then the environment. A wrong value in the environment leaves the default in force, a one-way
 * switch on, and a complaint for cm_settings_check.
 * @return SQLITE_OK or SQLITE_NOMEM; `settings` is valid (defaults) in any case.
 */
int cm_settings_init(cm_settings *settings, cm_err *err);

/**
 * The same for another account: CHARTMOGUL_EU_API_KEY and the like, and what is not its own is the first account's.
 * @param first  Of the first account; stays until `settings` are cleared.
 * @param name   As cm_setting_account_name makes it; stays, too.
 * @return SQLITE_OK or SQLITE_NOMEM, and `settings` is empty then.
 */
int cm_settings_init_account(cm_settings *settings, const cm_settings *first, const char *name,
                             cm_err *err);

/** Take over from the first account what is not the account's own. Of the first: nothing. */
void cm_settings_share(cm_settings *settings);

/**
 * The name of an account as it is kept: letters, digits and underscores, in lower case.
 * @param out  CM_MAX_ACCOUNT_NAME + 1 bytes.
 * @return SQLITE_OK; SQLITE_ERROR with what a name is, or what of the first account would have the same name.
 */
int cm_setting_account_name(const char *name, char *out, cm_err *err) CM_MUST_CHECK;

/**
 * Can two accounts stand side by side? eu_import_subscriptions is a table of `eu`, and of `eu_import`.
 * @param other  The one that is there; "": the first. Both as cm_setting_account_name makes them.
 * @return SQLITE_OK; SQLITE_ERROR with the name that both would have.
 */
int cm_setting_check_accounts(const char *name, const char *other, cm_err *err) CM_MUST_CHECK;

enum { CM_SETTING_VARIABLE = 96 }; /* bytes of the name of a variable, with the NUL */

/** The environment variable of a setting: CHARTMOGUL_PER_PAGE, CHARTMOGUL_EU_API_KEY. @param account  NULL: the first. */
void cm_setting_variable(const char *account, const char *name, char out[CM_SETTING_VARIABLE]);

/** Does the environment say anything of that account? */
bool cm_setting_has_account(const char *name);

/** The setting is one of all accounts, and was given for one. @return SQLITE_ERROR. */
int cm_setting_refuse_account(int row, cm_err *err);

/**
 * What is wrong with the values in the environment, unless they were set anew since.
 * @return SQLITE_OK; SQLITE_ERROR with a line that begins with the variable's name.
 */
int cm_settings_check(const cm_settings *settings, cm_err *err) CM_MUST_CHECK;

/** Free the texts; the secret ones are wiped first. */
void cm_settings_clear(cm_settings *settings);

/**
 * Set a knob from text. NULL text sets the built-in default again (not for read_only), and so does
 * an empty text where the knob is a text.
 * An unknown name lists the valid ones; a value out of bounds names the bounds. Setting `base_url`
 * to another origin forgets `api_key` and `api_key_file`; setting `api_key` forgets `api_key_file`
 * and the reverse. While `base_url` has another origin than cm_settings_init gave it, `api_key_file`
 * cannot be set. Under `lock_settings` nothing that is lockable can.
 * White space at either end of a key is left out, of other values line ends and tabs.
 * @return SQLITE_OK, SQLITE_ERROR, SQLITE_READONLY (read_only cannot be unset), SQLITE_NOMEM.
 */
int cm_setting_set(cm_settings *settings, const char *name, const char *value, cm_err *err);

/** True when the knob has a value: a text may have none. Of a secret there is always something to say. */
bool cm_setting_has_value(const cm_settings *settings, int row);

/**
 * The value as text, for reading from SQL. A secret reads as "set" or "not set".
 * @return text to free with sqlite3_free; NULL when it is not set or memory runs out.
 */
char *cm_setting_get(const cm_settings *settings, int row);

/** True for visible ASCII without a colon: what the user name of Basic authorisation can carry. */
bool cm_setting_is_key(const char *text, size_t len);

/**
 * The key for a request: of api_key, or the first line of api_key_file, read now.
 * @param out  Receives the key; the caller wipes and frees it with cm_secret_free (base/secret.h).
 * @return SQLITE_OK; SQLITE_AUTH with the words how to set one; SQLITE_ERROR (file); SQLITE_NOMEM.
 */
int cm_settings_api_key(const cm_settings *settings, char **out, cm_err *err) CM_MUST_CHECK;

#endif
