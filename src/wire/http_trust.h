/*
** http_trust.h -- the file of certificate authorities, for a libcurl that was built without one.
** A libcurl of the system knows the system's file; one inside a library that is carried to another system does not.
** Tests: tests/unit/wire/http_trust.c
*/
#ifndef CM_WIRE_HTTP_TRUST_H
#define CM_WIRE_HTTP_TRUST_H

#include "base/base.h"

/**
 * The file to trust.
 * @param named   The value of SSL_CERT_FILE; NULL or empty: it is not set. A file that is named is taken, even if
 *                it cannot be read: to take another one would trust what nobody named.
 * @param places  Where systems keep theirs, NULL-terminated; the first that can be read is taken.
 * @return `named` or one of `places`, borrowed; NULL: there is none.
 */
const char *cm_trust_file(const char *named, const char *const *places);

/** The usual places, NULL-terminated: Debian, Fedora, openSUSE, RHEL's older ones, BSD and Alpine. */
extern const char *const cm_trust_places[];

#endif
