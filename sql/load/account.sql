-- What does the account hold of these records, and where does it differ from the export?
--
-- load.sql and sync.sql read this after clean.sql, sync.sql twice: before it writes and after. It reads four lists, each once: the
-- plans, customers, invoices and cancellations of the data source. What is called account_… has the columns of the clean tables;
-- the views changed_… show what the account lacks or has otherwise, the views gone_… what the export has no more.

DROP TABLE IF EXISTS account_plan;
CREATE TEMP TABLE account_plan AS
SELECT uuid, external_id AS id, name, interval_count, interval_unit
  FROM chartmogul_plans
 WHERE data_source_uuid = (SELECT uuid FROM source);

-- A customer that was merged in ChartMogul answers to the ids of all its parts, and has the details of part 0. Some parts may
-- be of another data source.
DROP TABLE IF EXISTS account_customer;
CREATE TEMP TABLE account_customer AS
SELECT c.uuid, e.value AS id, e.key AS part, coalesce(c.name, '') AS name, coalesce(c.company, '') AS company,
       nullif(c.email, '') AS email, nullif(c.country, '') AS country, c.status, c.mrr,
       EXISTS (SELECT 1 FROM json_each(c.data_source_uuids) AS d WHERE d.value <> source.uuid) AS is_elsewhere_too
  FROM source
  JOIN chartmogul_customers AS c ON c.any_data_source_uuid = source.uuid
  JOIN json_each(c.external_ids) AS e ON c.data_source_uuids ->> e.key = source.uuid;

DROP TABLE IF EXISTS account_invoice;
CREATE TEMP TABLE account_invoice AS
SELECT external_id AS id, customer_uuid, date(date) AS date, date(due_date) AS due_date, currency, line_items, transactions
  FROM chartmogul_invoices
 WHERE data_source_uuid = (SELECT uuid FROM source) AND validation_type = 'all' AND with_disabled = 1;

CREATE TEMP VIEW IF NOT EXISTS account_line AS
SELECT l.value ->> 'external_id' AS id, i.id AS invoice, l.value ->> 'type' AS type, p.id AS plan,
       l.value ->> 'subscription_external_id' AS subscription, l.value ->> 'description' AS description,
       l.value ->> 'quantity' AS quantity, l.value ->> 'amount_in_cents' AS amount_in_cents,
       date(l.value ->> 'service_period_start') AS service_period_start, date(l.value ->> 'service_period_end') AS service_period_end
  FROM account_invoice AS i
  JOIN json_each(i.line_items) AS l
  LEFT JOIN account_plan AS p ON p.uuid = l.value ->> 'plan_uuid';

CREATE TEMP VIEW IF NOT EXISTS account_payment AS
SELECT t.value ->> 'external_id' AS id, i.id AS invoice, t.value ->> 'type' AS type, date(t.value ->> 'date') AS date,
       t.value ->> 'result' AS result, t.value ->> 'amount_in_cents' AS amount_in_cents
  FROM account_invoice AS i
  JOIN json_each(i.transactions) AS t;

DROP TABLE IF EXISTS account_cancellation;
CREATE TEMP TABLE account_cancellation AS
SELECT external_id AS id, customer_external_id AS customer, subscription_external_id AS subscription, date(effective_date) AS date
  FROM chartmogul_subscription_events
 WHERE data_source_uuid = (SELECT uuid FROM source) AND event_type = 'subscription_cancelled';

-- What is to be written.
CREATE TEMP VIEW IF NOT EXISTS changed_plan AS
SELECT * FROM plan EXCEPT SELECT id, name, interval_count, interval_unit FROM account_plan;

CREATE TEMP VIEW IF NOT EXISTS changed_customer AS
SELECT * FROM customer WHERE id NOT IN (SELECT id FROM account_customer WHERE part > 0)
EXCEPT SELECT id, name, company, email, country FROM account_customer;

