-- What was written, what was refused and why, what differs still, and what do the books say?
--
-- load.sql and sync.sql end with it.

.print
.print In left_out.csv, but not in the export:
SELECT * FROM left_out_in_vain;

.print
.print Resumed:
SELECT table_name, operation, w.state, count(*) AS writes
  FROM chartmogul_writes AS w
  JOIN was_open AS o ON o.id = w.id AND o.state <> w.state
 GROUP BY 1, 2, 3
 ORDER BY min(w.id);

.print
.print Written:
SELECT table_name, operation, iif(error LIKE 'exists already%', 'left alone', state) AS state, count(*) AS writes
  FROM chartmogul_writes
 WHERE id > (SELECT id FROM last_night)
 GROUP BY 1, 2, 3
 ORDER BY min(id);

.print
.print Not written:
-- A row without a key is shown whole.
.mode list
.separator ": "
SELECT coalesce(key, body) AS key, state, coalesce(error, table_name) AS reason
  FROM chartmogul_writes
 WHERE state NOT IN ('written', 'dry run') AND (id > (SELECT id FROM last_night) OR state = 'unknown')
 ORDER BY id;

.print
.print Different from the export:
-- Where a list could not be read there is nothing to compare with, and the report ends here.
.bail on
CREATE TEMP TABLE is_read (
  lists CONSTRAINT "not compared: the account did not answer when its lists were read; the next night compares" CHECK (lists = 4));
INSERT INTO is_read
SELECT count(*) FROM sqlite_temp_schema
 WHERE name IN ('account_plan', 'account_customer', 'account_invoice', 'account_cancellation');
.mode column
SELECT * FROM difference;

.print
.print Books:
SELECT status, count(*) AS customers, sum(mrr) / 100.0 AS mrr
  FROM (SELECT DISTINCT uuid, status, mrr FROM account_customer)
 GROUP BY status;
SELECT i.currency, count(DISTINCT i.id) AS invoices, sum(l.amount_in_cents) / 100.0 AS invoiced,
       (SELECT sum(iif(p.type = 'refund', -p.amount_in_cents, p.amount_in_cents)) / 100.0
          FROM account_payment AS p
          JOIN account_invoice AS of ON of.id = p.invoice
         WHERE p.result = 'successful' AND of.currency = i.currency) AS paid
  FROM account_invoice AS i
  JOIN account_line AS l ON l.invoice = i.id
 GROUP BY i.currency;

-- A difference is a failure too, also where nothing was refused: the exit code of sqlite3 says so.
CREATE TEMP TABLE all_is_in (differences CHECK (differences = 0));
INSERT INTO all_is_in SELECT count(*) FROM difference;
