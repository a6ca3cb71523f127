--
-- Columns spelled as other programs do: option "format", and the digits of a
-- second that the type has.
-- Needs: transactions
--
CREATE SCHEMA format;
SET search_path = format, public;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
\pset format unaligned
-- ---- what is stored, and what others store ----
CREATE FOREIGN TABLE event (
    id text OPTIONS (key 'partition') COLLATE "C",
    s0 timestamptz(0),
    s3 timestamptz(3),
    s6 timestamptz,
    l3 timestamp(3),
    six timestamptz(3) OPTIONS (format 'iso6'),
    go timestamptz OPTIONS (format 'rfc3339nano'),
    py timestamptz OPTIONS (format 'isoformat'),
    naive timestamp OPTIONS (format 'isoformat'),
    pynamo timestamptz OPTIONS (format 'pynamodb'),
    secs timestamptz OPTIONS (type 'N', format 'fraction'),
    day date OPTIONS (type 'N', unit 'd'),
    hex uuid OPTIONS (format 'hex'),
    upper uuid OPTIONS (format 'upper'),
    hex_upper uuid OPTIONS (format 'hex upper'),
    flag boolean OPTIONS (type 'S', format 'Y,N'),
    word boolean OPTIONS (type 'S'),
    bit boolean OPTIONS (type 'N'),
    digits integer OPTIONS (type 'S'),
    amount numeric OPTIONS (type 'S'),
    doc jsonb OPTIONS (type 'S'),
    raw json OPTIONS (type 'S'),
    times timestamptz[] OPTIONS (format 'isoformat'),
    flags boolean[]
) SERVER dynamo OPTIONS (table_name 'format_event');
SELECT dyn_create_table('event');
CREATE FUNCTION stored(id text) RETURNS TABLE (attribute text, value jsonb) LANGUAGE sql AS $$
  SELECT a.key, a.value FROM dyn_request('dynamo', 'GetItem', jsonb_build_object('TableName', 'format_event',
      'Key', jsonb_build_object('id', jsonb_build_object('S', id)))) r, jsonb_each(r -> 'Item') a
  ORDER BY a.key COLLATE "C" $$;
INSERT INTO event VALUES
  ('fraction', '2024-01-15 10:00:00Z', '2024-01-15 10:00:00.12Z', '2024-01-15 10:00:00.12Z', '2024-01-15 10:00:00.12',
   '2024-01-15 10:00:00.12Z', '2024-01-15 10:00:00.12Z', '2024-01-15 10:00:00.12Z', '2024-01-15 10:00:00.12', '2024-01-15 10:00:00.12Z',
   '2024-01-15 10:00:00.12Z', '2024-01-15', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
   'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true, true, true, 12, 12.50, '{"b": [1, null], "a": "x"}', '{"b":1,  "a":2}',
   '{2024-01-15 10:00:00Z,2024-01-15 10:00:00.12Z}', '{true,false,NULL}'),
  ('whole', '2024-01-15 10:00:00Z', '2024-01-15 10:00:00Z', '2024-01-15 10:00:00Z', '2024-01-15 10:00:00',
   '2024-01-15 10:00:00Z', '2024-01-15 10:00:00Z', '2024-01-15 10:00:00Z', '2024-01-15 10:00:00', '2024-01-15 10:00:00Z',
   '2024-01-15 10:00:00Z', '1969-12-30', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
   'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', false, false, false, -7, -0.50, 'null', 'null', '{}', '{}');
SELECT * FROM stored('fraction');
SELECT * FROM stored('whole');
\x
SELECT * FROM event ORDER BY id;
\x
-- before 1970, and what years beyond four digits are
UPDATE event SET secs = '1969-12-31 23:59:58.75Z', go = '0044-03-15 12:00:00.5Z BC', py = '12024-01-15 10:00Z', six = 'infinity' WHERE id = 'whole'
  RETURNING secs, go, py, six;
