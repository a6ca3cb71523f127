--
-- UPDATE and DELETE of inheritance trees: a foreign table in them is written
-- as it is by itself.
--
CREATE FOREIGN TABLE trunk (
  id text OPTIONS (key 'partition') COLLATE "C", n integer, note text
) SERVER dynamo;
SELECT dyn_create_table('trunk');
INSERT INTO trunk VALUES ('a', 1), ('b', 2), ('c', 3);

-- ---- a child that was dropped ----
CREATE TABLE twig () INHERITS (trunk);
DROP TABLE twig;
SELECT * FROM explain($$UPDATE trunk SET n = n + 1 WHERE id = 'a'$$);
SELECT * FROM explain($$DELETE FROM trunk WHERE id = 'a'$$);
UPDATE trunk SET n = n + 1 WHERE id = 'a' RETURNING *;
UPDATE trunk SET n = dyn_increment(n) WHERE id = 'd' AND dyn_upsert() RETURNING *;
DELETE FROM trunk WHERE id = 'd' RETURNING *;

-- ---- an ordinary child, its columns in another order ----
CREATE TABLE twig (note text, k serial, n integer, id text COLLATE "C");
INSERT INTO twig VALUES ('twig', DEFAULT, 10, 'a'), ('twig', DEFAULT, 20, 'z');
ALTER TABLE twig INHERIT trunk;
SELECT * FROM explain($$UPDATE trunk SET n = n + 1 WHERE id = 'a'$$, 'VERBOSE, COSTS OFF');
WITH w AS (
  UPDATE trunk SET n = n + 1, note = 'n was ' || n WHERE id = 'a' RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
WITH w AS (
  UPDATE trunk SET n = n + 1 RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
WITH w AS (
  UPDATE trunk SET (n, note) = (SELECT count(*), max(relkind::text) FROM pg_class WHERE relname = 'twig')
  WHERE id IN ('a', 'z') RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
WITH w AS (
  DELETE FROM trunk WHERE n = 1 AND id = 'a' RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
SELECT tableoid::regclass, * FROM trunk ORDER BY 1, 2;
-- where it has a row trigger, that is run
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% of %: % %', TG_WHEN, TG_TABLE_NAME, new.id, new.n;
  RETURN new;
END $$;
CREATE TRIGGER tell BEFORE UPDATE ON twig FOR EACH ROW EXECUTE FUNCTION tell();
WITH w AS (
  UPDATE trunk SET n = n * 2 RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
-- dyn_upsert() can make no row of an ordinary table
UPDATE trunk SET n = dyn_increment(n) WHERE id = 'y' AND dyn_upsert();
SELECT count(*) FROM trunk WHERE id = 'y';

-- ---- a foreign child ----
CREATE FOREIGN TABLE branch () INHERITS (trunk) SERVER dynamo;
ALTER FOREIGN TABLE branch ALTER COLUMN id OPTIONS (ADD key 'partition');
SELECT dyn_create_table('branch');
INSERT INTO branch VALUES ('a', 100), ('q', 200);
SELECT * FROM explain($$UPDATE trunk SET n = n + 1 WHERE id = 'a'$$);
WITH w AS (
  UPDATE trunk SET n = n + 1 WHERE id IN ('a', 'q', 'z') RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
-- with a trigger it goes row by row, the parent does not
DROP TRIGGER tell ON twig;
CREATE TRIGGER tell BEFORE UPDATE ON branch FOR EACH ROW EXECUTE FUNCTION tell();
SELECT * FROM explain($$UPDATE trunk SET n = n + 1 WHERE id = 'a'$$);
WITH w AS (
  UPDATE trunk SET n = n + 1 WHERE id IN ('b', 'q') RETURNING tableoid::regclass::text AS t, *)
  SELECT * FROM w ORDER BY t, id;
-- a VOLATILE function is called for each row once
CREATE SEQUENCE calls;
CREATE FUNCTION call() RETURNS integer LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN nextval('calls'); END $$;
ALTER FOREIGN TABLE branch DISABLE TRIGGER tell;
UPDATE trunk SET n = call();
SELECT count(*), count(DISTINCT n), max(n), (SELECT last_value FROM calls) FROM trunk;
WITH w AS (
  DELETE FROM trunk RETURNING tableoid::regclass::text AS t, id)
  SELECT * FROM w ORDER BY t, id;

-- and not before the row before it was written
CREATE TABLE root (id text COLLATE "C", note text);
CREATE FOREIGN TABLE leaf_1 (id text OPTIONS (key 'partition') COLLATE "C", note text) INHERITS (root) SERVER dynamo;
CREATE FOREIGN TABLE leaf_2 (id text OPTIONS (key 'partition') COLLATE "C", note text) INHERITS (root) SERVER dynamo;
SELECT dyn_create_table('leaf_1'), dyn_create_table('leaf_2');
INSERT INTO root VALUES ('r1'), ('r2');
INSERT INTO leaf_1 VALUES ('f1'), ('f2'), ('f3');
INSERT INTO leaf_2 VALUES ('g1'), ('g2'), ('g3');
CREATE FUNCTION seen() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN 'sees ' || (SELECT count(*) FROM root WHERE note LIKE 'sees%');
END $$;
UPDATE root SET note = seen();
SELECT array_agg(note ORDER BY note) FROM root;
-- of a partitioned table, too
CREATE TABLE whole (id text COLLATE "C", note text) PARTITION BY LIST (id);
ALTER TABLE leaf_1 NO INHERIT root;
ALTER TABLE leaf_2 NO INHERIT root;
ALTER TABLE whole ATTACH PARTITION leaf_1 FOR VALUES IN ('f1', 'f2', 'f3');
ALTER TABLE whole ATTACH PARTITION leaf_2 FOR VALUES IN ('g1', 'g2', 'g3');
UPDATE whole SET note = '';
CREATE OR REPLACE FUNCTION seen() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN 'sees ' || (SELECT count(*) FROM whole WHERE note LIKE 'sees%');
END $$;
UPDATE whole SET note = seen();
SELECT array_agg(note ORDER BY note) FROM whole;

SELECT dyn_drop_table(t::regclass) FROM unnest(ARRAY['leaf_1', 'leaf_2', 'branch', 'trunk']) t;
DROP TABLE whole, root;
DROP FUNCTION seen;
DROP FOREIGN TABLE branch;
DROP TABLE twig;
DROP FOREIGN TABLE trunk;
DROP FUNCTION tell, call;
DROP SEQUENCE calls;
