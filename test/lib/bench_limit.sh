# bench_limit.sh
#		Whether limits of units a second are kept, by eight sessions, for a
#		minute each: see test/bench.
#
# shellcheck shell=bash

# The library has to be there when the server starts, for limits of all its
# sessions.  It stays so: this comes last.
preload_library()
{
  stop_cluster fast
  printf "shared_preload_libraries = 'dynamorm_fdw'\n" |
    as_server_user tee -a "$RUN/server/data/postgresql.conf" >/dev/null
  launch_cluster
}

# What eight sessions use in a minute, of units of a kind (read_units,
# write_units), beside their limit of them; and how many of their requests have
# waited.  Where few have, the machine is slower than the limit.
measure_limit()
{
  local title=$1 kind=$2 limit=$3 statement=$4 begun elapsed units waits
  printf 'SET search_path = engine, public;\n%s;\n' "$statement" \
    >"$RUN/limit.sql"
  bench_psql -c 'SELECT dyn_stat_operations_reset()' >/dev/null || return
  begun=$(date +%s%N)
  "$("$PG_CONFIG" --bindir)/pgbench" -n -c 8 -j 2 -T 60 -f "$RUN/limit.sql" \
    bench >"$RUN/limit.out" 2>&1 || return
  elapsed=$(($(date +%s%N) - begun))
  read -r units waits < <(bench_psql -AtF ' ' -c \
    "SELECT sum($kind), 100 * sum(limit_waits) / sum(calls) FROM dyn_stat_operations WHERE $kind > 0")
  awk -v title="$title" -v limit="$limit" -v units="$units" \
    -v waits="$waits" -v elapsed="$elapsed" 'BEGIN {
      rate = units / elapsed * 1e9
      printf "  %-32s %9d %12.1f %11.1f%% %11.0f%%\n", title, limit, rate,
        (rate / limit - 1) * 100, waits }'
}

# The engine's tables are there; item has 1,000 items or more.
measure_limits()
{
  preload_library
  printf '%-34s %9s %12s %12s %12s\n' 'limit of 8 sessions, for a minute' \
    'units/s' 'used' 'beyond' 'have waited'
  bench_psql -c "ALTER FOREIGN TABLE engine.page_view OPTIONS (write_units_per_second '50')" &&
    measure_limit 'increments, of a table' write_units 50 \
      "UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'x'" &&
    bench_psql -c "ALTER ROLE $PGUSER SET dynamorm_fdw.read_units_per_second = 50" &&
    measure_limit 'reads by key, of a role' read_units 50 \
      "SELECT * FROM item WHERE id = 'item-000001'" &&
    bench_psql -c "ALTER ROLE $PGUSER SET dynamorm_fdw.read_units_per_second = 200" &&
    measure_limit 'Scans of 1,000 items, of a role' read_units 200 \
      'SELECT count(*) FROM (SELECT * FROM item LIMIT 1000) i'
}
