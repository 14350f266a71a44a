/*
** notes.c -- chartmogul_notes: a note or a call log about a customer or a contact.
** Data only.
**
** The older /customer_notes has the notes of customers too, and those of no contact: read beside this
** one, each of them would come twice.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "note_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, note_..." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer, NULL for a note of a contact; INSERT may give customer_external_id and "
           "data_source_uuid instead." },
  { .name = "contact_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "associated_object_uuid",
    .only = "associated_object=contact",
    .body = "associated_object_identifier.value",
    .beside = "associated_object_identifier.associated_object=contact "
              "associated_object_identifier.method=uuid",
    .sample = "con_00000000-0000-0000-0000-000000000000",
    .doc = "Contact, NULL for a note of a customer; INSERT gives this or the customer." },
  { .name = "associated_object", .type = CM_TEXT, .doc = "Whose it is: customer or contact." },
  { .name = "associated_object_uuid",
    .type = CM_TEXT,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Identifier of that customer or contact." },
  { .name = "type", .type = CM_TEXT, .flags = CM_INSERT | CM_REQUIRED, .doc = "note or call." },
  { .name = "text", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "What was noted." },
  { .name = "author", .type = CM_TEXT, .doc = "Who wrote it: name and address." },
  { .name = "call_duration",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE,
    .doc = "Length of the call in seconds." },
  { .name = "created_at", .type = CM_TIME, .flags = CM_WRITABLE, .doc = "When it was created." },
  { .name = "updated_at", .type = CM_TIME, .flags = CM_UPDATE, .doc = "When it was last changed." },
  { .name = "author_email",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_WRITABLE,
    .path = "@bound",
    .body = "author_email",
    .doc = "E-mail address of the author, to write or to look for; a row shows the one "
           "looked for." },
  { .name = "customer_external_id",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "",
    .doc = "External id of the customer, for INSERT; always NULL when read." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "",
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source of the customer, for INSERT; always NULL when read." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The note as the API sent it." },
};

static const cm_word types[] = { { "note", "note" }, { "call", "call" }, { NULL, NULL } };

/* Whose they are goes by the identifier. */
static const cm_word owners[] = { { "cus_", "customer_uuid" },
                                  { "con_", "contact_uuid" },
                                  { NULL, NULL } };

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "contact_uuid", .param = "contact_uuid" },
  { .column = "associated_object_uuid", .param = "customer_uuid|contact_uuid", .prefixes = owners },
  { .column = "type", .param = "type", .words = types },
  { .column = "author_email", .param = "author_email" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/notes/{uuid}", .paging = CM_SINGLE, .missing = CM_MISSING_EMPTY, .is_listed = true },
  { .path = "/notes", .paging = CM_CURSOR, .rows = "entries", .filters = list, .pages = 20 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/notes", .example = "customer_uuid text" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/notes/{uuid}" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/notes/{uuid}", .columns = "" },
};

static const cm_reference references[] = {
  { .column = "customer_uuid",
    .resource = "chartmogul_customers",
    .external_id = "customer_external_id",
    .data_source = "data_source_uuid" },
  { 0 },
};

const cm_resource cm_resource_notes = {
  .name = "chartmogul_notes",
  .doc = "A note or a call log about a customer or a contact.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .owners = "customer_uuid contact_uuid",
  .young = "/notes",
  .example = "SELECT type, text, author FROM chartmogul_notes LIMIT 10",
};
