--
-- RETURNING old and new: the row before and after a change.
-- Needs: pg18 old_item transactions
--
CREATE FOREIGN TABLE stock (
    id text OPTIONS (key 'partition'),
    n bigint,
    name text,
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
INSERT INTO stock (id, n, name) VALUES ('a', 1, 'Ann'), ('b', 2, NULL) RETURNING old, new, old.n AS old_n, new.n AS new_n;

-- UPDATE with old: rows are read before they are written
EXPLAIN (VERBOSE, COSTS OFF)
UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING old.n, new.n;
UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING old.n, new.n, n, old.v, new.v, old.tableoid::regclass;
UPDATE stock SET n = stock.n * 10 FROM (VALUES ('a'), ('b'), ('z')) AS x (id) WHERE x.id = stock.id
  RETURNING WITH (OLD AS o, NEW AS w) o.id, o.n, w.n, o, w;
SELECT requests($$UPDATE stock SET n = 5 WHERE id = 'a' RETURNING old.n$$);
UPDATE stock SET n = NULL WHERE id = 'b' RETURNING old.n, new.n, old IS NULL AS gone, new IS NULL AS none;
-- the key changes
UPDATE stock SET id = 'c' WHERE id = 'b' RETURNING old.id, new.id, old.v, new.v;
DELETE FROM stock WHERE id = 'c' RETURNING old.id, new.id, old, new, id;
DELETE FROM stock WHERE id = 'c' RETURNING old.id;
-- of one that was changed after it was read, the row that is replaced
UPDATE stock SET n = 7 WHERE id = 'a' AND dyn_request('dynamo', 'UpdateItem', jsonb_build_object(
      'TableName', 'stock', 'Key', jsonb_build_object('id', jsonb_build_object('S', id)),
      'UpdateExpression', 'SET n = :n', 'ExpressionAttributeValues', '{":n": {"N": "600"}}'::jsonb)) IS NOT NULL
  RETURNING old.n, new.n;

-- what RETURNING says without them, too, stays one request
EXPLAIN (VERBOSE, COSTS OFF)
UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING new.n, new.tableoid::regclass;
UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING new.n, new, new.tableoid::regclass, (SELECT count(*) FROM generate_series(1, new.n));
INSERT INTO stock (id, n) VALUES ('x', 3), ('y', 4);
EXPLAIN (VERBOSE, COSTS OFF)
DELETE FROM stock WHERE id = 'x' RETURNING old.n, new.n, old, new, id;
DELETE FROM stock WHERE id = 'x' RETURNING old.n, new.n, old, new, (SELECT count(*) FROM generate_series(1, old.n)), id;
SELECT requests($$WITH gone AS (DELETE FROM stock WHERE id = 'y' RETURNING old.n, new.n AS none) SELECT * FROM gone$$);

-- INSERT ... ON CONFLICT DO UPDATE: no old row where one is inserted
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n
  RETURNING old.n, new.n, old, coalesce(old.n, 0) + 1;
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n
  RETURNING old.n, new.n, old IS NULL AS inserted, old, new, coalesce(old.n, 0) + 1 AS after, old.tableoid::regclass;
INSERT INTO stock (id, n) VALUES ('d', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + excluded.n
  RETURNING old.n, new.n, old IS NULL AS inserted, old, new, coalesce(old.n, 0) + 1 AS after, old.tableoid::regclass;
INSERT INTO stock (id, n) VALUES ('a', 2), ('e', 3), ('d', 4) ON CONFLICT (id) DO UPDATE SET n = excluded.n
  RETURNING id, old.n, new.n, (SELECT count(*) FROM generate_series(1, old.n)) AS counted;
INSERT INTO stock (id, n) VALUES ('a', 2) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE stock.n > 100 RETURNING old.n, new.n;
INSERT INTO stock (id, n) VALUES ('a', 2) ON CONFLICT DO NOTHING RETURNING old.n, new.n;
INSERT INTO stock (id, n) VALUES ('a', 2) ON CONFLICT (id) DO UPDATE SET n = 9 RETURNING old.n, new.n, xmax = 0 AS inserted;
INSERT INTO stock (id, n) VALUES ('a', 2) ON CONFLICT (id) DO UPDATE SET n = 9 RETURNING old.xmax;
-- what is shown of the old row is what was replaced, though no expression looks at it
CREATE FUNCTION rename(id text) RETURNS boolean LANGUAGE sql AS $$
  SELECT dyn_request('dynamo', 'UpdateItem', jsonb_build_object('TableName', 'stock',
    'Key', jsonb_build_object('id', jsonb_build_object('S', id)), 'UpdateExpression', 'SET #n = :n',
    'ExpressionAttributeNames', '{"#n": "name"}'::jsonb, 'ExpressionAttributeValues', '{":n": {"S": "Eve"}}'::jsonb)) IS NOT NULL $$;
INSERT INTO stock (id, n) VALUES ('a', 2) ON CONFLICT (id) DO UPDATE SET n = CASE WHEN rename(stock.id) THEN 10 END
  RETURNING old.name, new.name, new.n;
DROP FUNCTION rename;
PREPARE put (text, bigint) AS
  INSERT INTO stock (id, n) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING old.n, new.n;
SET plan_cache_mode = force_generic_plan;
EXECUTE put ('p', 1);
EXECUTE put ('p', 2);
EXECUTE put ('q', 3);
EXECUTE put ('q', 4);
RESET plan_cache_mode;
WITH written AS (
  INSERT INTO stock (id, n) VALUES ('p', 10), ('r', 11) ON CONFLICT (id) DO UPDATE SET n = excluded.n
  RETURNING id, old.n AS before, new.n AS after)
SELECT * FROM written ORDER BY id;
-- through a view
CREATE VIEW doubled AS SELECT id, n, n * 2 AS twice, coalesce(name, 'nobody') AS who FROM stock;
INSERT INTO doubled (id, n) VALUES ('p', 20) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING old.twice, new.twice, old.who, old;
INSERT INTO doubled (id, n) VALUES ('s', 20) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING old.twice, new.twice, old.who, old;
UPDATE doubled SET n = 30 WHERE id = 's' RETURNING old.twice, new.twice, old.who, new;
UPDATE doubled SET n = 31 WHERE id = 's' RETURNING new.twice, new.who, new;
DELETE FROM doubled WHERE id = 's' RETURNING old.twice, new.twice, old.who, new.who, old, new;
DROP VIEW doubled;
-- a statement that has the rows of other tables in "excluded"
INSERT INTO stock (id, n) SELECT id, n + 1 FROM stock WHERE id IN ('p', 'q')
  ON CONFLICT (id) DO UPDATE SET n = excluded.n, name = excluded.id RETURNING old.n, new.n, new.name;

-- the same in transaction mode "atomic"
SET dynamorm_fdw.transaction_mode = atomic;
BEGIN;
UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING old.n, new.n;
UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING old.n, new.n;
INSERT INTO stock (id, n) VALUES ('a', 50), ('t', 51) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING id, old.n, new.n, old IS NULL AS inserted;
INSERT INTO stock (id, n) VALUES ('t', 52) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING old.n, new.n, old;
DELETE FROM stock WHERE id = 't' RETURNING old.n, new.n;
COMMIT;
SELECT id, n, v FROM stock ORDER BY id;
RESET dynamorm_fdw.transaction_mode;
-- a statement that loads the library while it is planned
\c
INSERT INTO stock (id, n) SELECT id, 0 FROM stock ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING old.n, new.n;
SELECT count(*) FROM stock WHERE n = 0;
SELECT dyn_drop_table('stock');
DROP FOREIGN TABLE stock;
DROP FUNCTION requests;
