-- What can I ask a ChartMogul account in SQL? (On a copy the same, without what stands between [account] and [end of account].)
-- `make demo` runs it on a made-up one. Each query stands below the question that it answers; what stands between [writes]
-- and [end of writes] is left out where the account is a real one. The tables have their short names: those of a copy, or of the
-- account after SELECT chartmogul_short_names().

-- Which customers bring in the most?
SELECT name, country, mrr / 100.0 AS mrr, customer_since
  FROM customers
 ORDER BY customers.mrr DESC, name
 LIMIT 5;

-- How many customers are there in each state, and what do they pay a month?
SELECT status, count(*) AS customers, sum(mrr) / 100.0 AS mrr
  FROM customers
 GROUP BY status
 ORDER BY customers DESC, status;

-- How did the monthly recurring revenue move in the second half of 2025?
SELECT date, mrr / 100.0 AS mrr, mrr_new_business / 100.0 AS new, mrr_churn / 100.0 AS churn
  FROM mrr
 WHERE date BETWEEN '2025-07-01' AND '2025-12-31' AND interval = 'month'
 ORDER BY date;

-- [account]

-- Which plans carry it? One call for each plan.
SELECT p.name AS plan, m.mrr / 100.0 AS mrr
  FROM plans AS p
  JOIN mrr AS m ON m.plans = p.name
 WHERE m.start_date = '2025-12-01' AND m.end_date = '2025-12-31' AND m.interval = 'month'
 ORDER BY m.mrr DESC
 LIMIT 5;

-- [end of account]

-- What do the three largest customers subscribe to? Their subscriptions are fetched side by side.
SELECT c.name, s.plan, s.quantity, s.mrr / 100.0 AS mrr, s.start_date
  FROM (SELECT uuid, name FROM customers ORDER BY mrr DESC, name LIMIT 3) AS c
  JOIN subscriptions AS s ON s.customer_uuid = c.uuid
 ORDER BY c.name, s.start_date, s.plan;

-- What stood on the last invoice of the largest of them?
SELECT i.external_id, date(i.date) AS date, l.value ->> 'type' AS type, l.value ->> 'quantity' AS quantity,
       (l.value ->> 'amount_in_cents') / 100.0 AS amount
  FROM (SELECT uuid FROM customers ORDER BY mrr DESC, name LIMIT 1) AS c
  JOIN invoices AS i ON i.customer_uuid = c.uuid
  JOIN json_each(i.line_items) AS l
 ORDER BY i.date DESC, i.external_id, l.key
 LIMIT 3;

-- [account]

-- What does a query cost, before it runs? The plan shows the requests.
EXPLAIN QUERY PLAN
SELECT name FROM customers WHERE status = 'Past Due' AND country = 'DE';

-- [writes]

-- Can a row be added?
INSERT INTO customers (data_source_uuid, external_id, name, email, company, country)
SELECT uuid, 'demo-1', 'Ada Lovelace', 'ada@example.com', 'Analytical Engines', 'GB'
  FROM data_sources
 WHERE system = 'Custom'
 LIMIT 1;

-- Is it there, and under which identifier?
SELECT uuid, name, company, country FROM customers WHERE uuid = chartmogul_last_uuid();

-- Can it be changed? Only what differs is sent.
UPDATE customers SET city = 'London', company = 'Analytical Engines', tags = '["demo"]'
 WHERE uuid = chartmogul_last_uuid();

-- And removed?
DELETE FROM customers WHERE uuid = chartmogul_last_uuid();

-- What has been written, and how did it end?
SELECT id, operation, table_name, key, state, status FROM chartmogul_writes;

-- [end of writes]

-- What did all of this cost?
SELECT method, count(*) AS calls, sum(rows) AS rows, sum(bytes) AS bytes, sum(tries) - count(*) AS repeated
  FROM chartmogul_requests
 GROUP BY method;

-- [end of account]
