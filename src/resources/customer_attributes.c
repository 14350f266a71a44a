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

static const cm_example examples[] = {
  { "Through which channel do customers come, and what is one worth a month?",
    "SELECT a.value AS channel, count(*) AS customers,\n"
    "       round(avg(c.mrr) / 100, 2) AS average_mrr\n"
    "FROM chartmogul_customer_attributes AS a\n"
    "JOIN chartmogul_customers AS c ON c.uuid = a.customer_uuid\n"
    "WHERE a.key = 'channel' AND c.status = 'Active'\n"
    "GROUP BY channel ORDER BY average_mrr DESC" },
  { "Which attributes are in use, and how many values do they have?",
    "SELECT key, type, count(*) AS customers, count(DISTINCT value) AS \"values\"\n"
    "FROM chartmogul_customer_attributes\n"
    "GROUP BY key, type" },
  { "Of which large customers do we not know the number of employees?",
    "SELECT c.name, c.mrr / 100.0 AS mrr\n"
    "FROM chartmogul_customers AS c\n"
    "WHERE c.status = 'Active' AND c.mrr >= 200000 AND NOT EXISTS (\n"
    "  SELECT 1 FROM chartmogul_customer_attributes AS a\n"
    "  WHERE a.customer_uuid = c.uuid AND a.key = 'employees')" },
  { "Note at the largest customers until when their price is fixed.",
    "INSERT INTO chartmogul_customer_attributes (customer_uuid, key, value, type)\n"
    "SELECT uuid, 'price_fixed_until', '2026-12-31', 'Timestamp' FROM chartmogul_customers\n"
    "WHERE status = 'Active' AND mrr >= 400000" },
  { 0 },
};

const cm_resource cm_resource_customer_attributes = {
  .name = "chartmogul_customer_attributes",
  .doc = "A custom attribute of a customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .member_of = &member_of,
  .key_parts = "customer_uuid key",
  .examples = examples,
  .example = "SELECT key, count(*) FROM chartmogul_customer_attributes GROUP BY key",
};
