-- Between which plans do customers move, and what is it worth?
--
-- A change is a movement of a subscription whose plan is another one than in the movement before. From :from on (a day)
-- if given. mrr is the change of MRR in units of the account's currency. Two lists: activities and plans.
-- Where :bars is set, a bar behind changes.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH steps AS (
  SELECT date, type, activity_mrr_movement AS movement, billing_connector_uuid AS data_source_uuid,
         plan_external_id AS new_plan,
         lag(plan_external_id) OVER (PARTITION BY billing_connector_uuid, customer_uuid, subscription_external_id
                                         ORDER BY date) AS old_plan
    FROM activities),
names AS MATERIALIZED (
  SELECT data_source_uuid, external_id, name
    FROM plans)
SELECT coalesce(o.name, s.old_plan) AS from_plan, coalesce(n.name, s.new_plan) AS to_plan,
       iif(:bars, printf('%6d ', count(*)) || substr('████████████████████', 1, round(20.0 * count(*) / max(count(*)) OVER ())), count(*)) AS changes,
       sum(s.type = 'expansion') AS upgrades, sum(s.type = 'contraction') AS downgrades,
       sum(s.type = 'reactivation') AS returns, sum(s.movement) / 100.0 AS mrr
  FROM steps AS s
  LEFT JOIN names AS o ON o.data_source_uuid = s.data_source_uuid AND o.external_id = s.old_plan
  LEFT JOIN names AS n ON n.data_source_uuid = s.data_source_uuid AND n.external_id = s.new_plan
 WHERE s.old_plan <> s.new_plan AND s.date >= coalesce(datetime(:from), '')
 GROUP BY from_plan, to_plan
 ORDER BY count(*) DESC, from_plan, to_plan;
