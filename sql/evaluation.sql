--
-- What is evaluated, and when: an expression without columns goes into a
-- request before the row is known, but what PostgreSQL would not evaluate must
-- neither fail nor do anything.  The oracle is an ordinary table.
-- Needs: old_item
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE SCHEMA evaluation;
CREATE SCHEMA remote;
CREATE SCHEMA twin;
CREATE FOREIGN TABLE remote.f (id text OPTIONS (key 'partition') COLLATE "C", n int, v text, x double precision) SERVER dynamo OPTIONS (table_name 'evaluation');
CREATE TABLE twin.f (id text COLLATE "C" PRIMARY KEY, n int, v text, x double precision);
SELECT dyn_create_table('remote.f');
SET search_path = evaluation, public;
CREATE SEQUENCE calls;
CREATE TABLE two (x int);
INSERT INTO two VALUES (0), (1);
CREATE FUNCTION fails(int) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fails %', $1 USING ERRCODE = 'MY001'; END $$;
CREATE FUNCTION fails_volatile(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fails %', $1 USING ERRCODE = 'MY001'; END $$;
CREATE FUNCTION fails_in_sql(int) RETURNS int STABLE LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1 / ($1 - $1) FROM evaluation.two';
CREATE FUNCTION has_no_room() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'has no room' USING ERRCODE = '53100'; END $$;
CREATE FUNCTION counted(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''evaluation.calls''); RETURN $1; END';
CREATE FUNCTION run(side text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found text;
  sent bigint;
BEGIN
  PERFORM set_config('search_path', side || ', evaluation, public', true);
  PERFORM setval('calls', 1, false);
  DELETE FROM f;
  INSERT INTO f VALUES ('a', 5, 'va', 0.5), ('b', NULL, 'vb', NULL), ('c', 2147483647, 'vc', 1e100);
  PERFORM dyn_stat_reset();
  BEGIN
    IF statement ~ '^SELECT|RETURNING' THEN
      EXECUTE format('WITH w AS (%s) SELECT coalesce(string_agg(w::text, '' '' ORDER BY w::text), ''no row'') FROM w', statement) INTO found;
    ELSE
      EXECUTE statement;
      GET DIAGNOSTICS sent = ROW_COUNT;
      found := sent || ' rows';
    END IF;
  EXCEPTION WHEN OTHERS THEN
    found := SQLSTATE || ' ' || SQLERRM;
  END;
  SELECT coalesce(sum(requests), 0) INTO sent FROM dyn_stat_requests WHERE operation <> 'DescribeTable';
  PERFORM set_config('evaluation.sent', sent::text, false);
  SELECT found || coalesce('; ' || string_agg(f::text, ' ' ORDER BY id), '') INTO found FROM f;
  SELECT format('%s; %s calls', found, CASE WHEN is_called THEN last_value ELSE 0 END) INTO found FROM calls;
  PERFORM set_config('search_path', 'evaluation, public', true);
  RETURN found;
END $$;
CREATE FUNCTION compare(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  remote text := run('remote', statement);
  sent text := current_setting('evaluation.sent');
  twin text := run('twin', statement);
BEGIN
  RETURN statement || CASE WHEN remote = twin THEN E'\n  the same: ' || remote ELSE E'\n  remote: ' || remote || E'\n  twin: ' || twin END || format(' (%s requests)', sent);
END $$;

-- mended: an INSERT failed because of its ON CONFLICT arm, without a conflict
SELECT compare('INSERT INTO f VALUES (''d'', 2147483647) ON CONFLICT (id) DO UPDATE SET n = excluded.n + 1 RETURNING id, n');
SELECT compare('INSERT INTO f VALUES (''d'', 0) ON CONFLICT (id) DO UPDATE SET n = 1 / excluded.n RETURNING id, n');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = fails(1)');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = fails_in_sql(1)');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = fails_volatile(1)');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = counted(1)');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = nextval(''calls'')');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = 2 WHERE fails(1) > 0');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = 2 WHERE f.n > fails_volatile(1)');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = (SELECT x FROM two)');
SELECT compare('INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = (SELECT 1 / min(x) FROM two)');
SELECT compare('INSERT INTO f VALUES (''d'', 1), (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = counted(excluded.n + 7)');
-- and with one
SELECT compare('INSERT INTO f VALUES (''a'', 2147483647) ON CONFLICT (id) DO UPDATE SET n = excluded.n + 1');
SELECT compare('INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = fails(1)');
SELECT compare('INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = fails_volatile(1)');
SELECT compare('INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = fails(1) WHERE f.n > 100');
SELECT compare('INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = nextval(''calls'') + f.n');
SELECT compare('INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = (SELECT x FROM two)');
SELECT compare('INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = (SELECT max(x) + 40 FROM two)');

