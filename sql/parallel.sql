--
-- Asynchronous scans below an Append.  Segments of one Scan: parallel_segment.
--
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := statement;
BEGIN
  FOR one IN SELECT explain_analyze(statement) LOOP
    IF one !~ 'DynamoDB Requests|Capacity|Sort Method|Memory' THEN
      result := result || E'\n    ' || regexp_replace(one, ' \(.*\)', '');
    END IF;
  END LOOP;
  RETURN result;
END $$;
-- partitions, and the branches of UNION ALL
CREATE TABLE shop (region text, id integer, n integer) PARTITION BY LIST (region);
CREATE FOREIGN TABLE shop_eu (region text OPTIONS (key 'partition'), id integer OPTIONS (key 'sort'), n integer) SERVER dynamo;
ALTER TABLE shop ATTACH PARTITION shop_eu FOR VALUES IN ('eu');
CREATE FOREIGN TABLE shop_us (region text OPTIONS (key 'partition'), id integer OPTIONS (key 'sort'), n integer) SERVER dynamo;
ALTER TABLE shop ATTACH PARTITION shop_us FOR VALUES IN ('us');
CREATE TABLE shop_local PARTITION OF shop DEFAULT;
SELECT dyn_create_table('shop_eu'), dyn_create_table('shop_us');
INSERT INTO shop SELECT r, g, g * 10 FROM unnest('{eu,us,xx}'::text[]) r, generate_series(1, 20) g;
SELECT plan_of('SELECT sum(n) FROM shop WHERE n > 100');
SELECT region, sum(n), count(*) FROM shop WHERE n > 100 GROUP BY region ORDER BY region;
SELECT count(*) FROM shop;
SELECT plan_of('SELECT n FROM shop_eu WHERE id < 3 UNION ALL SELECT n FROM shop_us WHERE n::text = ''30'' UNION ALL SELECT n FROM shop_eu WHERE region = ''eu'' AND id = 4');
SELECT sum(n) FROM (SELECT n FROM shop_eu WHERE id < 3 UNION ALL SELECT n FROM shop_us WHERE n::text = '30' UNION ALL SELECT n FROM shop_eu WHERE region = 'eu' AND id = 4) s;
SELECT plan_of('SELECT n FROM shop WHERE n > 100 LIMIT 25');
SELECT count(*) FROM (SELECT n FROM shop WHERE n > 100 LIMIT 25) s;
-- again for each row of another table
SELECT g, s.c FROM generate_series(1, 3) g, LATERAL (SELECT count(*) c FROM shop WHERE n > g * 50) s ORDER BY g;
-- nothing can match in one of them, nothing matches in another
SELECT count(*) FROM (SELECT n FROM shop_eu WHERE id = NULL UNION ALL SELECT n FROM shop_us WHERE n = 7 UNION ALL SELECT n FROM shop_us WHERE id = 20) s;
-- an error in one of them
SELECT sum(n) FROM (SELECT n FROM shop_eu UNION ALL SELECT 1 / (n - 100) FROM shop_us) s;
SELECT count(*) FROM shop;
-- UPDATE and DELETE of partitions
UPDATE shop SET n = n + 1 WHERE id = 20 RETURNING region, n;
DELETE FROM shop WHERE id = 19;
SELECT count(*), sum(n) FROM shop;
SET enable_async_append = off;
SELECT count(*), sum(n) FROM shop;
RESET enable_async_append;
SELECT dyn_drop_table('shop_eu'), dyn_drop_table('shop_us');
DROP TABLE shop;
DROP FUNCTION plan_of;
