-- How did MRR move from month to month?
--
-- One request. :from and :to are days in the first and the last month; without them, the twelve months that end with that of :today
-- (today, unless given). Amounts are in units of the account's currency.
-- Where :bars is set, a bar behind at_end.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH months AS (
  SELECT date, mrr, mrr_new_business AS new_business, mrr_expansion AS expansion, mrr_contraction AS contraction,
         mrr_churn AS churn, mrr_reactivation AS reactivation
    FROM mrr
   WHERE date >= date(coalesce(:from, date(coalesce(:to, :today, 'now'), 'start of month', '-11 months')), 'start of month')
     AND date < date(coalesce(:to, :today, 'now'), 'start of month', '+1 month')
     AND interval = 'month')
SELECT strftime('%Y-%m', date) AS month,
       (mrr - new_business - expansion - contraction - churn - reactivation) / 100.0 AS at_start,
       new_business / 100.0 AS new_business, expansion / 100.0 AS expansion, contraction / 100.0 AS contraction,
       churn / 100.0 AS churn, reactivation / 100.0 AS reactivation,
       iif(:bars, printf('%12.2f ', mrr / 100.0) || substr('████████████████████', 1, coalesce(round(20.0 * mrr / max(mrr) OVER ()), 0)),
           mrr / 100.0) AS at_end
  FROM months
 ORDER BY month;
