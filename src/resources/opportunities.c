/*
** opportunities.c -- chartmogul_opportunities: a sales opportunity.
** Data only.
*/
#include "resources.h"

static const cm_word categories[] = { { "pipeline", "pipeline" },
                                      { "best_case", "best_case" },
                                      { "committed", "committed" },
                                      { "lost", "lost" },
                                      { "won", "won" },
                                      { NULL, NULL } };

static const cm_column columns[] = {
  { .name = "uuid", .type = CM_TEXT, .flags = CM_KEY, .doc = "ChartMogul's identifier." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer; INSERT may give customer_external_id and data_source_uuid instead." },
  { .name = "owner",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL | CM_MAY_DROP,
    .doc = "E-mail address of the ChartMogul user in charge." },
  { .name = "pipeline",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .sample = "New Business",
    .doc = "Name of the pipeline." },
  { .name = "pipeline_stage",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .sample = "Discovery",
    .doc = "Name of the stage." },
  { .name = "estimated_close_date",
    .type = CM_DAY,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "Day on which it should close." },
  { .name = "amount_in_cents",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .sample = "100000",
    .doc = "Amount in minor units." },
  { .name = "currency",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "Currency, three letters (ISO 4217)." },
  { .name = "type", .type = CM_TEXT, .flags = CM_WRITABLE, .doc = "recurring or one-time." },
  { .name = "forecast_category",
    .type = CM_TEXT,
    .flags = CM_WRITABLE,
    .words = categories,
    .doc = "pipeline, best_case, committed, lost or won." },
  { .name = "win_likelihood",
    .type = CM_INTEGER,
    .flags = CM_WRITABLE,
    .doc = "Likelihood in percent." },
  { .name = "custom",
    .type = CM_JSON,
    .flags = CM_WRITABLE | CM_MAY_DROP,
    .shape = CM_KEY_VALUES,
    .sample = "{\"from_campaign\":true}",
    .doc = "Custom attributes, an object; the app must know their names." },
  { .name = "created_at", .type = CM_TIME, .doc = "When it was created." },
  { .name = "updated_at", .type = CM_TIME, .doc = "When it was last changed." },
  { .name = "customer_external_id",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "",
    .doc = "External id of the customer, for INSERT; always NULL when read." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "",
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source of the customer, for INSERT; always NULL when read." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The opportunity as the API sent it." },
};

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "owner", .param = "owner" },
  { .column = "pipeline", .param = "pipeline" },
  { .column = "pipeline_stage", .param = "pipeline_stage" },
  { .column = "estimated_close_date", .param = "estimated_close_date_on_or_after", .op = CM_GE },
  { .column = "estimated_close_date", .param = "estimated_close_date_on_or_before", .op = CM_LE },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/opportunities/{uuid}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_EMPTY,
    .is_listed = true },
  { .path = "/opportunities",
    .paging = CM_CURSOR,
    .rows = "entries",
    .filters = list,
    .pages = 20 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/opportunities" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/opportunities/{uuid}" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/opportunities/{uuid}", .columns = "" },
};

static const cm_reference references[] = {
  { .column = "customer_uuid",
    .resource = "chartmogul_customers",
    .external_id = "customer_external_id",
    .data_source = "data_source_uuid" },
  { 0 },
};

const cm_resource cm_resource_opportunities = {
  .name = "chartmogul_opportunities",
  .doc = "A sales opportunity.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .example = "SELECT pipeline_stage, sum(amount_in_cents) FROM chartmogul_opportunities GROUP BY "
             "pipeline_stage",
};
