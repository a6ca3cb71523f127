--
-- INSERT ... ON CONFLICT (key): one UpdateItem where it can be one.
-- Needs: old_item
--
CREATE FOREIGN TABLE stock (
    id text OPTIONS (key 'partition'),
    n bigint,
    price numeric(8,2),
    name text,
    tags text[],
    seen timestamptz OPTIONS (updated_at 'true'),
    v integer OPTIONS (version 'true')
  ) SERVER dynamo;
SELECT dyn_create_table('stock');
-- runs a statement and tells the requests that it took
CREATE FUNCTION requests(statement text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  EXECUTE statement;
  RETURN dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
END $$;

-- a counter
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + 1;
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n
  WHERE stock.n < 100 RETURNING id, n, v;
SELECT requests($$INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + 1$$);
SELECT requests($$INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + 1$$);
SELECT id, n, v FROM stock;
-- another value to start from
INSERT INTO stock (id, n) VALUES ('b', 50) ON CONFLICT (id) DO UPDATE SET n = stock.n + 1 RETURNING id, n, v;
INSERT INTO stock (id, n) VALUES ('b', 50) ON CONFLICT (id) DO UPDATE SET n = stock.n + 1 RETURNING id, n, v;
INSERT INTO stock (id, n) VALUES ('b', 50) ON CONFLICT (id) DO UPDATE SET n = stock.n - excluded.n RETURNING id, n, v;
-- values: what is not assigned stays as it is
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n, name) VALUES ('a', 7, 'Ann') ON CONFLICT (id) DO UPDATE SET n = excluded.n;
SELECT requests($$INSERT INTO stock (id, n, name) VALUES ('c', 7, 'Cid') ON CONFLICT (id) DO UPDATE SET n = excluded.n$$);
SELECT requests($$INSERT INTO stock (id, n, name) VALUES ('c', 8, 'Cim') ON CONFLICT (id) DO UPDATE SET n = excluded.n$$);
-- ... absent too, which takes a second request
SELECT requests($$INSERT INTO stock (id, n, name) VALUES ('a', 8, 'Ann') ON CONFLICT (id) DO UPDATE SET n = excluded.n$$);
SELECT id, n, name, v FROM stock ORDER BY id;
-- another value for an old item than for a new one: two requests where the key is taken
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, name) VALUES ('d', 'new') ON CONFLICT (id) DO UPDATE SET name = 'old';
SELECT requests($$INSERT INTO stock (id, name) VALUES ('d', 'new') ON CONFLICT (id) DO UPDATE SET name = 'old'$$);
SELECT requests($$INSERT INTO stock (id, name) VALUES ('d', 'new') ON CONFLICT (id) DO UPDATE SET name = 'old'$$);
INSERT INTO stock (id, name) VALUES ('d', 'new') ON CONFLICT (id) DO UPDATE SET name = stock.name || excluded.name
  RETURNING id, name, v;
-- lists, defaults, dyn_ functions
INSERT INTO stock (id, tags, n) VALUES ('e', '{x}', 2)
  ON CONFLICT (id) DO UPDATE SET tags = stock.tags || excluded.tags, n = dyn_increment(stock.n, 2) RETURNING tags, n;
INSERT INTO stock (id, tags, n) VALUES ('e', '{y}', 2)
  ON CONFLICT (id) DO UPDATE SET tags = stock.tags || excluded.tags, n = dyn_increment(stock.n, 2) RETURNING tags, n;
INSERT INTO stock (id, price) VALUES ('e', 1.5)
  ON CONFLICT (id) DO UPDATE SET price = coalesce(stock.price, 0) + excluded.price RETURNING price, n;
INSERT INTO stock (id, price) VALUES ('e', 1.25)
  ON CONFLICT (id) DO UPDATE SET price = coalesce(stock.price, 0) + excluded.price RETURNING price, n;
