/*
** subscription_events.c -- chartmogul_subscription_events: an event in the life of a subscription.
** Data only.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  { CM_COLUMN("id", CM_INTEGER, CM_KEY, "ChartMogul's number of the event.") },
  { CM_COLUMN("external_id", CM_TEXT, CM_WRITABLE, "Identifier in the billing system."),
    .sample = "event-1" },
  { CM_COLUMN("data_source_uuid", CM_TEXT, CM_INSERT | CM_REQUIRED, "Data source of the event."),
    .sample = CM_SAMPLE_UUID("ds_") },
  { CM_COLUMN("customer_external_id", CM_TEXT, CM_NEVER_NULL, "External id of the customer."),
    .sample = "customer-1" },
  { CM_COLUMN("subscription_external_id", CM_TEXT, CM_NEVER_NULL,
              "External id of the subscription."),
    .sample = "subscription-1" },
  { CM_COLUMN("subscription_set_external_id", CM_TEXT, CM_WRITABLE,
              "Identifier of the set of subscriptions it belongs to.") },
  { CM_COLUMN("event_type", CM_TEXT, CM_NEVER_NULL,
              "What happened, such as subscription_start or subscription_cancelled."),
    .sample = "subscription_cancelled" },
  { CM_COLUMN("event_date", CM_TIME, CM_NEVER_NULL, "When it became known.") },
  { CM_COLUMN("effective_date", CM_TIME, CM_NEVER_NULL, "When it takes effect.") },
  { CM_COLUMN("plan_external_id", CM_TEXT, CM_WRITABLE, "External id of the plan.") },
  { CM_COLUMN("currency", CM_TEXT, CM_WRITABLE, "Currency, three letters (ISO 4217).") },
  { CM_COLUMN("amount_in_cents", CM_INTEGER, CM_WRITABLE, "Amount in minor units.") },
  { CM_COLUMN("quantity", CM_INTEGER, CM_WRITABLE, "Number of units.") },
  { CM_COLUMN("tax_amount_in_cents", CM_INTEGER, CM_WRITABLE, "Tax in minor units.") },
  { CM_COLUMN("event_order", CM_INTEGER, CM_WRITABLE, "Order among what has the same date.") },
  { CM_COLUMN("retracted_event_id", CM_TEXT, CM_INSERT,
              "External id of the event that this one takes back.") },
  { CM_COLUMN("errors", CM_JSON, CM_READ_ONLY,
              "What makes the event invalid, an object; {} where nothing does.") },
  CM_CREATED_UPDATED_COLUMNS,
  CM_EDIT_COLUMNS("event"),
  CM_EDIT_PARAMETERS("events"),
  CM_JSON_COLUMN("The event as the API sent it."),
};

static const cm_word event_types[] = { CM_WORD("subscription_start"),
                                       CM_WORD("subscription_start_scheduled"),
                                       CM_WORD("scheduled_subscription_start_retracted"),
                                       CM_WORD("subscription_updated"),
                                       CM_WORD("subscription_update_scheduled"),
                                       CM_WORD("scheduled_subscription_update_retracted"),
                                       CM_WORD("subscription_cancelled"),
                                       CM_WORD("subscription_cancellation_scheduled"),
                                       CM_WORD("scheduled_subscription_cancellation_retracted"),
                                       CM_WORD("subscription_event_retracted"),
                                       { NULL, NULL } };

/* event_date and effective_date are not sent: whether the API means a day or an instant is not known. */
static const cm_filter list[] = {
  { .column = "data_source_uuid", .param = "data_source_uuid" },
  { .column = "external_id", .param = "external_id" },
  { .column = "customer_external_id", .param = "customer_external_id" },
  { .column = "subscription_external_id", .param = "subscription_external_id" },
  { .column = "plan_external_id", .param = "plan_external_id" },
  { .column = "event_type", .param = "event_type", .words = event_types },
  CM_EDIT_FILTERS,
  { 0 },
};

