--
-- EXPLAIN with the option DYNAMODB, which shows requests as they were sent; and with SERIALIZE and MEMORY.
-- Needs: pg18 transactions
--
CREATE FOREIGN TABLE stock (id text OPTIONS (key 'partition') COLLATE "C", n bigint, name text) SERVER dynamo;
SELECT dyn_create_table('stock');
-- EXPLAIN ANALYZE with the option, without what it costs
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION sent(statement text, options text DEFAULT '') RETURNS SETOF text LANGUAGE sql AS $$
  SELECT explain(statement, 'ANALYZE, DYNAMODB, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF' || options) $$;
SELECT line FROM sent($$INSERT INTO stock VALUES ('a', 1, 'Ann'), ('b', 2, 'Zoë')$$) line WHERE line ~ 'DynamoDB';
SELECT line FROM sent($$SELECT n FROM stock WHERE id = 'a' AND n > 0$$) line WHERE line ~ 'DynamoDB';
SELECT line FROM sent($$UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING n$$) line WHERE line ~ 'DynamoDB';
SELECT line FROM sent($$SELECT id FROM stock WHERE n = ANY ('{2,3}')$$) line WHERE line ~ 'DynamoDB';
-- each node its own
SELECT line FROM sent($$SELECT * FROM stock WHERE id = 'a' UNION ALL SELECT * FROM stock WHERE id = 'b'$$) line WHERE line ~ 'Sent';
-- five of them, and of each what is not too long
INSERT INTO stock SELECT 'x' || i FROM generate_series(1, 9) i;
SELECT count(*) FROM sent($$DELETE FROM stock WHERE id IN ('x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7')$$) line WHERE line ~ 'Sent: DeleteItem';
SELECT regexp_replace(line, 'é{10,}', '(many)') FROM sent($$INSERT INTO stock VALUES ('long', 1, repeat('é', 5000))$$) line WHERE line ~ 'Sent';
-- as JSON; from a prepared statement; and not, where it is off
SELECT jsonb_path_query(string_agg(line, '')::jsonb, '$[0].Plan."DynamoDB Sent"')
  FROM sent($$SELECT n FROM stock WHERE id = 'a'$$, ', FORMAT json') line;
PREPARE get AS SELECT n FROM stock WHERE id = $1;
SELECT line FROM sent($$EXECUTE get ('b')$$) line WHERE line ~ 'Sent';
SELECT line FROM sent($$EXECUTE get ('b')$$, ', DYNAMODB off') line WHERE line ~ 'Sent';
SELECT line FROM explain($$SELECT * FROM stock$$, 'ANALYZE') line WHERE line ~ 'Sent';
-- what is not run sends nothing
EXPLAIN (DYNAMODB) SELECT * FROM stock;
EXPLAIN (ANALYZE, DYNAMODB maybe) SELECT * FROM stock;
-- of a write that is kept until COMMIT the read before it
SET dynamorm_fdw.transaction_mode = atomic;
SELECT line FROM sent($$UPDATE stock SET n = n + 1 WHERE id = 'a' RETURNING n$$) line WHERE line ~ 'Sent';
RESET dynamorm_fdw.transaction_mode;
-- what a request holds is for those who may read all of it: not through a view, whoever's rights it has
CREATE FUNCTION told(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT regexp_replace(btrim(line), '\d+ bytes|"ClientRequestToken":"\w+"', '*') FROM sent(statement) line WHERE line ~ 'Sent' $$;
CREATE ROLE regress_explain_reader;
CREATE USER MAPPING FOR regress_explain_reader SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE VIEW small AS SELECT id, n FROM stock WHERE n < 100;
CREATE VIEW smaller AS SELECT id FROM small;
CREATE VIEW mine WITH (security_invoker) AS SELECT id, n FROM stock;
INSERT INTO stock VALUES ('hidden', 1000, 'Secret');
GRANT SELECT, INSERT, UPDATE, DELETE ON small, smaller, mine TO regress_explain_reader;
SELECT told($$SELECT * FROM small WHERE id = 'hidden'$$);
SET ROLE regress_explain_reader;
SELECT told($$SELECT * FROM small WHERE id = 'hidden'$$);
SELECT told($$SELECT * FROM small WHERE n > 1$$);
SELECT told($$SELECT * FROM smaller WHERE id = 'hidden'$$);
SELECT told($$UPDATE small SET id = 'c' WHERE id = 'a'$$);
SELECT told($$UPDATE small SET n = n + 1 WHERE id = 'hidden' RETURNING n$$);
SELECT told($$INSERT INTO small VALUES ('d', 1) ON CONFLICT (id) DO UPDATE SET n = small.n + 1$$);
SELECT told($$DELETE FROM small WHERE id = 'd'$$);
SELECT told($$WITH s AS MATERIALIZED (SELECT id FROM small) SELECT count(*) FROM s$$);
SELECT told($$SELECT (SELECT n FROM small WHERE id = v) FROM (VALUES ('c'), ('hidden')) x (v)$$);
SELECT told($$SELECT * FROM (VALUES ('c'), ('hidden')) x (v) JOIN small ON id = v$$);
-- nor with the right to some columns, or to none
RESET ROLE;
GRANT SELECT (id, n), UPDATE (id) ON stock TO regress_explain_reader;
GRANT INSERT, DELETE ON stock TO regress_explain_reader;
SET ROLE regress_explain_reader;
SELECT told($$SELECT id, n FROM stock WHERE id = 'hidden'$$);
SELECT told($$SELECT id FROM mine WHERE n > 100$$);
SELECT told($$UPDATE stock SET id = 'known' WHERE id = 'hidden'$$);
SELECT told($$INSERT INTO stock VALUES ('e', 1)$$);
SELECT told($$DELETE FROM stock WHERE n = 1$$);
-- nor of what a policy asks
RESET ROLE;
GRANT SELECT ON stock TO regress_explain_reader;
CREATE TABLE secret (stock text);
INSERT INTO secret VALUES ('no row');
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_stock ON secret USING ((SELECT true FROM stock WHERE id = secret.stock));
GRANT SELECT ON secret TO regress_explain_reader;
SET ROLE regress_explain_reader;
SELECT * FROM secret;
SELECT told($$SELECT * FROM secret$$);
-- all of it
SELECT told($$SELECT id, n FROM stock WHERE id = 'known'$$);
SELECT bool_or(line ~ 'Secret') FROM told($$UPDATE stock SET id = 'e' WHERE id = 'known'$$) line;
RESET ROLE;
REVOKE SELECT ON stock FROM regress_explain_reader;
GRANT pg_read_all_data TO regress_explain_reader;
SET ROLE regress_explain_reader;
SELECT told($$SELECT * FROM small WHERE id = 'e'$$);
SELECT told($$SELECT * FROM secret$$);
RESET ROLE;
SELECT told($$SELECT (SELECT n FROM stock WHERE id = s.stock) FROM secret s$$);
DROP VIEW smaller, small, mine;
DROP TABLE secret;
DROP OWNED BY regress_explain_reader;
DROP ROLE regress_explain_reader;
DROP FUNCTION told;
-- options of 17
SELECT regexp_replace(line, '\d+', 'N', 'g') FROM explain($$SELECT * FROM stock WHERE id = 'a'$$,
  'ANALYZE, SERIALIZE, MEMORY, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF') line WHERE line !~ 'Items|Units';
SELECT dyn_drop_table('stock');
DROP FOREIGN TABLE stock;
DROP FUNCTION sent;
\pset format aligned
\pset tuples_only off
