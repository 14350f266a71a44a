/*
** customer_attributes.c -- chartmogul_customer_attributes: a custom attribute of a customer.
** Data only.
**
** The API keeps attributes inside the customer, by name, without their type and source.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "^uuid",
    .body = "",
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer." },
  { .name = "key",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "@key",
    .body = "key",
    .sample = "tier",
    .doc = "Name of the attribute: letters, digits and underscores." },
  { .name = "value",
    .type = CM_ANY,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .path = "@self",
    .body = "value",
    .sample = "gold",
    .doc = "Value; INSERT of a name that exists overwrites it, UPDATE keeps the type that was "
           "read." },
  { .name = "type",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "@type",
    .body = "type",
    .doc = "String, Integer, Decimal, Timestamp or Boolean; a Timestamp reads as a String." },
  { .name = "source",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "@bound",
    .body = "source",
    .doc = "Where it comes from, API unless given; always NULL when read." },
  { .name = "row_key",
    .type = CM_TEXT,
    .flags = CM_KEY | CM_HIDDEN,
    .path = "@bound",
    .doc = "Customer and name, what tells one row from another." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The value as the API sent it." },
};

/* The call that serves one customer has no enclosing row: there the customer is the one asked for. */
static const cm_read reads[] = {
  { .path = "/customers/{customer_uuid}/attributes",
    .paging = CM_SINGLE,
    .each = "custom",
    .known_by = "tags custom stripe clearbit",
    .missing = CM_MISSING_EMPTY },
  { .path = "/customers",
    .paging = CM_CURSOR,
    .rows = "entries",
    .each = "attributes.custom",
    .pages = 50 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "POST",
    .path = "/customers/{customer_uuid}/attributes/custom",
    .body = "custom[]" },
  { .verb = CM_VERB_UPDATE,
    .method = "PUT",
    .path = "/customers/{customer_uuid}/attributes/custom",
    .columns = "value:{key}",
    .body = "custom" },
  { .verb = CM_VERB_DELETE,
    .method = "DELETE",
    .path = "/customers/{customer_uuid}/attributes/custom",
    .columns = "key:@self",
    .body = "custom[]" },
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
