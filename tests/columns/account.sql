-- What the account of the test has beside two seeded customers: every kind of row, and of each kind one that is merged,
-- hidden, disabled, edited, incomplete or without its companion. The table `worlds` says what tables are read with
-- beside their flags and words: a clause of which they cannot do without, or that finds other rows.
CREATE TEMP TABLE worlds(table_name, clause);
CREATE TEMP TABLE made(name, uuid);
SELECT chartmogul_config('handle_as_user_edit', 1);

INSERT INTO chartmogul_data_sources (name) VALUES ('First');
INSERT INTO made VALUES ('ds', chartmogul_last_uuid());
INSERT INTO chartmogul_data_sources (name) VALUES ('Second');
INSERT INTO made VALUES ('other ds', chartmogul_last_uuid());

INSERT INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, interval_unit)
SELECT uuid, name || '-plan', 'Gold', 2, 'month' FROM chartmogul_data_sources;
INSERT INTO chartmogul_plan_groups (name, plans)
SELECT 'All', json_group_array(uuid) FROM chartmogul_plans;
INSERT INTO chartmogul_plan_groups (name, plans)
SELECT 'One', json_array(uuid) FROM chartmogul_plans LIMIT 1;

-- A customer of two sources with all there is, a lead, and one whose invoices are all hidden.
INSERT INTO chartmogul_customers
  (data_source_uuid, external_id, name, email, company, country, state, city, zip, lead_created_at,
   free_trial_started_at, owner, website_url, tags, custom)
SELECT uuid, 'ann', 'Ann', 'ann@example.com', 'Acme', 'US', 'NY', 'New York', '10001', '2024-01-02 03:04:05', '2024-02-01',
  'ben@example.com', 'https://example.com', '["vip","new"]', '{"seats":5,"pro":true,"tier":"gold","rate":1.5}'
FROM made WHERE name = 'ds';
INSERT INTO made VALUES ('ann', chartmogul_last_uuid());
INSERT INTO chartmogul_customers (data_source_uuid, external_id, name, email)
SELECT uuid, 'ann-2', 'Ann again', 'ann2@example.com' FROM made WHERE name = 'other ds';
INSERT INTO made VALUES ('ann 2', chartmogul_last_uuid());
INSERT INTO chartmogul_customers (data_source_uuid, external_id, name, lead_created_at)
SELECT uuid, 'lead', 'Lead', '2025-03-01' FROM made WHERE name = 'other ds';
INSERT INTO made VALUES ('lead', chartmogul_last_uuid());

INSERT INTO chartmogul_invoices
  (data_source_uuid, customer_uuid, external_id, date, due_date, currency, collection_method, line_items, transactions)
SELECT d.uuid, c.uuid, column1, column2, '2025-06-01', 'USD', 'automatic', replace(column3, '{pl}', p.uuid), json(column4)
FROM made d, made c, (SELECT uuid FROM chartmogul_plans WHERE external_id = 'First-plan') p, (VALUES
  ('i1', '2025-01-01', '[{"type":"subscription","external_id":"l1","subscription_external_id":"s1",
    "subscription_set_external_id":"set","plan_uuid":"{pl}","amount_in_cents":1000,"quantity":2,
    "service_period_start":"2025-01-01","service_period_end":"2025-02-01","prorated":true,"proration_type":"full",
    "discount_code":"D","discount_amount_in_cents":5,"discount_description":"less","tax_amount_in_cents":19,
    "transaction_fees_in_cents":3,"transaction_fees_currency":"EUR","account_code":"8400","event_order":1,"balance_transfer":true},
    {"type":"one_time","external_id":"l2","description":"Setup","amount_in_cents":500}]',
    '[{"type":"payment","external_id":"t1","date":"2025-01-02","result":"successful","amount_in_cents":900},
    {"type":"refund","external_id":"t2","date":"2025-01-03","result":"failed"}]'),
  ('i2', '2025-02-01', '[{"type":"subscription","external_id":"l3","subscription_external_id":"s2","plan_uuid":"{pl}",
    "amount_in_cents":1000,"service_period_start":"2025-02-01","service_period_end":"2025-03-01"}]',
    '[{"type":"payment","external_id":"t3","date":"2025-02-02","result":"successful"}]'),
  ('hidden', '2025-03-01', '[{"type":"one_time","external_id":"l4","amount_in_cents":1}]',
    '[{"type":"payment","external_id":"t4","date":"2025-03-02","result":"failed"}]'))
