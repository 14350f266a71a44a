-- What does an average customer pay a month, country by country?
--
-- Customers that pay now, in units of the account's currency. The lists of active and past due customers.
-- Where :bars is set, a bar behind percent_of_mrr.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
SELECT coalesce(country, 'unknown') AS country, count(*) AS customers, sum(mrr) / 100.0 AS mrr,
       round(avg(mrr) / 100, 2) AS arpa,
       iif(:bars, printf('%5.1f ', 100.0 * sum(mrr) / sum(sum(mrr)) OVER ())
                    || substr('████████████████████', 1, round(20.0 * sum(mrr) / max(sum(mrr)) OVER ())),
           round(100.0 * sum(mrr) / sum(sum(mrr)) OVER (), 1)) AS percent_of_mrr
  FROM customers
 WHERE status IN ('Active', 'Past Due') AND mrr > 0
 GROUP BY 1
 ORDER BY arpa DESC, country;
