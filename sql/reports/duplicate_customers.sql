-- Which customers may be one and the same?
--
-- Two or more customers with the same e-mail address, or the same company; upper and lower case count as equal.
-- chartmogul_merge_customers(from, into) merges two. One list.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH candidates AS MATERIALIZED (
  SELECT uuid, name, mrr, lower(trim(email)) AS email, lower(trim(company)) AS company
    FROM customers)
SELECT 'e-mail' AS same, email AS value, count(*) AS customers, sum(mrr) / 100.0 AS mrr,
       json_group_array(uuid) AS uuids
  FROM (SELECT * FROM candidates ORDER BY uuid)
 WHERE email <> ''
 GROUP BY email
HAVING count(*) > 1
UNION ALL
SELECT 'company', company, count(*), sum(mrr) / 100.0, json_group_array(uuid)
  FROM (SELECT * FROM candidates ORDER BY uuid)
 WHERE company <> ''
 GROUP BY company
HAVING count(*) > 1
 ORDER BY same DESC, value;
