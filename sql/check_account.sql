-- Does what this library assumes about the API hold on this account?
--
-- For the sqlite3 shell, as `make check-account` runs it: with sqlite3_chartmogulreadonly_init, and without what the shell says of
-- requests that fail, because that may name records of the account. It sends at most 60 requests, all of them GET. What comes out is a
-- table for an issue, one line a fact: what was asked, what this library believes, what the account does. Names of members and
-- statuses stand there, and nothing that belongs to the account. Each question and each fact is a statement of its own: one that fails
-- does not end the others.

CREATE TEMP TABLE check_settings AS
SELECT chartmogul_config('read_only', 1), chartmogul_config('max_retries', 1), chartmogul_config('cache_ttl', 0);

-- SQL does not see the headers of an answer: `make check-account` fills this table by curl.
CREATE TABLE IF NOT EXISTS temp.check_headers (request TEXT, name TEXT, value TEXT);
-- Requests that this connection sent before do not count.
CREATE TEMP TABLE check_begin AS SELECT coalesce(max(id), 0) AS id FROM chartmogul_requests;

-- ---- questions ---------------------------------------------------------------------------------

-- path is NULL: not asked, because of `why`. `behind` is the last request before it.
CREATE TEMP TABLE check_asked (
  id INTEGER PRIMARY KEY, name TEXT UNIQUE, path TEXT, query TEXT, why TEXT, behind INTEGER, body TEXT);

-- Two tries must be left, beside the two requests of curl.
CREATE TEMP TRIGGER check_may_be_asked AFTER INSERT ON check_asked BEGIN
  UPDATE check_asked SET behind = (SELECT coalesce(max(id), 0) FROM chartmogul_requests) WHERE id = NEW.id;
  UPDATE check_asked SET path = NULL, why = 'the account does not answer'
   WHERE id = NEW.id AND NEW.name <> 'ping' AND (SELECT body FROM check_asked WHERE name = 'ping') IS NULL;
  UPDATE check_asked SET path = NULL, why = 'the 60 requests are spent'
   WHERE id = NEW.id AND path IS NOT NULL
     AND (SELECT total(tries) FROM chartmogul_requests WHERE id > (SELECT id FROM check_begin)) > 56;
END;

-- The objects of each answer's list, in their order; a plan is given the system of its source.
CREATE TEMP TABLE check_rows (name TEXT, n INTEGER, item TEXT, PRIMARY KEY (name, n)) WITHOUT ROWID;

-- INSERT INTO check_send sends the last question. An answer that is not JSON counts as none.
CREATE TEMP VIEW check_send AS SELECT 1 AS now;
CREATE TEMP TRIGGER check_sends INSTEAD OF INSERT ON check_send BEGIN
  UPDATE check_asked
     SET body = (SELECT iif(json_valid(answer), answer, NULL)
                   FROM (SELECT chartmogul_request('GET', path, NULL, query) AS answer))
   WHERE id = (SELECT max(id) FROM check_asked) AND path IS NOT NULL;
  INSERT INTO check_rows
  SELECT a.name, row_number() OVER (), iif(a.name NOT LIKE 'plans%', r.value,
           json_set(r.value, '$."system of its source"', (SELECT s.item ->> 'system' FROM check_rows AS s
                                                            WHERE s.name = 'data sources'
                                                              AND s.item ->> 'uuid' = r.value ->> 'data_source_uuid')))
    FROM check_asked AS a, json_each(a.body) AS l, json_each(iif(l.type = 'array', l.value, '[]')) AS r
   WHERE a.id = (SELECT max(id) FROM check_asked) AND a.body IS NOT NULL AND r.type = 'object';
END;

-- How each question ended, as a reason why something cannot be told; NULL where it was answered.
CREATE TEMP VIEW check_ends AS
SELECT a.name, CASE
    WHEN a.path IS NULL THEN coalesce(a.why, 'there is no row to ask with')
    WHEN a.body IS NOT NULL THEN NULL
    ELSE coalesce((SELECT iif(r.status BETWEEN 200 AND 299, 'the answer is not JSON', 'status ' || r.status)
      FROM chartmogul_requests AS r
                    WHERE r.id > a.behind AND r.id <= coalesce((SELECT b.behind FROM check_asked AS b WHERE b.id > a.id
                      ORDER BY b.id LIMIT 1), r.id)
                    ORDER BY r.id DESC LIMIT 1), 'no answer') END AS reason
  FROM check_asked AS a;

