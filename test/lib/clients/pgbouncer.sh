# pgbouncer
#		Unpacked: pgbouncer
#
#		In transaction mode, with fewer connections than clients.
#
# shellcheck shell=bash source=test/lib/clients/common/steps.sh
. "$(dirname "${BASH_SOURCE[0]}")/common/steps.sh"

cat >pgbouncer.ini <<INI
[databases]
* = host=$PGHOST port=$PGPORT user=$PGUSER
[pgbouncer]
listen_addr =
unix_socket_dir = $PWD
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 20
logfile = $PWD/log
pidfile = $PWD/pid
INI

# it does not run as root, and others cannot read the cache of root
cp "$DEBIAN_HOME/pgbouncer/usr/sbin/pgbouncer" .
as_other=()
[ "$(id -u)" -ne 0 ] || as_other=(runuser -u postgres --)
chmod a+r pgbouncer.ini
"${as_other[@]}" ./pgbouncer -q -d pgbouncer.ini || exit
trap 'kill "$(cat "$PWD/pid")"' EXIT
for _ in {1..100}; do
  [ ! -S .s.PGSQL.6432 ] || break
  sleep 0.1
done
export PGHOST=$PWD PGPORT=6432

saw 'first upsert' "INSERT INTO item (id, n) VALUES ('a', 0) ON CONFLICT (id)
  DO UPDATE SET n = excluded.n RETURNING id"
cat >increment.sql <<'SQL'
UPDATE item SET n = n + 1 WHERE id = 'a';
SQL
cat >upsert.sql <<'SQL'
INSERT INTO item AS i (id, n) VALUES ('up', 1)
  ON CONFLICT (id) DO UPDATE SET n = i.n + 1;
SQL
cat >transaction.sql <<'SQL'
BEGIN;
SET LOCAL statement_timeout = '60 s';
UPDATE item SET n = dyn_increment(n, 2) WHERE id = 'a';
SELECT n FROM item WHERE id = 'a';
COMMIT;
SQL
bench simple -f increment.sql
bench extended -M extended -f increment.sql -f upsert.sql
saw sum 'SELECT sum(n) FROM item'
bench transaction -f transaction.sql
saw sum 'SELECT sum(n) FROM item'
saw update "UPDATE item SET price = 2 WHERE id = 'a' RETURNING price"
saw_state 'duplicate key' "INSERT INTO item (id) VALUES ('a')"
saw delete "DELETE FROM item WHERE id = 'up' RETURNING id"
saw rollback "BEGIN; UPDATE item SET price = 3 WHERE id = 'a'; ROLLBACK" \
  "SELECT price FROM item WHERE id = 'a'"
saw 'row lock' "BEGIN; SELECT id FROM item WHERE id = 'a' FOR UPDATE;
  UPDATE item SET price = 4 WHERE id = 'a' RETURNING price; COMMIT"
saw savepoint "BEGIN; UPDATE item SET price = 5 WHERE id = 'a'; SAVEPOINT s;
  UPDATE item SET price = 6 WHERE id = 'a'; RELEASE s; COMMIT" \
  "SELECT price FROM item WHERE id = 'a'"
saw introspection "SELECT column_name, data_type FROM information_schema.columns
  WHERE table_name = 'item' ORDER BY ordinal_position"
