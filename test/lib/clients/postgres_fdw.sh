# postgres_fdw
#		A database whose foreign tables are those of another one.
#
# shellcheck shell=bash source=test/lib/clients/common/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/steps.sh"

createdb "${PGDATABASE}_near"
far=$PGDATABASE
export PGDATABASE=${PGDATABASE}_near
psql -X -q -v ON_ERROR_STOP=1 -v host="$PGHOST" -v port="$PGPORT" -v far="$far" <<'SQL' || exit
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host :'host', port :'port', dbname :'far', batch_size '10',
           async_capable 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER far;
IMPORT FOREIGN SCHEMA public FROM SERVER far INTO public;
SQL

saw introspection "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attfdwoptions
  FROM pg_attribute WHERE attrelid = 'item'::regclass AND attnum > 0 ORDER BY attnum"
saw create "INSERT INTO item VALUES ('a', 1, 1.10, '{x,NULL}', '{\"k\": [1, null]}',
  '2026-01-02 03:04:05.000006Z', true, '\x00ff', '00000000-0000-0000-0000-000000000007')
  RETURNING *" \
  "INSERT INTO item (id, n) VALUES ('b', 0) RETURNING n"
# where that is refused, there is something to read all the same
psql -X -q -d "$far" -c "INSERT INTO item (id, n, ok) VALUES ('a', 1, true), ('b', 0, NULL)
  ON CONFLICT DO NOTHING"
saw 'read columns' "SELECT id, n, ok FROM item ORDER BY id" \
  "SELECT n FROM item WHERE id = 'b'" 'SELECT count(*), sum(n) FROM item'
saw read "SELECT * FROM item WHERE id = 'a'" 'SELECT count(*), sum(n) FROM item' \
  "SELECT id FROM item WHERE id IN ('a', 'b', 'none') ORDER BY id DESC"
saw update "UPDATE item SET price = 2 WHERE id = 'a' RETURNING price"
saw increment "UPDATE item SET n = n + 5 WHERE id = 'a' RETURNING n"
saw batch "INSERT INTO entry SELECT 'a', g, 'x' FROM generate_series(1, 35) g" \
  'SELECT count(*), sum(no) FROM entry'
saw join 'SELECT i.id, count(e.no) FROM item i LEFT JOIN entry e ON e.item_id = i.id
  GROUP BY 1 ORDER BY 1' \
  'SELECT id FROM item UNION ALL SELECT item_id FROM entry WHERE no = 3 ORDER BY 1'
saw upsert "INSERT INTO item (id) VALUES ('a') ON CONFLICT DO NOTHING RETURNING id" \
  "INSERT INTO item (id) VALUES ('a') ON CONFLICT (id) DO UPDATE SET n = 1"
saw_state 'duplicate key' "INSERT INTO item (id) VALUES ('a')"
saw_state check "UPDATE item SET n = -1 WHERE id = 'a'"
saw 'row lock' "SELECT n FROM item WHERE id = 'b' FOR UPDATE"
saw 'locked update' "BEGIN; SELECT id FROM item WHERE id = 'b' FOR UPDATE;
  UPDATE item SET n = n + 1 WHERE id = 'b' RETURNING n; COMMIT"
saw rollback "BEGIN; UPDATE item SET n = 100 WHERE id = 'b'; ROLLBACK" \
  "SELECT n FROM item WHERE id = 'b'"
saw 'update by row' "UPDATE item i SET n = v.n FROM (VALUES ('a', 10), ('b', 20)) v(id, n)
  WHERE i.id = v.id RETURNING i.id, i.n"
saw 'delete by row' "DELETE FROM entry WHERE no = 1 + (random() * 0)::integer RETURNING no"
psql -X -q -c "ALTER SERVER far OPTIONS (ADD use_remote_estimate 'true')"
saw 'remote estimate' "SELECT no FROM entry WHERE item_id = 'a' AND no = 5"
saw 'update with remote estimate' "UPDATE item SET n = 7 WHERE id = 'b' RETURNING n"
psql -X -q -c "ALTER SERVER far OPTIONS (DROP use_remote_estimate)"
saw delete "DELETE FROM entry WHERE no > 33 RETURNING no" "DELETE FROM item WHERE id = 'a' RETURNING id"
saw analyze 'ANALYZE entry' "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'entry'"
saw truncate 'TRUNCATE entry' 'SELECT count(*) FROM entry'
