--
-- What PostgreSQL's executor brings: views, triggers, partitions, inheritance,
-- generated columns, cursors, joins, functions that read and write themselves.
--
CREATE FOREIGN TABLE f (
    id text OPTIONS (key 'partition'), n integer, t text, g integer
) SERVER dynamo OPTIONS (table_name 'ftab');
SELECT dyn_create_table('f');
INSERT INTO f VALUES ('a', 1, 'x', 0), ('b', 2, 'y', 0), ('c', 3, 'z', 0), ('d', NULL, NULL, 0);

-- a view with a check option: 44000, nothing written
CREATE VIEW small AS SELECT * FROM f WHERE n < 10 WITH CHECK OPTION;
UPDATE small SET n = n + 1 WHERE id = 'a' RETURNING *;
UPDATE small SET n = 50 WHERE id = 'a';
INSERT INTO small VALUES ('q', 99, '', 0);
SELECT id, n FROM f ORDER BY id;

-- row triggers see and change the rows
CREATE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE NOTICE 'before DELETE of %', OLD;
    RETURN OLD;
  END IF;
  NEW.t := coalesce(NEW.t, '') || '+';
  RETURN NEW;
END $$;
CREATE FUNCTION after_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'after %: % to %', TG_OP, OLD, NEW;
  RETURN NULL;
END $$;
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OR DELETE ON f
  FOR EACH ROW EXECUTE FUNCTION before_row();
CREATE TRIGGER after_row AFTER INSERT OR UPDATE OR DELETE ON f
  FOR EACH ROW EXECUTE FUNCTION after_row();
EXPLAIN (COSTS OFF) UPDATE f SET n = n + 1 WHERE id = 'a';
UPDATE f SET n = n + 1 WHERE id = 'a' RETURNING *;
INSERT INTO f VALUES ('e', 5, 'e', 0) RETURNING *;
DELETE FROM f WHERE id = 'e';
DROP TRIGGER before_row ON f;
DROP TRIGGER after_row ON f;

-- functions in SET that read and write the same table
CREATE FUNCTION visit(key text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  result integer;
BEGIN
  SELECT n INTO result FROM f WHERE id = key;
  UPDATE f SET g = g + 1 WHERE id = key;
  RETURN result;
END $$;
UPDATE f SET n = visit('c') WHERE id = 'a' RETURNING *;
-- mended: one that changes the very row: 27000, as in PostgreSQL
SET client_min_messages = error;
UPDATE f SET n = visit(id) + n WHERE id = 'b';
RESET client_min_messages;
UPDATE f SET n = n * 2, g = CASE id WHEN 'b' THEN g ELSE g + 1 END;
SELECT * FROM f ORDER BY id;

-- subqueries, joins, CTEs
SELECT a.id, (SELECT b.n FROM f b WHERE b.id = a.id AND b.n > 4) FROM f a ORDER BY 1;
SELECT a.id, b.id FROM f a JOIN f b ON a.n = b.n ORDER BY 1, 2;
WITH u AS (UPDATE f SET n = 1 WHERE id <> 'd' RETURNING id),
     d AS (DELETE FROM f WHERE id = 'd' RETURNING id)
SELECT (SELECT count(*) FROM u), (SELECT count(*) FROM d);
WITH u AS (
  UPDATE f SET t = t || m FROM (VALUES ('a', 1), ('c', 2)) v(k, m)
   WHERE f.id = v.k AND f.n > 0 RETURNING f.*, v.*)
SELECT * FROM u ORDER BY id;
SELECT f.*, k FROM f RIGHT JOIN (VALUES ('a'), ('zz')) v(k) ON f.id = v.k ORDER BY k;

-- an INSERT does not meet its own rows, over several pages
CREATE FOREIGN TABLE self (id text OPTIONS (key 'partition'), t text) SERVER dynamo;
SELECT dyn_create_table('self');
INSERT INTO self SELECT i::text, repeat('x', 20000) FROM generate_series(1, 300) i;
INSERT INTO self SELECT id || 'b', t FROM self;
SELECT count(*) FROM self;
INSERT INTO self SELECT a.id || 'c', a.t FROM self a JOIN self b ON a.id = b.id
 WHERE a.id LIKE '1%';
WITH w AS (INSERT INTO self SELECT id || 'd', t FROM self WHERE id LIKE '2%' RETURNING id)
SELECT count(*) FROM w;
SELECT count(*), count(DISTINCT id), sum(length(t)) FROM self;

-- cursors
BEGIN;
DECLARE c CURSOR FOR SELECT id, n FROM f ORDER BY id;
FETCH 1 FROM c;
UPDATE f SET n = 100 WHERE id = 'c';
FETCH ALL FROM c;
COMMIT;
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT * FROM f ORDER BY id LOOP
    BEGIN
      UPDATE f SET n = 100 / (n - 1) WHERE id = r.id;
    EXCEPTION WHEN division_by_zero THEN
      RAISE NOTICE 'division by zero at %', r.id;
    END;
  END LOOP;
END $$;
SELECT id, n FROM f ORDER BY id;
SELECT * FROM f \gdesc

-- partitions: routing, constraints, no movement out of a foreign partition
CREATE TABLE p (id text, n integer) PARTITION BY RANGE (n);
CREATE FOREIGN TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)
  SERVER dynamo OPTIONS (table_name 'part1');
