# pgbench
#
# shellcheck shell=bash source=test/lib/clients/common/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/steps.sh"

cat >increment.sql <<'SQL'
UPDATE item SET n = n + 1 WHERE id = 'a';
SQL
cat >upsert.sql <<'SQL'
\set key random(1, 3)
INSERT INTO item AS i (id, n) VALUES ('up' || :key, 1)
  ON CONFLICT (id) DO UPDATE SET n = i.n + 1;
SQL
cat >pipeline.sql <<'SQL'
\startpipeline
UPDATE item SET n = dyn_increment(n) WHERE id = 'a';
SELECT n FROM item WHERE id = 'a';
UPDATE item SET n = dyn_increment(n) WHERE id = 'a';
\endpipeline
SQL
cat >transaction.sql <<'SQL'
BEGIN;
INSERT INTO entry VALUES (:client_id, (SELECT count(*) FROM entry WHERE item_id = :client_id::text));
SELECT n AS seen FROM item WHERE id = 'a' \gset
UPDATE item SET n = n + 0 WHERE id = 'a';
COMMIT;
SQL

saw create "INSERT INTO item (id, n) VALUES ('a', 0)"
for mode in simple extended prepared; do
  bench "$mode" -M "$mode" -f increment.sql
  saw "$mode" "SELECT n FROM item WHERE id = 'a'"
done
bench upsert -M prepared -f upsert.sql
saw upsert "SELECT sum(n) FROM item WHERE id LIKE 'up%'"
bench 'two scripts' -f increment.sql@1 -f upsert.sql@2
saw 'two scripts' 'SELECT sum(n) FROM item'
bench pipeline -M extended -f pipeline.sql
saw pipeline "SELECT n > 700 FROM item WHERE id = 'a'"
bench transaction -f transaction.sql
saw transaction 'SELECT item_id, count(*) FROM entry GROUP BY 1 ORDER BY 1'
