/* Notes and calls of a customer or a contact, and the older family of endpoints for those of customers. */
#include "owner.h"
#include "resources.h"

#include <string.h>

static void complete_note(sb_call *call, sb_row *row, int64_t id) {
  const char *type = sb_row_get_text(row, "type");
  sb_check_user(call, row, "author_email");
  /* A call without a duration came back as a minute. */
  if (!id && type && strcmp(type, "call") == 0 && !sb_row_has(row, "call_duration"))
    sb_row_int(row, "call_duration", 60);
  if (!id && sb_row_has(row, "created_at"))
    sb_row_int(row, "updated_at", sb_row_get_int(row, "created_at"));
}

static void prepare_note(sb_call *call, sb_row *row, int64_t id) {
  complete_note(call, row, id);
  if (!id) sb_read_owner(call, row);
}

#define NOTE_UUID                                                                                  \
  { .name = "uuid", .column = "t.id", .type = SB_UUID, .detail = SB_NOTE, .flags = SB_COMPUTED }

#define NOTE_MEMBERS                                                                               \
  { .name = "type", .type = SB_TEXT, .flags = SB_CREATE | SB_REQUIRED, .allowed = "note|call" },   \
      { .name = "text", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },                        \
      { .name = "call_duration", .type = SB_INT, .flags = SB_BOTH, .initial = "0" },               \
      { .name = "author",                                                                          \
        .column = "user_name(t.author_email)",                                                     \
        .type = SB_TEXT,                                                                           \
        .flags = SB_COMPUTED },                                                                    \
      { .name = "author_email",                                                                    \
        .type = SB_TEXT,                                                                           \
        .flags = SB_BOTH | SB_HIDDEN,                                                              \
        .initial = "api@example.com" },                                                            \
      { .name = "created_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH },          \
      { .name = "updated_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_UPDATE }, {      \
    0                                                                                              \
  }

static const sb_member note_members[] = { NOTE_UUID, SB_OWNER_MEMBERS, NOTE_MEMBERS };

const sb_resource sb_notes = {
  .table = "notes",
  .label = "Note",
  .kind = SB_NOTE,
  .members = note_members,
  .indexes = "CREATE INDEX notes_created ON notes(created_at);"
             "CREATE INDEX notes_customer ON notes(customer_id, created_at);"
             "CREATE INDEX notes_contact ON notes(contact_id, created_at)",
  .prepare = prepare_note,
  .deleted = "iif(type = 'call', 'Call log', 'Note')",
  .says_unchanged = true,
};

/* The older family shows the same rows, those of customers only, without the members of owners. */
static const sb_member old_note_members[] = {
  NOTE_UUID,
  { .name = "customer_uuid",
    .column = "customer_id",
    .type = SB_UUID,
    .detail = SB_CUSTOMER,
    .flags = SB_CREATE | SB_REQUIRED },
  NOTE_MEMBERS,
};

const sb_resource sb_old_notes = {
  .table = "notes",
  .label = "Note",
  .kind = SB_NOTE,
  .members = old_note_members,
  .prepare = complete_note,
};

#define NOTE_FILTERS                                                                               \
  { .param = "type", .where = "t.type = ?", .type = SB_BY_TEXT },                                  \
      { .param = "author_email", .where = "t.author_email = ?", .type = SB_BY_TEXT }, {            \
    0                                                                                              \
  }

static const sb_filter note_filters[] = { SB_OWNER_FILTERS, NOTE_FILTERS };

static const sb_filter wide_note_filters[] = {
  { .param = "customer_uuid",
    .where =
        "?1 IN (t.customer_id, (SELECT customer_id FROM contacts c WHERE c.id = t.contact_id))",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER },
  { .param = "contact_uuid",
    .where = "t.contact_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CONTACT },
  NOTE_FILTERS,
};

static const sb_filter old_note_filters[] = {
  { .param = "customer_uuid",
    .where = "t.customer_id = ?",
    .type = SB_BY_UUID,
    .detail = SB_CUSTOMER,
    .absent = "t.customer_id IS NOT NULL" },
  NOTE_FILTERS,
};

static const sb_list note_list = {
  .resource = &sb_notes,
  .root = "entries",
  .time = "created_at",
  .filters = note_filters,
};

/* A customer's notes with those of its contacts. */
static const sb_list wide_note_list = {
  .resource = &sb_notes,
  .root = "entries",
  .time = "created_at",
  .filters = wide_note_filters,
};

void sb_note_list(sb_call *call) {
  sb_list_answer(call, call->account->decisions.notes_of_contacts ? &wide_note_list : &note_list);
}

const sb_list sb_old_note_list = {
  .resource = &sb_old_notes,
  .root = "entries",
  .time = "created_at",
  .filters = old_note_filters,
};

const sb_list sb_customer_note_list = {
  .resource = &sb_old_notes,
  .root = "entries",
  .scope = "t.customer_id = ?",
  .time = "created_at",
  .filters = old_note_filters,
};
