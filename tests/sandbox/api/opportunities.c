#include "owner.h"
#include "resources.h"

#include <string.h>

static void prepare_opportunity(sb_call *call, sb_row *row, int64_t id) {
  int64_t likelihood = sb_row_get_int(row, "win_likelihood");
  sb_check_user(call, row, "owner");
  sb_custom_read_pairs(call, row, "opportunities", id);
  if (likelihood < 0 || likelihood > 100)
    sb_call_problem(call, "win_likelihood", "invalid", "win_likelihood is not between 0 and 100");
  const char *type = sb_row_get_text(row, "type");
  if (type && strcmp(type, "arr") == 0 && !call->account->decisions.opportunity_arr)
    sb_call_problem(call, "type", "invalid", "type is not one of the allowed values");
}

static const sb_member opportunity_members[] = {
  { .name = "uuid",
    .column = "t.id",
    .type = SB_UUID,
    .detail = SB_OPPORTUNITY,
    .flags = SB_COMPUTED },
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED },
  { .name = "owner", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "pipeline", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "pipeline_stage", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "estimated_close_date",
    .type = SB_TIME,
    .detail = SB_STYLE_DAY,
    .flags = SB_BOTH | SB_REQUIRED },
  { .name = "currency", .type = SB_TEXT, .flags = SB_BOTH | SB_REQUIRED, .allowed = SB_CURRENCIES },
  { .name = "amount_in_cents", .type = SB_INT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "type",
    .type = SB_TEXT,
    .flags = SB_BOTH,
    .initial = "recurring",
    .allowed = "recurring|one-time|arr" },
  { .name = "forecast_category",
    .type = SB_TEXT,
    .flags = SB_BOTH,
    .initial = "pipeline",
    .allowed = "pipeline|best_case|committed|lost|won" },
  { .name = "win_likelihood", .type = SB_INT, .flags = SB_BOTH, .initial = "10" },
  { .name = "custom", .type = SB_RAW, .flags = SB_BOTH, .initial = "{}" },
  { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_MS },
  { 0 },
};

const sb_resource sb_opportunities = {
  .table = "opportunities",
  .label = "Opportunity",
  .kind = SB_OPPORTUNITY,
  .members = opportunity_members,
  .indexes = "CREATE INDEX opportunities_created ON opportunities(created_at);"
             "CREATE INDEX opportunities_customer ON opportunities(customer_id, created_at)",
  .prepare = prepare_opportunity,
};

static const sb_filter opportunity_filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "owner", .where = "t.owner = ?", .type = SB_BY_TEXT },
  { .param = "pipeline", .where = "t.pipeline = ?", .type = SB_BY_TEXT },
  { .param = "pipeline_stage", .where = "t.pipeline_stage = ?", .type = SB_BY_TEXT },
  { .param = "estimated_close_date_on_or_after",
    .where = "t.estimated_close_date >= ?",
    .type = SB_BY_DAY_FROM },
  { .param = "estimated_close_date_on_or_before",
    .where = "t.estimated_close_date <= ?",
    .type = SB_BY_DAY_TO },
  { 0 },
};

const sb_list sb_opportunity_list = {
  .resource = &sb_opportunities,
  .root = "entries",
  .time = "created_at",
  .filters = opportunity_filters,
};
