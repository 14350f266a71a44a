#include "invoice_child.h"
#include "resources.h"

#include <string.h>

static bool is_of_subscription(const sb_row *row) {
  const char *type = sb_row_get_text(row, "type");
  return type && strcmp(type, "one_time") != 0;
}

static void check_period(const sb_row *row, sb_problems *problems) {
  bool has_both = sb_row_is_set(row, "service_period_start") &&
                  sb_row_is_set(row, "service_period_end");
  if (has_both &&
      sb_row_get_int(row, "service_period_end") < sb_row_get_int(row, "service_period_start"))
    sb_problems_add(problems, "service_period_end", "invalid",
                    "service_period_end is before service_period_start");
}

/* What only the lines of a subscription need. */
static void check_subscription(const sb_row *row, sb_problems *problems) {
  static const struct {
    const char *param;
    const char *column;
  } needed[] = {
    { "subscription_external_id", "subscription_external_id" },
    { "plan_uuid", "plan_id" },
    { "service_period_start", "service_period_start" },
    { "service_period_end", "service_period_end" },
  };
  if (!is_of_subscription(row)) return;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!sb_row_is_set(row, needed[i].column))
      sb_problems_add(problems, needed[i].param, "missing", "%s", needed[i].param);
  check_period(row, problems);
}

static int64_t customer_of(sb_account *account, int64_t invoice_id) {
  return sb_db_int(account->db, 0, "SELECT customer_id FROM invoices WHERE id = ?", "i",
                   invoice_id);
}

/* The subscription that the line names; it is made when it is new. */
static int64_t find_subscription(sb_account *account, const sb_row *row, int64_t customer_id) {
  return sb_subscription_find(account, customer_id, sb_row_get_int(row, "data_source_id"),
                              sb_row_get_text(row, "subscription_external_id"),
                              sb_row_get_text(row, "subscription_set_external_id"),
                              sb_row_get_int(row, "plan_id"));
}

/* A line that has all that it needs belongs to a subscription; it may have been repaired, or name
   another one now. */
static void changed(sb_account *account, int64_t id) {
  sb_row row = { .resource = &sb_line_items };
  sb_problems problems = { 0 };
  sb_row_load(account, &row, id);
  int64_t invoice_id = sb_row_get_int(&row, "invoice_id");
  sb_row_check(&row, &problems);
  check_subscription(&row, &problems);
  sb_errors_settle(account, &sb_line_items, id, &problems);
  if (is_of_subscription(&row) && !problems.count) {
    int64_t customer_id = customer_of(account, invoice_id);
    sb_db_run(account->db,
              "UPDATE line_items SET subscription_id = ?2, prorated = coalesce(prorated, 0)"
              " WHERE id = ?1",
              "ii", id, find_subscription(account, &row, customer_id));
  }
  sb_invoice_settle(account, invoice_id);
  sb_problems_clear(&problems);
  sb_row_clear(&row);
}

static void remove_line_item(sb_account *account, int64_t id) {
  sb_child_remove(account, &sb_line_items, id);
}

void sb_line_item_complete(sb_account *account, sb_row *row, int64_t invoice_id,
                           sb_problems *problems) {
  sb_child_begin(account, row, invoice_id,
                 "The external ID for this line item already exists in our system.", problems);
  check_subscription(row, problems);
  if (!is_of_subscription(row) || problems->count) return; /* a repair makes the subscription */
  int64_t id = find_subscription(account, row, customer_of(account, invoice_id));
  sb_row_int(row, "subscription_id", id);
  if (!sb_row_has(row, "prorated")) sb_row_int(row, "prorated", 0);
  if (sb_row_is_set(row, "cancelled_at"))
    sb_subscription_cancel(account, id, sb_row_get_int(row, "cancelled_at"));
}

/* A change may leave out what the line has. */
static void prepare_change(sb_call *call, const sb_row *row, int64_t id) {
  sb_row whole = { .resource = &sb_line_items };
  static const char *const dates[] = { "service_period_start", "service_period_end" };
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
    if (sb_row_is_set(row, dates[i])) sb_row_int(&whole, dates[i], sb_row_get_int(row, dates[i]));
  sb_row_load(call->account, &whole, id);
  check_period(&whole, &call->problems);
  int64_t subscription_id = sb_row_get_int(&whole, "subscription_id");
  if (!call->problems.count && subscription_id && sb_row_is_set(row, "cancelled_at"))
    sb_subscription_cancel(call->account, subscription_id, sb_row_get_int(row, "cancelled_at"));
  sb_row_clear(&whole);
}

