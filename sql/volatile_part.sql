-- Volatile parts of what an UPDATE assigns: evaluated once for a row, whatever
-- they stand in.
-- Needs: list_equality
CREATE SCHEMA volatile_part;
SET search_path = volatile_part, public;
CREATE TYPE price AS (amount integer, currency text);
CREATE TYPE article AS (name text, price price);
CREATE FOREIGN TABLE item (id text OPTIONS (key 'partition'), n integer, word text, article article, articles article[], list integer[])
  SERVER dynamo OPTIONS (table_name 'volatile_part');
SELECT dyn_create_table('item');
CREATE TABLE twin (id text PRIMARY KEY, n integer, word text, article article, articles article[], list integer[]);
CREATE FUNCTION five() RETURNS integer VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN 5; END';
CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS $$
  DELETE FROM twin;
  INSERT INTO twin VALUES ('k', 5, 'old', ('chair', (10, 'EUR')), ARRAY[('chair', (10, 'EUR')), ('desk', (20, 'EUR'))]::article[], '{1,2,3}');
  DELETE FROM item;
  INSERT INTO item SELECT * FROM twin $$;
-- the statement on both, and where they differ afterwards
CREATE FUNCTION compare(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM fill();
  EXECUTE format(statement, 'item');
  EXECUTE format(statement, 'twin');
  RETURN QUERY SELECT 'foreign: ' || i::text FROM item i WHERE NOT EXISTS (SELECT FROM twin t WHERE t = i::text::twin);
  RETURN QUERY SELECT 'ordinary: ' || t::text FROM twin t;
EXCEPTION WHEN OTHERS THEN
  RETURN NEXT SQLSTATE || ' ' || SQLERRM;
END $$;
-- mended: a volatile value for a field of a field, or of an element, took all other fields away
SELECT compare('UPDATE %I SET article.price.amount = five()');
SELECT compare('UPDATE %I SET articles[1].price.amount = five()');
SELECT compare('UPDATE %I SET articles[2].name = five()::text');
SELECT compare('INSERT INTO %I AS t (id, n) VALUES (''k'', 1) ON CONFLICT (id) DO UPDATE SET article.price.amount = five()');
-- mended: a CASE of a column with a volatile value to compare with
SELECT compare('UPDATE %I SET word = CASE n WHEN five() THEN ''five'' ELSE ''other'' END');
SELECT compare('UPDATE %I SET word = CASE n + 1 WHEN five() THEN ''five'' WHEN five() + 1 THEN word || five() ELSE ''other'' END');
SELECT compare('UPDATE %I SET n = n * 2 WHERE CASE n WHEN five() THEN true ELSE false END');
-- also: forms without a value from outside
SELECT compare('UPDATE %I SET list[2] = five(), n = n + five()');
SELECT compare('UPDATE %I SET word = CASE five() WHEN 5 THEN ''five'' ELSE ''other'' END');
SELECT compare('UPDATE %I SET list = (ARRAY[five(), 6])::bigint[]::integer[]');
SELECT dyn_drop_table('item');
SET client_min_messages = warning;
DROP FOREIGN TABLE item;
DROP SCHEMA volatile_part CASCADE;