-- WHERE: not true of the old item, no row
INSERT INTO stock (id, n) VALUES ('b', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE stock.n > 100 RETURNING id, n;
SELECT requests($$INSERT INTO stock (id, n) VALUES ('b', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE stock.n > 100$$);
INSERT INTO stock (id, n) VALUES ('b', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE upper(stock.id) = 'B' RETURNING id, n;
INSERT INTO stock (id, n) VALUES ('f', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE false RETURNING id, n;

-- several rows; the key twice
INSERT INTO stock (id, n) SELECT chr(96 + i), i FROM generate_series(1, 8) i
  ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n * 100;
SELECT id, n, v FROM stock ORDER BY id;
SET client_min_messages = error;
INSERT INTO stock (id, n) VALUES ('m', 1), ('m', 2) ON CONFLICT (id) DO UPDATE SET n = excluded.n;
\echo :LAST_ERROR_SQLSTATE
RESET client_min_messages;
INSERT INTO stock (id, n) VALUES ('m', 1), ('m', 2) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE stock.n > 5;
\echo :ROW_COUNT
-- DO NOTHING with and without a target
EXPLAIN (COSTS OFF) INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO NOTHING;
INSERT INTO stock (id, n) VALUES ('a', 1), ('z', 26) ON CONFLICT (id) DO NOTHING RETURNING id, n;
INSERT INTO stock (id, n) VALUES ('a', 1), ('y', 25) ON CONFLICT DO NOTHING RETURNING id, n;
-- several batches, in each of which some are skipped
INSERT INTO stock (id, n) SELECT 'w' || i, 0 FROM generate_series(0, 99, 7) i;
INSERT INTO stock (id, n) SELECT 'w' || i, i FROM generate_series(0, 99) i ON CONFLICT DO NOTHING;
\echo :ROW_COUNT
SELECT count(*), sum(n), count(DISTINCT n) FROM stock WHERE id ^@ 'w';
DELETE FROM stock WHERE id ^@ 'w';
-- of several rows with one key the first wins
INSERT INTO stock (id, n) SELECT 'w' || i / 4, i FROM generate_series(0, 39) i ON CONFLICT DO NOTHING;
SELECT count(*), sum(n) FROM stock WHERE id ^@ 'w';
DELETE FROM stock WHERE id ^@ 'w';
SET client_min_messages = error;
INSERT INTO stock (id, n) VALUES ('w1', 1), ('w1', 2);
RESET client_min_messages;
SELECT id, n FROM stock WHERE id ^@ 'w';
DELETE FROM stock WHERE id ^@ 'w';
-- prepared, in CTEs, in functions
SET plan_cache_mode = force_generic_plan;
PREPARE add (text, bigint) AS
  INSERT INTO stock (id, n) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n RETURNING id, n;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE add ('p', 5);
EXECUTE add ('p', 5);
EXECUTE add ('p', 6);
EXECUTE add ('p', NULL);
RESET plan_cache_mode;
WITH written AS (
  INSERT INTO stock (id, n) VALUES ('q', 1), ('a', 1)
  ON CONFLICT (id) DO UPDATE SET n = (SELECT count(*) FROM generate_series(1, excluded.n)) + stock.n RETURNING id, n)
SELECT * FROM written ORDER BY id;
-- what was prepared for a row is not looked at when the statement ends
SELECT count(*) <= 1 AS once FROM explain_analyze($$INSERT INTO stock (id, n) VALUES ('q', 0), ('a', 0)
  ON CONFLICT (id) DO UPDATE SET n = (SELECT count(*) FROM generate_series(1, excluded.n)) + stock.n$$) line WHERE line ~ 'SubPlan';
INSERT INTO stock (id, n) VALUES ('q', 1)
  ON CONFLICT (id) DO UPDATE SET (n, name) = (SELECT stock.n * 10, excluded.id || '!') RETURNING id, n, name;
DO $$
DECLARE result bigint;
BEGIN
  FOR i IN 1..3 LOOP
    INSERT INTO stock (id, n) VALUES ('loop', i) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n
      RETURNING n INTO result;
  END LOOP;
  RAISE NOTICE '%', result;
END $$;
-- constraints: of the new row and of the updated one
ALTER FOREIGN TABLE stock ADD CONSTRAINT positive CHECK (n > 0);
\set VERBOSITY terse
INSERT INTO stock (id, n) VALUES ('a', -1) ON CONFLICT (id) DO UPDATE SET n = 5;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = -5;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE stock DROP CONSTRAINT positive;
\set VERBOSITY default
INSERT INTO stock (id, n) VALUES ('a', 9223372036854775807) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n;
\echo :LAST_ERROR_SQLSTATE
-- views, with and without a check option
CREATE VIEW cheap AS SELECT * FROM stock WHERE n < 1000 WITH CHECK OPTION;
INSERT INTO cheap (id, n) VALUES ('view', 1) ON CONFLICT (id) DO UPDATE SET n = cheap.n + 1 RETURNING id, n;
INSERT INTO cheap (id, n) VALUES ('view', 1) ON CONFLICT (id) DO UPDATE SET n = cheap.n + 1 RETURNING id, n;
\set VERBOSITY terse
INSERT INTO cheap (id, n) VALUES ('view', 1) ON CONFLICT (id) DO UPDATE SET n = 2000;
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY default
DROP VIEW cheap;
-- generated columns follow what they depend on
CREATE FOREIGN TABLE priced (id text OPTIONS (key 'partition'), n integer, price integer, total integer GENERATED ALWAYS AS (n * price) STORED)
  SERVER dynamo OPTIONS (table_name 'stock');
EXPLAIN (COSTS OFF) INSERT INTO priced (id, n, price) VALUES ('gen', 2, 10) ON CONFLICT (id) DO UPDATE SET n = priced.n + excluded.n;
INSERT INTO priced (id, n, price) VALUES ('gen', 2, 10) ON CONFLICT (id) DO UPDATE SET n = priced.n + excluded.n RETURNING *;
INSERT INTO priced (id, n, price) VALUES ('gen', 2, 10) ON CONFLICT (id) DO UPDATE SET n = priced.n + excluded.n RETURNING *;
INSERT INTO priced (id, n, price) VALUES ('gen', 2, 10) ON CONFLICT (id) DO UPDATE SET price = NULL RETURNING *;
SELECT * FROM priced WHERE id = 'gen';
DELETE FROM priced WHERE id = 'gen';
DROP FOREIGN TABLE priced;
-- what is refused
INSERT INTO stock (id) VALUES ('a') ON CONFLICT (name) DO NOTHING;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO stock (id) VALUES ('a') ON CONFLICT (id, name) DO UPDATE SET n = 1;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO stock (id) VALUES ('a') ON CONFLICT (id) DO UPDATE SET id = 'b';
\echo :LAST_ERROR_SQLSTATE
CREATE FUNCTION nop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER nop AFTER INSERT ON stock FOR EACH ROW EXECUTE FUNCTION nop();
INSERT INTO stock (id) VALUES ('a') ON CONFLICT (id) DO UPDATE SET n = 1;
\echo :LAST_ERROR_SQLSTATE
DROP TRIGGER nop ON stock;
-- a BEFORE INSERT trigger sees the proposed row, as in core
CREATE FUNCTION ten() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.n := 10; RETURN NEW; END';
CREATE TRIGGER ten BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION ten();
INSERT INTO stock (id, n) VALUES ('view', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n RETURNING id, n;
DROP TRIGGER ten ON stock;
-- privileges: INSERT alone is not enough
CREATE ROLE regress_dynamorm_inserter;
GRANT INSERT, SELECT ON stock TO regress_dynamorm_inserter;
SET ROLE regress_dynamorm_inserter;
INSERT INTO stock (id) VALUES ('a') ON CONFLICT (id) DO UPDATE SET n = 1;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
REVOKE ALL ON stock FROM regress_dynamorm_inserter;
DROP ROLE regress_dynamorm_inserter;
SELECT id, n, name, v FROM stock ORDER BY id;

-- a key of two parts, in any order
CREATE FOREIGN TABLE visit (
    day date OPTIONS (key 'partition'),
    page text OPTIONS (key 'sort'),
    hits integer
  ) SERVER dynamo;
SELECT dyn_create_table('visit');
INSERT INTO visit VALUES ('2026-01-01', 'x', 1) ON CONFLICT (page, day) DO UPDATE SET hits = visit.hits + 1 RETURNING *;
INSERT INTO visit VALUES ('2026-01-01', 'x', 1) ON CONFLICT (day, page) DO UPDATE SET hits = visit.hits + 1 RETURNING *;
INSERT INTO visit VALUES ('2026-01-01', 'x', 1) ON CONFLICT (day) DO UPDATE SET hits = visit.hits + 1;
\echo :LAST_ERROR_SQLSTATE
-- mended: a predicate, which a key without one satisfies as any unique index does
INSERT INTO visit VALUES ('2026-01-01', 'x', 1) ON CONFLICT (day, page) WHERE hits > 100 DO NOTHING RETURNING *;
INSERT INTO visit VALUES ('2026-01-01', 'x', 1) ON CONFLICT (day, page) WHERE false DO UPDATE SET hits = visit.hits + 1 RETURNING *;
-- mended: a key that is set to what it is
INSERT INTO visit VALUES ('2026-01-01', 'x', 5) ON CONFLICT (day, page) DO UPDATE SET day = excluded.day, page = visit.page, hits = excluded.hits RETURNING *;
INSERT INTO visit VALUES ('2026-01-01', 'y', 5) ON CONFLICT (day, page) DO UPDATE SET (day, page, hits) = (excluded.day, excluded.page, excluded.hits) RETURNING *;
INSERT INTO visit VALUES ('2026-01-01', 'y', 6) ON CONFLICT (day, page) DO UPDATE SET page = excluded.page RETURNING *;
EXPLAIN (COSTS OFF) INSERT INTO visit VALUES ('2026-01-01', 'y', 6) ON CONFLICT (day, page) DO UPDATE SET day = excluded.day, hits = excluded.hits;
-- and one that may be another
INSERT INTO visit VALUES ('2026-01-01', 'y', 6) ON CONFLICT (day, page) DO UPDATE SET page = excluded.page || '' RETURNING *;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO visit VALUES ('2026-01-01', 'y', 6) ON CONFLICT (day, page) DO UPDATE SET page = excluded.day::text RETURNING *;
\echo :LAST_ERROR_SQLSTATE
-- mended: a row that a function inside the command had made was updated
CREATE FUNCTION visit_first() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO visit VALUES ('2026-01-01', 'z', 1); RETURN 2; END $$;
SET client_min_messages = error;
INSERT INTO visit VALUES ('2026-01-01', 'z', visit_first()) ON CONFLICT (day, page) DO UPDATE SET hits = 100;
RESET client_min_messages;
\echo :LAST_ERROR_SQLSTATE
SELECT hits FROM visit WHERE day = '2026-01-01' AND page = 'z';
DELETE FROM visit WHERE day = '2026-01-01' AND page = 'z';
INSERT INTO visit VALUES ('2026-01-01', 'z', visit_first()) ON CONFLICT (day, page) DO NOTHING RETURNING hits;
DROP FUNCTION visit_first;
SELECT dyn_drop_table('visit');
SELECT dyn_drop_table('stock');
DROP FOREIGN TABLE stock, visit;
DROP FUNCTION requests, nop, ten;
