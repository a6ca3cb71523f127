--
-- Items whose time to live is over are no rows (option hide_expired), and a
-- new row replaces them whole.  (The race: t/043_expired.)
-- Needs: transactions old_item
--
CREATE SCHEMA hide_expired;
SET search_path = hide_expired, public;
-- which options fit
CREATE FUNCTION refused(columns text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text;
BEGIN
  EXECUTE 'CREATE FOREIGN TABLE bad (' || columns || ') SERVER dynamo';
  SELECT count(*) INTO message FROM bad;
  RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ' ' || message || ': ' || detail;
END $$;
SELECT refused($$id text OPTIONS (key 'partition'), t bigint OPTIONS (hide_expired 'true')$$);
SELECT refused($$id text OPTIONS (key 'partition'), t bigint OPTIONS (ttl 'false', hide_expired 'true')$$);
SELECT refused($$id text OPTIONS (key 'partition'), t timestamptz OPTIONS (ttl 'true', hide_expired 'true')$$);
SELECT refused($$id text OPTIONS (key 'partition'), t bigint OPTIONS (key 'sort', ttl 'true', hide_expired 'true')$$);
SELECT refused($$id text OPTIONS (key 'partition'), t bigint OPTIONS (ttl 'true', hide_expired 'true'), u bigint OPTIONS (ttl 'true', hide_expired 'true')$$);
SELECT refused($$id text OPTIONS (key 'partition'), t bigint OPTIONS (ttl 'true', hide_expired 'perhaps')$$);
-- the table as it is, by a foreign table that hides nothing; DynamoDB is not
-- told of the time to live, so that nothing is deleted meanwhile
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "hide_expired", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}, {"AttributeName": "device", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}, {"AttributeName": "device", "AttributeType": "S"},
    {"AttributeName": "place", "AttributeType": "S"}, {"AttributeName": "exp", "AttributeType": "N"}],
  "LocalSecondaryIndexes": [
    {"IndexName": "by_place", "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}, {"AttributeName": "place", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}],
  "GlobalSecondaryIndexes": [
    {"IndexName": "by_expiry", "KeySchema": [{"AttributeName": "place", "KeyType": "HASH"}, {"AttributeName": "exp", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}},
    {"IndexName": "places", "KeySchema": [{"AttributeName": "place", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]
}$$) IS NOT NULL AS made;
CREATE FOREIGN TABLE stored (
    "user" text OPTIONS (key 'partition') COLLATE "C", device text OPTIONS (key 'sort') COLLATE "C",
    doc jsonb OPTIONS (document 'true')
) SERVER dynamo OPTIONS (table_name 'hide_expired');
CREATE FOREIGN TABLE session (
    "user" text OPTIONS (key 'partition') COLLATE "C" NOT NULL, device text OPTIONS (key 'sort') COLLATE "C" NOT NULL,
    n integer, place text COLLATE "C",
    expires timestamptz(0) OPTIONS (attribute_name 'exp', type 'N', ttl 'true', hide_expired 'true')
) SERVER dynamo OPTIONS (table_name 'hide_expired', consistent_read 'false');
-- items of one user: what is a row, and what is not
CREATE FUNCTION put(who text, what text, exp jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT $2 FROM dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'hide_expired', 'Item',
    jsonb_build_object('user', jsonb_build_object('S', $1), 'device', jsonb_build_object('S', $2),
      'n', '{"N": "7"}'::jsonb, 'old', '{"BOOL": true}'::jsonb, 'place', '{"S": "home"}'::jsonb) || exp)) $$;
CREATE FUNCTION epoch(moment timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT extract(epoch FROM date_trunc('second', moment))::bigint::text $$;
CREATE FUNCTION exp(text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('exp', jsonb_build_object('N', $1)) $$;
CREATE PROCEDURE fresh() LANGUAGE sql AS $$
  SELECT dyn_request('dynamo', 'DeleteItem', jsonb_build_object('TableName', 'hide_expired', 'Key',
    jsonb_build_object('user', jsonb_build_object('S', "user"), 'device', jsonb_build_object('S', device)))) FROM hide_expired.stored;
  SELECT hide_expired.put('ann', 'gone', hide_expired.exp(hide_expired.epoch(now() - interval '1 day')));
  SELECT hide_expired.put('ann', 'here', hide_expired.exp(hide_expired.epoch(now() + interval '1 day')));
$$;
CALL fresh();
SELECT put('ann', what, exp) FROM (VALUES
  ('ancient', exp(epoch(now() - interval '6 years'))), ('not yet ancient', exp(epoch(now() - interval '4 years'))),
  ('just', exp(epoch(now()))), ('fraction', exp(epoch(now() - interval '1 day') || '.0000001')),
  ('zero', exp('0')), ('negative', exp('-5')), ('far', exp('999999999999')), ('farther', exp('1000000000000')), ('tiny', exp('0.001')), ('never', '{}')) t (what, exp);
-- of what is no number, by a table without an index
CREATE FOREIGN TABLE lease (id text OPTIONS (key 'partition') COLLATE "C", holder text, n integer,
    expires bigint OPTIONS (ttl 'true', hide_expired 'true')) SERVER dynamo;
CREATE FOREIGN TABLE stored_lease (id text OPTIONS (key 'partition') COLLATE "C", doc jsonb OPTIONS (document 'true')) SERVER dynamo OPTIONS (table_name 'lease');
SELECT dyn_create_table('stored_lease');
INSERT INTO stored_lease SELECT 'text', jsonb_build_object('expires', epoch(now() - interval '1 day'));
INSERT INTO stored_lease VALUES ('null', '{"expires": null}'), ('list', '{"expires": [1700000000]}'), ('none', '{}');
INSERT INTO stored_lease SELECT 'gone', jsonb_build_object('expires', epoch(now() - interval '1 day')::bigint, 'holder', 'x', 'extra', 1);
SELECT id FROM lease ORDER BY id;
SELECT count(*) FROM lease;
SELECT id FROM lease WHERE id = 'text';
DELETE FROM stored_lease WHERE id IN ('text', 'list');

-- ---- reads ----
SELECT explain($$SELECT device FROM session WHERE "user" = 'ann'$$);
SELECT explain($$SELECT device FROM session$$);
SELECT explain($$SELECT device FROM session WHERE "user" = 'ann' AND device = 'gone'$$);
SELECT explain($$SELECT count(*) FROM session$$);
SELECT device, expires > now() AS ahead FROM session WHERE "user" = 'ann' AND device IN ('ancient', 'gone', 'here', 'zero') ORDER BY device;
SELECT device FROM session ORDER BY device;
SELECT count(*) FROM session;
SELECT device FROM session WHERE "user" = 'ann' AND device = 'gone';
SELECT device FROM session WHERE "user" = 'ann' AND device = 'here';
SELECT device FROM session WHERE "user" = 'ann' AND device IN ('gone', 'here', 'just', 'never') ORDER BY 1;
SELECT device FROM (VALUES ('ann', 'gone'), ('ann', 'here')) v (u, d) JOIN session ON "user" = u AND device = d;
SELECT device FROM session WHERE "user" = 'ann' ORDER BY device LIMIT 2;
SELECT EXISTS (SELECT FROM session WHERE "user" = 'ann' AND device > 'fr' AND device < 'g');
-- an index that has the time as its key may not be filtered by it; one that
-- lacks it is of no use, or is looked up in the table
SELECT explain($$SELECT device FROM session WHERE place = 'home' AND expires > '1970-01-02'$$);
SELECT device FROM session WHERE place = 'home' AND expires > '1970-01-02' ORDER BY device;
SELECT count(*) FROM session WHERE place = 'home' AND expires > '1970-01-02';
SELECT explain($$SELECT device FROM session WHERE place = 'home'$$);
SELECT explain($$SELECT device FROM session WHERE "user" = 'ann' AND place = 'home'$$);
SELECT device FROM session WHERE "user" = 'ann' AND place = 'home' ORDER BY device;
DELETE FROM session WHERE "user" = 'ann' AND device = 'tiny';
ANALYZE session;
SELECT reltuples FROM pg_class WHERE oid = 'session'::regclass;
-- as without the option
SET dynamorm_fdw.show_expired = on;
SELECT explain($$SELECT device FROM session WHERE "user" = 'ann'$$);
SELECT device FROM session WHERE "user" = 'ann' ORDER BY device;
SELECT count(*) FROM session;
UPDATE session SET n = n + 1 WHERE "user" = 'ann' AND device = 'gone' RETURNING n;
SELECT explain($$INSERT INTO session VALUES ('ann', 'gone')$$);
INSERT INTO session VALUES ('ann', 'gone');
RESET dynamorm_fdw.show_expired;

-- ---- a plan that is kept: the setting and the time are those of execution ----
SET plan_cache_mode = force_generic_plan;
CALL fresh();
PREPARE rows AS SELECT device FROM session WHERE "user" = $1 ORDER BY device;
PREPARE hit AS UPDATE session SET n = dyn_increment(n) WHERE "user" = $1 AND device = $2 RETURNING n;
EXECUTE rows('ann');
EXECUTE hit('ann', 'gone');
SET dynamorm_fdw.show_expired = on;
EXECUTE rows('ann');
EXECUTE hit('ann', 'gone');
RESET dynamorm_fdw.show_expired;
EXECUTE rows('ann');
EXECUTE hit('ann', 'gone');
-- one that expires after its transaction has begun, in which it does not vanish
BEGIN;
SELECT put('ann', 'soon', exp(extract(epoch FROM now() + interval '1 us')::text));
SELECT now() + interval '1 us' < clock_timestamp() AS past;
EXECUTE rows('ann');
SELECT count(*) FROM session WHERE device = 'soon';
EXECUTE hit('ann', 'soon');
COMMIT;
EXECUTE rows('ann');
EXECUTE hit('ann', 'soon');
RESET plan_cache_mode;

-- ---- writes: one request each, but for an upsert of what has expired ----
CREATE VIEW asked AS SELECT string_agg(operation || ' ' || requests, ', ' ORDER BY operation) AS requests
  FROM dyn_stat_requests WHERE operation NOT IN ('DescribeTable', 'ListTables') AND table_name = 'hide_expired';
CALL fresh();
SELECT explain($$UPDATE session SET n = n + 1 WHERE "user" = 'ann' AND device = 'here'$$);
SELECT explain($$DELETE FROM session WHERE "user" = 'ann' AND device = 'here'$$);
SELECT explain($$INSERT INTO session VALUES ('ann', 'gone', 1)$$);
SELECT explain($$UPDATE session SET n = dyn_increment(n) WHERE "user" = 'ann' AND device = 'here' AND dyn_upsert()$$);
SELECT explain($$UPDATE session SET n = dyn_increment(n) WHERE "user" = 'ann' AND device = 'here' AND dyn_upsert() AND (n IS NULL OR n < 10)$$);
SELECT explain($$INSERT INTO session VALUES ('ann', 'gone', 1) ON CONFLICT ("user", device) DO UPDATE SET n = session.n + excluded.n$$);
SELECT dyn_stat_reset();
\set QUIET off
UPDATE session SET n = 1 WHERE "user" = 'ann' AND device = 'gone';
UPDATE session SET n = n * 2 + length("user") WHERE "user" = 'ann' AND device = 'gone';
DELETE FROM session WHERE "user" = 'ann' AND device = 'gone';
UPDATE session SET device = 'moved' WHERE "user" = 'ann' AND device = 'gone';
\set QUIET on
SELECT * FROM asked;
SELECT dyn_stat_reset();
INSERT INTO session VALUES ('ann', 'here', 1);
INSERT INTO session VALUES ('ann', 'gone', 1) RETURNING *;
SELECT * FROM asked;
SELECT device, doc - 'exp' AS doc FROM stored ORDER BY device;
-- ON CONFLICT
CALL fresh();
SELECT dyn_stat_reset();
INSERT INTO session VALUES ('ann', 'here', 1), ('ann', 'gone', 1) ON CONFLICT DO NOTHING RETURNING device, n;
SELECT * FROM asked;
CALL fresh();
SELECT dyn_stat_reset();
INSERT INTO session VALUES ('ann', 'here', 1) ON CONFLICT ("user", device) DO UPDATE SET n = session.n + excluded.n RETURNING n;
SELECT * FROM asked;
INSERT INTO session VALUES ('ann', 'gone', 1) ON CONFLICT ("user", device) DO UPDATE SET n = session.n + excluded.n RETURNING n;
SELECT * FROM asked;
SELECT device, doc - 'exp' AS doc FROM stored ORDER BY device;
-- dyn_upsert(), pushed and computed, and the functions
CALL fresh();
SELECT dyn_stat_reset();
UPDATE session SET n = dyn_increment(n) WHERE "user" = 'ann' AND device = 'here' AND dyn_upsert() RETURNING n, place;
SELECT * FROM asked;
UPDATE session SET n = dyn_increment(n) WHERE "user" = 'ann' AND device = 'gone' AND dyn_upsert() RETURNING n, place;
SELECT * FROM asked;
UPDATE session SET n = dyn_increment(n) WHERE "user" = 'ann' AND device = 'new' AND dyn_upsert() RETURNING n, place;
SELECT * FROM asked;
SELECT device, doc - 'exp' AS doc FROM stored ORDER BY device;
CALL fresh();
UPDATE session SET n = coalesce(n, 0) * 2 + length(device) WHERE "user" = 'ann' AND device = 'gone' AND dyn_upsert() RETURNING n, place;
UPDATE session SET n = coalesce(n, 0) * 2 + length(device) WHERE "user" = 'ann' AND device = 'gone' AND dyn_upsert() RETURNING n, place;
SELECT device, doc - 'exp' AS doc FROM stored ORDER BY device;
CALL fresh();
SELECT dyn_increment('session', '{"user": "ann", "device": "gone"}', 'n', 5);
SELECT dyn_increment('session', '{"user": "ann", "device": "here"}', 'n', 5);
-- where a new one does not qualify, nothing is written
CALL fresh();
UPDATE session SET n = 1 WHERE "user" = 'ann' AND device = 'gone' AND dyn_upsert() AND n > 5 RETURNING n;
SELECT device, doc - 'exp' AS doc FROM stored ORDER BY device;
-- a change of the key
UPDATE session SET device = 'gone' WHERE "user" = 'ann' AND device = 'here' RETURNING device;
SELECT device, doc - 'exp' AS doc FROM stored ORDER BY device;
-- row by row, COPY, and a time that is past
CALL fresh();
UPDATE session s SET n = v.n FROM (VALUES ('gone', 1), ('here', 2)) v (d, n) WHERE "user" = 'ann' AND device = v.d RETURNING device, s.n;
COPY session ("user", device, n) FROM stdin;
ann	gone	1
ann	also	2
\.
UPDATE session SET expires = now() - interval '1 hour' WHERE "user" = 'ann' AND device = 'here' RETURNING device, expires < now() AS past;
SELECT device, n FROM session ORDER BY device;
-- a cursor has the rows of its transaction
SET client_min_messages = warning;
BEGIN;
DECLARE c CURSOR FOR SELECT device FROM session ORDER BY device;
UPDATE session SET expires = now() - interval '1 hour' WHERE "user" = 'ann' AND device = 'gone';
FETCH ALL FROM c;
SELECT device FROM session ORDER BY device;
COMMIT;
RESET client_min_messages;
-- the setting is that of when a statement begins: what changes it meanwhile
-- makes no row come or go
CALL fresh();
SELECT put('ann', 'older', exp(epoch(now() - interval '2 days')));
BEGIN;
SET LOCAL dynamorm_fdw.show_expired = on;
DECLARE shows CURSOR FOR SELECT device FROM session WHERE "user" = 'ann' ORDER BY device;
DECLARE shows_one CURSOR FOR SELECT device FROM session WHERE "user" = 'ann' AND device = 'gone';
SET LOCAL dynamorm_fdw.show_expired = off;
DECLARE hides CURSOR FOR SELECT device FROM session WHERE place = 'home' AND expires > '1970-01-02';
DECLARE hides_one CURSOR FOR SELECT device FROM session WHERE "user" = 'ann' AND device = 'gone';
FETCH 1 FROM shows;
FETCH ALL FROM shows;
FETCH ALL FROM shows_one;
SET LOCAL dynamorm_fdw.show_expired = on;
FETCH ALL FROM hides;
FETCH ALL FROM hides_one;
COMMIT;
BEGIN;
SET LOCAL dynamorm_fdw.show_expired = on;
DECLARE shows CURSOR FOR SELECT device FROM session WHERE place = 'home' AND expires > '1970-01-02';
FETCH 1 FROM shows;
SET LOCAL dynamorm_fdw.show_expired = off;
FETCH ALL FROM shows;
COMMIT;
SELECT device FROM session WHERE place = 'home' AND expires > '1970-01-02' AND set_config('dynamorm_fdw.show_expired', 'on', false) = 'on';
SELECT device FROM session WHERE place = 'home' AND expires > '1970-01-02' AND set_config('dynamorm_fdw.show_expired', 'off', false) = 'off';
-- nor lets one that is replaced leave anything behind
UPDATE session SET n = length(set_config('dynamorm_fdw.show_expired', 'on', false)) WHERE "user" = 'ann' AND device = 'gone' AND dyn_upsert() RETURNING n, place;
RESET dynamorm_fdw.show_expired;
SELECT doc - 'exp' AS doc FROM stored WHERE device = 'gone';
-- TRUNCATE leaves to DynamoDB what has expired
TRUNCATE session;
SELECT device FROM stored ORDER BY device;
SET dynamorm_fdw.show_expired = on;
TRUNCATE session;
RESET dynamorm_fdw.show_expired;
SELECT device FROM stored ORDER BY device;

-- a statement does not take the place of what it has let expire itself
SET client_min_messages = error;
INSERT INTO lease VALUES ('twice', 'a', 1, 1767225600), ('twice', 'b', 2, NULL) RETURNING id;
RESET client_min_messages;
DELETE FROM stored_lease WHERE id = 'twice';
INSERT INTO lease VALUES ('twice', 'a', 1, 1767225600), ('twice', 'b', 2, NULL) ON CONFLICT DO NOTHING RETURNING id, n;
INSERT INTO lease VALUES ('twice', 'b', 2, NULL) RETURNING id, n;
DELETE FROM lease WHERE id = 'twice';
-- nor of what a function inside it has
CREATE FUNCTION let_expire() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO lease VALUES ('twice', 'a', 1, 1767225600); RETURN 2; END $$;
SET client_min_messages = error;
INSERT INTO lease VALUES ('twice', 'b', let_expire());
DELETE FROM stored_lease WHERE id = 'twice';
INSERT INTO lease VALUES ('twice', 'b', let_expire()) ON CONFLICT (id) DO UPDATE SET n = 3;
DELETE FROM stored_lease WHERE id = 'twice';
INSERT INTO lease VALUES ('twice', 'b', let_expire()) ON CONFLICT DO NOTHING RETURNING n;
RESET client_min_messages;
DELETE FROM stored_lease WHERE id = 'twice';
-- whatever becomes of a key that it writes twice, which has replaced one that
-- had expired: as on an ordinary table, in both modes, together and one by one
CREATE TABLE plain (id text PRIMARY KEY, holder text, n integer, expires bigint);
CREATE FUNCTION twice(target text, clause text, returning_rows boolean, expires bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  statement text := format('INSERT INTO %s AS t VALUES (''once'', ''a'', 1, NULL), (''twice'', ''a'', 1, $1), (''twice'', ''b'', 2, NULL) %s', target, clause);
  result text;
BEGIN
  IF returning_rows THEN
    EXECUTE 'WITH t AS (' || statement || ' RETURNING *) SELECT string_agg(t::text, '' '' ORDER BY id) FROM t' INTO result USING expires;
  ELSE
    EXECUTE statement USING expires;
    GET DIAGNOSTICS result = ROW_COUNT;
  END IF;
  RAISE EXCEPTION '' USING errcode = '00F00', detail = result;
EXCEPTION WHEN OTHERS THEN
  IF SQLSTATE = '00F00' THEN
    GET STACKED DIAGNOSTICS result = PG_EXCEPTION_DETAIL;
    RETURN result;
  END IF;
  RETURN SQLSTATE;
END $$;
CREATE PROCEDURE fresh_lease() LANGUAGE sql AS $$
  SELECT dyn_request('dynamo', 'DeleteItem', '{"TableName": "lease", "Key": {"id": {"S": "once"}}}');
  SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "lease", "Item": {"id": {"S": "twice"}, "n": {"N": "7"}, "expires": {"N": "1767225600"}}}');
$$;
CREATE FUNCTION twice(clause text) RETURNS TABLE (expires bigint, plain text, lease text) LANGUAGE plpgsql AS $$
DECLARE returning_rows boolean;
BEGIN
  FOREACH expires IN ARRAY '{1767225600, 4102444800}'::bigint[] LOOP
    FOREACH returning_rows IN ARRAY '{f, t}'::boolean[] LOOP
      IF current_setting('dynamorm_fdw.transaction_mode') = 'immediate' THEN
        CALL hide_expired.fresh_lease();
      END IF;
      plain := twice('plain', clause, returning_rows, expires);
      lease := twice('lease', clause, returning_rows, expires);
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;
CREATE TABLE clauses (clause text);
INSERT INTO clauses VALUES (''), ('ON CONFLICT DO NOTHING'), ('ON CONFLICT (id) DO NOTHING'), ('ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n'),
  ('ON CONFLICT (id) DO UPDATE SET n = length(t.holder || excluded.holder) WHERE t.n > 0');
SET client_min_messages = error;
SELECT clause, t.* FROM clauses, twice(clause) t;
CALL fresh_lease();
SET dynamorm_fdw.transaction_mode = atomic;
SELECT count(*) AS cases, bool_and(plain = lease) AS same FROM clauses, twice(clause);
RESET dynamorm_fdw.transaction_mode;
RESET client_min_messages;
DELETE FROM stored_lease WHERE id IN ('once', 'twice');
DROP TABLE plain, clauses;

-- ---- beside items of another kind, which stay theirs when they expire ----
CREATE FOREIGN TABLE token (id text OPTIONS (key 'partition') COLLATE "C", n integer,
    expires bigint OPTIONS (ttl 'true', hide_expired 'true'), kind text OPTIONS (template 'Token')) SERVER dynamo OPTIONS (table_name 'lease');
INSERT INTO stored_lease SELECT 'token', jsonb_build_object('expires', epoch(now() - interval '1 day')::bigint, 'kind', 'Token', 'extra', 1);
SELECT explain($$SELECT id FROM token$$);
SELECT explain($$INSERT INTO token VALUES ('token', 1)$$);
SELECT explain($$UPDATE token SET n = dyn_increment(n) WHERE id = 'token' AND dyn_upsert()$$);
SELECT count(*) FROM token;
UPDATE token SET n = dyn_increment(n) WHERE id = 'token' AND dyn_upsert() RETURNING *;
\set VERBOSITY terse
INSERT INTO token VALUES ('token', 1);
INSERT INTO token VALUES ('gone', 1) ON CONFLICT (id) DO UPDATE SET n = 2;
UPDATE token SET n = dyn_increment(n) WHERE id = 'gone' AND dyn_upsert() RETURNING *;
\set VERBOSITY default
SELECT id, doc - 'expires' AS doc FROM stored_lease ORDER BY id;
DELETE FROM token;

-- ---- transaction mode "atomic" ----
SET dynamorm_fdw.transaction_mode = 'atomic';
CREATE PROCEDURE begin_anew() LANGUAGE plpgsql AS $$ BEGIN
  PERFORM dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'lease', 'Item', jsonb_build_object('id', '{"S": "gone"}'::jsonb,
    'holder', '{"S": "x"}'::jsonb, 'n', '{"N": "7"}'::jsonb, 'extra', '{"N": "1"}'::jsonb) || jsonb_build_object('expires', jsonb_build_object('N', hide_expired.epoch(now() - interval '1 day')))));
  PERFORM dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'lease', 'Item', jsonb_build_object('id', '{"S": "here"}'::jsonb,
    'holder', '{"S": "y"}'::jsonb, 'n', '{"N": "7"}'::jsonb, 'extra', '{"N": "1"}'::jsonb) || jsonb_build_object('expires', jsonb_build_object('N', hide_expired.epoch(now() + interval '1 day')))));
END $$;
CREATE VIEW kept AS SELECT id, doc - 'expires' AS doc, (doc ->> 'expires')::numeric > 4000000000 AS far FROM stored_lease WHERE id IN ('gone', 'here', 'moved') ORDER BY id;
CALL begin_anew();
-- an insert, an upsert, ON CONFLICT, and a moved row in its place
BEGIN;
INSERT INTO lease VALUES ('gone', 'a', 1, 4102444800);
SELECT * FROM lease WHERE id = 'gone';
COMMIT;
SELECT * FROM kept;
CALL begin_anew();
BEGIN;
UPDATE lease SET n = dyn_increment(n) WHERE id = 'gone' AND dyn_upsert();
UPDATE lease SET n = dyn_increment(n) WHERE id = 'here' AND dyn_upsert();
COMMIT;
SELECT * FROM kept;
CALL begin_anew();
BEGIN;
INSERT INTO lease VALUES ('gone', 'a', 1), ('here', 'b', 1) ON CONFLICT (id) DO UPDATE SET n = lease.n + excluded.n RETURNING id, holder, n;
COMMIT;
SELECT * FROM kept;
CALL begin_anew();
BEGIN;
UPDATE lease SET id = 'gone' WHERE id = 'here';
SELECT id FROM lease WHERE id IN ('gone', 'here');
COMMIT;
SELECT * FROM kept;
-- one that the transaction lets expire is gone for it, and a new row is whole
CALL begin_anew();
BEGIN;
UPDATE lease SET expires = 1767225600 WHERE id = 'here' RETURNING id, expires;
SELECT id FROM lease WHERE id = 'here';
UPDATE lease SET n = 1 WHERE id = 'here' RETURNING id;
SAVEPOINT s;
INSERT INTO lease (id, n) VALUES ('here', 1);
SELECT * FROM lease WHERE id = 'here';
ROLLBACK TO s;
SELECT id FROM lease WHERE id = 'here' FOR UPDATE;
UPDATE lease SET n = dyn_increment(n), expires = 4102444800 WHERE id = 'here' AND dyn_upsert() RETURNING *;
COMMIT;
SELECT * FROM kept;
-- what was absent since it had expired may not be shown by another table
CALL begin_anew();
BEGIN;
INSERT INTO lease VALUES ('gone', 'a', 1, 4102444800);
SELECT id FROM stored_lease WHERE id = 'gone';
ROLLBACK;
BEGIN;
INSERT INTO lease VALUES ('gone', 'a', 1, 4102444800);
SET LOCAL dynamorm_fdw.show_expired = on;
SELECT id FROM lease;
ROLLBACK;
-- but one that would not have shown it has nothing to tell of it
CREATE FOREIGN TABLE account (id text OPTIONS (key 'partition') COLLATE "C", n integer, kind text OPTIONS (template 'Account')) SERVER dynamo OPTIONS (table_name 'lease');
CREATE FOREIGN TABLE shown_token (id text OPTIONS (key 'partition') COLLATE "C", n integer, kind text OPTIONS (template 'Token')) SERVER dynamo OPTIONS (table_name 'lease');
INSERT INTO account VALUES ('account', 1);
INSERT INTO stored_lease SELECT 'token', jsonb_build_object('expires', epoch(now() - interval '1 day')::bigint, 'kind', 'Token', 'extra', 1);
BEGIN;
INSERT INTO token VALUES ('token', 1);
SELECT id, n FROM account;
SELECT id, n FROM account WHERE id = 'token';
SELECT id, n FROM account WHERE id IN ('token', 'account');
UPDATE account SET n = n + 1 WHERE id IN ('token', 'account') RETURNING id, n;
SAVEPOINT s;
\set VERBOSITY terse
INSERT INTO account VALUES ('token', 1);
ROLLBACK TO s;
SELECT id, n FROM shown_token;
ROLLBACK TO s;
SELECT id, n FROM shown_token WHERE id = 'token';
ROLLBACK TO s;
\set VERBOSITY default
-- gone again, by way of what has replaced it
DELETE FROM token WHERE id = 'token';
INSERT INTO account VALUES ('token', 3);
SELECT id, n FROM account ORDER BY id;
COMMIT;
SELECT id, doc - 'expires' AS doc FROM stored_lease WHERE id IN ('token', 'account') ORDER BY id;
DELETE FROM account;
-- the other way about it may: then it must be what it was
BEGIN;
UPDATE stored_lease SET doc = jsonb_set(doc, '{n}', '8') WHERE id = 'gone';
SELECT id FROM lease WHERE id = 'gone';
INSERT INTO lease VALUES ('gone', 'a', 1, 4102444800);
COMMIT;
SELECT * FROM kept WHERE id = 'gone';
RESET dynamorm_fdw.transaction_mode;
SELECT dyn_drop_table('session');
SELECT dyn_drop_table('stored_lease');
SET client_min_messages = warning;
DROP SCHEMA hide_expired CASCADE;
