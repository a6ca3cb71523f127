--
-- What a session has asked for: the view dyn_stat_requests, and the totals of
-- EXPLAIN ANALYZE.  (Retries, throttles and unknown outcomes: t/013_retry.  All
-- sessions: t/041_operators.)
-- Needs: transactions old_item
--
CREATE FOREIGN TABLE account (id text OPTIONS (key 'partition') COLLATE "C", n integer, note text) SERVER dynamo;
CREATE FOREIGN TABLE movement (account text OPTIONS (key 'partition') COLLATE "C", seq integer OPTIONS (key 'sort'), amount integer) SERVER dynamo;
SELECT dyn_create_table('account');
SELECT dyn_create_table('movement');
CREATE VIEW asked AS
  SELECT server, table_name, operation, calls, requests, retries, throttles, unknown_outcomes AS unknown, capacity_units AS units,
    mean_time > 0 AND mean_time <= max_time AND max_time < 10000 AS has_times
  FROM dyn_stat_requests WHERE operation <> 'DescribeTable' ORDER BY table_name, operation;

-- with a batch not every engine tells what it has used
SET dynamorm_fdw.enable_batch_insert = off;
SELECT dyn_stat_reset();
SELECT * FROM dyn_stat_requests;
INSERT INTO account SELECT 'a' || g, g, repeat('x', 1000) FROM generate_series(1, 3) g;
INSERT INTO movement SELECT 'a' || g % 3, g, g FROM generate_series(1, 30) g;
UPDATE account SET n = n + 1 WHERE id = 'a1';
UPDATE account SET n = n + 1 WHERE id = 'a1' AND n > 100;
UPDATE account SET n = n + 1 WHERE id = 'a1' RETURNING n;
DELETE FROM account WHERE id = 'a3';
INSERT INTO account VALUES ('a1');
SELECT n FROM account WHERE id = 'a2';
SELECT count(*) FROM movement WHERE account = 'a1';
SELECT count(*) FROM movement;
SELECT count(*) FROM account WHERE id IN ('a1', 'a2');
UPDATE account SET id = 'a4' WHERE id = 'a2';
SELECT dyn_increment('account', '{"id": "a4"}', 'n');
SELECT jsonb_typeof(dyn_request('dynamo', 'ListTables', '{}'));
SELECT * FROM asked;

-- everybody sees what the own session has done, and may begin anew
CREATE ROLE stat_reader;
SET ROLE stat_reader;
SELECT sum(calls) > 40 AS many FROM dyn_stat_requests;
SELECT dyn_stat_reset();
SELECT * FROM dyn_stat_requests;
RESET ROLE;
DROP ROLE stat_reader;

-- of all sessions there is nothing, where the server has not been started with
-- the library: then it is the session's own, and so for everybody
SELECT dyn_stat_reset();
INSERT INTO account SELECT 'b' || g, g FROM generate_series(1, 2) g;
SELECT database = current_database() AS here, role, server, table_name, operation, queryid, calls, requests, read_units, write_units,
    mean_time > 0 AND mean_time <= max_time AND max_time <= total_time AS has_times
  FROM dyn_stat_operations WHERE operation <> 'DescribeTable' ORDER BY operation;
CREATE ROLE stat_reader;
SET ROLE stat_reader;
SELECT count(*) > 0 AS any FROM dyn_stat_operations;
SELECT dyn_stat_operations_reset();
SET dynamorm_fdw.log_min_duration = 0;
RESET ROLE;
DROP ROLE stat_reader;
SELECT dyn_stat_operations_reset();
SELECT count(*) FROM dyn_stat_operations;
SELECT name, setting, unit, context FROM pg_settings WHERE name IN ('dynamorm_fdw.log_min_duration', 'dynamorm_fdw.max_stat_operations') ORDER BY 1;

-- a server that is gone, or has another name
SELECT count(*) FROM account WHERE id = 'a1';
BEGIN;
ALTER SERVER dynamo RENAME TO other_dynamo;
SELECT server, operation, calls FROM dyn_stat_requests;
ROLLBACK;

-- totals, where a statement has more than one node; shown with the first
SELECT explain_analyze($$SELECT count(*) FROM (SELECT id FROM account WHERE id = 'a1'
  UNION ALL SELECT account FROM movement WHERE account = 'a1'
  UNION ALL SELECT account FROM movement WHERE account = 'a2') s$$);
SELECT explain_analyze($$UPDATE account a SET n = m.amount FROM movement m WHERE m.account = 'a1' AND m.seq = 4 AND a.id = m.account$$);
SELECT explain_analyze($$SELECT n FROM account WHERE id = 'a1'$$);

-- the limit is of the statement, whatever its parts
SET dynamorm_fdw.max_read_units = 2;
SELECT count(*) FROM (SELECT 1 FROM movement WHERE account = 'a1' UNION ALL SELECT 1 FROM movement WHERE account = 'a2' OFFSET 0) s;
\set VERBOSITY terse
SELECT count(*) FROM (SELECT 1 FROM movement WHERE account = 'a0' UNION ALL SELECT 1 FROM movement WHERE account = 'a1' UNION ALL SELECT 1 FROM movement WHERE account = 'a2' OFFSET 0) s;
\set VERBOSITY default
RESET dynamorm_fdw.max_read_units;

SELECT dyn_drop_table('account');
SELECT dyn_drop_table('movement');
DROP VIEW asked;
DROP FOREIGN TABLE account, movement;