INSERT INTO check_asked (name, path) VALUES ('ping', '/ping');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('account', '/account', json_object('include',
  'churn_recognition,churn_when_zero_mrr,auto_churn_subscription,refund_handling,proximate_movement_reclassification'));
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('account of no such setting', '/account', '{"include":"no_such_setting"}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('data sources', '/data_sources',
  '{"with_processing_status":true,"with_auto_churn_subscription_setting":true,"with_invoice_handling_setting":true}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('customers', '/customers', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('customers 1', '/customers', '{"per_page":1}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('plans', '/plans', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('plans 1', '/plans', '{"per_page":1}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('plan groups', '/plan_groups', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('plan groups 1', '/plan_groups', '{"per_page":1}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('contacts', '/contacts', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('contacts 1', '/contacts', '{"per_page":1}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('notes', '/notes', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('customer notes', '/customer_notes', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('opportunities', '/opportunities', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('tasks', '/tasks', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('invoices', '/invoices', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('invoices 1', '/invoices', '{"per_page":1}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('events', '/subscription_events', '{"per_page":200}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('events 1', '/subscription_events', '{"per_page":1}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('activities', '/activities', '{"per_page":200,"order":"-date"}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('activities 5', '/activities', '{"per_page":5}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) VALUES ('activities 2', '/activities', '{"per_page":2}');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query)
SELECT 'activities 2 more', iif(cursor IS NULL, NULL, '/activities'), json_object('per_page', 2, 'cursor', cursor)
  FROM (SELECT (SELECT body ->> '$.cursor' FROM check_asked WHERE name = 'activities 2') AS cursor);
INSERT INTO check_send VALUES (1);

-- Leads stand at the end of the list, if it is long.
INSERT INTO check_asked (name, path, query)
SELECT 'leads', iif(EXISTS (SELECT 1 FROM check_rows WHERE name = 'customers'
    AND item ->> 'customer-since' IS NULL), NULL, '/customers'), '{"per_page":1,"status":"New_Lead"}';
INSERT INTO check_send VALUES (1);

-- The lists of one customer, of one whose subscriptions have ended if there is one.
CREATE TEMP TABLE check_customer AS
SELECT (SELECT item ->> 'uuid' FROM check_rows WHERE name = 'customers' AND item ->> 'customer-since' IS NOT NULL
         ORDER BY item ->> 'status' = 'Cancelled' DESC, n LIMIT 1) AS paying,
       (SELECT item ->> 'uuid' FROM check_rows WHERE name IN ('customers', 'leads')
         AND item ->> 'customer-since' IS NULL LIMIT 1) AS lead;
INSERT INTO check_asked (name, path, query) SELECT 'customer activities', '/customers/' || paying || '/activities',
    '{"per_page":200}' FROM check_customer;
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) SELECT 'subscriptions', '/customers/' || paying || '/subscriptions', '{"per_page":200}'
    FROM check_customer;
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query) SELECT 'import subscriptions', '/import/customers/' || paying || '/subscriptions',
    '{"per_page":200}' FROM check_customer;
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, why) SELECT 'import subscriptions of a lead', '/import/customers/' || lead || '/subscriptions',
    'there is no lead' FROM check_customer;
INSERT INTO check_send VALUES (1);

-- Lines and payments of the listed invoices; one that has an external id and whose source is known.
CREATE TEMP TABLE check_children AS
SELECT k.column1 AS name, i.n, c.value AS item, coalesce(i.item ->> 'data_source_uuid',
         (SELECT u.item ->> 'data_source_uuid' FROM check_rows AS u WHERE u.name = 'customers'
           AND u.item ->> 'uuid' = i.item ->> 'customer_uuid')) AS source
  FROM check_rows AS i, (VALUES ('line_items'), ('transactions')) AS k, json_each(i.item, '$.' || k.column1) AS c
 WHERE i.name = 'invoices' AND c.type = 'object';
INSERT INTO check_asked (name, path, query, why)
SELECT 'line by external id', iif(item IS NULL, NULL, '/line_items'), json_object('data_source_uuid', source, 'external_id',
    item ->> 'external_id'),
       'no listed line has an external id and a source that is known'
  FROM (SELECT max(item) AS item, source FROM check_children WHERE name = 'line_items' AND item ->> 'external_id' <> ''
    AND source IS NOT NULL);
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query)
SELECT 'line by an unknown external id', iif(source IS NULL, NULL, '/line_items'), json_object('data_source_uuid', source,
    'external_id', 'no-such-line-5f1af63a')
  FROM (SELECT max(item ->> 'uuid') AS source FROM check_rows WHERE name = 'data sources');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path) SELECT 'line', '/line_items/' || max(item ->> 'uuid') FROM check_children
    WHERE name = 'line_items';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path) SELECT 'transaction', '/transactions/' || max(item ->> 'uuid') FROM check_children
    WHERE name = 'transactions';
INSERT INTO check_send VALUES (1);

-- A year that ends some months before the last movement, so that the summary may differ from its entries.
INSERT INTO check_asked (name, path, query, why)
SELECT 'metrics without interval', iif(day IS NULL, NULL, '/metrics/mrr'),
       json_object('start-date', date(day, '-12 months', '+1 day'), 'end-date', day), 'there is no activity'
  FROM (SELECT date(max(item ->> 'date'), 'start of month', '-2 months', '-1 day') AS day FROM check_rows
    WHERE name = 'activities');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path) VALUES ('metrics without dates', '/metrics/mrr');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path) VALUES ('wrong verb',
    '/contacts/con_00000000-0000-0000-0000-000000000000/merge/con_00000000-0000-0000-0000-000000000000');
INSERT INTO check_send VALUES (1);

-- A customer of whose contacts one has a note.
INSERT INTO check_asked (name, path, query, why)
SELECT 'notes of a customer', iif(customer IS NULL, NULL, '/notes'), json_object('per_page', 200, 'customer_uuid', customer),
       'no listed note is about a listed contact of a customer'
  FROM (SELECT max(c.item ->> 'customer_uuid') AS customer
          FROM check_rows AS n JOIN check_rows AS c ON c.name = 'contacts'
            AND c.item ->> 'uuid' = n.item ->> 'associated_object_uuid'
         WHERE n.name = 'notes' AND n.item ->> 'associated_object' = 'contact');
INSERT INTO check_send VALUES (1);

-- Days of the account's own that filters are tried with. A time of day other than midnight tells a day from an instant.
INSERT INTO check_asked (name, path, query, why)
SELECT 'events of a day', iif(day IS NULL, NULL, '/subscription_events'), json_object('per_page', 200, 'event_date', day),
       'no listed event has a time of day'
  FROM (SELECT max(substr(item ->> 'event_date', 1, 10)) AS day FROM check_rows WHERE name = 'events'
    AND substr(item ->> 'event_date', 12, 8) > '00:00:00');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why)
SELECT 'activities of a day', iif(day IS NULL, NULL, '/activities'), json_object('per_page', 200, 'start-date', day, 'end-date',
    day),
       'no listed activity has a time of day'
  FROM (SELECT max(substr(item ->> 'date', 1, 10)) AS day FROM check_rows WHERE name LIKE 'activities%'
    AND substr(item ->> 'date', 12, 8) > '00:00:00');
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why)
SELECT 'opportunities of a day', iif(day IS NULL, NULL, '/opportunities'),
       json_object('per_page', 200, 'estimated_close_date_on_or_after', day, 'estimated_close_date_on_or_before', day),
       'there are no three opportunities of three days'
  FROM (SELECT (SELECT DISTINCT item ->> 'estimated_close_date' FROM check_rows WHERE name = 'opportunities'
    AND item ->> 'estimated_close_date' IS NOT NULL
                 GROUP BY 1 HAVING item ->> 'estimated_close_date' > low AND item ->> 'estimated_close_date' < high LIMIT 1) AS day
          FROM (SELECT min(item ->> 'estimated_close_date') AS low, max(item ->> 'estimated_close_date') AS high FROM check_rows
            WHERE name = 'opportunities'));
