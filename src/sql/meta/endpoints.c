/*
** endpoints.c -- chartmogul_endpoints: every call of the API, each with a statement that makes it.
** The statements of tables are put together from the descriptors, those of functions are examples.
*/
#include "sql/meta/endpoints.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "record/url.h"
#include "spec/registry.h"
#include "sql/functions/actions.h"

/* ---- plausible values (none holds a quote) -------------------------------------------------- */

static bool ends_with(const char *text, const char *end) {
  size_t len = strlen(text);
  size_t end_len = strlen(end);
  return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/** The first word that a filter of the column sends; NULL where any text is sent. */
static const char *first_word(const cm_resource *resource, const cm_column *column) {
  for (int i = 0; i < resource->read_count; i++) {
    const cm_filter *filter = resource->reads[i].filters;
    for (; filter != NULL && filter->column != NULL; filter++) {
      if (filter->words == NULL || strcmp(filter->column, column->name) != 0) continue;
      return filter->words[0].sql;
    }
  }
  return NULL;
}

static const char *text_of(const cm_resource *resource, const cm_column *column) {
  static const struct {
    const char *end; /* of the column's name */
    const char *text;
  } samples[] = {
    { "uuid", "00000000-0000-0000-0000-000000000000" },
    { "email", "name@example.com" },
    { "owner", "name@example.com" },
    { "assignee", "name@example.com" },
    { "currency", "USD" },
    { "country", "US" },
    { "url", "https://example.com" },
    { "unit", "month" },
    { "date", "2025-01-31" },
    { "system", "Stripe" },
    { "id", "id-1" },
  };
  const char *word = first_word(resource, column);
  if (word != NULL) return word;
  for (size_t i = 0; i < cm_countof(samples); i++) {
    if (ends_with(column->name, samples[i].end)) return samples[i].text;
  }
  return "text";
}

static const char *json_of(const cm_column *column) {
  switch (column->shape) {
  case CM_TYPED_LIST:
  case CM_KEY_VALUES: return "{\"key\":\"value\"}";
  case CM_TIME_LIST: return "[\"2025-01-31 00:00:00\"]";
  default: return "[\"text\"]";
  }
}

static void put_literal(const cm_resource *resource, const cm_column *column, cm_buf *out) {
  bool is_number = column->type == CM_INTEGER || column->type == CM_REAL;
  if (column->sample != NULL) {
    cm_buf_printf(out, is_number ? "%s" : "'%s'", column->sample);
    return;
  }
  switch (column->type) {
  case CM_INTEGER:
  case CM_BOOLEAN: cm_buf_text(out, "1"); break;
  case CM_REAL: cm_buf_text(out, "1.5"); break;
  case CM_JSON: cm_buf_printf(out, "'%s'", json_of(column)); break;
  case CM_TIME: cm_buf_text(out, "'2025-01-31 00:00:00'"); break;
  case CM_DAY: cm_buf_text(out, "'2025-01-31'"); break;
  default: cm_buf_printf(out, "'%s'", text_of(resource, column));
  }
}

/* ---- statements ---------------------------------------------------------------------------- */

static bool has_filter(const cm_read *read, const char *column) {
  for (const cm_filter *filter = read->filters; filter && filter->column; filter++) {
    bool is_needed = filter->required && CM_EXTRA(filter, fallback) == NULL;
    if (is_needed && strcmp(filter->column, column) == 0) return true;
  }
  return false;
}

/** The WHERE clause that binds what the read needs and, for writes, names the row. */
static void put_where(const cm_resource *resource, const cm_read *read, bool is_row, cm_buf *out) {
  const char *word = " WHERE ";
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    bool is_key = is_row && resource->key_parts == NULL && column->flags & CM_KEY;
    bool is_part = is_row && cm_text_has_word(resource->key_parts, column->name);
    bool is_bound = cm_url_path_has(resource, read, i) || has_filter(read, column->name);
    if (!is_key && !is_part && !is_bound) continue;
    cm_buf_printf(out, "%s%s = ", word, column->name);
    put_literal(resource, column, out);
    word = " AND ";
  }
}

static void put_select(const cm_resource *resource, const cm_read *read, cm_buf *out) {
  cm_buf_printf(out, "SELECT * FROM %s", resource->name);
  put_where(resource, read, false, out);
}

/** A column of the companion brings its list along. */
static void put_companion(const cm_resource *resource, cm_buf *out) {
  const char *name = "*";
  for (int i = resource->column_count - 1; i >= 0; i--) {
    if (resource->columns[i].flags & CM_COMPANION) name = resource->columns[i].name;
  }
  cm_buf_printf(out, "SELECT %s FROM %s", name, resource->name);
  put_where(resource, &resource->reads[0], false, out);
}

