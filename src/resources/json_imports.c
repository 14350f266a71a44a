/*
** json_imports.c -- chartmogul_json_imports: a job that imports many records.
** Data only.
**
** The answer writes the data source in another form than every other call: the one asked for is shown.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "id", .type = CM_TEXT, .flags = CM_KEY, .doc = "ChartMogul's identifier of the job." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED,
    .path = "@bound",
    .body = "",
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source." },
  { .name = "external_id",
    .type = CM_TEXT,
    .flags = CM_INSERT | CM_REQUIRED | CM_FREE,
    .sample = "import-1",
    .doc = "Name of the job, free to choose." },
  { .name = "status", .type = CM_TEXT, .doc = "queued, processing or completed." },
  { .name = "status_details",
    .type = CM_JSON,
    .doc = "State of the plans and of each customer, an object." },
  { .name = "created_at", .type = CM_TIME, .doc = "When the job was started." },
  { .name = "updated_at", .type = CM_TIME, .doc = "When it last moved on." },
  { .name = "customers",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "customers",
    .doc = "Customers to import, an array of objects; always NULL when read." },
  { .name = "plans",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "plans",
    .doc = "Plans to import, an array of objects; always NULL when read." },
  { .name = "invoices",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "invoices",
    .doc = "Invoices to import, an array of objects; always NULL when read." },
  { .name = "line_items",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "line_items",
    .doc = "Line items to import, with invoice_external_id, an array of objects; always "
           "NULL when read." },
  { .name = "transactions",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "transactions",
    .doc = "Transactions to import, with invoice_external_id, an array of objects; always "
           "NULL when read." },
  { .name = "subscription_events",
    .type = CM_JSON,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "subscription_events",
    .doc = "Subscription events to import, an array of objects; always NULL when read." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The job as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/data_sources/{data_source_uuid}/json_imports/{id}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_EMPTY },
  { .path = "/data_sources/{data_source_uuid}/json_imports/{external_id}",
    .paging = CM_SINGLE,
    .missing = CM_MISSING_EMPTY },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT,
    .method = "POST",
    .path = "/data_sources/{data_source_uuid}/json_imports" },
};

const cm_resource cm_resource_json_imports = {
  .name = "chartmogul_json_imports",
  .doc = "A job that imports many records at once; INSERT starts one.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .example = "SELECT status FROM chartmogul_json_imports WHERE data_source_uuid = "
             "'ds_00000000-0000-0000-0000-000000000000' AND external_id = 'import-1'",
};