INSERT INTO check_send VALUES (1);

-- ---- filters that nobody has proved -----------------------------------------------------------

-- The list is asked with a value that some rows of its first page have and others have not: all rows of the answer must have it.
CREATE TEMP TABLE check_filters (name TEXT PRIMARY KEY, list TEXT, path TEXT, parameter TEXT, member TEXT,
    per_page INTEGER DEFAULT 200, believed TEXT DEFAULT 'only rows with the value that was sent');
INSERT INTO check_filters (name, list, path, parameter, member) VALUES
  ('data sources by name', 'data sources', '/data_sources', 'name', 'name'),
  ('data sources by system', 'data sources', '/data_sources', 'system', 'system'),
  ('customers by status', 'customers', '/customers', 'status', 'status'),
  ('customers by system', 'customers', '/customers', 'system', 'billing-system-type'),
  ('opportunities by owner', 'opportunities', '/opportunities', 'owner', 'owner'),
  ('opportunities by pipeline', 'opportunities', '/opportunities', 'pipeline', 'pipeline'),
  ('opportunities by stage', 'opportunities', '/opportunities', 'pipeline_stage', 'pipeline_stage'),
  ('plans by external id', 'plans', '/plans', 'external_id', 'external_id'),
  ('plans by system', 'plans', '/plans', 'system', 'system of its source'),
  ('invoices by customer', 'invoices', '/invoices', 'customer_uuid', 'customer_uuid'),
  ('invoices by source', 'invoices', '/invoices', 'data_source_uuid', 'data_source_uuid'),
  ('events by type', 'events', '/subscription_events', 'event_type', 'event_type'),
  ('events by external id', 'events', '/subscription_events', 'external_id', 'external_id'),
  ('events by subscription', 'events', '/subscription_events', 'subscription_external_id', 'subscription_external_id'),
  ('events by plan', 'events', '/subscription_events', 'plan_external_id', 'plan_external_id'),
  ('activities by type', 'activities', '/activities', 'type', 'type');
INSERT INTO check_filters (name, list, path, parameter, member, believed) VALUES
  ('customers by email', 'customers', '/customers', 'email', 'email', 'is ignored, so that the search is used');
-- One more than is documented: the answer says how many rows its page may have.
UPDATE check_filters SET per_page = 201 WHERE name = 'customers by system';
CREATE TEMP TABLE check_choices AS
SELECT f.*, (SELECT value FROM (SELECT i.item ->> f.member AS value, count(*) AS rows FROM check_rows AS i WHERE i.name = f.list
    GROUP BY 1)
              WHERE value <> '' AND rows < (SELECT count(*) FROM check_rows AS i WHERE i.name = f.list)
                ORDER BY rows DESC, value LIMIT 1) AS value
  FROM check_filters AS f;
CREATE TEMP VIEW check_filter_questions AS
SELECT name, iif(value IS NULL, NULL, path) AS path,
       json_object('per_page', per_page, parameter, iif(name = 'customers by status', replace(value, ' ', '_'), value)) AS query,
       coalesce((SELECT 'the list itself: ' || reason FROM check_ends AS e
         WHERE e.name = c.list), 'its first page has no two rows that differ in it') AS why
  FROM check_choices AS c;

INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'data sources by name';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'data sources by system';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'customers by status';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'customers by system';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'customers by email';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'opportunities by owner';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'opportunities by pipeline';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'opportunities by stage';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'plans by external id';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'plans by system';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'invoices by customer';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'invoices by source';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'events by type';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'events by external id';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'events by subscription';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'events by plan';
INSERT INTO check_send VALUES (1);
INSERT INTO check_asked (name, path, query, why) SELECT * FROM check_filter_questions WHERE name = 'activities by type';
INSERT INTO check_send VALUES (1);

-- ---- facts -------------------------------------------------------------------------------------

CREATE TEMP TABLE check_ended AS SELECT a.name, a.body, e.reason FROM check_asked AS a JOIN check_ends AS e ON e.name = a.name;

-- `here` NULL: cannot be told, because of how the question ended, or of `lacking`.
CREATE TEMP TABLE check_facts (id INTEGER PRIMARY KEY, name TEXT UNIQUE, question TEXT, asked TEXT, believed TEXT, lacking TEXT,
    here TEXT);

