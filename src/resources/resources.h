/*
** resources.h -- the list of all descriptors.
** Data only.
*/
#ifndef CM_RESOURCES_H
#define CM_RESOURCES_H

#include "spec/resource.h"

/** Every table, in the order of the manual. */
/* clang-format off */
#define CM_RESOURCES(X) \
  X(customers) X(customer_tags) X(customer_attributes) X(customer_activities) X(contacts) \
  X(notes) X(opportunities) X(tasks) X(data_sources) X(plans) X(plan_groups) \
  X(plan_group_plans) X(invoices) X(line_items) X(transactions) X(subscriptions) \
  X(import_subscriptions) X(subscription_events) X(activities) X(mrr) X(arr) X(arpa) X(asp) \
  X(customer_count) X(customer_churn_rate) X(mrr_churn_rate) X(ltv) X(metrics) \
  X(metrics_summary) X(account) X(activities_exports) X(json_imports)
/* clang-format on */

#define CM_RESOURCE_DECLARED(name) extern const cm_resource cm_resource_##name;
CM_RESOURCES(CM_RESOURCE_DECLARED)
#undef CM_RESOURCE_DECLARED

#endif
