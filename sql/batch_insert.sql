--
-- INSERT and COPY in batches: what EXPLAIN shows, which rows go how, and that
-- each is as exact as alone.  (Failures: t/045_batch_insert.)
-- Needs: batches item_count
--
CREATE FOREIGN TABLE batch_insert (
  id numeric OPTIONS (key 'partition'),
  name text NOT NULL DEFAULT 'none',
  n integer CHECK (n < 1000),
  at timestamptz OPTIONS (created_at 'true'),
  version integer OPTIONS (version 'true')
) SERVER dynamo;
SELECT dyn_create_table('batch_insert');
CREATE VIEW asked AS
  SELECT operation, requests FROM dyn_stat_requests WHERE operation IN ('BatchExecuteStatement', 'PutItem') ORDER BY 1;
CREATE FUNCTION row_count(statement text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  n integer;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- several rows, one row, and where somebody looks at each
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, 1), (2, 2);
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) SELECT 1, 1 WHERE random() > 2 ON CONFLICT DO NOTHING;
EXPLAIN (COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, 1), (2, 2);
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, 1);
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, 1), (2, 2) RETURNING id;
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, row_count('')), (2, 2);
SET dynamorm_fdw.enable_batch_insert = off;
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, 1), (2, 2);
RESET dynamorm_fdw.enable_batch_insert;
SET dynamorm_fdw.transaction_mode = atomic;
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO batch_insert (id, n) VALUES (1, 1), (2, 2);
RESET dynamorm_fdw.transaction_mode;

-- defaults, stamps, prepared statements, COPY
SELECT dyn_stat_reset();
INSERT INTO batch_insert (id, n) SELECT i, i FROM generate_series(1, 30) i;
PREPARE two (integer, integer) AS INSERT INTO batch_insert (id, n) VALUES ($1, 1), ($2, NULL);
EXECUTE two (31, 32);
EXECUTE two (33, 34);
COPY batch_insert (id, n) FROM STDIN;
41	1
42	\N
43	3
\.
SELECT * FROM asked;
SELECT count(*), count(n), sum(n), count(at), min(name), max(version) FROM batch_insert;

-- constraints come before the write; keys, after
SET client_min_messages = error;
\set VERBOSITY terse
INSERT INTO batch_insert (id, n) VALUES (51, 1), (52, 1000), (53, 1);
INSERT INTO batch_insert (id, name) VALUES (51, 'x'), (52, NULL), (53, 'y');
COPY batch_insert (id, n) FROM STDIN;
51	1
52	2000
\.
COPY batch_insert (id, n) FROM STDIN;
51	1
52	x
\.
\set VERBOSITY default
SELECT count(*) FROM batch_insert WHERE id > 50;
INSERT INTO batch_insert (id) VALUES (51), (1), (52);
COPY batch_insert (id, n) FROM STDIN;
53	1
2	2
54	3
\.
SELECT array_agg(id ORDER BY id) FROM batch_insert WHERE id > 50;

-- the same key twice, in any spelling
INSERT INTO batch_insert (id) VALUES (61), (62), (61.0);
INSERT INTO batch_insert (id) VALUES (71), (72), (71.00), (72), (73) ON CONFLICT DO NOTHING;
SELECT row_count('INSERT INTO batch_insert (id) SELECT * FROM generate_series(60, 109) ON CONFLICT DO NOTHING');
SELECT count(*) FROM batch_insert WHERE id >= 60;
RESET client_min_messages;

-- triggers
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% % %: % rows', TG_WHEN, TG_LEVEL, NEW.id, (SELECT count(*) FROM batch_insert WHERE id > 200);
  RETURN NEW;
END $$;
CREATE TRIGGER after_all AFTER INSERT ON batch_insert FOR EACH STATEMENT EXECUTE FUNCTION look();
SELECT dyn_stat_reset();
INSERT INTO batch_insert (id) VALUES (201), (202);
SELECT * FROM asked;
-- here core hands over the rows of a COPY one by one, but for 16 and later
COPY batch_insert (id, n) FROM STDIN;
203	1
204	1
\.
DROP TRIGGER after_all ON batch_insert;
CREATE TRIGGER before_each BEFORE INSERT ON batch_insert FOR EACH ROW EXECUTE FUNCTION look();
SELECT dyn_stat_reset();
INSERT INTO batch_insert (id) VALUES (205), (206);
COPY batch_insert (id, n) FROM STDIN;
207	1
208	1
\.
SELECT * FROM asked;
DROP TRIGGER before_each ON batch_insert;

-- a function that COPY calls finds the rows before; what fails stays failed
CREATE FUNCTION before_this() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT count(*)::integer FROM batch_insert WHERE id > 300';
ALTER FOREIGN TABLE batch_insert ALTER n SET DEFAULT before_this();
COPY batch_insert (id) FROM STDIN;
301
302
303
\.
SELECT id, n FROM batch_insert WHERE id > 300 ORDER BY id;
CREATE FUNCTION before_this_or_null() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  RETURN before_this();
EXCEPTION WHEN unique_violation THEN
  RETURN NULL;
