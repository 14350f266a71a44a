/*
** plan_text.c -- the text form of a plan: written for EXPLAIN QUERY PLAN and the cursor, and read back.
*/
#include <stdlib.h>
#include <string.h>

#include "base/sqlite_api.h"
#include "read/plan.h"
#include "record/url.h"

/** Is the term sent, or a bound that a parameter is worked out from? */
static bool is_shown(const cm_resource *resource, const cm_plan *plan, const cm_plan_arg *arg) {
  if (arg->use == CM_ARG_SENT) return true;
  const cm_read *read = &resource->reads[plan->read];
  return cm_plan_is_compared(arg) && cm_url_is_widened(resource, read, arg->column);
}

static int values_of(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan,
                     cm_url_value *values, char (*shown)[64]) {
  int count = 0;
  for (int i = 0; i < plan->arg_count; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    if (!is_shown(resource, plan, arg)) continue;
    const cm_term *term = &offer->terms[arg->term];
    const char *name = resource->columns[arg->column].name;
    bool is_known = term->has_literal && !arg->is_list;
    sqlite3_snprintf(64, shown[count], "%s%s", arg->is_list ? "each " : "", name);
    values[count] = (cm_url_value){ .column = arg->column,
                                    .op = arg->op,
                                    .value = is_known ? &term->literal : NULL,
                                    .shown = shown[count] };
    count++;
  }
  return count;
}

/** A path that is walked over its parent shows whose keys fill it. */
static int add_parent(const cm_resource *resource, const cm_read *read, cm_url_value *values,
                      int count, char *shown) {
  size_t at = 0;
  int column = cm_url_next_column(resource, read->path, &at);
  if (read->parent == NULL || column < 0) return count;
  for (int i = 0; i < count; i++) {
    if (values[i].column == column) return count;
  }
  sqlite3_snprintf(64, shown, "each of %s", read->parent);
  values[count] = (cm_url_value){ .column = column, .op = CM_TERM_EQ, .shown = shown };
  return count + 1;
}

static void show(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan,
                 cm_buf *out) {
  cm_url_value values[CM_PLAN_MAX_ARGS + 1];
  char shown[CM_PLAN_MAX_ARGS + 1][64];
  if (plan->read < 0) {
    cm_buf_printf(out, "needs %s", plan->missing >= 0 ? resource->columns[plan->missing].name : "");
    return;
  }
  const cm_read *read = &resource->reads[plan->read];
  int count = values_of(resource, offer, plan, values, shown);
  count = add_parent(resource, read, values, count, shown[CM_PLAN_MAX_ARGS]);
  cm_buf url;
  cm_buf_init(&url, CM_MAX_URL_BYTES);
  cm_url_format(resource, read, values, count, plan->columns_used, &url);
  if (plan->limit >= 0) {
    cm_buf_printf(&url, "%sper_page=%lld", cm_url_separator(&url), (long long)plan->limit);
  }
  cm_buf_printf(out, "GET %s", cm_buf_str(&url));
  if (url.code == SQLITE_NOMEM) cm_buf_fail(out, url.code);
  cm_buf_clear(&url);
  if (cm_plan_uses_companion(resource, plan)) {
    cm_url_format_path(resource, resource->companion->path, values, count, &url);
    cm_buf_printf(out, " + GET %s", cm_buf_str(&url));
    if (url.code == SQLITE_NOMEM) cm_buf_fail(out, url.code);
    cm_buf_clear(&url);
  }
}

char *cm_plan_encode(const cm_resource *resource, const cm_offer *offer, const cm_plan *plan) {
  cm_buf out;
  cm_buf_init(&out, 2 * CM_MAX_URL_BYTES);
  show(resource, offer, plan, &out);
  cm_buf_append(&out, "", 1);
  cm_buf_printf(&out, "%d %d %d %lld %lld %llx", plan->read, plan->missing, (int)plan->lack,
                (long long)plan->limit, (long long)plan->wanted,
                (unsigned long long)plan->columns_used);
  for (int i = 0; i < plan->arg_count; i++) {
    const cm_plan_arg *arg = &plan->args[i];
    cm_buf_printf(&out, " %d %d %d %d", arg->column, (int)arg->op, (int)arg->use,
                  (int)arg->is_list + 2 * (int)arg->is_literal);
  }
  return cm_buf_take(&out);
}

static bool next_integer(const char **at, int base, long long *out) {
  char *end = NULL;
  *out = base == 16 ? (long long)strtoull(*at, &end, base) : strtoll(*at, &end, base);
  bool is_number = end != *at;
  *at = end;
  return is_number;
}

/** The fields of one argument. False where they are none that cm_plan_encode writes. */
static bool read_arg(const cm_resource *resource, const char **at, cm_plan_arg *arg) {
  long long column = 0, op = 0, use = 0, form = 0; /* 1: a list, 2: a literal */
  if (!next_integer(at, 10, &column) || !next_integer(at, 10, &op) || !next_integer(at, 10, &use) ||
      !next_integer(at, 10, &form))
    return false;
  if (column < 0 || column >= resource->column_count || op < CM_TERM_EQ || op >= CM_TERM_OTHER ||
      use < CM_ARG_SENT || use > CM_ARG_CHECKED || form < 0 || form > 2)
    return false;
  *arg = (cm_plan_arg){ .term = -1,
                        .column = (int)column,
                        .op = (cm_term_op)op,
                        .use = (cm_arg_use)use,
                        .is_list = form == 1,
                        .is_literal = form == 2 };
  return true;
}

int cm_plan_decode(const cm_resource *resource, const char *text, cm_plan *out) {
  const char *at = text + strlen(text) + 1;
  long long read = 0, missing = 0, why = 0, limit = 0, wanted = 0, used = 0;
  memset(out, 0, sizeof *out);
  if (!next_integer(&at, 10, &read) || !next_integer(&at, 10, &missing) ||
      !next_integer(&at, 10, &why) || !next_integer(&at, 10, &limit) ||
      !next_integer(&at, 10, &wanted) || !next_integer(&at, 16, &used))
    return SQLITE_ERROR;
  bool has_read = read >= 0 && read < resource->read_count;
  bool has_missing = missing >= 0 && missing < resource->column_count;
  if (!has_read && !(read == -1 && has_missing)) return SQLITE_ERROR;
  if (!has_missing && missing != -1) return SQLITE_ERROR;
  if (why < CM_LACK_VALUE || why > CM_LACK_LIST) return SQLITE_ERROR;
  out->read = (int)read;
  out->missing = (int)missing;
  out->lack = (cm_lack)why;
  out->limit = limit;
  out->wanted = wanted;
  out->columns_used = (uint64_t)used;
  while (*at != '\0') {
    if (out->arg_count == CM_PLAN_MAX_ARGS) return SQLITE_ERROR;
    if (!read_arg(resource, &at, &out->args[out->arg_count++])) return SQLITE_ERROR;
  }
  return SQLITE_OK;
}