static const cm_read reads[] = {
  { CM_PAGES("/subscription_events", "subscription_events"), .filters = list, .pages = 50,
    .extras = &(const cm_read_extras){ .splits = cm_splits_by_source } },
};

/* UPDATE names the event inside its body; DELETE names it in the query, as a body is often stripped. */
static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/subscription_events"), .body = "subscription_event",
    .flags = CM_USER_EDIT },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/subscription_events"), .example = "effective_date",
    .columns = "id external_id customer_external_id subscription_external_id "
               "subscription_set_external_id event_type event_date effective_date plan_external_id "
               "currency amount_in_cents quantity tax_amount_in_cents event_order",
    .body = "subscription_event", .flags = CM_USER_EDIT },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/subscription_events/{id}/disabled_state"),
    .columns = "disabled", .flags = CM_ALONE | CM_USER_EDIT },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/subscription_events"),
    .query = "subscription_event%5Bid%5D={id}", .columns = "", .flags = CM_USER_EDIT },
};

static const cm_hidden hidden = { .query = "with_disabled=true" };

static const cm_natural_key natural_key = {
  CM_BY_EXTERNAL_ID("/subscription_events", "subscription_events"), .hidden = &hidden
};

static const cm_write record = CM_IMPORT_CALL("data_source_uuid:");

static const cm_bulk bulk = { .list = "subscription_events",
                              .write = &record,
                              .customer = "customer_external_id",
                              .after = "chartmogul_customers.external_id:customer_external_id "
                                       "chartmogul_plans.external_id:plan_external_id "
                                       "chartmogul_line_items.subscription_external_id:"
                                       "subscription_external_id" };

static const cm_example examples[] = {
  { "Which cancellations are to come, and what do they cost a month?",
    "SELECT date(e.effective_date) AS ends, c.name, c.mrr / 100.0 AS mrr\n"
    "FROM chartmogul_subscription_events AS e\n"
    "JOIN chartmogul_customers AS c ON c.external_id = e.customer_external_id\n"
    "  AND c.data_source_uuid = e.data_source_uuid\n"
    "WHERE e.event_type = 'subscription_cancellation_scheduled'\n"
    "  AND e.effective_date >= date('now')\n"
    "ORDER BY e.effective_date" },
  { "What has happened to one subscription?",
    "SELECT date(event_date) AS day, event_type, date(effective_date) AS takes_effect\n"
    "FROM chartmogul_subscription_events\n"
    "WHERE subscription_external_id = 'sub_0355'\n"
    "ORDER BY event_date" },
  { "How many events of each kind came in the last 90 days?",
    "SELECT event_type, count(*) AS events\n"
    "FROM chartmogul_subscription_events\n"
    "WHERE event_date >= date('now', '-90 days')\n"
    "GROUP BY event_type" },
  { "Note that a customer will leave.",
    "INSERT INTO chartmogul_subscription_events (data_source_uuid, external_id,\n"
    "  customer_external_id, subscription_external_id, event_type, event_date, effective_date)\n"
    "SELECT uuid, 'event-1', 'client_0036', 'sub_0031',\n"
    "       'subscription_cancellation_scheduled', date('now'), '2026-03-31'\n"
    "FROM chartmogul_data_sources WHERE name = 'Contracts'" },
  { 0 },
};

const cm_resource cm_resource_subscription_events = {
  .name = "chartmogul_subscription_events",
  .doc = "An event in the life of a subscription.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .extras = &(const cm_resource_extras){ .also_created_by = "/data_sources/{uuid}/json_imports",
                                         .after = "chartmogul_customers chartmogul_plans "
                                                  "chartmogul_invoices chartmogul_line_items" },
  .natural_key = &natural_key,
  .bulk = &bulk,
  .examples = examples,
  .example =
      "SELECT event_type, event_date, external_id FROM chartmogul_subscription_events LIMIT 10",
};
