/*
** data_sources.c -- chartmogul_data_sources: where customers, plans and invoices come from.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_UUID_COLUMN("ds_"),
  { CM_COLUMN("name", CM_TEXT, CM_INSERT | CM_REQUIRED,
              "Name of the data source, unique in the account."),
    .sample = "Billing" },
  { CM_COLUMN("system", CM_TEXT, CM_INSERT,
              "Kind of billing system, such as Stripe; Custom for sources made through the API, "
              "which may drop another one.") },
  { CM_COLUMN("status", CM_TEXT, CM_READ_ONLY, "State of its import, such as idle.") },
  { CM_COLUMN("created_at", CM_TIME, CM_READ_ONLY, "When it was created.") },
  { CM_COLUMN("processing_status", CM_JSON, CM_READ_ONLY,
              "Counts of processed, failed and pending records, an object."),
    .extras = &(const cm_column_extras){ .wants = "with_processing_status" } },
  { CM_COLUMN("auto_churn_subscription_setting", CM_JSON, CM_READ_ONLY,
              "Whether and after how many days unpaid subscriptions end, an object."),
    .extras = &(const cm_column_extras){ .wants = "with_auto_churn_subscription_setting" } },
  { CM_COLUMN("invoice_handling_setting", CM_JSON, CM_READ_ONLY,
              "How invoices create and change subscriptions, an object."),
    .extras = &(const cm_column_extras){ .wants = "with_invoice_handling_setting" } },
  CM_JSON_COLUMN("The data source as the API sent it."),
};

static const cm_filter list[] = {
  { .column = "name", .param = "name" },
  { .column = "system", .param = "system" },
  { 0 },
};

static const cm_read reads[] = {
  { CM_ONE("/data_sources/{uuid}"), .is_listed = true },
  { .path = "/data_sources", .paging = CM_WHOLE, .rows = "data_sources", .filters = list },
};

/* The API has no call that changes a data source. */
static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/data_sources") },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/data_sources/{uuid}"), .columns = "" },
};

static const cm_natural_key natural_key = { .columns = { "name" },
                                            .path = "/data_sources",
                                            .params = { "name" },
                                            .rows = "data_sources",
                                            .replace_is_ignore = true,
                                            .exists = "name" };

static const cm_example examples[] = {
  { "How many paying customers comes from each source, and how much MRR?",
    "SELECT d.name, d.system, count(*) AS customers, sum(c.mrr) / 100.0 AS mrr\n"
    "FROM chartmogul_data_sources AS d\n"
    "JOIN chartmogul_customers AS c ON c.data_source_uuid = d.uuid\n"
    "WHERE c.status IN ('Active', 'Past Due')\n"
    "GROUP BY d.uuid" },
  { "Is an import under way, and does one fail?",
    "SELECT name, status, processing_status ->> '$.pending' AS pending,\n"
    "       processing_status ->> '$.failed' AS failed\n"
    "FROM chartmogul_data_sources" },
  { "In which sources does an unpaid subscription end by itself?",
    "SELECT name, auto_churn_subscription_setting ->> '$.enabled' AS ends_by_itself\n"
    "FROM chartmogul_data_sources" },
  { "Make a source for what is sold through partners, unless there is one.",
    "INSERT OR IGNORE INTO chartmogul_data_sources (name) VALUES ('Partner sales')" },
  { 0 },
};

const cm_resource cm_resource_data_sources = {
  .name = "chartmogul_data_sources",
  .doc = "A billing source; deleting one deletes its customers, plans and invoices too.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .natural_key = &natural_key,
  .extras = &(const cm_resource_extras){ .delete_counts = "/customers?data_source_uuid={uuid}" },
  .examples = examples,
  .example = "SELECT name, system, status FROM chartmogul_data_sources",
};
