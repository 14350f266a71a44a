#include "../base/encode.h"
#include "call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What the parameters of a list's statement are bound to; a day binds two. */
#define BOUND_MAX 32

typedef struct bound {
  const char *text; /* borrowed; NULL: the number */
  char *owned;
  int64_t number;
} bound;

typedef struct selection {
  sb_text where;
  bound bounds[BOUND_MAX];
  int count;
} selection;

static void add_condition(selection *chosen, const char *condition) {
  sb_text_printf(&chosen->where, "%s(%s)", chosen->where.len ? " AND " : " WHERE ", condition);
}

static void bind_number(selection *chosen, int64_t number) {
  if (chosen->count < BOUND_MAX) chosen->bounds[chosen->count++].number = number;
}

static void bind_text(selection *chosen, char *text) {
  if (chosen->count == BOUND_MAX) {
    free(text);
    return;
  }
  chosen->bounds[chosen->count].owned = text;
  chosen->bounds[chosen->count++].text = text;
}

/* The condition behind `value` in "value:condition|value:condition"; NULL when there is none. */
static char *find_choice(const char *choices, const char *value) {
  size_t len = strlen(value);
  for (const char *at = choices; *at;) {
    size_t span = strcspn(at, "|");
    if (strcspn(at, ":") == len && memcmp(at, value, len) == 0)
      return sb_copy_len(at + len + 1, span - len - 1);
    at += span + (at[span] == '|');
  }
  return NULL;
}

static void add_time(selection *chosen, const sb_account *account, const sb_filter *filter,
                     const char *value) {
  int64_t at_ms;
  bool is_day;
  if (!sb_time_parse(value, &at_ms, &is_day)) return; /* an unreadable filter narrows nothing */
  bool means_end = filter->type == SB_BY_DAY_TO ||
                   (filter->type == SB_BY_DAY_END &&
                    sb_decided(account, activities_end, "whole_day"));
  add_condition(chosen, filter->where);
  if (filter->type == SB_BY_DAY && sb_decided(account, event_dates, "day")) {
    bind_number(chosen, sb_time_day(at_ms));
    bind_number(chosen, sb_time_day(at_ms) + SB_DAY_MS - 1);
  } else if (filter->type == SB_BY_DAY) {
    bind_number(chosen, at_ms);
    bind_number(chosen, at_ms);
  } else {
    bind_number(chosen, means_end && is_day ? at_ms + SB_DAY_MS - 1 : at_ms);
  }
}

static void add_filter(selection *chosen, const sb_account *account, const sb_filter *filter,
                       const char *value) {
  char *text;
  switch (filter->type) {
  case SB_BY_TEXT:
  case SB_BY_STATUS:
    text = sb_copy(value);
    for (char *at = text; filter->type == SB_BY_STATUS && *at; at++)
      if (*at == '_') *at = ' ';
    add_condition(chosen, filter->where);
    bind_text(chosen, text);
    return;
  case SB_BY_UUID:
    add_condition(chosen, filter->where);
    bind_number(chosen, sb_uuid_parse((sb_kind)filter->detail, value));
    return;
  case SB_BY_CHOICE:
    text = find_choice(filter->where, value);
    if (text)
      add_condition(chosen, text);
    else if (filter->absent)
      add_condition(chosen, filter->absent);
    free(text);
    return;
  default: add_time(chosen, account, filter, value); return;
  }
}

static void add_filters(selection *chosen, const sb_call *call, const sb_list *list) {
  if (list->scope) {
    add_condition(chosen, list->scope);
    bind_number(chosen, call->ids[0]);
  }
  for (const sb_filter *filter = list->filters; filter && filter->param; filter++) {
    const char *value = sb_call_parameter(call, filter->param);
    if (!sb_is_on(&call->account->decisions, filter->switched_by)) continue;
    if (value && *value)
      add_filter(chosen, call->account, filter, value);
    else if (filter->absent)
      add_condition(chosen, filter->absent);
  }
}

