#include "sql/functions/actions.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "record/shape.h"
#include "record/url.h"
#include "sql/bridge.h"
#include "sql/functions/function.h"
#include "sql/functions/function_call.h"

enum { SHOWN_BYTES = 40 };

/* ---- the table ----------------------------------------------------------------------------- */

#define ASSOCIATED                                                                                 \
  {                                                                                                \
    .name = "associated", .kind = CM_ARGUMENT_BOOLEAN, .body = "with_associated_emails",           \
    .is_optional = true                                                                            \
  }

/* clang-format off */
#define OF_SUBSCRIPTIONS(verb, text)                                                               \
  { .name = "chartmogul_" verb "_subscriptions",                                                   \
    .method = "POST",                                                                              \
    .path = "/customers/{customer_uuid}/" verb "_subscriptions",                                   \
    .arguments = { { .name = "customer_uuid", .kind = CM_ARGUMENT_ID },                            \
                   { .name = "subscriptions", .kind = CM_ARGUMENT_OBJECTS,                         \
                     .body = "subscriptions" } },                                                  \
    .example = "SELECT chartmogul_" verb "_subscriptions('cus_1', json_array(json_object("         \
               "'data_source_uuid', 'ds_1', 'external_id', 'sub_1'), json_object("                 \
               "'data_source_uuid', 'ds_1', 'external_id', 'sub_2')))",                            \
    .doc = (text) }
/* clang-format on */

static const cm_action table[] = {
  { .name = "chartmogul_merge_customers",
    .method = "POST",
    .path = "/customers/merges",
    .arguments = { { .name = "from", .kind = CM_ARGUMENT_CUSTOMER, .body = "from" },
                   { .name = "into", .kind = CM_ARGUMENT_CUSTOMER, .body = "into" } },
    .example = "SELECT chartmogul_merge_customers('cus_1', 'cus_2')",
    .doc = "Merges the first customer into the second; each is a uuid, or a JSON object with "
           "data_source_uuid and external_id." },
  { .name = "chartmogul_unmerge_customer",
    .method = "POST",
    .path = "/customers/unmerges",
    .arguments = { { .name = "uuid", .kind = CM_ARGUMENT_ID, .body = "customer_uuid" },
                   { .name = "data_source_uuid",
                     .kind = CM_ARGUMENT_ID,
                     .body = "data_source_uuid" },
                   { .name = "external_id", .kind = CM_ARGUMENT_TEXT, .body = "external_id" },
                   { .name = "move",
                     .kind = CM_ARGUMENT_LIST,
                     .body = "move_to_new_customer",
                     .is_optional = true } },
    .example = "SELECT chartmogul_unmerge_customer('cus_1', 'ds_1', 'scus_1', '[\"notes\"]')",
    .doc =
        "Splits the part with this data source and external id off a merged customer; move lists "
        "what goes with it: tasks, opportunities, notes." },
  OF_SUBSCRIPTIONS("connect",
                   "Makes subscriptions of a customer count as one that goes on; the JSON array "
                   "holds an object with data_source_uuid and uuid or external_id for each."),
  OF_SUBSCRIPTIONS(
      "disconnect",
      "Takes connected subscriptions of a customer apart; the JSON array is the same."),
  { .name = "chartmogul_merge_contacts",
    .method = "POST",
    .path = "/contacts/{into}/merge/{from}",
    .arguments = { { .name = "from", .kind = CM_ARGUMENT_ID },
                   { .name = "into", .kind = CM_ARGUMENT_ID } },
    .example = "SELECT chartmogul_merge_contacts('con_1', 'con_2')",
    .doc = "Merges the first contact into the second and returns that one." },
  { .name = "chartmogul_delete_customer_invoices",
    .method = "DELETE",
    .path = "/data_sources/{data_source_uuid}/customers/{customer_uuid}/invoices",
    .arguments = { { .name = "data_source_uuid", .kind = CM_ARGUMENT_ID },
                   { .name = "customer_uuid", .kind = CM_ARGUMENT_ID },
                   { .name = "customer_external_id",
                     .kind = CM_ARGUMENT_TEXT,
                     .query = "customer_external_id",
                     .is_optional = true } },
    .example = "SELECT chartmogul_delete_customer_invoices('ds_1', 'cus_1')",
    .doc =
        "Deletes all invoices that a customer has in a data source; of a merged customer, with a "
        "third argument, those of that external id only." },
  { .name = "chartmogul_empty_data_source",
    .method = "DELETE",
    .path = "/data_sources/{uuid}/all",
    .arguments = { { .name = "uuid", .kind = CM_ARGUMENT_ID } },
    .example = "SELECT chartmogul_empty_data_source('ds_1')",
    .doc = "Deletes everything in a data source but the source; its customers count against "
           "delete_limit." },
  { .name = "chartmogul_tag_by_email",
    .method = "POST",
    .path = "/customers/attributes/tags",
    .arguments = { { .name = "email", .kind = CM_ARGUMENT_TEXT, .body = "email" },
                   { .name = "tags", .kind = CM_ARGUMENT_LIST, .body = "tags" },
                   ASSOCIATED },
    .example = "SELECT chartmogul_tag_by_email('ann@example.com', json_array('vip'))",
    .doc =
        "Adds tags, a JSON array or one text, to every customer with this address; associated = 1 "
        "looks among the addresses of their contacts too." },
  { .name = "chartmogul_attribute_by_email",
    .method = "POST",
    .path = "/customers/attributes/custom",
    .arguments = { { .name = "email", .kind = CM_ARGUMENT_TEXT, .body = "email" },
                   { .name = "custom", .kind = CM_ARGUMENT_ATTRIBUTES, .body = "custom" },
                   ASSOCIATED },
    .example = "SELECT chartmogul_attribute_by_email('ann@example.com', json_object('seats', 5))",
    .doc = "Adds custom attributes, a JSON object, to every customer with this address; associated "
           "= 1 looks among the addresses of their contacts too." },
  { .name = "chartmogul_cancel_subscription",
    .method = "PATCH",
    .path = "/import/subscriptions/{uuid}",
    .arguments = { { .name = "uuid", .kind = CM_ARGUMENT_ID },
                   { .name = "cancelled_at",
                     .kind = CM_ARGUMENT_DATES,
                     .body = "cancelled_at",
                     .list = "cancellation_dates" } },
    .example = "SELECT chartmogul_cancel_subscription('sub_1', '2025-01-31')",
    .doc = "Cancels a subscription by its uuid in chartmogul_import_subscriptions; a JSON array "
           "replaces its cancellation dates, NULL takes them back." },
};

