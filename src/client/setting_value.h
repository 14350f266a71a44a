/*
** setting_value.h -- what a text says as the value of a setting: a number within its bounds, a word, on or off.
** Tests: tests/unit/client/setting.c
*/
#ifndef CM_CLIENT_SETTING_VALUE_H
#define CM_CLIENT_SETTING_VALUE_H

#include "client/setting_table.h"

/** A whole number within the bounds of the setting. @return SQLITE_OK; SQLITE_ERROR with the bounds. */
int cm_setting_parse_integer(const cm_setting *setting, const char *text, int *out,
                             cm_err *err) CM_MUST_CHECK;

/** 1, on, true or yes, and their contraries. @return SQLITE_OK; SQLITE_ERROR with what to give. */
int cm_setting_parse_boolean(const cm_setting *setting, const char *text, bool *out,
                             cm_err *err) CM_MUST_CHECK;

/** One of the setting's words, in any case. @param out  Its place among them. @return SQLITE_OK; SQLITE_ERROR with the words. */
int cm_setting_parse_word(const cm_setting *setting, const char *text, int *out,
                          cm_err *err) CM_MUST_CHECK;

#endif