INSERT INTO check_facts (name, question, asked, believed, lacking) VALUES
  ('limit headers', NULL, 'GET /customers: headers about limits', 'none',
    'SQL does not see headers; `make check-account` with curl does'),
  ('compression', NULL, 'GET /customers: is the body compressed', 'by gzip',
    'SQL does not see headers; `make check-account` with curl does'),
  ('http', NULL, 'GET /customers: the version of HTTP that a client gets which may choose', '1.1',
    'SQL does not see headers; `make check-account` with curl does'),
  ('unknown plan group', NULL, 'GET /plan_groups/… that does not exist: the form of the 404', 'HTML',
    'SQL does not see headers; `make check-account` with curl does'),
  ('limit', 'ping', 'these requests, one after the other', 'none is refused because of a limit', ''),
  ('wrong verb', 'ping', 'GET of a path that takes only POST', 'status 405', ''),
  ('account id', 'account', 'GET /account', 'it has an id', ''),
  ('account settings', 'account', 'GET /account?include=…: the settings', 'texts and booleans', 'none of them came'),
  ('unknown include', 'ping', 'GET /account?include=no_such_setting', 'is ignored', ''),
  ('source settings', 'data sources', 'GET /data_sources with all flags: the settings of a source', 'are there',
    'there is no source'),
  ('source status', 'data sources', 'GET /data_sources: status', 'idle', 'there is no source'),
  ('total customers', 'customers 1', 'GET /customers?per_page=1: total_pages', 'the number of rows', ''),
  ('total plans', 'plans 1', 'GET /plans?per_page=1: total_pages', 'the number of rows', ''),
  ('total plan groups', 'plan groups 1', 'GET /plan_groups?per_page=1: total_pages', 'the number of rows', ''),
  ('total invoices', 'invoices 1', 'GET /invoices?per_page=1: total_pages', 'the number of rows', ''),
  ('total events', 'events 1', 'GET /subscription_events?per_page=1: total_pages', 'the number of rows', ''),
  ('per page', 'customers by system', 'GET /customers?per_page=201', 'counts as 200',
    'the answer does not say how many rows its page may have'),
  ('order of customers', 'customers', 'GET /customers: the order', 'by customer-since, leads last',
    'fewer than two rows of different times'),
  ('order of plans', 'plans', 'GET /plans: the order, by the cursors of the first and the last row', 'newest first',
    'fewer than two rows of different times, or cursors of another form'),
  ('order of plan groups', 'plan groups', 'GET /plan_groups: the order, by the cursors of the first and the last row',
    'newest first', 'fewer than two rows of different times, or cursors of another form'),
  ('order of contacts', 'contacts', 'GET /contacts: the order, by the cursors of the first and the last row', 'newest first',
    'fewer than two rows of different times, or cursors of another form'),
  ('order of invoices', 'invoices', 'GET /invoices: the order, by the cursors of the first and the last row', 'newest first',
    'fewer than two rows of different times, or cursors of another form'),
  ('order of notes', 'notes', 'GET /notes: the order', 'newest first', 'fewer than two rows of different times'),
  ('order of opportunities', 'opportunities', 'GET /opportunities: the order', 'newest first',
    'fewer than two rows of different times'),
  ('order of tasks', 'tasks', 'GET /tasks: the order', 'newest first', 'fewer than two rows of different times'),
  ('order of events', 'events', 'GET /subscription_events: the order', 'newest first', 'fewer than two rows of different times'),
  ('order of customer activities', 'customer activities', 'GET /customers/…/activities: the order of its numbers', 'newest first',
    'fewer than two rows'),
  ('order of activities', 'activities 5', 'GET /activities: the order', 'by date', 'fewer than two rows of different times'),
  ('order of activities backwards', 'activities', 'GET /activities?order=-date: the order', 'by date, backwards',
    'fewer than two rows of different times'),
  ('cursor of activities', 'activities 2', 'GET /activities?per_page=2: the cursor', 'opaque', 'there is no activity'),
  ('rows behind the cursor', 'activities 2 more', 'GET /activities?per_page=2&cursor=…: the next page', 'goes on with the next row',
    'fewer than four activities, or they changed meanwhile'),
  ('activities of a day', 'activities of a day', 'GET /activities with a day as start-date and end-date', 'the whole day', ''),
  ('events of a day', 'events of a day', 'GET /subscription_events with a day as event_date', 'the whole day', ''),
  ('opportunities of a day', 'opportunities of a day',
    'GET /opportunities with estimated_close_date_on_or_after and …_on_or_before', 'only rows between them', '');
INSERT INTO check_facts (name, question, asked, believed, lacking)
SELECT name, name, 'GET ' || path || '?' || parameter || '=…', believed, '' FROM check_filters ORDER BY rowid;
INSERT INTO check_facts (name, question, asked, believed, lacking) VALUES
  ('notes served', 'ping', 'GET /notes', 'is served', ''),
  ('customer notes served', 'ping', 'GET /customer_notes', 'is served', ''),
  ('notes of contacts', 'notes of a customer', 'GET /notes?customer_uuid=…: notes of the contacts of that customer',
    'are not among them', ''),
  ('notes of contacts in the old list', 'customer notes', 'GET /customer_notes: notes of contacts', 'are not among them',
    'there is no note, or none of a contact'),
  ('lead on the import side', 'ping', 'GET /import/customers/…/subscriptions of a lead', 'a list', ''),
  ('line by external id', 'line by external id', 'GET /line_items with data_source_uuid and external_id', 'a list', ''),
  ('line by an unknown external id', 'ping', 'the same with an external id that nothing has', 'an empty list', ''),
  ('invoice of a line', 'line', 'GET /line_items/…: invoice_uuid', 'is there', ''),
  ('invoice of a transaction', 'transaction', 'GET /transactions/…: invoice_uuid', 'is there', ''),
  ('default interval', 'metrics without interval', 'GET /metrics/mrr without interval', 'by month', 'fewer than two entries'),
  ('dates of metrics', 'ping', 'GET /metrics/mrr without dates', 'is refused', ''),
  ('summary of metrics', 'metrics without interval', 'GET /metrics/mrr: summary', 'does not compare the last two entries',
    'fewer than two entries, or the last two are the same'),
  ('numbers', 'ping', 'amounts that the API computes (mrr, arr, activities, metrics)', 'whole numbers', 'there is none'),
  ('dates', 'ping', 'dates and times', 'of the forms that were recorded', 'there is none');

-- ---- what the account does ---------------------------------------------------------------------

UPDATE check_facts SET here = CASE
    WHEN found IS NULL THEN 'as believed' ELSE 'otherwise: ' || found END
  FROM (SELECT group_concat(name || iif(value = '', '', ' (' || value || ')'), ', ') AS found FROM (
          SELECT DISTINCT name, value FROM check_headers WHERE request = 'customers' AND (name LIKE '%limit%'
            OR name = 'retry-after') ORDER BY 1))
 WHERE name = 'limit headers' AND EXISTS (SELECT 1 FROM check_headers WHERE request = 'customers');
UPDATE check_facts SET here = CASE WHEN status <> '200' THEN 'cannot be told: status ' || status WHEN coding = 'gzip'
    THEN 'as believed'
    WHEN coding IS NOT NULL THEN 'otherwise: in another way' WHEN size = 'small' THEN 'cannot be told: it is small'
      ELSE 'otherwise: it is not' END
  FROM (SELECT max(value) FILTER (WHERE name = 'status') AS status, max(value) FILTER (WHERE name = 'content-encoding') AS coding,
               max(value) FILTER (WHERE name = 'size') AS size FROM check_headers WHERE request = 'customers')
 WHERE name = 'compression' AND status IS NOT NULL;
UPDATE check_facts SET here = iif(value IN ('1', '1.0', '1.1'), 'as believed', 'otherwise: ' || value)
  FROM (SELECT max(value) AS value FROM check_headers WHERE request = 'customers' AND name = 'http-version')
 WHERE name = 'http' AND value IS NOT NULL;
