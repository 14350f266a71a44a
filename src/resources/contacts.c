/*
** contacts.c -- chartmogul_contacts: a person to talk to, at a customer or standing alone.
** Data only.
**
** The API has a second list, below a customer; this one with its filter gives the same rows.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "con_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, con_..." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc =
        "Customer, NULL for a contact that stands alone; UPDATE moves the contact to another one; "
        "INSERT may give customer_external_id and data_source_uuid instead." },
  { .name = "customer_external_id",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .doc = "External id of the customer; UPDATE moves the contact to that one." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source of the customer, NULL for a contact that stands alone." },
  { .name = "external_id",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .sample = "contact-1",
    .doc = "Identifier in another system." },
  { .name = "position",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE,
    .doc = "Place in the list of the app, 1 for the first." },
  { .name = "first_name",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .sample = "Ada",
    .doc = "First name." },
  { .name = "last_name", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "Last name." },
  { .name = "title", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "Title or job." },
  { .name = "email", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "E-mail address." },
  { .name = "phone", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "Phone number." },
  { .name = "linked_in", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "Address at LinkedIn." },
  { .name = "twitter", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "Address at Twitter." },
  { .name = "notes", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "Notes." },
  { .name = "last_seen",
    .type = CM_TIME,
    .flags = CM_WRITABLE,
    .doc = "When the person was last seen." },
  { .name = "custom",
    .type = CM_JSON,
    .flags = CM_WRITABLE | CM_MAY_DROP,
    .shape = CM_KEY_VALUES,
    .sample = "{\"toggle\":true}",
    .doc = "Custom attributes, an object; the app must know their names." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The contact as the API sent it." },
};

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "customer_external_id", .param = "customer_external_id" },
  { .column = "data_source_uuid", .param = "data_source_uuid" },
  { .column = "external_id", .param = "external_id" },
  { .column = "email", .param = "email" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/contacts/{uuid}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_EMPTY,
    .is_listed = true },
  { .path = "/contacts", .paging = CM_CURSOR, .rows = "entries", .filters = list, .pages = 50 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "POST",
    .path = "/contacts",
    .example = "customer_uuid data_source_uuid first_name" },
  { .verb = CM_VERB_UPDATE,
    .method = "PATCH",
    .path = "/contacts/{uuid}",
    .example = "first_name" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/contacts/{uuid}", .columns = "" },
};

static const cm_reference references[] = {
  { .column = "customer_uuid",
    .resource = "chartmogul_customers",
    .external_id = "customer_external_id",
    .data_source = "data_source_uuid",
    .is_spent = true },
  { 0 },
};

const cm_resource cm_resource_contacts = {
  .name = "chartmogul_contacts",
  .doc = "A contact: a person at a customer, or one that stands alone.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .also_created_by = "/customers/{customer_uuid}/contacts",
  .references = references,
  .example = "SELECT first_name, last_name, email FROM chartmogul_contacts LIMIT 10",
};
