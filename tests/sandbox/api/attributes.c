#include "resources.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The JSON of a column of one customer, parsed; an empty object or array when there is none. */
static cJSON *load(sb_account *account, const char *column, int64_t customer_id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT %s FROM customers WHERE id = ?", column);
  char *words = sb_db_text(account->db, sql.bytes, "i", customer_id);
  cJSON *json = cJSON_Parse(words ? words : strcmp(column, "tags") == 0 ? "[]" : "{}");
  free(words);
  sb_text_clear(&sql);
  return json;
}

static void store(sb_account *account, const char *column, int64_t customer_id, const cJSON *json) {
  sb_row row = { .resource = sb_resource_find(account, SB_CUSTOMER) };
  char *words = cJSON_PrintUnformatted(json);
  sb_row_text(&row, column, words);
  sb_row_update(account, &row, customer_id);
  sb_row_clear(&row);
  free(words);
}

static bool has_text(const cJSON *array, const char *words) {
  for (const cJSON *one = array->child; one; one = one->next)
    if (strcmp(one->valuestring, words) == 0) return true;
  return false;
}

/* Add the texts of an array to a set; false when there is something else in it. */
static bool add_texts(cJSON *set, const cJSON *sent) {
  if (!cJSON_IsArray(sent)) return false;
  for (const cJSON *one = sent->child; one; one = one->next) {
    if (!cJSON_IsString(one)) return false;
    if (!has_text(set, one->valuestring))
      cJSON_AddItemToArray(set, cJSON_CreateString(one->valuestring));
  }
  return true;
}

static bool is_key(const char *key) {
  if (!key || !*key) return false;
  for (; *key; key++)
    if (!isalnum((unsigned char)*key) && *key != '_') return false;
  return true;
}

static cJSON *read_truth(const cJSON *value) {
  static const char *const yes[] = { "true", "t", "1", "yes", "y" };
  static const char *const no[] = { "false", "f", "0", "no", "n" };
  if (cJSON_IsBool(value)) return cJSON_CreateBool(cJSON_IsTrue(value));
  if (cJSON_IsNumber(value)) return cJSON_CreateBool(value->valuedouble != 0);
  for (size_t i = 0; cJSON_IsString(value) && i < sizeof yes / sizeof *yes; i++) {
    if (strcasecmp(value->valuestring, yes[i]) == 0) return cJSON_CreateBool(1);
    if (strcasecmp(value->valuestring, no[i]) == 0) return cJSON_CreateBool(0);
  }
  return NULL;
}

/* A value in the form of its type, or NULL when it has none. */
static cJSON *convert(const char *type, const cJSON *value) {
  int64_t at_ms;
  if (strcmp(type, "String") == 0 && cJSON_IsString(value) && strlen(value->valuestring) <= 255)
    return cJSON_CreateString(value->valuestring);
  if (strcmp(type, "Boolean") == 0) return read_truth(value);
  bool is_number = cJSON_IsNumber(value);
  double number = is_number ? value->valuedouble : 0;
  if (cJSON_IsString(value) && *value->valuestring) {
    char *end;
    number = strtod(value->valuestring, &end);
    is_number = *end == 0;
  }
  if (strcmp(type, "Integer") == 0 && is_number && number == floor(number))
    return cJSON_CreateNumber(number);
  if (strcmp(type, "Decimal") == 0 && is_number) return cJSON_CreateNumber(number);
  if (strcmp(type, "Timestamp") == 0 && cJSON_IsString(value) &&
      sb_time_parse(value->valuestring, &at_ms, NULL)) {
    sb_text words = { 0 };
    sb_time_write(&words, at_ms, SB_STYLE_MS);
    cJSON *converted = cJSON_CreateString(words.bytes);
    sb_text_clear(&words);
    return converted;
  }
  return NULL;
}

static void put(cJSON *object, const char *key, cJSON *value) {
  if (cJSON_HasObjectItem(object, key))
    cJSON_ReplaceItemInObjectCaseSensitive(object, key, value);
  else
    cJSON_AddItemToObject(object, key, value);
}

/* Add typed entries [{type, key, value}]; an existing key gets the new value and type. */
static bool add_entries(cJSON *custom, cJSON *types, const cJSON *entries, bool may_replace) {
  for (const cJSON *one = entries->child; one; one = one->next) {
    const char *key = sb_json_text(one, "key");
    const char *type = sb_json_text(one, "type");
    cJSON *value = type ? convert(type, cJSON_GetObjectItemCaseSensitive(one, "value")) : NULL;
    bool is_taken = !may_replace && key && cJSON_GetObjectItemCaseSensitive(custom, key);
    if (!value || !is_key(key) || is_taken) {
      cJSON_Delete(value);
      return false;
    }
    put(custom, key, value);
    put(types, key, cJSON_CreateString(type));
  }
  return true;
}

