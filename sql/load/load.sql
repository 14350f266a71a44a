-- How does a billing system get into an empty account, and how do I know that all of it is there?
--
-- Run it in this folder, as sql/README.md says; the files of the export stand in export/. It may be run again: what is there
-- already is left alone. Up to 100,000 rows go in one transaction; of a larger company take the invoices year by year.

.read clean.sql

-- Every row is tried. What is refused stands below, with the reason, and COMMIT fails at its end.
SELECT chartmogul_config('on_refusal', 'continue') AS on_refusal;

INSERT OR IGNORE INTO chartmogul_data_sources (name) VALUES ('Our billing');
CREATE TEMP TABLE source (uuid TEXT NOT NULL); -- no such source, or two of them, end it here
INSERT INTO source SELECT iif(count(*) = 1, min(uuid), NULL) FROM chartmogul_data_sources WHERE name = 'Our billing';

BEGIN;

INSERT OR IGNORE INTO chartmogul_plans (data_source_uuid, external_id, name, interval_count, interval_unit)
SELECT source.uuid, id, name, interval_count, interval_unit FROM plan, source;

INSERT OR IGNORE INTO chartmogul_customers (data_source_uuid, external_id, name, company, email, country)
SELECT source.uuid, id, name, company, email, country FROM customer, source;

INSERT OR IGNORE INTO chartmogul_invoices (data_source_uuid, external_id, customer_external_id, date, due_date, currency)
SELECT source.uuid, id, customer, date, due_date, currency FROM invoice, source;

-- Lines and payments name their invoice, and go out inside it.
INSERT OR IGNORE INTO chartmogul_line_items (data_source_uuid, external_id, invoice_external_id, type, plan_external_id,
  subscription_external_id, description, quantity, amount_in_cents, service_period_start, service_period_end)
SELECT source.uuid, id, invoice, type, plan, subscription, description, quantity, amount_in_cents, service_period_start,
       service_period_end
  FROM line, source;

INSERT OR IGNORE INTO chartmogul_transactions (data_source_uuid, external_id, invoice_external_id, type, date, result, amount_in_cents)
SELECT source.uuid, id, invoice, type, date, result, amount_in_cents FROM payment, source;

INSERT OR IGNORE INTO chartmogul_subscription_events (data_source_uuid, external_id, customer_external_id, subscription_external_id,
  event_type, event_date, effective_date)
SELECT source.uuid, id, customer, subscription, 'subscription_cancelled', date, date FROM cancellation, source;

-- Should COMMIT fail, the report is made all the same; the exit code of sqlite3 is 1 then.
.bail off
COMMIT;
.read account.sql
.read report.sql