const cm_action *cm_actions_table(int *count) {
  *count = (int)cm_countof(table);
  return table;
}

int cm_action_most(const cm_action *action) {
  int count = 0;
  while (action->arguments[count].name != NULL)
    count++;
  return count;
}

int cm_action_least(const cm_action *action) {
  int count = 0;
  while (action->arguments[count].name != NULL && !action->arguments[count].is_optional)
    count++;
  return count;
}

/* ---- arguments to JSON --------------------------------------------------------------------- */

static int wrong(const cm_argument *argument, cm_slice text, const char *wanted, cm_err *err) {
  char shown[SHOWN_BYTES];
  cm_err_line(shown, sizeof shown, text.ptr, text.len);
  return cm_err_set(err, SQLITE_ERROR, "%s cannot be '%s': give %s", argument->name, shown, wanted);
}

/** @param date  The one that is wrong, of what was given. */
static int wrong_date(const cm_argument *argument, cm_slice text, const char *date, cm_err *err) {
  static const char wanted[] =
      "a point in time such as '2025-01-31', a JSON array of them, or NULL "
      "for none";
  char shown[SHOWN_BYTES];
  const char *fault = date != NULL ? cm_instant_fault(date, strlen(date)) : NULL;
  if (fault == NULL) return wrong(argument, text, wanted, err);
  cm_err_line(shown, sizeof shown, text.ptr, text.len);
  return cm_err_set(err, SQLITE_ERROR, "%s cannot be '%s' (%s): give %s", argument->name, shown,
                    fault, wanted);
}

static bool is_id(cm_slice text) {
  static const cm_column of_ours = { .name = "id" };
  cm_value id = cm_value_text(text.ptr, text.len);
  return cm_url_path_value(&of_ours, &id) == CM_SEND;
}

static int check_id(const cm_argument *argument, cm_slice text, cm_err *err) {
  if (is_id(text)) return SQLITE_OK;
  return wrong(argument, text, "an id of ChartMogul (letters, digits, - and _)", err);
}

