/*
** ident.h -- identifiers: each is a counter, written in the form that its kind has in the API.
** Owns: nothing.  Never: draws a random number, so that tests can
** compare whole bodies.
*/
#ifndef SANDBOX_IDENT_H
#define SANDBOX_IDENT_H

#include "text.h"

#include <stdbool.h>

/** The kinds of objects; the number is part of the uuid. */
typedef enum sb_kind {
  SB_ACCOUNT = 1,
  SB_DATA_SOURCE,
  SB_CUSTOMER,
  SB_CONTACT,
  SB_NOTE,
  SB_OPPORTUNITY,
  SB_TASK,
  SB_PLAN,
  SB_PLAN_GROUP,
  SB_INVOICE,
  SB_LINE_ITEM,
  SB_TRANSACTION,
  SB_SUBSCRIPTION,      /* as imported: with prefix */
  SB_SUBSCRIPTION_BARE, /* the same in the customer's list: another uuid, without prefix */
  SB_EVENT,
  SB_ACTIVITY,
  SB_EXPORT,
  SB_IMPORT,
  SB_KIND_COUNT
} sb_kind;

/** The prefix of a kind's uuid, `cus_`; empty for bare ones. */
const char *sb_kind_prefix(sb_kind kind);
/** The distance between an object's counter and its integer `id` in the API. */
int64_t sb_kind_offset(sb_kind kind);
/** Append the uuid of an object, without quotes. */
void sb_uuid_write(sb_text *out, sb_kind kind, int64_t number);
/** Read a uuid of that kind. Gives 0 when it is none that this sandbox would write. */
int64_t sb_uuid_parse(sb_kind kind, const char *words);
/** Whether a text has the prefix of that kind and the shape of a uuid behind it. */
bool sb_uuid_is_wellformed(sb_kind kind, const char *words);

#endif
