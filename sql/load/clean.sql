-- How do the files of a billing system become clean tables?
--
-- load.sql and sync.sql read this first; it sends nothing. What the files say stands in csv_… as it is written there, and clean in
-- plan, customer, invoice, line, payment and cancellation, whose `id` is the billing system's own. A day or an amount that cannot
-- be understood stays as it is: the row is refused when it is written, by name and with the reason, and not lost on the way.
-- All tables are TEMP tables and gone with the connection.

.bail on
.headers on
.mode column

-- With a journal chartmogul_writes shows the writes of earlier nights, too: the report begins behind them.
CREATE TEMP TABLE last_night AS SELECT coalesce(max(id), 0) AS id FROM chartmogul_writes;
-- What they have left open, and chartmogul_resume() finishes, is shown by itself.
CREATE TEMP TABLE was_open AS SELECT id, state FROM chartmogul_writes WHERE state IN ('queued', 'sent', 'unknown');

CREATE TEMP TABLE csv_plans (code, title, billed);
CREATE TEMP TABLE csv_customers (customer_no, name, company, email, country);
CREATE TEMP TABLE csv_invoices (invoice_no, customer_no, issued, due, currency);
CREATE TEMP TABLE csv_lines (line_no, invoice_no, kind, plan, subscription_no, text, quantity, amount, period_from, period_to);
CREATE TEMP TABLE csv_payments (payment_no, invoice_no, kind, paid_on, amount, result);
CREATE TEMP TABLE csv_cancellations (subscription_no, customer_no, cancelled_on);
CREATE TEMP TABLE csv_left_out (file, key, why);

-- The first line of each file, and with it a byte order mark, is passed over.
.import --csv --skip 1 export/plans.csv csv_plans
.import --csv --skip 1 export/customers.csv csv_customers
.import --csv --skip 1 export/invoices.csv csv_invoices
.import --csv --skip 1 export/lines.csv csv_lines
.import --csv --skip 1 export/payments.csv csv_payments
.import --csv --skip 1 export/cancellations.csv csv_cancellations
.import --csv --skip 1 left_out.csv csv_left_out

-- An empty file is an export that failed: it ends here. Take out the file that may be empty.
-- The names of the constraints are the errors.
CREATE TEMP TABLE export_is_whole (
  plans CONSTRAINT "plans.csv has no rows: look at the export" CHECK (plans > 0),
  customers CONSTRAINT "customers.csv has no rows: look at the export" CHECK (customers > 0),
  invoices CONSTRAINT "invoices.csv has no rows: look at the export" CHECK (invoices > 0),
  lines CONSTRAINT "lines.csv has no rows: look at the export" CHECK (lines > 0),
  payments CONSTRAINT "payments.csv has no rows: look at the export" CHECK (payments > 0),
  cancellations CONSTRAINT "cancellations.csv has no rows: look at the export" CHECK (cancellations > 0));
INSERT INTO export_is_whole
SELECT (SELECT count(*) FROM csv_plans), (SELECT count(*) FROM csv_customers), (SELECT count(*) FROM csv_invoices),
       (SELECT count(*) FROM csv_lines), (SELECT count(*) FROM csv_payments), (SELECT count(*) FROM csv_cancellations);

CREATE TEMP TABLE left_out (
  file CONSTRAINT "left_out.csv names a file that is none of plans.csv, customers.csv, invoices.csv, lines.csv, payments.csv, cancellations.csv"
       CHECK (file IN ('plans.csv', 'customers.csv', 'invoices.csv', 'lines.csv', 'payments.csv', 'cancellations.csv')),
  key, why);
INSERT INTO left_out SELECT * FROM csv_left_out;

-- Days: 2025-03-31, 31.03.2025, 03/31/2025 and 31-Mar-2025. A day that is not in the calendar stays as it is written.
CREATE TEMP TABLE day (text PRIMARY KEY, day);
INSERT INTO day
WITH written (text) AS (
  SELECT issued FROM csv_invoices UNION SELECT due FROM csv_invoices UNION
  SELECT period_from FROM csv_lines UNION SELECT period_to FROM csv_lines UNION
  SELECT paid_on FROM csv_payments UNION SELECT cancelled_on FROM csv_cancellations),
