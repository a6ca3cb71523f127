--
-- An element that is set past the end of a list becomes its last, in one
-- request: DynamoDB appends it.
-- Needs: set_past_end
--
\pset format unaligned
\pset tuples_only on
CREATE FOREIGN TABLE past_end (id text OPTIONS (key 'partition'), l text[], n integer[], j jsonb) SERVER dynamo;
CREATE TABLE twin (id text PRIMARY KEY, l text[], n integer[], j jsonb);
SELECT dyn_create_table('past_end');
INSERT INTO past_end VALUES ('a', '{a,b}', '{}', '[1]');
INSERT INTO twin VALUES ('a', '{a,b}', '{}', '[1]');
SELECT explain($$UPDATE past_end SET l = dyn_list_set(l, 5, 'x') WHERE id = 'a'$$, 'VERBOSE, COSTS OFF');
UPDATE past_end SET l = dyn_list_set(l, 5, 'x') WHERE id = 'a' RETURNING l;
UPDATE twin SET l = dyn_list_set(l, 5, 'x') WHERE id = 'a' RETURNING l;
UPDATE past_end SET l = dyn_list_set(l, 9, 'end') WHERE id = 'a' RETURNING l;
UPDATE twin SET l = dyn_list_set(l, 9, 'end') WHERE id = 'a' RETURNING l;
UPDATE past_end SET n = dyn_list_set(n, 3, 7) WHERE id = 'a' RETURNING n;
UPDATE twin SET n = dyn_list_set(n, 3, 7) WHERE id = 'a' RETURNING n;
UPDATE past_end SET j = dyn_list_set(j, 3, '"v"') WHERE id = 'a' RETURNING j;
UPDATE twin SET j = dyn_list_set(j, 3, '"v"') WHERE id = 'a' RETURNING j;
SELECT * FROM past_end;
SELECT count(*) FROM (TABLE past_end EXCEPT TABLE twin) difference;
SELECT dyn_drop_table('past_end');
DROP FOREIGN TABLE past_end;
DROP TABLE twin;
