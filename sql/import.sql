--
-- IMPORT FOREIGN SCHEMA: twenty tables, each with something of its own.
--
-- Makes a table: its key and indexes as in 'PK:S SK:N', and puts the items.
CREATE FUNCTION import_make(table_name text, keys text, items jsonb[], indexes jsonb DEFAULT '{}')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parts text[] := string_to_array(keys, ' ');
    definitions jsonb := '[]';
    schema jsonb := '[]';
    item jsonb;
BEGIN
    FOR i IN 1..cardinality(parts) LOOP
        definitions := definitions || jsonb_build_object(
            'AttributeName', split_part(parts[i], ':', 1),
            'AttributeType', split_part(parts[i], ':', 2));
        -- what comes third belongs to indexes
        IF i <= 2 AND parts[i] NOT LIKE '%:%:index' THEN
            schema := schema || jsonb_build_object(
                'AttributeName', split_part(parts[i], ':', 1),
                'KeyType', CASE i WHEN 1 THEN 'HASH' ELSE 'RANGE' END);
        END IF;
    END LOOP;
    PERFORM dyn_request('dynamo', 'CreateTable', jsonb_build_object(
        'TableName', table_name, 'AttributeDefinitions', definitions,
        'KeySchema', schema, 'BillingMode', 'PAY_PER_REQUEST') || indexes);
    WHILE dyn_request('dynamo', 'DescribeTable', jsonb_build_object('TableName', table_name)) #>> '{Table,TableStatus}' <> 'ACTIVE' LOOP
    END LOOP;
    FOREACH item IN ARRAY items LOOP
        PERFORM dyn_request('dynamo', 'PutItem', jsonb_build_object(
            'TableName', table_name, 'Item', item));
    END LOOP;
END $$;
\set QUIET on
\o /dev/null
SELECT import_make('imp.plain', 'id:S', ARRAY['{"id": {"S": "a"}, "n": {"N": "1"}, "s": {"S": "x"}, "b": {"B": "AAEC"}, "t": {"BOOL": true}}']::jsonb[]);
SELECT import_make('imp.sorted', 'stream:S seq:N', ARRAY['{"stream": {"S": "a"}, "seq": {"N": "1"}, "kind": {"S": "x"}}', '{"stream": {"S": "a"}, "seq": {"N": "2"}}']::jsonb[]);
SELECT import_make('imp.number-key', 'year:N', ARRAY['{"year": {"N": "1999"}, "title": {"S": "x"}}']::jsonb[]);
SELECT import_make('imp.binary-key', 'hash:B part:B', ARRAY['{"hash": {"B": "AAEC"}, "part": {"B": "AA=="}, "data": {"B": ""}}']::jsonb[]);
SELECT import_make('imp.empty', 'id:S', ARRAY[]::jsonb[]);
SELECT import_make('imp.key-only', 'id:S at:N', ARRAY['{"id": {"S": "a"}, "at": {"N": "1.5"}}']::jsonb[]);
SELECT import_make('imp.sets', 'id:S', ARRAY['{"id": {"S": "a"}, "ss": {"SS": ["x", "y"]}, "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": ["AAEC"]}}']::jsonb[]);
SELECT import_make('imp.lists', 'id:S',
  ARRAY['{"id": {"S": "a"},
    "texts": {"L": [{"S": "x"}, {"NULL": true}]},
    "numbers": {"L": [{"N": "1"}]},
    "flags": {"L": [{"BOOL": true}]},
    "blobs": {"L": [{"B": "AAEC"}]},
    "mixed": {"L": [{"S": "x"}, {"N": "1"}]},
    "nested": {"L": [{"L": []}]},
    "empty": {"L": []},
    "maps": {"L": [{"M": {}}]}}']::jsonb[]);
SELECT import_make('imp.maps', 'id:S', ARRAY['{"id": {"S": "a"}, "address": {"M": {"city": {"S": "x"}, "zip": {"N": "1"}}}}']::jsonb[]);
SELECT import_make('imp.mixed', 'id:S', ARRAY[
  '{"id": {"S": "a"}, "v": {"S": "x"}, "w": {"N": "1"}}',
  '{"id": {"S": "b"}, "v": {"N": "5"}, "w": {"NULL": true}}',
  '{"id": {"S": "c"}, "v": {"N": "6"}, "w": {"N": "2"}, "nothing": {"NULL": true}}']::jsonb[]);
SELECT import_make('imp.numbers', 'id:S',
  ARRAY['{"id": {"S": "a"},
    "small": {"N": "1"},
    "large": {"N": "9007199254740993"},
    "huge": {"N": "12345678901234567890"},
    "fraction": {"N": "0.1"},
    "exponent": {"N": "1e3"},
    "sometimes": {"N": "1"}}',
  '{"id": {"S": "b"}, "sometimes": {"N": "1.5"}}']::jsonb[]);
