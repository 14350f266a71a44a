-- Of the MRR that a quarter's new customers began with, how much is there 3, 6, 12 and 24 months later?
--
-- net counts what customers pay now, expansion included; gross counts each customer at most at what it began with.
-- In percent. A customer enters a column once it is that old on :today (today, unless given); a customer that left
-- counts 0. One list: the account's activities.
-- Where :bars is set, net as a sparkline behind the cohort.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH movements AS MATERIALIZED (
  SELECT customer_uuid, date, activity_mrr_movement AS movement
    FROM activities),
firsts AS MATERIALIZED (
  SELECT customer_uuid, min(date) AS since
    FROM movements
   GROUP BY customer_uuid),
starts AS MATERIALIZED ( -- what a customer began with: all movements of its first instant
  SELECT f.customer_uuid, f.since, sum(m.movement) AS mrr
    FROM firsts AS f
    JOIN movements AS m ON m.customer_uuid = f.customer_uuid AND m.date = f.since
   GROUP BY f.customer_uuid),
ages (months) AS (VALUES (3), (6), (12), (24)),
levels AS ( -- what each customer paid at each age that it has reached
  SELECT s.customer_uuid, s.since, s.mrr AS mrr_at_start, a.months, sum(m.movement) AS mrr
    FROM starts AS s
    JOIN ages AS a ON datetime(s.since, '+' || a.months || ' months') <= coalesce(datetime(:today), datetime('now'))
    JOIN movements AS m ON m.customer_uuid = s.customer_uuid
                       AND m.date <= datetime(s.since, '+' || a.months || ' months')
   GROUP BY s.customer_uuid, a.months),
cohorts AS (
  SELECT strftime('%Y', since) || '-Q' || ((strftime('%m', since) + 2) / 3) AS cohort, months,
         round(100.0 * sum(mrr) / sum(mrr_at_start), 1) AS net,
         round(100.0 * sum(min(mrr, mrr_at_start)) / sum(mrr_at_start), 1) AS gross
    FROM levels
   GROUP BY cohort, months),
paths AS ( -- net as the levels of a sparkline; the highest is that of the best cohort
  SELECT cohort, months, net, gross, substr('▁▂▃▄▅▆▇█', 1 + min(max(CAST(8 * net / max(net) OVER () AS INTEGER), 0), 7), 1) AS level
    FROM cohorts),
sizes AS (
  SELECT strftime('%Y', since) || '-Q' || ((strftime('%m', since) + 2) / 3) AS cohort,
         count(*) AS customers, sum(mrr) / 100.0 AS mrr_at_start
    FROM starts
   GROUP BY cohort)
SELECT iif(:bars, printf('%s %s%s%s%s', sizes.cohort, max(level) FILTER (WHERE months = 3), max(level) FILTER (WHERE months = 6),
                         max(level) FILTER (WHERE months = 12), max(level) FILTER (WHERE months = 24)), sizes.cohort) AS cohort,
       customers, mrr_at_start,
       max(net) FILTER (WHERE months = 3) AS net_3, max(gross) FILTER (WHERE months = 3) AS gross_3,
       max(net) FILTER (WHERE months = 6) AS net_6, max(gross) FILTER (WHERE months = 6) AS gross_6,
       max(net) FILTER (WHERE months = 12) AS net_12, max(gross) FILTER (WHERE months = 12) AS gross_12,
       max(net) FILTER (WHERE months = 24) AS net_24, max(gross) FILTER (WHERE months = 24) AS gross_24
  FROM sizes
  LEFT JOIN paths USING (cohort)
 GROUP BY sizes.cohort
 ORDER BY sizes.cohort;
