--
-- dyn_backfill(): an UPDATE or DELETE of a whole table, in pieces.  That it is
-- killed, and goes on: test/t/047_backfill.
-- Needs: transactions
--
CREATE FOREIGN TABLE fill (id text OPTIONS (key 'partition'), n integer, state text, job text,
  short varchar(3), tags text[] OPTIONS (type 'SS'), list integer[], doc jsonb, at timestamptz)
  SERVER dynamo;
SELECT dyn_create_table('fill');
INSERT INTO fill (id, n) SELECT 'i' || g, g FROM generate_series(1, 100) g;
CREATE VIEW jobs AS SELECT job, "table", statement, job_column, state, pids, segments, segments_done,
  items_scanned, rows_changed, read_units > 0 AND write_units >= rows_changed AS has_units, calls, rate > 0 AS has_rate, time_left FROM dyn_backfill_jobs;
\x on
-- SET makes WHERE false
CALL dyn_backfill('UPDATE fill SET state = ''new'' WHERE state IS NULL', 'state', segments => 3, piece_size => 7, progress => NULL);
SELECT * FROM jobs;
-- a job that is done; its numbers stay
CALL dyn_backfill('UPDATE fill SET state = ''new'' WHERE state IS NULL', 'state');
SELECT items_scanned, rows_changed, calls FROM jobs;
-- a name stands for one statement
CALL dyn_backfill('UPDATE fill SET state = ''old'' WHERE state IS NULL', 'state');
CALL dyn_backfill('UPDATE fill SET state = ''new'' WHERE state IS NULL', 'state', job_column => 'job');
-- a statement with a job column changes each row once, whatever it says
CALL dyn_backfill('UPDATE fill SET n = dyn_increment(n, 1000) WHERE n <= 10', 'plus 1000', job_column => 'job', segments => 2, piece_size => 30, progress => NULL);
SELECT * FROM jobs WHERE job = 'plus 1000';
\x off
SELECT job, state, count(*), sum(n) FROM fill GROUP BY 1, 2 ORDER BY 1 NULLS FIRST;
-- as often as it is run over
SELECT dyn_backfill_forget('plus 1000');
CALL dyn_backfill('UPDATE fill SET n = dyn_increment(n, 1000)', 'plus 1000', job_column => 'job', progress => NULL);
SELECT items_scanned, rows_changed FROM jobs WHERE job = 'plus 1000';
SELECT count(*), min(n), max(n) FROM fill;
-- DELETE
CALL dyn_backfill('DELETE FROM fill WHERE n > 1090', 'delete', segments => 1, piece_size => 1, progress => NULL);
SELECT segments_done, items_scanned, rows_changed FROM jobs WHERE job = 'delete';
SELECT count(*), max(n) FROM fill;
-- the pages that a piece takes: what a request asks for is what is left of it
SELECT dyn_request('dynamo', 'TestReset', '{}') IS NOT NULL;
CALL dyn_backfill('DELETE FROM fill WHERE n > 2000', 'pages', segments => 1, piece_size => 25, progress => NULL);
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') -> 'Scan' AS scans;
-- ---- what may be run again ----
-- these do
\set VERBOSITY terse
SELECT format('CALL dyn_backfill(%L, %L, segments => 1, progress => NULL)', s, 'may ' || i)
  FROM unnest(ARRAY[
    $$UPDATE fill SET state = 'a' WHERE state IS DISTINCT FROM 'a'$$,
    $$UPDATE fill SET state = 'b' WHERE n > 0 AND state = 'a'$$,
    $$UPDATE fill SET state = 'c', n = 3 WHERE (state = 'b' OR state IS NULL) AND (n < 3 OR n > 3)$$,
    $$UPDATE fill SET state = 'd' WHERE state IN ('c', 'e')$$,
    $$UPDATE fill SET state = 'e' WHERE NOT state = 'e'$$,
    $$UPDATE fill SET state = NULL WHERE state = 'e'$$,
    $$UPDATE fill SET at = now() WHERE at IS NULL$$,
    $$UPDATE fill SET at = current_timestamp WHERE at IS NULL$$,
    $$UPDATE fill SET state = coalesce(upper(job), '') WHERE state IS NULL$$,
    $$UPDATE fill SET state = gen_random_uuid()::text WHERE state IS NULL$$,
    $$UPDATE fill SET list = ARRAY[n] WHERE list IS NULL$$,
    $$UPDATE fill SET list = '{}' WHERE list IS NULL$$,
    $$UPDATE fill SET tags = '{x}' WHERE tags IS NULL$$,
    $$UPDATE fill SET doc = '{}' WHERE doc IS NULL$$,
    $$UPDATE fill SET short = 'abc' WHERE short IS NULL$$,
    $$DELETE FROM fill WHERE n < 0$$
  ]) WITH ORDINALITY s (s, i) ORDER BY i