static void prepare(sb_call *call, sb_row *row, int64_t id) {
  if (id && sb_decided(call->account, line_item_external_id, "ignore"))
    sb_row_drop(row, "external_id");
  if (id)
    prepare_change(call, row, id);
  else
    sb_line_item_complete(call->account, row, sb_row_get_int(row, "invoice_id"), &call->problems);
}

static const sb_member members[] = {
  SB_CHILD_NAMES(SB_LINE_ITEM),
  { .name = "external_id", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "type",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_REQUIRED,
    .allowed = "subscription|one_time|trial" },
  { .name = "subscription_uuid",
    .column = "subscription_id",
    .type = SB_UUID,
    .detail = SB_SUBSCRIPTION,
    .flags = SB_SUBSCRIPTION_ONLY },
  { .name = "subscription_external_id", .type = SB_TEXT, .flags = SB_BOTH | SB_SUBSCRIPTION_ONLY },
  { .name = "subscription_set_external_id", .type = SB_TEXT, .flags = SB_BOTH | SB_OMIT_NULL },
  { .name = "prorated", .type = SB_BOOL, .flags = SB_BOTH | SB_SUBSCRIPTION_ONLY },
  { .name = "proration_type",
    .type = SB_TEXT,
    .flags = SB_BOTH | SB_SUBSCRIPTION_ONLY,
    .allowed = "differential|full|differential_mrr" },
  { .name = "service_period_start",
    .type = SB_TIME,
    .detail = SB_STYLE_MS,
    .flags = SB_BOTH | SB_SUBSCRIPTION_ONLY },
  { .name = "service_period_end",
    .type = SB_TIME,
    .detail = SB_STYLE_MS,
    .flags = SB_BOTH | SB_SUBSCRIPTION_ONLY },
  { .name = "description", .type = SB_TEXT, .flags = SB_BOTH | SB_ONE_TIME_ONLY },
  { .name = "plan_uuid",
    .column = "plan_id",
    .type = SB_UUID,
    .detail = SB_PLAN,
    .flags = SB_BOTH | SB_SUBSCRIPTION_ONLY },
  { .name = "plan_uuid",
    .column = "t.plan_id",
    .type = SB_UUID,
    .detail = SB_PLAN,
    .flags = SB_COMPUTED | SB_ONE_TIME_ONLY,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE },
  { .name = "plan_external_id",
    .column = "(SELECT external_id FROM plans p WHERE p.id = t.plan_id)",
    .type = SB_TEXT,
    .flags = SB_COMPUTED | SB_NEWER | SB_OMIT_NULL,
    .forms = SB_FORM_LIST | SB_FORM_SINGLE },
  { .name = "amount_in_cents", .type = SB_INT, .flags = SB_BOTH | SB_REQUIRED },
  { .name = "quantity", .type = SB_INT, .flags = SB_BOTH, .initial = "1" },
  { .name = "discount_code", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },
  { .name = "discount_amount_in_cents", .type = SB_INT, .flags = SB_BOTH, .initial = "0" },
  { .name = "discount_description", .type = SB_TEXT, .flags = SB_BOTH },
  { .name = "tax_amount_in_cents", .type = SB_INT, .flags = SB_BOTH, .initial = "0" },
  { .name = "transaction_fees_in_cents", .type = SB_INT, .flags = SB_BOTH, .initial = "0" },
  { .name = "transaction_fees_currency",
    .type = SB_TEXT,
    .flags = SB_BOTH,
    .allowed = "|" SB_CURRENCIES },
  { .name = "account_code", .type = SB_TEXT, .flags = SB_BOTH, .initial = "" },
  { .name = "event_order", .type = SB_INT, .flags = SB_BOTH },
  { .name = "balance_transfer", .type = SB_BOOL, .flags = SB_BOTH, .forms = SB_FORM_LIST },
  { .name = "cancelled_at", .type = SB_TIME, .detail = SB_STYLE_MS, .flags = SB_BOTH | SB_HIDDEN },
  SB_CHILD_STATE,
  { 0 },
};

const sb_resource sb_line_items = {
  .table = "line_items",
  .label = "Line item",
  .kind = SB_LINE_ITEM,
  .members = members,
  .indexes = "CREATE INDEX lines_invoice ON line_items(invoice_id);"
             "CREATE INDEX lines_external ON line_items(external_id, data_source_id)"
             " WHERE external_id IS NOT NULL",
  .prepare = prepare,
  .changed = changed,
  .remove = remove_line_item,
};
