--
-- Sizes of tables, as DescribeTable tells them, and what is made of them.
-- Needs: item_count
--
CREATE FOREIGN TABLE measure (
    sensor text OPTIONS (key 'partition'),
    at integer OPTIONS (key 'sort'),
    value numeric,
    note text
) SERVER dynamo;
CREATE FOREIGN TABLE sensor (
    id text OPTIONS (key 'partition'),
    place text
) SERVER dynamo;
SELECT dyn_create_table('measure'), dyn_create_table('sensor');

-- Is the estimate within a factor of 10 of the rows that come?
CREATE FUNCTION estimated(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    estimate numeric;
    actual numeric;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    estimate := plan -> 0 -> 'Plan' ->> 'Plan Rows';
    actual := round((plan -> 0 -> 'Plan' ->> 'Actual Rows')::numeric);
    IF estimate BETWEEN greatest(actual, 1) / 10 AND greatest(actual, 1) * 10 THEN
        RETURN 'near';
    END IF;
    RETURN format('%s estimated, %s came', estimate, actual);
END $$;

-- a table that has not been counted is not taken for an empty one
EXPLAIN SELECT * FROM sensor;

INSERT INTO sensor SELECT 's' || n, 'hall ' || n % 3 FROM generate_series(1, 30) n;
INSERT INTO measure
  SELECT 's' || n % 30, n, n / 7.0, repeat('x', n % 50)
    FROM generate_series(1, 1500) n;

SELECT estimated('SELECT * FROM measure');
SELECT estimated('SELECT sensor FROM measure WHERE value > 100');
SELECT estimated('SELECT * FROM measure WHERE sensor = ''s3''');
SELECT estimated('SELECT * FROM measure WHERE sensor = ''s3'' AND at = 3');
SELECT estimated('SELECT * FROM measure WHERE sensor = ''s3'' AND at > 700');

-- a session asks again only after some minutes, a new one at once
\c -
SELECT estimated('SELECT * FROM sensor');
INSERT INTO sensor SELECT 't' || n FROM generate_series(1, 970) n;
SELECT estimated('SELECT * FROM sensor');
\c -
SELECT estimated('SELECT * FROM sensor');

SELECT dyn_drop_table('measure'), dyn_drop_table('sensor');
DROP FUNCTION estimated(text);
DROP FOREIGN TABLE measure, sensor;