UPDATE check_facts SET here = CASE WHEN status IN ('401', '402', '403', '429') OR status >= '500'
    THEN 'cannot be told: status ' || status
    WHEN status <> '404' THEN 'otherwise: status ' || status WHEN type = 'html' THEN 'as believed'
    WHEN type IS NULL THEN 'otherwise: without a type' ELSE 'otherwise: ' || type END
  FROM (SELECT max(value) FILTER (WHERE name = 'status') AS status, max(value) FILTER (WHERE name = 'content-type') AS type
          FROM check_headers WHERE request = 'plan group')
 WHERE name = 'unknown plan group' AND status IS NOT NULL;

UPDATE check_facts SET here = CASE
    WHEN (SELECT count(*) FROM chartmogul_requests WHERE id > (SELECT id FROM check_begin) AND status = 429)
      THEN 'otherwise: status 429'
    WHEN (SELECT max(tries) FROM chartmogul_requests WHERE id > (SELECT id FROM check_begin)) > 1
      THEN 'otherwise: some were sent twice before they were answered'
    ELSE 'as believed' END
 WHERE name = 'limit' AND (SELECT body FROM check_asked WHERE name = 'ping') IS NOT NULL;

-- Facts that are a status.
CREATE TEMP VIEW check_statuses AS
SELECT c.fact, e.reason, e.body, iif(e.body IS NOT NULL, 200, CAST(substr(e.reason, 8) AS INTEGER)) AS status
  FROM (SELECT column1 AS fact, column2 AS question FROM (VALUES
          ('wrong verb', 'wrong verb'), ('unknown include', 'account of no such setting'), ('notes served', 'notes'),
          ('customer notes served', 'customer notes'), ('lead on the import side', 'import subscriptions of a lead'),
          ('line by an unknown external id', 'line by an unknown external id'), ('dates of metrics', 'metrics without dates'))) AS c
  JOIN check_ended AS e ON e.name = c.question
 WHERE e.body IS NOT NULL OR e.reason LIKE 'status %';
UPDATE check_facts SET here = CASE
    WHEN status IN (401, 402, 403, 429) OR status >= 500 THEN 'cannot be told: ' || reason
    WHEN check_facts.name = 'wrong verb' THEN iif(status = 405, 'as believed', 'otherwise: status ' || status)
    WHEN check_facts.name = 'dates of metrics' THEN iif(status IN (400, 422), 'as believed', iif(status = 200,
      'otherwise: is answered', 'otherwise: ' || reason))
    WHEN status <> 200 THEN 'otherwise: ' || reason
    WHEN check_facts.name = 'line by an unknown external id' AND json_type(body, '$.line_items') IS NOT 'array'
      THEN 'otherwise: another answer'
    WHEN check_facts.name = 'line by an unknown external id' AND json_array_length(body, '$.line_items') > 0
      THEN 'otherwise: a line'
    ELSE 'as believed' END
  FROM check_statuses WHERE fact = check_facts.name;
UPDATE check_facts SET here = 'cannot be told: ' || reason
  FROM check_ended
 WHERE here IS NULL AND reason NOT LIKE 'status %' AND (check_facts.name, check_ended.name) IN (VALUES
   ('wrong verb', 'wrong verb'), ('unknown include', 'account of no such setting'), ('notes served', 'notes'),
   ('customer notes served', 'customer notes'), ('lead on the import side', 'import subscriptions of a lead'),
   ('line by an unknown external id', 'line by an unknown external id'), ('dates of metrics', 'metrics without dates'));

UPDATE check_facts SET here = iif(json_type(body, '$.id') = 'text', 'as believed', iif(json_type(body, '$.id') IS NULL,
    'otherwise: it has none', 'otherwise: a number'))
  FROM check_ended WHERE check_facts.name = 'account id' AND check_ended.name = 'account' AND json_type(body) = 'object';
UPDATE check_facts SET here = iif(odd IS NULL, 'as believed', 'otherwise: ' || odd)
  FROM (SELECT count(*) AS members, group_concat(key || ' is ' || type, ', ')
    FILTER (WHERE type NOT IN ('text', 'true', 'false', 'null')) AS odd
          FROM check_asked AS a, json_each(a.body) WHERE a.name = 'account'
           AND key IN ('churn_recognition', 'churn_when_zero_mrr', 'auto_churn_subscription', 'refund_handling',
             'proximate_movement_reclassification'))
 WHERE name = 'account settings' AND members > 0;
UPDATE check_facts SET here = CASE WHEN lacking_them = 0 THEN 'as believed' WHEN lacking_them = sources
    THEN 'otherwise: no source has them' ELSE 'otherwise: some sources have them' END
  FROM (SELECT count(*) AS sources, total(json_type(item, '$.auto_churn_subscription_setting') IS NULL
    OR json_type(item, '$.invoice_handling_setting') IS NULL) AS lacking_them
          FROM check_rows WHERE name = 'data sources')
 WHERE name = 'source settings' AND sources > 0;
UPDATE check_facts SET here = iif(odd IS NULL, 'as believed', 'otherwise: ' || odd)
  FROM (SELECT count(*) AS sources, group_concat(DISTINCT iif(status = 'never_imported', status, 'another word'))
    FILTER (WHERE status IS NOT 'idle') AS odd
          FROM (SELECT item ->> 'status' AS status FROM check_rows WHERE name = 'data sources'))
 WHERE name = 'source status' AND sources > 0;