-- mended: right sides were evaluated for no row
SELECT compare('UPDATE f SET n = fails(1) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = fails_in_sql(1) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = fails_volatile(1) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = counted(1) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = nextval(''calls'') WHERE id = ''none''');
SELECT compare('UPDATE f SET n = fails(2) WHERE id = ''a'' AND n > 100');
SELECT compare('UPDATE f SET n = counted(2) WHERE id = ''a'' AND n > 100');
SELECT compare('UPDATE f SET n = n + fails(3) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = dyn_increment(n, fails(3)) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND n > fails(1)');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND n > fails_volatile(1)');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND nextval(''calls'') > 0');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''a'' AND n > 100 AND n > fails_volatile(1)');
SELECT compare('UPDATE f SET n = (SELECT x FROM two) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = (SELECT 1 / x FROM two LIMIT 1) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = (SELECT nextval(''calls'')) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = (SELECT fails(1)) WHERE id = ''none''');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND n > (SELECT x FROM two)');
SELECT compare('UPDATE f SET (n, v) = (SELECT 1 / x, ''y'' FROM two LIMIT 1) WHERE id = ''none''');
SELECT compare('DELETE FROM f WHERE id = ''none'' AND n > fails(1)');
SELECT compare('DELETE FROM f WHERE id = ''none'' AND n > counted(1)');
SELECT compare('UPDATE f SET n = fails(1) WHERE id > ''z''');
SELECT compare('UPDATE f SET n = fails(1) WHERE id IN (''y'', ''z'')');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND v = ANY (ARRAY[fails(1)::text])');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND v LIKE fails(1)::text || ''%''');
SELECT compare('DELETE FROM f WHERE v = fails(1)::text AND id > ''z''');
-- for rows that need them they are
SELECT compare('UPDATE f SET n = fails(1) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = fails_volatile(1) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = counted(1) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = nextval(''calls'') WHERE id = ''a'' RETURNING n');
SELECT compare('UPDATE f SET n = 0 * nextval(''calls'')');
SELECT compare('UPDATE f SET n = counted(n % 10) WHERE id IN (''a'', ''b'', ''z'')');
SELECT compare('UPDATE f SET v = ''w'' WHERE id = ''a'' AND nextval(''calls'') > 0');
SELECT compare('UPDATE f SET v = ''w'' WHERE nextval(''calls'') > 2 OR true');
SELECT compare('UPDATE f SET v = ''w'' WHERE nextval(''calls'') % 5 = 4');
SELECT compare('DELETE FROM f WHERE nextval(''calls'') > 2 AND id < ''c''');
SELECT compare('UPDATE f SET n = (SELECT x FROM two) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = (SELECT nextval(''calls'')) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = (SELECT max(x) FROM two) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = has_no_room() WHERE id = ''a''');
-- (what is wrong with the session is said at once)
SELECT run('remote', 'UPDATE f SET n = has_no_room() WHERE id = ''none''');
-- a gate, and a key, are evaluated whatever rows there are
SELECT compare('UPDATE f SET n = 1 WHERE id = ''none'' AND fails(1) > 0');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''a'' AND counted(1) > 0');
SELECT compare('UPDATE f SET n = 1 WHERE id = (SELECT min(x)::text FROM two)');

-- mended: COALESCE and CASE went on where PostgreSQL stops
SELECT compare('UPDATE f SET n = coalesce(n, fails(4)) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = coalesce(n, fails(5)) + 1 WHERE id = ''a''');
SELECT compare('UPDATE f SET n = coalesce(n, nextval(''calls'')::int) WHERE id = ''a''');
SELECT compare('UPDATE f SET n = coalesce(n, counted(7)) WHERE id IN (''a'', ''b'')');
SELECT compare('UPDATE f SET n = coalesce(n, counted(7)) WHERE id = ''b''');
SELECT compare('UPDATE f SET n = dyn_if_not_exists(n, counted(7)) WHERE id = ''b''');
SELECT compare('UPDATE f SET n = CASE WHEN n IS NULL THEN counted(1) ELSE counted(2) + counted(3) END');
SELECT compare('UPDATE f SET n = CASE WHEN n = 5 THEN 6 ELSE fails(1) END WHERE id = ''a''');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''a'' AND (n = 5 OR n > fails(1))');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''a'' AND (n = 6 AND n > counted(1) OR n = 5)');
SELECT compare('UPDATE f SET n = 1 WHERE id = ''a'' AND coalesce(n, fails(1)) = 5');
SELECT compare('UPDATE f SET n = nullif(n, 6) + length(v) WHERE id = ''a''');

