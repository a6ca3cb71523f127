# bench.sh
#		What an increment and the reading of an item cost, beside the least
#		that they could cost.
#
# shellcheck shell=bash

BENCH_PREFIX=dynamorm_fdw_bench
CANNED_PID=

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
  for table in page_view item; do
    dynamodb DeleteTable "{\"TableName\": \"${BENCH_PREFIX}_$table\"}"
  done >/dev/null 2>&1
}

bench_psql()
{
  "$("$PG_CONFIG" --bindir)/psql" -X -q -v ON_ERROR_STOP=1 -d bench "$@"
}

# Three schemas with the same tables: in the engine, behind the canned answer,
# and in PostgreSQL itself.
prepare_bench_database()
{
  local schema endpoint
  bench_psql -d postgres -c 'DROP DATABASE IF EXISTS bench' \
    -c 'CREATE DATABASE bench' >/dev/null 2>&1 || return
  bench_psql -c 'CREATE EXTENSION dynamorm_fdw' -c 'CREATE SCHEMA plain' || return
  for schema in engine canned; do
    endpoint=$DYNAMODB_ENDPOINT
    [ "$schema" = engine ] || endpoint=$CANNED_ENDPOINT
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
CREATE FOREIGN TABLE page_view (
  id text OPTIONS (key 'partition'), view_count bigint
) SERVER :schema OPTIONS (table_name :'page_view');
CREATE FOREIGN TABLE item (
  id text OPTIONS (key 'partition'), seq bigint, name text, price numeric,
  active boolean, created timestamptz, tags text[] OPTIONS (type 'SS')
) SERVER :schema OPTIONS (table_name :'item');
SQL
  done
  bench_psql <<'SQL'
CREATE TABLE plain.page_view (id text PRIMARY KEY, view_count bigint);
INSERT INTO plain.page_view VALUES ('x', 0);
SQL
}

# Lets one psql session run a statement so many times, after a few to warm up,
# and prints wall time and the backend's CPU time in nanoseconds.
measure_statement()
{
  local schema=$1 count=$2 warm_up=$3 statement=$4
  {
    printf 'SET search_path = %s, public;\n' "$schema"
    # shellcheck disable=SC2028
    printf '%s\n' 'SELECT pg_backend_pid() AS pid \gset' \
      '\setenv BACKEND :pid' '\o /dev/null'
    yes "$statement;" | head -n "$warm_up"
    printf '\\! sh %s/bench/snapshot\n' "$SRC/test/lib"
    yes "$statement;" | head -n "$count"
    printf '\\! sh %s/bench/snapshot\n' "$SRC/test/lib"
  } >"$RUN/bench.sql"
  bench_psql -f "$RUN/bench.sql" >"$RUN/bench.times" || return
  awk '{ t[NR] = $1 } END { printf "%d %d\n", t[3] - t[1], t[4] - t[2] }' \
    "$RUN/bench.times"
}

# The median of each column.
medians()
{
  local column values
  for column in 1 2; do
    mapfile -t values < <(cut -d' ' -f$column "$1" | sort -n)
    printf '%s ' "${values[$((${#values[@]} / 2))]}"
  done
}

# One line of the table: name, increments per second, CPU per 1,000, and both
# beside the floor's.
bench_line()
{
  awk -v name="$1" -v count="$2" -v wall="$3" -v cpu="$4" \
    -v floor_wall="$5" -v floor_cpu="$6" 'BEGIN {
      printf "  %-32s %9.0f %12.1f %12.2f %9.2f\n", name, count / wall * 1e9,
        cpu / count * 1000 / 1e6, floor_wall / wall, cpu / floor_cpu }'
}

