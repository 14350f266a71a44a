/*
** plan_groups.c -- chartmogul_plan_groups: a group of plans.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "plg_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, plg_..." },
  { .name = "name",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .sample = "All gold plans",
    .doc = "Name of the group." },
  { .name = "plans_count", .type = CM_INTEGER, .doc = "Number of plans in it." },
  { .name = "plans",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .path = "@bound",
    .body = "plans",
    .shape = CM_TEXT_LIST,
    .sample = "[\"pl_00000000-0000-0000-0000-000000000000\"]",
    .doc = "Plans to write, an array of all their uuids; always NULL when read, as "
           "chartmogul_plan_group_plans has them." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The plan group as the API sent it." },
};

/* An unknown group is answered with a page of HTML. */
static const cm_read reads[] = {
  { .path = "/plan_groups/{uuid}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_ANY,
    .is_listed = true },
  { .path = "/plan_groups", .paging = CM_CURSOR, .rows = "plan_groups" },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/plan_groups" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/plan_groups/{uuid}" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/plan_groups/{uuid}", .columns = "" },
};

const cm_resource cm_resource_plan_groups = {
  .name = "chartmogul_plan_groups",
  .doc = "A group of plans.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .example = "SELECT name, plans_count FROM chartmogul_plan_groups",
};
