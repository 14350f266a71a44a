#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *sb_call_parameter(const sb_call *call, const char *name) {
  for (size_t i = 0; i < call->query_count; i++)
    if (strcmp(call->query[i].name, name) == 0) return call->query[i].value;
  return NULL;
}

bool sb_call_flag(const sb_call *call, const char *name) {
  const char *value = sb_call_parameter(call, name);
  return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

const char *sb_call_text(const sb_call *call, const char *name) {
  return sb_json_text(call->body, name);
}

int sb_call_per_page(const sb_call *call) {
  const char *words = sb_call_parameter(call, "per_page");
  if (!words) words = sb_call_parameter(call, "per-page");
  long asked = words ? strtol(words, NULL, 10) : 0;
  return asked >= 1 && asked <= 200 ? (int)asked : 200;
}

sb_view sb_call_view(const sb_call *call, unsigned form) {
  return (sb_view){
    .form = form,
    .with_disabled = sb_call_flag(call, "with_disabled"),
    .with_histories = sb_call_flag(call, "include_edit_histories"),
  };
}

void sb_call_answer(sb_call *call, int status) {
  static const char *const types[] = {
    [SB_GRAPE] = "application/json",
    [SB_RAILS] = "application/json; charset=utf-8",
  };
  sb_text_reset(&call->out);
  call->status = status;
  call->content_type = types[call->route->family];
}

void sb_call_answer_empty(sb_call *call, int status) {
  sb_call_answer(call, status);
  call->content_type = NULL;
}

void sb_call_answer_object(sb_call *call, int status) {
  sb_call_answer(call, status);
  sb_text_putc(&call->out, '{');
  sb_render_end(call->account, &call->out);
}

void sb_call_answer_row(sb_call *call, const sb_resource *resource, int64_t id, int status) {
  bool is_child = resource->kind == SB_LINE_ITEM || resource->kind == SB_TRANSACTION;
  sb_view view = sb_call_view(call, SB_FORM_SINGLE | (is_child ? SB_FORM_ALONE : 0));
  sb_call_answer(call, status);
  sb_render_id(call->account, resource, &view, id, &call->out);
}

static void write_error(sb_call *call, int status, const char *param, const char *message) {
  sb_call_answer(call, status);
  if (call->route->family == SB_RAILS) {
    sb_text_puts(&call->out, "{\"error\":");
    sb_text_json_puts(&call->out, message);
  } else {
    sb_text_printf(&call->out, "{\"code\":%d,\"message\":", status);
    sb_text_json_puts(&call->out, message);
    sb_text_puts(&call->out, ",\"param\":");
    sb_text_json_puts(&call->out, param);
  }
  sb_text_putc(&call->out, '}');
}

void sb_call_fail(sb_call *call, int status, const char *param, const char *format, ...) {
  char message[400];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  write_error(call, status, param, message);
}

void sb_call_fail_cursor(sb_call *call) {
  sb_call_fail(call, 422, "cursor", "The cursor is invalid");
}

/* {"errors": {param: text}}, the form of duplicates. */
static void fail_map(sb_call *call, int status, const char *param, const char *text) {
  sb_call_answer(call, status);
  sb_text_puts(&call->out, "{\"errors\":{");
  sb_text_json_puts(&call->out, param);
  sb_text_putc(&call->out, ':');
  sb_text_json_puts(&call->out, text);
  sb_text_puts(&call->out, "}}");
}

/* {"error": ..., "error_details": [{param, code, message}]} */
static void fail_detailed(sb_call *call, int status, const char *param, const char *message) {
  sb_call_answer(call, status);
  sb_text_printf(&call->out,
                 "{\"error\":\"%s\",\"error_details\":[{\"param\":\"%s\",\"code\":\"invalid\","
                 "\"message\":\"%s\"}]}",
                 message, param, message);
}

static void fail_missing_plan_group(sb_call *call) {
  if (sb_decided(call->account, plan_group_missing, "json")) {
    sb_call_fail(call, 404, NULL, "Plan group not found");
    return;
  }
  sb_call_answer(call, 404);
  call->content_type = "text/html; charset=utf-8";
  sb_text_puts(&call->out, "<!DOCTYPE html>\n<html>\n<head><title>The page you were looking for "
                           "doesn't exist (404)</title></head>\n<body>\n<h1>The page you were "
                           "looking for doesn't exist.</h1>\n</body>\n</html>\n");
}

void sb_call_fail_missing(sb_call *call, sb_kind kind, const char *words) {
  static const char *const params[SB_KIND_COUNT] = {
    [SB_CUSTOMER] = "customer_id", [SB_CONTACT] = "contact_uuid",         [SB_NOTE] = "note_uuid",
    [SB_TASK] = "task_uuid",       [SB_OPPORTUNITY] = "opportunity_uuid", [SB_EXPORT] = "id",
  };
  const sb_resource *resource = sb_resource_find(call->account, kind);
  const char *label = resource ? resource->label : "Record";
  size_t prefix = strlen(sb_kind_prefix(kind));
  if (kind == SB_PLAN_GROUP) {
    fail_missing_plan_group(call);
  } else if (kind == SB_CUSTOMER && call->route->family == SB_RAILS &&
             strstr(call->route->path, "/invoices")) { /* as recorded */
    fail_detailed(call, 404, "invoice", "Invoice not found");
  } else if (kind == SB_CUSTOMER && call->route->family == SB_RAILS) {
    sb_call_fail(call, 404, NULL, "Customer not found");
  } else if ((kind == SB_INVOICE || kind == SB_LINE_ITEM || kind == SB_TRANSACTION) && words &&
             !sb_uuid_is_wellformed(kind, words)) {
    fail_detailed(call, 422, "uuid", "Invalid UUID passed");
  } else if (params[kind]) {
    if (words && strncmp(words, sb_kind_prefix(kind), prefix) == 0) words += prefix;
    sb_call_fail(call, 404, params[kind], "%s \"%s\" does not exist", label, words ? words : "");
  } else { /* data sources answer like the Rails family here, as recorded */
    sb_call_answer(call, 404);
    sb_text_printf(&call->out, "{\"error\":\"%s not found\"}", label);
  }
}

/* "name can't be blank" as the Rails family says it: "Name can't be blank", "Plan ids can't be
   blank". */
static void write_blank(sb_text *out, const char *param) {
  for (const char *at = param; *at; at++) {
    char letter = *at == '_' ? ' ' : *at;
    sb_text_putc(out, at == param && letter >= 'a' && letter <= 'z' ? (char)(letter - 32) : letter);
  }
  sb_text_puts(out, " can't be blank");
}

/* The field map with error_details of the Rails family. */
static void write_field_map(sb_call *call) {
  sb_text details = { 0 };
  sb_call_answer(call, 422);
  sb_text_putc(&call->out, '{');
  for (size_t i = 0; i < call->problems.count; i++) {
    const sb_problem *problem = &call->problems.items[i];
    bool is_blank = strcmp(problem->code, "missing") == 0;
    sb_text message = { 0 };
    if (is_blank)
      write_blank(&message, problem->param);
    else
      sb_text_puts(&message, problem->message);
    sb_text_json_puts(&call->out, problem->param);
    sb_text_puts(&call->out, ":[");
    sb_text_json_puts(&call->out, message.bytes);
    sb_text_puts(&call->out, "],");
    sb_text_printf(&details, "%s{\"param\":\"%s\",\"code\":\"%s\",\"message\":", i ? "," : "",
                   problem->param, is_blank ? "blank" : problem->code);
    sb_text_json_puts(&details, message.bytes);
    sb_text_putc(&details, '}');
    sb_text_clear(&message);
  }
  sb_text_printf(&call->out, "\"error_details\":[%s]}", details.bytes);
  sb_text_clear(&details);
}

bool sb_call_failed(sb_call *call) {
  if (!call->problems.count) return false;
  const sb_problem *first = &call->problems.items[0];
  for (size_t i = 0; i < call->problems.count; i++) /* being there already outweighs the rest */
    if (strcmp(call->problems.items[i].code, "taken") == 0) first = &call->problems.items[i];
  if (strcmp(first->code, "taken") == 0)
    fail_map(call, (int)call->account->decisions.duplicate_status, first->param, first->message);
  else if (strcmp(first->code, "unknown") == 0)
    sb_call_fail(call, 404, first->param, "%s", first->message);
  else if (call->route->family == SB_RAILS)
    write_field_map(call);
  else if (strcmp(first->code, "missing") == 0)
    sb_call_fail(call, 400, first->param, "Parameter \"%s\" is missing", first->param);
  else
    sb_call_fail(call, 422, first->param, "%s", first->message);
  return true;
}
