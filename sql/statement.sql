--
-- Statements of every kind, each on a foreign table and on an ordinary one with
-- the same rows: results, errors and rows afterwards must be the same.
-- Needs: list_equality
--
CREATE SCHEMA remote;
CREATE SCHEMA twin;
CREATE FOREIGN TABLE remote.t (id text OPTIONS (key 'partition'), n integer, x text, l text[]) SERVER dynamo OPTIONS (table_name 'statement');
CREATE TABLE twin.t (id text PRIMARY KEY, n integer, x text, l text[]);
CREATE FOREIGN TABLE remote.o (id integer OPTIONS (key 'partition'), sub integer OPTIONS (key 'sort'), v integer) SERVER dynamo OPTIONS (table_name 'statement_o');
CREATE TABLE twin.o (id integer, sub integer, v integer, PRIMARY KEY (id, sub));
SELECT dyn_create_table('remote.t'), dyn_create_table('remote.o');
CREATE TABLE log (side text, what text);
CREATE SEQUENCE remote.seq;
CREATE SEQUENCE twin.seq;
CREATE FUNCTION run(side text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one record;
  rows jsonb[] := '{}';
  touched bigint;
  part text;
  parts text[] := string_to_array(statement, ';');
BEGIN
  PERFORM set_config('search_path', side || ', public', true);
  FOREACH part IN ARRAY parts LOOP
    part := btrim(part, E' \n');
    IF part ~ '^(SELECT|TABLE|VALUES|WITH|EXECUTE|EXPLAIN)|RETURNING' THEN
      rows := '{}';
      FOR one IN EXECUTE part LOOP
        rows := rows || to_jsonb(one);
      END LOOP;
      touched := cardinality(rows);
    ELSE
      EXECUTE part;
      GET DIAGNOSTICS touched = ROW_COUNT;
    END IF;
  END LOOP;
  RETURN format('%s %s', touched, (SELECT jsonb_agg(r ORDER BY r) FROM unnest(rows) r));
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;
CREATE FUNCTION content(side text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT concat(jsonb_agg(to_jsonb(t) ORDER BY id)) FROM %I.t', side) INTO result;
  RETURN result;
END $$;
CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM remote.t;
  DELETE FROM twin.t;
  INSERT INTO twin.t VALUES ('a', 1, 'one', '{x}'), ('b', 2, 'two', '{}'), ('c', 3, NULL, NULL), ('d', NULL, 'four', '{x,y}');
  INSERT INTO remote.t VALUES ('a', 1, 'one', '{x}'), ('b', 2, 'two', '{}'), ('c', 3, NULL, NULL), ('d', NULL, 'four', '{x,y}');
END $$;
CREATE FUNCTION on_both(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  there text;
  here text;
BEGIN
  PERFORM fill();
  DELETE FROM log;
  there := run('remote', statement);
  here := run('twin', statement);
  RETURN statement || E'\n  '
    || CASE WHEN here = there AND content('remote') = content('twin')
         AND NOT EXISTS (SELECT what FROM log WHERE side = 'remote' EXCEPT ALL SELECT what FROM log WHERE side = 'twin')
         AND NOT EXISTS (SELECT what FROM log WHERE side = 'twin' EXCEPT ALL SELECT what FROM log WHERE side = 'remote')
       THEN 'same' ELSE 'NOT ' || here || ' ' || content('twin') || ' BUT' END
    || ' ' || there || CASE WHEN here <> there OR content('remote') <> content('twin') THEN ' ' || content('remote') ELSE '' END
    || coalesce(E'\n  log: ' || (SELECT string_agg(what, ', ' ORDER BY what) FROM log WHERE side = 'remote'), '');
END $$;
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
INSERT INTO twin.o SELECT i, j, i * j FROM generate_series(1, 3) i, generate_series(1, 4) j;
INSERT INTO remote.o SELECT * FROM twin.o;

-- ---- sub-selects, joins, CTEs ----
SELECT on_both(s) FROM unnest(ARRAY[
  'UPDATE t SET n = (SELECT max(v) FROM o WHERE o.id = t.n) RETURNING *',
  'UPDATE t SET n = (SELECT max(v) FROM o WHERE o.id = t.n) WHERE id = ''b'' RETURNING *',
  'UPDATE t SET (n, x) = (SELECT sum(v), max(sub)::text FROM o WHERE o.id = t.n) WHERE n IS NOT NULL RETURNING *',
  'UPDATE t SET (n, x) = (SELECT 1, ''z'' WHERE false) WHERE id = ''a'' RETURNING *',
  'UPDATE t SET n = 9 WHERE EXISTS (SELECT 1 FROM o WHERE o.id = t.n AND o.v > 7) RETURNING id',
  'UPDATE t SET n = 9 WHERE n IN (SELECT id FROM o WHERE sub = 2) RETURNING id',
  'UPDATE t SET n = 9 WHERE id = (SELECT max(id) FROM t) RETURNING id',
  'UPDATE t SET n = t.n + o.v FROM o WHERE o.id = t.n AND o.sub = 2 RETURNING t.*, o.v',
  'UPDATE t SET n = t.n + s.n FROM t s WHERE s.id = t.id RETURNING t.id, t.n',
  'UPDATE t SET x = other.x FROM t other WHERE other.n = t.n + 1 RETURNING t.*',
  'UPDATE t SET n = n + 1 FROM (SELECT 1 UNION ALL SELECT 2) dup (i)',
  'UPDATE t SET l = l || v.x FROM (VALUES (''a'', ''p''), (''b'', ''q''), (''zz'', ''r'')) v (id, x) WHERE v.id = t.id RETURNING t.*',
  'UPDATE t SET n = q.total FROM o, LATERAL (SELECT sum(v) AS total FROM o i WHERE i.id = o.id) q WHERE o.sub = 1 AND o.id = t.n RETURNING t.id, t.n',
  'DELETE FROM t USING o WHERE o.id = t.n AND o.v = 2 RETURNING t.id, o.v',
  'DELETE FROM t USING t other WHERE other.n = t.n + 1 RETURNING t.id',
  'DELETE FROM t WHERE n IN (SELECT id FROM o WHERE sub = 1)',
  'WITH u AS (UPDATE t SET n = n + 1 WHERE id = ''a'' RETURNING *), '
    'd AS (DELETE FROM t WHERE id = ''b'' RETURNING *), '
    'i AS (INSERT INTO t VALUES (''e'', 5) RETURNING *) '
    'SELECT id, n FROM u UNION ALL SELECT id, n FROM d UNION ALL SELECT id, n FROM i',
  'WITH u AS (UPDATE t SET n = n + 1 RETURNING id, n) SELECT count(*), sum(n) FROM u',
  'WITH u AS (UPDATE t SET n = n + 1) SELECT 1',
  'WITH d AS (DELETE FROM t WHERE n > 1 RETURNING *) INSERT INTO t SELECT id || ''2'', n, x, l FROM d RETURNING id',
  'INSERT INTO t SELECT id || ''x'', n FROM t RETURNING id, n',
  'INSERT INTO t (id) SELECT x FROM t WHERE x IS NOT NULL',
  'INSERT INTO t VALUES (''a'', 1)',
  'INSERT INTO t VALUES (''e'', 1), (''f'', 2) RETURNING *, n + 1 AS more',
  'INSERT INTO t (id, n) VALUES (''g'', DEFAULT) RETURNING *',
  'INSERT INTO t DEFAULT VALUES',
  'SELECT t.id, o.v FROM t LEFT JOIN o ON o.id = t.n AND o.sub = 4',
  'SELECT t.id, (SELECT count(*) FROM o WHERE o.id = t.n) AS c FROM t',
  'SELECT id FROM t EXCEPT SELECT x FROM t',
  'SELECT id, n FROM t UNION SELECT id::text, v FROM o WHERE id = 1',
  'SELECT DISTINCT ON (n > 1) n > 1 AS more, id FROM t ORDER BY n > 1, id',
  'SELECT id, rank() OVER (ORDER BY n) AS r FROM t',
  'SELECT n > 1 AS more, array_agg(id ORDER BY id) AS ids FROM t GROUP BY 1 HAVING count(*) > 0',
  'SELECT GROUPING(id) AS g, count(*) FROM t GROUP BY ROLLUP (id)',
  'TABLE t',
  'SELECT t FROM t',
  'SELECT count(t) FROM t',
  'SELECT t.* IS NULL AS nothing FROM t',
  'SELECT id, s.e FROM t, unnest(l) s (e)',
  'WITH RECURSIVE r AS (SELECT id, n FROM t WHERE n = 1 UNION ALL SELECT t.id, t.n FROM t JOIN r ON t.n = r.n + 1) SELECT * FROM r'
]) s;
-- ---- values that change, prepared statements, plpgsql ----
SELECT on_both(s) FROM unnest(ARRAY[
  'UPDATE t SET n = nextval(''seq'') RETURNING n; SELECT max(n) - min(n) AS d, count(DISTINCT n) FROM t; UPDATE t SET n = 0',
  'UPDATE t SET n = nextval(''seq'') WHERE id = ''a''; SELECT 1; UPDATE t SET n = 0 WHERE id = ''a''',
  'SELECT count(DISTINCT n) FROM t; UPDATE t SET x = random()::text; SELECT count(DISTINCT x) FROM t; UPDATE t SET x = NULL',
  'PREPARE p (text, int) AS UPDATE t SET n = coalesce(n, 0) + $2 WHERE id = $1 RETURNING *; EXECUTE p (''a'', 5); EXECUTE p (''d'', NULL); EXECUTE p (''zz'', 1); DEALLOCATE p',
  'SET LOCAL plan_cache_mode = force_generic_plan; '
    'PREPARE p (text, int) AS UPDATE t SET n = $2 WHERE id = $1 AND n < $2 RETURNING *; '
    'EXECUTE p (''a'', 5); EXECUTE p (NULL, 5); EXECUTE p (''b'', 1); DEALLOCATE p',
  'SET LOCAL jit_above_cost = 0; UPDATE t SET n = n * 2 WHERE n > 1 RETURNING *',
  'SELECT set_config(name, ''on'', true) = ''on'' AS forced '
    'FROM pg_settings WHERE name IN (''force_parallel_mode'', ''debug_parallel_query''); '
    'UPDATE t SET n = n * 2 WHERE n > 1 RETURNING *; SELECT * FROM t',
  'SET LOCAL work_mem = ''64kB''; SELECT a.id, b.id AS b FROM t a, t b, o WHERE o.sub > 1',
  'SET LOCAL transaction_read_only = on; UPDATE t SET n = 1 WHERE id = ''a''',
  'SELECT id FROM t WHERE n = ANY (ARRAY(SELECT id FROM o)) AND id LIKE ''%'' ORDER BY id DESC LIMIT 1 OFFSET 1',
  'UPDATE t SET n = n + 1 WHERE n < 1000 RETURNING id, n',
  'UPDATE t SET n = 100 - n WHERE n < 50; UPDATE t SET n = 100 - n WHERE n > 50',
  'UPDATE t SET n = n + 2147483646 WHERE id = ''b''',
  'UPDATE t SET n = n + 2147483645 WHERE id = ''b'' RETURNING n',
  'UPDATE t SET id = id || ''1'' RETURNING id',
  'UPDATE t SET id = ''z'' WHERE id = ''a'' RETURNING *',
  'UPDATE t SET id = ''b'' WHERE id = ''a''',
  'UPDATE t SET n = 1 WHERE id = ''a'' RETURNING (SELECT count(*) FROM o) AS c, t.n',
  'UPDATE t SET n = n / (n - 2) WHERE id = ''b''',
  'SELECT 1 / (n - 2) FROM t WHERE id = ''b''',
  'UPDATE t SET n = n + 1 WHERE id = ''a'' AND n NOT IN (SELECT sub FROM o WHERE sub > 1) RETURNING n',
  'UPDATE t SET x = (n IN (SELECT sub FROM o))::text WHERE id IN (''a'', ''b'') RETURNING x',
  'DELETE FROM t WHERE n NOT IN (SELECT sub FROM o WHERE sub IS NOT NULL) RETURNING id',
  'UPDATE t SET n = n * 2 WHERE n IN (SELECT sub FROM o) OR x IS NULL RETURNING id',
  'DELETE FROM t',
  'DELETE FROM t RETURNING id',
  'DELETE FROM t WHERE false',
  'UPDATE t SET n = 1 WHERE false RETURNING *',
  'DELETE FROM t WHERE id = ''a'' OR id = ''b'' RETURNING id'
]) s;

-- ---- triggers ----
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.log VALUES (TG_TABLE_SCHEMA, format('%s %s %s %s', TG_WHEN, TG_OP, TG_LEVEL,
    CASE WHEN TG_LEVEL = 'ROW' THEN CASE TG_OP WHEN 'INSERT' THEN NEW.id WHEN 'DELETE' THEN OLD.id ELSE format('%s %s>%s', NEW.id, OLD.n, NEW.n) END END));
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.n = 13 THEN RETURN NULL; END IF;
  NEW.x := concat(NEW.x, '!');
  RETURN NEW;
END $$;
CREATE FUNCTION transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.log SELECT TG_TABLE_SCHEMA, format('%s old %s new %s', TG_OP, (SELECT count(*) FROM was), (SELECT sum(n) FROM now));
  RETURN NULL;
END $$;
DO $$
DECLARE
  side text;
  event text;
BEGIN
  FOREACH side IN ARRAY '{remote,twin}'::text[] LOOP
    EXECUTE format('CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON %I.t FOR EACH STATEMENT EXECUTE FUNCTION note()', side);
    EXECUTE format('CREATE TRIGGER b AFTER INSERT OR UPDATE OR DELETE ON %I.t FOR EACH STATEMENT EXECUTE FUNCTION note()', side);
    EXECUTE format('CREATE TRIGGER c AFTER INSERT OR UPDATE OR DELETE ON %I.t FOR EACH ROW EXECUTE FUNCTION note()', side);
    EXECUTE format('CREATE TRIGGER d BEFORE INSERT OR UPDATE ON %I.t FOR EACH ROW EXECUTE FUNCTION change()', side);
    EXECUTE format('CREATE TRIGGER e AFTER UPDATE ON %I.t FOR EACH ROW WHEN (OLD.n < NEW.n) EXECUTE FUNCTION note()', side);
  END LOOP;
END $$;
SELECT on_both(s) FROM unnest(ARRAY[
  'UPDATE t SET n = n + 1 WHERE id = ''a'' RETURNING *',
  'UPDATE t SET n = 13 RETURNING id',
  'UPDATE t SET n = n + 1',
  'INSERT INTO t VALUES (''e'', 5), (''f'', 13) RETURNING *',
  'DELETE FROM t WHERE n > 1 RETURNING id',
  'UPDATE t SET n = 1 WHERE id = ''zz''',
  'UPDATE t SET id = id || ''9'' WHERE id = ''a'' RETURNING *']) s;
DROP TRIGGER a ON remote.t; DROP TRIGGER b ON remote.t; DROP TRIGGER c ON remote.t; DROP TRIGGER d ON remote.t; DROP TRIGGER e ON remote.t;
DROP TRIGGER a ON twin.t; DROP TRIGGER b ON twin.t; DROP TRIGGER c ON twin.t; DROP TRIGGER d ON twin.t; DROP TRIGGER e ON twin.t;
CREATE TRIGGER tr AFTER UPDATE ON remote.t REFERENCING OLD TABLE AS was NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION transition();
CREATE CONSTRAINT TRIGGER ct AFTER UPDATE ON remote.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION note();

-- ---- views, rules ----
DO $$
DECLARE
  side text;
BEGIN
  FOREACH side IN ARRAY '{remote,twin}'::text[] LOOP
    EXECUTE format('CREATE VIEW %1$I.v AS SELECT id AS key, n FROM %1$I.t WHERE n < 100', side);
    EXECUTE format('CREATE VIEW %1$I.vl AS SELECT * FROM %1$I.v WHERE n > 0 WITH LOCAL CHECK OPTION', side);
    EXECUTE format('CREATE VIEW %1$I.vc AS SELECT * FROM %1$I.v WHERE n > 0 WITH CASCADED CHECK OPTION', side);
    EXECUTE format('CREATE VIEW %1$I.vb WITH (security_barrier) AS SELECT * FROM %1$I.t WHERE n < 100', side);
    EXECUTE format('CREATE VIEW %1$I.vr AS SELECT id, n FROM %1$I.t', side);
    EXECUTE format('CREATE RULE u AS ON UPDATE TO %1$I.vr DO INSTEAD UPDATE %1$I.t SET n = NEW.n + 1 WHERE id = OLD.id RETURNING id, n', side);
    EXECUTE format('CREATE RULE d AS ON DELETE TO %1$I.vr DO INSTEAD NOTHING', side);
    EXECUTE format('CREATE RULE i AS ON INSERT TO %1$I.vr DO ALSO UPDATE %1$I.t SET x = ''rule'' WHERE id = ''a''', side);
  END LOOP;
END $$;
SELECT on_both(s) FROM unnest(ARRAY[
  'UPDATE v SET n = n + 1 WHERE key = ''a'' RETURNING *',
  'UPDATE v SET n = 500 WHERE key = ''a'' RETURNING *',
  'UPDATE vl SET n = 500 WHERE key = ''a''',
  'UPDATE vl SET n = -1 WHERE key = ''a''',
  'UPDATE vc SET n = 500 WHERE key = ''a''',
  'UPDATE vc SET n = n + 1 RETURNING *',
  'INSERT INTO vc VALUES (''e'', 500)',
  'INSERT INTO vc VALUES (''e'', 50) RETURNING *',
  'INSERT INTO vl VALUES (''e'', 500)',
  'DELETE FROM vc WHERE key = ''b'' RETURNING *',
  'UPDATE vb SET n = n + 1 WHERE id = ''a'' AND x LIKE ''o%'' RETURNING *',
  'UPDATE vb SET n = n + 1 WHERE upper(x) = ''TWO'' RETURNING id',
  'UPDATE vr SET n = 7 WHERE id = ''a'' RETURNING *',
  'DELETE FROM vr',
  'INSERT INTO vr VALUES (''e'', 1)']) s;

DROP VIEW remote.vr, remote.vb, remote.v CASCADE;

-- ---- transactions and cursors ----
SET search_path = remote, public;
SELECT fill();
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM t ORDER BY id;
FETCH 2 FROM c;
UPDATE t SET n = 50 WHERE CURRENT OF c;
ROLLBACK;
BEGIN;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY id;
FETCH 3 FROM c;
FETCH PRIOR FROM c;
COMMIT;
MOVE FORWARD ALL FROM c;
FETCH BACKWARD 1 FROM c;
CLOSE c;
BEGIN;
SAVEPOINT s;
UPDATE t SET n = 10 WHERE id = 'a';
ROLLBACK TO s;
UPDATE t SET n = n + 1 WHERE id = 'a' RETURNING n;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE t SET n = n + 1 WHERE id = 'a' RETURNING n;
COMMIT;
CREATE FUNCTION add(key text, by integer) RETURNS TABLE (id text, n integer) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY UPDATE t SET n = t.n + by WHERE t.id = key RETURNING t.id, t.n; END $$;
CREATE FUNCTION add_sql(key text, by integer) RETURNS TABLE (id text, n integer) LANGUAGE sql AS $$ UPDATE t SET n = t.n + by WHERE t.id = key RETURNING t.id, t.n $$;
SELECT * FROM add('a', 5), add_sql('b', 5);
DO $$
DECLARE
  r record;
BEGIN
  UPDATE t SET n = 1 WHERE id = 'a' RETURNING * INTO STRICT r;
  RAISE INFO '%', r;
  BEGIN
    UPDATE t SET n = 1 WHERE id = 'zz' RETURNING * INTO STRICT r;
  EXCEPTION WHEN no_data_found THEN RAISE INFO 'no data';
  END;
  BEGIN
    UPDATE t SET n = 5 WHERE id = 'a';
    RAISE EXCEPTION 'undo';
  EXCEPTION WHEN raise_exception THEN RAISE INFO 'stays: %', (SELECT n FROM t WHERE id = 'a');
  END;
END $$;
-- system columns
SELECT tableoid::regclass, id FROM t WHERE id = 'a';
UPDATE t SET n = 2 WHERE id = 'a' RETURNING tableoid::regclass, t;
SELECT ctid FROM t WHERE id = 'a';
SELECT * FROM t WHERE id = 'a' FOR UPDATE;
LOCK TABLE t;
MERGE INTO t USING (VALUES ('a', 1)) v (id, n) ON v.id = t.id WHEN MATCHED THEN UPDATE SET n = v.n;
-- plans that outlive changes of the table
SET plan_cache_mode = force_generic_plan;
PREPARE up (integer) AS UPDATE t SET n = $1 WHERE id = 'a' RETURNING *;
EXECUTE up (1);
ALTER FOREIGN TABLE t ADD COLUMN extra integer DEFAULT 7, DROP COLUMN x;
EXECUTE up (2);
ALTER FOREIGN TABLE t RENAME COLUMN l TO list;
ALTER FOREIGN TABLE t ALTER list OPTIONS (ADD attribute_name 'l');
PREPARE up_2 (integer) AS UPDATE t SET n = $1, extra = coalesce(extra, 0) + 1 WHERE id = 'a' RETURNING *;
EXECUTE up_2 (3);
ALTER FOREIGN TABLE t OPTIONS (ADD updatable 'false');
EXECUTE up_2 (4);
ALTER FOREIGN TABLE t OPTIONS (SET updatable 'true');
EXECUTE up_2 (5);
DEALLOCATE ALL;
RESET plan_cache_mode;

-- ---- each item once, over several pages: the filter's column changes ----
ALTER FOREIGN TABLE t DROP COLUMN extra;
DELETE FROM t;
INSERT INTO t SELECT i::text, i, ARRAY[repeat('x', 2000)] FROM generate_series(1, 1200) i;
UPDATE t SET n = n + 1000 WHERE n < 5000;
UPDATE t SET n = n + 10000 WHERE n < 15000 AND list[1] ^@ 'x';
SELECT count(*), sum(n) - 1200 * 11000, min(n), max(n) FROM t;
UPDATE t SET n = t.n + 1 FROM generate_series(1, 3) g WHERE t.n % 2 = 0;
SELECT sum(n) - 1200 * 11000 FROM t;

RESET search_path;
SELECT dyn_drop_table('remote.t'), dyn_drop_table('remote.o');
DROP SCHEMA remote, twin CASCADE;
DROP TABLE log;
DROP FUNCTION run, on_both, content, fill, note, change, transition;
