/*
** account.c -- chartmogul_account: the account.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "id",
    .type = CM_TEXT,
    .doc = "ChartMogul's identifier, acc_...; older accounts have none." },
  { .name = "name", .type = CM_TEXT, .doc = "Name of the account." },
  { .name = "currency", .type = CM_TEXT, .doc = "Currency of customers and metrics." },
  { .name = "time_zone", .type = CM_TEXT, .doc = "Time zone." },
  { .name = "week_start_on", .type = CM_TEXT, .doc = "First day of the week: monday or sunday." },
  { .name = "churn_recognition",
    .type = CM_ANY,
    .doc = "When a cancelled subscription counts as lost." },
  { .name = "churn_when_zero_mrr",
    .type = CM_ANY,
    .doc = "Whether a subscription without revenue counts as lost." },
  { .name = "auto_churn_subscription",
    .type = CM_ANY,
    .doc = "Whether unpaid subscriptions end by themselves." },
  { .name = "refund_handling", .type = CM_ANY, .doc = "How refunds count." },
  { .name = "proximate_movement_reclassification",
    .type = CM_ANY,
    .doc = "How movements close to each other count." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The account as the API sent it." },
};

/* The settings come only when they are asked for. */
static const cm_read reads[] = {
  { .path = "/account",
    .paging = CM_SINGLE,
    .query = "include=churn_recognition,churn_when_zero_mrr,auto_churn_subscription,"
             "refund_handling,proximate_movement_reclassification" },
};

const cm_resource cm_resource_account = {
  .name = "chartmogul_account",
  .doc = "The account.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .example = "SELECT name, currency, time_zone FROM chartmogul_account",
};
