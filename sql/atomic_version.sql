--
-- Transaction mode "atomic": which version of an item is seen, and by whom.
-- Needs: transactions
--
\pset format unaligned
\pset tuples_only on
CREATE FOREIGN TABLE versioned (id text OPTIONS (key 'partition'), n integer, s text) SERVER dynamo;
SELECT dyn_create_table('versioned');
SET dynamorm_fdw.transaction_mode = atomic;
INSERT INTO versioned VALUES ('a', 1, 's');
CREATE FUNCTION add_four() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..4 LOOP UPDATE versioned SET n = n + 1 WHERE id = 'a'; END LOOP;
  RETURN 4;
END $$;
CREATE FUNCTION n_before() RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT n FROM versioned WHERE id = 'a'); END $$;

-- a STABLE function sees what its statement sees, however often that writes
BEGIN;
UPDATE versioned SET n = 100 WHERE id = 'a';
SELECT add_four(), n_before();
-- and so does one that a cursor calls
DECLARE c CURSOR FOR SELECT n_before();
SELECT add_four();
FETCH c;
SELECT n_before();
ROLLBACK;

-- of an item that a function inside the statement writes, nothing gets lost
CREATE FUNCTION write_it(k text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  UPDATE versioned SET s = 'inside' WHERE id = k;
  RETURN 7;
END $$;
BEGIN;
SAVEPOINT p;
UPDATE versioned SET n = write_it(id) WHERE id = 'a';
ROLLBACK TO p;
INSERT INTO versioned AS v VALUES ('a', 1)
  ON CONFLICT (id) DO UPDATE SET n = write_it(v.id);
ROLLBACK TO p;
SELECT * FROM versioned;
COMMIT;

-- a table of another server is another table, whatever its name
CREATE SERVER other FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint 'http://127.0.0.1:9', region 'eu-west-1', max_attempts '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE FOREIGN TABLE elsewhere (id text OPTIONS (key 'partition'), n integer) SERVER other OPTIONS (table_name 'versioned');
\set VERBOSITY sqlstate
BEGIN;
UPDATE versioned SET n = 2 WHERE id = 'a';
-- it is asked for there
SELECT n FROM elsewhere WHERE id = 'a';
ROLLBACK;
DROP SERVER other CASCADE;
SELECT dyn_drop_table('versioned');
DROP FOREIGN TABLE versioned;
DROP FUNCTION add_four, n_before, write_it;
