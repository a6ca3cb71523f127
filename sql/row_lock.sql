--
-- SELECT ... FOR UPDATE, NO KEY UPDATE, SHARE, KEY SHARE: nobody waits, and
-- COMMIT finds what was locked unchanged, or fails.
-- Needs: transactions
--
CREATE FOREIGN TABLE lock_job (
  q text OPTIONS (key 'partition') COLLATE "C",
  at integer OPTIONS (key 'sort'),
  owner text,
  note text
) SERVER dynamo;
CREATE FOREIGN TABLE lock_account (
  id text OPTIONS (key 'partition') COLLATE "C", balance integer, branch text
) SERVER dynamo;
SELECT dyn_create_table(t::regclass) FROM unnest(ARRAY['lock_job', 'lock_account']) t;
INSERT INTO lock_job SELECT 'a', i FROM generate_series(1, 20) i;
INSERT INTO lock_account SELECT chr(96 + i), i * 100, CASE WHEN i < 3 THEN 'north' ELSE 'south' END
  FROM generate_series(1, 5) i;
-- what the session has asked for since it was asked last
CREATE FUNCTION asked() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  SELECT string_agg(operation || ' ' || sum, ', ' ORDER BY operation COLLATE "C") INTO answer
    FROM (SELECT operation, sum(calls) FROM dyn_stat_requests GROUP BY operation) s
    WHERE operation IN ('GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactWriteItems');
  PERFORM dyn_stat_reset();
  RETURN answer;
END $$;

-- ---- mode immediate ----
SET dynamorm_fdw.transaction_mode = 'immediate';
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE;
SELECT * FROM lock_account WHERE id = 'a' FOR KEY SHARE;
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE SKIP LOCKED;
SELECT * FROM explain('SELECT * FROM lock_account WHERE id = ''a'' FOR UPDATE');
-- one plan serves both modes
SET plan_cache_mode = force_generic_plan;
PREPARE lock(text) AS SELECT balance FROM lock_account WHERE id = $1 FOR UPDATE;
EXECUTE lock('a');
SET dynamorm_fdw.transaction_mode = 'atomic';
EXECUTE lock('a');
SET dynamorm_fdw.transaction_mode = 'immediate';
EXECUTE lock('a');
RESET plan_cache_mode;
DEALLOCATE lock;
SET dynamorm_fdw.transaction_mode = 'atomic';

-- ---- strengths ----
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE;
SELECT * FROM lock_account WHERE id = 'a' FOR NO KEY UPDATE;
SELECT * FROM lock_account WHERE id = 'a' FOR SHARE;
SELECT * FROM lock_account WHERE id = 'a' FOR KEY SHARE;
-- nothing is waited for
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE NOWAIT;
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE SKIP LOCKED;
-- not there
SELECT * FROM lock_account WHERE id = 'z' FOR UPDATE;

