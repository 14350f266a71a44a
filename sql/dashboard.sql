-- How is the business doing, in pictures?
--
-- One HTML page, in rows of text: inline SVG, a table behind each picture, no script, nothing from the network.
--
--   sqlite3 -cmd '.load ./build/chartmogul' -cmd '.output /dev/null' -cmd 'SELECT chartmogul_short_names()' -cmd '.output' :memory: \
--     '.read sql/dashboard.sql' >dashboard.html
--   sqlite3 books.db '.read sql/dashboard.sql' >dashboard.html     (a copy: no extension, no request)
--
-- A program runs the statements one after the other, then writes what SELECT html FROM dash_page ORDER BY part, line,
-- piece returns. All that is made here is TEMP.
--
-- :today is the day of the page (today unless given), :attribute the custom attribute that has the reason of a
-- cancellation ('churn_reason'). Seven lists, each read once: account, mrr, metrics, activities, customers, plans, invoices.
--
-- To change a picture look for its heading: a view with its figures, the marks to be drawn, the sentence above it.
-- A new picture is such a section; how marks become SVG stands once, at the end.

DROP VIEW IF EXISTS temp.dash_page;
DROP VIEW IF EXISTS temp.dash_drawn_tables;
DROP VIEW IF EXISTS temp.dash_drawn_cells;
DROP VIEW IF EXISTS temp.dash_drawn_bars;
DROP VIEW IF EXISTS temp.dash_drawn_lines;
DROP VIEW IF EXISTS temp.dash_points;
DROP VIEW IF EXISTS temp.dash_drawn_columns;
DROP VIEW IF EXISTS temp.dash_month_labels;
DROP VIEW IF EXISTS temp.dash_ticks;
DROP TABLE IF EXISTS temp.dash_scales;
DROP TABLE IF EXISTS temp.dash_shown;
DROP TABLE IF EXISTS temp.dash_html;
DROP VIEW IF EXISTS temp.dash_due;
DROP VIEW IF EXISTS temp.dash_failed;
DROP VIEW IF EXISTS temp.dash_at_risk;
DROP VIEW IF EXISTS temp.dash_reasons;
DROP TABLE IF EXISTS temp.dash_retention;
DROP VIEW IF EXISTS temp.dash_paying;
DROP VIEW IF EXISTS temp.dash_plan_mrr;
DROP VIEW IF EXISTS temp.dash_moves;
DROP VIEW IF EXISTS temp.dash_trends;
DROP VIEW IF EXISTS temp.dash_months;
DROP TABLE IF EXISTS temp.dash_marks;
DROP TABLE IF EXISTS temp.dash_pictures;
DROP TABLE IF EXISTS temp.dash_invoices;
DROP TABLE IF EXISTS temp.dash_plans;
DROP TABLE IF EXISTS temp.dash_customers;
DROP TABLE IF EXISTS temp.dash_activities;
DROP TABLE IF EXISTS temp.dash_metrics;
DROP TABLE IF EXISTS temp.dash_mrr;
DROP TABLE IF EXISTS temp.dash_settings;
DROP TABLE IF EXISTS temp.dash_symbols;

-- ---- What is read ---------------------------------------------------------------------------------------------------

-- A currency that is not here is shown by its three letters.
CREATE TEMP TABLE dash_symbols AS
WITH symbols (currency, symbol) AS (VALUES ('USD', '$'), ('EUR', '€'), ('GBP', '£'), ('JPY', '¥'), ('INR', '₹'))
SELECT * FROM symbols;

-- One row: the day, the bounds that follow from it, and the account.
CREATE TEMP TABLE dash_settings AS
SELECT d.today, date(d.today, '+1 day') AS tomorrow,
       date(d.today, 'start of month', '-12 months') AS first_level, -- MRR is shown from the end of this month on
       date(d.today, 'start of month', '-11 months') AS first_move,  -- and what moved it from this day on
       date(d.today, '-90 days') AS lately,
       coalesce(:attribute, 'churn_reason') AS attribute, coalesce(a.name, 'Revenue') AS account, a.currency,
       coalesce((SELECT symbol FROM dash_symbols WHERE currency = a.currency), a.currency || ' ', '') AS symbol
  FROM (SELECT coalesce(date(:today), date('now')) AS today) AS d,
       (SELECT max(nullif(trim(name), '')) AS name, max(currency) AS currency FROM account) AS a;

-- Amounts are in units of the currency from here on.
CREATE TEMP TABLE dash_mrr AS
SELECT date, mrr / 100.0 AS mrr, mrr_new_business / 100.0 AS new_business, mrr_expansion / 100.0 AS expansion,
       mrr_reactivation / 100.0 AS reactivation, mrr_contraction / 100.0 AS contraction, mrr_churn / 100.0 AS churn
  FROM mrr
 WHERE date >= (SELECT first_level FROM dash_settings) AND date <= (SELECT today FROM dash_settings)
   AND interval = 'month';

CREATE TEMP TABLE dash_metrics AS
SELECT date, customers, arpa / 100.0 AS arpa, customer_churn_rate, mrr_churn_rate
  FROM metrics
 WHERE date >= (SELECT first_level FROM dash_settings) AND date <= (SELECT today FROM dash_settings)
   AND interval = 'month';

CREATE TEMP TABLE dash_activities AS
SELECT customer_uuid, date, type, activity_mrr_movement / 100.0 AS movement, plan_external_id,
       subscription_external_id, billing_connector_uuid AS data_source_uuid
  FROM activities;
CREATE INDEX temp.dash_activities_of_customer ON dash_activities (customer_uuid, date);

CREATE TEMP TABLE dash_customers AS
SELECT uuid, coalesce(nullif(trim(name), ''), nullif(trim(company), ''), nullif(trim(email), ''), external_id) AS name,
       status, mrr / 100.0 AS mrr, nullif(country, '') AS country, lead_created_at, free_trial_started_at, customer_since,
       (SELECT value FROM json_each(custom) WHERE key = (SELECT attribute FROM dash_settings)) AS reason
  FROM customers;

CREATE TEMP TABLE dash_plans AS
SELECT data_source_uuid, external_id, name
  FROM plans;

-- missing: what is still to be paid. A payment without an amount pays the whole invoice. failures: of payments, of late.
CREATE TEMP TABLE dash_invoices AS
SELECT customer_uuid, currency, status, due, failures,
       iif(status IN ('voided', 'written_off'), 0, max(total - paid, 0)) / 100.0 AS missing
  FROM (SELECT *,
               (SELECT coalesce(sum(coalesce(value ->> 'amount_in_cents', total)), 0) FROM json_each(transactions)
                 WHERE value ->> 'type' = 'payment' AND value ->> 'result' = 'successful') AS paid,
               (SELECT count(*) FROM json_each(transactions), dash_settings
                 WHERE value ->> 'type' = 'payment' AND value ->> 'result' = 'failed'
                   AND datetime(value ->> 'date') >= datetime(lately) AND datetime(value ->> 'date') < tomorrow) AS failures
          FROM (SELECT customer_uuid, currency, coalesce(status, 'open') AS status, date(coalesce(due_date, date)) AS due,
                       transactions,
                       (SELECT coalesce(sum(value ->> 'amount_in_cents'), 0) FROM json_each(line_items)) AS total
                  FROM invoices));

-- ---- What is drawn --------------------------------------------------------------------------------------------------

-- kind: columns (upright, by month), lines, bars (lying, each with its name) or cells. unit: money, count or percent.
-- sentence says what is seen, below what the numbers are. by, note: the headings of a table's first and last column.
CREATE TEMP TABLE dash_pictures (place, picture, kind, unit, symbol, sentence, below, by, note);

-- A mark stands at a place (from left to right, or from top to bottom) in a series, and reaches from low to high;
-- value is what it says. class: its colour in the style sheet.
CREATE TEMP TABLE dash_marks (picture, place, label, series, name, value, low, high, class, note);

