#include "owner.h"

#include "../base/functions.h"

#include <string.h>

void sb_check_user(sb_call *call, const sb_row *row, const char *column) {
  if (sb_row_get_text(row, column) && !sb_is_user(sb_row_get_text(row, column)))
    sb_call_problem(call, column, "invalid", "User not found");
}

/* The identifier of the owner, customer or contact, as the body names it; problems go to the call. */
static void read_identifier(sb_call *call, sb_row *row, const cJSON *identifier) {
  const char *object = sb_json_text(identifier, "associated_object");
  const char *method = sb_json_text(identifier, "method");
  const char *value = sb_json_text(identifier, "value");
  bool is_contact = object && strcmp(object, "contact") == 0;
  bool is_known = is_contact || (object && strcmp(object, "customer") == 0);
  sb_kind kind = is_contact ? SB_CONTACT : SB_CUSTOMER;
  int64_t owner = sb_uuid_parse(kind, value);
  if (!is_known || !method || strcmp(method, "uuid") != 0)
    sb_call_problem(call, "associated_object_identifier", "invalid",
                    "associated_object_identifier has the wrong form");
  else if (!sb_resource_has(call->account, kind, owner))
    sb_call_problem(call, "associated_object_identifier", "unknown", "%s \"%s\" does not exist",
                    is_contact ? "Contact" : "Customer", value ? value : "");
  else
    sb_row_int(row, is_contact ? "contact_id" : "customer_id", owner);
}

void sb_read_owner(sb_call *call, sb_row *row) {
  const cJSON *identifier = cJSON_GetObjectItemCaseSensitive(call->body,
                                                             "associated_object_identifier");
  const char *customer = sb_call_text(call, "customer_uuid");
  bool has_customer = customer || sb_row_is_set(row, "customer_id");
  if ((identifier != NULL) == has_customer) {
    sb_problems_clear(&call->problems);
    sb_call_problem(call, "associated_object_identifier", "invalid",
                    "Exactly one of customer_uuid and associated_object_identifier is needed");
  } else if (identifier) {
    read_identifier(call, row, identifier);
  } else if (!sb_row_is_set(row, "customer_id")) {
    sb_problems_clear(&call->problems);
    sb_call_problem(call, "customer_uuid", "unknown", "Customer \"%s\" does not exist", customer);
  }
}
