/*
** customers.c -- chartmogul_customers: a customer or lead.
** Data only.
*/
#include "resources/shared.h"

/* The API computes the others from the subscriptions. */
static const cm_word lead_states[] = { CM_WORD("New Lead"),
                                       CM_WORD("Working Lead"),
                                       CM_WORD("Qualified Lead"),
                                       CM_WORD("Unqualified Lead"),
                                       { NULL, NULL } };

static const cm_column columns[] = {
  CM_UUID_COLUMN("cus_"),
  { CM_COLUMN("id", CM_INTEGER, CM_READ_ONLY, "The number that the app's own addresses use.") },
  { CM_COLUMN("external_id", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Identifier in the billing system, unique in its data source."),
    .sample = "customer-1" },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Data source that the customer belongs to; the first one of a merged customer."),
    .sample = CM_SAMPLE_UUID("ds_") },
  { CM_COLUMN("name", CM_TEXT, CM_WRITABLE, "Name of the person or company."), .sample = "Acme" },
  { CM_COLUMN("email", CM_TEXT, CM_WRITABLE, "E-mail address.") },
  { CM_COLUMN("company", CM_TEXT, CM_WRITABLE, "Company name.") },
  { CM_COLUMN("status", CM_TEXT, CM_WRITABLE,
              "Active, Past Due, Cancelled, or a lead: New Lead, Working Lead, Qualified Lead, "
              "Unqualified Lead; only lead states can be written."),
    .extras = &(const cm_column_extras){ .written = lead_states } },
  { CM_COLUMN("customer_since", CM_TIME, CM_READ_ONLY,
              "Start of the first subscription; NULL for a lead."),
    .path = "customer-since" },
  { CM_COLUMN("mrr", CM_INTEGER, CM_READ_ONLY, "Monthly recurring revenue in minor units.") },
  { CM_COLUMN("arr", CM_INTEGER, CM_READ_ONLY, "Annual recurring revenue in minor units.") },
  { CM_COLUMN("currency", CM_TEXT, CM_READ_ONLY, "Currency of mrr and arr: the account's.") },
  { CM_COLUMN("currency_sign", CM_TEXT, CM_READ_ONLY, "Sign of that currency."),
    .path = "currency-sign" },
  { CM_COLUMN("country", CM_TEXT, CM_WRITABLE, "Country, two letters (ISO 3166-1).") },
  { CM_COLUMN("state", CM_TEXT, CM_WRITABLE | CM_MAY_DROP,
              "State code; kept for the country US only.") },
  { CM_COLUMN("city", CM_TEXT, CM_WRITABLE, "City.") },
  { CM_COLUMN("zip", CM_TEXT, CM_WRITABLE, "Postal code.") },
  { CM_COLUMN("address_country", CM_TEXT, CM_READ_ONLY, "Name of the country."),
    .path = "address.country" },
  { CM_COLUMN("address_state", CM_TEXT, CM_READ_ONLY, "Name of the state."),
    .path = "address.state" },
  { CM_COLUMN("address_city", CM_TEXT, CM_READ_ONLY, "City."), .path = "address.city" },
  { CM_COLUMN("address_zip", CM_TEXT, CM_READ_ONLY, "Postal code."),
    .path = "address.address_zip" },
  { CM_COLUMN("lead_created_at", CM_TIME, CM_WRITABLE,
              "When the lead came in; never in the future.") },
  { CM_COLUMN("free_trial_started_at", CM_TIME, CM_WRITABLE, "When the free trial began.") },
  { CM_COLUMN("lead_status", CM_TEXT, CM_READ_ONLY,
              "State as a lead, such as New Lead; status is what counts.") },
  { CM_COLUMN("free_subscriber_status", CM_TEXT, CM_READ_ONLY,
              "State as a subscriber of a free plan, such as Never a Free Subscriber.") },
  { CM_COLUMN("trial_subscriber_status", CM_TEXT, CM_READ_ONLY,
              "State as a subscriber on trial, such as Never had Trial.") },
  { CM_COLUMN("paid_subscriber_status", CM_TEXT, CM_READ_ONLY,
              "State as a paying subscriber, such as Never a Paid Subscriber.") },
  { CM_COLUMN("owner", CM_TEXT, CM_WRITABLE | CM_MAY_DROP,
              "E-mail address of the ChartMogul user in charge; an unknown one is dropped.") },
  { CM_COLUMN("website_url", CM_TEXT, CM_WRITABLE, "Web site.") },
  { CM_COLUMN("last_seen", CM_TIME, CM_READ_ONLY, "When the customer was last seen.") },
  { CM_COLUMN("tags", CM_JSON, CM_WRITABLE,
              "Tags, an array of texts; UPDATE sets exactly this set."),
    .path = "attributes.tags", .shape = CM_TEXT_LIST, .sample = "[\"vip\"]" },
  { CM_COLUMN("custom", CM_JSON, CM_WRITABLE,
              "Custom attributes, an object; UPDATE sets exactly this set."),
    .path = "attributes.custom", .shape = CM_TYPED_LIST, .sample = "{\"seats\":5}" },
  { CM_COLUMN("stripe", CM_JSON, CM_READ_ONLY, "Attributes that came from Stripe, an object."),
    .path = "attributes.stripe" },
  { CM_COLUMN("clearbit", CM_JSON, CM_READ_ONLY,
              "Attributes that came from Clearbit; the API stopped sending them in 2024."),
    .path = "attributes.clearbit" },
  { CM_COLUMN("data_source_uuids", CM_JSON, CM_READ_ONLY,
              "Data sources of a merged customer, an array beside external_ids.") },
  { CM_COLUMN("external_ids", CM_JSON, CM_READ_ONLY,
              "External ids of a merged customer, an array beside data_source_uuids.") },
  { CM_COLUMN("billing_system_type", CM_TEXT, CM_READ_ONLY, "Kind of billing system."),
    .path = "billing-system-type" },
  { CM_COLUMN("billing_system_url", CM_TEXT, CM_READ_ONLY,
              "The customer's page in the billing system."),
    .path = "billing-system-url" },
  { CM_COLUMN("chartmogul_url", CM_TEXT, CM_READ_ONLY, "The customer's page in ChartMogul."),
    .path = "chartmogul-url" },
  { CM_COLUMN("system", CM_TEXT, CM_PARAM | CM_HIDDEN,
              "Read customers of this kind of billing system only, such as Stripe."),
    .sample = "Stripe" },
  { CM_COLUMN("search_email", CM_TEXT, CM_PARAM | CM_HIDDEN,
              "Search this address among the customers' and their contacts' addresses."),
    .sample = "ann@example.com" },
  { CM_COLUMN("any_external_id", CM_TEXT, CM_PARAM | CM_HIDDEN,
              "Find a merged customer by any of its external ids, as the API does."),
    .sample = "customer-1" },
  { CM_COLUMN("any_data_source_uuid", CM_TEXT, CM_PARAM | CM_HIDDEN,
              "Find a merged customer by any of its data sources, as the API does."),
    .sample = CM_SAMPLE_UUID("ds_") },
  { CM_COLUMN("primary_contact", CM_JSON, CM_WRITABLE | CM_HIDDEN,
              "Contact to write with the customer, an object; always NULL when read."),
    .path = "@bound", .body = "primary_contact" },
  CM_JSON_COLUMN("The customer as the API sent it."),
};

