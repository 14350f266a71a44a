-- How did MRR move from month to month?
--
-- One request. :from and :to are days; without them, the last twelve months. Amounts are in units of the account's currency.
WITH months AS (
  SELECT date, mrr, mrr_new_business AS new_business, mrr_expansion AS expansion, mrr_contraction AS contraction,
         mrr_churn AS churn, mrr_reactivation AS reactivation
    FROM chartmogul_mrr
   WHERE start_date = coalesce(:from, date('now', 'start of month', '-11 months'))
     AND end_date = coalesce(:to, date('now'))
     AND interval = 'month')
SELECT strftime('%Y-%m', date) AS month,
       (mrr - new_business - expansion - contraction - churn - reactivation) / 100.0 AS at_start,
       new_business / 100.0 AS new_business, expansion / 100.0 AS expansion, contraction / 100.0 AS contraction,
       churn / 100.0 AS churn, reactivation / 100.0 AS reactivation,
       mrr / 100.0 AS at_end
  FROM months
 ORDER BY month;