SELECT import_make('imp.reserved', 'select:S order:S',
  ARRAY['{"select": {"S": "a"},
    "order": {"S": "b"},
    "table": {"S": "x"},
    "user": {"N": "1"},
    "ctid": {"S": "c"},
    "tableoid": {"N": "2"}}']::jsonb[]);
SELECT import_make('imp.quotes', 'id:S',
  ARRAY['{"id": {"S": "a"},
    "it''s": {"S": "x"},
    "say \"hi\"": {"S": "x"},
    "back\\slash": {"S": "x"},
    "semi;colon": {"S": "x"},
    "two  spaces": {"S": "x"},
    "dot.dot": {"N": "1"},
    "--": {"N": "2"}}']::jsonb[]);
SELECT import_make('imp.unicode', 'ключ:S', ARRAY['{"ключ": {"S": "a"}, "größe": {"N": "1"}, "名前": {"S": "x"}, "emoji 🎈": {"BOOL": false}}']::jsonb[]);
SELECT import_make('imp.long', 'id:S',
  ARRAY[jsonb_build_object('id', '{"S": "a"}'::jsonb,
    repeat('a', 62) || 'é1', '{"N": "1"}'::jsonb,
    repeat('a', 62) || 'é2', '{"N": "2"}'::jsonb,
    repeat('名', 40), '{"N": "3"}'::jsonb)]);
SELECT import_make('imp.camel', 'PK:S SK:S',
  ARRAY['{"PK": {"S": "a"},
    "SK": {"S": "b"},
    "userId": {"S": "x"},
    "UserID": {"S": "y"},
    "user_id": {"S": "z"},
    "HTTPServer2": {"N": "1"},
    "GSI1PK": {"S": "q"},
    "-x-y-": {"N": "2"},
    "!": {"N": "3"}}']::jsonb[]);
SELECT import_make('imp.index', 'id:S at:N status:S:index score:N:index', ARRAY['{"id": {"S": "a"}, "at": {"N": "1"}, "status": {"S": "open"}}']::jsonb[],
  '{"GlobalSecondaryIndexes": [{"IndexName": "by-status",
      "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"},
      {"AttributeName": "at", "KeyType": "RANGE"}],
      "Projection": {"ProjectionType": "ALL"}}],
    "LocalSecondaryIndexes": [{"IndexName": "by-score",
      "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"},
      {"AttributeName": "score", "KeyType": "RANGE"}],
      "Projection": {"ProjectionType": "KEYS_ONLY"}}]}');
SELECT import_make('imp.document', 'id:S', ARRAY['{"id": {"S": "a"}, "document": {"S": "x"}}']::jsonb[]);
SELECT import_make('imp.wide', 'id:S', ARRAY[(SELECT jsonb_object_agg('a' || n, '{"N": "1"}'::jsonb) FROM generate_series(1, 520) n) || '{"id": {"S": "a"}}']);
SELECT import_make('imp.' || repeat('long', 20), 'id:S', ARRAY[]::jsonb[]);
\o
\unset QUIET
CREATE SCHEMA imported;
CREATE SCHEMA renamed;

-- the columns with their options, as one text for each table
CREATE FUNCTION import_show(into_schema text) RETURNS TABLE ("table" text, "column" text)
LANGUAGE sql AS $$
SELECT quote_ident(c.relname),
       quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attcollation = '"C"'::regcollation THEN ' C' ELSE '' END
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || coalesce(' ' || a.attfdwoptions::text, '')
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = into_schema::regnamespace AND a.attnum > 0
   AND (a.attname !~ '^a[0-9]+$' OR a.attname IN ('a1', 'a520'))
 ORDER BY c.relname COLLATE "C", a.attnum
$$;

-- names are as DynamoDB has them
IMPORT FOREIGN SCHEMA dynamodb
  LIMIT TO ("imp.plain", "imp.sorted", "imp.number-key", "imp.binary-key", "imp.empty",
    "imp.key-only", "imp.sets", "imp.lists", "imp.maps", "imp.mixed", "imp.numbers",
    "imp.reserved", "imp.quotes", "imp.unicode", "imp.long", "imp.camel", "imp.index",
    "imp.document", "imp.wide",
    "imp.longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong")
  FROM SERVER dynamo INTO imported;
SELECT * FROM import_show('imported');
SELECT ftoptions FROM pg_foreign_table
 WHERE ftrelid::regclass::text LIKE '%longlong%';

-- all of them can be read whole
CREATE FUNCTION import_count(into_schema text) RETURNS TABLE ("table" text, items bigint)
LANGUAGE plpgsql AS $$
DECLARE
    r regclass;
BEGIN
    FOR r IN SELECT oid FROM pg_class WHERE relnamespace = into_schema::regnamespace
              ORDER BY relname COLLATE "C" LOOP
        "table" := r;
        EXECUTE 'SELECT count(t) FROM (SELECT * FROM ' || r || ') t' INTO items;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM import_count('imported');