-- A whole list of one page is counted; a longer one must have as many rows as its pages hold.
UPDATE check_facts SET here = CASE
    WHEN pages IS NULL THEN 'otherwise: it is not there'
    WHEN has_more AND whole_pages IS NULL THEN 'cannot be told: the list has more than one page and does not say how many'
    WHEN has_more AND pages > rows AND (pages + rows - 1) / rows = whole_pages THEN 'as believed'
    WHEN NOT has_more AND pages = rows THEN 'as believed'
    WHEN NOT has_more AND rows = 0 AND pages <= 1 THEN 'cannot be told: the list is empty'
    ELSE 'otherwise: another number' END
  FROM (SELECT one.name, coalesce(one.body ->> '$.total_pages', one.body ->> '$.meta.total_pages') AS pages,
               coalesce(whole.body ->> '$.total_pages', whole.body ->> '$.meta.total_pages') AS whole_pages,
               coalesce(whole.body ->> '$.has_more', whole.body ->> '$.meta.has_more') AS has_more,
               (SELECT count(*) FROM check_rows AS r WHERE r.name = whole.name) AS rows
          FROM check_asked AS one JOIN check_asked AS whole ON one.name = whole.name || ' 1'
         WHERE one.body IS NOT NULL AND whole.body IS NOT NULL) AS lists
 WHERE check_facts.name LIKE 'total %' AND question = lists.name;
UPDATE check_facts SET here = CASE per_page WHEN 200 THEN 'as believed' WHEN 201 THEN 'otherwise: counts as 201'
    ELSE 'otherwise: counts as another number' END
  FROM (SELECT body ->> '$.per_page' AS per_page FROM check_asked WHERE name = 'customers by system')
 WHERE name = 'per page' AND per_page IS NOT NULL;

-- ---- orders ------------------------------------------------------------------------------------

-- The time at the beginning of a cursor, which is Base64 of <time>&<key> of the last row.
CREATE TEMP TABLE check_cursors AS
SELECT name, julianday(substr(plain, 1, 23)) AS time FROM (
  SELECT name, group_concat(char((bits >> 16) & 255, (bits >> 8) & 255, bits & 255), '') AS plain FROM (
    SELECT a.name, g.column1 AS at, sum((instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
             substr(a.body ->> '$.cursor', 4 * g.column1 + k.column1, 1)) - 1) << (24 - 6 * k.column1)) AS bits
      FROM check_asked AS a, (VALUES (0), (1), (2), (3), (4), (5), (6), (7)) AS g, (VALUES (1), (2), (3), (4)) AS k
     WHERE json_type(a.body, '$.cursor') = 'text' AND length(a.body ->> '$.cursor') > 40
     GROUP BY a.id, g.column1 ORDER BY a.id, g.column1)
   GROUP BY name)
 WHERE plain GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T*';
UPDATE check_facts SET here = CASE WHEN first > last THEN 'as believed' WHEN first < last THEN 'otherwise: oldest first' END
  FROM (SELECT whole.name, one.time AS first, whole.time AS last
          FROM check_cursors AS one JOIN check_cursors AS whole ON one.name = whole.name || ' 1') AS lists
 WHERE check_facts.name LIKE 'order of %' AND asked LIKE '%cursors%' AND question = lists.name;

-- Each row against the one before it, by the time or number that the order goes by; NULL (a lead) is last.
CREATE TEMP VIEW check_steps AS
SELECT name, total(step > 0) AS up, total(step < 0) AS down FROM (
  SELECT name, place - lag(place) OVER (PARTITION BY name ORDER BY n) AS step FROM (
    SELECT name, n, CASE name
        WHEN 'customers' THEN coalesce(julianday(item ->> 'customer-since'), 1e9)
        WHEN 'customer activities' THEN item ->> 'id'
        WHEN 'activities' THEN julianday(item ->> 'date')
        WHEN 'activities 5' THEN julianday(item ->> 'date')
        ELSE julianday(item ->> 'created_at') END AS place
      FROM check_rows))
 GROUP BY name;
UPDATE check_facts SET here = CASE
    WHEN up = 0 AND down = 0 THEN NULL
    WHEN up > 0 AND down > 0 THEN 'otherwise: neither that nor its opposite'
    WHEN (up > 0) = (believed IN ('by customer-since, leads last', 'by date')) THEN 'as believed'
    WHEN believed = 'newest first' THEN 'otherwise: oldest first'
    ELSE 'otherwise: the opposite' END
  FROM check_steps
 WHERE check_facts.name LIKE 'order of %' AND asked NOT LIKE '%cursors%' AND question = check_steps.name;

UPDATE check_facts SET here = CASE WHEN cursor IS NULL THEN NULL
    WHEN cursor GLOB '????????-????-????-????-????????????' THEN 'otherwise: a uuid'
    ELSE 'as believed' END
  FROM (SELECT body ->> '$.cursor' AS cursor FROM check_asked WHERE name = 'activities 2')
 WHERE name = 'cursor of activities';
UPDATE check_facts SET here = CASE
    WHEN before <> begin THEN NULL
    WHEN more = third || ',' || fourth OR (more = third AND fourth IS NULL) THEN 'as believed'
    WHEN more LIKE fourth || '%' OR (more = '' AND fourth IS NULL) THEN 'otherwise: skips a row'
    WHEN more LIKE '%' || third THEN 'otherwise: repeats a row'
    ELSE 'otherwise: goes on elsewhere' END
  FROM (WITH u AS (SELECT name, n AS place, item ->> 'uuid' AS uuid FROM check_rows WHERE name LIKE 'activities _%'
    ORDER BY name, n)
        SELECT (SELECT group_concat(uuid) FROM u WHERE name = 'activities 2') AS before,
               (SELECT group_concat(uuid) FROM u WHERE name = 'activities 5' AND place <= 2) AS begin,
               (SELECT uuid FROM u WHERE name = 'activities 5' AND place = 3) AS third,
               (SELECT uuid FROM u WHERE name = 'activities 5' AND place = 4) AS fourth,
               (SELECT coalesce(group_concat(uuid), '') FROM u WHERE name = 'activities 2 more') AS more)
 WHERE name = 'rows behind the cursor' AND third IS NOT NULL
   AND (SELECT body FROM check_asked WHERE name = 'activities 2 more') IS NOT NULL;

-- ---- filters -----------------------------------------------------------------------------------

