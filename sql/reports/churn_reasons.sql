-- Why do customers leave, plan by plan?
--
-- ChartMogul has no field for the reason: it is read from the custom attribute that :attribute names, 'churn_reason'
-- unless given. From :from on (a day) if given. Lost MRR in units of the account's currency. Three lists: customers, plans,
-- and of the activities only churn.
-- Where :bars is set, a bar behind percent_of_plan.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH churned AS MATERIALIZED (
  SELECT customer_uuid, billing_connector_uuid AS data_source_uuid, plan_external_id,
         -activity_mrr_movement / 100.0 AS lost_mrr
    FROM activities
   WHERE type = 'churn' AND date >= coalesce(datetime(:from), '')),
reasons AS MATERIALIZED (
  SELECT uuid, (SELECT value FROM json_each(custom) WHERE key = coalesce(:attribute, 'churn_reason')) AS reason
    FROM customers),
names AS MATERIALIZED (
  SELECT data_source_uuid, external_id, name
    FROM plans),
counted AS (
  SELECT coalesce(p.name, c.plan_external_id) AS plan, coalesce(r.reason, 'not recorded') AS reason,
         count(*) AS cancellations, sum(c.lost_mrr) AS lost_mrr
    FROM churned AS c
    LEFT JOIN reasons AS r ON r.uuid = c.customer_uuid
    LEFT JOIN names AS p ON p.data_source_uuid = c.data_source_uuid AND p.external_id = c.plan_external_id
   GROUP BY 1, 2)
SELECT plan, reason, cancellations, round(lost_mrr, 2) AS lost_mrr,
       iif(:bars, printf('%5.1f ', 100.0 * lost_mrr / sum(lost_mrr) OVER (PARTITION BY plan))
                    || substr('████████████████████', 1, coalesce(round(20.0 * lost_mrr / sum(lost_mrr) OVER (PARTITION BY plan)), 0)),
           round(100.0 * lost_mrr / sum(lost_mrr) OVER (PARTITION BY plan), 1)) AS percent_of_plan
  FROM counted
 ORDER BY plan, lost_mrr DESC, reason;