END $$;
ALTER FOREIGN TABLE batch_insert ALTER n SET DEFAULT before_this_or_null();
SET client_min_messages = error;
COPY batch_insert (id) FROM STDIN;
304
301
305
306
\.
SELECT id, n FROM batch_insert WHERE id > 303 ORDER BY id;
ALTER FOREIGN TABLE batch_insert ALTER n DROP DEFAULT;
RESET client_min_messages;

-- partitions
CREATE TABLE batch_parent (id numeric, name text, n integer, at timestamptz, version integer) PARTITION BY RANGE (id);
CREATE TABLE batch_local PARTITION OF batch_parent FOR VALUES FROM (0) TO (400);
ALTER TABLE batch_parent ATTACH PARTITION batch_insert FOR VALUES FROM (400) TO (1000);
SELECT dyn_stat_reset();
INSERT INTO batch_parent (id, name) SELECT i, 'p' FROM generate_series(391, 410) i;
COPY batch_parent (id, name) FROM STDIN;
398	c
411	c
412	c
\.
SELECT * FROM asked;
SELECT tableoid::regclass, count(*) FROM batch_parent WHERE name IN ('p', 'c') GROUP BY 1 ORDER BY 1;
DROP TABLE batch_local;
ALTER TABLE batch_parent DETACH PARTITION batch_insert;
DROP TABLE batch_parent;
SELECT dyn_drop_table('batch_insert');

-- values of all types, and names that want quotes
CREATE TYPE batch_part AS (a integer, "b c" text);
CREATE FOREIGN TABLE batch_kind (
  "p""q" text OPTIONS (key 'partition') COLLATE "C",
  "it's" text, "a.b" numeric, "select" boolean, "é" bytea,
  ss text[] OPTIONS (type 'SS'), ns numeric[] OPTIONS (type 'NS'), bs bytea[] OPTIONS (type 'BS'),
  l text[], m batch_part, doc jsonb, "?" text OPTIONS (attribute_name '{''?'':?}'), rest jsonb OPTIONS (document 'true')
) SERVER dynamo OPTIONS (table_name 'batch-kind_1.x');
SELECT dyn_create_table('batch_kind');
CREATE TABLE kind AS SELECT * FROM batch_kind;
INSERT INTO kind VALUES
  ('a', 'it''s "quoted"', 12345678901234567890123456789012345678, true, '\x00ff', '{b,a,""}', '{1.50,2}', '{"\\x00",""}',
   '{x,NULL,""}', (1, NULL), '{"n": null, "l": [null, {}, [], {"m": {"x": 1}}], "d": 0.10000000000000000000000000000000000001}', 'v', '{"x''y": 1, "x\"y": [true]}'),
  ('b', '', -1e-130, false, '', NULL, NULL, NULL, '{}', (NULL, ''), 'null', '', NULL),
  ('c', NULL, 9.9999999999999999999999999999999999999e125, NULL, NULL, '{}', '{}', '{}', NULL, NULL, '[[[[1]]]]', NULL, '{}');
SELECT dyn_stat_reset();
INSERT INTO batch_kind SELECT * FROM kind;
SELECT * FROM asked;
-- the same, one by one
SET dynamorm_fdw.enable_batch_insert = off;
INSERT INTO batch_kind SELECT * FROM (SELECT 'z' || "p""q" AS "p""q", "it's", "a.b", "select", "é", ss, ns, bs, l, m, doc, "?", rest FROM kind) k;
RESET dynamorm_fdw.enable_batch_insert;
SELECT count(*) FROM batch_kind a JOIN batch_kind b ON b."p""q" = 'z' || a."p""q"
  WHERE (a."it's", a."a.b", a."select", a."é", a.ss, a.ns, a.bs, a.l, a.m, a.doc, a."?", a.rest)
    IS NOT DISTINCT FROM (b."it's", b."a.b", b."select", b."é", b.ss, b.ns, b.bs, b.l, b.m, b.doc, b."?", b.rest);
-- what makes a statement too long, or a request too large, goes alone
SELECT dyn_stat_reset();
INSERT INTO batch_kind ("p""q", rest)
  SELECT 'long' || i, jsonb_build_object(repeat(CASE i WHEN 2 THEN 'x' ELSE 'y' END, CASE i WHEN 2 THEN 9000 ELSE 90 END), i) FROM generate_series(1, 4) i;
INSERT INTO batch_kind ("p""q", "it's") SELECT 'large' || i, repeat('x', CASE i WHEN 2 THEN 100000 ELSE 10 END) FROM generate_series(1, 4) i;
SELECT * FROM asked;
SELECT count(*), sum(length("it's")) FROM batch_kind WHERE "p""q" LIKE 'l%';
\set VERBOSITY sqlstate
SET client_min_messages = error;
INSERT INTO batch_kind ("p""q", "it's") SELECT 'larger' || i, repeat('x', CASE i WHEN 2 THEN 500000 ELSE 10 END) FROM generate_series(1, 4) i;
\set VERBOSITY default
SELECT array_agg("p""q" ORDER BY "p""q") FROM batch_kind WHERE "p""q" LIKE 'larger%';
SELECT dyn_drop_table('batch_kind');
DROP FOREIGN TABLE batch_insert, batch_kind;
DROP TABLE kind;
DROP TYPE batch_part;
DROP VIEW asked;
DROP FUNCTION look, before_this, before_this_or_null, row_count;