-- The months, from the first on in which anything was there.
CREATE TEMP VIEW dash_months AS
SELECT row_number() OVER (ORDER BY m.date) AS place, m.date,
       substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', m.date) - 2, 3) || strftime(' %Y', m.date) AS month,
       m.mrr, c.customers, c.arpa, c.customer_churn_rate, c.mrr_churn_rate
  FROM dash_mrr AS m
  LEFT JOIN dash_metrics AS c ON strftime('%Y-%m', c.date) = strftime('%Y-%m', m.date)
 WHERE m.date >= (SELECT min(f.date) FROM dash_mrr AS f LEFT JOIN dash_metrics AS g ON g.date = f.date
                   WHERE f.mrr <> 0 OR f.new_business <> 0 OR f.reactivation <> 0 OR f.churn <> 0 OR g.customers <> 0);

-- How a series went, in words: 'grew 12.4 % in a year, to $1,234'; months between its ends, and where it is now.
CREATE TEMP VIEW dash_trends AS
WITH ends AS (
  SELECT DISTINCT picture, count(*) OVER (PARTITION BY picture) - 1 AS months,
         first_value(value) OVER by_month AS first, last_value(value) OVER by_month AS last
    FROM dash_marks
   WHERE picture IN ('mrr', 'customers', 'arpa')
  WINDOW by_month AS (PARTITION BY picture ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
worded AS (
  SELECT e.*, CASE months WHEN 1 THEN ' in a month' WHEN 12 THEN ' in a year' ELSE ' in ' || months || ' months' END AS meanwhile,
         CASE WHEN picture = 'customers' THEN printf('%,d', last)
              ELSE iif(last < 0, '−', '') || symbol || iif(abs(last) < 100 AND last <> round(last), printf('%.2f', abs(last)),
                                                           printf('%,d', round(abs(last)))) END AS now
    FROM ends AS e, dash_settings)
SELECT picture, months, last, now,
       CASE WHEN first = last THEN 'did not change' || meanwhile || ': ' || now
            WHEN first <= 0 THEN iif(last > first, 'rose', 'fell') || meanwhile || ', to ' || now
            WHEN abs(last - first) < 0.0005 * first THEN 'hardly changed' || meanwhile || ': ' || now
            ELSE iif(last > first, 'grew ', 'fell ') || printf('%.1f %%', abs(last - first) * 100.0 / first) || meanwhile || ', to ' || now
            END AS went
  FROM worded;

-- ---- MRR by month ---------------------------------------------------------------------------------------------------

INSERT INTO dash_marks
SELECT 'mrr', place, month, 1, 'MRR', mrr, 0, mrr, 'accent', NULL
  FROM dash_months;

INSERT INTO dash_pictures
SELECT 1, 'mrr', 'columns', 'money', s.symbol,
       CASE WHEN t.last IS NULL THEN 'There is no MRR yet'
            WHEN t.months = 0 THEN 'MRR is ' || t.now || ' in its first month'
            ELSE 'MRR ' || t.went END,
       'Monthly recurring revenue at the end of each month', 'Month', NULL
  FROM dash_settings AS s
  LEFT JOIN dash_trends AS t ON t.picture = 'mrr';

-- ---- What moved MRR, as a waterfall ---------------------------------------------------------------------------------

-- The movements of each month; the months are those of reports/mrr_waterfall.sql.
CREATE TEMP VIEW dash_moves AS
SELECT m.place, m.month, d.*,
       d.mrr - d.new_business - d.expansion - d.reactivation - d.contraction - d.churn AS at_start
  FROM dash_mrr AS d
  JOIN dash_months AS m ON m.date = d.date
 WHERE d.date >= (SELECT first_move FROM dash_settings);

-- Where the steps do not lead from the start to the end, something else moved MRR: exchange rates, mostly.
INSERT INTO dash_marks
WITH sums AS (
  SELECT (SELECT at_start FROM dash_moves ORDER BY date LIMIT 1) AS at_start, sum(new_business) AS new_business,
         sum(expansion) AS expansion, sum(reactivation) AS reactivation, sum(contraction) AS contraction, sum(churn) AS churn,
         (SELECT mrr FROM dash_moves ORDER BY date DESC LIMIT 1) AS at_end
    FROM dash_moves),
steps (place, label, amount) AS (
  SELECT 1, 'At the start', at_start FROM sums UNION ALL
  SELECT 2, 'New business', new_business FROM sums UNION ALL
  SELECT 3, 'Expansion', expansion FROM sums UNION ALL
  SELECT 4, 'Reactivation', reactivation FROM sums UNION ALL
  SELECT 5, 'Contraction', contraction FROM sums UNION ALL
  SELECT 6, 'Churn', churn FROM sums UNION ALL
  SELECT 7, 'Everything else', at_end - at_start - new_business - expansion - reactivation - contraction - churn FROM sums),
floating AS (
  SELECT *, total(amount) OVER (ORDER BY place) AS reached FROM steps WHERE place < 7 OR abs(amount) >= 0.005)
SELECT 'waterfall', place, label, 1, 'MRR', round(amount, 2), iif(place = 1, 0, reached - amount), reached,
       CASE WHEN place = 1 THEN 'accent' WHEN amount >= 0 THEN 'growth' ELSE 'loss' END, NULL
  FROM floating
 WHERE amount IS NOT NULL
UNION ALL
SELECT 'waterfall', 8, 'At the end', 1, 'MRR', at_end, 0, at_end, 'accent', NULL
  FROM sums
 WHERE at_end IS NOT NULL;

INSERT INTO dash_pictures
SELECT 2, 'waterfall', 'bars', 'money', s.symbol,
       CASE WHEN coalesce(won, 0) = 0 AND coalesce(lost, 0) = 0 THEN 'Nothing has moved MRR'
            ELSE printf('%s%,d of MRR was won, %s%,d was lost', s.symbol, round(won), s.symbol, -round(lost)) END,
       CASE WHEN first IS NULL THEN 'What was won and lost in the last twelve months' WHEN first = last THEN 'In ' || first
            ELSE 'From the start of ' || first || ' to the end of ' || last END, 'Step', NULL
  FROM dash_settings AS s,
       (SELECT sum(new_business + expansion + reactivation) AS won, sum(contraction + churn) AS lost,
               (SELECT month FROM dash_moves ORDER BY date LIMIT 1) AS first,
               (SELECT month FROM dash_moves ORDER BY date DESC LIMIT 1) AS last
          FROM dash_moves);

-- ---- The movements of each month ------------------------------------------------------------------------------------

-- Gains are piled upwards from zero, losses downwards.
INSERT INTO dash_marks
WITH moves (place, month, series, name, amount, class) AS (
  SELECT place, month, 1, 'New business', new_business, 'growth' FROM dash_moves UNION ALL
  SELECT place, month, 2, 'Expansion', expansion, 'growth2' FROM dash_moves UNION ALL
  SELECT place, month, 3, 'Reactivation', reactivation, 'growth3' FROM dash_moves UNION ALL
  SELECT place, month, 4, 'Contraction', contraction, 'loss2' FROM dash_moves UNION ALL
  SELECT place, month, 5, 'Churn', churn, 'loss' FROM dash_moves)
SELECT 'movements', place - (SELECT min(place) - 1 FROM moves), month, series, name, amount,
       total(amount) OVER pile - amount, total(amount) OVER pile, class, NULL
  FROM moves
WINDOW pile AS (PARTITION BY place, amount < 0 ORDER BY series);

INSERT INTO dash_pictures
SELECT 3, 'movements', 'columns', 'money', s.symbol,
       CASE WHEN m.months = 0 OR (m.up = 0 AND m.down = 0) THEN 'No month moved MRR'
            WHEN m.months = 1 THEN iif(m.up, 'MRR rose', 'MRR fell') || ' in ' || m.month
            WHEN m.up = m.months THEN 'MRR rose in each of ' || m.months || ' months'
            WHEN m.down = m.months THEN 'MRR fell in each of ' || m.months || ' months'
            WHEN m.up = 0 THEN 'MRR fell in ' || m.down || ' of ' || m.months || ' months'
            ELSE 'MRR rose in ' || m.up || ' of ' || m.months || ' months' || iif(m.down, ' and fell in ' || m.down, '') END,
       'What was won and lost in each month', 'Month', NULL
  FROM dash_settings AS s,
       (SELECT count(*) AS months, max(month) AS month, coalesce(sum(net > 0.004), 0) AS up, coalesce(sum(net < -0.004), 0) AS down
          FROM (SELECT month, new_business + expansion + reactivation + contraction + churn AS net FROM dash_moves)) AS m;

-- ---- Customers ------------------------------------------------------------------------------------------------------

INSERT INTO dash_marks
SELECT 'customers', place, month, 1, 'Customers', customers, 0, customers, 'accent', NULL
  FROM dash_months
 WHERE customers IS NOT NULL;

INSERT INTO dash_pictures
SELECT 4, 'customers', 'columns', 'count', '',
       CASE WHEN t.last IS NULL THEN 'There are no customers yet'
            WHEN t.months = 0 THEN t.now || iif(t.last = 1, ' customer', ' customers') || ' in the first month'
            ELSE 'The number of customers ' || t.went END,
       'Paying customers at the end of each month', 'Month', NULL
  FROM dash_settings AS s
  LEFT JOIN dash_trends AS t ON t.picture = 'customers';

-- ---- What an average customer pays ----------------------------------------------------------------------------------

INSERT INTO dash_marks
SELECT 'arpa', place, month, 1, 'ARPA', arpa, 0, arpa, 'accent', NULL
  FROM dash_months
 WHERE arpa IS NOT NULL;

INSERT INTO dash_pictures
SELECT 5, 'arpa', 'lines', 'money', s.symbol,
       CASE WHEN t.last IS NULL THEN 'There is no average customer yet'
            WHEN t.months = 0 THEN 'An average customer pays ' || t.now || ' a month'
            ELSE 'What an average customer pays ' || t.went || ' a month' END,
       'ARPA: MRR divided by customers', 'Month', NULL
  FROM dash_settings AS s
  LEFT JOIN dash_trends AS t ON t.picture = 'arpa';

-- ---- Leads ----------------------------------------------------------------------------------------------------------

-- Of the months of reports/lead_conversion.sql the last twelve.
INSERT INTO dash_marks
WITH funnel AS (
  SELECT count(*) AS leads, count(free_trial_started_at) AS trials, count(customer_since) AS customers
    FROM dash_customers, dash_settings
   WHERE lead_created_at >= first_move AND lead_created_at < tomorrow),
stages (place, label, amount) AS (
  SELECT 1, 'Leads', leads FROM funnel UNION ALL
  SELECT 2, 'Began a trial', trials FROM funnel UNION ALL
  SELECT 3, 'Became customers', customers FROM funnel)
SELECT 'leads', place, label, 1, 'Leads', amount, 0, amount, iif(place = 3, 'growth', 'accent'),
       printf('%.1f %%', 100.0 * amount / leads)
  FROM stages, funnel
 WHERE leads > 0;

INSERT INTO dash_pictures
SELECT 6, 'leads', 'bars', 'count', '',
       coalesce((SELECT note || ' of ' || iif((SELECT value FROM dash_marks WHERE picture = 'leads' AND place = 1) = 1, 'one lead',
                        (SELECT printf('%,d', value) FROM dash_marks WHERE picture = 'leads' AND place = 1) || ' leads')
                        || ' became customers'
                   FROM dash_marks WHERE picture = 'leads' AND place = 3), 'No lead came in these months'),
       'Leads that came in the last twelve months', 'Stage', 'Share';

-- ---- MRR by plan ----------------------------------------------------------------------------------------------------

-- What each subscription is worth is the sum of its movements; its plan is that of the last one.
CREATE TEMP VIEW dash_plan_mrr AS
WITH steps AS (
  SELECT data_source_uuid, plan_external_id, sum(movement) OVER subscription AS mrr,
         row_number() OVER (subscription ORDER BY date DESC, rowid DESC) AS from_last
    FROM (SELECT rowid, * FROM dash_activities WHERE date < (SELECT tomorrow FROM dash_settings))
  WINDOW subscription AS (PARTITION BY data_source_uuid, customer_uuid, subscription_external_id)),
plans AS (
  SELECT coalesce(p.name, s.plan_external_id, 'no plan') AS plan, round(sum(s.mrr), 2) AS mrr
    FROM steps AS s
    LEFT JOIN dash_plans AS p ON p.data_source_uuid = s.data_source_uuid AND p.external_id = s.plan_external_id
   WHERE s.from_last = 1
   GROUP BY 1)
SELECT plan, iif(length(plan) > 60, substr(plan, 1, 59) || '…', plan) AS short, mrr,
       row_number() OVER (ORDER BY mrr DESC, plan) AS place, count(*) OVER () AS plans, sum(mrr) OVER () AS mrr_of_all
  FROM plans
 WHERE mrr <> 0;

INSERT INTO dash_marks
SELECT 'plans', min(place, 8), iif(place >= 8 AND plans > 8, (plans - 7) || ' other plans', plan), 1, 'MRR', sum(mrr), 0, sum(mrr),
       iif(place >= 8 AND plans > 8, 'muted', 'accent'), printf('%.1f %%', 100 * sum(mrr) / mrr_of_all)
  FROM dash_plan_mrr
 GROUP BY min(place, 8);

INSERT INTO dash_pictures
SELECT 7, 'plans', 'bars', 'money', s.symbol,
       CASE WHEN p.plan IS NULL THEN 'No plan brings in MRR yet'
            WHEN p.plans = 1 THEN 'All MRR comes from ' || char(8296) || p.short || char(8297)
            ELSE char(8296) || p.short || char(8297) || printf(' brings in %.1f %% of MRR', 100 * p.mrr / p.mrr_of_all) END,
       'MRR by plan, now', 'Plan', 'Share'
  FROM dash_settings AS s
  LEFT JOIN dash_plan_mrr AS p ON p.place = 1;

-- ---- MRR by country -------------------------------------------------------------------------------------------------

-- The customers of reports/arpa_by_country.sql.
CREATE TEMP VIEW dash_paying AS
SELECT *, row_number() OVER (ORDER BY mrr DESC, name, uuid) AS place, sum(mrr) OVER () AS mrr_of_all, count(*) OVER () AS customers
  FROM dash_customers
 WHERE status IN ('Active', 'Past Due') AND mrr > 0;

INSERT INTO dash_marks
WITH countries AS (
  SELECT coalesce(country, 'unknown') AS country, sum(mrr) AS mrr, mrr_of_all,
         row_number() OVER (ORDER BY sum(mrr) DESC, country) AS place, count(*) OVER () AS countries
    FROM dash_paying
   GROUP BY 1)
SELECT 'countries', min(place, 8), iif(place >= 8 AND countries > 8, (countries - 7) || ' other countries', country), 1, 'MRR',
       sum(mrr), 0, sum(mrr), iif(place >= 8 AND countries > 8, 'muted', 'accent'), printf('%.1f %%', 100 * sum(mrr) / mrr_of_all)
  FROM countries
 GROUP BY min(place, 8);

INSERT INTO dash_pictures
SELECT 8, 'countries', 'bars', 'money', s.symbol,
       CASE WHEN m.label IS NULL THEN 'No country brings in MRR yet'
            WHEN (SELECT count(*) FROM dash_marks WHERE picture = 'countries') = 1 THEN 'All MRR comes from one country: ' || m.label
            WHEN m.label = 'unknown' THEN 'The country of ' || m.note || ' of MRR is unknown'
            ELSE m.label || ' brings in ' || m.note || ' of MRR' END,
       'MRR by the country of the customer, now', 'Country', 'Share'
  FROM dash_settings AS s
  LEFT JOIN dash_marks AS m ON m.picture = 'countries' AND m.place = 1;

-- ---- The largest customers ------------------------------------------------------------------------------------------

INSERT INTO dash_marks
SELECT 'largest', place, name, 1, 'MRR', mrr, 0, mrr, 'accent', printf('%.1f %%', 100 * mrr / mrr_of_all)
  FROM dash_paying
 WHERE place <= 8;

INSERT INTO dash_pictures
SELECT 9, 'largest', 'bars', 'money', s.symbol,
       CASE WHEN coalesce(p.customers, 0) = 0 THEN 'No customer pays yet'
            WHEN p.customers = 1 THEN 'One customer pays all of the MRR'
            WHEN p.customers <= 8 THEN p.customers || ' customers pay all of the MRR'
            ELSE printf('The 8 largest customers pay %.1f %% of MRR', 100 * p.mrr / p.mrr_of_all) END,
       'MRR of the largest customers, now', 'Customer', 'Share'
  FROM dash_settings AS s,
       (SELECT max(customers) AS customers, sum(mrr) AS mrr, max(mrr_of_all) AS mrr_of_all FROM dash_paying WHERE place <= 8) AS p;

-- ---- Retention by cohort, as a heat map -----------------------------------------------------------------------------

-- The figures of reports/revenue_retention.sql. A customer enters an age once it is that old.
CREATE TEMP TABLE dash_retention AS
WITH firsts AS MATERIALIZED (
  SELECT customer_uuid, min(date) AS since
    FROM dash_activities
   WHERE date < (SELECT tomorrow FROM dash_settings)
   GROUP BY customer_uuid),
starts AS MATERIALIZED ( -- what a customer began with: all movements of its first instant
  SELECT f.customer_uuid, f.since, sum(m.movement) AS mrr
    FROM firsts AS f
    JOIN dash_activities AS m ON m.customer_uuid = f.customer_uuid AND m.date = f.since
   GROUP BY f.customer_uuid),
ages (months) AS (VALUES (3), (6), (12), (24)),
levels AS (
  SELECT s.since, s.mrr AS mrr_at_start, a.months, sum(m.movement) AS mrr
    FROM starts AS s
    JOIN ages AS a ON datetime(s.since, '+' || a.months || ' months') <= (SELECT datetime(today) FROM dash_settings)
    JOIN dash_activities AS m ON m.customer_uuid = s.customer_uuid
                             AND m.date <= datetime(s.since, '+' || a.months || ' months')
   GROUP BY s.customer_uuid, a.months),
sizes AS (
  SELECT strftime('%Y', since) || '-Q' || ((strftime('%m', since) + 2) / 3) AS cohort, count(*) AS customers
    FROM starts
   GROUP BY cohort),
reached AS (
  SELECT strftime('%Y', since) || '-Q' || ((strftime('%m', since) + 2) / 3) AS cohort, months, sum(mrr_at_start) AS mrr_at_start,
         sum(mrr) AS net, sum(min(mrr, mrr_at_start)) AS gross
    FROM levels
   GROUP BY cohort, months)
SELECT s.cohort, s.customers, r.months, r.mrr_at_start, r.net, r.gross, dense_rank() OVER (ORDER BY s.cohort DESC) AS from_last
  FROM sizes AS s
  LEFT JOIN reached AS r ON r.cohort = s.cohort;

INSERT INTO dash_marks
WITH sides (side, name) AS (VALUES (0, 'Net'), (4, 'Gross')),
ages (series, months) AS (VALUES (1, 3), (2, 6), (3, 12), (4, 24)),
shares AS (
  SELECT cohort, customers, from_last, months, side, name,
         100.0 * iif(side, gross, net) / nullif(mrr_at_start, 0) AS share
    FROM dash_retention, sides
   WHERE from_last <= 12)
SELECT 'retention', (SELECT max(from_last) FROM shares) + 1 - s.from_last, s.cohort, s.side + a.series, s.name || ' ' || a.months,
       round(s.share, 1), 0, s.share, 'warm', s.customers
  FROM shares AS s
  LEFT JOIN ages AS a ON a.months = s.months;

INSERT INTO dash_pictures
SELECT 10, 'retention', 'cells', 'percent', '',
       CASE WHEN (SELECT count(*) FROM dash_retention) = 0 THEN 'There is no customer to keep yet'
            WHEN net IS NULL THEN 'No customer has been here for a year yet'
            ELSE printf('After a year %.0f %% of MRR is kept, %.0f %% without upgrades', net, gross) END,
       'Percent of the MRR that the new customers of a quarter began with', 'Cohort', 'Customers'
  FROM (SELECT 100 * sum(net) / sum(mrr_at_start) AS net, 100 * sum(gross) / sum(mrr_at_start) AS gross
          FROM dash_retention
         WHERE months = 12 AND from_last <= 12);

-- ---- Churn rate -----------------------------------------------------------------------------------------------------

INSERT INTO dash_marks
SELECT 'churn', place, month, 1, 'Customers', customer_churn_rate, 0, customer_churn_rate, 'accent', NULL
  FROM dash_months
 WHERE customer_churn_rate IS NOT NULL
UNION ALL
SELECT 'churn', place, month, 2, 'MRR', mrr_churn_rate, 0, mrr_churn_rate, 'loss', NULL
  FROM dash_months
 WHERE mrr_churn_rate IS NOT NULL;

INSERT INTO dash_pictures
SELECT 11, 'churn', 'lines', 'percent', '',
       CASE WHEN rate IS NULL THEN 'No customer could leave yet'
            WHEN rate = 0 THEN 'No customer left in ' || iif(months = 1, 'the first month', months || ' months')
            ELSE printf('On average %.1f %% of customers left a month', rate) END,
       'Churn rate by month; that of MRR is below 0 where more was won than lost', 'Month', NULL
  FROM (SELECT avg(value) AS rate, count(*) AS months FROM dash_marks WHERE picture = 'churn' AND series = 1);

-- ---- Why customers leave --------------------------------------------------------------------------------------------

-- As reports/churn_reasons.sql, all plans together.
CREATE TEMP VIEW dash_reasons AS
WITH lost AS (
  SELECT c.reason, count(*) AS cancellations, -sum(a.movement) AS lost_mrr
    FROM dash_activities AS a, dash_settings AS s
    LEFT JOIN dash_customers AS c ON c.uuid = a.customer_uuid
   WHERE a.type = 'churn' AND a.date >= s.first_move AND a.date < s.tomorrow
   GROUP BY c.reason)
SELECT *, row_number() OVER (ORDER BY reason IS NULL, lost_mrr DESC, reason) AS place, count(*) OVER () AS reasons,
       sum(lost_mrr) OVER () AS lost_of_all, sum(cancellations) OVER () AS cancellations_of_all
  FROM lost;

INSERT INTO dash_marks
WITH ranked AS (
  SELECT *, iif(reason IS NULL, 8, min(place, 7)) AS shown_at, reason IS NULL OR (place >= 7 AND reasons > 7) AS is_rest
    FROM dash_reasons)
SELECT 'reasons', shown_at, CASE WHEN reason IS NULL THEN 'Not recorded' WHEN is_rest THEN 'Other reasons' ELSE reason END, 1,
       'Lost MRR', sum(lost_mrr), 0, sum(lost_mrr), iif(is_rest, 'muted', 'loss'), sum(cancellations) || ' left'
  FROM ranked
 GROUP BY shown_at;

INSERT INTO dash_pictures
SELECT 12, 'reasons', 'bars', 'money', s.symbol,
       CASE WHEN r.place IS NULL THEN 'No customer left in these months'
            WHEN r.reason IS NOT NULL THEN 'The reason that cost most is ' || char(8296)
              || iif(length(r.reason) > 60, substr(r.reason, 1, 59) || '…', r.reason) || char(8297)
              || printf(': %.1f %% of lost MRR', 100 * r.lost_mrr / r.lost_of_all)
            WHEN r.cancellations_of_all = 1 THEN 'Why a customer left is not recorded'
            ELSE 'Why ' || r.cancellations_of_all || ' customers left is not recorded' END,
       'MRR lost by churn, by the custom attribute ' || s.attribute, 'Reason', 'Cancellations'
  FROM dash_settings AS s
  LEFT JOIN dash_reasons AS r ON r.place = 1;

-- ---- Customers at risk ----------------------------------------------------------------------------------------------

-- Who pays, but is past due, or owes what a payment failed for of late, or pays less than 90 days ago.
CREATE TEMP VIEW dash_at_risk AS
WITH owing AS (
  SELECT customer_uuid, sum(missing) AS missing
    FROM dash_invoices
   WHERE failures > 0
   GROUP BY customer_uuid),
shrunk AS (
  SELECT customer_uuid, sum(movement) AS movement
    FROM dash_activities, dash_settings
   WHERE date >= lately AND date < tomorrow
   GROUP BY customer_uuid),
risks AS (
  SELECT p.name, p.uuid, p.mrr,
         CASE WHEN p.status = 'Past Due' THEN 'past due' WHEN o.missing > 0 THEN 'unpaid'
              WHEN s.movement < 0 THEN 'pays less' END AS risk
    FROM dash_paying AS p
    LEFT JOIN owing AS o ON o.customer_uuid = p.uuid
    LEFT JOIN shrunk AS s ON s.customer_uuid = p.uuid)
SELECT name, mrr, risk, row_number() OVER (ORDER BY mrr DESC, name, uuid) AS place, count(*) OVER () AS customers,
       sum(mrr) OVER () AS mrr_of_all
  FROM risks
 WHERE risk IS NOT NULL;

INSERT INTO dash_marks
SELECT 'risk', min(place, 8), iif(place >= 8 AND customers > 8, (customers - 7) || ' others', name), 1, 'MRR', sum(mrr), 0, sum(mrr),
       iif(place >= 8 AND customers > 8, 'muted', 'loss'), iif(place >= 8 AND customers > 8, NULL, risk)
  FROM dash_at_risk
 GROUP BY min(place, 8);

INSERT INTO dash_pictures
SELECT 13, 'risk', 'bars', 'money', s.symbol,
       CASE WHEN r.customers IS NULL THEN 'No customer is known to be at risk'
            WHEN r.customers = 1 THEN printf('One customer with %s%,d of MRR is at risk', s.symbol, round(r.mrr_of_all))
            ELSE printf('%,d customers with %s%,d of MRR are at risk', r.customers, s.symbol, round(r.mrr_of_all)) END,
       'MRR of customers that are past due, owe a failed payment, or pay less than 90 days ago', 'Customer', 'Risk'
  FROM dash_settings AS s
  LEFT JOIN dash_at_risk AS r ON r.place = 1;

-- ---- Failed payments ------------------------------------------------------------------------------------------------

-- As reports/failed_payments.sql, in one currency: the account's, or else the one with the most failures.
CREATE TEMP VIEW dash_failed AS
WITH failed AS (
  SELECT customer_uuid, currency, sum(failures) AS failures, sum(missing) AS missing
    FROM dash_invoices
   WHERE failures > 0
   GROUP BY customer_uuid, currency),
shown AS (
  SELECT currency
    FROM failed
   GROUP BY currency
   ORDER BY currency IS (SELECT currency FROM dash_settings) DESC, sum(failures) DESC, currency
   LIMIT 1)
SELECT c.name, f.customer_uuid, f.currency, f.failures, f.missing, f.currency IS s.currency AS is_shown,
       row_number() OVER (PARTITION BY f.currency ORDER BY f.missing DESC, f.failures DESC, c.name, f.customer_uuid) AS place,
       count(*) OVER (PARTITION BY f.currency) AS customers
  FROM failed AS f, shown AS s
  LEFT JOIN dash_customers AS c ON c.uuid = f.customer_uuid;

INSERT INTO dash_marks
SELECT 'failed', min(place, 8), iif(place >= 8 AND customers > 8, (customers - 7) || ' others', coalesce(name, 'unknown')), 1,
       'Missing', sum(missing), 0, sum(missing), iif(place >= 8 AND customers > 8, 'muted', 'loss'), sum(failures) || ' failed'
  FROM dash_failed
 WHERE is_shown
 GROUP BY min(place, 8);

INSERT INTO dash_pictures
SELECT 14, 'failed', 'bars', 'money', coalesce(y.symbol, f.currency || ' ', ''),
       CASE WHEN f.customers = 0 THEN 'No payment failed in 90 days'
            ELSE printf('Payments of %s failed; ', iif(f.customers = 1, 'one customer', f.customers || ' customers'))
              || iif(f.missing > 0, printf('%s%,d is still missing', coalesce(y.symbol, f.currency || ' '), round(f.missing)),
                     'nothing is missing any more') END,
       'Not paid since on invoices whose payment failed in the last 90 days'
         || iif(f.others, printf('; %d in other currencies', f.others), ''),
       'Customer', 'Failures'
  FROM (SELECT count(*) FILTER (WHERE is_shown) AS customers, sum(missing) FILTER (WHERE is_shown) AS missing,
               count(*) FILTER (WHERE NOT is_shown) AS others, max(currency) FILTER (WHERE is_shown) AS currency
          FROM dash_failed) AS f
  LEFT JOIN dash_symbols AS y ON y.currency = f.currency;

-- ---- What is due ----------------------------------------------------------------------------------------------------

-- The invoices of reports/invoices_due.sql by how late they are, in one currency: the account's, or else the most frequent.
CREATE TEMP VIEW dash_due AS
WITH unpaid AS (
  SELECT currency, missing, CAST(julianday((SELECT today FROM dash_settings)) - julianday(due) AS INTEGER) AS days
    FROM dash_invoices
   WHERE status = 'open' AND missing > 0),
shown AS (
  SELECT currency
    FROM unpaid
   GROUP BY currency
   ORDER BY currency IS (SELECT currency FROM dash_settings) DESC, count(*) DESC, currency
   LIMIT 1)
SELECT u.*, u.currency IS s.currency AS is_shown,
       CASE WHEN days <= 0 THEN 1 WHEN days <= 30 THEN 2 WHEN days <= 60 THEN 3 WHEN days <= 90 THEN 4 ELSE 5 END AS place
  FROM unpaid AS u, shown AS s;

INSERT INTO dash_marks
WITH ages (place, label) AS (
  VALUES (1, 'Not late'), (2, '1 to 30 days late'), (3, '31 to 60 days late'), (4, '61 to 90 days late'), (5, 'More than 90 days late'))
SELECT 'due', a.place, a.label, 1, 'Due', total(d.missing), 0, total(d.missing), iif(a.place = 1, 'accent', 'loss'),
       count(d.place) || iif(count(d.place) = 1, ' invoice', ' invoices')
  FROM ages AS a
  LEFT JOIN dash_due AS d ON d.place = a.place AND d.is_shown
 WHERE EXISTS (SELECT 1 FROM dash_due)
 GROUP BY a.place;

INSERT INTO dash_pictures
SELECT 15, 'due', 'bars', 'money', coalesce(y.symbol, d.currency || ' ', ''),
       CASE WHEN d.missing IS NULL THEN 'Everything is paid'
            WHEN d.late IS NULL THEN printf('%s%,d is due, nothing is late', coalesce(y.symbol, d.currency || ' '), round(d.missing))
            WHEN d.late = d.missing THEN printf('%s%,d is due, all of it late', coalesce(y.symbol, d.currency || ' '), round(d.missing))
            ELSE printf('%s%,d is due, %s%,d of it late', coalesce(y.symbol, d.currency || ' '), round(d.missing),
                        coalesce(y.symbol, d.currency || ' '), round(d.late)) END,
       'Unpaid invoices by the days since they were due'
         || iif(d.others, printf('; %d in other currencies', d.others), ''),
       'Age', 'Invoices'
  FROM (SELECT sum(missing) FILTER (WHERE is_shown) AS missing, sum(missing) FILTER (WHERE is_shown AND place > 1) AS late,
               count(*) FILTER (WHERE NOT is_shown) AS others, max(currency) FILTER (WHERE is_shown) AS currency
          FROM dash_due) AS d
  LEFT JOIN dash_symbols AS y ON y.currency = d.currency;

-- ---- How it is drawn ------------------------------------------------------------------------------------------------

-- Every text above, once, as HTML. What the account holds is never markup: this is the only way onto the page.
CREATE TEMP TABLE dash_html (text PRIMARY KEY, html) WITHOUT ROWID;
INSERT INTO dash_html
WITH RECURSIVE
texts (text) AS (
  SELECT label FROM dash_marks UNION SELECT name FROM dash_marks UNION SELECT note FROM dash_marks UNION
  SELECT sentence FROM dash_pictures UNION SELECT below FROM dash_pictures UNION SELECT symbol FROM dash_pictures UNION
  SELECT by FROM dash_pictures UNION SELECT note FROM dash_pictures UNION
  SELECT account FROM dash_settings UNION SELECT currency FROM dash_settings UNION SELECT ''),
controls (code) AS (VALUES (1) UNION ALL SELECT code + 1 FROM controls WHERE code < 31),
replaced (number, what, instead) AS (
  VALUES (1, '&', '&amp;'), (2, '<', '&lt;'), (3, '>', '&gt;'), (4, '"', '&quot;'), (5, '''', '&#39;'), (6, ' %', '&#160;%'),
         (7, char(127), ' '), (8, char(65534), ' '), (9, char(65535), ' ')
  UNION ALL
  SELECT 9 + code, char(code), ' ' FROM controls),
steps (text, number, html) AS (
  SELECT text, 0, iif(instr(text, char(0)), substr(text, 1, instr(text, char(0)) - 1), text) FROM texts WHERE text IS NOT NULL
  UNION ALL
  SELECT s.text, r.number, replace(s.html, r.what, r.instead) FROM steps AS s JOIN replaced AS r ON r.number = s.number + 1)
SELECT text, html
  FROM steps
 WHERE number = (SELECT max(number) FROM replaced);

-- The marks with what stands beside them, as HTML: shown is the value in words.
CREATE TEMP TABLE dash_shown AS
SELECT p.place AS part, p.kind, p.unit, m.picture, m.place, m.series, m.class, m.value, m.low, m.high,
       l.html AS label, n.html AS name, t.html AS note,
       iif(m.value <= -0.005, '−', '') ||
       CASE p.unit WHEN 'money' THEN y.html || iif(abs(m.value) < 100 AND m.value <> round(m.value), printf('%.2f', abs(m.value)),
                                                   printf('%,d', round(abs(m.value))))
                   WHEN 'percent' THEN printf('%.1f', abs(m.value)) || '&#160;%'
                   ELSE printf('%,d', abs(m.value)) END AS shown
  FROM dash_marks AS m
  JOIN dash_pictures AS p ON p.picture = m.picture
  JOIN dash_html AS l ON l.text = coalesce(m.label, '')
  JOIN dash_html AS n ON n.text = coalesce(m.name, '')
  JOIN dash_html AS t ON t.text = coalesce(m.note, '')
  JOIN dash_html AS y ON y.text = coalesce(p.symbol, '');

-- The scale of an upright picture: the smallest round step that needs no more than four; x and y lead to the drawing.
CREATE TEMP TABLE dash_scales AS
WITH RECURSIVE
powers (power) AS (VALUES (0.01) UNION ALL SELECT power * 10 FROM powers WHERE power < 1e14),
steps (step) AS (SELECT power * factor FROM powers, (SELECT 1 AS factor UNION SELECT 2 UNION SELECT 2.5 UNION SELECT 5)),
ranges AS (
  SELECT part, kind, unit, picture, max(place) AS places, max(series) AS series,
         min(0, min(low), min(high)) AS least, max(0, max(low), max(high)) AS most,
         max(length(replace(shown, '&#160;', ' '))) + iif(max(series) > 1, max(length(name)) + 1, 0) AS ends -- letters behind a line
    FROM dash_shown
   WHERE kind IN ('columns', 'lines')
   GROUP BY picture),
stepped AS (
  SELECT *, iif(least = most, 1.0, (SELECT min(step) FROM steps WHERE most - least <= 4 * step * 1.0000001
                                       AND (unit <> 'count' OR step = CAST(step AS INTEGER)))) AS step
    FROM ranges),
counted AS ( -- rounded down and up, without mathematical functions, which not every SQLite has
  SELECT *, CAST(least / step AS INTEGER) - (least / step < CAST(least / step AS INTEGER) - 1e-9) AS first_tick,
         max(1, CAST(most / step AS INTEGER) + (most / step > CAST(most / step AS INTEGER) + 1e-9)) AS last_tick
    FROM stepped)
SELECT part, kind, unit, picture, places, series, step, first_tick, last_tick,
       iif(kind = 'columns', 306.0, 300 - 7.6 * ends) / places AS slot, -- from x = 50 on
       180.0 / (last_tick - first_tick) / step AS unit_height, 196 + 180.0 * first_tick / (last_tick - first_tick) AS zero
  FROM counted;

-- The lines of an axis, with their numbers: 2.5k is 2,500. A currency of three letters stands at the top of the page only.
CREATE TEMP VIEW dash_ticks AS
WITH RECURSIVE
numbers (picture, number) AS (
  SELECT picture, first_tick FROM dash_scales
  UNION ALL
  SELECT n.picture, n.number + 1 FROM numbers AS n JOIN dash_scales AS s ON s.picture = n.picture WHERE n.number < s.last_tick),
shorter AS (
  SELECT *, CASE WHEN most >= 1e9 AND step >= 5e8 THEN 1e9 WHEN most >= 1e6 AND step >= 5e5 THEN 1e6
                 WHEN most >= 1e3 AND step >= 500 THEN 1e3 ELSE 1 END AS divisor
    FROM (SELECT *, max(last_tick, -first_tick) * step AS most FROM dash_scales))
SELECT s.part, s.places * s.slot + 50 AS until, n.number, s.zero - n.number * s.step * s.unit_height AS y,
       iif(n.number < 0, '−', '') || iif(s.unit = 'money' AND length(p.symbol) = 1, y.html, '')
         || printf('%g', abs(n.number) * s.step / s.divisor)
         || CASE WHEN n.number = 0 THEN '' WHEN s.divisor = 1e9 THEN 'B' WHEN s.divisor = 1e6 THEN 'M' WHEN s.divisor = 1e3 THEN 'k' ELSE '' END
         || iif(s.unit = 'percent', '&#160;%', '') AS shown
  FROM numbers AS n
  JOIN shorter AS s ON s.picture = n.picture
  JOIN dash_pictures AS p ON p.picture = n.picture
  JOIN dash_html AS y ON y.text = p.symbol;

-- Months under an upright picture: where there are many every third, counted from the last; the year where it is another.
CREATE TEMP VIEW dash_month_labels AS
SELECT part, x, substr(label, 1, 3) AS month, substr(label, 5) AS year,
       substr(label, 5) IS NOT lag(substr(label, 5)) OVER (PARTITION BY part ORDER BY place) AS is_new_year, place
  FROM (SELECT DISTINCT m.part, m.place, m.label, 50 + (m.place - 0.5) * s.slot AS x, s.places
          FROM dash_shown AS m
          JOIN dash_scales AS s ON s.picture = m.picture)
 WHERE places <= 7 OR (places - place) % 3 = 0;

CREATE TEMP VIEW dash_drawn_columns AS
SELECT m.part, 40 AS line, m.place * 100 + m.series AS piece,
       printf('<rect class="mark %s" x="%.1f" y="%.2f" width="%.1f" height="%.2f"><title>%s: %s %s</title></rect>', m.class,
              50 + (m.place - 0.5) * s.slot - min(0.36 * s.slot, 18), s.zero - max(m.low, m.high) * s.unit_height,
              2 * min(0.36 * s.slot, 18), abs(m.high - m.low) * s.unit_height, m.label, m.name, m.shown) AS html
  FROM dash_shown AS m
  JOIN dash_scales AS s ON s.picture = m.picture
 WHERE m.kind = 'columns';

CREATE TEMP VIEW dash_points AS
SELECT m.*, 50 + (m.place - 0.5) * s.slot AS x, s.zero - m.high * s.unit_height AS y, 50 + s.places * s.slot AS right, s.series AS all_series,
       row_number() OVER (PARTITION BY m.part, m.series ORDER BY m.place DESC) AS from_last
  FROM dash_shown AS m
  JOIN dash_scales AS s ON s.picture = m.picture
 WHERE m.kind = 'lines';

-- Lines, points, and at the end of a line its name and last value; two names keep a distance.
CREATE TEMP VIEW dash_drawn_lines AS
SELECT part, 35 AS line, place * 100 + series AS piece,
       printf('<line class="%s" x1="%.1f" y1="%.2f" x2="%.1f" y2="%.2f"/>', class, from_x, from_y, x, y) AS html
  FROM (SELECT *, lag(x) OVER series AS from_x, lag(y) OVER series AS from_y
          FROM dash_points
        WINDOW series AS (PARTITION BY part, series ORDER BY place))
 WHERE from_x IS NOT NULL
UNION ALL
SELECT part, 40, place * 100 + series,
       printf('<circle class="mark %s" cx="%.1f" cy="%.2f" r="2.5"><title>%s: %s %s</title></circle>', class, x, y, label, name, shown)
  FROM dash_points
UNION ALL
SELECT e.part, 45, e.series,
       printf('<text class="end %s" x="%.1f" y="%.1f">%s</text>', e.class, e.right + 6,
              CASE WHEN o.y IS NULL OR abs(o.y - e.y) >= 14 THEN min(e.y + 4, 200)
                   WHEN e.y < o.y OR (e.y = o.y AND e.series < o.series) THEN min((e.y + o.y) / 2 - 3, 186)
                   ELSE min((e.y + o.y) / 2 + 11, 200) END,
              iif(e.all_series > 1, e.name || ' ', '') || e.shown)
  FROM dash_points AS e
  LEFT JOIN dash_points AS o ON o.part = e.part AND o.series <> e.series AND o.from_last = 1
 WHERE e.from_last = 1;

-- A name and a value above each bar. All bars of a picture have one zero.
CREATE TEMP VIEW dash_drawn_bars AS
WITH ranges AS (
  SELECT part, min(0, min(low), min(high)) AS least, max(0, max(low), max(high)) AS most
    FROM dash_shown
   WHERE kind = 'bars'
   GROUP BY part),
scales AS (
  SELECT part, 356.0 / iif(most > least, most - least, 1) AS unit_width, -least * 356.0 / iif(most > least, most - least, 1) AS zero
    FROM ranges),
drawn AS (
  SELECT m.*, 29 * (row_number() OVER (PARTITION BY m.part ORDER BY m.place) - 1) AS y,
         s.zero + min(m.low, m.high) * s.unit_width AS x, abs(m.high - m.low) * s.unit_width AS width
    FROM dash_shown AS m
    JOIN scales AS s ON s.part = m.part)
SELECT part, 40 AS line, place * 100 AS piece,
       printf('<rect class="mark %s" x="%.2f" y="%d" width="%.2f" height="7"><title>%s: %s%s</title></rect>', class, x, y + 16, width,
              label, shown, iif(note = '', '', ', ' || note)) AS html
  FROM drawn
UNION ALL
SELECT part, 40, place * 100 + 1,
       printf('<foreignObject x="0" y="%d" width="%d" height="16"><div class="name" dir="auto">%s</div></foreignObject>', y,
              max(348 - 6.9 * length(replace(note || ' · ' || shown, '&#160;', ' ')), 100), label)
  FROM drawn
UNION ALL
SELECT part, 40, place * 100 + 2,
       printf('<text class="value" x="356" y="%d">%s<tspan class="strong">%s</tspan></text>', y + 12, iif(note = '', '', note || ' · '), shown)
  FROM drawn;

-- Two blocks of four columns; the fuller a cell, the more is kept.
CREATE TEMP VIEW dash_drawn_cells AS
SELECT part, 40 AS line, place * 100 + series AS piece,
       printf('<g><rect class="mark %s" x="%d" y="%d" width="35" height="16" fill-opacity="%.2f"/><text class="cell" x="%.1f" y="%d">%.0f</text>'
              || '<title>%s, %s months: %s</title></g>', class, 60 + 36 * (series - 1) + iif(series > 4, 8, 0), 31 + 17 * (place - 1),
              0.06 + 0.5 * max(0, min(value, 100) - 40) / 60 + 0.12 * max(0, min(value, 150) - 100) / 50,
              77.5 + 36 * (series - 1) + iif(series > 4, 8, 0), 43 + 17 * (place - 1), value, label, name, shown) AS html
  FROM dash_shown
 WHERE kind = 'cells' AND value IS NOT NULL
UNION ALL
SELECT DISTINCT part, 40, place * 100, printf('<text class="row" x="0" y="%d">%s</text>', 43 + 17 * (place - 1), label)
  FROM dash_shown
 WHERE kind = 'cells' AND value IS NOT NULL
UNION ALL
SELECT p.place, 30, h.piece, h.html
  FROM dash_pictures AS p,
       (SELECT 1 AS piece, '<text class="row" x="60" y="11">Net, after months</text><text class="row" x="212" y="11">Gross, after months</text>' AS html
        UNION ALL
        SELECT 2, '<text class="age" x="77.5" y="25">3</text><text class="age" x="113.5" y="25">6</text>'
               || '<text class="age" x="149.5" y="25">12</text><text class="age" x="185.5" y="25">24</text>'
        UNION ALL
        SELECT 3, '<text class="age" x="229.5" y="25">3</text><text class="age" x="265.5" y="25">6</text>'
               || '<text class="age" x="301.5" y="25">12</text><text class="age" x="337.5" y="25">24</text>') AS h
 WHERE p.kind = 'cells' AND EXISTS (SELECT 1 FROM dash_marks AS m WHERE m.picture = p.picture);

-- The table behind a picture: a row for each place, a column for each series, and the note.
CREATE TEMP VIEW dash_drawn_tables AS
WITH series AS (SELECT DISTINCT part, kind, series, name FROM dash_shown WHERE series IS NOT NULL),
places AS (SELECT DISTINCT part, place, label, iif(kind IN ('bars', 'cells'), note, '') AS note FROM dash_shown)
SELECT part, 61 AS line, series AS piece, '<th scope="col">' || name || iif(kind = 'cells', ' months', '') || '</th>' AS html
  FROM series
UNION ALL
SELECT part, 1000 + place, 0, '<tr><th scope="row" dir="auto">' || label || '</th>' FROM places
UNION ALL
SELECT p.part, 1000 + p.place, s.series, '<td>' || coalesce(m.shown, '') || '</td>'
  FROM places AS p
  JOIN series AS s ON s.part = p.part
  LEFT JOIN dash_shown AS m ON m.part = p.part AND m.place = p.place AND m.series = s.series
UNION ALL
SELECT p.part, 1000 + p.place, 1000, iif(q.note IS NULL, '', '<td>' || p.note || '</td>') || '</tr>'
  FROM places AS p
  JOIN dash_pictures AS q ON q.place = p.part;

-- ---- The page -------------------------------------------------------------------------------------------------------

CREATE TEMP VIEW dash_page AS
SELECT 0 AS part, 0 AS line, 0 AS piece, '<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>
<meta name="color-scheme" content="light dark"/>
<style>
:root { --page: #f4f6f8; --card: #ffffff; --text: #1b2129; --quiet: #56606b; --line: #dfe4ea; --zero: #7d8894;
  --accent: #1f5fa8; --muted: #7d8894; --growth: #00503e; --growth2: #008a69; --growth3: #25a37f; --loss: #a33c06; --loss2: #d3661f;
  --warm: #1f5fa8; }
@media screen and (prefers-color-scheme: dark) {
:root { --page: #10141a; --card: #1a2028; --text: #e8ecf1; --quiet: #a5b0bc; --line: #333d49; --zero: #7f8b98;
  --accent: #6aa9f0; --muted: #7f8b98; --growth: #8ae2c6; --growth2: #3cb592; --growth3: #23876a; --loss: #ff9c61; --loss2: #c2622c;
  --warm: #2c6fbb; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
header, main { max-width: 1440px; margin: 0 auto; padding: 0 16px; }
header { padding-top: 24px; padding-bottom: 16px; }
h1 { margin: 0; font-size: 24px; font-weight: 650; line-height: 1.2; overflow-wrap: anywhere; }
header p, .below { margin: 2px 0 0; color: var(--quiet); font-size: 13px; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 350px), 1fr)); gap: 16px; padding-bottom: 32px; }
article { display: flex; flex-direction: column; min-width: 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
h2 { margin: 0; font-size: 16px; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; margin: 12px 0; font-size: 11px; }
svg text, .name { fill: var(--text); color: var(--text); font-family: inherit; font-size: 11px; line-height: 16px; }
.name { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; text-align: left; }
svg .nothing, svg .tick, svg .month, svg .row, svg .age, svg .value { fill: var(--quiet); }
svg .strong { fill: var(--text); }
.tick, .value { text-anchor: end; }
.month, .age, .cell, .nothing { text-anchor: middle; }
.grid { stroke: var(--line); }
.grid.zero { stroke: var(--zero); }
line { stroke-width: 1; }
line.accent, line.loss { stroke-width: 2; stroke-linecap: round; }
line.accent { stroke: var(--accent); } line.loss { stroke: var(--loss); }
.mark.accent { fill: var(--accent); } .mark.muted { fill: var(--muted); }
.mark.growth { fill: var(--growth); } .mark.growth2 { fill: var(--growth2); } .mark.growth3 { fill: var(--growth3); }
.mark.loss { fill: var(--loss); } .mark.loss2 { fill: var(--loss2); }
.mark.warm { fill: var(--warm); }
svg .end.accent { fill: var(--accent); } svg .end.loss { fill: var(--loss); }
.end { font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 12px; color: var(--quiet); }
.key svg { display: inline-block; width: 9px; height: 9px; margin: 0 5px 0 0; }
details { margin-top: auto; font-size: 13px; color: var(--quiet); }
summary { width: max-content; padding: 2px 4px; margin-left: -4px; border-radius: 4px; cursor: pointer; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); }
.scroll { margin-top: 8px; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 3px 0 3px 10px; border-top: 1px solid var(--line); text-align: right; vertical-align: top; font-weight: 400; color: var(--text); }
td { white-space: nowrap; }
th:first-child { min-width: 5.5em; padding-left: 0; text-align: left; overflow-wrap: anywhere; }
thead th { border: 0; color: var(--quiet); overflow-wrap: normal; }
@page { size: A4; margin: 12mm; }
@media print {
  body { background: none; font-size: 12px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main { max-width: none; padding: 0; } header { padding-bottom: 10px; }
  main { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; padding: 0 1px; } article { padding: 10px; break-inside: avoid; }
  h2 { font-size: 13px; } header p, .below, .key { font-size: 10.5px; }
  details { display: none; } }
</style>' AS html
UNION ALL
SELECT 0, 1, 0, '<title>' || a.html || '</title>
</head>
<body>
<header>
<h1 dir="auto">' || a.html || '</h1>
<p>' || (strftime('%d', today) + 0) || ' ' || substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', today) - 2, 3)
  || strftime(' %Y', today) || iif(c.html = '', '', ', amounts in ' || c.html) || '</p>
</header>
<main>'
  FROM dash_settings AS s
  JOIN dash_html AS a ON a.text = s.account
  JOIN dash_html AS c ON c.text = coalesce(s.currency, '')
UNION ALL
SELECT p.place, 0, 0, printf('<article id="%s" aria-labelledby="%s-title">
<h2 id="%s-title">%s</h2>
<p class="below">%s</p>', p.picture, p.picture, p.picture, s.html, b.html)
  FROM dash_pictures AS p
  JOIN dash_html AS s ON s.text = p.sentence
  JOIN dash_html AS b ON b.text = p.below
UNION ALL -- what the colours mean, where there are several
SELECT part, 5, series, iif(series = 1, '<ul class="key">', '')
       || printf('<li><svg viewBox="0 0 9 9" aria-hidden="true"><rect class="mark %s" width="9" height="9"/></svg>%s</li>', class, name)
       || iif(series = 5, '</ul>', '')
  FROM (SELECT DISTINCT part, series, class, name FROM dash_shown WHERE kind = 'columns' AND picture = 'movements')
UNION ALL
SELECT p.place, 10, 0, printf('<svg viewBox="0 0 360 %d" role="img" aria-labelledby="%s-what %s-how"><title id="%s-what">%s</title>'
       || '<desc id="%s-how">%s.%s</desc>',
          CASE WHEN places = 0 THEN 60 WHEN kind = 'bars' THEN 29 * places WHEN kind = 'cells' THEN 32 + 17 * places ELSE 232 END,
          p.picture, p.picture, p.picture, s.html, p.picture, b.html,
          iif(places, ' The table below has the numbers.', ''))
       || iif(places, '', '<text class="nothing" x="180" y="34">Nothing to show</text>')
  FROM (SELECT *, (SELECT count(DISTINCT m.place) FROM dash_marks AS m WHERE m.picture = q.picture) AS places
          FROM dash_pictures AS q) AS p
  JOIN dash_html AS s ON s.text = p.sentence
  JOIN dash_html AS b ON b.text = p.below
UNION ALL
SELECT part, 20, number, printf('<line class="grid%s" x1="50" y1="%.1f" x2="%.1f" y2="%.1f"/><text class="tick" x="44" y="%.1f">%s</text>',
       iif(number = 0, ' zero', ''), y, until, y, y + 4, shown)
  FROM dash_ticks
UNION ALL
SELECT part, 30, place, printf('<text class="month" x="%.1f" y="212">%s</text>', x, month)
       || iif(is_new_year, printf('<text class="month" x="%.1f" y="226">%s</text>', x, year), '')
  FROM dash_month_labels
UNION ALL SELECT * FROM dash_drawn_columns
UNION ALL SELECT * FROM dash_drawn_lines
UNION ALL SELECT * FROM dash_drawn_bars
UNION ALL SELECT * FROM dash_drawn_cells
UNION ALL
SELECT place, 50, 0, '</svg>' FROM dash_pictures
UNION ALL
SELECT p.place, 60, 0, printf('<details><summary aria-describedby="%s-title">Table</summary><div class="scroll" role="region" aria-labelledby="%s-title" tabindex="0">'
       || '<table><thead><tr><th scope="col">%s</th>', p.picture, p.picture, b.html)
  FROM dash_pictures AS p
  JOIN dash_html AS b ON b.text = p.by
 WHERE EXISTS (SELECT 1 FROM dash_marks AS m WHERE m.picture = p.picture)
UNION ALL
SELECT p.place, 62, 0, iif(p.note IS NULL, '', '<th scope="col">' || n.html || '</th>') || '</tr></thead><tbody>'
  FROM dash_pictures AS p
  JOIN dash_html AS n ON n.text = coalesce(p.note, '')
 WHERE EXISTS (SELECT 1 FROM dash_marks AS m WHERE m.picture = p.picture)
UNION ALL SELECT * FROM dash_drawn_tables
UNION ALL
SELECT place, 100000, 0,
       iif(EXISTS (SELECT 1 FROM dash_marks AS m WHERE m.picture = p.picture), '</tbody></table></div></details>', '') || '</article>'
  FROM dash_pictures AS p
UNION ALL
SELECT 1000, 0, 0, '</main>
</body>
</html>';

SELECT html FROM dash_page ORDER BY part, line, piece;
