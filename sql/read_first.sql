--
-- A statement sees the table as it was before the statement: what it reads of
-- a table that it writes is read before the first write.  Each statement runs
-- on an ordinary table too, and "same" says that both hold the same rows after
-- it.
--
CREATE FOREIGN TABLE hall (id text OPTIONS (key 'partition') COLLATE "C", parent text, n integer, a float8, b float8) SERVER dynamo;
CREATE FOREIGN TABLE also (id text OPTIONS (key 'partition') COLLATE "C", n integer) SERVER dynamo OPTIONS (table_name 'hall');
SELECT dyn_create_table('hall');
CREATE SCHEMA twin;
CREATE TABLE twin.hall (id text COLLATE "C" PRIMARY KEY, parent text, n integer, a float8, b float8);
CREATE VIEW twin.also AS SELECT id, n FROM twin.hall;

CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  rows text;
BEGIN
  DELETE FROM hall;
  DELETE FROM twin.hall;
  INSERT INTO twin.hall SELECT i::text, CASE WHEN i > 1 THEN (i - 1)::text END, i FROM generate_series(1, 8) i;
  INSERT INTO hall SELECT * FROM twin.hall;
  EXECUTE statement;
  SET LOCAL search_path = twin, public;
  EXECUTE statement;
  RESET search_path;
  SELECT string_agg(id || '=' || coalesce(n::text, '-'), ' ' ORDER BY id) INTO rows FROM public.hall;
  RETURN CASE WHEN NOT EXISTS (TABLE public.hall EXCEPT ALL TABLE twin.hall) AND NOT EXISTS (TABLE twin.hall EXCEPT ALL TABLE public.hall)
    THEN 'same: ' ELSE 'NOT THE SAME: ' END || coalesce(rows, 'none');
END $$;
SET client_min_messages = error;

SELECT explain($$UPDATE hall SET n = (SELECT u.n FROM hall u WHERE u.id = hall.parent) + 100$$);
SELECT try('UPDATE hall SET n = (SELECT u.n FROM hall u WHERE u.id = hall.parent) + 100');
SELECT try('UPDATE hall SET n = n + (SELECT sum(n) FROM hall)');
SELECT try('UPDATE hall SET n = CASE WHEN id > ''4'' THEN (SELECT max(n) FROM hall) ELSE 50 END');
SELECT try('UPDATE hall SET (n, parent) = (SELECT count(*), max(u.id) FROM hall u WHERE u.n > hall.n)');
SELECT try('UPDATE hall SET n = (SELECT sum(n) FROM also)');
SELECT try('UPDATE hall SET n = 0 WHERE EXISTS (SELECT 1 FROM hall u WHERE u.id = hall.parent AND u.n > 0)');
SELECT try('WITH w AS (SELECT * FROM hall) UPDATE hall SET n = (SELECT sum(n) FROM w WHERE w.id <= hall.id)');
SELECT try('UPDATE hall SET n = hall.n + u.n FROM hall u WHERE u.id = hall.parent');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT try('UPDATE hall SET n = hall.n + u.n FROM hall u WHERE u.id = hall.parent');
SELECT try('DELETE FROM hall USING hall u WHERE u.id = hall.parent AND u.n < 6');
RESET enable_hashjoin;
RESET enable_mergejoin;
SELECT try('DELETE FROM hall WHERE (SELECT count(*) FROM hall) > 4');
SELECT try('DELETE FROM hall WHERE EXISTS (SELECT 1 FROM hall u WHERE u.id = hall.parent)');
SELECT try('INSERT INTO hall SELECT id || ''x'', parent, (SELECT count(*) FROM hall u) FROM hall WHERE id < ''4''');
SELECT try('INSERT INTO hall SELECT id || ''x'', parent, (SELECT count(*) FROM hall u WHERE u.id LIKE hall.id || ''%'') FROM hall UNION ALL SELECT id || ''y'', NULL, n FROM hall');
SELECT try('WITH gone AS (DELETE FROM hall WHERE n > 4 RETURNING *) INSERT INTO hall SELECT id || ''moved'', parent, n FROM gone');
-- one row is written: nothing is read after it
SELECT explain($$UPDATE hall SET n = (SELECT n FROM hall WHERE id = '2') WHERE id = '1'$$);
SELECT try('UPDATE hall SET n = (SELECT n FROM hall WHERE id = ''2'') WHERE id = ''1''');
SELECT try('INSERT INTO hall SELECT ''new'', NULL, (SELECT max(n) + 1 FROM hall)');
-- each column keeps its own value
UPDATE hall SET a = random(), b = random(), n = (SELECT count(*) FROM also);
SELECT count(*) FROM hall WHERE a = b;
-- what RETURNING and ON CONFLICT make of the rows
WITH w AS (UPDATE hall SET n = (SELECT count(*) FROM also WHERE also.id < hall.id) RETURNING id, n) SELECT * FROM w ORDER BY id;
EXPLAIN (COSTS OFF) INSERT INTO hall (id, n) SELECT id, 5 FROM also ON CONFLICT (id) DO UPDATE SET n = hall.n + excluded.n;
INSERT INTO hall (id, n) SELECT id, 5 FROM also ON CONFLICT (id) DO UPDATE SET n = hall.n + excluded.n;
SELECT id, n FROM hall ORDER BY id;
-- somebody else changes a row between its being read and its being written
CREATE FUNCTION meanwhile() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dyn_request('dynamo', 'UpdateItem', '{"TableName": "hall", "Key": {"id": {"S": "3"}},
    "UpdateExpression": "ADD n :by", "ExpressionAttributeValues": {":by": {"N": "1000"}}}');
  RETURN 0;
