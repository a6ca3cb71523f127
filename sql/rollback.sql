--
-- What a rollback leaves: each statement writes at once, and every way to
-- roll back says how many writes stay.  What an error rolls back is in
-- test/t/022_rollback.pl: psql shows the error and the warning in any order.
-- Needs: transactions
--
CREATE FOREIGN TABLE rolled (id text OPTIONS (key 'partition'), n integer) SERVER dynamo;
SELECT dyn_create_table('rolled');
INSERT INTO rolled SELECT 'item ' || i, 0 FROM generate_series(1, 5) i;
\set VERBOSITY terse

-- a commit says nothing, nor does a rollback of what wrote nothing
BEGIN;
UPDATE rolled SET n = 1 WHERE id = 'item 1';
COMMIT;
BEGIN;
SELECT count(*) FROM rolled;
UPDATE rolled SET n = 1 WHERE id = 'nowhere';
UPDATE rolled SET n = 1 WHERE id = 'item 1' AND n = 7;
ROLLBACK;

-- every kind of write is counted, by item
\set VERBOSITY default
BEGIN;
UPDATE rolled SET n = 2 WHERE id = 'item 1';
UPDATE rolled SET n = n * 2 WHERE id = 'item 1';
UPDATE rolled SET n = 3 WHERE id > 'item 1';
DELETE FROM rolled WHERE id = 'item 5';
INSERT INTO rolled VALUES ('item 6'), ('item 7');
UPDATE rolled SET id = 'item 8' WHERE id = 'item 7';
SELECT dyn_increment('rolled', '{"id": "item 9"}', 'n');
ROLLBACK;
SELECT * FROM rolled ORDER BY id COLLATE "C";
\set VERBOSITY terse

-- by savepoints: what is released belongs to the level above
BEGIN;
UPDATE rolled SET n = 6 WHERE id = 'item 1';
SAVEPOINT a;
UPDATE rolled SET n = 7 WHERE id = 'item 1';
SAVEPOINT b;
UPDATE rolled SET n = 8 WHERE id = 'item 1';
UPDATE rolled SET n = 9 WHERE id = 'item 1';
RELEASE b;
ROLLBACK TO a;
UPDATE rolled SET n = 10 WHERE id = 'item 1';
ROLLBACK TO a;
RELEASE a;
COMMIT;
BEGIN;
SAVEPOINT a;
SAVEPOINT b;
UPDATE rolled SET n = 11 WHERE id = 'item 1';
SAVEPOINT c;
UPDATE rolled SET n = 12 WHERE id = 'item 1';
ROLLBACK TO c;
RELEASE a;
ROLLBACK;
BEGIN;
SAVEPOINT a;
UPDATE rolled SET n = 13 WHERE id = 'item 1';
RELEASE a;
SAVEPOINT a;
ROLLBACK TO a;
COMMIT;
-- levels that are open end with the transaction, each with its own
BEGIN;
UPDATE rolled SET n = 14 WHERE id = 'item 1';
SAVEPOINT a;
UPDATE rolled SET n = 15 WHERE id = 'item 1';
ROLLBACK;

-- by EXCEPTION blocks
DO $$
BEGIN
  UPDATE rolled SET n = 16 WHERE id = 'item 1';
  BEGIN
    UPDATE rolled SET n = 17 WHERE id = 'item 1';
    UPDATE rolled SET n = 18 WHERE id = 'item 1';
    RAISE EXCEPTION 'undo';
  EXCEPTION WHEN raise_exception THEN
    RAISE NOTICE 'caught, n is %', (SELECT n FROM rolled WHERE id = 'item 1');
  END;
END $$;
-- in procedures, and with AND CHAIN: each transaction counts its own
CREATE PROCEDURE rolled_steps() LANGUAGE plpgsql AS $$
BEGIN
  UPDATE rolled SET n = 20 WHERE id = 'item 1';
  COMMIT;
  UPDATE rolled SET n = 21 WHERE id = 'item 1';
  UPDATE rolled SET n = 22 WHERE id = 'item 2';
  ROLLBACK;
  UPDATE rolled SET n = 23 WHERE id = 'item 1';
  COMMIT AND CHAIN;
  ROLLBACK AND CHAIN;
  UPDATE rolled SET n = 24 WHERE id = 'item 1';
  ROLLBACK AND CHAIN;
END $$;
CALL rolled_steps();
BEGIN;
UPDATE rolled SET n = 25 WHERE id = 'item 1';
COMMIT AND CHAIN;
UPDATE rolled SET n = 26 WHERE id = 'item 1';
ROLLBACK AND CHAIN;
COMMIT;
-- a loop over the table goes on beyond the end of its transaction
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT id FROM rolled WHERE id <= 'item 2' ORDER BY id COLLATE "C" LOOP
    UPDATE rolled SET n = 27 WHERE id = r.id;
    ROLLBACK;
  END LOOP;
END $$;

-- the session forgets what it has told
BEGIN;
ROLLBACK;
BEGIN;
UPDATE rolled SET n = 30 WHERE id = 'item 1';
ROLLBACK;

\set VERBOSITY default
DROP PROCEDURE rolled_steps;
SELECT dyn_drop_table('rolled');
DROP FOREIGN TABLE rolled;
