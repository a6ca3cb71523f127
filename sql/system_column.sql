--
-- System columns: an item has none but tableoid.  Those that a statement names
-- are refused when it is planned, before anything is written.
--
CREATE FOREIGN TABLE sc (
    id text OPTIONS (key 'partition'), n integer, t text,
    v integer OPTIONS (version 'true')
  ) SERVER dynamo OPTIONS (table_name 'sc_table');
CREATE FOREIGN TABLE sc_sorted (
    id text OPTIONS (key 'partition'), s integer OPTIONS (key 'sort'), n integer
  ) SERVER dynamo OPTIONS (table_name 'sc_sorted');
SELECT dyn_create_table('sc'), dyn_create_table('sc_sorted');
INSERT INTO sc_sorted VALUES ('a', 1, 1), ('a', 2, 2);
CREATE TABLE sc_local (id text, n integer, tid tid);
CREATE TABLE sc_parted (id text, n integer, part text) PARTITION BY LIST (part);
CREATE TABLE sc_parted_local PARTITION OF sc_parted FOR VALUES IN ('local');
CREATE FOREIGN TABLE sc_parted_ours PARTITION OF sc_parted FOR VALUES IN ('ours')
  SERVER dynamo OPTIONS (table_name 'sc_parted');
ALTER FOREIGN TABLE sc_parted_ours ALTER id OPTIONS (key 'partition');
CREATE TABLE sc_parted_other (part text, n integer, id text);
ALTER TABLE sc_parted ATTACH PARTITION sc_parted_other FOR VALUES IN ('other');
CREATE TABLE sc_parent (id text, n integer);
CREATE FOREIGN TABLE sc_child () INHERITS (sc_parent) SERVER dynamo OPTIONS (table_name 'sc_child');
ALTER FOREIGN TABLE sc_child ALTER id OPTIONS (key 'partition');
SELECT dyn_create_table('sc_parted_ours'), dyn_create_table('sc_child');
-- the rows with which each section begins
CREATE FUNCTION sc_fill() RETURNS void LANGUAGE sql AS $$
  DELETE FROM sc;
  INSERT INTO sc (id, n) SELECT 'r' || i, i FROM generate_series(1, 6) i;
  DELETE FROM sc_local;
  INSERT INTO sc_local SELECT 'r' || i, i, '(0,1)' FROM generate_series(1, 6) i;
  DELETE FROM sc_parted;
  INSERT INTO sc_parted VALUES ('a', 1, 'local'), ('b', 2, 'ours'), ('c', 3, 'ours');
  DELETE FROM sc_parent;
  INSERT INTO sc_parent VALUES ('a', 1);
  INSERT INTO sc_child VALUES ('b', 2), ('c', 3);
$$;
-- runs a statement: the error, or the number of rows
CREATE FUNCTION sc_outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  rows bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS rows = ROW_COUNT;
  RETURN rows || ' rows';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- runs a statement that returns one text: that, and the requests that wrote