SELECT compare('UPDATE f SET v = (ARRAY[$$ {1} $$::int[], $$ {1,2} $$::int[]])::text WHERE id = ''none''');
PREPARE two_arrays(int[], int[]) AS UPDATE remote.f SET v = (ARRAY[$1, $2])::text WHERE id = 'none';
SET plan_cache_mode = force_generic_plan;
EXECUTE two_arrays('{1}', '{1,2}');
RESET plan_cache_mode;
DEALLOCATE two_arrays;

-- reading: what cannot be asked for is looked at here
SELECT compare('SELECT id FROM f WHERE id = ''none'' AND n > fails(1)');
SELECT compare('SELECT id FROM f WHERE id > ''z'' AND n > fails(1)');
SELECT compare('SELECT count(*) FROM f WHERE n > 3 AND (id < ''z'' OR n > fails(1))');
SELECT compare('SELECT id FROM f WHERE id > ''z'' AND n > (SELECT nextval(''calls''))');
SELECT compare('SELECT id || ''x'' FROM (SELECT id FROM f WHERE id > ''z'' AND n = (SELECT counted(1)) OFFSET 0) s WHERE id <> ''q''');
SELECT compare('SELECT id FROM f WHERE id > ''z'' AND n = (SELECT counted(1)) UNION ALL SELECT id FROM f WHERE id > ''z'' AND n = (SELECT counted(2))');
SELECT compare('SELECT id FROM (WITH q AS MATERIALIZED (SELECT counted(3) AS c) SELECT id FROM f WHERE id > ''z'' AND n = (SELECT c FROM q)) s');
SELECT compare('SELECT id FROM f WHERE n > fails(1)');
SELECT compare('SELECT id FROM f WHERE n = (SELECT max(x) + 4 FROM two)');

-- what cannot fail, or is tried, stays one request
SELECT compare('UPDATE f SET v = now()::date::text WHERE id = ''a'' AND v < (now() - interval ''1 day'')::text AND now() > ''2020-01-01''');
CREATE TABLE one_each (pk int PRIMARY KEY, x int);
INSERT INTO one_each SELECT g, g FROM generate_series(1, 1000) g;
ANALYZE one_each;
CREATE FUNCTION requests(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  sent text;
BEGIN
  PERFORM run('remote', statement);
  RETURN format('%s: %s', statement, current_setting('evaluation.sent'));
END $$;
SELECT requests(s) FROM unnest(ARRAY[
  'UPDATE f SET v = gen_random_uuid()::text WHERE id = ''a''',
  'UPDATE f SET x = random() WHERE id = ''a''',
  'UPDATE f SET x = random() * 100 + 1 WHERE id = ''a'' AND random() < 2',
  'UPDATE f SET n = (random() * 100)::int WHERE id = ''a''',
  'UPDATE f SET v = clock_timestamp()::text WHERE id = ''a''',
  'UPDATE f SET n = n + length(current_user || now()::text) WHERE id = ''a''',
  'UPDATE f SET n = dyn_increment(n, length(''abc'') * 2) WHERE id = ''a''',
  'UPDATE f SET n = abs(5) WHERE id = ''none''',
  'UPDATE f SET n = (SELECT max(x) FROM two) WHERE id = ''a''',
  'UPDATE f SET n = (SELECT count(*) FROM two WHERE x > 0) WHERE id = ''a''',
  'UPDATE f SET n = (SELECT x FROM one_each WHERE pk = 5) WHERE id = ''a''',
  'UPDATE f SET n = (SELECT x FROM one_each WHERE pk > 5) WHERE id = ''none''',
  'UPDATE f SET v = ''t'' WHERE id = ''a'' AND EXISTS (SELECT FROM two)',
  'INSERT INTO f VALUES (''a'', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n + 1',
  'INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n, x = random()',
  'INSERT INTO f VALUES (''d'', 1) ON CONFLICT (id) DO UPDATE SET n = f.n + excluded.n, v = now()::text'
]) s;
-- what EXPLAIN says of them
SELECT explain('UPDATE remote.f SET n = (SELECT x FROM two) WHERE id = ''a''');
SELECT explain('UPDATE remote.f SET n = (SELECT max(x) FROM two) WHERE id = ''a''');
EXPLAIN (COSTS OFF) UPDATE remote.f SET n = nextval('calls') WHERE id = 'a';
EXPLAIN (COSTS OFF) UPDATE remote.f SET n = fails(1) WHERE id = 'a';
EXPLAIN (COSTS OFF) INSERT INTO remote.f VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n + 1;
EXPLAIN (COSTS OFF) INSERT INTO remote.f VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET n = counted(1);
SELECT dyn_drop_table('remote.f');
RESET search_path;
DROP SCHEMA evaluation CASCADE;
DROP SCHEMA remote CASCADE;
DROP SCHEMA twin CASCADE;
