#include "render.h"

#include <string.h>

/* Members that render reads, in their order: the row's id comes first. */
static bool is_selected(const sb_member *member) {
  return member->type != SB_OBJECT && member->type != SB_END && member->type != SB_NESTED &&
         (!(member->flags & SB_HIDDEN) || strcmp(sb_member_column(member), "type") == 0);
}

void sb_render_columns(const sb_resource *resource, sb_text *sql) {
  sb_text_puts(sql, "SELECT t.id");
  for (const sb_member *member = resource->members; member->name; member++)
    if (is_selected(member))
      sb_text_printf(sql, ", %s%s", member->flags & SB_COMPUTED ? "" : "t.",
                     sb_member_column(member));
}

static const char extra[] =
    "\"sandbox_extra\":{\"note\":\"no client knows this member\",\"at\":[1,2.5,null]}";

void sb_render_end(const sb_account *account, sb_text *out) {
  if (account->decisions.extra_members) {
    if (out->bytes[out->len - 1] != '{') sb_text_putc(out, ',');
    sb_text_add(out, extra, sizeof extra - 1);
  }
  sb_text_putc(out, '}');
}

void sb_render_money(const sb_account *account, int64_t amount, sb_text *out) {
  switch (account->decisions.numbers[0]) {
  case 'f':
    sb_text_int(out, amount);
    sb_text_puts(out, ".25");
    break;
  case 's':
    sb_text_putc(out, '"');
    sb_text_int(out, amount);
    sb_text_putc(out, '"');
    break;
  default: sb_text_int(out, amount); break;
  }
}

void sb_render_errors(const sb_account *account, const char *errors, sb_text *out) {
  if (sb_decided(account, errors_form, "text")) {
    sb_text_puts(out, errors);
    return;
  }
  cJSON *all = cJSON_Parse(errors);
  sb_text_putc(out, '{');
  for (const cJSON *one = all ? all->child : NULL; one; one = one->next) {
    sb_text_member(out, one->string);
    sb_text_putc(out, '[');
    sb_text_json_puts(out, one->valuestring);
    sb_text_putc(out, ']');
  }
  sb_text_putc(out, '}');
  cJSON_Delete(all);
}

static void write_value(sb_account *account, const sb_member *member, sqlite3_stmt *statement,
                        int column, sb_text *out) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) {
    sb_text_add(out, "null", 4);
    return;
  }
  const char *words;
  int64_t number;
  switch (member->type) {
  case SB_TEXT:
    words = sb_column_text(statement, column); /* before its length, as SQLite wants it */
    sb_text_json(out, words, (size_t)sqlite3_column_bytes(statement, column));
    break;
  case SB_RAW:
    words = sb_column_text(statement, column);
    sb_text_add(out, words, (size_t)sqlite3_column_bytes(statement, column));
    break;
  case SB_ERRORS: sb_render_errors(account, sb_column_text(statement, column), out); break;
  case SB_BOOL: sb_text_puts(out, sqlite3_column_int(statement, column) ? "true" : "false"); break;
  case SB_MONEY: sb_render_money(account, sqlite3_column_int64(statement, column), out); break;
  case SB_UUID:
    sb_text_putc(out, '"');
    sb_uuid_write(out, (sb_kind)member->detail, sqlite3_column_int64(statement, column));
    sb_text_putc(out, '"');
    break;
  case SB_TIME:
    sb_text_putc(out, '"');
    sb_time_write(out, sqlite3_column_int64(statement, column), (sb_time_style)member->detail);
    sb_text_putc(out, '"');
    break;
  default:
    number = sqlite3_column_int64(statement, column);
    if (member->type == SB_ID) number += sb_kind_offset((sb_kind)member->detail);
    sb_text_int(out, number);
    break;
  }
}

/* Whether a member is part of the answer, as far as the row's type and the view decide. */
static bool is_shown(const sb_account *account, const sb_member *member, const sb_view *view,
                     bool is_one_time, bool is_null) {
  if (member->flags & SB_HIDDEN) return false;
  if (member->forms && !(member->forms & view->form)) return false;
  if (member->flags & SB_NEWER && !account->decisions.newer_members) return false;
  if (!sb_is_on(&account->decisions, member->switched_by)) return false;
  if (member->flags & SB_HISTORY && !view->with_histories) return false;
  if (member->flags & SB_ONE_TIME_ONLY && !is_one_time) return false;
  if (member->flags & SB_SUBSCRIPTION_ONLY && is_one_time) return false;
  return !(member->flags & SB_OMIT_NULL && is_null);
}

static bool find_one_time(const sb_resource *resource, sqlite3_stmt *statement) {
  int column = 1;
  for (const sb_member *member = resource->members; member->name; member++) {
    if (!is_selected(member)) continue;
    if (member->type == SB_TEXT && strcmp(sb_member_column(member), "type") == 0)
      return strcmp(sb_column_text(statement, column), "one_time") == 0;
    column++;
  }
  return false;
}

void sb_render_row(sb_account *account, const sb_resource *resource, const sb_view *view,
                   sqlite3_stmt *statement, sb_text *out) {
  bool is_one_time = resource->kind == SB_LINE_ITEM && find_one_time(resource, statement);
  int column = 1;
  sb_text_putc(out, '{');
  for (const sb_member *member = resource->members; member->name; member++) {
    bool selected = is_selected(member);
    bool is_null = selected && sqlite3_column_type(statement, column) == SQLITE_NULL;
    int at = column;
    column += selected;
    if (member->type == SB_END) {
      sb_render_end(account, out);
      continue;
    }
    if (!is_shown(account, member, view, is_one_time, is_null)) continue;
    sb_text_member(out, member->name);
    if (member->type == SB_OBJECT)
      sb_text_putc(out, '{');
    else if (member->type == SB_NESTED)
      member->nested(account, sqlite3_column_int64(statement, 0), view, out);
    else
      write_value(account, member, statement, at, out);
  }
  sb_render_end(account, out);
}

bool sb_render_id(sb_account *account, const sb_resource *resource, const sb_view *view, int64_t id,
                  sb_text *out) {
  size_t before = out->len;
  sb_render_where(account, resource, view, "WHERE t.id = ?", id, out);
  return out->len > before;
}

static sqlite3_stmt *rendering(sb_account *account, const sb_resource *resource, const char *rest) {
  struct sb_rendered *kept = account->rendered;
  const size_t places = sizeof account->rendered / sizeof *account->rendered;
  size_t i = 0;
  while (i < places && kept[i].rest && (kept[i].resource != resource || kept[i].rest != rest))
    i++;
  if (i == places) sb_stop("too many statements of objects");
  if (kept[i].rest) return kept[i].statement;
  sb_text sql = { 0 };
  sb_render_columns(resource, &sql);
  sb_text_printf(&sql, " FROM %s t %s", resource->table, rest);
  sqlite3_stmt *statement = sb_db_keep(account->db, sql.bytes);
  kept[i] = (struct sb_rendered){ resource, rest, statement };
  sb_text_clear(&sql);
  return statement;
}

void sb_render_where(sb_account *account, const sb_resource *resource, const sb_view *view,
                     const char *rest, int64_t parameter, sb_text *out) {
  sqlite3_stmt *statement = rendering(account, resource, rest);
  sqlite3_bind_int64(statement, 1, parameter);
  for (bool is_first = true; sb_db_step(statement); is_first = false) {
    if (!is_first) sb_text_putc(out, ',');
    sb_render_row(account, resource, view, statement, out);
  }
  sb_db_done(statement);
}