WHERE d.name = 'ds' AND c.name = 'ann';

-- A subscription of the same external id in the other source, so that one customer will have two of it.
INSERT INTO chartmogul_invoices (data_source_uuid, customer_uuid, external_id, date, currency, line_items)
SELECT d.uuid, c.uuid, 'i3', '2025-01-01', 'USD', json_array(json_object('type', 'subscription', 'external_id', 'l6',
  'subscription_external_id', 's1', 'plan_uuid', p.uuid, 'amount_in_cents', 700, 'service_period_start', '2025-01-01',
  'service_period_end', '2026-01-01'))
FROM made d, made c, (SELECT uuid FROM chartmogul_plans WHERE external_id = 'Second-plan') p
WHERE d.name = 'other ds' AND c.name = 'ann 2';

-- Without a plan, and paid on no day: invalid.
SELECT chartmogul_request('POST', '/import/customers/' || c.uuid || '/invoices', json_object('invoices', json_array(
  json_object('external_id', 'invalid', 'date', '2025-01-01', 'currency', 'EUR', 'data_source_uuid', d.uuid,
  'line_items', json('[{"type":"subscription","external_id":"l5","subscription_external_id":"s3","amount_in_cents":1000,
    "service_period_start":"2025-01-01","service_period_end":"2025-02-01"}]'),
  'transactions', json('[{"type":"payment","external_id":"t5","date":"yesterday","result":"successful"}]')))))
FROM made d, made c WHERE d.name = 'ds' AND c.name = 'ann';

INSERT INTO chartmogul_subscription_events
  (data_source_uuid, external_id, customer_external_id, subscription_external_id, event_type, event_date, effective_date,
   plan_external_id, currency, amount_in_cents, quantity, tax_amount_in_cents, event_order)
SELECT uuid, 'e' || column1, 'ann', 's' || column1, 'subscription_start', '2025-04-01', '2025-04-02', 'First-plan', 'USD', 1000,
  1, 5, 1
FROM made, (VALUES (4), (5), (6)) WHERE name = 'ds';

-- What a user has edited, and what is disabled.
UPDATE chartmogul_invoices SET due_date = '2025-07-01' WHERE external_id = 'i1';
UPDATE chartmogul_line_items SET amount_in_cents = 1100 WHERE external_id = 'l1';
UPDATE chartmogul_transactions SET result = 'successful' WHERE external_id = 't2';
UPDATE chartmogul_subscription_events SET amount_in_cents = 1100 WHERE external_id = 'e4';
UPDATE chartmogul_invoices SET disabled = 1 WHERE external_id = 'hidden';
UPDATE chartmogul_line_items SET disabled = 1 WHERE external_id = 'l2';
UPDATE chartmogul_transactions SET disabled = 1 WHERE external_id = 't2';
UPDATE chartmogul_subscription_events SET disabled = 1 WHERE external_id = 'e5';

UPDATE chartmogul_import_subscriptions SET cancelled_at = '2025-05-01' WHERE external_id = 's2';
SELECT chartmogul_merge_customers(f.uuid, i.uuid) FROM made f, made i WHERE f.name = 'ann 2' AND i.name = 'ann';

