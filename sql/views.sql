-- How do I get amounts in units of their currency, invoice lines, MRR by plan and monthly movements as tables?
--
-- Run it once per connection; it sends nothing. The views are TEMP views and gone with the connection: SQLite refuses
-- the account's tables to a view that is stored in a file. On a copy customer_plan_mrr wants 'subscriptions' copied, by name.
--
-- Money is in the minor unit, as the API has it: hundredths of the currency, also where the currency has no smaller unit (¥1,000 is 100000).
-- The views divide by 100.
--
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().

-- One row per customer, with what it pays.
CREATE TEMP VIEW IF NOT EXISTS customer_money AS
SELECT uuid AS customer_uuid, name, status, currency, mrr / 100.0 AS mrr, arr / 100.0 AS arr
  FROM customers;

-- One row per invoice: what it asks for, what has come in, what went back, and what is still to come.
-- A transaction without an amount is one of the whole invoice.
CREATE TEMP VIEW IF NOT EXISTS invoice_money AS
SELECT uuid AS invoice_uuid, external_id, customer_uuid, data_source_uuid, date, due_date, currency, status,
       total / 100.0 AS total, paid / 100.0 AS paid, refunded / 100.0 AS refunded,
       iif(status IN ('voided', 'written_off'), 0, max(total - paid, 0)) / 100.0 AS outstanding
  FROM (SELECT *,
               (SELECT coalesce(sum(coalesce(value ->> 'amount_in_cents', total)), 0) FROM json_each(transactions)
                 WHERE value ->> 'type' = 'payment' AND value ->> 'result' = 'successful') AS paid,
               (SELECT coalesce(sum(coalesce(value ->> 'amount_in_cents', total)), 0) FROM json_each(transactions)
                 WHERE value ->> 'type' = 'refund' AND value ->> 'result' = 'successful') AS refunded
          FROM (SELECT *, (SELECT coalesce(sum(value ->> 'amount_in_cents'), 0) FROM json_each(line_items)) AS total
                  FROM invoices));

-- One row per line of an invoice, from the list of invoices.
CREATE TEMP VIEW IF NOT EXISTS invoice_lines AS
SELECT l.value ->> 'uuid' AS line_item_uuid, i.uuid AS invoice_uuid, i.external_id AS invoice_external_id,
       i.customer_uuid, i.date, i.status, l.value ->> 'type' AS type, l.value ->> 'plan_uuid' AS plan_uuid,
       l.value ->> 'subscription_external_id' AS subscription_external_id, l.value ->> 'description' AS description,
       l.value ->> 'quantity' AS quantity, i.currency,
       (l.value ->> 'amount_in_cents') / 100.0 AS amount,
       (l.value ->> 'discount_amount_in_cents') / 100.0 AS discount,
       (l.value ->> 'tax_amount_in_cents') / 100.0 AS tax,
       datetime(l.value ->> 'service_period_start') AS service_period_start,
       datetime(l.value ->> 'service_period_end') AS service_period_end
  FROM invoices AS i
  JOIN json_each(i.line_items) AS l;

-- One row per paying customer and plan: what it pays for it a month, now. One request per paying customer.
CREATE TEMP VIEW IF NOT EXISTS customer_plan_mrr AS
SELECT c.uuid AS customer_uuid, c.name AS customer, s.plan, s.currency, sum(s.quantity) AS quantity,
       sum(s.mrr) / 100.0 AS mrr
  FROM customers AS c
  JOIN subscriptions AS s ON s.customer_uuid = c.uuid
 WHERE c.status IN ('Active', 'Past Due') AND s.mrr > 0
 GROUP BY c.uuid, s.plan;

-- One row per month in which MRR moved, since the beginning; mrr is the level at its end.
CREATE TEMP VIEW IF NOT EXISTS mrr_movements AS
SELECT month, new_business, expansion, contraction, churn, reactivation, net,
       round(sum(net) OVER (ORDER BY month), 2) AS mrr
  FROM (SELECT strftime('%Y-%m', date) AS month,
               total(activity_mrr_movement) FILTER (WHERE type = 'new_biz') / 100 AS new_business,
               total(activity_mrr_movement) FILTER (WHERE type = 'expansion') / 100 AS expansion,
               total(activity_mrr_movement) FILTER (WHERE type = 'contraction') / 100 AS contraction,
               total(activity_mrr_movement) FILTER (WHERE type = 'churn') / 100 AS churn,
               total(activity_mrr_movement) FILTER (WHERE type = 'reactivation') / 100 AS reactivation,
               total(activity_mrr_movement) / 100 AS net
          FROM activities
         GROUP BY month);
