--
-- Indexes: which of them answers, by EXPLAIN and by what comes back.
-- Needs: index_drop
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE FUNCTION access(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := '';
BEGIN
  FOR one IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
    IF one ~ '^ *(Sort Key|Incremental Sort|DynamoDB Operation|Key'
        '|FilterExpression|ConditionExpression|UpdateExpression'
        '|Candidates|Index Not Used|ScanIndexForward|Select|Page Size)'
        OR one ~ 'Sort$' THEN
      result := result || E'\n    ' || btrim(one);
    END IF;
  END LOOP;
  RETURN statement || result;
END $$;
SET enable_incremental_sort = off;
CREATE FUNCTION rows(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  -- equal keys of an index come in any order
  EXECUTE format('SELECT coalesce(string_agg(r::text, '' '' %s), ''none'') FROM (%s) r',
    CASE WHEN statement ~ 'ORDER BY' THEN '' ELSE 'ORDER BY r::text' END, statement) INTO result;
  RETURN access(statement) || E'\n    = ' || result;
END $$;
CREATE FOREIGN TABLE album (
  artist text OPTIONS (key 'partition') COLLATE "C",
  title text OPTIONS (key 'sort') COLLATE "C",
  year integer, label text COLLATE "C", rank integer, note text
) SERVER dynamo;
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "album", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"}, {"AttributeName": "title", "AttributeType": "S"},
    {"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "label", "AttributeType": "S"}, {"AttributeName": "rank", "AttributeType": "N"}],
  "LocalSecondaryIndexes": [
    {"IndexName": "by_year", "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}],
  "GlobalSecondaryIndexes": [
    {"IndexName": "by_label", "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}, {"AttributeName": "rank", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}},
    {"IndexName": "by_rank", "KeySchema": [{"AttributeName": "rank", "KeyType": "HASH"}], "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["year"]}}]
}$$) IS NOT NULL;
INSERT INTO album SELECT a, a || t, 1970 + t, CASE t % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'blue' END, nullif(t % 4, 0), 'n' || t
  FROM unnest('{x,y}'::text[]) a, generate_series(1, 6) t;
-- items enough for a choice to matter
INSERT INTO album SELECT 'z', 'z' || t, 1900, 'none', 9, repeat('-', 300) FROM generate_series(1, 1200) t;
UPDATE album SET year = NULL WHERE title = 'x6';

-- local indexes: read consistently, but rows without the sort key are not there
SELECT rows($$SELECT title FROM album WHERE artist = 'x' AND year > 1973$$);
SELECT rows($$SELECT title FROM album WHERE artist = 'x' AND year BETWEEN 1972 AND 1973$$);
SELECT rows($$SELECT title FROM album WHERE artist = 'x' AND year > 1972 AND year < 1974$$);
-- what is not in it: index_fetch; or in the table alone
SELECT rows($$SELECT title FROM album WHERE artist = 'x' AND year > 1973 AND note <> 'n5'$$);
SELECT rows($$SELECT title FROM album WHERE artist = 'x' AND (year > 1974 OR year IS NULL)$$);
SELECT rows($$SELECT title FROM album WHERE artist = 'x' AND year = NULL$$);

-- global indexes: not where reads are consistent
SELECT rows($$SELECT title FROM album WHERE label = 'red' AND rank = 2$$);
ALTER FOREIGN TABLE album OPTIONS (ADD consistent_read 'false');
SELECT rows($$SELECT title FROM album WHERE label = 'red' AND rank = 2$$);
SELECT rows($$SELECT title, rank FROM album WHERE label = 'red' AND rank > 1$$);
-- an item without rank is not in the index
SELECT rows($$SELECT title FROM album WHERE label = 'red'$$);
SELECT rows($$SELECT title FROM album WHERE label = 'red' AND rank IS NOT NULL$$);
-- an item may have no label
SELECT rows($$SELECT title FROM album WHERE rank = 2$$);
SELECT rows($$SELECT title, year FROM album WHERE rank = 2 AND year > 1972$$);
-- not all that is wanted is there
SELECT rows($$SELECT title, note FROM album WHERE rank = 2$$);
SELECT rows($$SELECT title FROM album WHERE rank = 2 AND note = 'n2'$$);
-- no index can be asked for these
SELECT rows($$SELECT title FROM album WHERE label = '' AND rank = 2$$);
SELECT rows($$SELECT title FROM album WHERE label > 'a' AND rank = 2 AND note IS NOT NULL$$);

-- values that are known only when the statement runs
SET plan_cache_mode = force_generic_plan;
PREPARE by_label(text, integer) AS SELECT title FROM album WHERE label = $1 AND rank >= $2 ORDER BY title;
EXPLAIN (COSTS OFF) EXECUTE by_label('red', 2);
EXECUTE by_label('red', 2);
EXECUTE by_label('', 2);
EXECUTE by_label(NULL, 2);
RESET plan_cache_mode;

-- order
SELECT rows($$SELECT title FROM album WHERE artist = 'x' ORDER BY title$$);
SELECT rows($$SELECT title FROM album WHERE artist = 'x' ORDER BY title DESC$$);
SELECT rows($$SELECT title, year FROM album WHERE artist = 'y' AND year IS NOT NULL ORDER BY year DESC$$);
SELECT rows($$SELECT title, year FROM album WHERE artist = 'y' AND year > 1972 ORDER BY year, title$$);
SELECT rows($$SELECT title, rank FROM album WHERE label = 'blue' AND rank > 0 ORDER BY rank DESC, title$$);
SELECT rows($$SELECT title FROM album WHERE artist = 'x' ORDER BY title COLLATE "und-x-icu"$$);
SELECT rows($$SELECT title FROM album WHERE artist <> 'z' ORDER BY title$$);
SELECT rows($$SELECT max(title) FROM album WHERE artist = 'x'$$);
SELECT rows($$SELECT min(year) FROM album WHERE artist = 'x'$$);

-- candidates of an UPDATE or DELETE
SELECT access($$UPDATE album SET note = 'red' WHERE label = 'red' AND rank = 2$$);
UPDATE album SET note = 'red' WHERE label = 'red' AND rank = 2 RETURNING note;
-- what finds them is assigned
SELECT access($$UPDATE album SET rank = rank + 1 WHERE label = 'blue' AND rank > 0$$);
UPDATE album SET rank = rank + 1 WHERE label = 'blue' AND rank > 0 RETURNING rank;
SELECT access($$DELETE FROM album WHERE rank = 3 AND label IS NOT NULL$$);
DELETE FROM album WHERE label = 'red' AND rank = 2 RETURNING note;
SELECT access($$DELETE FROM album WHERE artist = 'y' AND year > 1974$$);
DELETE FROM album WHERE artist = 'y' AND year > 1974 RETURNING title;

-- an index that is gone
PREPARE again AS SELECT rank FROM album WHERE label = 'blue' AND rank = 2;
EXECUTE again;
SELECT dyn_request('dynamo', 'UpdateTable', '{"TableName": "album", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by_label"}}]}') IS NOT NULL;
SELECT access($$SELECT title FROM album WHERE label = 'blue' AND rank = 2$$);
SELECT dyn_drop_table('album');
DROP FOREIGN TABLE album;
DROP FUNCTION access(text), rows(text);
