/*
** invoice_child.h -- what line items and transactions have in common: members, endpoints, the bond with their invoice.
** Owns: nothing.  Never: knows what only one of them has, but for the switches of its answers.
*/
#ifndef SANDBOX_INVOICE_CHILD_H
#define SANDBOX_INVOICE_CHILD_H

#include "../engine/call.h"

/** Create one for the invoice in the path. */
void sb_child_create(sb_call *call);
/** Answer with one, by uuid or external id, unless it is disabled and with_disabled is not asked for. */
void sb_child_retrieve(sb_call *call);
/** Delete one, by uuid or external id. */
void sb_child_delete(sb_call *call);

/**
 * Take the data source of its invoice into a new row. Where this source has a row with the same external id already,
 * there is a problem with the message `taken`.
 */
void sb_child_begin(sb_account *account, sb_row *row, int64_t invoice_id, const char *taken,
                    sb_problems *problems);
/** Delete the row, and look at its invoice anew. */
void sb_child_remove(sb_account *account, const sb_resource *resource, int64_t id);

/* The members that come first; `kind` is that of the resource. */
#define SB_CHILD_NAMES(kind)                                                                       \
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = (kind), .flags = SB_COMPUTED }, { \
    .name = "invoice_uuid", .column = "t.invoice_id", .type = SB_UUID, .detail = SB_INVOICE,       \
    .flags = SB_COMPUTED | SB_NEWER, .forms = SB_FORM_ALONE                                        \
  }

/* The members that come last. */
#define SB_CHILD_STATE                                                                             \
  { .name = "errors",                                                                              \
    .type = SB_ERRORS,                                                                             \
    .flags = SB_NEWER,                                                                             \
    .forms = SB_FORM_LIST | SB_FORM_SINGLE,                                                        \
    .initial = "{}" },                                                                             \
      { .name = "disabled",                                                                        \
        .type = SB_BOOL,                                                                           \
        .flags = SB_NEWER,                                                                         \
        .forms = SB_FORM_LIST | SB_FORM_SINGLE,                                                    \
        .initial = "0" },                                                                          \
      { .name = "disabled_at",                                                                     \
        .type = SB_TIME,                                                                           \
        .detail = SB_STYLE_MS,                                                                     \
        .flags = SB_NEWER,                                                                         \
        .forms = SB_FORM_LIST | SB_FORM_SINGLE },                                                  \
      { .name = "disabled_by",                                                                     \
        .type = SB_TEXT,                                                                           \
        .flags = SB_NEWER,                                                                         \
        .forms = SB_FORM_LIST | SB_FORM_SINGLE },                                                  \
      { .name = "user_created",                                                                    \
        .type = SB_BOOL,                                                                           \
        .flags = SB_NEWER,                                                                         \
        .forms = SB_FORM_LIST | SB_FORM_SINGLE,                                                    \
        .initial = "0" },                                                                          \
      { .name = "edit_history_summary",                                                            \
        .column = "edit_history",                                                                  \
        .type = SB_RAW,                                                                            \
        .flags = SB_HISTORY | SB_OMIT_NULL },                                                      \
      { .name = "invoice_id", .type = SB_INT, .flags = SB_HIDDEN }, {                              \
    .name = "data_source_id", .type = SB_INT, .flags = SB_HIDDEN                                   \
  }

#endif
