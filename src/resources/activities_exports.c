/*
** activities_exports.c -- chartmogul_activities_exports: a job that exports activities.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("id", CM_TEXT, CM_KEY, "ChartMogul's identifier of the job.") },
  { CM_COLUMN("status", CM_TEXT, CM_READ_ONLY, "pending or succeeded.") },
  { CM_COLUMN("file_url", CM_TEXT, CM_READ_ONLY, "Address of the file; NULL until it is there.") },
  { CM_COLUMN("kind", CM_TEXT, CM_READ_ONLY, "What is exported: activities."),
    .path = "params.kind" },
  { CM_COLUMN("type", CM_TEXT, CM_INSERT, "Kind of movement to export; all unless given."),
    .path = "params.params.activity_type", .body = "type", .sample = "new_biz" },
  { CM_COLUMN("start_date", CM_TEXT, CM_INSERT, "First instant to export."),
    .path = "params.params.start_date", .body = "start-date", .sample = "2025-01-01" },
  { CM_COLUMN("end_date", CM_TEXT, CM_INSERT, "Last instant to export."),
    .path = "params.params.end_date", .body = "end-date", .sample = "2025-12-31" },
  { CM_COLUMN("created_at", CM_TIME, CM_READ_ONLY, "When the job was started.") },
  { CM_COLUMN("expires_at", CM_TIME, CM_READ_ONLY, "When the file goes away.") },
  CM_JSON_COLUMN("The job as the API sent it."),
};

static const cm_read reads[] = {
  { CM_ONE("/activities_export/{id}") },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/activities_export") },
};

static const cm_example examples[] = {
  { "Start an export of all churn of the last year, and look how far it is.",
    "INSERT INTO chartmogul_activities_exports (type, start_date, end_date)\n"
    "VALUES ('churn', date('now', '-1 year'), date('now'));\n"
    "SELECT id, status, file_url FROM chartmogul_activities_exports\n"
    "WHERE id = chartmogul_last_uuid()" },
  { "Start an export of everything.",
    "INSERT INTO chartmogul_activities_exports DEFAULT VALUES;\n"
    "SELECT id, status, expires_at FROM chartmogul_activities_exports\n"
    "WHERE id = chartmogul_last_uuid()" },
  { "Export what customers added and what they gave up into two files.",
    "INSERT INTO chartmogul_activities_exports (type) VALUES ('expansion'), ('contraction');\n"
    "SELECT e.type, e.status, e.file_url\n"
    "FROM chartmogul_writes AS w JOIN chartmogul_activities_exports AS e ON e.id = w.uuid" },
  { 0 },
};

const cm_resource cm_resource_activities_exports = {
  .name = "chartmogul_activities_exports",
  .doc = "A job that exports activities to a file; INSERT starts one.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .examples = examples,
  .example = "SELECT status, file_url FROM chartmogul_activities_exports WHERE id = "
             "'00000000-0000-0000-0000-000000000000'",
};
