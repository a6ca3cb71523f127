# bench.sh
#		What operations cost, beside the least that they could cost, an ordinary
#		table, and what programs use otherwise: see test/bench.
#
# shellcheck shell=bash

# shellcheck disable=SC2034  # used by programs.sh
PROGRAMS=$SRC/test/lib/bench
BENCH_PREFIX=dynamorm_fdw_bench

# The server with canned answers, and the one that answers after 10 ms.
declare -A CANNED_PID=() CANNED_ENDPOINT=()

# An operation of DynamoDB, asked of the engine itself.
dynamodb()
{
  curl -sS -m 60 "$DYNAMODB_ENDPOINT" -d "$2" \
    -H 'Content-Type: application/x-amz-json-1.0' \
    -H "X-Amz-Target: DynamoDB_20120810.$1" \
    -H 'X-Amz-Date: 20260101T000000Z' \
    -H "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
}

make_bench_table()
{
  dynamodb CreateTable "{\"TableName\": \"$1\",
    \"KeySchema\": [{\"AttributeName\": \"id\", \"KeyType\": \"HASH\"}],
    \"AttributeDefinitions\": [{\"AttributeName\": \"id\", \"AttributeType\": \"S\"}],
    \"BillingMode\": \"PAY_PER_REQUEST\"}" >"$RUN/create.json"
  grep -q TableDescription "$RUN/create.json" ||
    die "cannot create table $1: $(cat "$RUN/create.json")"
  until dynamodb DescribeTable "{\"TableName\": \"$1\"}" |
        grep -q '"TableStatus":"ACTIVE"'; do
    sleep 0.1
  done
}

drop_bench_tables()
{
  local table
  for table in page_view item loaded; do
    dynamodb DeleteTable "{\"TableName\": \"${BENCH_PREFIX}_$table\"}"
  done >/dev/null 2>&1
}

make_bench_tables()
{
  local table items=$1
  drop_bench_tables
  for table in page_view item loaded; do
    make_bench_table "${BENCH_PREFIX}_$table"
  done
  dynamodb PutItem "{\"TableName\": \"${BENCH_PREFIX}_page_view\",
    \"Item\": {\"id\": {\"S\": \"x\"}, \"view_count\": {\"N\": \"0\"}}}" >/dev/null
  "$SRC/test/lib/bench/load.pl" "$DYNAMODB_ENDPOINT" "${BENCH_PREFIX}_item" \
    "$items"
}

bench_psql()
{
  "$("$PG_CONFIG" --bindir)/psql" -X -q -v ON_ERROR_STOP=1 -d bench "$@"
}

# The same tables in each schema: behind the canned answers, behind those that
# take their time, in the engine, and in PostgreSQL itself.
prepare_bench_database()
{
  local schema endpoint
  bench_psql -d postgres -c 'DROP DATABASE IF EXISTS bench' \
    -c 'CREATE DATABASE bench' \
    -c 'ALTER DATABASE bench SET session_preload_libraries = dynamorm_fdw' \
    >/dev/null 2>&1 || return
  bench_psql -c 'CREATE EXTENSION dynamorm_fdw' || return
  for schema in canned slow engine; do
    endpoint=${CANNED_ENDPOINT[$schema]:-$DYNAMODB_ENDPOINT}
    bench_psql -v endpoint="$endpoint" -v schema="$schema" \
      -v prefix="$BENCH_PREFIX" <<'SQL' || return
CREATE SCHEMA :schema;
SET search_path = :schema, public;
CREATE SERVER :schema FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER :schema
  OPTIONS (access_key_id 'test', secret_access_key 'test');
\set page_view :prefix _page_view
\set item :prefix _item
\set loaded :prefix _loaded
CREATE FOREIGN TABLE page_view (
  id text OPTIONS (key 'partition'), view_count bigint
) SERVER :schema OPTIONS (table_name :'page_view');
CREATE FOREIGN TABLE item (
  id text OPTIONS (key 'partition'), seq bigint, name text, price numeric,
  active boolean, created timestamptz, tags text[] OPTIONS (type 'SS')
) SERVER :schema OPTIONS (table_name :'item');
CREATE FOREIGN TABLE loaded (
  id text OPTIONS (key 'partition'), seq bigint, name text, price numeric,
  active boolean, created timestamptz, tags text[] OPTIONS (type 'SS')
) SERVER :schema OPTIONS (table_name :'loaded');
SQL
  done
  bench_psql -v file="$RUN/rows.copy" <<'SQL'
CREATE SCHEMA plain;
CREATE TABLE plain.page_view (id text PRIMARY KEY, view_count bigint);
INSERT INTO plain.page_view VALUES ('x', 0);
CREATE TABLE plain.item (LIKE canned.item, PRIMARY KEY (id));
INSERT INTO plain.item SELECT * FROM canned.item;
CREATE TABLE plain.loaded (LIKE plain.item INCLUDING INDEXES);
CREATE TABLE wanted AS
  SELECT 'item-' || to_char(n, 'FM000000') AS id FROM generate_series(0, 999) n;
VACUUM ANALYZE plain.page_view, plain.item, wanted;
\o :file
COPY (SELECT * FROM plain.item ORDER BY id) TO STDOUT;
\o
SQL
}

