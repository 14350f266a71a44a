/*
** customer_tags.c -- chartmogul_customer_tags: a tag of a customer.
** Data only.
**
** The API keeps tags inside the customer and has no key for one.
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
  { .name = "tag",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "@self",
    .sample = "vip",
    .doc = "The tag." },
  { .name = "row_key",
    .type = CM_TEXT,
    .flags = CM_KEY | CM_HIDDEN,
    .path = "@bound",
    .doc = "Customer and tag, what tells one row from another." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The tag as the API sent it." },
};

/* The call that serves one customer has no enclosing row: there the customer is the one asked for. */
static const cm_read reads[] = {
  { .path = "/customers/{customer_uuid}/attributes",
    .paging = CM_SINGLE,
    .each = "tags",
    .known_by = "tags custom stripe clearbit",
    .missing = CM_MISSING_EMPTY },
  { .path = "/customers",
    .paging = CM_CURSOR,
    .rows = "entries",
    .each = "attributes.tags",
    .pages = 50 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "POST",
    .path = "/customers/{customer_uuid}/attributes/tags",
    .columns = "tag:@self",
    .body = "tags[]" },
  { .verb = CM_VERB_DELETE,
    .method = "DELETE",
    .path = "/customers/{customer_uuid}/attributes/tags",
    .columns = "tag:@self",
    .body = "tags[]" },
};

static const cm_member_of member_of = {
  .resource = "chartmogul_customers", .set = "tags", .owner = "customer_uuid", .value = "tag"
};

const cm_resource cm_resource_customer_tags = {
  .name = "chartmogul_customer_tags",
  .doc = "A tag of a customer.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .member_of = &member_of,
  .key_parts = "customer_uuid tag",
  .example = "SELECT tag, count(*) FROM chartmogul_customer_tags GROUP BY tag",
};