turned (text, day) AS (
  SELECT text, CASE
    WHEN text LIKE '____-__-__' THEN text
    WHEN text LIKE '__.__.____' THEN substr(text, 7) || '-' || substr(text, 4, 2) || '-' || substr(text, 1, 2)
    WHEN text LIKE '__/__/____' THEN substr(text, 7) || '-' || substr(text, 1, 2) || '-' || substr(text, 4, 2)
    WHEN text LIKE '__-___-____' THEN substr(text, 8) || '-' || printf('%02d', (instr('JanFebMarAprMayJunJulAugSepOctNovDec',
      substr(text, 4, 3)) + 2) / 3) || '-' || substr(text, 1, 2)
  END
  FROM written)
SELECT text, iif(date(day, '+0 days') = day, day, nullif(text, '')) FROM turned;

-- Amounts: 4,998.00 and, where it is a credit, (98.00); in cents. One that does not read the same when it is written that way again
-- (4.998,00) stays as it is.
CREATE TEMP TABLE money (text PRIMARY KEY, cents);
INSERT INTO money
WITH written (text) AS (SELECT amount FROM csv_lines UNION SELECT amount FROM csv_payments),
turned (text, sign, number) AS (
  SELECT text, iif(text GLOB '(*)', -1, 1), iif(text GLOB '(*)', substr(text, 2, length(text) - 2), text) FROM written),
counted (text, sign, number, cents) AS (
  SELECT text, sign, number, CAST(round(replace(number, ',', '') * 100) AS INTEGER) FROM turned)
SELECT text, iif(number IN (printf('%d.%02d', cents / 100, cents % 100), printf('%,d.%02d', cents / 100, cents % 100)),
                 sign * cents, nullif(text, ''))
  FROM counted;

CREATE TEMP TABLE country (name PRIMARY KEY, code);
INSERT INTO country VALUES ('Czechia', 'CZ'), ('France', 'FR'), ('Germany', 'DE'), ('Greece', 'GR'), ('Japan', 'JP'),
  ('Poland', 'PL'), ('United Kingdom', 'GB'), ('United States', 'US');

-- Of rows that come twice the last one counts; rows without a number are not one row. A name or company that went is '' and not NULL,
-- which would not be sent.
CREATE TEMP TABLE plan AS
SELECT code AS id, title AS name, iif(lower(billed) = 'quarterly', 3, 1) AS interval_count,
       CASE lower(billed) WHEN 'monthly' THEN 'month' WHEN 'quarterly' THEN 'month' WHEN 'yearly' THEN 'year' ELSE billed END
         AS interval_unit
  FROM csv_plans
 WHERE rowid IN (SELECT max(rowid) FROM csv_plans GROUP BY iif(code = '', rowid, code));

CREATE TEMP TABLE customer AS
SELECT customer_no AS id, trim(name) AS name, trim(company) AS company, nullif(lower(trim(email)), '') AS email,
       coalesce((SELECT code FROM country WHERE country.name = csv.country), nullif(upper(csv.country), '')) AS country
  FROM csv_customers AS csv
 WHERE rowid IN (SELECT max(rowid) FROM csv_customers GROUP BY iif(customer_no = '', rowid, customer_no));

CREATE TEMP TABLE invoice AS
SELECT invoice_no AS id, customer_no AS customer, (SELECT day FROM day WHERE text = issued) AS date,
       (SELECT day FROM day WHERE text = due) AS due_date, currency
  FROM csv_invoices
 WHERE rowid IN (SELECT max(rowid) FROM csv_invoices GROUP BY iif(invoice_no = '', rowid, invoice_no));