SELECT * FROM imported."imp.quotes";
SELECT * FROM imported."imp.unicode";
SELECT * FROM imported."imp.lists";
-- what follows the sample has a place
UPDATE imported."imp.empty" SET document = '{"a": 1}' WHERE id = 'x' AND dyn_upsert();
INSERT INTO imported."imp.empty" VALUES ('y', '{"b": [1, "2"]}');
SELECT * FROM imported."imp.empty" ORDER BY id;
-- the order of strings is DynamoDB's
EXPLAIN (COSTS OFF) SELECT * FROM imported."imp.camel" WHERE "PK" = 'a' AND "SK" > 'A' AND "SK" < 'z';
-- and it is the definition that is used
UPDATE imported."imp.sets" SET ss = dyn_set_add(ss, ARRAY['z']), ns = dyn_set_delete(ns, ARRAY[1]) WHERE id = 'a' RETURNING *;
UPDATE imported."imp.lists" SET texts = texts || 'y'::text, mixed = dyn_list_append(mixed, '[true]') WHERE id = 'a' RETURNING texts, mixed;
UPDATE imported."imp.mixed" SET v = '"now a text"', w = w + 1 WHERE v = '5' OR w = 2;
SELECT * FROM imported."imp.mixed" ORDER BY id;

-- names as PostgreSQL likes them, and numbers as they were seen
IMPORT FOREIGN SCHEMA dynamodb
  LIMIT TO (imp_camel, imp_numbers, imp_unicode, imp_wide, imp_document, "imp.camel")
  FROM SERVER dynamo INTO renamed
  OPTIONS (column_case 'snake_case', table_case 'snake_case', number_type 'bigint', document 'false');
SELECT * FROM import_show('renamed');
SELECT * FROM renamed.imp_camel;
SELECT * FROM renamed.imp_numbers ORDER BY id;

-- keys only: no item is looked at
DROP SCHEMA renamed CASCADE;
CREATE SCHEMA renamed;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (imp_index, imp_mixed) FROM SERVER dynamo INTO renamed
  OPTIONS (sample_size '0', table_case 'snake_case');
SELECT * FROM import_show('renamed');
SELECT * FROM renamed.imp_mixed ORDER BY id;

-- EXCEPT, without what other tests may have left
SET client_min_messages = error;
DROP SCHEMA renamed CASCADE;
CREATE SCHEMA renamed;
IMPORT FOREIGN SCHEMA dynamodb EXCEPT ("imp.plain", "imp.wide") FROM SERVER dynamo INTO renamed OPTIONS (sample_size '1');
SELECT count(*) FROM pg_class WHERE relnamespace = 'renamed'::regnamespace AND relname LIKE 'imp.%';
RESET client_min_messages;

-- refused
IMPORT FOREIGN SCHEMA public FROM SERVER dynamo INTO imported;
IMPORT FOREIGN SCHEMA dynamodb FROM SERVER dynamo INTO imported OPTIONS (sample '5');
IMPORT FOREIGN SCHEMA dynamodb FROM SERVER dynamo INTO imported OPTIONS (sample_size 'many');
IMPORT FOREIGN SCHEMA dynamodb FROM SERVER dynamo INTO imported OPTIONS (column_case 'lower');
IMPORT FOREIGN SCHEMA dynamodb FROM SERVER dynamo INTO imported OPTIONS (type 'S');
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO ("IMP.plain", "imp.none") FROM SERVER dynamo INTO imported;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO ("imp.plain") FROM SERVER dynamo INTO imported;
-- it costs, and what it may cost is limited
DROP SCHEMA renamed CASCADE;
CREATE SCHEMA renamed;
INSERT INTO imported."imp.sorted" SELECT 'big' || n, n, repeat('x', 300000) FROM generate_series(1, 40) n;
SET dynamorm_fdw.max_read_units = 100;
-- by how much the last page exceeds it is the engine's
DO $$
DECLARE
  detail text;
  hint text;
  used numeric;
BEGIN
  IMPORT FOREIGN SCHEMA dynamodb LIMIT TO ("imp.sorted") FROM SERVER dynamo INTO renamed;
EXCEPTION WHEN configuration_limit_exceeded THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  used := substring(detail FROM 'used ([0-9.]+) units');
  RAISE INFO E'%\n%\n%', SQLERRM, CASE WHEN used BETWEEN 100 AND 150 THEN replace(detail, used::text, '100 to 150') ELSE detail END, hint;
END $$;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO ("imp.sorted") FROM SERVER dynamo INTO renamed OPTIONS (sample_size '1');
RESET dynamorm_fdw.max_read_units;

SET client_min_messages = warning;
\o /dev/null
SELECT dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', name))
  FROM (SELECT option_value FROM pg_foreign_table, pg_options_to_table(ftoptions) WHERE option_name = 'table_name'
           AND ftrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'imported'::regnamespace)) t(name);
\o
DROP SCHEMA imported CASCADE;
DROP SCHEMA renamed CASCADE;
DROP FUNCTION import_make, import_show, import_count;
