--
-- Constraints and check options see a row as it will be read: a set in its
-- order and without duplicates, an empty one and a JSON null as NULL.
--
\pset format unaligned
SET client_min_messages = warning;
CREATE FOREIGN TABLE checked_row (
  id text OPTIONS (key 'partition') COLLATE "C", s text[] OPTIONS (type 'SS'), n integer, j jsonb,
  CHECK (s < '{b}'), CHECK (s <> '{}'), CHECK (j IS DISTINCT FROM 'null')
) SERVER dynamo;
SELECT dyn_create_table('checked_row');
INSERT INTO checked_row VALUES ('a', '{x,a,a}', 1);
INSERT INTO checked_row VALUES ('b', '{x,c}', 1);
INSERT INTO checked_row VALUES ('c', '{}', 1, 'null') RETURNING *;
UPDATE checked_row SET s = array_append(s, 'A') WHERE id = 'a' RETURNING *;
UPDATE checked_row SET s = array_remove(array_remove(s, 'A'), 'a') WHERE id = 'a' RETURNING *;
CREATE VIEW checked_view AS SELECT * FROM checked_row WHERE s > '{0}' WITH CHECK OPTION;
UPDATE checked_view SET s = array_append(s, '1') WHERE n = 1 RETURNING *;
UPDATE checked_view SET s = array_append(s, '/') WHERE n = 1 RETURNING *;
UPDATE checked_row c SET s = array_append(s, v.e) FROM (VALUES ('a', '2')) v (id, e) WHERE c.id = v.id RETURNING c.*;
SELECT dyn_drop_table('checked_row');
DROP FOREIGN TABLE checked_row CASCADE;
