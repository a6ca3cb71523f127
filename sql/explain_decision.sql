--
-- EXPLAIN says what execution does, by the requests that it makes.
-- Needs: old_item
--
CREATE FOREIGN TABLE tally (id text OPTIONS (key 'partition') COLLATE "C", a integer, b integer) SERVER dynamo;
SELECT dyn_create_table('tally');
INSERT INTO tally VALUES ('1', 10, 1), ('2', 20, 2), ('3', 30, 3);

-- the keys of a list are all that has to be known, or the items are read first
SELECT explain_analyze($$
  UPDATE tally SET a = 0 WHERE id IN ('1', '2')
$$);
SELECT explain_analyze($$
  UPDATE tally SET a = a * 2 WHERE id IN ('2', '3')
$$);

-- an upsert is one request, or two where a sub-select sets several columns
SELECT explain_analyze($$
  INSERT INTO tally VALUES ('3', 1, 1)
  ON CONFLICT (id) DO UPDATE SET a = tally.a + excluded.a
$$);
SELECT explain_analyze($$
  INSERT INTO tally VALUES ('3', 100, 200)
  ON CONFLICT (id) DO UPDATE SET (a, b) =
    (SELECT max(v.n), min(v.n) FROM (VALUES (tally.a), (excluded.a)) v (n))
$$);
SELECT * FROM tally ORDER BY id;

SELECT dyn_drop_table('tally');
DROP FOREIGN TABLE tally;
