/*
** check.h -- the parts of the check of descriptors. cm_registry_check runs them.
*/
#ifndef CM_SPEC_CHECK_H
#define CM_SPEC_CHECK_H

#include "spec/check_tools.h"

/** Each checks one part of a resource. @return SQLITE_OK; SQLITE_ERROR with the rule that is broken. */
int cm_check_columns(const cm_check *check);
int cm_check_reads(const cm_check *check);
int cm_check_writes(const cm_check *check);

#endif
