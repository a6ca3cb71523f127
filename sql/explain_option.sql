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
-- options of 17
SELECT regexp_replace(line, '\d+', 'N', 'g') FROM explain($$SELECT * FROM stock WHERE id = 'a'$$,
  'ANALYZE, SERIALIZE, MEMORY, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF') line WHERE line !~ 'Items|Units';
SELECT dyn_drop_table('stock');
DROP FOREIGN TABLE stock;
DROP FUNCTION sent;
\pset format aligned
\pset tuples_only off
