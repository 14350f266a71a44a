-- How many of a month's leads became customers, and how soon?
--
-- By the month in which the lead was created. days: the average from lead to customer. One list.
-- Where :bars is set, a bar behind percent.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
SELECT strftime('%Y-%m', lead_created_at) AS month, count(*) AS leads, count(free_trial_started_at) AS trials,
       count(customer_since) AS customers,
       iif(:bars, printf('%5.1f ', 100.0 * count(customer_since) / count(*))
                    || substr('████████████████████', 1, round(20.0 * count(customer_since) / count(*))),
           round(100.0 * count(customer_since) / count(*), 1)) AS percent,
       round(avg(julianday(customer_since) - julianday(lead_created_at)), 1) AS days
  FROM customers
 WHERE lead_created_at IS NOT NULL
 GROUP BY month
 ORDER BY month;