static int make_text(cm_slice text, cm_json **out, cm_err *err) {
  *out = cm_json_new_text(text.ptr);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** Parse a JSON argument. `out` stays NULL where the text is not JSON: the caller judges that. */
static int parse(cm_slice text, cm_json **out, cm_err *err) {
  int rc = cm_json_parse(text, out, NULL);
  return rc == SQLITE_NOMEM ? cm_err_nomem(err) : SQLITE_OK;
}

static int make_customer(const cm_argument *argument, cm_slice text, cm_json **out, cm_err *err) {
  cm_json *uuid = NULL;
  int rc = parse(text, out, err);
  if (rc != SQLITE_OK || cm_json_type_of(*out) == CM_JSON_OBJECT) return rc;
  cm_json_free(*out);
  *out = NULL;
  if (!is_id(text)) {
    return wrong(argument, text,
                 "a uuid, or json_object('data_source_uuid', '…', 'external_id', '…')", err);
  }
  rc = make_text(text, &uuid, err);
  if (rc != SQLITE_OK) return rc;
  *out = cm_json_new_object();
  if (*out == NULL) {
    cm_json_free(uuid);
    return cm_err_nomem(err);
  }
  return cm_json_put(*out, "customer_uuid", uuid) == SQLITE_OK ? SQLITE_OK : cm_err_nomem(err);
}

static int make_list(cm_slice text, cm_json **out, cm_err *err) {
  int rc = parse(text, out, err);
  if (rc != SQLITE_OK || cm_json_type_of(*out) == CM_JSON_ARRAY) return rc;
  cm_json_free(*out);
  *out = cm_json_new_array();
  if (*out == NULL) return cm_err_nomem(err);
  return cm_json_push(*out, cm_json_new_text(text.ptr)) == SQLITE_OK ? SQLITE_OK
                                                                     : cm_err_nomem(err);
}

static bool is_list_of_objects(const cm_json *list) {
  if (cm_json_type_of(list) != CM_JSON_ARRAY) return false;
  for (const cm_json *item = cm_json_first(list); item != NULL; item = cm_json_after(item)) {
    if (cm_json_type_of(item) != CM_JSON_OBJECT) return false;
  }
  return true;
}

static int make_objects(const cm_argument *argument, cm_slice text, cm_json **out, cm_err *err) {
  int rc = parse(text, out, err);
  if (rc != SQLITE_OK || is_list_of_objects(*out)) return rc;
  return wrong(argument, text, "a JSON array of objects: json_array(json_object(…), …)", err);
}

static int make_attributes(const cm_argument *argument, cm_slice text, cm_json **out, cm_err *err) {
  cm_json *given = NULL;
  int rc = parse(text, &given, err);
  if (rc == SQLITE_OK && is_list_of_objects(given)) {
    *out = given;
    for (cm_json *entry = cm_json_first(given); entry != NULL; entry = cm_json_after(entry)) {
      if (cm_change_shape_complete(entry) != SQLITE_OK) return cm_err_nomem(err);
    }
    return SQLITE_OK;
  }
  if (rc == SQLITE_OK && cm_json_type_of(given) != CM_JSON_OBJECT)
    rc = wrong(argument, text, "a JSON object: json_object('key', value)", err);
  if (rc == SQLITE_OK) *out = cm_json_new_array();
  if (rc == SQLITE_OK && *out == NULL) rc = cm_err_nomem(err);
  const cm_json *member = rc == SQLITE_OK ? cm_json_first(given) : NULL;
  for (; member != NULL && rc == SQLITE_OK; member = cm_json_after(member)) {
    if (cm_change_shape_is_nothing(member)) continue;
    if (cm_change_shape_type(member) == NULL) {
      rc = wrong(argument, text,
                 "an object of texts, numbers and booleans: json_object('key', value)", err);
      break;
    }
    cm_json *typed = cm_change_shape_typed(cm_json_name(member), member);
    if (cm_json_push(*out, typed) != SQLITE_OK) rc = cm_err_nomem(err);
  }
  cm_json_free(given);
  return rc;
}

static int make_boolean(const cm_argument *argument, cm_slice text, cm_json **out, cm_err *err) {
  bool is_one = text.len == 1 && text.ptr[0] == '1';
  if (!is_one && !(text.len == 1 && text.ptr[0] == '0'))
    return wrong(argument, text, "0 or 1", err);
  *out = cm_json_new_boolean(is_one);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

static int make_date(const cm_argument *argument, cm_slice shown, const char *text, cm_json **out,
                     cm_err *err) {
  char formatted[CM_INSTANT_TEXT];
  int64_t instant_ms = 0;
  if (text == NULL || !cm_instant_parse(text, strlen(text), &instant_ms))
    return wrong_date(argument, shown, text, err);
  cm_instant_format_iso(instant_ms, formatted);
  *out = cm_json_new_text(formatted);
  return *out != NULL ? SQLITE_OK : cm_err_nomem(err);
}

/** A list of dates, an empty one for NULL; one date stands by itself. */
static int make_dates(const cm_argument *argument, cm_slice text, cm_json **out, cm_err *err) {
  cm_json *given = NULL;
  int rc = text.ptr != NULL ? parse(text, &given, err) : SQLITE_OK;
  bool is_list = text.ptr == NULL || cm_json_type_of(given) == CM_JSON_ARRAY;
  if (rc == SQLITE_OK && !is_list) rc = make_date(argument, text, text.ptr, out, err);
  if (rc == SQLITE_OK && is_list) {
    *out = cm_json_new_array();
    if (*out == NULL) rc = cm_err_nomem(err);
  }
  const cm_json *item = is_list ? cm_json_first(given) : NULL;
  for (; item != NULL && rc == SQLITE_OK; item = cm_json_after(item)) {
    cm_json *date = NULL;
    rc = make_date(argument, text, cm_json_text(item), &date, err);
    if (rc == SQLITE_OK && cm_json_push(*out, date) != SQLITE_OK) rc = cm_err_nomem(err);
  }
  cm_json_free(given);
  return rc;
}

static int make_member(const cm_argument *argument, cm_slice text, cm_json **out, cm_err *err) {
  switch (argument->kind) {
  case CM_ARGUMENT_ID: {
    int rc = check_id(argument, text, err);
    return rc == SQLITE_OK ? make_text(text, out, err) : rc;
  }
  case CM_ARGUMENT_CUSTOMER: return make_customer(argument, text, out, err);
  case CM_ARGUMENT_LIST: return make_list(text, out, err);
  case CM_ARGUMENT_OBJECTS: return make_objects(argument, text, out, err);
  case CM_ARGUMENT_ATTRIBUTES: return make_attributes(argument, text, out, err);
  case CM_ARGUMENT_BOOLEAN: return make_boolean(argument, text, out, err);
  case CM_ARGUMENT_DATES: return make_dates(argument, text, out, err);
  default: return make_text(text, out, err);
  }
}

/* ---- path and body ------------------------------------------------------------------------- */

static int missing(const cm_action *action, int argument, cm_err *err) {
  if (action->arguments[argument].query != NULL) {
    return cm_err_set(err, SQLITE_ERROR,
                      "%s is missing (it is NULL): give a text that is not empty",
                      action->arguments[argument].name);
  }
  return cm_err_set(err, SQLITE_ERROR, "%s is missing (it is NULL): write %s",
                    action->arguments[argument].name, action->example);
}

static int find_argument(const cm_action *action, const char *name, size_t len) {
  for (int i = 0; action->arguments[i].name != NULL; i++) {
    if (cm_text_is(name, len, action->arguments[i].name)) return i;
  }
  return -1;
}

static int format_path(const cm_action *action, const cm_slice *texts, cm_buf *path, cm_err *err) {
  const char *name = NULL;
  const char *from = action->path;
  size_t len = 0;
  for (size_t at = 0; cm_text_next_name(action->path, &at, &name, &len); from = action->path + at) {
    int argument = find_argument(action, name, len);
    int rc = check_id(&action->arguments[argument], texts[argument], err);
    if (rc != SQLITE_OK) return rc;
    cm_buf_append(path, from, (size_t)(name - 1 - from));
    cm_buf_percent(path, texts[argument].ptr, texts[argument].len);
  }
  cm_buf_text(path, from);
  for (int i = 0; action->arguments[i].name != NULL; i++) {
    const cm_argument *argument = &action->arguments[i];
    if (argument->query == NULL || texts[i].ptr == NULL) continue;
    if (texts[i].len == 0) return wrong(argument, texts[i], "a text that is not empty", err);
    cm_buf_printf(path, "?%s=", argument->query);
    cm_buf_percent(path, texts[i].ptr, texts[i].len);
  }
  return path->code;
}

static int format_body(const cm_action *action, const cm_slice *texts, cm_buf *body, cm_err *err) {
  cm_json *object = cm_json_new_object();
  int rc = object == NULL ? cm_err_nomem(err) : SQLITE_OK;
  for (int i = 0; action->arguments[i].name != NULL && rc == SQLITE_OK; i++) {
    const cm_argument *argument = &action->arguments[i];
    cm_json *member = NULL;
    if (argument->body == NULL || (texts[i].ptr == NULL && argument->list == NULL)) continue;
    rc = make_member(argument, texts[i], &member, err);
    bool is_list = argument->list != NULL && cm_json_type_of(member) == CM_JSON_ARRAY;
    if (rc != SQLITE_OK) {
      cm_json_free(member);
    } else if (cm_json_put(object, is_list ? argument->list : argument->body, member) !=
               SQLITE_OK) {
      rc = cm_err_nomem(err);
    }
  }
  char *text = rc == SQLITE_OK && cm_json_first(object) != NULL ? cm_json_format(object) : NULL;
  if (text != NULL) rc = cm_buf_text(body, text);
  if (rc == SQLITE_OK && text == NULL && cm_json_first(object) != NULL) rc = cm_err_nomem(err);
  sqlite3_free(text);
  cm_json_free(object);
  return rc;
}

int cm_action_format(const cm_action *action, const cm_slice *texts, int count, cm_buf *path,
                     cm_buf *body, cm_err *err) {
  cm_slice all[CM_ACTION_MAX_ARGUMENTS] = { { NULL, 0 } };
  for (int i = 0; i < count; i++)
    all[i] = texts[i];
  for (int i = 0; i < cm_action_most(action); i++) {
    const cm_argument *argument = &action->arguments[i];
    bool may_be_null = argument->list != NULL || (argument->query != NULL && i >= count) ||
                       (argument->query == NULL && argument->is_optional);
    if (all[i].ptr == NULL && !may_be_null) return missing(action, i, err);
  }
  int rc = format_path(action, all, path, err);
  if (rc == SQLITE_OK) rc = format_body(action, all, body, err);
  if (rc == SQLITE_NOMEM) return cm_err_nomem(err);
  if (rc == SQLITE_TOOBIG) {
    return cm_err_set(err, rc, "the arguments are larger than %d MiB: send less at once",
                      CM_MAX_BODY_BYTES / (1024 * 1024));
  }
  return rc;
}

/* ---- the functions ------------------------------------------------------------------------- */

static void run(sqlite3_context *context, int argc, sqlite3_value **argv) {
  const cm_action *action = cm_function_row(context);
  cm_slice texts[CM_ACTION_MAX_ARGUMENTS] = { { NULL, 0 } };
  cm_buf path, body;
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  cm_buf_init(&path, CM_MAX_URL_BYTES);
  cm_buf_init(&body, CM_MAX_BODY_BYTES);
  for (int i = 0; i < argc && rc == SQLITE_OK; i++)
    rc = cm_sending_text(argv[i], action->arguments[i].name, &texts[i], &err);
  if (rc == SQLITE_OK) rc = cm_action_format(action, texts, argc, &path, &body, &err);
  if (rc == SQLITE_OK) {
    const cm_sending sending = { .who = action->name,
                                 .method = action->method,
                                 .path = cm_buf_str(&path),
                                 .body = body.data,
                                 .body_len = body.len,
                                 .wants_json = true };
    cm_sending_result(context, cm_function_session(context), &sending);
  } else {
    cm_err_prefix(&err, action->name);
    cm_function_error(context, &err);
  }
  cm_buf_clear(&path);
  cm_buf_clear(&body);
}

int cm_actions_register(sqlite3 *db, cm_session *session) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < cm_countof(table); i++) {
    int count = cm_action_least(&table[i]);
    for (; count <= cm_action_most(&table[i]) && rc == SQLITE_OK; count++) {
      const cm_function function = { .name = table[i].name,
                                     .argument_count = count,
                                     .flags = CM_SENDING_FUNCTION,
                                     .run = run,
                                     .doc = table[i].doc };
      rc = cm_function_create(db, session, &function, &table[i]);
    }
  }
  return rc;
}
