--
-- SELECT, INSERT, UPDATE, DELETE on tables with each kind of key.
-- Needs: item_count
--
CREATE FOREIGN TABLE person (
    id text OPTIONS (attribute_name 'PK', key 'partition'),
    name text,
    age integer,
    active boolean
) SERVER dynamo OPTIONS (table_name 'Person');
CREATE FOREIGN TABLE event (
    stream text OPTIONS (key 'partition'),
    seq integer OPTIONS (key 'sort'),
    kind text,
    payload jsonb
) SERVER dynamo;
SELECT dyn_create_table('person'), dyn_create_table('event');

-- INSERT is a conditional PutItem
EXPLAIN (COSTS OFF) INSERT INTO person VALUES ('a', 'Ann', 30, true);
INSERT INTO person VALUES ('a', 'Ann', 30, true);
INSERT INTO person VALUES ('a', 'Bob', 40, false);
INSERT INTO person VALUES ('a', 'Bob', 40, false) ON CONFLICT DO NOTHING;
INSERT INTO person VALUES ('b', 'Bob', 40, false), ('c', NULL, NULL, NULL)
  RETURNING *;
INSERT INTO person VALUES ('c', 'x'), ('d', 'Dan') ON CONFLICT DO NOTHING
  RETURNING id;
INSERT INTO event
  SELECT s, n, CASE n % 3 WHEN 0 THEN 'start' ELSE 'step' END,
         jsonb_build_object('n', n)
    FROM unnest(ARRAY['x', 'y']) s, generate_series(1, 20) n;
COPY person (id, name, age) FROM stdin;
e	Eve	28
f	\N	61
\.
-- (psql may show the warning before or after the error)
SET client_min_messages = error;
-- (the line in the context is that of the batch, on PostgreSQL 16 and later)
\set SHOW_CONTEXT never
COPY person (id, name) FROM stdin;
g	Gus
a	again
\.
\set SHOW_CONTEXT errors
RESET client_min_messages;

-- GetItem for the whole key
EXPLAIN (COSTS OFF) SELECT name FROM person WHERE id = 'a';
SELECT name FROM person WHERE id = 'a';
SELECT name FROM person WHERE id = 'nobody';
EXPLAIN (COSTS OFF) SELECT * FROM event WHERE stream = 'x' AND seq = 3;
SELECT * FROM event WHERE stream = 'x' AND seq = 3;

-- Query for the partition key, with or without a range of the sort key
EXPLAIN (COSTS OFF) SELECT seq FROM event WHERE stream = 'x' AND seq BETWEEN 4 AND 6;
SELECT seq FROM event WHERE stream = 'x' AND seq BETWEEN 4 AND 6;
SELECT seq FROM event WHERE stream = 'x' AND seq > 4 AND seq < 7;
EXPLAIN (COSTS OFF) SELECT seq FROM event WHERE stream = 'x' AND kind = 'start';
SELECT seq FROM event WHERE stream = 'x' AND kind = 'start';
SELECT count(*) FROM event WHERE stream = 'x';
SELECT seq FROM event WHERE stream = 'x' AND seq <> 1 AND seq <= 3;

-- Scan otherwise; what is safe is filtered by DynamoDB, everything rechecked
EXPLAIN (COSTS OFF) SELECT id FROM person WHERE age > 29;
SELECT id, age FROM person WHERE age > 29 ORDER BY id;
SELECT id FROM person WHERE age IS NULL ORDER BY id;
SELECT id FROM person WHERE age <> 30 ORDER BY id;
SELECT id FROM person WHERE NOT (age = 30 AND active) ORDER BY id;
SELECT id FROM person WHERE active ORDER BY id;
SELECT id FROM person WHERE upper(name) = 'ANN';
SELECT count(*), sum(age) FROM person;

-- a key that no item can have needs no request
EXPLAIN (COSTS OFF) SELECT * FROM person WHERE id = '';
SELECT * FROM person WHERE id = '';
SELECT * FROM person WHERE id = NULL;
SELECT * FROM person WHERE id = 'a' AND false;

-- UPDATE and DELETE of one item are one request
EXPLAIN (COSTS OFF) UPDATE person SET age = age + 1 WHERE id = 'a' AND active;
UPDATE person SET age = age + 1 WHERE id = 'a' AND active RETURNING *;
EXPLAIN (COSTS OFF) DELETE FROM person WHERE id = 'b' AND age > 50;
DELETE FROM person WHERE id = 'b' AND age > 50;
EXPLAIN (COSTS OFF) DELETE FROM person WHERE id = 'b' RETURNING *;
DELETE FROM person WHERE id = 'b' RETURNING *;
DELETE FROM person WHERE id = 'b' RETURNING *;

