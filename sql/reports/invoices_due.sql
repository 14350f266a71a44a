-- Which invoices are not paid yet, and how late are they?
--
-- days_overdue is counted from the due date (the invoice's date where it has none) to :today, today unless given;
-- negative: not due yet. Amounts in units of the invoice's currency. Two lists: invoices and customers.
-- Where :bars is set, a bar behind outstanding.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH open_ones AS (
  SELECT external_id, customer_uuid, date, date(coalesce(due_date, date)) AS due, currency, transactions,
         (SELECT coalesce(sum(value ->> 'amount_in_cents'), 0) FROM json_each(line_items)) AS total
    FROM invoices
   WHERE coalesce(status, 'open') = 'open'),
unpaid AS MATERIALIZED ( -- a payment without an amount pays the whole invoice
  SELECT *, total - (SELECT coalesce(sum(coalesce(value ->> 'amount_in_cents', total)), 0) FROM json_each(transactions)
                      WHERE value ->> 'type' = 'payment' AND value ->> 'result' = 'successful') AS outstanding
    FROM open_ones),
people AS MATERIALIZED (
  SELECT uuid, name, email
    FROM customers)
SELECT u.external_id AS invoice, c.name AS customer, c.email, date(u.date) AS date, u.due, u.currency,
       u.total / 100.0 AS total,
       iif(:bars, printf('%12.2f ', u.outstanding / 100.0)
                    || substr('████████████████████', 1, round(20.0 * u.outstanding / max(u.outstanding) OVER (PARTITION BY u.currency))),
           u.outstanding / 100.0) AS outstanding,
       CAST(julianday(coalesce(date(:today), date('now'))) - julianday(u.due) AS INTEGER) AS days_overdue
  FROM unpaid AS u
  LEFT JOIN people AS c ON c.uuid = u.customer_uuid
 WHERE u.outstanding > 0
 ORDER BY days_overdue DESC, u.outstanding DESC, invoice;
