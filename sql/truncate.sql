--
-- TRUNCATE: the keys of all items, deleted 25 at a time.
--
CREATE FOREIGN TABLE emptied (
    id text OPTIONS (key 'partition'),
    n integer OPTIONS (key 'sort'),
    note text
) SERVER dynamo;
CREATE FOREIGN TABLE emptied_too (id integer OPTIONS (key 'partition')) SERVER dynamo;
SELECT dyn_create_table('emptied'), dyn_create_table('emptied_too');
TRUNCATE emptied;
INSERT INTO emptied SELECT 'a' || n % 7, n, 'x' FROM generate_series(1, 130) n;
INSERT INTO emptied_too SELECT n FROM generate_series(1, 25) n;

-- not where nothing may be written, and then not at all
ALTER FOREIGN TABLE emptied_too OPTIONS (ADD updatable 'false');
TRUNCATE emptied, emptied_too;
SELECT count(*) FROM emptied;
ALTER FOREIGN TABLE emptied_too OPTIONS (DROP updatable);

-- a rollback takes nothing back
BEGIN;
TRUNCATE emptied RESTART IDENTITY CASCADE;
ROLLBACK;
SELECT count(*) FROM emptied;
BEGIN READ ONLY;
TRUNCATE emptied;
ROLLBACK;

-- with an ordinary table, and as a partition
CREATE TABLE emptied_local AS SELECT 1 AS n;
INSERT INTO emptied VALUES ('b', 1);
TRUNCATE emptied_local, emptied, emptied_too;
SELECT (SELECT count(*) FROM emptied_local), (SELECT count(*) FROM emptied), (SELECT count(*) FROM emptied_too);
CREATE TABLE emptied_parent (id integer) PARTITION BY RANGE (id);
ALTER TABLE emptied_parent ATTACH PARTITION emptied_too FOR VALUES FROM (0) TO (100);
INSERT INTO emptied_parent VALUES (1), (2);
TRUNCATE emptied_parent;
SELECT count(*) FROM emptied_parent;
ALTER TABLE emptied_parent DETACH PARTITION emptied_too;

-- reading the keys costs, and what it may cost is limited
SET client_min_messages = error;
INSERT INTO emptied SELECT 'big', n, repeat('x', 300000) FROM generate_series(1, 10) n;
SET dynamorm_fdw.max_read_units = 10;
\set VERBOSITY terse
TRUNCATE emptied;
\set VERBOSITY default
RESET dynamorm_fdw.max_read_units;
RESET client_min_messages;
TRUNCATE emptied;

SELECT dyn_drop_table('emptied'), dyn_drop_table('emptied_too');
DROP FOREIGN TABLE emptied, emptied_too;
DROP TABLE emptied_local, emptied_parent;