/* A status has spaces in an answer and underscores in a query string. */
static const cm_word statuses[] = { CM_WORD("Active"),
                                    { "Past Due", "Past_Due" },
                                    CM_WORD("Cancelled"),
                                    { "New Lead", "New_Lead" },
                                    { "Working Lead", "Working_Lead" },
                                    { "Qualified Lead", "Qualified_Lead" },
                                    { "Unqualified Lead", "Unqualified_Lead" },
                                    { NULL, NULL } };

static const cm_filter search[] = { { .column = "email", .param = "email", .required = true },
                                    { 0 } };

static const cm_filter search_contacts[] = {
  { .column = "search_email", .param = "email", .required = true }, { 0 }
};

/* A merged customer answers to the identifiers of all its parts, but shows those of the first. */
static const cm_filter list[] = {
  { .column = "any_data_source_uuid", .param = "data_source_uuid" },
  { .column = "any_external_id", .param = "external_id" },
  { .column = "data_source_uuid", .param = "data_source_uuid" },
  { .column = "external_id", .param = "external_id" },
  { .column = "status", .param = "status", .words = statuses },
  { .column = "system", .param = "system" },
  { 0 },
};

static const cm_split splits[] = {
  { .param = "data_source_uuid", .table = "chartmogul_data_sources" },
  { .param = "status", .words = statuses },
  { 0 },
};