\gexec
SELECT job, state, items_scanned FROM jobs WHERE job LIKE 'may %' ORDER BY substring(job, 5)::int;
-- and these do not
SELECT format('CALL dyn_backfill(%L, ''not'', progress => NULL)', s)
  FROM unnest(ARRAY[
    $$UPDATE fill SET n = n + 1$$,
    $$UPDATE fill SET state = 'a'$$,
    $$UPDATE fill SET n = dyn_increment(n) WHERE n < 5$$,
    $$UPDATE fill SET state = 'a' WHERE job IS NULL$$,
    $$UPDATE fill SET state = 'a' WHERE state IS NULL OR n > 5$$,
    $$UPDATE fill SET state = lower(job) WHERE state IS NULL$$,
    $$UPDATE fill SET state = 'a' WHERE state = 'a'$$,
    $$UPDATE fill SET state = current_schema WHERE state IS NULL$$,
    $$UPDATE fill SET tags = '{}' WHERE tags IS NULL$$,
    $$UPDATE fill SET tags = coalesce(tags, '{}') WHERE tags IS NULL$$,
    $$UPDATE fill SET doc = 'null' WHERE doc IS NULL$$,
    $$UPDATE fill SET doc['a'] = '1' WHERE doc['a'] IS NULL$$,
    $$UPDATE fill SET state = 'a' WHERE state IS NULL AND random() < 0.5$$,
    $$DELETE FROM fill WHERE random() < 0.5$$
  ]) s
