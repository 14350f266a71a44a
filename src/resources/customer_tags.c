/*
** customer_tags.c -- chartmogul_customer_tags: a tag of a customer.
** Data only.
**
** The API keeps tags inside the customer and has no key for one.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_AROUND_CUSTOMER_COLUMN,
  { CM_COLUMN("tag", CM_TEXT, CM_INSERT | CM_REQUIRED, "The tag."), .path = "@self",
    .sample = "vip" },
  CM_ROW_KEY_COLUMN("Customer and tag"),
  CM_JSON_COLUMN("The tag as the API sent it."),
};

/* The call that serves one customer has no enclosing row: there the customer is the one asked for. */
static const cm_read reads[] = {
  { CM_ONE("/customers/{customer_uuid}/attributes"), .is_listed = true, .each = "tags",
    .extras = &(const cm_read_extras){ .known_by = "tags custom stripe clearbit" } },
  { CM_PAGES("/customers", "entries"), .each = "attributes.tags", .pages = 50 },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/customers/{customer_uuid}/attributes/tags"),
    .columns = "tag:@self", .body = "tags[]" },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/customers/{customer_uuid}/attributes/tags"),
    .columns = "tag:@self", .body = "tags[]" },
};

static const cm_member_of member_of = {
  .resource = "chartmogul_customers", .set = "tags", .owner = "customer_uuid", .value = "tag"
};

static const cm_example examples[] = {
  { "How many customers has each tag, and what do they pay a month?",
    "SELECT t.tag, count(*) AS customers, sum(c.mrr) / 100.0 AS mrr\n"
    "FROM chartmogul_customer_tags AS t\n"
    "JOIN chartmogul_customers AS c ON c.uuid = t.customer_uuid\n"
    "GROUP BY t.tag" },
  { "Tag all customers that are past due.",
    "INSERT OR IGNORE INTO chartmogul_customer_tags (customer_uuid, tag)\n"
    "SELECT uuid, 'payment-open' FROM chartmogul_customers WHERE status = 'Past Due'" },
  { "Which tags has one customer?", "SELECT tag FROM chartmogul_customer_tags\n"
                                    "WHERE customer_uuid = (\n"
                                    "  SELECT uuid FROM chartmogul_customers\n"
                                    "  WHERE email = 'grace.ellis@swiftloop.example.org')" },
  { "Take a tag off all customers that have it.",
    "DELETE FROM chartmogul_customer_tags WHERE tag = 'payment-open'" },
  { 0 },
};

const cm_resource cm_resource_customer_tags = {
  .name = "chartmogul_customer_tags",
  .doc = "A tag of a customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .member_of = &member_of,
  .key_parts = "customer_uuid tag",
  .examples = examples,
  .example = "SELECT tag, count(*) FROM chartmogul_customer_tags GROUP BY tag",
};
