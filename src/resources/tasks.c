/*
** tasks.c -- chartmogul_tasks: a task about a customer or a contact.
** Data only.
*/
#include "resources.h"

static const cm_column columns[] = {
  { .name = "uuid",
    .type = CM_TEXT,
    .flags = CM_KEY,
    .path = "task_uuid",
    .doc = "ChartMogul's identifier, which the API calls task_uuid." },
  { .name = "customer_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Customer, NULL for a task of a contact; INSERT may give customer_external_id and "
           "data_source_uuid instead." },
  { .name = "contact_uuid",
    .type = CM_TEXT,
    .flags = CM_INSERT,
    .path = "associated_object_uuid",
    .only = "associated_object=contact",
    .body = "associated_object_identifier.value",
    .beside = "associated_object_identifier.associated_object=contact "
              "associated_object_identifier.method=uuid",
    .sample = "con_00000000-0000-0000-0000-000000000000",
    .doc = "Contact, NULL for a task of a customer; INSERT gives this or the customer." },
  { .name = "associated_object", .type = CM_TEXT, .doc = "Whose it is: customer or contact." },
  { .name = "associated_object_uuid",
    .type = CM_TEXT,
    .sample = "cus_00000000-0000-0000-0000-000000000000",
    .doc = "Identifier of that customer or contact." },
  { .name = "task_details",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .sample = "Call back",
    .doc = "What is to be done, at most 255 characters." },
  { .name = "assignee",
    .type = CM_TEXT,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "E-mail address of the ChartMogul user in charge." },
  { .name = "due_date",
    .type = CM_TIME,
    .flags = CM_WRITABLE | CM_REQUIRED | CM_NO_NULL,
    .doc = "When it has to be done." },
  { .name = "completed_at",
    .type = CM_TIME,
    .flags = CM_WRITABLE,
    .doc = "When it was done; NULL for an open task." },
  { .name = "completed",
    .type = CM_BOOLEAN,
    .path = "?completed_at",
    .doc = "1 where it is done: completed_at is set." },
  { .name = "created_at", .type = CM_TIME, .doc = "When it was created." },
  { .name = "updated_at", .type = CM_TIME, .doc = "When it was last changed." },
  { .name = "customer_external_id",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "",
    .doc = "External id of the customer, for INSERT; always NULL when read." },
  { .name = "data_source_uuid",
    .type = CM_TEXT,
    .flags = CM_HIDDEN | CM_INSERT,
    .path = "@bound",
    .body = "",
    .sample = "ds_00000000-0000-0000-0000-000000000000",
    .doc = "Data source of the customer, for INSERT; always NULL when read." },
  { .name = "json",
    .type = CM_JSON,
    .flags = CM_HIDDEN,
    .path = "@row",
    .doc = "The task as the API sent it." },
};

/* Whose they are goes by the identifier. */
static const cm_word owners[] = { { "cus_", "customer_uuid" },
                                  { "con_", "contact_uuid" },
                                  { NULL, NULL } };

static const cm_filter list[] = {
  { .column = "customer_uuid", .param = "customer_uuid" },
  { .column = "contact_uuid", .param = "contact_uuid" },
  { .column = "associated_object_uuid", .param = "customer_uuid|contact_uuid", .prefixes = owners },
  { .column = "assignee", .param = "assignee" },
  { .column = "completed", .param = "completed" },
  { .column = "due_date", .param = "due_date_on_or_after", .op = CM_GE },
  { .column = "due_date", .param = "due_date_on_or_before", .op = CM_LE },
  { 0 },
};

static const cm_read reads[] = {
  { .path = "/tasks/{uuid}", .paging = CM_SINGLE, .missing = CM_MISSING_EMPTY, .is_listed = true },
  { .path = "/tasks", .paging = CM_CURSOR, .rows = "entries", .filters = list, .pages = 20 },
};

static const cm_write writes[] = {
  { .verb = CM_VERB_INSERT, .method = "POST", .path = "/tasks", .example = "customer_uuid" },
  { .verb = CM_VERB_UPDATE, .method = "PATCH", .path = "/tasks/{uuid}" },
  { .verb = CM_VERB_DELETE, .method = "DELETE", .path = "/tasks/{uuid}", .columns = "" },
};

static const cm_reference references[] = {
  { .column = "customer_uuid",
    .resource = "chartmogul_customers",
    .external_id = "customer_external_id",
    .data_source = "data_source_uuid" },
  { 0 },
};

const cm_resource cm_resource_tasks = {
  .name = "chartmogul_tasks",
  .doc = "A task about a customer or a contact.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .owners = "customer_uuid contact_uuid",
  .example =
      "SELECT task_details, assignee, due_date FROM chartmogul_tasks WHERE completed = 0 ORDER BY "
      "due_date",
};