/* Set values {key: value} of attributes that exist, in their type. */
static bool set_values(const sb_account *account, cJSON *custom, const cJSON *types,
                       const cJSON *values) {
  bool refuses = sb_decided(account, unknown_custom, "refuse");
  for (const cJSON *one = values->child; one; one = one->next) {
    const char *type = sb_json_text(types, one->string);
    const cJSON *inner = cJSON_GetObjectItemCaseSensitive(one, "value");
    if (!type) {
      if (refuses) return false;
      continue;
    }
    cJSON *value = convert(type, inner ? inner : one);
    if (!value) return false;
    put(custom, one->string, value);
  }
  return true;
}

/* Either form of `custom`; false when it is neither or a value has the wrong type. */
static bool change_custom(sb_account *account, int64_t customer_id, const cJSON *sent,
                          bool may_replace, cJSON **custom, cJSON **types) {
  *custom = load(account, "custom", customer_id);
  *types = load(account, "custom_types", customer_id);
  if (cJSON_IsArray(sent)) return add_entries(*custom, *types, sent, may_replace);
  return cJSON_IsObject(sent) && set_values(account, *custom, *types, sent);
}

void sb_attributes_read(sb_call *call, sb_row *row, int64_t customer_id, const cJSON *attributes) {
  const cJSON *tags = cJSON_GetObjectItemCaseSensitive(attributes, "tags");
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(attributes, "custom");
  if (tags) {
    bool extends = sb_decided(call->account, patch_tags, "extend");
    cJSON *set = extends ? load(call->account, "tags", customer_id) : cJSON_CreateArray();
    if (!add_texts(set, tags))
      sb_call_problem(call, "tags", "invalid", "tags is not an array of texts");
    char *words = cJSON_PrintUnformatted(set);
    sb_row_text(row, "tags", words);
    free(words);
    cJSON_Delete(set);
  }
  if (sent) {
    cJSON *custom, *types;
    if (!change_custom(call->account, customer_id, sent, true, &custom, &types))
      sb_call_problem(call, "custom", "invalid", "custom has an invalid key, type or value");
    char *words = cJSON_PrintUnformatted(custom), *type_words = cJSON_PrintUnformatted(types);
    sb_row_text(row, "custom", words);
    sb_row_text(row, "custom_types", type_words);
    free(words);
    free(type_words);
    cJSON_Delete(custom);
    cJSON_Delete(types);
  }
}

/* {"tags": [...]} or {"custom": {...}} of one customer. */
static void answer_column(sb_call *call, const char *column, int64_t customer_id) {
  sb_text sql = { 0 };
  sb_text_printf(&sql, "SELECT %s FROM customers WHERE id = ?", column);
  char *words = sb_db_text(call->account->db, sql.bytes, "i", customer_id);
  sb_call_answer(call, 200);
  sb_text_printf(&call->out, "{\"%s\":%s", column, words);
  sb_render_end(call->account, &call->out);
  free(words);
  sb_text_clear(&sql);
}

void sb_attributes_show(sb_call *call) {
  char *words = sb_db_text(call->account->db,
                           "SELECT '{\"tags\":' || tags || ',\"stripe\":' || stripe ||"
                           " ',\"custom\":' || custom FROM customers WHERE id = ?",
                           "i", call->ids[0]);
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, words);
  sb_render_end(call->account, &call->out);
  free(words);
}

static bool add_tags(sb_call *call, int64_t customer_id) {
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(call->body, "tags");
  cJSON *tags = load(call->account, "tags", customer_id);
  bool is_right = add_texts(tags, sent);
  if (is_right)
    store(call->account, "tags", customer_id, tags);
  else
    sb_call_problem(call, "tags", sent ? "invalid" : "missing", "tags is not an array of texts");
  cJSON_Delete(tags);
  return is_right;
}

void sb_tags_add(sb_call *call) {
  if (add_tags(call, call->ids[0]))
    answer_column(call, "tags", call->ids[0]);
  else
    sb_call_failed(call);
}

void sb_tags_remove(sb_call *call) {
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(call->body, "tags");
  cJSON *tags = load(call->account, "tags", call->ids[0]), *kept = cJSON_CreateArray();
  cJSON *set = cJSON_CreateArray();
  bool is_right = add_texts(set, sent);
  if (is_right) {
    for (const cJSON *one = tags->child; one; one = one->next)
      if (!has_text(set, one->valuestring))
        cJSON_AddItemToArray(kept, cJSON_CreateString(one->valuestring));
    store(call->account, "tags", call->ids[0], kept);
    answer_column(call, "tags", call->ids[0]);
  } else {
    sb_call_problem(call, "tags", sent ? "invalid" : "missing", "tags is not an array of texts");
    sb_call_failed(call);
  }
  cJSON_Delete(tags);
  cJSON_Delete(kept);
  cJSON_Delete(set);
}

