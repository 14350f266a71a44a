-- How do I take back what a night has written?
--
-- Run it in this folder as sync.sql, with the same journal and with the number of the night's run, as sql/README.md says. It deletes
-- what the night created, writes back what it changed, and creates again what it deleted, with another uuid. What was deleted along with
-- a customer, its invoices, is in no line of the journal: after this sync.sql brings it back from the export of the day before.

.bail on
.headers on
.mode column

-- Without a journal, without :run, or where the journal has no such run, it ends here: the names of the constraints are the errors.
CREATE TEMP TABLE night (
  run INTEGER
    CONSTRAINT "no run is given: .parameter set :run 7 before this file; SELECT run, min(time), count(*) FROM chartmogul_writes GROUP BY run shows them all"
    CHECK (run IS NOT NULL),
  journal TEXT CONSTRAINT "there is no journal: set CHARTMOGUL_JOURNAL to the file that the night has written" CHECK (journal IS NOT NULL),
  writes INTEGER
    CONSTRAINT "no such run in the journal: SELECT run, min(time), count(*) FROM chartmogul_writes GROUP BY run shows them all"
    CHECK (writes > 0));
INSERT INTO night SELECT :run, chartmogul_config('journal'), (SELECT count(*) FROM chartmogul_writes WHERE run = :run);

-- What stood there before: of a row that was written several times the oldest line says it. Where `before` is NULL there was nothing.
CREATE TEMP TABLE stood AS
SELECT min(id) AS id, table_name, operation, key, before,
       iif(json_valid(body), coalesce(body ->> '$.data_source_uuid', body ->> '$.invoices[0].data_source_uuid',
                                      body ->> '$.subscription_event.data_source_uuid'), NULL) AS source,
       iif(json_valid(body), body ->> '$.invoice_external_id', NULL) AS invoice
  FROM chartmogul_writes
 WHERE run = (SELECT run FROM night) AND state = 'written' AND coalesce(error, '') NOT LIKE 'exists already%'
 GROUP BY table_name, coalesce(before ->> 'uuid', before ->> 'id', uuid, key);

CREATE TEMP VIEW created AS SELECT * FROM stood WHERE operation = 'INSERT' AND before IS NULL;
CREATE TEMP VIEW changed AS SELECT * FROM stood WHERE operation <> 'DELETE' AND before IS NOT NULL;
CREATE TEMP VIEW deleted AS SELECT * FROM stood WHERE operation = 'DELETE' AND before IS NOT NULL;

SELECT chartmogul_config('on_refusal', 'continue') AS on_refusal,
       chartmogul_config('delete_limit', (SELECT count(*) + 1 FROM created)) AS delete_limit;

BEGIN;

-- Lines and payments of an invoice that was created go with it.
DELETE FROM chartmogul_subscription_events
 WHERE (data_source_uuid, external_id) IN (SELECT source, key FROM created WHERE table_name = 'chartmogul_subscription_events');
DELETE FROM chartmogul_transactions
 WHERE (data_source_uuid, external_id) IN (SELECT source, key FROM created WHERE table_name = 'chartmogul_transactions'
                                              AND invoice NOT IN (SELECT key FROM created WHERE table_name = 'chartmogul_invoices'));
DELETE FROM chartmogul_line_items
 WHERE (data_source_uuid, external_id) IN (SELECT source, key FROM created WHERE table_name = 'chartmogul_line_items'
                                              AND invoice NOT IN (SELECT key FROM created WHERE table_name = 'chartmogul_invoices'));
DELETE FROM chartmogul_invoices
 WHERE (data_source_uuid, external_id) IN (SELECT source, key FROM created WHERE table_name = 'chartmogul_invoices');
DELETE FROM chartmogul_customers
 WHERE (data_source_uuid, external_id) IN (SELECT source, key FROM created WHERE table_name = 'chartmogul_customers');
DELETE FROM chartmogul_plans
 WHERE (data_source_uuid, external_id) IN (SELECT source, key FROM created WHERE table_name = 'chartmogul_plans');

-- Only what differs is sent. A column that a night of yours writes too stands here as well: tags = w.before -> '$.attributes.tags'.
UPDATE chartmogul_plans AS p
   SET name = w.before ->> 'name', interval_count = w.before ->> 'interval_count', interval_unit = w.before ->> 'interval_unit'
  FROM changed AS w
 WHERE w.table_name = 'chartmogul_plans' AND p.uuid = w.before ->> 'uuid';

UPDATE chartmogul_customers AS c
   SET name = w.before ->> 'name', company = w.before ->> 'company', email = w.before ->> 'email', country = w.before ->> 'country'
  FROM changed AS w
 WHERE w.table_name = 'chartmogul_customers' AND c.uuid = w.before ->> 'uuid';

UPDATE chartmogul_invoices AS i
   SET date = w.before ->> 'date', due_date = w.before ->> 'due_date', currency = w.before ->> 'currency'
  FROM changed AS w
 WHERE w.table_name = 'chartmogul_invoices' AND i.uuid = w.before ->> 'uuid';

