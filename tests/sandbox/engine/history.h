/*
** history.h -- what users changed by hand in records of automatic sources.
** Owns: nothing.  Never: decides what is a user edit, the request
** does.
*/
#ifndef SANDBOX_HISTORY_H
#define SANDBOX_HISTORY_H

#include "call.h"

/**
 * The record before the change, when the request makes a user edit of it; else NULL. Released
 * with free().
 */
char *sb_history_before(sb_call *call, const sb_resource *resource, int64_t id);
/**
 * Note in the record's edit_history_summary which of the members of `sent` differ from `before`;
 * NULL does nothing.
 */
void sb_history_record(sb_call *call, const sb_resource *resource, int64_t id, const cJSON *sent,
                       const char *before);

#endif