static bool add_custom(sb_call *call, int64_t customer_id) {
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(call->body, "custom");
  cJSON *custom, *types;
  bool may_replace = sb_decided(call->account, existing_custom, "replace");
  bool is_right = change_custom(call->account, customer_id, sent, may_replace, &custom, &types);
  if (is_right) {
    store(call->account, "custom", customer_id, custom);
    store(call->account, "custom_types", customer_id, types);
  } else {
    sb_call_problem(call, "custom", sent ? "invalid" : "missing",
                    "custom has an invalid key, type or value");
  }
  cJSON_Delete(custom);
  cJSON_Delete(types);
  return is_right;
}

/* POST takes typed entries, PUT values of attributes that are there. */
static void write_custom(sb_call *call, bool is_right_form) {
  if (!is_right_form)
    sb_call_problem(call, "custom", "invalid", "custom has the wrong form");
  else if (add_custom(call, call->ids[0]))
    answer_column(call, "custom", call->ids[0]);
  sb_call_failed(call);
}

void sb_custom_add(sb_call *call) {
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(call->body, "custom");
  write_custom(call, !sent || cJSON_IsArray(sent));
}

void sb_custom_update(sb_call *call) {
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(call->body, "custom");
  write_custom(call, !sent || cJSON_IsObject(sent));
}

void sb_custom_remove(sb_call *call) {
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(call->body, "custom");
  cJSON *custom = load(call->account, "custom", call->ids[0]);
  cJSON *types = load(call->account, "custom_types", call->ids[0]);
  if (!cJSON_IsArray(sent)) {
    sb_call_problem(call, "custom", sent ? "invalid" : "missing", "custom is not an array");
    sb_call_failed(call);
  } else {
    for (const cJSON *one = sent->child; one; one = one->next) {
      if (!cJSON_IsString(one)) continue;
      cJSON_DeleteItemFromObjectCaseSensitive(custom, one->valuestring);
      cJSON_DeleteItemFromObjectCaseSensitive(types, one->valuestring);
    }
    store(call->account, "custom", call->ids[0], custom);
    store(call->account, "custom_types", call->ids[0], types);
    if (!custom->child && call->account->decisions.custom_delete_status == 204)
      sb_call_answer_empty(call, 204);
    else
      answer_column(call, "custom", call->ids[0]);
  }
  cJSON_Delete(custom);
  cJSON_Delete(types);
}

/* Do something with every customer of an address, and answer with all of them. */
static void change_by_email(sb_call *call, bool (*change)(sb_call *call, int64_t customer_id)) {
  const char *email = sb_call_text(call, "email");
  bool is_any = cJSON_IsTrue(
      cJSON_GetObjectItemCaseSensitive(call->body, "with_associated_emails"));
  sb_account *account = call->account;
  sb_text ids = { 0 };
  if (!email || !*email) sb_call_problem(call, "email", "missing", "email");
  if (sb_call_failed(call)) return;
  sqlite3_stmt *rows = sb_db_query(
      account->db,
      "SELECT id FROM customers WHERE email = ?1 UNION SELECT customer_id FROM contacts"
      " WHERE ?2 AND email = ?1 AND customer_id IS NOT NULL ORDER BY 1",
      "ti", email, (int64_t)is_any);
  while (sb_db_step(rows))
    sb_text_printf(&ids, "%lld ", sqlite3_column_int64(rows, 0));
  sb_db_done(rows);
  sb_text entries = { 0 };
  sb_view view = sb_call_view(call, SB_FORM_LIST);
  bool is_right = ids.len > 0 || sb_decided(account, email_missing, "empty");
  if (!is_right)
    sb_call_fail(call, 404, "email", "Can't find any customers with email: \"%s\"", email);
  for (char *at = ids.bytes; ids.len && is_right && *at; at++) {
    int64_t id = strtoll(at, &at, 10);
    is_right = change(call, id);
    if (entries.len) sb_text_putc(&entries, ',');
    sb_render_id(account, sb_resource_find(account, SB_CUSTOMER), &view, id, &entries);
  }
  if (is_right) {
    sb_call_answer(call, 200);
    sb_text_printf(&call->out, "{\"entries\":[%s]", entries.len ? entries.bytes : "");
    sb_render_end(account, &call->out);
  } else {
    sb_call_failed(call);
  }
  sb_text_clear(&entries);
  sb_text_clear(&ids);
}

void sb_tags_add_by_email(sb_call *call) {
  change_by_email(call, add_tags);
}

void sb_custom_add_by_email(sb_call *call) {
  change_by_email(call, add_custom);
}