-- ---- requests ----
CREATE FUNCTION lock_plan(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT l FROM explain_analyze(statement) l WHERE l !~ 'Capacity|Items Scanned|Items Returned' $$;
SELECT dyn_stat_reset();
-- the item itself is what was read
SELECT balance FROM lock_account WHERE id = 'a' FOR UPDATE;
SELECT asked();
SELECT id FROM lock_account WHERE id IN ('a', 'b', 'c') ORDER BY id FOR UPDATE;
SELECT asked();
-- of what came by a Query or Scan each row that is returned is read again
SELECT * FROM lock_plan('SELECT at FROM lock_job WHERE q = ''a'' ORDER BY at LIMIT 2 FOR UPDATE');
SELECT * FROM lock_plan('SELECT at FROM lock_job WHERE q = ''a'' AND at > 5 ORDER BY note, at DESC LIMIT 1 FOR UPDATE');
SELECT asked();
-- once a transaction
BEGIN;
SELECT balance FROM lock_account WHERE id = 'a' FOR UPDATE;
SELECT asked();
SELECT balance FROM lock_account WHERE id = 'a' FOR UPDATE;
SELECT id, balance FROM lock_account WHERE id IN ('a', 'b') ORDER BY id FOR UPDATE;
UPDATE lock_account SET balance = balance + 1 WHERE id = 'a' RETURNING *;
SELECT * FROM lock_account ORDER BY id FOR SHARE;
SELECT count(*) FROM lock_account;
COMMIT;
SELECT asked();
-- what was rolled back is not checked
BEGIN;
SELECT balance FROM lock_account WHERE id = 'a' FOR UPDATE;
ROLLBACK;
SELECT asked();
BEGIN;
SAVEPOINT s;
SELECT balance FROM lock_account WHERE id = 'a' FOR UPDATE;
ROLLBACK TO s;
COMMIT;
SELECT asked();

-- ---- no more than COMMIT can check, and no more than is returned ----
INSERT INTO lock_job SELECT 'many', i FROM generate_series(1, 100) i;
INSERT INTO lock_job VALUES ('many', 101), ('many', 102);
SELECT count(*) FROM (SELECT FROM lock_job WHERE q = 'many' FOR UPDATE) s;
SELECT count(*) FROM (SELECT FROM lock_job WHERE q = 'many' LIMIT 100 FOR UPDATE) s;
BEGIN;
SELECT at FROM lock_job WHERE q = 'many' ORDER BY at DESC LIMIT 1 FOR UPDATE;
SELECT count(*) FROM (SELECT FROM lock_job WHERE q = 'many' AND at > 1 ORDER BY at OFFSET 50 LIMIT 49 FOR UPDATE) s;
COMMIT;
-- what is rolled back counts no more
BEGIN;
SAVEPOINT s;
SELECT count(*) FROM (SELECT FROM lock_job WHERE q = 'many' LIMIT 100 FOR UPDATE) s;
ROLLBACK TO s;
SELECT at FROM lock_job WHERE q = 'a' ORDER BY at LIMIT 1 FOR UPDATE;
COMMIT;

-- ---- joins ----
CREATE TABLE lock_local (id text COLLATE "C", amount integer);
INSERT INTO lock_local VALUES ('a', 10), ('b', 20), ('a', 30), ('z', 1);
ANALYZE lock_local;
-- a batch join gives no row a name
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT * FROM explain('SELECT * FROM lock_local l JOIN lock_job j ON j.q = l.id AND j.at = l.amount FOR UPDATE OF l');
SELECT l.*, j.at FROM lock_local l JOIN lock_job j ON j.q = l.id AND j.at = l.amount FOR UPDATE OF l;
SET enable_nestloop = on;
SET enable_material = off;
SELECT * FROM explain('SELECT * FROM lock_local l JOIN lock_job j ON j.q = l.id AND j.at = l.amount FOR UPDATE OF j') line
  WHERE line !~ 'Join Filter';	-- whose sides majors exchange
SELECT dyn_stat_reset();
SELECT l.*, j.at FROM lock_local l JOIN lock_job j ON j.q = l.id AND j.at = l.amount FOR UPDATE OF j;
SELECT asked();
RESET enable_material;
SELECT l.*, j.at FROM lock_local l, LATERAL (SELECT at FROM lock_job WHERE q = l.id ORDER BY at LIMIT 2 FOR UPDATE) j
  ORDER BY amount, at;
SELECT * FROM lock_local l JOIN lock_account a USING (id) ORDER BY amount FOR UPDATE OF l;
SELECT * FROM lock_local l JOIN lock_account a USING (id) ORDER BY amount FOR UPDATE OF a;
SELECT * FROM lock_local l JOIN lock_account a USING (id) ORDER BY amount FOR UPDATE;
SELECT x.id, y.id FROM lock_account x JOIN lock_account y ON x.branch = y.branch AND x.id < y.id
  ORDER BY 1, 2 FOR UPDATE OF x FOR KEY SHARE OF y;
SELECT l.id, a.id FROM lock_local l LEFT JOIN lock_account a ON a.id = l.id ORDER BY amount FOR UPDATE OF a;
SELECT j.at, a.balance FROM lock_job j JOIN lock_account a ON a.id = j.q WHERE j.q = 'a' AND j.at < 4
  ORDER BY at FOR UPDATE OF j;

RESET enable_hashjoin;
RESET enable_mergejoin;
SELECT x.id, y.id FROM lock_account x JOIN lock_account y ON x.branch = y.branch AND x.id < y.id
  ORDER BY 1, 2 FOR UPDATE;

-- ---- sub-selects, WITH, views, functions ----
SELECT * FROM (SELECT id, balance FROM lock_account WHERE balance > 200 ORDER BY id LIMIT 2 FOR UPDATE) s ORDER BY id;
SELECT * FROM (SELECT id, balance FROM lock_account ORDER BY id LIMIT 3) s ORDER BY id DESC FOR UPDATE;
SELECT (SELECT balance FROM lock_account WHERE id = l.id FOR UPDATE) FROM lock_local l ORDER BY amount;
WITH w AS MATERIALIZED (SELECT id, balance FROM lock_account WHERE balance > 200 FOR SHARE)
  SELECT * FROM w ORDER BY id;
WITH w AS (SELECT id FROM lock_account WHERE id = 'a' FOR UPDATE)
  UPDATE lock_account SET branch = 'west' FROM w WHERE w.id = lock_account.id RETURNING lock_account.*;
UPDATE lock_job SET owner = 'me' WHERE q = 'a' AND at =
  (SELECT at FROM lock_job WHERE q = 'a' AND owner IS NULL ORDER BY at LIMIT 1 FOR UPDATE) RETURNING *;
WITH w AS (
  UPDATE lock_job SET owner = 'me' WHERE (q, at) IN
    (SELECT q, at FROM lock_job WHERE q = 'a' AND owner IS NULL ORDER BY at LIMIT 2 FOR UPDATE) RETURNING at, owner)
  SELECT * FROM w ORDER BY at;
DELETE FROM lock_job WHERE q = 'a' AND at = (SELECT max(at) FROM (SELECT at FROM lock_job WHERE q = 'a' FOR UPDATE) s) RETURNING at;
CREATE VIEW lock_view AS SELECT id, balance * 2 AS twice FROM lock_account WHERE branch = 'south';
SELECT * FROM lock_view ORDER BY id FOR UPDATE;
CREATE VIEW locking_view AS SELECT id FROM lock_account WHERE id < 'c' FOR UPDATE;
SELECT * FROM locking_view ORDER BY id;
CREATE FUNCTION pay(payer text, payee text, amount integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  has integer;
BEGIN
  SELECT balance INTO has FROM lock_account WHERE id = payer FOR UPDATE;
  IF has < amount THEN
    RETURN 'only ' || has;
  END IF;
  UPDATE lock_account SET balance = balance - amount WHERE id = payer;
  UPDATE lock_account SET balance = balance + amount WHERE id = payee;
  RETURN 'paid';
END $$;
SELECT dyn_stat_reset();
SELECT pay('b', 'c', 50);
SELECT asked();
SELECT pay('b', 'c', 500);
SELECT id, balance FROM lock_account ORDER BY id;
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT * FROM lock_account WHERE balance >= 300 ORDER BY id FOR UPDATE LOOP
    RAISE NOTICE '% has %', r.id, r.balance;
    UPDATE lock_account SET balance = r.balance - 1 WHERE id = r.id;
  END LOOP;
END $$;
SELECT id, balance FROM lock_account ORDER BY id;
-- the lock of a block goes with it
DO $$
BEGIN
  BEGIN
    PERFORM FROM lock_account FOR UPDATE;
    RAISE EXCEPTION 'no';
  EXCEPTION WHEN raise_exception THEN
    NULL;
  END;
END $$;
SELECT asked();

-- ---- cursors ----
CREATE TABLE lock_ordinary AS SELECT * FROM lock_account;
CREATE FUNCTION on_both(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  t text;
  r record;
BEGIN
  FOREACH t IN ARRAY ARRAY['lock_account', 'lock_ordinary'] LOOP
    FOR r IN EXECUTE format(statement, t, t) LOOP
      RETURN NEXT t || ' ' || r;
    END LOOP;
  END LOOP;
END $$;
BEGIN;
DECLARE c CURSOR FOR SELECT id, balance FROM lock_account ORDER BY id FOR UPDATE;
DECLARE o CURSOR FOR SELECT id, balance FROM lock_ordinary ORDER BY id FOR UPDATE;
FETCH 1 FROM c;
FETCH 1 FROM o;
-- a row that the transaction itself has changed since is left out, as in an
-- ordinary table
UPDATE lock_account SET balance = 0 WHERE id IN ('a', 'b');
UPDATE lock_ordinary SET balance = 0 WHERE id IN ('a', 'b');
DELETE FROM lock_account WHERE id = 'd';
DELETE FROM lock_ordinary WHERE id = 'd';
FETCH ALL FROM c;
FETCH ALL FROM o;
ROLLBACK;
BEGIN;
DECLARE c CURSOR FOR SELECT id, balance FROM lock_account WHERE balance > 0 ORDER BY id FOR UPDATE;
FETCH 2 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
FETCH 1 FROM c;
CLOSE c;
COMMIT;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM lock_account ORDER BY id FOR UPDATE;
ROLLBACK;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT id FROM lock_account ORDER BY id FOR UPDATE;
ROLLBACK;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM lock_account WHERE id = 'a' FOR UPDATE;
FETCH c;
UPDATE lock_account SET balance = 1 WHERE CURRENT OF c;
ROLLBACK;

-- ---- what the transaction has written ----
BEGIN;
INSERT INTO lock_account VALUES ('n', 7, 'new');
UPDATE lock_account SET balance = balance + 1 WHERE id = 'a';
DELETE FROM lock_account WHERE id = 'e';
SELECT id, balance FROM lock_account ORDER BY id FOR UPDATE;
SELECT id, balance FROM lock_account WHERE id IN ('a', 'e', 'n') ORDER BY id FOR KEY SHARE;
DELETE FROM lock_account WHERE id = 'n';
UPDATE lock_account SET balance = balance - 1 WHERE id = 'a';
SELECT id, balance FROM lock_account ORDER BY id FOR UPDATE;
COMMIT;
SELECT id, balance FROM lock_account ORDER BY id;
-- a function inside the statement changes the row before it is locked
CREATE FUNCTION touch(t text, key text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  EXECUTE format('UPDATE %I SET balance = balance + 1 WHERE id = %L', t, key);
  RETURN true;
END $$;
TRUNCATE lock_ordinary;
INSERT INTO lock_ordinary SELECT * FROM lock_account;
SELECT * FROM on_both('SELECT id, balance FROM %s WHERE id < ''c'' AND touch(''%s'', id) ORDER BY id FOR UPDATE');
SELECT * FROM on_both('SELECT id, balance FROM %s WHERE id < ''c'' ORDER BY id');
SELECT * FROM on_both('SELECT id, balance, touch(''%1$s'', id) FROM %1$s WHERE id < ''c'' ORDER BY id FOR UPDATE');
SELECT * FROM on_both('SELECT id, balance FROM %s WHERE id < ''c'' ORDER BY id');

-- ---- inheritance, partitions ----
CREATE TABLE lock_parent (id text COLLATE "C", balance integer, branch text);
INSERT INTO lock_parent VALUES ('p', 1, 'parent');
ALTER FOREIGN TABLE lock_account INHERIT lock_parent;
SELECT tableoid::regclass, id, balance FROM lock_parent ORDER BY id FOR UPDATE;
SELECT id FROM lock_parent WHERE id IN ('a', 'p') ORDER BY id FOR SHARE;
SELECT p.id, l.amount FROM lock_parent p JOIN lock_local l USING (id) ORDER BY amount FOR UPDATE OF p;
ALTER FOREIGN TABLE lock_account NO INHERIT lock_parent;
CREATE TABLE lock_parted (id text COLLATE "C", balance integer, branch text) PARTITION BY LIST (branch);
CREATE FOREIGN TABLE lock_east PARTITION OF lock_parted FOR VALUES IN ('east') SERVER dynamo;
ALTER FOREIGN TABLE lock_east ALTER COLUMN id OPTIONS (ADD key 'partition');
CREATE FOREIGN TABLE lock_west PARTITION OF lock_parted FOR VALUES IN ('west') SERVER dynamo;
ALTER FOREIGN TABLE lock_west ALTER COLUMN id OPTIONS (ADD key 'partition');
CREATE TABLE lock_here PARTITION OF lock_parted FOR VALUES IN ('here');
SELECT dyn_create_table(t::regclass) FROM unnest(ARRAY['lock_east', 'lock_west']) t;
INSERT INTO lock_parted SELECT chr(96 + i), i, (ARRAY['east', 'west', 'here'])[i % 3 + 1] FROM generate_series(1, 9) i;
SELECT dyn_stat_reset();
SELECT tableoid::regclass, * FROM lock_parted ORDER BY balance LIMIT 4 FOR UPDATE;
SELECT asked();
SELECT tableoid::regclass, * FROM lock_parted WHERE branch = 'west' ORDER BY balance LIMIT 4 FOR UPDATE;
SELECT p.id, a.id FROM lock_parted p JOIN lock_account a USING (id) ORDER BY p.id FOR UPDATE;
BEGIN;
UPDATE lock_parted SET balance = balance + 10 WHERE id = 'c';
SELECT tableoid::regclass, * FROM lock_parted WHERE id IN ('b', 'c') ORDER BY balance FOR NO KEY UPDATE;
COMMIT;

-- ---- indexes ----
CREATE FOREIGN TABLE lock_album (
  artist text OPTIONS (key 'partition') COLLATE "C", title text OPTIONS (key 'sort') COLLATE "C", year integer, rank integer, note text
) SERVER dynamo OPTIONS (consistent_read 'false');
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "lock_album", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"}, {"AttributeName": "title", "AttributeType": "S"},
    {"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "rank", "AttributeType": "N"}],
  "LocalSecondaryIndexes": [
    {"IndexName": "by_year", "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}],
  "GlobalSecondaryIndexes": [
    {"IndexName": "by_rank", "KeySchema": [{"AttributeName": "rank", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]
}$$) IS NOT NULL;
INSERT INTO lock_album SELECT 'x', 't' || i, 1970 + i, i % 3, 'n' || i FROM generate_series(1, 9) i;
SELECT * FROM explain('SELECT title FROM lock_album WHERE artist = ''x'' AND year > 1975 ORDER BY year LIMIT 2 FOR UPDATE');
SELECT title FROM lock_album WHERE artist = 'x' AND year > 1975 ORDER BY year LIMIT 2 FOR UPDATE;
SELECT * FROM explain('SELECT title FROM lock_album WHERE rank = 2 ORDER BY title FOR UPDATE');
SELECT title FROM lock_album WHERE rank = 2 ORDER BY title FOR UPDATE;
BEGIN;
UPDATE lock_album SET rank = 2 WHERE title = 't1';
SELECT title FROM lock_album WHERE rank = 2 ORDER BY title FOR UPDATE;
COMMIT;

-- ---- only what is known of an item ----
CREATE FOREIGN TABLE lock_document (
  id text OPTIONS (key 'partition'), n numeric, tags text[] OPTIONS (type 'SS'), doc jsonb OPTIONS (document 'true')
) SERVER dynamo;
SELECT dyn_create_table('lock_document');
INSERT INTO lock_document VALUES ('x', 1.10, '{b,a}', '{"m": {"k": [1, "2"]}}'), ('y', NULL, NULL, NULL);
BEGIN;
SELECT * FROM lock_document ORDER BY id FOR UPDATE;
SELECT doc -> 'm' FROM lock_document WHERE id = 'x' FOR UPDATE;
SELECT 1 FROM lock_document FOR UPDATE;
SELECT count(*) FROM lock_document;
SELECT * FROM lock_document ORDER BY id FOR SHARE;
COMMIT;

-- ---- privileges, isolation, mixture of modes ----
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE;
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM lock_account WHERE id = 'a' FOR UPDATE;
ROLLBACK;
DO $$
BEGIN
  SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
  UPDATE lock_account SET balance = balance WHERE id = 'a';
  SET LOCAL dynamorm_fdw.transaction_mode = 'atomic';
  BEGIN
    PERFORM FROM lock_account WHERE id = 'b' FOR UPDATE;
  EXCEPTION WHEN object_not_in_prerequisite_state THEN
    RAISE NOTICE '%', SQLERRM;
  END;
  -- there is nothing to lock
  PERFORM FROM lock_account WHERE id = 'z' FOR UPDATE;
END $$;
BEGIN;
SELECT id FROM lock_account WHERE id = 'b' FOR UPDATE;
SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
UPDATE lock_account SET balance = balance WHERE id = 'a';
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT id FROM lock_account WHERE id = 'b' FOR UPDATE;
ROLLBACK TO s;
SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
UPDATE lock_account SET balance = balance WHERE id = 'a';
COMMIT;
CREATE ROLE lock_reader;
GRANT SELECT ON lock_account TO lock_reader;
SET ROLE lock_reader;
SELECT id FROM lock_account FOR UPDATE;
RESET ROLE;
REVOKE ALL ON lock_account FROM lock_reader;
DROP ROLE lock_reader;

-- ---- end ----
RESET dynamorm_fdw.transaction_mode;
SELECT dyn_drop_table(t::regclass)
  FROM unnest(ARRAY['lock_job', 'lock_account', 'lock_east', 'lock_west', 'lock_document', 'lock_album']) t;
DROP TABLE lock_local, lock_ordinary, lock_parent, lock_parted;
DROP VIEW lock_view, locking_view;
DROP FOREIGN TABLE lock_job, lock_account, lock_document, lock_album;
DROP FUNCTION asked, lock_plan, pay, touch, on_both;