\gexec
\set VERBOSITY default
CALL dyn_backfill('UPDATE fill SET n = n + 1', 'not');
CALL dyn_backfill('DELETE FROM fill WHERE random() < 0.5', 'not');
-- a trigger may undo what SET has done, unless that is in the job column
CREATE FUNCTION set_state() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.state := NULL; RETURN NEW; END$$;
CREATE TRIGGER set_state BEFORE UPDATE ON fill FOR EACH ROW EXECUTE FUNCTION set_state();
CALL dyn_backfill('UPDATE fill SET state = ''x'' WHERE state IS NULL', 'trigger');
CALL dyn_backfill('UPDATE fill SET state = ''x'', n = n + 1 WHERE state IS NULL OR n > 1', 'trigger', job_column => 'job', segments => 2, piece_size => 10, progress => NULL);
SELECT items_scanned, rows_changed, state FROM jobs WHERE job = 'trigger';
SELECT state, n, job, count(*) FROM fill GROUP BY 1, 2, 3;
DROP TRIGGER set_state ON fill;
-- ---- what is refused ----
CALL dyn_backfill('SELECT 1', 'not');
CALL dyn_backfill('', 'not');
CALL dyn_backfill('DELETE FROM fill; DELETE FROM fill', 'not');
CALL dyn_backfill('UPDATE fill SET', 'not');
CALL dyn_backfill('UPDATE fill SET nobody = 1 WHERE n = 2', 'not');
CREATE TABLE other (id text, n integer);
CALL dyn_backfill('DELETE FROM other', 'not');
CALL dyn_backfill('UPDATE fill SET n = 5 FROM other WHERE fill.n = other.n', 'not');
CALL dyn_backfill('DELETE FROM fill USING other WHERE fill.n = other.n', 'not');
CALL dyn_backfill('DELETE FROM fill WHERE id IN (SELECT id FROM other)', 'not');
CALL dyn_backfill('DELETE FROM fill WHERE n < (SELECT max(n) FROM fill)', 'not');
CALL dyn_backfill('DELETE FROM fill WHERE id = ''i1''', 'key', segments => 1);
CALL dyn_backfill('DELETE FROM fill RETURNING id', 'not');
CALL dyn_backfill('DELETE FROM fill WHERE CURRENT OF c', 'not');
CALL dyn_backfill('DELETE FROM fill WHERE false', 'not');
CALL dyn_backfill('DELETE FROM fill', 'not', job_column => 'job');
CALL dyn_backfill('UPDATE fill SET n = 1', 'not', job_column => 'n');
CALL dyn_backfill('UPDATE fill SET n = 1', 'not', job_column => 'tags');
CALL dyn_backfill('UPDATE fill SET n = 1', 'longer', job_column => 'short');
CALL dyn_backfill('UPDATE fill SET n = 1, job = 1', 'not', job_column => 'job');
CALL dyn_backfill(NULL, 'not');
CALL dyn_backfill('DELETE FROM fill', NULL);
CALL dyn_backfill('DELETE FROM fill', '');
CALL dyn_backfill('DELETE FROM fill', 'not', segments => 0);
CALL dyn_backfill('DELETE FROM fill', 'not', piece_size => NULL);
BEGIN;
CALL dyn_backfill('DELETE FROM fill', 'not');
ROLLBACK;
BEGIN READ ONLY;
CALL dyn_backfill('DELETE FROM fill', 'not');
ROLLBACK;
SET default_transaction_read_only = on;
CALL dyn_backfill('DELETE FROM fill', 'not');
RESET default_transaction_read_only;
SET dynamorm_fdw.transaction_mode = atomic;
CALL dyn_backfill('DELETE FROM fill', 'not');
RESET dynamorm_fdw.transaction_mode;
SELECT dyn_backfill_forget('not');
-- a sub-select of another table that is no join
INSERT INTO other VALUES ('a', 5);
CALL dyn_backfill('UPDATE fill SET n = 7 WHERE n <> 7 AND n < (SELECT max(n) FROM other)', 'sub-select', segments => 1, progress => NULL);
-- a new key: a row that is met again under it is not changed again
CALL dyn_backfill('UPDATE fill SET id = id || ''x''', 'key', job_column => 'job', segments => 3, piece_size => 10, progress => NULL);
SELECT rows_changed FROM jobs WHERE job = 'key';
SELECT regexp_replace(id, '\d+', '#') AS id, count(*) FROM fill GROUP BY 1;
-- a function that may read what is written: its statement reads before it writes
CREATE FUNCTION twice(integer) RETURNS integer STABLE LANGUAGE plpgsql AS $$BEGIN RETURN $1 * 2 + (SELECT count(*) FROM other); END$$;
SELECT explain('UPDATE fill SET n = twice(n)');
CALL dyn_backfill('UPDATE fill SET n = twice(n)', 'function', job_column => 'job', segments => 1, piece_size => 40, progress => NULL);
SELECT items_scanned, rows_changed FROM jobs WHERE job = 'function';
SELECT n, count(*) FROM fill GROUP BY 1;
CALL dyn_backfill('UPDATE fill SET n = 7 WHERE n <> 7', 'as before', progress => NULL);
-- the table is scanned also where an index would do
CREATE FOREIGN TABLE indexed (id text OPTIONS (key 'partition'), state text, n integer) SERVER dynamo
  OPTIONS (consistent_read 'false', indexes '[{"name": "by_state", "partition": ["state"]}]');
SELECT dyn_create_table('indexed');
INSERT INTO indexed SELECT 'i' || g, CASE WHEN g % 2 = 0 THEN 'even' ELSE 'odd' END, g FROM generate_series(1, 60) g;
SELECT explain('UPDATE indexed SET state = ''done'' WHERE state = ''even''');
CALL dyn_backfill('UPDATE indexed SET state = ''done'' WHERE state = ''even''', 'index', segments => 2, piece_size => 7, progress => NULL);
SELECT state, items_scanned, rows_changed FROM jobs WHERE job = 'index';
SELECT state, count(*) FROM indexed GROUP BY 1 ORDER BY 1;
SELECT dyn_drop_table('indexed');
DROP FOREIGN TABLE indexed;
-- ---- through a view, by a procedure ----
CREATE VIEW small AS SELECT id, n, state FROM fill WHERE n < 50;
CREATE PROCEDURE work() LANGUAGE plpgsql AS $$
BEGIN
  CALL dyn_backfill('UPDATE small SET state = ''small'' WHERE state IS NULL', 'view', segments => 2, progress => NULL);
END $$;
CALL work();
SELECT "table", state, items_scanned, rows_changed FROM jobs WHERE job = 'view';
DO $$
BEGIN
  CALL dyn_backfill('UPDATE small SET state = ''small'' WHERE state IS NULL', 'view');
