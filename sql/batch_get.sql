--
-- Lists of keys: IN, = ANY, OR of equalities, in SELECT, UPDATE and DELETE.
-- Each SELECT runs on an ordinary table too.
-- Needs: transactions old_item
--
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
CREATE FOREIGN TABLE listed (id text OPTIONS (key 'partition'), n integer, note text) SERVER dynamo;
CREATE FOREIGN TABLE pair (k text OPTIONS (key 'partition'), s numeric OPTIONS (key 'sort'), n integer) SERVER dynamo;
SELECT dyn_create_table('listed');
SELECT dyn_create_table('pair');
CREATE TABLE listed_twin (LIKE listed);
CREATE TABLE pair_twin (LIKE pair);
INSERT INTO listed_twin SELECT 'k' || g, g, CASE WHEN g % 3 > 0 THEN 'note ' || g END FROM generate_series(1, 240) g;
INSERT INTO pair_twin SELECT 'p' || g % 3, trim_scale(g / 2.0), g FROM generate_series(1, 30) g;
INSERT INTO listed SELECT * FROM listed_twin;
INSERT INTO pair SELECT * FROM pair_twin;

-- the plan, the rows, and the requests
CREATE FUNCTION try_list(tail text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := tail;
  here text;
  there text;
  requests jsonb;
BEGIN
  FOR one IN EXECUTE 'EXPLAIN (COSTS OFF) SELECT * FROM ' || tail LOOP
    IF one ~ 'DynamoDB Operation|Key|FilterExpression' THEN
      result := result || E'\n    ' || btrim(one);
    END IF;
  END LOOP;
  PERFORM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  EXECUTE format('SELECT string_agg(t::text, '' '' ORDER BY t::text) FROM (SELECT * FROM %s) t', tail) INTO here;
  requests := dyn_request('dynamo', 'TestCounts', '{}');
  EXECUTE format('SELECT string_agg(t::text, '' '' ORDER BY t::text) FROM (SELECT * FROM %s) t', regexp_replace(tail, '^(\w+)', '\1_twin \1')) INTO there;
  IF here IS DISTINCT FROM there THEN
    result := result || E'\n    DIFFERENT: ' || coalesce(there, 'no row');
  END IF;
  RETURN result || E'\n    ' || requests || ' ' || coalesce(left(here, 100), 'no row');
END $$;
SELECT try_list($$listed WHERE id IN ('k1', 'k3')$$);
SELECT try_list($$listed WHERE id IN ('k1', 'k3') AND n > 2$$);
SELECT try_list($$listed WHERE id IN ('k1', 'k3', 'none', 'k1', NULL)$$);
SELECT try_list($$listed WHERE id = ANY ('{k7,k9}')$$);
SELECT try_list($$listed WHERE id = 'k1' OR id = 'k5' OR id IN ('k6', 'k7')$$);
SELECT try_list($$listed WHERE (id = 'k1' AND n = 1) OR (id = 'k5' AND n = 7)$$);
SELECT try_list($$listed WHERE id IN ('k1', 'k2') AND id IN ('k2', 'k3')$$);
SELECT try_list($$listed WHERE id IN ('k1', 'k2', 'k3') AND id IN ('k2', 'k3', 'k4')$$);
-- one key left, or none
SELECT try_list($$listed WHERE id IN ('k1', 'k1', NULL, '')$$);
SELECT try_list($$listed WHERE id = ANY ('{}')$$);
SELECT try_list($$listed WHERE id = ANY (NULL)$$);
SELECT try_list($$listed WHERE id IN ('', NULL)$$);
SELECT try_list($$listed WHERE id IN ('k1', 'k2') AND id IN ('k3', 'k4')$$);
SELECT try_list($$listed WHERE id IN ('k1', 'k2') AND n IN (NULL)$$);
-- no list of keys
SELECT try_list($$listed WHERE id NOT IN ('k1', 'k2') AND n < 4$$);
SELECT try_list($$listed WHERE (id = 'k1' OR n = 5)$$);
SELECT try_list($$listed WHERE id > ALL ('{k98,k97}')$$);
-- both parts of the key
SELECT try_list($$pair WHERE (k, s) IN (('p1', 0.5), ('p2', 1), ('p0', 99))$$);
SELECT try_list($$pair WHERE k = 'p1' AND s IN (0.5, 2.00, 7)$$);
SELECT try_list($$pair WHERE (k = 'p1' AND s = 0.5) OR (k = 'p1' AND s = 2)$$);
SELECT try_list($$pair WHERE k IN ('p0', 'p1') AND s IN (1.5, 0.5, 1.50)$$);
SELECT try_list($$pair WHERE k IN ('p0', 'p1') AND (s = 1.5 OR s = 0.5 AND n > 7)$$);
SELECT try_list($$pair WHERE k = ANY ('{p0,p1}') AND s = 3$$);
SELECT try_list($$pair WHERE k IN ('p0', 'p1') AND s < 1$$);
SELECT try_list($$pair WHERE s IN (1, 2)$$);
SELECT try_list($$pair WHERE (k, s) IN (('p1', 0.5), ('p2', 'NaN'), ('', 1))$$);

-- 250 keys are three requests
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT count(*), sum(n) FROM listed WHERE id = ANY (ARRAY(SELECT 'k' || g FROM generate_series(1, 250) g));
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');

-- values that are known at execution only
SET plan_cache_mode = force_generic_plan;
PREPARE by_array(text[]) AS SELECT id, n FROM listed WHERE id = ANY ($1) ORDER BY n;
PREPARE by_values(text, text) AS SELECT id, n FROM listed WHERE id IN ($1, $2, 'k3') ORDER BY n;
PREPARE by_pairs(text, numeric, text, numeric) AS SELECT * FROM pair WHERE (k, s) IN (($1, $2), ($3, $4)) ORDER BY n;
EXPLAIN (COSTS OFF) EXECUTE by_array('{}');
EXECUTE by_array('{k1,k2,k2,NULL}');
EXECUTE by_array('{k1}');
EXECUTE by_array('{}');
EXECUTE by_array(NULL);
EXPLAIN (COSTS OFF) EXECUTE by_values('', '');
EXECUTE by_values('k1', NULL);
EXECUTE by_values('k1', '');
EXPLAIN (COSTS OFF) EXECUTE by_pairs('', 1, '', 1);
EXECUTE by_pairs('p1', 0.5, 'p1', 0.50);
EXECUTE by_pairs('p1', 0.5, 'p0', 1.5);
RESET plan_cache_mode;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');

-- a collation for which other bytes are equal is not one of keys
CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FOREIGN TABLE folded (id text OPTIONS (key 'partition') COLLATE ignore_case, n integer) SERVER dynamo OPTIONS (table_name 'listed');
EXPLAIN (COSTS OFF) SELECT id FROM folded WHERE id IN ('K1', 'k2');
SELECT id FROM folded WHERE id IN ('K1', 'k2') ORDER BY id;

-- UPDATE and DELETE: one conditional write for each key, and no read, once the
-- session has seen that the engine sends the old item with a failed condition
UPDATE listed SET n = 0 WHERE id = 'k2' AND n < 0;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
EXPLAIN (COSTS OFF) UPDATE listed SET n = n + 1000 WHERE id IN ('k1', 'k2', 'none') AND n < 2;
UPDATE listed SET n = n + 1000 WHERE id IN ('k1', 'k2', 'none') AND n < 2 RETURNING id, n;
EXPLAIN (COSTS OFF) UPDATE pair SET n = 0 WHERE (k, s) IN (('p1', 0.5), ('p2', 1), ('p0', 99));
UPDATE pair SET n = 0 WHERE (k, s) IN (('p1', 0.5), ('p2', 1), ('p0', 99)) RETURNING *;
EXPLAIN (COSTS OFF) DELETE FROM listed WHERE id = ANY ('{k3,k4,k3}') AND note IS NOT NULL;
DELETE FROM listed WHERE id = ANY ('{k3,k4,k3}') AND note IS NOT NULL RETURNING *;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
-- what is computed is read first
EXPLAIN (COSTS OFF) UPDATE listed SET note = upper(note) WHERE id IN ('k5', 'k7', 'none');
WITH w AS (UPDATE listed SET note = upper(note) WHERE id IN ('k5', 'k7', 'none') RETURNING id, note) SELECT * FROM w ORDER BY id;
WITH w AS (UPDATE listed SET n = (random() * 0)::integer WHERE id IN ('k5', 'k7', 'none') RETURNING id, n) SELECT * FROM w ORDER BY id;
WITH w AS (UPDATE listed SET id = id || '!' WHERE id IN ('k5', 'k8', 'none') RETURNING id, n) SELECT * FROM w ORDER BY id;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT id FROM listed WHERE id IN ('k5', 'k5!', 'k8!', 'k7') ORDER BY id;
-- dyn_upsert() wants one key
UPDATE listed SET n = 1 WHERE id = ANY ('{new}') AND dyn_upsert();

-- keys left unprocessed are asked for again
SELECT FROM dyn_request('dynamo', 'TestFault', '{"kind": "status", "operation": "BatchGetItem", "status": 200, "count": 2,
  "body": {"Responses": {"listed": []}, "UnprocessedKeys": {"listed": {"Keys": [{"id": {"S": "k1"}}, {"id": {"S": "k6"}}], "ConsistentRead": true}}}}');
SELECT id FROM listed WHERE id IN ('k1', 'k6') ORDER BY id;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
-- one moment: a second request is another one
ALTER FOREIGN TABLE listed OPTIONS (ADD consistent_read 'transaction');
INSERT INTO listed VALUES ('m1', 1), ('m2', 2);
SELECT sum(n) FROM listed WHERE id IN ('m1', 'm2');
SELECT n FROM listed WHERE id = 'm1';
SELECT (SELECT n FROM listed WHERE id = 'm1') + (SELECT n FROM listed WHERE id = 'm2');
SELECT sum(l.n) FROM listed l, listed one WHERE l.id IN ('m1', 'm2') AND one.id = 'm1';
SELECT dyn_drop_table('listed');
SELECT dyn_drop_table('pair');
DROP FOREIGN TABLE listed, pair, folded;
DROP TABLE listed_twin, pair_twin;
DROP FUNCTION try_list;
DROP COLLATION ignore_case;