UPDATE check_facts SET here = CASE
    WHEN rows = 0 THEN 'otherwise: no row, though one has the value'
    WHEN check_facts.name = 'customers by email' THEN iif(wrong > 0, 'as believed',
      'otherwise: only rows with the value that was sent')
    WHEN wrong = 0 THEN 'as believed'
    ELSE 'otherwise: rows without the value, too' END
  FROM (SELECT c.name, (SELECT count(*) FROM check_rows AS i WHERE i.name = c.name) AS rows,
               (SELECT count(*) FROM check_rows AS i WHERE i.name = c.name AND i.item ->> c.member IS NOT c.value) AS wrong
          FROM check_choices AS c JOIN check_asked AS a ON a.name = c.name AND a.body IS NOT NULL) AS answers
 WHERE check_facts.name = answers.name;
UPDATE check_facts SET here = CASE
    WHEN within > 0 AND outside = 0 THEN 'as believed' WHEN outside > 0 THEN 'otherwise: rows of other days, too'
    WHEN check_facts.name = 'opportunities of a day' THEN 'otherwise: no row, though one has that day'
      ELSE 'otherwise: its first instant' END
  FROM (SELECT a.name, total(day = wanted) AS within, total(day <> wanted) AS outside
          FROM (SELECT name, coalesce(query ->> '$.event_date', query ->> '$."start-date"',
            query ->> '$.estimated_close_date_on_or_after') AS wanted
                  FROM check_asked WHERE name LIKE '% of a day' AND body IS NOT NULL) AS a
          LEFT JOIN (SELECT name, coalesce(date(item ->> 'event_date'), date(item ->> 'date'),
            item ->> 'estimated_close_date') AS day FROM check_rows) AS i ON i.name = a.name
         GROUP BY a.name) AS answers
 WHERE check_facts.name = answers.name;

-- ---- notes, lines, metrics ---------------------------------------------------------------------

UPDATE check_facts SET here = iif(EXISTS (SELECT 1 FROM check_rows WHERE name = 'notes of a customer'
    AND item ->> 'associated_object' = 'contact'), 'otherwise: are among them', 'as believed')
 WHERE name = 'notes of contacts' AND EXISTS (SELECT 1 FROM check_asked WHERE name = 'notes of a customer' AND body IS NOT NULL);
UPDATE check_facts SET here = iif(EXISTS (SELECT 1 FROM check_rows WHERE name = 'customer notes'
    AND (item ->> 'associated_object' = 'contact' OR item ->> 'customer_uuid' IS NULL)), 'otherwise: are among them', 'as believed')
 WHERE name = 'notes of contacts in the old list' AND EXISTS (SELECT 1 FROM check_asked WHERE name = 'customer notes'
   AND body IS NOT NULL)
   AND EXISTS (SELECT 1 FROM check_rows WHERE name = 'notes' AND item ->> 'associated_object' = 'contact');
UPDATE check_facts SET here = CASE WHEN json_type(body, '$.line_items') = 'array' THEN 'as believed'
    WHEN json_type(body, '$.uuid') = 'text' THEN 'otherwise: one object' ELSE 'otherwise: another answer' END
  FROM check_asked AS a WHERE check_facts.name = 'line by external id' AND a.name = check_facts.name AND body IS NOT NULL;
UPDATE check_facts SET here = iif(json_type(body, '$.invoice_uuid') = 'text', 'as believed', 'otherwise: is not there')
  FROM check_asked AS a WHERE check_facts.name IN ('invoice of a line', 'invoice of a transaction') AND a.name = question
    AND body IS NOT NULL;
UPDATE check_facts SET here = CASE WHEN days IS NULL THEN NULL WHEN days BETWEEN 28 AND 31 THEN 'as believed' WHEN days = 1
    THEN 'otherwise: by day' WHEN days = 7 THEN 'otherwise: by week'
    WHEN days BETWEEN 88 AND 93 THEN 'otherwise: by quarter' WHEN days > 93 THEN 'otherwise: by year'
      ELSE 'otherwise: by something else' END
  FROM (SELECT CAST(max(days) AS INTEGER) AS days FROM (SELECT julianday(item ->> 'date') - lag(julianday(item ->> 'date'))
    OVER (ORDER BY n) AS days
          FROM check_rows WHERE name = 'metrics without interval'))
 WHERE name = 'default interval';
UPDATE check_facts SET here = CASE WHEN last = last_but_one THEN NULL WHEN current = last AND previous = last_but_one
    THEN 'otherwise: compares the last two entries' ELSE 'as believed' END
  FROM (SELECT body ->> '$.summary.current' AS current, body ->> '$.summary.previous' AS previous,
               body ->> '$.entries[#-1].mrr' AS last, body ->> '$.entries[#-2].mrr' AS last_but_one FROM check_asked
                 WHERE name = 'metrics without interval')
 WHERE name = 'summary of metrics' AND current IS NOT NULL AND last_but_one IS NOT NULL;
UPDATE check_facts SET here = iif(odd IS NULL, 'as believed', 'otherwise: ' || odd)
  FROM (SELECT count(*) AS numbers, group_concat(DISTINCT CASE type WHEN 'real' THEN 'with a fraction' WHEN 'text' THEN 'as text'
    ELSE 'of another type' END) FILTER (WHERE type <> 'integer') AS odd
          FROM (SELECT m.type FROM check_rows AS i, json_each(i.item) AS m
                 WHERE m.key IN ('mrr', 'arr', 'activity-mrr', 'activity-arr', 'activity-mrr-movement') AND m.type <> 'null'))
 WHERE name = 'numbers' AND numbers > 0;
UPDATE check_facts SET here = iif(odd IS NULL, 'as believed', 'otherwise: ' || odd)
  FROM (SELECT count(*) AS dates, group_concat(DISTINCT iif(key GLOB '*[^a-z0-9_-]*', 'another member', key))
    FILTER (WHERE NOT (length(value) = 10 OR value GLOB '*T??:??:??Z' OR value GLOB '*T??:??:??.???Z'
                 OR value GLOB '*T??:??:??[+-]??:??')) AS odd
          FROM (SELECT m.key, m.value FROM check_rows AS i, json_each(i.item) AS m
                 WHERE m.type = 'text' AND m.value GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*'
                   AND (m.key IN ('date', 'last_seen', 'customer-since', 'service_period_start', 'service_period_end')
                     OR m.key GLOB '*[_-]at' OR m.key GLOB '*[_-]date')))
 WHERE name = 'dates' AND dates > 0;

-- ---- members -----------------------------------------------------------------------------------