CREATE FUNCTION sc_writes(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  EXECUTE statement INTO result;
  RETURN result || ' ' || (dyn_request('dynamo', 'TestCounts', '{"Reset": true}') - 'GetItem')::text;
END $$;

-- mended: ctid, the same for every row, selects all rows of an UPDATE or DELETE
SELECT sc_fill();
DELETE FROM sc WHERE ctid IN (SELECT ctid FROM sc WHERE n > 3 LIMIT 1);
SELECT count(*) FROM sc;
DELETE FROM sc WHERE ctid = ANY (ARRAY(SELECT ctid FROM sc WHERE n > 3 LIMIT 1));
UPDATE sc SET n = 1 WHERE ctid = (SELECT ctid FROM sc WHERE id = 'r1');
DELETE FROM sc t USING (SELECT ctid, row_number() OVER (PARTITION BY t ORDER BY id) rn FROM sc) x
  WHERE t.ctid = x.ctid AND x.rn > 1;
WITH b AS (SELECT ctid FROM sc WHERE n > 4 LIMIT 1) UPDATE sc SET n = 100 FROM b WHERE sc.ctid = b.ctid;
DELETE FROM sc WHERE ctid = '(4294967295,0)';
DELETE FROM sc a USING sc b WHERE a.ctid < b.ctid AND a.n = b.n;
SELECT id, n, v FROM sc ORDER BY id;

-- mended: the first statement of a session, which loads the library
SELECT sc_fill();
\c -
DELETE FROM sc WHERE ctid = '(4294967295,0)';
\c -
DELETE FROM sc WHERE ctid IN (SELECT ctid FROM sc WHERE n > 3 LIMIT 1);
\c -
UPDATE sc SET n = 0 WHERE id = 'r1' RETURNING xmin;
\c -
INSERT INTO sc (id) VALUES ('r7') RETURNING xmin;
\c -
SELECT (SELECT l.id FROM sc_local l WHERE l.tid = sc.ctid LIMIT 1) FROM sc;
\c -
SELECT id, n, v FROM sc ORDER BY id;

-- mended: system columns anywhere in a statement are the same for every row
SELECT sc_fill();
SELECT statement, sc_outcome(statement) FROM (VALUES
  (1, 'SELECT ctid FROM sc'), (2, 'SELECT xmin FROM sc'), (3, 'SELECT xmax FROM sc'), (4, 'SELECT cmin FROM sc'),
  (5, 'SELECT cmax FROM sc'), (6, 'SELECT (sc).ctid FROM sc'),
  (7, 'SELECT ctid FROM sc_sorted'),
  (8, 'SELECT id FROM sc ORDER BY ctid'),
  (9, 'SELECT count(*) FROM sc GROUP BY xmin'),
  (10, 'SELECT DISTINCT xmin FROM sc'),
  (11, 'SELECT max(cmin::text) FROM sc'),
  (12, 'SELECT n FROM sc GROUP BY n HAVING max(xmin::text) > ''0'''),
  (13, 'SELECT row_number() OVER (ORDER BY ctid) FROM sc'),
  (14, 'SELECT n FROM sc WHERE id = ''r1'' AND xmin = ''5'''),
  (15, 'SELECT id FROM sc WHERE ctid = ''(0,1)'' OR n = 1'),
  (16, 'SELECT n FROM sc JOIN sc_local l USING (id, n) WHERE l.tid = sc.ctid'),
  (17, 'SELECT l.n FROM sc_local l LEFT JOIN sc ON sc.ctid = l.tid'),
  (18, 'SELECT l.n FROM sc_local l FULL JOIN sc ON sc.ctid = l.tid'),
  (19, 'SELECT n FROM sc WHERE EXISTS (SELECT FROM sc_local l WHERE l.tid = sc.ctid)'),
  (20, 'SELECT n FROM sc WHERE NOT EXISTS (SELECT FROM sc_local l WHERE l.tid = sc.ctid)'),
  (21, 'SELECT (SELECT l.n FROM sc_local l WHERE l.tid = sc.ctid LIMIT 1) FROM sc'),
  (22, 'SELECT (SELECT (SELECT l.n FROM sc_local l WHERE l.tid = sc.ctid LIMIT 1) FROM sc_local LIMIT 1) FROM sc'),
  (23, 'SELECT n FROM sc WHERE ctid NOT IN (SELECT tid FROM sc_local)'),
  (24, 'SELECT (WITH w AS MATERIALIZED (SELECT sc.ctid AS x) SELECT x FROM w) FROM sc'),
  (25, 'WITH w AS MATERIALIZED (SELECT ctid AS x FROM sc) SELECT x FROM w'),
  (26, 'WITH RECURSIVE w (x, i) AS (SELECT ctid, 1 FROM sc UNION ALL SELECT x, i + 1 FROM w WHERE i < 2) SELECT x FROM w'),
  (27, 'SELECT x FROM sc, LATERAL (SELECT sc.ctid AS x) y'),
  (28, 'SELECT x FROM sc, LATERAL (SELECT sc.ctid AS x OFFSET 0) y'),
  (29, 'SELECT x FROM sc, LATERAL (SELECT 1 AS x FROM (SELECT sc.ctid AS y OFFSET 0) z WHERE y IS NULL OFFSET 0) a'),
  (30, 'SELECT x FROM sc, LATERAL (VALUES (sc.ctid)) y (x)'),
  (31, 'SELECT x FROM sc, LATERAL concat(sc.ctid) x'),
  (32, 'SELECT x FROM sc, ROWS FROM (generate_series(1, 2), unnest(ARRAY[sc.ctid])) AS y (i, x)'),
  (33, 'SELECT x FROM (SELECT ctid AS x FROM sc OFFSET 0) y'),
  (34, 'SELECT tid FROM sc_local UNION ALL SELECT ctid FROM sc'),
  (35, 'SELECT tid FROM sc_local UNION SELECT ctid FROM sc'),
  (36, 'SELECT x FROM (SELECT tid AS x FROM sc_local UNION ALL SELECT ctid FROM sc) y WHERE x IS NULL'),
  (37, 'SELECT x FROM sc, LATERAL (SELECT tid AS x FROM sc_local UNION ALL SELECT sc.ctid) y'),
  (38, 'VALUES ((SELECT ctid FROM sc LIMIT 1))'),
  (39, 'SELECT ctid FROM sc WHERE false'),
  (40, 'COPY (SELECT ctid FROM sc) TO ''/dev/null'''),
  (41, 'DECLARE c CURSOR FOR SELECT ctid FROM sc'),
  (42, 'CREATE TABLE sc_made AS SELECT ctid AS x FROM sc'),
  (43, 'EXPLAIN SELECT ctid FROM sc'),
  (44, 'INSERT INTO sc_local (id, tid) SELECT id, ctid FROM sc'),
  (45, 'UPDATE sc SET t = ctid::text'),
  (46, 'UPDATE sc SET (n, t) = (SELECT l.n, sc.xmin::text FROM sc_local l WHERE l.id = sc.id)'),
  (47, 'UPDATE sc_local l SET n = 0 FROM sc WHERE l.tid = sc.ctid'),
  (48, 'DELETE FROM sc_local l USING sc WHERE l.id = sc.id AND sc.xmin = ''5'''),
  (49, 'UPDATE sc SET n = l.n FROM sc_local l WHERE l.tid = sc.ctid'),
  (50, 'DELETE FROM sc WHERE id = ''r1'' AND xmin = ''5'''),
  (51, 'UPDATE sc SET n = 1 WHERE id = ''r1'' AND ctid = ''(4294967295,0)'' AND dyn_upsert()'),
  (52, 'INSERT INTO sc (id, n) VALUES (''r1'', 1) ON CONFLICT (id) DO UPDATE SET t = sc.xmin::text'),
  (53, 'INSERT INTO sc (id, n) VALUES (''r1'', 1) ON CONFLICT (id) DO UPDATE SET n = 7 WHERE sc.xmax = ''0'''),
  (54, 'INSERT INTO sc (id, n) VALUES (''r1'', 1) ON CONFLICT (id) DO UPDATE SET n = (SELECT 7 WHERE sc.ctid <> ''(0,7)'')'),
  (55, 'MERGE INTO sc_local l USING sc ON sc.ctid = l.tid WHEN MATCHED THEN UPDATE SET n = 0'),
  (56, 'MERGE INTO sc_local l USING sc ON sc.id = l.id WHEN MATCHED THEN UPDATE SET tid = sc.ctid'),
  (57, 'WITH d AS (DELETE FROM sc WHERE ctid <> ''(0,7)'' RETURNING id) SELECT id FROM d')
) AS s (i, statement) ORDER BY i;
SELECT id, n, v FROM sc ORDER BY id;
SELECT * FROM sc_local ORDER BY id;

-- mended: system columns through views, functions and prepared statements
SELECT sc_fill();
CREATE VIEW sc_view AS SELECT id, n, ctid AS row_id, xmin AS row_version FROM sc;
CREATE VIEW sc_barrier WITH (security_barrier) AS SELECT id, n, ctid AS row_id FROM sc WHERE ctid <> '(0,7)';
CREATE VIEW sc_checked AS SELECT id, n FROM sc WHERE xmin <> '7' WITH CHECK OPTION;
CREATE FUNCTION sc_row_ids() RETURNS SETOF tid STABLE LANGUAGE sql AS 'SELECT ctid FROM sc';
CREATE FUNCTION sc_key(text) RETURNS tid STABLE LANGUAGE sql AS 'SELECT ctid FROM sc WHERE id = $1';
PREPARE sc_prepared (tid) AS DELETE FROM sc WHERE ctid = $1;
SELECT statement, sc_outcome(statement) FROM (VALUES
  (1, 'SELECT * FROM sc_view'),
  (2, 'UPDATE sc_view SET n = 0 WHERE row_id = ''(4294967295,0)'''),
  (3, 'UPDATE sc_view SET n = 0 WHERE id = ''r1'' RETURNING row_version'),
  (4, 'DELETE FROM sc_view WHERE row_version <> ''7'''),
  (5, 'INSERT INTO sc_view (id) VALUES (''r7'') RETURNING row_id'),
  (6, 'SELECT n FROM sc_barrier'),
  (7, 'UPDATE sc_barrier SET n = 0 WHERE row_id <> ''(0,7)'''),
  (8, 'DELETE FROM sc_barrier'),
  (9, 'SELECT id FROM sc_checked'),
  (10, 'INSERT INTO sc_checked VALUES (''r7'', 7)'),
  (11, 'UPDATE sc_checked SET n = 0'),
  (12, 'SELECT * FROM sc_row_ids()'),
  (13, 'SELECT sc_key(''r1'')'),
  (14, 'DELETE FROM sc WHERE sc_key(id) IS NOT NULL'),
  (15, 'EXECUTE sc_prepared (''(4294967295,0)'')'),
  (16, 'DO ''BEGIN DELETE FROM sc WHERE ctid = (SELECT ctid FROM sc LIMIT 1); END''')
) AS s (i, statement) ORDER BY i;
DEALLOCATE sc_prepared;
SELECT id, n, v FROM sc ORDER BY id;

-- mended: a system column in RETURNING is an error after the write
SELECT sc_fill();
UPDATE sc SET n = n + 1 WHERE id = 'r1' RETURNING xmin;
UPDATE sc SET n = n + 1 WHERE id = 'r1' RETURNING (xmax = 0);
INSERT INTO sc (id) VALUES ('r7') RETURNING ctid;
DELETE FROM sc WHERE id = 'r1' RETURNING cmin;
SELECT statement, sc_outcome(statement) FROM (VALUES
  (1, 'UPDATE sc SET n = upper(t)::int WHERE id = ''r1'' RETURNING (SELECT ctid)'),
  (2, 'UPDATE sc SET n = 0 RETURNING xmax'),
  (3, 'UPDATE sc SET n = l.n + 1 FROM sc_local l WHERE l.id = sc.id RETURNING sc.xmin, l.xmin'),
  (4, 'UPDATE sc_local l SET n = sc.n FROM sc WHERE sc.id = l.id RETURNING sc.xmin'),
  (5, 'DELETE FROM sc USING sc_local l WHERE l.id = sc.id RETURNING sc.ctid'),
  (6, 'DELETE FROM sc RETURNING id, xmax'),
  (7, 'INSERT INTO sc (id) SELECT ''s'' || i FROM generate_series(1, 3) i RETURNING cmax'),
  (8, 'INSERT INTO sc (id) VALUES (''r7'') RETURNING (xmax = 0)'),
  (9, 'INSERT INTO sc (id) VALUES (''r7'') ON CONFLICT DO NOTHING RETURNING (xmax = 0)'),
  (10, 'INSERT INTO sc (id) VALUES (''r7'') ON CONFLICT (id) DO NOTHING RETURNING xmin'),
  (11, 'INSERT INTO sc (id) VALUES (''r7'') ON CONFLICT (id) DO UPDATE SET n = 1 RETURNING xmin, xmax'),
  (12, 'INSERT INTO sc (id) VALUES (''r7'') ON CONFLICT (id) DO UPDATE SET n = 1 RETURNING (SELECT ctid)'),
  (13, 'WITH u AS (UPDATE sc SET n = 0 RETURNING xmin) SELECT * FROM u'),
  (14, 'UPDATE sc SET id = ''r8'' WHERE id = ''r1'' RETURNING xmin')
) AS s (i, statement) ORDER BY i;
SELECT id, n, v FROM sc ORDER BY id;

-- mended: RETURNING (xmax = 0) of an upsert is an error after the write
SELECT sc_fill();
SELECT sc_writes($$INSERT INTO sc (id, n) VALUES ('u1', 1) ON CONFLICT (id) DO UPDATE SET n = sc.n + 10 RETURNING (xmax = 0)$$);
SELECT sc_writes($$INSERT INTO sc (id, n) VALUES ('u1', 1) ON CONFLICT (id) DO UPDATE SET n = sc.n + 10 RETURNING (xmax = 0)$$);
INSERT INTO sc (id, n) VALUES ('u1', 1), ('u2', 2), ('u3', 3) ON CONFLICT (id) DO UPDATE SET n = sc.n + 10
  RETURNING id, n, v, (xmax = 0) AS inserted, xmax::text::bigint > 0 AS updated, tableoid::regclass;
-- ... as ordinary tables have it
INSERT INTO sc (id, n) VALUES ('u3', 3), ('u4', 4) ON CONFLICT (id) DO UPDATE SET n = 0
  RETURNING CASE xmax WHEN '0' THEN 'inserted' WHEN pg_current_xact_id()::xid THEN 'updated' END, (SELECT xmax = 0), sc;
-- ... not updated
INSERT INTO sc (id, n) VALUES ('u4', 3), ('u5', 5) ON CONFLICT (id) DO UPDATE SET n = 0 WHERE sc.n > 100
  RETURNING id, n, xmax = 0;
-- ... in a view, computed, with a trigger
CREATE VIEW sc_told AS SELECT id, n, xmax AS updated_by FROM sc WHERE n >= 0 WITH CHECK OPTION;
INSERT INTO sc_told (id, n) VALUES ('u5', 1), ('u6', 6) ON CONFLICT (id) DO UPDATE SET n = sc_told.n * 2
  RETURNING id, n, updated_by = 0;
INSERT INTO sc_told (id, n) VALUES ('u7', -1) ON CONFLICT (id) DO UPDATE SET n = 0 RETURNING updated_by = 0;
CREATE FUNCTION sc_before() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.t := ''seen''; RETURN NEW; END';
CREATE TRIGGER sc_before BEFORE INSERT ON sc FOR EACH ROW EXECUTE FUNCTION sc_before();
INSERT INTO sc (id, n) VALUES ('u6', 1), ('u7', 7) ON CONFLICT (id) DO UPDATE SET t = excluded.t RETURNING id, n, t, xmax = 0;
DROP TRIGGER sc_before ON sc;
EXPLAIN (COSTS OFF, VERBOSE) INSERT INTO sc (id, n) VALUES ('u1', 1) ON CONFLICT (id) DO UPDATE SET n = sc.n + 10
  RETURNING (xmax = 0);
SELECT id, n, t, v FROM sc WHERE id LIKE 'u%' ORDER BY id;

-- mended: ctid of a parent selects all rows of its foreign tables
SELECT sc_fill();
DELETE FROM sc_parted WHERE ctid IN (SELECT ctid FROM sc_parted WHERE id = 'b');
SELECT xmin FROM sc_parent;
SELECT statement, sc_outcome(statement) FROM (VALUES
  (1, 'SELECT ctid FROM sc_parted'),
  (2, 'UPDATE sc_parted SET n = 0 RETURNING xmin'),
  (3, 'DELETE FROM sc_parted WHERE part = ''ours'' RETURNING ctid'),
  (4, 'DELETE FROM sc_parted_ours WHERE ctid <> ''(0,7)'''),
  (5, 'UPDATE sc_local l SET n = 0 FROM sc_parted p WHERE p.ctid = l.tid'),
  (6, 'SELECT ctid FROM sc_parent'),
  (7, 'DELETE FROM sc_parent WHERE ctid <> ''(7,7)'''),
  (8, 'UPDATE sc_child SET n = 0 WHERE ctid <> ''(0,7)''')
) AS s (i, statement) ORDER BY i;
-- ... when a row comes to the foreign partition
INSERT INTO sc_parted VALUES ('e', 5, 'ours') RETURNING xmin;
\c -
INSERT INTO sc_parted VALUES ('d', 4, 'other'), ('e', 5, 'ours') RETURNING (xmax = 0);
UPDATE sc_parted SET part = 'ours' WHERE part = 'local' RETURNING xmax;
SELECT * FROM sc_parted ORDER BY id;
SELECT * FROM sc_parent ORDER BY id;

-- mended: policies with system columns let pass, or not, any row
SELECT sc_fill();
CREATE ROLE regress_sc;
CREATE USER MAPPING FOR regress_sc SERVER dynamo OPTIONS (access_key_id 'other', secret_access_key 'test');
GRANT ALL ON sc_parted TO regress_sc;
ALTER TABLE sc_parted ENABLE ROW LEVEL SECURITY;
CREATE POLICY sc_seen ON sc_parted USING (ctid <> '(7,7)') WITH CHECK (true);
SET ROLE regress_sc;
SELECT * FROM sc_parted ORDER BY id;
DELETE FROM sc_parted WHERE part = 'ours';
RESET ROLE;
DROP POLICY sc_seen ON sc_parted;
CREATE POLICY sc_seen ON sc_parted USING (true) WITH CHECK (xmin <> '7');
SET ROLE regress_sc;
INSERT INTO sc_parted VALUES ('f', 6, 'ours');
UPDATE sc_parted SET n = 0 WHERE id = 'b';
RESET ROLE;
ALTER TABLE sc_parted DISABLE ROW LEVEL SECURITY;
DROP POLICY sc_seen ON sc_parted;
REVOKE ALL ON sc_parted FROM regress_sc;
DROP USER MAPPING FOR regress_sc SERVER dynamo;
DROP ROLE regress_sc;
SELECT * FROM sc_parted ORDER BY id;

-- mended: WHEN of a trigger reads system columns, after the write or in vain
SELECT sc_fill();
CREATE FUNCTION sc_fired() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN RAISE NOTICE ''% % fired'', TG_WHEN, TG_OP; RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER sc_when AFTER UPDATE ON sc FOR EACH ROW WHEN (OLD.xmin::text < NEW.xmin::text) EXECUTE FUNCTION sc_fired();
UPDATE sc SET n = n + 1 WHERE id = 'r1';
-- ... it does not fire for others
INSERT INTO sc (id, n) VALUES ('t', 1);
DELETE FROM sc WHERE id = 't';
DROP TRIGGER sc_when ON sc;
CREATE TRIGGER sc_when AFTER INSERT ON sc FOR EACH ROW WHEN (NEW.xmax = '0') EXECUTE FUNCTION sc_fired();
INSERT INTO sc (id, n) VALUES ('t', 1);
COPY sc (id, n) FROM stdin;
t	1
\.
DROP TRIGGER sc_when ON sc;
CREATE TRIGGER sc_when BEFORE DELETE ON sc FOR EACH ROW WHEN (OLD.ctid = '(0,1)') EXECUTE FUNCTION sc_fired();
DELETE FROM sc WHERE id = 'r1';
ALTER FOREIGN TABLE sc DISABLE TRIGGER sc_when;
DELETE FROM sc WHERE id = 'no such row';
DROP TRIGGER sc_when ON sc;
SELECT id, n, v FROM sc ORDER BY id;

-- mended: dyn_upsert() in RETURNING is an error after the write
SELECT sc_fill();
UPDATE sc SET n = 77 WHERE id = 'r1' RETURNING dyn_upsert();
UPDATE sc SET n = 77 FROM sc_local l WHERE l.id = sc.id AND sc.id = 'r1' RETURNING sc.id || dyn_upsert();
INSERT INTO sc (id, n) VALUES ('r7', 7) RETURNING coalesce(n > 100, dyn_upsert());
DELETE FROM sc WHERE id = 'r1' RETURNING dyn_upsert();
INSERT INTO sc_parted VALUES ('e', 5, 'ours') RETURNING dyn_upsert();
SELECT * FROM sc_parted ORDER BY id;
SELECT id, n, v FROM sc ORDER BY id;

-- also: tableoid, and whole rows
SELECT sc_fill();
SELECT tableoid::regclass, sc FROM sc WHERE tableoid = 'sc'::regclass AND id = 'r1';
UPDATE sc SET n = 11 WHERE id = 'r1' RETURNING tableoid::regclass, sc;
INSERT INTO sc (id, n) VALUES ('x', 1) RETURNING tableoid::regclass, sc;
INSERT INTO sc (id, n) VALUES ('x', 1) ON CONFLICT (id) DO UPDATE SET n = 2 RETURNING tableoid::regclass, sc;
DELETE FROM sc WHERE id = 'x' RETURNING tableoid::regclass, sc;
SELECT tableoid::regclass, * FROM sc_parted ORDER BY id;
WITH u AS (UPDATE sc_parted SET n = n + 1 RETURNING tableoid::regclass, *) SELECT * FROM u ORDER BY id;
SELECT tableoid::regclass, * FROM sc_parent ORDER BY id;
SELECT count(DISTINCT tableoid) FROM sc_parted;
-- what is not read does no harm
SELECT id, n FROM sc_view WHERE id = 'r1';
SELECT count(*) FROM sc_local l WHERE EXISTS (SELECT ctid FROM sc WHERE sc.id = l.id);
UPDATE sc_view SET n = 1 WHERE id = 'r1' RETURNING id, n;
-- system columns of ordinary tables beside ours
SELECT count(*) FROM sc_local l JOIN sc USING (id) WHERE l.ctid IS NOT NULL AND l.xmin IS NOT NULL;
DELETE FROM sc_local WHERE ctid IN (SELECT l.ctid FROM sc_local l JOIN sc USING (id) WHERE sc.n = 6) RETURNING ctid IS NOT NULL, id;
UPDATE sc SET n = l.n FROM sc_local l WHERE l.id = sc.id AND l.id = 'r2' RETURNING l.ctid IS NOT NULL, sc.id, sc.n;
INSERT INTO sc (id, t) SELECT 'x', ctid::text FROM sc_local ORDER BY id LIMIT 1 RETURNING id;
DELETE FROM sc WHERE id = 'x';
SELECT count(*) FROM ONLY sc_parent WHERE ctid IS NOT NULL;
SELECT count(ctid) FROM sc_parted_local;
-- partitions that are not read, and rows that go to an ordinary partition
SELECT count(ctid) FROM sc_parted WHERE part = 'local';
INSERT INTO sc_parted VALUES ('g', 1, 'other') RETURNING xmax = 0, id;
UPDATE sc_parted SET n = 0 WHERE part = 'local' AND ctid IS NOT NULL RETURNING ctid IS NOT NULL, id;
-- ctid that core reads for itself: of a parent of local and foreign tables
UPDATE sc_local l SET n = p.n + 100 FROM sc_parted p WHERE p.id = 'b' AND l.id = 'r1' RETURNING l.id, l.n, p.id;
DELETE FROM sc_local l USING sc_parent p WHERE p.id = 'b' AND l.id = 'r1' RETURNING l.id, l.n, p.id;
WITH u AS (UPDATE sc_parted p SET n = p.n + 1 FROM sc_local l, sc_parent q WHERE l.id = 'r2' AND q.id = p.id
  RETURNING p.id, p.n, q.id AS q) SELECT * FROM u ORDER BY id;
SELECT l.id, p.id FROM sc_local l, sc_parted p WHERE l.id = 'r2' AND p.id = 'b' FOR UPDATE OF l;
-- what a trigger's function finds in OLD is the same for all rows: no row has a place
CREATE FUNCTION sc_seen() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN RAISE NOTICE ''% % %'', TG_WHEN, OLD.ctid, OLD.tableoid::regclass; RETURN OLD; END';
CREATE TRIGGER sc_seen BEFORE DELETE ON sc FOR EACH ROW EXECUTE FUNCTION sc_seen();
DELETE FROM sc WHERE n > 4;
DROP TRIGGER sc_seen ON sc;
SELECT id, n, v FROM sc ORDER BY id;

DROP FUNCTION sc_fill, sc_row_ids, sc_key, sc_outcome, sc_writes;
DROP VIEW sc_view, sc_barrier, sc_checked, sc_told;
DROP TABLE sc_parted, sc_local;
DROP TABLE sc_parent CASCADE;
DROP FOREIGN TABLE sc, sc_sorted;
DROP FUNCTION sc_before, sc_fired, sc_seen;
