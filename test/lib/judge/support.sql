--
-- What the judge runs its statements with.
--
SET client_min_messages = error;
DROP SCHEMA IF EXISTS judge, remote, twin CASCADE;
DROP TABLE IF EXISTS public.l;
DROP TYPE IF EXISTS nest, pair, mood, positive, word, lapse CASCADE;
CREATE SCHEMA judge;
CREATE SCHEMA remote;
CREATE SCHEMA twin;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE nest AS (p pair, l text[]);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN word AS text CHECK (VALUE !~ ' ');
CREATE DOMAIN lapse AS interval;

-- what some types need, and not every server has
CREATE TABLE judge.optional (name text);
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
  INSERT INTO judge.optional VALUES ('citext');
EXCEPTION WHEN OTHERS THEN NULL; END $$;
DO $$ BEGIN
  CREATE COLLATION IF NOT EXISTS public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  INSERT INTO judge.optional VALUES ('any_case');
EXCEPTION WHEN OTHERS THEN NULL; END $$;

-- The time of the transaction, or of the one that is done again.
CREATE FUNCTION judge.now() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$SELECT coalesce(nullif(current_setting('judge.now', true), '')::timestamptz, now())$$;

-- sets: sorted, each element once, never empty
CREATE FUNCTION judge.normal_set(a anyarray) RETURNS anyarray LANGUAGE sql IMMUTABLE AS
  $$SELECT array_agg(e ORDER BY e) FROM (SELECT DISTINCT unnest(a) AS e) d$$;