static const cm_read reads[] = {
  { CM_ONE("/customers/{uuid}"), .is_listed = true },
  { CM_PAGES("/customers/search", "entries"), .filters = search, .missing = CM_MISSING_EMPTY,
    .is_listed = true },
  { CM_PAGES("/customers/search", "entries"), .filters = search_contacts,
    .query = "with_associated_emails=true", .missing = CM_MISSING_EMPTY },
  { CM_PAGES("/customers", "entries"), .filters = list, .pages = 50,
    .extras = &(const cm_read_extras){ .splits = splits } },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/customers") },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/customers/{uuid}") },
  { CM_CALL(CM_VERB_UPDATE, "POST", "/customers/{uuid}/attributes/tags"), .columns = "tags:tags",
    .flags = CM_ADDED },
  { CM_CALL(CM_VERB_UPDATE, "DELETE", "/customers/{uuid}/attributes/tags"), .columns = "tags:tags",
    .flags = CM_REMOVED },
  { CM_CALL(CM_VERB_UPDATE, "POST", "/customers/{uuid}/attributes/custom"),
    .columns = "custom:custom", .flags = CM_ADDED },
  { CM_CALL(CM_VERB_UPDATE, "PUT", "/customers/{uuid}/attributes/custom"),
    .columns = "custom:custom", .flags = CM_CHANGED },
  { CM_CALL(CM_VERB_UPDATE, "DELETE", "/customers/{uuid}/attributes/custom"),
    .columns = "custom:custom", .flags = CM_REMOVED },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/customers/{uuid}"), .columns = "" },
};

/* After a merge the customer answers to the identifiers of all its parts. */
static const cm_natural_key natural_key = { CM_BY_EXTERNAL_ID("/customers", "entries"),
                                            .extras = &(const cm_key_extras){
                                                .also = { "data_source_uuids", "external_ids" } } };

static const cm_write record = CM_IMPORT_CALL("data_source_uuid:");

static const cm_bulk bulk = { .list = "customers", .write = &record, .customer = "external_id" };

static const cm_example examples[] = {
  { "Which ten customers pay most, and who is in charge of them?",
    "SELECT name, company, mrr / 100.0 AS mrr, owner\n"
    "FROM chartmogul_customers\n"
    "WHERE status = 'Active'\n"
    "ORDER BY mrr DESC LIMIT 10" },
  { "Which paying customers has nobody taken charge of?",
    "SELECT name, email, mrr / 100.0 AS mrr\n"
    "FROM chartmogul_customers\n"
    "WHERE status IN ('Active', 'Past Due') AND owner IS NULL\n"
    "ORDER BY mrr DESC" },
  { "How many leads are at each stage, and since when does the oldest one wait?",
    "SELECT status, count(*) AS leads, date(min(lead_created_at)) AS oldest\n"
    "FROM chartmogul_customers\n"
    "WHERE status IN ('New Lead', 'Working Lead', 'Qualified Lead')\n"
    "GROUP BY status" },
  { "How many customers of each year are still there?",
    "SELECT strftime('%Y', customer_since) AS year, count(*) AS won,\n"
    "       count(*) FILTER (WHERE status <> 'Cancelled') AS still_there\n"
    "FROM chartmogul_customers\n"
    "WHERE customer_since IS NOT NULL\n"
    "GROUP BY year" },
  { "Who writes from this address?",
    "SELECT name, company, status, mrr / 100.0 AS mrr, chartmogul_url\n"
    "FROM chartmogul_customers\n"
    "WHERE email = 'grace.ellis@swiftloop.example.org'" },
  { "Put the past due customers without an owner into the care of a user.",
    "UPDATE chartmogul_customers SET owner = 'maria.lopez@example.com'\n"
    "WHERE status = 'Past Due' AND owner IS NULL" },
  { 0 },
};

const cm_resource cm_resource_customers = {
  .name = "chartmogul_customers",
  .doc = "A customer or lead.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .extras =
      &(const cm_resource_extras){
          .also_created_by = "/customers/unmerges /data_sources/{uuid}/json_imports" },
  .natural_key = &natural_key,
  .bulk = &bulk,
  .examples = examples,
  .example = "SELECT name, mrr FROM chartmogul_customers WHERE status = 'Active'",
};