ALTER FOREIGN TABLE p1 ALTER id OPTIONS (ADD key 'partition');
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE FOREIGN TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)
  SERVER dynamo OPTIONS (table_name 'part3');
ALTER FOREIGN TABLE p3 ALTER id OPTIONS (ADD key 'partition');
SELECT dyn_create_table('p1'), dyn_create_table('p3');
INSERT INTO p VALUES ('a', 1), ('b', 11), ('c', 21), ('d', 2);
EXPLAIN (COSTS OFF) UPDATE p SET id = id WHERE id = 'a';
WITH u AS (
  UPDATE p SET n = n + 1 WHERE id IN ('a', 'b', 'c')
  RETURNING tableoid::regclass, id, n)
SELECT * FROM u ORDER BY id;
UPDATE p SET n = n + 10 WHERE id = 'b';

UPDATE p SET n = n + 10 WHERE id = 'c';
UPDATE p1 SET n = 15 WHERE id = 'a';
INSERT INTO p1 VALUES ('z', 50);
INSERT INTO p1 VALUES ('d', 5) ON CONFLICT DO NOTHING;
COPY p FROM stdin;
k	1
l	12
m	23
\.
SELECT tableoid::regclass, * FROM p ORDER BY id, n;
-- conditions without columns gate the whole plan
EXPLAIN (COSTS OFF) UPDATE p1 SET n = 6 WHERE now() > '2020-01-01' AND id = 'k';
UPDATE p1 SET n = 6 WHERE now() > '2020-01-01' AND id = 'k' RETURNING *;
UPDATE p1 SET n = 7 WHERE now() < '2020-01-01' AND id = 'k' RETURNING *;
UPDATE p SET n = 5 WHERE now() > '2020-01-01' AND id = 'k' RETURNING *;

-- generated columns
CREATE FOREIGN TABLE gen (
    id text OPTIONS (key 'partition'), a integer,
    b integer GENERATED ALWAYS AS (a * 2) STORED
) SERVER dynamo;
SELECT dyn_create_table('gen');
INSERT INTO gen VALUES ('x', 4) RETURNING *;
UPDATE gen SET a = 5 WHERE id = 'x' RETURNING *;

-- somebody changes what a constraint or a generated column looks at, after it
-- was looked at (the first or the second time): the row is computed anew
CREATE FUNCTION meddle(lowest integer, highest integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  times integer := current_setting('test.meddle');
BEGIN
  PERFORM set_config('test.meddle', (times - 1)::text, false);
  IF times = 1 THEN
    PERFORM dyn_request('dynamo', 'UpdateItem', '{"TableName": "gen", "Key": {"id": {"S": "m"}},
      "UpdateExpression": "ADD highest :by", "ExpressionAttributeValues": {":by": {"N": "-10"}}}');
  END IF;
  RETURN lowest <= highest;
END $$;
SET test.meddle = 0;
CREATE FOREIGN TABLE bounded (
    id text OPTIONS (key 'partition'), lowest integer, highest integer, width integer GENERATED ALWAYS AS (highest - lowest) STORED,
    CONSTRAINT in_order CHECK (meddle(lowest, highest))
) SERVER dynamo OPTIONS (table_name 'gen');
CREATE FOREIGN TABLE plain (id text OPTIONS (key 'partition'), lowest integer, highest integer,
    CONSTRAINT in_order CHECK (meddle(lowest, highest))) SERVER dynamo OPTIONS (table_name 'gen');
CREATE FOREIGN TABLE other (id text OPTIONS (key 'partition'), highest integer) SERVER dynamo OPTIONS (table_name 'gen');
INSERT INTO bounded VALUES ('m', 0, 40);
SET client_min_messages = error;
SET test.meddle = 1;
UPDATE plain SET lowest = 35 WHERE id = 'm';
SET test.meddle = 2;
INSERT INTO plain VALUES ('m', 25) ON CONFLICT (id) DO UPDATE SET lowest = excluded.lowest;
SELECT * FROM plain WHERE id = 'm';
SET test.meddle = 1;
UPDATE bounded SET lowest = 1 WHERE id = 'm' RETURNING *;
SET test.meddle = 2;
INSERT INTO bounded VALUES ('m', 2, 20) ON CONFLICT (id) DO UPDATE SET lowest = excluded.lowest RETURNING *;
RESET client_min_messages;

-- inheritance; the key asked of DynamoDB
CREATE TABLE parent (id text, n integer);
CREATE FOREIGN TABLE child () INHERITS (parent) SERVER dynamo OPTIONS (table_name 'ftab');
UPDATE parent SET n = 7 WHERE id = 'a' RETURNING tableoid::regclass, *;

SELECT dyn_drop_table(t::regclass) FROM unnest(ARRAY['p1', 'p3', 'gen', 'self', 'f']) t;
DROP TABLE p, parent CASCADE;
DROP FOREIGN TABLE gen, bounded, plain, other, self, f CASCADE;
DROP FUNCTION before_row, after_row, visit, meddle;