SELECT * FROM stored('whole') WHERE attribute IN ('secs', 'go', 'py', 'six');
-- other spellings of the same are read as well: of Go's times nine digits, and another zone
SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "format_event", "Item": {"id": {"S": "others"},
  "s0": {"S": "2024-01-15T12:00:00+02:00"}, "s3": {"S": "2024-01-15T10:00:00.120000Z"}, "six": {"S": "2024-01-15T10:00:00.12Z"},
  "go": {"S": "2024-01-15T12:00:00.123456789+02:00"}, "py": {"S": "2024-01-15T10:00:00Z"}, "pynamo": {"S": "2024-01-15T10:00:00.120000Z"},
  "naive": {"S": "2024-01-15 10:00:00.5"}, "secs": {"N": "1.5E3"},
  "hex": {"S": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}, "upper": {"S": "a0eebc999c0b4ef8bb6d6bb9bd380a11"},
  "digits": {"S": "007"}, "amount": {"S": "1.50"}, "bit": {"N": "1.0"}, "doc": {"S": " {\"a\" : 1} "}}}') IS NOT NULL AS put;
SELECT s0, s3, six, go, py, pynamo, naive, secs, hex, upper, digits, amount, bit, doc FROM event WHERE id = 'others';
-- a time with nanoseconds, where the column does not say that they may be dropped
SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "format_event", "Item": {"id": {"S": "nano"},
  "py": {"S": "2024-01-15T10:00:00.123456789Z"}}}') IS NOT NULL AS put;
SELECT py FROM event WHERE id = 'nano';
DELETE FROM event WHERE id = 'nano';
-- what is no word, no number, no JSON
SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "format_event", "Item": {"id": {"S": "bad"},
  "flag": {"S": "yes"}, "bit": {"N": "2"}, "digits": {"S": "x"}, "doc": {"S": "{"}, "secs": {"N": "1.0000001"}}}') IS NOT NULL AS put;
