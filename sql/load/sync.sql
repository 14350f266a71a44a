-- How does what changed in a billing system since yesterday get into the account, in few requests?
--
-- Run it every night in this folder, as sql/README.md says; the files of the export, all of it, stand in export/. It reads the
-- account's lists, compares them here, and writes and deletes the difference alone: a night without changes writes nothing.

.read clean.sql

-- Up to 50 records may leave in a night. An export that was cut off ends at its DELETE, before anything is sent.
SELECT chartmogul_config('on_refusal', 'continue') AS on_refusal, chartmogul_config('delete_limit', 50) AS delete_limit;

-- A night that was cut off (a crash, a power cut) is finished first, where there is a journal.
SELECT chartmogul_resume() AS resumed WHERE chartmogul_config('journal') IS NOT NULL AND NOT chartmogul_config('dry_run');

CREATE TEMP TABLE source (uuid TEXT NOT NULL); -- no such source, or two of them, end it here
INSERT INTO source SELECT iif(count(*) = 1, min(uuid), NULL) FROM chartmogul_data_sources WHERE name = 'Our billing';
.read account.sql

BEGIN;

DELETE FROM chartmogul_subscription_events
 WHERE data_source_uuid = (SELECT uuid FROM source) AND external_id IN (SELECT id FROM gone_cancellation);
DELETE FROM chartmogul_line_items
 WHERE data_source_uuid = (SELECT uuid FROM source) AND external_id IN (SELECT id FROM gone_line UNION SELECT id FROM moved_line);
DELETE FROM chartmogul_transactions
 WHERE data_source_uuid = (SELECT uuid FROM source) AND external_id IN (SELECT id FROM gone_payment UNION SELECT id FROM moved_payment);
DELETE FROM chartmogul_invoices WHERE data_source_uuid = (SELECT uuid FROM source) AND external_id IN (SELECT id FROM gone_invoice);
DELETE FROM chartmogul_customers WHERE uuid IN (SELECT uuid FROM gone_customer);

INSERT OR REPLACE INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, interval_unit)
SELECT source.uuid, id, name, interval_count, interval_unit FROM changed_plan, source;

INSERT OR REPLACE INTO chartmogul_customers (data_source_uuid, external_id, name, company, email, country)
SELECT source.uuid, id, name, company, email, country FROM changed_customer, source;

INSERT OR REPLACE INTO chartmogul_invoices (data_source_uuid, external_id, customer_external_id, date, due_date, currency)
SELECT source.uuid, id, customer, date, due_date, currency FROM changed_invoice, source;

INSERT OR REPLACE INTO chartmogul_line_items (data_source_uuid, external_id, invoice_external_id, type, plan_external_id,
  subscription_external_id, description, quantity, amount_in_cents, service_period_start, service_period_end)
SELECT source.uuid, id, invoice, type, plan, subscription, description, quantity, amount_in_cents, service_period_start,
       service_period_end
  FROM changed_line, source;

INSERT OR REPLACE INTO chartmogul_transactions (data_source_uuid, external_id, invoice_external_id, type, date, result, amount_in_cents)
SELECT source.uuid, id, invoice, type, date, result, amount_in_cents FROM changed_payment, source;

INSERT OR REPLACE INTO chartmogul_subscription_events (data_source_uuid, external_id, customer_external_id, subscription_external_id,
  event_type, event_date, effective_date)
SELECT source.uuid, id, customer, subscription, 'subscription_cancelled', date, date FROM changed_cancellation, source;

-- Should COMMIT fail, the report is made all the same; the exit code of sqlite3 is 1 then.
.bail off
COMMIT;
.read account.sql
.read report.sql