-- of several: candidates first, then each on its own condition
EXPLAIN (COSTS OFF) UPDATE event SET kind = 'late' WHERE stream = 'x' AND seq > 15;
UPDATE event SET kind = 'late' WHERE stream = 'x' AND seq > 15;
EXPLAIN (COSTS OFF) UPDATE event SET kind = upper(kind) WHERE stream = 'y' AND kind = 'start';
UPDATE event SET kind = upper(kind) WHERE stream = 'y' AND kind = 'start';
SELECT kind, count(*) FROM event GROUP BY kind ORDER BY kind COLLATE "C";
WITH changed AS (
    UPDATE event SET kind = kind || '!', payload = '{"seen": true}'
     WHERE seq = 7 RETURNING stream, kind, payload)
SELECT * FROM changed ORDER BY stream;
EXPLAIN (COSTS OFF) DELETE FROM event WHERE kind = 'late';
DELETE FROM event WHERE kind = 'late';
SELECT count(*) FROM event;

-- what cannot be pushed is computed, on condition that what was read stands
EXPLAIN (COSTS OFF) UPDATE person SET name = upper(name), age = age * 2 WHERE id = 'a';
UPDATE person SET name = upper(name), age = age * 2 WHERE id = 'a' RETURNING *;
UPDATE person SET name = name || '!' WHERE upper(name) = 'ANN' RETURNING *;
UPDATE person SET name = (SELECT 'Zoe') WHERE id = 'a' RETURNING name;
UPDATE person SET (name, age) = (SELECT 'Amy', 7) WHERE id = 'a' RETURNING name, age;
UPDATE person SET (name, age) = (SELECT p.name || '?', p.age + 1 FROM (VALUES (person.name, person.age)) p(name, age))
 WHERE id = 'a' RETURNING name, age;

-- row by row, where the executor hands over the rows
EXPLAIN (COSTS OFF)
UPDATE person SET age = v.age FROM (VALUES ('a', 50), ('c', 60), ('zz', 70)) v(id, age)
 WHERE person.id = v.id;
UPDATE person SET age = v.age FROM (VALUES ('a', 50), ('c', 60), ('zz', 70)) v(id, age)
 WHERE person.id = v.id;
-- joined twice: changed once
UPDATE person SET age = person.age + 1 FROM (VALUES ('a'), ('a')) v(id)
 WHERE person.id = v.id;
SELECT id, age FROM person WHERE id IN ('a', 'c') ORDER BY id;
DELETE FROM person USING (VALUES ('c'), ('zz')) v(id) WHERE person.id = v.id
  RETURNING person.*;

-- ANALYZE output of EXPLAIN counts requests
SELECT explain_analyze($$UPDATE person SET age = 1 WHERE id = 'a'$$);
SELECT explain_analyze($$SELECT * FROM event WHERE stream = 'y' AND seq < 4$$);

-- row locks would lock nothing
SELECT * FROM person WHERE id = 'a' FOR UPDATE;

-- prepared and generic plans; plpgsql
SET plan_cache_mode = force_generic_plan;
PREPARE bump(text, integer) AS
UPDATE person SET age = age + $2 WHERE id = $1 RETURNING id, age;
EXPLAIN (COSTS OFF) EXECUTE bump('a', 5);
EXECUTE bump('a', 5);
EXECUTE bump('a', NULL);
EXECUTE bump('', 5);
EXECUTE bump(NULL, 5);
RESET plan_cache_mode;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
DO $$
DECLARE
  i integer;
  total integer := 0;
BEGIN
  UPDATE person SET age = 0 WHERE id = 'a';
  FOR i IN 1..10 LOOP
    UPDATE person SET age = age + i WHERE id = 'a' RETURNING age INTO total;
  END LOOP;
  RAISE NOTICE 'total %', total;
END $$;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');

-- a rollback does not undo, and says so
BEGIN;
UPDATE person SET age = 99 WHERE id = 'a';
ROLLBACK;
BEGIN;
UPDATE person SET age = 98 WHERE id = 'a';
SAVEPOINT s;
UPDATE person SET age = 97 WHERE id = 'a';
ROLLBACK TO s;
COMMIT;
SELECT age FROM person WHERE id = 'a';
SET client_min_messages = error;
BEGIN;
UPDATE person SET age = 96 WHERE id = 'a';
PREPARE TRANSACTION 'p';
RESET client_min_messages;

SELECT dyn_drop_table('person'), dyn_drop_table('event');
DROP FOREIGN TABLE person, event;
