/*
** resources.h -- the descriptors of all resources and the handlers that are more than their
** descriptor.
** Owns: nothing, constant data.  Never: anything generic.
*/
#ifndef SANDBOX_RESOURCES_H
#define SANDBOX_RESOURCES_H

#include "../engine/call.h"

extern const sb_resource sb_data_sources, sb_customers, sb_contacts, sb_notes, sb_old_notes,
    sb_opportunities, sb_tasks, sb_plans, sb_plan_groups, sb_invoices, sb_line_items,
    sb_transactions, sb_subscriptions, sb_events, sb_activities, sb_exports, sb_imports;

extern const sb_list sb_customer_list, sb_plan_list, sb_invoice_list, sb_import_invoice_list,
    sb_import_subscription_list, sb_contact_list, sb_customer_contact_list, sb_old_note_list,
    sb_customer_note_list, sb_opportunity_list, sb_task_list, sb_plan_group_list,
    sb_plan_group_plan_list, sb_event_list, sb_customer_activity_list;

void sb_ping(sb_call *call);
void sb_account_show(sb_call *call);

void sb_data_source_list(sb_call *call);
void sb_data_source_retrieve(sb_call *call);
/** DELETE .../all and .../dependent: the content goes, the source stays. */
void sb_data_source_clear(sb_call *call);
/** DELETE /data_sources/{ds}/customers/{cus}/invoices */
void sb_data_source_delete_invoices(sb_call *call);

void sb_customer_list_all(sb_call *call);
void sb_customer_delete(sb_call *call);
void sb_customer_search(sb_call *call);
void sb_customer_subscriptions(sb_call *call);
/**
 * Write the lists of a customer's sources and external ids anew from its parts, and the primary
 * ones when those have gone.
 */
void sb_customer_store_parts(sb_account *account, int64_t customer_id);
void sb_customer_merge(sb_call *call);
void sb_customer_unmerge(sb_call *call);
void sb_connect_subscriptions(sb_call *call);
void sb_disconnect_subscriptions(sb_call *call);

void sb_attributes_show(sb_call *call);
void sb_tags_add(sb_call *call);
void sb_tags_remove(sb_call *call);
void sb_tags_add_by_email(sb_call *call);
void sb_custom_add(sb_call *call);
void sb_custom_update(sb_call *call);
void sb_custom_remove(sb_call *call);
void sb_custom_add_by_email(sb_call *call);

/**
 * The columns tags, custom and custom_types of a customer's row from a body's `attributes`;
 * problems go to the call.
 */
void sb_attributes_read(sb_call *call, sb_row *row, int64_t customer_id, const cJSON *attributes);

void sb_invoice_import(sb_call *call);
void sb_invoice_retrieve(sb_call *call);
void sb_invoice_set_status(sb_call *call);
/**
 * Store the invoice `json` of a customer with its children; errors of the record go into `errors`
 * ({} when fine).
 */
int64_t sb_invoice_store(sb_call *call, int64_t customer_id, const cJSON *json, sb_text *errors);
/** Add problems to the errors of a record, {member: text}; what is there stays. */
void sb_errors_add(cJSON *errors, const char *prefix, const sb_problems *problems);
/** Make the stored errors of a line item or transaction those that still stand. */
void sb_errors_settle(sb_account *account, const sb_resource *resource, int64_t id,
                      const sb_problems *problems);
/** Find out anew whether an invoice is valid, from its own errors and its children's. */
void sb_invoice_check(sb_account *account, int64_t invoice_id);
/** After a change of an invoice or its children: validity, status, and its customer's books. */
void sb_invoice_settle(sb_account *account, int64_t invoice_id);
/** The invoice of a line item or transaction. */
int64_t sb_invoice_of(sb_account *account, const sb_resource *resource, int64_t id);
/** Check a line item or transaction that was read for an invoice, and complete it. */
void sb_line_item_complete(sb_account *account, sb_row *row, int64_t invoice_id,
                           sb_problems *problems);
void sb_transaction_complete(sb_account *account, sb_row *row, int64_t invoice_id,
                             sb_problems *problems);
/** The subscription of a customer by external id; made when it is new. */
int64_t sb_subscription_find(sb_account *account, int64_t customer_id, int64_t data_source_id,
                             const char *external_id, const char *set_external_id, int64_t plan_id);
/** GET /import/customers/{cus}/subscriptions */
void sb_import_subscriptions(sb_call *call);
/** Add a cancellation date to a subscription. */
void sb_subscription_cancel(sb_account *account, int64_t subscription_id, int64_t at_ms);
void sb_subscription_change(sb_call *call);

/** DELETE /plans/{pl}: refused for a plan in use when the switch says so. */
void sb_plan_delete(sb_call *call);
void sb_plan_group_create(sb_call *call);
void sb_plan_group_update(sb_call *call);

/** GET /notes */
void sb_note_list(sb_call *call);
void sb_contact_merge(sb_call *call);
/**
 * `custom` of contacts and opportunities is written as an array of pairs and read as an object: make the
 * column that object, over what the row with this id has. Keys that the app does not define are dropped.
 */
void sb_custom_read_pairs(sb_call *call, sb_row *row, const char *table, int64_t id);

void sb_event_create(sb_call *call);
void sb_event_update(sb_call *call);
void sb_event_delete(sb_call *call);
void sb_event_disable(sb_call *call);

void sb_activity_list(sb_call *call);
void sb_export_create(sb_call *call);
void sb_export_retrieve(sb_call *call);
void sb_metrics(sb_call *call);

void sb_import_create(sb_call *call);
void sb_import_retrieve(sb_call *call);

#endif