END $$;
UPDATE hall SET n = n + 1 WHERE (SELECT count(*) FROM also) > 0 AND CASE WHEN id = '3' AND n < 1000 THEN meanwhile() = 0 ELSE true END;
SELECT id, n FROM hall ORDER BY id;

-- partitions
CREATE TABLE parts (id text COLLATE "C", n integer) PARTITION BY LIST (id);
CREATE FOREIGN TABLE part_a PARTITION OF parts FOR VALUES IN ('a', 'b') SERVER dynamo OPTIONS (table_name 'part_a');
ALTER FOREIGN TABLE part_a ALTER id OPTIONS (key 'partition');
SELECT dyn_create_table('part_a');
CREATE TABLE part_c PARTITION OF parts FOR VALUES IN ('c', 'd');
INSERT INTO parts VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4);
SELECT explain($$UPDATE parts SET n = n + (SELECT sum(n) FROM parts)$$);
UPDATE parts SET n = n + (SELECT sum(p.n) FROM parts p WHERE p.n <= parts.n);
SELECT tableoid::regclass, * FROM parts ORDER BY id;
UPDATE parts SET n = parts.n + v.n FROM parts v WHERE v.id < parts.id AND v.id = 'a';
SELECT * FROM parts ORDER BY id;
DELETE FROM parts WHERE n > (SELECT avg(n) FROM parts);
SELECT * FROM parts ORDER BY id;

-- what no order of reading and writing can serve is refused
WITH w AS (UPDATE hall SET n = 0 WHERE id = '1' RETURNING id) SELECT * FROM hall JOIN w USING (id);
WITH w AS (DELETE FROM hall WHERE id = '1'), r AS (SELECT count(*) FROM also) SELECT * FROM r;
WITH w AS (INSERT INTO hall (id) VALUES ('zz')) UPDATE hall SET n = 1 WHERE n > (SELECT avg(n) FROM hall);
UPDATE hall SET n = 1 RETURNING (SELECT sum(n) FROM hall);
UPDATE hall SET n = 1 RETURNING (SELECT u.n FROM hall u WHERE u.id = hall.parent);
INSERT INTO hall (id) VALUES ('zz') RETURNING (SELECT count(*) FROM also);
SELECT count(*) FROM hall WHERE n = 1 OR id = 'zz';
-- and what one can is not
WITH a AS (UPDATE hall SET n = n - 5 WHERE id = '1' RETURNING 1) UPDATE hall SET n = n + 5 WHERE id = '2' AND EXISTS (SELECT 1 FROM a);
WITH a AS (UPDATE hall SET n = n - 5 WHERE id = '1' RETURNING n) SELECT n < 1000, (SELECT count(*) FROM parts) FROM a;

SELECT dyn_drop_table('hall'), dyn_drop_table('part_a');
DROP TABLE parts;
DROP FOREIGN TABLE hall, also;
DROP FUNCTION try, meanwhile;
DROP SCHEMA twin CASCADE;
