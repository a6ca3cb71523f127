--
-- Types: written, read back, and left alone by an update of a neighbour.
--
-- Needs: list_equality
SET timezone = 'UTC';
SET bytea_output = 'hex';
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE address AS (street text, number integer, tags text[]);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE FOREIGN TABLE kind (
    id text OPTIONS (key 'partition'),
    t text, v varchar(5), c char(4), e mood, u uuid, b bytea, f boolean,
    i2 smallint, i4 integer, i8 bigint, nu numeric, np numeric(8,3),
    f4 real, f8 double precision,
    tz timestamptz, ts timestamp, d date, ti time, iv interval, ip inet,
    es timestamptz(0) OPTIONS (type 'N'),
    em timestamptz(3) OPTIONS (type 'N', unit 'ms'),
    eu timestamptz OPTIONS (type 'N', unit 'us'),
    ss text[] OPTIONS (type 'SS'), ns numeric[] OPTIONS (type 'NS'),
    bs bytea[] OPTIONS (type 'BS'), ins integer[] OPTIONS (type 'NS'),
    l text[], li integer[], ll integer[], lt timestamptz[],
    a address, aa address[], j jsonb, js json, p positive,
    touched integer
) SERVER dynamo;
SELECT dyn_create_table('kind');

INSERT INTO kind VALUES ('all',
    'text', 'var', 'c', 'happy', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '\x00ff10', true,
    -32768, 2147483647, 9007199254740993, 12345678901234567890123456789012345678, 1.5,
    1.1, 0.1,
    '2026-01-02 03:04:05.678901+00', '2026-01-02 03:04:05', '2026-01-02', '03:04:05.5', '1 year 2 days 03:00', '10.0.0.1/24',
    '2026-01-02 03:04:05+00', '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678901+00',
    '{b,a}', '{2,10,1.5}', '{"\\x02","\\x01"}', '{3,1,2}',
    '{x,NULL,y}', '{3,1}', '{{1,2},{3,4}}', '{2026-01-02 00:00+00}',
    ROW('Main', 5, '{x}'), ARRAY[ROW('A', 1, NULL)::address], '{"n": 12345678901234567890.123, "a": [1, "x", null, {"b": true}]}', '[1,2]', 7, 0);
\x on
SELECT * FROM kind WHERE id = 'all';
SELECT jsonb_pretty(sorted_sets(dyn_request('dynamo', 'GetItem', '{"TableName": "kind", "Key": {"id": {"S": "all"}}}') -> 'Item'));
CREATE TEMP TABLE before AS SELECT * FROM kind;
UPDATE kind SET touched = touched + 1 WHERE id = 'all';
\x off
SELECT to_jsonb(x) - 'touched' = to_jsonb(y) - 'touched' AS same FROM kind x, before y;

-- every column is found by its own value
DO $$
DECLARE
  c name;
  n integer;
  v text;
BEGIN
  FOR c IN SELECT attname FROM pg_attribute
            WHERE attrelid = 'kind'::regclass AND attnum > 0 AND attname NOT IN ('js')
            ORDER BY attnum
  LOOP
    EXECUTE format('SELECT count(*) FROM kind WHERE %I = (SELECT %I FROM before)', c, c) INTO n;
    IF n <> 1 AND c <> 'touched' THEN
      RAISE NOTICE 'column % is not found by its value', c;
    END IF;
    EXECUTE format('UPDATE kind SET touched = 1 WHERE id = ''all'' AND %I IS NOT NULL', c);
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n <> 1 THEN
      RAISE NOTICE 'column % is not seen as not NULL', c;
    END IF;
    EXECUTE format('UPDATE kind SET %I = %I WHERE id = ''all''', c, c);
  END LOOP;
END $$;
SELECT to_jsonb(x) - 'touched' = to_jsonb(y) - 'touched' AS same FROM kind x, before y;

-- all NULL: no attribute at all
INSERT INTO kind (id) VALUES ('none');
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "kind", "Key": {"id": {"S": "none"}}}') -> 'Item';
INSERT INTO kind (id, ss, l, j) VALUES ('empty', '{}', '{}', 'null');
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "kind", "Key": {"id": {"S": "empty"}}}') -> 'Item';
SELECT id, ss, l, j FROM kind WHERE id = 'empty';

-- 38-digit numbers, bigint beyond 2^53, every set type and nested documents
-- that others wrote survive an update of a neighbour unchanged
SELECT FROM dyn_request('dynamo', 'PutItem', '{"TableName": "kind", "Item": {
  "id": {"S": "raw"}, "nu": {"N": "-99999999999999999999999999999999999999"}, "i8": {"N": "-9223372036854775808"},
  "ss": {"SS": ["z", "a"]}, "ns": {"NS": ["3", "1.5"]}, "bs": {"BS": ["Ag==", "AQ=="]},
  "j": {"M": {"set": {"SS": ["q", "p"]}, "bin": {"B": "AP8="}, "deep": {"L": [{"M": {"n": {"N": "1e3"}}}]}}},
  "unmapped": {"M": {"x": {"NS": ["2", "1"]}}}}}');
