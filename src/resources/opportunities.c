/*
** opportunities.c -- chartmogul_opportunities: a sales opportunity.
** Data only.
*/
#include "resources/shared.h"

static const cm_word categories[] = { CM_WORD("pipeline"),  CM_WORD("best_case"),
                                      CM_WORD("committed"), CM_WORD("lost"),
                                      CM_WORD("won"),       { NULL, NULL } };

static const cm_column columns[] = {
  { CM_COLUMN("uuid", CM_TEXT, CM_KEY, "ChartMogul's identifier.") },
  { CM_COLUMN("customer_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Customer; INSERT may give customer_external_id and data_source_uuid instead."),
    .sample = CM_SAMPLE_UUID("cus_") },
  { CM_COLUMN("owner", CM_TEXT, CM_NEVER_NULL | CM_MAY_DROP,
              "E-mail address of the ChartMogul user in charge.") },
  { CM_COLUMN("pipeline", CM_TEXT, CM_NEVER_NULL, "Name of the pipeline."),
    .sample = "New Business" },
  { CM_COLUMN("pipeline_stage", CM_TEXT, CM_NEVER_NULL, "Name of the stage."),
    .sample = "Discovery" },
  { CM_COLUMN("estimated_close_date", CM_DAY, CM_NEVER_NULL, "Day on which it should close.") },
  { CM_COLUMN("amount_in_cents", CM_INTEGER, CM_NEVER_NULL, "Amount in minor units."),
    .sample = "100000" },
  { CM_COLUMN("currency", CM_TEXT, CM_NEVER_NULL, "Currency, three letters (ISO 4217).") },
  { CM_COLUMN("type", CM_TEXT, CM_WRITABLE, "recurring or one-time.") },
  { CM_COLUMN("forecast_category", CM_TEXT, CM_WRITABLE,
              "pipeline, best_case, committed, lost or won."),
    .words = categories },
  { CM_COLUMN("win_likelihood", CM_INTEGER, CM_WRITABLE, "Likelihood in percent.") },
  { CM_COLUMN("custom", CM_JSON, CM_WRITABLE | CM_MAY_DROP,
              "Custom attributes, an object; the app must know their names."),
    .shape = CM_KEY_VALUES, .sample = "{\"from_campaign\":true}" },
  CM_CREATED_UPDATED_COLUMNS,
  CM_CUSTOMER_NAME_COLUMNS,
  CM_JSON_COLUMN("The opportunity as the API sent it."),
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
  { CM_ONE("/opportunities/{uuid}"), .is_listed = true },
  { CM_PAGES("/opportunities", "entries"), .filters = list, .pages = 20 },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/opportunities") },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/opportunities/{uuid}") },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/opportunities/{uuid}"), .columns = "" },
};

static const cm_reference references[] = {
  { CM_CUSTOMER_REFERENCE },
  { 0 },
};

static const cm_example examples[] = {
  { "What may we expect from the next 90 days, stage by stage?",
    "SELECT pipeline_stage, count(*) AS opportunities,\n"
    "       sum(amount_in_cents) / 100.0 AS amount,\n"
    "       sum(amount_in_cents * win_likelihood) / 10000.0 AS weighted\n"
    "FROM chartmogul_opportunities\n"
    "WHERE estimated_close_date BETWEEN date('now') AND date('now', '+90 days')\n"
    "  AND forecast_category NOT IN ('won', 'lost')\n"
    "GROUP BY pipeline_stage" },
  { "Which ones should have been closed by now?",
    "SELECT c.name, o.owner, o.estimated_close_date, o.amount_in_cents / 100.0 AS amount\n"
    "FROM chartmogul_opportunities AS o\n"
    "JOIN chartmogul_customers AS c ON c.uuid = o.customer_uuid\n"
    "WHERE o.estimated_close_date < date('now')\n"
    "  AND o.forecast_category NOT IN ('won', 'lost')\n"
    "ORDER BY o.estimated_close_date" },
  { "What share of what is decided does each user win?",
    "SELECT owner, count(*) AS decided,\n"
    "       round(100.0 * avg(forecast_category = 'won')) AS won_percent\n"
    "FROM chartmogul_opportunities\n"
    "WHERE forecast_category IN ('won', 'lost')\n"
    "GROUP BY owner ORDER BY won_percent DESC" },
  { "Move the committed ones that are three weeks late to the end of the next month.",
    "UPDATE chartmogul_opportunities\n"
    "SET estimated_close_date = date('now', 'start of month', '+2 months', '-1 day')\n"
    "WHERE estimated_close_date < date('now', '-21 days') AND forecast_category = 'committed'" },
  { 0 },
};

const cm_resource cm_resource_opportunities = {
  .name = "chartmogul_opportunities",
  .doc = "A sales opportunity.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .examples = examples,
  .example = "SELECT pipeline_stage, sum(amount_in_cents) FROM chartmogul_opportunities GROUP BY "
             "pipeline_stage",
};