EXCEPTION WHEN invalid_transaction_termination THEN
  RAISE NOTICE '%: %', SQLSTATE, SQLERRM;
END $$;
-- ---- whose it is ----
CREATE ROLE filler;
GRANT USAGE ON FOREIGN SERVER dynamo TO filler;
CREATE USER MAPPING FOR filler SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
SET ROLE filler;
SELECT count(*) FROM dyn_backfill_jobs;
CALL dyn_backfill('UPDATE fill SET state = ''mine'' WHERE state = ''small''', 'mine', progress => NULL);
CALL dyn_backfill('UPDATE fill SET state = ''new'' WHERE state IS NULL', 'state');
SELECT dyn_backfill_forget('state');
SELECT dyn_backfill_forget('mine');
SELECT * FROM dyn_backfill_job;
RESET ROLE;
GRANT SELECT, UPDATE ON fill TO filler;
SET ROLE filler;
CALL dyn_backfill('UPDATE fill SET state = ''mine'' WHERE state = ''small''', 'mine', progress => NULL);
SELECT job, owner, state, rows_changed > 0 AS changed FROM dyn_backfill_jobs;
-- nothing of the caller's is called with more rights than his
CREATE TEMP TABLE dyn_backfill_job (id integer);
CREATE FUNCTION pg_temp.generate_series(integer, integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1 / 0';
SET search_path = pg_temp, public, pg_catalog;
CALL dyn_backfill('UPDATE fill SET state = ''his'' WHERE state = ''mine''', 'his', progress => NULL);
RESET search_path;
DROP TABLE pg_temp.dyn_backfill_job;
SELECT dyn_backfill_forget('mine');
SELECT job, owner, state, rows_changed > 0 AS changed FROM dyn_backfill_jobs;
RESET ROLE;
-- ---- the table that it was begun with ----
ALTER FOREIGN TABLE fill RENAME TO fill_before;
CREATE FOREIGN TABLE fill (id text OPTIONS (key 'partition'), n integer, state text, job text) SERVER dynamo;
\set VERBOSITY terse
CALL dyn_backfill('UPDATE fill SET state = ''new'' WHERE state IS NULL', 'state');
\set VERBOSITY default
DROP FOREIGN TABLE fill;
ALTER FOREIGN TABLE fill_before RENAME TO fill;
-- ---- a constraint that stops it, and what was done until then ----
ALTER FOREIGN TABLE fill ADD CONSTRAINT small CHECK (n <> 8);
\set VERBOSITY terse
CALL dyn_backfill('UPDATE fill SET n = 8 WHERE n = 7', 'stopped', segments => 1, progress => NULL);
\set VERBOSITY default
SELECT state, calls, segments_done, items_scanned, rows_changed FROM jobs WHERE job = 'stopped';
ALTER FOREIGN TABLE fill DROP CONSTRAINT small;
CALL dyn_backfill('UPDATE fill SET n = 8 WHERE n = 7', 'stopped', progress => NULL);
SELECT state, calls, segments, segments_done FROM jobs WHERE job = 'stopped';
-- a COMMIT that fails, after the writes
CREATE TABLE parent (n integer PRIMARY KEY);
CREATE TABLE child (n integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION add_child() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO child VALUES (NEW.n); RETURN NULL; END$$;
CREATE TRIGGER add_child AFTER UPDATE ON fill FOR EACH ROW EXECUTE FUNCTION add_child();
CALL dyn_backfill('UPDATE fill SET n = 9 WHERE n = 8', 'commit', segments => 1, progress => NULL);
SELECT state, pids, items_scanned FROM jobs WHERE job = 'commit';
CALL dyn_backfill('UPDATE fill SET n = 9 WHERE n = 8', 'commit', progress => NULL);
SELECT state, items_scanned, rows_changed FROM jobs WHERE job = 'commit';
SELECT n, count(*) FROM fill GROUP BY 1;
DROP OWNED BY filler;
DROP ROLE filler;
SELECT count(dyn_backfill_forget(job)) > 20 FROM dyn_backfill_jobs;
SELECT count(*) FROM dyn_backfill_job;
DROP PROCEDURE work;
DROP VIEW small, jobs;
DROP TRIGGER add_child ON fill;
DROP FUNCTION set_state, twice, add_child;
SELECT dyn_drop_table('fill');
DROP FOREIGN TABLE fill;
DROP TABLE other, child, parent;