UPDATE chartmogul_line_items AS l
   SET type = w.before ->> 'type', plan_uuid = w.before ->> 'plan_uuid',
       subscription_external_id = w.before ->> 'subscription_external_id', description = w.before ->> 'description',
       quantity = w.before ->> 'quantity', amount_in_cents = w.before ->> 'amount_in_cents',
       service_period_start = w.before ->> 'service_period_start', service_period_end = w.before ->> 'service_period_end'
  FROM changed AS w
 WHERE w.table_name = 'chartmogul_line_items' AND l.uuid = w.before ->> 'uuid';

UPDATE chartmogul_transactions AS t
   SET type = w.before ->> 'type', date = w.before ->> 'date', result = w.before ->> 'result',
       amount_in_cents = w.before ->> 'amount_in_cents'
  FROM changed AS w
 WHERE w.table_name = 'chartmogul_transactions' AND t.uuid = w.before ->> 'uuid';

UPDATE chartmogul_subscription_events AS e
   SET customer_external_id = w.before ->> 'customer_external_id', subscription_external_id = w.before ->> 'subscription_external_id',
       event_date = w.before ->> 'event_date', effective_date = w.before ->> 'effective_date'
  FROM changed AS w
 WHERE w.table_name = 'chartmogul_subscription_events' AND e.id = w.before ->> 'id';

INSERT INTO chartmogul_customers (data_source_uuid, external_id, name, company, email, country, state, city, zip, lead_created_at,
  free_trial_started_at, owner, website_url, tags, custom)
SELECT before ->> 'data_source_uuid', before ->> 'external_id', before ->> 'name', before ->> 'company', before ->> 'email',
       before ->> 'country', before ->> 'state', before ->> 'city', before ->> 'zip', before ->> 'lead_created_at',
       before ->> 'free_trial_started_at', before ->> 'owner', before ->> 'website_url', before -> '$.attributes.tags',
       before -> '$.attributes.custom'
  FROM deleted WHERE table_name = 'chartmogul_customers';

-- Of a line and a payment goes back what a row of its own could give, without what is NULL.
INSERT INTO chartmogul_invoices (customer_uuid, data_source_uuid, external_id, date, due_date, currency, collection_method, line_items,
  transactions)
SELECT before ->> 'customer_uuid', before ->> 'data_source_uuid', before ->> 'external_id', before ->> 'date', before ->> 'due_date',
       before ->> 'currency', before ->> 'collection_method',
       (SELECT json_group_array(json_patch('{}', json_remove(value, '$.uuid', '$.invoice_uuid', '$.subscription_uuid',
               '$.plan_external_id', '$.errors', '$.disabled', '$.disabled_at', '$.disabled_by', '$.user_created')))
          FROM json_each(before -> 'line_items')),
       (SELECT json_group_array(json_patch('{}', json_remove(value, '$.uuid', '$.invoice_uuid', '$.errors', '$.disabled',
               '$.disabled_at', '$.disabled_by', '$.user_created')))
          FROM json_each(before -> 'transactions'))
  FROM deleted WHERE table_name = 'chartmogul_invoices';

INSERT INTO chartmogul_line_items (invoice_uuid, external_id, type, plan_uuid, subscription_external_id, description, quantity,
  amount_in_cents, service_period_start, service_period_end)
SELECT before ->> 'invoice_uuid', before ->> 'external_id', before ->> 'type', before ->> 'plan_uuid',
       before ->> 'subscription_external_id', before ->> 'description', before ->> 'quantity', before ->> 'amount_in_cents',
       before ->> 'service_period_start', before ->> 'service_period_end'
  FROM deleted WHERE table_name = 'chartmogul_line_items';

INSERT INTO chartmogul_transactions (invoice_uuid, external_id, type, date, result, amount_in_cents)
SELECT before ->> 'invoice_uuid', before ->> 'external_id', before ->> 'type', before ->> 'date', before ->> 'result',
       before ->> 'amount_in_cents'
  FROM deleted WHERE table_name = 'chartmogul_transactions';

INSERT INTO chartmogul_subscription_events (data_source_uuid, external_id, customer_external_id, subscription_external_id, event_type,
  event_date, effective_date, plan_external_id, currency, amount_in_cents, quantity, tax_amount_in_cents)
SELECT before ->> 'data_source_uuid', before ->> 'external_id', before ->> 'customer_external_id', before ->> 'subscription_external_id',
       before ->> 'event_type', before ->> 'event_date', before ->> 'effective_date', before ->> 'plan_external_id',
       before ->> 'currency', before ->> 'amount_in_cents', before ->> 'quantity', before ->> 'tax_amount_in_cents'
  FROM deleted WHERE table_name = 'chartmogul_subscription_events';

COMMIT;

SELECT table_name, operation, state, count(*) AS writes
  FROM chartmogul_writes
 WHERE run > (SELECT run FROM night) AND id > (SELECT max(id) FROM stood)
 GROUP BY table_name, operation, state;