-- Which list shows the rows of which table; what a row may lack, or has only when it is asked for.
CREATE TEMP TABLE check_lists (name TEXT, table_name TEXT, path TEXT, optional TEXT);
INSERT INTO check_lists VALUES
  ('account', 'chartmogul_account', 'GET /account', ''),
  ('data sources', 'chartmogul_data_sources', 'GET /data_sources',
    ' processing_status auto_churn_subscription_setting invoice_handling_setting '),
  ('customers', 'chartmogul_customers', 'GET /customers', ' attributes.clearbit '),
  ('customer activities', 'chartmogul_customer_activities', 'GET /customers/…/activities', ''),
  ('contacts', 'chartmogul_contacts', 'GET /contacts', ''),
  ('notes', 'chartmogul_notes', 'GET /notes', ''),
  ('opportunities', 'chartmogul_opportunities', 'GET /opportunities', ''),
  ('tasks', 'chartmogul_tasks', 'GET /tasks', ''),
  ('plans', 'chartmogul_plans', 'GET /plans', ''),
  ('plan groups', 'chartmogul_plan_groups', 'GET /plan_groups', ''),
  ('invoices', 'chartmogul_invoices', 'GET /invoices', ' edit_history_summary '),
  ('line_items', 'chartmogul_line_items', 'GET /invoices: line_items',
    ' edit_history_summary description cancelled_at subscription_uuid subscription_external_id subscription_set_external_id' ||
    ' service_period_start service_period_end prorated proration_type plan_uuid plan_external_id '),
  ('transactions', 'chartmogul_transactions', 'GET /invoices: transactions', ' edit_history_summary '),
  ('subscriptions', 'chartmogul_subscriptions', 'GET /customers/…/subscriptions', ''),
  ('import subscriptions', 'chartmogul_import_subscriptions', 'GET /import/customers/…/subscriptions',
    ' subscription_set_external_id '),
  ('events', 'chartmogul_subscription_events', 'GET /subscription_events', ' edit_history_summary '),
  ('activities', 'chartmogul_activities', 'GET /activities', ' subscription-set-external-id ');
INSERT INTO check_facts (name, question, asked, believed, lacking)
SELECT 'members of ' || name, iif(name IN ('line_items', 'transactions'), 'invoices', name), path || ': members',
    'the columns of ' || table_name, 'there is no row'
  FROM check_lists ORDER BY rowid;
CREATE TEMP TABLE check_objects AS
SELECT name, item FROM check_rows WHERE name IN (SELECT name FROM check_lists WHERE name <> 'account')
UNION ALL SELECT name, item FROM check_children
UNION ALL SELECT name, body FROM check_asked WHERE name = 'account' AND body IS NOT NULL;
-- Members of objects whose own members are columns are looked at; those of custom attributes, which the account names, never.
CREATE TEMP TABLE check_known AS
SELECT DISTINCT l.name, substr(c.json_path, 3) AS member FROM check_lists AS l
    JOIN chartmogul_columns AS c ON c.table_name = l.table_name
 WHERE c.json_path GLOB '$.*' AND c.json_path NOT GLOB '*[[]*';
INSERT INTO check_known SELECT DISTINCT name, substr(member, 1, instr(member, '.') - 1) || '.' FROM check_known
    WHERE member LIKE '%.%';
CREATE TEMP TABLE check_members AS
SELECT DISTINCT o.name, m.key || iif(k.member IS NULL, '', '.') AS member
  FROM check_objects AS o, json_each(o.item) AS m LEFT JOIN check_known AS k ON k.name = o.name AND k.member = m.key || '.';
INSERT INTO check_members
SELECT DISTINCT o.name, m.key || '.' || i.key
  FROM check_objects AS o, json_each(o.item) AS m JOIN check_known AS k ON k.name = o.name AND k.member = m.key || '.',
       json_each(iif(m.type = 'object', m.value, '{}')) AS i;
CREATE TEMP VIEW check_differences AS
SELECT name, 'no column has ' AS what, iif(member GLOB '*[^a-z0-9_.-]*'
    OR length(member) > 60, 'a member whose name has another form', member) AS member
  FROM check_members
 WHERE (name, member) NOT IN (SELECT name, member FROM check_known) AND member <> 'system of its source'
UNION
SELECT k.name, 'no row has ', k.member FROM check_known AS k JOIN check_lists AS l ON l.name = k.name
 WHERE (k.name, k.member) NOT IN (SELECT name, member FROM check_members) AND instr(l.optional, ' ' || k.member || ' ') = 0;
UPDATE check_facts SET here = coalesce('otherwise: ' || (SELECT group_concat(words, '; ') FROM (
    SELECT what || group_concat(member, ', ') AS words FROM (SELECT * FROM check_differences AS d
      WHERE 'members of ' || d.name = check_facts.name ORDER BY what, member)
     GROUP BY what)), 'as believed')
 WHERE name LIKE 'members of %' AND substr(name, 12) IN (SELECT name FROM check_objects);

-- ---- the report --------------------------------------------------------------------------------

UPDATE check_facts SET here = 'cannot be told: ' || coalesce(nullif((SELECT reason FROM check_ended AS e
    WHERE e.name = question), ''), nullif(lacking, ''), 'the answer has another form')
 WHERE here IS NULL;
.headers off
.mode list
SELECT format('sqlite-chartmogul %s, SQLite %s', chartmogul_version(), sqlite_version()) || coalesce((
         SELECT ': the account does not answer, ' || reason FROM check_ended WHERE name = 'ping' AND reason IS NOT NULL),
         format(', %d requests: %d facts as believed, %d otherwise, %d cannot be told',
           (SELECT total(tries) FROM chartmogul_requests WHERE id > (SELECT id FROM check_begin)) + (SELECT count(DISTINCT request)
             FROM check_headers),
           total(here = 'as believed'), total(here LIKE 'otherwise%'), total(here LIKE 'cannot%')))
  FROM check_facts;
SELECT '';
SELECT '| asked | this library believes | the account |';
SELECT '|---|---|---|';
SELECT format('| %s | %s | %s |', asked, believed, here) FROM check_facts ORDER BY id;
