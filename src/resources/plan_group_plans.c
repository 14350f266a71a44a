/*
** plan_group_plans.c -- chartmogul_plan_group_plans: the membership of a plan in a plan group.
** Data only.
**
** The API takes the plans of a group only all at once.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("plan_group_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED, "Plan group."), .path = "@bound",
    .body = "", .sample = CM_SAMPLE_UUID("plg_") },
  { CM_COLUMN("plan_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED, "Plan."), .path = "uuid",
    .body = "plan_uuid", .sample = CM_SAMPLE_UUID("pl_") },
  { CM_COLUMN("external_id", CM_TEXT, CM_READ_ONLY,
              "Identifier of the plan in the billing system.") },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_READ_ONLY, "Data source of the plan.") },
  { CM_COLUMN("name", CM_TEXT, CM_READ_ONLY, "Name of the plan.") },
  { CM_COLUMN("interval_count", CM_INTEGER, CM_READ_ONLY,
              "Length of the billing interval, in units.") },
  { CM_COLUMN("interval_unit", CM_TEXT, CM_READ_ONLY,
              "Unit of the billing interval: day, month or year."),
    .words = cm_units },
  CM_ROW_KEY_COLUMN("Group and plan"),
  CM_JSON_COLUMN("The plan as the API sent it."),
};

static const cm_read reads[] = {
  { CM_PAGES("/plan_groups/{plan_group_uuid}/plans", "plans"), .missing = CM_MISSING_ANY,
    .parent = "chartmogul_plan_groups", .pages = 10 },
};

static const cm_write_extras answered = { .answer_key = "uuid" };

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "PATCH", "/plan_groups/{plan_group_uuid}"),
    .columns = "plan_uuid:@self", .body = "plans[]", .extras = &answered, .flags = CM_WHOLE_LIST },
  { CM_CALL(CM_VERB_DELETE, "PATCH", "/plan_groups/{plan_group_uuid}"),
    .columns = "plan_uuid:@self", .body = "plans[]", .extras = &answered, .flags = CM_WHOLE_LIST },
};

static const cm_example examples[] = {
  { "Which plans are in each group?",
    "SELECT g.name AS plan_group, p.name AS plan\n"
    "FROM chartmogul_plan_groups AS g\n"
    "JOIN chartmogul_plan_group_plans AS p ON p.plan_group_uuid = g.uuid\n"
    "ORDER BY 1, 2" },
  { "How often are the plans of one group paid?",
    "SELECT interval_count, interval_unit, count(*) AS plans\n"
    "FROM chartmogul_plan_group_plans\n"
    "WHERE plan_group_uuid = (\n"
    "  SELECT uuid FROM chartmogul_plan_groups WHERE name = 'Enterprise')\n"
    "GROUP BY 1, 2" },
  { "Put a plan into one more group.",
    "INSERT INTO chartmogul_plan_group_plans (plan_group_uuid, plan_uuid)\n"
    "SELECT g.uuid, p.uuid FROM chartmogul_plan_groups AS g JOIN chartmogul_plans AS p\n"
    "WHERE g.name = 'Enterprise' AND p.external_id = 'business-annual'" },
  { "Take it out again.", "DELETE FROM chartmogul_plan_group_plans\n"
                          "WHERE external_id = 'business-annual'\n"
                          "  AND plan_group_uuid = (\n"
                          "  SELECT uuid FROM chartmogul_plan_groups WHERE name = 'Enterprise')" },
  { 0 },
};

const cm_resource cm_resource_plan_group_plans = {
  .name = "chartmogul_plan_group_plans",
  .doc = "The membership of a plan in a plan group.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .key_parts = "plan_group_uuid plan_uuid",
  .examples = examples,
  .example = "SELECT plan_group_uuid, name FROM chartmogul_plan_group_plans",
};
