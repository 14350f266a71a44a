-- Which customers' payments failed of late, and is the money still missing?
--
-- Failures since :from (a day), in the last 90 days unless given. missing: of the invoices whose payment failed,
-- what has not been paid since, in units of the currency. Two lists: invoices and customers.
WITH invoices AS MATERIALIZED (
  SELECT uuid, customer_uuid, currency, status, transactions,
         (SELECT coalesce(sum(value ->> 'amount_in_cents'), 0) FROM json_each(line_items)) AS total
    FROM chartmogul_invoices
   WHERE transactions LIKE '%"failed"%'),
failed AS (
  SELECT i.customer_uuid, i.currency, count(*) AS failures, max(datetime(t.value ->> 'date')) AS last_failure,
         iif(i.status IN ('voided', 'written_off'), 0,
             max(i.total - (SELECT coalesce(sum(coalesce(value ->> 'amount_in_cents', i.total)), 0)
                              FROM json_each(i.transactions)
                             WHERE value ->> 'type' = 'payment' AND value ->> 'result' = 'successful'), 0)) AS missing
    FROM invoices AS i
    JOIN json_each(i.transactions) AS t
   WHERE t.value ->> 'result' = 'failed' AND t.value ->> 'type' = 'payment'
     AND datetime(t.value ->> 'date') >= coalesce(datetime(:from), datetime('now', '-90 days'))
   GROUP BY i.uuid),
customers AS MATERIALIZED (
  SELECT uuid, name, email, status, mrr
    FROM chartmogul_customers)
SELECT c.name AS customer, c.email, c.status, c.mrr / 100.0 AS mrr, sum(f.failures) AS failures,
       max(f.last_failure) AS last_failure, f.currency, sum(f.missing) / 100.0 AS missing
  FROM failed AS f
  LEFT JOIN customers AS c ON c.uuid = f.customer_uuid
 GROUP BY f.customer_uuid, f.currency
 ORDER BY missing DESC, last_failure DESC, f.customer_uuid;
