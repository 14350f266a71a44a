#include "resource.h"

#include <stdlib.h>

const char *sb_member_column(const sb_member *member) {
  return member->column ? member->column : member->name;
}

bool sb_member_is_stored(const sb_member *member) {
  return !(member->flags & SB_COMPUTED) && member->type != SB_OBJECT && member->type != SB_END &&
         member->type != SB_NESTED;
}

bool sb_member_is_text(const sb_member *member) {
  return member->type == SB_TEXT || member->type == SB_RAW || member->type == SB_ERRORS;
}

static void create_table(const sb_resource *resource, sb_text *sql) {
  sb_text_printf(sql, "CREATE TABLE %s(id INTEGER PRIMARY KEY", resource->table);
  for (const sb_member *member = resource->members; member->name; member++) {
    if (!sb_member_is_stored(member)) continue;
    sb_text_printf(sql, ", %s %s", sb_member_column(member),
                   sb_member_is_text(member) ? "TEXT" : "INTEGER");
    if (member->initial) sb_text_printf(sql, " DEFAULT '%s'", member->initial);
  }
  sb_text_printf(sql, "); %s;", resource->indexes ? resource->indexes : "");
}

void sb_resource_create_tables(sb_db *db, const sb_resource *const *resources) {
  sb_text sql = { 0 };
  for (size_t i = 0; resources[i]; i++)
    create_table(resources[i], &sql);
  sb_db_exec(db, sql.bytes);
  sb_text_clear(&sql);
}

const char *sb_json_text(const cJSON *json, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
}
