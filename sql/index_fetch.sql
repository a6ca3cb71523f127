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
