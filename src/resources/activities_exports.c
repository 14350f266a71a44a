/*
** activities_exports.c -- chartmogul_activities_exports: a job that exports activities.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "id", .type = CM_TEXT, .flags = CM_KEY, .doc = "ChartMogul's identifier of the job." },
  { .name = "status", .type = CM_TEXT, .doc = "pending or succeeded." },
  { .name = "file_url", .type = CM_TEXT, .doc = "Address of the file; NULL until it is there." },
  { .name = "kind",
    .type = CM_TEXT,
    .path = "params.kind",
    .doc = "What is exported: activities." },
  { .name = "type",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "params.params.activity_type",
    .body = "type",
    .sample = "new_biz",
    .doc = "Kind of movement to export; all unless given." },
  { .name = "start_date",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "params.params.start_date",
    .body = "start-date",
    .sample = "2025-01-01",
    .doc = "First instant to export." },
  { .name = "end_date",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "params.params.end_date",
    .body = "end-date",
    .sample = "2025-12-31",
    .doc = "Last instant to export." },
  { .name = "created_at", .type = CM_TIME, .doc = "When the job was started." },
  { .name = "expires_at", .type = CM_TIME, .doc = "When the file goes away." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The job as the API sent it." },
};

static const cm_read reads[] = {
  { .path = "/activities_export/{id}", .paging = CM_SINGLE, .missing = CM_MISSING_EMPTY },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/activities_export" },
};

const cm_resource cm_resource_activities_exports = {
  .name = "chartmogul_activities_exports",
  .doc = "A job that exports activities to a file; INSERT starts one.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .example = "SELECT status, file_url FROM chartmogul_activities_exports WHERE id = "
             "'00000000-0000-0000-0000-000000000000'",
};