CREATE TEMP VIEW IF NOT EXISTS changed_invoice AS
SELECT * FROM invoice
 WHERE id IN (SELECT id FROM (
   SELECT i.id, c.uuid, i.date, i.due_date, i.currency FROM invoice AS i LEFT JOIN account_customer AS c ON c.id = i.customer
   EXCEPT SELECT id, customer_uuid, date, due_date, currency FROM account_invoice));

CREATE TEMP VIEW IF NOT EXISTS changed_line AS
SELECT * FROM line EXCEPT SELECT * FROM account_line;

CREATE TEMP VIEW IF NOT EXISTS changed_payment AS
SELECT * FROM payment EXCEPT SELECT * FROM account_payment;

CREATE TEMP VIEW IF NOT EXISTS changed_cancellation AS
SELECT * FROM cancellation EXCEPT SELECT * FROM account_cancellation;

-- What is to be deleted. Plans stay: old invoices name them. A customer goes when none of its parts is left, here or in another
-- data source, and takes its invoices along; an invoice takes its lines and payments along. What has no id of the billing
-- system is not ours.
CREATE TEMP VIEW IF NOT EXISTS gone_customer AS
SELECT DISTINCT uuid FROM account_customer
 WHERE uuid NOT IN (SELECT uuid FROM account_customer WHERE is_elsewhere_too OR id IN (SELECT id FROM customer));

CREATE TEMP VIEW IF NOT EXISTS gone_invoice AS
SELECT id FROM account_invoice
 WHERE id NOT IN (SELECT id FROM invoice) AND customer_uuid NOT IN (SELECT uuid FROM gone_customer);

CREATE TEMP VIEW IF NOT EXISTS gone_line AS
SELECT id FROM account_line WHERE id NOT IN (SELECT id FROM line) AND invoice IN (SELECT id FROM invoice);

CREATE TEMP VIEW IF NOT EXISTS gone_payment AS
SELECT id FROM account_payment WHERE id NOT IN (SELECT id FROM payment) AND invoice IN (SELECT id FROM invoice);

-- What stands below another invoice now. The API cannot move it: it goes and comes again.
CREATE TEMP VIEW IF NOT EXISTS moved_line AS
SELECT a.id FROM account_line AS a JOIN line AS l ON l.id = a.id WHERE l.invoice <> a.invoice AND l.invoice IN (SELECT id FROM invoice);

CREATE TEMP VIEW IF NOT EXISTS moved_payment AS
SELECT a.id FROM account_payment AS a JOIN payment AS p ON p.id = a.id
 WHERE p.invoice <> a.invoice AND p.invoice IN (SELECT id FROM invoice);

CREATE TEMP VIEW IF NOT EXISTS gone_cancellation AS
SELECT id FROM account_cancellation WHERE id LIKE 'cancelled %' AND id NOT IN (SELECT id FROM cancellation);

CREATE TEMP VIEW IF NOT EXISTS difference AS
SELECT 'plan' AS what, id, 'not as in the export' AS difference FROM changed_plan UNION ALL
SELECT 'customer', id, 'not as in the export' FROM changed_customer UNION ALL
SELECT 'invoice', id, 'not as in the export' FROM changed_invoice UNION ALL
SELECT 'line', id, 'not as in the export' FROM changed_line UNION ALL
SELECT 'payment', id, 'not as in the export' FROM changed_payment UNION ALL
SELECT 'cancellation', id, 'not as in the export' FROM changed_cancellation UNION ALL
SELECT 'customer', uuid, 'not in the export' FROM gone_customer UNION ALL
SELECT 'invoice', id, 'not in the export' FROM gone_invoice UNION ALL
SELECT 'line', id, 'not in the export' FROM gone_line UNION ALL
SELECT 'payment', id, 'not in the export' FROM gone_payment UNION ALL
SELECT 'cancellation', id, 'not in the export' FROM gone_cancellation;