static void bind_selection(sqlite3_stmt *statement, const selection *chosen) {
  for (int i = 0; i < chosen->count; i++) {
    const bound *one = &chosen->bounds[i];
    if (one->text)
      sqlite3_bind_text(statement, i + 1, one->text, -1, SQLITE_STATIC);
    else
      sqlite3_bind_int64(statement, i + 1, one->number);
  }
}

static void clear_selection(selection *chosen) {
  for (int i = 0; i < chosen->count; i++)
    free(chosen->bounds[i].owned);
  sb_text_clear(&chosen->where);
}

/* "<time>&<key>" in Base64; the key is the uuid or the integer id, no time is an empty one. */
static void write_cursor(const sb_list *list, int64_t at_ms, int64_t id, sb_text *out) {
  sb_text plain = { 0 };
  if (at_ms != SB_NEVER) sb_time_write(&plain, at_ms, SB_STYLE_NANO);
  sb_text_putc(&plain, '&');
  if (list->has_id_key)
    sb_text_int(&plain, id + sb_kind_offset(list->resource->kind));
  else
    sb_uuid_write(&plain, list->resource->kind, id);
  sb_base64_encode(out, plain.bytes, plain.len);
  sb_text_clear(&plain);
}

/* A row as the place to go on behind; false when there is none with that uuid. */
static bool find_anchor(sb_account *account, const sb_list *list, const char *uuid, int64_t *at_ms,
                        int64_t *id) {
  sb_text sql = { 0 };
  *id = sb_uuid_parse(list->resource->kind, uuid);
  sb_text_printf(&sql, "SELECT %s FROM %s WHERE id = ?", list->time, list->resource->table);
  *at_ms = sb_db_int(account->db, SB_NEVER, sql.bytes, "i", *id);
  sb_text_clear(&sql);
  return *id && *at_ms != SB_NEVER;
}

static bool read_cursor(sb_account *account, const sb_list *list, const char *cursor,
                        int64_t *at_ms, int64_t *id) {
  sb_text plain = { 0 };
  if (list->is_anchored) return find_anchor(account, list, cursor, at_ms, id);
  bool is_right = sb_base64_decode(&plain, cursor, strlen(cursor)) && plain.len;
  char *key = is_right ? strchr(plain.bytes, '&') : NULL;
  is_right = key != NULL;
  if (is_right) {
    *key++ = 0;
    *at_ms = SB_NEVER;
    is_right = !*plain.bytes || sb_time_parse(plain.bytes, at_ms, NULL);
    if (list->has_id_key)
      *id = strtoll(key, NULL, 10) - sb_kind_offset(list->resource->kind);
    else
      *id = sb_uuid_parse(list->resource->kind, key);
  }
  sb_text_clear(&plain);
  return is_right && *id > 0;
}

/* The number of rows; that of a whole table is kept until something is written. */
static int64_t count_rows(sb_account *account, const char *table, const selection *chosen) {
  struct sb_counted *kept = NULL;
  const size_t places = sizeof account->counted / sizeof *account->counted;
  for (size_t i = 0; !chosen->where.len && i < places && !kept; i++)
    if (!account->counted[i].table || strcmp(account->counted[i].table, table) == 0)
      kept = &account->counted[i];
  if (kept && kept->table && kept->version == account->version) return kept->count;
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT count(*) FROM %s t%s", table,
                 chosen->where.bytes ? chosen->where.bytes : "");
  sqlite3_stmt *statement = sb_db_statement(account->db, sql.bytes);
  bind_selection(statement, chosen);
  sb_db_step(statement);
  int64_t count = sqlite3_column_int64(statement, 0);
  sb_db_done(statement);
  sb_text_clear(&sql);
  if (kept) *kept = (struct sb_counted){ table, account->version, count };
  return count;
}

