#include "row.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const sb_resource *sb_resource_find(const sb_account *account, sb_kind kind) {
  for (size_t i = 0; account->resources[i]; i++)
    if (account->resources[i]->kind == kind) return account->resources[i];
  return NULL;
}

bool sb_resource_has(sb_account *account, sb_kind kind, int64_t id) {
  char sql[128];
  snprintf(sql, sizeof sql, "SELECT 1 FROM %s WHERE id = ?",
           sb_resource_find(account, kind)->table);
  return id > 0 && sb_db_int(account->db, 0, sql, "i", id);
}

void sb_problems_add(sb_problems *problems, const char *param, const char *code, const char *format,
                     ...) {
  if (problems->count == SB_PROBLEM_MAX) return;
  char message[300];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  problems->items[problems->count++] = (sb_problem){ .param = param,
                                                     .code = code,
                                                     .message = sb_copy(message) };
}

void sb_problems_clear(sb_problems *problems) {
  for (size_t i = 0; i < problems->count; i++)
    free(problems->items[i].message);
  problems->count = 0;
}

void sb_row_clear(sb_row *row) {
  for (size_t i = 0; i < SB_MEMBER_MAX; i++)
    free(row->values[i].text);
  memset(row->values, 0, sizeof row->values);
}

static sb_value *value_of(const sb_row *row, const char *column) {
  const sb_member *members = row->resource->members;
  for (size_t i = 0; members[i].name; i++)
    if (sb_member_is_stored(&members[i]) && strcmp(sb_member_column(&members[i]), column) == 0)
      return (sb_value *)(uintptr_t)&row->values[i];
  sb_stop("%s has no column %s", row->resource->table, column);
}

static void set(sb_value *value, int tag, int64_t integer, char *text) {
  free(value->text);
  *value = (sb_value){ .tag = tag, .integer = integer, .text = text };
}

void sb_row_int(sb_row *row, const char *column, int64_t value) {
  set(value_of(row, column), SB_INTEGER, value, NULL);
}

void sb_row_text(sb_row *row, const char *column, const char *value) {
  set(value_of(row, column), value ? SB_STRING : SB_NULL, 0, sb_copy(value));
}

void sb_row_drop(sb_row *row, const char *column) {
  set(value_of(row, column), SB_NOT_GIVEN, 0, NULL);
}

bool sb_row_has(const sb_row *row, const char *column) {
  return value_of(row, column)->tag != SB_NOT_GIVEN;
}

bool sb_row_is_set(const sb_row *row, const char *column) {
  return value_of(row, column)->tag > SB_NULL;
}

int64_t sb_row_get_int(const sb_row *row, const char *column) {
  return value_of(row, column)->integer;
}

const char *sb_row_get_text(const sb_row *row, const char *column) {
  return value_of(row, column)->text;
}

static void set_initial(const sb_member *member, sb_value *value) {
  if (!member->initial)
    set(value, SB_NULL, 0, NULL);
  else if (sb_member_is_text(member))
    set(value, SB_STRING, 0, sb_copy(member->initial));
  else
    set(value, SB_INTEGER, strtoll(member->initial, NULL, 10), NULL);
}

