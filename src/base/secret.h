/*
** secret.h -- texts that must not be read: overwrite them when they are freed, hide them where they would show.
** Owns: nothing.
*/
#ifndef CM_BASE_SECRET_H
#define CM_BASE_SECRET_H

#include "base/base.h"

/** Overwrite and free. NULL: nothing. */
void cm_secret_free(char *secret);

/** Overwrite bytes in a way that no compiler leaves out. */
void cm_secret_wipe(void *bytes, size_t len);

/**
 * Put stars over every place where a text repeats the secret, plain or as Basic authorisation
 * spells it (base64 of the secret and a colon). The length stays. A secret of fewer than 8
 * characters is not a secret, and stars over it would spoil other texts: it is left.
 *
 * @param text    May hold NUL, and has one behind its end. NULL: nothing.
 * @param secret  NULL: nothing.
 */
void cm_secret_mask(char *text, size_t len, const char *secret);

#endif
