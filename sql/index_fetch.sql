--
-- A local index fetches from its table what is not in it.
-- Needs: index_fetch
--
\pset format unaligned
\pset tuples_only on
CREATE FOREIGN TABLE album (
  artist text OPTIONS (key 'partition') COLLATE "C",
  title text OPTIONS (key 'sort') COLLATE "C",
  year integer, label text, note text
) SERVER dynamo;
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "album", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"}, {"AttributeName": "title", "AttributeType": "S"}, {"AttributeName": "year", "AttributeType": "N"}],
  "LocalSecondaryIndexes": [
    {"IndexName": "by_year", "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]
}$$) IS NOT NULL;
INSERT INTO album SELECT 'x', 'x' || t, 1970 + t, CASE t % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'blue' END, 'n' || t FROM generate_series(1, 6) t;
-- items enough for a choice to matter
INSERT INTO album SELECT 'z', 'z' || t, 1900, 'none', repeat('-', 300) FROM generate_series(1, 1200) t;
SELECT explain($$SELECT * FROM album WHERE artist = 'x' AND year = 1973$$);
SELECT * FROM album WHERE artist = 'x' AND year = 1973;
SELECT title, note FROM album WHERE artist = 'x' AND year BETWEEN 1971 AND 1973 ORDER BY year DESC;
SELECT dyn_drop_table('album');
DROP FOREIGN TABLE album;
-- what tells rows from items of other kinds is not in the index
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "album_line", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}, {"AttributeName": "L", "AttributeType": "S"}],
  "LocalSecondaryIndexes": [
    {"IndexName": "by_rank", "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "L", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]
}$$) IS NOT NULL;
CREATE FOREIGN TABLE line (
  list text OPTIONS (attribute_name 'PK', key 'partition', template 'LIST#{}') COLLATE "C",
  no integer OPTIONS (attribute_name 'SK', key 'sort', template '{:03}'),
  rank integer OPTIONS (attribute_name 'L', template '{:04}'), kind text OPTIONS (template 'line')
) SERVER dynamo OPTIONS (table_name 'album_line');
INSERT INTO line (list, no, rank) SELECT 'l', n, n FROM generate_series(1, 300) n;
SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "album_line", "Item": {"PK": {"S": "LIST#l"}, "SK": {"S": "x"}, "L": {"S": "0007"}, "kind": {"S": "other"}}}') IS NOT NULL;
ANALYZE line;
SELECT explain($$SELECT count(*) FROM line WHERE list = 'l' AND rank = 7$$);
SELECT count(*) FROM line WHERE list = 'l' AND rank = 7;
SELECT dyn_request('dynamo', 'DeleteTable', '{"TableName": "album_line"}') IS NOT NULL;
DROP FOREIGN TABLE line;
