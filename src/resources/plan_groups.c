/*
** plan_groups.c -- chartmogul_plan_groups: a group of plans.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_UUID_COLUMN("plg_"),
  { CM_COLUMN("name", CM_TEXT, CM_NEVER_NULL, "Name of the group."), .sample = "All gold plans" },
  { CM_COLUMN("plans_count", CM_INTEGER, CM_READ_ONLY, "Number of plans in it.") },
  { CM_COLUMN("plans", CM_JSON, CM_HIDDEN | CM_NEVER_NULL,
              "Plans to write, an array of all their uuids; always NULL when read, as "
              "chartmogul_plan_group_plans has them."),
    .path = "@bound", .body = "plans", .shape = CM_TEXT_LIST,
    .sample = "[\"pl_00000000-0000-0000-0000-000000000000\"]" },
  CM_JSON_COLUMN("The plan group as the API sent it."),
};

/* An unknown group is answered with a page of HTML. */
static const cm_read reads[] = {
  { .path = "/plan_groups/{uuid}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_ANY,
    .is_listed = true },
  { CM_PAGES("/plan_groups", "plan_groups") },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/plan_groups") },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/plan_groups/{uuid}") },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/plan_groups/{uuid}"), .columns = "" },
};

static const cm_example examples[] = {
  { "How large are the groups?",
    "SELECT name, plans_count FROM chartmogul_plan_groups ORDER BY plans_count DESC" },
  { "How much MRR does each group make?",
    "SELECT g.name, m.date, m.mrr / 100.0 AS mrr\n"
    "FROM chartmogul_plan_groups AS g\n"
    "JOIN chartmogul_mrr AS m ON m.plans = (\n"
    "  SELECT group_concat(p.plan_uuid) FROM chartmogul_plan_group_plans AS p\n"
    "  WHERE p.plan_group_uuid = g.uuid)\n"
    "WHERE m.date >= date('now', 'start of month')" },
  { "Make a group of all plans that are paid by the year.",
    "INSERT INTO chartmogul_plan_groups (name, plans)\n"
    "SELECT 'Yearly', json_group_array(uuid) FROM chartmogul_plans\n"
    "WHERE interval_unit = 'year'" },
  { "Give a group another name.",
    "UPDATE chartmogul_plan_groups SET name = 'Paid by the year' WHERE name = 'Yearly'" },
  { 0 },
};

const cm_resource cm_resource_plan_groups = {
  .name = "chartmogul_plan_groups",
  .doc = "A group of plans.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .examples = examples,
  .example = "SELECT name, plans_count FROM chartmogul_plan_groups",
};
