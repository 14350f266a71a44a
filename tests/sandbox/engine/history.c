#include "history.h"

#include <stdlib.h>
#include <string.h>

static char *render(sb_account *account, const sb_resource *resource, int64_t id, unsigned form) {
  sb_view view = { .form = form, .with_histories = true };
  sb_text out = { 0 };
  sb_render_id(account, resource, &view, id, &out);
  return sb_text_take(&out);
}

static bool has_history(const sb_resource *resource) {
  for (const sb_member *member = resource->members; member->name; member++)
    if (member->flags & SB_HISTORY) return true;
  return false;
}

char *sb_history_before(sb_call *call, const sb_resource *resource, int64_t id) {
  if (!has_history(resource)) return NULL;
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT data_source_id FROM %s WHERE id = ?", resource->table);
  int64_t data_source_id = sb_db_int(call->account->db, 0, sql.bytes, "i", id);
  sb_text_clear(&sql);
  if (!sb_is_user_edit(call, data_source_id)) return NULL;
  return render(call->account, resource, id, SB_FORM_SINGLE);
}

/* The value before the first edit stays the original one. */
static const cJSON *original_of(const cJSON *old_record, const char *name) {
  const cJSON *history = cJSON_GetObjectItemCaseSensitive(old_record, "edit_history_summary");
  const cJSON *values = cJSON_GetObjectItemCaseSensitive(history, "values_changed");
  const cJSON *value = cJSON_GetObjectItemCaseSensitive(values, name);
  const cJSON *original = cJSON_GetObjectItemCaseSensitive(value, "original_value");
  return original ? original : cJSON_GetObjectItemCaseSensitive(old_record, name);
}

static cJSON *changed_values(const cJSON *sent, const cJSON *old_record, const cJSON *new_record) {
  const cJSON *history = cJSON_GetObjectItemCaseSensitive(old_record, "edit_history_summary");
  const cJSON *known = cJSON_GetObjectItemCaseSensitive(history, "values_changed");
  cJSON *values = known ? cJSON_Duplicate(known, 1) : cJSON_CreateObject();
  for (const cJSON *one = sent->child; one; one = one->next) {
    const cJSON *was = cJSON_GetObjectItemCaseSensitive(old_record, one->string);
    const cJSON *is = cJSON_GetObjectItemCaseSensitive(new_record, one->string);
    if (!was || !is || cJSON_Compare(was, is, 1)) continue;
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddItemToObject(entry, "original_value",
                          cJSON_Duplicate(original_of(old_record, one->string), 1));
    cJSON_AddItemToObject(entry, "edited_value", cJSON_Duplicate(is, 1));
    cJSON_DeleteItemFromObjectCaseSensitive(values, one->string);
    cJSON_AddItemToObject(values, one->string, entry);
  }
  return values;
}

void sb_history_record(sb_call *call, const sb_resource *resource, int64_t id, const cJSON *sent,
                       const char *before) {
  if (!before) return;
  sb_account *account = call->account;
  char *after = render(account, resource, id, SB_FORM_SINGLE);
  cJSON *old_record = cJSON_Parse(before), *new_record = cJSON_Parse(after);
  cJSON *values = changed_values(sent, old_record, new_record);
  if (values->child) {
    sb_row row = { .resource = resource };
    sb_text history = { 0 };
    char *words = cJSON_PrintUnformatted(values);
    sb_text_printf(&history,
                   "{\"values_changed\":%s,\"latest_edit_author\":\"api@example.com\","
                   "\"latest_edit_performed_at\":\"",
                   words);
    sb_time_write(&history, account->clock_ms, SB_STYLE_MS);
    sb_text_puts(&history, "\"}");
    sb_row_text(&row, "edit_history", history.bytes);
    sb_row_update(account, &row, id);
    sb_row_clear(&row);
    sb_text_clear(&history);
    free(words);
  }
  cJSON_Delete(values);
  cJSON_Delete(old_record);
  cJSON_Delete(new_record);
  free(after);
}

bool sb_is_automatic(sb_account *account, int64_t data_source_id) {
  return sb_db_int(account->db, 0,
                   "SELECT system NOT IN ('Custom', 'Import API', 'Google Sheets')"
                   " FROM data_sources WHERE id = ?",
                   "i", data_source_id) != 0;
}

bool sb_is_user_edit(const sb_call *call, int64_t data_source_id) {
  return sb_call_flag(call, "handle_as_user_edit") &&
         sb_is_automatic(call->account, data_source_id);
}
