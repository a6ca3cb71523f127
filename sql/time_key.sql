--
-- Times at the edges of their types, as keys and as ordinary attributes: what
-- is selected, counted, ordered, updated and deleted must be the same as of an
-- ordinary table.
-- Needs: transactions
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
CREATE SCHEMA time_key;
SET search_path = time_key, public;
CREATE TABLE edge (type text, n int, k text, PRIMARY KEY (type, n));
INSERT INTO edge SELECT t, row_number() OVER (PARTITION BY t) * 10, k
  FROM unnest('{date,timestamp,timestamptz}'::text[]) t,
    unnest('{-infinity,4714-11-24 BC,4714-12-31 BC,
      4713-01-01 BC,
      0044-03-14 BC,0044-03-15 BC,0044-04-01 BC,
      0002-12-31 BC,
      0001-01-01 BC,0001-02-29 BC,0001-12-31 BC,
      0001-01-01,0004-02-29,0999-12-31,
      1970-01-01,2024-02-29,2024-03-01,
      9999-12-31,
      10000-01-01,10000-01-31,10000-02-01,
      12345-06-07,99999-12-31,100000-01-01,294276-12-31,
      infinity}'::text[]) k;
INSERT INTO edge SELECT 'date', 500 + row_number() OVER (), k FROM unnest('{294277-01-01,999999-12-31,1000000-01-01,5874897-12-31}'::text[]) k;
INSERT INTO edge SELECT t, 500 + row_number() OVER (PARTITION BY t), k FROM unnest('{timestamp,timestamptz}'::text[]) t,
    unnest('{0001-12-31 23:59:59.999999 BC,0001-01-01 00:00:00.000001,9999-12-31 23:59:59.999999,10000-01-01 00:00:00.000001,294276-12-31 23:59:59.999999}'::text[]) k;
