/*
** shared.h -- columns, filters and names that several descriptors have in common.
** Data only. What the parts of invoices share stands in invoice_parts.h, what metrics share in metrics.c.
*/
#ifndef CM_RESOURCES_SHARED_H
#define CM_RESOURCES_SHARED_H

#include "resources/resources.h"

/** What an identifier looks like in the statements of chartmogul_endpoints. */
#define CM_SAMPLE_UUID(prefix) prefix "00000000-0000-0000-0000-000000000000"

/** A long list of what billing sources hold. */
static const cm_split cm_splits_by_source[] = {
  { .param = "data_source_uuid", .table = "chartmogul_data_sources" }, { 0 }
};

/* clang-format off */

/* ---- columns (each of these stands for one or more of them) --------------------------------- */

/** The key of a table whose identifiers begin with `prefix`. */
#define CM_UUID_COLUMN(prefix)                                                                     \
  { CM_COLUMN("uuid", CM_TEXT, CM_KEY, "ChartMogul's identifier, " prefix "..."),                  \
    .sample = CM_SAMPLE_UUID(prefix) }

/** The row as it arrived: the last column of every table. */
#define CM_JSON_COLUMN(text) { CM_COLUMN("json", CM_JSON, CM_HIDDEN, text), .path = "@row" }

/** The key of a table whose rows have none of their own: `parts`, in words, as an array. */
#define CM_ROW_KEY_COLUMN(parts)                                                                   \
  { CM_COLUMN("row_key", CM_TEXT, CM_KEY | CM_HIDDEN, parts ", what tells one row from another."), \
    .path = "@bound" }

#define CM_CREATED_UPDATED_COLUMNS                                                                 \
  { CM_COLUMN("created_at", CM_TIME, CM_READ_ONLY, "When it was created.") },                      \
  { CM_COLUMN("updated_at", CM_TIME, CM_READ_ONLY, "When it was last changed.") }

/** The customer whose list was asked for. */
#define CM_ASKED_CUSTOMER_COLUMN                                                                   \
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_READ_ONLY, "Customer."), .path = "@bound",              \
    .sample = CM_SAMPLE_UUID("cus_") }

/** The customer that the row stands in. */
#define CM_AROUND_CUSTOMER_COLUMN                                                                  \
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED, "Customer."), .path = "^uuid",    \
    .body = "", .sample = CM_SAMPLE_UUID("cus_") }

/** By what else INSERT may name a customer. */
#define CM_CUSTOMER_NAME_COLUMNS                                                                   \
  { CM_COLUMN("customer_external_id", CM_TEXT, CM_HIDDEN | CM_INSERT,                              \
              "External id of the customer, for INSERT; always NULL when read."),                  \
    .path = "@bound", .body = "" },                                                                \
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_HIDDEN | CM_INSERT,                                  \
              "Data source of the customer, for INSERT; always NULL when read."),                  \
    .path = "@bound", .body = "", .sample = CM_SAMPLE_UUID("ds_") }

/** Fields of the reference that goes with them. */
#define CM_CUSTOMER_REFERENCE                                                                      \
  .column = "customer_uuid", .resource = "chartmogul_customers",                                   \
  .external_id = "customer_external_id", .data_source = "data_source_uuid"

/** Whose a note or task (`what`) is: a customer's or a contact's. */
#define CM_OWNER_COLUMNS(what)                                                                     \
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_INSERT,                                                 \
              "Customer, NULL for a " what " of a contact; INSERT may give customer_external_id "  \
              "and data_source_uuid instead."),                                                    \
    .sample = CM_SAMPLE_UUID("cus_") },                                                            \
  { CM_COLUMN("contact_uuid", CM_TEXT, CM_INSERT,                                                  \
              "Contact, NULL for a " what " of a customer; INSERT gives this or the customer."),   \
    .path = "associated_object_uuid", .extras = &cm_of_contact,                                    \
    .body = "associated_object_identifier.value",                                                  \
    .sample = CM_SAMPLE_UUID("con_") },                                                            \
  { CM_COLUMN("associated_object", CM_TEXT, CM_READ_ONLY, "Whose it is: customer or contact.") },  \
  { CM_COLUMN("associated_object_uuid", CM_TEXT, CM_READ_ONLY,                                     \
              "Identifier of that customer or contact."),                                          \
    .sample = CM_SAMPLE_UUID("cus_") }

