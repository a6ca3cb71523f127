--
-- INSERT ... ON CONFLICT (key) DO SELECT: get or create.
-- Needs: pg19 old_item transactions
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
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO SELECT RETURNING id, n, old.n;
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO SELECT RETURNING *, old, new;
\echo :ROW_COUNT
INSERT INTO stock (id, n) VALUES ('a', 2) ON CONFLICT (id) DO SELECT RETURNING *, old, new;
\echo :ROW_COUNT
-- one request, found or not
SELECT requests($$INSERT INTO stock (id, n) VALUES ('a', 3) ON CONFLICT (id) DO SELECT RETURNING *$$);
SELECT requests($$INSERT INTO stock (id, n) VALUES ('b', 3) ON CONFLICT (id) DO SELECT RETURNING *$$);
SELECT id, n, v FROM stock ORDER BY id;
-- WHERE
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 9) ON CONFLICT (id) DO SELECT WHERE stock.n < excluded.n RETURNING id, n;
INSERT INTO stock (id, n) VALUES ('a', 9) ON CONFLICT (id) DO SELECT WHERE stock.n < excluded.n RETURNING id, n;
INSERT INTO stock (id, n) VALUES ('a', 0) ON CONFLICT (id) DO SELECT WHERE stock.n < excluded.n RETURNING id, n;
\echo :ROW_COUNT
INSERT INTO stock (id, n) VALUES ('c', 0) ON CONFLICT (id) DO SELECT WHERE false RETURNING id, n;
-- several rows; one that the statement has made itself is found, too
INSERT INTO stock (id, n) VALUES ('d', 1), ('a', 2), ('d', 3), ('e', 4) ON CONFLICT (id) DO SELECT RETURNING id, n, old IS NULL AS made;
PREPARE get (text) AS INSERT INTO stock (id) VALUES ($1) ON CONFLICT (id) DO SELECT WHERE stock.id = $1 RETURNING id, n, v;
SET plan_cache_mode = force_generic_plan;
EXECUTE get ('a');
EXECUTE get ('f');
RESET plan_cache_mode;
WITH found AS (INSERT INTO stock (id, n) VALUES ('a', 2), ('g', 7) ON CONFLICT (id) DO SELECT RETURNING id, n)
SELECT * FROM found ORDER BY id;
-- through a view
CREATE VIEW small AS SELECT id, n, n * 2 AS twice FROM stock WHERE n < 1000;
INSERT INTO small (id, n) VALUES ('g', 8) ON CONFLICT (id) DO SELECT RETURNING *, old.twice;
DROP VIEW small;
CREATE VIEW small AS SELECT id, n FROM stock WHERE n < 1000 WITH CHECK OPTION;
INSERT INTO small (id, n) VALUES ('g', 8) ON CONFLICT (id) DO SELECT RETURNING *;
DROP VIEW small;
-- what was proposed is checked, whatever becomes of it
ALTER FOREIGN TABLE stock ADD CONSTRAINT positive CHECK (n > 0);
INSERT INTO stock (id, n) VALUES ('a', -1) ON CONFLICT (id) DO SELECT RETURNING id, n;
ALTER FOREIGN TABLE stock DROP CONSTRAINT positive;
-- refused: another target, triggers that would run for a row that is found, locks that nobody would check
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (n) DO SELECT RETURNING id;
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% %', TG_WHEN, TG_OP; RETURN NEW; END $$;
CREATE TRIGGER tell AFTER INSERT ON stock FOR EACH ROW EXECUTE FUNCTION tell();
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO SELECT RETURNING id;
DROP TRIGGER tell ON stock;
CREATE TRIGGER tell BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION tell();
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO SELECT RETURNING id, n;
DROP TRIGGER tell ON stock;
DROP FUNCTION tell;
INSERT INTO stock (id, n) VALUES ('z', 1) ON CONFLICT (id) DO SELECT FOR UPDATE RETURNING id, n;
INSERT INTO stock (id, n) VALUES ('z', 1) ON CONFLICT (id) DO SELECT RETURNING id, n, xmax;
SELECT count(*) FROM stock WHERE id = 'z';