stop_canned()
{
  local kind
  for kind in "${!CANNED_PID[@]}"; do
    stop_process "${CANNED_PID[$kind]}"
  done
  CANNED_PID=()
}

# start_canned KIND ITEMS [DELAY]
start_canned()
{
  local i kind=$1
  shift
  compile_program canned "$SRC/test/lib/bench/canned.c"
  setsid "$PROGRAM" "$@" >"$RUN/$kind.port" 2>&1 </dev/null &
  CANNED_PID[$kind]=$!
  for ((i = 0; i < 100; i++)); do
    if [ -s "$RUN/$kind.port" ]; then
      CANNED_ENDPOINT[$kind]=http://127.0.0.1:$(cat "$RUN/$kind.port")
      return 0
    fi
    sleep 0.05
  done
  die "the canned server did not start"
}

# What is measured over all items is measured over so many.
has_all_items()
{
  [ "$(bench_psql -Atc "SELECT count(*) FROM $1.item")" = "$BENCH_ITEMS" ]
}

prepare_bench()
{
  compile_program floor "$SRC/test/lib/bench/floor.c" -lcurl
  FLOOR=$PROGRAM
  start_canned canned "$BENCH_ITEMS"
  start_canned slow "$BENCH_UPDATES" 10
  prepare_bench_database && has_all_items plain
}

# bench [OPTION], as test/bench has them: the cluster and the engine are there.
bench()
{
  local status=0
  BENCH_REPEATED=2000 BENCH_ITEMS=100000 BENCH_UPDATES=10000 BENCH_ROUNDS=5
  if [ "${1:-}" = --quick ]; then
    BENCH_REPEATED=100 BENCH_ITEMS=2000 BENCH_UPDATES=100 BENCH_ROUNDS=1
  fi
  BENCH_MEASURES=(plain prepared read scan copy update join)
  if [ "${1:-}" = --limits ]; then
    BENCH_ITEMS=2000
    BENCH_MEASURES=()
  elif [ "${1:-}" = --only ]; then
    read -ra BENCH_MEASURES <<<"$2"
  fi
  make_bench_tables "$BENCH_ITEMS" &&
    prepare_bench && has_all_items engine || status=1
  if [ "$status" -eq 0 ] && [ "${#BENCH_MEASURES[@]}" -gt 0 ]; then
    measure_all || status=1
  fi
  if [ "$status" -eq 0 ] && [[ "${1:-}" != --quick && "${1:-}" != --only ]]
  then
    measure_limits || status=1
  fi
  drop_bench_tables
  stop_canned
  [ "$status" -eq 0 ] || note "the bench could not be run to its end"
  return "$status"
}