/* Convert one value; NULL when it is fine, else what is wrong with it. */
static const char *read_value(sb_account *account, const sb_member *member, const cJSON *json,
                              sb_value *value) {
  int64_t number;
  switch (member->type) {
  case SB_TEXT:
    if (!cJSON_IsString(json)) return "is not a text";
    if (member->allowed && !sb_is_word_of(member->allowed, '|', json->valuestring))
      return "is not one of the allowed values";
    set(value, SB_STRING, 0, sb_copy(json->valuestring));
    return NULL;
  case SB_INT:
    if (!cJSON_IsNumber(json) || json->valuedouble != floor(json->valuedouble) ||
        fabs(json->valuedouble) > 9e15)
      return "is not a number";
    set(value, SB_INTEGER, (int64_t)json->valuedouble, NULL);
    return NULL;
  case SB_BOOL:
    if (!cJSON_IsBool(json)) return "is not a boolean";
    set(value, SB_INTEGER, cJSON_IsTrue(json), NULL);
    return NULL;
  case SB_UUID:
    number = cJSON_IsString(json) ? sb_uuid_parse((sb_kind)member->detail, json->valuestring) : 0;
    if (!sb_resource_has(account, (sb_kind)member->detail, number)) return "does not exist";
    set(value, SB_INTEGER, number, NULL);
    return NULL;
  case SB_TIME:
    if (!cJSON_IsString(json) || !sb_time_parse(json->valuestring, &number, NULL))
      return "is not a valid date";
    set(value, SB_INTEGER, number, NULL);
    return NULL;
  case SB_RAW: {
    char *words = cJSON_PrintUnformatted(json);
    set(value, SB_STRING, 0, words);
    return NULL;
  }
  default: sb_stop("member %s cannot be written", member->name);
  }
}

static bool is_blank(const cJSON *json) {
  return !json || cJSON_IsNull(json) || (cJSON_IsString(json) && !json->valuestring[0]);
}

void sb_row_read(sb_account *account, sb_row *row, const cJSON *json, unsigned operation,
                 sb_problems *problems) {
  const sb_member *members = row->resource->members;
  for (size_t i = 0; members[i].name; i++) {
    const sb_member *member = &members[i];
    sb_value *value = &row->values[i];
    if (!(member->flags & operation)) continue;
    const cJSON *sent = cJSON_GetObjectItemCaseSensitive(json, member->name);
    if (is_blank(sent) && member->flags & SB_REQUIRED && value->tag == SB_NOT_GIVEN &&
        (operation == SB_CREATE || sent)) {
      sb_problems_add(problems, member->name, "missing", "%s", member->name);
      continue;
    }
    if (!sent) continue;
    if (cJSON_IsNull(sent) && member->type != SB_RAW) {
      set_initial(member, value);
      continue;
    }
    const char *wrong = read_value(account, member, sent, value);
    if (wrong) sb_problems_add(problems, member->name, "invalid", "%s %s", member->name, wrong);
  }
}

void sb_row_load(sb_account *account, sb_row *row, int64_t id) {
  const sb_member *members = row->resource->members;
  sb_text sql = { 0 };
  sb_text_puts(&sql, "SELECT id");
  for (size_t i = 0; members[i].name; i++)
    if (sb_member_is_stored(&members[i]))
      sb_text_printf(&sql, ", %s", sb_member_column(&members[i]));
  sb_text_printf(&sql, " FROM %s WHERE id = ?", row->resource->table);
  sqlite3_stmt *statement = sb_db_query(account->db, sql.bytes, "i", id);
  bool found = sb_db_step(statement);
  int column = 0;
  for (size_t i = 0; found && members[i].name; i++) {
    if (!sb_member_is_stored(&members[i])) continue;
    column++;
    if (row->values[i].tag != SB_NOT_GIVEN) continue;
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
      set(&row->values[i], SB_NULL, 0, NULL);
    else if (sb_member_is_text(&members[i]))
      set(&row->values[i], SB_STRING, 0, sb_copy(sb_column_text(statement, column)));
    else
      set(&row->values[i], SB_INTEGER, sqlite3_column_int64(statement, column), NULL);
  }
  sb_db_done(statement);
  sb_text_clear(&sql);
}

void sb_row_check(const sb_row *row, sb_problems *problems) {
  const sb_member *members = row->resource->members;
  for (size_t i = 0; members[i].name; i++)
    if (members[i].flags & SB_REQUIRED && row->values[i].tag <= SB_NULL)
      sb_problems_add(problems, members[i].name, "missing", "%s", members[i].name);
}