-- transaction mode "atomic"
SET dynamorm_fdw.transaction_mode = atomic;
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO SELECT RETURNING id;
EXPLAIN (VERBOSE, COSTS OFF)
INSERT INTO stock (id, n) VALUES ('a', 1) ON CONFLICT (id) DO SELECT FOR SHARE RETURNING id;
BEGIN;
INSERT INTO stock (id, n) VALUES ('a', 5), ('h', 6) ON CONFLICT (id) DO SELECT RETURNING id, n, old IS NULL AS made;
INSERT INTO stock (id, n) VALUES ('h', 7) ON CONFLICT (id) DO SELECT RETURNING id, n, old IS NULL AS made;
INSERT INTO stock (id, n) VALUES ('h', 7) ON CONFLICT (id) DO SELECT WHERE stock.n > 6 RETURNING id, n;
DELETE FROM stock WHERE id = 'h';
INSERT INTO stock (id, n) VALUES ('h', 8) ON CONFLICT (id) DO SELECT RETURNING id, n, old IS NULL AS made;
COMMIT;
SELECT id, n FROM stock WHERE id IN ('a', 'h') ORDER BY id;
-- locked twice in a statement
INSERT INTO stock (id, n) VALUES ('a', 1), ('a', 2) ON CONFLICT (id) DO SELECT FOR UPDATE RETURNING id;
INSERT INTO stock (id, n) VALUES ('j', 1), ('j', 2) ON CONFLICT (id) DO SELECT FOR UPDATE RETURNING id;
RESET dynamorm_fdw.transaction_mode;
SELECT id FROM stock WHERE id = 'j';
-- where expired items are hidden: as on an ordinary table, a row that the
-- statement has made is found, and one that it has let expire, too
CREATE FOREIGN TABLE stored_lease (id text OPTIONS (key 'partition') COLLATE "C", n bigint, expires bigint, extra text) SERVER dynamo OPTIONS (table_name 'lease');
CREATE FOREIGN TABLE lease (id text OPTIONS (key 'partition') COLLATE "C", n bigint, expires bigint OPTIONS (ttl 'true', hide_expired 'true')) SERVER dynamo;
SELECT dyn_create_table('stored_lease');
CREATE TABLE plain (id text PRIMARY KEY, n bigint, expires bigint);
CREATE FUNCTION twice(target text, ending text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE 'WITH i AS (INSERT INTO ' || target || $i$ AS t VALUES ('here', 1, NULL), ('gone', 2, 1767225600), ('here', 3, NULL), ('gone', 4, NULL), ('gone', 5, 1767225600)
    ON CONFLICT (id) DO SELECT $i$ || ending || ' RETURNING n, old IS NULL AS made) SELECT string_agg(i::text, '' '') FROM i' INTO result;
  RAISE EXCEPTION '' USING errcode = '00F00', detail = result;
EXCEPTION WHEN OTHERS THEN
  IF SQLSTATE = '00F00' THEN
    GET STACKED DIAGNOSTICS result = PG_EXCEPTION_DETAIL;
    RETURN result;
  END IF;
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
INSERT INTO stored_lease VALUES ('gone', 7, 1767225600, 'old');
SET client_min_messages = error;
SELECT target, twice(target, '') FROM (VALUES ('plain'), ('lease')) t (target);
SELECT * FROM stored_lease ORDER BY id;
DELETE FROM stored_lease;
SELECT target, twice(target, 'WHERE t.n > 1') FROM (VALUES ('plain'), ('lease')) t (target);
DELETE FROM stored_lease;
SELECT requests($$INSERT INTO lease VALUES ('gone', 2, 1767225600), ('gone', 3, NULL) ON CONFLICT (id) DO SELECT RETURNING n$$);
-- it is gone for the next statement
INSERT INTO lease VALUES ('gone', 6, NULL) ON CONFLICT (id) DO SELECT RETURNING n, old IS NULL AS made;
DELETE FROM stored_lease;
INSERT INTO stored_lease VALUES ('gone', 7, 1767225600, 'old');
SET dynamorm_fdw.transaction_mode = atomic;
SELECT target, twice(target, '') FROM (VALUES ('plain'), ('lease')) t (target);
SELECT target, twice(target, 'FOR UPDATE') FROM (VALUES ('plain'), ('lease')) t (target);
BEGIN;
INSERT INTO lease VALUES ('gone', 2, 1767225600), ('gone', 3, NULL) ON CONFLICT (id) DO SELECT RETURNING n, old IS NULL AS made;
INSERT INTO lease VALUES ('gone', 4, NULL), ('gone', 5, NULL) ON CONFLICT (id) DO SELECT RETURNING n, old IS NULL AS made;
COMMIT;
SELECT * FROM stored_lease ORDER BY id;
RESET dynamorm_fdw.transaction_mode;
RESET client_min_messages;
-- beside items of another kind
CREATE FOREIGN TABLE token (id text OPTIONS (key 'partition') COLLATE "C", n bigint, expires bigint OPTIONS (ttl 'true', hide_expired 'true'), kind text OPTIONS (template 'Token'))
  SERVER dynamo OPTIONS (table_name 'lease');
INSERT INTO token VALUES ('token', 1, 1767225600), ('token', 2, NULL) ON CONFLICT (id) DO SELECT RETURNING n, old IS NULL AS made;
INSERT INTO token VALUES ('gone', 1, NULL) ON CONFLICT (id) DO SELECT RETURNING n;
INSERT INTO token VALUES ('other', 1, 1767225600), ('other', 2, NULL) ON CONFLICT (id) DO NOTHING RETURNING n;
SET client_min_messages = error;
INSERT INTO token VALUES ('more', 1, 1767225600), ('more', 2, NULL) RETURNING n;
RESET client_min_messages;
SELECT dyn_drop_table('stored_lease');
DROP FOREIGN TABLE lease, stored_lease, token;
DROP TABLE plain;
DROP FUNCTION twice;
SELECT dyn_drop_table('stock');
DROP FOREIGN TABLE stock;
DROP FUNCTION requests;