# Floor, foreign table and ordinary table take turns, so that whatever else
# the machine does meets all three.
bench_increments()
{
  local schema=$1 endpoint=$2 title=$3 count=$4 rounds=$5 round kind
  local update="UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'x' RETURNING view_count"
  local floor foreign plain
  rm -f "$RUN"/bench.floor "$RUN"/bench.foreign "$RUN"/bench.plain
  for ((round = 0; round < rounds; round++)); do
    "$FLOOR" "$endpoint" "${BENCH_PREFIX}_page_view" "$count" \
      >>"$RUN/bench.floor" || return
    measure_statement "$schema" "$count" 100 "$update" \
      >>"$RUN/bench.foreign" || return
    measure_statement plain "$count" 100 "$update" \
      >>"$RUN/bench.plain" || return
  done
  for kind in floor foreign plain; do
    [ -s "$RUN/bench.$kind" ] || return
  done
  read -ra floor < <(medians "$RUN/bench.floor")
  read -ra foreign < <(medians "$RUN/bench.foreign")
  read -ra plain < <(medians "$RUN/bench.plain")
  printf '%-34s %9s %12s %12s %9s\n' "$title" 'per s' 'CPU ms/1,000' \
    'rate : floor' 'CPU : floor'
  bench_line 'bare libcurl loop (the floor)' "$count" "${floor[@]}" "${floor[@]}"
  bench_line 'dyn_increment' "$count" "${foreign[@]}" "${floor[@]}"
  bench_line 'the same on an ordinary table' "$count" "${plain[@]}" "${floor[@]}"
}

bench_select()
{
  local items=$1 rounds=$2 round schema foreign plain
  make_bench_table "${BENCH_PREFIX}_item"
  "$SRC/test/lib/bench/load.pl" "$DYNAMODB_ENDPOINT" "${BENCH_PREFIX}_item" \
    "$items" || return
  bench_psql -c 'CREATE TABLE plain.item AS TABLE engine.item' \
    -c 'VACUUM ANALYZE plain.item' || return
  [ "$(bench_psql -Atc 'SELECT count(*) FROM plain.item')" = "$items" ] || return
  rm -f "$RUN"/bench.engine "$RUN"/bench.plain
  for ((round = 0; round < rounds; round++)); do
    for schema in engine plain; do
      measure_statement "$schema" 1 0 'SELECT * FROM item' \
        >>"$RUN/bench.$schema" || return
    done
  done
  read -ra foreign < <(medians "$RUN/bench.engine")
  read -ra plain < <(medians "$RUN/bench.plain")
  awk -v items="$items" -v wall="${foreign[0]}" -v cpu="${foreign[1]}" \
    -v plain="${plain[1]}" 'BEGIN {
      printf "SELECT of %d items: %.2f s, CPU per item %.2f us", items,
        wall / 1e9, cpu / items / 1e3
      printf " (an ordinary table: %.2f us, 1 : %.1f)\n",
        plain / items / 1e3, cpu / plain }'
}

stop_canned()
{
  stop_process "$CANNED_PID"
  CANNED_PID=
}

start_canned()
{
  local i
  compile_program canned "$SRC/test/lib/bench/canned.c"
  setsid "$PROGRAM" >"$RUN/canned.port" 2>&1 </dev/null &
  CANNED_PID=$!
  for ((i = 0; i < 100; i++)); do
    if [ -s "$RUN/canned.port" ]; then
      CANNED_ENDPOINT=http://127.0.0.1:$(cat "$RUN/canned.port")
      return 0
    fi
    sleep 0.05
  done
  die "the canned server did not start"
}

# bench [--quick]: the cluster and the engine are there.
bench()
{
  local count=2000 rounds=5 items=100000 status=0
  if [ "${1:-}" = --quick ]; then
    count=100 rounds=1 items=1000
  fi
  compile_program floor "$SRC/test/lib/bench/floor.c" -lcurl
  FLOOR=$PROGRAM
  start_canned
  drop_bench_tables
  make_bench_table "${BENCH_PREFIX}_page_view"
  dynamodb PutItem "{\"TableName\": \"${BENCH_PREFIX}_page_view\",
    \"Item\": {\"id\": {\"S\": \"x\"}, \"view_count\": {\"N\": \"0\"}}}" >/dev/null
  prepare_bench_database &&
    bench_increments engine "$DYNAMODB_ENDPOINT" "engine ($ENGINE)" \
      "$count" "$rounds" &&
    bench_increments canned "$CANNED_ENDPOINT" 'canned answer' \
      "$count" "$rounds" &&
    bench_select "$items" 3 || status=1
  drop_bench_tables
  stop_canned
  [ "$status" -eq 0 ] || note "the bench could not be run to its end"
  return "$status"
}
