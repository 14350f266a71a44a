/*
** notes.c -- chartmogul_notes: a note or a call log about a customer or a contact.
** Data only.
**
** The older /customer_notes has the notes of customers too, and those of no contact: read beside this
** one, each of them would come twice.
*/
#include "resources/shared.h"

static const cm_column columns[] = {
  CM_UUID_COLUMN("note_"),
  CM_OWNER_COLUMNS("note"),
  { CM_COLUMN("type", CM_TEXT, CM_INSERT | CM_REQUIRED, "note or call.") },
  { CM_COLUMN("text", CM_TEXT, CM_WRITABLE, "What was noted.") },
  { CM_COLUMN("author", CM_TEXT, CM_READ_ONLY, "Who wrote it: name and address.") },
  { CM_COLUMN("call_duration", CM_INTEGER, CM_WRITABLE, "Length of the call in seconds.") },
  { CM_COLUMN("created_at", CM_TIME, CM_WRITABLE, "When it was created.") },
  { CM_COLUMN("updated_at", CM_TIME, CM_UPDATE, "When it was last changed.") },
  { CM_COLUMN(
        "author_email", CM_TEXT, CM_HIDDEN | CM_WRITABLE,
        "E-mail address of the author, to write or to look for; a row shows the one looked for."),
    .path = "@bound", .body = "author_email" },
  CM_CUSTOMER_NAME_COLUMNS,
  CM_JSON_COLUMN("The note as the API sent it."),
};

static const cm_word types[] = { CM_WORD("note"), CM_WORD("call"), { NULL, NULL } };

static const cm_filter list[] = {
  CM_OWNER_FILTERS,
  { .column = "type", .param = "type", .words = types },
  { .column = "author_email", .param = "author_email" },
  { 0 },
};

static const cm_read reads[] = {
  { CM_ONE("/notes/{uuid}"), .is_listed = true },
  { CM_PAGES("/notes", "entries"), .filters = list, .pages = 20 },
};

static const cm_write writes[] = {
  { CM_CALL(CM_VERB_INSERT, "POST", "/notes"), .example = "customer_uuid text" },
  { CM_CALL(CM_VERB_UPDATE, "PATCH", "/notes/{uuid}") },
  { CM_CALL(CM_VERB_DELETE, "DELETE", "/notes/{uuid}"), .columns = "" },
};

static const cm_reference references[] = {
  { CM_CUSTOMER_REFERENCE },
  { 0 },
};

static const cm_example examples[] = {
  { "What was noted of late about customers that pay much?",
    "SELECT date(n.created_at) AS day, c.name, n.type, n.text, n.author\n"
    "FROM chartmogul_notes AS n JOIN chartmogul_customers AS c ON c.uuid = n.customer_uuid\n"
    "WHERE c.mrr >= 100000 AND n.created_at >= datetime('now', '-180 days')\n"
    "ORDER BY n.created_at DESC" },
  { "How long do calls take, user by user?",
    "SELECT author, count(*) AS calls, sum(call_duration) / 60 AS minutes\n"
    "FROM chartmogul_notes\n"
    "WHERE type = 'call'\n"
    "GROUP BY author ORDER BY minutes DESC" },
  { "Which large customers has nobody called for half a year?",
    "SELECT c.name, c.mrr / 100.0 AS mrr, date(max(n.created_at)) AS last_call\n"
    "FROM chartmogul_customers AS c\n"
    "LEFT JOIN chartmogul_notes AS n ON n.customer_uuid = c.uuid AND n.type = 'call'\n"
    "WHERE c.status = 'Active' AND c.mrr >= 200000\n"
    "GROUP BY c.uuid\n"
    "HAVING last_call IS NULL OR last_call < date('now', '-6 months')\n"
    "ORDER BY c.mrr DESC" },
  { "Write down a call with a customer.",
    "INSERT INTO chartmogul_notes (customer_uuid, type, text, call_duration, author_email)\n"
    "SELECT uuid, 'call', 'Wants to pay by invoice from March on.', 540,\n"
    "       'ben.harris@example.com'\n"
    "FROM chartmogul_customers WHERE email = 'grace.ellis@swiftloop.example.org'" },
  { 0 },
};

const cm_resource cm_resource_notes = {
  .name = "chartmogul_notes",
  .doc = "A note or a call log about a customer or a contact.",
  CM_COLUMNS(columns),
  CM_READS(reads),
  CM_WRITES(writes),
  .references = references,
  .extras = &(const cm_resource_extras){ CM_OWNERS, .young = "/notes" },
  .examples = examples,
  .example = "SELECT type, text, author FROM chartmogul_notes LIMIT 10",
};