/** What users did to a row: `what`, of a kind that they can edit. */
#define CM_EDIT_COLUMNS(what)                                                                      \
  { CM_COLUMN("disabled", CM_BOOLEAN, CM_UPDATE | CM_NO_NULL,                                      \
              "1 where the " what " does not count.") },                                           \
  { CM_COLUMN("disabled_at", CM_TIME, CM_READ_ONLY, "When it was disabled.") },                    \
  { CM_COLUMN("disabled_by", CM_TEXT, CM_READ_ONLY, "E-mail address of who disabled it.") },       \
  { CM_COLUMN("user_created", CM_BOOLEAN, CM_READ_ONLY,                                            \
              "1 where a user made it, not the billing system.") },                                \
  { CM_COLUMN("edit_history_summary", CM_JSON, CM_READ_ONLY,                                       \
              "What users changed, an object; needs include_edit_histories = 1.") }

/** The parameters that show more of it, and the filters that send them. */
#define CM_EDIT_PARAMETERS(rows)                                                                   \
  { CM_COLUMN("with_disabled", CM_BOOLEAN, CM_PARAM | CM_HIDDEN,                                   \
              "1 to read disabled " rows " too.") },                                               \
  { CM_COLUMN("include_edit_histories", CM_BOOLEAN, CM_PARAM | CM_HIDDEN,                          \
              "1 to read edit_history_summary.") }

#define CM_EDIT_FILTERS                                                                            \
  { .column = "with_disabled", .param = "with_disabled" },                                         \
  { .column = "include_edit_histories", .param = "include_edit_histories" }

/** Both forms of cancelling a subscription; `flags` beside CM_UPDATE. */
#define CM_CANCELLATION_COLUMNS(flags)                                                             \
  { CM_COLUMN("cancelled_at", CM_TIME, CM_UPDATE | (flags),                                        \
              "Last date of cancellation; UPDATE cancels, NULL takes the cancellation back."),     \
    .path = "cancellation_dates[-1]", .body = "cancelled_at",                                      \
    .extras = &cm_emptied },                                                                       \
  { CM_COLUMN("cancellation_dates", CM_JSON, CM_UPDATE | (flags),                                  \
              "All dates of cancellation, an array; UPDATE replaces them."),                       \
    .shape = CM_TIME_LIST, .extras = &cm_emptied }

#define CM_CANCELLATION_WRITES(path)                                                               \
  { CM_CALL(CM_VERB_UPDATE, "PATCH", path), .columns = "cancelled_at", .flags = CM_ALONE },        \
  { CM_CALL(CM_VERB_UPDATE, "PATCH", path), .columns = "cancellation_dates", .flags = CM_ALONE }

/* ---- natural keys --------------------------------------------------------------------------- */

/** Fields of a natural key of data source and external id, looked for in the list at `where`. */
#define CM_BY_EXTERNAL_ID(where, member)                                                           \
  .columns = { "data_source_uuid", "external_id" }, .path = (where),                               \
  .params = { "data_source_uuid", "external_id" }, .rows = (member), .exists = "external_id"

/* ---- json imports ------------------------------------------------------------------------------- */

/** The call that starts an import, of records with some columns at other places. */
#define CM_IMPORT_CALL(where)                                                                      \
  { CM_CALL(CM_VERB_INSERT, "POST", "/data_sources/{data_source_uuid}/json_imports"),              \
    .extras = &(const cm_write_extras){ .places = (where) } }

/* clang-format on */

/* ---- words and members ----------------------------------------------------------------------------------- */

/** Units of a billing interval. */
static const cm_word cm_units[] = {
  CM_WORD("day"), CM_WORD("month"), CM_WORD("year"), { NULL, NULL }
};

/** Kinds of movements of the MRR. */
static const cm_word cm_movements[] = { CM_WORD("new_biz"),   CM_WORD("reactivation"),
                                        CM_WORD("expansion"), CM_WORD("contraction"),
                                        CM_WORD("churn"),     { NULL, NULL } };

/** Notes and tasks name what they are about in one member: a contact where another one says so. */
static const cm_column_extras cm_of_contact = {
  .only = "associated_object=contact",
  .beside = "associated_object_identifier.associated_object=contact "
            "associated_object_identifier.method=uuid",
};

/** The dates of cancellation are taken back with an empty list. */
static const cm_column_extras cm_emptied = { .empties = "cancellation_dates" };

/** Which parameter asks for the notes or tasks of an owner: that goes by the identifier. */
static const cm_word cm_owner_params[] = { { "cus_", "customer_uuid" },
                                           { "con_", "contact_uuid" },
                                           { NULL, NULL } };

/** The filters of an owner, and the two columns of which an INSERT gives one. */
static const cm_filter_extras cm_by_owner = { .prefixes = cm_owner_params };
/* clang-format off */
#define CM_OWNER_FILTERS                                                                           \
  { .column = "customer_uuid", .param = "customer_uuid" },                                         \
  { .column = "contact_uuid", .param = "contact_uuid" },                                           \
  { .column = "associated_object_uuid", .param = "customer_uuid|contact_uuid",                     \
    .extras = &cm_by_owner }
/* clang-format on */
#define CM_OWNERS .owners = { "customer_uuid", "contact_uuid" }

#endif