/* A page on its way into the answer. */
typedef struct page {
  int per_page;
  int64_t number; /* of the deprecated parameter `page`; 0 when it is not sent or not known here */
  int64_t total;  /* pages */
  bool is_first;
  bool has_rows;
  bool has_more;
  int64_t last_at_ms;
  int64_t last_id;
  int64_t next_id; /* of the row behind the page; 0 on the last one */
} page;

static bool is_ascending(const sb_account *account, const sb_list *list) {
  return list->is_ascending || (list->has_old_order && sb_decided(account, list_order, "oldest"));
}

static sqlite3_stmt *select_page(sb_call *call, const sb_list *list, const selection *chosen,
                                 const page *wanted, sb_text *sql) {
  const char *direction = is_ascending(call->account, list) ? "ASC" : "DESC";
  sb_render_columns(list->resource, sql);
  /* The key of the order is read behind the members of the object. */
  sb_text_printf(sql, ", t.%s FROM %s t%s ORDER BY t.%s %s, t.id %s LIMIT %d", list->time,
                 list->resource->table, chosen->where.bytes ? chosen->where.bytes : "", list->time,
                 direction, direction, wanted->per_page + 1);
  if (wanted->number > 1)
    sb_text_printf(sql, " OFFSET %" PRId64, (wanted->number - 1) * wanted->per_page);
  sqlite3_stmt *statement = sb_db_statement(call->account->db, sql->bytes);
  bind_selection(statement, chosen);
  return statement;
}

static void write_rows(sb_call *call, const sb_list *list, sqlite3_stmt *statement, page *shown) {
  sb_view view = sb_call_view(call, list->form);
  int key = sqlite3_column_count(statement) - 1;
  for (int row = 0; sb_db_step(statement); row++) {
    if (row == shown->per_page) {
      shown->has_more = true;
      shown->next_id = sqlite3_column_int64(statement, 0);
      break;
    }
    if (row) sb_text_putc(&call->out, ',');
    shown->has_rows = true;
    shown->last_at_ms = sqlite3_column_int64(statement, key);
    shown->last_id = sqlite3_column_int64(statement, 0);
    sb_render_row(call->account, list->resource, &view, statement, &call->out);
  }
}

static void write_has_more(sb_text *out, bool has_more) {
  sb_text_puts(out, has_more ? ",\"has_more\":true" : ",\"has_more\":false");
}

/* meta of a first page of events. */
static void write_meta(sb_call *call, const page *shown) {
  int64_t next_key = shown->last_id + sb_kind_offset(SB_EVENT);
  sb_text *out = &call->out;
  sb_text_puts(out, ",\"meta\":{\"next_key\":");
  sb_text_printf(out, shown->has_more ? "%" PRId64 : "null", next_key);
  sb_text_puts(out, ",\"prev_key\":null,\"before_key\":");
  if (shown->has_rows) {
    sb_text_putc(out, '"');
    sb_time_write(out, shown->last_at_ms, SB_STYLE_MS);
    sb_text_putc(out, '"');
  } else {
    sb_text_puts(out, "null");
  }
  sb_text_printf(out, ",\"page\":1,\"total_pages\":%" PRId64, shown->total);
  sb_render_end(call->account, out);
}

static void write_page_members(sb_call *call, const sb_list *list, const page *shown) {
  sb_text *out = &call->out;
  bool is_old = shown->number > 0;
  if (shown->is_first && list->members & SB_FIRST_PAGES) {
    sb_text_printf(out, ",\"current_page\":%" PRId64, is_old ? shown->number : 1);
    sb_text_puts(out, ",\"total_pages\":");
    sb_text_printf(out, list->members & SB_FIRST_NULL_TOTAL ? "null" : "%" PRId64, shown->total);
  }
  if (shown->is_first && list->members & SB_FIRST_META) write_meta(call, shown);
  if (!is_old || list->members & SB_OLD_HAS_MORE) write_has_more(out, shown->has_more);
  if (shown->is_first && list->members & SB_FIRST_PER_PAGE)
    sb_text_printf(out, ",\"per_page\":%d", shown->per_page);
  if (shown->is_first && list->members & SB_FIRST_PAGE)
    sb_text_printf(out, ",\"page\":%" PRId64, is_old ? shown->number : 1);
  if (is_old) return;
  sb_text_puts(out, ",\"cursor\":");
  if (!shown->has_rows) {
    sb_text_puts(out, "null");
    return;
  }
  sb_text_putc(out, '"');
  if (list->is_anchored)
    sb_uuid_write(out, list->resource->kind, shown->next_id ? shown->next_id : shown->last_id);
  else
    write_cursor(list, shown->last_at_ms, shown->last_id, out);
  sb_text_putc(out, '"');
}