-- A line of a subscription has no text in ChartMogul: its plan says what it is.
CREATE TEMP TABLE line AS
SELECT line_no AS id, invoice_no AS invoice,
       CASE kind WHEN 'SUBSCRIPTION' THEN 'subscription' WHEN 'ITEM' THEN 'one_time' ELSE kind END AS type,
       nullif(plan, '') AS plan, nullif(subscription_no, '') AS subscription,
       iif(kind = 'SUBSCRIPTION', NULL, text) AS description,
       iif(CAST(quantity AS INTEGER) = quantity, CAST(quantity AS INTEGER), quantity) AS quantity,
       (SELECT cents FROM money AS m WHERE m.text = amount) AS amount_in_cents,
       (SELECT day FROM day AS d WHERE d.text = period_from) AS service_period_start,
       (SELECT day FROM day AS d WHERE d.text = period_to) AS service_period_end
  FROM csv_lines
 WHERE rowid IN (SELECT max(rowid) FROM csv_lines GROUP BY iif(line_no = '', rowid, line_no));

-- What goes back is positive too: the type says which way it goes.
CREATE TEMP TABLE payment AS
SELECT payment_no AS id, invoice_no AS invoice, kind AS type, (SELECT day FROM day WHERE text = paid_on) AS date,
       CASE lower(result) WHEN 'ok' THEN 'successful' WHEN 'failed' THEN 'failed' ELSE result END AS result,
       (SELECT iif(typeof(cents) = 'integer', abs(cents), cents) FROM money WHERE text = amount) AS amount_in_cents
  FROM csv_payments
 WHERE rowid IN (SELECT max(rowid) FROM csv_payments GROUP BY iif(payment_no = '', rowid, payment_no));

-- A cancellation has no number of its own: it gets a key that says the same every night.
CREATE TEMP TABLE cancellation AS
SELECT 'cancelled ' || subscription_no || ' ' || (SELECT day FROM day WHERE text = cancelled_on) AS id, customer_no AS customer,
       subscription_no AS subscription, (SELECT day FROM day WHERE text = cancelled_on) AS date
  FROM csv_cancellations
 WHERE rowid IN (SELECT max(rowid) FROM csv_cancellations GROUP BY iif(subscription_no = '', rowid, subscription_no));

-- What somebody has looked at and will not mend stands in left_out.csv, and counts as if the export did not have it.
-- `key` is the first column of that file. One that no row has is mistyped, or the row is gone: report.sql says so.
CREATE TEMP TABLE left_out_in_vain AS
SELECT file, key, why
  FROM left_out
 WHERE (file, key) NOT IN (
   SELECT 'plans.csv', id FROM plan UNION ALL SELECT 'cancellations.csv', subscription FROM cancellation UNION ALL
   SELECT 'customers.csv', id FROM customer UNION ALL SELECT 'invoices.csv', id FROM invoice UNION ALL
   SELECT 'lines.csv', id FROM line UNION ALL SELECT 'payments.csv', id FROM payment);

-- A customer takes his invoices and cancellations along, an invoice its lines and payments.
INSERT INTO left_out
SELECT 'invoices.csv', id, 'of ' || customer FROM invoice WHERE customer IN (SELECT key FROM left_out WHERE file = 'customers.csv')
 UNION ALL
SELECT 'cancellations.csv', subscription, 'of ' || customer FROM cancellation
 WHERE customer IN (SELECT key FROM left_out WHERE file = 'customers.csv');
DELETE FROM plan WHERE id IN (SELECT key FROM left_out WHERE file = 'plans.csv');
DELETE FROM cancellation WHERE subscription IN (SELECT key FROM left_out WHERE file = 'cancellations.csv');
DELETE FROM customer WHERE id IN (SELECT key FROM left_out WHERE file = 'customers.csv');
DELETE FROM invoice WHERE id IN (SELECT key FROM left_out WHERE file = 'invoices.csv');
DELETE FROM line WHERE id IN (SELECT key FROM left_out WHERE file = 'lines.csv')
                    OR invoice IN (SELECT key FROM left_out WHERE file = 'invoices.csv');
DELETE FROM payment WHERE id IN (SELECT key FROM left_out WHERE file = 'payments.csv')
                       OR invoice IN (SELECT key FROM left_out WHERE file = 'invoices.csv');
