/*
** plans.c -- chartmogul_plans: a plan that subscriptions are made of.
** Data only.
*/
#include "resources.h"

static const cm_word units[] = {
  { "day", "day" }, { "month", "month" }, { "year", "year" }, { NULL, NULL }
};

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "pl_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, pl_..." },
  { .name = "external_id",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .sample = "gold",
    .doc = "Identifier in the billing system; the API invents one where it is not given." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source that the plan belongs to." },
  { .name = "name",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .sample = "Gold",
    .doc = "Name of the plan." },
  { .name = "interval_count",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "Length of the billing interval, in units." },
  { .name = "interval_unit",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .words = units,
    .doc = "Unit of the billing interval: day, month or year." },
  { .name = "system",
    .type = CM_TEXT,
    .flags = CM_PARAM | CM_HIDDEN,
    .sample = "Stripe",
    .doc = "Read plans of this kind of billing system only, such as Stripe." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The plan as the API sent it." },
};

static const cm_filter list[] = {
  { .column = "data_source_uuid", .param = "data_source_uuid" },
  { .column = "external_id", .param = "external_id" },
  { .column = "system", .param = "system" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/plans/{uuid}", .paging = CM_SINGLE, .missing = CM_MISSING_EMPTY, .is_listed = true },
  { .path = "/plans", .paging = CM_CURSOR, .rows = "plans", .filters = list, .pages = 2 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/plans" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/plans/{uuid}" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/plans/{uuid}", .columns = "" },
};

static const cm_natural_key natural_key = { .columns = { "data_source_uuid", "external_id" },
                                            .path = "/plans",
                                            .params = { "data_source_uuid", "external_id" },
                                            .rows = "plans",
                                            .exists = "external_id" };

const cm_resource cm_resource_plans = {
  .name = "chartmogul_plans",
  .doc = "A plan: a name and a billing interval.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .also_created_by = "/data_sources/{uuid}/json_imports",
  .natural_key = &natural_key,
  .example = "SELECT name, interval_count, interval_unit FROM chartmogul_plans ORDER BY name",
};
