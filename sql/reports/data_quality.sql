-- Which records need somebody's attention? (Not on a copy: that has no invalid invoices.)
--
-- Invoices that ChartMogul could not take into account, with what it says; customers without an e-mail address, a
-- country or a name. Two lists: the invalid invoices, and the customers.
-- The tables have their short names: those of a copy, or of the account after SELECT chartmogul_short_names().
WITH details AS MATERIALIZED (
  SELECT uuid, external_id, name, email, country, mrr
    FROM customers)
SELECT 'invoice with errors' AS problem, uuid, external_id, errors AS detail
  FROM invoices
 WHERE validation_type = 'invalid'
UNION ALL
SELECT 'customer without e-mail', uuid, external_id, name FROM details WHERE coalesce(email, '') = ''
UNION ALL
SELECT 'customer without country', uuid, external_id, name FROM details WHERE coalesce(country, '') = ''
UNION ALL
SELECT 'customer without name', uuid, external_id, email FROM details WHERE coalesce(name, '') = ''
 ORDER BY problem, external_id;
