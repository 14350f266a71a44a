-- Which customers' payments failed of late, and is the money still missing?
--
-- Failures since :from (a day), in the 90 days before :today (today, unless given) if not given. missing: of the invoices whose payment failed,
-- what has not been paid since, in units of the currency. Two lists: invoices and customers.
-- Where :bars is set, a bar behind missing.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH failing AS MATERIALIZED (
  SELECT uuid, customer_uuid, currency, status, transactions,
         (SELECT coalesce(sum(value ->> 'amount_in_cents'), 0) FROM json_each(line_items)) AS total
    FROM invoices
   WHERE transactions LIKE '%"failed"%'),
failed AS (
  SELECT i.customer_uuid, i.currency, count(*) AS failures, max(datetime(t.value ->> 'date')) AS last_failure,
         iif(i.status IN ('voided', 'written_off'), 0,
             max(i.total - (SELECT coalesce(sum(coalesce(value ->> 'amount_in_cents', i.total)), 0)
                              FROM json_each(i.transactions)
                             WHERE value ->> 'type' = 'payment' AND value ->> 'result' = 'successful'), 0)) AS missing
    FROM failing AS i
    JOIN json_each(i.transactions) AS t
   WHERE t.value ->> 'result' = 'failed' AND t.value ->> 'type' = 'payment'
     AND datetime(t.value ->> 'date') >= coalesce(datetime(:from), date(coalesce(:today, 'now'), '-90 days') || ' 00:00:00')
   GROUP BY i.uuid),
people AS MATERIALIZED (
  SELECT uuid, name, email, status, mrr
    FROM customers)
SELECT c.name AS customer, c.email, c.status, c.mrr / 100.0 AS mrr, sum(f.failures) AS failures,
       max(f.last_failure) AS last_failure, f.currency,
       iif(:bars, printf('%12.2f ', sum(f.missing) / 100.0)
                    || substr('████████████████████', 1, coalesce(round(20.0 * sum(f.missing) / max(sum(f.missing)) OVER (PARTITION BY f.currency)), 0)),
           sum(f.missing) / 100.0) AS missing
  FROM failed AS f
  LEFT JOIN people AS c ON c.uuid = f.customer_uuid
 GROUP BY f.customer_uuid, f.currency
 ORDER BY sum(f.missing) DESC, last_failure DESC, f.customer_uuid;
