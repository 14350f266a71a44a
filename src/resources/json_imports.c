/*
** json_imports.c -- chartmogul_json_imports: a job that imports many records.
** Data only.
**
** The answer writes the data source in another form than every other call: the one asked for is shown.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("id", CM_TEXT, CM_KEY, "ChartMogul's identifier of the job.") },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED, "Data source."),
    .path = "@bound", .body = "", .sample = CM_SAMPLE_UUID("ds_") },
  { CM_COLUMN("external_id", CM_TEXT, CM_INSERT | CM_REQUIRED | CM_ANY_TEXT_IN_PATH,
              "Name of the job, free to choose."),
    .sample = "import-1" },
  { CM_COLUMN("status", CM_TEXT, CM_READ_ONLY, "queued, processing or completed.") },
  { CM_COLUMN("status_details", CM_JSON, CM_READ_ONLY,
              "State of the plans and of each customer, an object.") },
  { CM_COLUMN("created_at", CM_TIME, CM_READ_ONLY, "When the job was started.") },
  { CM_COLUMN("updated_at", CM_TIME, CM_READ_ONLY, "When it last moved on.") },
  { CM_COLUMN("customers", CM_JSON, CM_HIDDEN | CM_INSERT,
              "Customers to import, an array of objects; always NULL when read."),
    .path = "@bound", .body = "customers" },
  { CM_COLUMN("plans", CM_JSON, CM_HIDDEN | CM_INSERT,
              "Plans to import, an array of objects; always NULL when read."),
    .path = "@bound", .body = "plans" },
  { CM_COLUMN("invoices", CM_JSON, CM_HIDDEN | CM_INSERT,
              "Invoices to import, an array of objects; always NULL when read."),
    .path = "@bound", .body = "invoices" },
  { CM_COLUMN("line_items", CM_JSON, CM_HIDDEN | CM_INSERT,
              "Line items to import, with invoice_external_id, an array of objects; always NULL "
              "when read."),
    .path = "@bound", .body = "line_items" },
  { CM_COLUMN("transactions", CM_JSON, CM_HIDDEN | CM_INSERT,
              "Transactions to import, with invoice_external_id, an array of objects; always NULL "
              "when read."),
    .path = "@bound", .body = "transactions" },
  { CM_COLUMN("subscription_events", CM_JSON, CM_HIDDEN | CM_INSERT,
              "Subscription events to import, an array of objects; always NULL when read."),
    .path = "@bound", .body = "subscription_events" },
  CM_JSON_COLUMN("The job as the API sent it."),
};

static const cm_read reads[] = {
  { CM_ONE("/data_sources/{data_source_uuid}/json_imports/{id}") },
  { CM_ONE("/data_sources/{data_source_uuid}/json_imports/{external_id}") },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/data_sources/{data_source_uuid}/json_imports") },
};

static const cm_example examples[] = {
  { "Import customers and plans in one job.",
    "INSERT INTO chartmogul_json_imports (data_source_uuid, external_id, customers, plans)\n"
    "SELECT uuid, 'import-1',\n"
    "       '[{\"external_id\": \"new-1\", \"name\": \"Ada Lind\", \"country\": \"SE\"}]',\n"
    "       '[{\"external_id\": \"solo\", \"name\": \"Solo\", \"interval_count\": 1,\n"
    "          \"interval_unit\": \"month\"}]'\n"
    "FROM chartmogul_data_sources WHERE name = 'Stripe'" },
  { "Is the job done?", "SELECT status, updated_at FROM chartmogul_json_imports\n"
                        "WHERE external_id = 'import-1'\n"
                        "  AND data_source_uuid = (\n"
                        "  SELECT uuid FROM chartmogul_data_sources WHERE name = 'Stripe')" },
  { "What has become of each part of it?",
    "SELECT d.key AS part, d.value AS state\n"
    "FROM chartmogul_json_imports AS j, json_each(j.status_details) AS d\n"
    "WHERE j.external_id = 'import-1'\n"
    "  AND j.data_source_uuid = (\n"
    "  SELECT uuid FROM chartmogul_data_sources WHERE name = 'Stripe')" },
  { 0 },
};

const cm_resource cm_resource_json_imports = {
  .name = "chartmogul_json_imports",
  .doc = "A job that imports many records at once; INSERT starts one.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .examples = examples,
  .example = "SELECT status FROM chartmogul_json_imports WHERE data_source_uuid = "
             "'ds_00000000-0000-0000-0000-000000000000' AND external_id = 'import-1'",
};
