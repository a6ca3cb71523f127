--
-- Whose user mapping is used: of views on views, security-invoker views,
-- security-definer functions, cursors, and plans that outlive a SET ROLE.
-- regress_keys has keys; regress_none has none.
--
CREATE FOREIGN TABLE vault (id text OPTIONS (key 'partition'), n integer) SERVER dynamo;
SELECT dyn_create_table('vault');
INSERT INTO vault VALUES ('a', 1), ('b', 2);
CREATE TABLE keyring (id text);
INSERT INTO keyring VALUES ('a');
CREATE ROLE regress_keys;
CREATE ROLE regress_none;
CREATE USER MAPPING FOR regress_keys SERVER dynamo OPTIONS (access_key_id 'other', secret_access_key 'test');
GRANT ALL ON vault, keyring TO regress_keys, regress_none;
GRANT CREATE ON SCHEMA public TO regress_keys, regress_none;

-- a view's owner, whoever asks
SET ROLE regress_keys;
CREATE VIEW by_keys AS SELECT * FROM vault;
GRANT ALL ON by_keys TO regress_none;
SET ROLE regress_none;
SELECT * FROM vault WHERE id = 'a';
SELECT * FROM by_keys WHERE id = 'a';
UPDATE by_keys SET n = n + 1 WHERE id = 'a' RETURNING n;
SELECT v.n FROM keyring k JOIN by_keys v USING (id);
CREATE VIEW by_none AS SELECT * FROM vault;
GRANT ALL ON by_none TO regress_keys;
-- a view on a view: the owner of the one next to the table
CREATE VIEW none_on_keys AS SELECT * FROM by_keys;
GRANT ALL ON none_on_keys TO regress_keys;
SELECT * FROM none_on_keys WHERE id = 'b';
UPDATE none_on_keys SET n = n + 1 WHERE id = 'b' RETURNING n;
DELETE FROM none_on_keys WHERE id = 'zz';
INSERT INTO none_on_keys VALUES ('c', 3) RETURNING *;
SET ROLE regress_keys;
CREATE VIEW keys_on_none AS SELECT * FROM by_none;
SELECT * FROM by_none WHERE id = 'a';
UPDATE by_none SET n = 0 WHERE id = 'a';
SELECT * FROM keys_on_none WHERE id = 'a';
INSERT INTO keys_on_none VALUES ('d', 4);
-- a view that asks as who asks it
CREATE VIEW invoker WITH (security_invoker) AS SELECT * FROM vault;
GRANT ALL ON invoker TO regress_none;
UPDATE invoker SET n = n + 1 WHERE id = 'a' RETURNING n;
SELECT v.n FROM keyring k JOIN invoker v USING (id);
SET ROLE regress_none;
SELECT * FROM invoker WHERE id = 'a';
UPDATE invoker SET n = 0 WHERE id = 'a';
SELECT v.n FROM keyring k JOIN invoker v USING (id);

-- a function that runs as its owner, and the cursor that it opens
SET ROLE regress_keys;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT sum(n) FROM vault';
CREATE FUNCTION more(name text) RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'UPDATE vault SET n = n + 10 WHERE id = name RETURNING n';
CREATE FUNCTION opened(c refcursor) RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER AS
  $$BEGIN OPEN c FOR SELECT id, n FROM vault WHERE id IN ('a', 'b', 'c') ORDER BY id; RETURN c; END$$;
CREATE FUNCTION invoked() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT sum(n) FROM vault); END$$;
\set SHOW_CONTEXT never
SELECT invoked();
SET ROLE regress_none;
SELECT total();
SELECT more('b');
SELECT invoked();
BEGIN;
SELECT opened('c');
FETCH 2 FROM c;
FETCH ALL FROM c;
COMMIT;

-- a plan goes by who runs it; a cursor by who opened it
SET plan_cache_mode = force_generic_plan;
RESET ROLE;
PREPARE get AS SELECT n FROM vault WHERE id = 'a';
PREPARE bump AS UPDATE vault SET n = n + 1 WHERE id = 'a' RETURNING n;
PREPARE joined AS SELECT v.n FROM keyring k JOIN vault v USING (id);
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXECUTE get;
EXECUTE bump;
EXECUTE joined;
SET ROLE regress_none;
EXECUTE get;
EXECUTE bump;
EXECUTE joined;
SET ROLE regress_keys;
EXECUTE get;
EXECUTE bump;
EXECUTE joined;
BEGIN;
DECLARE c CURSOR FOR SELECT id, n FROM vault WHERE id IN ('a', 'b') ORDER BY id;
SET LOCAL ROLE regress_none;
SELECT count(*) FROM (SELECT FROM keyring) k;
FETCH ALL FROM c;
COMMIT;
RESET ROLE;
DEALLOCATE ALL;

SET client_min_messages = error;
SELECT dyn_drop_table('vault');
DROP FOREIGN TABLE vault CASCADE;
DROP TABLE keyring;
DROP OWNED BY regress_keys, regress_none CASCADE;
DROP ROLE regress_keys, regress_none;
