/*
** owner.h -- what notes and tasks have in common, and opportunities in part: a user, and the customer or contact
** that they belong to.
** Owns: nothing.  Never: knows which of them it is.
*/
#ifndef SANDBOX_OWNER_H
#define SANDBOX_OWNER_H

#include "../engine/call.h"

/** The address in a column, where there is one, must be that of a user of the account; else there is a problem. */
void sb_check_user(sb_call *call, const sb_row *row, const char *column);
/** A new row belongs to a customer or to a contact: exactly one of them is named. Problems go to the call. */
void sb_read_owner(sb_call *call, sb_row *row);

/* The members that say whose a row is. A contact's has no customer, even where the contact has one. */
#define SB_OWNER_MEMBERS                                                                           \
  { .name = "customer_uuid",                                                                       \
    .column = "customer_id",                                                                       \
    .type = SB_UUID,                                                                               \
    .detail = SB_CUSTOMER,                                                                         \
    .flags = SB_CREATE },                                                                          \
      { .name = "associated_object",                                                               \
        .column = "iif(t.contact_id IS NULL, 'customer', 'contact')",                              \
        .type = SB_TEXT,                                                                           \
        .flags = SB_COMPUTED },                                                                    \
      { .name = "associated_object_uuid",                                                          \
        .column = "t.customer_id",                                                                 \
        .type = SB_UUID,                                                                           \
        .detail = SB_CUSTOMER,                                                                     \
        .flags = SB_COMPUTED | SB_OMIT_NULL },                                                     \
      { .name = "associated_object_uuid",                                                          \
        .column = "t.contact_id",                                                                  \
        .type = SB_UUID,                                                                           \
        .detail = SB_CONTACT,                                                                      \
        .flags = SB_COMPUTED | SB_OMIT_NULL },                                                     \
  {                                                                                                \
    .name = "contact_id", .type = SB_INT, .flags = SB_HIDDEN                                       \
  }

#define SB_OWNER_FILTERS                                                                           \
  { .param = "customer_uuid",                                                                      \
    .where = "t.customer_id = ?",                                                                  \
    .type = SB_BY_UUID,                                                                            \
    .detail = SB_CUSTOMER },                                                                       \
  {                                                                                                \
    .param = "contact_uuid", .where = "t.contact_id = ?", .type = SB_BY_UUID, .detail = SB_CONTACT \
  }

#endif
