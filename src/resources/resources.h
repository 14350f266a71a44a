/*
** resources.h -- every descriptor by name, for the registry.
** Data only.
*/
#ifndef CM_RESOURCES_H
#define CM_RESOURCES_H

#include "spec/resource.h"

extern const cm_resource cm_resource_customers;
extern const cm_resource cm_resource_customer_tags;
extern const cm_resource cm_resource_customer_attributes;
extern const cm_resource cm_resource_customer_activities;
extern const cm_resource cm_resource_contacts;
extern const cm_resource cm_resource_notes;
extern const cm_resource cm_resource_opportunities;
extern const cm_resource cm_resource_tasks;
extern const cm_resource cm_resource_data_sources;
extern const cm_resource cm_resource_plans;
extern const cm_resource cm_resource_plan_groups;
extern const cm_resource cm_resource_plan_group_plans;
extern const cm_resource cm_resource_invoices;
extern const cm_resource cm_resource_line_items;
extern const cm_resource cm_resource_transactions;
extern const cm_resource cm_resource_subscriptions;
extern const cm_resource cm_resource_import_subscriptions;
extern const cm_resource cm_resource_subscription_events;
extern const cm_resource cm_resource_activities;
extern const cm_resource cm_resource_mrr;
extern const cm_resource cm_resource_arr;
extern const cm_resource cm_resource_arpa;
extern const cm_resource cm_resource_asp;
extern const cm_resource cm_resource_customer_count;
extern const cm_resource cm_resource_customer_churn_rate;
extern const cm_resource cm_resource_mrr_churn_rate;
extern const cm_resource cm_resource_ltv;
extern const cm_resource cm_resource_metrics;
extern const cm_resource cm_resource_metrics_summary;
extern const cm_resource cm_resource_account;
extern const cm_resource cm_resource_activities_exports;
extern const cm_resource cm_resource_json_imports;

#endif
