/*
** data_sources.c -- chartmogul_data_sources: where customers, plans and invoices come from.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "ChartMogul's identifier, ds_..." },
  { .name = "name",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .sample = "Billing",
    .doc = "Name of the data source, unique in the account." },
  { .name = "system",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .doc = "Kind of billing system, such as Stripe; Custom for sources made through the API, which "
           "may "
           "drop another one." },
  { .name = "status", .type = CM_TEXT, .doc = "State of its import, such as idle." },
  { .name = "created_at", .type = CM_TIME, .doc = "When it was created." },
  { .name = "processing_status",
    .type = CM_JSON,
    .wants = "with_processing_status",
    .doc = "Counts of processed, failed and pending records, an object." },
  { .name = "auto_churn_subscription_setting",
    .type = CM_JSON,
    .wants = "with_auto_churn_subscription_setting",
    .doc = "Whether and after how many days unpaid subscriptions end, an object." },
  { .name = "invoice_handling_setting",
    .type = CM_JSON,
    .wants = "with_invoice_handling_setting",
    .doc = "How invoices create and change subscriptions, an object." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The data source as the API sent it." },
};

static const cm_filter list[] = {
  { .column = "name", .param = "name" },
  { .column = "system", .param = "system" },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/data_sources/{uuid}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_EMPTY,
    .is_listed = true },
  { .path = "/data_sources", .paging = CM_WHOLE, .rows = "data_sources", .filters = list },
};

/* The API has no call that changes a data source. */
static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/data_sources" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/data_sources/{uuid}", .columns = "" },
};

static const cm_natural_key natural_key = { .columns = { "name" },
                                            .path = "/data_sources",
                                            .params = { "name" },
                                            .rows = "data_sources",
                                            .replace_is_ignore = true,
                                            .exists = "name" };

const cm_resource cm_resource_data_sources = {
  .name = "chartmogul_data_sources",
  .doc = "A billing source; deleting one deletes its customers, plans and invoices too.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .natural_key = &natural_key,
  .delete_counts = "/customers?data_source_uuid={uuid}",
  .example = "SELECT name, system, status FROM chartmogul_data_sources",
};