static page wanted_page(const sb_call *call, const sb_list *list) {
  const char *number = sb_call_parameter(call, "page");
  bool takes_number = list->members & (SB_OLD_PAGES | SB_OLD_HAS_MORE);
  page wanted = { .per_page = sb_call_per_page(call), .is_first = true };
  if (number && takes_number) {
    wanted.number = strtoll(number, NULL, 10);
    if (wanted.number < 1) wanted.number = 1;
  }
  return wanted;
}

/* Go on behind the row that the cursor, or the legacy anchor start-after, names. */
static bool add_start(sb_call *call, const sb_list *list, const char *cursor, selection *chosen) {
  const char *after = sb_call_parameter(call, "start-after");
  bool is_cursor = cursor && *cursor;
  int64_t at_ms, id;
  if (!is_cursor && (!after || list->resource->kind != SB_ACTIVITY)) return true;
  bool is_right = is_cursor ? read_cursor(call->account, list, cursor, &at_ms, &id)
                            : find_anchor(call->account, list, after, &at_ms, &id);
  if (!is_right) {
    sb_call_fail_cursor(call);
    return false;
  }
  sb_text_printf(&chosen->where, "%s(t.%s, t.id) %c (?, ?)",
                 chosen->where.len ? " AND " : " WHERE ", list->time,
                 is_ascending(call->account, list) ? '>' : '<');
  bind_number(chosen, at_ms);
  bind_number(chosen, id);
  return true;
}

static void write_list(sb_call *call, const sb_list *list, const selection *chosen, page *shown) {
  sb_text sql = { 0 };
  sb_call_answer(call, call->route->status);
  sb_text_putc(&call->out, '{');
  if (list->members & SB_EVERY_CUSTOMER) {
    sb_text_puts(&call->out, "\"customer_uuid\":\"");
    sb_uuid_write(&call->out, SB_CUSTOMER, call->ids[0]);
    sb_text_puts(&call->out, "\",");
  }
  sb_text_printf(&call->out, "\"%s\":[", list->root);
  sqlite3_stmt *statement = select_page(call, list, chosen, shown, &sql);
  write_rows(call, list, statement, shown);
  sb_db_done(statement);
  sb_text_putc(&call->out, ']');
  write_page_members(call, list, shown);
  sb_render_end(call->account, &call->out);
  sb_text_clear(&sql);
}

void sb_list_answer(sb_call *call, const sb_list *list) {
  const char *cursor = sb_call_parameter(call, "cursor");
  selection chosen = { 0 };
  page shown = wanted_page(call, list);
  shown.is_first = !cursor || !*cursor;
  add_filters(&chosen, call, list);
  if (list->members & (SB_FIRST_PAGES | SB_FIRST_META) && shown.is_first) {
    int64_t rows = count_rows(call->account, list->resource->table, &chosen);
    shown.total = rows ? (rows + shown.per_page - 1) / shown.per_page : 1;
  }
  if (add_start(call, list, cursor, &chosen)) write_list(call, list, &chosen, &shown);
  clear_selection(&chosen);
}

void sb_handle_list(sb_call *call) {
  sb_list_answer(call, call->route->list);
}
