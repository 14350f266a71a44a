/*
** customer_attributes.c -- chartmogul_customer_attributes: a custom attribute of a customer.
** Data only.
**
** The API keeps attributes inside the customer, by name, without their type and source.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_AROUND_CUSTOMER_COLUMN,
  { CM_COLUMN("key", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Name of the attribute: letters, digits and underscores."),
    .path = "@key", .body = "key", .sample = "tier" },
  { CM_COLUMN(
        "value", CM_ANY, CM_NEVER_NULL,
        "Value; INSERT of a name that exists overwrites it, UPDATE keeps the type that was read."),
    .path = "@self", .body = "value", .sample = "gold" },
  { CM_COLUMN("type", CM_TEXT, CM_INSERT,
              "String, Integer, Decimal, Timestamp or Boolean; a Timestamp reads as a String."),
    .path = "@type", .body = "type" },
  { CM_COLUMN("source", CM_TEXT, CM_INSERT,
              "Where it comes from, API unless given; always NULL when read."),
    .path = "@bound", .body = "source" },
  CM_ROW_KEY_COLUMN("Customer and name"),
  CM_JSON_COLUMN("The value as the API sent it."),
};

/* The call that serves one customer has no enclosing row: there the customer is the one asked for. */
static const cm_read reads[] = {
  { CM_ONE("/customers/{customer_uuid}/attributes"), .is_listed = true, .each = "custom",
    .extras = &(const cm_read_extras){ .known_by = "tags custom stripe clearbit" } },
  { CM_PAGES("/customers", "entries"), .each = "attributes.custom", .pages = 50 },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/customers/{customer_uuid}/attributes/custom"),
    .body = "custom[]" },
  { CM_CALL(CM_VERB_UPDATE, "PUT", "/customers/{customer_uuid}/attributes/custom"),
    .columns = "value:{key}", .body = "custom" },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/customers/{customer_uuid}/attributes/custom"),
    .columns = "key:@self", .body = "custom[]" },
};

static const cm_member_of member_of = { .resource = "chartmogul_customers",
                                        .set = "custom",
                                        .owner = "customer_uuid",
                                        .name = "key",
                                        .value = "value" };

const cm_resource cm_resource_customer_attributes = {
  .name = "chartmogul_customer_attributes",
  .doc = "A custom attribute of a customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .member_of = &member_of,
  .key_parts = "customer_uuid key",
  .example = "SELECT key, count(*) FROM chartmogul_customer_attributes GROUP BY key",
};
