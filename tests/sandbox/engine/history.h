/*
** history.h -- what users changed by hand in records of automatic sources.
** Owns: nothing.  Never: changes a record.
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

/** Whether handle_as_user_edit is asked for and the data source is an automatic one. */
bool sb_is_user_edit(const sb_call *call, int64_t data_source_id);
/** Whether a data source is filled by a billing system. */
bool sb_is_automatic(sb_account *account, int64_t data_source_id);

#endif
