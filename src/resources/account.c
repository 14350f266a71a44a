/*
** account.c -- chartmogul_account: the account.
** Data only.
*/
#include "resources/shared.h"

static const cm_word week_starts[] = { CM_WORD("monday"), CM_WORD("sunday"), { NULL, NULL } };

static const cm_column columns[] = {
  { CM_COLUMN("id", CM_TEXT, CM_READ_ONLY,
              "ChartMogul's identifier, acc_...; older accounts have none.") },
  { CM_COLUMN("name", CM_TEXT, CM_READ_ONLY, "Name of the account.") },
  { CM_COLUMN("currency", CM_TEXT, CM_READ_ONLY, "Currency of customers and metrics.") },
  { CM_COLUMN("time_zone", CM_TEXT, CM_READ_ONLY, "Time zone.") },
  { CM_COLUMN("week_start_on", CM_TEXT, CM_READ_ONLY, "First day of the week: monday or sunday."),
    .words = week_starts },
  { CM_COLUMN("churn_recognition", CM_ANY, CM_READ_ONLY,
              "When a cancelled subscription counts as lost.") },
  { CM_COLUMN("churn_when_zero_mrr", CM_ANY, CM_READ_ONLY,
              "Whether a subscription without revenue counts as lost.") },
  { CM_COLUMN("auto_churn_subscription", CM_ANY, CM_READ_ONLY,
              "Whether unpaid subscriptions end by themselves.") },
  { CM_COLUMN("refund_handling", CM_ANY, CM_READ_ONLY, "How refunds count.") },
  { CM_COLUMN("proximate_movement_reclassification", CM_ANY, CM_READ_ONLY,
              "How movements close to each other count.") },
  CM_JSON_COLUMN("The account as the API sent it."),
};

/* The settings come only when they are asked for. */
static const cm_read reads[] = {
  { .path = "/account",
    .paging = CM_SINGLE,
    .query = "include=churn_recognition,churn_when_zero_mrr,auto_churn_subscription,"
             "refund_handling,proximate_movement_reclassification" },
};

static const cm_example examples[] = {
  { "Whose account is it, and in which currency are its figures?",
    "SELECT name, currency, time_zone FROM chartmogul_account" },
  { "When does a cancelled subscription count as lost?",
    "SELECT churn_recognition, churn_when_zero_mrr, auto_churn_subscription\n"
    "FROM chartmogul_account" },
  { "On which day do the weeks of the metrics begin, and how do refunds count?",
    "SELECT week_start_on, refund_handling FROM chartmogul_account" },
  { 0 },
};

const cm_resource cm_resource_account = {
  .name = "chartmogul_account",
  .doc = "The account.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  .examples = examples,
  .example = "SELECT name, currency, time_zone FROM chartmogul_account",
};
