/*
** plan_group_plans.c -- chartmogul_plan_group_plans: the membership of a plan in a plan group.
** Data only.
**
** The API takes the plans of a group only all at once.
*/
#include "resources.h"

static const cm_word units[] = {
  { "day", "day" }, { "month", "month" }, { "year", "year" }, { NULL, NULL }
};

static const cm_column columns[] = {
  { .name = "plan_group_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "@bound",
    .body = "",
    .sample = "plg_00000000-0000-0000-0000-000000000000",
    .doc = "Plan group." },
  { .name = "plan_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "uuid",
    .body = "plan_uuid",
    .sample = "pl_00000000-0000-0000-0000-000000000000",
    .doc = "Plan." },
  { .name = "external_id",
    .type = CM_TEXT,
    .doc = "Identifier of the plan in the billing system." },
  { .name = "data_source_uuid", .type = CM_TEXT, .doc = "Data source of the plan." },
  { .name = "name", .type = CM_TEXT, .doc = "Name of the plan." },
  { .name = "interval_count",
    .type = CM_INTEGER,
    .doc = "Length of the billing interval, in units." },
  { .name = "interval_unit",
    .type = CM_TEXT,
    .words = units,
    .doc = "Unit of the billing interval: day, month or year." },
  { .name = "row_key",
    .type = CM_TEXT,
    .flags = CM_KEY | CM_HIDDEN,
    .path = "@bound",
    .doc = "Group and plan, what tells one row from another." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The plan as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/plan_groups/{plan_group_uuid}/plans",
    .paging = CM_CURSOR,
    .rows = "plans",
    .missing = CM_MISSING_ANY,
    .parent = "chartmogul_plan_groups",
    .pages = 10 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "PATCH",
    .path = "/plan_groups/{plan_group_uuid}",
    .columns = "plan_uuid:@self",
    .body = "plans[]",
    .answer_key = "uuid",
    .flags = CM_WHOLE_LIST },
  { .verb = CM_VERB_DELETE,
    .method = "PATCH",
    .path = "/plan_groups/{plan_group_uuid}",
    .columns = "plan_uuid:@self",
    .body = "plans[]",
    .answer_key = "uuid",
    .flags = CM_WHOLE_LIST },
};

const cm_resource cm_resource_plan_group_plans = {
  .name = "chartmogul_plan_group_plans",
  .doc = "The membership of a plan in a plan group.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .key_parts = "plan_group_uuid plan_uuid",
  .example = "SELECT plan_group_uuid, name FROM chartmogul_plan_group_plans",
};