static void bind_value(sqlite3_stmt *statement, int at, const sb_value *value) {
  if (value->tag == SB_INTEGER)
    sqlite3_bind_int64(statement, at, value->integer);
  else if (value->tag == SB_STRING)
    sqlite3_bind_text(statement, at, value->text, -1, SQLITE_STATIC);
  else
    sqlite3_bind_null(statement, at);
}

static void bind_member(sqlite3_stmt *statement, int at, const sb_member *member,
                        const sb_value *value, int64_t now_ms) {
  if (value->tag != SB_NOT_GIVEN) {
    bind_value(statement, at, value);
    return;
  }
  const char *column = sb_member_column(member);
  if (strcmp(column, "created_at") == 0 || strcmp(column, "updated_at") == 0)
    sqlite3_bind_int64(statement, at, now_ms);
  else if (!member->initial)
    sqlite3_bind_null(statement, at);
  else if (sb_member_is_text(member))
    sqlite3_bind_text(statement, at, member->initial, -1, SQLITE_STATIC);
  else
    sqlite3_bind_int64(statement, at, strtoll(member->initial, NULL, 10));
}

int64_t sb_row_insert(sb_account *account, const sb_row *row) {
  const sb_member *members = row->resource->members;
  sb_text sql = { 0 }, marks = { 0 };
  sb_text_printf(&sql, "INSERT INTO %s(id", row->resource->table);
  for (size_t i = 0; members[i].name; i++) {
    if (!sb_member_is_stored(&members[i])) continue;
    sb_text_printf(&sql, ", %s", sb_member_column(&members[i]));
    sb_text_puts(&marks, ", ?");
  }
  sb_text_printf(&sql, ") VALUES(?%s)", marks.bytes);
  sqlite3_stmt *statement = sb_db_statement(account->db, sql.bytes);
  int64_t id = sb_account_number(account, row->resource->kind);
  int64_t now_ms = sb_account_tick(account);
  int at = 1;
  sqlite3_bind_int64(statement, at++, id);
  for (size_t i = 0; members[i].name; i++)
    if (sb_member_is_stored(&members[i]))
      bind_member(statement, at++, &members[i], &row->values[i], now_ms);
  sb_db_step(statement);
  sb_db_done(statement);
  sb_text_clear(&sql);
  sb_text_clear(&marks);
  return id;
}

void sb_row_update(sb_account *account, const sb_row *row, int64_t id) {
  const sb_member *members = row->resource->members;
  sb_text sql = { 0 };
  int64_t now_ms = sb_account_tick(account);
  sb_text_printf(&sql, "UPDATE %s SET id = id", row->resource->table);
  for (size_t i = 0; members[i].name; i++) {
    if (row->values[i].tag != SB_NOT_GIVEN)
      sb_text_printf(&sql, ", %s = ?", sb_member_column(&members[i]));
    else if (strcmp(members[i].name, "updated_at") == 0)
      sb_text_printf(&sql, ", updated_at = %lld", (long long)now_ms);
  }
  sb_text_puts(&sql, " WHERE id = ?");
  /* Not kept: each set of columns is a statement of its own. */
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(sb_db_handle(account->db), sql.bytes, -1, &statement, NULL) != SQLITE_OK)
    sb_stop("%s in: %s", sqlite3_errmsg(sb_db_handle(account->db)), sql.bytes);
  int at = 1;
  for (size_t i = 0; members[i].name; i++)
    if (row->values[i].tag != SB_NOT_GIVEN) bind_value(statement, at++, &row->values[i]);
  sqlite3_bind_int64(statement, at, id);
  sb_db_step(statement);
  sqlite3_finalize(statement);
  sb_text_clear(&sql);
}

void sb_row_delete(sb_account *account, const sb_resource *resource, int64_t id) {
  sb_account_tick(account);
  if (resource->remove) {
    resource->remove(account, id);
    return;
  }
  char sql[128];
  snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id = ?", resource->table);
  sb_db_run(account->db, sql, "i", id);
}