SELECT flag FROM event WHERE id = 'bad';
SELECT bit FROM event WHERE id = 'bad';
SELECT digits FROM event WHERE id = 'bad';
SELECT doc FROM event WHERE id = 'bad';
SELECT secs FROM event WHERE id = 'bad';
SELECT * FROM dyn_check_table('event');
DELETE FROM event WHERE id = 'bad';
-- a SET that gives a column the value that it has leaves its spelling
UPDATE event SET go = go, six = six, hex = hex, digits = digits, s3 = s3 + '0' WHERE id = 'others' RETURNING go, six, hex, digits, s3;
SELECT * FROM stored('others') WHERE attribute IN ('go', 'six', 'hex', 'digits', 's3');
-- so does a row that the executor computes, and it holds on to what is stored
UPDATE event e SET amount = v.a FROM (VALUES ('others', 3.250)) v (id, a) WHERE e.id = v.id RETURNING e.go, amount;
SELECT * FROM stored('others') WHERE attribute IN ('go', 'six', 'hex', 'digits', 's3', 'amount');
-- ---- what is pushed ----
CREATE TABLE twin AS SELECT * FROM event;
CREATE FUNCTION difference(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ours text;
  theirs text;
BEGIN
  EXECUTE 'SELECT string_agg(id, '','' ORDER BY id) FROM event WHERE ' || condition INTO ours;
  EXECUTE 'SELECT string_agg(id, '','' ORDER BY id) FROM twin WHERE ' || condition INTO theirs;
  RETURN CASE WHEN ours IS DISTINCT FROM theirs THEN format('%s: %s instead of %s', condition, ours, theirs) END;
END $$;
-- of attributes that others may spell otherwise, only where a format says how
SELECT explain('SELECT id FROM event WHERE py >= ''2024-01-15 10:00Z'' AND hex <> ''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''');
SELECT explain('SELECT id FROM event WHERE s3 >= ''2024-01-15 10:00Z'' AND go > ''2024-01-15 10:00Z''');
SELECT explain('SELECT id FROM event WHERE flag AND NOT bit AND digits = 12');
SELECT explain('UPDATE event SET digits = 13 WHERE id = ''fraction'' AND flag AND py = ''2024-01-15 10:00:00.12Z'' AND digits = 12 AND hex = ''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''');
-- a format is a promise: rows that break it are not found by what compares the column
SELECT id FROM event WHERE pynamo = '2024-01-15 10:00:00.12Z';
DELETE FROM event WHERE id = 'others';
DELETE FROM twin WHERE id = 'others';
SELECT count(*) AS statements, string_agg(difference, E'\n') AS differences
  FROM unnest('{s0,s3,s6,six,go,py,pynamo,secs}'::text[]) c,
    unnest('{=,<>,<,<=,>,>=}'::text[]) o,
    unnest('{2024-01-15 10:00Z,2024-01-15 10:00:00.12Z,2024-01-15 10:00:00.123456Z,2024-01-15 09:59:59.999999Z}'::text[]) v,
    LATERAL difference(format('%s %s %L', c, o, v));
DROP TABLE twin;
SELECT dyn_drop_table('event');
-- ---- keys ----
-- for each spelling a table with it as sort key, and a twin
CREATE TABLE spelling (name text, type text, options text, kind text);
INSERT INTO spelling VALUES
  ('s0', 'timestamptz(0)', '', 'time'), ('s3', 'timestamptz(3)', '', 'time'), ('l3', 'timestamp(3)', '', 'time'),
  ('six', 'timestamptz(3)', ', format ''iso6''', 'time'), ('go', 'timestamptz', ', format ''rfc3339nano''', 'time'),
  ('go3', 'timestamptz(3)', ', format ''rfc3339nano''', 'time'), ('py', 'timestamptz', ', format ''isoformat''', 'time'),
  ('naive', 'timestamp', ', format ''isoformat''', 'time'), ('pynamo', 'timestamptz', ', format ''pynamodb''', 'time'),
  ('secs', 'timestamptz', ', type ''N'', format ''fraction''', 'time'), ('days', 'date', ', type ''N'', unit ''d''', 'day'),
  ('hex', 'uuid', ', format ''hex''', 'uuid'), ('upper', 'uuid', ', format ''upper''', 'uuid'), ('hex_upper', 'uuid', ', format ''hex upper''', 'uuid'),
  ('word', 'boolean', ', type ''S'', format ''Y,N''', 'word'), ('bit', 'boolean', ', type ''N''', 'word'),
  ('digits', 'integer', ', type ''S''', 'number'), ('amount', 'numeric(10,2)', ', type ''S''', 'number');
CREATE TABLE value (kind text, text text);
INSERT INTO value VALUES
  ('time', '2024-01-15 10:00:00Z'), ('time', '2024-01-15 10:00:00.12Z'), ('time', '2024-01-15 10:00:00.123Z'), ('time', '2024-01-15 10:00:00.9Z'),
  ('time', '2024-01-15 10:00:00.123456Z'), ('time', '2024-01-15 10:00:01Z'), ('time', '2024-01-15 09:59:59.999999Z'), ('time', '1969-12-31 23:59:59.5Z'),
  ('time', '0044-03-15 BC'), ('time', '12024-01-15'), ('day', '2024-01-15'), ('day', '1970-01-01'), ('day', '1960-02-29'), ('day', '0044-03-15 BC'),
  ('uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), ('uuid', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), ('uuid', '00000000-0000-0000-0000-000000000000'),
  ('word', 'true'), ('word', 'false'),
  ('number', '7'), ('number', '12'), ('number', '100'), ('number', '-3'), ('number', '0');
CREATE FUNCTION make_tables(name text, type text, options text, kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE %1$s_key (p int OPTIONS (key ''partition''), k %2$s OPTIONS (key ''sort'' %3$s), n int) SERVER dynamo OPTIONS (table_name ''format_%1$s'')', name, type, options);
  EXECUTE format('CREATE TABLE %1$s_twin (p int, k %2$s, n int, PRIMARY KEY (p, k))', name, type);
  PERFORM dyn_create_table(format('%s_key', name)::regclass);
  EXECUTE format('INSERT INTO %s_twin SELECT 1, text::%s, row_number() OVER (ORDER BY text COLLATE "C") FROM value WHERE kind = %L ON CONFLICT DO NOTHING', name, type, kind);
  EXECUTE format('INSERT INTO %1$s_key SELECT * FROM %1$s_twin', name);
END $$;
SELECT count(*) FROM spelling s, make_tables(s.name, s.type, s.options, s.kind);
CREATE FUNCTION key_difference(name text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ours text;
  theirs text;
BEGIN
  BEGIN
    EXECUTE replace(statement, 'TABLE', name || '_key') INTO ours;
  EXCEPTION WHEN OTHERS THEN ours := SQLSTATE || ' ' || SQLERRM;
  END;
  EXECUTE replace(statement, 'TABLE', name || '_twin') INTO theirs;
  RETURN CASE WHEN ours IS DISTINCT FROM theirs THEN format('%s: %s: %s instead of %s', name, statement, ours, theirs) END;
END $$;
SELECT count(*) AS statements, count(difference) AS different, min(difference) AS first
  FROM spelling s JOIN value v USING (kind), unnest('{=,<>,<,<=,>,>=}'::text[]) o,
    unnest(ARRAY['SELECT string_agg(k::text, '','' ORDER BY k) FROM TABLE WHERE p = 1 AND k %s %L',
      'SELECT string_agg(n::text, '','' ORDER BY k DESC) FROM (SELECT n, k FROM TABLE WHERE p = 1 AND k %s %L ORDER BY k LIMIT 2) x',
      'SELECT count(*)::text FROM TABLE WHERE k %s %L',
      'WITH u AS (UPDATE TABLE SET n = n + 1 WHERE p = 1 AND k %s %L RETURNING k, n) SELECT string_agg(u::text, '','' ORDER BY k) FROM u']) q,
    LATERAL key_difference(s.name, format(q, o, v.text)) difference;
-- between two bounds, and IN
SELECT count(*) AS statements, count(difference) AS different, min(difference) AS first
  FROM spelling s JOIN value a USING (kind) JOIN value b USING (kind),
    unnest(ARRAY['SELECT string_agg(k::text, '','' ORDER BY k) FROM TABLE WHERE p = 1 AND k BETWEEN %L AND %L',
      'SELECT string_agg(k::text, '','' ORDER BY k) FROM TABLE WHERE p = 1 AND k > %L AND k < %L',
      'SELECT string_agg(n::text, '','' ORDER BY k) FROM TABLE WHERE p = 1 AND k IN (%L, %L)']) q,
    LATERAL key_difference(s.name, format(q, a.text, b.text)) difference;
SELECT explain('SELECT n FROM go_key WHERE p = 1 AND k >= ''2024-01-15 10:00:00.12Z'' AND k < ''2024-01-15 10:00:01Z''');
SELECT explain('SELECT n FROM s3_key WHERE p = 1 AND k > ''2024-01-15 10:00:00.123456Z'' ORDER BY k DESC LIMIT 1');
SELECT explain('SELECT n FROM s3_key WHERE p = 1 AND k = ''2024-01-15 10:00:00.123456Z''');
PREPARE by_go(timestamptz) AS SELECT n FROM go_key WHERE p = 1 AND k > $1;
SET plan_cache_mode = force_generic_plan;
SELECT explain('EXECUTE by_go(''2024-01-15 10:00:00.12Z'')');
EXECUTE by_go('2024-01-15 10:00:00.12Z');
PREPARE by_s3(timestamptz) AS SELECT k FROM s3_key WHERE p = 1 AND k > $1 ORDER BY k LIMIT 1;
EXECUTE by_s3('2024-01-15 10:00:00.12Z');
EXECUTE by_s3('2024-01-15 10:00:00.1201Z');
RESET plan_cache_mode;
UPDATE go_key SET k = '2024-01-15 10:00:00.1Z' WHERE p = 1 AND k = '2024-01-15 10:00:00.12Z' RETURNING k;
-- a key that is finer than its column
UPDATE s3_key SET n = 1 WHERE p = 1 AND k = '2024-01-15 10:00:00.1234Z' AND dyn_upsert();
-- what a key column cannot be found by is not read
SELECT count(dyn_request('dynamo', 'PutItem', format('{"TableName": "format_%s", "Item": {"p": {"N": "2"}, "k": {"S": "%s"}}}', t, k)::jsonb))
  FROM (VALUES ('s3', '2024-01-15T10:00:00.120000Z'), ('go', '2024-01-15T10:00:00.123456789Z'), ('py', '2024-01-15T10:00:00Z'),
    ('hex', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), ('digits', '007')) v (t, k);
SELECT k FROM s3_key WHERE p = 2;
SELECT k FROM go_key WHERE p = 2;
SELECT k FROM py_key WHERE p = 2;
SELECT k FROM hex_key WHERE p = 2;
SELECT k FROM digits_key WHERE p = 2;
SELECT * FROM dyn_check_table('s3_key');
SELECT * FROM dyn_check_table('hex_key');
-- a boolean by itself, or with NOT, is a value of the key
CREATE FOREIGN TABLE flag_key (flag boolean OPTIONS (key 'partition', type 'S', format 'Y,N'), k integer OPTIONS (key 'sort'), n integer) SERVER dynamo OPTIONS (table_name 'format_flag');
SELECT dyn_create_table('flag_key');
INSERT INTO flag_key VALUES (true, 1), (true, 2), (false, 1);
SELECT explain('SELECT * FROM flag_key WHERE NOT flag');
SELECT explain('SELECT * FROM flag_key WHERE flag = true AND k > 1');
SELECT explain('UPDATE flag_key SET n = 1 WHERE flag AND k = 1');
SELECT * FROM flag_key WHERE NOT flag;
SELECT * FROM flag_key WHERE flag AND k > 1;
SELECT * FROM flag_key WHERE flag AND NOT flag;
UPDATE flag_key SET n = 1 WHERE flag AND k = 1 RETURNING *;
UPDATE flag_key SET n = 1 WHERE NOT flag AND k = 9 AND dyn_upsert() RETURNING *;
-- ---- what cannot be ----
CREATE FUNCTION refusal(declaration text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
  hint text;
BEGIN
  EXECUTE 'CREATE FOREIGN TABLE refused (id text OPTIONS (key ''partition''), c ' || declaration || ') SERVER dynamo';
  PERFORM * FROM refused;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n  ', declaration, SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT refusal(d) FROM unnest(ARRAY['timestamptz OPTIONS (format ''iso7'')', 'timestamp OPTIONS (format ''rfc3339nano'')', 'text OPTIONS (format ''hex'')',
  'uuid OPTIONS (format ''lower'')', 'boolean OPTIONS (format ''Y,N'')', 'boolean OPTIONS (type ''S'', format ''Y'')', 'boolean OPTIONS (type ''S'', format ''Y,Y'')',
  'boolean OPTIONS (type ''S'', format ''Y,N,'')', 'boolean OPTIONS (type ''N'', format ''1,1.0'')', 'boolean OPTIONS (type ''N'', format ''Y,N'')',
  'timestamptz OPTIONS (type ''N'', unit ''ms'', format ''fraction'')', 'timestamptz OPTIONS (type ''N'', unit ''d'')', 'date OPTIONS (type ''N'', format ''fraction'')',
  'date OPTIONS (format ''isoformat'')', 'double precision OPTIONS (type ''S'')', 'jsonb OPTIONS (type ''S'', document ''true'')', 'timestamptz OPTIONS (format '''')']) d;
CREATE FOREIGN TABLE refused (id jsonb OPTIONS (key 'partition', type 'S')) SERVER dynamo;
SELECT * FROM refused;
DROP FOREIGN TABLE refused;
SELECT count(dyn_drop_table(ftrelid)) FROM pg_foreign_table WHERE ftrelid::regclass::text LIKE '%\_key';
SET client_min_messages = warning;
DROP SCHEMA format CASCADE;