-- a row whose key may be of a type that cannot be written
CREATE PROCEDURE judge.fill(statement text, raw_statement text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
EXCEPTION WHEN SQLSTATE 'HV004' THEN
  EXECUTE raw_statement;
END $$;

-- the DynamoDB table that an earlier round has left
CREATE PROCEDURE judge.drop_table() LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM judge.spoilt;
  BEGIN
    PERFORM dyn_request('dynamo', 'DeleteTable', '{"TableName": "judge"}');
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
END $$;

-- gives items without the attribute one of type NULL, some of them
CREATE FUNCTION judge.make_null_typed(attribute text, every integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  item jsonb;
  keys text[] := judge.key_attributes();
BEGIN
  FOR item IN SELECT i FROM jsonb_array_elements(dyn_request('dynamo', 'Scan', '{"TableName": "judge"}') -> 'Items')
      WITH ORDINALITY AS e (i, n) WHERE NOT i ? attribute AND n % every = 0 LOOP
    PERFORM dyn_request('dynamo', 'UpdateItem', jsonb_build_object('TableName', 'judge',
      'Key', (SELECT jsonb_object_agg(k, item -> k) FROM unnest(keys) k),
      'UpdateExpression', 'SET #a = :n',
      'ExpressionAttributeNames', jsonb_build_object('#a', attribute),
      'ExpressionAttributeValues', '{":n": {"NULL": true}}'::jsonb));
  END LOOP;
END $$;
CREATE FUNCTION judge.key_attributes() RETURNS text[] LANGUAGE sql AS $$
  SELECT array_agg(k ->> 'AttributeName') FROM jsonb_array_elements(
    dyn_request('dynamo', 'DescribeTable', '{"TableName": "judge"}') #> '{Table,KeySchema}') k $$;

-- An item whose attributes no column can read: where it is, and what it is.
CREATE TABLE judge.spoilt (condition text, item jsonb);
CREATE PROCEDURE judge.spoil(condition text, attributes text[]) LANGUAGE plpgsql AS $$
DECLARE
  item jsonb;
BEGIN
  DELETE FROM judge.spoilt;
  FOR item IN SELECT i FROM jsonb_array_elements(dyn_request('dynamo', 'Scan', '{"TableName": "judge"}') -> 'Items') i LOOP
    IF (SELECT count(*) FROM jsonb_object_keys(item)) = cardinality(judge.key_attributes()) THEN
      -- a map with a list in it: of no type that a column of the judge reads whole
      item := item || (SELECT jsonb_object_agg(a, '{"M": {"a": {"L": [{"BOOL": true}]}, "p": {"N": "1"}}}'::jsonb) FROM unnest(attributes) a);
      PERFORM dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'judge', 'Item', item));
      INSERT INTO judge.spoilt VALUES (condition, item);
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION judge.is_unspoilt() RETURNS boolean LANGUAGE sql AS $$
  SELECT count(*) > 0 FROM judge.spoilt s, jsonb_array_elements(dyn_request('dynamo', 'Scan', '{"TableName": "judge", "ConsistentRead": true}') -> 'Items') i
  WHERE i = s.item $$;

-- users' own code: see Code.pm
CREATE SEQUENCE judge.calls;
CREATE FUNCTION judge.counted(value bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM nextval('judge.calls');
  RETURN value;
END $$;
CREATE FUNCTION judge.rows_there() RETURNS bigint STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM t); END $$;
CREATE FUNCTION judge.failing(value integer) RETURNS integer STABLE LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'failing %', value USING ERRCODE = 'MY001';
END $$;
CREATE FUNCTION judge.does(statement text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 0;
END $$;
CREATE FUNCTION judge.cursor_over(query text, first integer, statement text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c refcursor;
  one record;
  seen jsonb[];
BEGIN
  OPEN c FOR EXECUTE query;
  FOR i IN 1 .. first LOOP
    FETCH c INTO one;
    EXIT WHEN NOT FOUND;
    seen := seen || to_jsonb(one);
  END LOOP;
  EXECUTE statement;
  LOOP
    FETCH c INTO one;
    EXIT WHEN NOT FOUND;
    seen := seen || to_jsonb(one);
  END LOOP;
  CLOSE c;
  RETURN (SELECT jsonb_agg(e ORDER BY judge.one_spelling(e)) FROM unnest(seen) e);
END $$;
CREATE FUNCTION judge.loop_over(query text, statement text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  one record;
  seen jsonb[];
BEGIN
  FOR one IN EXECUTE query LOOP
    EXIT WHEN cardinality(seen) > 100;
    seen := seen || to_jsonb(one);
    EXECUTE statement;
  END LOOP;
  RETURN (SELECT jsonb_agg(e ORDER BY judge.one_spelling(e)) FROM unnest(seen) e);
END $$;

-- Runs a statement on one side: {"rows": [...], "count": n, "calls": m} or {"error": SQLSTATE, ...}.
CREATE FUNCTION judge.run(side text, statement text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  rows jsonb[] := '{}';
  one record;
  touched bigint;
  message text;
  part text;
  parts text[] := string_to_array(statement, E';;\n');
BEGIN
  PERFORM set_config('search_path', side || ', public, judge', true);
  PERFORM setval('judge.calls', 1, false);
  FOR i IN 1 .. cardinality(parts) - 1 LOOP
    EXECUTE parts[i];
  END LOOP;
  part := parts[cardinality(parts)];
  IF part ~ '^(SELECT|WITH|EXECUTE)|RETURNING' THEN
    FOR one IN EXECUTE part LOOP
      rows := rows || to_jsonb(one);
    END LOOP;
    RETURN jsonb_build_object('rows', to_jsonb(rows), 'count', cardinality(rows), 'calls', (SELECT last_value FROM judge.calls WHERE is_called));
  END IF;
  EXECUTE part;
  GET DIAGNOSTICS touched = ROW_COUNT;
  RETURN jsonb_build_object('rows', '[]'::jsonb, 'count', touched, 'calls', (SELECT last_value FROM judge.calls WHERE is_called));
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  RETURN jsonb_build_object('error', SQLSTATE, 'message', message);
END $$;

-- UPDATE with dyn_upsert() on the twin: the row is inserted before, and goes
-- again if the WHERE was not true of it.
CREATE FUNCTION judge.run_upsert(statements text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  parts text[] := string_to_array(statements, E';;;\n');
  inserted bigint;
  result jsonb;
BEGIN
  SET LOCAL search_path = twin, public, judge;
  EXECUTE parts[1];
  GET DIAGNOSTICS inserted = ROW_COUNT;
  result := judge.run('twin', parts[2]);
  IF inserted > 0 AND (result ? 'error' OR (result ->> 'count')::bigint = 0 OR result -> 'rows' = '[{"f": 0}]') THEN
    EXECUTE parts[3];
  END IF;
  RETURN result;
END $$;

-- How many rows a statement has touched.
CREATE FUNCTION judge.touched(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  touched bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS touched = ROW_COUNT;
  RETURN touched;
END $$;

-- Keys that are intervals may be read in another spelling than they had: of all
-- that are equal, one.
CREATE FUNCTION judge.one_spelling(value jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE jsonb_typeof(value)
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(m.key, judge.one_spelling(m.value)), '{}') FROM jsonb_each(value) m)
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(judge.one_spelling(e) ORDER BY n), '[]') FROM jsonb_array_elements(value) WITH ORDINALITY AS a (e, n))
    WHEN 'string' THEN CASE WHEN value #>> '{}' ~ '^P[-0-9T]|^[-+]?[0-9]+ (year|mon|day)|^[-+]?[0-9]+:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$'
      THEN to_jsonb(justify_interval((value #>> '{}')::interval)) ELSE value END
    ELSE value END $$;
CREATE FUNCTION judge.has_interval_key() RETURNS boolean LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = to_regclass('twin.t') AND a.atttypid IN ('interval'::regtype, 'public.lapse'::regtype)) $$;

-- What the engine that is asked is known to do otherwise than DynamoDB.
-- list_padding: an element that is set past the end of a list comes where its
-- index says, after NULLs; DynamoDB appends it.
CREATE TABLE judge.defect (name text CHECK (name IN ('list_padding')));
CREATE FUNCTION judge.has_defect(wanted text) RETURNS boolean LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM judge.defect WHERE name = wanted) $$;

-- Lists without the NULLs before their last element, and results in the order
-- that they have then.
CREATE FUNCTION judge.unpadded(value jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE jsonb_typeof(value)
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(m.key, judge.unpadded(m.value)), '{}') FROM jsonb_each(value) m)
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(judge.unpadded(e) ORDER BY CASE WHEN jsonb_typeof(e) = 'object' THEN judge.unpadded(e) END, n), '[]')
      FROM jsonb_array_elements(value) WITH ORDINALITY AS a (e, n)
      WHERE e <> 'null' OR n = jsonb_array_length(value)
        OR EXISTS (SELECT FROM jsonb_array_elements(value) WITH ORDINALITY AS b (e, n) WHERE b.n > a.n AND b.n < jsonb_array_length(value) AND b.e <> 'null'))
    ELSE value END $$;

-- Is the difference of two sides that an engine fills lists up?  What is set
-- for a later row of the same statement is set elsewhere then.
CREATE FUNCTION judge.is_padding(statement text, remote jsonb, twin jsonb) RETURNS boolean LANGUAGE sql AS $$
  SELECT judge.has_defect('list_padding') AND statement LIKE '%dyn_list_set(%'
    AND (statement ~ 'judge\.(does|loop_over)\(' OR judge.unpadded(remote) = judge.unpadded(twin)) $$;

-- The rows of a result without an order.
CREATE FUNCTION judge.unordered(result jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN result ? 'rows' THEN jsonb_set(result, '{rows}',
    (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]') FROM jsonb_array_elements(result -> 'rows') e)) ELSE result END $$;

-- All rows of one side, as the settings of a statement do not change them.
CREATE FUNCTION judge.content(side text) RETURNS jsonb LANGUAGE plpgsql
SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  result jsonb;
BEGIN
  EXECUTE format('SELECT coalesce(jsonb_agg(r ORDER BY r), ''[]'') FROM (SELECT %s AS r FROM %I.t WHERE %s) AS rows',
    CASE WHEN judge.has_interval_key() THEN 'judge.one_spelling(to_jsonb(t))' ELSE 'to_jsonb(t)' END, side,
    coalesce('NOT (' || (SELECT condition FROM judge.spoilt WHERE side = 'remote') || ')', 'true')) INTO result;
  RETURN result;
END $$;

-- What only the foreign table may say, and then has changed nothing: see "What
-- is refused" in the README.  A read says little of it: it finds nothing where
-- DynamoDB can hold nothing.
CREATE FUNCTION judge.is_refusal(result jsonb, reads boolean) RETURNS boolean LANGUAGE sql AS $$
  SELECT result ->> 'error' = '0A000' OR NOT reads AND (
    result ->> 'error' IN ('2202E', '54000', 'HV004')
    OR result ->> 'error' IN ('22003', '22004', '22008', '22023') AND result ->> 'message' LIKE '%cannot be stored in DynamoDB'
    OR result ->> 'error' = '23514' AND result ->> 'message' LIKE 'empty value in key column %'
    OR result ->> 'error' = '22023' AND result ->> 'message' LIKE 'document column %') $$;

-- how the statements ended on the foreign table
CREATE TABLE judge.tally (outcome text, message text);

CREATE TABLE judge.state (content jsonb);
INSERT INTO judge.state VALUES ('[]');
CREATE PROCEDURE judge.begin() LANGUAGE sql AS $$UPDATE judge.state SET content = judge.content('twin')$$;

-- Makes the twin what the foreign table is.
CREATE FUNCTION judge.resync() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  columns text := (SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'twin.t'::regclass AND attnum > 0 AND attgenerated = '');
BEGIN
  DELETE FROM twin.t;
  EXECUTE 'INSERT INTO twin.t (' || columns || ') SELECT ' || columns || ' FROM remote.t WHERE '
    || coalesce('NOT (' || (SELECT condition FROM judge.spoilt) || ')', 'true') || ' ON CONFLICT DO NOTHING';
  UPDATE judge.state SET content = judge.content('twin');
END $$;

-- Runs one statement on both sides.  NULL: they agree.
CREATE FUNCTION judge.compare(remote_statement text, twin_statement text, options text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  ordered boolean := options LIKE '%ordered%';
  single boolean := options LIKE '%single%';	-- at most one item is written
  reads boolean := options LIKE '%reads%';		-- nothing is
  refused boolean := options LIKE '%refused%';	-- nor may it be
  before jsonb := (SELECT content FROM judge.state);
  remote jsonb := judge.run('remote', remote_statement);
  twin jsonb := CASE WHEN options LIKE '%upsert%' THEN judge.run_upsert(twin_statement)
    ELSE judge.run('twin', twin_statement) END;
  remote_content jsonb;
  twin_content jsonb;
BEGIN
  INSERT INTO judge.tally VALUES (coalesce(remote ->> 'error', CASE WHEN remote -> 'count' = '0' THEN 'no row' ELSE 'rows' END), remote ->> 'message');
  IF reads THEN
    remote_content := before;
    twin_content := before;
  ELSE
    remote_content := judge.content('remote');
    twin_content := judge.content('twin');
  END IF;
  IF judge.has_interval_key() THEN
    remote := judge.one_spelling(remote);
    twin := judge.one_spelling(twin);
  END IF;
  IF NOT ordered THEN
    remote := judge.unordered(remote);
    twin := judge.unordered(twin);
  END IF;

  IF options LIKE '%wrong%' AND NOT judge.is_unspoilt() THEN
    RETURN format(E'CHANGED WHAT IT CANNOT READ\n%s\n', remote);
  END IF;
  IF refused AND NOT (remote ? 'error' AND (remote ->> 'error' = '0A000' OR twin ? 'error') AND remote_content = before) THEN
    PERFORM judge.resync();
    RETURN format(E'NOT REFUSED\nforeign %s\n', remote);
  END IF;
  IF remote ? 'error' AND NOT twin ? 'error'
    AND (judge.is_refusal(remote, reads) OR options LIKE '%wrong%' AND remote ->> 'error' = '42804') THEN
    IF (single OR remote ->> 'error' = 'HV004') AND remote_content <> before THEN
      PERFORM judge.resync();
      RETURN format(E'REFUSED, BUT CHANGED\n%s\nbefore %s\nafter  %s\n', remote, before, remote_content);
    END IF;
    PERFORM judge.resync();
    RETURN 'REFUSED ' || (remote ->> 'error') || ' ' || (remote ->> 'message');
  END IF;

  IF remote ? 'error' AND twin ? 'error' THEN
    -- items are atomic, statements are not: the rows before the failing one stay
    IF single AND remote_content <> before THEN
      PERFORM judge.resync();
      RETURN format(E'FAILED, BUT CHANGED\n%s\nbefore %s\nafter  %s\n', remote, before, remote_content);
    END IF;
    IF NOT reads AND NOT single AND remote_content <> before THEN
      PERFORM judge.resync();
      RETURN NULL;
    END IF;
    -- of several rows that fail, any may be the first
    IF (single OR reads) AND remote ->> 'error' <> twin ->> 'error' AND NOT judge.is_refusal(remote, reads) THEN
      RETURN format(E'DIFFERENT ERRORS\nforeign %s\ntwin    %s\n', remote, twin);
    END IF;
    RETURN NULL;
  END IF;

  -- PostgreSQL computes a row's new values before it looks whether another part
  -- of the statement has changed the row; here it is not computed then
  IF options LIKE '%late%' AND twin ? 'error' AND NOT remote ? 'error' THEN
    PERFORM judge.resync();
    RETURN NULL;
  END IF;

  IF (remote, remote_content) IS DISTINCT FROM (twin, twin_content)
    AND judge.is_padding(remote_statement, jsonb_build_array(remote, remote_content), jsonb_build_array(twin, twin_content)) THEN
    PERFORM judge.resync();
    RETURN 'EXCEPTED list_padding';
  END IF;
  IF remote IS DISTINCT FROM twin THEN
    IF NOT reads THEN
      PERFORM judge.resync();
    END IF;
    RETURN format(E'DIFFERENT RESULTS\nforeign %s\ntwin    %s\n', remote, twin);
  END IF;
  IF remote_content IS DISTINCT FROM twin_content THEN
    PERFORM judge.resync();
    RETURN format(E'DIFFERENT ROWS AFTERWARDS\nforeign %s\ntwin    %s\n', remote_content, twin_content);
  END IF;
  IF NOT reads THEN
    UPDATE judge.state SET content = twin_content;
  END IF;
  RETURN NULL;
END $$;

-- one line for each disagreement
CREATE PROCEDURE judge.step(n integer, remote_statement text, twin_statement text, options text) LANGUAGE plpgsql AS $$
DECLARE
  verdict text := judge.compare(remote_statement, twin_statement, options);
BEGIN
  IF verdict IS NOT NULL THEN
    RAISE WARNING 'JUDGE % %', n, verdict;
  END IF;
END $$;

-- an item that is no row of the table must be what it was put as
CREATE PROCEDURE judge.check_other_item(n integer, key jsonb, item jsonb) LANGUAGE plpgsql AS $$
DECLARE
  found jsonb := dyn_request('dynamo', 'GetItem', jsonb_build_object('TableName', 'judge', 'Key', key, 'ConsistentRead', true)) -> 'Item';
BEGIN
  IF found IS DISTINCT FROM item THEN
    RAISE WARNING 'JUDGE % an item of another kind was changed: % instead of %', n, found, item;
  END IF;
END $$;

CREATE TABLE public.l (i integer, x text);
INSERT INTO public.l VALUES (1, 'a'), (2, 'b'), (2, 'ab'), (3, NULL), (10, 'abc'), (NULL, 'B');
