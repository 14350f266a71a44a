-- Which records need somebody's attention?
--
-- Invoices that ChartMogul could not take into account, with what it says; customers without an e-mail address, a
-- country or a name. Two lists: the invalid invoices, and the customers.
WITH customers AS MATERIALIZED (
  SELECT uuid, external_id, name, email, country, mrr
    FROM chartmogul_customers)
SELECT 'invoice with errors' AS problem, uuid, external_id, errors AS detail
  FROM chartmogul_invoices
 WHERE validation_type = 'invalid'
UNION ALL
SELECT 'customer without e-mail', uuid, external_id, name FROM customers WHERE coalesce(email, '') = ''
UNION ALL
SELECT 'customer without country', uuid, external_id, name FROM customers WHERE coalesce(country, '') = ''
UNION ALL
SELECT 'customer without name', uuid, external_id, email FROM customers WHERE coalesce(name, '') = ''
 ORDER BY problem, external_id;