-- for each type a foreign table with it as sort key, a twin, and one that shows what is stored
CREATE FUNCTION make_tables(type text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE %1$s_key (p int OPTIONS (key ''partition''), k %1$s OPTIONS (key ''sort''), n int, t %1$s) SERVER dynamo OPTIONS (table_name ''time_key_%1$s'')', type);
  EXECUTE format('CREATE FOREIGN TABLE %1$s_stored (p int OPTIONS (key ''partition''), '
    'k text OPTIONS (key ''sort'') COLLATE "C", n int, t text COLLATE "C") '
    'SERVER dynamo OPTIONS (table_name ''time_key_%1$s'')',
    type);
  EXECUTE format('CREATE TABLE %1$s_twin (p int, k %1$s, n int, t %1$s, PRIMARY KEY (p, k))', type);
  PERFORM dyn_create_table(format('%s_key', type)::regclass);
  EXECUTE format('INSERT INTO %1$s_key SELECT 1, k::%1$s, n, k::%1$s FROM edge WHERE type = ''%1$s''', type);
  EXECUTE format('INSERT INTO %1$s_twin SELECT 1, k::%1$s, n, k::%1$s FROM edge WHERE type = ''%1$s''', type);
END $$;
-- runs a statement with each table; NULL if both say the same
CREATE FUNCTION difference(type text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ours text;
  twin text;
BEGIN
  BEGIN
    EXECUTE replace(statement, 'TABLE', type || '_key') INTO ours;
  EXCEPTION WHEN OTHERS THEN ours := SQLSTATE;
  END;
  EXECUTE replace(statement, 'TABLE', type || '_twin') INTO twin;
  IF ours IS DISTINCT FROM twin THEN
    RETURN format('%s: %s instead of %s', replace(statement, 'TABLE', type), coalesce(ours, 'NULL'), coalesce(twin, 'NULL'));
  END IF;
  RETURN NULL;
END $$;
-- how many of the statements differ, and the first of them
CREATE FUNCTION differences(type text, VARIADIC statements text[]) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s: %s of %s differ%s', type, count(d), count(*), ', such as ' || (array_agg(d ORDER BY i) FILTER (WHERE d IS NOT NULL))[1])
    FROM (SELECT i, difference(type, s) d FROM unnest(statements) WITH ORDINALITY x (s, i)) y $$;
-- a template for each edge of the type: V
CREATE FUNCTION at_edges(type text, template text) RETURNS text LANGUAGE sql AS $$
  SELECT differences(at_edges.type, VARIADIC array_agg(replace(replace(template, 'OP', op), 'V', format('%L::%s', k, at_edges.type)) ORDER BY n, op))
    FROM edge e, unnest(CASE WHEN template LIKE '%OP%' THEN '{=,<>,<,<=,>,>=}' ELSE '{=}' END::text[]) op WHERE e.type = at_edges.type $$;
SELECT make_tables(t) FROM unnest('{date,timestamp,timestamptz}'::text[]) t;

-- mended: a range on a key missed the times after year 9999 and before year 1, or took those that it should not
SELECT at_edges(t, 'SELECT string_agg(n::text, '' '' ORDER BY n) FROM TABLE WHERE p = 1 AND k OP V') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;
SELECT at_edges(t, 'SELECT count(*) FROM TABLE WHERE p = 1 AND k OP V') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;
SELECT at_edges('timestamptz', 'SELECT count(*) FROM TABLE WHERE k OP V');
SELECT at_edges(t, 'SELECT concat(min(k), '' '', max(k)) FROM TABLE WHERE p = 1 AND k OP V') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;
SELECT differences(t, VARIADIC array_agg(format('SELECT string_agg(n::text, '' '' ORDER BY n) FROM TABLE WHERE p = 1 AND k BETWEEN %L AND %L', a.k, b.k) ORDER BY a.n, b.n))
  FROM unnest('{date,timestamp,timestamptz}'::text[]) t JOIN edge a ON a.type = t AND a.n % 30 = 10 JOIN edge b ON b.type = t AND b.n % 20 = 0 GROUP BY t ORDER BY t;
SELECT differences(t, 'SELECT string_agg(n::text, '' '') FROM (SELECT n FROM TABLE WHERE p = 1 AND k >= ''-infinity'' ORDER BY k) x',
    'SELECT string_agg(n::text, '' '') FROM (SELECT n FROM TABLE WHERE p = 1 AND k < ''20000-01-01'' ORDER BY k DESC) x',
    'SELECT string_agg(n::text, '' '') FROM (SELECT n FROM TABLE WHERE p = 1 AND k > ''0044-03-15 BC'' ORDER BY k LIMIT 5) x',
    'SELECT string_agg(k::text, '' '') FROM (SELECT k FROM TABLE WHERE p = 1 AND k <= ''12345-06-07'' ORDER BY k DESC LIMIT 5) x') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;

-- mended: what is stored of such a time was not in the order of time
SELECT string_agg(k, E'\n' ORDER BY k) FROM date_stored;
SELECT string_agg(k, E'\n' ORDER BY k) FROM timestamptz_stored;
SELECT t, string_agg(s, ' ' ORDER BY s) = string_agg(s, ' ' ORDER BY n, s) AS sorted FROM
  (SELECT 'timestamp' AS t, f.k AS s, rank() OVER (ORDER BY w.k) AS n FROM timestamp_stored f JOIN timestamp_twin w USING (n)) x GROUP BY t;
-- a range is one Query, and says it all
SELECT explain($$SELECT count(*) FROM timestamptz_key WHERE p = 1 AND k > '10000-01-01' AND k <= 'infinity'$$);
SELECT explain($$SELECT n FROM date_key WHERE p = 1 AND k >= '0044-03-15 BC' ORDER BY k DESC$$);

-- also: filters on attributes that are no keys, at all edges; equality, lists and joins
SELECT at_edges(t, 'SELECT string_agg(n::text, '' '' ORDER BY n) FROM TABLE WHERE t OP V') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;
SELECT at_edges(t,
  'WITH u AS (UPDATE TABLE SET n = n - 1000 WHERE p = 1 AND k = ''0001-01-01'' AND t OP V RETURNING n) '
  'SELECT string_agg(n::text, '' '' ORDER BY n) FROM u')
  FROM unnest('{timestamptz}'::text[]) t;
SELECT at_edges(t, 'SELECT concat(n, '' '', k, '' '', t) FROM TABLE WHERE p = 1 AND k = V') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;
SELECT differences(t, 'SELECT string_agg(n::text, '' '' ORDER BY n) FROM TABLE WHERE p = 1 AND k IN (''4713-01-01 BC'', ''9999-12-31'', ''10000-01-01'', ''294276-12-31'', ''infinity'')',
    'SELECT string_agg(f.n::text, '' '' ORDER BY f.n) FROM edge e JOIN TABLE f ON f.p = 1 AND f.k = e.k::' || t || ' WHERE e.type = ''' || t || '''',
    'SELECT string_agg(f.n::text, '' '' ORDER BY f.n) FROM TABLE f JOIN TABLE g ON f.p = g.p AND f.k < g.k '
    'WHERE g.p = 1 AND g.k = ''10000-01-01''')
    FROM unnest('{date,timestamp,timestamptz}'::text[]) t;

-- mended: a key in a spelling that does not sort was read as if it stood in its place
INSERT INTO timestamptz_stored VALUES (2, '10000-01-01T00:00:00.000000Z', 1), (3, '0044-03-15T00:00:00.000000Z BC', 1);
INSERT INTO date_stored VALUES
  (2, '10000-01-01', 1),
  (3, '0044-03-15 BC', 1),
  (4, 'Y0002024-01-01', 1),
  (5, '/0000-01-01', 1),
  (6, 'Y5874898-01-01', 1),
  (7, 'Y0010000-02-30', 1),
  (8, '/9999-02-29', 1),
  (9, '/9998-02-29', 1);
CREATE FUNCTION try_key(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE statement INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN CASE WHEN SQLSTATE LIKE '22%' THEN 'no time' ELSE SQLSTATE || ' ' || SQLERRM END;
END $$;
SELECT try_key('SELECT k FROM timestamptz_key WHERE p = 2');
SELECT try_key('SELECT k FROM timestamptz_key WHERE p = 3');
SELECT try_key(format('SELECT k FROM date_key WHERE p = %s', p)) FROM generate_series(2, 9) p;

DELETE FROM timestamptz_stored WHERE p > 1;
DELETE FROM date_stored WHERE p > 1;

-- also: in other attributes such spellings are read, and compared as what they mean
INSERT INTO timestamptz_stored VALUES (10, 'infinity', 1, '10000-01-01T00:00:00.000000Z'), (11, 'infinity', 2, '0044-03-15T00:00:00.000000Z BC'), (12, 'infinity', 3, '2020-01-01 00:00');
SELECT t, n FROM timestamptz_key WHERE p BETWEEN 10 AND 12 ORDER BY n;
SELECT n FROM timestamptz_key WHERE p BETWEEN 10 AND 12 AND t > '2010-01-01' ORDER BY n;
SELECT n FROM timestamptz_key WHERE p BETWEEN 10 AND 12 AND t = '10000-01-01' ORDER BY n;
UPDATE timestamptz_key SET n = n + 10 WHERE p = 10 AND k = 'infinity' AND t = '10000-01-01' RETURNING n;
UPDATE timestamptz_key SET n = n + 10 WHERE p = 11 AND k = 'infinity' AND t < '0001-01-01' RETURNING n;
UPDATE timestamptz_key SET t = t WHERE p IN (10, 11) AND k = 'infinity';
SELECT p, t FROM timestamptz_stored WHERE p BETWEEN 10 AND 12 ORDER BY p;
DELETE FROM timestamptz_stored WHERE p > 1;

-- mended: UPDATE and DELETE by a range missed such times too
SELECT at_edges(t,
  'WITH u AS (UPDATE TABLE SET n = n + 1000 WHERE p = 1 AND k >= V RETURNING k, n) '
  'SELECT string_agg(concat(k, '' '', n), '', '' ORDER BY k) FROM u')
  FROM unnest('{date,timestamp,timestamptz}'::text[]) t;
SELECT difference('date', 'WITH d AS (DELETE FROM TABLE WHERE p = 1 AND k > ''999999-12-31'' RETURNING k) SELECT string_agg(k::text, '' '' ORDER BY k) FROM d');
SELECT differences(t, 'WITH d AS (DELETE FROM TABLE WHERE p = 1 AND k < ''4713-01-01 BC'' RETURNING k) SELECT string_agg(k::text, '' '' ORDER BY k) FROM d',
    'WITH d AS (DELETE FROM TABLE WHERE p = 1 AND k BETWEEN ''10000-01-31'' AND ''99999-12-31'' RETURNING k) SELECT string_agg(k::text, '' '' ORDER BY k) FROM d',
    'WITH u AS (UPDATE TABLE SET k = ''20000-01-01'' WHERE p = 1 AND k = ''0001-02-29 BC'' RETURNING k) SELECT string_agg(k::text, '' '' ORDER BY k) FROM u',
    'WITH u AS (UPDATE TABLE SET k = ''0100-02-28 BC'' WHERE p = 1 AND k BETWEEN ''20000-01-01'' AND ''20000-01-02'' RETURNING k) SELECT string_agg(k::text, '' '' ORDER BY k) FROM u',
    'WITH d AS (DELETE FROM TABLE WHERE p = 1 AND k BETWEEN ''0999-12-31 BC'' AND ''0001-01-01'' RETURNING k) SELECT string_agg(k::text, '' '' ORDER BY k) FROM d',
    'SELECT string_agg(concat(k, '' '', n), '', '' ORDER BY k) FROM TABLE') FROM unnest('{date,timestamp,timestamptz}'::text[]) t;

-- also: as the partition key, with less precision, in another time zone
CREATE FOREIGN TABLE stamped (k timestamptz(3) OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'time_key_stamped');
SELECT dyn_create_table('stamped');
SET timezone = 'Asia/Tokyo';
INSERT INTO stamped VALUES ('10000-01-01 00:00:00.12345', 1), ('0001-01-01 00:00', 2), ('infinity', 3);
SELECT * FROM stamped WHERE k = '10000-01-01 00:00:00.123';
SELECT n FROM stamped WHERE k = '0001-12-31 14:41:01+00 BC';
UPDATE stamped SET n = n + 10 WHERE k IN ('10000-01-01 00:00:00.123', '0001-01-01 00:00', 'infinity', '-infinity') RETURNING k, n;
SET timezone = 'UTC';
SELECT * FROM stamped ORDER BY k;
INSERT INTO stamped VALUES ('9999-12-31 15:00:00.123', 1) ON CONFLICT (k) DO UPDATE SET n = stamped.n + 100 RETURNING *;
SELECT dyn_drop_table('stamped'), dyn_drop_table('date_key'), dyn_drop_table('timestamp_key'), dyn_drop_table('timestamptz_key');
DROP SCHEMA time_key CASCADE;