INSERT INTO chartmogul_contacts (customer_uuid, data_source_uuid, external_id, first_name, last_name, title, email, phone, notes, custom)
SELECT c.uuid, d.uuid, 'con-1', 'Bea', 'B', 'CTO', 'bea@example.com', '+1', 'x', '{"department":"IT"}'
FROM made c, made d WHERE c.name = 'ann' AND d.name = 'ds';
INSERT INTO made VALUES ('bea', chartmogul_last_uuid());
INSERT INTO chartmogul_contacts (external_id, first_name, email) VALUES ('con-2', 'Cy', 'cy@example.com');

INSERT INTO chartmogul_notes (customer_uuid, type, text, call_duration, author_email)
SELECT uuid, 'call', 'About ' || name, 60, 'ben@example.com' FROM made WHERE name IN ('ann', 'lead');
INSERT INTO chartmogul_notes (contact_uuid, type, text) SELECT uuid, 'note', 'About Bea' FROM made WHERE name = 'bea';
INSERT INTO chartmogul_tasks (customer_uuid, task_details, assignee, due_date)
SELECT uuid, 'Call', 'ben@example.com', '2026-03-31' FROM made WHERE name IN ('ann', 'lead');
INSERT INTO chartmogul_tasks (contact_uuid, task_details, assignee, due_date, completed_at)
SELECT uuid, 'Write', 'ben@example.com', '2025-03-31', '2025-03-30' FROM made WHERE name = 'bea';
INSERT INTO chartmogul_opportunities
  (customer_uuid, owner, pipeline, pipeline_stage, estimated_close_date, currency, amount_in_cents, type, forecast_category,
   win_likelihood, custom)
SELECT uuid, 'ben@example.com', 'New business', 'Discovery', '2026-03-31', 'USD', 100, 'recurring', 'pipeline', 10,
  '{"competitor":"X"}' FROM made WHERE name IN ('ann', 'lead');

INSERT INTO chartmogul_activities_exports (type, start_date, end_date) VALUES ('churn', '2025-01-01', '2025-12-31');
-- A job is done when it is looked at once more.
SELECT status FROM chartmogul_activities_exports WHERE id = chartmogul_last_uuid();
INSERT INTO worlds SELECT 'chartmogul_activities_exports', printf('id = %Q', chartmogul_last_uuid());
INSERT INTO chartmogul_json_imports (data_source_uuid, external_id, plans)
SELECT uuid, 'import', '[{"external_id":"j1","name":"Iron","interval_count":1,"interval_unit":"year"}]'
FROM made WHERE name = 'ds';
SELECT status FROM chartmogul_json_imports WHERE data_source_uuid IN (SELECT uuid FROM made) AND external_id = 'import';
INSERT INTO worlds SELECT 'chartmogul_json_imports', printf('data_source_uuid = %Q AND external_id = ''import''', uuid)
FROM made WHERE name = 'ds';

INSERT INTO worlds VALUES
  ('chartmogul_customers', 'search_email = ''bea@example.com'''),
  ('chartmogul_customers', 'any_external_id = ''ann-2'''),
  ('chartmogul_invoices', 'validation_type = ''all'' AND with_disabled = 1 AND include_edit_histories = 1'),
  ('chartmogul_line_items', 'validation_type = ''all'' AND with_disabled = 1 AND include_edit_histories = 1'),
  ('chartmogul_transactions', 'validation_type = ''all'' AND with_disabled = 1 AND include_edit_histories = 1'),
  ('chartmogul_subscription_events', 'with_disabled = 1 AND include_edit_histories = 1');
INSERT INTO worlds SELECT 'chartmogul_customers', printf('any_data_source_uuid = %Q', uuid) FROM made WHERE name = 'other ds';
INSERT INTO worlds VALUES ('chartmogul_plans', 'system = ''Stripe'''), ('chartmogul_customers', 'system = ''Custom''');
INSERT INTO worlds
SELECT table_name, 'start_date = ''2025-01-01'' AND end_date = ''2025-06-30'' AND interval = ''month'' AND geo = ''US'' AND plans = ''Starter'''
FROM chartmogul_columns WHERE name = 'interval' AND hidden;
