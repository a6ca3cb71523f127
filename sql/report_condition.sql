--
-- dynamorm_fdw.report_conditions: why an UPDATE or DELETE of one key changed
-- no row.
-- Needs: old_item
--
CREATE FOREIGN TABLE shelf (
    id text OPTIONS (key 'partition'),
    quantity integer,
    reserved integer,
    note text
  ) SERVER dynamo;
SELECT dyn_create_table('shelf');
INSERT INTO shelf VALUES ('p1', 3, NULL, 'fresh');
UPDATE shelf SET quantity = quantity - 5 WHERE id = 'p1' AND quantity >= 5;
SET dynamorm_fdw.report_conditions = on;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') IS NOT NULL;
UPDATE shelf SET quantity = quantity - 5 WHERE id = 'p1' AND quantity >= 5;
-- it costs no request
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE shelf SET quantity = 0 WHERE id = 'p1' AND quantity >= 1 AND reserved < 5 AND note LIKE 'old%';
UPDATE shelf SET quantity = 0 WHERE id = 'p2' AND quantity >= 5;
DELETE FROM shelf WHERE id = 'p1' AND (quantity = 0 OR note = 'old') RETURNING *;
UPDATE shelf SET quantity = dyn_increment(quantity) WHERE id = 'p3' AND dyn_upsert() AND quantity < 5;
UPDATE shelf SET quantity = 0 WHERE id = 'p1' AND upper(note) = 'OLD';
PREPARE take (integer) AS UPDATE shelf SET quantity = quantity - $1 WHERE id = 'p1' AND quantity >= $1;
EXECUTE take (9);
DEALLOCATE take;
-- nothing to say: a row was changed, the key is not fixed, a value is another one each time
UPDATE shelf SET quantity = 4 WHERE id = 'p1' AND quantity = 3;
UPDATE shelf SET quantity = 4 WHERE quantity = 99;
UPDATE shelf SET quantity = 4 WHERE id = 'p1' AND random() > 2;
-- nor by way of a view that hides rows, or that is somebody else's
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM shelf WHERE note = 'old';
UPDATE barrier SET quantity = 1 WHERE id = 'p1' AND quantity > 0;
CREATE VIEW mine AS SELECT id, quantity FROM shelf WHERE note = 'old';
UPDATE mine SET quantity = 1 WHERE id = 'p1';
CREATE ROLE regress_dynamorm_reporter;
GRANT SELECT, UPDATE ON mine TO regress_dynamorm_reporter;
SET ROLE regress_dynamorm_reporter;
UPDATE mine SET quantity = 1 WHERE id = 'p1';
RESET ROLE;
RESET dynamorm_fdw.report_conditions;
SELECT dyn_drop_table('shelf');
DROP VIEW barrier, mine;
DROP FOREIGN TABLE shelf;
DROP ROLE regress_dynamorm_reporter;