CREATE TEMP TABLE raw AS
SELECT sorted_sets(dyn_request('dynamo', 'GetItem', '{"TableName": "kind", "Key": {"id": {"S": "raw"}}}') -> 'Item') AS item;
SELECT nu, i8, ss, ns, bs, j FROM kind WHERE id = 'raw';
UPDATE kind SET touched = coalesce(touched, 0) + 1 WHERE id = 'raw' RETURNING nu, i8, touched;
UPDATE kind SET t = upper('x') || id WHERE id = 'raw' RETURNING t;
SELECT sorted_sets(dyn_request('dynamo', 'GetItem', '{"TableName": "kind", "Key": {"id": {"S": "raw"}}}') #- '{Item,touched}' #- '{Item,t}' -> 'Item') = item AS same FROM raw;

-- times on text columns and on epoch columns; a range on the latter is pushed
EXPLAIN (COSTS OFF) SELECT id FROM kind WHERE es > '2026-01-01Z' AND em <= '2026-02-01Z';
SELECT id FROM kind WHERE es > '2026-01-01Z' AND em <= '2026-02-01Z';
SELECT id FROM kind WHERE tz > '2026-01-01Z' AND d < '2027-01-01';
UPDATE kind SET eu = '2026-01-02 03:04:05.678901Z', em = '2026-01-02 03:04:05.678901Z' WHERE id = 'none' RETURNING eu, em;

-- what cannot be stored
UPDATE kind SET f8 = 'NaN' WHERE id = 'all';
UPDATE kind SET nu = 1e130 WHERE id = 'all';
UPDATE kind SET ns = '{1,NULL}' WHERE id = 'all';
UPDATE kind SET l = '[0:1]={a,b}' WHERE id = 'all';
UPDATE kind SET p = -1 WHERE id = 'all';
CREATE FOREIGN TABLE seconds (id text OPTIONS (key 'partition'), es timestamptz OPTIONS (type 'N')) SERVER dynamo OPTIONS (table_name 'kind');
UPDATE seconds SET es = '2026-01-02 03:04:05.5Z' WHERE id = 'all';

-- types that cannot be mapped
CREATE FOREIGN TABLE bad1 (id text OPTIONS (key 'partition'), x integer OPTIONS (type 'SS')) SERVER dynamo;
SELECT * FROM bad1;
CREATE FOREIGN TABLE bad2 (id boolean OPTIONS (key 'partition')) SERVER dynamo;
SELECT * FROM bad2;

-- keys of each key type
CREATE FOREIGN TABLE num_key (n numeric OPTIONS (key 'partition'), d date OPTIONS (key 'sort'), x integer) SERVER dynamo;
CREATE FOREIGN TABLE bin_key (b bytea OPTIONS (key 'partition'), u uuid OPTIONS (key 'sort'), x integer) SERVER dynamo;
SELECT dyn_create_table('num_key'), dyn_create_table('bin_key');
INSERT INTO num_key SELECT 1.50, '2026-01-01'::date + i, i FROM generate_series(0, 5) i;
EXPLAIN (COSTS OFF) UPDATE num_key SET x = x + 100 WHERE n = 1.5 AND d = '2026-01-03';
UPDATE num_key SET x = x + 100 WHERE n = 1.5 AND d = '2026-01-03' RETURNING *;
SELECT count(*) FROM num_key WHERE n = 1.5;
SELECT count(*) FROM num_key WHERE n = 'NaN';
INSERT INTO bin_key VALUES ('\x01', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 1);
UPDATE bin_key SET x = 2 WHERE b = '\x01' AND u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' RETURNING *;
DELETE FROM bin_key WHERE b = '\x01' AND u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';

-- a document column holds the rest
CREATE FOREIGN TABLE doc (id text OPTIONS (key 'partition'), n integer, rest jsonb OPTIONS (document 'true')) SERVER dynamo;
SELECT dyn_create_table('doc');
INSERT INTO doc VALUES ('d', 1, '{"a": 1, "b": {"c": [true]}}');
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "doc", "Key": {"id": {"S": "d"}}}') -> 'Item';
UPDATE doc SET n = n + 1 WHERE id = 'd' RETURNING *;
INSERT INTO doc VALUES ('e', 1, '{"n": 1}');

SELECT dyn_drop_table('kind'), dyn_drop_table('num_key'), dyn_drop_table('bin_key'), dyn_drop_table('doc');
DROP FOREIGN TABLE kind, seconds, bad1, bad2, num_key, bin_key, doc;
DROP TABLE before, raw;
DROP TYPE mood, address;
DROP DOMAIN positive;
