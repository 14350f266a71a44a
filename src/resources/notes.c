/*
** notes.c -- chartmogul_notes: a note or a call log about a customer.
** Layer: spec.  Data only.
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
    .flags = CM_INSERT | CM_REQUIRED,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer; INSERT may give customer_external_id and data_source_uuid instead." },
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

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "type", .param = "type", .words = types },
  { .column = "author_email", .param = "author_email" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/customer_notes/{uuid}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_EMPTY,
    .is_listed = true },
  { .path = "/customer_notes",
    .paging = CM_CURSOR,
    .rows = "entries",
    .filters = list,
    .pages = 20 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/customer_notes" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/customer_notes/{uuid}" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/customer_notes/{uuid}", .columns = "" },
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
  .doc = "A note or a call log about a customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .example = "SELECT type, text, author FROM chartmogul_notes LIMIT 10",
};