/** True when the INSERT of the sample gives the column: what is required and what the call names. */
static bool is_given(const cm_resource *resource, const cm_write *write, int column) {
  const cm_read path = { .path = write->path };
  unsigned flags = resource->columns[column].flags;
  if (!(flags & CM_INSERT)) return false;
  return flags & CM_REQUIRED || cm_url_path_has(resource, &path, column) ||
         cm_text_has_word(write->columns, resource->columns[column].name) ||
         cm_text_has_word(write->example, resource->columns[column].name);
}

static void put_insert(const cm_resource *resource, const cm_write *write, cm_buf *out) {
  cm_buf names;
  cm_buf values;
  cm_buf_init(&names, CM_MAX_URL_BYTES);
  cm_buf_init(&values, CM_MAX_URL_BYTES);
  for (int pass = 0; pass < 2 && names.len == 0; pass++) {
    for (int i = 0; i < resource->column_count; i++) {
      const cm_column *column = &resource->columns[i];
      /* Where nothing is required, the first column that INSERT takes stands for all. */
      bool is_first = pass > 0 && column->flags & CM_INSERT && names.len == 0;
      if (!is_given(resource, write, i) && !is_first) continue;
      cm_buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", column->name);
      if (values.len > 0) cm_buf_text(&values, ", ");
      put_literal(resource, column, &values);
    }
  }
  cm_buf_printf(out, "INSERT INTO %s (%s) VALUES (%s)", resource->name, cm_buf_str(&names),
                cm_buf_str(&values));
  cm_buf_clear(&names);
  cm_buf_clear(&values);
}

/** True when another UPDATE of the resource names the column. */
static bool is_claimed(const cm_resource *resource, const char *column) {
  for (int i = 0; i < resource->write_count; i++) {
    const cm_write *write = &resource->writes[i];
    if (write->verb == CM_VERB_UPDATE && cm_text_has_word(write->columns, column)) return true;
  }
  return false;
}

/** The column that the example sets: the first one that the call carries, unless it names one. */
static const cm_column *first_set(const cm_resource *resource, const cm_write *write) {
  for (int i = 0; i < resource->column_count; i++) {
    const cm_column *column = &resource->columns[i];
    if (!(column->flags & CM_UPDATE)) continue;
    if (write->example != NULL && !cm_text_has_word(write->example, column->name)) continue;
    bool is_carried = write->columns == NULL ? !is_claimed(resource, column->name)
                                             : cm_text_has_word(write->columns, column->name);
    if (is_carried) return column;
  }
  return NULL;
}

static void put_update(const cm_resource *resource, const cm_write *write, cm_buf *out) {
  const cm_column *column = first_set(resource, write);
  if (column == NULL) return;
  cm_buf_printf(out, "UPDATE %s SET %s = ", resource->name, column->name);
  if (write->flags & CM_REMOVED) {
    bool is_list = column->shape == CM_AS_IS || column->shape == CM_TEXT_LIST;
    cm_buf_text(out, is_list ? "'[]'" : "'{}'");
  } else {
    put_literal(resource, column, out);
  }
  put_where(resource, &resource->reads[resource->read_count - 1], true, out);
}

static void put_write(const cm_resource *resource, const cm_write *write, cm_buf *out) {
  switch (write->verb) {
  case CM_VERB_INSERT: put_insert(resource, write, out); break;
  case CM_VERB_UPDATE: put_update(resource, write, out); break;
  default:
    cm_buf_printf(out, "DELETE FROM %s", resource->name);
    put_where(resource, &resource->reads[resource->read_count - 1], true, out);
  }
}

/* ---- what no table reaches ------------------------------------------------------------------ */

typedef struct other_call {
  const char *method;
  const char *path;
  const char *function;
  const char *sql;
} other_call;

#define BY_EXTERNAL_ID(method, path, body, id)                                                     \
  {                                                                                                \
    method, path, "chartmogul_request",                                                            \
        "SELECT chartmogul_request('" method "', '" path "', " body ", json_object("               \
        "'data_source_uuid', 'ds_00000000-0000-0000-0000-000000000000', 'external_id', '" id "'))" \
  }

