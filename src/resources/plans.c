/*
** plans.c -- chartmogul_plans: a plan that subscriptions are made of.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_UUID_COLUMN("pl_"),
  { CM_COLUMN("external_id", CM_TEXT, CM_INSERT,
              "Identifier in the billing system; the API invents one where it is not given."),
    .sample = "gold" },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Data source that the plan belongs to."),
    .sample = CM_SAMPLE_UUID("ds_") },
  { CM_COLUMN("name", CM_TEXT, CM_NEVER_NULL, "Name of the plan."), .sample = "Gold" },
  { CM_COLUMN("interval_count", CM_INTEGER, CM_NEVER_NULL,
              "Length of the billing interval, in units.") },
  { CM_COLUMN("interval_unit", CM_TEXT, CM_NEVER_NULL,
              "Unit of the billing interval: day, month or year."),
    .words = cm_units },
  { CM_COLUMN("system", CM_TEXT, CM_PARAM | CM_HIDDEN,
              "Read plans of this kind of billing system only, such as Stripe."),
    .sample = "Stripe" },
  CM_JSON_COLUMN("The plan as the API sent it."),
};

static const cm_filter list[] = {
  { .column = "data_source_uuid", .param = "data_source_uuid" },
  { .column = "external_id", .param = "external_id" },
  { .column = "system", .param = "system" },
  { 0 },
};

static const cm_read reads[] = {
  { CM_ONE("/plans/{uuid}"), .is_listed = true },
  { CM_PAGES("/plans", "plans"), .filters = list, .pages = 2,
    .extras = &(const cm_read_extras){ .splits = cm_splits_by_source } },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/plans") },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/plans/{uuid}") },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/plans/{uuid}"), .columns = "" },
};

static const cm_natural_key natural_key = { CM_BY_EXTERNAL_ID("/plans", "plans") };

static const cm_write record = CM_IMPORT_CALL("data_source_uuid:");

static const cm_bulk bulk = { .list = "plans", .write = &record };

static const cm_example examples[] = {
  { "Which plans has new business of this year been sold on?",
    "SELECT p.name, count(*) AS sold, sum(a.activity_mrr_movement) / 100.0 AS mrr\n"
    "FROM chartmogul_plans AS p\n"
    "JOIN chartmogul_activities AS a ON a.plan_external_id = p.external_id\n"
    "  AND a.billing_connector_uuid = p.data_source_uuid\n"
    "WHERE a.type = 'new_biz' AND a.date >= date('now', 'start of year')\n"
    "GROUP BY p.uuid ORDER BY mrr DESC" },
  { "Which plans are paid once a year?",
    "SELECT name, external_id FROM chartmogul_plans\n"
    "WHERE interval_unit = 'year' OR interval_unit = 'month' AND interval_count = 12" },
  { "In how many groups is each plan?",
    "SELECT p.name, count(g.plan_uuid) AS plan_groups\n"
    "FROM chartmogul_plans AS p\n"
    "LEFT JOIN chartmogul_plan_group_plans AS g ON g.plan_uuid = p.uuid\n"
    "GROUP BY p.uuid ORDER BY plan_groups" },
  { "Give a plan another name.", "UPDATE chartmogul_plans SET name = 'Starter (until 2025)'\n"
                                 "WHERE external_id = 'starter-monthly'" },
  { 0 },
};

const cm_resource cm_resource_plans = {
  .name = "chartmogul_plans",
  .doc = "A plan: a name and a billing interval.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .extras = &(const cm_resource_extras){ .also_created_by = "/data_sources/{uuid}/json_imports" },
  .natural_key = &natural_key,
  .bulk = &bulk,
  .examples = examples,
  .example = "SELECT name, interval_count, interval_unit FROM chartmogul_plans ORDER BY name",
};
