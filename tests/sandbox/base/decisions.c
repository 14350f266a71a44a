#include "decisions.h"

#include "timestamp.h"

#include <stdio.h>
#include <string.h>

typedef enum switch_type { NUMBER, FLAG, CHOICE, DAY } switch_type;

typedef struct switch_row {
  const char *name;
  size_t offset;
  switch_type type;
  int64_t number;      /* the default of numbers and flags */
  const char *choices; /* "first|second", the default comes first; of a day: the day */
} switch_row;

#define SWITCH(member, type, number, choices)                                                      \
  { #member, offsetof(sb_decisions, member), type, number, choices }

/*
** Decided without a switch, because a client cannot tell or a test can send what it likes: bodies of
** 402, 403, 405, 502 and 503 (a fault makes any); the allowed intervals of metrics (all of the five);
** a per_page above 200 (documented: 200); a bulk import of more than 5 MB (413), of more than 1,000 customers or with a name that another one has
** (422); how long a cursor is good (for ever); both forms of the
** body that disables an event by external id are taken; a note or task with both owners, or without one,
** is refused with 422, with an unknown one with 404; /customer_notes shows the rows of /notes that customers
** own, and its single calls take a contact's too; /data_sources/{ds}/dependent empties like
** /all; PUT /import/customers/{cus}/invoices and /import/{data_sources,customers,plans} are unknown; the scale of currencies without minor
** units (the account counts in US dollars); a filter that is no date narrows nothing, an unknown value
** of an enumeration finds nothing, and one of a flag or of validation_type is as if it were not sent; conditional requests (none).
*/
static const switch_row switches[] = {
  /* -- statuses -- */

  /* The client libraries test for the texts of a duplicate, and one shows it as a 422. */
  SWITCH(duplicate_status, NUMBER, 422, NULL),
  /* A key that may only read: no recording of a write; 403 is what the documentation calls
     "forbidden". */
  SWITCH(read_only_status, NUMBER, 403, NULL),
  /* A known path with a verb that it lacks. One report has 405 for an empty path segment. */
  SWITCH(wrong_verb_status, NUMBER, 405, NULL),
  /* A change that the record's state forbids: disabling on a source that is not automatic,
     deleting what must not be. */
  SWITCH(forbidden_status, NUMBER, 422, NULL),
  /* Transactions are recorded with 201; the mocks of line items say 200. */
  SWITCH(line_item_create_status, NUMBER, 201, NULL),
  /* DELETE of a line item or transaction: mocks say 204, the documentation shows `{}`, which
     is a 200. */
  SWITCH(child_delete_status, NUMBER, 204, NULL),
  /* POST of a bulk import: every mock says 200. */
  SWITCH(json_import_status, NUMBER, 200, NULL),
  /* DELETE of custom attributes when none is left: 204 in 2023, 200 with a body in 2016. */
  SWITCH(custom_delete_status, NUMBER, 204, NULL),
  /* An import in which every invoice has errors: the documentation says 201 all the same. */
  SWITCH(invoice_errors_status, NUMBER, 201, NULL),
  /* PUT .../status: 202 by report, every mock says 200. */
  SWITCH(status_change_status, NUMBER, 202, NULL),
  /* DELETE of sources, contacts, notes and tasks: 202 with a message, recorded in 2026-09 on a development
     instance; the older answers are 204 and 200 `{}`. */
  SWITCH(deletes, CHOICE, 0, "message|older"),
  /* What a PATCH answers with 304: recorded for one without any member that can be changed, of notes and
     tasks; a client's mock has it for one that repeats what is there; other resources may follow. */
  SWITCH(unchanged_patch, CHOICE, 0, "empty|repeated|everywhere"),

  /* -- bodies -- */

  /* The body of a 429 of the rate limit: none was recorded. */
  SWITCH(limit_body, CHOICE, 0, "grape|rails|text"),
  /* Its words: of the requests in a second, or of the computing time in a minute; both by report. */
  SWITCH(limit_text, CHOICE, 0, "requests|time"),
  /* GET /account?include=nonsense: the Node client sends it with a warning, one of its mocks is a
     400. */
  SWITCH(unknown_include, CHOICE, 0, "ignore|refuse"),
  /* The settings of the account: texts and booleans in the documentation, objects in a mock. */
  SWITCH(account_settings, CHOICE, 0, "scalars|objects"),
  /* The settings of a source that nobody has changed: a true recording had none, and an empty
     processing_status. */
  SWITCH(source_settings, CHOICE, 0, "present|absent"),
  /* The status of a fresh source: idle today, never_imported in 2016. */
  SWITCH(source_status, CHOICE, 0, "idle|never_imported"),
  /* The answer of PUT .../status: a message in the documentation, a record in a mock. */
  SWITCH(status_answer, CHOICE, 0, "message|record"),
  /* An invoice that exists: told in its `errors`, or the whole request is refused. */
  SWITCH(duplicate_invoice, CHOICE, 0, "errors|refuse"),
  /* What stands in `errors`: the client libraries' constants are texts, the documentation speaks
     of messages. */
  SWITCH(errors_form, CHOICE, 0, "text|list"),
  /* GET /line_items and /transactions by external id: a list by the code of three clients, one object in
     the documentation. */
  SWITCH(by_external_id, CHOICE, 0, "wrapped|bare"),
  /* The same for a pair that nothing has: an empty list, or 404. */
  SWITCH(external_id_missing, CHOICE, 0, "empty|404"),
  /* POST of a line item: bare by four clients, {"line_items": [...]} by the fifth. */
  SWITCH(line_item_answer, CHOICE, 0, "bare|wrapped"),
  /* Tags and attributes by an address that no customer has: a live call did not fail; the search says
     404. */
  SWITCH(email_missing, CHOICE, 0, "empty|404"),
  /* The answer of PATCH and of disabling an event: flat is recorded for POST. */
  SWITCH(event_answer, CHOICE, 0, "bare|wrapped"),
  /* A plan group that does not exist: a page of HTML was recorded in 2020, nothing since. */
  SWITCH(plan_group_missing, CHOICE, 0, "html|json"),
  /* last_seen of a contact: recorded in 2026-09, absent before. */
  SWITCH(contact_last_seen, FLAG, 1, NULL),
  /* lead_status, the three subscriber statuses and last_seen of customers: recorded in 2026-09 on a
     development instance, absent before. */
  SWITCH(customer_statuses, FLAG, 1, NULL),
  /* How computed money is written: whole since 2021, with a fraction in 2018; text has never
     been seen there. */
  SWITCH(numbers, CHOICE, 0, "integer|float|string"),
  /* Members that the documentation has and no recording: status, disabled, user_created and so
     on. */
  SWITCH(newer_members, FLAG, 1, NULL),
  /* A member that no client knows, in every object. */
  SWITCH(extra_members, FLAG, 0, NULL),

  /* -- lists -- */

  /* Which families of notes the account serves: both stand in the clients of 2026-09, /notes is
     recorded on a development instance only. */
  SWITCH(notes_path, CHOICE, 0, "both|customer_notes|notes"),
  /* Whether the notes of a customer include those of its contacts. */
  SWITCH(notes_of_contacts, FLAG, 0, NULL),

  /* `opaque` is today's documentation; `next_uuid` names the next row and starts behind it, as
     recorded in 2023. */
  SWITCH(activities_cursor, CHOICE, 0, "opaque|next_uuid"),
  /* Contacts, plans, plan groups and a customer's activities were oldest first until 2023-09; no
     order is promised. */
  SWITCH(list_order, CHOICE, 0, "newest|oldest"),
  /* GET /customers?email=: known from a connector's tables only; the search is documented. */
  SWITCH(customers_by_email, FLAG, 0, NULL),
  /* event_date and effective_date of the list of events: the day, or that very instant. */
  SWITCH(event_dates, CHOICE, 0, "day|instant"),
  /* A plain day as the end of activities: with that day, or up to its midnight. */
  SWITCH(activities_end, CHOICE, 0, "whole_day|midnight"),
  /* The interval of metrics when none is asked for: the older documentation names the month. */
  SWITCH(metrics_interval, CHOICE, 0, "month|day|week|quarter|year"),
  /* Metrics without dates: refused, or the last year. */
  SWITCH(metrics_dates, CHOICE, 0, "required|optional"),
  /* What the summary of a level compares: recordings only show that it is not always the last two
     entries. */
  SWITCH(metrics_summary, CHOICE, 0, "now|entries"),

  /* -- writes -- */

  /* PATCH of a customer with tags: the recorded case began without any. */
  SWITCH(patch_tags, CHOICE, 0, "replace|extend"),
  /* POST of a custom attribute that exists: the documentation calls POST adding. */
  SWITCH(existing_custom, CHOICE, 0, "replace|refuse"),
  /* PUT of a custom attribute that does not exist: dropped like the unknown keys of contacts,
     or refused. */
  SWITCH(unknown_custom, CHOICE, 0, "ignore|refuse"),
  /* Contacts and opportunities drop custom keys that the app does not define: recorded. Off
     takes every key. */
  SWITCH(defined_custom_only, FLAG, 1, NULL),
  /* PATCH of a contact with customer_uuid, customer_external_id, data_source_uuid: three clients send
     them, a mock shows the contact moved; null detaches it here. Off drops them. */
  SWITCH(contact_moves, FLAG, 1, NULL),
  /* POST of a source with `system`: one client can send it, what it does is unknown. */
  SWITCH(sent_system, CHOICE, 0, "ignore|take"),
  /* PATCH of a line item with external_id: two clients can send it, the newest form lacks it. */
  SWITCH(line_item_external_id, CHOICE, 0, "take|ignore"),
  /* An opportunity of type `arr`: the newest parameter list has it, no answer was recorded. */
  SWITCH(opportunity_arr, FLAG, 1, NULL),
  /* Disabling is for automatic sources; on lets tests disable records of every source. */
  SWITCH(disable_anywhere, FLAG, 0, NULL),
  /* Deleting a plan that invoices use: the documentation does not forbid it. */
  SWITCH(delete_used_plan, FLAG, 1, NULL),
  /* Deleting a customer of an automatic source: the documentation says it is meant for others. */
  SWITCH(delete_automatic_customer, FLAG, 1, NULL),
  /* Whether the amount of a line includes its tax, which then is no revenue. */
  SWITCH(tax_included, FLAG, 1, NULL),
  /* The system of a source made through the API is always Custom; another name makes it an
     automatic one for tests. */
  SWITCH(source_system, CHOICE, 0, "Custom|Import API|Stripe|Chargebee|Recurly|Braintree"),

  /* -- jobs and time -- */

  /* How a bulk import ends; the name of a failure is a guess. A failed one took nothing, or stopped in the middle; `error`
     is a member that one client reads. */
  SWITCH(import_failure, CHOICE, 0, "none|failed|failed_with_words|failed_midway"),
  /* What an import does with a record that is wrong: it is left out, or stored with errors, as invoices are
     elsewhere. */
  SWITCH(import_invalid, CHOICE, 0, "leave_out|store"),
  /* The words for the end of an import, a record that was taken and one that was not: the documentation has completed and
     imported, and none for the third. */
  SWITCH(import_words, CHOICE, 0, "documented|others"),
  /* Where status_details says why: in the object of the kind, in a list of its records, or nowhere. */
  SWITCH(import_errors, CHOICE, 0, "text|records|none"),
  /* What status_details has of a customer: an object for each kind of record, its status alone, or nothing. */
  SWITCH(import_details, CHOICE, 0, "kinds|customers|none"),
  /* The documentation shows the source of an import without its prefix. */
  SWITCH(import_source_prefix, FLAG, 0, NULL),
  /* How an export ends; the name of a failure is a guess. */
  SWITCH(export_failure, CHOICE, 0, "none|failed"),
  /* A bulk import is found by its external id, says the documentation; by its id as well, probably. */
  SWITCH(import_by_external_id, FLAG, 1, NULL),
  SWITCH(import_by_id, FLAG, 1, NULL),
  /* How many times a job is looked at before it is done. */
  SWITCH(polls_until_done, NUMBER, 2, NULL),
  /* A row that was deleted with 202 may be there a while longer. */
  SWITCH(delete_delay_ms, NUMBER, 0, NULL),
  /* The import side does not know a fresh customer for a while: on, it knows those only that have a
     subscription. */
  SWITCH(late_import_side, FLAG, 0, NULL),
  /* Real imports show in subscriptions, activities and metrics minutes later. */
  SWITCH(processing_delay_ms, NUMBER, 0, NULL),
  /* Merges and connections are answered with 202 and done later; a minute in reality. */
  SWITCH(async_delay_ms, NUMBER, 100, NULL),
  /* The day of the account's clock; setting it moves the clock there. What is dated later has
     not happened yet. */
  SWITCH(today, DAY, 0, "2025-12-31"),

  /* -- the wire -- */

  /* Large bodies came both with a length and in chunks. */
  SWITCH(http_chunked, FLAG, 0, NULL),
  SWITCH(gzip, FLAG, 1, NULL),
  SWITCH(gzip_from_bytes, NUMBER, 1024, NULL),
  /* The real limits are 40 requests in a second and 20 at once; off (0) unless asked for. */
  SWITCH(rate_limit_per_second, NUMBER, 0, NULL),
  /* No recording has a Retry-After; -1 leaves it out. */
  SWITCH(rate_limit_retry_after, NUMBER, -1, NULL),
  SWITCH(max_connections, NUMBER, 0, NULL),
  SWITCH(latency_ms, NUMBER, 0, NULL),
  /* Real latencies have a tail: of so many answers one takes a second; 0: none. */
  SWITCH(slow_every, NUMBER, 0, NULL),

  /* -- others at work -- */

  /* Customers change their status while their list is read: with each page of it some, which ones
     the number says; 0: none. */
  SWITCH(statuses_move, NUMBER, 0, NULL),
};

static const size_t switch_count = sizeof switches / sizeof *switches;

bool sb_is_on(const sb_decisions *decisions, size_t flag) {
  return !flag || *(const int64_t *)(const void *)((const char *)decisions + flag);
}

static int64_t *number_of(sb_decisions *decisions, const switch_row *row) {
  return (int64_t *)(void *)((char *)decisions + row->offset);
}

static char *text_of(sb_decisions *decisions, const switch_row *row) {
  return (char *)decisions + row->offset;
}

static bool is_text(const switch_row *row) {
  return row->type == CHOICE || row->type == DAY;
}

void sb_decisions_init(sb_decisions *decisions) {
  for (size_t i = 0; i < switch_count; i++) {
    const switch_row *row = &switches[i];
    if (is_text(row))
      snprintf(text_of(decisions, row), SB_SWITCH_TEXT, "%.*s", (int)strcspn(row->choices, "|"),
               row->choices);
    else
      *number_of(decisions, row) = row->number;
  }
}

void sb_decisions_write(const sb_decisions *decisions, sb_text *out) {
  for (size_t i = 0; i < switch_count; i++) {
    const switch_row *row = &switches[i];
    sb_text_printf(out, "%s\"%s\":", i ? "," : "{", row->name);
    const char *member = (const char *)decisions + row->offset;
    if (is_text(row))
      sb_text_json_puts(out, member);
    else if (row->type == FLAG)
      sb_text_puts(out, *(const int64_t *)(const void *)member ? "true" : "false");
    else
      sb_text_int(out, *(const int64_t *)(const void *)member);
  }
  sb_text_putc(out, '}');
}

static bool take_one(sb_decisions *decisions, const switch_row *row, const cJSON *value) {
  int64_t day_ms;
  switch (row->type) {
  case FLAG:
    if (!cJSON_IsBool(value)) return false;
    *number_of(decisions, row) = cJSON_IsTrue(value);
    return true;
  case NUMBER:
    if (!cJSON_IsNumber(value)) return false;
    *number_of(decisions, row) = (int64_t)value->valuedouble;
    return true;
  case CHOICE:
    if (!cJSON_IsString(value) || !sb_is_word_of(row->choices, '|', value->valuestring))
      return false;
    break;
  case DAY:
    if (!cJSON_IsString(value) || strlen(value->valuestring) != 10 ||
        !sb_time_parse(value->valuestring, &day_ms, NULL))
      return false;
    break;
  }
  snprintf(text_of(decisions, row), SB_SWITCH_TEXT, "%s", value->valuestring);
  return true;
}

static const switch_row *find_switch(const char *name) {
  for (size_t i = 0; i < switch_count; i++)
    if (strcmp(switches[i].name, name) == 0) return &switches[i];
  return NULL;
}

bool sb_decisions_take(sb_decisions *decisions, const cJSON *values, sb_text *problem) {
  sb_decisions changed = *decisions;
  if (!cJSON_IsObject(values)) {
    sb_text_puts(problem, "a JSON object of switches is needed");
    return false;
  }
  for (const cJSON *value = values->child; value; value = value->next) {
    const switch_row *row = find_switch(value->string);
    if (!row) {
      sb_text_printf(problem, "%s is no switch: GET /control/switches lists them", value->string);
      return false;
    }
    if (!take_one(&changed, row, value)) {
      sb_text_printf(problem, "%s: not a value of this switch%s%s", row->name,
                     row->type == CHOICE ? ", which takes " : "",
                     row->type == CHOICE ? row->choices : "");
      return false;
    }
  }
  *decisions = changed;
  return true;
}