/* The tables do the same by other calls, mostly by uuid instead of external id. The functions that are
** one call each are listed from sql/functions/actions.h. */
static const other_call others[] = {
  { "GET", "/ping", "chartmogul_ping", "SELECT chartmogul_ping()" },
  { "GET", "/customers/{customer_uuid}/contacts", "chartmogul_get",
    "SELECT value FROM chartmogul_get('/customers/cus_00000000-0000-0000-0000-000000000000/"
    "contacts')" },
  { "POST", "/customers/{customer_uuid}/contacts", "chartmogul_request",
    "SELECT chartmogul_request('POST', '/customers/cus_00000000-0000-0000-0000-000000000000/"
    "contacts', json_object('data_source_uuid', 'ds_00000000-0000-0000-0000-000000000000', "
    "'first_name', 'Ann'))" },
  { "GET", "/import/customers/{customer_uuid}/invoices", "chartmogul_get",
    "SELECT value FROM chartmogul_get('/import/customers/"
    "cus_00000000-0000-0000-0000-000000000000/invoices')" },
  BY_EXTERNAL_ID("PATCH", "/invoices", "json_object('currency', 'EUR')", "invoice-1"),
  BY_EXTERNAL_ID("DELETE", "/invoices", "NULL", "invoice-1"),
  BY_EXTERNAL_ID("PATCH", "/invoices/disabled_state", "'{\"disabled\":true}'", "invoice-1"),
  BY_EXTERNAL_ID("PATCH", "/line_items", "json_object('quantity', 2)", "line-1"),
  BY_EXTERNAL_ID("DELETE", "/line_items", "NULL", "line-1"),
  BY_EXTERNAL_ID("PATCH", "/line_items/disabled_state", "'{\"disabled\":true}'", "line-1"),
  BY_EXTERNAL_ID("PATCH", "/transactions", "json_object('result', 'failed')", "payment-1"),
  BY_EXTERNAL_ID("DELETE", "/transactions", "NULL", "payment-1"),
  BY_EXTERNAL_ID("PATCH", "/transactions/disabled_state", "'{\"disabled\":true}'", "payment-1"),
  { "PATCH", "/subscription_events/disabled_state", "chartmogul_request",
    "SELECT chartmogul_request('PATCH', '/subscription_events/disabled_state', json_object("
    "'data_source_uuid', 'ds_00000000-0000-0000-0000-000000000000', 'external_id', 'event-1', "
    "'disabled', json('true')))" },
};

/** The functions of sql/functions/actions.h, then the calls above. */
static int function_row(int64_t at, cm_value *cells) {
  int action_count = 0;
  const cm_action *action = cm_actions_table(&action_count);
  other_call call;
  if (at < action_count) {
    action += at;
    call = (other_call){ action->method, action->path, action->name, action->example };
  } else if (at - action_count < (int64_t)cm_countof(others)) {
    call = others[at - action_count];
  } else {
    return SQLITE_DONE;
  }
  cells[0] = cm_meta_constant(call.method);
  cells[1] = cm_meta_constant(call.path);
  cells[2] = cm_meta_constant(call.function);
  cells[3] = cm_meta_constant("SELECT");
  cells[4] = cm_meta_constant(call.sql);
  return SQLITE_ROW;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static int endpoint_row(const cm_resource *resource, int64_t at, cm_value *cells) {
  static const char *const verbs[] = { "INSERT", "UPDATE", "DELETE" };
  const cm_write *write = NULL;
  const char *path = NULL;
  cm_buf sql;
  cm_buf_init(&sql, CM_MAX_URL_BYTES);
  if (at < resource->read_count) {
    path = resource->reads[at].path;
    put_select(resource, &resource->reads[at], &sql);
  } else if (resource->companion != NULL && at == resource->read_count) {
    path = resource->companion->path;
    put_companion(resource, &sql);
  } else {
    write = &resource->writes[at - resource->read_count - (resource->companion != NULL)];
    path = write->path;
    put_write(resource, write, &sql);
  }
  cells[0] = cm_meta_constant(write != NULL ? write->method : "GET");
  cells[1] = cm_meta_constant(path);
  cells[2] = cm_meta_constant(resource->name);
  cells[3] = cm_meta_constant(write != NULL ? verbs[write->verb] : "SELECT");
  int rc = sql.code;
  if (rc == SQLITE_OK) rc = cm_meta_copy(&cells[4], cm_buf_str(&sql));
  cm_buf_clear(&sql);
  return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/** The reads, the companion and the writes of every table, one table behind the other; then functions. */
static int next_endpoint(cm_session *session, int64_t *position, cm_value *cells) {
  int count = 0;
  const cm_resource *const *resources = cm_registry_list(&count);
  int64_t at = (*position)++;
  (void)session;
  for (int i = 0; i < count; i++) {
    const cm_resource *resource = resources[i];
    int calls = resource->read_count + (resource->companion != NULL) + resource->write_count;
    if (at < calls) return endpoint_row(resource, at, cells);
    at -= calls;
  }
  return function_row(at, cells);
}

static const cm_meta_column columns[] = {
  { "method", "TEXT", "GET, POST, PUT, PATCH or DELETE." },
  { "path", "TEXT", "Path; {name} is the value of a column or of an argument." },
  { "table_name", "TEXT", "Table or function that makes the call." },
  { "operation", "TEXT", "SELECT, INSERT, UPDATE or DELETE; SELECT for functions." },
  { "sql", "TEXT", "A statement that makes the call, with made-up values." },
};

const cm_meta_table cm_meta_endpoints = {
  .name = "chartmogul_endpoints",
  .doc = "A call of the API and the statement that makes it.",
  CM_META_COLUMNS(columns),
  .next = next_endpoint,
  .example = "SELECT method, path, sql FROM chartmogul_endpoints",
};
