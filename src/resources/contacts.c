/*
** contacts.c -- chartmogul_contacts: a person to talk to, at a customer or standing alone.
** Data only.
**
** The API has a second list, below a customer; this one with its filter gives the same rows.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_UUID_COLUMN("con_"),
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_WRITABLE,
              "Customer, NULL for a contact that stands alone; UPDATE moves the contact to another "
              "one; INSERT may give customer_external_id and data_source_uuid instead."),
    .sample = CM_SAMPLE_UUID("cus_") },
  { CM_COLUMN("customer_external_id", CM_TEXT, CM_WRITABLE,
              "External id of the customer; UPDATE moves the contact to that one.") },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_WRITABLE,
              "Data source of the customer, NULL for a contact that stands alone."),
    .sample = CM_SAMPLE_UUID("ds_") },
  { CM_COLUMN("external_id", CM_TEXT, CM_WRITABLE, "Identifier in another system."),
    .sample = "contact-1" },
  { CM_COLUMN("position", CM_INTEGER, CM_WRITABLE,
              "Place in the list of the app, 1 for the first.") },
  { CM_COLUMN("first_name", CM_TEXT, CM_WRITABLE, "First name."), .sample = "Ada" },
  { CM_COLUMN("last_name", CM_TEXT, CM_WRITABLE, "Last name.") },
  { CM_COLUMN("title", CM_TEXT, CM_WRITABLE, "Title or job.") },
  { CM_COLUMN("email", CM_TEXT, CM_WRITABLE, "E-mail address.") },
  { CM_COLUMN("phone", CM_TEXT, CM_WRITABLE, "Phone number.") },
  { CM_COLUMN("linked_in", CM_TEXT, CM_WRITABLE, "Address at LinkedIn.") },
  { CM_COLUMN("twitter", CM_TEXT, CM_WRITABLE, "Address at Twitter.") },
  { CM_COLUMN("notes", CM_TEXT, CM_WRITABLE, "Notes.") },
  { CM_COLUMN("last_seen", CM_TIME, CM_WRITABLE, "When the person was last seen.") },
  { CM_COLUMN("custom", CM_JSON, CM_WRITABLE | CM_MAY_DROP,
              "Custom attributes, an object; the app must know their names."),
    .shape = CM_KEY_VALUES, .sample = "{\"toggle\":true}" },
  CM_JSON_COLUMN("The contact as the API sent it."),
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
  { CM_ONE("/contacts/{uuid}"), .is_listed = true },
  { CM_PAGES("/contacts", "entries"), .filters = list, .pages = 50 },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/contacts"),
    .example = "customer_uuid data_source_uuid first_name" },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/contacts/{uuid}"), .example = "first_name" },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/contacts/{uuid}"), .columns = "" },
};

static const cm_reference references[] = {
  { CM_CUSTOMER_REFERENCE, .is_spent = true },
  { 0 },
};

static const cm_example examples[] = {
  { "Whom do we write to at the ten largest customers?",
    "SELECT c.company, p.first_name, p.last_name, p.title, p.email\n"
    "FROM (SELECT * FROM chartmogul_customers\n"
    "      WHERE status = 'Active' ORDER BY mrr DESC LIMIT 10) AS c\n"
    "JOIN chartmogul_contacts AS p ON p.customer_uuid = c.uuid\n"
    "ORDER BY c.mrr DESC, p.position" },
  { "Which addresses do the past due customers have for invoices?",
    "SELECT c.name AS customer, p.email\n"
    "FROM chartmogul_customers AS c JOIN chartmogul_contacts AS p ON p.customer_uuid = c.uuid\n"
    "WHERE c.status = 'Past Due' AND p.email LIKE 'accounts@%'" },
  { "At how many active customers do we know nobody?",
    "SELECT count(*) AS customers, sum(c.mrr) / 100.0 AS mrr\n"
    "FROM chartmogul_customers AS c\n"
    "WHERE c.status = 'Active'\n"
    "  AND NOT EXISTS (SELECT 1 FROM chartmogul_contacts AS p WHERE p.customer_uuid = c.uuid)" },
  { "Add a contact to a customer, whom the billing system knows by a number.",
    "INSERT INTO chartmogul_contacts (data_source_uuid, customer_external_id, first_name,\n"
    "  last_name, email)\n"
    "SELECT uuid, 'cus_0393', 'Ada', 'Lind', 'ada.lind@swiftloop.example.org'\n"
    "FROM chartmogul_data_sources WHERE name = 'Stripe'" },
  { 0 },
};

const cm_resource cm_resource_contacts = {
  .name = "chartmogul_contacts",
  .doc = "A contact: a person at a customer, or one that stands alone.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .extras = &(const cm_resource_extras){ .also_created_by = "/customers/{customer_uuid}/contacts" },
  .references = references,
  .examples = examples,
  .example = "SELECT first_name, last_name, email FROM chartmogul_contacts LIMIT 10",
};
